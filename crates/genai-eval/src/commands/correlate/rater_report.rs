//! How far raters agree, written in each format.

use std::io::{self, Write};

use genai_metrics::agreement::Weights;

use super::arguments::Format;
use super::raters::{PairOfRaters, RaterAgreement};
use super::report::{STATISTIC_COLUMNS, intervals, oddities, shown, statistic_cells};
use super::resampling::Statistic;
use crate::report::{Side, io_error, printable, write_row, write_table};
use crate::resampling::Resampling;

/// A statistic with its title, how many items stand behind it, and its name for programs.
struct Line<'r> {
    title: String,
    name: &'static str,
    items: usize,
    statistic: &'r Statistic,
}

impl RaterAgreement {
    /// # Errors
    /// If the output cannot be written.
    pub(super) fn write(
        &self,
        format: Format,
        resampling: Resampling,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Json => self.write_json(resampling, out),
            Format::Csv => self.write_csv(out),
            Format::Markdown => self.write_markdown(resampling, out),
            Format::Text => self.write_text(resampling, out),
        }
    }

    pub(super) fn names(&self, pair: &PairOfRaters) -> [&str; 2] {
        pair.raters.map(|rater| self.raters[rater].as_str())
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let weights = match self.weights {
            Weights::None => String::new(),
            weights => format!(" ({})", weights.name()),
        };
        let line =
            |title: String, name, statistic| Line { title, name, items: self.items, statistic };
        let alpha = format!("Krippendorff's alpha ({})", self.scale.name());
        let mut lines = vec![
            line(alpha, "krippendorff_alpha", &self.alpha),
            line("Fleiss' kappa".to_owned(), "fleiss_kappa", &self.fleiss),
            line(
                format!("Cohen's kappa{weights}, mean of pairs"),
                "mean_cohen_kappa",
                &self.mean_kappa,
            ),
        ];
        lines.extend(self.pairs.iter().map(|pair| {
            let [one, other] = self.names(pair).map(printable);
            Line {
                title: format!("Cohen's kappa{weights}, {one} and {other}"),
                name: "cohen_kappa",
                items: pair.items,
                statistic: &pair.kappa,
            }
        }));
        lines
    }

    fn cells(line: &Line<'_>) -> Vec<String> {
        vec![line.title.clone(), line.items.to_string(), shown(line.statistic)]
    }

    fn remarks(&self, Resampling { level, resamples, seed }: Resampling) -> Vec<String> {
        let (items, raters, ratings) = (self.items, self.raters.len(), self.ratings);
        let mut remarks = vec![format!("{items} items, {raters} raters, {ratings} ratings")];
        remarks.push(intervals(level, resamples, seed, "items"));
        for line in self.lines() {
            remarks.extend(oddities("", &[(&line.title, line.statistic)], resamples));
        }
        remarks
    }

    fn write_text(&self, resampling: Resampling, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = vec![["agreement", "items", "value"].map(str::to_owned).to_vec()];
        rows.extend(self.lines().iter().map(Self::cells));
        write_table(&[Side::Left, Side::Right, Side::Right], &rows, out)?;
        self.remarks(resampling).iter().try_for_each(|remark| writeln!(out, "{remark}"))
    }

    fn write_markdown(&self, resampling: Resampling, out: &mut dyn Write) -> io::Result<()> {
        write_row(["agreement", "items", "value"].into_iter(), None, out)?;
        writeln!(out, "|---|---:|---:|")?;
        for line in self.lines() {
            write_row(Self::cells(&line).iter().map(String::as_str), None, out)?;
        }
        self.remarks(resampling).iter().try_for_each(|remark| writeln!(out, "\n{remark}"))
    }

    fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        let first = ["statistic", "rater", "other_rater", "items"];
        writer.write_record(first.iter().chain(&STATISTIC_COLUMNS)).map_err(io_error)?;
        let pairs = self.pairs.iter().map(|pair| self.names(pair).map(str::to_owned));
        let none = std::iter::repeat_with(<[String; 2]>::default).take(3);
        for (line, raters) in self.lines().into_iter().zip(none.chain(pairs)) {
            let cells = [line.name.to_owned()].into_iter().chain(raters);
            let cells = cells.chain([line.items.to_string()]);
            writer.write_record(cells.chain(statistic_cells(line.statistic))).map_err(io_error)?;
        }
        writer.flush()
    }
}
