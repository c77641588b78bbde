//! What the same content costs in one language and in another.

/// Gini's coefficient of what each of several languages pays: 0 if all pay the same, towards 1 the
/// more one pays for all. Costs are tokens of the same content in each language, as of parallel
/// lines. `None` without a cost.
///
/// Half the mean absolute difference of all pairs, relative to the mean (Gini 1912), as Foroutan et al.,
/// *Parity-Aware Byte-Pair Encoding* (2025), apply it to tokenizers.
///
/// ```
/// use genai_bpe::statistics::gini;
/// assert_eq!(gini(&[10, 10, 10]), Some(0.0));
/// assert_eq!(gini(&[0, 0, 0, 8]), Some(0.75));
/// assert_eq!(gini(&[3, 1]), Some(0.25));
/// assert_eq!(gini(&[]), None);
/// ```
pub fn gini(costs: &[u64]) -> Option<f64> {
    let mut ascending = costs.to_vec();
    ascending.sort_unstable();
    let languages = ascending.len() as i128;
    let total: i128 = ascending.iter().map(|&cost| i128::from(cost)).sum();
    // Every pair once: in ascending order each cost is the larger of two as often as others come
    // before it, and the smaller as often as others come after it.
    let differences: i128 = ascending
        .iter()
        .zip(0..)
        .map(|(&cost, i)| i128::from(cost) * (2 * i + 1 - languages))
        .sum();
    (total > 0).then(|| differences as f64 / (languages * total) as f64)
}

/// What content costs in each language, relative to the first: tokens divided by the first's
/// tokens, on parallel texts. All `None` if the first has no token.
///
/// The premium of Petrov et al., *Language Model Tokenizers Introduce Unfairness Between Languages*
/// (`NeurIPS` 2023), taken of whole texts.
///
/// ```
/// use genai_bpe::statistics::parity;
/// assert_eq!(parity(&[10, 15, 5]), [Some(1.0), Some(1.5), Some(0.5)]);
/// assert_eq!(parity(&[0, 1]), [None, None]);
/// ```
pub fn parity(tokens: &[u64]) -> Vec<Option<f64>> {
    let first = tokens.first().copied().unwrap_or(0);
    tokens.iter().map(|&tokens| (first > 0).then(|| tokens as f64 / first as f64)).collect()
}
