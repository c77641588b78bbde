//! Systems beside a baseline: who is better, by how much, and whether chance explains it.

mod csv;
mod json;
mod latex;
mod markdown;
mod text;

use std::io::{self, Write};

use genai_metrics::resample::{Comparison, Estimate};
use genai_metrics::{Direction, Spec};

use super::{Format, Report, display};
use crate::resampling::{PairedTest, Resampling};
use crate::samples::Slice;

/// What a comparison has to say.
#[derive(Debug)]
pub(crate) struct ComparisonReport {
    /// The systems' names, in order.
    pub(crate) systems: Vec<String>,
    /// Which of them is the baseline.
    pub(crate) baseline: usize,
    /// The test.
    pub(crate) test: PairedTest,
    /// How intervals are drawn.
    pub(crate) resampling: Resampling,
    /// How p-values are corrected for their number.
    pub(crate) adjustment: Adjustment,
    /// The field whose values are drawn as one, if not segments are.
    pub(crate) cluster_field: Option<String>,
    /// All segments, then each slice.
    pub(crate) samples: Vec<ComparedSample>,
}

/// A correction for several tests at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adjustment {
    /// Holm 1979.
    Holm,
    /// None at all.
    None,
}

impl Adjustment {
    /// Their names on the command line and in reports.
    pub(crate) const NAMES: [&str; 2] = ["holm", "none"];

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Holm, Self::None].into_iter().find(|adjustment| adjustment.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Holm => Self::NAMES[0],
            Self::None => Self::NAMES[1],
        }
    }
}

/// Systems compared on some segments.
#[derive(Debug)]
pub(crate) struct ComparedSample {
    /// Which slice; none for all segments.
    pub(crate) slice: Option<Slice>,
    /// How many segments there are.
    pub(crate) segments: u64,
    /// How many segments or clusters are drawn from.
    pub(crate) units: usize,
    /// By what is compared.
    pub(crate) measures: Vec<ComparedMeasure>,
}

/// Systems compared by one number.
#[derive(Debug)]
pub(crate) struct ComparedMeasure {
    /// The metric's name, with its part if it is about one.
    pub(crate) name: String,
    /// The same as people write it.
    pub(crate) title: String,
    /// The metric.
    pub(crate) spec: Spec,
    /// Each system's signature; they differ where systems are language models.
    pub(crate) signatures: Vec<String>,
    /// Each system's score.
    pub(crate) scores: Vec<f64>,
    /// What resamples say of each.
    pub(crate) estimates: Vec<Estimate>,
    /// Each system beside the baseline; none for the baseline.
    pub(crate) comparisons: Vec<Option<Tested>>,
}

/// A comparison among others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tested {
    pub(crate) comparison: Comparison,
    /// The two-sided p-value corrected for the number of comparisons.
    pub(crate) p_adjusted: f64,
    /// Whether the difference is more than chance, at the level of the intervals.
    pub(crate) significant: bool,
}

impl ComparedMeasure {
    /// Whether the system has the best score.
    fn is_best(&self, system: usize) -> bool {
        let best = |one: f64, other: f64| match self.spec.direction {
            Direction::Higher => one.max(other),
            Direction::Lower => one.min(other),
        };
        let best = self.scores.iter().copied().fold(self.scores[system], best);
        self.scores[system].total_cmp(&best).is_eq()
    }

    /// The signature behind the title, or where they differ each system's behind its name.
    fn signed<'s>(&self, systems: &'s [String]) -> Vec<(Option<&'s str>, String)> {
        let whole = |signature: &String| format!("{}|{signature}", self.title);
        match &self.signatures[..] {
            [first, others @ ..] if others.iter().all(|other| other == first) => {
                vec![(None, whole(first))]
            }
            all => systems.iter().zip(all).map(|(name, own)| (Some(&**name), whole(own))).collect(),
        }
    }

    fn shown(&self, number: f64, width: Option<usize>) -> String {
        display(number, &self.spec, width)
    }

    /// With a sign; one decimal more than scores have, as differences are small.
    fn shown_difference(&self, number: f64, width: Option<usize>) -> String {
        let width = width.unwrap_or(self.spec.decimals) + 1;
        format!("{number:+.width$}")
    }
}

impl ComparisonReport {
    /// Every comparison: sample, measure, system.
    fn comparisons(
        &self,
    ) -> impl Iterator<Item = (&ComparedSample, &ComparedMeasure, usize, &Tested)> {
        self.samples.iter().flat_map(|sample| {
            sample.measures.iter().flat_map(move |measure| {
                let tested = measure.comparisons.iter().enumerate();
                tested.filter_map(move |(system, tested)| {
                    Some((sample, measure, system, tested.as_ref()?))
                })
            })
        })
    }

    fn has_slices(&self) -> bool {
        self.samples.len() > 1
    }

    /// What was done, in a line.
    fn method(&self) -> String {
        let Resampling { resamples, seed, level } = self.resampling;
        let test = match self.test {
            PairedTest::PairedBootstrap => format!("paired bootstrap, {resamples} resamples"),
            PairedTest::Randomization { trials } => {
                format!("approximate randomization, {trials} trials")
            }
        };
        let units = self.cluster_field.as_ref().map_or_else(String::new, |field| {
            let units = self.samples.first().map_or(0, |sample| sample.units);
            format!(" of {units} values of {field}")
        });
        let tests = self.comparisons().count();
        let adjusted = match self.adjustment {
            Adjustment::Holm if tests > 1 => format!(", Holm's correction for {tests} comparisons"),
            _ => String::new(),
        };
        format!("{test}{units}, seed {seed}; * p < {}{adjusted}", shown_share(1.0 - level))
    }
}

/// A signature behind the system's name, where it is that system's.
fn named((system, signature): (Option<&str>, String)) -> String {
    system.map_or_else(|| signature.clone(), |system| format!("{system}: {signature}"))
}

/// A share without what floating point adds to it.
fn shown_share(share: f64) -> String {
    ((share * 1e9).round() / 1e9).to_string()
}

/// Writes a comparison; in JSON behind the results.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(
    comparison: &ComparisonReport,
    report: &Report<'_>,
    format: Format,
    width: Option<usize>,
    bold: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(comparison, width, bold, out),
        Format::Json => super::json::write_with(report, &json::comparisons(comparison), out),
        Format::Jsonl => json::write_lines(comparison, out),
        Format::Csv => csv::write(comparison, out),
        Format::Markdown => markdown::write(comparison, width, out),
        Format::Latex => latex::write(comparison, width, out),
    }
}
