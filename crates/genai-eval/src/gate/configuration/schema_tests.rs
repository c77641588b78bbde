//! The list of keys, the types that serde reads and the JSON Schema say the same.

use std::fmt;

use regex::Regex;
use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};
use toml::de::DeTable;

use super::keys::{FILE, Kind, Section, kind_of, metrics};
use super::schema::schema;
use super::*;

/// Reads nothing, but learns what the type that asks would read: a struct's fields, or an enum's
/// variants.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("it has no names"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("that was all"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = variants;
        Err(Error::custom("that was all"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn names<T: for<'de> Deserialize<'de> + fmt::Debug>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    T::deserialize(Names(&mut names)).unwrap_err();
    names
}

fn section(section: &'static Section, key: &str) -> &'static Section {
    let key = section.keys.iter().find(|known| known.name == key).unwrap();
    match key.kind {
        Kind::Table(inner) | Kind::Tables(inner) => inner,
        _ => panic!("{} is no table", key.name),
    }
}

fn choices(section: &'static Section, key: &str) -> &'static [&'static str] {
    let key = section.keys.iter().find(|known| known.name == key).unwrap();
    let Kind::Choice(names) = key.kind else { panic!("{} is no choice", key.name) };
    names
}

#[test]
fn keys_and_types_and_schema_have_the_same_names() {
    let (rule, schema) = (section(&FILE, "gate"), schema());
    let of = |name: &str| &schema["properties"][name];
    for (keys, fields, schema) in [
        (&FILE, names::<Configuration>(), &schema),
        (section(&FILE, "data"), names::<Data>(), of("data")),
        (section(&FILE, "baseline"), names::<Baseline>(), of("baseline")),
        (section(&FILE, "stats"), names::<Stats>(), of("stats")),
        (rule, names::<Rule>(), &of("gate")["items"]),
        (
            section(rule, "per_segment"),
            names::<PerSegment>(),
            &of("gate")["items"]["properties"]["per_segment"],
        ),
        (section(&FILE, "report"), names::<ReportFiles>(), of("report")),
    ] {
        let known: Vec<&str> = keys.keys.iter().map(|key| key.name).collect();
        assert!(!fields.is_empty());
        assert_eq!(known, fields, "{}", keys.title);
        let mut told: Vec<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut fields = fields.to_vec();
        fields.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, fields, "{}", keys.title);
        assert_eq!(schema["additionalProperties"], json!(false), "{}", keys.title);
    }
    let stats = section(&FILE, "stats");
    assert_eq!(choices(stats, "test"), names::<Test>());
    assert_eq!(choices(stats, "adjust"), names::<Adjust>());
    assert_eq!(choices(rule, "of"), names::<Of>());
    assert_eq!(choices(rule, "on_inconclusive"), names::<OnInconclusive>());
    assert_eq!(choices(rule, "level"), names::<Severity>());
    for test in [Test::PairedBootstrap, Test::ApproxRandomization, Test::None] {
        assert_eq!(serde_json::to_value(test).unwrap(), test.name());
    }
    for adjust in [Adjust::Holm, Adjust::None] {
        assert_eq!(serde_json::to_value(adjust).unwrap(), adjust.name());
    }
    assert_eq!(error::CONDITIONS.iter().find(|name| !names::<Rule>().contains(*name)), None);
}

#[test]
fn the_schema_tells_defaults_and_what_is_required() {
    let schema = schema();
    let stats = &schema["properties"]["stats"]["properties"];
    assert_eq!(stats["alpha"]["default"], json!(0.05));
    assert_eq!(stats["test"]["default"], json!("paired-bootstrap"));
    assert_eq!(schema["properties"]["baseline"]["properties"]["require"]["default"], json!(true));
    let rule = &schema["properties"]["gate"]["items"];
    assert_eq!(rule["required"], json!(["metric"]));
    assert_eq!(rule["properties"]["metric"].get("default"), None);
    assert_eq!(rule["properties"]["per_segment"]["required"], json!(["threshold", "min_share"]));
    let bleu = &schema["properties"]["metrics"]["properties"]["bleu"]["properties"];
    assert_eq!(bleu["max-order"]["maximum"], json!(9));
    // A default is a value that its own schema allows.
    let mut told = 0;
    each_property(&schema, &mut |property| {
        assert!(property["description"].is_string(), "{property}");
        if let Some(default) = property.get("default") {
            assert!(is_valid(property, default), "{property}");
            told += 1;
        }
    });
    assert!(told > 8);
}

fn each_property(schema: &Value, visit: &mut impl FnMut(&Value)) {
    for inner in schema["properties"].as_object().into_iter().flatten().map(|(_, inner)| inner) {
        visit(inner);
        each_property(inner, visit);
        each_property(&inner["items"], visit);
    }
}

/// Each key with each of many values is right for the parser just where it is for the schema, and
/// is then read.
#[test]
fn parser_and_schema_agree_about_values() {
    let mut places: Vec<(Vec<&str>, &str, Kind)> = Vec::new();
    collect(&FILE, &mut Vec::new(), &mut places);
    for entry in metrics() {
        let options = entry.options.iter();
        places.extend(options.map(|o| (vec!["metrics", entry.name], o.name, kind_of(o))));
    }
    let schema = schema();
    let (mut right, mut wrong) = (0, 0);
    for (path, key, kind) in places {
        for value in values(kind) {
            let mut document = json!({ key: value });
            if path.first() == Some(&"gate") && key != "metric" {
                // The key may be within the rule or in a table within that.
                let inner = document;
                document = match &path[..] {
                    [_, nested] => json!({"metric": "m", *nested: complete(&inner)}),
                    _ => with(inner, "metric", json!("m")),
                };
            }
            document = match &path[..] {
                [] => document,
                ["gate", ..] => json!({"gate": [document]}),
                [table] => json!({ *table: document }),
                [table, inner] => json!({ *table: { *inner: document } }),
                _ => panic!("too deep"),
            };
            let Ok(text) = toml::to_string(&document) else { continue };
            let parsed = super::check::check(&FILE, &DeTable::parse(&text).unwrap());
            assert_eq!(parsed.is_ok(), is_valid(&schema, &document), "{text}\n{parsed:?}");
            if parsed.is_ok() {
                right += 1;
                toml::from_str::<Configuration>(&text).unwrap();
            } else {
                wrong += 1;
            }
        }
    }
    assert!(right > 300 && wrong > 1000, "{right} {wrong}");
}

fn collect(
    section: &'static Section,
    path: &mut Vec<&'static str>,
    places: &mut Vec<(Vec<&'static str>, &'static str, Kind)>,
) {
    for key in section.keys {
        places.push((path.clone(), key.name, key.kind));
        if let Kind::Table(inner) | Kind::Tables(inner) = key.kind {
            path.push(key.name);
            collect(inner, path, places);
            path.pop();
        }
    }
}

fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

/// What every table `per_segment` needs, around the key in question.
fn complete(inner: &Value) -> Value {
    let mut whole = json!({"threshold": 1, "min_share": 0.5});
    for (key, value) in inner.as_object().unwrap() {
        whole[key] = value.clone();
    }
    whole
}

fn values(kind: Kind) -> Vec<Value> {
    let mut values = vec![
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(10),
        json!(1_000_000),
        json!(1_000_001),
        json!(i64::MAX),
        json!(-0.5),
        json!(0.0),
        json!(0.5),
        json!(1.0),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("a=b"),
        json!("a=*"),
        json!("a=b=\nc"),
        json!("=b"),
        json!("a="),
        json!("\t"),
        json!("bpe:x"),
        json!("spm:"),
        json!("yes"),
        json!("maybe"),
        json!([]),
        json!(["x", ""]),
        json!(["x", "y"]),
        json!([1]),
        json!({}),
        json!({"x": 1}),
    ];
    values.push(json!(1.1));
    if let Kind::Choice(names) | Kind::Scheme(names) | Kind::Names(names) = kind {
        values.extend(names.iter().map(|name| json!(name)));
        values.extend(names.iter().map(|name| json!([name])));
        values.push(json!(names));
        values.push(json!([names[0], names[0]]));
        values.push(json!(format!("{} , {}", names[0], names[names.len() - 1])));
    }
    values
}

/// Equal as JSON Schema has it: a number is the same with and without a point.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        _ => one == other,
    }
}

