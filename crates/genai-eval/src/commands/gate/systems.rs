//! The candidate beside its baseline: what rules can be judged on.

use anyhow::{Context, Result, bail};
use genai_metrics::resample::Statistic;
use genai_metrics::{Level, Options, Spec};

use super::super::compare;
use super::super::metric_choice::{self, Choice};
use super::super::run_arguments::RunArguments;
use super::arguments::GateArguments;
use super::runs::{self, Measurement, Sources};
use super::writing::Outputs;
use crate::gate::baseline::StoredBaseline;
use crate::gate::baseline::error::BaselineProblem;
use crate::gate::configuration::Configuration;
use crate::gate::judge::{Case, Judged};
use crate::gate::verdict::WorstSegments;
use crate::gate::worst;
use crate::samples::Sample;

/// A gate whose systems are measured.
pub(super) struct Gate<'c> {
    pub(super) configuration: &'c Configuration,
    pub(super) name: String,
    pub(super) choice: Choice,
    /// For each rule the measures that it is about.
    pub(super) of_rules: Vec<Vec<usize>>,
    /// The candidate, and the baseline behind it.
    pub(super) candidate: Measurement,
    pub(super) baseline_name: Option<String>,
    pub(super) no_baseline: Option<String>,
    /// Whether this run becomes the first baseline, or the first that fits.
    pub(super) begins: bool,
    /// Why what is stored cannot be compared with, where this run is to replace it all the same.
    pub(super) foreign: Option<String>,
    /// What is stored, if it was read.
    pub(super) stored: Option<StoredBaseline>,
    /// Until they are written.
    pub(super) outputs: Option<Outputs>,
    pub(super) notes: Vec<String>,
}

impl<'c> Gate<'c> {
    /// Measures what the configuration names.
    ///
    /// # Errors
    /// Of the configuration, of an input, or if the baseline is one of other segments or options.
    pub(super) fn measure(
        configuration: &'c Configuration,
        name: String,
        arguments: &GateArguments,
        wanted: &RunArguments,
    ) -> Result<Self> {
        let messages = wanted.messages();
        // Whether newlines mean something is known when metrics are; their marks only with the texts.
        let names: Vec<String> =
            configuration.gates.iter().map(|rule| rule.metric.clone()).collect();
        let is_text = configuration.data.logprobs.is_some();
        let scored =
            if is_text { Some(Sources::new(configuration, false).candidate()?) } else { None };
        let text_scorer = |options: &Options, _: Level| match &scored {
            Some(source) => runs::text_scorer(source, options, messages),
            None => {
                bail!("it needs log-probabilities, expected logprobs in [data] or --logprobs FILE")
            }
        };
        let choice = metric_choice::from_tables(
            &names,
            &configuration.metrics,
            false,
            messages,
            Some(&text_scorer),
        )
        .with_context(|| name.clone())?;
        let of_rules = names.iter().map(|name| choice.places_of(name)).collect();
        let sources = Sources::new(configuration, choice.lines);
        let outputs = {
            let updates = arguments.baseline.update_baseline;
            Outputs::open(configuration, arguments.file(), wanted, &choice, updates)?
        };
        let source = match scored {
            Some(source) => source,
            None => sources.candidate()?,
        };
        let candidate = runs::measure(source, &choice, wanted.threads, messages)?;
        let (segments, least) = (candidate.measured.segments, configuration.data.min_segments);
        if segments < least {
            bail!(
                "{segments} segments are too few for a verdict, expected at least {least} (min_segments)"
            );
        }
        let mut gate = Self {
            configuration,
            name,
            choice,
            of_rules,
            candidate,
            baseline_name: None,
            no_baseline: None,
            begins: false,
            foreign: None,
            stored: None,
            outputs: Some(outputs),
            notes: Vec::new(),
        };
        gate.add_baseline(wanted, arguments.baseline.update_baseline)?;
        Ok(gate)
    }

