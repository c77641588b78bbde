//! Weighted longest common subsequences: the longer a run of neighbours, the more each is worth.

use crate::kernel::lcs::Places;
use crate::text::TokenId;

/// The weighted longest common subsequence of Lin 2004, section 4: a run of `k` consecutive matches
/// is worth `k` to the power of the weight.
///
/// The table of values has a cell for each pair of tokens, so time grows with their product; of
/// the way back through it no more is held than a few thousand rows.
///
/// ```
/// use genai_metrics::kernel::WeightedSubsequence;
/// let mut weighted = WeightedSubsequence::default();
/// weighted.reset(2.0);
/// assert_eq!(weighted.value(&[0, 1, 2, 3], &[0, 1, 9, 3]), 5.0); // a run of 2, a run of 1
/// ```
#[derive(Clone, Debug, Default)]
pub struct WeightedSubsequence {
    weight: f64,
    /// The power of each length of a run, from 0.
    powers: Vec<f64>,
    row: TableRow,
    /// The rows from which back-tracing starts again.
    kept: Vec<TableRow>,
    moves: Vec<Move>,
}

/// One row of the table.
#[derive(Clone, Debug, Default)]
struct TableRow {
    /// The values.
    values: Vec<f64>,
    /// The runs that end there.
    runs: Vec<u32>,
}

/// How the table was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Take,
    LeaveReference,
    LeaveHypothesis,
}

/// Rows whose moves are held at a time: with this many, the rows kept for the others take about as
/// much again at a hundred thousand tokens.
const ROWS: usize = 1024;

impl WeightedSubsequence {
    /// Takes the weight.
    pub fn reset(&mut self, weight: f64) {
        if weight.to_bits() != self.weight.to_bits() || self.powers.is_empty() {
            self.weight = weight;
            self.powers.clear();
        }
    }

    /// `length` to the power of the weight.
    pub fn power(&self, length: f64) -> f64 {
        length.powf(self.weight)
    }

    fn begin(&mut self, columns: usize, longest: usize) {
        let Self { weight, powers, row, .. } = self;
        if powers.is_empty() {
            powers.push(0.0);
        }
        while powers.len() <= longest + 1 {
            let length = powers.len() as f64;
            powers.push(length.powf(*weight));
        }
        row.values.clear();
        row.values.resize(columns + 1, 0.0);
        row.runs.clear();
        row.runs.resize(columns + 1, 0);
    }

    /// The value of the best weighted common subsequence that the recurrence finds.
    pub fn value(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> f64 {
        self.begin(hypothesis.len(), reference.len().min(hypothesis.len()));
        for &token in reference {
            self.row.advance(token, hypothesis, &self.powers, |_| {});
        }
        self.row.values[hypothesis.len()]
    }

    /// Adds to `hits` the places of the reference that back-tracing takes, as ROUGE-1.5.5 does it.
    pub fn mark(&mut self, reference: &[TokenId], hypothesis: &[TokenId], hits: &mut Places) {
        self.begin(hypothesis.len(), reference.len().min(hypothesis.len()));
        let Self { powers, row, kept, moves, .. } = self;
        kept.clear();
        let parts: Vec<&[TokenId]> = reference.chunks(ROWS).collect();
        for part in &parts {
            kept.push(row.clone());
            if kept.len() < parts.len() {
                part.iter().for_each(|&token| row.advance(token, hypothesis, powers, |_| {}));
            }
        }
        let mut columns = hypothesis.len();
        for (i, part) in parts.iter().enumerate().rev() {
            let Some(mut row) = kept.pop() else { return };
            moves.clear();
            let hypothesis = &hypothesis[..columns];
            for &token in *part {
                row.advance(token, hypothesis, powers, |step| moves.push(step));
            }
            let width = hypothesis.len();
            let mut rows = part.len();
            while rows > 0 && columns > 0 {
                match moves[(rows - 1) * width + columns - 1] {
                    Move::Take => {
                        rows -= 1;
                        columns -= 1;
                        hits.insert(i * ROWS + rows);
                    }
                    Move::LeaveReference => rows -= 1,
                    Move::LeaveHypothesis => columns -= 1,
                }
            }
        }
    }
}

impl TableRow {
    /// The next row. The order of operations is the reference's, since equal values decide.
    fn advance(
        &mut self,
        token: TokenId,
        hypothesis: &[TokenId],
        powers: &[f64],
        mut step: impl FnMut(Move),
    ) {
        let (mut value_before, mut run_before) = (0.0, 0);
        for (i, &other) in hypothesis.iter().enumerate() {
            let (value, run) = (&mut self.values[i + 1], &mut self.runs[i + 1]);
            let above = (*value, *run);
            if token == other {
                let longer = run_before as usize + 1;
                *value = value_before + powers[longer] - powers[longer - 1];
                *run = run_before + 1;
                step(Move::Take);
            } else {
                *run = 0;
                // What stands here is the row above's; what stands before is this row's already.
                let left = self.values[i];
                if above.0 >= left {
                    step(Move::LeaveReference);
                } else {
                    self.values[i + 1] = left;
                    step(Move::LeaveHypothesis);
                }
            }
            (value_before, run_before) = above;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The whole table and the way back through it.
    fn by_table(weight: f64, reference: &[u32], hypothesis: &[u32]) -> (f64, Vec<usize>) {
        let (m, n) = (reference.len(), hypothesis.len());
        let power = |k: usize| if k == 0 { 0.0 } else { (k as f64).powf(weight) };
        let mut value = vec![vec![0.0; n + 1]; m + 1];
        let mut run = vec![vec![0; n + 1]; m + 1];
        for i in 1..=m {
            for j in 1..=n {
                if reference[i - 1] == hypothesis[j - 1] {
                    let k = run[i - 1][j - 1];
                    value[i][j] = value[i - 1][j - 1] + power(k + 1) - power(k);
                    run[i][j] = k + 1;
                } else {
                    value[i][j] = f64::max(value[i - 1][j], value[i][j - 1]);
                }
            }
        }
        let (mut i, mut j, mut taken) = (m, n, Vec::new());
        while i > 0 && j > 0 {
            if reference[i - 1] == hypothesis[j - 1] {
                i -= 1;
                j -= 1;
                taken.push(i);
            } else if value[i - 1][j] >= value[i][j - 1] {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        taken.reverse();
        (value[m][n], taken)
    }

    fn check(weight: f64, reference: &[u32], hypothesis: &[u32]) {
        let (value, taken) = by_table(weight, reference, hypothesis);
        let mut weighted = WeightedSubsequence::default();
        weighted.reset(weight);
        let mut hits = Places::default();
        hits.reset(reference.len());
        weighted.mark(reference, hypothesis, &mut hits);
        assert_eq!(hits.iter().collect::<Vec<_>>(), taken);
        assert_eq!(weighted.value(reference, hypothesis).to_bits(), value.to_bits());
    }

    proptest! {
        #[test]
        fn equals_a_table(
            reference in prop::collection::vec(0..5u32, 0..40),
            hypothesis in prop::collection::vec(0..6u32, 0..40),
            weight in prop::sample::select(vec![0.5, 1.0, 1.2, 2.0]),
        ) {
            check(weight, &reference, &hypothesis);
        }
    }

    /// More rows than are held at a time.
    #[test]
    fn many_rows_equal_a_table() {
        let reference: Vec<u32> = (0..2600_u32).map(|i| i * i % 7).collect();
        let hypothesis: Vec<u32> = (0..400_u32).map(|i| i * i % 11).collect();
        check(1.2, &reference, &hypothesis);
    }
}
