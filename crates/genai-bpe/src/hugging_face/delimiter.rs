//! What is looked for in a text: to cut there, or to replace it.

use std::ops::{ControlFlow, Range};

use super::character_set::{Run, is_plain};
use super::characters::{is_punctuation, is_word};
use super::part::{Part, Wanted};
use crate::Error;
use crate::pretokenizer::Pattern;

/// What text is cut at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    Literal(String),
    /// All of the text: its pieces one after another.
    Pattern(Pattern),
    Run(Run),
    Character(char),
    Whitespace,
    Digit,
    Punctuation,
    /// Runs of characters of words, and of what is neither these nor white space.
    Words,
}

impl Delimiter {
    /// What the `pattern` of a part stands for.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with a regular expression that is not implemented; [`Error::Malformed`].
    pub(super) fn of_pattern(part: &Part<'_>) -> Result<Self, Error> {
        match part.pattern()? {
            Wanted::Literal(text) => Ok(Self::Literal(text.to_owned())),
            Wanted::Regex(regex) => Self::of_regex(regex).ok_or_else(|| {
                part.unsupported(&format!("{} by the regex {regex:?}", part.kind()))
            }),
        }
    }

    fn of_regex(regex: &str) -> Option<Self> {
        if let Some(pattern) = Pattern::from_regex(regex) {
            return Some(Self::Pattern(pattern));
        }
        if !regex.is_empty() && regex.chars().all(is_plain) {
            return Some(Self::Literal(regex.to_owned()));
        }
        Run::new(regex).map(Self::Run)
    }

    /// Calls `stretch` for each delimiter and for each stretch between two, in order.
    pub(super) fn for_each_stretch(&self, text: &str, mut stretch: impl FnMut(Range<usize>, bool)) {
        let mut done = 0;
        let mut delimiter = |range: Range<usize>| {
            if done < range.start {
                stretch(done..range.start, false);
            }
            done = range.end;
            stretch(range, true);
        };
        match self {
            Self::Pattern(pattern) => {
                let _all = pattern.for_each_piece(text, |start, end| {
                    delimiter(start..end);
                    ControlFlow::Continue(())
                });
            }
            Self::Literal(literal) => {
                for start in memchr::memmem::find_iter(text.as_bytes(), literal) {
                    delimiter(start..start + literal.len());
                }
            }
            Self::Run(run) => run.for_each_match(text, delimiter),
            Self::Words => for_each_word(text, delimiter),
            Self::Character(_) | Self::Whitespace | Self::Digit | Self::Punctuation => {
                for (start, character) in text.char_indices() {
                    if self.is(character) {
                        delimiter(start..start + character.len_utf8());
                    }
                }
            }
        }
        if done < text.len() {
            stretch(done..text.len(), false);
        }
    }

    fn is(&self, character: char) -> bool {
        match self {
            Self::Character(wanted) => character == *wanted,
            Self::Whitespace => character.is_whitespace(),
            Self::Digit => character.is_numeric(),
            Self::Punctuation => is_punctuation(character),
            Self::Words | Self::Literal(_) | Self::Pattern(_) | Self::Run(_) => false,
        }
    }
}

/// The matches of `\w+|[^\w\s]+`.
fn for_each_word(text: &str, mut word: impl FnMut(Range<usize>)) {
    let mut start = 0;
    let mut current = None;
    let characters = text.char_indices().map(|(place, character)| (place, Some(character)));
    for (place, character) in characters.chain([(text.len(), None)]) {
        let class = character.filter(|c| !c.is_whitespace()).map(is_word);
        if class != current {
            if current.is_some() {
                word(start..place);
            }
            start = place;
            current = class;
        }
    }
}
