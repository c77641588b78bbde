//! How large models can be.

/// The longest n-grams of a model.
pub(super) const MAX_ORDER: usize = 8;
