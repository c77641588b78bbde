//! Which keys a record has, for finding out who wrote it.

use std::collections::BTreeSet;

use super::fault::Result;
use super::json::{Cursor, Kind};

/// How deep keys are looked at.
const DEPTH: usize = 5;
/// How many keys; a record of a format that is known has its own among the first.
const KEYS: usize = 10_000;

/// The paths of a record's values that are not null, as `choices[].logprobs`. Of a list only the first
/// element is looked at; a list of records, and the envelope of OpenAI's batches, are left out of the paths.
#[derive(Debug, Default)]
pub(super) struct Outline {
    paths: BTreeSet<String>,
    /// What the record is as a whole.
    root: Option<Kind>,
    /// The keys of its first level, for errors.
    keys: Vec<String>,
}

impl Outline {
    pub(super) fn of(record: &str) -> Result<Self> {
        let mut outline = Self::default();
        let mut cursor = Cursor::new(record);
        outline.root = Some(cursor.kind()?);
        outline.visit(&mut cursor, &mut String::new(), 0)?;
        cursor.end()?;
        Ok(outline)
    }

    /// Whether there is something that is not null.
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// Whether it is a list of numbers.
    pub(super) fn is_list_of_numbers(&self) -> bool {
        self.root == Some(Kind::List) && self.keys.is_empty()
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    fn visit(&mut self, cursor: &mut Cursor<'_>, path: &mut String, depth: usize) -> Result<()> {
        let kind = cursor.kind()?;
        if depth > 0 && kind != Kind::Null && self.paths.len() < KEYS {
            self.paths.insert(path.clone());
        }
        if depth >= DEPTH {
            return cursor.skip();
        }
        match kind {
            Kind::Object => cursor.members(|cursor, key| {
                let length = path.len();
                if depth == 0 || path.is_empty() {
                    self.keys.push(key.to_owned());
                } else {
                    path.push('.');
                }
                path.push_str(key);
                if path == "response.body" {
                    path.clear();
                    self.visit(cursor, path, depth)?;
                    path.push_str("response");
                    return Ok(());
                }
                self.visit(cursor, path, depth + 1)?;
                path.truncate(length);
                Ok(())
            }),
            Kind::List => cursor.elements(|cursor, index| {
                if index > 0 {
                    return cursor.skip();
                }
                if depth == 0 {
                    return match cursor.kind()? {
                        Kind::Object => self.visit(cursor, path, 0),
                        _ => cursor.skip(),
                    };
                }
                let length = path.len();
                path.push_str("[]");
                self.visit(cursor, path, depth)?;
                path.truncate(length);
                Ok(())
            }),
            _ => cursor.skip(),
        }
    }
}
