//! The parts of a decoder with their weights, found by the names that each family gives them.

use ndarray::{ArrayView2, ArrayViewMut2, Axis, linalg::general_mat_mul};

use super::config::{Config, Family, Norm};
use super::error::Error;
use super::layer_kinds::LayerKind;
use super::tensors::{Matrix, Tensors};

/// `x · W + b`.
#[derive(Debug)]
pub(super) struct Linear {
    weight: Matrix,
    bias: Option<Vec<f32>>,
    /// Whether a row of the matrix belongs to an output, rather than to an input.
    by_output: bool,
    /// How many numbers come out.
    pub(super) outputs: usize,
}

/// What is done with what is in the place of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Into {
    Overwrite,
    Add,
}

impl Linear {
    fn new(
        tensors: &mut Tensors,
        name: &str,
        (inputs, outputs): (usize, usize),
        bias: bool,
        by_output: bool,
    ) -> Result<Self, Error> {
        let (rows, columns) = if by_output { (outputs, inputs) } else { (inputs, outputs) };
        let weight = tensors.matrix(&format!("{name}.weight"), rows, columns)?;
        let bias = bias.then(|| tensors.vector(&format!("{name}.bias"), outputs)).transpose()?;
        Ok(Self { weight, bias, by_output, outputs })
    }

    /// Of each row of `from`.
    pub(super) fn apply(
        &self,
        from: &ArrayView2<'_, f32>,
        to: &mut ArrayViewMut2<'_, f32>,
        into: Into,
    ) {
        let weight = self.weight.all();
        let weight = if self.by_output { weight.t() } else { weight.view() };
        let kept = if into == Into::Add { 1.0 } else { 0.0 };
        general_mat_mul(1.0, from, &weight, kept, to);
        if let Some(bias) = &self.bias {
            for mut row in to.axis_iter_mut(Axis(0)) {
                row.iter_mut().zip(bias).for_each(|(number, bias)| *number += bias);
            }
        }
    }
}

/// A [`Norm`] with its weights.
#[derive(Debug)]
pub(super) struct Normalizer {
    norm: Norm,
    weight: Vec<f32>,
    /// Empty where there is none.
    bias: Vec<f32>,
}

impl Normalizer {
    fn new(tensors: &mut Tensors, name: &str, norm: Norm, size: usize) -> Result<Self, Error> {
        let weight = tensors.vector(&format!("{name}.weight"), size)?;
        let bias = match norm {
            Norm::Layer { .. } => tensors.vector(&format!("{name}.bias"), size)?,
            Norm::RootMeanSquare { .. } => Vec::new(),
        };
        Ok(Self { norm, weight, bias })
    }

    /// Of one row. Sums are in double precision, as they would else be the least precise step of all.
    #[expect(clippy::cast_possible_truncation, reason = "back to the precision of the weights")]
    pub(super) fn apply(&self, row: &mut [f32]) {
        let size = row.len() as f64;
        match self.norm {
            Norm::Layer { epsilon } => {
                let mean = row.iter().copied().map(f64::from).sum::<f64>() / size;
                let square = |number: &f32| (f64::from(*number) - mean).powi(2);
                let variance = row.iter().map(square).sum::<f64>() / size;
                let (mean, factor) = (mean as f32, (1.0 / (variance + epsilon).sqrt()) as f32);
                for ((number, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
                    *number = (*number - mean) * factor * weight + bias;
                }
            }
            Norm::RootMeanSquare { epsilon } => {
                let square = |number: &f32| f64::from(*number).powi(2);
                let mean = row.iter().map(square).sum::<f64>() / size;
                let factor = (1.0 / (mean + epsilon).sqrt()) as f32;
                for (number, weight) in row.iter_mut().zip(&self.weight) {
                    *number *= factor * weight;
                }
            }
        }
    }
}

/// Attention and a feed-forward layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) kind: LayerKind,
    pub(super) before_attention: Normalizer,
    /// To queries, keys and values side by side: one matrix or three.
    pub(super) inputs: Vec<Linear>,
    /// Of each head's queries and keys.
    pub(super) head_norms: Option<(Normalizer, Normalizer)>,
    pub(super) output: Linear,
    pub(super) before_feed_forward: Normalizer,
    /// What the activation of which is multiplied with `up`.
    pub(super) gate: Option<Linear>,
    pub(super) up: Linear,
    pub(super) down: Linear,
}

/// All weights.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) embeddings: Matrix,
    /// Of positions, where they are not turned.
    pub(super) positions: Option<Matrix>,
    pub(super) layers: Vec<Layer>,
    pub(super) last: Normalizer,
    /// None if it is `embeddings`.
    pub(super) head: Option<Matrix>,
}

impl Weights {
    /// Takes what the configuration asks for, and refuses what is left over.
    pub(super) fn take(config: &Config, mut tensors: Tensors) -> Result<Self, Error> {
        let weights = match config.family {
            Family::Gpt2 => gpt2(config, &mut tensors)?,
            _ => gated(config, &mut tensors)?,
        };
        tensors.finish(|name| is_harmless(config, name))?;
        Ok(weights)
    }
}

