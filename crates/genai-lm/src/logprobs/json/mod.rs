//! A reader of one JSON text that goes through it once, hands out what is asked for, and checks and
//! leaves the rest.
//!
//! It is not `serde_json`, as Python writes `NaN` and `-Infinity`, which are no JSON, and as the order
//! of members matters (vLLM's first key is the token that was there). Everything is checked, what
//! is left out too; nothing recurs, so that no depth of nesting is a danger.

mod numbers;
mod skip;
mod strings;

use std::borrow::Cow;

use super::fault::{Fault, Result};

pub(super) use numbers::{parse, shortened};

/// How deep brackets may nest.
const DEPTH: u32 = 127;

/// A place in a JSON text.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

/// What a value is, by its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    List,
    String,
    Number,
    Boolean,
    Null,
}

impl Kind {
    /// As in `is a list`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Null => "null",
        }
    }
}

impl<'a> Cursor<'a> {
    /// The start of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes `byte` if it is next after white space.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// What is next is not `expected`.
    fn broken(&self, expected: &'static str) -> Fault {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("is not JSON: it has {found:?} at byte {}", self.at + 1),
            None => "is not JSON: it breaks off".to_owned(),
        };
        Fault::new(found, expected)
    }

    /// What the next value is.
    pub(super) fn kind(&mut self) -> Result<Kind> {
        self.space();
        Ok(match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Kind::Number,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => return Err(self.broken("a value")),
        })
    }

    /// The next value is not what it has to be.
    pub(super) fn unexpected(&mut self, expected: impl Into<Cow<'static, str>>) -> Fault {
        match self.kind() {
            Ok(kind) => Fault::new(format!("is {}", kind.name()), expected),
            Err(fault) => fault,
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<()> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.broken(word))
    }

    /// Takes a null, if that is next.
    pub(super) fn null(&mut self) -> Result<bool> {
        if self.kind()? != Kind::Null {
            return Ok(false);
        }
        self.literal("null")?;
        Ok(true)
    }

    /// Takes true or false.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        match self.kind()? {
            Kind::Boolean if self.peek() == Some(b't') => self.literal("true").map(|()| true),
            Kind::Boolean => self.literal("false").map(|()| false),
            _ => Err(self.unexpected("true or false")),
        }
    }

    fn enter(&mut self) -> Result<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Fault::new("nests too deeply", format!("at most {DEPTH} levels")));
        }
        Ok(())
    }

    /// After a value within brackets: whether another follows.
    fn goes_on(&mut self, close: u8, expected: &'static str) -> Result<bool> {
        if self.takes(b',') {
            return Ok(true);
        }
        if self.takes(close) {
            self.depth -= 1;
            return Ok(false);
        }
        Err(self.broken(expected))
    }

    fn key(&mut self) -> Result<Cow<'a, str>> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.broken("a key in double quotes"));
        }
        let key = self.string()?;
        if self.takes(b':') { Ok(key) } else { Err(self.broken("':'")) }
    }

    /// Goes through an object's members in their order. `visit` has to take each value.
    pub(super) fn members(
        &mut self,
        mut visit: impl FnMut(&mut Self, &str) -> Result<()>,
    ) -> Result<()> {
        if self.kind()? != Kind::Object {
            return Err(self.unexpected("an object"));
        }
        self.enter()?;
        if self.takes(b'}') {
            self.depth -= 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            visit(self, &key).map_err(|fault| fault.in_key(&key))?;
            if !self.goes_on(b'}', "',' or '}'")? {
                return Ok(());
            }
        }
    }

    /// Goes through those members of an object that have one of these names; each may be there once.
    /// What has another name is checked and left.
    pub(super) fn fields(
        &mut self,
        names: &'static [&'static str],
        mut visit: impl FnMut(&mut Self, &'static str) -> Result<()>,
    ) -> Result<()> {
        let mut seen = 0_u32;
        self.members(|cursor, key| {
            let Some(index) = names.iter().position(|&name| name == key) else {
                return cursor.skip();
            };
            if seen & 1 << index != 0 {
                return Err(Fault::new("is there twice", "each key once"));
            }
            seen |= 1 << index;
            visit(cursor, names[index])
        })
    }

    /// Goes through a list's elements, which are counted from 0. `visit` has to take each value.
    pub(super) fn elements(
        &mut self,
        mut visit: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        if self.kind()? != Kind::List {
            return Err(self.unexpected("a list"));
        }
        self.enter()?;
        if self.takes(b']') {
            self.depth -= 1;
            return Ok(());
        }
        let mut index = 0;
        loop {
            visit(self, index).map_err(|fault| fault.in_index(index))?;
            if !self.goes_on(b']', "',' or ']'")? {
                return Ok(());
            }
            index += 1;
        }
    }

    /// Takes all that is left, whatever it is.
    pub(super) fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at = self.text.len();
        rest
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<()> {
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.broken("the end of the record")),
        }
    }
}
