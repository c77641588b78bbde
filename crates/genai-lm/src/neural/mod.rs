//! Neural models of Hugging Face's format, on the processor: a folder with `config.json`, `tokenizer.json` and
//! weights in safetensors.
//!
//! ```
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/neural/llama");
//! use genai_lm::neural::NeuralModel;
//! use genai_metrics::LanguageModel;
//!
//! let model = NeuralModel::from_folder(folder)?;
//! let signature = model.signature().to_string();
//! assert!(signature.ends_with("|windows:disjoint|context:64|prefix:bos|special:yes"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Models
//!
//! GPT-2, Llama, Mistral, Qwen 2 and 3, `SmolLM` 1 to 3: one decoder, told by the configuration what it is
//! made of. Weights are F32, F16 or BF16, and all arithmetic is in `f32`. Log-probabilities are within `1e-4`
//! of those that transformers gives in `f32`. What is not known is refused by name and never guessed: other
//! `model_type`s, other kinds of rotary positions, quantised weights, tensors that have no place in the model.
//!
//! # Numbers
//!
//! Every position's log-probability comes from one pass over a [`Window`]; there is no padding, and texts share
//! nothing. A window is one thread's work and texts and windows are spread over the threads, so that the number of
//! threads moves no bit. Logits are made in blocks, so that memory grows with the length of a window and not with
//! its square or with the vocabulary; `eˣ` is summed in double precision.

mod activation;
mod attention;
mod config;
mod decoder;
mod element;
mod error;
mod header;
mod keys;
mod layer_kinds;
mod layers;
mod marks;
mod model;
mod rope;
mod row;
mod tensors;
mod windows;

pub use error::Error;
pub use model::{Bos, NeuralModel, Scoring};
pub use windows::{Plan, Prefix, Strategy, Window};
