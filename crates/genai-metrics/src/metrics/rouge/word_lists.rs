//! Lists of words that come from files: words to leave out, and irregular forms.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::fingerprint::fingerprint;

/// Words that are left out of texts, after lower-casing and before stemming.
///
/// ```
/// use genai_metrics::StopWords;
/// let words = StopWords::parse("the\nof\n");
/// assert!(words.contains("of") && !words.contains("cat"));
/// ```
#[derive(Clone, Debug)]
pub struct StopWords(Arc<List<HashSet<Box<str>>>>);

/// Irregular forms and what they are reduced to, in place of what a stemmer would make of them.
///
/// ```
/// use genai_metrics::StemExceptions;
/// let exceptions = StemExceptions::parse("better good\nwent go\n")?;
/// assert_eq!(exceptions.get("went"), Some("go"));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StemExceptions(Arc<List<HashMap<Box<str>, Box<str>>>>);

#[derive(Debug)]
struct List<T> {
    words: T,
    /// The beginning of the file's SHA-256.
    fingerprint: String,
}

impl<T> List<T> {
    fn new(words: T, file: &str) -> Arc<Self> {
        Arc::new(Self { words, fingerprint: fingerprint([file]) })
    }
}

impl StopWords {
    /// Reads a list with one word a line.
    pub fn parse(file: &str) -> Self {
        Self(List::new(file.split('\n').map(Into::into).collect(), file))
    }

    /// Whether the word is left out.
    pub fn contains(&self, word: &str) -> bool {
        self.0.words.contains(word)
    }

    /// The first twelve digits of the list's SHA-256, for signatures.
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }
}

impl StemExceptions {
    /// Reads a table with a form and its base on each line, separated by white space, as the files
    /// `*.exc` of `WordNet` are; of a form that comes twice the last base counts.
    ///
    /// # Errors
    /// [`ErrorKind::BadLine`] for a line with a form and no base.
    pub fn parse(file: &str) -> Result<Self, Error> {
        let mut bases = HashMap::new();
        for (line, number) in file.lines().zip(1..) {
            let mut columns = line.split_whitespace();
            match (columns.next(), columns.next()) {
                (Some(form), Some(base)) => {
                    bases.insert(form.into(), base.into());
                }
                (None, _) => {}
                (Some(_), None) => {
                    return Err(Error::new(ErrorKind::BadLine {
                        option: "exceptions",
                        line: number,
                        expected: "a form and its base, separated by white space",
                    }));
                }
            }
        }
        Ok(Self(List::new(bases, file)))
    }

    /// What the form is reduced to.
    pub fn get(&self, form: &str) -> Option<&str> {
        self.0.words.get(form).map(|base| &**base)
    }

    /// The first twelve digits of the table's SHA-256, for signatures.
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }
}
