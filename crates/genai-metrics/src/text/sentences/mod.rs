//! Where a text's sentences end.

mod punkt;
mod regex;
mod tables;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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
    /// Punkt with a model: with NLTK's English one what `nltk.sent_tokenize` does, and so what
    /// `rouge_score` does with `split_summaries=True`.
    Punkt(Arc<Punkt>),
}

impl SentenceSplit {
    /// The names of all ways that have one, in the order that lists show.
    pub const NAMES: &[&str] = &["newline", "regex", "punkt"];

    /// The way of that name; `punkt` takes the model.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`], and [`ErrorKind::NoModel`] where `punkt` has none.
    pub fn named(name: &str, model: Option<Arc<Punkt>>) -> Result<Self, Error> {
        match (name, model) {
            ("newline", _) => Ok(Self::Newline),
            ("regex", _) => Ok(Self::Regex),
            ("punkt", Some(model)) => Ok(Self::Punkt(model)),
            ("punkt", None) => Err(Error::new(ErrorKind::NoModel)),
            _ => Err(Error::new(ErrorKind::UnknownName {
                what: "sentence splitter",
                name: name.to_owned(),
                expected: Self::NAMES,
            })),
        }
    }

    /// Overwrites `sentences` with the places of the text's sentences, in order.
    pub fn split(&self, text: &str, sentences: &mut Vec<Range<usize>>) {
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
            Self::Punkt(model) => model.split(text, sentences),
        }
    }
}

/// As it stands in signatures: a model has its fingerprint beside it.
impl fmt::Display for SentenceSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Newline => f.write_str("newline"),
            Self::Regex => f.write_str("regex"),
            Self::Punkt(model) => write!(f, "punkt[{}]", model.fingerprint()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::is_white_space;

    /// The sentences' texts.
    pub(super) fn sentences<'t>(split: &SentenceSplit, text: &'t str) -> Vec<&'t str> {
        let mut places = Vec::from([7..9, 9..11]);
        split.split(text, &mut places);
        places.into_iter().map(|place| &text[place]).collect()
    }

    fn splitters() -> Vec<SentenceSplit> {
        let model = || Some(Arc::new(Punkt::default()));
        SentenceSplit::NAMES
            .iter()
            .map(|name| SentenceSplit::named(name, model()).unwrap())
            .collect()
    }

    #[test]
    fn names_and_splitters_are_in_step() {
        for (split, name) in splitters().iter().zip(SentenceSplit::NAMES) {
            assert!(split.to_string().starts_with(name), "{split}");
        }
        let error = SentenceSplit::named("punkt", None).unwrap_err();
        assert!(error.to_string().contains("punkt_tab"), "{error}");
        let message = SentenceSplit::named("whole", None).unwrap_err().to_string();
        assert!(message.contains("whole") && message.contains("regex"), "{message}");
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
            for split in splitters() {
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
