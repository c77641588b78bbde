//! Counting over token ids. No metric is named here.

mod ngram;

pub use ngram::NgramTable;
