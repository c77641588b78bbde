//! From rules and rows to checks: what each rule asks of which segments, and what the draws say of it.

use anyhow::{Result, bail};
use genai_metrics::resample::{
    Comparison, Estimate, MarginAnswer, MarginTest, Statistic, holm,
};
use genai_metrics::{Direction, Scorer, Spec, Table};

use super::configuration::{Adjust, Configuration, Of, OnInconclusive, Rule, SliceChoice, Test};
use super::verdict::{Check, Condition, Difference, Severity, Statistics, Verdict};
use super::wording;
use crate::resampling::{self, Resampling};
use crate::samples::Sample;

/// Trials of approximate randomization, as in sacreBLEU.
const TRIALS: u32 = 10_000;

/// A number that rules are about.
pub(crate) struct Judged<'a> {
    /// Its name, as `rougeL.recall`.
    pub(crate) name: String,
    /// The same as people write it.
    pub(crate) title: String,
    pub(crate) spec: Spec,
    pub(crate) signature: String,
    pub(crate) statistic: Statistic<'a>,
    /// The metric as it scores single segments.
    pub(crate) sentence: &'a dyn Scorer,
}

/// Everything that verdicts are made of.
pub(crate) struct Case<'a> {
    pub(crate) configuration: &'a Configuration,
    /// What rules are about.
    pub(crate) measures: Vec<Judged<'a>>,
    /// For each rule, which of them.
    pub(crate) of_rules: Vec<Vec<usize>>,
    /// All segments, then each slice. The first system is the candidate, the second the baseline, if there
    /// is one.
    pub(crate) samples: &'a [Sample<'a>],
    /// Why there is no baseline, if there is none.
    pub(crate) no_baseline: Option<String>,
}

const CANDIDATE: usize = 0;
const BASELINE: usize = 1;

/// A check before its verdict.
struct Open {
    rule: usize,
    measure: usize,
    /// Which samples: one, or the slices that are compared with each other.
    samples: Vec<usize>,
    /// The slice's name, where it is about one.
    slice: Option<String>,
    condition: Condition,
    /// Why there is nothing to judge by.
    nothing: Option<String>,
}

/// What was drawn of a sample: for each system and measure.
struct Draws {
    scores: Vec<Vec<f64>>,
    drawn: Vec<Vec<Vec<f64>>>,
    estimates: Vec<Vec<Estimate>>,
    /// By approximate randomization, for each measure.
    randomized: Option<Vec<Comparison>>,
}

/// A difference beside its margin.
struct Tested {
    test: MarginTest,
    p_value: f64,
    p_adjusted: f64,
    answer: MarginAnswer,
}

impl<'a> Case<'a> {
    /// How differences are judged, with enough resamples for any of the checks to be able to fail.
    pub(crate) fn statistics(&self) -> Statistics {
        let stats = &self.configuration.stats;
        let tests = self.tested();
        let tests = if stats.adjust == Adjust::Holm { tests } else { tests.min(1) };
        Statistics {
            test: stats.test.name(),
            resamples: stats.resamples.max(MarginTest::least_resamples(tests, stats.alpha)),
            alpha: stats.alpha,
            seed: stats.seed,
            adjust: stats.adjust.name(),
        }
    }

    /// How many checks are tests.
    fn tested(&self) -> usize {
        self.open().iter().filter(|open| open.is_tested()).count()
    }

    fn resampling(&self) -> Resampling {
        let Statistics { resamples, alpha, seed, .. } = self.statistics();
        Resampling { resamples, seed, level: 1.0 - alpha }
    }

    /// A check for each condition of each rule, measure and slice.
    ///
    /// # Errors
    /// If a rule is about a slice of a field that is not among the slice fields.
    pub(crate) fn checks(&self) -> Result<Vec<Check>> {
        self.check_fields()?;
        let open = self.open();
        let draws = self.draws(&open);
        let tests = self.tests(&open, &draws);
        Ok(open.iter().zip(&tests).map(|(open, tested)| self.close(open, tested.as_ref(), &draws)).collect())
    }

    fn check_fields(&self) -> Result<()> {
        let known = &self.configuration.data.slice_fields;
        for SliceChoice { field, .. } in self.configuration.gates.iter().filter_map(|rule| rule.slice.as_ref()) {
            if !known.contains(field) {
                bail!("a rule is about slices of {field}, expected it among slice_fields of [data]");
            }
        }
        Ok(())
    }

    fn open(&self) -> Vec<Open> {
        let mut all = Vec::new();
        for (number, rule) in self.configuration.gates.iter().enumerate() {
            for &measure in self.of_rules.get(number).into_iter().flatten() {
                self.open_rule(number, rule, measure, &mut all);
            }
        }
        all
    }

