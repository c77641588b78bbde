//! A parsed file against the list of what may stand in it.

use std::ops::Range;

use genai_metrics::OptionSpec;
use genai_metrics::metrics::Entry;
use genai_metrics::text::Subwords;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SliceChoice;
use super::error::{Problem, any_of};
use super::keys::{Key, Kind, Section, kind_of, metrics};

/// A problem, and the byte where it stands.
#[derive(Debug)]
pub(super) struct Located {
    pub(super) at: usize,
    pub(super) problem: Problem,
}

/// The first thing that is wrong with a table, in the order of the text.
///
/// # Errors
/// That, if there is one.
pub(super) fn check(section: &Section, table: &Spanned<DeTable<'_>>) -> Result<(), Located> {
    let mut findings = Vec::new();
    let place = Place { at: table.span().start, title: section.title.to_owned() };
    check_keys(section.keys, table.get_ref(), &place, &mut findings);
    findings.into_iter().min_by_key(|finding| finding.at).map_or(Ok(()), Err)
}

/// A table, as errors name it, and where it begins.
struct Place {
    at: usize,
    title: String,
}

fn check_keys(keys: &[Key], table: &DeTable<'_>, place: &Place, findings: &mut Vec<Located>) {
    for (name, value) in table {
        match keys.iter().find(|key| key.name == name.get_ref()) {
            Some(key) => check_value(key.name, key.kind, value, place, findings),
            None => findings.push(unknown("key", name, place, keys.iter().map(|key| key.name))),
        }
    }
    for key in keys.iter().filter(|key| key.required && !table.contains_key(key.name)) {
        let (section, expected) = (place.title.clone(), expected(key.kind));
        let problem = Problem::Missing { section, key: key.name, expected };
        findings.push(Located { at: place.at, problem });
    }
}

fn check_value(
    key: &str,
    kind: Kind,
    value: &Spanned<DeValue<'_>>,
    place: &Place,
    findings: &mut Vec<Located>,
) {
    let span = value.span();
    match (kind, value.get_ref()) {
        (Kind::Table(section), DeValue::Table(table)) => {
            // One within another is named with the other: there is one in each rule.
            let is_outer = section.title.starts_with('[');
            let title = if is_outer {
                section.title.to_owned()
            } else {
                format!("{key} of {}", place.title)
            };
            let inner = Place { at: span.start, title };
            check_keys(section.keys, table, &inner, findings);
        }
        (Kind::Tables(section), DeValue::Array(tables)) => {
            for table in tables {
                let inner = Place { at: table.span().start, title: section.title.to_owned() };
                match table.get_ref() {
                    DeValue::Table(keys) => check_keys(section.keys, keys, &inner, findings),
                    other => findings.push(wrong(key, kind, other, &table.span(), place)),
                }
            }
        }
        (Kind::Metrics, DeValue::Table(tables)) => {
            for (name, options) in tables {
                let place = Place {
                    at: options.span().start,
                    title: format!("[{key}.{}]", name.get_ref()),
                };
                match (find(name.get_ref()), options.get_ref()) {
                    (Some(entry), DeValue::Table(table)) => {
                        check_options(entry, table, &place, findings);
                    }
                    (Some(_), other) => {
                        let place = Place { at: span.start, title: format!("[{key}]") };
                        findings.push(wrong(name.get_ref(), kind, other, &options.span(), &place));
                    }
                    (None, _) => {
                        let place = Place { at: span.start, title: format!("[{key}]") };
                        let known = metrics().map(|entry| entry.name);
                        findings.push(unknown("metric", name, &place, known));
                    }
                }
            }
        }
        (_, value) if fits(kind, value) => {}
        (_, value) => findings.push(wrong(key, kind, value, &span, place)),
    }
}

fn find(name: &str) -> Option<&'static Entry> {
    metrics().find(|entry| entry.name == name)
}

fn check_options(entry: &Entry, table: &DeTable<'_>, place: &Place, findings: &mut Vec<Located>) {
    for (name, value) in table {
        let known = |option: &&OptionSpec| option.name == name.get_ref();
        if let Some(option) = entry.options.iter().find(known) {
            check_value(option.name, kind_of(option), value, place, findings);
        } else {
            let known = entry.options.iter().map(|option| option.name);
            findings.push(unknown("option", name, place, known));
        }
    }
}

