//! `genai-eval doctor`: what is odd about these files, before anyone trusts their score.

use std::io::{self, Write};

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde::Serialize;

use super::input::InputArguments;
use crate::Outcome;
use crate::examination::{Finding, Level, Pairs, Texts, of_bytes};
use crate::output::Output;
use crate::read::{
    BLOCK_SEGMENTS, Block, Census, FileRole, InputError, Lines, STANDARD_INPUT, Source,
};

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
struct Arguments {
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], hide_possible_values = true)]
    format: String,
}

pub(super) fn command() -> Command {
    let command = Command::new("doctor")
        .about("Say what is odd about the files to be scored")
        .after_long_help(
            "Looks for what makes scores wrong or meaningless: other encodings, line ends that \
             tools disagree on, blank or repeated segments, text that is tokenized or escaped, \
             lengths that don't fit. Exit code 0: they can be scored, 2: they can't.",
        );
    Arguments::augment_args(InputArguments::augment_args(command))
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: &'static str,
    chapters: &'a [Chapter],
}

/// What was found about one file, field or pair.
#[derive(Debug, Serialize)]
struct Chapter {
    name: String,
    summary: String,
    findings: Vec<Finding>,
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let input = InputArguments::from_arg_matches(matches)?;
    let format = Arguments::from_arg_matches(matches)?.format;
    let mut chapters = Vec::new();
    for file in input.text_files()? {
        if file == STANDARD_INPUT {
            bail!(
                "doctor reads its files twice, which standard input (-) does not allow; save it to a file"
            );
        }
        chapters.push(examine_file(&file)?);
    }
    let broken = chapters.iter().any(Chapter::has_error);
    if !broken {
        match input.source(false, None) {
            Ok(source) => examine_segments(source, &mut chapters),
            Err(error) => chapters.push(failure(&error)),
        }
    }
    let broken = chapters.iter().any(Chapter::has_error);
    Output::Standard.write(|out| match format.as_str() {
        "json" => write_json(&chapters, out),
        _ => write_text(&chapters, out),
    })?;
    if broken {
        bail!("the files cannot be scored as they are");
    }
    Ok(Outcome::Success)
}

impl Chapter {
    fn has_error(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Error)
    }
}

fn failure(error: &anyhow::Error) -> Chapter {
    let (message, _) = crate::explain(error);
    let message = message.trim_end().replace("error: ", "").replace("\nhint: ", "; ");
    Chapter {
        name: "all files".to_owned(),
        summary: "cannot be read together".to_owned(),
        findings: vec![Finding::error(message)],
    }
}

fn examine_file(name: &str) -> Result<Chapter> {
    let census = Census::of_file(name)?;
    let mut findings = of_bytes(&census);
    let mut lines = Lines::open(name, false)?;
    let mut texts = Texts::default();
    loop {
        let first = lines.count();
        let block = lines.next_block(BLOCK_SEGMENTS)?;
        if block.is_empty() {
            break;
        }
        match block.texts(name, first) {
            Ok(block) => block.for_each(|text| texts.add(text)),
            Err(error) => {
                findings.insert(0, Finding::error(error.to_string()));
                break;
            }
        }
    }
    if lines.had_byte_order_mark() {
        findings.push(Finding::odd("begins with a byte-order mark, which is taken off".to_owned()));
    }
    let summary = format!("{} lines, {} words", census.lines(), texts.words);
    if census.lines() == 0 {
        findings.push(Finding::error("it is empty".to_owned()));
    }
    findings.extend(texts.findings());
    Ok(Chapter { name: name.to_owned(), summary, findings })
}

/// The texts side by side: fields of records, and each system beside the first reference.
fn examine_segments<S: Source>(mut source: S, chapters: &mut Vec<Chapter>) {
    let systems = source.systems().to_vec();
    let records = source.files().iter().any(|(role, ..)| *role == FileRole::Data);
    let mut texts: Vec<Texts> = systems.iter().map(|_| Texts::default()).collect();
    let mut pairs: Vec<Pairs> = systems.iter().map(|_| Pairs::default()).collect();
    let mut references = Texts::default();
    let mut unreferenced = 0;
    let mut examine = || -> Result<(), InputError> {
        while let Some(block) = source.next_block()? {
            block.visit(&mut |segment| {
                let there = segment.references.iter().flatten();
                unreferenced += u64::from(there.clone().next().is_none());
                for reference in there.clone() {
                    references.add(reference);
                }
                for (system, hypothesis) in segment.hypotheses.iter().enumerate() {
                    texts[system].add(hypothesis);
                    if let Some(reference) = there.clone().next() {
                        pairs[system].add(hypothesis, reference);
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    };
    if let Err(error) = examine() {
        chapters.push(failure(&error.into()));
        return;
    }
    let chapter = |name: String, segments: u64, words: u64, findings| Chapter {
        name,
        summary: format!("{segments} texts, {words} words"),
        findings,
    };
    if records {
        let (segments, words) = (references.segments, references.words);
        let mut findings = references.findings();
        if unreferenced > 0 {
            let message = format!("{unreferenced} records have no reference");
            findings.insert(0, Finding::error(message));
        }
        chapters.push(chapter("references".to_owned(), segments, words, findings));
    }
    for ((system, texts), pairs) in systems.into_iter().zip(texts).zip(pairs) {
        if records {
            let (segments, words) = (texts.segments, texts.words);
            chapters.push(chapter(system.clone(), segments, words, texts.findings()));
        }
        let ratio = pairs.length_ratio().map_or_else(
            || "no characters in the references".to_owned(),
            |ratio| format!("{ratio:.2} characters for each of the reference"),
        );
        let name = format!("{system} beside its first reference");
        chapters.push(Chapter { name, summary: ratio, findings: pairs.findings() });
    }
}

fn write_text(chapters: &[Chapter], out: &mut dyn Write) -> io::Result<()> {
    for Chapter { name, summary, findings } in chapters {
        writeln!(out, "{name}: {summary}")?;
        if findings.is_empty() {
            writeln!(out, "  nothing odd")?;
        }
        for Finding { level, message, lines } in findings {
            let level = if *level == Level::Error { "error" } else { "odd" };
            let places: Vec<String> = lines.iter().map(u64::to_string).collect();
            let places = match places.len() {
                0 => String::new(),
                1 => format!(" (line {})", places[0]),
                _ => format!(" (lines {} …)", places.join(", ")),
            };
            writeln!(out, "  {level}: {message}{places}")?;
        }
    }
    Ok(())
}

fn write_json(chapters: &[Chapter], out: &mut dyn Write) -> io::Result<()> {
    let document = Document { schema: "genai-eval/doctor/1", tool: crate::TOOL, chapters };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
