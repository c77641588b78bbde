//! What can be wrong with a configuration: where, and what was expected.

use thiserror::Error;

use crate::read::InputError;

/// A configuration that the gate cannot go by. Prints as one line.
#[derive(Debug, Error)]
pub(crate) enum ConfigurationError {
    /// The file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Something in the file is not right.
    #[error("{name}:{line}: {problem}")]
    InFile {
        /// The file as it was named.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// Something is not right in what file and flags say together.
    #[error("{0}")]
    Together(Box<Problem>),
}

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Error)]
pub(crate) enum Problem {
    /// It is no TOML.
    #[error("{0}")]
    Syntax(String),
    /// A name that means nothing there.
    #[error("unknown {what} '{name}' in {section}, {instead}")]
    Unknown {
        /// What it would be: a key, a metric.
        what: &'static str,
        /// As it was written.
        name: String,
        /// Where: `[[gate]]`.
        section: String,
        /// What was probably meant, or would be right.
        instead: String,
    },
    /// A value that the key does not take.
    #[error("{key} in {section} is {found}, expected {expected}")]
    Value {
        /// The key.
        key: String,
        /// Where.
        section: String,
        /// What is there.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// Something that has to be there is not.
    #[error("{section} has no {key}, expected {expected}")]
    Missing {
        /// Where.
        section: String,
        /// The key.
        key: &'static str,
        /// What it would be.
        expected: String,
    },
    /// The same is said in two ways.
    #[error("{section} has both {one} and {other}, expected only one of them")]
    Conflict {
        /// Where.
        section: &'static str,
        /// One key.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A key that means nothing by itself.
    #[error("{key} in {section} means nothing without {needed}")]
    Without {
        /// The key.
        key: &'static str,
        /// Where.
        section: &'static str,
        /// What it needs.
        needed: &'static str,
    },
    /// A rule that asks nothing.
    #[error("the rule for {metric} asks nothing, expected {}", any_of(CONDITIONS))]
    NoCondition {
        /// Its metric.
        metric: String,
    },
    /// Limits that no score can keep.
    #[error("min {min} of the rule for {metric} is above max {max}, expected no more")]
    MinAboveMax {
        /// Its metric.
        metric: String,
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
    /// There is nothing to score.
    #[error("nothing to score, expected ref and hyp, data, or logprobs in [data]")]
    NoData,
    /// There is nothing to judge by.
    #[error("no rule to judge by, expected [[gate]]")]
    NoRule,
}

/// What a rule can ask.
pub(super) const CONDITIONS: &[&str] =
    &["min", "max", "max_drop", "max_drop_rel", "max_gap", "per_segment"];

/// `a, b or c`.
pub(super) fn any_of(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}