/// Whether a value that is no table is one that the kind allows.
fn fits(kind: Kind, value: &DeValue<'_>) -> bool {
    match (kind, value) {
        (Kind::Text, DeValue::String(text)) => !text.is_empty(),
        (Kind::Mark, DeValue::String(text)) => !text.contains(char::is_control),
        (Kind::Texts, DeValue::Array(list)) => {
            !list.is_empty() && list.iter().all(|text| fits(Kind::Text, text.get_ref()))
        }
        (Kind::Texts, text) => fits(Kind::Text, text),
        (Kind::Choice(names), DeValue::String(text)) => names.contains(&text.as_ref()),
        // Names may be numbers, as those of SQuAD's versions.
        (Kind::Choice(names), value) => {
            number(value).is_some_and(|number| names.contains(&number.to_string().as_str()))
        }
        (Kind::Names(names), DeValue::String(text)) => {
            each_once(names, text.split(',').map(|name| Some(name.trim())))
        }
        (Kind::Names(names), DeValue::Array(list)) => {
            !list.is_empty() && each_once(names, list.iter().map(|name| name.get_ref().as_str()))
        }
        (Kind::Scheme(names), DeValue::String(text)) => {
            let is_file = |(prefix, file): (&str, &str)| {
                Subwords::PREFIXES.contains(&prefix) && !file.is_empty()
            };
            names.contains(&text.as_ref()) || text.split_once(':').is_some_and(is_file)
        }
        (Kind::Slice, DeValue::String(text)) => SliceChoice::try_from(text.to_string()).is_ok(),
        (Kind::Flag | Kind::YesNo, DeValue::Boolean(_)) => true,
        (Kind::YesNo, DeValue::String(text)) => ["yes", "no"].contains(&text.as_ref()),
        (Kind::Integer { min, max }, value) => {
            integer(value).is_some_and(|n| (min..=max).contains(&n))
        }
        (Kind::Number { min, max }, value) => number(value).is_some_and(|x| min <= x && x <= max),
        (Kind::Between { low, high }, value) => number(value).is_some_and(|x| low < x && x < high),
        _ => false,
    }
}

fn each_once<'a>(known: &[&str], mut names: impl Iterator<Item = Option<&'a str>>) -> bool {
    let mut seen = Vec::new();
    names.all(|name| {
        let is_new = name.is_some_and(|name| known.contains(&name) && !seen.contains(&name));
        seen.extend(name);
        is_new
    })
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A finite number; whole ones count.
fn number(value: &DeValue<'_>) -> Option<f64> {
    let number = match value {
        DeValue::Float(float) => float.as_str().parse().ok()?,
        whole => integer(whole)? as f64,
    };
    Some(number).filter(|number: &f64| number.is_finite())
}

/// What the kind allows, for people.
fn expected(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text that is not empty".to_owned(),
        Kind::Mark => "a text without control characters".to_owned(),
        Kind::Texts => "a text or a list of texts, none of them empty".to_owned(),
        Kind::Choice(names) => any_of(names),
        Kind::Names(names) => format!("some of these, each once: {}", names.join(", ")),
        Kind::Scheme(names) => any_of(&[names, &["bpe:FILE", "spm:FILE"]].concat()),
        Kind::Slice => "field=value, or field=* for each value".to_owned(),
        Kind::Flag | Kind::YesNo => "true or false".to_owned(),
        Kind::Integer { min, max } if min == max => min.to_string(),
        Kind::Integer { min, max: i64::MAX } => format!("a whole number of at least {min}"),
        Kind::Integer { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Number { min: f64::NEG_INFINITY, max: f64::INFINITY } => "a finite number".to_owned(),
        Kind::Number { min, max: f64::INFINITY } => format!("a finite number of at least {min}"),
        Kind::Number { min, max } if max < 1e6 => format!("a number from {min} to {max}"),
        Kind::Number { min, max } => format!("a number from {min} to {max:e}"),
        Kind::Between { low, high } => {
            format!("a number between {low} and {high}, neither included")
        }
        Kind::Table(section) | Kind::Tables(section) if section.title.starts_with('[') => {
            format!("a table {}", section.title)
        }
        Kind::Table(section) | Kind::Tables(section) => {
            let keys: Vec<&str> = section.keys.iter().map(|key| key.name).collect();
            format!("a table with {}", keys.join(", "))
        }
        Kind::Metrics => "a table of options".to_owned(),
    }
}

/// A value as errors show it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("'{text}'"),
        DeValue::Integer(integer) => integer.to_string(),
        DeValue::Float(float) => float.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(list) => {
            let items: Vec<String> = list.iter().map(|item| shown(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn wrong(
    key: &str,
    kind: Kind,
    value: &DeValue<'_>,
    span: &Range<usize>,
    place: &Place,
) -> Located {
    let (key, section) = (key.to_owned(), place.title.clone());
    let (found, expected) = (shown(value), expected(kind));
    Located { at: span.start, problem: Problem::Value { key, section, found, expected } }
}

fn unknown(
    what: &'static str,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    place: &Place,
    known: impl Iterator<Item = &'static str>,
) -> Located {
    let known: Vec<&str> = known.collect();
    let (at, name, section) = (name.span().start, name.get_ref().to_string(), place.title.clone());
    let instead = match nearest(&name, &known) {
        Some(known) => format!("did you mean '{known}'?"),
        None => format!("expected {}", any_of(&known)),
    };
    Located { at, problem: Problem::Unknown { what, name, section, instead } }
}

/// What was probably meant: a third of its letters may be wrong, and hyphens may be underscores.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace('_', "-");
    let distance = |other: &str| strsim::damerau_levenshtein(&plain(name), &plain(other));
    let best = known.iter().copied().min_by_key(|other| distance(other))?;
    (distance(best) <= best.chars().count().div_ceil(3)).then_some(best)
}
