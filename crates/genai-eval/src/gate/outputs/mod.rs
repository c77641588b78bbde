//! What the gate found, for people and for the programs around it: one file a format. All of them
//! are pure functions of a [`super::verdict::GateReport`].

pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod openmetrics;
mod phrases;
mod table;
pub(crate) mod text;
mod word_diff;

#[cfg(test)]
mod tests;
