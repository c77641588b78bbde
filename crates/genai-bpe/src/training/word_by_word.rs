//! Training where one token can come from several merges, as Hugging Face does it.
//!
//! With a prefix or a suffix of words' parts, symbols that are made differently can be spelt alike: `#` and
//! `#b` with the prefix `#` make `#b` again. Such symbols are one. Then a pair may come into being at several
//! times, and what happens depends on which words its entry in the queue was made for. This follows
//! `BpeTrainer::do_train` of tokenizers 0.23 step by step, and is slower than [`super::sequence`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::pairs::Pair;

/// Words as symbols, the counts of pairs, and pairs that wait.
#[derive(Debug)]
pub(super) struct WordByWord {
    words: Vec<(Vec<Symbol>, i64)>,
    counts: BTreeMap<Pair, i64>,
    queue: BinaryHeap<Waiting>,
    entries: usize,
    limit: u64,
}

/// The most frequent pair first, then that of the smallest ids, then the oldest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    /// A count below zero, which an uncounted pair can get, is a large number here.
    count: u64,
    pair: Reverse<Pair>,
    number: Reverse<usize>,
    /// The words that the pair came into being in.
    words: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Symbol {
    id: u32,
    /// Symbols of the start that it was made of.
    length: u64,
}

impl WordByWord {
    /// Words with their weights. A new pair is counted only if its two symbols are made of fewer than `limit`
    /// symbols of the start.
    pub(super) fn new(words: impl Iterator<Item = (Vec<u32>, i64)>, limit: u64) -> Self {
        let mut new = Self {
            words: Vec::new(),
            counts: BTreeMap::new(),
            queue: BinaryHeap::new(),
            entries: 0,
            limit,
        };
        let mut places = BTreeMap::new();
        for (number, (ids, weight)) in words.enumerate() {
            for pair in ids.windows(2) {
                let pair = Pair { left: pair[0], right: pair[1] };
                *new.counts.entry(pair).or_default() += weight;
                note(&mut places, pair, number);
            }
            let symbols = ids.into_iter().map(|id| Symbol { id, length: 1 }).collect();
            new.words.push((symbols, weight));
        }
        new.enqueue(places);
        new
    }

    fn enqueue(&mut self, places: BTreeMap<Pair, Vec<usize>>) {
        for (pair, words) in places {
            let count = self.counts.get(&pair).copied().unwrap_or(0);
            if count > 0 {
                self.entries += 1;
                self.queue.push(Waiting {
                    count: count.cast_unsigned(),
                    pair: Reverse(pair),
                    number: Reverse(self.entries),
                    words,
                });
            }
        }
    }

    /// The pair that is next, its count, and the words to merge it in.
    pub(super) fn most_frequent(&mut self) -> Option<(Pair, u64, Vec<usize>)> {
        loop {
            let mut first = self.queue.pop()?;
            let Reverse(pair) = first.pair;
            let now = self.counts.get(&pair).copied().unwrap_or(0).cast_unsigned();
            if now == first.count {
                return Some((pair, now, first.words));
            }
            first.count = now;
            self.queue.push(first);
        }
    }

    /// Replaces the pair by `merged` in these words.
    pub(super) fn merge(&mut self, pair: Pair, merged: u32, words: &[usize]) {
        let mut places = BTreeMap::new();
        for &number in words {
            let Some((symbols, weight)) = self.words.get_mut(number) else { continue };
            let weight = *weight;
            let counts = &mut self.counts;
            let mut change = |left, right, weight: i64| {
                let pair = Pair { left, right };
                *counts.entry(pair).or_default() += weight;
                if weight > 0 {
                    note(&mut places, pair, number);
                }
            };
            let mut kept = 0usize;
            let mut place = 0;
            while place < symbols.len() {
                let mut symbol = symbols[place];
                place += 1;
                let second = symbols.get(place).copied();
                if let Some(second) = second
                    && (symbol.id, second.id) == (pair.left, pair.right)
                {
                    place += 1;
                    let length = symbol.length + second.length;
                    symbol = Symbol { id: merged, length };
                    if let Some(before) = kept.checked_sub(1).map(|before| symbols[before]) {
                        change(before.id, pair.left, -weight);
                        if before.length + length < self.limit {
                            change(before.id, merged, weight);
                        }
                    }
                    if let Some(after) = symbols.get(place) {
                        change(pair.right, after.id, -weight);
                        if after.length + length < self.limit {
                            change(merged, after.id, weight);
                        }
                    }
                }
                symbols[kept] = symbol;
                kept += 1;
            }
            symbols.truncate(kept);
        }
        self.enqueue(places);
    }
}

/// Words come in ascending order.
fn note(places: &mut BTreeMap<Pair, Vec<usize>>, pair: Pair, number: usize) {
    let words = places.entry(pair).or_default();
    if words.last() != Some(&number) {
        words.push(number);
    }
}
