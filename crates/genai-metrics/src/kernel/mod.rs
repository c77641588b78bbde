//! Counting over token ids. No metric is named here.

mod ngram;
mod occurrences;
mod per_order;
mod trie;

pub use ngram::NgramTable;
pub use per_order::PerOrder;
