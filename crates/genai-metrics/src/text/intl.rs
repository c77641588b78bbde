//! `intl`: mteval-v14's international tokenisation, by Unicode categories.

use super::character::{Category, category};
use super::machine::{Class, Classes, space_or, white_space_bytes};

/// Punctuation is split unless it stands between numbers, symbols always; no padding, no entities.
pub(super) struct Intl;

const fn class(c: u32) -> Class {
    match category(c) {
        Category::Punctuation => Class::Mark,
        Category::Symbol => Class::Alone,
        Category::Number => Class::Digit,
        Category::Other => Class::Word,
    }
}

impl Classes for Intl {
    const BYTES: [Class; 256] = {
        let mut classes = white_space_bytes();
        let mut byte = 0;
        while byte < 256 {
            if byte >= 0xc0 {
                classes[byte] = Class::Wide;
            } else if byte < 128 && !matches!(classes[byte], Class::Space) {
                #[expect(clippy::cast_possible_truncation, reason = "a byte")]
                let code = byte as u32;
                classes[byte] = class(code);
            }
            byte += 1;
        }
        classes
    };
    const PADDED: bool = false;

    fn wide(c: u32) -> Class {
        match class(c) {
            Class::Word => space_or(c, Class::Word),
            class => class,
        }
    }
}
