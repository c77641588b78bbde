//! The gate's outputs: opened before the work, written together after it.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::super::metric_choice::Choice;
use super::super::run_arguments::RunArguments;
use crate::gate::baseline::StoredBaseline;
use crate::gate::configuration::{Configuration, ReportFiles};
use crate::gate::outputs::{github, json, junit, markdown, openmetrics, text};
use crate::gate::verdict::GateReport;
use crate::output::{Output, Staged};

/// How a report is written.
type Writer = fn(&GateReport, &mut dyn Write) -> io::Result<()>;

/// Where everything goes.
pub(super) struct Outputs {
    result: Output,
    is_standard: bool,
    files: Vec<(Output, Writer)>,
}

impl Outputs {
    /// Opens what was asked for.
    ///
    /// # Errors
    /// If one cannot be written, would replace what is read, or another.
    pub(super) fn open(
        configuration: &Configuration,
        file: Option<String>,
        wanted: &RunArguments,
        choice: &Choice,
        updates: bool,
    ) -> Result<Self> {
        let report = &configuration.report;
        let stored = configuration.baseline.as_ref().and_then(|baseline| baseline.path.as_ref());
        if report.github {
            [SUMMARY, OUTPUTS]
                .into_iter()
                .filter_map(variable)
                .try_for_each(|path| try_append(&path))?;
        }
        if let (true, Some(path)) = (updates, stored) {
            Output::open(Some(path))?;
        }
        let asked: [(&str, &Option<PathBuf>, Writer); 4] = [
            ("json", &report.json, json::write),
            ("junit", &report.junit, junit::write),
            ("markdown", &report.markdown, markdown::write),
            ("openmetrics", &report.openmetrics, openmetrics::write),
        ];
        let mut named = vec![("the result", Output::open(wanted.output.as_deref())?, None)];
        for (name, path, write) in asked {
            if let Some(path) = path {
                named.push((name, Output::open(Some(path))?, Some(write)));
            }
        }
        let read = configuration.files().chain(choice.files.iter().map(|file| file.path.clone()));
        let rows = stored.and_then(|path| StoredBaseline::rows_of(path));
        let stored = stored.cloned().into_iter().chain(rows);
        let read = read.chain(file).chain(stored.map(|path| path.display().to_string()));
        for file in read {
            if named.iter().any(|(_, output, _)| output.would_replace(&file)) {
                bail!("{file} is read, and would be overwritten by a report");
            }
        }
        for (i, (name, output, _)) in named.iter().enumerate() {
            if let Some((other, ..)) = named[..i].iter().find(|(_, other, _)| other.is_same(output))
            {
                bail!("{other} and {name} would go to the same place");
            }
        }
        let mut named = named.into_iter().map(|(_, output, write)| (output, write));
        let result = named.next().map_or(Output::Standard, |(output, _)| output);
        let is_standard = matches!(result, Output::Standard);
        let files = named.filter_map(|(output, write)| Some((output, write?))).collect();
        Ok(Self { result, is_standard, files })
    }

    /// Writes everything; files come into their places together.
    ///
    /// # Errors
    /// If one cannot be written.
    pub(super) fn write(
        self,
        report: &GateReport,
        wanted: &ReportFiles,
        format: Option<&str>,
    ) -> Result<()> {
        let mut staged = Vec::new();
        for (output, write) in self.files {
            staged.push(output.stage(|out| write(report, out))?);
        }
        if wanted.github {
            let (summary, outputs) = (variable(SUMMARY), variable(OUTPUTS));
            let cannot =
                |path: &Option<PathBuf>| path.as_deref().map_or_else(String::new, cannot_append);
            github::append_summary(report, summary.as_deref()).with_context(|| cannot(&summary))?;
            github::append_outputs(report, outputs.as_deref()).with_context(|| cannot(&outputs))?;
        }
        let is_seen = self.is_standard && io::stdout().is_terminal();
        let colour = is_seen && std::env::var_os("NO_COLOR").is_none();
        let result = self.result.stage(|out| {
            match format {
                Some("json") => json::write(report, out)?,
                Some("md") => markdown::write(report, out)?,
                _ => text::write(report, colour, out)?,
            }
            if wanted.github { github::write_annotations(report, out) } else { Ok(()) }
        })?;
        staged.into_iter().try_for_each(Staged::commit)?;
        result.commit()
    }
}

/// The variables by which GitHub names its files.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
const OUTPUTS: &str = "GITHUB_OUTPUT";

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Finds out before the work whether a file can be appended to, and leaves nothing behind.
fn try_append(path: &Path) -> Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Output::open(Some(path)).map(drop),
        tried => tried.map(drop).with_context(|| cannot_append(path)),
    }
}

fn cannot_append(path: &Path) -> String {
    format!("cannot append to {}", path.display())
}
