//! The merging of neighbours, lowest rank first, leftmost first: the definition of BPE.
//!
//! Short sequences are scanned for the best pair again and again; long ones keep their pairs in a
//! queue, so that no input takes more than O(n log n).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::merges::{Merges, NEVER};

/// A token in the making: its id and how many bytes of the text it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) id: u32,
    pub(crate) bytes: u32,
}

/// Working memory of [`Merging::merge`], used again from piece to piece.
#[derive(Debug, Default)]
pub(crate) struct Merging {
    /// The rank at which a symbol merges with the one after it, and into what.
    pairs: Vec<(u32, u32)>,
    previous: Vec<u32>,
    next: Vec<u32>,
    queue: BinaryHeap<Reverse<u64>>,
}

/// Room for the ids of a short sequence.
pub(crate) type Short = [u32; SHORT];

/// Longest sequence that is merged without other memory.
pub(crate) const SHORT: usize = 32;

/// As [`Merging::merge`], for a few ids: merges the first `count` of `ids` until no pair of neighbours merges; says how many are left, which
/// then are the first ones.
pub(crate) fn merge_short(merges: &Merges, ids: &mut Short, count: usize) -> usize {
    /// Of a place that is gone, or whose token does not merge with the next.
    const APART: u64 = u64::MAX;
    let mut pairs = [APART; SHORT];
    let pair = |left, right| match merges.get(left, right) {
        Some(merge) => u64::from(merge.rank) << 32 | u64::from(merge.id),
        None => APART,
    };
    for place in 1..count {
        pairs[place - 1] = pair(ids[place - 1], ids[place]);
    }
    // A bit for each place that a token starts at.
    let mut starts: u64 = (1 << count) - 1;
    loop {
        let mut best = 0;
        let mut least = pairs[0];
        for (place, &pair) in pairs[..count].iter().enumerate() {
            if pair < least {
                (best, least) = (place, pair);
            }
        }
        if least == APART {
            break;
        }
        ids[best] = least as u32;
        let after = starts & (u64::MAX << best << 1);
        let right = after.trailing_zeros() as usize;
        starts &= !(1 << right);
        pairs[right % SHORT] = APART;
        let after = after & (after - 1);
        pairs[best] = match after {
            0 => APART,
            _ => pair(ids[best], ids[after.trailing_zeros() as usize % SHORT]),
        };
        let before = starts & ((1 << best) - 1);
        if before != 0 {
            let left = before.ilog2() as usize % SHORT;
            pairs[left] = pair(ids[left], ids[best]);
        }
    }
    let mut kept = 0;
    while starts != 0 {
        ids[kept] = ids[starts.trailing_zeros() as usize % SHORT];
        starts &= starts - 1;
        kept += 1;
    }
    kept
}

/// Longest sequence that is scanned.
const SCANNED: usize = 24;
const NONE: u32 = u32::MAX;

impl Merging {
    /// Merges `symbols` until no pair of neighbours merges.
    ///
    /// # Panics
    /// For 2³² symbols or more; see the crate's limits. A token is shorter than 2 GiB, so the bytes of what
    /// merges always fit.
    pub(crate) fn merge(&mut self, merges: &Merges, symbols: &mut Vec<Symbol>) {
        self.merge_by(
            |left, right| merges.get(left, right).map(|merge| (merge.rank, merge.id)),
            symbols,
        );
    }

    /// As [`Merging::merge`], with any rule for pairs: `(rank, merged id)`.
    pub(crate) fn merge_by(
        &mut self,
        rule: impl Fn(u32, u32) -> Option<(u32, u32)>,
        symbols: &mut Vec<Symbol>,
    ) {
        let rule = |left: Symbol, right: Symbol| rule(left.id, right.id).unwrap_or((NEVER, 0));
        if symbols.len() < 2 {
            return;
        }
        self.pairs.clear();
        self.pairs.extend(symbols.windows(2).map(|pair| rule(pair[0], pair[1])));
        self.pairs.push((NEVER, 0));
        if symbols.len() <= SCANNED {
            self.scan(rule, symbols);
        } else {
            self.drain_queue(rule, symbols);
        }
    }

