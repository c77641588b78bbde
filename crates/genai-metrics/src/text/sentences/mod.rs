//! Where a text's sentences end.

mod punkt;
mod regex;
mod tables;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

pub use punkt::Punkt;

use crate::error::{Error, ErrorKind};

/// How a text falls into sentences, for metrics to which they matter.
///
/// ```
/// use genai_metrics::text::SentenceSplit;
/// let mut sentences = Vec::new();
/// SentenceSplit::Newline.split("One. Two.\n\nThree.", &mut sentences);
/// assert_eq!(sentences, [0..9, 11..17]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SentenceSplit {
    /// The whole text is one.
    #[default]
    Whole,
    /// Each line is one; empty lines are none.
    Newline,
    /// By a rule of ours that needs no model, for any script.
    ///
    /// A sentence ends with its line, and only `\n` ends a line. Within a line it ends after a
    /// run of the marks `. ! ? … ؟ ۔ । ॥ 。 ！ ？ ｡` before white space, and, if `。 ！ ？ ｡` are among
    /// them, before anything. What closes quotations and brackets in the run or after it belongs
    /// to the run: `" ' ) ] } ’ ” » › 」 』 ） ］ ｝ 】 》 〉 〕 〗 ｣`, and before white space also
    /// `‘ “ « ‹`, which open in other languages. White space, which is Python's, is no part of a
    /// sentence at its ends; a sentence of nothing else is none.
    ///
    /// Nothing else is looked at: abbreviations and initials end sentences too.
    ///
    /// ```
    /// use genai_metrics::text::SentenceSplit;
    /// let mut sentences = Vec::new();
    /// let text = "\"Stop.\" Dr. No has 3.5... 好。行";
    /// SentenceSplit::Regex.split(text, &mut sentences);
    /// let texts: Vec<&str> = sentences.iter().map(|place| &text[place.clone()]).collect();
    /// assert_eq!(texts, ["\"Stop.\"", "Dr.", "No has 3.5...", "好。", "行"]);
    /// ```
    Regex,
    /// Punkt with the model that was [installed](Punkt::install): with NLTK's English one what
    /// `nltk.sent_tokenize` does, and so what `rouge_score` does with `split_summaries=True`.
    ///
    /// The name is refused while there is no model. Where the splitter is used all the same, it
    /// knows no abbreviation, as NLTK's `PunktSentenceTokenizer()` without training.
    Punkt,
}

impl SentenceSplit {
    /// Every way that has a name, in the order that lists show.
    pub const ALL: &[Self] = &[Self::Newline, Self::Regex, Self::Punkt];

    /// The names, in the same order.
    pub const NAMES: &[&str] = &["newline", "regex", "punkt"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Newline => "newline",
            Self::Regex => "regex",
            Self::Punkt => "punkt",
        }
    }

    /// Overwrites `sentences` with the places of the text's sentences, in order.
    pub fn split(self, text: &str, sentences: &mut Vec<Range<usize>>) {
        sentences.clear();
        match self {
            Self::Whole => sentences.push(0..text.len()),
            Self::Newline => {
                let mut start = 0;
                for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
                    if start < end {
                        sentences.push(start..end);
                    }
                    start = end + 1;
                }
            }
            Self::Regex => regex::split(text, sentences),
            Self::Punkt => match Punkt::installed() {
                Some(model) => model.split(text, sentences),
                None => Punkt::default().split(text, sentences),
            },
        }
    }
}

impl fmt::Display for SentenceSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SentenceSplit {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().copied().find(|split| split.name() == name);
        match found {
            // Without its model it would give numbers that nobody means.
            Some(Self::Punkt) if Punkt::installed().is_none() => {
                Err(Error::new(ErrorKind::NoModel { name: Self::Punkt.name() }))
            }
            Some(split) => Ok(split),
            None => Err(Error::new(ErrorKind::UnknownName {
                what: "sentence splitter",
                name: name.to_owned(),
                expected: Self::NAMES,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::is_white_space;

    /// The sentences' texts.
    pub(super) fn sentences(split: SentenceSplit, text: &str) -> Vec<&str> {
        let mut places = Vec::from([7..9, 9..11]);
        split.split(text, &mut places);
        places.into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn names_and_splitters_are_in_step() {
        let error = "punkt".parse::<SentenceSplit>().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoModel { name: "punkt" }), "{error}");
        assert!(error.to_string().contains("punkt_tab"), "{error}");
        assert!(Punkt::default().install());
        assert_eq!(SentenceSplit::ALL.len(), SentenceSplit::NAMES.len());
        for (split, name) in SentenceSplit::ALL.iter().zip(SentenceSplit::NAMES) {
            assert_eq!(split.name(), *name);
            assert_eq!(name.parse::<SentenceSplit>().unwrap(), *split);
        }
        let message = "whole".parse::<SentenceSplit>().unwrap_err().to_string();
        assert!(message.contains("whole") && message.contains("regex"), "{message}");
    }

    #[test]
    fn without_a_model_punkt_knows_no_abbreviation() {
        assert_eq!(sentences(SentenceSplit::Punkt, "Dr. No. Yes"), ["Dr.", "No.", "Yes"]);
    }

    proptest! {
        /// On ugly texts: in order, disjoint, at characters, not empty, and nothing is lost.
        #[test]
        fn sentences_hold_all_that_is_not_white_space(
            text in prop_oneof![
                ".*",
                "(([.!?…。！？\"'’”»)\\]\\[,-]|--|[aAbB1] ?|[ \n\t\r\u{a0}\u{1c}\u{3000}]|好){0,5}\\PC?){0,20}",
            ],
        ) {
            for split in SentenceSplit::ALL {
                let mut places = Vec::new();
                split.split(&text, &mut places);
                let mut end = 0;
                let mut outside = String::new();
                for place in places {
                    prop_assert!(end <= place.start && place.start < place.end);
                    outside.push_str(&text[end..place.start]);
                    end = place.end;
                    prop_assert!(!text[place].is_empty());
                }
                outside.push_str(&text[end..]);
                prop_assert!(outside.chars().all(is_white_space), "{split}: {outside:?}");
            }
        }
    }
}
