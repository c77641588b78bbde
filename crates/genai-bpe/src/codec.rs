//! What every kind of tokenizer does, whichever tool it comes from.

use std::borrow::Cow;
use std::fmt::Debug;

use crate::Error;
use crate::byte_level::{Steps, Waiting, WordCache};
use crate::merging::{Merging, Symbol};

/// Text to ids and back, by the rules of one tool. One implementation per family of formats.
pub(crate) trait Codec: Debug + Send + Sync {
    /// What the tokenizer is, for messages and `inspect`: "byte-level", "SentencePiece", …
    fn family(&self) -> &'static str;

    /// Encodes `text` and appends to `output`. Of special tokens, those that `special` allows are
    /// recognised in the text; the others are text like any other.
    fn encode(
        &self,
        text: &str,
        special: Allowed<'_>,
        memory: &mut Memory,
        output: &mut Output<'_>,
    );

    /// The pieces that `text` is split into as the tool prints them. Where there is no token for a
    /// piece, that is its text.
    fn pieces(&self, text: &str, memory: &mut Memory) -> Vec<String> {
        let mut ids = Vec::new();
        let mut output = Output { ids: &mut ids, offsets: None, limit: usize::MAX };
        self.encode(text, Allowed::None, memory, &mut output);
        ids.iter().map(|&id| self.token(id).unwrap_or_default().into_owned()).collect()
    }

    /// Appends the bytes that `ids` stand for, as the tool decodes them.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    fn decode(&self, ids: &[u32], options: DecodeOptions, bytes: &mut Vec<u8>)
    -> Result<(), Error>;

    /// Whether the bytes of a sequence are those of its ids one after another, so that a stream
    /// can be decoded id by id. Special tokens that are left out don't count.
    fn is_concatenative(&self) -> bool;

    /// For a codec that is not concatenative: whether the text that ids add follows from these ids and
    /// the last one before them that is any text when alone, so that a stream can forget all earlier ones.
    /// Ids that are open wait for the next. Where this does not hold, a stream has its text at its end.
    fn decodes_locally(&self) -> bool {
        false
    }

    /// Whether the text of this id depends on those that follow: as one byte of several, say.
    fn is_open(&self, id: u32) -> bool {
        self.is_byte_fallback(id)
    }

    /// The token as the tool writes it: `Ġthe`, `▁the`, `the</w>`.
    fn token(&self, id: u32) -> Option<Cow<'_, str>>;

    /// The bytes that the token adds to a text, where that does not depend on its neighbours.
    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>>;

    /// The id of a token as the tool writes it.
    fn id(&self, token: &str) -> Option<u32>;

    /// One more than the largest id, added tokens included.
    fn id_bound(&self) -> usize;

    /// The special tokens with their ids.
    fn special_tokens(&self) -> Vec<(&str, u32)>;

    /// The id for what no token covers, if there is one.
    fn unknown_id(&self) -> Option<u32>;

    /// Whether the id is a byte that stands in for a character without a token.
    fn is_byte_fallback(&self, id: u32) -> bool;

    /// The ids of one text with what its model wants around them.
    fn add_special_tokens(&self, ids: &[u32]) -> Vec<u32> {
        ids.to_vec()
    }

    /// The `tokenizer.json` that the tokenizer was read from, written again.
    fn to_hugging_face_json(&self) -> Option<String> {
        None
    }

    /// For downcasts when saving.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// Which special tokens are recognised in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Allowed<'a> {
    None,
    All,
    Only(&'a [&'a str]),
}

impl Allowed<'_> {
    pub(crate) fn contains(self, token: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(tokens) => tokens.contains(&token),
        }
    }
}

/// How ids become text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DecodeOptions {
    /// Leave special tokens out.
    pub(crate) skip_special: bool,
}

/// Where tokens go: ids, and the bytes of the text that each covers if somebody asks.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) ids: &'a mut Vec<u32>,
    pub(crate) offsets: Option<&'a mut Vec<(usize, usize)>>,
    /// Nobody wants more tokens than this; a codec may stop at any piece's end beyond it.
    pub(crate) limit: usize,
}

impl Output<'_> {
    #[inline]
    pub(crate) fn push(&mut self, id: u32, start: usize, end: usize) {
        self.ids.push(id);
        if let Some(offsets) = &mut self.offsets {
            offsets.push((start, end));
        }
    }

    /// Whether more tokens are asked for.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.ids.len() > self.limit
    }
}

/// Working memory of one worker of one tokenizer, used again from text to text.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The ids of words, which are those of this tokenizer.
    pub(crate) words: WordCache,
    pub(crate) waiting: Option<Box<Waiting>>,
    pub(crate) steps: Steps,
    pub(crate) symbols: Vec<Symbol>,
    /// The ids of one word.
    pub(crate) ids: Vec<u32>,
    pub(crate) merging: Merging,
    /// What a text became before it is cut.
    pub(crate) text: Vec<u8>,
}

impl Memory {
    /// Memory with a cache of about so many words; 0 for none.
    pub(crate) fn new(cache_size: usize) -> Self {
        Self {
            words: WordCache::new(cache_size),
            waiting: None,
            steps: Steps::default(),
            symbols: Vec::new(),
            ids: Vec::new(),
            merging: Merging::default(),
            text: Vec::new(),
        }
    }
}
