//! The means of resamples.

use crate::table::add_row;

/// Columns that are summed together: fixed, so that their sums stay in registers.
const LANES: usize = 4;

/// For each column of the rows, which are some, its means over the resamples in ascending order.
///
/// `draw` is given the number of a resample, from 0, and room for as many indices of rows as there
/// are rows; a mean adds up the rows in the order drawn.
pub(super) fn ranked_means(
    rows: &[&[f64]],
    width: usize,
    resamples: u32,
    mut draw: impl FnMut(u32, &mut [u32]),
) -> Vec<Vec<f64>> {
    let blocks: Vec<Vec<[f64; LANES]>> = (0..width)
        .step_by(LANES)
        .map(|first| rows.iter().map(|row| lanes(&row[first..])).collect())
        .collect();
    let mut drawn = vec![0; rows.len()];
    let mut means = vec![Vec::new(); width];
    for resample in 0..resamples {
        draw(resample, &mut drawn);
        for (block, means) in blocks.iter().zip(means.chunks_mut(LANES)) {
            let mut sums = [0.0; LANES];
            for &index in &drawn {
                add_row(&mut sums, &block[index as usize]);
            }
            for (means, sum) in means.iter_mut().zip(sums) {
                means.push(sum / rows.len() as f64);
            }
        }
    }
    for means in &mut means {
        means.sort_unstable_by(f64::total_cmp);
    }
    means
}

/// The first numbers, with zeros where there are too few.
fn lanes(numbers: &[f64]) -> [f64; LANES] {
    let mut lanes = [0.0; LANES];
    lanes.iter_mut().zip(numbers).for_each(|(lane, number)| *lane = *number);
    lanes
}
