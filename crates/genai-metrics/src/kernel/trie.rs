//! Clipped n-gram matches by a trie: linear in any text, however often it repeats itself.

use crate::text::TokenId;

/// The n-grams of one segment's references as a trie, with the most that any one reference holds
/// of each; what [`NgramTable`](super::NgramTable) falls back on.
///
/// An n-gram is the n-gram of one order less that it begins with, and a last token. A node's
/// number stands for its n-gram, so a step is one look-up of a pair of 32-bit numbers, exact by
/// construction, and a hypothesis goes no further from a position than the references go. A
/// unigram's node is its token's id.
#[derive(Clone, Debug, Default)]
pub(super) struct NgramTrie {
    order: usize,
    distinct: usize,
    nodes: Vec<Node>,
    /// Steps of the trie, open addressing, at most a quarter full: `base` plus the node stepped to.
    /// Anything less belongs to a segment that is gone, and its slot is free.
    slots: Vec<u32>,
    /// How many of the slots this segment uses, as a shift of the hash. It begins with few, since
    /// a text may repeat itself from end to end; small segments stay in the cache whatever long
    /// one came before.
    shift: u32,
    /// With so many nodes these slots are a quarter full.
    full: usize,
    /// This segment's first node is stored as this; the numbers go on and on, so that clearing
    /// touches nothing.
    base: u32,
    /// The tokens of this segment's texts before the one that is being counted, or more.
    before: u32,
    /// The tokens of the one that is being counted.
    length: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The node that leads here and the token, unless this is a unigram.
    key: u64,
    /// The most that any one reference has of the n-gram.
    limit: u32,
    /// What the text being counted has of it, plus `before`. A count of an earlier text is at
    /// most `before`, which is none: so no text has to clear the counts.
    count: u32,
}

/// Each slot that is passed by costs a look at its node, so few are filled.
const SLOTS_PER_STEP: usize = 4;
const FEWEST_BITS: u32 = 6;
/// The most slots that are used before a segment fills them: 512 kB, which stay in the cache.
const FIRST_BITS: u32 = 17;

