//! The one pass that stands for the reference's successive regular expressions.
//!
//! `13a`, `zh` and `intl` all split *marks* (full stop and comma, or any punctuation) unless they
//! stand between digits, and they do so by two substitutions, one after the other, each of which
//! consumes the pair of characters that it matched:
//!
//! 1. `(not a digit)(mark)` becomes `\1 \2 `
//! 2. `(mark)(not a digit)` becomes ` \1 \2`
//!
//! Since matches do not overlap, a run of marks is eaten in pairs, and what happens to its last
//! mark depends on the parity of the run and on the character before it. In one pass that comes
//! down to one bit, *open*: the character before exists, is no digit, and was not itself consumed
//! as the mark of a pair. For a mark
//!
//! - after an open character, the first substitution matches: it stands alone and closes;
//! - else, before another mark, it is the first half of a pair: it stands alone and opens;
//! - else, before anything but a digit, the second substitution matches: it stands alone;
//! - else nothing matches, and it belongs to whatever token is under way or begins one.
//!
//! The second substitution never meets two adjacent marks, because the first one has put a space
//! between any two of them.

/// A token's first byte and the byte after its last.
pub(super) type Span = (u32, u32);

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

/// Cuts `bytes[from..len]`, valid UTF-8 followed by at least one space as a sentinel.
pub(super) fn split<C: Classes>(bytes: &[u8], from: usize, len: usize, spans: &mut Vec<Span>) {
    const NO_TOKEN: usize = usize::MAX;
    let bytes = &bytes[..=len];
    let (mut i, mut start, mut open) = (from, NO_TOKEN, C::PADDED);
    while i < len {
        let (class, width) = class_at::<C>(bytes, i);
        let alone = match class {
            Class::Word | Class::Digit => {
                start = start.min(i);
                let mut last = class;
                i += width;
                loop {
                    // The sentinel ends this loop at the end of the text.
                    let next = C::BYTES[usize::from(bytes[i])];
                    if next > Class::Digit {
                        break;
                    }
                    last = next;
                    i += 1;
                }
                open = last != Class::Digit;
                continue;
            }
            Class::Space => {
                if start != NO_TOKEN {
                    spans.push(span(start, i));
                    start = NO_TOKEN;
                }
                open = true;
                i += width;
                continue;
            }
            Class::Alone => {
                open = true;
                true
            }
            Class::Hyphen => {
                open = true;
                i > from && bytes[i - 1].is_ascii_digit()
            }
            Class::Mark if open => {
                open = false;
                true
            }
            Class::Mark => {
                open = true;
                match follower::<C>(bytes, i + width, len) {
                    Some(Class::Digit) => false,
                    Some(_) => true,
                    None => C::PADDED,
                }
            }
            Class::Wide => unreachable!("class_at decodes wide characters"),
        };
        if alone {
            if start != NO_TOKEN {
                spans.push(span(start, i));
                start = NO_TOKEN;
            }
            spans.push(span(i, i + width));
        } else {
            start = start.min(i);
        }
        i += width;
    }
    if start != NO_TOKEN {
        spans.push(span(start, len));
    }
}

#[inline]
fn class_at<C: Classes>(bytes: &[u8], i: usize) -> (Class, usize) {
    match C::BYTES[usize::from(bytes[i])] {
        Class::Wide => {
            let (c, width) = super::character::decode(bytes, i);
            (C::wide(c), width)
        }
        class => (class, 1),
    }
}

/// The class of the character at `i`, if the text goes on.
fn follower<C: Classes>(bytes: &[u8], i: usize, len: usize) -> Option<Class> {
    (i < len).then(|| class_at::<C>(bytes, i).0)
}

#[expect(clippy::cast_possible_truncation, reason = "Tokens::cut refuses longer texts")]
fn span(start: usize, end: usize) -> Span {
    (start as u32, end as u32)
}

/// ASCII classes that all of the reference's schemes share: white space as Python's, everything
/// else `Word`. First bytes at which Python's white space beyond ASCII can begin are `Wide`.
pub(super) const fn white_space_bytes() -> [Class; 256] {
    let mut classes = [Class::Word; 256];
    let mut c = 0;
    while c < 128 {
        if super::character::is_white_space(c as u8 as char) {
            classes[c] = Class::Space;
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
