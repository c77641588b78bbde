//! Which merge each token comes from, and what follows from it: whether two tokens can be neighbours.

use crate::merges::{Merge, Merges, NEVER};
use crate::vocabulary::Vocabulary;

/// By id the merge that makes a token, for lists of merges in which that is well defined:
///
/// - no two pairs make the same token, and no pair makes a single byte;
/// - the parts of a token are bytes or come from earlier merges.
///
/// Then merges happen in the order of their ranks, as a merge only brings pairs of higher rank, and what
/// has become of a stretch of text when all merges below a rank are done depends on nothing
/// else. Hence a sequence of tokens is the encoding of its bytes if and only if each two neighbours are
/// the encoding of theirs: the first merge across an edge would be the first across that edge in the
/// encoding of the two alone. (The idea of encoding by neighbours is from the crate `bpe` by GitHub,
/// "So many tokens, so little time", 2024.)
#[derive(Clone, Debug)]
pub(super) struct Origins {
    origins: Vec<Origin>,
}

/// The merge behind a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Origin {
    left: u32,
    right: u32,
    /// One more than the merge's rank; 0 for a single byte, [`NEVER`] for what no encoding has.
    time: u32,
}

const BYTE: Origin = Origin { left: 0, right: 0, time: 0 };
const ABSENT: Origin = Origin { left: 0, right: 0, time: NEVER };
const NEVER_MADE: Origin = Origin { left: 1, right: 1, time: NEVER };

impl Origins {
    /// The origins of all tokens; nothing if the merges are not as above.
    pub(super) fn new(
        vocabulary: &Vocabulary,
        merges: &Merges,
        bytes: &[u32; 256],
    ) -> Option<Self> {
        let mut origins = Self::of_bytes(vocabulary.id_bound(), bytes)?;
        for (left, right, merge) in merges.iter() {
            // Where parts merge with each other's insides first, the token is never made.
            origins.add(left, right, merge, |origins| {
                origins.are_neighbours_before(merges, left, right, merge.rank)
            })?;
        }
        Some(origins)
    }

    /// The origins of bytes, for ids below `bound`.
    pub(super) fn of_bytes(bound: usize, bytes: &[u32; 256]) -> Option<Self> {
        let mut origins = Self { origins: vec![ABSENT; bound] };
        for &byte in bytes {
            *origins.origins.get_mut(byte as usize)? = BYTE;
        }
        Some(origins)
    }

    /// Adds the next merge in order of rank, and whether its parts ever get to be neighbours if both
    /// are ever made.
    pub(super) fn add(
        &mut self,
        left: u32,
        right: u32,
        merge: Merge,
        meet: impl FnOnce(&Self) -> bool,
    ) -> Option<()> {
        let time = merge.rank.checked_add(1)?;
        let of = |token: u32| self.origins.get(token as usize).copied();
        let (a, b) = (of(left)?, of(right)?);
        if a == ABSENT || b == ABSENT || of(merge.id)? != ABSENT {
            return None;
        }
        let happens = a != NEVER_MADE && b != NEVER_MADE && meet(self);
        self.origins[merge.id as usize] =
            if happens { Origin { left, right, time } } else { NEVER_MADE };
        Some(())
    }

    /// The left one of the two parts of a token that occurs in encodings; of a byte itself.
    #[inline]
    pub(super) fn left_part(&self, token: u32) -> Option<u32> {
        let origin = self.origins.get(token as usize)?;
        match origin.time {
            0 => Some(token),
            NEVER => None,
            _ => Some(origin.left),
        }
    }

    /// Tokens that some merge would make, but none ever does.
    pub(super) fn never_made(&self) -> impl Iterator<Item = u32> {
        let never = self.origins.iter().zip(0..).filter(|(origin, _)| **origin == NEVER_MADE);
        never.map(|(_, token)| token)
    }

    /// Whether the token occurs in encodings; then it is the encoding of its own bytes.
    #[inline]
    pub(super) fn is_reachable(&self, token: u32) -> bool {
        self.origins.get(token as usize).is_some_and(|origin| origin.time != NEVER)
    }

    /// Whether two reachable tokens, side by side, are the encoding of their bytes.
    pub(super) fn are_neighbours(&self, merges: &Merges, left: u32, right: u32) -> bool {
        self.are_neighbours_before(merges, left, right, NEVER)
    }

    /// Whether no merge below `limit` crosses the edge between the two while they are made.
    fn are_neighbours_before(
        &self,
        merges: &Merges,
        mut left: u32,
        mut right: u32,
        limit: u32,
    ) -> bool {
        // A merge across the edge happens if its rank is below this one: at first any, then, as the two
        // are taken apart from their last merge on, what was still to be merged there.
        let mut limit = limit;
        loop {
            if merges.get(left, right).is_some_and(|merge| merge.rank < limit) {
                return false;
            }
            let (a, b) = (self.origins[left as usize], self.origins[right as usize]);
            if a.time > b.time {
                // Of equal ranks the left one merges first: one across the edge would come after.
                limit = limit.min(a.time - 1);
                left = a.right;
            } else if b.time > 0 {
                limit = limit.min(b.time);
                right = b.left;
            } else {
                return true;
            }
        }
    }
}