    fn open_rule(&self, number: usize, rule: &Rule, measure: usize, all: &mut Vec<Open>) {
        let (samples, nothing) = self.samples_of(rule);
        let enough = |&sample: &usize| {
            self.samples[sample].slice.is_none()
                || self.samples[sample].segments >= rule.min_segments.unwrap_or(1)
        };
        let every = rule.slice.as_ref().is_some_and(|slice| slice.value.is_none());
        let base = |condition, samples: Vec<usize>, nothing: Option<String>| Open {
            rule: number,
            measure,
            slice: match &samples[..] {
                [one] => self.samples[*one].slice.as_ref().map(ToString::to_string),
                _ => rule.slice.as_ref().map(ToString::to_string),
            },
            samples,
            condition,
            nothing,
        };
        if let Some(limit) = rule.max_gap {
            let judged: Vec<usize> = samples.iter().copied().filter(enough).collect();
            let nothing = (judged.len() < 2).then(|| {
                format!("{} slices with enough segments, expected two or more", judged.len())
            });
            all.push(base(Condition::MaxGap(limit), judged, nothing));
        }
        let conditions = rule.conditions();
        if let Some(nothing) = nothing {
            let none = |condition| base(condition, Vec::new(), Some(nothing.clone()));
            all.extend(conditions.into_iter().map(none));
            return;
        }
        for sample in samples {
            let too_few = !enough(&sample);
            // Of every slice only those that can be judged are; one that was named must be.
            if too_few && every {
                continue;
            }
            let nothing = too_few.then(|| {
                let (has, least) = (self.samples[sample].segments, rule.min_segments.unwrap_or(1));
                format!("{has} segments, expected at least {least}")
            });
            for condition in rule.conditions() {
                let condition = self.with_margin(condition, rule, measure, sample);
                let nothing = nothing.clone().or_else(|| self.needed(condition));
                all.push(base(condition, vec![sample], nothing));
            }
        }
    }

