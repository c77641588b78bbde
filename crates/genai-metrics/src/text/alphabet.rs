//! Characters as small numbers.

use super::{TokenId, is_white_space};

/// The characters of texts, numbered in order of first appearance after those that are white
/// space.
///
/// Numbers outlive the segment that brought them, since the next has nearly the same characters.
#[derive(Clone, Debug)]
pub(crate) struct Alphabet {
    /// For each 128 code points their page; page 0 has no character.
    page_of: Vec<u16>,
    /// For each code point of a page its number plus 1; 0 if it has none.
    pages: Vec<[TokenId; PAGE]>,
    /// The numbered characters in their order.
    known: Vec<char>,
}

const PAGE: usize = 128;

impl Default for Alphabet {
    fn default() -> Self {
        let page_of = vec![0; char::MAX as usize / PAGE + 1];
        let mut alphabet = Self { page_of, pages: vec![[0; PAGE]], known: Vec::new() };
        alphabet.clear();
        alphabet
    }
}

impl Alphabet {
    /// How many characters are white space, and have the first numbers.
    const WHITE_SPACE: TokenId = {
        let (mut count, mut code) = (0, 0);
        while code <= Self::LAST_WHITE_SPACE as u32 {
            if let Some(c) = char::from_u32(code)
                && is_white_space(c)
            {
                count += 1;
            }
            code += 1;
        }
        count
    };

    const LAST_WHITE_SPACE: char = '\u{3000}';

    /// Forgets every character but white space.
    pub(crate) fn clear(&mut self) {
        for c in std::mem::take(&mut self.known) {
            *self.entry(c) = 0;
        }
        for c in ('\0'..=Self::LAST_WHITE_SPACE).filter(|c| is_white_space(*c)) {
            self.add(c);
        }
    }

    /// How many characters have a number; numbers are below this.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Appends the numbers of a text's characters, giving new ones a number; without those that
    /// are white space, unless they are to be kept.
    pub(crate) fn intern(&mut self, text: &str, keep_space: bool, numbers: &mut Vec<TokenId>) {
        let first_kept = if keep_space { 0 } else { Self::WHITE_SPACE };
        let mut end = numbers.len();
        // A place for each byte, so that leaving out is not a branch.
        numbers.resize(end + text.len(), 0);
        for c in text.chars() {
            let mut number = self.find(c);
            if number == TokenId::MAX {
                number = self.add(c);
            }
            numbers[end] = number;
            end += usize::from(number >= first_kept);
        }
        numbers.truncate(end);
    }

    /// As `intern`, with [`TokenId::MAX`] for characters that have no number.
    pub(crate) fn look_up(&self, text: &str, keep_space: bool, numbers: &mut Vec<TokenId>) {
        let first_kept = if keep_space { 0 } else { Self::WHITE_SPACE };
        let mut end = numbers.len();
        numbers.resize(end + text.len(), 0);
        for c in text.chars() {
            let number = self.find(c);
            numbers[end] = number;
            end += usize::from(number >= first_kept);
        }
        numbers.truncate(end);
    }

    #[inline]
    fn find(&self, c: char) -> TokenId {
        let page = usize::from(self.page_of[c as usize / PAGE]);
        self.pages[page][c as usize % PAGE].wrapping_sub(1)
    }

    #[cold]
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer characters")]
    fn add(&mut self, c: char) -> TokenId {
        let number = self.known.len() as TokenId;
        self.known.push(c);
        *self.entry(c) = number + 1;
        number
    }

    fn entry(&mut self, c: char) -> &mut TokenId {
        let page = &mut self.page_of[c as usize / PAGE];
        if *page == 0 {
            #[expect(clippy::cast_possible_truncation, reason = "there are 8704 pages at most")]
            let new = self.pages.len() as u16;
            *page = new;
            self.pages.push([0; PAGE]);
        }
        &mut self.pages[usize::from(*page)][c as usize % PAGE]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_white_space_has_a_number() {
        let all = ('\0'..=char::MAX).filter(|c| is_white_space(*c));
        assert_eq!(all.clone().max(), Some(Alphabet::LAST_WHITE_SPACE));
        assert_eq!(all.count(), Alphabet::WHITE_SPACE as usize);
        assert_eq!(Alphabet::default().len(), Alphabet::WHITE_SPACE as usize);
    }

    proptest! {
        /// Equal characters, equal numbers, and nothing of texts that were forgotten.
        #[test]
        fn numbers_stand_for_characters(
            texts in prop::collection::vec(("\\PC{0,20}|[a-c \u{85}\u{3000}中é]{0,20}", any::<bool>()), 1..6),
            unknown in "\\PC{0,20}",
            keep in any::<bool>(),
        ) {
            let mut alphabet = Alphabet::default();
            for (text, clear) in &texts {
                if *clear {
                    alphabet.clear();
                }
                let kept = |text: &str| -> Vec<char> {
                    text.chars().filter(|c| keep || !is_white_space(*c)).collect()
                };
                let mut numbers = vec![7];
                alphabet.intern(text, keep, &mut numbers);
                let back: Vec<char> =
                    numbers[1..].iter().map(|number| alphabet.known[*number as usize]).collect();
                prop_assert_eq!(&back, &kept(text));
                let mut again = vec![7];
                alphabet.look_up(text, keep, &mut again);
                prop_assert_eq!(numbers, again);
                let mut numbers = Vec::new();
                alphabet.look_up(&unknown, keep, &mut numbers);
                for (c, number) in kept(&unknown).into_iter().zip(numbers) {
                    prop_assert_eq!(alphabet.known.contains(&c), number != TokenId::MAX);
                }
            }
        }
    }
}
