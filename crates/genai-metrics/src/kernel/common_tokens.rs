//! How many tokens two texts share.

use crate::text::TokenId;

/// The tokens that a text has in common with references, each at most as often as either has it.
///
/// ```
/// use genai_metrics::kernel::CommonTokens;
/// let mut common = CommonTokens::default();
/// common.take_hypothesis(&[0, 0, 2, 9], 3); // the references' ids are below 3
/// assert_eq!(common.with(&[0, 1, 2]), 2);
/// assert_eq!(common.with(&[0, 0, 0]), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CommonTokens {
    /// How often the hypothesis has each token of the references.
    counts: Vec<i64>,
}

impl CommonTokens {
    /// Counts the hypothesis's tokens; ids that are not below `distinct` are in no reference.
    pub fn take_hypothesis(&mut self, hypothesis: &[TokenId], distinct: usize) {
        self.counts.clear();
        self.counts.resize(distinct, 0);
        for &token in hypothesis {
            if let Some(count) = self.counts.get_mut(token as usize) {
                *count += 1;
            }
        }
    }

    /// How many tokens it shares with a reference.
    pub fn with(&mut self, reference: &[TokenId]) -> u64 {
        let mut common = 0;
        for &token in reference {
            if let Some(left) = self.counts.get_mut(token as usize) {
                common += u64::from(*left > 0);
                // Below zero it goes on counting, so that the way back is the same.
                *left -= 1;
            }
        }
        for &token in reference {
            if let Some(left) = self.counts.get_mut(token as usize) {
                *left += 1;
            }
        }
        common
    }
}
