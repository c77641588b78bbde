//! A metric's options, from the registry to the command line and back.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use genai_metrics::{ErrorKind, OptionKind, OptionSpec, Options};

use super::option_value::spelled;
use super::scheme::{self, SchemeParser};
use crate::messages::Messages;
use crate::read::{Lines, STANDARD_INPUT, byte_order_mark_warning};
use crate::report::InputFile;

/// An option of a metric as an argument.
pub(super) fn argument(option: &OptionSpec) -> Arg {
    let arg = Arg::new(option.name).long(option.name).help(option.help).help_heading("Metric");
    let arg = match option.default {
        Some(default) => arg.default_value(default),
        None => arg,
    };
    match option.kind {
        OptionKind::Flag => arg.action(ArgAction::SetTrue),
        OptionKind::YesNo => arg
            .num_args(0..=1)
            .value_name("yes|no")
            .default_missing_value("yes")
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(["yes", "no"])),
        OptionKind::Choice(names) => {
            arg.value_name("NAME").value_parser(PossibleValuesParser::new(names))
        }
        OptionKind::Scheme(names) => arg.value_name("NAME").value_parser(SchemeParser(names)),
        OptionKind::Names(names) => arg
            .value_name("NAME,…")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(NameParser(names)),
        OptionKind::Text(form) => arg.value_name(form),
        OptionKind::File => arg.value_name("FILE"),
        OptionKind::Folder(_) => arg.value_name("FOLDER"),
        OptionKind::Integer { min, max } => arg
            .value_name("N")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(u32).range(i64::from(min)..=i64::from(max))),
        OptionKind::Number { .. } => {
            arg.value_name("X").allow_negative_numbers(true).value_parser(value_parser!(f64))
        }
    }
}

/// One of some names, however it is [`spelled`].
#[derive(Clone)]
struct NameParser(&'static [&'static str]);

impl TypedValueParser for NameParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let known = spelled(self.0, &value.to_string_lossy());
        let value = known.map_or(value, OsStr::new);
        PossibleValuesParser::new(self.0).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

/// What was given for a metric's options.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// The options' values; of files, what they hold.
    pub(super) options: Options,
    /// The files that were read for them.
    pub(super) files: Vec<InputFile>,
    /// By which name errors of metrics speak of each: its option's, or its own in a folder.
    names: Vec<&'static str>,
}

impl Given {
    /// Gives an option a value as it is written; files are read, and hashed if that is asked for.
    ///
    /// # Errors
    /// If a file cannot be read, is not UTF-8 or is no tokenizer.
    pub(super) fn take(
        &mut self,
        spec: &OptionSpec,
        value: &str,
        hashed: bool,
        messages: Messages,
    ) -> Result<()> {
        match spec.kind {
            OptionKind::Scheme(_) => match scheme::load(spec.name, value, hashed)? {
                Some((subwords, files)) => {
                    self.names.extend(files.iter().map(|_| spec.name));
                    self.files.extend(files);
                    self.options.set_subwords(spec.name, subwords);
                }
                None => self.options.set(spec.name, value),
            },
            OptionKind::Folder(files) => {
                if !Path::new(value).is_dir() {
                    let files = files.join(", ");
                    bail!("--{} {value} is no folder, expected one with {files}", spec.name);
                }
                for name in files {
                    let path = Path::new(value).join(name).display().to_string();
                    let (text, file) = read(spec.name, path, hashed, messages)?;
                    self.files.push(file);
                    self.names.push(name);
                    self.options.set_file(spec.name, name, &text);
                }
            }
            OptionKind::File => {
                let (text, file) = read(spec.name, value.to_owned(), hashed, messages)?;
                self.files.push(file);
                self.names.push(spec.name);
                self.options.set(spec.name, &text);
            }
            _ => self.options.set(spec.name, value),
        }
        Ok(())
    }

