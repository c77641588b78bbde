//! Added tokens: texts that become one id each, before anything else happens to the text around them.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use crate::Error;
use crate::codec::Allowed;
use crate::hugging_face::is_word;

/// A token that was added to a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddedToken {
    pub(crate) id: u32,
    pub(crate) content: String,
    /// Special tokens are recognised in text only if the caller allows them.
    pub(crate) special: bool,
}

/// What Hugging Face says about an added token besides its content; elsewhere the default holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the file has them as such")]
pub(crate) struct Matching {
    /// Not next to a character of words.
    pub(crate) single_word: bool,
    /// White space before it belongs to it.
    pub(crate) lstrip: bool,
    /// White space after it belongs to it.
    pub(crate) rstrip: bool,
    /// Looked for in the normalised text, after the others.
    pub(crate) normalized: bool,
    /// The content as it is in normalised text, if that is another.
    pub(crate) pattern: Option<String>,
    /// Never looked for: the token is here for its id only.
    pub(crate) hidden: bool,
}

/// The added tokens of a tokenizer, and the search for them: the leftmost, of those the longest.
#[derive(Clone, Debug, Default)]
pub(crate) struct AddedTokens {
    tokens: Vec<AddedToken>,
    matching: Vec<Matching>,
    /// Places in `tokens`, by id and by content. Of equal ids the last given is the one found.
    by_id: Vec<usize>,
    by_content: Vec<usize>,
    raw: Search,
    normalized: Search,
}

/// The search for some of the tokens.
#[derive(Clone, Debug, Default)]
struct Search {
    automaton: Option<AhoCorasick>,
    /// For each pattern the place of its token.
    places: Vec<usize>,
    /// Whether some of these tokens are not special.
    has_ordinary: bool,
}

impl AddedTokens {
    /// Tokens that are found wherever their content stands.
    pub(crate) fn new(tokens: Vec<AddedToken>) -> Result<Self, Error> {
        Self::with_matching(tokens.into_iter().map(|token| (token, Matching::default())).collect())
    }

    /// Tokens with rules of their own.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for two tokens that are looked for by the same text, of which Hugging
    /// Face finds now this one and now that, and for one that is looked for by none.
    pub(crate) fn with_matching(tokens: Vec<(AddedToken, Matching)>) -> Result<Self, Error> {
        let (tokens, matching): (Vec<_>, Vec<_>) = tokens.into_iter().unzip();
        let mut by_id: Vec<usize> = (0..tokens.len()).rev().collect();
        by_id.sort_by_key(|&place| tokens[place].id);
        by_id.dedup_by_key(|place| tokens[*place].id);
        let mut by_content: Vec<usize> = (0..tokens.len()).collect();
        by_content.sort_by_key(|&place| &tokens[place].content);
        let raw = Search::new(&tokens, &matching, false)?;
        let normalized = Search::new(&tokens, &matching, true)?;
        Ok(Self { tokens, matching, by_id, by_content, raw, normalized })
    }

    /// Calls `segment` for each stretch of text in order: with an id for an added token, without
    /// for text in between. The text is its own normalised form.
    pub(crate) fn split(
        &self,
        text: &str,
        allowed: Allowed<'_>,
        mut segment: impl FnMut(Range<usize>, Option<u32>),
    ) {
        if self.normalized.automaton.is_none() {
            return self.split_raw(text, allowed, segment);
        }
        self.split_raw(text, allowed, |outer, id| {
            if id.is_some() {
                return segment(outer, id);
            }
            let base = outer.start;
            self.split_normalized(&text[outer], allowed, |inner, id| {
                segment(base + inner.start..base + inner.end, id);
            });
        });
    }

    /// As [`AddedTokens::split`], for tokens that are looked for before normalisation.
    pub(crate) fn split_raw(
        &self,
        text: &str,
        allowed: Allowed<'_>,
        segment: impl FnMut(Range<usize>, Option<u32>),
    ) {
        self.find(&self.raw, text, allowed, segment);
    }

    /// As [`AddedTokens::split`], for tokens that are looked for after normalisation.
    pub(crate) fn split_normalized(
        &self,
        text: &str,
        allowed: Allowed<'_>,
        segment: impl FnMut(Range<usize>, Option<u32>),
    ) {
        self.find(&self.normalized, text, allowed, segment);
    }

