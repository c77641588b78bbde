//! What the gate has found: a check for each condition of each rule, and the one verdict of them all.

use genai_metrics::Direction;
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Everything that the gate has to say.
#[derive(Clone, Debug)]
pub(crate) struct GateReport {
    /// The configuration file, or what stands for it.
    pub(crate) name: String,
    /// The system that is judged.
    pub(crate) candidate: String,
    /// What it is compared with, if anything.
    pub(crate) baseline: Option<String>,
    /// How many segments were scored.
    pub(crate) segments: u64,
    /// The statistics that differences are judged by.
    pub(crate) statistics: Statistics,
    /// A check for each condition of each rule, in the order of the rules.
    pub(crate) checks: Vec<Check>,
    /// For each metric that has a rule, the segments that lost most, or that are worst.
    pub(crate) worst: Vec<WorstSegments>,
    /// What people should know beside the verdict.
    pub(crate) notes: Vec<String>,
    /// The gate has passed only if nothing was warned of and nothing was left open.
    pub(crate) strict: bool,
    /// Why the baseline was not replaced, if that was asked for: then the gate has not done what it should.
    pub(crate) refused: Option<String>,
}

/// How differences are judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Statistics {
    /// The test, as it is named in the configuration: `paired-bootstrap`, …
    pub(crate) test: &'static str,
    /// How often was drawn.
    pub(crate) resamples: u32,
    /// How often outputs were swapped, if the test is approximate randomization.
    pub(crate) trials: Option<u32>,
    /// The rate of false alarms that is accepted, for drops and gains together.
    pub(crate) alpha: f64,
    /// Where the random numbers start.
    pub(crate) seed: u64,
    /// How several comparisons are corrected for: `holm` or `none`.
    pub(crate) adjust: &'static str,
}

/// One condition of one rule, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// The number of the rule in the configuration, from 0.
    pub(crate) rule: usize,
    /// The metric's name, with a part if the rule is about one: `bleu`, `rougeL.recall`.
    pub(crate) metric: String,
    /// The metric as people write it.
    pub(crate) title: String,
    /// Which way is better.
    pub(crate) direction: Direction,
    /// How many decimals people expect of the score.
    pub(crate) decimals: usize,
    /// The signature of the run.
    pub(crate) signature: String,
    /// The slice that it is about, as `field=value`; none for all segments.
    pub(crate) slice: Option<String>,
    /// How many segments it is about.
    pub(crate) segments: u64,
    /// What is asked.
    pub(crate) condition: Condition,
    /// What a failure means.
    pub(crate) level: Severity,
    /// The candidate's score; none where there is none to be had.
    pub(crate) score: Option<f64>,
    /// The interval about it, if it was drawn.
    pub(crate) interval: Option<(f64, f64)>,
    /// The baseline's score, if it was needed.
    pub(crate) baseline: Option<f64>,
    /// The difference from the baseline, if it was tested.
    pub(crate) difference: Option<Difference>,
    /// What came of it.
    pub(crate) verdict: Verdict,
    /// Why, in one sentence for people.
    pub(crate) reason: String,
}

/// What a rule asks. Limits are on the metric's scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Condition {
    /// No less than that.
    Min(f64),
    /// No more than that.
    Max(f64),
    /// No worse than the baseline by more than that, which is zero or more.
    MaxDrop(f64),
    /// No more than that between the best and the worst slice.
    MaxGap(f64),
    /// At least that share of the segments is as good as the threshold.
    PerSegment {
        /// What a segment has to reach.
        threshold: f64,
        /// How many have to, as a share from 0 to 1.
        min_share: f64,
    },
}

impl Condition {
    /// Whether it is about the difference from a baseline.
    pub(crate) fn needs_baseline(self) -> bool {
        match self {
            Self::MaxDrop(_) => true,
            Self::Min(_) | Self::Max(_) | Self::MaxGap(_) | Self::PerSegment { .. } => false,
        }
    }

    /// Whether it is about a difference that chance could explain.
    pub(crate) fn is_tested(self) -> bool {
        match self {
            Self::MaxDrop(_) | Self::MaxGap(_) => true,
            Self::Min(_) | Self::Max(_) | Self::PerSegment { .. } => false,
        }
    }
}

/// Whether a condition that does not hold fails the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// It does.
    #[default]
    Fail,
    /// It is only said.
    Warn,
}

