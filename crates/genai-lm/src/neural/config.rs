//! `config.json`: what a model is made of, in the words of this crate. What is not known is refused.

use serde_json::Value;

use super::activation::Activation;
use super::error::Error;
use super::keys::Keys;
use super::layer_kinds::{LayerKind, count, of_gated};
use super::rope::Rope;

/// A family of models, by its `model_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Gpt2,
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
    SmolLm3,
}

const FAMILIES: [Family; 6] =
    [Family::Gpt2, Family::Llama, Family::Mistral, Family::Qwen2, Family::Qwen3, Family::SmolLm3];

impl Family {
    /// Its `model_type`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gpt2 => "gpt2",
            Self::Llama => "llama",
            Self::Mistral => "mistral",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::SmolLm3 => "smollm3",
        }
    }
}

/// How a layer's input is brought to one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Norm {
    /// Mean taken away, divided by the standard deviation, with a bias.
    Layer {
        /// Added to the variance.
        epsilon: f64,
    },
    /// Divided by the root of the mean square.
    RootMeanSquare {
        /// Added to the mean square.
        epsilon: f64,
    },
}

/// Which matrices have biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Biases {
    /// Those to queries, keys and values.
    pub(super) inputs: bool,
    /// That of what attention gives.
    pub(super) output: bool,
    pub(super) feed_forward: bool,
}

/// A decoder, as far as the weights do not say it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Config {
    pub(super) family: Family,
    pub(super) vocabulary: usize,
    pub(super) hidden: usize,
    pub(super) intermediate: usize,
    pub(super) heads: usize,
    pub(super) key_heads: usize,
    pub(super) head_size: usize,
    /// The most tokens that the model was made for.
    pub(super) context: usize,
    pub(super) layers: Vec<LayerKind>,
    pub(super) norm: Norm,
    pub(super) activation: Activation,
    /// None if positions are embeddings of their own.
    pub(super) rope: Option<Rope>,
    pub(super) biases: Biases,
    /// Whether the output's matrix is that of the embeddings.
    pub(super) tied: bool,
    /// `bos_token_id` and `eos_token_id`.
    pub(super) bos: Option<u32>,
    pub(super) eos: Option<u32>,
}

impl Config {
    /// Reads a `config.json`.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let value: Value = serde_json::from_slice(bytes)?;
        let keys = Keys::new("", &value)?;
        let kind = keys.text("model_type")?;
        let Some(family) = FAMILIES.into_iter().find(|family| Some(family.name()) == kind) else {
            let names = FAMILIES.map(Family::name).join(", ");
            return Err(keys.refuse("model_type", format!("one of {names}")));
        };
        if keys.get("quantization_config").is_some() {
            return Err(keys.refuse("quantization_config", "none: weights in F32, F16 or BF16"));
        }
        // Other heads on the same body (classifiers, say) have no probabilities of tokens.
        let causal = |name: &Value| {
            name.as_str()
                .is_some_and(|name| name.ends_with("ForCausalLM") || name.ends_with("LMHeadModel"))
        };
        if keys.list("architectures")?.is_some_and(|names| !names.iter().any(causal)) {
            return Err(keys
                .refuse("architectures", "a causal language model (…ForCausalLM, …LMHeadModel)"));
        }
        if family == Family::Gpt2 { gpt2(keys) } else { gated(family, keys) }
    }
}

fn gpt2(keys: Keys<'_>) -> Result<Config, Error> {
    if keys.flag("add_cross_attention")? == Some(true) {
        return Err(keys.refuse("add_cross_attention", "false"));
    }
    let hidden = keys.needed_size("n_embd")?;
    let heads = keys.needed_size("n_head")?;
    if !hidden.is_multiple_of(heads) {
        return Err(keys.refuse("n_embd", format!("a multiple of n_head ({heads})")));
    }
    let head_size = hidden / heads;
    let scaled = keys.flag("scale_attn_weights")?.unwrap_or(true);
    let scaled_by_layer = keys.flag("scale_attn_by_inverse_layer_idx")?.unwrap_or(false);
    let layer = |index: usize| LayerKind {
        window: None,
        turned: false,
        scale: {
            let scale = if scaled { inverse_root(head_size) } else { 1.0 };
            if scaled_by_layer { scale / (index + 1) as f32 } else { scale }
        },
    };
    Ok(Config {
        family: Family::Gpt2,
        vocabulary: keys.needed_size("vocab_size")?,
        hidden,
        intermediate: keys.size("n_inner")?.unwrap_or(4 * hidden),
        heads,
        key_heads: heads,
        head_size,
        context: keys.needed_size("n_positions")?,
        layers: (0..count(keys, "n_layer")?).map(layer).collect(),
        norm: Norm::Layer { epsilon: keys.number("layer_norm_epsilon")?.unwrap_or(1e-5) },
        activation: activation(keys, "activation_function", Activation::GeluTanh)?,
        rope: None,
        biases: Biases { inputs: true, output: true, feed_forward: true },
        tied: keys.flag("tie_word_embeddings")?.unwrap_or(true),
        bos: keys.id("bos_token_id")?,
        eos: keys.id("eos_token_id")?,
    })
}

