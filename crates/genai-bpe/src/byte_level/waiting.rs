//! Pieces that are cut before they are looked up: while one look-up waits for memory, others can go
//! on.

use super::word_cache::{IDS, Word};

/// So many pieces wait for each other.
pub(super) const WAITING: usize = 32;

/// Neighbouring pieces, and room for their ids.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    words: [Word; WAITING],
    /// Where each ends.
    ends: [usize; WAITING],
    /// Where the first starts.
    start: usize,
    count: usize,
    pub(super) ids: [u32; WAITING * IDS],
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            words: [Word::default(); WAITING],
            ends: [0; WAITING],
            start: 0,
            count: 0,
            ids: [0; WAITING * IDS],
        }
    }
}

impl Waiting {
    /// Forgets what waits; the next piece starts at `start`.
    #[inline]
    pub(super) fn restart(&mut self, start: usize) {
        self.start = start;
        self.count = 0;
    }

    /// Adds the piece of `text` from `start` to `end`, and says whether no more may come.
    #[inline]
    pub(super) fn push(&mut self, text: &[u8], start: usize, end: usize) -> bool {
        let place = self.count % WAITING;
        self.words[place] = Word::of(text, start, end);
        self.ends[place] = end;
        self.count = place + 1;
        self.count == WAITING
    }

    /// The words in order.
    #[inline]
    pub(super) fn words(&self) -> &[Word] {
        &self.words[..self.count]
    }

    /// Start, end and word of each piece in order, and the room for ids.
    #[inline]
    pub(super) fn pieces(
        &mut self,
    ) -> (impl Iterator<Item = (usize, usize, Word)>, &mut [u32; WAITING * IDS]) {
        let Self { words, ends, start, count, ids } = self;
        let mut start = *start;
        let pieces = words[..*count].iter().zip(&ends[..*count]).map(move |(&word, &end)| {
            let piece = (start, end, word);
            start = end;
            piece
        });
        (pieces, ids)
    }
}
