//! Agreement with humans and between raters, beside scipy, krippendorff, scikit-learn and
//! statsmodels.

use genai_metrics::agreement::{Correlation, PairedScores, Ratings, Scale, Undefined, Weights};
use serde_json::Value;

use crate::files::{fixtures, records, take};

/// Equal to a part in 10¹² of the number, or, where a sum cancels, of 1.
fn assert_same(found: &Result<f64, Undefined>, expected: &Value, what: &str) {
    match (found, expected.as_f64()) {
        (Ok(found), Some(expected)) => {
            let most = (1e-12 * expected.abs()).max(2e-15);
            assert!((found - expected).abs() <= most, "{what}: {found}, expected {expected}");
        }
        (Err(_), None) => {}
        _ => panic!("{what}: {found:?}, expected {expected}"),
    }
}

#[test]
fn correlations_are_those_of_scipy() {
    let mut compared = 0;
    for record in records(&fixtures().join("agreement/scores.jsonl")) {
        let name: String = take(&record, "name");
        let (human, metric): (Vec<f64>, Vec<f64>) =
            (take(&record, "human"), take(&record, "metric"));
        let scores = PairedScores::new(&human, &metric).unwrap();
        for (which, found) in Correlation::ALL.into_iter().zip(scores.correlations(None)) {
            let what = format!("{name}: {}", which.name());
            assert_same(&found, &record[which.name()], &what);
            assert_eq!(scores.correlation(which), found, "{what}");
            compared += 1;
        }
    }
    println!("checked {compared} correlations of agreement/scores.jsonl");
    assert_eq!(compared, 120);
}

#[test]
fn raters_agree_as_elsewhere() {
    let mut compared = 0;
    for record in records(&fixtures().join("agreement/ratings.jsonl")) {
        let name: String = take(&record, "name");
        let table: Vec<Vec<Option<f64>>> = take(&record, "ratings");
        let items: Vec<Vec<(usize, f64)>> = table
            .iter()
            .map(|row| row.iter().enumerate().filter_map(|(at, r)| Some((at, (*r)?))).collect())
            .collect();
        let ratings = Ratings::of_numbers(&items).unwrap();
        for scale in Scale::ALL {
            let found = ratings.krippendorff_alpha(scale, None);
            let what = format!("{name}: alpha, {}", scale.name());
            assert_same(&found, &record["alpha"][scale.name()], &what);
        }
        for pair in record["cohen"].as_array().unwrap() {
            let [one, other]: [usize; 2] = take(pair, "raters");
            for weights in Weights::ALL {
                let found = ratings.cohen_kappa(one, other, weights, None);
                let what = format!("{name}: kappa of {one} and {other}, {}", weights.name());
                assert_same(&found, &pair[weights.name()], &what);
                compared += 1;
            }
        }
        assert_same(&ratings.fleiss_kappa(None), &record["fleiss"], &format!("{name}: Fleiss"));
        compared += 5;
    }
    println!("checked {compared} agreements of agreement/ratings.jsonl");
    assert!(compared > 500, "{compared}");
}
