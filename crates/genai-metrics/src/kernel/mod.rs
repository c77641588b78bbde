//! Counting over token ids. No metric is named here.

mod ngram;
mod occurrences;
mod trie;

pub use ngram::NgramTable;
