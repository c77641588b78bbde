//! Words, pairs and their counts, and what a merge does to them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use super::best_pair::Heap;
use super::symbols::Symbols;
use super::{is_space, symbols_of};
use crate::hash::hash_keys;

/// Counts as they are after some merges.
#[derive(Debug, Default)]
pub(super) struct Learner {
    symbols: Symbols,
    words: Vec<Word>,
    /// The symbols of all words, each at the start of the room that it had at first.
    arena: Vec<u32>,
    pairs: Vec<Pair>,
    numbers: HashMap<(u32, u32), u32, BuildHasherDefault<PairHasher>>,
    /// Pairs that have a count, and the heap of them. An entry of the heap may be too high, never too
    /// low; it is corrected when it comes to the top.
    counted: Vec<u32>,
    heap: Heap,
    threshold: f64,
}

#[derive(Debug)]
struct Word {
    start: u32,
    length: u32,
    count: i64,
    /// A character of the word is white space to Python, though no space.
    has_space: bool,
}

#[derive(Debug)]
struct Pair {
    left: u32,
    right: u32,
    /// None while it is set aside.
    count: Option<i64>,
    /// What is known of it when it is fetched back, if it is.
    set_aside: Option<i64>,
    /// Words, and how often more (or less) the pair is in each.
    words: Vec<(u32, i32)>,
}

/// The hash of two numbers below 2³².
#[derive(Debug, Default)]
struct PairHasher(u128);

impl Hasher for PairHasher {
    fn finish(&self) -> u64 {
        hash_keys([self.0])
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u128::from(byte);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = self.0 << 32 | u128::from(number);
    }
}

impl Learner {
    pub(super) fn new(words: &[(String, i64)]) -> Self {
        let mut learner = Self::default();
        for (text, count) in words {
            let start = learner.arena.len() as u32;
            for symbol in symbols_of(text) {
                let number = learner.symbols.number(&symbol);
                learner.arena.push(number);
            }
            let length = learner.arena.len() as u32 - start;
            let has_space = text.chars().any(is_space);
            learner.words.push(Word { start, length, count: *count, has_space });
        }
        for word in 0..learner.words.len() {
            let Word { start, length, count, .. } = learner.words[word];
            for place in start as usize..(start + length).saturating_sub(1) as usize {
                let pair = learner.pair(learner.arena[place], learner.arena[place + 1]);
                learner.change(pair, word as u32, count, 1);
            }
        }
        for pair in &mut learner.pairs {
            pair.set_aside = pair.count;
        }
        learner.fill_heap();
        learner.threshold = learner.best().map_or(0.0, |(count, _)| count as f64 / 10.0);
        learner
    }

    pub(super) fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// The next merge, and none if its pair is rarer than `min_frequency`. `done` merges were before.
    pub(super) fn learn(&mut self, done: usize, min_frequency: i64) -> Option<(&str, &str)> {
        let mut best = self.best();
        if best.is_none_or(|(count, _)| done > 0 && (count as f64) < self.threshold) {
            self.set_rare_aside();
            self.fetch_back();
            let (count, _) = self.best()?;
            // The product may be beyond 2⁵³; it is rounded once.
            let product = i128::from(count) * done as i128;
            self.threshold = product as f64 / (done as f64 + 10000.0);
            best = self.best();
            self.set_rare_aside();
        }
        let (count, pair) = best?;
        if count < min_frequency {
            return None;
        }
        self.merge(pair);
        if done.is_multiple_of(100) {
            self.set_rare_aside();
        }
        let Pair { left, right, .. } = self.pairs[pair as usize];
        Some((self.symbols.text(left), self.symbols.text(right)))
    }

    /// Replaces a pair by its symbol in all words that are known to hold it.
    fn merge(&mut self, number: u32) {
        let Pair { left, right, .. } = self.pairs[number as usize];
        let merged = format!("{}{}", self.symbols.text(left), self.symbols.text(right));
        let merged = self.symbols.number(&merged);
        let mut changes = std::mem::take(&mut self.pairs[number as usize].words);
        changes.sort_unstable();
        self.set(number, 0);
        let mut old = Vec::new();
        for of_word in changes.chunk_by(|one, other| one.0 == other.0) {
            let known: i64 = of_word.iter().map(|&(_, more)| i64::from(more)).sum();
            if known < 1 {
                continue;
            }
            let word = of_word[0].0;
            let Word { start, length, has_space, .. } = self.words[word as usize];
            let place = start as usize;
            old.clear();
            old.extend_from_slice(&self.arena[place..place + length as usize]);
            if has_space {
                self.replace_as_text(word, left, right);
            } else {
                let mut kept = place;
                let mut rest = old.as_slice();
                while let Some((&symbol, after)) = rest.split_first() {
                    let is_pair = symbol == left && after.first() == Some(&right);
                    self.arena[kept] = if is_pair { merged } else { symbol };
                    rest = &after[usize::from(is_pair)..];
                    kept += 1;
                }
                self.words[word as usize].length = (kept - place) as u32;
            }
            self.count_old(word, &old, left, right);
            self.count_new(word, merged);
        }
        self.set(number, 0);
    }