/// The candidate's score less the baseline's; a drop is what is worse by the metric's direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Candidate less baseline, on the metric's scale, whatever its direction.
    pub(crate) delta: f64,
    /// The lower end of its interval.
    pub(crate) low: f64,
    /// The upper end.
    pub(crate) high: f64,
    /// How likely a difference that is so far beyond the margin is by chance, two-sided.
    pub(crate) p_value: f64,
    /// The same, corrected for all rules.
    pub(crate) p_adjusted: f64,
    /// The smallest true drop that would fail in four of five runs.
    pub(crate) minimum_detectable: f64,
}

/// What came of a check.
#[expect(clippy::enum_variant_names, reason = "no verdict is what it is called")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It holds.
    Pass,
    /// The data are not enough to tell, and the rule lets that pass.
    Inconclusive,
    /// It does not hold, or cannot be told, and that is only said.
    Warning,
    /// There is nothing to judge by.
    NoVerdict,
    /// It does not hold.
    Fail,
}

/// Segments of one metric that people should look at.
#[derive(Clone, Debug)]
pub(crate) struct WorstSegments {
    /// The metric's name.
    pub(crate) metric: String,
    /// The metric as people write it.
    pub(crate) title: String,
    /// How many decimals people expect of the score.
    pub(crate) decimals: usize,
    /// The segments, the worst first.
    pub(crate) segments: Vec<WorstSegment>,
}

/// A segment that lost much, or is bad.
#[derive(Clone, Debug)]
pub(crate) struct WorstSegment {
    /// Its number, from 0.
    pub(crate) index: usize,
    /// Its id, if it has one.
    pub(crate) id: Option<String>,
    /// Its score.
    pub(crate) score: f64,
    /// The baseline's score of it, if there is a baseline.
    pub(crate) baseline_score: Option<f64>,
    /// Its texts, unless the input can be read but once.
    pub(crate) texts: Option<WorstTexts>,
}

/// The texts of a segment.
#[derive(Clone, Debug)]
pub(crate) struct WorstTexts {
    /// The first reference that is there.
    pub(crate) reference: Option<String>,
    /// What the candidate says.
    pub(crate) hypothesis: String,
    /// What the baseline said, if its outputs are at hand.
    pub(crate) baseline: Option<String>,
}

impl GateReport {
    /// The one verdict, of which both the words and the exit code are made: failed if any check
    /// failed, else none if any has none or a baseline was to be replaced and was not, else passed.
    pub(crate) fn verdict(&self) -> Verdict {
        let worst = self.checks.iter().map(|check| check.verdict).max();
        match worst.unwrap_or(Verdict::NoVerdict) {
            Verdict::Inconclusive | Verdict::Warning if self.strict => Verdict::Fail,
            Verdict::Pass | Verdict::Inconclusive | Verdict::Warning if self.refused.is_some() => {
                Verdict::NoVerdict
            }
            verdict => verdict,
        }
    }

    /// Makes warnings of what has failed, if it was accepted; warnings are all that can be left where this
    /// run is the baseline now.
    pub(crate) fn become_baseline(&mut self, accepted: Option<&str>) {
        self.strict = false;
        let Some(reason) = accepted else { return };
        for check in self.checks.iter_mut().filter(|check| check.verdict == Verdict::Fail) {
            check.verdict = Verdict::Warning;
            check.reason = format!("{}; accepted: {reason}", check.reason);
        }
    }

    /// How the command ends.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.verdict() {
            Verdict::Pass | Verdict::Inconclusive | Verdict::Warning => Outcome::Success,
            Verdict::Fail => Outcome::GateFailed,
            Verdict::NoVerdict => Outcome::NoVerdict,
        }
    }
}

impl Check {
    /// How much worse than the baseline it is, by its direction; none if it is not about that.
    pub(crate) fn drop(&self) -> Option<f64> {
        let delta = match self.difference {
            Some(difference) => difference.delta,
            None => self.score? - self.baseline?,
        };
        self.condition.needs_baseline().then_some(match self.direction {
            Direction::Higher => -delta,
            Direction::Lower => delta,
        })
    }

    /// What was found of what, in a line.
    pub(crate) fn told(&self) -> String {
        match &self.slice {
            Some(slice) => format!("{} ({slice}): {}", self.title, self.reason),
            None => format!("{}: {}", self.title, self.reason),
        }
    }
}

impl Verdict {
    /// The word for it in reports that programs read.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Warning => "warning",
            Self::NoVerdict => "no-verdict",
            Self::Fail => "fail",
        }
    }
}

impl Condition {
    /// Its name in the configuration.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Min(_) => "min",
            Self::Max(_) => "max",
            Self::MaxDrop(_) => "max_drop",
            Self::MaxGap(_) => "max_gap",
            Self::PerSegment { .. } => "per_segment",
        }
    }
}
