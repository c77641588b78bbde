//! The averages of ROUGE-1.5.5.

use super::drand48::Drand48;
use super::resample::ranked_means;
use super::{Interval, Table, round5};

/// An interval for each number of the rows.
pub(super) fn intervals(table: &Table, resamples: u32, percent: f64) -> Vec<Interval> {
    let rows: Vec<&[f64]> = table.rows().collect();
    if rows.is_empty() {
        return vec![Interval::default(); table.width()];
    }
    let rows: Vec<&[f64]> = order_of_names(rows.len()).map(|index| rows[index]).collect();
    let below = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    // Each resample starts anew, from its own number.
    let draw = |resample, places: &mut [u32]| {
        let mut generator = Drand48::new(resample);
        places.fill_with(|| generator.index(below));
    };
    ranked_means(&rows, table.width(), resamples, draw)
        .iter()
        .map(|means| interval(means, percent))
        .collect()
}

/// The indices of segments in the order of their names, which are their numbers from 1 on, compared
/// as text: 1, 10, 100, 2.
fn order_of_names(segments: usize) -> impl Iterator<Item = usize> {
    let after = move |&number: &usize| {
        if number <= segments / 10 {
            return Some(number * 10);
        }
        let mut number = number;
        while number % 10 == 9 || number == segments {
            number /= 10;
        }
        Some(number + 1)
    };
    std::iter::successors(Some(1), after).take(segments).map(|number| number - 1)
}

/// What the tool prints of some means in ascending order.
///
/// Both ends lie between two neighbouring means, by the fraction that belongs to the upper end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among the means; -0.5 is the first, as in the reference"
)]
fn interval(means: &[f64], percent: f64) -> Interval {
    let resamples = means.len() as f64;
    let outside = resamples * ((100.0 - percent) / 2.0) / 100.0;
    let upper = (resamples - outside - 1.0) as usize;
    let lower = outside as usize;
    let fraction = resamples - outside - 1.0 - upper as f64;
    let mean = |rank: usize| means.get(rank).copied().unwrap_or(0.0);
    let end = |rank| round5(mean(rank) + (mean(rank + 1) - mean(rank)) * fraction);
    // Folded from the left, from the least to the greatest.
    let sum = means.iter().fold(0.0, |sum, mean| sum + mean);
    Interval { low: end(lower), middle: round5(sum / resamples), high: end(upper) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_text() {
        for segments in (0..130).chain([1000, 12_345]) {
            let mut names: Vec<String> =
                (1..=segments).map(|number| format!("{number}.X")).collect();
            names.sort();
            let ordered: Vec<String> =
                order_of_names(segments).map(|index| format!("{}.X", index + 1)).collect();
            assert_eq!(ordered, names);
        }
    }

    /// What the tool itself makes of four segments, its oddities among few resamples included.
    #[test]
    fn averages() {
        let mut table = Table::new(3);
        for row in [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7], [0.25, 0.0, 1.0], [0.3, 0.33333, 0.66667]] {
            table.push(&row);
        }
        for (resamples, percent, first, last) in [
            (1, 95.0, [0.19219, 0.1875, 0.19219], [0.58083, 0.56667, 0.58083]),
            (2, 95.0, [0.34187, 0.26875, 0.34187], [0.59042, 0.57917, 0.59042]),
            (3, 0.0, [0.29375, 0.25833, 0.2125], [0.625, 0.60556, 0.57917]),
            (10, 90.0, [0.1625, 0.27125, 0.375], [0.52083, 0.65583, 0.83333]),
            (10, 100.0, [0.1375, 0.27125, 0.4], [0.475, 0.65583, 0.84167]),
            (500, 99.9, [0.1, 0.28788, 0.4875], [0.3, 0.66672, 0.98125]),
        ] {
            let found = intervals(&table, resamples, percent);
            let expected = [first, last].map(|[low, middle, high]| Interval { low, middle, high });
            assert_eq!([found[0], found[2]], expected, "{resamples} resamples, {percent} %");
        }
    }
}
