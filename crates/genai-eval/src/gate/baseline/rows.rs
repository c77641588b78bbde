//! The rows of all metrics as text: a header with each metric and its number of columns, then a
//! line a segment with the columns of all metrics side by side, apart by tabs.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read};

use genai_metrics::Table;
use sha2::{Digest, Sha256};

use crate::read::hexadecimal;

/// The first words of the header.
const HEADER: &str = "genai-eval rows 1";

/// The longest that a number is written, with the tab after it.
const LONGEST_NUMBER: u64 = 32;

/// How much longer a header may be than is expected, so that an error can show it.
const SPARE: u64 = 1000;

/// A metric's name and the number of its columns.
pub(super) type Columns<'a> = (&'a str, usize);

/// What is wrong with rows.
#[derive(Debug)]
pub(super) enum RowsProblem {
    /// The data cannot be decompressed or are cut off.
    Damaged(String),
    /// They are other rows than was said, from that line on.
    Misfit(u64, String),
}

/// The rows as text. Those of all metrics are equally many.
pub(super) fn to_text<'a>(metrics: &[(&'a str, &'a Table)]) -> String {
    let columns: Vec<Columns<'_>> =
        metrics.iter().map(|(name, table)| (*name, table.width())).collect();
    let mut text = header(&columns);
    let mut rows: Vec<_> = metrics.iter().map(|(_, table)| table.rows()).collect();
    let segments = metrics.first().map_or(0, |(_, table)| table.len());
    for _ in 0..segments {
        text.push('\n');
        let mut between = "";
        for value in rows.iter_mut().filter_map(Iterator::next).flatten() {
            text.push_str(between);
            between = "\t";
            push_number(&mut text, *value);
        }
    }
    text.push('\n');
    text
}

fn header(columns: &[Columns<'_>]) -> String {
    let mut header = HEADER.to_owned();
    for (name, width) in columns {
        // Writing to memory succeeds.
        let _written = write!(header, " {name}:{width}");
    }
    header
}

/// The shortest digits that read back as the same number.
fn push_number(text: &mut String, value: f64) {
    const PLAIN: std::ops::Range<f64> = 1e-5..1e16;
    let _written = if value == 0.0 || PLAIN.contains(&value.abs()) {
        write!(text, "{value}")
    } else {
        write!(text, "{value:e}")
    };
}

/// The rows of each metric, and the hash of the text, read from its compressed form. Memory is
/// bounded by what `segments` and `columns` say, whatever the data are.
///
/// # Errors
/// If the data are damaged, or other than `columns` and `segments` say.
pub(super) fn from_compressed(
    compressed: impl Read,
    columns: &[Columns<'_>],
    segments: u64,
) -> Result<(Vec<Table>, String), RowsProblem> {
    let damaged = |error: io::Error| RowsProblem::Damaged(error.to_string());
    let decoder = zstd::Decoder::new(compressed).map_err(damaged)?;
    let mut lines = Lines { from: BufReader::new(decoder), hash: Sha256::new(), read: 0 };

    let expected = header(columns);
    let found = lines.next(expected.len() as u64 + SPARE)?;
    if found.as_deref() != Some(expected.as_str()) {
        let found = found.unwrap_or_default();
        return Err(lines.misfit(format!("the header is '{found}', expected '{expected}'")));
    }
    let width: usize = columns.iter().map(|(_, width)| width).sum();
    let mut tables: Vec<Table> = columns.iter().map(|(_, width)| Table::new(*width)).collect();
    let mut row = Vec::new();
    for read in 0..segments {
        let longest = (width as u64).saturating_mul(LONGEST_NUMBER);
        let Some(line) = lines.next(longest)? else {
            return Err(lines.misfit(format!("there are {read} rows, expected {segments}")));
        };
        row.clear();
        for number in line.split('\t') {
            match number.parse::<f64>() {
                Ok(value) if value.is_finite() => row.push(value),
                _ => return Err(lines.misfit(format!("'{number}', expected a finite number"))),
            }
        }
        if row.len() != width {
            return Err(lines.misfit(format!("{} columns, expected {width}", row.len())));
        }
        let mut rest = row.as_slice();
        for table in &mut tables {
            let (own, others) = rest.split_at(table.width());
            table.push(own);
            rest = others;
        }
    }
    if lines.next(0)?.is_some() {
        return Err(lines.misfit(format!("there are more rows, expected {segments}")));
    }
    Ok((tables, hexadecimal(&lines.hash.finalize())))
}

/// Lines of bounded length, hashed as they are read.
struct Lines<R> {
    from: R,
    hash: Sha256,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line without its end; none after the last.
    fn next(&mut self, longest: u64) -> Result<Option<String>, RowsProblem> {
        let mut line = Vec::new();
        let bounded = (&mut self.from).take(longest.saturating_add(1)).read_until(b'\n', &mut line);
        bounded.map_err(|error| RowsProblem::Damaged(error.to_string()))?;
        if line.is_empty() {
            return Ok(None);
        }
        self.read += 1;
        self.hash.update(&line);
        if line.pop() != Some(b'\n') {
            return Err(self.misfit("the line is cut off or too long".to_owned()));
        }
        let text = String::from_utf8(line);
        text.map(Some).map_err(|_| self.misfit("the line is not UTF-8".to_owned()))
    }

    fn misfit(&self, what: String) -> RowsProblem {
        RowsProblem::Misfit(self.read, what)
    }
}
