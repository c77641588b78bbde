//! Items drawn again on all threads, and what that says of a number.

use genai_metrics::agreement::{Resampled, Undefined, bootstrap};
use genai_metrics::resample::{Estimate, Pcg64};

use crate::resampling::{Pool, Resampling};

/// The statistics in each resample of so many items, on the rayon pool in which it is called.
pub(super) fn draw(
    items: usize,
    resampling: Resampling,
    statistics: &(impl Fn(&[u32]) -> Vec<Option<f64>> + Sync),
) -> Vec<Resampled> {
    let mut generator = Pcg64::new(resampling.seed);
    bootstrap(items, resampling.resamples, &mut generator, &Pool, statistics)
}

/// A number, or why there is none, and an interval about it.
#[derive(Clone, Debug)]
pub(super) struct Statistic {
    pub(super) value: Result<f64, Undefined>,
    /// The interval, if items were drawn again and it is defined for some resample.
    pub(super) interval: Option<Estimate>,
    /// In how many resamples it is undefined.
    pub(super) undefined: u32,
}

impl Statistic {
    pub(super) fn new(
        value: Result<f64, Undefined>,
        resampled: Option<&Resampled>,
        level: f64,
    ) -> Self {
        // What does not exist has no interval, whatever resamples may have.
        let resampled = resampled.filter(|_| value.is_ok());
        Self {
            interval: resampled.and_then(|resampled| resampled.estimate(level)),
            undefined: resampled.map_or(0, |resampled| resampled.undefined),
            value,
        }
    }
}
