//! Equal characters get equal ids, within one segment.

use super::TokenId;
use super::vocabulary::UNKNOWN;

/// The distinct characters of one segment's references: a [`Vocabulary`](super::Vocabulary) for
/// tokens that are single characters, which needs neither their places nor a hash of each.
#[derive(Clone, Debug)]
pub(crate) struct Characters {
    /// For each 128 code points their page; page 0 stays empty.
    page_of: Vec<u16>,
    /// For each code point of a page `base` plus its id. Anything less is of a segment that is
    /// gone, so that clearing touches none of them.
    pages: Vec<[u32; PAGE]>,
    base: u32,
    count: u32,
}

const PAGE: usize = 128;

impl Default for Characters {
    fn default() -> Self {
        let page_of = vec![0; char::MAX as usize / PAGE + 1];
        Self { page_of, pages: vec![[0; PAGE]], base: 1, count: 0 }
    }
}

impl Characters {
    /// Forgets every character.
    pub(crate) fn clear(&mut self) {
        self.base += self.count;
        self.count = 0;
        // There are fewer characters than are left then.
        if self.base > u32::MAX / 2 {
            self.pages.iter_mut().for_each(|page| page.fill(0));
            self.base = 1;
        }
    }

    /// The number of distinct characters.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// Appends the ids of a reference's characters, giving new ones new ids.
    pub(crate) fn intern(&mut self, text: &str, ids: &mut Vec<TokenId>) {
        // A place for each byte, so that none is asked for.
        let mut end = ids.len();
        ids.resize(end + text.len(), 0);
        for c in text.chars() {
            let page = match usize::from(self.page_of[c as usize / PAGE]) {
                0 => self.add_page(c),
                page => page,
            };
            let place = &mut self.pages[page][c as usize % PAGE];
            // A character that has its id already is written over with itself, without a branch.
            let id = place.wrapping_sub(self.base).min(self.count);
            *place = self.base + id;
            self.count += u32::from(id == self.count);
            ids[end] = id;
            end += 1;
        }
        ids.truncate(end);
    }

    /// Appends the ids of a hypothesis's characters; those that no reference has are
    /// [`TokenId::MAX`].
    pub(crate) fn look_up(&self, text: &str, ids: &mut Vec<TokenId>) {
        let mut end = ids.len();
        ids.resize(end + text.len(), 0);
        for c in text.chars() {
            let page = usize::from(self.page_of[c as usize / PAGE]);
            let id = self.pages[page][c as usize % PAGE].wrapping_sub(self.base);
            ids[end] = if id < self.count { id } else { UNKNOWN };
            end += 1;
        }
        ids.truncate(end);
    }

    /// Gives a character's code points a page.
    #[cold]
    fn add_page(&mut self, c: char) -> usize {
        let new = self.pages.len();
        #[expect(clippy::cast_possible_truncation, reason = "there are 8704 pages at most")]
        let number = new as u16;
        self.page_of[c as usize / PAGE] = number;
        self.pages.push([0; PAGE]);
        new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Scheme, Tokenizer, Tokens, Transcript, Unit, Vocabulary};

    proptest! {
        /// The ids are a vocabulary's, segment after segment.
        #[test]
        fn equals_a_vocabulary(
            segments in prop::collection::vec(("\\PC{0,20}|[a-c \u{85}中é]{0,20}", "[a-d 中国é😀]{0,20}", "\\PC{0,9}|[b-e中]{0,9}"), 1..6),
            late in any::<bool>(),
        ) {
            let transcript = Transcript { unit: Unit::Character, trim: false, ..Transcript::default() };
            let tokenizer = Tokenizer { scheme: Scheme::Transcript(transcript), ..Tokenizer::default() };
            prop_assert!(tokenizer.is_of_characters());
            let (mut characters, mut vocabulary) = (Characters::default(), Vocabulary::default());
            if late {
                characters.base = u32::MAX / 2 - 3;
            }
            let (mut tokens, mut rewritten) = (Tokens::default(), Tokens::default());
            for (one, other, hypothesis) in &segments {
                characters.clear();
                vocabulary.clear();
                let (mut found, mut expected) = (Vec::new(), Vec::new());
                for reference in [one, other] {
                    characters.intern(rewritten.rewritten(&tokenizer, reference).unwrap(), &mut found);
                    tokens.cut(&tokenizer, reference).unwrap();
                    vocabulary.intern(&tokens, &mut expected);
                }
                prop_assert_eq!(characters.len(), vocabulary.len());
                characters.look_up(rewritten.rewritten(&tokenizer, hypothesis).unwrap(), &mut found);
                tokens.cut(&tokenizer, hypothesis).unwrap();
                vocabulary.look_up(&tokens, &mut expected);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
