//! Probabilities and backoff weights from adjusted counts.
//!
//! Counts are summed as integers, and the real numbers of an n-gram depend on those of its context and of its
//! ending alone: so neither threads nor the order of work can change a bit. Real numbers have the 32 bits that
//! they have in lmplz, and its order of operations.

use std::ops::Range;

use rayon::prelude::*;

use super::super::entries::{self, Entries};
use super::super::error::Error;
use super::super::vocabulary::{BEGIN, UNKNOWN, Vocabulary};
use super::counts::{Counts, Level};
use super::discounts::Discounts;
use super::options::TrainOptions;

/// The entries of the model that these counts make.
pub(super) fn entries(
    counts: Counts,
    discounts: &[Discounts],
    options: &TrainOptions,
    vocabulary: Vocabulary,
) -> Result<Entries, Error> {
    let mut estimates = Vec::with_capacity(counts.levels.len());
    let mut probabilities = unigrams(&counts.levels[0], discounts[0], options);
    let mut contexts = Vec::new();
    for depth in 1..counts.levels.len() {
        let (lower, level) = (&counts.levels[depth - 1], &counts.levels[depth]);
        contexts = if depth == 1 {
            level.words.clone()
        } else {
            contexts_of(&counts.levels[depth - 2], lower, level, &contexts)
        };
        let discounts = discounts[depth];
        let weights = weights(&contexts, lower, level, discounts);
        let backoffs = weights.par_iter().map(Weights::backoff).collect();
        let longer = interpolated(lower, level, &contexts, &weights, discounts, &probabilities);
        let logarithms = logarithms(std::mem::replace(&mut probabilities, longer));
        estimates.push(Estimates { logarithms, backoffs });
    }
    estimates.push(Estimates { logarithms: logarithms(probabilities), backoffs: Vec::new() });
    kept(counts, estimates, vocabulary)
}

fn unigrams(level: &Level, discounts: Discounts, options: &TrainOptions) -> Vec<f32> {
    let mut sums = Sums::default();
    for (index, &count) in level.counts.iter().enumerate() {
        sums.add(count, level.is_pruned(index));
    }
    let weights = sums.weights(discounts);
    let types = level.counts.len() - level.pruned.iter().filter(|&&pruned| pruned).count();
    // <unk> is among them, <s> is not.
    let types = options.vocabulary_size.max(types as u64 - 1);
    #[expect(clippy::cast_possible_truncation, reason = "lmplz rounds here")]
    let uniform = (1.0 / f64::from(types as f32)) as f32;
    let lower = if options.interpolate_unigrams { weights.gamma * uniform } else { 0.0 };
    let share = |&count: &u32| (count as f32 - discounts.of(count)) / weights.denominator;
    let mut probabilities: Vec<_> = level.counts.iter().map(|count| share(count) + lower).collect();
    probabilities[UNKNOWN as usize] =
        if options.interpolate_unigrams { lower } else { weights.gamma };
    // It begins every sentence.
    probabilities[BEGIN as usize] = 1.0;
    probabilities
}

/// For each n-gram of a level where its context, the n-gram without its last word, is in the level below. That
/// is the child of its ending's context by its first word.
fn contexts_of(lowest: &Level, lower: &Level, level: &Level, of_lower: &[u32]) -> Vec<u32> {
    let mut contexts = vec![0; level.words.len()];
    for_children(&lower.children, &mut contexts, |parents, contexts| {
        let mut contexts = contexts.iter_mut();
        for parent in parents {
            let words = &level.words[lower.children_of(parent)];
            let Range { mut start, end } = lowest.children_of(of_lower[parent] as usize);
            for (&word, context) in words.iter().zip(&mut contexts) {
                start += position(&lower.words[start..end], word);
                // Places in a level fit.
                *context = u32::try_from(start).unwrap_or(u32::MAX);
            }
        }
    });
    contexts
}

/// Where a number is, or would be, in a sorted list, at whose beginning it is expected.
#[inline]
fn position(sorted: &[u32], number: u32) -> usize {
    let mut reach = 1;
    while sorted.get(reach).is_some_and(|&other| other < number) {
        reach *= 2;
    }
    let from = reach / 2;
    let until = sorted.len().min(reach + 1);
    from + sorted[from..until].partition_point(|&other| other < number)
}

/// What the n-grams with one context sum to.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// Adjusted counts.
    counts: u64,
    /// Those of n-grams that are left out.
    pruned: u64,
    /// How many n-grams that are not left out have an adjusted count of 1, of 2, and of 3 and more.
    with_count: [u32; 3],
}

impl Sums {
    #[inline]
    fn add(&mut self, count: u32, is_pruned: bool) {
        self.counts += u64::from(count);
        if is_pruned {
            self.pruned += u64::from(count);
        } else if count > 0 {
            self.with_count[count.min(3) as usize - 1] += 1;
        }
    }

    fn weights(&self, discounts: Discounts) -> Weights {
        let denominator = self.counts as f32;
        let mut gamma = 0.0;
        for (discount, with_count) in discounts.0.iter().zip(self.with_count) {
            gamma += discount * with_count as f32;
        }
        gamma += self.pruned as f32;
        Weights { denominator, gamma: gamma / denominator }
    }
}

/// By what a context's counts are divided, and the share of what is shorter.
struct Weights {
    denominator: f32,
    gamma: f32,
}

