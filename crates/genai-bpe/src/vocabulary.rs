//! Tokens and their ids.

use std::sync::OnceLock;

use crate::error::Error;
use crate::hash::hash_bytes;

/// The tokens of a vocabulary as bytes, by id, and ids by bytes. Ids may have holes. If two ids
/// share their bytes, the first given is the one found by bytes.
///
/// ```
/// use genai_bpe::Vocabulary;
/// let vocabulary = Vocabulary::new([(0, b"a".as_slice()), (2, b"ab")])?;
/// assert_eq!(vocabulary.id(b"ab"), Some(2));
/// assert_eq!(vocabulary.bytes(0), Some(b"a".as_slice()));
/// assert_eq!((vocabulary.bytes(1), vocabulary.len(), vocabulary.id_bound()), (None, 2, 3));
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    arena: Vec<u8>,
    /// By id: where the token starts and ends in the arena; `HOLE` if there is none.
    spans: Vec<(u32, u32)>,
    /// Open addressing: the upper half of an entry is of the hash, the lower the id.
    /// Made when it is first asked for: not every tokenizer needs it to encode.
    slots: OnceLock<Vec<u64>>,
    len: usize,
}

const HOLE: (u32, u32) = (u32::MAX, u32::MAX);
const FREE: u64 = u64::MAX;

/// Ids stay below this, so that a hostile file with one huge id does not ask for gigabytes.
pub(crate) const ID_LIMIT: u32 = 1 << 24;

impl Vocabulary {
    /// A vocabulary of pairs of id and bytes.
    ///
    /// # Errors
    /// [`Error::Malformed`] for an id given twice, one of 2²⁴ or more, or 2 GiB of tokens.
    pub fn new<'a>(tokens: impl IntoIterator<Item = (u32, &'a [u8])>) -> Result<Self, Error> {
        let mut collected = Tokens::default();
        for (id, token) in tokens {
            collected.put(id, token)?;
        }
        Ok(collected.into_vocabulary())
    }

    /// Makes room for an id, whose token is whatever comes into the arena next.
    fn start(&mut self, id: u32) -> Result<u32, Error> {
        if id >= ID_LIMIT {
            return Err(Error::malformed(
                format!("id {id}"),
                "an id that large",
                format!("ids below {ID_LIMIT}"),
            ));
        }
        let place = id as usize;
        if place >= self.spans.len() {
            self.spans.resize(place + 1, HOLE);
        }
        if self.spans[place] != HOLE {
            return Err(Error::malformed(format!("id {id}"), "two tokens", "one token for an id"));
        }
        self.offset(id)
    }

    /// The end of the arena.
    fn offset(&self, id: u32) -> Result<u32, Error> {
        let end = i32::try_from(self.arena.len());
        end.map(i32::cast_unsigned)
            .map_err(|_| Error::malformed(format!("id {id}"), "2 GiB of tokens", "less"))
    }

    fn finish(&mut self, id: u32, start: u32) -> Result<(), Error> {
        self.spans[id as usize] = (start, self.offset(id)?);
        self.len += 1;
        Ok(())
    }

    fn index(&self) -> Vec<u64> {
        let size = (self.len * 2).next_power_of_two().max(2);
        let mut slots = vec![FREE; size];
        for (id, token) in self.iter() {
            let hash = hash_bytes(token);
            let mut slot = hash as usize & (size - 1);
            while slots[slot] != FREE && !self.is_token(slots[slot], hash, token) {
                slot = (slot + 1) & (size - 1);
            }
            if slots[slot] == FREE {
                slots[slot] = entry(hash, id as usize);
            }
        }
        slots
    }

    #[inline]
    fn is_token(&self, entry: u64, hash: u64, token: &[u8]) -> bool {
        (entry ^ hash) >> 32 == 0 && self.is(entry as u32, token)
    }

    /// The bytes of a token; none for an id that is not there.
    #[inline]
    pub fn bytes(&self, id: u32) -> Option<&[u8]> {
        let &(start, end) = self.spans.get(id as usize)?;
        self.arena.get(start as usize..end as usize)
    }

    /// Whether the token of that id has these bytes.
    #[inline]
    pub(crate) fn is(&self, id: u32, bytes: &[u8]) -> bool {
        self.bytes(id).is_some_and(|token| equal(token, bytes))
    }

    /// The length of a token in bytes; 0 for an id that is not there.
    #[inline]
    pub fn length(&self, id: u32) -> usize {
        self.spans.get(id as usize).map_or(0, |&(start, end)| (end - start) as usize)
    }

    /// The id of a token.
    #[inline]
    pub fn id(&self, token: &[u8]) -> Option<u32> {
        let hash = hash_bytes(token);
        let slots = self.slots.get_or_init(|| self.index());
        let mask = slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let entry = slots[slot];
            if entry == FREE {
                return None;
            }
            if self.is_token(entry, hash, token) {
                return Some(entry as u32);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether two ids share their bytes.
    pub(crate) fn has_twins(&self) -> bool {
        let slots = self.slots.get_or_init(|| self.index());
        slots.iter().filter(|&&entry| entry != FREE).count() < self.len
    }

    /// One more than the largest id.
    pub fn id_bound(&self) -> usize {
        self.spans.len()
    }

    /// Ids and tokens, by id.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..self.spans.len() as u32).filter_map(|id| Some((id, self.bytes(id)?)))
    }
}

