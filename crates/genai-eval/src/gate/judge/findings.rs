//! The verdict on each question.

use genai_metrics::Direction;
use genai_metrics::resample::{FEWEST_DIFFERING, MarginAnswer};

use super::evidence::{Draws, TestedDifference};
use super::questions::Question;
use super::{BASELINE, CANDIDATE, Case};
use crate::gate::configuration::{Of, OnInconclusive, Rule, Test};
use crate::gate::verdict::{Check, Condition, Severity, Verdict};
use crate::gate::wording;

/// With fewer no resample lies beyond the ends of an interval of 95 %.
const FEWEST_RESAMPLES: u32 = 40;

impl Case<'_> {
    /// The check with its verdict.
    pub(super) fn close(
        &self,
        question: &Question,
        tested: Option<&TestedDifference>,
        evidence: &[Option<Draws>],
    ) -> Check {
        let rule = &self.configuration.gates[question.rule];
        let judged = &self.measures[question.measure];
        let sample = match &question.samples[..] {
            [one] => Some(*one),
            _ => None,
        };
        let drawn = sample.and_then(|sample| evidence[sample].as_ref());
        let number = |system: usize| Some(*drawn?.scores.get(system)?.get(question.measure)?);
        let estimate =
            drawn.and_then(|drawn| drawn.estimates.get(CANDIDATE)?.get(question.measure));
        let mut check = Check {
            rule: question.rule,
            metric: judged.name.clone(),
            title: judged.title.clone(),
            direction: judged.spec.direction,
            decimals: judged.spec.decimals,
            signature: judged.signature.clone(),
            slice: question.slice.clone(),
            segments: question.samples.iter().map(|&sample| self.samples[sample].segments).sum(),
            condition: question.condition,
            level: rule.level,
            score: number(CANDIDATE).filter(|score| score.is_finite()),
            interval: estimate.map(|estimate| (estimate.low, estimate.high)),
            baseline: number(BASELINE).filter(|score| score.is_finite()),
            difference: tested
                .filter(|_| self.configuration.stats.test != Test::None)
                .map(TestedDifference::difference),
            verdict: Verdict::NoVerdict,
            reason: String::new(),
        };
        if let Condition::PerSegment { threshold, .. } = question.condition {
            check.score = sample.map(|sample| self.share(question.measure, sample, threshold));
            (check.interval, check.baseline) = (None, None);
        }
        if let (Condition::MaxGap(_), Some(tested)) = (question.condition, tested) {
            check.score = Some(tested.test.drop());
            (check.interval, check.baseline) = (None, None);
        }
        let finding = self.finding(question, &check, tested, rule);
        check.reason = wording::reason(&check, rule, &finding);
        check.verdict = finding.verdict(rule);
        check
    }

    fn finding(
        &self,
        question: &Question,
        check: &Check,
        tested: Option<&TestedDifference>,
        rule: &Rule,
    ) -> Finding {
        if let Some(nothing) = &question.nothing {
            let is_baseline =
                question.condition.needs_baseline() && self.no_baseline.as_ref() == Some(nothing);
            let optional =
                self.configuration.baseline.as_ref().is_some_and(|own| !own.require) || self.begins;
            return if is_baseline && optional {
                Finding::Optional(nothing.clone())
            } else {
                Finding::Nothing(nothing.clone())
            };
        }
        let Some(score) = check.score else {
            return Finding::Nothing("the score is no finite number".to_owned());
        };
        match question.condition {
            Condition::MaxDrop(_) | Condition::MaxGap(_) => {
                let Some(tested) = tested else {
                    return Finding::Nothing("the baseline's score is no finite number".to_owned());
                };
                if !tested.test.comparison.delta.is_finite() {
                    let why = "the baseline's score is no finite number";
                    return Finding::Nothing(why.to_owned());
                }
                let is_tested = self.configuration.stats.test != Test::None;
                if is_tested && !tested.test.is_finite() {
                    let why = "some resamples have no finite score, so chance cannot be told";
                    return Finding::Nothing(why.to_owned());
                }
                let units = question.samples.iter().map(|&sample| self.units(sample)).min();
                if let (true, None | Some(0 | 1)) = (is_tested, units) {
                    let units = units.unwrap_or(0);
                    return Finding::Nothing(format!(
                        "to draw from there is {units}, expected two segments or more"
                    ));
                }
                match (tested.answer, tested.differing) {
                    (MarginAnswer::Open, Some(differing)) if differing < FEWEST_DIFFERING => {
                        Finding::Few(differing)
                    }
                    (answer, _) => Finding::of_answer(answer),
                }
            }
            Condition::Min(_) | Condition::Max(_)
                if rule.of != Of::Point && self.interval_is_empty(question, check) =>
            {
                Finding::Nothing(format!(
                    "its interval says nothing, expected {FEWEST_DIFFERING} segments and {FEWEST_RESAMPLES} \
                     resamples or more"
                ))
            }
            Condition::Min(limit) => Finding::of(looked_at(check, rule.of, score) >= limit),
            Condition::Max(limit) => Finding::of(looked_at(check, rule.of, score) <= limit),
            Condition::PerSegment { min_share, .. } => Finding::of(score >= min_share),
        }
    }

    /// Whether so little was drawn that there is no interval to speak of.
    fn interval_is_empty(&self, question: &Question, check: &Check) -> bool {
        let few = question.samples.iter().any(|&sample| self.units(sample) < FEWEST_DIFFERING);
        let is_finite = check.interval.is_some_and(|(low, high)| (high - low).is_finite());
        few || !is_finite || self.configuration.stats.resamples < FEWEST_RESAMPLES
    }

    pub(super) fn units(&self, sample: usize) -> usize {
        self.samples[sample].units.first().map_or(0, |units| units.len())
    }

    /// The share of segments that are as good as the threshold.
    fn share(&self, measure: usize, sample: usize, threshold: f64) -> f64 {
        let judged = &self.measures[measure];
        let Some(rows) = self.samples[sample].rows.first() else { return f64::NAN };
        let scores = judged.sentence_scores(rows);
        let is_good = |score: &f64| match judged.spec.direction {
            Direction::Higher => *score >= threshold,
            Direction::Lower => *score <= threshold,
        };
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 segments")]
        let share = scores.iter().filter(|score| is_good(score)).count() as f64
            / scores.len().max(1) as f64;
        share
    }
}

