//! N-grams in any order, which become levels.

use super::super::entries::{BLANK, Level};
use super::super::error::{Error, ErrorKind};
use super::super::hash::hash_number;
use super::super::vocabulary::WordId;

const NONE: u32 = u32::MAX;
const LIMIT: u32 = u32::MAX - 1;

/// Why an n-gram was not taken.
pub(super) enum Refused {
    /// It is there.
    Twice,
    /// The n-gram without its last word is not there.
    NoContext,
    TooMany(Error),
}

/// N-grams by their endings, as they come.
pub(super) struct Tree {
    levels: Vec<Level>,
    /// Where the context of each n-gram is in the level below, [`NONE`] if nowhere.
    contexts: Vec<Vec<u32>>,
    children: Vec<Children>,
    /// Whether the n-grams of each length have come in order so far.
    is_sorted: Vec<bool>,
    /// The last n-gram that was taken, the last word first, and where its endings are.
    last: Vec<(WordId, u32)>,
}

impl Tree {
    pub(super) fn new(order: usize) -> Self {
        let mut tree = Self {
            levels: vec![Level::default(); order],
            contexts: vec![Vec::new(); order],
            children: std::iter::repeat_with(Children::default).take(order).collect(),
            is_sorted: vec![true; order],
            last: Vec::new(),
        };
        for special in 0..3 {
            tree.set_unigram(special, BLANK, 0.0);
        }
        tree
    }

    pub(super) fn unigrams(&self) -> usize {
        self.levels[0].words.len()
    }

    /// Sets what is said of a word, which is known or the next.
    pub(super) fn set_unigram(&mut self, word: WordId, logarithm: f32, backoff: f32) {
        let level = &mut self.levels[0];
        if word as usize == level.words.len() {
            level.words.push(word);
            level.logarithms.push(BLANK);
            level.backoffs.push(0.0);
        }
        level.logarithms[word as usize] = logarithm;
        level.backoffs[word as usize] = backoff;
    }

    /// Takes an n-gram of two words or more, the last one first.
    pub(super) fn insert(
        &mut self,
        words: &[WordId],
        logarithm: f32,
        backoff: f32,
    ) -> Result<(), Refused> {
        // Files have n-grams with one ending in a row, so most of it need not be looked for.
        let shorter = &words[..words.len() - 1];
        let same =
            shorter.iter().zip(&self.last).take_while(|(word, (last, _))| word == &last).count();
        self.last.truncate(same);
        if same == 0 {
            self.last.push((words[0], words[0]));
        }
        let mut node = self.last.last().map_or(words[0], |&(_, node)| node);
        for (depth, &word) in words.iter().enumerate().skip(self.last.len()) {
            let is_whole = depth + 1 == words.len();
            node = match if is_whole && self.is_next(depth, node, word) {
                None
            } else {
                self.find(depth, node, word)
            } {
                Some(_) if is_whole => return Err(Refused::Twice),
                Some(child) => child,
                None => self.push(depth, node, word)?,
            };
            self.last.push((word, node));
        }
        let depth = words.len() - 1;
        let context = self.contexts[depth].last().copied().unwrap_or(NONE) as usize;
        if self.levels[depth - 1].logarithms.get(context).is_none_or(|&context| context == BLANK) {
            return Err(Refused::NoContext);
        }
        let level = &mut self.levels[depth];
        level.logarithms[node as usize] = logarithm;
        level.backoffs[node as usize] = backoff;
        Ok(())
    }

    /// Whether an n-gram comes after all others of its length, which have come in order; so it is new.
    fn is_next(&self, depth: usize, parent: u32, word: WordId) -> bool {
        let level = &self.levels[depth];
        let last = level.parents.last().zip(level.words.last());
        self.is_sorted[depth] && last.is_none_or(|last| last < (&parent, &word))
    }

    fn find(&mut self, depth: usize, parent: u32, word: WordId) -> Option<u32> {
        if depth + 1 == self.levels.len() && self.is_sorted[depth] {
            // In the highest order only n-grams out of order are ever looked for.
            self.is_sorted[depth] = false;
            let level = &self.levels[depth];
            for (node, (&parent, &word)) in (0..).zip(level.parents.iter().zip(&level.words)) {
                self.children[depth].insert(parent, word, node);
            }
        }
        self.children[depth].find(parent, word)
    }

