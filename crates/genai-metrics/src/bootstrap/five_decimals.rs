//! Numbers as they read with five decimals.

/// The number that C's and perl's `printf("%.5f")` print for this one, which is how ROUGE-1.5.5
/// rounds: to the nearest by the exact value, and to an even last digit where two are as near.
///
/// ```
/// use genai_metrics::bootstrap::round5;
/// assert_eq!(round5(2.0 / 3.0), 0.66667);
/// assert_eq!((round5(0.015625), round5(0.046875)), (0.01562, 0.04688));
/// // The number nearest to 0.000025 lies a little above it, the one nearest to 0.000035 below.
/// assert_eq!((round5(0.000025), round5(0.000035)), (0.00003, 0.00003));
/// ```
#[must_use]
pub fn round5(value: f64) -> f64 {
    let scaled = value * 1e5;
    let nearest = scaled.round_ties_even();
    // Up to 1000 the product is off by less than 2⁻²⁶, so unless it comes close to a tie its
    // nearest integer is that of the exact product. Integer and 10⁵ are exact, and their
    // quotient is then what the five decimals read as.
    if value.abs() < 1000.0 && (scaled - nearest).abs() < 0.499 {
        return nearest / 1e5;
    }
    // Formatting is exact, however many digits that takes; what it writes is always a number.
    format!("{value:.5}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What perl prints.
    #[test]
    fn as_printf() {
        for (value, printed) in [
            (0.0, "0.00000"),
            (0.5, "0.50000"),
            (1.0 / 3.0, "0.33333"),
            (2.0 / 3.0, "0.66667"),
            (0.123_455, "0.12345"),
            (0.000_005, "0.00001"),
            (0.000_004_999_999, "0.00000"),
            (0.109_375, "0.10938"),
            (0.140_625, "0.14062"),
            (1.0 - 1e-12, "1.00000"),
            (0.046_875, "0.04688"),
            (1_234.015_625, "1234.01562"),
            (123_456.703_125, "123456.70312"),
            (0.999_995, "0.99999"),
            (-0.015_625, "-0.01562"),
        ] {
            let expected: f64 = printed.parse().unwrap();
            assert_eq!(round5(value).to_bits(), expected.to_bits(), "{value}");
        }
        assert!(round5(f64::INFINITY).is_infinite());
        assert!(round5(f64::NAN).is_nan());
    }

    /// The short way against the exact one, wherever they could part: about the ties and the
    /// five-decimal numbers themselves.
    #[test]
    fn the_short_way_is_exact() {
        for number in 0..100_000 {
            for middle in [f64::from(number) / 1e5, (f64::from(number) + 0.5) / 1e5] {
                for value in [middle.next_down(), middle, middle.next_up()] {
                    let exact: f64 = format!("{value:.5}").parse().unwrap();
                    assert_eq!(round5(value).to_bits(), exact.to_bits(), "{value}");
                    assert_eq!(round5(exact).to_bits(), exact.to_bits(), "{value}");
                }
            }
        }
    }
}
