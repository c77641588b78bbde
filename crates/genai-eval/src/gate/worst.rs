//! Segments that people should look at: those that lost most, or the worst where nothing was before.

use std::collections::BTreeMap;

use anyhow::Result;
use genai_metrics::Direction;

use super::judge::{Case, Judged};
use super::verdict::{WorstSegment, WorstSegments, WorstTexts};
use crate::read::json::Cell;
use crate::read::{Block, Source};
use crate::samples::Sample;

/// The worst segments by each number that a rule is about; `all` has the candidate, and the baseline behind it if there is one.
pub(crate) fn worst(
    case: &Case<'_>,
    all: &Sample<'_>,
    ids: &[Cell],
    most: usize,
) -> Vec<WorstSegments> {
    let is_judged = |place: &usize| case.of_rules.iter().flatten().any(|judged| judged == place);
    let judged = (0..case.measures.len()).filter(is_judged).map(|place| &case.measures[place]);
    let whole = judged.filter(|measure| measure.statistic.part.is_none());
    whole
        .map(|measure| of_measure(measure, all, ids, most))
        .filter(|of| !of.segments.is_empty())
        .collect()
}

fn of_measure(measure: &Judged<'_>, all: &Sample<'_>, ids: &[Cell], most: usize) -> WorstSegments {
    let scores = |system: usize| all.rows.get(system).map(|rows| measure.sentence_scores(rows));
    let candidate = scores(0).unwrap_or_default();
    let baseline = scores(1);
    let sign = match measure.spec.direction {
        Direction::Higher => 1.0,
        Direction::Lower => -1.0,
    };
    // The lower, the worse.
    let merit = |place: usize| {
        sign * (candidate[place] - baseline.as_ref().map_or(0.0, |scores| scores[place]))
    };
    let lost = |place: &usize| baseline.is_none() || merit(*place) < 0.0;
    let mut places: Vec<usize> = (0..candidate.len()).filter(lost).collect();
    places.sort_by(|&one, &other| merit(one).total_cmp(&merit(other)).then(one.cmp(&other)));
    places.truncate(most);
    let segment = |place: usize| WorstSegment {
        index: place,
        id: ids.get(place).map(Cell::plain),
        score: candidate[place],
        baseline_score: baseline.as_ref().map(|scores| scores[place]),
        texts: None,
    };
    WorstSegments {
        metric: measure.name.clone(),
        title: measure.title.clone(),
        decimals: measure.spec.decimals,
        segments: places.into_iter().map(segment).collect(),
    }
}

/// The first reference and the first hypothesis of each of these segments.
type Texts = BTreeMap<usize, (Option<String>, String)>;

/// Reads the texts of these segments.
///
/// # Errors
/// Of the input.
pub(crate) fn read_texts<S: Source>(source: &mut S, wanted: &[usize]) -> Result<Texts> {
    let mut texts = Texts::new();
    let mut index = 0;
    while let Some(block) = source.next_block()? {
        block.visit(&mut |segment| {
            if wanted.contains(&index) {
                let reference = segment.references.iter().flatten().next();
                let reference = reference.map(|text| (*text).to_owned());
                let hypothesis = segment.hypotheses.first().map_or("", |text| text);
                texts.insert(index, (reference, hypothesis.to_owned()));
            }
            index += 1;
            Ok(())
        })?;
        if texts.len() == wanted.len() {
            break;
        }
    }
    Ok(texts)
}

/// The places of all segments that are shown.
pub(crate) fn places(worst: &[WorstSegments]) -> Vec<usize> {
    let mut places: Vec<usize> =
        worst.iter().flat_map(|of| &of.segments).map(|segment| segment.index).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Gives the segments their texts.
pub(crate) fn add_texts(worst: &mut [WorstSegments], candidate: &Texts, baseline: Option<&Texts>) {
    for segment in worst.iter_mut().flat_map(|of| &mut of.segments) {
        let before = baseline.and_then(|texts| texts.get(&segment.index));
        segment.texts = candidate.get(&segment.index).map(|(reference, hypothesis)| WorstTexts {
            reference: reference.clone(),
            hypothesis: hypothesis.clone(),
            baseline: before.map(|(_, text)| text.clone()),
        });
    }
}
