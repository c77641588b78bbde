//! Stemmers: words to their stems.

mod cache;
mod nltk;
mod porter;
mod rouge155;

use std::fmt;
use std::str::FromStr;

pub(super) use cache::StemCache;
use porter::Letter;

use super::lowercase;
use crate::error::{Error, ErrorKind};

/// What words are reduced to after a text was cut. Only words of more than three characters are
/// stemmed, as both ROUGE tools have it.
///
/// Both stemmers take every character but `aeiou` and, after a consonant, `y` for a consonant:
/// digits too, and the letters of all other scripts, of which ROUGE-1.5.5 itself sees none.
///
/// ```
/// use genai_metrics::text::Stemmer;
/// let stemmer: Stemmer = "nltk".parse()?;
/// assert_eq!(stemmer.stem("agreement"), "agreement");
/// assert_eq!(Stemmer::Rouge155.stem("agreement"), "agreem");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stemmer {
    /// Words stay as they are.
    #[default]
    None,
    /// NLTK 3.10.4's `PorterStemmer` in its default mode.
    Nltk,
    /// The Porter stemmer of ROUGE-1.5.5, without its table of exceptions.
    Rouge155,
}

impl Stemmer {
    /// Every stemmer, in the order that lists show.
    pub const ALL: &[Self] = &[Self::None, Self::Nltk, Self::Rouge155];

    /// The stemmers' names, in the same order.
    pub const NAMES: &[&str] = &["none", "nltk", "rouge155"];

    /// The name on the command line and in signatures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Nltk => "nltk",
            Self::Rouge155 => "rouge155",
        }
    }

    /// The stem of a word, lower-cased first; of a word of up to three characters, that word.
    ///
    /// ```
    /// use genai_metrics::text::Stemmer;
    /// assert_eq!(Stemmer::Nltk.stem("Skies"), "sky");
    /// assert_eq!(Stemmer::Nltk.stem("Was"), "was");
    /// assert_eq!(Stemmer::None.stem("Was"), "Was");
    /// ```
    pub fn stem(self, word: &str) -> String {
        if self == Self::None {
            return word.to_owned();
        }
        let mut lower = String::new();
        lowercase(word, &mut lower);
        if is_long(&lower) { self.reduce_word(&lower) } else { lower }
    }

    /// What the algorithm itself makes of a word of any length, lower-cased first: NLTK leaves
    /// words of two characters alone, not of three.
    ///
    /// ```
    /// use genai_metrics::text::Stemmer;
    /// assert_eq!(Stemmer::Nltk.stem_any_length("was"), "wa");
    /// assert_eq!(Stemmer::Nltk.stem_any_length("is"), "is");
    /// ```
    pub fn stem_any_length(self, word: &str) -> String {
        if self == Self::None {
            return word.to_owned();
        }
        let mut lower = String::new();
        lowercase(word, &mut lower);
        // As NLTK counts: before lower-casing, which makes two characters of one in one case.
        if word.chars().nth(2).is_some() { self.reduce_word(&lower) } else { lower }
    }

    /// The stem of a lower-case word of three or more characters.
    fn reduce_word(self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let length = self.reduce(&mut letters);
        letters[..length].iter().collect()
    }

    /// Stems a lower-case word of three or more letters in its place; returns the number of
    /// letters left.
    fn reduce<L: Letter>(self, letters: &mut [L]) -> usize {
        match self {
            Self::None => letters.len(),
            Self::Nltk => nltk::stem(letters),
            Self::Rouge155 => rouge155::stem(letters),
        }
    }
}

/// Whether a word is long enough for the ROUGE tools to stem it.
fn is_long(word: &str) -> bool {
    word.chars().nth(3).is_some()
}

