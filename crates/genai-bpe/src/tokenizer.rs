//! The tokenizer that users hold, over whichever family it belongs to.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::Error;
use crate::byte_level::ByteLevel;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::hugging_face::HuggingFace;
use crate::pretokenizer::Pattern;

/// Text to token ids and back. Cloning is cheap; all threads may share one.
///
/// ```
/// use genai_bpe::Tokenizer;
/// # let base64 = |byte: u8| {
/// #     let digit = |n: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n as usize] as char;
/// #     format!("{}{}==", digit(byte >> 2), digit(byte % 4 * 16))
/// # };
/// # let ranks: String = (0..=255u8).map(|byte| format!("{} {byte}\n", base64(byte))).collect();
/// # let ranks = format!("{ranks}YWI= 256\n"); // "ab"
/// let tokenizer = Tokenizer::from_tiktoken(ranks.as_bytes(), "cl100k_base")?;
/// let ids = tokenizer.encode("ab b");
/// assert_eq!(ids, [256, 32, 98]);
/// assert_eq!(tokenizer.decode(&ids)?, "ab b");
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone)]
pub struct Tokenizer {
    shared: Arc<Shared>,
}

/// Not the tables, which have hundreds of thousands of rows.
impl fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tokenizer = formatter.debug_struct("Tokenizer");
        tokenizer.field("family", &self.family()).field("id_bound", &self.id_bound());
        tokenizer.finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Shared {
    codec: Arc<dyn Codec>,
    cache_size: usize,
    /// Memory of calls that are over, for those to come.
    idle: Mutex<Vec<Memory>>,
}

/// What is done about the text of special tokens (`<|endoftext|>`, …) within a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Special<'a> {
    /// It is text like any other: nothing that a user types can become a special token.
    #[default]
    Ordinary,
    /// Every special token is recognised.
    All,
    /// These are recognised; the others are text, in which one of these may begin. This is
    /// `allowed_special` of tiktoken.
    Only(&'a [&'a str]),
    /// It is an error, as by default in tiktoken.
    Forbid,
}

/// Ids, and the bytes of the text that each covers. (The encodings that have names, such as `cl100k_base`,
/// are another thing: tokenizers; see [`Tokenizer::from_tiktoken`].)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    /// The token ids.
    pub ids: Vec<u32>,
    /// For each id where its token starts and ends in the text, in bytes. A token may start or end
    /// within a character.
    pub offsets: Vec<(usize, usize)>,
}

/// Words that an encoder remembers unless told otherwise.
pub const CACHE_SIZE: usize = 1 << 18;

impl Tokenizer {
    pub(crate) fn new(codec: impl Codec + 'static) -> Self {
        Self::with_codec(Arc::new(codec), CACHE_SIZE)
    }

    fn with_codec(codec: Arc<dyn Codec>, cache_size: usize) -> Self {
        Self { shared: Arc::new(Shared { codec, cache_size, idle: Mutex::default() }) }
    }

    pub(crate) fn codec(&self) -> &dyn Codec {
        &*self.shared.codec
    }

    /// How many words each worker remembers; 0 for none. Ids don't depend on it.
    #[must_use]
    pub fn with_cache_size(&self, words: usize) -> Self {
        Self::with_codec(Arc::clone(&self.shared.codec), words)
    }