fn gpt2(config: &Config, tensors: &mut Tensors) -> Result<Weights, Error> {
    // OpenAI's own files have no such word before their names.
    let body = if tensors.has("transformer.wte.weight") { "transformer." } else { "" };
    let (hidden, norm) = (config.hidden, config.norm);
    let layer = |(index, kind): (usize, &LayerKind), tensors: &mut Tensors| {
        let name = |part: &str| format!("{body}h.{index}.{part}");
        let mut linear = |part: &str, sizes| Linear::new(tensors, &name(part), sizes, true, false);
        let inputs = vec![linear("attn.c_attn", (hidden, 3 * hidden))?];
        let output = linear("attn.c_proj", (hidden, hidden))?;
        let up = linear("mlp.c_fc", (hidden, config.intermediate))?;
        let down = linear("mlp.c_proj", (config.intermediate, hidden))?;
        Ok(Layer {
            kind: *kind,
            before_attention: Normalizer::new(tensors, &name("ln_1"), norm, hidden)?,
            inputs,
            head_norms: None,
            output,
            before_feed_forward: Normalizer::new(tensors, &name("ln_2"), norm, hidden)?,
            gate: None,
            up,
            down,
        })
    };
    let layers: Result<Vec<Layer>, Error> =
        config.layers.iter().enumerate().map(|item| layer(item, tensors)).collect();
    Ok(Weights {
        embeddings: tensors.matrix(&format!("{body}wte.weight"), config.vocabulary, hidden)?,
        positions: Some(tensors.matrix(&format!("{body}wpe.weight"), config.context, hidden)?),
        layers: layers?,
        last: Normalizer::new(tensors, &format!("{body}ln_f"), norm, hidden)?,
        head: head(config, tensors)?,
    })
}

fn gated(config: &Config, tensors: &mut Tensors) -> Result<Weights, Error> {
    let (hidden, norm) = (config.hidden, config.norm);
    let (queries, keys) = (config.heads * config.head_size, config.key_heads * config.head_size);
    let layer = |(index, kind): (usize, &LayerKind), tensors: &mut Tensors| {
        let name = |part: &str| format!("model.layers.{index}.{part}");
        let mut linear =
            |part: &str, sizes, bias| Linear::new(tensors, &name(part), sizes, bias, true);
        let inputs = vec![
            linear("self_attn.q_proj", (hidden, queries), config.biases.inputs)?,
            linear("self_attn.k_proj", (hidden, keys), config.biases.inputs)?,
            linear("self_attn.v_proj", (hidden, keys), config.biases.inputs)?,
        ];
        let output = linear("self_attn.o_proj", (queries, hidden), config.biases.output)?;
        let inner = config.intermediate;
        let gate = linear("mlp.gate_proj", (hidden, inner), config.biases.feed_forward)?;
        let up = linear("mlp.up_proj", (hidden, inner), config.biases.feed_forward)?;
        let down = linear("mlp.down_proj", (inner, hidden), config.biases.feed_forward)?;
        let mut norm_of = |part: &str, size| Normalizer::new(tensors, &name(part), norm, size);
        let head_norms = if config.family == Family::Qwen3 {
            let queries = norm_of("self_attn.q_norm", config.head_size)?;
            Some((queries, norm_of("self_attn.k_norm", config.head_size)?))
        } else {
            None
        };
        Ok(Layer {
            kind: *kind,
            before_attention: norm_of("input_layernorm", hidden)?,
            inputs,
            head_norms,
            output,
            before_feed_forward: norm_of("post_attention_layernorm", hidden)?,
            gate: Some(gate),
            up,
            down,
        })
    };
    let layers: Result<Vec<Layer>, Error> =
        config.layers.iter().enumerate().map(|item| layer(item, tensors)).collect();
    Ok(Weights {
        embeddings: tensors.matrix("model.embed_tokens.weight", config.vocabulary, hidden)?,
        positions: None,
        layers: layers?,
        last: Normalizer::new(tensors, "model.norm", norm, hidden)?,
        head: head(config, tensors)?,
    })
}

fn head(config: &Config, tensors: &mut Tensors) -> Result<Option<Matrix>, Error> {
    let matrix =
        |tensors: &mut Tensors| tensors.matrix("lm_head.weight", config.vocabulary, config.hidden);
    (!config.tied).then(|| matrix(tensors)).transpose()
}

/// Tensors that files have though they are no weights: masks and frequencies of older versions, and the
/// output's matrix if it is the same as that of the embeddings.
fn is_harmless(config: &Config, name: &str) -> bool {
    let mask = config.family == Family::Gpt2
        && (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"));
    mask || name.ends_with(".rotary_emb.inv_freq") || (config.tied && name == "lm_head.weight")
}
