//! JSONL: one record a line, with the texts of one segment.

use std::sync::Arc;

use super::json::{Cell, Selection};
use super::parallel::byte_order_mark_warning;
use super::{
    BLOCK_SEGMENTS, Block, Facts, FileRole, InputError, LineBlock, Lines, SegmentTexts, Source,
};

/// Names under which hypotheses are found in the wild.
const HYPOTHESIS_NAMES: &[&str] = &[
    "hyp",
    "hypothesis",
    "prediction",
    "pred",
    "output",
    "generated",
    "generated_text",
    "response",
    "completion",
    "candidate",
    "mt",
    "actual_output",
    "pred_text",
];
/// Names under which references are found in the wild.
const REFERENCE_NAMES: &[&str] = &[
    "ref",
    "refs",
    "reference",
    "references",
    "target",
    "gold",
    "label",
    "answer",
    "answers",
    "expected",
    "expected_output",
    "ideal",
    "tgt",
];

/// A place in a record: the name of a field, or a JSON Pointer (RFC 6901) such as `/answers/0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: String,
    path: Vec<String>,
}

impl Field {
    /// The field of that name; a name that begins with `/` is a pointer.
    pub fn new(name: &str) -> Self {
        let path = match name.strip_prefix('/') {
            None => vec![name.to_owned()],
            Some(pointer) => {
                let unescape = |part: &str| part.replace("~1", "/").replace("~0", "~");
                pointer.split('/').map(unescape).collect()
            }
        };
        Self { name: name.to_owned(), path }
    }

    /// The column of that name, whatever it begins with.
    pub(super) fn column(name: &str) -> Self {
        Self { name: name.to_owned(), path: vec![name.to_owned()] }
    }

    /// As it was given.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The name in a record that the place lies within.
    pub(super) fn root(&self) -> &str {
        &self.path[0]
    }

    /// The place in the value of that name.
    pub(super) fn within<'c>(&self, root: &'c Cell) -> Option<&'c Cell> {
        root.at(&self.path[1..])
    }
}

/// Which fields of a record hold what; empty lists are found out from the first record.
#[derive(Clone, Debug, Default)]
pub struct RecordFields {
    /// `(system, field)` for each system.
    pub hypotheses: Vec<(String, Field)>,
    /// Fields with references, each a string, a list of alternatives or null.
    pub references: Vec<Field>,
    /// The field with the record's id.
    pub id: Option<Field>,
    /// Fields by which records are told apart: documents, languages.
    pub labels: Vec<Field>,
}

/// A file of records.
pub struct Records {
    lines: Lines,
    /// A block that was read to find out the fields.
    ahead: Option<LineBlock>,
    layout: Arc<Layout>,
    systems: Vec<String>,
    found: Option<String>,
    read: u64,
    /// The first of the blank lines that end the file, as far as is known.
    blank: Option<u64>,
}

#[derive(Debug)]
struct Layout {
    name: String,
    fields: RecordFields,
    /// The top-level names that the fields begin with: hypotheses, references, id, labels.
    roots: Vec<String>,
}

impl Records {
    /// Opens a file. Fields that are not given are taken from the first record if it has exactly
    /// one field of a usual name for each.
    ///
    /// # Errors
    /// If the file cannot be read, or a field is neither given nor evident.
    pub fn open(name: &str, fields: RecordFields, hashed: bool) -> Result<Self, InputError> {
        Self::new(Lines::open(name, hashed)?, fields)
    }

    /// The file, as it was named.
    pub fn name(&self) -> &str {
        self.lines.name()
    }

    /// The records of lines that were opened elsewhere.
    ///
    /// # Errors
    /// As [`Records::open`].
    pub fn new(mut lines: Lines, mut fields: RecordFields) -> Result<Self, InputError> {
        let name = lines.name().to_owned();
        let name = name.as_str();
        let ahead = lines.next_block(BLOCK_SEGMENTS)?;
        if ahead.lines().all(is_blank) {
            return Err(InputError::Empty { name: name.to_owned() });
        }
        let mut found = None;
        if fields.hypotheses.is_empty() || fields.references.is_empty() {
            let first = ahead.checked_lines(name, 0).next().unwrap_or(Ok(&[]))?;
            let record = Selection::parse(first, &[])
                .map_err(|error| parse_error(name, 1, first, &error))?;
            found = Some(find_fields(name, &record.names, &mut fields)?);
        }
        let roots = fields.all().map(|field| field.path[0].clone()).collect();
        let systems = fields.hypotheses.iter().map(|(system, _)| system.clone()).collect();
        let layout = Arc::new(Layout { name: name.to_owned(), fields, roots });
        Ok(Self { lines, ahead: Some(ahead), layout, systems, found, read: 0, blank: None })
    }
}

