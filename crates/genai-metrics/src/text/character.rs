//! What Python and its `regex` package say of a character.

use super::tables::{NUMBER, PUNCTUATION, SYMBOL};

/// Whether Python's `str.split`, `strip` and `isspace` take the character for white space.
///
/// That is Unicode's `White_Space` and the four separators U+001C to U+001F. The zero-width
/// space, the byte-order mark and the word joiner are not white space.
///
/// ```
/// use genai_metrics::text::is_white_space;
/// assert!(is_white_space('\u{1c}') && is_white_space('\u{a0}') && !is_white_space('\u{200b}'));
/// ```
pub const fn is_white_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r'
            | '\u{1c}'..='\u{20}'
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'..='\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// The three general categories that the `intl` scheme asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Punctuation,
    Symbol,
    Number,
    Other,
}

/// Above this no character is punctuation, a symbol or a number.
const LIMIT: usize = 0x2_0000;

/// Two bits a code point, filled at compile time.
static CATEGORIES: [u8; LIMIT / 4] = {
    let mut table = [0; LIMIT / 4];
    fill(&mut table, PUNCTUATION, 1);
    fill(&mut table, SYMBOL, 2);
    fill(&mut table, NUMBER, 3);
    table
};

const fn fill(table: &mut [u8; LIMIT / 4], ranges: &[(u32, u32)], bits: u8) {
    let mut i = 0;
    while i < ranges.len() {
        let (mut c, last) = ranges[i];
        while c <= last {
            table[c as usize / 4] |= bits << (c % 4 * 2);
            c += 1;
        }
        i += 1;
    }
}

/// The category of a code point in the pinned tables.
pub(super) const fn category(c: u32) -> Category {
    if c as usize >= LIMIT {
        return Category::Other;
    }
    match CATEGORIES[c as usize / 4] >> (c % 4 * 2) & 3 {
        1 => Category::Punctuation,
        2 => Category::Symbol,
        3 => Category::Number,
        _ => Category::Other,
    }
}

/// Whether a code point lies in one of the sorted, inclusive ranges.
pub(super) fn within(ranges: &[(u32, u32)], c: u32) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= c);
    after > 0 && c <= ranges[after - 1].1
}

/// The code point that starts at `i` of valid UTF-8, and its length in bytes.
pub(super) fn decode(bytes: &[u8], i: usize) -> (u32, usize) {
    let continued = |k: usize| u32::from(bytes[i + k] & 0x3f);
    match bytes[i] {
        first @ 0..0x80 => (u32::from(first), 1),
        first @ 0x80..0xe0 => (u32::from(first & 0x1f) << 6 | continued(1), 2),
        first @ 0xe0..0xf0 => (u32::from(first & 0x0f) << 12 | continued(1) << 6 | continued(2), 3),
        first => (
            u32::from(first & 0x07) << 18 | continued(1) << 12 | continued(2) << 6 | continued(3),
            4,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code point, against what the pinned Python and `regex` said of it.
    #[test]
    fn equals_the_reference_for_every_character() {
        let gold: serde_json::Value =
            serde_json::from_str(include_str!("../../../../fixtures/gold/characters.json"))
                .unwrap();
        let ranges =
            |key: &str| -> Vec<(u32, u32)> { serde_json::from_value(gold[key].clone()).unwrap() };
        let (space, punctuation) = (ranges("white_space"), ranges("punctuation"));
        let (symbol, number) = (ranges("symbol"), ranges("number"));
        for c in '\0'..=char::MAX {
            let code = u32::from(c);
            assert_eq!(is_white_space(c), within(&space, code), "{code:X}");
            let expected = if within(&punctuation, code) {
                Category::Punctuation
            } else if within(&symbol, code) {
                Category::Symbol
            } else if within(&number, code) {
                Category::Number
            } else {
                Category::Other
            };
            assert_eq!(category(code), expected, "{code:X}");
            let mut utf8 = [0; 4];
            let length = c.encode_utf8(&mut utf8).len();
            assert_eq!(decode(&utf8, 0), (code, length));
        }
    }
}
