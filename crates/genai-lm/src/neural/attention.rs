//! Attention of all positions to those before them.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, linalg::general_mat_mul, s};

use super::config::Config;
use super::decoder::IN_A_ROW;
use super::layers::{Into, Layer};
use super::rope::Turns;
use super::row;

/// Queries for which products with keys are made at once: many enough for a fast product of matrices, few
/// enough that memory grows with the text's length and not with its square.
const BLOCK: usize = 128;

/// What the heads of a layer see, side by side, a row a position.
pub(super) fn attend(
    config: &Config,
    layer: &Layer,
    turns: Option<&Turns>,
    normalized: &ArrayView2<'_, f32>,
) -> Array2<f32> {
    let positions = normalized.nrows();
    let (size, heads, key_heads) = (config.head_size, config.heads, config.key_heads);
    let mut inputs = Array2::zeros((positions, (heads + 2 * key_heads) * size));
    let mut column = 0;
    for linear in &layer.inputs {
        let columns = column..column + linear.outputs;
        linear.apply(normalized, &mut inputs.slice_mut(s![.., columns]), Into::Overwrite);
        column += linear.outputs;
    }
    prepare_heads(config, layer, turns, &mut inputs);
    let mut seen = Array2::zeros((positions, heads * size));
    let mut products = Array2::zeros((BLOCK.min(positions), positions));
    for head in 0..heads {
        let of = |first: usize, head: usize| (first + head) * size..(first + head + 1) * size;
        let key_head = head / (heads / key_heads);
        let queries = inputs.slice(s![.., of(0, head)]);
        let keys = inputs.slice(s![.., of(heads, key_head)]);
        let values = inputs.slice(s![.., of(heads + key_heads, key_head)]);
        for start in (0..positions).step_by(BLOCK) {
            let end = (start + BLOCK).min(positions);
            let first = layer.kind.window.map_or(0, |window| (start + 1).saturating_sub(window));
            let mut products = products.slice_mut(s![..end - start, ..end - first]);
            let (queries, keys) =
                (queries.slice(s![start..end, ..]), keys.slice(s![first..end, ..]));
            general_mat_mul(layer.kind.scale, &queries, &keys.t(), 0.0, &mut products);
            to_probabilities(&mut products, start - first, layer.kind.window);
            let mut seen = seen.slice_mut(s![start..end, of(0, head)]);
            general_mat_mul(1.0, &products, &values.slice(s![first..end, ..]), 0.0, &mut seen);
        }
    }
    seen
}

/// Normalizes and turns the heads of queries and keys.
fn prepare_heads(config: &Config, layer: &Layer, turns: Option<&Turns>, inputs: &mut Array2<f32>) {
    let turns = turns.filter(|_| layer.kind.turned);
    if turns.is_none() && layer.head_norms.is_none() {
        return;
    }
    for (position, mut row) in inputs.rows_mut().into_iter().enumerate() {
        let row = row.as_slice_mut().expect(IN_A_ROW);
        let heads = row.chunks_exact_mut(config.head_size).take(config.heads + config.key_heads);
        for (index, head) in heads.enumerate() {
            if let Some((queries, keys)) = &layer.head_norms {
                if index < config.heads { queries.apply(head) } else { keys.apply(head) }
            }
            if let Some(turns) = turns {
                turns.apply(position, head);
            }
        }
    }
}

/// Turns each row's products into shares of 1. Row `i` sees the columns up to `before + i`, of those
/// the last `window`; the others get nothing.
fn to_probabilities(products: &mut ArrayViewMut2<'_, f32>, before: usize, window: Option<usize>) {
    for (index, mut row) in products.rows_mut().into_iter().enumerate() {
        let row = row.as_slice_mut().expect(IN_A_ROW);
        let end = before + index + 1;
        let start = window.map_or(0, |window| end.saturating_sub(window));
        row[..start].fill(0.0);
        row[end..].fill(0.0);
        let row = &mut row[start..end];
        let largest = row::largest(row);
        for number in &mut *row {
            *number = row::exp(*number - largest);
        }
        let sum = row::sum(row);
        for number in row {
            *number /= sum;
        }
    }
}
