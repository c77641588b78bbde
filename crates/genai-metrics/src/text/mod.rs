//! Cutting text into tokens.
//!
//! A [`Tokenizer`] is case folding followed by a [`Scheme`]; it fills [`Tokens`], a buffer that is
//! used again for the next text. A [`Vocabulary`] then gives equal tokens of one segment equal ids,
//! which is all that a metric's kernel needs to see.

mod alphabet;
mod answer;
mod blocks;
mod character;
mod characters;
mod intl;
mod lowercase;
mod machine;
mod plain;
mod rouge;
mod scheme;
mod sentences;
mod stemmer;
mod subwords;
mod tables;
mod tercom;
mod tokenizer;
mod transcript;
mod v13a;
mod vocabulary;
mod word_characters;
mod zh;

pub(crate) use alphabet::Alphabet;
pub use character::is_white_space;
pub(crate) use characters::Characters;
pub use lowercase::lowercase;
pub(crate) use rouge::is_unseen;
pub use scheme::Scheme;
pub use sentences::{Punkt, SentenceSplit};
pub use stemmer::Stemmer;
pub use subwords::Subwords;
pub use tercom::Tercom;
pub(crate) use tokenizer::LIMIT;
pub use tokenizer::{Tokenizer, Tokens};
pub use transcript::{Transcript, Unit};
pub use vocabulary::{TokenId, Vocabulary};
