//! Laws of agreement: bounds, symmetry, what changes nothing, and slow definitions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use genai_metrics::agreement::{Correlation, PairCounts, PairedScores, Ratings, Scale, Weights};
use proptest::prelude::*;

/// Scores with many ties, few ties, or none.
fn scores() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let number = || prop_oneof![(-3..4).prop_map(f64::from), -1e3..1e3];
    prop::collection::vec((number(), number()), 0..40)
}

/// The ratings of items by four raters, some missing, from -2 to 5.
fn ratings() -> impl Strategy<Value = Vec<Vec<(usize, f64)>>> {
    let rating = prop_oneof![1 => Just(None), 3 => (-2..6).prop_map(|n| Some(f64::from(n)))];
    let item = prop::collection::vec(rating, 4).prop_map(|item| {
        item.into_iter().enumerate().filter_map(|(rater, rating)| Some((rater, rating?))).collect()
    });
    prop::collection::vec(item, 0..12)
}

fn paired(pairs: &[(f64, f64)]) -> PairedScores {
    let (human, metric): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    PairedScores::new(&human, &metric).unwrap()
}

/// Equal but for the last bits of numbers up to 1, or undefined both.
fn close<E>(one: &Result<f64, E>, other: &Result<f64, E>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => (one - other).abs() <= 1e-12,
        (one, other) => one.is_err() && other.is_err(),
    }
}

/// By every pair of items.
fn slow_pair_counts(pairs: &[(f64, f64)]) -> PairCounts {
    let mut counts = PairCounts::default();
    for (i, one) in pairs.iter().enumerate() {
        for other in &pairs[..i] {
            let human = one.0.partial_cmp(&other.0).unwrap();
            let metric = one.1.partial_cmp(&other.1).unwrap();
            let place = match (human.is_eq(), metric.is_eq()) {
                (true, true) => &mut counts.tied_both,
                (true, false) => &mut counts.tied_human,
                (false, true) => &mut counts.tied_metric,
                (false, false) if human == metric => &mut counts.concordant,
                (false, false) => &mut counts.discordant,
            };
            *place += 1;
        }
    }
    counts
}