    pub(super) fn sources(&self) -> Sources<'c> {
        Sources::new(self.configuration, self.choice.lines)
    }

    fn add_baseline(&mut self, wanted: &RunArguments, updates: bool) -> Result<()> {
        let Some(baseline) = &self.configuration.baseline else {
            self.no_baseline = Some("there is no baseline, expected [baseline] or --baseline FILE or --baseline-hyp FILE".to_owned());
            return Ok(());
        };
        if baseline.path.is_none() && baseline.outputs().is_none() {
            let why = "[baseline] names nothing, expected path, or the baseline's outputs as hyp";
            self.no_baseline = Some(why.to_owned());
        }
        if let Some(path) = &baseline.path {
            match StoredBaseline::read(path) {
                Ok(stored) => self.stored = Some(stored),
                Err(error) if matches!(error.problem, BaselineProblem::Missing) => {
                    self.no_baseline = Some(error.to_string());
                    self.begins = updates;
                }
                // What is damaged can be replaced only by taking it away.
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(source) = self.sources().baseline()? {
            let measured = runs::measure(source, &self.choice, wanted.threads, wanted.messages())?;
            self.baseline_name = Some(measured.system.clone());
            self.candidate.add_outputs(measured)?;
            (self.no_baseline, self.begins) = (None, false);
        } else if let (Some(stored), Some(path)) = (&self.stored, &baseline.path) {
            let file = path.display().to_string();
            match self.candidate.add_stored(stored, &self.choice, &file) {
                Ok(warning) => self.notes.extend(warning),
                // A new baseline is what makes it fit again.
                Err(error) if updates => {
                    self.foreign = Some(format!("{error:#}"));
                    self.no_baseline = self.foreign.clone();
                    self.begins = true;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            self.baseline_name = Some(file);
        }
        self.check_texts()
    }

    /// Perplexities can be compared only over the same texts, cut alike.
    fn check_texts(&self) -> Result<()> {
        let sums = &self.candidate.measured.sums;
        let [own, base] = &sums[..] else { return Ok(()) };
        for measure in &self.choice.measures {
            if self.choice.metrics[measure.metric].corpus.spec().name != "perplexity" {
                continue;
            }
            let differ = |part: &'static str| {
                let statistic = Statistic {
                    part: Some(part),
                    ..self.choice.metrics[measure.metric].statistic()
                };
                (statistic.value(own) - statistic.value(base)).abs() > 0.0
            };
            if differ("bytes") {
                bail!("the baseline is of other texts, expected log-probabilities of the same");
            }
            if measure.part.is_none() && differ("tokens") {
                bail!(
                    "the baseline's model cuts the texts into other tokens, expected a rule about \
                     perplexity.bits_per_byte"
                );
            }
        }
        Ok(())
    }

    pub(super) fn case<'s>(&'s self, samples: &'s [Sample<'s>]) -> Case<'s> {
        let signatures = self.candidate.signatures(&self.choice);
        let judged = |measure: &metric_choice::Measure| {
            let metric = &self.choice.metrics[measure.metric];
            let spec: Spec = metric.corpus.spec();
            Judged {
                name: measure.name.clone(),
                title: compare::title(measure, &spec),
                spec,
                signature: signatures[measure.metric].clone(),
                statistic: self.choice.statistic(measure),
                sentence: &*metric.sentence,
            }
        };
        Case {
            configuration: self.configuration,
            measures: self.choice.measures.iter().map(judged).collect(),
            of_rules: self.of_rules.clone(),
            samples,
            no_baseline: self.no_baseline.clone(),
            begins: self.begins,
        }
    }

    /// Reads the texts of segments that are shown, where they can be read again.
    pub(super) fn add_texts(&self, worst: &mut [WorstSegments]) -> Result<()> {
        let places = worst::places(worst);
        if places.is_empty()
            || self.configuration.is_read_once()
            || self.configuration.data.logprobs.is_some()
        {
            return Ok(());
        }
        let sources = self.sources();
        let candidate = worst::read_texts(&mut sources.candidate()?, &places)?;
        let baseline = match sources.baseline()? {
            Some(mut source) => Some(worst::read_texts(&mut source, &places)?),
            None => None,
        };
        worst::add_texts(worst, &candidate, baseline.as_ref());
        Ok(())
    }
}
