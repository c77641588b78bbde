//! Several language models on the same texts.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use genai_lm::ngram::{NgramModel, NgramScorer};
use genai_metrics::{LanguageModel, Options, Perplexity, Scorer};

use super::super::input::{InputArguments, is_file, named};
use super::super::units;
use super::model::LogProbArguments;
use super::records::DIGEST;
use crate::messages::Messages;
use crate::read::{AnySource, LogProbFiles, ParallelFiles};

#[derive(Args, Debug)]
pub(in crate::commands) struct ComparedModels {
    #[command(flatten)]
    logprobs: LogProbArguments,
    /// An n-gram model, ARPA or binary, beside one --hyp with texts; again for more models
    #[arg(
        long = "lm",
        value_name = "[NAME=]MODEL",
        help_heading = "Language models on the same texts"
    )]
    models: Vec<String>,
    /// What n-gram models are over: word, character, bpe:FILE
    #[arg(
        id = "lm-unit",
        long = "lm-unit",
        value_name = "UNIT",
        requires = "models",
        default_value = "word",
        help_heading = "Language models on the same texts"
    )]
    unit: String,
}

/// Systems that are measured in one go.
pub(in crate::commands) enum Pass {
    /// Hypotheses beside references.
    Input,
    /// Records, a system a file.
    LogProbs(Box<LogProbFiles>, Arc<dyn LanguageModel>),
    /// One n-gram model over the texts.
    Ngram(String, Arc<dyn LanguageModel>),
}

impl ComparedModels {
    /// Everything that is read, as it was named.
    pub(in crate::commands) fn files(&self, input: &InputArguments) -> Result<Vec<String>> {
        let logprobs = named(&self.logprobs.files, "--logprobs", is_file)?;
        let models = named(&self.models, "--lm", is_file)?;
        let own = logprobs.into_iter().chain(models).map(|(_, file)| file);
        Ok(own.chain(input.files()?).collect())
    }

    /// What is measured in one go, and then together.
    ///
    /// # Errors
    /// If a model cannot be loaded, or input of other kinds stands beside models.
    pub(in crate::commands) fn passes(
        &self,
        input: &InputArguments,
        hashed: bool,
        messages: Messages,
    ) -> Result<Vec<Pass>> {
        let logprobs = named(&self.logprobs.files, "--logprobs", is_file)?;
        let models = named(&self.models, "--lm", is_file)?;
        match (logprobs.is_empty(), models.is_empty()) {
            (true, true) => Ok(vec![Pass::Input]),
            (false, false) => {
                bail!("--logprobs and --lm exclude each other: a record brings its text")
            }
            (false, true) => {
                if !input.files()?.is_empty() {
                    bail!("--logprobs brings its texts, expected no other input beside it");
                }
                let files = LogProbFiles::open(&logprobs, hashed, true)?;
                let model = self.logprobs.model(&files, messages)?;
                Ok(vec![Pass::LogProbs(Box::new(files), model)])
            }
            (true, false) => {
                if input.hypothesis_files()?.len() != 1 || input.files()?.len() != 1 {
                    bail!(
                        "--lm needs the texts that all models score, expected one --hyp FILE and no --ref"
                    );
                }
                let load = |(system, path): (String, String)| -> Result<Pass> {
                    let model = NgramModel::open(Path::new(&path))?;
                    let units = units::named(&self.unit)?;
                    Ok(Pass::Ngram(system, Arc::new(NgramScorer::new(model, units))))
                };
                models.into_iter().map(load).collect()
            }
        }
    }
}

impl Pass {
    /// The metric of texts alone with these options, by the pass's model.
    pub(in crate::commands) fn scorer(&self, options: &Options) -> Result<Vec<Box<dyn Scorer>>> {
        let model = match self {
            Self::Input => {
                bail!(
                    "it needs a language model, expected --logprobs FILE, or --lm MODEL with --hyp FILE"
                )
            }
            Self::LogProbs(_, model) | Self::Ngram(_, model) => Arc::clone(model),
        };
        let mut perplexity = Perplexity::new(model).with_options(options)?;
        perplexity.recorders = vec![DIGEST];
        Ok(vec![Box::new(perplexity)])
    }

    /// What is read.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub(in crate::commands) fn source(
        self,
        input: &InputArguments,
        hashed: bool,
        newline_mark: Option<&str>,
    ) -> Result<AnySource> {
        match self {
            Self::Input => input.source(hashed, newline_mark),
            Self::LogProbs(files, _) => Ok(AnySource::LogProbs(*files)),
            Self::Ngram(system, _) => {
                let texts = input.hypothesis_files()?;
                let texts: Vec<_> = texts.into_iter().map(|file| (system.clone(), file)).collect();
                Ok(AnySource::Files(ParallelFiles::open(&[], &texts, hashed)?))
            }
        }
    }
}
