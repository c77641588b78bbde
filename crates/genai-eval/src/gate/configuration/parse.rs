//! From the text of a file to a configuration that has been checked.

use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{self, Located};
use super::error::{ConfigurationError, Problem};
use super::relations::{self, Location};
use super::{Configuration, keys};
use crate::read::Lines;

impl Configuration {
    /// The configuration in a file. It may yet lack what flags can say, such as the data.
    ///
    /// # Errors
    /// If the file cannot be read, or something in it is not right; with its line.
    pub(crate) fn read(path: &str) -> Result<Self, ConfigurationError> {
        Self::parse(path, &Lines::open(path, false)?.text_of_rest()?)
    }

    /// The configuration in the text of a file of that name.
    ///
    /// # Errors
    /// If something in it is not right, with its line.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, ConfigurationError> {
        parse(text).map_err(|Located { at, problem }| {
            let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            ConfigurationError::InFile { name: name.to_owned(), line, problem: problem.into() }
        })
    }

    /// Holds everything that file and flags say together to the same rules as a file, and finds
    /// what is still missing.
    ///
    /// # Errors
    /// The first thing that is not right.
    pub(crate) fn validate(&self) -> Result<(), ConfigurationError> {
        let together = |problem| ConfigurationError::Together(Box::new(problem));
        let text =
            toml::to_string(self).map_err(|error| together(Problem::Syntax(error.to_string())))?;
        parse(&text).map_err(|finding| together(finding.problem))?;
        relations::is_complete(self).map_err(together)
    }
}

fn parse(text: &str) -> Result<Configuration, Located> {
    let table = DeTable::parse(text).map_err(|error| syntax(&error))?;
    check::check(&keys::FILE, &table)?;
    // What passed the check is never refused here; the tests hold both to the same keys.
    let configuration: Configuration = toml::from_str(text).map_err(|error| syntax(&error))?;
    relations::check(&configuration).map_err(|(location, problem)| {
        let at = place(table.get_ref(), location).unwrap_or_default();
        Located { at, problem: *problem }
    })?;
    Ok(configuration)
}

fn syntax(error: &toml::de::Error) -> Located {
    let at = error.span().map_or(0, |span| span.start);
    // The library's messages may go over several lines.
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Located { at, problem: Problem::Syntax(message) }
}

/// The byte where something stands, or else what it is in.
fn place(file: &DeTable<'_>, location: Location) -> Option<usize> {
    let of = |table: &DeTable<'_>, name: &str| -> Option<usize> {
        table.keys().find(|key| key.get_ref() == name).map(|key| key.span().start)
    };
    let mut value: &Spanned<DeValue<'_>> = file.get(location.table)?;
    if let Some(number) = location.number {
        value = value.get_ref().as_array()?.get(number)?;
    }
    let key = location.key.and_then(|key| of(value.get_ref().as_table()?, key));
    Some(key.unwrap_or(value.span().start))
}

/// One text or a list of them.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    Ok(match OneOrMore::deserialize(from)? {
        OneOrMore::One(text) => vec![text],
        OneOrMore::More(texts) => texts,
    })
}
