//! Counting over token ids. No metric is named here.

mod common_tokens;
mod edit_alignment;
mod edit_distance;
mod lcs;
mod ngram;
mod ngram_chains;
mod ngram_counts;
mod occurrences;
mod per_order;
mod places_by_token;
mod skip_bigram;
mod trie;
mod union;
mod weighted_lcs;

pub use common_tokens::CommonTokens;
pub use edit_alignment::{Edit, EditAlignment, EditCounts, EditRun};
pub use edit_distance::EditDistance;
pub use lcs::{CommonSubsequence, Places};
pub use ngram::NgramTable;
pub use ngram_chains::NgramChains;
pub use ngram_counts::NgramCounts;
pub use per_order::PerOrder;
pub(crate) use places_by_token::PlacesByToken;
pub use skip_bigram::SkipBigrams;
pub use union::SubsequenceUnion;
pub use weighted_lcs::WeightedSubsequence;
