//! Neural models, if the program was built with them.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;
use genai_metrics::LanguageModel;

// How a text is cut into windows. (A documentation comment would become the command's.)
#[derive(Args, Debug)]
pub(super) struct WindowArguments {
    /// The longest window of a neural model, in tokens [default: the model's context]
    #[arg(long, value_name = "N", requires = "model")]
    pub(super) context: Option<NonZeroUsize>,
    /// New tokens of each window of a neural model; the others are context [default: all]
    #[arg(long, value_name = "N", requires = "model")]
    pub(super) stride: Option<NonZeroUsize>,
    /// Whether windows of a neural model start with its BOS token: auto, always or never
    #[arg(long, value_name = "RULE", requires = "model", default_value = "auto", value_parser = PossibleValuesParser::new(["auto", "always", "never"]), hide_possible_values = true)]
    pub(super) bos: String,
}

/// The model in a folder, with the windows of the tool whose number is asked for.
///
/// # Errors
/// If there is none, or it is of a kind that is not implemented.
#[cfg(feature = "neural")]
pub(super) fn load(
    folder: &Path,
    windows: &WindowArguments,
    compat: Option<&str>,
) -> Result<Arc<dyn LanguageModel>> {
    use genai_lm::neural::{Bos, NeuralModel, Scoring, Strategy};
    let strategy = match (compat, windows.stride) {
        (Some("hf-evaluate"), None) => Strategy::HfEvaluate,
        (Some("lm-eval"), None) => Strategy::LmEval,
        (Some("llama.cpp"), None) => Strategy::LlamaCpp,
        (Some(tool @ ("hf-evaluate" | "lm-eval" | "llama.cpp")), Some(_)) => {
            bail!("--stride has no effect beside --compat {tool}, which has windows of its own")
        }
        (_, Some(stride)) => Strategy::Strided(stride.get()),
        (_, None) => Strategy::Disjoint,
    };
    let bos = match windows.bos.as_str() {
        "always" => Bos::Always,
        "never" => Bos::Never,
        _ => Bos::Auto,
    };
    let context = windows.context.map(NonZeroUsize::get);
    let scoring = Scoring { strategy, context, bos, ..Scoring::default() };
    Ok(Arc::new(NeuralModel::from_folder(folder)?.with_scoring(scoring)?))
}

/// Says how to get a program with neural models.
#[cfg(not(feature = "neural"))]
pub(super) fn load(
    _: &Path,
    _: &WindowArguments,
    _: Option<&str>,
) -> Result<Arc<dyn LanguageModel>> {
    bail!(
        "--model needs a program with neural models, expected one built by: cargo build --release \
         --features neural"
    )
}