    fn scan(&mut self, rule: impl Fn(Symbol, Symbol) -> (u32, u32), symbols: &mut Vec<Symbol>) {
        let pairs = &mut self.pairs;
        loop {
            let mut best = 0;
            for place in 1..pairs.len() {
                if pairs[place].0 < pairs[best].0 {
                    best = place;
                }
            }
            let (rank, id) = pairs[best];
            if rank == NEVER {
                return;
            }
            let bytes = symbols[best].bytes + symbols[best + 1].bytes;
            symbols[best] = Symbol { id, bytes };
            symbols.remove(best + 1);
            pairs.remove(best);
            pairs[best] = match symbols.get(best + 1) {
                Some(&right) => rule(symbols[best], right),
                None => (NEVER, 0),
            };
            if best > 0 {
                pairs[best - 1] = rule(symbols[best - 1], symbols[best]);
            }
        }
    }

    /// Entries of the queue are a rank and a place. One is stale if the pair at its place has
    /// another rank by now, as any merge of one of the two gives it.
    fn drain_queue(
        &mut self,
        rule: impl Fn(Symbol, Symbol) -> (u32, u32),
        symbols: &mut Vec<Symbol>,
    ) {
        let count =
            u32::try_from(symbols.len()).expect("a piece that is merged has less than 2³² symbols");
        self.previous.clear();
        self.previous.extend((0..count).map(|place| place.wrapping_sub(1)));
        self.next.clear();
        self.next.extend(1..count);
        self.next.push(NONE);
        let mut entries = std::mem::take(&mut self.queue).into_vec();
        entries.clear();
        let ranked = self.pairs.iter().zip(0u32..).filter(|((rank, _), _)| *rank != NEVER);
        entries.extend(ranked.map(|(&(rank, _), place)| Reverse(entry(rank, place))));
        self.queue = BinaryHeap::from(entries);
        while let Some(Reverse(entry)) = self.queue.pop() {
            let (rank, place) = ((entry >> 32) as u32, entry as u32 as usize);
            let (current, id) = self.pairs[place];
            if current != rank {
                continue;
            }
            let right = self.next[place] as usize;
            symbols[place] = Symbol { id, bytes: symbols[place].bytes + symbols[right].bytes };
            let after = self.next[right];
            self.next[place] = after;
            self.pairs[right] = (NEVER, 0);
            // A symbol that is gone is its own predecessor.
            self.previous[right] = right as u32;
            self.pairs[place] = (NEVER, 0);
            if after != NONE {
                self.previous[after as usize] = place as u32;
                self.set(place, rule(symbols[place], symbols[after as usize]));
            }
            let before = self.previous[place];
            if before != NONE {
                self.set(before as usize, rule(symbols[before as usize], symbols[place]));
            }
        }
        let mut place = 0;
        let mut kept = 0;
        while place != NONE {
            symbols[kept] = symbols[place as usize];
            kept += 1;
            place = self.next[place as usize];
        }
        symbols.truncate(kept);
    }

    fn set(&mut self, place: usize, pair: (u32, u32)) {
        self.pairs[place] = pair;
        if pair.0 != NEVER {
            self.queue.push(Reverse(entry(pair.0, place as u32)));
        }
    }
}

fn entry(rank: u32, place: u32) -> u64 {
    u64::from(rank) << 32 | u64::from(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word.
    fn by_definition(merges: &Merges, ids: &[u32]) -> Vec<u32> {
        let mut ids = ids.to_vec();
        loop {
            let best = (1..ids.len())
                .filter_map(|i| Some((merges.get(ids[i - 1], ids[i])?.rank, i)))
                .min();
            let Some((_, i)) = best else { return ids };
            ids[i - 1] = merges.get(ids[i - 1], ids[i]).expect("it was found").id;
            ids.remove(i);
        }
    }

    proptest! {
        #[test]
        fn scan_and_queue_follow_the_definition(
            pairs in prop::collection::vec((0u32..8, 0u32..8, 0u32..8), 0..20),
            ids in prop::collection::vec(0u32..4, 0..80),
        ) {
            let merges = Merges::new(pairs).expect("few merges");
            let mut symbols: Vec<_> = ids.iter().map(|&id| Symbol { id, bytes: 1 }).collect();
            Merging::default().merge(&merges, &mut symbols);
            let total: u32 = symbols.iter().map(|symbol| symbol.bytes).sum();
            prop_assert_eq!(total as usize, ids.len());
            let merged: Vec<_> = symbols.iter().map(|symbol| symbol.id).collect();
            prop_assert_eq!(merged, by_definition(&merges, &ids));
        }
    }
}
