//! Adjusted counts of the n-grams of all orders, from sorted n-grams of the highest.

use std::ops::Range;

use super::super::error::{Error, ErrorKind};
use super::super::limits::MAX_ORDER;
use super::super::vocabulary::{BEGIN, END, UNKNOWN, WordId};

/// The words of an n-gram of the highest order, the last one first: in this order of words n-grams
/// sort by their endings, so that those with a common ending are neighbours.
pub(super) type Gram = [WordId; MAX_ORDER];

/// All n-grams of a text as a tree: a node's children are longer by one word before it.
#[derive(Debug)]
pub(super) struct Counts {
    /// By order, from unigrams on.
    pub levels: Vec<Level>,
}

/// The n-grams of one order, sorted by their words from the last to the first. A unigram's place
/// is its word's number.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// The first word of each.
    pub words: Vec<WordId>,
    /// Adjusted counts.
    pub counts: Vec<u32>,
    /// Where the children of each begin in the next level. Empty for the highest order, else longer by one
    /// than the others once all is counted.
    pub children: Vec<u32>,
    /// Which of them are left out. Empty if none are.
    pub pruned: Vec<bool>,
    pub statistics: Statistics,
}

impl Level {
    pub(super) fn len(&self) -> u64 {
        self.words.len() as u64
    }

    #[inline]
    pub(super) fn is_pruned(&self, index: usize) -> bool {
        self.pruned.get(index) == Some(&true)
    }

    /// Where the children of an n-gram are in the next level.
    #[inline]
    pub(super) fn children_of(&self, index: usize) -> Range<usize> {
        self.children[index] as usize..self.children[index + 1] as usize
    }
}

/// How many n-grams of an order have an adjusted count of 1, 2, 3 and 4.
#[derive(Debug, Default)]
pub(super) struct Statistics([u64; 4]);

impl Statistics {
    pub(super) fn with_count(&self, count: usize) -> u64 {
        self.0[count - 1]
    }

    fn add(&mut self, count: u32) {
        if let Some(index) = (count as usize).checked_sub(1).filter(|&index| index < 4) {
            self.0[index] += 1;
        }
    }
}

/// Takes n-grams of the highest order, each once, in their order.
#[derive(Debug)]
pub(super) struct Counter {
    order: usize,
    thresholds: Vec<u64>,
    levels: Vec<Level>,
    previous: Gram,
    /// How many of the previous n-gram's endings are n-grams: all, unless it starts with `<s>`s.
    open: usize,
    /// How often each of these endings occurred so far.
    occurred: [u32; MAX_ORDER],
}

impl Counter {
    pub(super) fn new(order: usize, thresholds: &[u64]) -> Self {
        let mut counter = Self {
            order,
            thresholds: thresholds.to_vec(),
            levels: std::iter::repeat_with(Level::default).take(order).collect(),
            previous: [UNKNOWN; MAX_ORDER],
            open: 0,
            occurred: [0; MAX_ORDER],
        };
        // <unk> and <s> end no n-gram; they are unigrams all the same.
        counter.push_unseen(END);
        counter
    }

    pub(super) fn add(&mut self, gram: &Gram, count: u32) -> Result<(), Error> {
        let open = self.open;
        let same = gram[..open].iter().zip(&self.previous).take_while(|(a, b)| a == b).count();
        for depth in (same..open).rev() {
            self.close(depth, false);
        }
        for occurred in &mut self.occurred[..same] {
            *occurred += count;
        }
        let begin = gram[1..self.order].iter().position(|&word| word == BEGIN);
        let length = begin.map_or(self.order, |index| index + 2);
        if same == 0 {
            self.push_unseen(gram[0]);
        }
        for (depth, &word) in gram[..length].iter().enumerate().skip(same) {
            let is_counted_whole = depth + 1 == self.order || depth > 0 && word == BEGIN;
            self.push(depth, word, if is_counted_whole { count } else { 0 })?;
            self.occurred[depth] = count;
        }
        self.previous = *gram;
        self.open = length;
        Ok(())
    }

    pub(super) fn finish(mut self, words: usize) -> Counts {
        for depth in (0..self.open).rev() {
            // lmplz counts the last n-gram of each order but the highest by how often it occurs.
            self.close(depth, depth + 1 < self.order);
        }
        self.push_unseen(WordId::try_from(words).unwrap_or(WordId::MAX));
        for depth in 1..self.order {
            let end = self.levels[depth].words.len();
            // No level is longer than places are wide.
            self.levels[depth - 1].children.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        Counts { levels: self.levels }
    }

    /// Words up to this one that end no n-gram.
    fn push_unseen(&mut self, until: WordId) {
        while self.levels[0].len() < u64::from(until) {
            let word = WordId::try_from(self.levels[0].words.len()).unwrap_or(WordId::MAX);
            // No more than there are words.
            let _ = self.push(0, word, 0);
            if self.thresholds[0] > 0 {
                self.levels[0].pruned.push(false);
            }
        }
    }

    fn push(&mut self, depth: usize, word: WordId, count: u32) -> Result<(), Error> {
        if let [level, next, ..] = &mut self.levels[depth..] {
            let limit = u64::from(u32::MAX) - 1;
            let child = u32::try_from(next.len()).ok().filter(|&child| u64::from(child) < limit);
            level
                .children
                .push(child.ok_or(ErrorKind::TooMany { what: "n-grams of an order", limit })?);
        }
        self.levels[depth].words.push(word);
        self.levels[depth].counts.push(count);
        Ok(())
    }

    /// No more n-grams have the ending of this length.
    fn close(&mut self, depth: usize, as_occurred: bool) {
        let [level, rest @ ..] = &mut self.levels[depth..] else { return };
        let occurred = self.occurred[depth];
        if let (Some(count), Some(next), Some(&first)) =
            (level.counts.last_mut(), rest.first(), level.children.last())
            && *count == 0
        {
            // Not more than there are, which fits.
            *count = u32::try_from(next.words.len() - first as usize).unwrap_or(u32::MAX);
        }
        let count = if as_occurred { occurred } else { level.counts.last().copied().unwrap_or(0) };
        level.statistics.add(count);
        if self.thresholds[depth] > 0 {
            let is_special = depth == 0 && level.words.last().is_some_and(|&word| word <= END);
            level.pruned.push(u64::from(occurred) <= self.thresholds[depth] && !is_special);
        }
    }
}
