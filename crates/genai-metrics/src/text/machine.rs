//! The rules that stand for the reference's successive regular expressions.
//!
//! `13a`, `zh` and `intl` all split *marks* (full stop and comma, or any punctuation) unless they
//! stand between digits, and they do so by two substitutions, one after the other, each of which
//! consumes the pair of characters that it matched:
//!
//! 1. `(not a digit)(mark)` becomes `\1 \2 `
//! 2. `(mark)(not a digit)` becomes ` \1 \2`
//!
//! Since matches do not overlap, a run of marks is eaten in pairs, and what happens to its last
//! mark depends on the parity of the run and on the character before it. That comes down to one
//! bit, *open*: the character before exists, is no digit, and was not itself consumed
//! as the mark of a pair. For a mark
//!
//! - after an open character, the first substitution matches: it stands alone and closes;
//! - else, before another mark, it is the first half of a pair: it stands alone and opens;
//! - else, before anything but a digit, the second substitution matches: it stands alone;
//! - else nothing matches, and it belongs to whatever token is under way or begins one.
//!
//! The second substitution never meets two adjacent marks, because the first one has put a space
//! between any two of them.
//!
//! So every mark stands alone but one that is not open and has a digit after it, which is rare:
//! [`blocks`](super::blocks) takes all marks for tokens of their own and asks [`joined_mark`] about
//! those before digits.

/// What a character does to the token under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
#[repr(u8)]
pub(super) enum Class {
    /// Continues a token.
    Word,
    /// Continues a token and protects the marks beside it.
    Digit,
    /// Ends a token and is none.
    Space,
    /// Is a token of its own.
    Alone,
    /// Is a token of its own, unless beside digits; see the module's page.
    Mark,
    /// A hyphen, which stands alone right after an ASCII digit.
    Hyphen,
    /// The first byte of a character that must be decoded to be classed.
    Wide,
}

/// A scheme's classes of characters.
pub(super) trait Classes {
    /// The class of each ASCII character and of each first byte of a longer one. Continuation
    /// bytes are `Word`.
    const BYTES: [Class; 256];
    /// Whether the reference puts a space on either side of the text first.
    const PADDED: bool;
    /// The class of a character whose first byte is `Wide`.
    fn wide(c: u32) -> Class;
}

/// The class of the character at `i`, and its length in bytes.
#[inline]
pub(super) fn class_at<C: Classes>(bytes: &[u8], i: usize) -> (Class, usize) {
    match C::BYTES[usize::from(bytes[i])] {
        Class::Wide => {
            let (c, width) = super::character::decode(bytes, i);
            (C::wide(c), width)
        }
        class => (class, 1),
    }
}

/// If the mark that ends at `end`, before a digit or the end of an unpadded text, belongs to a
/// token: where the mark begins, and whether it is the first of its run.
pub(super) fn joined_mark<C: Classes>(
    bytes: &[u8],
    from: usize,
    end: usize,
) -> Option<(usize, bool)> {
    let (mut at, mut begin, mut run) = (end, end, 0);
    // Open before the run; each mark of the run closes or opens.
    let mut open = loop {
        if at == from {
            break C::PADDED;
        }
        let before = start_of_character(bytes, at - 1);
        match class_at::<C>(bytes, before).0 {
            Class::Mark => run += 1,
            class => break class != Class::Digit,
        }
        if run == 1 {
            begin = before;
        }
        at = before;
    };
    open ^= run % 2 == 0;
    (!open).then_some((begin, run == 1))
}

/// Where the character with this byte begins.
fn start_of_character(bytes: &[u8], mut at: usize) -> usize {
    while bytes[at] & 0xc0 == 0x80 {
        at -= 1;
    }
    at
}

/// ASCII classes that all of the reference's schemes share: white space as Python's, everything
/// else `Word`. First bytes at which Python's white space beyond ASCII can begin are `Wide`.
pub(super) const fn white_space_bytes() -> [Class; 256] {
    let mut classes = [Class::Word; 256];
    let mut c = 0_u8;
    while c.is_ascii() {
        if super::character::is_white_space(c as char) {
            classes[c as usize] = Class::Space;
        }
        c += 1;
    }
    // U+0085 and U+00A0; U+1680; U+2000 to U+205F; U+3000.
    classes[0xc2] = Class::Wide;
    classes[0xe1] = Class::Wide;
    classes[0xe2] = Class::Wide;
    classes[0xe3] = Class::Wide;
    classes
}

/// The class by white space alone.
pub(super) fn space_or(c: u32, otherwise: Class) -> Class {
    if char::from_u32(c).is_some_and(super::character::is_white_space) {
        Class::Space
    } else {
        otherwise
    }
}
