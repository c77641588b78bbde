//! The JSON Schema of the file, for editors and other tools.

use genai_metrics::text::Subwords;
use serde_json::{Map, Number, Value, json};

use super::keys::{self, Key, Kind, Section};

/// The JSON Schema (draft 2020-12) of `genai-eval.toml`.
pub(crate) fn schema() -> Value {
    let mut schema = table(&keys::FILE);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(super::FILE_NAME));
    Value::Object(schema)
}

fn table(section: &Section) -> Map<String, Value> {
    let defaults = (section.defaults)().unwrap_or_default();
    let property = |key: &Key| {
        let mut schema = values(key.kind);
        schema.insert("description".to_owned(), json!(key.help));
        let default = defaults.get(key.name).filter(|value| is_told(key, value));
        schema.extend(default.map(|default| ("default".to_owned(), default.clone())));
        (key.name, schema)
    };
    let required: Vec<&str> =
        section.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = closed(section.keys.iter().map(property));
    schema.insert("description".to_owned(), json!(section.help));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// Whether a default is worth telling: not for what must be given or is nothing, nor for tables,
/// whose keys tell their own.
fn is_told(key: &Key, default: &Value) -> bool {
    !key.required && !default.is_null() && !default.is_object() && !default.is_array()
}

/// A table with these keys and no others.
fn closed<'a>(
    properties: impl Iterator<Item = (&'a str, Map<String, Value>)>,
) -> Map<String, Value> {
    let properties: Map<String, Value> =
        properties.map(|(name, schema)| (name.to_owned(), Value::Object(schema))).collect();
    object(json!({"type": "object", "additionalProperties": false, "properties": properties}))
}

fn metrics() -> Map<String, Value> {
    closed(keys::metrics().map(|entry| {
        let options = closed(entry.options.iter().map(|option| {
            let mut schema = values(keys::kind_of(option));
            schema.insert("description".to_owned(), json!(option.help));
            (option.name, schema)
        }));
        let mut schema = options;
        schema.insert("description".to_owned(), json!(entry.summary));
        (entry.name, schema)
    }))
}

fn values(kind: Kind) -> Map<String, Value> {
    const TEXT: &str = "string";
    let text = || json!({"type": TEXT, "minLength": 1});
    object(match kind {
        Kind::Text => text(),
        // Not by `$`, which in some dialects of expressions stands before a last newline, too.
        Kind::Mark => json!({"type": TEXT, "not": {"pattern": r"[\u0000-\u001F\u007F-\u009F]"}}),
        Kind::Texts => {
            json!({"anyOf": [text(), {"type": "array", "items": text(), "minItems": 1}]})
        }
        Kind::Choice(names) => {
            // Names may be numbers, as those of SQuAD's versions, and then be written as such.
            let numbers = names.iter().filter_map(|name| name.parse::<Number>().ok());
            let names = names.iter().map(|name| json!(name));
            json!({"enum": names.chain(numbers.map(Value::Number)).collect::<Vec<_>>()})
        }
        Kind::Names(names) => {
            let list = json!({"type": "array", "items": {"enum": names}, "minItems": 1, "uniqueItems": true});
            let one = names.join("|");
            json!({"anyOf": [list, {"type": TEXT, "pattern": format!(r"^\s*({one})\s*(,\s*({one})\s*)*$")}]})
        }
        Kind::Scheme(names) => {
            let prefixes = Subwords::PREFIXES.join("|");
            json!({"anyOf": [{"enum": names}, {"type": TEXT, "pattern": format!("^({prefixes}):.")}]})
        }
        Kind::Slice => json!({"type": TEXT, "pattern": r"^[^=]+=[\s\S]"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::YesNo => json!({"enum": [true, false, "yes", "no"]}),
        Kind::Integer { min, max: i64::MAX } => json!({"type": "integer", "minimum": min}),
        Kind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Number { min, max } => {
            let mut schema = object(json!({"type": "number"}));
            let ends = [("minimum", min), ("maximum", max)];
            let ends = ends.into_iter().filter(|(_, end)| end.is_finite());
            schema.extend(ends.map(|(name, end)| (name.to_owned(), json!(end))));
            Value::Object(schema)
        }
        Kind::Between { low, high } => {
            json!({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high})
        }
        Kind::Table(section) => Value::Object(table(section)),
        Kind::Tables(section) => json!({"type": "array", "items": table(section)}),
        Kind::Metrics => Value::Object(metrics()),
    })
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