impl fmt::Display for Stemmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Stemmer {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|stemmer| stemmer.name() == name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownName {
                what: "stemmer",
                name: name.to_owned(),
                expected: Self::NAMES,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nltk_departs_from_porter() {
        for (word, stem) in [
            // Irregular words.
            ("skies", "sky"),
            ("dying", "die"),
            ("news", "news"),
            ("outings", "outing"),
            ("succeed", "succeed"),
            // Four letters.
            ("dies", "die"),
            ("flies", "fli"),
            ("died", "die"),
            ("spied", "spi"),
            // Final y.
            ("enjoy", "enjoy"),
            ("they", "they"),
            ("happy", "happi"),
            // Two letters count as short.
            ("using", "use"),
            ("used", "use"),
            // Step 2.
            ("conditionally", "condit"),
            ("nationally", "nation"),
            ("hopefully", "hope"),
            ("geology", "geolog"),
            ("possibly", "possibl"),
            // A list that ends at the first ending.
            ("agreement", "agreement"),
            ("replacement", "replac"),
            ("2020s", "2020"),
            // Runs of y, doubled or not.
            ("byyed", "by"),
            ("syzygy", "syzygi"),
            ("yyyyyying", "yyyyyi"),
            // Other scripts, and NLTK's rule that is taken for an ending.
            ("naïvely", "naïv"),
            ("ééded", "ééded"),
            ("aéééing", "aéé"),
            ("a*ded", "ad"),
        ] {
            assert_eq!(Stemmer::Nltk.stem(word), stem, "{word}");
        }
    }

    #[test]
    fn rouge155_departs_from_porter() {
        for (word, stem) in [
            ("agreement", "agreem"),
            ("replacement", "replac"),
            ("skies", "ski"),
            ("dies", "di"),
            ("died", "di"),
            ("news", "new"),
            ("enjoy", "enjoi"),
            ("they", "thei"),
            ("using", "us"),
            ("geology", "geologi"),
            ("technology", "technolog"),
            ("possibly", "possibl"),
            ("adoption", "adopt"),
        ] {
            assert_eq!(Stemmer::Rouge155.stem(word), stem, "{word}");
        }
    }

    #[test]
    fn names_and_stemmers_are_in_step() {
        for (stemmer, name) in Stemmer::ALL.iter().zip(Stemmer::NAMES) {
            assert_eq!(stemmer.name(), *name);
            assert_eq!(name.parse::<Stemmer>().unwrap(), *stemmer);
        }
        assert_eq!(Stemmer::ALL.len(), Stemmer::NAMES.len());
    }

    const ENDINGS: &str = "s ies sses ied eed ed ing y e ll *d at bl iz tt yy fulli logi logy ally ably \
        ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness \
        fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic \
        able ible ant ement ment ent sion tion ou ism ate iti ous ive ize";

    /// Words with what the rules look for.
    pub(in crate::text) fn words() -> impl Strategy<Value = String> {
        let ends: Vec<&str> = ENDINGS.split_whitespace().collect();
        let ends = prop::sample::select(ends);
        let beginning = "[a-z]{0,6}|[aeiouybtls]{0,6}|[a-z0-9é中]{0,4}|\\PC{0,3}";
        (beginning, prop::collection::vec(ends, 0..4))
            .prop_map(|(beginning, ends)| format!("{beginning}{}", ends.concat()))
    }

    proptest! {
        /// A stem is no longer than its word, and a word is stemmed as bytes as it is as code
        /// points.
        #[test]
        fn stems_are_no_longer(word in words()) {
            let mut lower = String::new();
            lowercase(&word, &mut lower);
            for &stemmer in Stemmer::ALL {
                for stem in [stemmer.stem(&lower), stemmer.stem_any_length(&lower)] {
                    prop_assert!(stem.len() <= lower.len() && (lower.is_empty() || !stem.is_empty()));
                }
                if lower.is_ascii() && lower.len() > 3 {
                    let mut bytes = lower.clone().into_bytes();
                    let length = stemmer.reduce(&mut bytes);
                    let stem = stemmer.stem(&lower);
                    prop_assert_eq!(&bytes[..length], stem.as_bytes());
                }
            }
        }
    }
}
