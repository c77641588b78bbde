//! The pass through a model: ids to the log-probabilities of what follows.

use ndarray::{Array2, ArrayView2, linalg::general_mat_mul, s};

use super::attention::attend;
use super::config::Config;
use super::layers::{Into, Layer, Normalizer, Weights};
use super::rope::Turns;
use super::row;

/// Words of the vocabulary whose logits are made at once, for so many positions at once: memory does not
/// grow with their product, and the numbers are still in the processor's cache when they are summed.
const WORDS: usize = 2048;
const POSITIONS: usize = 512;

/// Why the rows of all matrices that are made here are slices.
pub(super) const IN_A_ROW: &str = "numbers of a row lie side by side";

/// A configuration and its weights.
#[derive(Debug)]
pub(super) struct Decoder {
    pub(super) config: Config,
    pub(super) weights: Weights,
}

impl Decoder {
    /// The natural logarithms of the probabilities of `targets`, the first of which follows
    /// `ids[..ids.len() - targets.len() + 1]`, and the last all of `ids`.
    ///
    /// One thread does it, in an order that depends on the lengths alone: so the same call gives the same bits.
    ///
    /// # Panics
    /// If there are more targets than ids, or ids that the vocabulary does not have.
    pub(super) fn log_probs(&self, ids: &[u32], targets: &[u32]) -> Vec<f64> {
        let mut hidden = self.embed(ids);
        let turns = self.config.rope.as_ref().map(|rope| rope.turns(ids.len()));
        for layer in &self.weights.layers {
            self.layer(layer, turns.as_ref(), &mut hidden);
        }
        let scored = hidden.slice(s![ids.len() - targets.len().., ..]).to_owned();
        self.score(&normalized(&self.weights.last, scored).view(), targets)
    }

    fn embed(&self, ids: &[u32]) -> Array2<f32> {
        let mut hidden = Array2::zeros((ids.len(), self.config.hidden));
        for (position, (mut row, id)) in hidden.rows_mut().into_iter().zip(ids).enumerate() {
            let id = *id as usize;
            row += &self.weights.embeddings.rows(id..id + 1).row(0);
            if let Some(positions) = &self.weights.positions {
                row += &positions.rows(position..position + 1).row(0);
            }
        }
        hidden
    }

    fn layer(&self, layer: &Layer, turns: Option<&Turns>, hidden: &mut Array2<f32>) {
        let input = normalized(&layer.before_attention, hidden.clone());
        let seen = attend(&self.config, layer, turns, &input.view());
        layer.output.apply(&seen.view(), &mut hidden.view_mut(), Into::Add);

        let input = normalized(&layer.before_feed_forward, hidden.clone());
        let mut inner = Array2::zeros((hidden.nrows(), layer.up.outputs));
        let first = layer.gate.as_ref().unwrap_or(&layer.up);
        first.apply(&input.view(), &mut inner.view_mut(), Into::Overwrite);
        self.config.activation.apply(inner.as_slice_mut().expect(IN_A_ROW));
        if layer.gate.is_some() {
            let mut up = Array2::zeros(inner.raw_dim());
            layer.up.apply(&input.view(), &mut up.view_mut(), Into::Overwrite);
            inner *= &up;
        }
        layer.down.apply(&inner.view(), &mut hidden.view_mut(), Into::Add);
    }

    /// The log-probability of each target, given the hidden row of the token before it.
    fn score(&self, hidden: &ArrayView2<'_, f32>, targets: &[u32]) -> Vec<f64> {
        let head = self.weights.head.as_ref().unwrap_or(&self.weights.embeddings);
        let mut log_probs = Vec::with_capacity(targets.len());
        let mut logits = Array2::zeros((POSITIONS.min(targets.len()), WORDS.min(head.height())));
        for (block, targets) in targets.chunks(POSITIONS).enumerate() {
            let start = block * POSITIONS;
            let hidden = hidden.slice(s![start..start + targets.len(), ..]);
            let mut sums = vec![Sum::default(); targets.len()];
            for word in (0..head.height()).step_by(WORDS) {
                let end = (word + WORDS).min(head.height());
                let mut logits = logits.slice_mut(s![..targets.len(), ..end - word]);
                general_mat_mul(1.0, &hidden, &head.rows(word..end).t(), 0.0, &mut logits);
                for ((row, target), sum) in logits.rows().into_iter().zip(targets).zip(&mut sums) {
                    let row = row.as_slice().expect(IN_A_ROW);
                    sum.add(row);
                    let target = *target as usize;
                    if (word..end).contains(&target) {
                        sum.target = f64::from(row[target - word]);
                    }
                }
            }
            log_probs.extend(sums.iter().map(Sum::log_prob));
        }
        log_probs
    }
}

fn normalized(normalizer: &Normalizer, mut rows: Array2<f32>) -> Array2<f32> {
    for mut row in rows.rows_mut() {
        normalizer.apply(row.as_slice_mut().expect(IN_A_ROW));
    }
    rows
}

/// The sum of `eˣ` over logits that come in parts, as a multiple of `e` to the largest so far.
#[derive(Clone, Debug)]
struct Sum {
    largest: f64,
    multiple: f64,
    /// The logit of the token that came.
    target: f64,
}

impl Default for Sum {
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, multiple: 0.0, target: f64::NAN }
    }
}

impl Sum {
    fn add(&mut self, logits: &[f32]) {
        let largest = f64::from(row::largest(logits));
        if largest > self.largest {
            self.multiple *= (self.largest - largest).exp();
            self.largest = largest;
        }
        self.multiple +=
            logits.iter().map(|logit| (f64::from(*logit) - self.largest).exp()).sum::<f64>();
    }

    fn log_prob(&self) -> f64 {
        self.target - self.largest - self.multiple.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_whole() {
        let logits: Vec<f32> = (0..1000_u16).map(|i| f32::from(i % 37) * 3.0 - 50.0).collect();
        let whole: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        for part in [1, 7, 400, 1000] {
            let mut sum = Sum { target: f64::from(logits[5]), ..Sum::default() };
            logits.chunks(part).for_each(|part| sum.add(part));
            assert!((sum.log_prob() - (f64::from(logits[5]) - whole.ln())).abs() < 1e-12);
        }
    }
}