/// Fills in the fields that are not given; says which it took.
fn find_fields(
    file: &str,
    names: &[String],
    fields: &mut RecordFields,
) -> Result<String, InputError> {
    let candidates = |known: &[&str]| -> Vec<&String> {
        names.iter().filter(|name| known.contains(&name.as_str())).collect()
    };
    let evident = |role: &str, option: &str, known| match candidates(known)[..] {
        [only] => Ok(only.clone()),
        ref several => {
            let message = if several.is_empty() {
                let all = some_names(names);
                format!("no field is evidently the {role}; the first record has: {all}")
            } else {
                format!("several fields could be the {role}: {}", some_names(several))
            };
            let hint = format!("name it: --data {file} {option} FIELD");
            Err(InputError::Fields { name: file.to_owned(), message, hint })
        }
    };
    let mut taken = Vec::new();
    if fields.hypotheses.is_empty() {
        let name = evident("hypothesis", "--hyp-field", HYPOTHESIS_NAMES)?;
        taken.push(format!("--hyp-field {name}"));
        fields.hypotheses.push((name.clone(), Field::new(&name)));
    }
    if fields.references.is_empty() {
        let name = evident("reference", "--ref-field", REFERENCE_NAMES)?;
        taken.push(format!("--ref-field {name}"));
        fields.references.push(Field::new(&name));
    }
    Ok(format!("{file}: took {}", taken.join(" ")))
}

/// The first names of many, none of them longer than can be read.
pub(super) fn some_names(names: &[impl AsRef<str>]) -> String {
    const MOST: usize = 20;
    const LONGEST: usize = 40;
    let short = |name: &str| -> String {
        let cut: String = name.chars().take(LONGEST).collect();
        if cut.len() < name.len() { cut + "…" } else { cut }
    };
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| short(name.as_ref())).collect();
    if names.len() > MOST {
        shown.push(format!("… ({} fields)", names.len()));
    }
    shown.join(", ")
}

impl Source for Records {
    type Block = RecordBlock;

    fn next_block(&mut self) -> Result<Option<RecordBlock>, InputError> {
        let lines = match self.ahead.take() {
            Some(lines) => lines,
            None => self.lines.next_block(BLOCK_SEGMENTS)?,
        };
        let first = self.read;
        self.read += lines.len() as u64;
        if lines.is_empty() {
            return Ok(None);
        }
        // Blank lines may end a file, but between records one would shift the segments.
        let records =
            lines.len() - lines.lines().fold(0, |run, l| if is_blank(l) { run + 1 } else { 0 });
        if let (Some(blank), 1..) = (self.blank, records) {
            return Err(blank_line(&self.layout.name, blank));
        }
        if records < lines.len() {
            self.blank.get_or_insert(first + records as u64 + 1);
        }
        Ok(Some(RecordBlock { first, lines, records, layout: Arc::clone(&self.layout) }))
    }

    fn systems(&self) -> &[String] {
        &self.systems
    }

    fn files(&self) -> Vec<(FileRole, String, Facts)> {
        vec![(FileRole::Data, self.lines.name().to_owned(), self.lines.facts().clone())]
    }

    fn warnings(&self) -> Vec<String> {
        let mark = self.lines.had_byte_order_mark();
        mark.then(|| byte_order_mark_warning(self.lines.name())).into_iter().collect()
    }

    fn notes(&self) -> Vec<String> {
        self.found.iter().cloned().collect()
    }
}

/// Consecutive lines of a file of records.
#[derive(Debug)]
pub struct RecordBlock {
    first: u64,
    lines: LineBlock,
    /// How many of the lines come before trailing blank ones.
    records: usize,
    layout: Arc<Layout>,
}