    /// An encoder with memory of its own: the fastest way to encode many texts on one thread.
    pub fn encoder(&self) -> Encoder<'_> {
        Encoder { memory: Some(self.memory()), tokenizer: self, spare: Vec::new() }
    }

    fn memory(&self) -> Memory {
        let mut idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().unwrap_or_else(|| Memory::new(self.shared.cache_size))
    }

    /// The ids of `text`; special tokens in it are text like any other.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.encoder().encode_into(text, &mut ids);
        ids
    }

    /// The pieces of `text` as the tool prints them: `apply-bpe` of subword-nmt, `encode(out_type=str)`
    /// of SentencePiece. They are the tokens of the ids but for unknown text, which stands as it is.
    pub fn encode_pieces(&self, text: &str) -> Vec<String> {
        self.encoder().encode_pieces(text)
    }

    /// The ids of `text`, with special tokens as told.
    ///
    /// # Errors
    /// [`Error::SpecialToken`] if there is one and `special` is [`Special::Forbid`].
    pub fn encode_with(&self, text: &str, special: Special<'_>) -> Result<Vec<u32>, Error> {
        Ok(self.encoder().encode_with_offsets(text, special)?.ids)
    }

    /// The ids of `text` and where their tokens are.
    ///
    /// # Errors
    /// [`Error::SpecialToken`] if there is one and `special` is [`Special::Forbid`].
    pub fn encode_with_offsets(&self, text: &str, special: Special<'_>) -> Result<Encoding, Error> {
        self.encoder().encode_with_offsets(text, special)
    }

    /// The ids of each text, on all threads of rayon's pool.
    pub fn encode_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<u32>> {
        texts
            .par_iter()
            .map_init(
                || self.encoder(),
                |encoder, text| {
                    let mut ids = Vec::new();
                    encoder.encode_into(text.as_ref(), &mut ids);
                    ids
                },
            )
            .collect()
    }

    /// How many tokens `text` has.
    pub fn count(&self, text: &str) -> usize {
        self.encoder().count(text)
    }

    /// How many tokens `text` has, or `None` if more than `limit`; stops as soon as that is clear.
    pub fn count_until(&self, text: &str, limit: usize) -> Option<usize> {
        self.encoder().count_until(text, limit)
    }

    /// The start of `text` that its first `limit` tokens cover, cut back to a whole character, and
    /// how many tokens that start is made of.
    pub fn truncate<'t>(&self, text: &'t str, limit: usize) -> (&'t str, usize) {
        self.encoder().truncate(text, limit)
    }

    /// The text that `ids` stand for.
    ///
    /// # Errors
    /// [`Error::UnknownId`]; [`Error::NotUtf8`] if the ids stop within a character.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Error> {
        String::from_utf8(self.decode_bytes(ids)?)
            .map_err(|error| Error::NotUtf8(error.utf8_error().valid_up_to()))
    }

    /// As [`Tokenizer::decode`], with U+FFFD for what is not UTF-8.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub fn decode_lossy(&self, ids: &[u32]) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.decode_bytes(ids)?).into_owned())
    }

    /// The bytes that `ids` stand for.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, Error> {
        self.decode_bytes_with(ids, false)
    }

    /// As [`Tokenizer::decode_bytes`]; `skip_special` leaves special tokens out.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub fn decode_bytes_with(&self, ids: &[u32], skip_special: bool) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.codec().decode(ids, DecodeOptions { skip_special }, &mut bytes)?;
        Ok(bytes)
    }

    /// A token as its tool writes it (`Ġthe`, `▁the`).
    pub fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        self.codec().token(id)
    }

    /// The bytes that a token adds to a text, where that does not depend on its neighbours.
    pub fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        self.codec().token_bytes(id)
    }

    /// The id of a token as its tool writes it.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.codec().id(token)
    }

    /// One more than the largest id, special and added tokens included: the width of a model's
    /// output.
    pub fn id_bound(&self) -> usize {
        self.codec().id_bound()
    }

    /// How many tokens there are, special and added ones included.
    pub fn vocabulary_size(&self) -> usize {
        (0..self.id_bound() as u32).filter(|&id| self.token(id).is_some()).count()
    }

    /// The special tokens with their ids.
    pub fn special_tokens(&self) -> Vec<(&str, u32)> {
        self.codec().special_tokens()
    }

    /// The id for what no token covers, if there is one.
    pub fn unknown_id(&self) -> Option<u32> {
        self.codec().unknown_id()
    }

    /// Whether the id is a byte that stands in for a character without a token.
    pub fn is_byte_fallback(&self, id: u32) -> bool {
        self.codec().is_byte_fallback(id)
    }

    /// The pattern that cuts texts into pieces, if one does and nothing else.
    pub fn pattern(&self) -> Option<Pattern> {
        let codec = self.codec().as_any();
        let byte_level = codec.downcast_ref::<ByteLevel>().map(ByteLevel::pattern);
        byte_level.or_else(|| codec.downcast_ref::<HuggingFace>()?.pattern())
    }

    /// What kind of tokenizer this is: `byte-level`, `SentencePiece`, …
    pub fn family(&self) -> &'static str {
        self.codec().family()
    }
}

