//! A part of a tokenizer as `tokenizer.json` has it: an object with a `type`.

use serde_json::{Map, Value};

use crate::Error;

/// An object of a file and what kind of part it is, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    component: &'static str,
    kind: &'a str,
    fields: &'a Map<String, Value>,
}

impl<'a> Part<'a> {
    pub(super) fn new(component: &'static str, value: &'a Value) -> Result<Self, Error> {
        let fields = value
            .as_object()
            .ok_or_else(|| Error::malformed(component, "not an object", "an object"))?;
        let kind = fields
            .get("type")
            .and_then(Value::as_str)
            .ok_or_else(|| Error::malformed(component, "no type", "an object with a type"))?;
        Ok(Self { component, kind, fields })
    }

    pub(super) fn kind(&self) -> &'a str {
        self.kind
    }

    pub(super) fn unsupported(&self, name: &str) -> Error {
        Error::unsupported(self.component, name)
    }

    pub(super) fn malformed(&self, found: String, expected: &str) -> Error {
        Error::malformed(format!("{} {}", self.component, self.kind), found, expected)
    }

    pub(super) fn field(&self, name: &str) -> Result<&'a Value, Error> {
        self.fields.get(name).ok_or_else(|| self.malformed(format!("no {name}"), "one"))
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, Error> {
        let value = self.field(name)?;
        read(value).ok_or_else(|| self.malformed(format!("{name} is another thing"), expected))
    }

    /// As [`Part::field`], but what is missing or null is none.
    pub(super) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        self.typed(name, "true or false", Value::as_bool)
    }

    pub(super) fn optional_flag(&self, name: &str) -> Result<Option<bool>, Error> {
        self.optional(name).map(|_| self.flag(name)).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Error> {
        self.typed(name, "a string", Value::as_str)
    }

    pub(super) fn character(&self, name: &str) -> Result<char, Error> {
        self.typed(name, "one character", |value| {
            let mut characters = value.as_str()?.chars();
            characters.next().filter(|_| characters.as_str().is_empty())
        })
    }

    pub(super) fn number(&self, name: &str) -> Result<usize, Error> {
        self.typed(name, "a number", |value| usize::try_from(value.as_u64()?).ok())
    }

    pub(super) fn list(&self, name: &str) -> Result<&'a [Value], Error> {
        Ok(self.typed(name, "a list", Value::as_array)?)
    }

    /// `pattern`: an object with one key, the kind of pattern.
    pub(super) fn pattern(&self) -> Result<Wanted<'a>, Error> {
        let pattern = self.typed("pattern", "a String or a Regex", |value| {
            let object = value.as_object().filter(|object| object.len() == 1)?;
            let (kind, text) = object.iter().next()?;
            match (kind.as_str(), text.as_str()?) {
                ("String", text) => Some(Wanted::Literal(text)),
                ("Regex", text) => Some(Wanted::Regex(text)),
                _ => None,
            }
        })?;
        match pattern {
            Wanted::Literal("") => Err(self.unsupported(&format!("{} of nothing", self.kind))),
            pattern => Ok(pattern),
        }
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted<'a> {
    Literal(&'a str),
    Regex(&'a str),
}
