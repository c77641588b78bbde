//! What was measured, as tables and as JSON.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::reading::FileRead;
use super::super::table::{Cell, Format, Table};
use super::super::vocabulary::sha256_of;
use super::Arguments;
use super::measures::{MEASURES, Measured, Measures, RELATIONS, SUMMARIES};

pub(super) struct Report<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) read: &'a [FileRead],
    pub(super) measured: &'a [Measured],
}

/// The name of all files together.
const ALL: &str = "(all)";

impl Report<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => self.write_json(out),
            Format::Csv | Format::Tsv => self.full_table().write(format, out),
            Format::Text | Format::Markdown => {
                self.shown_table().write(format, out)?;
                writeln!(out)?;
                self.summary_table().write(format, out)
            }
        }
    }

    /// A row for each tokenizer and file, and all files where there are several.
    fn rows(&self) -> impl Iterator<Item = (&str, Option<&str>, &Measured, &Measures)> {
        let named = self.arguments.vocabularies.iter().zip(self.measured);
        named.flat_map(|(name, measured)| {
            let files = self.read.iter().map(|file| Some(file.path.as_str())).zip(&measured.files);
            let all = (measured.files.len() > 1).then_some((None, &measured.all));
            files.chain(all).map(move |(file, measures)| (name.as_str(), file, measured, measures))
        })
    }

    /// Everything, for programs.
    fn full_table(&self) -> Table {
        let measures = MEASURES.iter().map(|measure| measure.key);
        let relations = RELATIONS.iter().map(|(key, ..)| *key);
        let summaries = SUMMARIES.iter().map(|(key, ..)| *key);
        let first = ["tokenizer", "family", "vocabulary_size", "file"];
        Table {
            headings: first.into_iter().chain(measures).chain(relations).chain(summaries).collect(),
            rows: self
                .rows()
                .map(|(name, file, measured, measures)| {
                    let size = Cell::Count(Some(measured.vocabulary_size as u64));
                    let family = Cell::Text(measured.family.to_owned());
                    let first = [text(name), family, size, text(file.unwrap_or(ALL))];
                    let summary =
                        |cell: &Cell| if file.is_none() { cell.clone() } else { Cell::Count(None) };
                    let values = measures.values.iter().cloned();
                    first
                        .into_iter()
                        .chain(values)
                        .chain(measured.summaries.iter().map(summary))
                        .collect()
                })
                .collect(),
        }
    }

    /// What people can take in at once.
    fn shown_table(&self) -> Table {
        let measures = MEASURES.iter().map(|measure| measure.heading);
        let relations = RELATIONS.iter().map(|(_, heading, _)| Some(*heading));
        let all: Vec<Option<&str>> = measures.chain(relations).collect();
        let row = |(name, file, _, measures): (&str, Option<&str>, &Measured, &Measures)| {
            let shown = measures.values.iter().zip(&all).filter(|(_, heading)| heading.is_some());
            [text(name), text(file.unwrap_or(ALL))]
                .into_iter()
                .chain(shown.map(|(cell, _)| cell.clone()))
                .collect()
        };
        Table {
            headings: ["tokenizer", "file"]
                .into_iter()
                .chain(all.iter().flatten().copied())
                .collect(),
            rows: self.rows().map(row).collect(),
        }
    }

    /// A row for each tokenizer.
    fn summary_table(&self) -> Table {
        let named = self.arguments.vocabularies.iter().zip(self.measured);
        let row = |(name, measured): (&String, &Measured)| {
            let size = Cell::Count(Some(measured.vocabulary_size as u64));
            let first = [text(name), text(measured.family), size];
            first.into_iter().chain(measured.summaries.iter().cloned()).collect()
        };
        let first = ["tokenizer", "family", "vocabulary"];
        Table {
            headings: first.into_iter().chain(SUMMARIES.iter().map(|(_, h, _)| *h)).collect(),
            rows: named.map(row).collect(),
        }
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let named = self.arguments.vocabularies.iter().zip(self.measured);
        let results = named.map(|(name, measured)| ResultJson {
            vocab: name,
            sha256: sha256_of(name),
            family: measured.family,
            vocabulary_size: measured.vocabulary_size,
            files: self
                .read
                .iter()
                .zip(&measured.files)
                .map(|(f, m)| Of(Some(&f.path), m))
                .collect(),
            all: Of(None, &measured.all),
            summary: Summary(&measured.summaries),
        });
        let document = Document {
            schema: "genai-eval/bpe-compare/1",
            tool: crate::TOOL,
            power: self.arguments.power,
            inputs: self.read,
            results: results.collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    power: f64,
    inputs: &'a [FileRead],
    results: Vec<ResultJson<'a>>,
}

#[derive(Serialize)]
struct ResultJson<'a> {
    vocab: &'a str,
    sha256: Option<String>,
    family: &'static str,
    vocabulary_size: usize,
    files: Vec<Of<'a>>,
    all: Of<'a>,
    summary: Summary<'a>,
}

/// The measures of a file, or of all.
struct Of<'a>(Option<&'a str>, &'a Measures);

impl Serialize for Of<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(path, measures) = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(path) = path {
            map.serialize_entry("path", path)?;
        }
        let relations = RELATIONS.iter().map(|(key, ..)| *key);
        let keys = MEASURES.iter().map(|measure| measure.key).chain(relations);
        for (key, value) in keys.zip(&measures.values) {
            map.serialize_entry(key, value)?;
        }
        if path.is_some() {
            map.serialize_entry("changed_lines", &measures.changed_lines)?;
        }
        map.end()
    }
}

/// The measures of all files together.
struct Summary<'a>(&'a [Cell]);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(SUMMARIES.iter().map(|(key, ..)| *key).zip(self.0))
    }
}