proptest! {
    #[test]
    fn pairs_are_those_of_the_definition(pairs in scores()) {
        prop_assert_eq!(paired(&pairs).pair_counts(), slow_pair_counts(&pairs));
    }

    #[test]
    fn correlations_lie_within_their_bounds(pairs in scores()) {
        let scores = paired(&pairs);
        for (which, found) in Correlation::ALL.into_iter().zip(scores.correlations(None)) {
            let least = match which {
                Correlation::PairwiseAccuracy | Correlation::AccEq => 0.0,
                _ => -1.0,
            };
            prop_assert!(found.is_err() || (least..=1.0).contains(&found.clone().unwrap()));
            prop_assert_eq!(scores.correlation(which), found);
        }
    }

    /// Who is called human and who metric matters to the plain pairwise accuracy only.
    #[test]
    fn correlations_are_symmetric(pairs in scores()) {
        let swapped: Vec<(f64, f64)> = pairs.iter().map(|&(human, metric)| (metric, human)).collect();
        let (one, other) = (paired(&pairs), paired(&swapped));
        for which in Correlation::ALL.into_iter().filter(|&w| w != Correlation::PairwiseAccuracy) {
            prop_assert!(close(&one.correlation(which), &other.correlation(which)), "{which:?}");
        }
    }

    /// Another order of the items is the same to the bit.
    #[test]
    fn order_means_nothing((pairs, shuffled) in scores().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))) {
        prop_assert_eq!(paired(&pairs).correlations(None), paired(&shuffled).correlations(None));
    }

    /// What keeps the order keeps all but Pearson's, which a shift and a factor keep.
    #[test]
    fn scales_mean_nothing(pairs in scores(), factor in 0.01..100.0_f64, shift in -1e3..1e3_f64) {
        let scores = paired(&pairs);
        let order: Vec<(f64, f64)> = pairs.iter().map(|&(human, metric)| (human, metric.cbrt())).collect();
        prop_assert_eq!(&scores.correlations(None)[1..], &paired(&order).correlations(None)[1..]);
        let affine: Vec<(f64, f64)> = pairs.iter().map(|&(human, metric)| (human, factor * metric + shift)).collect();
        let pearson = |scores: &PairedScores| scores.correlation(Correlation::Pearson);
        let found = (pearson(&scores), pearson(&paired(&affine)));
        prop_assert!(close(&found.0, &found.1), "{:?}", found);
    }

    /// A score that grows with the other agrees with it entirely, and turned about not at all.
    #[test]
    fn a_copy_agrees(human in prop::collection::hash_set(-1000..1000_i32, 2..30)) {
        let human: Vec<(f64, f64)> = human.into_iter().map(|n| (f64::from(n), f64::from(n))).collect();
        for found in paired(&human).correlations(None) {
            prop_assert_eq!(found, Ok(1.0));
        }
        let turned: Vec<(f64, f64)> = human.iter().map(|&(human, metric)| (human, -metric)).collect();
        let least = [-1.0, -1.0, -1.0, 0.0, 0.0];
        for (found, least) in paired(&turned).correlations(None).into_iter().zip(least) {
            prop_assert_eq!(found, Ok(least));
        }
    }

    /// Items that are drawn several times are several items, but none is a pair with itself, which would
    /// always agree: so acc_eq, the last, knows them from others that are equal.
    #[test]
    fn a_resample_is_its_items(drawn in prop::collection::vec(((-3..4).prop_map(f64::from), (-3..4).prop_map(f64::from), 0..4_u32), 0..20)) {
        let pairs: Vec<(f64, f64)> = drawn.iter().map(|&(human, metric, _)| (human, metric)).collect();
        let times: Vec<u32> = drawn.iter().map(|&(_, _, times)| times).collect();
        let each = drawn.iter().flat_map(|&(human, metric, times)| (0..times).map(move |_| (human, metric)));
        let items: Vec<(f64, f64)> = each.collect();
        let (found, expected) = (paired(&pairs).correlations(Some(&times)), paired(&items).correlations(None));
        for (found, expected) in found.iter().zip(&expected).take(found.len() - 1) {
            prop_assert!(close(found, expected), "{found:?} {expected:?}");
        }
        let thrice = paired(&pairs).correlations(Some(&vec![3; pairs.len()]));
        for (found, expected) in thrice.iter().zip(&paired(&pairs).correlations(None)) {
            prop_assert!(close(found, expected), "{found:?} {expected:?}");
        }
    }

    #[test]
    fn raters_agree_at_most_entirely(items in ratings(), times in prop::collection::vec(0..3_u32, 12)) {
        let ratings = Ratings::of_numbers(&items).unwrap();
        let times = &times[..items.len()];
        for times in [None, Some(times)] {
            for scale in Scale::ALL {
                if let Ok(alpha) = ratings.krippendorff_alpha(scale, times) {
                    prop_assert!(alpha <= 1.0, "{scale:?}: {alpha}");
                }
            }
            for weights in Weights::ALL {
                let kappa = ratings.cohen_kappa(0, 1, weights, times);
                prop_assert_eq!(&kappa, &ratings.cohen_kappa(1, 0, weights, times));
                prop_assert!(kappa.is_err() || kappa.clone().unwrap() <= 1.0, "{weights:?}: {kappa:?}");
            }
            if let Ok(kappa) = ratings.fleiss_kappa(times) {
                prop_assert!((-1.0..=1.0).contains(&kappa), "{kappa}");
            }
        }
    }

    /// A resample of items is those items; raters have no order; words are names of numbers; an order
    /// is kept by what grows, intervals by shifts and factors, ratios by factors.
    #[test]
    fn ratings_mean_what_their_scale_says(items in ratings(), times in prop::collection::vec(0..3_u32, 12)) {
        let ratings = Ratings::of_numbers(&items).unwrap();
        let map = |change: &dyn Fn(usize, f64) -> (usize, f64)| {
            let item = |item: &Vec<(usize, f64)>| item.iter().map(|&(rater, n)| change(rater, n)).collect();
            Ratings::of_numbers(&items.iter().map(item).collect::<Vec<_>>()).unwrap()
        };
        let alpha = |ratings: &Ratings, scale| ratings.krippendorff_alpha(scale, None);
        let same = |other: &Ratings, scale| close(&alpha(&ratings, scale), &alpha(other, scale));
        for scale in Scale::ALL {
            prop_assert!(same(&map(&|rater, n| (3 - rater, n)), scale));
            prop_assert!(same(&map(&|rater, n| (rater, n * 0.37)), scale));
            let times = &times[..items.len()];
            let each = items.iter().zip(times).flat_map(|(item, &n)| (0..n).map(move |_| item.clone()));
            let drawn = Ratings::of_numbers(&each.collect::<Vec<_>>()).unwrap();
            prop_assert!(close(&ratings.krippendorff_alpha(scale, Some(times)), &alpha(&drawn, scale)));
            prop_assert_eq!(ratings.cohen_kappa(0, 2, Weights::Linear, Some(times)), drawn.cohen_kappa(0, 2, Weights::Linear, None));
            prop_assert_eq!(ratings.fleiss_kappa(Some(times)), drawn.fleiss_kappa(None));
        }
        prop_assert!(same(&map(&|rater, n| (rater, n + 11.5)), Scale::Interval));
        prop_assert!(same(&map(&|rater, n| (rater, n.exp())), Scale::Ordinal));
        prop_assert!(same(&map(&|rater, n| (rater, (n * 5.0) % 8.0)), Scale::Nominal));
        let words = items.iter().map(|item| item.iter().map(|(rater, n)| (*rater, n.to_string())).collect());
        let words = Ratings::of_words(&words.collect::<Vec<_>>()).unwrap();
        prop_assert!(same(&words, Scale::Nominal));
        prop_assert_eq!(words.fleiss_kappa(None), ratings.fleiss_kappa(None));
        prop_assert!(alpha(&words, Scale::Interval).is_err());
    }
}

