//! What a pattern wants to know of a character, looked up by its UTF-8 bytes.

use super::tables::{BLOCKS, RUN_BLOCKS, RUN_LENGTHS};

/// A set of the flags below.
pub(super) type Class = u8;

/// `\p{Lu}` and `\p{Lt}`; together with [`LOWER`] `\p{Lm}` and `\p{Lo}`, which o200k has in both
/// of its classes of letters.
pub(super) const UPPER: Class = 1;
/// `\p{Ll}`; see [`UPPER`].
pub(super) const LOWER: Class = 2;
/// `\p{L}`, if any of the two is there.
pub(super) const LETTER: Class = UPPER | LOWER;
/// `\p{M}`
pub(super) const MARK: Class = 4;
/// `\p{N}`
pub(super) const NUMBER: Class = 8;
/// `\s`
pub(super) const SPACE: Class = 16;
/// `[\r\n]`, which is also [`SPACE`].
pub(super) const NEWLINE: Class = 32;
/// `\p{P}` and `\p{S}`
pub(super) const SYMBOL: Class = 64;
/// `\p{Han}`, letter or not.
pub(super) const HAN: Class = 128;

const fn class_of_letter(letter: u8) -> Class {
    match letter {
        b'U' => UPPER,
        b'l' => LOWER,
        b'o' => LETTER,
        b'm' => MARK,
        b'9' => NUMBER,
        b'p' => SYMBOL,
        b's' => SPACE,
        b'n' => SPACE | NEWLINE,
        b'H' => LETTER | HAN,
        b'M' => MARK | HAN,
        b'N' => NUMBER | HAN,
        b'P' => SYMBOL | HAN,
        _ => 0,
    }
}

/// As many as a continuation byte tells apart.
const BLOCK: usize = 64;

/// Characters of up to two bytes, by code point.
static SHORT: [Class; 32 * BLOCK] = {
    let mut short = [0; 32 * BLOCK];
    let mut at = 0;
    while at < short.len() {
        let block = BLOCKS[NUMBERS[at / BLOCK] as usize];
        short[at] = class_of_letter(block[at % BLOCK]);
        at += 1;
    }
    short
};

/// For each 64 characters the number of their block.
static NUMBERS: [u16; 0x11_0000 / BLOCK] = {
    let mut numbers = [0; 0x11_0000 / BLOCK];
    let (mut run, mut at) = (0, 0);
    while run < RUN_BLOCKS.len() {
        let end = at + RUN_LENGTHS[run] as usize;
        while at < end {
            numbers[at] = RUN_BLOCKS[run];
            at += 1;
        }
        run += 1;
    }
    assert!(at == numbers.len());
    numbers
};

/// A power of two, so that no number needs to be compared with it.
const ROOM: usize = 512;

static CLASSES: [[Class; BLOCK]; ROOM] = {
    let mut classes = [[0; BLOCK]; ROOM];
    let mut number = 0;
    while number < BLOCKS.len() {
        let mut at = 0;
        while at < BLOCK {
            classes[number][at] = class_of_letter(BLOCKS[number][at]);
            at += 1;
        }
        number += 1;
    }
    classes
};

/// The class of the character that starts at `at`, and its width in bytes; nothing and 0 at the
/// end of `text`, which is valid UTF-8.
#[inline]
pub(super) fn class_at(text: &[u8], at: usize) -> (Class, usize) {
    match text.get(at) {
        Some(&byte) if byte < 0x80 => (ascii_class(byte), 1),
        Some(_) => wide_class_at(text, at),
        None => (0, 0),
    }
}

#[inline]
pub(super) fn ascii_class(byte: u8) -> Class {
    SHORT[usize::from(byte)]
}

/// The class and width of the character beyond ASCII that starts at `at`; nothing and 0 if there
/// is none.
#[inline]
pub(super) fn wide_class_at(text: &[u8], at: usize) -> (Class, usize) {
    let low = |byte: u8| usize::from(byte & 0x3f);
    match *text.get(at..).unwrap_or_default() {
        [first @ 0xc0..0xe0, second, ..] => {
            (SHORT[usize::from(first & 0x1f) << 6 | low(second)], 2)
        }
        [first @ 0xe0..0xf0, second, third, ..] => {
            let number = NUMBERS[usize::from(first & 0xf) << 6 | low(second)];
            (CLASSES[usize::from(number) % ROOM][low(third)], 3)
        }
        [first @ 0xf0..0xf8, second, third, fourth, ..] => {
            let block = usize::from(first & 7) << 12 | low(second) << 6 | low(third);
            let number = NUMBERS.get(block).copied().unwrap_or_default();
            (CLASSES[usize::from(number) % ROOM][low(fourth)], 4)
        }
        _ => (0, 0),
    }
}

/// Whether a character is of `\p{L}`.
pub(crate) fn is_letter(character: char) -> bool {
    class_of(character) & LETTER != 0
}

/// Whether a character is of `\p{N}`.
pub(crate) fn is_number(character: char) -> bool {
    class_of(character) & NUMBER != 0
}

fn class_of(character: char) -> Class {
    class_at(character.encode_utf8(&mut [0; 4]).as_bytes(), 0).0
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class as Set, HirKind};

    use super::*;

    /// The characters that a class of a regular expression matches.
    fn characters(class: &str) -> Vec<(char, char)> {
        let HirKind::Class(Set::Unicode(set)) =
            regex_syntax::parse(class).unwrap().kind().to_owned()
        else {
            panic!("{class} is no class");
        };
        set.iter().map(|range| (range.start(), range.end())).collect()
    }

    #[test]
    fn every_character_is_where_regex_syntax_puts_it() {
        let mut expected = vec![0; 0x11_0000];
        for (class, flags) in [
            (r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}]", UPPER),
            (r"[\p{Ll}\p{Lm}\p{Lo}]", LOWER),
            (r"\p{M}", MARK),
            (r"\p{N}", NUMBER),
            (r"\s", SPACE),
            (r"[\r\n]", NEWLINE),
            (r"[\p{P}\p{S}]", SYMBOL),
            (r"\p{Han}", HAN),
        ] {
            for (first, last) in characters(class) {
                for character in first..=last {
                    expected[character as usize] |= flags;
                }
            }
        }
        let letters: usize =
            characters(r"\p{L}").into_iter().map(|(first, last)| (first..=last).count()).sum();
        assert_eq!(expected.iter().filter(|&&class| class & LETTER != 0).count(), letters);
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            let found = class_at(text.as_bytes(), 0);
            assert_eq!(found, (expected[character as usize], text.len()), "{character:?}");
        }
        assert_eq!(class_at(b"", 0), (0, 0));
    }
}
