//! What rules ask, of which metric and which segments.

use genai_metrics::resample::FEWEST_DIFFERING;

use super::{BASELINE, Case};
use crate::gate::configuration::{Rule, SliceChoice};
use crate::gate::verdict::Condition;
use crate::samples::Sample;

/// A check before its verdict.
pub(super) struct Question {
    pub(super) rule: usize,
    pub(super) measure: usize,
    /// Which samples: one, or the slices that are compared with each other.
    pub(super) samples: Vec<usize>,
    /// The slice's name, where it is about one.
    pub(super) slice: Option<String>,
    pub(super) condition: Condition,
    /// Why there is nothing to judge by.
    pub(super) nothing: Option<String>,
}

impl Case<'_> {
    pub(super) fn questions(&self) -> Vec<Question> {
        let mut all = Vec::new();
        for (number, rule) in self.configuration.gates.iter().enumerate() {
            for &measure in self.of_rules.get(number).into_iter().flatten() {
                self.open_rule(number, rule, measure, &mut all);
            }
        }
        all
    }

    /// What people should know of slices that are not judged.
    pub(crate) fn left_out(&self) -> Vec<String> {
        const SHOWN: usize = 10;
        let mut notes = Vec::new();
        for rule in &self.configuration.gates {
            let (Some(SliceChoice { field, value: None }), Some(least)) =
                (&rule.slice, rule.min_segments)
            else {
                continue;
            };
            let few: Vec<&str> = self
                .samples
                .iter()
                .filter(|sample| sample.segments < least)
                .filter_map(|sample| sample.slice.as_ref())
                .filter(|slice| slice.field == *field)
                .map(|slice| slice.value.as_str())
                .collect();
            if !few.is_empty() {
                let dots = if few.len() > SHOWN { ", …" } else { "" };
                notes.push(format!(
                    "{}: {} of {} slices of {field} have fewer than {least} segments and are not judged: {}{dots}",
                    rule.metric,
                    few.len(),
                    self.samples_of(rule).0.len(),
                    few[..few.len().min(SHOWN)].join(", ")
                ));
            }
        }
        notes.dedup();
        notes
    }

    fn open_rule(&self, number: usize, rule: &Rule, measure: usize, all: &mut Vec<Question>) {
        let (samples, nothing) = self.samples_of(rule);
        let enough = |&sample: &usize| {
            self.samples[sample].slice.is_none()
                || self.samples[sample].segments >= rule.min_segments.unwrap_or(1)
        };
        let every = rule.slice.as_ref().is_some_and(|slice| slice.value.is_none());
        let base = |condition, samples: Vec<usize>, nothing: Option<String>| Question {
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
            // Of very few segments resamples scatter too little to be compared with.
            let many = |&sample: &usize| {
                let units = self.samples[sample].units.first().map_or(0, |units| units.len());
                enough(&sample) && units >= FEWEST_DIFFERING
            };
            let judged: Vec<usize> = samples.iter().copied().filter(many).collect();
            let nothing = (judged.len() < 2).then(|| {
                format!(
                    "{} slices with {} segments or clusters or more, expected two such slices",
                    judged.len(),
                    rule.min_segments.unwrap_or(1).max(FEWEST_DIFFERING as u64)
                )
            });
            all.push(base(Condition::MaxGap(limit), judged, nothing));
        }
        let conditions = rule.conditions();
        let nothing = nothing.or_else(|| {
            // A rule of which nothing is left would be green by accident.
            let SliceChoice { field, .. } = rule.slice.as_ref().filter(|_| every)?;
            let least = rule.min_segments.unwrap_or(1);
            (!samples.iter().any(enough)).then(|| {
                format!("no slice of {field} has enough segments, expected at least {least}")
            })
        });
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
        let nothing = found
            .is_empty()
            .then(|| format!("no segment has {field}={}", value.as_deref().unwrap_or("*")));
        (found, nothing)
    }

    /// The stricter of an absolute and a relative margin.
    fn with_margin(
        &self,
        condition: Condition,
        rule: &Rule,
        measure: usize,
        sample: usize,
    ) -> Condition {
        let (Condition::MaxDrop(_), Some(share)) = (condition, rule.max_drop_rel) else {
            return condition;
        };
        let Some(sum) = self.samples[sample].sums.get(BASELINE) else { return condition };
        let relative = share * self.measures[measure].statistic.value(sum).abs();
        Condition::MaxDrop(rule.max_drop.map_or(relative, |drop| drop.min(relative)))
    }

    /// Why there is nothing to judge a drop by.
    fn needed(&self, condition: Condition) -> Option<String> {
        condition.needs_baseline().then(|| self.no_baseline.clone()).flatten()
    }

    /// Whether a test can fail at all: of too few units that differ it cannot, whatever is drawn. How many differ
    /// says nothing of who is better, so those that cannot are none that others are corrected for.
    pub(super) fn can_fail(&self, question: &Question) -> bool {
        if question.nothing.is_some() || !question.condition.is_tested() {
            return false;
        }
        self.differing(question).is_none_or(|differing| differing >= FEWEST_DIFFERING)
    }

    /// How many units differ at all between candidate and baseline, if it is about these two.
    pub(super) fn differing(&self, question: &Question) -> Option<usize> {
        let (true, [sample]) = (question.condition.needs_baseline(), &question.samples[..]) else {
            return None;
        };
        let [own, base] = &self.samples[*sample].units[..] else { return None };
        let columns = self.measures[question.measure].statistic.columns.clone();
        Some(own.differing(base, columns))
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
        let conditions =
            [self.min.map(Condition::Min), self.max.map(Condition::Max), drop, per_segment];
        conditions.into_iter().flatten().collect()
    }
}