/// A tokenizer with working memory of its own, for one thread.
///
/// ```no_run
/// # fn main() -> Result<(), genai_bpe::Error> {
/// let tokenizer = genai_bpe::Tokenizer::from_file("tokenizer.json")?;
/// let mut encoder = tokenizer.encoder();
/// let mut ids = Vec::new();
/// for line in ["one", "two"] {
///     ids.clear();
///     encoder.encode_into(line, &mut ids);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Encoder<'a> {
    tokenizer: &'a Tokenizer,
    /// There until it is dropped.
    memory: Option<Memory>,
    /// Ids that nobody asked for, only their number.
    spare: Vec<u32>,
}

impl Drop for Encoder<'_> {
    fn drop(&mut self) {
        if let Some(memory) = self.memory.take() {
            let mut idle =
                self.tokenizer.shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(memory);
        }
    }
}

impl Encoder<'_> {
    fn run(&mut self, text: &str, special: Allowed<'_>, output: &mut Output<'_>) {
        let tokenizer = self.tokenizer;
        let memory = self.memory.get_or_insert_with(|| Memory::new(tokenizer.shared.cache_size));
        tokenizer.codec().encode(text, special, memory, output);
    }

    /// Appends the ids of `text`; special tokens in it are text like any other.
    pub fn encode_into(&mut self, text: &str, ids: &mut Vec<u32>) {
        self.run(text, Allowed::None, &mut Output { ids, offsets: None, limit: usize::MAX });
    }

    /// The ids of `text` and where their tokens are.
    ///
    /// # Errors
    /// [`Error::SpecialToken`] if there is one and `special` is [`Special::Forbid`].
    pub fn encode_with_offsets(
        &mut self,
        text: &str,
        special: Special<'_>,
    ) -> Result<Encoding, Error> {
        let allowed = match special {
            Special::Ordinary => Allowed::None,
            Special::All | Special::Forbid => Allowed::All,
            Special::Only(tokens) => Allowed::Only(tokens),
        };
        let mut encoding = Encoding::default();
        self.run(
            text,
            allowed,
            &mut Output {
                ids: &mut encoding.ids,
                offsets: Some(&mut encoding.offsets),
                limit: usize::MAX,
            },
        );
        if special == Special::Forbid {
            let special = self.tokenizer.special_tokens();
            let found = encoding.ids.iter().zip(&encoding.offsets).find_map(|(id, &span)| {
                let (token, _) = special.iter().find(|(_, special)| special == id)?;
                Some(Error::SpecialToken { token: (*token).to_owned(), offset: span.0 })
            });
            if let Some(error) = found {
                return Err(error);
            }
        }
        Ok(encoding)
    }

    /// See [`Tokenizer::encode_pieces`].
    pub fn encode_pieces(&mut self, text: &str) -> Vec<String> {
        let tokenizer = self.tokenizer;
        let memory = self.memory.get_or_insert_with(|| Memory::new(tokenizer.shared.cache_size));
        tokenizer.codec().pieces(text, memory)
    }

    /// How many tokens `text` has.
    pub fn count(&mut self, text: &str) -> usize {
        self.count_up_to(text, usize::MAX)
    }

    /// How many tokens `text` has; some number above `limit` if they are more.
    fn count_up_to(&mut self, text: &str, limit: usize) -> usize {
        let mut ids = std::mem::take(&mut self.spare);
        ids.clear();
        self.run(text, Allowed::None, &mut Output { ids: &mut ids, offsets: None, limit });
        let count = ids.len();
        self.spare = ids;
        count
    }

    /// How many tokens `text` has, or `None` if more than `limit`; stops as soon as that is clear.
    pub fn count_until(&mut self, text: &str, limit: usize) -> Option<usize> {
        let count = self.count_up_to(text, limit);
        (count <= limit).then_some(count)
    }

    /// The start of `text` that its first `limit` tokens cover, cut back to a whole character, and
    /// how many tokens that start is made of.
    pub fn truncate<'t>(&mut self, text: &'t str, limit: usize) -> (&'t str, usize) {
        let Encoding { mut ids, mut offsets } = Encoding::default();
        let mut output = Output { ids: &mut ids, offsets: Some(&mut offsets), limit };
        self.run(text, Allowed::None, &mut output);
        if offsets.len() <= limit {
            return (text, offsets.len());
        }
        let mut kept = limit;
        // Tokens whose character goes on after the cut go with it.
        while kept > 0 && !text.is_char_boundary(offsets[kept - 1].1) {
            kept -= 1;
        }
        let end = kept.checked_sub(1).map_or(0, |last| offsets[last].1);
        let range: Range<usize> = 0..end;
        (&text[range], kept)
    }
}
