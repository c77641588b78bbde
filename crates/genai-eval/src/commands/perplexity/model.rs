//! Which language model scores the texts: records, an n-gram model, or a neural one.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;
use genai_lm::logprobs::{Layout, LogBase, Part, PostSampling, Records, Rules};
use genai_lm::ngram::{NgramModel, NgramScorer};
use genai_metrics::LanguageModel;

use super::super::lm::training::{self, TrainArguments};
use super::super::scoring::ReportArguments;
use super::super::units;
use super::neural::{self, WindowArguments};
use crate::messages::Messages;
use crate::read::LogProbFiles;

#[derive(Args, Debug)]
#[command(next_help_heading = "Log-probabilities that another program wrote")]
pub(super) struct LogProbArguments {
    #[arg(
        help = "Records, one a line or in a JSON array: of OpenAI, vLLM, llama.cpp, TGI, SGLang, lm-eval, or plain lists; again for more systems; - is stdin",
        long = "logprobs",
        value_name = "[NAME=]FILE"
    )]
    pub(super) files: Vec<String>,
    /// How they are laid out [default: what the first record's keys say]
    #[arg(long, value_name = "NAME", requires = "files", value_parser = PossibleValuesParser::new(Layout::ALL.iter().map(|layout| layout.name())), hide_possible_values = true)]
    layout: Option<String>,
    /// Which tokens are the text: auto, completion, prompt or both
    #[arg(long, value_name = "PART", requires = "files", default_value = "auto", value_parser = PossibleValuesParser::new(["auto", "completion", "prompt", "both"]), hide_possible_values = true)]
    part: String,
    /// Which of several choices is the text, from 0
    #[arg(long, value_name = "N", requires = "files")]
    choice: Option<usize>,
    /// The base of the logarithms in plain lists: e, 2 or 10
    #[arg(long, value_name = "BASE", requires = "files", default_value = "e", value_parser = PossibleValuesParser::new(["e", "2", "10"]), hide_possible_values = true)]
    log_base: String,
    /// What is done about probabilities after sampling, which are not the model's: refuse or accept
    #[arg(long, value_name = "RULE", requires = "files", default_value = "refuse", value_parser = PossibleValuesParser::new(["refuse", "accept"]), hide_possible_values = true)]
    post_sampling: String,
}

impl LogProbArguments {
    /// What holds if nothing is given.
    pub(super) fn default_of_records() -> Self {
        let (part, log_base, post_sampling) =
            ("auto".to_owned(), "e".to_owned(), "refuse".to_owned());
        Self { files: Vec::new(), layout: None, part, choice: None, log_base, post_sampling }
    }

    /// Records as a model; says which layout it took them for, and by which rules they are read.
    pub(super) fn model(
        &self,
        files: &LogProbFiles,
        messages: Messages,
    ) -> Result<Arc<dyn LanguageModel>> {
        let mut found: Option<Layout> = None;
        for (name, line, record) in files.first_records()? {
            let layout = match &self.layout {
                Some(layout) => layout.parse().map_err(|error| anyhow!("--layout: {error}"))?,
                None => {
                    Layout::detect(record).map_err(|error| anyhow!("{name}:{line}: {error}"))?
                }
            };
            if let Some(other) = found.filter(|other| *other != layout) {
                bail!("{name} is of layout {layout}, expected {other} as in the file before it");
            }
            if self.layout.is_none() {
                messages.note(&format!("{name}: {} (--layout {layout})", layout.title()));
            }
            found = Some(layout);
        }
        let layout = found.context("expected a file with records")?;
        for convention in layout.conventions() {
            messages.note(convention);
        }
        let known = "the values of --help were checked";
        let rules = Rules {
            part: self.part.parse::<Part>().map_err(|error| anyhow!("{error}")).context(known)?,
            choice: self.choice,
            log_base: self.log_base.parse::<LogBase>().map_err(|error| anyhow!("{error}"))?,
            post_sampling: self
                .post_sampling
                .parse::<PostSampling>()
                .map_err(|error| anyhow!("{error}"))?,
        };
        Ok(Arc::new(Records::new(layout, rules)?))
    }
}

#[derive(Args, Debug)]
#[command(next_help_heading = "A language model and texts")]
pub(super) struct ModelArguments {
    /// The texts, one a line; again for more systems; - is stdin
    #[arg(long = "hyp", value_name = "[NAME=]FILE")]
    pub(super) hypotheses: Vec<String>,
    /// An n-gram model: ARPA, plain or compressed, or the binary form of `lm train` and `lm convert`
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["train", "model", "files"])]
    lm: Option<PathBuf>,
    /// Train an n-gram model on these texts first; again for more files
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "files"])]
    train: Vec<String>,
    #[command(flatten)]
    training: TrainArguments,
    /// A folder with a neural model as Hugging Face has it: config.json, *.safetensors, tokenizer.json
    #[arg(long, value_name = "FOLDER", conflicts_with = "files")]
    model: Option<PathBuf>,
    #[command(flatten)]
    windows: WindowArguments,
}

impl ModelArguments {
    /// Whatever is read beside the texts.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let lm = self.lm.iter().map(|path| path.display().to_string());
        lm.chain(self.train.iter().cloned())
    }

    pub(super) fn refuse_beside_logprobs(&self) -> Result<()> {
        if self.training.is_given() {
            bail!(
                "--order, --unit and the like are for --lm and --train, expected none beside --logprobs"
            );
        }
        Ok(())
    }

    /// The model that was named.
    pub(super) fn model(
        &self,
        compat: Option<&str>,
        wanted: &ReportArguments,
    ) -> Result<Arc<dyn LanguageModel>> {
        if let Some(folder) = &self.model {
            return neural::load(folder, &self.windows, compat);
        }
        let units = units::named(self.training.unit())?;
        let model = match &self.lm {
            Some(path) => {
                self.training.refuse_beside_model()?;
                NgramModel::open(path)?
            }
            None if self.train.is_empty() => {
                bail!(
                    "no language model, expected --lm MODEL, --train FILE or --model FOLDER beside --hyp"
                )
            }
            None => {
                let messages = wanted.messages();
                let trained =
                    training::train(&self.train, &self.training, wanted.threads(), messages)?;
                NgramModel::new(&trained.entries)?
            }
        };
        Ok(Arc::new(NgramScorer::new(model, units)))
    }
}
