//! How far metrics agree with humans, written in each format.

use std::io::{self, Write};

use genai_metrics::Direction;
use genai_metrics::agreement::Correlation;

use super::arguments::Format;
use super::judgements::Judgements;
use super::levels::{Agreement, Level};
use super::metrics::MetricScores;
use super::resampling::Statistic;
use crate::report::{InputFile, Side, io_error, printable, write_row, write_table};
use crate::resampling::Resampling;

/// Everything that there is to say.
#[derive(Debug)]
pub(super) struct Report<'r> {
    pub(super) judgements: &'r Judgements,
    /// The field with human scores.
    pub(super) human: &'r str,
    pub(super) metrics: &'r [MetricScores<'r>],
    /// The files that options of metrics name.
    pub(super) option_files: &'r [InputFile],
    pub(super) agreements: &'r [Agreement],
    pub(super) resampling: Resampling,
}

impl Report<'_> {
    /// # Errors
    /// If the output cannot be written.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => self.write_json(out),
            Format::Csv => self.write_csv(out),
            Format::Markdown => self.write_markdown(out),
            Format::Text => self.write_text(out),
        }
    }

    /// What is drawn as one.
    pub(super) fn drawn(&self) -> &'static str {
        if self.judgements.segments.is_some() { "segments" } else { "rows" }
    }

    fn headings() -> Vec<String> {
        let titles = Correlation::ALL.map(|which| which.title().to_owned());
        ["level", "metric", "n"].map(str::to_owned).into_iter().chain(titles).collect()
    }

    fn cells(&self, agreement: &Agreement) -> Vec<String> {
        let metric = &self.metrics[agreement.metric];
        let turned = if metric.direction == Direction::Lower { " (turned)" } else { "" };
        let metric = format!("{}{turned}", printable(&metric.title));
        let first = [agreement.level.name().to_owned(), metric, agreement.n.to_string()];
        first.into_iter().chain(agreement.statistics.iter().map(shown)).collect()
    }

    /// What belongs below the table.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let Resampling { level, resamples, seed } = self.resampling;
        if self.metrics.iter().any(|metric| metric.direction == Direction::Lower) {
            remarks.push("turned: less is better, so its sign was turned".to_owned());
        }
        let drawn = self.drawn();
        remarks.push(intervals(level, resamples, seed, drawn));
        if self.agreements.iter().any(|a| a.level == Level::System) && drawn == "rows" {
            remarks.push(
                "systems have no intervals: --segment-field tells which rows belong together"
                    .to_owned(),
            );
        }
        for agreement in self.agreements {
            let metric = printable(&self.metrics[agreement.metric].title);
            let what = format!("{metric}, {}", agreement.level.name());
            remarks.extend(oddities(&what, &titled(&agreement.statistics), resamples));
        }
        remarks
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.agreements.iter().map(|agreement| self.cells(agreement));
        let rows: Vec<Vec<String>> = std::iter::once(Self::headings()).chain(rows).collect();
        let mut sides = vec![Side::Left, Side::Left];
        sides.resize(rows[0].len(), Side::Right);
        write_table(&sides, &rows, out)?;
        self.remarks().iter().try_for_each(|remark| writeln!(out, "{remark}"))
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let headings = Self::headings();
        write_row(headings.iter().map(String::as_str), None, out)?;
        writeln!(out, "|---|---|{}", "---:|".repeat(headings.len() - 2))?;
        for agreement in self.agreements {
            let cells = self.cells(agreement);
            write_row(cells.iter().map(String::as_str), None, out)?;
        }
        self.remarks().iter().try_for_each(|remark| writeln!(out, "\n{remark}"))
    }

    fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        let first = ["metric", "level", "n", "statistic"];
        writer.write_record(first.iter().chain(&STATISTIC_COLUMNS)).map_err(io_error)?;
        for agreement in self.agreements {
            let metric = &self.metrics[agreement.metric].name;
            for (which, statistic) in Correlation::ALL.into_iter().zip(&agreement.statistics) {
                let level = agreement.level.name().to_owned();
                let first =
                    [metric.clone(), level, agreement.n.to_string(), which.name().to_owned()];
                let cells = first.into_iter().chain(statistic_cells(statistic));
                writer.write_record(cells).map_err(io_error)?;
            }
        }
        writer.flush()
    }
}

/// The line that says what intervals are.
pub(super) fn intervals(level: f64, resamples: u32, seed: u64, drawn: &str) -> String {
    format!("[{}% intervals of {resamples} resamples of {drawn}, seed {seed}]", percent(level))
}

/// Without the digits that a binary fraction adds.
fn percent(level: f64) -> f64 {
    (level * 1e8).round() / 1e6
}

fn titled(statistics: &[Statistic]) -> Vec<(&'static str, &Statistic)> {
    Correlation::ALL.iter().map(|which| which.title()).zip(statistics).collect()
}

/// What does not exist and why, and for how many resamples it does not.
pub(super) fn oddities(
    what: &str,
    statistics: &[(&str, &Statistic)],
    resamples: u32,
) -> Vec<String> {
    let mut said: Vec<(Vec<&str>, String)> = Vec::new();
    for (title, statistic) in statistics {
        let saying = match &statistic.value {
            Err(undefined) => format!("undefined: {undefined}"),
            Ok(_) if statistic.undefined > 0 => {
                format!("undefined in {} of {resamples} resamples, left out", statistic.undefined)
            }
            Ok(_) => continue,
        };
        match said.iter_mut().find(|(_, known)| *known == saying) {
            Some((titles, _)) => titles.push(title),
            None => said.push((vec![title], saying)),
        }
    }
    let of = if what.is_empty() { String::new() } else { format!("{what}, ") };
    said.into_iter()
        .map(|(titles, saying)| format!("{of}{}: {saying}", titles.join(", ")))
        .collect()
}

/// For people: three decimals, and the interval.
pub(super) fn shown(statistic: &Statistic) -> String {
    match (&statistic.value, &statistic.interval) {
        (Err(_), _) => "-".to_owned(),
        (Ok(value), None) => format!("{value:.3}"),
        (Ok(value), Some(interval)) => {
            format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high)
        }
    }
}

/// The columns of a statistic in CSV.
pub(super) const STATISTIC_COLUMNS: [&str; 5] =
    ["value", "low", "high", "undefined_resamples", "reason"];

/// Their cells; empty where there is nothing.
pub(super) fn statistic_cells(statistic: &Statistic) -> [String; 5] {
    let number = |number: f64| format!("{number:?}");
    let interval = statistic.interval.as_ref();
    [
        statistic.value.as_ref().map_or_else(|_| String::new(), |value| number(*value)),
        interval.map_or_else(String::new, |interval| number(interval.low)),
        interval.map_or_else(String::new, |interval| number(interval.high)),
        interval.map_or_else(String::new, |_| statistic.undefined.to_string()),
        statistic.value.as_ref().err().map_or_else(String::new, ToString::to_string),
    ]
}
