//! Reads packed bytes and trusts none of them.

use super::write::LONGEST_DERIVED;
use crate::Error;
use crate::byte_level::backtracking::Backtracking;
use crate::byte_level::origins::Origins;
use crate::byte_level::{MergeList, byte_ids};
use crate::merges::{Merge, Merges};
use crate::vocabulary::{ID_LIMIT, Tokens, Vocabulary};

/// Merges that are put into their table at once.
const BATCH: usize = 64;

/// What is left of the bytes, and where in the file that is.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, length: bytes.len() }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn malformed(&self, found: impl Into<String>, expected: &str) -> Error {
        Error::malformed(format!("byte {}", self.length - self.rest.len()), found, expected)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.malformed("the end", &format!("{count} bytes")));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let taken = self.take(N)?;
        Ok(*taken.first_chunk().expect("as many were taken"))
    }

    pub(super) fn number(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn checksum(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn id(&mut self) -> Result<u32, Error> {
        let id = self.number()?;
        if id < ID_LIMIT { Ok(id) } else { Err(self.malformed(format!("id {id}"), "a smaller id")) }
    }

    /// Whether the only flag there is, is set.
    pub(super) fn flag(&mut self, flag: u8) -> Result<bool, Error> {
        let [flags] = self.array()?;
        if flags & !flag == 0 {
            Ok(flags == flag)
        } else {
            Err(self.malformed(format!("flags {flags:#x}"), "known flags"))
        }
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let length = self.number()? as usize;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Error> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("other bytes", "UTF-8"))
    }
}

/// Reads what `write_vocabulary` wrote.
///
/// # Errors
/// [`Error::Malformed`], also for merges that don't fit their tokens.
pub(crate) fn read_vocabulary(reader: &mut Reader<'_>) -> Result<(Vocabulary, MergeList), Error> {
    let mut tokens = Tokens::default();
    for _ in 0..reader.number()? {
        let id = reader.id()?;
        tokens.put(id, reader.bytes()?)?;
    }
    let runs = reader.number()? as usize;
    let runs = reader.take(runs.saturating_mul(12))?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte));
    let runs = || {
        let (runs, _) = runs.as_chunks::<12>();
        runs.iter().map(|run| (number(&run[..4]), number(&run[4..8]), number(&run[8..])))
    };
    let count: u64 = runs().map(|(_, _, count)| u64::from(count)).sum();
    let pairs = reader.take(usize::try_from(count.saturating_mul(6)).unwrap_or(usize::MAX))?;
    let (pairs, _) = pairs.as_chunks::<6>();
    let pair = |pair: &[u8; 6]| (number(&pair[..3]), number(&pair[3..]));
    let last = runs().map(|(_, id, count)| id.saturating_add(count)).max().unwrap_or(0);
    tokens.reserve(last.min(ID_LIMIT) as usize);
    let mut parts = pairs.iter().map(pair);
    for (rank, first, count) in runs() {
        // Then the last rank is below that of no merge, the largest number.
        if rank.checked_add(count).is_none()
            || first.checked_add(count).is_none_or(|end| end > ID_LIMIT)
        {
            return Err(reader.malformed("a run of merges", "smaller ranks and ids"));
        }
        for (id, parts) in (first..first + count).zip(&mut parts) {
            if !tokens.join(id, parts, LONGEST_DERIVED)? {
                return Err(reader.malformed(
                    format!("merge of ids {} and {} into {id}", parts.0, parts.1),
                    "parts that make the token",
                ));
            }
        }
    }
    let vocabulary = tokens.into_vocabulary();
    let mut never_made = vec![false; vocabulary.id_bound()];
    for _ in 0..reader.number()? {
        let id = reader.id()? as usize;
        *never_made
            .get_mut(id)
            .ok_or_else(|| reader.malformed(format!("id {id}"), "a known id"))? = true;
    }
    let bytes = byte_ids(&vocabulary)?;
    let mut merges = Merges::with_room(pairs.len());
    let mut origins = Origins::of_bytes(vocabulary.id_bound(), &bytes);
    let mut results = runs().flat_map(|(rank, id, count)| (rank..rank + count).zip(id..));
    for pairs in pairs.chunks(BATCH) {
        merges.fetch(pairs.iter().map(pair));
        for ((left, right), (rank, id)) in pairs.iter().map(pair).zip(&mut results) {
            let merge = Merge { rank, id };
            merges.put(left, right, merge);
            let is_made = |_: &Origins| !never_made[id as usize];
            if let Some(known) = &mut origins
                && known.add(left, right, merge, is_made).is_none()
            {
                origins = None;
            }
        }
    }
    let backtracking = origins.map(Backtracking::with_origins);
    Ok((vocabulary, MergeList { merges, bytes, backtracking }))
}
