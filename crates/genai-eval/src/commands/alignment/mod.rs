//! `--alignment FILE`: the alignments that a metric's numbers are counted on, segment by segment.
//!
//! While segments are measured nobody knows their numbers: so what a thread keeps of a hypothesis
//! has no name yet, and gets it when all is written.

mod json;
mod picture;

use std::ffi::OsStr;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::{Arg, ArgMatches, value_parser};
use genai_metrics::metrics::{AlignedText, Entry};
use genai_metrics::text::Transcript;
use genai_metrics::{Direction, Error, References, Score, Scorer, Signature, Spec, Text, Worker};

use super::metric_options::Given;
use crate::read::json::Cell;

/// The argument's name.
const NAME: &str = "alignment";

/// How alignments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// For people.
    Picture { coloured: bool },
    /// One array.
    Json,
    /// An object a line.
    JsonLines,
}

pub(super) fn argument() -> Arg {
    Arg::new(NAME)
        .long(NAME)
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help_heading("Output")
        .help(
            "Also write what became of each word to FILE: text, with - before the result; JSON if it \
             ends in .json, JSONL if in .jsonl",
        )
}

/// What `--alignment` asks for.
#[derive(Clone, Debug)]
pub(super) struct Alignments {
    pub(super) path: PathBuf,
    transcript: Transcript,
    form: Form,
}

impl Alignments {
    /// None if it was not asked for.
    ///
    /// # Errors
    /// Of the metric's options.
    pub(super) fn from_matches(
        entry: &Entry,
        given: &Given,
        matches: &ArgMatches,
    ) -> Result<Option<Self>> {
        let Some(align) = entry.alignment else { return Ok(None) };
        let Some(path) = matches.get_one::<PathBuf>(NAME) else { return Ok(None) };
        let transcript = align(&given.options).map_err(|error| given.explain(error))?;
        let extension = path.extension().map(OsStr::to_ascii_lowercase);
        let form = match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("json") => Form::Json,
            Some("jsonl") => Form::JsonLines,
            _ => Form::Picture { coloured: false },
        };
        Ok(Some(Self { path: path.clone(), transcript, form }))
    }

    /// Whether people can read it before a result for people.
    pub(super) fn is_for_people(&self) -> bool {
        matches!(self.form, Form::Picture { .. })
    }

    /// With colours, if its form knows any.
    pub(super) fn coloured(mut self, yes: bool) -> Self {
        if let Form::Picture { coloured } = &mut self.form {
            *coloured = yes;
        }
        self
    }

    /// Writes what was kept of so many segments, of each for one system after the other.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub(super) fn write(
        &self,
        kept: &mut dyn Read,
        segments: u64,
        ids: &[Cell],
        systems: &[String],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut kept = BufReader::new(kept);
        let mut body = Vec::new();
        if self.form == Form::Json {
            out.write_all(b"[\n")?;
        }
        for (index, id) in (0..segments).zip(ids.iter().map(Some).chain(std::iter::repeat(None))) {
            for (number, system) in systems.iter().enumerate() {
                read_frame(&mut kept, &mut body)?;
                if self.form == Form::Json && (index, number) != (0, 0) {
                    out.write_all(b",\n")?;
                }
                match self.form {
                    Form::Picture { .. } => {
                        let system = (systems.len() > 1).then_some(system.as_str());
                        picture::write_heading(index, id, system, out)?;
                        out.write_all(&body)?;
                    }
                    Form::Json | Form::JsonLines => {
                        json::write_head(system, index, id, out)?;
                        out.write_all(&body)?;
                    }
                }
                if self.form != Form::Json {
                    out.write_all(b"\n")?;
                }
            }
        }
        if self.form == Form::Json {
            out.write_all(b"\n]\n")?;
        }
        Ok(())
    }
}

/// What was kept of a hypothesis comes with its length before it.
fn write_frame(body: &[u8], out: &mut Vec<u8>) {
    out.extend((body.len() as u64).to_le_bytes());
    out.extend(body);
}

fn read_frame(kept: &mut impl Read, body: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 8];
    kept.read_exact(&mut length)?;
    body.clear();
    kept.take(u64::from_le_bytes(length)).read_to_end(body).map(drop)
}

/// A scorer without columns runs beside the metrics, and keeps an alignment of each hypothesis.
impl Scorer for Alignments {
    fn spec(&self) -> Spec {
        Spec {
            name: NAME,
            title: NAME.to_owned(),
            // Alignments show words, of which metrics see numbers.
            tokenizer: None,
            direction: Direction::Lower,
            scale: 1.0,
            bootstrap: None,
            decimals: 0,
            signature: Signature::default(),
        }
    }

    fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(Aligning { alignments: self, kept: String::new() })
    }

    fn score(&self, _row: &[f64]) -> Score {
        Score::new(0.0)
    }

    fn remarks(&self, _row: &[f64]) -> Vec<String> {
        Vec::new()
    }

    fn describe(&self, _score: &Score) -> String {
        String::new()
    }
}

struct Aligning<'a> {
    alignments: &'a Alignments,
    kept: String,
}

impl Worker for Aligning<'_> {
    fn prepare(&mut self, _references: References<'_>) {}

    fn measure(
        &mut self,
        hypothesis: Text<'_>,
        references: References<'_>,
        _row: &mut [f64],
    ) -> Result<(), Error> {
        let Alignments { transcript, form, path: _ } = *self.alignments;
        let references: Vec<&str> = references.iter().map(|reference| reference.raw).collect();
        let (closest, aligned) = AlignedText::closest(&references, hypothesis.raw, transcript)?;
        self.kept = match form {
            Form::Picture { coloured } => picture::of(&aligned, transcript.unit, coloured),
            Form::Json | Form::JsonLines => {
                json::body(&aligned, transcript.unit, references[closest], hypothesis.raw)
            }
        };
        Ok(())
    }

    fn record(&mut self, _recorder: usize, out: &mut Vec<u8>) {
        write_frame(self.kept.as_bytes(), out);
    }
}
