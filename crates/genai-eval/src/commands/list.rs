//! `genai-eval list`: the metrics and the tokenization schemes.

use std::io::{self, Write};

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use genai_metrics::metrics::{Entry, METRICS, TEXT_METRICS};
use genai_metrics::text::{Scheme, Subwords};
use genai_metrics::{Level, Options, Spec};
use serde_json::{Value, json};

use super::perplexity;
use crate::Outcome;
use crate::output::Output;

pub(super) fn command() -> Command {
    Command::new("list").about("List the metrics and the tokenization schemes").arg(
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .default_value("text")
            .value_parser(["text", "json", "md"])
            .help("How it is written"),
    )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    let metrics: Vec<(&Entry, Spec)> = METRICS
        .iter()
        .map(|entry| {
            let scorers = (entry.build)(&Options::default(), Level::Corpus)?;
            let spec = scorers.first().map(|scorer| scorer.spec());
            Ok((entry, spec.with_context(|| format!("{} builds nothing", entry.name))?))
        })
        .chain(TEXT_METRICS.iter().map(|entry| Ok((entry, perplexity::spec()))))
        .collect::<Result<_>>()?;
    Output::Standard.write(|out| match format {
        "json" => write_json(&metrics, out),
        "md" => write_markdown(&metrics, out),
        _ => write_text(&metrics, out),
    })?;
    Ok(Outcome::Success)
}

fn write_text(metrics: &[(&Entry, Spec)], out: &mut dyn Write) -> io::Result<()> {
    let schemes = schemes();
    let names =
        metrics.iter().map(|(entry, _)| entry.name).chain(schemes.iter().map(|(name, _)| &**name));
    let width = names.map(str::len).max().unwrap_or(0) + 1;
    writeln!(out, "Metrics")?;
    for (Entry { name, summary, reference, .. }, spec) in metrics {
        writeln!(out, "  {name:width$} {summary} (as {reference}; {} is better)", spec.direction)?;
    }
    writeln!(out, "\nTokenization schemes (--tokenize)")?;
    for (name, summary) in &schemes {
        writeln!(out, "  {name:width$} {summary}")?;
    }
    Ok(())
}

/// Names and summaries of the schemes, those from files last.
fn schemes() -> Vec<(String, &'static str)> {
    let named = Scheme::ALL.iter().map(|scheme| (scheme.name().to_owned(), scheme.summary()));
    let of_files = Subwords::PREFIXES.iter().zip(Subwords::SUMMARIES);
    named.chain(of_files.map(|(prefix, summary)| (format!("{prefix}:FILE"), summary))).collect()
}

fn write_markdown(metrics: &[(&Entry, Spec)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| metric | what it is | numbers of | better | scale |\n|---|---|---|---|---:|")?;
    for (Entry { name, summary, reference, .. }, Spec { direction, scale, .. }) in metrics {
        writeln!(out, "| `{name}` | {summary} | {reference} | {direction} | {scale} |")?;
    }
    Ok(())
}

fn write_json(metrics: &[(&Entry, Spec)], out: &mut dyn Write) -> io::Result<()> {
    let metric = |(entry, spec): &(&Entry, Spec)| -> Value {
        let option = |option: &genai_metrics::OptionSpec| json!({"name": option.name, "default": option.default, "help": option.help});
        json!({
            "name": entry.name, "summary": entry.summary, "reference": entry.reference,
            "direction": spec.direction.to_string(), "scale": spec.scale,
            "options": entry.options.iter().map(option).collect::<Vec<_>>(),
        })
    };
    let scheme = |(name, summary): (String, _)| json!({"name": name, "summary": summary});
    let document = json!({
        "schema": "genai-eval/list/1", "tool": crate::TOOL,
        "metrics": metrics.iter().map(metric).collect::<Vec<_>>(),
        "schemes": schemes().into_iter().map(scheme).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
