//! The pair that is next: of the highest count, and among those the last by its symbols' text.

use std::cmp::Ordering;

/// A heap of counts and pairs, highest on top, whose order the caller knows: it takes symbols' texts,
/// which are not kept here.
#[derive(Debug, Default)]
pub(super) struct Heap {
    entries: Vec<(i64, u32)>,
}

impl Heap {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn top(&self) -> Option<(i64, u32)> {
        self.entries.first().copied()
    }

    pub(super) fn push(
        &mut self,
        entry: (i64, u32),
        order: impl Fn(&(i64, u32), &(i64, u32)) -> Ordering,
    ) {
        self.entries.push(entry);
        let mut place = self.entries.len() - 1;
        while place > 0 {
            let parent = (place - 1) / 2;
            if order(&self.entries[place], &self.entries[parent]).is_le() {
                break;
            }
            self.entries.swap(place, parent);
            place = parent;
        }
    }

    pub(super) fn pop(&mut self, order: impl Fn(&(i64, u32), &(i64, u32)) -> Ordering) {
        if self.entries.is_empty() {
            return;
        }
        self.entries.swap_remove(0);
        let mut place = 0;
        loop {
            let mut highest = place;
            for child in [2 * place + 1, 2 * place + 2] {
                if let Some(entry) = self.entries.get(child)
                    && order(entry, &self.entries[highest]).is_gt()
                {
                    highest = child;
                }
            }
            if highest == place {
                return;
            }
            self.entries.swap(place, highest);
            place = highest;
        }
    }
}
