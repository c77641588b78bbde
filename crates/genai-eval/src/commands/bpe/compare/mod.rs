//! `genai-eval bpe compare`: what tokenizers make of the same files, side by side.

mod equality;
mod measures;
mod report;

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_bpe::Tokenizer;
use genai_bpe::statistics::{Measurer, RENYI_POWER, Statistics};

use self::measures::Measured;
use super::RunArguments;
use super::reading::{FileRead, Next, Reading, Texts};
use super::table::Format;
use super::vocabulary::LoadingArguments;
use crate::Outcome;
use crate::read::{InputError, STANDARD_INPUT};

#[derive(Args, Debug)]
struct Arguments {
    /// The texts, one a line; of several files each is a language, of parallel lines if they are as
    /// many; - is stdin
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT)]
    files: Vec<String>,
    /// A tokenizer: a file, a folder with one, or the name of one that is built in; again for more
    #[arg(long = "vocab", value_name = "V", required = true, value_parser = NonEmptyStringValueParser::new(), help_heading = "Tokenizer")]
    vocabularies: Vec<String>,
    #[command(flatten)]
    loading: LoadingArguments,
    /// The order of Rényi's entropy; 1 is Shannon's
    #[arg(long, value_name = "X", default_value_t = RENYI_POWER, value_parser = power, allow_negative_numbers = true, help_heading = "Measures")]
    power: f64,
    /// Only see whether all tokenizers give the same ids: exit code 1 and the first line where they don't
    #[arg(long, help_heading = "Gate")]
    expect_equal: bool,
    #[command(flatten)]
    run: RunArguments,
}

fn power(text: &str) -> Result<f64, String> {
    let power = text.parse::<f64>().ok().filter(|power| power.is_finite() && *power >= 0.0);
    power.ok_or_else(|| "expected a number from 0 up".to_owned())
}

pub(super) fn command() -> Command {
    let command = Command::new("compare")
        .about("Compare tokenizers on files: fertility, compression, parity, entropy, round trips")
        .after_long_help(measures::explained());
    Arguments::augment_args(command).arg(Format::argument())
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let arguments = Arguments::from_arg_matches(matches)?;
    let format = Format::of(matches, arguments.run.output.as_deref());
    let output = arguments.run.open_output(&arguments.files)?;
    let load = |name: &String| arguments.loading.load_one_of(name);
    let tokenizers: Vec<Tokenizer> =
        arguments.vocabularies.iter().map(load).collect::<Result<_>>()?;
    let reading = Reading {
        files: &arguments.files,
        whole: false,
        hashed: format == Format::Json,
        // What is counted by token would otherwise be held for many files at once.
        one_by_one: true,
        threads: arguments.run.threads,
        messages: arguments.run.messages(),
    };
    if arguments.expect_equal {
        if tokenizers.len() < 2 {
            bail!("one tokenizer equals itself, expected a second --vocab beside --expect-equal");
        }
        return equality::run(&arguments, &tokenizers, &reading, format, output);
    }
    let (read, measured) = measure(&tokenizers, &reading, arguments.power)?;
    let report = report::Report { arguments: &arguments, read: &read, measured: &measured };
    output.write(|out| report.write(format, out))?;
    Ok(Outcome::Success)
}

/// Lines without their text again that are named.
const SHOWN: usize = 5;

/// Measures every file with every tokenizer.
fn measure(
    tokenizers: &[Tokenizer],
    reading: &Reading<'_>,
    power: f64,
) -> Result<(Vec<FileRead>, Vec<Measured>)> {
    let workers = Workers { tokenizers, idle: Mutex::new(Vec::new()) };
    let mut measured: Vec<Measured> = tokenizers.iter().map(|t| Measured::new(t, power)).collect();
    let mut finish = |(file, lines): (usize, Vec<Vec<u64>>)| {
        let found = workers.take_statistics(file).into_iter().zip(lines);
        for (measured, (statistics, lines)) in measured.iter_mut().zip(found) {
            measured.add_file(&statistics, lines);
        }
    };
    let no_lines = || vec![Vec::new(); tokenizers.len()];
    // The file under way, and for each tokenizer the first lines that it changes.
    let mut current: Option<(usize, Vec<Vec<u64>>)> = None;
    let mut seen = vec![false; reading.files.len()];
    let read = reading.each(
        |texts| workers.measure(texts),
        |texts, changed| {
            if let Some(done) = current.take_if(|(file, _)| *file != texts.file) {
                finish(done);
            }
            seen[texts.file] = true;
            let (_, lines) = current.get_or_insert_with(|| (texts.file, no_lines()));
            for (known, changed) in lines.iter_mut().zip(changed) {
                known.extend(changed.into_iter().take(SHOWN - known.len()));
            }
            Ok(Next::More)
        },
    )?;
    if let Some(empty) = seen.iter().position(|seen| !seen) {
        return Err(InputError::Empty { name: reading.files[empty].clone() }.into());
    }
    if let Some(done) = current {
        finish(done);
    }
    measures::relate(&mut measured);
    Ok((read, measured))
}

/// What threads have counted so far: of a file, for each tokenizer.
struct Workers<'t> {
    tokenizers: &'t [Tokenizer],
    idle: Mutex<Vec<(usize, Vec<Measurer<'t>>)>>,
}

impl<'t> Workers<'t> {
    fn idle(&self) -> MutexGuard<'_, Vec<(usize, Vec<Measurer<'t>>)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For each tokenizer, the first lines that decoding does not give back.
    fn measure(&self, texts: &Texts) -> Result<Vec<Vec<u64>>> {
        let waiting = {
            let mut idle = self.idle();
            let same = idle.iter().position(|(file, _)| *file == texts.file);
            same.map(|place| idle.swap_remove(place).1)
        };
        let mut measurers =
            waiting.unwrap_or_else(|| self.tokenizers.iter().map(Measurer::new).collect());
        let mut changed = vec![Vec::new(); measurers.len()];
        for (line, text) in texts.numbered()? {
            for (measurer, changed) in measurers.iter_mut().zip(&mut changed) {
                if !measurer.add(text) && changed.len() < SHOWN {
                    changed.push(line);
                }
            }
        }
        self.idle().push((texts.file, measurers));
        Ok(changed)
    }

    /// What a file came to, for each tokenizer.
    fn take_statistics(&self, file: usize) -> Vec<Statistics> {
        let mut sums = vec![Statistics::default(); self.tokenizers.len()];
        for (_, measurers) in self.idle().extract_if(.., |(of, _)| *of == file) {
            for (sum, measurer) in sums.iter_mut().zip(measurers) {
                sum.add(&measurer.finish());
            }
        }
        sums
    }
}
