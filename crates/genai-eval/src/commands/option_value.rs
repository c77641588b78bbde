//! The values of metrics' options, as a user writes them and as a metric knows them.

use genai_metrics::OptionKind;

use super::scheme;
pub(super) use crate::gate::configuration::OptionValue;

impl OptionValue {
    /// The value as on a command line, checked; `true` or `false` for a flag.
    ///
    /// # Errors
    /// What would have been right.
    pub(super) fn written(&self, kind: OptionKind) -> Result<String, String> {
        let text = match (self, kind) {
            (Self::Flag(given), OptionKind::Flag) => return Ok(given.to_string()),
            (Self::Flag(true), OptionKind::YesNo) => "yes".to_owned(),
            (Self::Flag(false), OptionKind::YesNo) => "no".to_owned(),
            (Self::List(names), OptionKind::Names(_)) => names.join(","),
            // Names may be numbers, as those of SQuAD's versions.
            (Self::Integer(number), OptionKind::Choice(_) | OptionKind::Number { .. }) => {
                number.to_string()
            }
            (Self::Integer(number), OptionKind::Integer { .. }) => number.to_string(),
            (Self::Number(number), OptionKind::Choice(_) | OptionKind::Number { .. }) => {
                number.to_string()
            }
            (Self::Text(text), kind) if is_text(kind) => text.clone(),
            _ => return Err(expected(kind)),
        };
        checked(kind, &text)
    }
}

impl std::fmt::Display for OptionValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(names) => write!(f, "'{}'", names.join(", ")),
        }
    }
}

fn is_text(kind: OptionKind) -> bool {
    match kind {
        OptionKind::Flag | OptionKind::Integer { .. } | OptionKind::Number { .. } => false,
        OptionKind::YesNo
        | OptionKind::Choice(_)
        | OptionKind::Scheme(_)
        | OptionKind::Names(_)
        | OptionKind::Folder(_)
        | OptionKind::File
        | OptionKind::Text(_) => true,
    }
}

/// A value as the metric knows it: names in their own spelling, others as they are.
///
/// # Errors
/// What would have been right.
pub(super) fn checked(kind: OptionKind, value: &str) -> Result<String, String> {
    let takes = match kind {
        OptionKind::Flag => ["true", "false"].contains(&value),
        OptionKind::YesNo => ["yes", "no"].contains(&value),
        OptionKind::Choice(names) => names.contains(&value),
        OptionKind::Scheme(names) => names.contains(&value) || scheme::is_of_file(value),
        OptionKind::Names(names) => {
            let given = value.split(',').map(|given| spelled(names, given));
            let known: Option<Vec<&str>> = given.collect();
            return known.map(|known| known.join(",")).ok_or_else(|| expected(kind));
        }
        OptionKind::Folder(_) | OptionKind::File | OptionKind::Text(_) => !value.is_empty(),
        OptionKind::Integer { min, max } => {
            value.parse().is_ok_and(|number: u32| (min..=max).contains(&number))
        }
        OptionKind::Number { min, max } => {
            value.parse().is_ok_and(|number: f64| (min..=max).contains(&number))
        }
    };
    if takes { Ok(value.to_owned()) } else { Err(expected(kind)) }
}

/// What an option takes, in words.
fn expected(kind: OptionKind) -> String {
    match kind {
        OptionKind::Flag => "true or false".to_owned(),
        OptionKind::YesNo => "yes or no".to_owned(),
        OptionKind::Choice(names) => one_of(names.iter().copied()),
        OptionKind::Scheme(names) => one_of(names.iter().chain(&scheme::FILES).copied()),
        OptionKind::Names(names) => format!("some of {}", names.join(", ")),
        OptionKind::Folder(files) => format!("a folder with {}", files.join(", ")),
        OptionKind::File => "a file".to_owned(),
        OptionKind::Text(form) => form.to_owned(),
        OptionKind::Integer { min, max } => format!("a whole number from {min} to {max}"),
        OptionKind::Number { min, max } if max < 1e6 => format!("a number from {min} to {max}"),
        OptionKind::Number { min, max } => format!("a number from {min} to {max:e}"),
    }
}

