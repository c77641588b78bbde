//! The normal distribution.

/// The number below which a standard normal variable lies with that probability; infinite for 0 and 1, and
/// 0 for what is no probability.
///
/// ```
/// use genai_metrics::resample::normal_quantile;
/// assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-14);
/// assert_eq!(normal_quantile(0.5), 0.0);
/// ```
pub fn normal_quantile(probability: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) {
        return 0.0;
    }
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    #[expect(clippy::float_cmp, reason = "the middle is exactly 0")]
    if probability == 0.5 {
        return 0.0;
    }
    if probability > 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    // The distribution function of smaller numbers is as exact as it is of any, and it only grows.
    let below = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let (mut low, mut high) = (-40.0, 0.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if below(middle) < probability { low = middle } else { high = middle }
    }
}
