//! Runs of the gate in which nothing has changed: how often would it fail?

use std::collections::BTreeMap;

use anyhow::Result;
use genai_metrics::Table;
use genai_metrics::resample::Pcg64;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::configuration::{Configuration, OnInconclusive};
use super::judge::Case;
use super::verdict::{Severity, Verdict};
use crate::engine::{Labels, Measured};
use crate::samples::{Divisions, samples};

/// How many runs.
pub(crate) const RUNS: u32 = 400;

/// What is dealt out anew: segments, or clusters, of the two systems, so that neither is better; and, where gaps
/// are judged, slices, so that none is better.
#[derive(Clone, Copy)]
pub(crate) struct Deals<'a> {
    pub(crate) measured: &'a Measured,
    pub(crate) divisions: &'a Divisions,
}

/// The configuration's drops and gaps alone: what is always so is no alarm, and what is open is none, either.
pub(crate) fn tests_of(configuration: &Configuration) -> Configuration {
    let mut tests = configuration.clone();
    for rule in &mut tests.gates {
        (rule.min, rule.max, rule.per_segment) = (None, None, None);
        (rule.level, rule.on_inconclusive) = (Severity::Fail, OnInconclusive::Pass);
    }
    tests
}

impl Deals<'_> {
    /// How many of [`RUNS`] runs of the whole gate raise an alarm.
    ///
    /// # Errors
    /// If a rule can't be judged.
    pub(crate) fn alarms(self, case: &Case<'_>) -> Result<u32> {
        let run = |number: u32| Ok(u32::from(self.is_alarm(case, number)?));
        (0..RUNS).into_par_iter().map(run).sum()
    }

    fn is_alarm(self, case: &Case<'_>, number: u32) -> Result<bool> {
        let mut configuration = case.configuration.clone();
        let seed_of =
            |number: u32| case.configuration.stats.seed.wrapping_add(1 + u64::from(number));
        configuration.stats.seed = seed_of(number);
        // A deal must know nothing of any run's draws.
        let dealt = self.deal(&configuration, &mut Pcg64::new(seed_of(RUNS + number)));
        let case = Case {
            configuration: &configuration,
            measures: case.measures.clone(),
            of_rules: case.of_rules.clone(),
            samples: &samples(&dealt, self.divisions),
            no_baseline: case.no_baseline.clone(),
            begins: case.begins,
        };
        Ok(case.checks()?.0.iter().any(|check| check.verdict == Verdict::Fail))
    }

    fn deal(self, configuration: &Configuration, generator: &mut Pcg64) -> Measured {
        let slices = self.divisions.slice_fields.len();
        let clusters =
            self.divisions.cluster_field.as_ref().and_then(|_| self.measured.labels.get(slices));
        let rows = self.swapped(clusters, generator);
        let mut labels = self.measured.labels.clone();
        for (field, labels) in self.divisions.slice_fields.iter().zip(&mut labels) {
            let has_gap = configuration.gates.iter().any(|rule| {
                let is_of = rule.slice.as_ref().is_some_and(|slice| slice.field == *field);
                is_of && rule.max_gap.is_some()
            });
            if has_gap {
                labels.of = shuffled(&labels.of, clusters, generator);
            }
        }
        Measured::of_rows(rows, labels)
    }

    /// The rows of both systems, segment by segment or cluster by cluster swapped or not.
    fn swapped(self, clusters: Option<&Labels>, generator: &mut Pcg64) -> Vec<Table> {
        let [own, base] = &self.measured.rows[..] else { return self.measured.rows.clone() };
        let units = clusters.map_or(own.len(), |clusters| clusters.values.len());
        let swaps: Vec<bool> = (0..units).map(|_| generator.below(2) == 1).collect();
        let (mut one, mut other) = (Table::new(own.width()), Table::new(own.width()));
        for (place, (own, base)) in own.rows().zip(base.rows()).enumerate() {
            let unit = clusters.map_or(place, |clusters| clusters.of[place] as usize);
            let (first, second) = if swaps[unit] { (base, own) } else { (own, base) };
            one.push(first);
            other.push(second);
        }
        vec![one, other]
    }
}

/// The same labels, dealt out to other segments; to other clusters, where each has one label, and within clusters
/// where they have several.
fn shuffled(of: &[u32], clusters: Option<&Labels>, generator: &mut Pcg64) -> Vec<u32> {
    let mut dealt = of.to_vec();
    let Some(clusters) = clusters else {
        shuffle(&mut dealt, generator);
        return dealt;
    };
    let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, &cluster) in clusters.of.iter().enumerate() {
        places.entry(cluster).or_default().push(place);
    }
    if places.values().all(|places| places.iter().all(|&place| of[place] == of[places[0]])) {
        let mut labels: Vec<u32> = places.values().map(|places| of[places[0]]).collect();
        shuffle(&mut labels, generator);
        for (places, label) in places.values().zip(labels) {
            for &place in places {
                dealt[place] = label;
            }
        }
    } else {
        for places in places.values() {
            let mut labels: Vec<u32> = places.iter().map(|&place| of[place]).collect();
            shuffle(&mut labels, generator);
            for (&place, label) in places.iter().zip(labels) {
                dealt[place] = label;
            }
        }
    }
    dealt
}

/// Fisher and Yates 1938.
fn shuffle(labels: &mut [u32], generator: &mut Pcg64) {
    for last in (1..labels.len()).rev() {
        let Ok(count) = u32::try_from(last + 1) else { return };
        labels.swap(last, generator.below(count) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(of: &[u32]) -> Labels {
        let mut labels = Labels::default();
        for number in of {
            labels.push(&number.to_string());
        }
        labels
    }

    fn sorted(mut labels: Vec<u32>) -> Vec<u32> {
        labels.sort_unstable();
        labels
    }

    #[test]
    fn labels_are_dealt_out_as_clusters_allow() {
        let of = [0, 0, 1, 1, 1, 2, 2, 0];
        let deals = |clusters: Option<&Labels>| -> Vec<Vec<u32>> {
            (0..50).map(|seed| shuffled(&of, clusters, &mut Pcg64::new(seed))).collect()
        };
        for dealt in deals(None) {
            assert_eq!(sorted(dealt), sorted(of.to_vec()));
        }
        assert!(deals(None).iter().any(|dealt| *dealt != of));

        let whole = clusters(&[0, 0, 1, 1, 1, 2, 2, 3]);
        for dealt in deals(Some(&whole)) {
            let label = |place: usize| dealt[place];
            assert!(label(0) == label(1) && label(2) == label(3) && label(3) == label(4));
            assert_eq!(sorted(vec![label(0), label(2), label(5), label(7)]), [0, 0, 1, 2]);
        }
        assert!(deals(Some(&whole)).iter().any(|dealt| *dealt != of));

        let crossed = clusters(&[0, 1, 0, 1, 0, 1, 0, 1]);
        for dealt in deals(Some(&crossed)) {
            let even: Vec<u32> = dealt.iter().copied().step_by(2).collect();
            assert_eq!(sorted(even), [0, 1, 1, 2]);
            assert_eq!(sorted(dealt), sorted(of.to_vec()));
        }
    }
}