    /// The error of a metric with the file in which it found something wrong.
    pub(super) fn explain(&self, error: genai_metrics::Error) -> anyhow::Error {
        let (ErrorKind::BadLine { option: name, line, expected }
        | ErrorKind::BadModel { file: name, line, expected }) = error.kind()
        else {
            return error.into();
        };
        match self.names.iter().position(|known| known == name) {
            Some(at) => anyhow!("{}:{line}: expected {expected}", self.files[at].path),
            None => error.into(),
        }
    }
}

/// What was given for these options; files are read, and hashed if that is asked for.
///
/// # Errors
/// If a file cannot be read or is not UTF-8.
pub(super) fn given(
    specs: &[OptionSpec],
    matches: &ArgMatches,
    hashed: bool,
    messages: Messages,
) -> Result<Given> {
    let mut given = Given::default();
    for spec in specs {
        if let OptionKind::Flag = spec.kind {
            if matches.get_flag(spec.name) {
                given.take(spec, "true", hashed, messages)?;
            }
        } else if let OptionKind::Names(_) = spec.kind {
            if let Some(names) = matches.get_many::<String>(spec.name) {
                let names: Vec<&str> = names.map(String::as_str).collect();
                given.take(spec, &names.join(","), hashed, messages)?;
            }
        } else if let Some(value) = matches.get_raw(spec.name).and_then(Iterator::last) {
            given.take(spec, &value.to_string_lossy(), hashed, messages)?;
        }
    }
    Ok(given)
}

/// What a file holds, each of its lines ended by one line feed.
fn read(
    option: &str,
    path: String,
    hashed: bool,
    messages: Messages,
) -> Result<(String, InputFile)> {
    if path == STANDARD_INPUT {
        bail!("--{option} is standard input (-), expected a file");
    }
    let mut lines = Lines::open(&path, hashed)?;
    let text = lines.text_of_rest()?;
    if lines.had_byte_order_mark() {
        messages.warn(&byte_order_mark_warning(&path));
    }
    let sha256 = lines.facts().sha256();
    Ok((text, InputFile { path, sha256 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: &[OptionSpec] = &[
        OptionSpec {
            name: "types",
            kind: OptionKind::Names(&["a", "b", "c"]),
            default: Some("a,b"),
            help: "",
        },
        OptionSpec { name: "words", kind: OptionKind::File, default: None, help: "" },
        OptionSpec { name: "flag", kind: OptionKind::Flag, default: None, help: "" },
    ];

    fn parse(arguments: &[&str]) -> Result<Given> {
        let command = Command::new("x").args(SPECS.iter().map(argument));
        let matches = command.try_get_matches_from([&["x"], arguments].concat())?;
        given(SPECS, &matches, true, Messages { quiet: true })
    }

    #[test]
    fn names_are_joined() {
        for (arguments, types) in
            [(&[][..], "a,b"), (&["--types", "c"], "c"), (&["--types", "c,a"], "c,a")]
        {
            let given = parse(arguments).unwrap();
            assert_eq!(given.options.get("types"), Some(types));
            assert_eq!(given.options.get("words"), None);
            assert!(given.files.is_empty());
        }
        let error = parse(&["--types", "a,d"]).unwrap_err().to_string();
        assert!(error.contains("invalid value 'd'"), "{error}");
    }

    #[test]
    fn files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words").display().to_string();
        let read = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            parse(&["--words", &path])
        };
        let given = read(b"\xef\xbb\xbfone\r\n\ntwo, three").unwrap();
        assert_eq!(given.options.get("words"), Some("one\n\ntwo, three\n"));
        assert_eq!(given.files[0].path, path);
        assert_eq!(given.files[0].sha256.as_ref().map(String::len), Some(64));
        assert_eq!(read(b"").unwrap().options.get("words"), Some(""));
        let error = read(b"one\ncaf\xe9\n").unwrap_err().to_string();
        assert_eq!(error, format!("{path}:2: byte 4 of the line, 0xE9, is not valid UTF-8"));
        let error = parse(&["--words", "-"]).unwrap_err().to_string();
        assert_eq!(error, "--words is standard input (-), expected a file");
        let error = parse(&["--words", &format!("{path}-")]).unwrap_err().to_string();
        assert_eq!(error, format!("{path}-: no such file"));
    }
}
