//! Correlations of all rows, within segments, and of systems.

use anyhow::{Context, Result};
use genai_metrics::agreement::{Correlation, PairedScores, Undefined, drawn_mean};

use super::judgements::{Groups, Judgements};
use super::metrics::MetricScores;
use super::resampling::{Statistic, draw};
use crate::resampling::Resampling;

/// What is put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// All rows together.
    Segment,
    /// The rows of each segment, and then the mean over segments.
    WithinSegments,
    /// Systems, by the mean of their rows or the score of their corpus.
    System,
}

impl Level {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::WithinSegments => "within-segments",
            Self::System => "system",
        }
    }
}

/// How far one metric agrees with humans on one level.
#[derive(Debug)]
pub(super) struct Agreement {
    pub(super) level: Level,
    /// Which metric.
    pub(super) metric: usize,
    /// How many rows, segments or systems stand behind it.
    pub(super) n: usize,
    /// In the order of [`Correlation::ALL`].
    pub(super) statistics: Vec<Statistic>,
}

const STATISTICS: usize = Correlation::ALL.len();

type Values = [Result<f64, Undefined>; STATISTICS];

/// The agreement of each metric on each level that the file has fields for: level by level. On the
/// rayon pool in which it is called.
///
/// # Errors
/// If a metric has a part that is no number for some row.
pub(super) fn agreements<'m>(
    judgements: &'m Judgements,
    metrics: &'m [MetricScores<'m>],
    resampling: Resampling,
) -> Result<Vec<Agreement>> {
    let prepare = |metric: &'m MetricScores<'m>| {
        Prepared::new(judgements, metric).with_context(|| metric.name.clone())
    };
    let prepared: Vec<Prepared<'_>> = metrics.iter().map(prepare).collect::<Result<_>>()?;
    let levels = [
        (Level::Segment, true),
        (Level::WithinSegments, judgements.segments.is_some()),
        (Level::System, judgements.systems.is_some()),
    ];
    let levels = || levels.into_iter().filter(|(_, there)| *there).map(|(level, _)| level);
    // Without segments nobody knows which rows of systems belong together.
    let resampled = || levels().filter(|&l| l != Level::System || judgements.segments.is_some());
    let units = judgements.segments.as_ref().map_or(judgements.human.len(), Groups::len);
    let drawn = draw(units, resampling, &|times| {
        let rows = judgements.rows_of(times);
        let statistics = resampled().flat_map(|level| {
            prepared
                .iter()
                .flat_map(|metric| metric.values(level, Some((times, &rows))))
                .collect::<Vec<_>>()
        });
        statistics.map(Result::ok).collect()
    });
    let mut drawn = drawn.chunks_exact(STATISTICS);
    let mut agreements = Vec::new();
    for level in levels() {
        for (at, metric) in prepared.iter().enumerate() {
            let own = resampled().any(|l| l == level).then(|| drawn.next()).flatten();
            let values = metric.values(level, None).into_iter().enumerate();
            let statistics = values.map(|(i, value)| {
                Statistic::new(value, own.and_then(|drawn| drawn.get(i)), resampling.level)
            });
            let statistics = statistics.collect();
            agreements.push(Agreement { level, metric: at, n: metric.n(level), statistics });
        }
    }
    Ok(agreements)
}

impl Judgements {
    /// How many times each row stands there when each segment, or else each row, does so many times.
    fn rows_of(&self, times: &[u32]) -> Vec<u32> {
        let Some(segments) = &self.segments else { return times.to_vec() };
        let mut rows = vec![0; self.human.len()];
        for (segment, &times) in segments.rows.iter().zip(times) {
            for &row in segment {
                rows[row] = times;
            }
        }
        rows
    }
}

/// A metric and the human scores, with all done that resamples have in common.
struct Prepared<'j> {
    judgements: &'j Judgements,
    metric: &'j MetricScores<'j>,
    all: PairedScores,
    /// The values of each segment that has two rows.
    within: Vec<Values>,
}

impl<'j> Prepared<'j> {
    fn new(judgements: &'j Judgements, metric: &'j MetricScores<'j>) -> Result<Self, Undefined> {
        let all = PairedScores::new(&judgements.human, &metric.scores)?;
        let segments = judgements.segments.iter().flat_map(|segments| &segments.rows);
        let of_segment = |rows: &Vec<usize>| {
            let of = |scores: &[f64]| -> Vec<f64> { rows.iter().map(|&row| scores[row]).collect() };
            let scores = PairedScores::new(&of(&judgements.human), &of(&metric.scores))?;
            Ok(scores.correlations(None))
        };
        let within = segments.map(of_segment).collect::<Result<_, _>>()?;
        Ok(Self { judgements, metric, all, within })
    }

    /// How many rows, segments with a value of any statistic, or systems there are.
    fn n(&self, level: Level) -> usize {
        match level {
            Level::Segment => self.all.len(),
            Level::WithinSegments => {
                self.within.iter().filter(|values| values.iter().any(Result::is_ok)).count()
            }
            Level::System => self.judgements.systems.as_ref().map_or(0, Groups::len),
        }
    }

    /// The statistics of everything, or of a resample: how many times each unit, and so each row, was drawn.
    fn values(&self, level: Level, drawn: Option<(&[u32], &[u32])>) -> Values {
        match level {
            Level::Segment => self.all.correlations(drawn.map(|(_, rows)| rows)),
            Level::WithinSegments => self.within_segments(drawn.map(|(units, _)| units)),
            Level::System => self.of_systems(drawn.map(|(_, rows)| rows)),
        }
    }

    fn within_segments(&self, times: Option<&[u32]>) -> Values {
        std::array::from_fn(|statistic| {
            let values = self.within.iter().enumerate().filter_map(|(at, values)| {
                let value = *values[statistic].as_ref().ok()?;
                Some((value, times.map_or(1, |times| times[at])))
            });
            drawn_mean(values).ok_or(Undefined::NoGroup)
        })
    }

    fn of_systems(&self, times: Option<&[u32]>) -> Values {
        let times = |row: usize| times.map_or(1, |times| times[row]);
        let systems = self.judgements.systems.iter().flat_map(|systems| &systems.rows);
        let scores: Option<Vec<(f64, f64)>> = systems
            .map(|rows| {
                let human = drawn_mean(rows.iter().map(|&r| (self.judgements.human[r], times(r))));
                Some((human?, self.metric.of_system(rows, &times)?))
            })
            .collect();
        let undefined = |undefined: Undefined| std::array::from_fn(|_| Err(undefined.clone()));
        // A system of which no row was drawn has no score to be put in order by.
        let Some(scores) = scores else {
            return undefined(Undefined::TooFew { found: 0, least: 1 });
        };
        let (human, metric): (Vec<f64>, Vec<f64>) = scores.into_iter().unzip();
        match PairedScores::new(&human, &metric) {
            Ok(systems) => systems.correlations(None),
            Err(error) => undefined(error),
        }
    }
}
