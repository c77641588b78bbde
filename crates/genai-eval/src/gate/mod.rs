//! The quality gate: rules, the evidence for each, and one verdict.

#![cfg_attr(not(test), expect(dead_code, reason = "the command is being built"))]

pub(crate) mod baseline;
pub(crate) mod configuration;
pub(crate) mod outputs;
pub(crate) mod verdict;
