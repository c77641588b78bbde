//! What swapping changes: the baseline's rows less each system's, every column once.

use std::collections::BTreeMap;

use crate::table::Table;

/// Columns of a strip if all numbers are whole and small: as many as are added up in a few instructions.
const WHOLE: usize = 32;

/// Columns of a strip of other numbers.
const OTHER: usize = 16;

/// Differences of all systems from the baseline, of which those that are nowhere anything but 0, as the counts
/// of the references are, are left out, and those that are equal, as a length and its number of unigrams are,
/// stand there once.
///
/// Strips of columns go through the sums of subsets together, whichever systems they are of.
pub(super) struct Differences {
    strips: Vec<Strip>,
    /// For each system and column its place, or none if it is 0 throughout.
    places: Vec<Vec<Option<Place>>>,
}

/// Where the differences of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) strip: usize,
    pub(super) column: usize,
}

struct Strip {
    rows: Vec<f64>,
    width: usize,
}

impl Differences {
    pub(super) fn of(baseline: &Table, systems: &[&Table]) -> Self {
        let width = baseline.width();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut known: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
        let mut number_of = |table: &&Table, column: usize| {
            let pairs = baseline.rows().zip(table.rows());
            let differences: Vec<f64> =
                pairs.map(|(base, own)| base[column] - own[column]).collect();
            if differences.iter().all(|&difference| difference == 0.0) {
                return None;
            }
            let bits = differences.iter().map(|difference| difference.to_bits()).collect();
            Some(*known.entry(bits).or_insert_with(|| {
                columns.push(differences);
                columns.len() - 1
            }))
        };
        let numbers: Vec<Vec<Option<usize>>> = systems
            .iter()
            .map(|table| (0..width).map(|column| number_of(table, column)).collect())
            .collect();
        let (whole, other): (Vec<usize>, Vec<usize>) =
            (0..columns.len()).partition(|&number| columns[number].iter().copied().all(is_whole));
        let mut place_of = vec![Place { strip: 0, column: 0 }; columns.len()];
        let mut strips = Vec::new();
        for chosen in whole.chunks(WHOLE).chain(other.chunks(OTHER)) {
            for (column, &number) in chosen.iter().enumerate() {
                place_of[number] = Place { strip: strips.len(), column };
            }
            let rows = (0..baseline.len())
                .flat_map(|row| {
                    chosen.iter().map(|&number| columns[number][row]).collect::<Vec<_>>()
                })
                .collect();
            strips.push(Strip { rows, width: chosen.len() });
        }
        let place = |number: &Option<usize>| number.map(|number| place_of[number]);
        let places = numbers.iter().map(|numbers| numbers.iter().map(place).collect()).collect();
        Self { strips, places }
    }

    /// The rows of each strip, and how wide they are.
    pub(super) fn strips(&self) -> impl Iterator<Item = (&[f64], usize)> {
        self.strips.iter().map(|strip| (&strip.rows[..], strip.width))
    }

    /// Where each column of a system is.
    pub(super) fn columns_of(&self, system: usize) -> &[Option<Place>] {
        &self.places[system]
    }
}

#[expect(clippy::float_cmp, reason = "a whole number is its own whole part, to the bit")]
fn is_whole(number: f64) -> bool {
    number.trunc() == number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(width: usize, cells: &[f64]) -> Table {
        let mut table = Table::new(width);
        cells.chunks_exact(width).for_each(|row| table.push(row));
        table
    }

    proptest! {
        /// Cells of few values, so that columns are often equal, or 0.
        #[test]
        fn every_column_has_its_place(
            width in 1..50_usize,
            cells in prop::collection::vec(prop::sample::select(vec![0.0, 1.0, 5.0, 0.25]), 0..150),
            systems in prop::collection::vec(
                prop::collection::vec(prop::sample::select(vec![0.0, 1.0, 5.0, 0.25]), 150),
                0..4,
            ),
        ) {
            let baseline = table(width, &cells);
            let systems: Vec<Table> =
                systems.iter().map(|own| table(width, &own[..cells.len()])).collect();
            let differences = Differences::of(&baseline, &systems.iter().collect::<Vec<_>>());
            let strips: Vec<(&[f64], usize)> = differences.strips().collect();
            for (_, width) in &strips {
                prop_assert!((1..=WHOLE).contains(width));
            }
            let mut places: Vec<Place> = Vec::new();
            for (system, own) in systems.iter().enumerate() {
                let columns = differences.columns_of(system);
                prop_assert_eq!(columns.len(), width);
                places.extend(columns.iter().copied().flatten());
                for (row, (base, own)) in baseline.rows().zip(own.rows()).enumerate() {
                    for (column, place) in columns.iter().enumerate() {
                        let known = place.map_or(0.0, |Place { strip, column }| {
                            strips[strip].0[row * strips[strip].1 + column]
                        });
                        prop_assert_eq!(known.to_bits(), (base[column] - own[column]).to_bits());
                    }
                }
            }
            places.sort_by_key(|place| (place.strip, place.column));
            places.dedup();
            prop_assert_eq!(places.len(), strips.iter().map(|(_, width)| width).sum::<usize>());
        }
    }
}
