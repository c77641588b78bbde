//! Sums of many rows, of which the order means nothing: rows add up exactly.

use crate::table::Table;

/// How many columns are summed at once, so that the sums stay in registers.
const STRIP: usize = 16;

/// The sum of the rows at these places, over `sum`.
pub(super) fn sum_of(table: &Table, places: &[u32], sum: &mut [f64]) {
    let strips = table.width().div_ceil(STRIP);
    let mut start = 0;
    for strip in 0..strips {
        // As equal as can be.
        let width = (table.width() - start).div_ceil(strips - strip);
        let sums = &mut sum[start..start + width];
        strip_by_width(table, start, width, places, sums);
        start += width;
    }
}

/// Numbers for `match` to choose a width that the compiler knows.
macro_rules! by_width {
    ($width:expr, $call:ident, $arguments:tt, $($known:literal)*) => {
        match $width {
            $($known => $call::<$known> $arguments,)*
            _ => {}
        }
    };
}

fn strip_by_width(table: &Table, start: usize, width: usize, places: &[u32], sums: &mut [f64]) {
    by_width!(width, strip, (table, start, places, sums), 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

fn strip<const WIDTH: usize>(table: &Table, start: usize, places: &[u32], sums: &mut [f64]) {
    let mut sum = [0.0; WIDTH];
    let (cells, width) = (table.cells(), table.width());
    for &place in places {
        let at = place as usize * width + start;
        for (sum, cell) in sum.iter_mut().zip(&cells[at..at + WIDTH]) {
            *sum += cell;
        }
    }
    sums.copy_from_slice(&sum);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_sums(width in 1..40_usize, rows in 1..20_usize, places in prop::collection::vec(0..20_u32, 0..60)) {
            let mut table = Table::new(width);
            let cell = |row: usize, column: usize| f64::from(u32::try_from(row * 31 + column * 7).unwrap());
            for row in 0..rows {
                table.push(&(0..width).map(|column| cell(row, column)).collect::<Vec<_>>());
            }
            let places: Vec<u32> = places.into_iter().filter(|&place| (place as usize) < rows).collect();
            let mut sum = vec![-1.0; width];
            sum_of(&table, &places, &mut sum);
            for (column, sum) in sum.iter().enumerate() {
                let plain: f64 = places.iter().map(|&place| cell(place as usize, column)).sum();
                prop_assert!((*sum - plain).abs() < 0.5);
            }
        }
    }
}
