//! Alignments of texts that are halved first, against `RapidFuzz` 3.14.6, on generated tokens.

use crate::files::{fixtures, records, take};
use genai_metrics::kernel::{EditAlignment, EditDistance, EditRun};
use genai_metrics::text::TokenId;

/// Numbers by Knuth's generator MMIX, as `fixtures/oracles/wer.py` has them.
fn generated(mut state: u64, tokens: usize, distinct: u64) -> Vec<TokenId> {
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        TokenId::try_from((state >> 33) % distinct).unwrap()
    };
    (0..tokens).map(next).collect()
}

/// Every 20th token replaced, left out, or followed by another, in turns.
fn edited(text: &[TokenId], distinct: u32) -> Vec<TokenId> {
    let mut hypothesis = Vec::new();
    for (i, &token) in text.iter().enumerate() {
        match i % 60 {
            20 => hypothesis.push((token + 1) % distinct),
            0 => hypothesis.extend([token, (token + 7) % distinct]),
            40 => {}
            _ => hypothesis.push(token),
        }
    }
    hypothesis
}

#[test]
fn fixtures_long_edits() {
    for record in records(&fixtures().join("gold/long_edits.jsonl")) {
        let (seed, distinct): (u64, u32) = (take(&record, "seed"), take(&record, "distinct"));
        let [of_reference, of_hypothesis]: [usize; 2] = take(&record, "tokens");
        let reference = generated(seed, of_reference, distinct.into());
        let hypothesis = if of_hypothesis == 0 {
            edited(&reference, distinct)
        } else {
            generated(seed + 1000, of_hypothesis, distinct.into())
        };
        let mut alignment = EditAlignment::default();
        alignment.reset(distinct as usize);
        let counts = alignment.counts(&reference, &hypothesis);
        let found = [counts.hits, counts.substitutions, counts.deletions, counts.insertions];
        assert_eq!(found, take::<[u64; 4]>(&record, "counts"), "seed {seed}");
        let mut distance = EditDistance::default();
        distance.reset(distinct as usize);
        assert_eq!(distance.between(&reference, &hypothesis) as u64, counts.errors());

        let runs = alignment.edits(&reference, &hypothesis);
        assert_eq!(runs.len(), take::<usize>(&record, "chunks"));
        let mut at = [0, 0];
        let chunk = |run: &EditRun| {
            let start = at;
            at = [at[0] + run.of_reference(), at[1] + run.of_hypothesis()];
            [start[0], at[0], start[1], at[1]]
        };
        let chunks: Vec<[usize; 4]> = runs.iter().map(chunk).collect();
        let some: Vec<[usize; 4]> = chunks.iter().step_by(runs.len() / 40 + 1).copied().collect();
        assert_eq!(some, take::<Vec<[usize; 4]>>(&record, "some"), "seed {seed}");
    }
}
