//! Rows of JSONL, CSV or TSV by the names of their fields, for what is not texts alone: scores,
//! ratings, names.

use super::json::{Cell, Selection};
use super::records::{is_blank, parse_error, some_names};
use super::{BLOCK_SEGMENTS, Facts, Field, InputError, Lines, byte_order_mark_warning};

/// How a file of rows is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFormat {
    /// An object a line.
    Jsonl,
    /// A line with the names of the columns, and a line a row.
    Csv,
    /// The same with tabs.
    Tsv,
}

impl RowFormat {
    pub(crate) const NAMES: [&str; 3] = ["jsonl", "csv", "tsv"];

    /// The format of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "jsonl" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            _ => None,
        }
    }

    /// The format that a file's name ends in, before what it is compressed by; else JSONL.
    pub(crate) fn of_file(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let plain = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end));
        let extension = plain.unwrap_or(&name).rsplit('.').next().unwrap_or_default();
        Self::named(extension).unwrap_or(Self::Jsonl)
    }
}

/// A file of rows.
pub(crate) struct Rows {
    name: String,
    lines: Lines,
    format: RowFormat,
    fields: Vec<Field>,
}

/// The wanted fields of one row.
#[derive(Debug)]
pub(crate) struct Row<'r> {
    file: &'r str,
    line: u64,
    fields: &'r [Field],
    format: RowFormat,
    /// For each field its value, if the row has it.
    cells: Vec<Option<Cell>>,
}