fn looked_at(check: &Check, of: Of, score: f64) -> f64 {
    match (of, check.interval) {
        (Of::CiLow, Some((low, _))) => low,
        (Of::CiHigh, Some((_, high))) => high,
        _ => score,
    }
}

/// What was found, before the rule says what comes of it.
pub(in crate::gate) enum Finding {
    Holds,
    Broken,
    Open,
    /// The same, as only so many segments or clusters differ at all.
    Few(usize),
    /// There is nothing to judge by.
    Nothing(String),
    /// The same, where that is no fault.
    Optional(String),
}

impl Finding {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Broken }
    }

    fn of_answer(answer: MarginAnswer) -> Self {
        match answer {
            MarginAnswer::Worse => Self::Broken,
            MarginAnswer::NotWorse => Self::Holds,
            MarginAnswer::Open => Self::Open,
        }
    }

    fn verdict(&self, rule: &Rule) -> Verdict {
        match (self, rule.on_inconclusive) {
            (Self::Holds, _) => Verdict::Pass,
            (Self::Nothing(_), _) => Verdict::NoVerdict,
            (Self::Optional(_), _) | (Self::Open | Self::Few(_), OnInconclusive::Warn) => {
                Verdict::Warning
            }
            (Self::Open | Self::Few(_), OnInconclusive::Pass) => Verdict::Inconclusive,
            (Self::Broken, _) | (Self::Open | Self::Few(_), OnInconclusive::Fail) => {
                match rule.level {
                    Severity::Fail => Verdict::Fail,
                    Severity::Warn => Verdict::Warning,
                }
            }
        }
    }
}
