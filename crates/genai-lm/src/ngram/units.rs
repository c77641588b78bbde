//! What an n-gram is made of: words, characters, or what a tokenizer gives.

use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::Range;

use super::words::separates_in_queries;

/// A way to cut texts into the units of n-grams.
///
/// ```
/// use std::ops::Range;
/// use genai_lm::ngram::Units;
///
/// /// Halves of words.
/// #[derive(Debug)]
/// struct Pairs;
///
/// impl Units for Pairs {
///     fn name(&self) -> String {
///         "pairs".to_owned()
///     }
///     fn cut(&self, text: &str, each: &mut dyn FnMut(&str, Range<usize>)) {
///         for (index, _) in text.char_indices().step_by(2) {
///             let end = text[index..].char_indices().nth(2).map_or(text.len(), |(n, _)| index + n);
///             each(&text[index..end], index..end);
///         }
///     }
/// }
///
/// let mut units = Vec::new();
/// Pairs.cut("abcde", &mut |unit, _| units.push(unit.to_owned()));
/// assert_eq!(units, ["ab", "cd", "e"]);
/// ```
pub trait Units: Debug + Send + Sync {
    /// What they are called in signatures.
    fn name(&self) -> String;

    /// Hands over each unit of a text in order, as the model has it, and where it is in the text.
    fn cut(&self, text: &str, each: &mut dyn FnMut(&str, Range<usize>));
}

/// What ASCII white space separates, as for `KenLM`.
///
/// ```
/// use genai_lm::ngram::{Units, Words};
/// let mut places = Vec::new();
/// Words.cut("to  be", &mut |word, place| places.push((word.to_owned(), place)));
/// assert_eq!(places, [("to".to_owned(), 0..2), ("be".to_owned(), 4..6)]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Words;

impl Units for Words {
    fn name(&self) -> String {
        "word".to_owned()
    }

    fn cut(&self, text: &str, each: &mut dyn FnMut(&str, Range<usize>)) {
        let mut start = 0;
        let separates = |c: char| u8::try_from(c).is_ok_and(separates_in_queries);
        for part in text.split(separates) {
            if !part.is_empty() {
                each(part, start..start + part.len());
            }
            start += part.len() + 1;
        }
    }
}

/// Characters: Unicode's scalar values. Those that separate words in an ARPA file get the names of
/// [`unit_name`].
///
/// ```
/// use genai_lm::ngram::{Characters, Units};
/// let mut units = String::new();
/// Characters.cut("a b", &mut |unit, _| units += unit);
/// assert_eq!(units, "a▁b");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Characters;

impl Units for Characters {
    fn name(&self) -> String {
        "char".to_owned()
    }

    fn cut(&self, text: &str, each: &mut dyn FnMut(&str, Range<usize>)) {
        for (start, character) in text.char_indices() {
            let place = start..start + character.len_utf8();
            each(&unit_name(&text[place.clone()]), place);
        }
    }
}

/// A unit without the characters that separate words in training texts and ARPA files: `▁` stands for a
/// space, `␉` for a tab, `␊` for LF, `␍` for CR and `␀` for NUL. Those who have both in a text
/// cannot tell them apart any more.
///
/// ```
/// use genai_lm::ngram::unit_name;
/// assert_eq!(unit_name(" the"), "▁the");
/// ```
pub fn unit_name(unit: &str) -> Cow<'_, str> {
    let stands_for = |c| match c {
        ' ' => '▁',
        '\t' => '␉',
        '\n' => '␊',
        '\r' => '␍',
        '\0' => '␀',
        other => other,
    };
    if unit.chars().all(|c| stands_for(c) == c) {
        return unit.into();
    }
    unit.chars().map(stands_for).collect::<String>().into()
}
