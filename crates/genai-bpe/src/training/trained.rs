//! What a training learnt.

use super::Options;
use crate::added::{AddedToken, AddedTokens};
use crate::byte_characters;
use crate::byte_level::ByteLevel;
use crate::error::Error;
use crate::merges::Merges;
use crate::pretokenizer::Pattern;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::Vocabulary;

/// A vocabulary and its merges, as learnt by a [`Trainer`](crate::Trainer).
///
/// ```
/// use genai_bpe::Trainer;
/// let mut trainer = Trainer::character_level().end_of_word_suffix("</w>");
/// trainer.feed("to be or not to be");
/// let trained = trainer.min_frequency(2).train()?;
/// let merges: Vec<_> = trained.merges().collect();
/// assert_eq!(merges, [("b", "e</w>"), ("t", "o</w>")]);
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trained {
    options: Options,
    pattern: Option<Pattern>,
    tokens: Vec<String>,
    merges: Vec<(u32, u32, u32)>,
}

impl Trained {
    pub(super) fn new(
        options: Options,
        pattern: Option<Pattern>,
        tokens: Vec<String>,
        merges: Vec<(u32, u32, u32)>,
    ) -> Self {
        Self { options, pattern, tokens, merges }
    }

    /// All tokens by id, as files have them: in a byte-level vocabulary with one character for each byte, such as
    /// `Ġthe`.
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// The pairs that merge, in their order, as files have them.
    pub fn merges(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let token = |id: u32| self.tokens[id as usize].as_str();
        self.merges.iter().map(move |&(left, right, _)| (token(left), token(right)))
    }

    /// The merges in their order as ids: the left one, the right one and what they become.
    pub fn merge_ids(&self) -> &[(u32, u32, u32)] {
        &self.merges
    }

    /// The special tokens, whose ids are the first ones.
    pub fn special_tokens(&self) -> &[String] {
        &self.options.special_tokens
    }

    /// A tokenizer of what was learnt.
    ///
    /// # Errors
    /// [`Error::Malformed`] if a byte-level vocabulary lacks bytes, which an alphabet that was set or limited
    /// can bring about; [`Error::Unsupported`] if it is character-level.
    pub fn into_tokenizer(self) -> Result<Tokenizer, Error> {
        let Some(pattern) = self.pattern else {
            return Err(Error::unsupported("tokenizer", "character-level"));
        };
        let merges = Merges::new(self.merges.iter().copied())?;
        let bytes: Vec<_> =
            self.tokens.iter().map(|token| byte_characters::to_bytes(token)).collect();
        let known = (0..).zip(&bytes).filter_map(|(id, bytes)| Some((id, bytes.as_deref()?)));
        let vocabulary = Vocabulary::new(known)?;
        Ok(Tokenizer::new(ByteLevel::new(vocabulary, merges, pattern, self.added()?, false)?))
    }

    fn added(&self) -> Result<AddedTokens, Error> {
        let special = |(id, token): (u32, &String)| {
            let is_special = !token.is_empty() && self.options.special_tokens.contains(token);
            is_special.then(|| AddedToken { id, content: token.clone(), special: true })
        };
        AddedTokens::new((0..).zip(&self.tokens).filter_map(special).collect())
    }
}
