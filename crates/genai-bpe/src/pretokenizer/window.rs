//! The ASCII at the start of a text, 64 bytes at a time, as sets of places.
//!
//! A window opens where a piece starts, so nothing before it matters. What rules say of a place from its
//! neighbours, operations on sets say of all places at once. What no window can answer (a piece that is
//! longer, one that ends beyond ASCII, the end of the text) is left to the scanners that go
//! character by character.

use wide::u8x16;

/// Places in a window: bit `i` stands for byte `i`.
pub(super) type Places = u64;

/// Bytes of a window.
const WIDTH: usize = Places::BITS as usize;

/// Fewer bytes than this are not worth a window.
const FEWEST: usize = 8;

/// The places of bytes by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Window {
    pub letters: Places,
    /// Of the letters those that are small.
    pub small: Places,
    pub digits: Places,
    /// White space, newlines included.
    pub white: Places,
    /// U+0020.
    pub spaces: Places,
    /// CR and LF.
    pub newlines: Places,
    pub apostrophes: Places,
    pub slashes: Places,
    /// Control characters that are no white space.
    pub controls: Places,
    /// Whatever is not ASCII.
    pub wide: Places,
    /// How much of the window the text has, if it ends within it.
    end: Option<usize>,
}

impl Window {
    /// The window at `at`, and how many bytes of it are ASCII text; none if these are too few.
    #[inline]
    pub(super) fn at(text: &[u8], at: usize) -> Option<(Self, usize)> {
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let rest = text.get(at..)?;
        let first = u64::from_le_bytes(*rest.first_chunk()?);
        if first & HIGH != 0 || rest.len() < FEWEST {
            return None;
        }
        let mut window = Self::of(rest);
        let ascii = rest.len().min(window.wide.trailing_zeros() as usize).min(WIDTH);
        window.end = (ascii == rest.len() && ascii < WIDTH).then_some(ascii);
        Some((window, ascii))
    }

    /// The classes of the bytes of `text`, as many as there are.
    #[inline]
    fn of(text: &[u8]) -> Self {
        let mut padded = [0; WIDTH];
        let block = text.first_chunk().unwrap_or_else(|| {
            padded[..text.len()].copy_from_slice(text);
            &padded
        });
        let vectors = vectors(block);
        let letters = places(vectors, |bytes| is_between(bytes | u8x16::splat(0x20), b'a', b'z'));
        let spaces = places(vectors, |bytes| is(bytes, b' '));
        let white = spaces | places(vectors, |bytes| is_between(bytes, 9, 13));
        let controls = |bytes| is_between(bytes, 0, 31) | is(bytes, 127);
        Self {
            letters,
            small: places(vectors, |bytes| is_between(bytes, b'a', b'z')),
            digits: places(vectors, |bytes| is_between(bytes, b'0', b'9')),
            white,
            spaces,
            newlines: places(vectors, |bytes| is(bytes, b'\n') | is(bytes, b'\r')),
            apostrophes: places(vectors, |bytes| is(bytes, b'\'')),
            slashes: places(vectors, |bytes| is(bytes, b'/')),
            controls: places(vectors, controls) & !white,
            wide: places(vectors, |bytes| bytes),
            end: None,
        }
    }

    /// Where pieces start that are not words, in the patterns that came of cl100k, and where a word has
    /// a character before its letters. With `ends_at_digits` white space sees the end of the text where
    /// digits follow.
    #[inline]
    pub(super) fn parts(&self, len: usize, numbers: usize, ends_at_digits: bool) -> Parts {
        let Self { letters, digits, white, spaces, newlines, .. } = *self;
        let others = !(letters | digits | white);
        let other_starts = others & !(others << 1) & !(spaces << 1);
        // Newlines after punctuation belong to it: a run that is added to carries to its end.
        let taken = newlines & !newlines.wrapping_add(newlines & others << 1);
        let blanks = white & !newlines;
        let free = white & !taken;
        let last_blanks = blanks & !(white >> 1);
        let after_newlines = blanks & newlines << 1;
        // Blanks between newlines are rare, and left alone.
        let between = blanks.wrapping_add(after_newlines) & !blanks & newlines;
        let len = len.min(between.trailing_zeros() as usize);
        let prefixes = last_blanks & letters >> 1 | other_starts & letters >> 1;
        let apart = if ends_at_digits { last_blanks & !(digits >> 1) } else { last_blanks };
        let starts =
            other_starts | free & !(free << 1) | apart | after_newlines | chunks(digits, numbers);
        Parts { starts, prefixes, len }
    }

