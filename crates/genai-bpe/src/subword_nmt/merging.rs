//! The merging of subword-nmt: the pair of lowest rank first, and everywhere in the word at once.
//!
//! That differs from one merge at a time where a merge makes a pair of lower rank, as it can if two
//! pairs make the same symbol: it has to wait until the pair at work is merged throughout.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::merges::Merges;
use crate::merging::Symbol;

/// Longest word that is gone through again and again.
const SCANNED: usize = 24;
const NONE: usize = usize::MAX;

/// Merges `symbols` until no pair of neighbours merges.
pub(super) fn merge(merges: &Merges, symbols: &mut Vec<Symbol>) {
    if symbols.len() <= SCANNED { scan(merges, symbols) } else { drain_queue(merges, symbols) }
}

fn scan(merges: &Merges, symbols: &mut Vec<Symbol>) {
    loop {
        let rank = |pair: &[Symbol]| merges.get(pair[0].id, pair[1].id).map(|merge| merge.rank);
        let Some(lowest) = symbols.windows(2).filter_map(rank).min() else { return };
        let mut kept = 0;
        let mut place = 0;
        while place < symbols.len() {
            let merge =
                symbols.get(place + 1).and_then(|right| merges.get(symbols[place].id, right.id));
            symbols[kept] = match merge {
                Some(merge) if merge.rank == lowest => {
                    let bytes = symbols[place].bytes + symbols[place + 1].bytes;
                    place += 1;
                    Symbol { id: merge.id, bytes }
                }
                _ => symbols[place],
            };
            place += 1;
            kept += 1;
        }
        symbols.truncate(kept);
    }
}

/// Every pair that merges is in the queue by rank and place; new ones are held back until all of the
/// rank at work are done.
fn drain_queue(merges: &Merges, symbols: &mut Vec<Symbol>) {
    let count = symbols.len();
    let mut previous: Vec<usize> = (0..count).map(|place| place.wrapping_sub(1)).collect();
    let mut next: Vec<usize> =
        (1..=count).map(|place| if place < count { place } else { NONE }).collect();
    let mut is_merged = vec![false; count];
    let rank = |symbols: &[Symbol], left: usize, right: usize| {
        Some(merges.get(symbols.get(left)?.id, symbols.get(right)?.id)?.rank)
    };
    let pairs =
        (1..count).filter_map(|right| Some(Reverse((rank(symbols, right - 1, right)?, right - 1))));
    let mut queue: BinaryHeap<_> = pairs.collect();
    let mut new = Vec::new();
    while let Some(&Reverse((lowest, _))) = queue.peek() {
        while let Some(&Reverse((current, left))) = queue.peek()
            && current == lowest
        {
            // A pair is queued again whenever a symbol of it changes; what the first entry makes here is
            // new, and not for the second.
            while queue.peek() == Some(&Reverse((current, left))) {
                queue.pop();
            }
            let right = next[left];
            if is_merged[left] || rank(symbols, left, right) != Some(lowest) {
                continue;
            }
            let Some(merge) = merges.get(symbols[left].id, symbols[right].id) else { continue };
            symbols[left] =
                Symbol { id: merge.id, bytes: symbols[left].bytes + symbols[right].bytes };
            is_merged[right] = true;
            next[left] = next[right];
            if let Some(before) = previous.get_mut(next[left]) {
                *before = left;
            }
            new.extend([previous[left], left]);
        }
        for left in new.drain(..) {
            let Some(&right) = next.get(left) else { continue };
            if !is_merged[left]
                && let Some(rank) = rank(symbols, left, right)
            {
                queue.push(Reverse((rank, left)));
            }
        }
    }
    let mut was_merged = is_merged.into_iter();
    symbols.retain(|_| !was_merged.next().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn merged(merge: fn(&Merges, &mut Vec<Symbol>), merges: &Merges, ids: &[u32]) -> Vec<Symbol> {
        let mut symbols: Vec<_> = ids.iter().map(|&id| Symbol { id, bytes: 1 }).collect();
        merge(merges, &mut symbols);
        symbols
    }

    /// Symbol 0 eats each 2 after it, and stays what it is: one at a time, as the pair is new each time.
    #[test]
    fn a_pair_that_is_queued_twice_is_merged_once_in_a_pass() {
        let pairs = [(1, 3, 4), (2, 1, 2), (2, 0, 2), (0, 3, 2), (3, 2, 0), (0, 2, 0)];
        let merges = Merges::new(pairs).unwrap();
        let ids = [1, 0, 2, 3, 0, 2, 0, 0, 2];
        assert_eq!(merged(drain_queue, &merges, &ids), merged(scan, &merges, &ids));
    }

    proptest! {
        #[test]
        fn the_queue_does_what_the_scan_does(
            pairs in prop::collection::vec((0u32..6, 0u32..6, 0u32..6), 0..20),
            ids in prop::collection::vec(0u32..4, 0..80),
        ) {
            let merges = Merges::new(pairs).unwrap();
            prop_assert_eq!(merged(scan, &merges, &ids), merged(drain_queue, &merges, &ids));
        }
    }
}