impl NgramTrie {
    /// Forgets the segment before. `order` is the highest order counted, from 1; the segment's
    /// references have ids below `distinct` and `tokens` tokens all together.
    pub(super) fn reset(&mut self, order: usize, distinct: usize, tokens: usize) {
        self.order = order;
        self.distinct = distinct;
        (self.before, self.length) = (0, 0);
        let most_steps = tokens * order.saturating_sub(1);
        let past = self.base as usize + self.nodes.len();
        if past + distinct + most_steps < u32::MAX as usize && self.base > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let next = past as u32;
            self.base = next;
        } else {
            self.slots.fill(0);
            self.base = 1;
        }
        self.nodes.clear();
        self.nodes.resize(distinct, Node::default());
        let bits = (most_steps * SLOTS_PER_STEP).next_power_of_two().trailing_zeros();
        self.use_slots(bits.clamp(FEWEST_BITS, FIRST_BITS));
    }

    fn use_slots(&mut self, bits: u32) {
        self.shift = u64::BITS - bits;
        self.full = self.distinct + (1 << bits) / SLOTS_PER_STEP;
        if self.slots.len() < 1 << bits {
            self.slots.resize(1 << bits, 0);
        }
    }

    /// Twice the slots.
    #[cold]
    fn grow(&mut self) {
        let bits = u64::BITS - self.shift;
        self.slots[..1 << bits].fill(0);
        self.use_slots(bits + 1);
        let mask = self.mask();
        for (node, stored) in self.nodes.iter().zip(self.base..).skip(self.distinct) {
            let mut at = self.home(node.key);
            while self.slots[at] >= self.base {
                at = (at + 1) & mask;
            }
            self.slots[at] = stored;
        }
    }

    /// Adds the n-grams of one reference.
    pub(super) fn add_reference(&mut self, tokens: &[TokenId]) {
        self.begin_text(tokens);
        for (i, &first) in tokens.iter().enumerate() {
            let mut node = first;
            self.count(node);
            for &token in tokens[i + 1..].iter().take(self.order - 1) {
                node = self.find(node, token).unwrap_or_else(|free| self.add(free, node, token));
                self.count(node);
            }
        }
    }

    fn begin_text(&mut self, tokens: &[TokenId]) {
        let length = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        self.before = self.before.saturating_add(self.length);
        self.length = length;
        if self.before.checked_add(length).is_none() {
            self.nodes.iter_mut().for_each(|node| node.count = 0);
            self.before = 0;
        }
    }

    /// One more of a reference's n-gram.
    #[inline]
    fn count(&mut self, node: u32) {
        let Node { limit, count, .. } = &mut self.nodes[node as usize];
        *count = self.before.max(*count) + 1;
        *limit = (*limit).max(*count - self.before);
    }

    /// A new node, by way of the free slot of its step.
    #[inline]
    fn add(&mut self, free: usize, node: u32, token: TokenId) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "`reset` has made room")]
        let new = self.nodes.len() as u32;
        self.slots[free] = self.base + new;
        self.nodes.push(Node { key: key(node, token), ..Node::default() });
        if self.nodes.len() > self.full {
            self.grow();
        }
        new
    }

    /// Adds to `matches`, one element an order, how many of the hypothesis's n-grams the
    /// references have, each counted at most as often as the reference that has most of it.
    /// Unknown tokens are ids that no reference has.
    pub(super) fn count_matches(&mut self, hypothesis: &[TokenId], matches: &mut [u64]) {
        self.begin_text(hypothesis);
        for (i, &first) in hypothesis.iter().enumerate() {
            if first as usize >= self.distinct {
                continue;
            }
            let mut node = first;
            self.count_match(node, &mut matches[0]);
            let rest = &hypothesis[i + 1..];
            for (&token, matched) in rest.iter().zip(&mut matches[1..]) {
                match self.find(node, token) {
                    Ok(next) => node = next,
                    Err(_) => break,
                }
                self.count_match(node, matched);
            }
        }
    }

    #[inline]
    fn count_match(&mut self, node: u32, matched: &mut u64) {
        let Node { limit, count, .. } = &mut self.nodes[node as usize];
        *count = self.before.max(*count) + 1;
        *matched += u64::from(*count - self.before <= *limit);
    }

    /// The node that a token leads to, or the free slot of that step.
    #[inline]
    fn find(&self, node: u32, token: TokenId) -> Result<u32, usize> {
        let key = key(node, token);
        let mask = self.mask();
        let slots = &self.slots[..=mask];
        let mut at = self.home(key);
        loop {
            let Some(node) = slots[at & mask].checked_sub(self.base) else {
                return Err(at & mask);
            };
            if self.nodes[node as usize].key == key {
                return Ok(node);
            }
            at += 1;
        }
    }

    #[inline]
    fn mask(&self) -> usize {
        (1 << (u64::BITS - self.shift)) - 1
    }

    /// The slot where the search for a step begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "a slot number")]
        let slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        slot
    }
}

#[inline]
fn key(node: u32, token: TokenId) -> u64 {
    u64::from(node) << 32 | u64::from(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(trie: &mut NgramTrie) -> [u64; 2] {
        let mut matches = [0; 2];
        trie.count_matches(&[0, 1, 0, 1, 0, 0], &mut matches);
        matches
    }

    /// Numbers that go on and on start again before they overflow.
    #[test]
    fn numbers_start_again() {
        let mut trie = NgramTrie::default();
        for base in [0, u32::MAX / 2, u32::MAX - 20, u32::MAX - 1, u32::MAX] {
            trie.nodes.clear();
            trie.base = base;
            for _ in 0..3 {
                trie.reset(2, 2, 6);
                for before in [0, u32::MAX - 9, u32::MAX - 3, u32::MAX] {
                    trie.before = before;
                    trie.add_reference(&[0, 1, 0]);
                    trie.add_reference(&[1, 0, 1]);
                    assert_eq!(matches(&mut trie), [4, 2]);
                    assert_eq!(matches(&mut trie), [4, 2]);
                }
            }
        }
    }
}
