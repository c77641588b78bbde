//! The arguments that name what is read.

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, ArgMatches, Args};

use crate::gate::configuration::Data;
use crate::read::{AnySource, Field, InputError, ParallelFiles, RecordFields, Records};
use crate::samples::Divisions;

#[derive(Args, Debug)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArguments {
    /// References, one segment a line; again for more references of each segment; - is stdin
    #[arg(long = "ref", value_name = "FILE", conflicts_with = "data", value_parser = NonEmptyStringValueParser::new())]
    references: Vec<String>,
    /// Hypotheses, one segment a line; again for more systems; - is stdin
    #[arg(long = "hyp", value_name = "[NAME=]FILE", conflicts_with = "data", value_parser = NonEmptyStringValueParser::new())]
    hypotheses: Vec<String>,
    /// JSONL: one object a line with hypothesis and references
    #[arg(long, value_name = "FILE")]
    data: Option<String>,
    /// The field with the hypothesis, or a JSON Pointer; again for more systems
    #[arg(long = "hyp-field", value_name = "[NAME=]FIELD", requires = "data", conflicts_with_all = ["references", "hypotheses"])]
    hypothesis_fields: Vec<String>,
    /// The field with a reference, a list of alternatives, or null; again for more
    #[arg(long = "ref-field", value_name = "FIELD", requires = "data", conflicts_with_all = ["references", "hypotheses"])]
    reference_fields: Vec<String>,
    /// The field with the segment's id
    #[arg(long, value_name = "FIELD", requires = "data", conflicts_with_all = ["references", "hypotheses"])]
    id_field: Option<String>,
    /// Also score the segments by each value of this field, such as lang; again for more
    #[arg(long = "slice-field", value_name = "FIELD", requires = "data", conflicts_with_all = ["references", "hypotheses"])]
    slice_fields: Vec<String>,
    /// Draw segments with the same value of this field as one, such as doc, for intervals and tests
    #[arg(long, value_name = "FIELD", requires = "data", conflicts_with_all = ["references", "hypotheses"])]
    cluster_field: Option<String>,
}

/// What stands for a newline unless another mark is named.
pub(super) const DEFAULT_NEWLINE_MARK: &str = "<n>";

const NEWLINE_MARK: &str = "newline-mark";

/// The argument for metrics to which newlines within a segment mean something.
pub(super) fn newline_mark_argument() -> Arg {
    Arg::new(NEWLINE_MARK)
        .long(NEWLINE_MARK)
        .value_name("MARK")
        .default_value(DEFAULT_NEWLINE_MARK)
        .conflicts_with("data")
        .value_parser(newline_mark)
        .help_heading("Input")
        .help(
            "What stands for a newline within a segment in text files; an empty MARK: nothing does",
        )
}

/// The mark that was given, or is the default; none if there is no such argument or it is empty.
pub(super) fn newline_mark_of(matches: &ArgMatches) -> Option<&str> {
    let mark = matches.try_get_one::<String>(NEWLINE_MARK).ok().flatten()?;
    (!mark.is_empty()).then_some(mark)
}

fn newline_mark(text: &str) -> Result<String, String> {
    if text.contains(char::is_control) {
        return Err("expected a mark without control characters".to_owned());
    }
    Ok(text.to_owned())
}

impl InputArguments {
    /// Everything that is read, as it was named.
    pub(super) fn files(&self) -> Result<Vec<String>> {
        Ok(self.text_files()?.into_iter().chain(self.data.clone()).collect())
    }

    /// The files with hypotheses.
    pub(super) fn hypothesis_files(&self) -> Result<Vec<String>> {
        let hypotheses = named(&self.hypotheses, "--hyp", is_file)?;
        Ok(hypotheses.into_iter().map(|(_, file)| file).collect())
    }

