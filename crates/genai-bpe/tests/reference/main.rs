//! What tiktoken, Hugging Face's tokenizers, subword-nmt and `SentencePiece` say of our fixtures. The records are
//! described in `fixtures/README.md`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod generated;
mod hugging_face;
mod sentencepiece;
mod subword_nmt;
mod tiktoken;
mod training;
