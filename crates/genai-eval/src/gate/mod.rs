//! The quality gate: rules, the evidence for each, and one verdict.

pub(crate) mod baseline;
pub(crate) mod configuration;
pub(crate) mod judge;
pub(crate) mod outputs;
pub(crate) mod self_check;
pub(crate) mod verdict;
mod wording;
pub(crate) mod worst;
