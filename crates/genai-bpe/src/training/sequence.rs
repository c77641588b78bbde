//! All distinct words as one row of symbols, with the pairs of neighbours in it and where they are.
//!
//! Merging a pair touches only the places where it stands, not the words around them. That works as follows.
//!
//! - A symbol takes as many cells of the row as the symbols that it was made of. Its id stands in its
//!   first and in its last cell, so that both its neighbours are found from either side without links.
//! - A pair has a list of places, made when the pair comes into being and never changed: places where the pair is
//!   no more are recognised by what stands there, and skipped.
//! - All pairs that contain a symbol come into being when the symbol does, as a symbol comes
//!   from one merge only; after that their counts only fall. So a pair that is rare at its birth needs no list
//!   before all frequent pairs are used up. Pairs below a threshold are not kept at all; when the
//!   others are used up, the threshold is lowered and the row is counted anew.
//! - Words are ordered by how often they were seen, so that a place's weight is found among
//!   few runs of equal weight.
//!
//! The idea of lists of places is that of Re-Pair (Larsson and Moffat, 1999); the threshold is like the one in
//! subword-nmt's `learn_bpe.py`.

#![expect(clippy::cast_possible_truncation, reason = "the row is shorter than 2³²")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pairs::{Pair, Pairs};
use crate::hash::fold;

/// The row of symbols.
#[derive(Debug)]
pub(super) struct Sequence {
    cells: Vec<u32>,
    /// Where each run of words of equal weight starts, ascending.
    runs: Vec<Run>,
    symbols: Vec<Symbol>,
    pairs: Pairs,
    places: Vec<u32>,
    /// How long `places` may get before it is made anew without those that are out of date.
    places_limit: usize,
    /// Count and pair; one whose count has fallen since is put back.
    queue: BinaryHeap<(i64, Reverse<Pair>)>,
    /// All pairs that are at least this frequent are in `pairs`.
    threshold: i64,
    /// Pairs less frequent than this are of no interest.
    least: i64,
    /// New pairs are made only of symbols that are shorter than this together.
    limit: u64,
    changes: Changes,
    /// Places of the pair that is being merged.
    live: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    start: u32,
    weight: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Symbol {
    /// Cells it takes.
    width: u32,
    /// Symbols of the start that it was made of.
    length: u64,
}

/// What a merge changes, by the id of the neighbour on the left and on the right.
#[derive(Debug, Default)]
struct Changes {
    left: Side,
    right: Side,
}

#[derive(Debug, Default)]
struct Side {
    /// By id.
    neighbours: Vec<Neighbour>,
    /// The ids seen.
    seen: Vec<u32>,
    /// Id and where the new pair starts.
    places: Vec<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Neighbour {
    weight: i64,
    count: u32,
    /// Where the next place of the new pair is listed, if it is.
    end: usize,
}

/// Between words.
const BORDER: u32 = u32::MAX;
/// In a first cell of what is no longer a symbol of its own.
const GONE: u32 = u32::MAX - 1;
/// Ids must be below this.
pub(super) const ID_LIMIT: u32 = GONE;
const UNLISTED: usize = usize::MAX;

/// What could not be built: the words together are too long.
#[derive(Debug)]
pub(super) struct TooLong;

impl Sequence {
    /// A row without words. Pairs less frequent than `least` (at least 1) are of no interest; a new pair comes into being only if
    /// its two symbols are made of fewer than `limit` symbols of the start.
    pub(super) fn new(least: i64, limit: u64) -> Self {
        Self {
            cells: vec![BORDER],
            runs: Vec::new(),
            symbols: Vec::new(),
            pairs: Pairs::default(),
            places: Vec::new(),
            places_limit: 0,
            queue: BinaryHeap::new(),
            threshold: i64::MAX,
            least: least.max(1),
            limit,
            changes: Changes::default(),
            live: Vec::new(),
        }
    }

    /// Adds a word. Words come in order of weight.
    pub(super) fn push(&mut self, word: &[u32], weight: i64) -> Result<(), TooLong> {
        if word.len() < 2 {
            return Ok(());
        }
        let start = self.cells.len();
        self.cells.extend(word);
        self.cells.push(BORDER);
        u32::try_from(self.cells.len()).map_err(|_| TooLong)?;
        if self.runs.last().is_none_or(|run| run.weight != weight) {
            self.runs.push(Run { start: start as u32, weight });
        }
        Ok(())
    }

    /// To be called when all words are there: counts pairs.
    pub(super) fn start(&mut self) {
        for place in 0..self.cells.len() {
            let id = self.cells[place];
            if id != BORDER {
                self.make_room(id);
                self.symbols[id as usize] = Symbol { width: 1, length: 1 };
            }
        }
        let mut total = 0i64;
        for (run, end) in self.runs_with_ends() {
            let cells = i64::try_from(end - run.start as usize).unwrap_or(i64::MAX);
            total = total.saturating_add(run.weight.saturating_mul(cells));
        }
        self.threshold = (total >> START).max(self.least);
        self.count_pairs();
    }

