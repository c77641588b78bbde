//! The quality gate: rules, the evidence for each, and one verdict.

#![expect(dead_code, reason = "the command is being built")]

pub(crate) mod baseline;
pub(crate) mod configuration;
pub(crate) mod verdict;
