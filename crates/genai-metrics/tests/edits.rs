//! Edit distances and alignments against the table of textbooks and the way back through it.

use genai_metrics::kernel::{CommonTokens, Edit, EditAlignment, EditCounts, EditDistance};
use genai_metrics::text::TokenId;
use proptest::prelude::*;

/// The distances of all beginnings.
fn table(reference: &[TokenId], hypothesis: &[TokenId]) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; hypothesis.len() + 1]; reference.len() + 1];
    for i in 0..=reference.len() {
        for j in 0..=hypothesis.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let other = usize::from(reference[i - 1] != hypothesis[j - 1]);
                (table[i - 1][j - 1] + other).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            };
        }
    }
    table
}

/// The way back, between what both texts begin and end with: a deletion where it can be, else an
/// insertion where that leads to less, else one of each.
fn edits(mut reference: &[TokenId], mut hypothesis: &[TokenId]) -> Vec<Edit> {
    let (mut before, mut edits) = (0, Vec::new());
    while let ([one, left @ ..], [other, right @ ..]) = (reference, hypothesis)
        && one == other
    {
        (reference, hypothesis, before) = (left, right, before + 1);
    }
    while let ([left @ .., one], [right @ .., other]) = (reference, hypothesis)
        && one == other
    {
        (reference, hypothesis) = (left, right);
        edits.push(Edit::Hit);
    }
    let table = table(reference, hypothesis);
    let (mut i, mut j) = (reference.len(), hypothesis.len());
    while i > 0 || j > 0 {
        if j == 0 || i > 0 && table[i][j] == table[i - 1][j] + 1 {
            i -= 1;
            edits.push(Edit::Deletion);
        } else if i == 0 || j > 1 && table[i][j - 1] + 1 == table[i - 1][j - 1] {
            j -= 1;
            edits.push(Edit::Insertion);
        } else {
            (i, j) = (i - 1, j - 1);
            let is_hit = reference[i] == hypothesis[j];
            edits.push(if is_hit { Edit::Hit } else { Edit::Substitution });
        }
    }
    edits.extend(vec![Edit::Hit; before]);
    edits.reverse();
    edits
}

fn check(alignment: &mut EditAlignment, reference: &[TokenId], hypothesis: &[TokenId]) {
    let expected = edits(reference, hypothesis);
    let runs = alignment.edits(reference, hypothesis);
    assert!(runs.iter().all(|run| run.length > 0));
    assert!(runs.windows(2).all(|pair| pair[0].edit != pair[1].edit));
    let found: Vec<Edit> = runs.iter().flat_map(|run| vec![run.edit; run.length]).collect();
    assert_eq!(found, expected, "{reference:?} {hypothesis:?}");
    let count = |edit| expected.iter().filter(|&&other| other == edit).count() as u64;
    let [hits, substitutions, deletions, insertions] = Edit::ALL.map(count);
    let counts = EditCounts { hits, substitutions, deletions, insertions };
    assert_eq!(alignment.counts(reference, hypothesis), counts);
    assert_eq!(counts.of_reference(), reference.len() as u64);
    assert_eq!(counts.of_hypothesis(), hypothesis.len() as u64);
}

fn text(distinct: u32, length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<TokenId>> {
    prop::collection::vec(0..distinct, length)
}

proptest! {
    /// Short texts, one pair after the other; the last ids are unknown, as is the greatest.
    #[test]
    fn short_texts_equal_a_table(
        pairs in prop::collection::vec((1..9u32).prop_flat_map(|d| (text(d, 0..150), text(d + 2, 0..150))), 1..6)
    ) {
        let (mut alignment, mut distance) = (EditAlignment::default(), EditDistance::default());
        for (reference, mut hypothesis) in pairs {
            alignment.reset(8);
            distance.reset(8);
            hypothesis.iter_mut().filter(|id| **id > 8).for_each(|id| *id = TokenId::MAX);
            check(&mut alignment, &reference, &hypothesis);
            let last = table(&reference, &hypothesis)[reference.len()][hypothesis.len()];
            prop_assert_eq!(distance.between(&reference, &hypothesis), last);
        }
    }

    #[test]
    fn common_tokens_equal_counts(
        hypothesis in text(7, 0..40),
        references in prop::collection::vec(text(5, 0..40), 1..4),
    ) {
        let mut common = CommonTokens::default();
        common.take_hypothesis(&hypothesis, 5);
        for reference in &references {
            let count = |text: &[TokenId], id| text.iter().filter(|&&other| other == id).count();
            let shared: usize =
                (0..5).map(|id| count(&hypothesis, id).min(count(reference, id))).sum();
            prop_assert_eq!(common.with(reference), shared as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Texts of several strips, some much like each other, so that narrow bands are enough.
    #[test]
    fn long_texts_equal_a_table(
        (reference, other) in prop::sample::select(vec![2, 3, 20, 300])
            .prop_flat_map(|d| (text(d, 0..1200), text(d + d / 8, 0..1200))),
        splice in prop::option::of((any::<prop::sample::Index>(), 0..90usize)),
    ) {
        let hypothesis = match splice {
            Some((at, length)) if !reference.is_empty() => {
                let at = at.index(reference.len());
                let end = (at + length / 2).min(reference.len());
                let part = other.iter().take(length);
                reference[..at].iter().chain(part).chain(&reference[end..]).copied().collect()
            }
            _ => other,
        };
        let (mut alignment, mut distance) = (EditAlignment::default(), EditDistance::default());
        alignment.reset(300);
        distance.reset(300);
        check(&mut alignment, &reference, &hypothesis);
        let last = table(&reference, &hypothesis)[reference.len()][hypothesis.len()];
        prop_assert_eq!(distance.between(&reference, &hypothesis), last);
        // The reference's ids alone have to be known.
        if hypothesis.iter().all(|&id| id < 300) {
            prop_assert_eq!(distance.between(&hypothesis, &reference), last);
        }
    }
}