/// Tokens on their way into a vocabulary; only a whole one is searched by bytes.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    vocabulary: Vocabulary,
}

impl Tokens {
    /// Adds a token; errors as for [`Vocabulary::new`].
    pub(crate) fn put(&mut self, id: u32, token: &[u8]) -> Result<(), Error> {
        let start = self.vocabulary.start(id)?;
        self.vocabulary.arena.extend_from_slice(token);
        self.vocabulary.finish(id, start)
    }

    /// Makes room for ids below `bound` and for tokens of the usual length.
    pub(crate) fn reserve(&mut self, bound: usize) {
        let Vocabulary { arena, spans, .. } = &mut self.vocabulary;
        spans.reserve(bound.saturating_sub(spans.len()));
        arena.reserve(bound * 8);
    }

    /// Makes a token of at most `longest` bytes of two others side by side. If it is there already
    /// they are compared with it. False if a part is not there, or if the parts don't make the token.
    pub(crate) fn join(
        &mut self,
        id: u32,
        (left, right): (u32, u32),
        longest: usize,
    ) -> Result<bool, Error> {
        let Vocabulary { arena, spans, .. } = &mut self.vocabulary;
        let span = |id: u32| spans.get(id as usize).copied().filter(|&span| span != HOLE);
        let range = |(start, end): (u32, u32)| start as usize..end as usize;
        let (Some(left), Some(right)) = (span(left).map(range), span(right).map(range)) else {
            return Ok(false);
        };
        let length = left.len() + right.len();
        if let Some(whole) = span(id).map(range) {
            return Ok(whole.len() == length
                && arena[whole.clone()].starts_with(&arena[left])
                && arena[whole].ends_with(&arena[right]));
        }
        if length > longest {
            return Ok(false);
        }
        let start = self.vocabulary.start(id)?;
        self.vocabulary.arena.extend_from_within(left);
        self.vocabulary.arena.extend_from_within(right);
        self.vocabulary.finish(id, start)?;
        Ok(true)
    }

    pub(crate) fn into_vocabulary(self) -> Vocabulary {
        self.vocabulary
    }
}

fn entry(hash: u64, id: usize) -> u64 {
    hash & !0xffff_ffff | id as u64
}

/// Equality of short runs of bytes without a call: words that may overlap.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.len() > 16 {
        return a == b;
    }
    if let (Some(first), Some(last), Some(start), Some(end)) =
        (a.first_chunk::<8>(), a.last_chunk::<8>(), b.first_chunk::<8>(), b.last_chunk::<8>())
    {
        return first == start && last == end;
    }
    if let (Some(first), Some(last), Some(start), Some(end)) =
        (a.first_chunk::<4>(), a.last_chunk::<4>(), b.first_chunk::<4>(), b.last_chunk::<4>())
    {
        return first == start && last == end;
    }
    a.iter().zip(b).all(|(a, b)| a == b)
}
