//! Segments drawn with replacement, as many as there are.

use super::Executor;
use super::generator::Pcg64;
use super::statistic::Statistic;
use super::sums::sum_of;
use crate::table::Table;

/// For each system and each statistic its value in each resample, in the order of the draws.
pub type Drawn = Vec<Vec<Vec<f64>>>;

/// Places drawn at a time: what a processor has close at hand, and enough for all threads.
const PLACES: usize = 1 << 16;

/// The statistics of each system in each resample: for every system the same segments are drawn, which is
/// what makes comparisons paired.
///
/// The draws are those of `generator.choice(segments, size=(resamples, segments))` in numpy, on
/// which sacreBLEU's bootstraps stand. Segments may be anything that is drawn as one: rows of documents that
/// are sums of their segments' rows. Of no segments at all every statistic is that of an empty sum.
/// Memory holds the results and a few blocks of draws.
///
/// # Panics
/// If systems have different numbers of rows, or rows of different widths.
pub fn bootstrap(
    systems: &[&Table],
    statistics: &[Statistic<'_>],
    resamples: u32,
    generator: &mut Pcg64,
    executor: &impl Executor,
) -> Drawn {
    let segments = systems.first().map_or(0, |table| table.len());
    let width = systems.first().map_or(1, |table| table.width());
    for table in systems {
        assert_eq!((table.len(), table.width()), (segments, width), "rows of every system");
    }
    let mut drawn: Drawn = systems
        .iter()
        .map(|_| statistics.iter().map(|_| Vec::with_capacity(resamples as usize)).collect())
        .collect();
    let most = u32::try_from(segments).unwrap_or(u32::MAX);
    let in_block = (PLACES / segments.max(1)).clamp(1, 1024);
    let mut left = resamples as usize;
    while left > 0 {
        let mut blocks = Vec::new();
        for _ in 0..executor.width() {
            let resamples = in_block.min(left);
            left -= resamples;
            // Drawn in order, whoever scores them.
            let places: Vec<u32> =
                (0..resamples * segments).map(|_| generator.below(most)).collect();
            blocks.push((resamples, places));
        }
        let values = executor.map(blocks, &|(resamples, places): (usize, Vec<u32>)| {
            let mut values = Vec::with_capacity(resamples * systems.len() * statistics.len());
            let mut sum = vec![0.0; width];
            // System by system, so that its rows stay close at hand.
            for table in systems {
                for resample in 0..resamples {
                    let places = &places[resample * segments..(resample + 1) * segments];
                    sum_of(table, places, &mut sum);
                    values.extend(statistics.iter().map(|statistic| statistic.value(&sum)));
                }
            }
            values
        });
        for block in values {
            let of_system = block.len() / systems.len().max(1);
            for (block, drawn) in block.chunks_exact(of_system.max(1)).zip(&mut drawn) {
                for values in block.chunks_exact(statistics.len().max(1)) {
                    for (value, drawn) in values.iter().zip(&mut *drawn) {
                        drawn.push(*value);
                    }
                }
            }
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bleu;
    use crate::resample::InOrder;

    /// Does pieces from the last to the first, and wants many.
    struct Backwards(usize);

    impl Executor for Backwards {
        fn width(&self) -> usize {
            self.0
        }

        fn map<T: Send, R: Send>(&self, pieces: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
            let mut results: Vec<R> = pieces.into_iter().rev().map(work).collect();
            results.reverse();
            results
        }
    }

    fn table(segments: u32) -> Table {
        let mut table = Table::new(10);
        for segment in 0..segments {
            let length = f64::from(segment % 7 + 4);
            let matches: Vec<f64> = (0..4).map(|n| length - 1.0 - f64::from(n)).collect();
            let totals: Vec<f64> = (0..4).map(|n| length - f64::from(n)).collect();
            table.push(&[&[length, length + 1.0][..], &matches, &totals].concat());
        }
        table
    }

    #[test]
    fn blocks_and_threads_change_nothing() {
        let bleu = Bleu::default();
        let statistics =
            [Statistic::whole(&bleu), Statistic { part: Some("bp"), ..Statistic::whole(&bleu) }];
        for segments in [1, 2, 40, 40_000] {
            let table = table(segments);
            let draw = |executor: Backwards| {
                bootstrap(&[&table, &table], &statistics, 11, &mut Pcg64::new(3), &executor)
            };
            let alone = bootstrap(&[&table], &statistics, 11, &mut Pcg64::new(3), &InOrder);
            for width in [1, 2, 5, 40] {
                let drawn = draw(Backwards(width));
                assert_eq!(drawn[0], alone[0]);
                assert_eq!(drawn[1], alone[0]);
            }
            assert_eq!(alone[0][0].len(), 11);
        }
    }

    #[test]
    fn no_segments_and_no_systems() {
        let bleu = Bleu::default();
        let statistics = [Statistic::whole(&bleu)];
        let drawn = bootstrap(&[&Table::new(10)], &statistics, 3, &mut Pcg64::new(3), &InOrder);
        assert_eq!(drawn, [[[0.0; 3]]]);
        assert!(bootstrap(&[], &statistics, 3, &mut Pcg64::new(3), &InOrder).is_empty());
    }
}
