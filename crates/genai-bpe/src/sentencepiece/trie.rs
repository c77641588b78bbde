//! Which of a set of pieces a text starts with.

use crate::Error;
use crate::hash::fold;

/// A set of pieces with ids, walked byte by byte.
#[derive(Clone, Debug)]
pub(super) struct Trie {
    /// Open addressing from a node and a byte to the node after it: 28, 8 and 28 bits.
    slots: Vec<u64>,
    /// By node: the id of the piece that ends there.
    ids: Vec<u32>,
}

const FREE: u64 = u64::MAX;
const NONE: u32 = u32::MAX;
const NODE_BITS: u32 = 28;

impl Trie {
    /// # Errors
    /// [`Error::Malformed`] for 2²⁸ bytes of pieces.
    pub(super) fn new(mut pieces: Vec<(&[u8], u32)>) -> Result<Self, Error> {
        pieces.sort_unstable();
        let mut before: &[u8] = &[];
        let mut nodes = 1;
        for (piece, _) in &pieces {
            let shared = piece.iter().zip(before).take_while(|(one, other)| one == other).count();
            nodes += piece.len() - shared;
            before = piece;
        }
        if nodes >> NODE_BITS != 0 {
            return Err(Error::malformed(
                "pieces",
                format!("{nodes} bytes of them"),
                "less than 2²⁸",
            ));
        }
        let size = (nodes + nodes / 2).next_power_of_two().max(2);
        let mut trie = Self { slots: vec![FREE; size], ids: Vec::with_capacity(nodes) };
        trie.ids.push(NONE);
        for (piece, id) in pieces {
            let mut node = 0;
            for &byte in piece {
                let slot = trie.slot(node, byte);
                if trie.slots[slot] == FREE {
                    trie.slots[slot] = key(node, byte) << NODE_BITS | trie.ids.len() as u64;
                    trie.ids.push(NONE);
                }
                node = target(trie.slots[slot]);
            }
            trie.ids[node] = id;
        }
        Ok(trie)
    }

    /// A set without pieces.
    pub(super) fn empty() -> Self {
        Self { slots: Vec::new(), ids: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ids.len() <= 1
    }

    /// The pieces that `text` starts with, shortest first: length and id.
    pub(super) fn prefixes<'t>(
        &'t self,
        text: &'t [u8],
    ) -> impl Iterator<Item = (usize, u32)> + 't {
        let mut node = 0;
        let steps = text.iter().map_while(move |&byte| {
            node = self.next(node, byte)?;
            Some(self.ids[node])
        });
        (1..).zip(steps).filter(|&(_, id)| id != NONE)
    }

    #[inline]
    fn next(&self, node: usize, byte: u8) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let found = self.slots[self.slot(node, byte)];
        (found != FREE).then_some(target(found))
    }

    /// Where a step is, or would be.
    #[inline]
    fn slot(&self, node: usize, byte: u8) -> usize {
        let key = key(node, byte);
        let mask = self.slots.len() - 1;
        let mut slot = fold(key ^ 0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03) as usize & mask;
        while self.slots[slot] != FREE && self.slots[slot] >> NODE_BITS != key {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[inline]
fn key(node: usize, byte: u8) -> u64 {
    (node as u64) << 8 | u64::from(byte)
}

#[inline]
fn target(slot: u64) -> usize {
    slot as usize & ((1 << NODE_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn prefixes_are_those_of_the_text(
            pieces in prop::collection::btree_set("[ab]{1,4}", 0..12),
            text in "[abc]{0,8}",
        ) {
            let numbered = pieces.iter().zip(0..).map(|(piece, id)| (piece.as_bytes(), id));
            let trie = Trie::new(numbered.collect()).unwrap();
            let mut expected: Vec<_> = pieces
                .iter()
                .zip(0..)
                .filter(|(piece, _)| text.starts_with(piece.as_str()))
                .map(|(piece, id)| (piece.len(), id))
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(trie.prefixes(text.as_bytes()).collect::<Vec<_>>(), expected);
        }
    }
}
