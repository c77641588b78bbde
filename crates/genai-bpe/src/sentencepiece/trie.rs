//! Which of a set of pieces a text starts with.

use crate::hash::fold;

/// A set of pieces with ids, walked byte by byte.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    /// Open addressing from a node and a byte to the node after it.
    slots: Vec<(u64, u32)>,
    mask: usize,
    /// By node: the id of the piece that ends there.
    ids: Vec<u32>,
}

const FREE: u64 = u64::MAX;
const NONE: u32 = u32::MAX;

impl Trie {
    /// Of pieces given twice the last one stays. Pieces together are shorter than 4 GiB.
    pub(super) fn new<'a>(pieces: impl Iterator<Item = (&'a [u8], u32)> + Clone) -> Self {
        let bytes: usize = pieces.clone().map(|(piece, _)| piece.len()).sum();
        let size = (bytes * 2).next_power_of_two().max(2);
        let mut trie = Self { slots: vec![(FREE, 0); size], mask: size - 1, ids: vec![NONE] };
        for (piece, id) in pieces {
            let mut node = 0;
            for &byte in piece {
                let key = key(node, byte);
                let slot = trie.slot(key);
                if trie.slots[slot].0 == FREE {
                    trie.slots[slot] = (key, trie.ids.len() as u32);
                    trie.ids.push(NONE);
                }
                node = trie.slots[slot].1;
            }
            trie.ids[node as usize] = id;
        }
        trie
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
            Some(self.ids[node as usize])
        });
        (1..).zip(steps).filter(|&(_, id)| id != NONE)
    }

    #[inline]
    fn next(&self, node: u32, byte: u8) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let (found, next) = self.slots[self.slot(key(node, byte))];
        (found != FREE).then_some(next)
    }

    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mut slot =
            fold(key ^ 0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03) as usize & self.mask;
        while self.slots[slot].0 != key && self.slots[slot].0 != FREE {
            slot = (slot + 1) & self.mask;
        }
        slot
    }
}

#[inline]
fn key(node: u32, byte: u8) -> u64 {
    u64::from(node) << 8 | u64::from(byte)
}
