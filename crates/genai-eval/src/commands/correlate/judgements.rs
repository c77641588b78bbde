//! Rows of human scores and of metrics' scores or texts, read from a file.

use std::collections::HashMap;

use anyhow::Result;

use super::arguments::InputArguments;
use crate::messages::Messages;
use crate::read::{InputError, Row, Rows};
use crate::report::InputFile;

/// What was read: rows with a human score.
#[derive(Debug, Default)]
pub(super) struct Judgements {
    /// The human score of each row.
    pub(super) human: Vec<f64>,
    /// The score of each row for each field with a metric.
    pub(super) given: Vec<Vec<f64>>,
    /// The texts of each row, if metrics are to be computed.
    pub(super) texts: Vec<Texts>,
    /// The systems, if there is a field for them.
    pub(super) systems: Option<Groups>,
    /// The segments, likewise.
    pub(super) segments: Option<Groups>,
    /// How many rows have no human score.
    pub(super) left_out: u64,
    /// The file.
    pub(super) file: InputFile,
}

/// A text to be scored, the references, and the line that they come from.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) hypothesis: String,
    pub(super) references: Vec<Option<String>>,
    pub(super) line: u64,
}

/// Rows by a name, in the order in which names come first.
#[derive(Debug, Default)]
pub(super) struct Groups {
    places: HashMap<String, usize>,
    /// The rows of each.
    pub(super) rows: Vec<Vec<usize>>,
}

impl Groups {
    fn add(&mut self, name: String, row: usize) {
        let next = self.rows.len();
        let place = *self.places.entry(name).or_insert(next);
        if place == next {
            self.rows.push(Vec::new());
        }
        self.rows[place].push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Where each kind of field lies among those that are read.
struct Places {
    given: usize,
    system: usize,
    segment: usize,
    hypothesis: usize,
    references: usize,
    end: usize,
}

/// Reads the rows; those without a human score are left out, with a warning.
///
/// # Errors
/// At the first row that is not as it should be, and if no row has a human score.
pub(super) fn read(input: &InputArguments, hashed: bool, messages: Messages) -> Result<Judgements> {
    let mut fields: Vec<String> = input.human_field.iter().cloned().collect();
    let mut place = |more: &mut dyn Iterator<Item = &String>| {
        let start = fields.len();
        fields.extend(more.cloned());
        start
    };
    let places = Places {
        given: place(&mut input.metric_fields.iter()),
        system: place(&mut input.system_field.iter()),
        segment: place(&mut input.segment_field.iter()),
        hypothesis: place(&mut input.hypothesis_field.iter()),
        references: place(&mut input.reference_fields.iter()),
        end: place(&mut [].iter()),
    };
    let mut rows = Rows::open(&input.data, input.row_format(), &fields, hashed)?;
    if let Some(warning) = rows.warning() {
        messages.warn(&warning);
    }
    let mut judgements = Judgements {
        given: vec![Vec::new(); places.system - places.given],
        systems: input.system_field.is_some().then(Groups::default),
        segments: input.segment_field.is_some().then(Groups::default),
        ..Judgements::default()
    };
    rows.visit(&mut |row| judgements.add(&row, &places))?;
    judgements.file = InputFile { path: input.data.clone(), sha256: rows.facts().sha256() };
    let human = &fields[0];
    if judgements.human.is_empty() {
        let message = format!("no row has a human score in '{human}', expected a number in some");
        return Err(InputError::Record { name: input.data.clone(), line: 1, message }.into());
    }
    if judgements.left_out > 0 {
        let (left_out, all) =
            (judgements.left_out, judgements.left_out + judgements.human.len() as u64);
        let message =
            format!("{}: {left_out} of {all} rows have no '{human}', and are left out", input.data);
        messages.warn(&message);
    }
    Ok(judgements)
}

impl Judgements {
    fn add(&mut self, row: &Row<'_>, places: &Places) -> Result<(), InputError> {
        let Some(human) = row.number(0)? else {
            self.left_out += 1;
            return Ok(());
        };
        let number = self.human.len();
        for (scores, at) in self.given.iter_mut().zip(places.given..) {
            scores.push(row.required_number(at)?);
        }
        if let Some(systems) = &mut self.systems {
            systems.add(row.required_label(places.system)?, number);
        }
        if let Some(segments) = &mut self.segments {
            segments.add(row.required_label(places.segment)?, number);
        }
        if places.hypothesis < places.references {
            let mut references = Vec::new();
            for at in places.references..places.end {
                references.extend(row.references(at)?);
            }
            let hypothesis = row.text(places.hypothesis)?.to_owned();
            self.texts.push(Texts { hypothesis, references, line: row.line() });
        }
        self.human.push(human);
        Ok(())
    }
}