impl Block for RecordBlock {
    fn bytes(&self) -> usize {
        self.lines.bytes()
    }

    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError> {
        let Layout { name, fields, roots } = &*self.layout;
        let lines = self.lines.checked_lines(name, self.first).take(self.records);
        for (line, number) in lines.zip(self.first + 1..) {
            let line = line?;
            let record = Selection::parse(line, roots)
                .map_err(|error| parse_error(name, number, line, &error))?;
            let wrong = |message| InputError::Record { name: name.clone(), line: number, message };
            let cells: Vec<Option<&Cell>> = record
                .cells
                .iter()
                .zip(fields.all())
                .map(|(root, field)| root.as_ref().and_then(|cell| field.within(cell)))
                .collect();
            let there = |at: usize, field: &Field| {
                cells[at].ok_or_else(|| {
                    let names = some_names(&record.names);
                    wrong(format!("no field '{}'; the record has: {names}", field.name))
                })
            };
            let mut hypotheses = Vec::with_capacity(fields.hypotheses.len());
            for (at, (_, field)) in fields.hypotheses.iter().enumerate() {
                match there(at, field)? {
                    Cell::Text(text) => hypotheses.push(text.as_str()),
                    other => return Err(wrong(expected("a string", field, other))),
                }
            }
            let mut references = Vec::new();
            for (at, field) in (fields.hypotheses.len()..).zip(&fields.references) {
                add_references(there(at, field)?, field, &mut references).map_err(wrong)?;
            }
            let id = match &fields.id {
                None => None,
                Some(field) => {
                    match there(fields.hypotheses.len() + fields.references.len(), field)? {
                        id @ (Cell::Text(_) | Cell::Number(_)) => Some(id),
                        other => return Err(wrong(expected("a string or a number", field, other))),
                    }
                }
            };
            let mut labels = Vec::with_capacity(fields.labels.len());
            for (at, field) in (cells.len() - fields.labels.len()..).zip(&fields.labels) {
                match there(at, field)? {
                    label @ (Cell::Text(_) | Cell::Number(_) | Cell::Boolean(_)) => {
                        labels.push(label);
                    }
                    other => {
                        return Err(wrong(expected(
                            "a string, a number, true or false",
                            field,
                            other,
                        )));
                    }
                }
            }
            let texts = SegmentTexts {
                references: &references,
                hypotheses: &hypotheses,
                id,
                labels: &labels,
            };
            visit(texts).map_err(|cause| InputError::Segment {
                name: name.clone(),
                line: number,
                cause,
            })?;
        }
        Ok(())
    }
}

impl RecordFields {
    /// Hypotheses, references, id, labels: the order of `Layout::roots`.
    fn all(&self) -> impl Iterator<Item = &Field> {
        let texts = self.hypotheses.iter().map(|(_, field)| field).chain(&self.references);
        texts.chain(&self.id).chain(&self.labels)
    }
}

/// A string is one reference, a list holds alternatives, null is a reference that is missing.
fn add_references<'a>(
    cell: &'a Cell,
    field: &Field,
    references: &mut Vec<Option<&'a str>>,
) -> Result<(), String> {
    let one = |cell: &'a Cell| match cell {
        Cell::Text(text) => Ok(Some(text.as_str())),
        Cell::Null => Ok(None),
        other => Err(expected("a string, a list of strings, or null", field, other)),
    };
    match cell {
        Cell::List(cells) => {
            for cell in cells {
                references.push(one(cell)?);
            }
        }
        cell => references.push(one(cell)?),
    }
    Ok(())
}

fn expected(what: &str, field: &Field, found: &Cell) -> String {
    let whole = match found {
        Cell::List(_) | Cell::Record(_) | Cell::Null => String::new(),
        scalar => {
            serde_json::to_string(scalar).map(|text| format!(" ({text})")).unwrap_or_default()
        }
    };
    format!("field '{}' is {}{whole}, expected {what}", field.name, found.kind())
}

pub(super) fn parse_error(
    name: &str,
    line: u64,
    bytes: &[u8],
    error: &serde_json::Error,
) -> InputError {
    if is_blank(bytes) {
        return blank_line(name, line);
    }
    let message = format!("{}; expected one JSON object a line", super::json::message(error));
    InputError::Json { name: name.to_owned(), line, column: error.column(), message }
}

fn blank_line(name: &str, line: u64) -> InputError {
    let message = "a blank line between records, expected a JSON object".to_owned();
    InputError::Record { name: name.to_owned(), line, message }
}

pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("layout", &self.layout).finish_non_exhaustive()
    }
}