    /// The files with one text a line.
    pub(super) fn text_files(&self) -> Result<Vec<String>> {
        let hypotheses = named(&self.hypotheses, "--hyp", is_file)?;
        Ok(self.references.iter().cloned().chain(hypotheses.into_iter().map(|(_, f)| f)).collect())
    }

    /// What is named, as a configuration has it; nothing if nothing is.
    ///
    /// # Errors
    /// If there are several systems.
    pub(super) fn named_data(&self) -> Result<Option<Data>> {
        let hypotheses = named(&self.hypotheses, "--hyp", is_file)?;
        let fields = named(&self.hypothesis_fields, "--hyp-field", |_| false)?;
        if hypotheses.len() > 1 || fields.len() > 1 {
            bail!(
                "several candidates, expected one --hyp; what it is compared with is --baseline-hyp"
            );
        }
        if self.data.is_none() && self.references.is_empty() && hypotheses.is_empty() {
            return Ok(None);
        }
        let only = |given: Vec<(String, String)>| given.into_iter().next().map(|(_, value)| value);
        Ok(Some(Data {
            references: self.references.clone(),
            hyp: only(hypotheses),
            data: self.data.clone(),
            hyp_field: only(fields),
            ref_field: self.reference_fields.clone(),
            id_field: self.id_field.clone(),
            slice_fields: self.slice_fields.clone(),
            cluster_field: self.cluster_field.clone(),
            ..Data::default()
        }))
    }

    /// By which fields segments are told apart.
    pub(super) fn divisions(&self) -> Divisions {
        let (slice_fields, cluster_field) = (self.slice_fields.clone(), self.cluster_field.clone());
        Divisions { slice_fields, cluster_field }
    }

    /// What the arguments name, opened; in text files `newline_mark` stands for a newline within a segment.
    pub(super) fn source(&self, hashed: bool, newline_mark: Option<&str>) -> Result<AnySource> {
        if let Some(data) = &self.data {
            let hypotheses = named(&self.hypothesis_fields, "--hyp-field", |_| false)?;
            let fields = RecordFields {
                hypotheses: hypotheses.iter().map(|(s, f)| (s.clone(), Field::new(f))).collect(),
                references: self.reference_fields.iter().map(|field| Field::new(field)).collect(),
                id: self.id_field.as_deref().map(Field::new),
                labels: self.divisions().fields().map(Field::new).collect(),
            };
            return Ok(AnySource::Records(Box::new(Records::open(data, fields, hashed)?)));
        }
        match (self.references.is_empty(), self.hypotheses.is_empty()) {
            (true, true) => {
                bail!("nothing to score, expected --ref FILE --hyp FILE, or --data FILE")
            }
            (true, false) => bail!("no references, expected --ref FILE beside --hyp"),
            (false, true) => bail!("no hypotheses, expected --hyp FILE beside --ref"),
            (false, false) => {}
        }
        let hypotheses = named(&self.hypotheses, "--hyp", is_file)?;
        let files = ParallelFiles::open(&self.references, &hypotheses, hashed)?;
        Ok(AnySource::Files(files.with_newline_mark(newline_mark.unwrap_or_default())))
    }
}

/// Whether `name=file` is itself the name of a file.
pub(super) fn is_file(whole: &str) -> bool {
    std::fs::metadata(whole).is_ok()
}

/// `name=value` apart; without a name, or where the whole is a value, the value is the name.
pub(super) fn named(
    given: &[String],
    option: &'static str,
    is_value: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for whole in given {
        let (name, value) = match whole.split_once('=') {
            Some((name, value)) if !name.is_empty() && !is_value(whole) => (name, value),
            _ => (whole.as_str(), whole.as_str()),
        };
        let (name, value) = (name.to_owned(), value.to_owned());
        if name.contains(char::is_control) {
            // It would break tables and reach terminals.
            bail!("the name of a system holds a control character, expected {option} NAME={value}");
        }
        if pairs.iter().any(|(other, _)| *other == name) {
            return Err(InputError::SystemTwice { name, option, value }.into());
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}
