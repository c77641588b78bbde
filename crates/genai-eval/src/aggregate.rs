//! A corpus's score by the bootstrap that its metric names, in place of the score of a sum.

use std::ops::Range;

use genai_metrics::{Bootstrap, Interval, Part, Score, Scorer, Table};

use crate::resampling::Confidence;

/// For each metric with its columns the score of one system's rows and the confidence in it; none
/// for a metric whose score is that of a sum.
///
/// Neighbours that draw from one stream of random numbers, one after the other, do so in one go.
pub(crate) fn resample(
    metrics: &[(&dyn Scorer, Range<usize>)],
    rows: &Table,
) -> Vec<Option<(Score, Confidence)>> {
    let bootstraps: Vec<Option<Bootstrap>> =
        metrics.iter().map(|(scorer, _)| scorer.spec().bootstrap).collect();
    let mut resampled = Vec::new();
    while let Some(first) = bootstraps.get(resampled.len()) {
        let Some(bootstrap) = *first else {
            resampled.push(None);
            continue;
        };
        let here = resampled.len();
        let next = |(place, next): &(u32, &Option<_>)| **next == Some(bootstrap.behind(*place));
        let run = (0..).zip(&bootstraps[here..]).take_while(next).count();
        let segments: Vec<_> = metrics[here..here + run]
            .iter()
            .map(|(scorer, columns)| Segments::of(*scorer, columns, rows))
            .collect();
        let intervals = bootstrap.intervals(segments.iter().map(|segments| &segments.table));
        for ((place, segments), intervals) in (0..).zip(segments).zip(intervals) {
            resampled.push(Some(segments.aggregate(bootstrap.behind(place), &intervals)));
        }
    }
    resampled
}

/// The score of each segment and its parts, a row a segment.
struct Segments {
    table: Table,
    parts: Vec<&'static str>,
}

impl Segments {
    fn of(scorer: &dyn Scorer, columns: &Range<usize>, rows: &Table) -> Self {
        let nothing = scorer.score(&vec![0.0; columns.len()]);
        let parts: Vec<&'static str> = real_parts(&nothing).map(|(name, _)| name).collect();
        let mut table = Table::new(1 + parts.len());
        let mut numbers = Vec::new();
        for row in rows.rows() {
            let score = scorer.score(&row[columns.clone()]);
            numbers.clear();
            numbers.push(score.value);
            numbers.extend(real_parts(&score).map(|(_, number)| number));
            table.push(&numbers);
        }
        Self { table, parts }
    }

    fn aggregate(self, bootstrap: Bootstrap, intervals: &[Interval]) -> (Score, Confidence) {
        let parts: Vec<_> = self.parts.into_iter().zip(intervals[1..].iter().copied()).collect();
        let score = Score {
            value: intervals[0].middle,
            parts: parts.iter().map(|(name, i)| (*name, Part::Number(i.middle))).collect(),
        };
        (score, Confidence::of_tool(bootstrap, intervals[0], parts))
    }
}

/// The parts that are one real number.
fn real_parts(score: &Score) -> impl Iterator<Item = (&'static str, f64)> {
    score.parts.iter().filter_map(|(name, part)| match part {
        Part::Number(number) => Some((*name, *number)),
        _ => None,
    })
}