impl Weights {
    fn backoff(&self) -> f32 {
        if self.denominator > 0.0 { self.gamma.log10() } else { 0.0 }
    }
}

fn weights(contexts: &[u32], lower: &Level, level: &Level, discounts: Discounts) -> Vec<Weights> {
    let mut sums = vec![Sums::default(); lower.words.len()];
    for (index, (&context, &count)) in contexts.iter().zip(&level.counts).enumerate() {
        sums[context as usize].add(count, level.is_pruned(index));
    }
    sums.par_iter().map(|sums| sums.weights(discounts)).collect()
}

fn interpolated(
    lower: &Level,
    level: &Level,
    contexts: &[u32],
    weights: &[Weights],
    discounts: Discounts,
    lower_probabilities: &[f32],
) -> Vec<f32> {
    let mut probabilities = vec![0.0; level.words.len()];
    for_children(&lower.children, &mut probabilities, |parents, probabilities| {
        let mut probabilities = probabilities.iter_mut();
        for parent in parents {
            let children = lower.children_of(parent);
            let known = level.counts[children.clone()].iter().zip(&contexts[children]);
            for ((&count, &context), probability) in known.zip(&mut probabilities) {
                let Weights { denominator, gamma } = &weights[context as usize];
                *probability = (count as f32 - discounts.of(count)) / denominator
                    + gamma * lower_probabilities[parent];
            }
        }
    });
    probabilities
}

fn logarithms(mut probabilities: Vec<f32>) -> Vec<f32> {
    // Rounding may lead above 1.
    probabilities.par_iter_mut().for_each(|p| *p = p.log10().min(0.0));
    probabilities
}

/// Lets threads work on blocks of parents, each with what belongs to their children.
fn for_children<T: Send>(
    children: &[u32],
    mut of_children: &mut [T],
    work: impl Fn(Range<usize>, &mut [T]) + Sync,
) {
    let parents = children.len().saturating_sub(1);
    let size = of_children.len().div_ceil(8 * rayon::current_num_threads()).max(1 << 12);
    let mut blocks = Vec::new();
    let mut start = 0;
    while start < parents {
        let first = children[start] as usize;
        let longer = children[start + 1..].partition_point(|&end| end as usize - first < size);
        let end = (start + 1 + longer).min(parents);
        let (block, rest) = of_children.split_at_mut(children[end] as usize - first);
        blocks.push((start..end, block));
        of_children = rest;
        start = end;
    }
    blocks.into_par_iter().for_each(|(parents, block)| work(parents, block));
}

/// What is said of the n-grams of a level.
struct Estimates {
    logarithms: Vec<f32>,
    backoffs: Vec<f32>,
}

/// The n-grams that are not left out. With an n-gram those that end in it or begin with it are left out too, as
/// they cannot occur more often.
fn kept(
    counts: Counts,
    estimates: Vec<Estimates>,
    vocabulary: Vocabulary,
) -> Result<Entries, Error> {
    let is_complete = counts.levels[0].pruned.iter().all(|pruned| !pruned);
    let numbers = (!is_complete).then(|| places(&counts.levels[0].pruned));
    let vocabulary = if is_complete {
        vocabulary
    } else {
        let mut smaller = Vocabulary::new();
        for (word, pruned) in vocabulary.words().zip(&counts.levels[0].pruned) {
            if !pruned {
                smaller.insert(word)?;
            }
        }
        smaller
    };
    let mut levels = Vec::with_capacity(estimates.len());
    let mut parents = Vec::new();
    let mut parents_places: Option<Vec<u32>> = None;
    for (level, estimates) in counts.levels.into_iter().zip(estimates) {
        let Estimates { logarithms, backoffs } = estimates;
        let Level { words, children, pruned, .. } = level;
        let mut parents_of_children =
            Vec::with_capacity(children.last().map_or(0, |&n| n as usize));
        for (parent, bounds) in (0..).zip(children.windows(2)) {
            parents_of_children.resize(bounds[1] as usize, parent);
        }
        let pruned = if pruned.contains(&true) { pruned } else { Vec::new() };
        let mut kept = entries::Level {
            parents: kept_of(&pruned, std::mem::replace(&mut parents, parents_of_children)),
            words: kept_of(&pruned, words),
            logarithms: kept_of(&pruned, logarithms),
            backoffs: kept_of(&pruned, backoffs),
        };
        if let Some(places) = &parents_places {
            kept.parents.iter_mut().for_each(|parent| *parent = places[*parent as usize]);
        }
        if let Some(numbers) = &numbers {
            kept.words.iter_mut().for_each(|word| *word = numbers[*word as usize]);
        }
        levels.push(kept);
        parents_places = (!pruned.is_empty()).then(|| places(&pruned));
    }
    Ok(Entries::new(vocabulary, levels))
}

fn kept_of<T: Copy>(pruned: &[bool], mut all: Vec<T>) -> Vec<T> {
    if !pruned.is_empty() {
        let mut pruned = pruned.iter();
        all.retain(|_| pruned.next() == Some(&false));
    }
    all
}

/// For each n-gram how many before it are kept.
fn places(pruned: &[bool]) -> Vec<u32> {
    let kept = pruned.iter().scan(0, |kept, &pruned| {
        let place = *kept;
        *kept += u32::from(!pruned);
        Some(place)
    });
    kept.collect()
}
