//! Encoding without merging: the longest token that fits, and back where none does.

use std::sync::OnceLock;

use super::origins::Origins;
use super::prefixes::{NO_TOKEN, Prefixes};
use crate::hash::fold;
use crate::merges::Merges;
use crate::vocabulary::Vocabulary;

/// What is known of a list of merges, for encoding by neighbours; see [`Origins`] for why that is the same.
#[derive(Clone, Debug)]
pub(super) struct Backtracking {
    origins: Origins,
    /// Made when it is first needed, as short texts often have no long piece. Nothing for the
    /// vocabulary whose hashes agree.
    prefixes: OnceLock<Option<Prefixes>>,
}

/// Working memory, used again from piece to piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    /// Pairs of tokens that were looked at, and whether they can be neighbours.
    verdicts: Vec<u64>,
    /// A bit for each place of a long piece from which the rest could not be encoded.
    dead: Vec<u64>,
}

/// Pairs that are remembered.
const VERDICTS: usize = 1 << 12;

impl Backtracking {
    /// Nothing if merging by rank cannot be told from neighbours alone.
    pub(super) fn new(
        vocabulary: &Vocabulary,
        merges: &Merges,
        bytes: &[u32; 256],
    ) -> Option<Self> {
        Some(Self::with_origins(Origins::new(vocabulary, merges, bytes)?))
    }

    /// As [`Backtracking::new`], where the origins are known.
    pub(super) fn with_origins(origins: Origins) -> Self {
        Self { origins, prefixes: OnceLock::new() }
    }

    pub(super) fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Whether the token occurs in encodings; then it is the encoding of its own bytes.
    #[inline]
    pub(super) fn is_reachable(&self, token: u32) -> bool {
        self.origins.is_reachable(token)
    }

    /// Appends the encoding of `piece` to `ids`. Says no, and appends nothing, for a piece whose hashes
    /// mislead.
    pub(super) fn encode(
        &self,
        vocabulary: &Vocabulary,
        merges: &Merges,
        piece: &[u8],
        steps: &mut Steps,
        ids: &mut Vec<u32>,
    ) -> bool {
        let made = || Prefixes::new(vocabulary, |id| self.origins.left_part(id));
        let Some(prefixes) = self.prefixes.get_or_init(made) else { return false };
        let first = ids.len();
        if steps.verdicts.is_empty() {
            steps.verdicts = vec![u64::MAX; VERDICTS];
        }
        steps.dead.clear();
        steps.dead.resize(piece.len() / 64 + 1, 0);
        let mut place = 0;
        while place < piece.len() {
            let Some((mut token, mut length)) = prefixes.longest(vocabulary, &piece[place..])
            else {
                ids.truncate(first);
                return false;
            };
            loop {
                let end = place + length;
                if token == NO_TOKEN {
                    // Nothing fits here: what came before has to be shorter.
                    steps.dead[place / 64] |= 1 << (place % 64);
                    let Some(last) = (ids.len() > first).then(|| ids.pop()).flatten() else {
                        ids.truncate(first);
                        return false;
                    };
                    place -= vocabulary.length(last);
                    token = prefixes.shorter(last);
                    length = vocabulary.length(token);
                    continue;
                }
                let is_alive = steps.dead[end / 64] >> (end % 64) & 1 == 0;
                if is_alive
                    && (ids.len() == first
                        || self.fit(merges, ids[ids.len() - 1], token, &mut steps.verdicts))
                {
                    ids.push(token);
                    place = end;
                    break;
                }
                token = prefixes.shorter(token);
                length = vocabulary.length(token);
            }
        }
        true
    }

    #[inline]
    fn fit(&self, merges: &Merges, left: u32, right: u32, verdicts: &mut [u64]) -> bool {
        let pair = u64::from(left) << 32 | u64::from(right) << 1;
        let place = (fold(pair, 0xd1b5_4a32_d192_ed03) >> 40) as usize & (VERDICTS - 1);
        let known = verdicts[place];
        if known & !1 == pair {
            return known & 1 == 1;
        }
        let verdict = self.origins.are_neighbours(merges, left, right);
        verdicts[place] = pair | u64::from(verdict);
        verdict
    }
}
