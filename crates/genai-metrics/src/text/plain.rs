//! The schemes without marks: `none`, words between white space, and `char`, single code points.

use super::machine::{Class, Classes, space_or, white_space_bytes};

/// `none`: Python's `str.split()`.
pub(super) struct Words;

impl Classes for Words {
    const BYTES: [Class; 256] = white_space_bytes();
    const PADDED: bool = false;

    fn wide(c: u32) -> Class {
        space_or(c, Class::Word)
    }
}

/// `char`: code points, not graphemes, not bytes; white space is none.
pub(super) struct Characters;

impl Classes for Characters {
    const BYTES: [Class; 256] = {
        let mut classes = white_space_bytes();
        let mut byte = 0;
        while byte < 256 {
            if byte >= 0xc0 {
                classes[byte] = Class::Wide;
            } else if byte < 128 && !matches!(classes[byte], Class::Space) {
                classes[byte] = Class::Alone;
            }
            byte += 1;
        }
        classes
    };
    const PADDED: bool = false;

    fn wide(c: u32) -> Class {
        space_or(c, Class::Alone)
    }
}
