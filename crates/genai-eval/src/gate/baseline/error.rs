//! What can be wrong with a stored baseline, and how it can differ from a run.

use std::io;

use thiserror::Error;

/// A baseline that cannot be read or written. Prints as one line.
#[derive(Debug, Error)]
#[error("{file}: {problem}")]
pub(crate) struct BaselineError {
    /// The file as it was named, or that of its rows.
    pub(crate) file: String,
    /// What is wrong.
    pub(crate) problem: BaselineProblem,
}

/// What is wrong with a baseline.
#[derive(Debug, Error)]
pub(crate) enum BaselineProblem {
    /// There is none.
    #[error("no such baseline, expected one written by gate --update-baseline")]
    Missing,
    /// The file cannot be read.
    #[error("cannot read the baseline: {0}")]
    Unreadable(io::Error),
    /// It is cut off, or no JSON.
    #[error("the baseline is truncated or damaged, expected JSON: {0}")]
    NotJson(serde_json::Error),
    /// It is JSON, but no baseline, or one of another version of this program.
    #[error("the schema is {}, expected '{expected}'", found.as_ref().map_or_else(|| "missing".to_owned(), |found| format!("'{found}'")))]
    OtherSchema {
        /// What it says it is.
        found: Option<String>,
        /// What is read.
        expected: &'static str,
    },
    /// Something in it is not as it is written by this program.
    #[error("the baseline is damaged: {0}")]
    Malformed(String),
    /// Its rows would be elsewhere than beside it.
    #[error("the rows are in '{0}', expected the name of a file beside the baseline")]
    RowsElsewhere(String),
    /// Its rows are not there.
    #[error("the rows of the baseline are missing, expected this file beside it")]
    RowsMissing,
    /// Its rows are not those that it was written with.
    #[error("the rows of the baseline are damaged: {0}")]
    RowsDamaged(String),
    /// Its rows are other than it says.
    #[error("line {line}: the rows do not fit the baseline: {what}")]
    RowsMisfit {
        /// The line within the rows, from 1.
        line: u64,
        /// What is there and what was expected.
        what: String,
    },
    /// There is something to write that is no finite number.
    #[error("cannot store {0}, expected a finite number")]
    NotFinite(String),
    /// There is something to write that cannot be right.
    #[error("cannot store {0}")]
    Inconsistent(String),
    /// Something else is there, which must not be replaced.
    #[error("the file is no baseline, so it is not replaced; expected none, or another name")]
    Foreign,
    /// It cannot be written.
    #[error("cannot write the baseline: {0}")]
    Unwritable(io::Error),
}

/// Why a baseline and a run cannot be compared. Prints as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Mismatch {
    /// Another number of segments.
    #[error("the baseline was made of {stored} segments, but {current} were scored")]
    Segments {
        /// The baseline's.
        stored: u64,
        /// The run's.
        current: u64,
    },
    /// Other references.
    #[error("the baseline was made with other references")]
    References,
    /// Other ids, or another order of them.
    #[error("the baseline was made of segments with other ids, or in another order")]
    Ids,
    /// Ids here, none there.
    #[error("{}", if *.stored { "the baseline has ids of segments, but the data have none" } else { "the data have ids of segments, but the baseline has none" })]
    IdsOnOneSide {
        /// Whether it is the baseline that has them.
        stored: bool,
    },
    /// A metric that is not in it.
    #[error("the baseline has no {metric}, expected one of {}", stored.join(", "))]
    NoMetric {
        /// The metric.
        metric: String,
        /// Those that are in it.
        stored: Vec<String>,
    },
    /// Other options.
    #[error("the baseline's {metric} has the signature {stored}, but the run's is {current}")]
    Signature {
        /// The metric.
        metric: String,
        /// The baseline's, without the version of the tool.
        stored: String,
        /// The run's, without the version of the tool.
        current: String,
    },
    /// Rows of another form, as another version may make them.
    #[error("the baseline's rows of {metric} have {stored} columns, but the run's have {current}")]
    Columns {
        /// The metric.
        metric: String,
        /// The baseline's.
        stored: usize,
        /// The run's.
        current: usize,
    },
}

impl BaselineError {
    pub(super) fn new(file: impl Into<String>, problem: BaselineProblem) -> Self {
        Self { file: file.into(), problem }
    }
}