    /// Replaces in the text of symbols with spaces between them, where the pair has to stand between
    /// white space of any kind: it may be parts of symbols that hold such.
    fn replace_as_text(&mut self, word: u32, left: u32, right: u32) {
        let Word { start, length, .. } = self.words[word as usize];
        let place = start as usize;
        let texts: Vec<&str> = self.arena[place..place + length as usize]
            .iter()
            .map(|&symbol| self.symbols.text(symbol))
            .collect();
        let text = texts.join(" ");
        let pair = format!("{} {}", self.symbols.text(left), self.symbols.text(right));
        let mut output = String::with_capacity(text.len());
        let mut done = 0;
        let mut from = 0;
        while let Some(found) = text[from..].find(&pair).map(|found| from + found) {
            let end = found + pair.len();
            let is_free = text[..found].chars().next_back().is_none_or(is_space)
                && text[end..].chars().next().is_none_or(is_space);
            if is_free {
                output.push_str(&text[done..found]);
                output.extend(pair.split(' '));
                done = end;
                from = end;
            } else {
                from = found + text[found..].chars().next().map_or(1, char::len_utf8);
            }
        }
        output.push_str(&text[done..]);
        let mut kept = place;
        for symbol in output.split(' ') {
            self.arena[kept] = self.symbols.number(symbol);
            kept += 1;
        }
        self.words[word as usize].length = (kept - place) as u32;
    }

    /// Takes off the counts of pairs that a merge has ended.
    fn count_old(&mut self, word: u32, old: &[u32], left: u32, right: u32) {
        let count = self.words[word as usize].count.saturating_neg();
        let is_pair =
            |place: usize| old.get(place) == Some(&left) && old.get(place + 1) == Some(&right);
        let mut place = 0;
        while place + 1 < old.len() {
            if !is_pair(place) {
                place += 1;
                continue;
            }
            if place > 0 {
                let pair = self.pair(old[place - 1], old[place]);
                self.change(pair, word, count, -1);
            }
            // What lies between two such pairs in a row is taken off with the second.
            if place + 2 < old.len() && !is_pair(place + 2) {
                let pair = self.pair(old[place + 1], old[place + 2]);
                self.change(pair, word, count, -1);
            }
            place += 2;
        }
    }

    /// Adds the counts of pairs around a new symbol, wherever it is: also where it was before.
    fn count_new(&mut self, word: u32, merged: u32) {
        let Word { start, length, count, .. } = self.words[word as usize];
        let (start, end) = (start as usize, (start + length) as usize);
        for place in start..end {
            if self.arena[place] != merged {
                continue;
            }
            if place > start {
                let pair = self.pair(self.arena[place - 1], merged);
                self.change(pair, word, count, 1);
            }
            if place + 1 < end && self.arena[place + 1] != merged {
                let pair = self.pair(merged, self.arena[place + 1]);
                self.change(pair, word, count, 1);
            }
        }
    }

    fn pair(&mut self, left: u32, right: u32) -> u32 {
        let next = self.pairs.len() as u32;
        match self.numbers.entry((left, right)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                entry.insert(next);
                self.pairs.push(Pair {
                    left,
                    right,
                    count: None,
                    set_aside: None,
                    words: Vec::new(),
                });
                next
            }
        }
    }

    /// A pair is in a word once more or less.
    fn change(&mut self, number: u32, word: u32, count: i64, more: i32) {
        let pair = &mut self.pairs[number as usize];
        match pair.words.last_mut() {
            Some(last) if last.0 == word => last.1 += more,
            _ => pair.words.push((word, more)),
        }
        let count = pair.count.unwrap_or(0).saturating_add(count);
        self.set(number, count);
    }

    fn set(&mut self, number: u32, count: i64) {
        let before = self.pairs[number as usize].count.replace(count);
        if before.is_none() {
            self.counted.push(number);
        }
        if before.is_none_or(|before| before < count) {
            let Self { heap, pairs, symbols, .. } = self;
            heap.push((count, number), |one, other| order(pairs, symbols, *one, *other));
        }
    }

    /// The pair of the highest count.
    fn best(&mut self) -> Option<(i64, u32)> {
        let Self { heap, pairs, symbols, .. } = self;
        let by_text = |one: &(i64, u32), other: &(i64, u32)| order(pairs, symbols, *one, *other);
        loop {
            let (count, number) = heap.top()?;
            match pairs[number as usize].count {
                Some(current) if current == count => return Some((count, number)),
                Some(current) if current < count => {
                    heap.pop(by_text);
                    heap.push((current, number), by_text);
                }
                _ => heap.pop(by_text),
            }
        }
    }

    /// Sets pairs below the threshold aside. A count of less than zero is what was lost since the
    /// pair was last set aside; any other replaces what was known of it.
    fn set_rare_aside(&mut self) {
        let Self { pairs, counted, threshold, .. } = self;
        counted.retain(|&number| {
            let pair = &mut pairs[number as usize];
            let Some(count) = pair.count.filter(|&count| (count as f64) < *threshold) else {
                return true;
            };
            pair.set_aside = Some(match pair.set_aside {
                Some(known) if count < 0 => known.saturating_add(count),
                _ => count,
            });
            pair.count = None;
            false
        });
    }

    /// Gives all pairs the counts that they were set aside with.
    fn fetch_back(&mut self) {
        self.counted.clear();
        for (pair, number) in self.pairs.iter_mut().zip(0u32..) {
            pair.count = pair.set_aside;
            if pair.count.is_some() {
                self.counted.push(number);
            }
        }
        self.fill_heap();
    }

    fn fill_heap(&mut self) {
        let Self { heap, pairs, symbols, counted, .. } = self;
        heap.clear();
        for &number in counted.iter() {
            if let Some(count) = pairs[number as usize].count {
                heap.push((count, number), |one, other| order(pairs, symbols, *one, *other));
            }
        }
    }
}

/// By count, then by the texts of both symbols.
fn order(pairs: &[Pair], symbols: &Symbols, one: (i64, u32), other: (i64, u32)) -> Ordering {
    one.0.cmp(&other.0).then_with(|| {
        let texts = |number: u32| {
            let pair = &pairs[number as usize];
            (symbols.text(pair.left), symbols.text(pair.right))
        };
        if one.1 == other.1 { Ordering::Equal } else { texts(one.1).cmp(&texts(other.1)) }
    })
}
