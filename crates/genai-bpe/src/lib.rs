//! Byte-pair encoding, equal to the tools that people have.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests may"))]

mod added;
mod builtin;
mod byte_characters;
mod byte_level;
mod codec;
mod encodings;
mod error;
mod hash;
mod hugging_face;
mod load;
mod merges;
mod merging;
mod pretokenizer;
pub mod statistics;
mod tokenizer;
mod training;
mod vocabulary;

pub use error::Error;
pub use merges::{Merge, Merges};
pub use pretokenizer::{Pattern, Pieces, UNICODE_VERSION};
pub use tokenizer::{CACHE_SIZE, Encoder, Encoding, Special, Tokenizer};
pub use training::{Progress, Trained, Trainer};
pub use vocabulary::Vocabulary;
