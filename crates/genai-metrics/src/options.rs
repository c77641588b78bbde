//! Options as data: what a metric can be asked for, from a command line or a configuration file.

use crate::error::{Error, ErrorKind};
use crate::text::{Scheme, Subwords};

/// An option of a metric.
///
/// ```
/// let bleu = genai_metrics::metrics::find("bleu").unwrap();
/// let order = bleu.options.iter().find(|option| option.name == "max-order").unwrap();
/// assert_eq!(order.default, Some("4"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// The name, as in `--name`.
    pub name: &'static str,
    /// What values it takes.
    pub kind: OptionKind,
    /// The value that stands when it is not given; none if that depends on other options.
    pub default: Option<&'static str>,
    /// What it does, in a line.
    pub help: &'static str,
}

/// The values that an [`OptionSpec`] takes.
///
/// ```
/// use genai_metrics::OptionKind;
/// assert!(matches!(OptionKind::Integer { min: 1, max: 9 }, OptionKind::Integer { max: 9, .. }));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum OptionKind {
    /// Given or not.
    Flag,
    /// `yes` or `no`; `yes` if given without a value.
    YesNo,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// One of these names of schemes, or a file with a tokenizer, which is loaded by whoever takes the option from a
    /// user and set by [`Options::set_subwords`].
    Scheme(&'static [&'static str]),
    /// Some of these names, separated by commas.
    Names(&'static [&'static str]),
    /// A folder with these text files, whose contents are set one by one by [`Options::set_file`].
    Folder(&'static [&'static str]),
    /// A text file. The value is what it holds, not its name: whoever takes the option from a user
    /// reads the file.
    File,
    /// A text of a form that the option's help describes; this is what stands for it there.
    Text(&'static str),
    /// A whole number from `min` to `max`.
    Integer {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// A number from `min` to `max`.
    Number {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
    },
}

/// The options that were given, each name at most once; what was not given has its default.
///
/// ```
/// use genai_metrics::{Level, Options, metrics};
/// let mut options = Options::default();
/// options.set("tokenize", "zh");
/// let bleu = metrics::find("bleu").unwrap();
/// let scorers = (bleu.build)(&options, Level::Corpus)?;
/// assert_eq!(scorers[0].spec().signature.to_string(), "case:mixed|eff:no|tok:zh|smooth:exp");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    values: Vec<(String, String)>,
    subwords: Vec<(String, Subwords)>,
}

impl Options {
    /// Gives an option a value; a flag's value is `true`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.forget(name);
        self.values.push((name.to_owned(), value.to_owned()));
    }

    /// Gives an option that is a scheme a tokenizer from a file.
    pub fn set_subwords(&mut self, name: &str, subwords: Subwords) {
        self.forget(name);
        self.subwords.push((name.to_owned(), subwords));
    }

    /// Takes back what was given for an option.
    pub fn forget(&mut self, name: &str) {
        self.values.retain(|(known, _)| known != name);
        self.subwords.retain(|(known, _)| known != name);
    }

    /// The option's value as given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The option's value as a scheme: one of these, by its name, or the tokenizer that was set.
    pub(crate) fn scheme(
        &self,
        name: &'static str,
        known: &'static [&'static str],
        named: impl Fn(&str) -> Option<Scheme>,
    ) -> Result<Option<Scheme>, Error> {
        if let Some((_, subwords)) = self.subwords.iter().find(|(known, _)| known == name) {
            return Ok(Some(Scheme::Subwords(subwords.clone())));
        }
        let Some(given) = self.get(name) else { return Ok(None) };
        let unknown = || {
            let name = given.to_owned();
            Error::new(ErrorKind::UnknownName { what: "tokenizer", name, expected: known })
        };
        named(given).ok_or_else(unknown).map(Some)
    }

    /// Gives an option that is a folder what one of its files holds.
    pub fn set_file(&mut self, name: &str, file: &str, content: &str) {
        self.set(&format!("{name}/{file}"), content);
    }

    /// What a file holds in a folder that was given.
    pub fn file(&self, name: &str, file: &str) -> Option<&str> {
        self.get(&format!("{name}/{file}"))
    }

    /// Whether the option was given, as a value or as a folder.
    pub fn is_given(&self, name: &str) -> bool {
        let of_name =
            |known: &str| known.split_once('/').map_or(known, |(folder, _)| folder) == name;
        self.values.iter().any(|(known, _)| of_name(known))
            || self.subwords.iter().any(|(known, _)| known == name)
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// The option's value as yes or no.
    ///
    /// # Errors
    /// [`ErrorKind::BadValue`].
    pub fn yes_no(&self, name: &'static str) -> Result<Option<bool>, Error> {
        let known = self.parse(
            name,
            |word: &String| ["yes", "no"].contains(&&**word),
            || "yes or no".to_owned(),
        )?;
        Ok(known.map(|word| word == "yes"))
    }

    /// The option's value as names from a list, each at most once, in the order given.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`], [`ErrorKind::BadValue`].
    pub fn names(
        &self,
        name: &'static str,
        known: &'static [&'static str],
    ) -> Result<Option<Vec<&'static str>>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let mut names = Vec::new();
        for given in value.split(',').map(str::trim) {
            let Some(found) = known.iter().find(|known| **known == given) else {
                return Err(Error::new(ErrorKind::UnknownName {
                    what: name,
                    name: given.to_owned(),
                    expected: known,
                }));
            };
            if names.contains(found) {
                return Err(Error::new(ErrorKind::BadValue {
                    option: name,
                    value: value.to_owned(),
                    expected: format!("'{found}' once"),
                }));
            }
            names.push(*found);
        }
        Ok(Some(names))
    }

    /// The option's value as a whole number in a range.
    ///
    /// # Errors
    /// [`ErrorKind::BadValue`].
    pub fn integer(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, Error> {
        self.parse(
            name,
            |value: &u32| range.contains(value),
            || format!("a whole number from {} to {}", range.start(), range.end()),
        )
    }

    /// The option's value as a number in a range.
    ///
    /// # Errors
    /// [`ErrorKind::BadValue`].
    pub fn number(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<Option<f64>, Error> {
        let (min, max) = (*range.start(), *range.end());
        let expected = || {
            if max < 1e6 {
                format!("a number from {min} to {max}")
            } else {
                format!("a number from {min} to {max:e}")
            }
        };
        self.parse(name, |value: &f64| range.contains(value), expected)
    }

    fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        usable: impl Fn(&T) -> bool,
        expected: impl Fn() -> String,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.parse() {
            Ok(parsed) if usable(&parsed) => Ok(Some(parsed)),
            _ => Err(Error::new(ErrorKind::BadValue {
                option: name,
                value: value.to_owned(),
                expected: expected(),
            })),
        }
    }
}

/// Whether a score is for a whole corpus or for single segments: some metrics have other defaults
/// for the latter.
///
/// ```
/// use genai_metrics::{Level, Options, metrics};
/// let bleu = metrics::find("bleu").unwrap();
/// let scorers = (bleu.build)(&Options::default(), Level::Sentence)?;
/// assert_eq!(scorers[0].spec().signature.to_string(), "case:mixed|eff:yes|tok:13a|smooth:exp");
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The sum of all segments.
    Corpus,
    /// Each segment by itself.
    Sentence,
}