    /// The places of `ends` that are certain of those up to `len`, where the window stops to be known.
    ///
    /// Rules look at most two places ahead, except within white space, which is known only once its
    /// end is. Where the text ends they have nothing to look at.
    #[inline]
    pub(super) fn certain(&self, ends: Places, len: usize) -> Places {
        if self.end == Some(len) && only(len - 1) & self.white == 0 {
            return ends & (only(len) - 1) & !1 | only(len);
        }
        let Some(ahead) = len.checked_sub(2).filter(|&ahead| ahead > 0) else { return 0 };
        let white = (self.white << (WIDTH - len)).leading_ones() as usize;
        let until = ahead.min(len - white + 1);
        ends & (Places::MAX >> (WIDTH - until)) & !1
    }
}

#[inline]
fn vectors(block: &[u8; WIDTH]) -> [u8x16; 4] {
    let sixteen = |place: usize| u8x16::new(block.as_chunks().0[place]);
    [sixteen(0), sixteen(1), sixteen(2), sixteen(3)]
}

/// The places of bytes whose highest bit is set in what `test` makes of them.
#[inline]
fn places(vectors: [u8x16; 4], test: impl Fn(u8x16) -> u8x16) -> Places {
    let [first, second, third, fourth] = vectors;
    let sixteen = |bytes| Places::from(test(bytes).to_bitmask());
    sixteen(first) | sixteen(second) << 16 | sixteen(third) << 32 | sixteen(fourth) << 48
}

#[inline]
fn is(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

#[inline]
fn is_between(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    (bytes - u8x16::splat(first)).simd_le(u8x16::splat(last - first))
}

/// Where runs of `digits` start when each has at most `most`.
#[inline]
fn chunks(digits: Places, most: usize) -> Places {
    let mut starts = digits & !(digits << 1);
    match most {
        1 => return digits,
        2 | 3 => {
            let mut next = starts;
            while next != 0 {
                next = next << most & digits & digits << 1;
                if most == 3 {
                    next &= digits << 2;
                }
                starts |= next;
            }
        }
        _ => {}
    }
    starts
}

/// What [`Window::parts`] finds.
pub(super) struct Parts {
    pub starts: Places,
    /// Characters that go with the letter behind them.
    pub prefixes: Places,
    /// How much of the window is known.
    pub len: usize,
}

/// The set of one place; empty if that is beyond the window.
#[inline]
pub(super) fn only(place: usize) -> Places {
    if place < WIDTH { 1 << place } else { 0 }
}

/// The places of a set, in order.
#[inline]
pub(super) fn each(mut set: Places) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=255u8 {
            for other in [b'a', b'Z', b'0', b' ', b'\n', b'/', b'\'', b'.', 0, 0x7f, 0x80, 0xff] {
                for place in 0..WIDTH {
                    let mut block = [other; WIDTH];
                    block[place] = byte;
                    let places = |is: fn(&u8) -> bool| {
                        (0..WIDTH).filter(|&i| is(&block[i])).fold(0, |set, i| set | 1 << i)
                    };
                    let expected = Window {
                        letters: places(u8::is_ascii_alphabetic),
                        small: places(u8::is_ascii_lowercase),
                        digits: places(u8::is_ascii_digit),
                        white: places(|byte| matches!(byte, 9..=13 | b' ')),
                        spaces: places(|&byte| byte == b' '),
                        newlines: places(|byte| matches!(byte, b'\r' | b'\n')),
                        apostrophes: places(|&byte| byte == b'\''),
                        slashes: places(|&byte| byte == b'/'),
                        controls: places(|byte| byte.is_ascii_control() && !matches!(byte, 9..=13)),
                        wide: places(|byte| !byte.is_ascii()),
                        end: None,
                    };
                    assert_eq!(Window::of(&block), expected);
                }
            }
        }
    }
}
