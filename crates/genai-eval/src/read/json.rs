//! JSON values, read strictly: an object that names a field twice is an error, not a guess.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number as it is written, if it is a field's whole value, else as it is read.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Cell>),
    /// An object, in the order of its fields.
    Record(Vec<(String, Cell)>),
}

impl Cell {
    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Record(_) => "an object",
        }
    }

    /// A string as it is, anything else as JSON.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => serde_json::to_string(other).unwrap_or_default(),
        }
    }

    /// The value that a path of field names and list positions leads to.
    pub fn at(&self, path: &[String]) -> Option<&Cell> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match self {
            Self::Record(fields) => {
                fields.iter().find(|(name, _)| name == first).and_then(|(_, cell)| cell.at(rest))
            }
            // RFC 6901 has no signs and no leading zeros in positions.
            Self::List(cells) if first.parse::<usize>().is_ok_and(|i| i.to_string() == *first) => {
                cells.get(first.parse::<usize>().ok()?)?.at(rest)
            }
            _ => None,
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(number) => RawValue::from_string(number.clone())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(cells) => serializer.collect_seq(cells),
            Self::Record(fields) => serializer.collect_map(fields.iter().map(|(k, v)| (k, v))),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Boolean(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Number(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = list.next_element()? {
            cells.push(cell);
        }
        Ok(Cell::List(cells))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Cell, A::Error> {
        let (mut names, mut cells) = (Names::default(), Vec::new());
        while let Some(name) = object.next_key::<String>()? {
            names.add(name)?;
            cells.push(object.next_value()?);
        }
        Ok(Cell::Record(names.list.into_iter().zip(cells).collect()))
    }
}

/// The names of an object's fields, each of which may stand there once.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    /// The same, once they are many.
    set: HashSet<String>,
}

/// Up to so many names are compared one by one.
const FEW: usize = 16;

impl Names {
    fn add<E: de::Error>(&mut self, name: String) -> Result<&str, E> {
        if self.list.len() == FEW {
            self.set.extend(self.list.iter().cloned());
        }
        let new = if self.list.len() < FEW {
            !self.list.contains(&name)
        } else {
            self.set.insert(name.clone())
        };
        if !new {
            return Err(E::custom(format_args!("the field {name:?} stands twice in one object")));
        }
        Ok(self.list.push_mut(name))
    }
}

/// The wanted top-level fields of an object, and the names of all of them. Values that nobody
/// asked for are checked but not kept.
#[derive(Debug)]
pub struct Selection {
    /// For each wanted name, its value if it is there.
    pub cells: Vec<Option<Cell>>,
    /// All names, in order.
    pub names: Vec<String>,
}

impl Selection {
    /// Parses one line of JSON.
    ///
    /// # Errors
    /// If it is not one JSON object, or names a field twice.
    pub fn parse(line: &[u8], wanted: &[String]) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let selection = deserializer.deserialize_any(SelectionVisitor { wanted })?;
        deserializer.end()?;
        Ok(selection)
    }
}

struct SelectionVisitor<'a> {
    wanted: &'a [String],
}

impl<'de> Visitor<'de> for SelectionVisitor<'_> {
    type Value = Selection;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Selection, A::Error> {
        let mut cells = vec![None; self.wanted.len()];
        let mut names = Names::default();
        while let Some(name) = object.next_key::<String>()? {
            let name = names.add(name)?;
            if self.wanted.iter().any(|wanted| wanted == name) {
                let cell = object.next_value::<&RawValue>().and_then(whole)?;
                for (wanted, place) in self.wanted.iter().zip(&mut cells) {
                    if wanted == name {
                        *place = Some(cell.clone());
                    }
                }
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Selection { cells, names: names.list })
    }
}

/// The value of a field; a number stays as it is written, since ids are compared as such.
fn whole<E: de::Error>(raw: &RawValue) -> Result<Cell, E> {
    let text = raw.get();
    if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Ok(Cell::Number(text.to_owned()));
    }
    serde_json::from_str(text).map_err(|error| E::custom(message(&error)))
}

/// What a parse error says, without the position that it ends in, which is not the file's.
pub fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fifty fields and one more.
    fn many_fields(last: &str) -> String {
        let fields: Vec<String> = (0..50).map(|i| format!("\"f{i}\": {i}")).collect();
        format!("{{{}, \"{last}\": 0}}", fields.join(", "))
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        for number in ["12345678901234567890123", "1e2", "-0", "0.10"] {
            let selection = parse(&format!("{{\"a\": {number}}}")).unwrap();
            let cell = selection.cells[0].as_ref().unwrap();
            assert_eq!(serde_json::to_string(cell).unwrap(), number);
        }
        assert_eq!(parse(&many_fields("a")).unwrap().names.len(), 51);
    }

    fn parse(line: &str) -> Result<Selection, String> {
        Selection::parse(line.as_bytes(), &["a".to_owned()]).map_err(|error| error.to_string())
    }

    #[test]
    fn keeps_what_is_wanted() {
        let selection = parse(r#"{"b": [1, {"x": 2}], "a": {"x": [null, "é\n"]}}"#).unwrap();
        assert_eq!(selection.names, ["b", "a"]);
        let path = ["x".to_owned(), "1".to_owned()];
        assert_eq!(
            selection.cells[0].as_ref().unwrap().at(&path),
            Some(&Cell::Text("é\n".to_owned()))
        );
    }

    #[test]
    fn refuses_what_is_ambiguous() {
        for line in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"b": 1, "b": 1}"#,
            r#"{"a": {"x": 1, "x": 2}}"#,
            &many_fields("f40"),
            r#"{"a": 1} {"a": 2}"#,
            r#"["a"]"#,
            r#"{"a": 1"#,
            r#"{"a": "\ud800"}"#,
            "",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
