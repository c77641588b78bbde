//! Regular expressions of one set of characters, once or repeated: `\s+`, `\p{N}{1,3}`, `[^\r\n]`.
//!
//! They need no engine. What the sets mean is as in Oniguruma with Unicode 16.0, on which Hugging Face's
//! `tokenizers` 0.23 stands; whatever else an expression says makes it another kind.

use std::ops::Range;
use std::str::Chars;

use crate::pretokenizer::{is_letter, is_number};

/// Runs of characters of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    items: Vec<Item>,
    is_negated: bool,
    /// How many characters a match has.
    least: usize,
    most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Range(char, char),
    White,
    Number,
    Letter,
}

impl Run {
    /// The run that an expression stands for, if it is one.
    pub(super) fn new(regex: &str) -> Option<Self> {
        let mut rest = regex.chars();
        let (mut items, mut is_negated) = (Vec::new(), false);
        match rest.next()? {
            '[' => {
                is_negated = rest.as_str().starts_with('^');
                if is_negated {
                    rest.next();
                }
                read_set(&mut rest, &mut items)?;
            }
            '\\' => items.push(escape(&mut rest)?),
            character if is_plain(character) => items.push(Item::Range(character, character)),
            _ => return None,
        }
        let (least, most) = quantifier(rest.as_str())?;
        Some(Self { items, is_negated, least, most })
    }

    fn contains(&self, character: char) -> bool {
        let is_in = |item: &Item| match *item {
            Item::Range(first, last) => (first..=last).contains(&character),
            Item::White => character.is_whitespace(),
            Item::Number => is_number(character),
            Item::Letter => is_letter(character),
        };
        self.items.iter().any(is_in) != self.is_negated
    }

    /// Calls `found` for each match, from left to right, each as long as can be.
    pub(super) fn for_each_match(&self, text: &str, mut found: impl FnMut(Range<usize>)) {
        let (mut start, mut count) = (0, 0);
        let characters = text.char_indices().map(|(place, character)| (place, Some(character)));
        for (place, character) in characters.chain([(text.len(), None)]) {
            let is_in = character.is_some_and(|character| self.contains(character));
            if (!is_in && count >= self.least) || count == self.most {
                found(start..place);
                count = 0;
            }
            if !is_in {
                count = 0;
                continue;
            }
            if count == 0 {
                start = place;
            }
            count += 1;
        }
    }
}

/// Whether a character stands for itself in an expression.
pub(super) fn is_plain(character: char) -> bool {
    !matches!(
        character,
        '\\' | '^' | '$' | '.' | '|' | '?' | '*' | '+' | '(' | ')' | '[' | ']' | '{' | '}'
    )
}

/// What is between brackets.
fn read_set(rest: &mut Chars<'_>, items: &mut Vec<Item>) -> Option<()> {
    loop {
        let item = match rest.next()? {
            ']' if !items.is_empty() => return Some(()),
            '\\' => escape(rest)?,
            // Sets of sets, and what may have a meaning between brackets.
            '[' | ']' | '^' | '&' | ':' => return None,
            '-' if !rest.as_str().starts_with(']') => return None,
            character => Item::Range(character, character),
        };
        let is_range = rest.as_str().starts_with('-') && !rest.as_str().starts_with("-]");
        items.push(match item {
            Item::Range(first, _) if is_range => {
                rest.next();
                let last = match rest.next()? {
                    '\\' => escape(rest)?,
                    '[' | ']' | '&' | '-' => return None,
                    character => Item::Range(character, character),
                };
                match last {
                    Item::Range(last, _) if first <= last => Item::Range(first, last),
                    _ => return None,
                }
            }
            _ if is_range => return None,
            item => item,
        });
    }
}

/// What a backslash and what follows stand for.
fn escape(rest: &mut Chars<'_>) -> Option<Item> {
    let character = match rest.next()? {
        's' => return Some(Item::White),
        'p' => {
            let (item, after) = if let Some(after) = rest.as_str().strip_prefix("{N}") {
                (Item::Number, after)
            } else {
                (Item::Letter, rest.as_str().strip_prefix("{L}")?)
            };
            *rest = after.chars();
            return Some(item);
        }
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        character if character.is_ascii_punctuation() => character,
        _ => return None,
    };
    Some(Item::Range(character, character))
}

fn quantifier(text: &str) -> Option<(usize, usize)> {
    match text {
        "" => Some((1, 1)),
        "+" => Some((1, usize::MAX)),
        _ => {
            let (least, most) = text.strip_prefix('{')?.strip_suffix('}')?.split_once(',')?;
            let number = |digits: &str| {
                let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                digits.parse().ok().filter(|&number| is_number && (1..=1000).contains(&number))
            };
            let most = if most.is_empty() { Some(usize::MAX) } else { number(most) };
            number(least).zip(most).filter(|(least, most)| least <= most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches<'t>(regex: &str, text: &'t str) -> Vec<&'t str> {
        let mut matches = Vec::new();
        let run = Run::new(regex).expect("a run");
        run.for_each_match(text, |range| matches.push(&text[range]));
        matches
    }

    #[test]
    fn runs_are_found() {
        assert_eq!(matches(r"\p{N}{1,3}", "12345 ½x7"), ["123", "45", "½", "7"]);
        assert_eq!(matches(r"\s+", " a \n\u{3000}b"), [" ", " \n\u{3000}"]);
        assert_eq!(matches(" {2,}", " a  b   c"), ["  ", "   "]);
        assert_eq!(matches(r"[^\r\n]+", "ab\r\ncd"), ["ab", "cd"]);
        assert_eq!(matches("[一-龥a-c-]", "x中b-"), ["中", "b", "-"]);
        assert_eq!(matches(r"\p{L}{2,3}", "abcdefg h"), ["abc", "def"]);
        assert_eq!(matches(r"[\]\-]", "a]b-"), ["]", "-"]);
    }

    #[test]
    fn what_is_more_is_not_taken() {
        for regex in [
            "",
            "ab",
            "a?",
            "a*",
            ".",
            "[a",
            "[]",
            "[[:alpha:]]",
            "[a&&b]",
            "[z-a]",
            r"\d",
            r"\w+",
            r"\p{Han}",
            "a{0,1}",
            "a{3}",
            "a{,3}",
            "a++",
            "a|b",
            "(a)",
            "^a",
            "a$",
            r"[a-\s]",
            "a{2,1}",
        ] {
            assert_eq!(Run::new(regex), None, "{regex}");
        }
    }
}
