//! Counts by n-gram order.

/// A count for each n-gram order, from 1 up; a slice in all but name.
///
/// ```
/// use genai_metrics::PerOrder;
/// let mut counts = PerOrder::zeros(4);
/// counts[0] = 7;
/// assert_eq!((counts.len(), counts.iter().sum::<u64>()), (4, 7));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerOrder {
    // Inline, since one is made for every segment.
    counts: [u64; PerOrder::HIGHEST as usize],
    order: usize,
}

impl PerOrder {
    /// The highest order.
    pub const HIGHEST: u32 = 9;

    /// No n-grams yet, of orders 1 to `order`, which is at most 9.
    pub fn zeros(order: usize) -> Self {
        Self { counts: [0; Self::HIGHEST as usize], order: order.min(Self::HIGHEST as usize) }
    }
}

impl std::ops::Deref for PerOrder {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        &self.counts[..self.order]
    }
}

impl std::ops::DerefMut for PerOrder {
    fn deref_mut(&mut self) -> &mut [u64] {
        &mut self.counts[..self.order]
    }
}
