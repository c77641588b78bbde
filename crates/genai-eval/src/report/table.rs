//! Columns of text, for people.

use std::io::{self, Write};

/// Names and ids may hold anything; a line of a table is one line.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::new();
    for c in text.chars() {
        if c.is_control() { printable.extend(c.escape_default()) } else { printable.push(c) }
    }
    printable
}

/// Where a column's cells lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How many characters of a cell are seen: colours and the like are not.
fn shown_width(cell: &str) -> usize {
    let mut parts = cell.split('\x1b');
    let plain = parts.next().map_or(0, |part| part.chars().count());
    plain
        + parts
            .map(|part| part.chars().count() - part.find('m').map_or(0, |at| at + 1))
            .sum::<usize>()
}

fn blanks(cell: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(shown_width(cell)))
}

/// Columns with two spaces between them, as wide as their widest cells.
#[derive(Debug)]
pub(super) struct Columns(Vec<(Side, usize)>);

impl Columns {
    pub(super) fn new(sides: &[Side]) -> Self {
        Self(sides.iter().map(|&side| (side, 0)).collect())
    }

    /// Makes room for a row.
    pub(super) fn fit(&mut self, cells: &[String]) {
        for ((_, width), cell) in self.0.iter_mut().zip(cells) {
            *width = shown_width(cell).max(*width);
        }
    }

    /// Writes a row.
    pub(super) fn write(&self, cells: &[String], out: &mut dyn Write) -> io::Result<()> {
        let padded = cells.iter().zip(&self.0).map(|(cell, &(side, width))| match side {
            Side::Left => format!("{cell}{}", blanks(cell, width)),
            Side::Right => format!("{}{cell}", blanks(cell, width)),
        });
        let line = padded.collect::<Vec<_>>().join("  ");
        writeln!(out, "{}", line.trim_end())
    }
}

/// Writes rows as columns that are as wide as they need to be.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write_table(
    sides: &[Side],
    rows: &[Vec<String>],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut columns = Columns::new(sides);
    for row in rows {
        columns.fit(row);
    }
    rows.iter().try_for_each(|row| columns.write(row, out))
}