    fn push(&mut self, depth: usize, parent: u32, word: WordId) -> Result<u32, Refused> {
        let context = match self.contexts[depth - 1].get(parent as usize) {
            None => word,
            Some(&context) => self.children[depth - 1].find(context, word).unwrap_or(NONE),
        };
        self.is_sorted[depth] &= self.is_next(depth, parent, word);
        let is_highest = depth + 1 == self.levels.len();
        let level = &mut self.levels[depth];
        let node = u32::try_from(level.words.len()).ok().filter(|&node| node < LIMIT);
        let node = node.ok_or_else(|| {
            Refused::TooMany(
                ErrorKind::TooMany { what: "n-grams of an order", limit: LIMIT.into() }.into(),
            )
        })?;
        level.parents.push(parent);
        level.words.push(word);
        level.logarithms.push(BLANK);
        level.backoffs.push(0.0);
        self.contexts[depth].push(context);
        if !is_highest || !self.is_sorted[depth] {
            self.children[depth].insert(parent, word, node);
        }
        Ok(node)
    }

    /// The levels, sorted.
    pub(super) fn into_levels(self) -> Vec<Level> {
        let highest = self.levels.len() - 1;
        let mut places: Option<Vec<u32>> = None;
        let mut levels = self.levels;
        for (depth, level) in levels.iter_mut().enumerate() {
            if let Some(places) = &places {
                level.parents.iter_mut().for_each(|parent| *parent = places[*parent as usize]);
            }
            places = if depth == 0 { None } else { sort(level) };
            if depth == highest {
                level.backoffs = Vec::new();
            }
        }
        levels
    }
}

/// Sorts a level by parents and words; where its n-grams went, if they were not sorted.
fn sort(level: &mut Level) -> Option<Vec<u32>> {
    let key = |&index: &u32| (level.parents[index as usize], level.words[index as usize]);
    // No level has more than fit.
    let mut order: Vec<u32> = (0..u32::try_from(level.words.len()).unwrap_or(NONE)).collect();
    if order.is_sorted_by_key(key) {
        return None;
    }
    order.sort_unstable_by_key(key);
    level.parents = order.iter().map(|&index| level.parents[index as usize]).collect();
    level.words = order.iter().map(|&index| level.words[index as usize]).collect();
    level.logarithms = order.iter().map(|&index| level.logarithms[index as usize]).collect();
    level.backoffs = order.iter().map(|&index| level.backoffs[index as usize]).collect();
    let mut places = vec![0; order.len()];
    for (place, index) in (0..).zip(order) {
        places[index as usize] = place;
    }
    Some(places)
}

/// From a parent and a word to their child: open addressing, at most half full.
#[derive(Default)]
struct Children {
    slots: Vec<(u64, u32)>,
    len: usize,
}

impl Children {
    fn find(&self, parent: u32, word: WordId) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let (_, child) = self.slots[self.place(key(parent, word))];
        (child != NONE).then_some(child)
    }

    fn insert(&mut self, parent: u32, word: WordId, child: u32) {
        if self.len * 2 >= self.slots.len() {
            let size = (self.slots.len() * 2).max(1 << 10);
            for (key, child) in std::mem::replace(&mut self.slots, vec![(0, NONE); size]) {
                if child != NONE {
                    let place = self.place(key);
                    self.slots[place] = (key, child);
                }
            }
        }
        let key = key(parent, word);
        let place = self.place(key);
        self.slots[place] = (key, child);
        self.len += 1;
    }

    /// Where a key is or belongs.
    #[expect(clippy::cast_possible_truncation, reason = "a mask follows")]
    fn place(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = hash_number(key) as usize & mask;
        while self.slots[place].1 != NONE && self.slots[place].0 != key {
            place = (place + 1) & mask;
        }
        place
    }
}

fn key(parent: u32, word: WordId) -> u64 {
    u64::from(parent) << 32 | u64::from(word)
}
