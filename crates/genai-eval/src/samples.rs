//! Which segments a score is of: all of them, or those of a slice; and what is drawn of them as one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use genai_metrics::{Table, add_row};

use crate::engine::{Labels, Measured};

/// The segments with one value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// The field, as it was named.
    pub(crate) field: String,
    /// Its value.
    pub(crate) value: String,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field, self.value)
    }
}

/// By which fields of records segments are told apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Divisions {
    /// Each value of these is a slice.
    pub(crate) slice_fields: Vec<String>,
    /// What has the same value of this is drawn as one: a document, a prompt.
    pub(crate) cluster_field: Option<String>,
}

impl Divisions {
    /// Whether rows have to be kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.slice_fields.is_empty() && self.cluster_field.is_none()
    }

    /// All fields, in the order of [`Measured::labels`].
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.slice_fields.iter().chain(&self.cluster_field).map(String::as_str)
    }
}

/// Some of a run's segments, the same for all systems.
#[derive(Debug)]
pub(crate) struct Sample<'a> {
    /// Which slice it is; none for all segments.
    pub(crate) slice: Option<Slice>,
    /// The segments' places, in order; none for all.
    pub(crate) places: Option<Vec<usize>>,
    /// How many segments there are.
    pub(crate) segments: u64,
    /// For each system the sum of its rows.
    pub(crate) sums: Vec<Vec<f64>>,
    /// For each system its rows, if they were kept.
    pub(crate) rows: Vec<Cow<'a, Table>>,
    /// For each system what is drawn as one: rows, or sums of clusters' rows.
    pub(crate) units: Vec<Cow<'a, Table>>,
}

/// All segments first, then each slice, by field and value.
pub(crate) fn samples<'a>(measured: &'a Measured, divisions: &Divisions) -> Vec<Sample<'a>> {
    let slices = divisions.slice_fields.len();
    let clusters = divisions.cluster_field.as_ref().and_then(|_| measured.labels.get(slices));
    let mut samples = vec![whole(measured, clusters)];
    for (field, labels) in divisions.slice_fields.iter().zip(&measured.labels) {
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); labels.values.len()];
        for (place, &number) in labels.of.iter().enumerate() {
            places[number as usize].push(place);
        }
        let mut slices: Vec<_> = labels.values.iter().zip(places).collect();
        slices.sort_by_key(|(value, _)| *value);
        for (value, places) in slices {
            let slice = Slice { field: field.clone(), value: value.clone() };
            samples.push(part(measured, clusters, slice, places));
        }
    }
    samples
}

fn whole<'a>(measured: &'a Measured, clusters: Option<&Labels>) -> Sample<'a> {
    let units = measured.rows.iter().map(|rows| match clusters {
        Some(clusters) => Cow::Owned(rows.grouped(&clusters.of)),
        None => Cow::Borrowed(rows),
    });
    Sample {
        slice: None,
        places: None,
        segments: measured.segments,
        sums: measured.sums.clone(),
        units: units.collect(),
        rows: measured.rows.iter().map(Cow::Borrowed).collect(),
    }
}

fn part<'a>(
    measured: &'a Measured,
    clusters: Option<&Labels>,
    slice: Slice,
    places: Vec<usize>,
) -> Sample<'a> {
    let rows: Vec<Table> =
        measured.rows.iter().map(|rows| rows.chosen(places.iter().copied())).collect();
    let units: Vec<_> = match clusters {
        None => rows.iter().map(|rows| Cow::Owned(rows.clone())).collect(),
        Some(clusters) => {
            let groups = numbered(places.iter().map(|&place| clusters.of[place]));
            rows.iter().map(|rows| Cow::Owned(rows.grouped(&groups))).collect()
        }
    };
    Sample {
        slice: Some(slice),
        segments: places.len() as u64,
        places: Some(places),
        sums: rows.iter().map(sum).collect(),
        rows: rows.into_iter().map(Cow::Owned).collect(),
        units,
    }
}

fn sum(rows: &Table) -> Vec<f64> {
    let mut sum = vec![0.0; rows.width()];
    rows.rows().for_each(|row| add_row(&mut sum, row));
    sum
}

/// Numbers from 0 in the order in which they first come.
fn numbered(of: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut numbers = HashMap::new();
    let mut next = 0;
    of.map(|number| {
        *numbers.entry(number).or_insert_with(|| {
            next += 1;
            next - 1
        })
    })
    .collect()
}
