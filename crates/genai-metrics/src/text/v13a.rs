//! `13a`: the tokenisation of WMT's mteval-v13a, sacreBLEU's default.

use memchr::{memchr, memchr3, memmem};

use super::machine::{Class, Classes, space_or, white_space_bytes};

pub(super) struct V13a;

/// ASCII as `13a` and `zh` class it: full stop and comma are marks, a hyphen stands alone after a
/// digit, an apostrophe never; all other punctuation and symbols stand alone.
pub(super) const fn western_bytes() -> [Class; 256] {
    let mut classes = white_space_bytes();
    let mut c = 0_u8;
    while c.is_ascii() {
        let class = &mut classes[c as usize];
        match c {
            b'0'..=b'9' => *class = Class::Digit,
            b'.' | b',' => *class = Class::Mark,
            b'-' => *class = Class::Hyphen,
            b'!'..=b'&' | b'('..=b'+' | b'/' | b':'..=b'@' | b'['..=b'`' | b'{'..=b'~' => {
                *class = Class::Alone;
            }
            _ => {}
        }
        c += 1;
    }
    classes
}

impl Classes for V13a {
    const BYTES: [Class; 256] = western_bytes();
    const PADDED: bool = true;

    fn wide(c: u32) -> Class {
        space_or(c, Class::Word)
    }
}

/// What the reference rewrites before it cuts: `<skipped>` goes, a hyphen at a line's end joins,
/// other line ends become spaces, and four entities are decoded, one after the other, so that
/// `&amp;lt;` becomes `<`.
pub(super) fn rewrite(text: &mut String, spare: &mut String) {
    if memchr3(b'<', b'&', b'\n', text.as_bytes()).is_none() {
        return;
    }
    for (pattern, replacement) in [("<skipped>", ""), ("-\n", ""), ("\n", " ")] {
        replace(text, pattern, replacement, spare);
    }
    if memchr(b'&', text.as_bytes()).is_some() {
        for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")]
        {
            replace(text, entity, character, spare);
        }
    }
}

/// Replaces every `pattern` of the text; `spare` is working memory.
pub(super) fn replace(text: &mut String, pattern: &str, replacement: &str, spare: &mut String) {
    let finder = memmem::Finder::new(pattern);
    let mut matches = finder.find_iter(text.as_bytes()).peekable();
    if matches.peek().is_none() {
        return;
    }
    spare.clear();
    let mut copied = 0;
    for at in matches {
        spare.push_str(&text[copied..at]);
        spare.push_str(replacement);
        copied = at + pattern.len();
    }
    spare.push_str(&text[copied..]);
    std::mem::swap(text, spare);
}