    fn make_room(&mut self, id: u32) {
        let size = id as usize + 1;
        if self.symbols.len() < size {
            self.symbols.resize(size, Symbol::default());
            self.changes.left.neighbours.resize(size, Neighbour::default());
            self.changes.right.neighbours.resize(size, Neighbour::default());
        }
    }

    /// Whether the symbol has ever been in the row.
    pub(super) fn has_seen(&self, id: u32) -> bool {
        self.symbols.get(id as usize).is_some_and(|symbol| symbol.width > 0)
    }

    /// The most frequent pair; of equally frequent ones that of the smallest ids. It has to be merged next.
    pub(super) fn most_frequent(&mut self) -> Option<Pair> {
        loop {
            let Some((count, Reverse(pair))) = self.queue.pop() else {
                if self.threshold <= self.least {
                    return None;
                }
                self.threshold = (self.threshold >> STEP).max(self.least);
                self.count_pairs();
                continue;
            };
            let now = self.pairs.get(pair).map_or(0, |listed| listed.count);
            if now == count {
                return Some(pair);
            }
            if now >= self.threshold {
                self.queue.push((now, Reverse(pair)));
            } else {
                self.pairs.remove(pair);
            }
        }
    }

    /// Replaces the pair, from left to right in each word, by the symbol `merged`, which must be new to the row.
    pub(super) fn merge(&mut self, pair: Pair, merged: u32) {
        let Some(listed) = self.pairs.remove(pair) else { return };
        let Pair { left, right } = pair;
        self.make_room(merged);
        let (first, second) = (self.symbols[left as usize], self.symbols[right as usize]);
        let symbol =
            Symbol { width: first.width + second.width, length: first.length + second.length };
        self.symbols[merged as usize] = symbol;
        // The places are far apart in memory. Looked at first, they are waited for many at a time.
        let mut live = std::mem::take(&mut self.live);
        live.extend(self.places[listed.places()].iter().filter(|&&place| {
            let start = place as usize;
            self.cells[start] == left && self.cells[start + first.width as usize] == right
        }));
        let mut weights = Weights::new(&self.runs);
        for place in live.drain(..) {
            let start = place as usize;
            let middle = start + first.width as usize;
            // Pairs of equal symbols overlap.
            if self.cells[start] != left {
                continue;
            }
            let end = start + symbol.width as usize;
            self.cells[middle] = GONE;
            self.cells[start] = merged;
            self.cells[end - 1] = merged;
            let weight = weights.at(place);
            let before = self.cells[start - 1];
            if before != BORDER {
                let width = self.symbols[before as usize].width;
                self.changes.left.add(before, place - width, weight);
            }
            let after = self.cells[end];
            if after != BORDER {
                self.changes.right.add(after, place, weight);
            }
        }
        self.live = live;
        self.apply_changes(pair, merged);
        if self.places.len() > self.places_limit {
            self.count_pairs();
        }
    }

    /// Counts down the pairs that are fewer now and lists the new ones.
    fn apply_changes(&mut self, Pair { left, right }: Pair, merged: u32) {
        let mut changes = std::mem::take(&mut self.changes);
        for &id in &changes.left.seen {
            let weight = changes.left.neighbours[id as usize].weight;
            if id != merged {
                self.pairs.subtract(Pair { left: id, right: left }, weight);
            }
        }
        // In a row of equal pairs each is the left neighbour of the next after having had
        // that one's left part as its right neighbour.
        let in_row = changes.left.neighbours[merged as usize].weight;
        for &id in &changes.right.seen {
            let weight = changes.right.neighbours[id as usize].weight;
            self.pairs.subtract(Pair { left: right, right: id }, weight);
        }
        for index in 0..changes.left.seen.len() {
            let id = changes.left.seen[index];
            let neighbour = &mut changes.left.neighbours[id as usize];
            let (weight, count) = (neighbour.weight, neighbour.count);
            neighbour.end = self.list(Pair { left: id, right: merged }, weight, count);
        }
        for index in 0..changes.right.seen.len() {
            let id = changes.right.seen[index];
            let neighbour = &mut changes.right.neighbours[id as usize];
            let weight = neighbour.weight - if id == left { in_row } else { 0 };
            let count = neighbour.count;
            neighbour.end = self.list(Pair { left: merged, right: id }, weight, count);
        }
        changes.left.finish(&mut self.places);
        changes.right.finish(&mut self.places);
        self.changes = changes;
    }

    /// Makes a new pair known, if it is frequent enough, with room for its places.
    fn list(&mut self, pair: Pair, weight: i64, count: u32) -> usize {
        if weight < self.threshold || !self.may_merge(pair) {
            return UNLISTED;
        }
        let start = self.places.len();
        self.places.resize(start + count as usize, 0);
        self.pairs.insert(pair, weight, start, count);
        self.queue.push((weight, Reverse(pair)));
        start
    }

    /// Pairs of the start may always merge, whatever the limit.
    fn may_merge(&self, Pair { left, right }: Pair) -> bool {
        let length = self.symbols[left as usize].length + self.symbols[right as usize].length;
        length == 2 || length < self.limit
    }