fn gated(family: Family, keys: Keys<'_>) -> Result<Config, Error> {
    let hidden = keys.needed_size("hidden_size")?;
    let heads = keys.needed_size("num_attention_heads")?;
    // Where a file leaves it out, Llama has as many; the others have each a default of their own.
    let key_heads = match keys.size("num_key_value_heads")? {
        Some(size) => size,
        None if family == Family::Llama || keys.has("num_key_value_heads") => heads,
        None => keys.needed_size("num_key_value_heads")?,
    };
    if !heads.is_multiple_of(key_heads) {
        return Err(
            keys.refuse("num_attention_heads", format!("a multiple of {key_heads} key heads"))
        );
    }
    let head_size = match keys.size("head_dim")? {
        Some(size) => size,
        None if family == Family::Qwen3 => keys.needed_size("head_dim")?,
        None if hidden.is_multiple_of(heads) => hidden / heads,
        None => {
            return Err(
                keys.refuse("hidden_size", format!("a multiple of {heads} heads, or head_dim"))
            );
        }
    };
    let default_theta = if family == Family::SmolLm3 { 2e6 } else { 1e4 };
    let may_have_bias = matches!(family, Family::Llama | Family::Qwen3 | Family::SmolLm3);
    let attention_bias = may_have_bias && keys.flag("attention_bias")?.unwrap_or(false);
    let mlp_bias = matches!(family, Family::Llama | Family::SmolLm3)
        && keys.flag("mlp_bias")?.unwrap_or(false);
    Ok(Config {
        family,
        vocabulary: keys.needed_size("vocab_size")?,
        hidden,
        intermediate: keys.needed_size("intermediate_size")?,
        heads,
        key_heads,
        head_size,
        context: keys.needed_size("max_position_embeddings")?,
        layers: of_gated(family, keys, inverse_root(head_size))?,
        norm: Norm::RootMeanSquare { epsilon: keys.needed_number("rms_norm_eps")? },
        activation: activation(keys, "hidden_act", Activation::Silu)?,
        rope: Some(Rope::read(keys, default_theta, head_size)?),
        biases: Biases {
            inputs: attention_bias || family == Family::Qwen2,
            output: attention_bias,
            feed_forward: mlp_bias,
        },
        tied: keys.flag("tie_word_embeddings")?.unwrap_or(family == Family::SmolLm3),
        bos: keys.id("bos_token_id")?,
        eos: keys.id("eos_token_id")?,
    })
}

fn activation(keys: Keys<'_>, key: &str, default: Activation) -> Result<Activation, Error> {
    let name = keys.text(key)?;
    let known = name.map_or(Some(default), Activation::of_name);
    known.ok_or_else(|| keys.refuse(key, Activation::NAMES))
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of all other numbers")]
fn inverse_root(size: usize) -> f32 {
    (1.0 / (size as f64).sqrt()) as f32
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(in super::super) fn llama(patch: Value) -> Result<Config, Error> {
        let mut config = json!({
            "model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
            "intermediate_size": 32, "vocab_size": 100, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
        });
        let Value::Object(patch) = patch else { unreachable!() };
        for (key, value) in patch {
            config[key] = value;
        }
        Config::from_json(config.to_string().as_bytes())
    }

    fn message(patch: Value) -> String {
        llama(patch).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert_eq!(
            message(json!({"model_type": "gemma2"})),
            "model_type: \"gemma2\"; expected one of gpt2, llama, mistral, qwen2, qwen3, smollm3"
        );
        assert!(message(json!({"model_type": "mixtral"})).contains("mixtral"));
        assert!(
            message(json!({"quantization_config": {"bits": 4}})).contains("quantization_config")
        );
        assert!(
            message(json!({"architectures": ["LlamaForSequenceClassification"]}))
                .contains("causal")
        );
        assert!(message(json!({"hidden_act": "mish"})).contains("mish"));
        assert!(
            message(json!({"layer_types": ["full_attention", "linear_attention"]}))
                .contains("layer_types")
        );
        assert!(
            message(json!({"layer_types": ["sliding_attention", "full_attention"]}))
                .contains("layer_types")
        );
    }

    #[test]
    fn sizes_have_to_fit() {
        assert!(message(json!({"num_key_value_heads": 3})).contains("multiple of 3"));
        assert!(message(json!({"hidden_size": 18})).contains("head_dim"));
        assert!(message(json!({"head_dim": 3})).contains("even"));
        assert!(message(json!({"vocab_size": 0})).contains("vocab_size"));
        assert!(message(json!({"num_hidden_layers": 16_000_000})).contains("layers"));
        assert!(message(json!({"rms_norm_eps": null})).contains("rms_norm_eps"));
        assert!(Config::from_json(b"[]").is_err());
        assert!(Config::from_json(b"{").is_err());
    }
}
