//! Why a number does not exist.

use thiserror::Error;

/// Why a statistic has no value for these data: there is no NaN here.
///
/// ```
/// use genai_metrics::agreement::{Undefined, pearson};
/// let undefined = pearson(&[1.0, 1.0], &[1.0, 2.0]).unwrap_err();
/// assert_eq!(undefined, Undefined::Constant { what: "human score" });
/// assert_eq!(undefined.to_string(), "every human score is the same, expected two that differ");
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undefined {
    /// Two lists that should have an item of each other's.
    #[error("there are {human} human scores and {metric} of the metric, expected as many")]
    Lengths {
        /// How many human scores.
        human: usize,
        /// How many scores of the metric.
        metric: usize,
    },
    /// A score or rating that is infinite or no number.
    #[error("number {} is not finite, expected a finite one", .index + 1)]
    NotFinite {
        /// Its place, from 0.
        index: usize,
    },
    /// Too few items.
    #[error("there are {found} items, expected at least {least}")]
    TooFew {
        /// How many there are.
        found: u64,
        /// How many it takes.
        least: u64,
    },
    /// All scores of one side are the same.
    #[error("every {what} is the same, expected two that differ")]
    Constant {
        /// What the scores are.
        what: &'static str,
    },
    /// A rater who rated an item twice.
    #[error("rater {} has rated item {} twice, expected one rating", .rater + 1, .item + 1)]
    RatedTwice {
        /// The item, from 0.
        item: usize,
        /// The rater, from 0.
        rater: usize,
    },
    /// Words on a scale of numbers.
    #[error("the ratings are words, expected numbers")]
    NotNumbers,
    /// No item that two raters have rated.
    #[error("no item has two ratings, expected one that has")]
    NoPairs,
    /// Ratings between which chance could not disagree.
    #[error("all ratings are alike, expected two that differ")]
    Alike,
    /// Groups within none of which a statistic is defined.
    #[error("it is undefined within every group, expected one within which it is defined")]
    NoGroup,
    /// Items with different numbers of ratings.
    #[error(
        "one item has {fewest} ratings and another {most}, expected the same number for each item"
    )]
    UnequalRatings {
        /// The fewest ratings of an item.
        fewest: usize,
        /// The most.
        most: usize,
    },
}
