//! `zh`: each Chinese character is a token, the rest is cut as by `13a`, without its padding and
//! its entities.

use super::machine::{Class, Classes, space_or};
use super::v13a::western_bytes;

pub(super) struct Zh;

/// The ranges that sacreBLEU takes for Chinese, sorted.
///
/// Its source means to list Extension B as U+20000 to U+2A6D6, but writes `'\u20000'`, which is
/// U+2000 followed by a zero; compared as strings, that range holds every character from U+2001
/// to U+2A6D. So dashes, ellipses, quotation marks, arrows and mathematical signs are split, and
/// Extension B is not. The same slip in the range of the compatibility supplement adds nothing
/// that a text can hold: U+2F801 to U+2FA1 in truth reads U+2F81 to U+2FA1, which Kangxi radicals
/// cover.
const RANGES: [(u32, u32); 13] = [
    (0x2001, 0x2a6d),
    (0x2e80, 0x2fdf),
    (0x2ff0, 0x303f),
    (0x3100, 0x312f),
    (0x31a0, 0x31ef),
    (0x3200, 0x4db5),
    (0x4e00, 0x9fbb),
    (0xf900, 0xfa2d),
    (0xfa30, 0xfa6a),
    (0xfa70, 0xfad9),
    (0xfe10, 0xfe1f),
    (0xfe30, 0xfe4f),
    (0xff00, 0xffef),
];

impl Classes for Zh {
    const BYTES: [Class; 256] = {
        let mut classes = western_bytes();
        let mut first = 0xe2;
        while first <= 0xef {
            classes[first] = Class::Wide;
            first += 1;
        }
        classes
    };
    const PADDED: bool = false;

    fn wide(c: u32) -> Class {
        let class = match c {
            0x4e00..=0x9fbb => Class::Alone,
            _ if super::character::within(&RANGES, c) => Class::Alone,
            _ => Class::Word,
        };
        space_or(c, class)
    }
}