/// `a, b or c`.
pub(super) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

/// The name that is meant, in any case, with blanks about it and hyphens in it: `rougeL` for
/// `ROUGE-L`.
pub(super) fn spelled(names: &[&'static str], given: &str) -> Option<&'static str> {
    names.iter().copied().find(|name| plain(name) == plain(given))
}

/// A name without what may be written otherwise.
pub(super) fn plain(name: &str) -> String {
    name.trim().replace('-', "").to_lowercase()
}

#[cfg(test)]
mod tests {
    use genai_metrics::metrics::{METRICS, TEXT_METRICS};

    use super::*;

    /// What an option has without being given is a value that can be given.
    #[test]
    fn defaults_and_choices_are_taken() {
        for option in METRICS.iter().chain(TEXT_METRICS).flat_map(|entry| entry.options) {
            let names = match option.kind {
                OptionKind::Choice(names)
                | OptionKind::Names(names)
                | OptionKind::Scheme(names) => names,
                _ => &[],
            };
            for value in names.iter().copied().chain(option.default) {
                assert_eq!(checked(option.kind, value).as_deref(), Ok(value), "{}", option.name);
            }
        }
    }

    #[test]
    fn values_are_checked() {
        let order = OptionKind::Integer { min: 1, max: 9 };
        let weight = OptionKind::Number { min: 0.5, max: 10.0 };
        let types = OptionKind::Names(&["rouge1", "rougeL"]);
        let scheme = OptionKind::Scheme(&["13a", "zh"]);
        for (kind, value, expected) in [
            (order, "9", Ok("9")),
            (order, "10", Err("a whole number from 1 to 9")),
            (order, "-1", Err("a whole number from 1 to 9")),
            (order, "4.0", Err("a whole number from 1 to 9")),
            (weight, "0.5", Ok("0.5")),
            (weight, "nan", Err("a number from 0.5 to 10")),
            (types, "ROUGE-L, rouge-1", Ok("rougeL,rouge1")),
            (types, "rouge1,wer", Err("some of rouge1, rougeL")),
            (types, "", Err("some of rouge1, rougeL")),
            (scheme, "zh", Ok("zh")),
            (scheme, "bpe:x=y", Ok("bpe:x=y")),
            (scheme, "bpe:", Err("13a, zh, bpe:FILE or spm:FILE")),
            (OptionKind::YesNo, "maybe", Err("yes or no")),
            (OptionKind::File, "", Err("a file")),
            (OptionKind::Choice(&["a"]), "b", Err("a")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(checked(kind, value), expected, "{value}");
        }
    }

    #[test]
    fn values_of_configuration_files_are_written() {
        let text = |text: &str| OptionValue::Text(text.to_owned());
        let types = OptionKind::Names(&["rouge1", "rougeL"]);
        let number = OptionKind::Number { min: 0.0, max: 2e6 };
        for (value, kind, written) in [
            (OptionValue::Flag(true), OptionKind::Flag, Ok("true")),
            (OptionValue::Flag(false), OptionKind::Flag, Ok("false")),
            (text("true"), OptionKind::Flag, Err("true or false")),
            (OptionValue::Flag(false), OptionKind::YesNo, Ok("no")),
            (text("yes"), OptionKind::YesNo, Ok("yes")),
            (OptionValue::Integer(2), OptionKind::Choice(&["1", "2"]), Ok("2")),
            (OptionValue::Integer(2), number, Ok("2")),
            (OptionValue::Number(0.25), number, Ok("0.25")),
            (OptionValue::Number(-0.25), number, Err("a number from 0 to 2e6")),
            (text("2"), number, Err("a number from 0 to 2e6")),
            (OptionValue::List(vec!["rouge-1".to_owned()]), types, Ok("rouge1")),
            (OptionValue::List(Vec::new()), types, Err("some of rouge1, rougeL")),
            (text("a.txt"), OptionKind::File, Ok("a.txt")),
        ] {
            let written = written.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(value.written(kind), written, "{value}");
        }
    }
}