/// Numbers at the ends of the range neither overflow nor vanish.
#[test]
fn extremes_are_numbers() {
    for scale in [1e-320, 1e-200, 1.0, 1e200, 1e308] {
        let human: Vec<f64> = [0.25, 0.5, 1.0, -1.0].map(|n| n * scale).to_vec();
        let metric = [1.0, 2.0, 4.0, -4.0];
        let scores = PairedScores::new(&human, &metric).unwrap();
        assert!((scores.correlation(Correlation::Pearson).unwrap() - 1.0).abs() < 1e-3, "{scale}");
        let items: Vec<_> = human.iter().map(|&n| vec![(0, n), (1, n)]).collect();
        let ratings = Ratings::of_numbers(&items).unwrap();
        for kind in Scale::ALL {
            assert_eq!(ratings.krippendorff_alpha(kind, None), Ok(1.0), "{scale} {kind:?}");
        }
    }
}

#[test]
fn what_is_undefined_says_why() {
    let reason = |human: &[f64], metric: &[f64]| {
        let scores = PairedScores::new(human, metric).map_err(|undefined| undefined.to_string());
        scores.map_or_else(
            |said| said,
            |s| s.correlation(Correlation::Pearson).unwrap_err().to_string(),
        )
    };
    assert_eq!(reason(&[], &[]), "there are 0 items, expected at least 2");
    assert_eq!(reason(&[1.0], &[1.0]), "there are 1 items, expected at least 2");
    assert_eq!(
        reason(&[1.0], &[]),
        "there are 1 human scores and 0 of the metric, expected as many"
    );
    assert_eq!(
        reason(&[1.0, f64::NAN], &[1.0, 2.0]),
        "number 2 is not finite, expected a finite one"
    );
    assert_eq!(
        reason(&[1.0, 2.0], &[0.0, -0.0]),
        "every score of the metric is the same, expected two that differ"
    );
    let twice = Ratings::of_words(&[vec![(1, "a"), (1, "b")]]).unwrap_err();
    assert_eq!(twice.to_string(), "rater 2 has rated item 1 twice, expected one rating");
}
