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
    /// Steps of the trie, open addressing, at most half full. A step into a node older than
    /// `base` belongs to a segment that is gone, and its slot is free.
    steps: Vec<Step>,
    /// How many of the slots this segment uses, as a shift of the hash.
    shift: u32,
    /// The number of this segment's first node; nodes are numbered on and on, so that clearing
    /// touches nothing.
    base: u32,
    /// For each node, the most that any one reference has of its n-gram.
    limits: Vec<u32>,
    /// For each node, what the reference being added has of it.
    counts: Vec<u32>,
    references: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Step {
    /// The node stepped from, less `base`, and the token.
    key: u64,
    /// The node stepped to; 0 is none.
    node: u32,
}

impl NgramTrie {
    /// Forgets the segment before. `order` is the highest order counted, from 1; the segment's
    /// references have ids below `distinct` and `tokens` tokens all together.
    pub(super) fn reset(&mut self, order: usize, distinct: usize, tokens: usize) {
        self.order = order;
        self.distinct = distinct;
        self.references = 0;
        let most_nodes = distinct + tokens * order.saturating_sub(1);
        let bits = (most_nodes * 2).next_power_of_two().trailing_zeros().max(6);
        self.shift = 64 - bits;
        let past = self.base as usize + self.limits.len();
        if past + most_nodes < u32::MAX as usize && self.base > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            let next = past as u32;
            self.base = next;
        } else {
            self.steps.fill(Step::default());
            self.base = 1;
        }
        if self.steps.len() < 1 << bits {
            self.steps.resize(1 << bits, Step::default());
        }
        self.limits.clear();
        self.limits.resize(distinct, 0);
    }

    /// Adds the n-grams of one reference.
    pub(super) fn add_reference(&mut self, tokens: &[TokenId]) {
        self.references += 1;
        if self.references == 1 {
            // The first reference's counts are the limits.
            for i in 0..tokens.len() {
                self.walk_from(&tokens[i..], |limits, _, node| limits[node] += 1);
            }
            return;
        }
        self.counts.clear();
        self.counts.resize(self.limits.len(), 0);
        for i in 0..tokens.len() {
            self.walk_from(&tokens[i..], |limits, counts, node| {
                if counts.len() < limits.len() {
                    counts.resize(limits.len(), 0);
                }
                counts[node] += 1;
                limits[node] = limits[node].max(counts[node]);
            });
        }
    }

    /// Visits the nodes of the n-grams that `tokens` begins with, making those that are new.
    #[inline]
    fn walk_from(
        &mut self,
        tokens: &[TokenId],
        mut visit: impl FnMut(&mut Vec<u32>, &mut Vec<u32>, usize),
    ) {
        let mut node = tokens[0];
        visit(&mut self.limits, &mut self.counts, node as usize);
        for &token in tokens.iter().skip(1).take(self.order - 1) {
            node = match self.find(node, token) {
                Ok(node) => node,
                Err(free) => {
                    #[expect(clippy::cast_possible_truncation, reason = "`reset` has made room")]
                    let new = self.limits.len() as u32;
                    self.steps[free] = Step { key: key(node, token), node: self.base + new };
                    self.limits.push(0);
                    new
                }
            };
            visit(&mut self.limits, &mut self.counts, node as usize);
        }
    }

    /// Adds to `matches`, one element an order, how many of the hypothesis's n-grams the
    /// references have, each counted at most as often as the reference that has most of it.
    /// Unknown tokens are ids that no reference has.
    pub(super) fn count_matches(&mut self, hypothesis: &[TokenId], matches: &mut [u64]) {
        self.counts.clear();
        self.counts.resize(self.limits.len(), 0);
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
        let (count, limit) = (&mut self.counts[node as usize], self.limits[node as usize]);
        *matched += u64::from(*count < limit);
        *count += 1;
    }

    /// The node that a token leads to, or the free slot of that step.
    #[inline]
    fn find(&self, node: u32, token: TokenId) -> Result<u32, usize> {
        let key = key(node, token);
        let mask = (1 << (64 - self.shift)) - 1;
        let steps = &self.steps[..=mask];
        #[expect(clippy::cast_possible_truncation, reason = "a slot number")]
        let mut at = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        loop {
            let step = steps[at & mask];
            if step.node < self.base {
                return Err(at & mask);
            }
            if step.key == key {
                return Ok(step.node - self.base);
            }
            at += 1;
        }
    }
}

#[inline]
fn key(node: u32, token: TokenId) -> u64 {
    u64::from(node) << 32 | u64::from(token)
}