    /// Counts all pairs anew and lists the places of those that reach the threshold.
    fn count_pairs(&mut self) {
        self.compact();
        let size = (self.cells.len() / 2).clamp(1 << 10, 1 << 21).next_power_of_two();
        let shift = 64 - size.trailing_zeros();
        let bucket = |pair: Pair| (fold(pair.key(), 0xd1b5_4a32_d192_ed03) >> shift) as usize;
        // Sums over the pairs of equal hash: no pair is more frequent than its sum.
        let mut sums = vec![0u32; size];
        self.for_each_pair(|pair, _, weight| {
            let sum = &mut sums[bucket(pair)];
            *sum = sum.saturating_add(u32::try_from(weight).unwrap_or(u32::MAX));
        });
        let enough = u32::try_from(self.threshold).unwrap_or(u32::MAX);
        let mut pairs = Pairs::default();
        self.for_each_pair(|pair, _, weight| {
            if sums[bucket(pair)] >= enough {
                pairs.count(pair, weight);
            }
        });
        drop(sums);
        let total =
            pairs.keep(|pair, listed| listed.count >= self.threshold && self.may_merge(pair));
        self.places.clear();
        self.places.resize(total, 0);
        let mut places = std::mem::take(&mut self.places);
        self.for_each_pair(|pair, place, _| pairs.list_place(pair, place, &mut places));
        self.places = places;
        self.places_limit = self.places.len().saturating_mul(2).max(self.cells.len());
        self.queue = pairs.iter().map(|(pair, listed)| (listed.count, Reverse(pair))).collect();
        self.pairs = pairs;
    }

    /// Calls `visit` with each pair of neighbours, where it is and its weight. The row is compact.
    fn for_each_pair(&self, mut visit: impl FnMut(Pair, u32, i64)) {
        for (run, end) in self.runs_with_ends() {
            let start = run.start as usize;
            let mut left = BORDER;
            for (&right, place) in self.cells[start..end].iter().zip(run.start.wrapping_sub(1)..) {
                if left != BORDER && right != BORDER {
                    visit(Pair { left, right }, place, run.weight);
                }
                left = right;
            }
        }
    }

    fn runs_with_ends(&self) -> impl Iterator<Item = (Run, usize)> {
        let ends = self.runs.iter().skip(1).map(|run| run.start as usize);
        self.runs.iter().copied().zip(ends.chain([self.cells.len()]))
    }

    /// Gives each symbol one cell, and leaves out words of one symbol.
    fn compact(&mut self) {
        let runs: Vec<_> = self.runs_with_ends().collect();
        self.runs.clear();
        let mut kept = 1;
        for (run, end) in runs {
            let start = kept;
            let mut place = run.start as usize;
            while place < end {
                let word = kept;
                while self.cells[place] != BORDER {
                    let id = self.cells[place];
                    self.cells[kept] = id;
                    kept += 1;
                    place += self.symbols[id as usize].width as usize;
                }
                place += 1;
                if kept < word + 2 {
                    kept = word;
                } else {
                    self.cells[kept] = BORDER;
                    kept += 1;
                }
            }
            if kept > start {
                self.runs.push(Run { start: start as u32, weight: run.weight });
            }
        }
        self.cells.truncate(kept);
        for symbol in &mut self.symbols {
            symbol.width = symbol.width.min(1);
        }
    }
}

/// The share of all pairs, as a power of two, that a pair must have to be kept at first.
const START: u32 = 17;
/// By which power of two the threshold falls.
const STEP: u32 = 3;

impl Side {
    #[inline]
    fn add(&mut self, id: u32, place: u32, weight: i64) {
        let neighbour = &mut self.neighbours[id as usize];
        if neighbour.count == 0 {
            self.seen.push(id);
        }
        neighbour.weight += weight;
        neighbour.count += 1;
        self.places.push((id, place));
    }

    /// Writes the places of listed pairs, and forgets.
    fn finish(&mut self, places: &mut [u32]) {
        for (id, place) in self.places.drain(..) {
            let end = &mut self.neighbours[id as usize].end;
            if *end != UNLISTED {
                places[*end] = place;
                *end += 1;
            }
        }
        for id in self.seen.drain(..) {
            self.neighbours[id as usize] = Neighbour::default();
        }
    }
}

/// The weight of places, which come in ascending order.
struct Weights<'a> {
    runs: &'a [Run],
    weight: i64,
    end: u32,
}

impl<'a> Weights<'a> {
    fn new(runs: &'a [Run]) -> Self {
        Self { runs, weight: 0, end: 0 }
    }

    #[inline]
    fn at(&mut self, place: u32) -> i64 {
        if place >= self.end {
            let after = self.runs.partition_point(|run| run.start <= place);
            self.weight = self.runs[after - 1].weight;
            self.end = self.runs.get(after).map_or(u32::MAX, |run| run.start);
            self.runs = &self.runs[after - 1..];
        }
        self.weight
    }
}