impl Rows {
    /// Opens a file for these fields; in CSV and TSV they are columns, in JSONL they may be pointers.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn open(
        name: &str,
        format: RowFormat,
        fields: &[String],
        hashed: bool,
    ) -> Result<Self, InputError> {
        let fields = match format {
            RowFormat::Jsonl => fields.iter().map(|field| Field::new(field)).collect(),
            RowFormat::Csv | RowFormat::Tsv => fields.iter().map(|f| Field::column(f)).collect(),
        };
        Ok(Self { name: name.to_owned(), lines: Lines::open(name, hashed)?, format, fields })
    }

    /// What is known of the file.
    pub(crate) fn facts(&self) -> &Facts {
        self.lines.facts()
    }

    /// What is odd but no error.
    pub(crate) fn warning(&self) -> Option<String> {
        self.lines.had_byte_order_mark().then(|| byte_order_mark_warning(&self.name))
    }

    /// Visits the rows in order.
    ///
    /// # Errors
    /// At the first row that cannot be read or that `visit` does not take; if there is no row, or a
    /// field that none has.
    pub(crate) fn visit(
        &mut self,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        match self.format {
            RowFormat::Jsonl => self.visit_records(visit),
            RowFormat::Csv => self.visit_separated(b',', visit),
            RowFormat::Tsv => self.visit_separated(b'\t', visit),
        }
    }

    fn visit_records(
        &mut self,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let roots: Vec<String> = self.fields.iter().map(|field| field.root().to_owned()).collect();
        let mut never: Vec<bool> = vec![true; self.fields.len()];
        let mut first_names: Option<Vec<String>> = None;
        // Blank lines may end a file; the lines after one tell whether they do.
        let mut blank: Option<u64> = None;
        loop {
            let first = self.lines.count();
            let block = self.lines.next_block(BLOCK_SEGMENTS)?;
            if block.is_empty() {
                break;
            }
            let lines = block.checked_lines(&self.name, first);
            for (line, number) in lines.zip(first + 1..) {
                let line = line?;
                if is_blank(line) {
                    blank.get_or_insert(number);
                    continue;
                }
                let (line, number) = blank.map_or((line, number), |at| (&[][..], at));
                let record = Selection::parse(line, &roots)
                    .map_err(|error| parse_error(&self.name, number, line, &error))?;
                first_names.get_or_insert(record.names);
                let cells: Vec<Option<Cell>> = record
                    .cells
                    .into_iter()
                    .zip(&self.fields)
                    .map(|(root, field)| root.as_ref().and_then(|root| field.within(root)).cloned())
                    .collect();
                for (never, cell) in never.iter_mut().zip(&cells) {
                    *never &= cell.is_none();
                }
                let (file, fields, format) = (&self.name, &self.fields, self.format);
                visit(Row { file, line: number, fields, format, cells })?;
            }
        }
        let Some(names) = first_names else {
            return Err(InputError::Empty { name: self.name.clone() });
        };
        match never.iter().position(|never| *never) {
            Some(at) => Err(self.no_field(at, &names, "the first record has")),
            None => Ok(()),
        }
    }

    fn visit_separated(
        &mut self,
        separator: u8,
        visit: &mut dyn FnMut(Row<'_>) -> Result<(), InputError>,
    ) -> Result<(), InputError> {
        let text = self.lines.text_of_rest()?;
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        let headings: Vec<String> = match reader.headers() {
            Ok(headings) => headings.iter().map(str::to_owned).collect(),
            Err(error) => return Err(self.csv_error(&error)),
        };
        let mut columns = Vec::with_capacity(self.fields.len());
        for (at, field) in self.fields.iter().enumerate() {
            let mut found = (0..headings.len()).filter(|&at| headings[at] == field.root());
            let Some(column) = found.next() else {
                return Err(self.no_field(at, &headings, "the columns are"));
            };
            if found.next().is_some() {
                let message = format!("two columns are called '{}', expected one", field.root());
                return Err(InputError::Record { name: self.name.clone(), line: 1, message });
            }
            columns.push(column);
        }
        let mut rows = 0_u64;
        for record in reader.records() {
            let record = record.map_err(|error| self.csv_error(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |&column: &usize| record.get(column).map(|cell| Cell::Text(cell.to_owned()));
            let cells = columns.iter().map(cell).collect();
            let (file, fields, format) = (&self.name, &self.fields, self.format);
            visit(Row { file, line, fields, format, cells })?;
            rows += 1;
        }
        if rows == 0 {
            return Err(InputError::Empty { name: self.name.clone() });
        }
        Ok(())
    }

    fn no_field(&self, at: usize, names: &[String], what: &str) -> InputError {
        let message =
            format!("no field '{}'; {what}: {}", self.fields[at].name(), some_names(names));
        InputError::Record { name: self.name.clone(), line: 1, message }
    }

    fn csv_error(&self, error: &csv::Error) -> InputError {
        let line = error.position().map_or(1, csv::Position::line);
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("the row has {len} columns, expected {expected_len}")
            }
            _ => error.to_string(),
        };
        InputError::Record { name: self.name.clone(), line, message }
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Row<'_> {
    /// The line at which it begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// A finite number; none where the field is missing, null, or empty in CSV.
    pub(crate) fn number(&self, at: usize) -> Result<Option<f64>, InputError> {
        let text = match (&self.cells[at], self.format) {
            (None | Some(Cell::Null), _) => return Ok(None),
            (Some(Cell::Number(text)), _) => text,
            (Some(Cell::Text(text)), RowFormat::Csv | RowFormat::Tsv) => text.trim(),
            _ => return Err(self.expected("a number", at)),
        };
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.expected("a finite number", at)),
        }
    }

    /// A number that has to be there.
    pub(crate) fn required_number(&self, at: usize) -> Result<f64, InputError> {
        self.number(at)?.ok_or_else(|| self.expected("a number", at))
    }

    /// A name or a rating as it is written; none where the field is missing, null, or empty.
    pub(crate) fn label(&self, at: usize) -> Result<Option<String>, InputError> {
        match &self.cells[at] {
            None | Some(Cell::Null) => Ok(None),
            Some(Cell::Text(text)) if text.is_empty() => Ok(None),
            Some(cell @ (Cell::Text(_) | Cell::Number(_) | Cell::Boolean(_))) => {
                Ok(Some(cell.plain()))
            }
            _ => Err(self.expected("a string or a number", at)),
        }
    }

    /// A name that has to be there.
    pub(crate) fn required_label(&self, at: usize) -> Result<String, InputError> {
        self.label(at)?.ok_or_else(|| self.expected("a name", at))
    }

    /// A text, which may be empty.
    pub(crate) fn text(&self, at: usize) -> Result<&str, InputError> {
        match &self.cells[at] {
            Some(Cell::Text(text)) => Ok(text),
            _ => Err(self.expected("a string", at)),
        }
    }

    /// A reference, a list of alternatives, or null where one is missing.
    pub(crate) fn references(&self, at: usize) -> Result<Vec<Option<String>>, InputError> {
        let one = |cell: &Cell| match cell {
            Cell::Text(text) => Ok(Some(text.clone())),
            Cell::Null => Ok(None),
            _ => Err(self.expected("a string, a list of strings, or null", at)),
        };
        match &self.cells[at] {
            Some(Cell::List(cells)) => cells.iter().map(one).collect(),
            Some(cell) => Ok(vec![one(cell)?]),
            None => Err(self.expected("a string, a list of strings, or null", at)),
        }
    }

    /// The error for this row.
    pub(crate) fn wrong(&self, message: String) -> InputError {
        InputError::Record { name: self.file.to_owned(), line: self.line, message }
    }

    fn expected(&self, what: &str, at: usize) -> InputError {
        let name = self.fields[at].name();
        let found = match &self.cells[at] {
            None => "missing".to_owned(),
            Some(Cell::Text(text)) if text.is_empty() => "empty".to_owned(),
            Some(cell @ (Cell::Text(_) | Cell::Number(_) | Cell::Boolean(_))) => {
                let text = cell.plain();
                let start: String = text.chars().take(40).collect();
                let more = if start.len() < text.len() { "…" } else { "" };
                let quote = if matches!(cell, Cell::Text(_)) { "'" } else { "" };
                format!("{quote}{start}{more}{quote}")
            }
            Some(cell) => cell.kind().to_owned(),
        };
        self.wrong(format!("field '{name}' is {found}, expected {what}"))
    }
}
