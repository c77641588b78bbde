//! JSON values, read strictly: an object that names a field twice is an error, not a guess.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
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

    /// The value that a path of field names and list positions leads to.
    pub fn at(&self, path: &[String]) -> Option<&Cell> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match self {
            Self::Record(fields) => {
                fields.iter().find(|(name, _)| name == first).and_then(|(_, cell)| cell.at(rest))
            }
            Self::List(cells) => cells.get(first.parse::<usize>().ok()?)?.at(rest),
            _ => None,
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
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
        Ok(Cell::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Cell, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(Cell::Number).ok_or_else(|| E::custom("a number that is not finite"))
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
        let mut fields: Vec<(String, Cell)> = Vec::new();
        while let Some(name) = object.next_key::<String>()? {
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(twice(&name));
            }
            fields.push((name, object.next_value()?));
        }
        Ok(Cell::Record(fields))
    }
}

fn twice<E: de::Error>(name: &str) -> E {
    E::custom(format_args!("the field \"{name}\" stands twice in one object"))
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
        let mut selection =
            Selection { cells: vec![None; self.wanted.len()], names: Vec::with_capacity(8) };
        while let Some(name) = object.next_key::<String>()? {
            if selection.names.contains(&name) {
                return Err(twice(&name));
            }
            if self.wanted.contains(&name) {
                let cell: Cell = object.next_value()?;
                for (wanted, place) in self.wanted.iter().zip(&mut selection.cells) {
                    if *wanted == name {
                        *place = Some(cell.clone());
                    }
                }
            } else {
                object.next_value::<IgnoredAny>()?;
            }
            selection.names.push(name);
        }
        Ok(selection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
