//! Tables of names, counts and quotients, as text, CSV, TSV or Markdown.

use std::io::{self, Write};
use std::path::Path;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use serde::{Serialize, Serializer};

use crate::report::{self, Side};

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Csv,
    Tsv,
    Markdown,
}

const FORMATS: [(&str, Format); 5] = [
    ("text", Format::Text),
    ("json", Format::Json),
    ("csv", Format::Csv),
    ("tsv", Format::Tsv),
    ("md", Format::Markdown),
];

impl Format {
    pub(super) fn argument() -> Arg {
        let names = FORMATS.map(|(name, _)| name);
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(PossibleValuesParser::new(names))
            .hide_possible_values(true)
            .help_heading("Output")
            .help("text, json, csv, tsv or md [default: by the extension of -o, else text]")
    }

    /// The format that was asked for, or that the output's name ends in.
    pub(super) fn of(matches: &ArgMatches, output: Option<&Path>) -> Self {
        let given = matches.get_one::<String>("format").map(String::as_str);
        let extension = || output?.extension()?.to_str();
        let name = given.or_else(extension).map(str::to_ascii_lowercase);
        let found = FORMATS.iter().find(|(known, _)| name.as_deref() == Some(known));
        found.map_or(Self::Text, |(_, format)| *format)
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Text(String),
    Count(Option<u64>),
    /// With the decimals that people get to see.
    Number(Option<f64>, usize),
}

impl Cell {
    fn side(&self) -> Side {
        if matches!(self, Self::Text(_)) { Side::Left } else { Side::Right }
    }

    /// For people.
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => report::printable(text),
            Self::Count(Some(count)) => count.to_string(),
            Self::Number(Some(number), decimals) => format!("{number:.decimals$}"),
            Self::Count(None) | Self::Number(None, _) => "-".to_owned(),
        }
    }

    /// For programs.
    fn full(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(Some(count)) => count.to_string(),
            Self::Number(Some(number), _) => format!("{number:?}"),
            Self::Count(None) | Self::Number(None, _) => String::new(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(count) => count.serialize(serializer),
            Self::Number(number, _) => number.serialize(serializer),
        }
    }
}

/// A heading for each cell of a row, and rows.
pub(super) struct Table {
    pub(super) headings: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Writes it in any format but JSON, which has more to say than tables.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text | Format::Json => self.write_text(out),
            Format::Csv => self.write_separated(b',', out),
            Format::Tsv => self.write_separated(b'\t', out),
            Format::Markdown => self.write_markdown(out),
        }
    }

    fn sides(&self) -> Vec<Side> {
        self.rows.first().into_iter().flatten().map(Cell::side).collect()
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let headings = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::shown).collect());
        let rows: Vec<Vec<String>> = std::iter::once(headings).chain(rows).collect();
        report::write_table(&self.sides(), &rows, out)
    }

    fn write_separated(&self, separator: u8, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
        writer.write_record(&self.headings).map_err(report::io_error)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::full)).map_err(report::io_error)?;
        }
        writer.flush()
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        report::write_row(self.headings.iter().copied(), None, out)?;
        let rule = |side: &Side| if *side == Side::Left { "---|" } else { "---:|" };
        writeln!(out, "|{}", self.sides().iter().map(rule).collect::<String>())?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::shown).collect();
            report::write_row(cells.iter().map(String::as_str), None, out)?;
        }
        Ok(())
    }
}
