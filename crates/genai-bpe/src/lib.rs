//! Byte-pair encoding (BPE) that gives the ids of the tools that people have: OpenAI's tiktoken,
//! Hugging Face's tokenizers, subword-nmt and SentencePiece.
//!
//! ```
//! # fn main() -> Result<(), genai_bpe::Error> {
//! # #[cfg(feature = "cl100k")] {
//! let tokenizer = genai_bpe::Tokenizer::builtin("cl100k_base")?;
//! let ids = tokenizer.encode("tiktoken is great!");
//! assert_eq!(ids, [83, 1609, 5963, 374, 2294, 0]);
//! assert_eq!(tokenizer.decode(&ids)?, "tiktoken is great!");
//! assert_eq!(tokenizer.count("tiktoken is great!"), 6);
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # From text to ids
//!
//! 1. **Added tokens** are cut out of the text and become one id each; special ones only if the
//!    caller asks for it ([`Special`]).
//! 2. What is between them is **normalized**, if the tokenizer says so.
//! 3. A [`Pattern`] cuts it into **pieces**: words with the space before them, numbers, punctuation.
//! 4. Each piece becomes symbols, bytes or characters, and neighbours **merge** until no pair is left
//!    that does.
//!
//! # Two definitions of BPE, and why one kernel serves both
//!
//! *By a list of merges* (Sennrich, Haddow and Birch 2016; Hugging Face, subword-nmt, GPT-2's files): a
//! pair of neighbours merges if the list has it, the first in the list first, the leftmost of equals.
//! *By ranks* (tiktoken, and SentencePiece with scores): a pair merges if its two texts together
//! are a token, the token of lowest rank first.
//!
//! The second is a case of the first. Say a token comes to be in some text. Its bytes were merged among
//! themselves only, for a merge across their edge would have left no token that ends there. Merges are
//! chosen by rank, then place, so that those within the token's bytes come in the same
//! order as if the bytes stood alone. So a token comes from one pair, the same in every text: the last
//! two parts in the encoding of its own bytes. [`Merges`] holds that pair.
//!
//! The converse does not hold, and a token that no merges lead to is still what a piece
//! becomes if the piece is that token, for tiktoken always, for Hugging Face with `ignore_merges`.
//!
//! # How merging is done
//!
//! - **A word that was seen** is in the worker's cache, a table of fixed size; words are compared, not
//!   only their hashes.
//! - **Byte-level pieces** are encoded from left to right without merging at all: the longest token that
//!   fits, a shorter one if the two neighbours would not stay neighbours, and a step
//!   back if nothing fits. Places where nothing fitted are marked, so that a text of `n` bytes takes
//!   O(n) steps. It rests on a property of merge lists whose parts come before the whole: a sequence of tokens is the
//!   encoding of its bytes exactly if every two neighbours are (the idea is from GitHub's crate
//!   `bpe`, 2024). That the list has the property is checked when it is loaded.
//! - **Otherwise** pairs wait in a queue by rank and place, O(n log n); short pieces are scanned instead.
//!
//! No input makes any of them recurse, backtrack without bound or take quadratic time.
//!
//! # Limits
//!
//! Ids of a vocabulary are below 2²⁴, and its tokens have less than 2 GiB together; more is an error when a
//! tokenizer is loaded. Texts may have any length. But a single piece has to have less than 2³² symbols where
//! pieces are merged, which is everywhere but with byte-level tokenizers that trainers wrote: more is a panic,
//! never other ids, and takes a hundred GiB of memory first. Offsets within a run of unknown characters that
//! are fused into one token (`fuse_unk`) are right up to 4 GiB.
//!
//! # What differs from the tools
//!
//! - tiktoken raises an error on special tokens in a text by default; here they are text unless
//!   [`Special`] says otherwise.
//! - Where one special token starts with another, the longest is found. In tiktoken it is one or the other,
//!   by the order of a hash map; no encoding that has a name here has such tokens.
//! - What a file asks for and this crate does not have is refused by name ([`Error::Unsupported`]).
//!   With the feature `hugging-face` the `tokenizers` crate takes over such files.
//! - Character classes are those of Unicode 16.0, as in tiktoken 0.14 and tokenizers 0.23.

#![expect(
    clippy::cast_possible_truncation,
    reason = "hashes and packed words are cut on purpose, ids are below 2²⁴, and no token has 4 GiB"
)]

mod added;
mod builtin;
mod byte_characters;
mod byte_level;
mod codec;
mod decode_stream;
mod encodings;
mod error;
mod hash;
mod hugging_face;
mod load;
mod merges;
mod merging;
mod pretokenizer;
mod sentencepiece;
pub mod statistics;
mod subword_nmt;
mod tokenizer;
mod training;
mod vocabulary;

pub use decode_stream::DecodeStream;
pub use error::Error;
pub use merges::{Merge, Merges};
pub use pretokenizer::{Pattern, Pieces, UNICODE_VERSION};
pub use subword_nmt::{SubwordNmt, SubwordNmtTrainer};
pub use tokenizer::{CACHE_SIZE, Encoder, Encoding, Special, Tokenizer};
pub use training::{Progress, Trained, Trainer};
pub use vocabulary::Vocabulary;
