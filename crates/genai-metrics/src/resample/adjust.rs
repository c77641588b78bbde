//! Several tests at once.

/// p-values corrected for their number, so that the chance of any false alarm among them stays what it
/// would be for one (Holm 1979, *A Simple Sequentially Rejective Multiple Test Procedure*). In the order
/// given.
///
/// ```
/// use genai_metrics::resample::holm;
/// assert_eq!(holm(&[0.5, 0.01, 0.02]), [0.5, 0.03, 0.04]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 tests")]
        let tests = (p_values.len() - rank) as f64;
        least = least.max(p_values[place] * tests).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}
