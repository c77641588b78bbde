//! Edit similarity against `RapidFuzz` 3.14.6, on our own fixtures.

use crate::files::{fixtures, records, take};
use crate::wer::pairs_of_record;
use genai_metrics::text::Unit;
use genai_metrics::{EditSimilarity, Evaluate};

#[test]
fn fixtures_edit_similarity() {
    let root = fixtures();
    let mut checked = 0;
    for record in records(&root.join("gold/edit_similarity.jsonl")) {
        let pairs = pairs_of_record(&root, &record);
        for unit in [Unit::Character, Unit::Word] {
            let metric = EditSimilarity { unit, lowercase: false };
            let expected: Vec<f64> = take(&record, unit.name());
            assert_eq!(pairs.len(), expected.len());
            for ((hypothesis, reference), expected) in pairs.iter().zip(expected) {
                let found = metric.sentence(hypothesis, &[reference.as_str()]).unwrap().value;
                assert_eq!(found.to_bits(), expected.to_bits(), "{hypothesis:?} {reference:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}
