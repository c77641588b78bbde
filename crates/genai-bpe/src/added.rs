//! Added tokens: texts that become one id each, before anything else happens to the text around them.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::Error;
use crate::codec::Allowed;

/// A token that was added to a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddedToken {
    pub(crate) id: u32,
    pub(crate) content: String,
    /// Special tokens are recognised in text only if the caller allows them.
    pub(crate) special: bool,
}

/// The added tokens of a tokenizer, and the search for them: the leftmost, of those the longest.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddedTokens {
    tokens: Vec<AddedToken>,
    automaton: Option<AhoCorasick>,
}

impl AddedTokens {
    pub(crate) fn new(tokens: Vec<AddedToken>) -> Result<Self, Error> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(tokens.iter().map(|token| &token.content))
            .map_err(|error| Error::malformed("added tokens", error.to_string(), "fewer"))?;
        Ok(Self { automaton: (!tokens.is_empty()).then_some(automaton), tokens })
    }

    /// Calls `segment` for each stretch of text in order: with an id for an added token, without
    /// for text in between.
    pub(crate) fn split(
        &self,
        text: &str,
        allowed: Allowed<'_>,
        mut segment: impl FnMut(Range<usize>, Option<u32>),
    ) {
        let mut done = 0;
        let wanted = |token: &AddedToken| !token.special || allowed.contains(&token.content);
        if let Some(automaton) = &self.automaton
            && self.tokens.iter().any(wanted)
        {
            for found in automaton.find_iter(text) {
                let token = &self.tokens[found.pattern()];
                if !wanted(token) {
                    continue;
                }
                if done < found.start() {
                    segment(done..found.start(), None);
                }
                segment(found.range(), Some(token.id));
                done = found.end();
            }
        }
        if done < text.len() {
            segment(done..text.len(), None);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &AddedToken> {
        self.tokens.iter()
    }

    pub(crate) fn by_id(&self, id: u32) -> Option<&AddedToken> {
        self.tokens.iter().find(|token| token.id == id)
    }

    pub(crate) fn by_content(&self, content: &str) -> Option<u32> {
        Some(self.tokens.iter().find(|token| token.content == content)?.id)
    }

    pub(crate) fn id_bound(&self) -> usize {
        self.tokens.iter().map(|token| token.id as usize + 1).max().unwrap_or(0)
    }

    pub(crate) fn special(&self) -> Vec<(&str, u32)> {
        let special = self.tokens.iter().filter(|token| token.special);
        special.map(|token| (token.content.as_str(), token.id)).collect()
    }
}
