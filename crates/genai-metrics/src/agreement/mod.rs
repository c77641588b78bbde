//! How far a metric agrees with humans, and humans with each other.
//!
//! Of scores: [`pearson()`], [`spearman()`], [`kendall_tau_b`], [`pairwise_accuracy`] and [`acc_eq`], or
//! all of them at once and of resamples by [`PairedScores`]. Of raters: [`Ratings`], with
//! Krippendorff's alpha, Cohen's kappa and Fleiss' kappa. What does not exist for the data at hand
//! is [`Undefined`], with the reason.
//!
//! The numbers are those of scipy 1.17 (`pearsonr`, `spearmanr`, `kendalltau`), krippendorff 0.9,
//! scikit-learn 1.9 (`cohen_kappa_score`), statsmodels 0.15 (`fleiss_kappa`) and mt-metrics-eval, but
//! for what those lose by rounding: whole numbers are counted as such, and other sums compensated.

mod bootstrap;
mod cohen;
mod fleiss;

mod kendall;
mod krippendorff;
mod paired;
mod pearson;
mod ratings;
mod spearman;
mod sums;
mod undefined;

pub use bootstrap::{Resampled, bootstrap, drawn_mean};
pub use cohen::Weights;
pub use kendall::{PairCounts, acc_eq, kendall_tau_b, pairwise_accuracy};
pub use krippendorff::Scale;
pub use paired::PairedScores;
pub use pearson::pearson;
pub use ratings::Ratings;
pub use spearman::spearman;
pub use undefined::Undefined;

/// A way to say how far two scores agree.
///
/// ```
/// use genai_metrics::agreement::Correlation;
/// let names = Correlation::ALL.map(Correlation::name);
/// assert_eq!(names, ["pearson", "spearman", "kendall_tau_b", "pairwise_accuracy", "acc_eq"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correlation {
    /// See [`pearson()`].
    Pearson,
    /// See [`spearman()`].
    Spearman,
    /// See [`PairCounts::tau_b`].
    KendallTauB,
    /// See [`PairCounts::pairwise_accuracy`].
    PairwiseAccuracy,
    /// See [`PairCounts::acc_eq`].
    AccEq,
}

impl Correlation {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] =
        [Self::Pearson, Self::Spearman, Self::KendallTauB, Self::PairwiseAccuracy, Self::AccEq];

    /// The name in reports for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pearson => "pearson",
            Self::Spearman => "spearman",
            Self::KendallTauB => "kendall_tau_b",
            Self::PairwiseAccuracy => "pairwise_accuracy",
            Self::AccEq => "acc_eq",
        }
    }

    /// The name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Pearson => "Pearson",
            Self::Spearman => "Spearman",
            Self::KendallTauB => "Kendall tau-b",
            Self::PairwiseAccuracy => "pairwise accuracy",
            Self::AccEq => "acc_eq",
        }
    }
}