    /// Which samples a rule is about, or why there is none.
    fn samples_of(&self, rule: &Rule) -> (Vec<usize>, Option<String>) {
        let Some(SliceChoice { field, value }) = &rule.slice else { return (vec![0], None) };
        let is_of = |sample: &Sample<'_>| {
            sample.slice.as_ref().is_some_and(|slice| {
                slice.field == *field && value.as_ref().is_none_or(|value| slice.value == *value)
            })
        };
        let found: Vec<usize> =
            (0..self.samples.len()).filter(|&place| is_of(&self.samples[place])).collect();
        let nothing = found.is_empty().then(|| {
            format!("no segment has {field}={}", value.as_deref().unwrap_or("*"))
        });
        (found, nothing)
    }

    /// The stricter of an absolute and a relative margin.
    fn with_margin(&self, condition: Condition, rule: &Rule, measure: usize, sample: usize) -> Condition {
        let (Condition::MaxDrop(_), Some(share)) = (condition, rule.max_drop_rel) else { return condition };
        let Some(sum) = self.samples[sample].sums.get(BASELINE) else { return condition };
        let relative = share * self.measures[measure].statistic.value(sum).abs();
        Condition::MaxDrop(rule.max_drop.map_or(relative, |drop| drop.min(relative)))
    }

    /// Why there is nothing to judge a drop by.
    fn needed(&self, condition: Condition) -> Option<String> {
        match condition {
            Condition::MaxDrop(_) => self.no_baseline.clone(),
            _ => None,
        }
    }

    /// What is drawn of each sample that a check is about.
    fn draws(&self, open: &[Open]) -> Vec<Option<Draws>> {
        let statistics: Vec<Statistic<'_>> =
            self.measures.iter().map(|measure| measure.statistic.clone()).collect();
        let is_needed = |sample: usize| open.iter().any(|open| open.samples.contains(&sample));
        let draw = |sample: usize| is_needed(sample).then(|| self.draw(sample, &statistics));
        (0..self.samples.len()).map(draw).collect()
    }

    fn draw(&self, sample: usize, statistics: &[Statistic<'_>]) -> Draws {
        let resampling = self.resampling();
        let sample = &self.samples[sample];
        let score = |sum: &Vec<f64>| statistics.iter().map(|s| s.value(sum)).collect();
        let scores: Vec<Vec<f64>> = sample.sums.iter().map(score).collect();
        let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
        let test = self.configuration.stats.test;
        let intervals = self.configuration.gates.iter().any(|rule| rule.of != Of::Point);
        if test == Test::None && !intervals {
            return Draws { scores, drawn: Vec::new(), estimates: Vec::new(), randomized: None };
        }
        let drawn = resampling::draw(&units, statistics, resampling);
        let of_system =
            |drawn: &Vec<Vec<f64>>| drawn.iter().map(|drawn| Estimate::of(drawn, resampling.level)).collect();
        let estimates = drawn.iter().map(of_system).collect();
        let randomized = (test == Test::ApproxRandomization && units.len() > BASELINE).then(|| {
            let tests = MarginTest::least_resamples(self.tested(), self.configuration.stats.alpha);
            let test = resampling::Test::Randomization { trials: TRIALS.max(tests) };
            let compared = resampling::compare(&units, BASELINE, statistics, test, resampling);
            compared.comparisons[CANDIDATE].iter().copied().flatten().collect()
        });
        Draws { scores, drawn, estimates, randomized }
    }

    /// The tests of drops and gaps, corrected together.
    fn tests(&self, open: &[Open], draws: &[Option<Draws>]) -> Vec<Option<Tested>> {
        let mut tests: Vec<Option<Tested>> = open.iter().map(|open| self.test(open, draws)).collect();
        if self.configuration.stats.adjust == Adjust::Holm {
            let p_values: Vec<f64> = tests.iter().flatten().map(|tested| tested.p_value).collect();
            for (tested, p_adjusted) in tests.iter_mut().flatten().zip(holm(&p_values)) {
                tested.p_adjusted = p_adjusted;
            }
        }
        let randomized = self.configuration.stats.test == Test::ApproxRandomization;
        for (tested, open) in tests.iter_mut().zip(open) {
            let Some(tested) = tested else { continue };
            tested.answer = match (self.configuration.stats.test, open.condition) {
                (Test::None, _) if tested.test.drop() > tested.test.margin => MarginAnswer::Worse,
                (Test::None, _) => MarginAnswer::NotWorse,
                // Its p-value is two-sided.
                (_, Condition::MaxDrop(_)) if randomized => tested.test.answer(tested.p_adjusted / 2.0),
                _ => tested.test.answer(tested.p_adjusted),
            };
        }
        tests
    }

    fn test(&self, open: &Open, draws: &[Option<Draws>]) -> Option<Tested> {
        if open.nothing.is_some() || !open.is_tested() {
            return None;
        }
        let (measure, alpha) = (open.measure, self.configuration.stats.alpha);
        let direction = self.measures[measure].spec.direction;
        let empty: &[f64] = &[];
        let of = |sample: usize, system: usize| -> Option<(f64, &[f64])> {
            let draws = draws.get(sample)?.as_ref()?;
            let drawn = draws.drawn.get(system).map_or(empty, |drawn| &drawn[measure]);
            Some((*draws.scores.get(system)?.get(measure)?, drawn))
        };
        let ((reference, own), margin) = match open.condition {
            Condition::MaxDrop(margin) => {
                let sample = *open.samples.first()?;
                ((of(sample, BASELINE)?, of(sample, CANDIDATE)?), margin)
            }
            Condition::MaxGap(margin) => (self.extremes(open, direction, &of)?, margin),
            _ => return None,
        };
        let scores = (reference.0, own.0);
        let test = MarginTest::by_bootstrap(direction, scores, (reference.1, own.1), margin, alpha);
        let randomized = match open.condition {
            Condition::MaxDrop(_) => {
                let draws = draws.get(*open.samples.first()?)?.as_ref()?;
                draws.randomized.as_ref().map(|comparisons| comparisons[measure].p_value)
            }
            _ => None,
        };
        let p_value = randomized.unwrap_or(test.p_value);
        Some(Tested { test, p_value, p_adjusted: p_value, answer: MarginAnswer::Open })
    }

    /// The best slice and the worst.
    fn extremes<'d>(
        &self,
        open: &Open,
        direction: Direction,
        of: &impl Fn(usize, usize) -> Option<(f64, &'d [f64])>,
    ) -> Option<((f64, &'d [f64]), (f64, &'d [f64]))> {
        let mut slices: Vec<(f64, &[f64])> =
            open.samples.iter().filter_map(|&sample| of(sample, CANDIDATE)).collect();
        slices.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (first, last) = (*slices.first()?, *slices.last()?);
        Some(match direction {
            Direction::Higher => (last, first),
            Direction::Lower => (first, last),
        })
    }

    /// The check with its verdict.
    fn close(&self, open: &Open, tested: Option<&Tested>, draws: &[Option<Draws>]) -> Check {
        let rule = &self.configuration.gates[open.rule];
        let judged = &self.measures[open.measure];
        let sample = match &open.samples[..] {
            [one] => Some(*one),
            _ => None,
        };
        let drawn = sample.and_then(|sample| draws[sample].as_ref());
        let number = |system: usize| Some(*drawn?.scores.get(system)?.get(open.measure)?);
        let estimate = drawn.and_then(|drawn| drawn.estimates.get(CANDIDATE)?.get(open.measure));
        let mut check = Check {
            rule: open.rule,
            metric: judged.name.clone(),
            title: judged.title.clone(),
            direction: judged.spec.direction,
            decimals: judged.spec.decimals,
            signature: judged.signature.clone(),
            slice: open.slice.clone(),
            segments: open.samples.iter().map(|&sample| self.samples[sample].segments).sum(),
            condition: open.condition,
            level: rule.level,
            score: number(CANDIDATE).filter(|score| score.is_finite()),
            interval: estimate.map(|estimate| (estimate.low, estimate.high)),
            baseline: number(BASELINE).filter(|score| score.is_finite()),
            difference: tested.map(|tested| tested.difference()),
            verdict: Verdict::NoVerdict,
            reason: String::new(),
        };
        if let Condition::PerSegment { threshold, .. } = open.condition {
            check.score = sample.map(|sample| self.share(open.measure, sample, threshold));
            (check.interval, check.baseline) = (None, None);
        }
        if let (Condition::MaxGap(_), Some(tested)) = (open.condition, tested) {
            check.score = Some(tested.test.drop());
            (check.interval, check.baseline) = (None, None);
        }
        let finding = self.finding(open, &check, tested, rule);
        check.reason = wording::reason(&check, rule, &finding);
        check.verdict = finding.verdict(rule);
        check
    }

    fn finding(&self, open: &Open, check: &Check, tested: Option<&Tested>, rule: &Rule) -> Finding {
        if let Some(nothing) = &open.nothing {
            let is_baseline = matches!(open.condition, Condition::MaxDrop(_))
                && self.no_baseline.as_ref() == Some(nothing);
            let optional = self.configuration.baseline.as_ref().is_some_and(|own| !own.require);
            return if is_baseline && optional {
                Finding::Optional(nothing.clone())
            } else {
                Finding::Nothing(nothing.clone())
            };
        }
        let Some(score) = check.score else {
            return Finding::Nothing("the score is no finite number".to_owned());
        };
        match open.condition {
            Condition::MaxDrop(_) | Condition::MaxGap(_) => {
                let Some(tested) = tested else {
                    return Finding::Nothing("the baseline's score is no finite number".to_owned());
                };
                let units = open.samples.iter().map(|&sample| self.units(sample)).min().unwrap_or(0);
                if self.configuration.stats.test != Test::None {
                    if units < 2 {
                        return Finding::Nothing(format!("{units} segments to draw from, expected two or more"));
                    }
                    if !(tested.test.comparison.standard_error > 0.0)
                        && tested.test.comparison.delta != 0.0
                    {
                        return Finding::Nothing("the difference does not vary, so chance cannot be told".to_owned());
                    }
                }
                Finding::of_answer(tested.answer)
            }
            Condition::Min(limit) => Finding::of(looked_at(check, rule.of, score) >= limit),
            Condition::Max(limit) => Finding::of(looked_at(check, rule.of, score) <= limit),
            Condition::PerSegment { min_share, .. } => Finding::of(score >= min_share),
        }
    }

    fn units(&self, sample: usize) -> usize {
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

impl Judged<'_> {
    /// The score of each segment by itself.
    pub(crate) fn sentence_scores(&self, rows: &Table) -> Vec<f64> {
        let own = Statistic { scorer: self.sentence, ..self.statistic.clone() };
        rows.rows().map(|row| own.value(row)).collect()
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
pub(super) enum Finding {
    Holds,
    Broken,
    Open,
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
            (Self::Optional(_), _) | (Self::Open, OnInconclusive::Warn) => Verdict::Warning,
            (Self::Open, OnInconclusive::Pass) => Verdict::Inconclusive,
            (Self::Broken, _) | (Self::Open, OnInconclusive::Fail) => match rule.level {
                Severity::Fail => Verdict::Fail,
                Severity::Warn => Verdict::Warning,
            },
        }
    }
}

impl Open {
    /// Whether it is a difference that chance could explain.
    fn is_tested(&self) -> bool {
        matches!(self.condition, Condition::MaxDrop(_) | Condition::MaxGap(_))
    }
}

impl Tested {
    fn difference(&self) -> Difference {
        let Comparison { delta, low, high, minimum_detectable, .. } = self.test.comparison;
        let (p_value, p_adjusted) = (self.p_value, self.p_adjusted);
        Difference { delta, low, high, p_value, p_adjusted, minimum_detectable }
    }
}

impl Rule {
    /// What it asks of each sample; of a margin that is relative the number is found later.
    fn conditions(&self) -> Vec<Condition> {
        let drop = (self.max_drop.is_some() || self.max_drop_rel.is_some())
            .then(|| Condition::MaxDrop(self.max_drop.unwrap_or(0.0)));
        let per_segment = self.per_segment.map(|own| Condition::PerSegment {
            threshold: own.threshold,
            min_share: own.min_share,
        });
        let conditions = [self.min.map(Condition::Min), self.max.map(Condition::Max), drop, per_segment];
        conditions.into_iter().flatten().collect()
    }
}