    /// A token that takes white space along may reach into what follows it or what came before;
    /// stretches overlap then, as they do in Hugging Face.
    fn find(
        &self,
        search: &Search,
        text: &str,
        allowed: Allowed<'_>,
        mut segment: impl FnMut(Range<usize>, Option<u32>),
    ) {
        let wanted = |token: &AddedToken| !token.special || allowed.contains(&token.content);
        let mut done = 0;
        // The end of the white space that was looked through last, so that none is twice.
        let mut white_until = 0;
        if let Some(automaton) = &search.automaton
            && (search.has_ordinary || !matches!(allowed, Allowed::None))
            && search.places.iter().any(|&place| wanted(&self.tokens[place]))
        {
            let mut from = 0;
            while let Some(found) = automaton.find(Input::new(text).range(from..)) {
                from = found.end();
                let place = search.places[found.pattern()];
                let (token, rule) = (&self.tokens[place], &self.matching[place]);
                let Range { mut start, mut end } = found.range();
                let is_word_before = || text[..start].chars().next_back().is_some_and(is_word);
                let is_word_after = || text[end..].chars().next().is_some_and(is_word);
                if !wanted(token) {
                    // tiktoken, whose choice of tokens this is, goes on within one that it passes over.
                    // Hugging Face, which passes over all special ones or none, goes on after it.
                    if matches!(allowed, Allowed::Only(_)) {
                        from = start + 1;
                    }
                    continue;
                }
                if rule.single_word && (is_word_before() || is_word_after()) {
                    continue;
                }
                if rule.lstrip {
                    let before = text.get(done..start).unwrap_or_default();
                    start = done.max(start - (before.len() - before.trim_end().len()));
                }
                if rule.rstrip {
                    if end > white_until {
                        white_until = text.len() - text[end..].trim_start().len();
                    }
                    end = white_until;
                }
                if done < start {
                    segment(done..start, None);
                }
                // Nothing may be left of a token that is white space itself.
                if start < end {
                    segment(start..end, Some(token.id));
                }
                done = end;
            }
        }
        if done != text.len() {
            segment(done..text.len(), None);
        }
    }

    pub(crate) fn by_id(&self, id: u32) -> Option<&AddedToken> {
        let place = self.by_id.binary_search_by_key(&id, |&place| self.tokens[place].id).ok()?;
        Some(&self.tokens[self.by_id[place]])
    }

    /// The token as it is in normalised text, which is what Hugging Face decodes.
    pub(crate) fn normalized_content(&self, id: u32) -> Option<&str> {
        let place = self.by_id.binary_search_by_key(&id, |&place| self.tokens[place].id).ok()?;
        let place = self.by_id[place];
        Some(self.matching[place].pattern.as_deref().unwrap_or(&self.tokens[place].content))
    }

    /// Whether a text is that of a special token.
    pub(crate) fn is_special(&self, content: &str) -> bool {
        self.place(content).is_some_and(|place| self.tokens[place].special)
    }

    fn place(&self, content: &str) -> Option<usize> {
        let contents = |&place: &usize| self.tokens[place].content.as_str().cmp(content);
        Some(self.by_content[self.by_content.binary_search_by(contents).ok()?])
    }

    pub(crate) fn by_content(&self, content: &str) -> Option<u32> {
        Some(self.tokens[self.place(content)?].id)
    }

    /// Whether every token is found wherever its content stands.
    pub(crate) fn is_plain(&self) -> bool {
        self.matching.iter().all(|matching| *matching == Matching::default())
    }

    /// The tokens with their rules, in the order given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&AddedToken, &Matching)> {
        self.tokens.iter().zip(&self.matching)
    }

    pub(crate) fn id_bound(&self) -> usize {
        self.by_id.last().map_or(0, |&place| self.tokens[place].id as usize + 1)
    }

    pub(crate) fn special(&self) -> Vec<(&str, u32)> {
        let special = self.tokens.iter().filter(|token| token.special);
        special.map(|token| (token.content.as_str(), token.id)).collect()
    }
}

impl Search {
    fn new(tokens: &[AddedToken], matching: &[Matching], normalized: bool) -> Result<Self, Error> {
        let places: Vec<usize> = (0..tokens.len())
            .filter(|&place| !matching[place].hidden && matching[place].normalized == normalized)
            .collect();
        let pattern = |&place: &usize| {
            let pattern = matching[place].pattern.as_deref().filter(|_| normalized);
            pattern.unwrap_or(&tokens[place].content)
        };
        let mut patterns: Vec<&str> = places.iter().map(pattern).collect();
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .map_err(|error| Error::malformed("added tokens", error.to_string(), "fewer"))?;
        patterns.sort_unstable();
        let twice = patterns.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let odd = if patterns[0].is_empty() { Some("") } else { twice };
        if let Some(pattern) = odd {
            return Err(Error::unsupported(
                "search",
                format!("for two added tokens by {pattern:?}"),
            ));
        }
        let has_ordinary = places.iter().any(|&place| !tokens[place].special);
        Ok(Self { automaton: Some(automaton), places, has_ordinary })
    }
}