/// As much of a validator as the schema has words; another word is an error.
fn is_valid(schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(word, rule)| match word.as_str() {
        "$schema" | "title" | "description" | "default" => true,
        "type" => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            // A number with a point is none in TOML.
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("type {other}"),
        },
        "enum" => rule.as_array().unwrap().iter().any(|known| is_equal(known, value)),
        "anyOf" => rule.as_array().unwrap().iter().any(|schema| is_valid(schema, value)),
        "not" => !is_valid(rule, value),
        "minimum" => value.as_f64().is_none_or(|x| x >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|x| x <= rule.as_f64().unwrap()),
        "exclusiveMinimum" => value.as_f64().is_none_or(|x| x > rule.as_f64().unwrap()),
        "exclusiveMaximum" => value.as_f64().is_none_or(|x| x < rule.as_f64().unwrap()),
        "minLength" => value.as_str().is_none_or(|text| !text.is_empty()),
        "pattern" => {
            let pattern = Regex::new(rule.as_str().unwrap()).unwrap();
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        "minItems" => value.as_array().is_none_or(|list| !list.is_empty()),
        "uniqueItems" => value
            .as_array()
            .is_none_or(|list| list.iter().enumerate().all(|(i, item)| !list[..i].contains(item))),
        "items" => value.as_array().is_none_or(|list| list.iter().all(|item| is_valid(rule, item))),
        "required" => value.as_object().is_none_or(|object| {
            rule.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| is_valid(rule, value)))
        }),
        "additionalProperties" => {
            assert_eq!(*rule, json!(false));
            let known = &schema["properties"];
            value.as_object().is_none_or(|object| object.keys().all(|key| known.get(key).is_some()))
        }
        other => panic!("the schema says {other}"),
    })
}
