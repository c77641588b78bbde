//! The candidate and the baseline, measured or read from where they are stored.

use anyhow::{Context, Result, bail};
use genai_metrics::{LanguageModel, Options, Perplexity, Scorer, Table};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::Arc;

use super::super::input::DEFAULT_NEWLINE_MARK;
use super::super::measuring::Run;
use super::super::metric_choice::Choice;
use super::super::perplexity::model_of_records;
use super::super::perplexity::records::DIGEST;
use super::super::report_plan::sign;
use crate::TOOL;
use crate::engine::{Keep, Measured};
use crate::gate::baseline::StoredBaseline;
use crate::gate::baseline::matching::{Expected, ExpectedMetric};
use crate::gate::configuration::sources::{BaselineOutputs, DataSource};
use crate::gate::configuration::{Baseline, Configuration};
use crate::messages::Messages;
use crate::read::{
    AnySource, Field, LogProbFiles, ParallelFiles, RecordFields, Records, hexadecimal,
};
use crate::samples::Divisions;

/// Where the candidate's texts are, and the baseline's.
pub(super) struct Sources<'c> {
    configuration: &'c Configuration,
    newline_mark: &'c str,
}

impl<'c> Sources<'c> {
    pub(super) fn new(configuration: &'c Configuration, lines: bool) -> Self {
        let mark = configuration.data.newline_mark.as_deref().unwrap_or(DEFAULT_NEWLINE_MARK);
        Self { configuration, newline_mark: if lines { mark } else { "" } }
    }

    pub(super) fn divisions(&self) -> Divisions {
        let data = &self.configuration.data;
        Divisions {
            slice_fields: data.slice_fields.clone(),
            cluster_field: data.cluster_field.clone(),
        }
    }

    fn data(&self) -> Result<DataSource<'c>> {
        self.configuration.data.source().context(
            "nothing to judge, expected ref and hyp in [data] or --ref FILE --hyp FILE, or --data FILE",
        )
    }

    /// The candidate's texts.
    pub(super) fn candidate(&self) -> Result<AnySource> {
        match self.data()? {
            DataSource::Files { references, hypotheses } => self.files(references, hypotheses),
            DataSource::Records { data, hypothesis, references, id } => {
                self.records(data, hypothesis, references, id)
            }
            DataSource::LogProbs(file) => log_probs(file),
        }
    }

    /// The baseline's texts, if they are at hand.
    pub(super) fn baseline(&self) -> Result<Option<AnySource>> {
        let outputs = self.configuration.baseline.as_ref().and_then(Baseline::outputs);
        let Some(outputs) = outputs else { return Ok(None) };
        let data = self.data()?;
        Ok(Some(match (outputs, data) {
            (BaselineOutputs::File(file), DataSource::Files { references, .. }) => {
                self.files(references, file)?
            }
            (
                BaselineOutputs::Records(file, field),
                DataSource::Records { hypothesis, references, id, .. },
            ) => self.records(file, field.or(hypothesis), references, id)?,
            (BaselineOutputs::Field(field), DataSource::Records { data, references, id, .. }) => {
                self.records(data, Some(field), references, id)?
            }
            (BaselineOutputs::LogProbs(file), DataSource::LogProbs(_)) => log_probs(file)?,
            _ => {
                bail!("the baseline's outputs are of another kind than the data, expected the same")
            }
        }))
    }

    fn files(&self, references: &[String], hypotheses: &str) -> Result<AnySource> {
        let systems = [(hypotheses.to_owned(), hypotheses.to_owned())];
        let files = ParallelFiles::open(references, &systems, false)?;
        Ok(AnySource::Files(files.with_newline_mark(self.newline_mark)))
    }

    fn records(
        &self,
        data: &str,
        hypothesis: Option<&str>,
        references: &[String],
        id: Option<&str>,
    ) -> Result<AnySource> {
        let divisions = self.divisions();
        let fields = RecordFields {
            hypotheses: hypothesis
                .map(|name| (name.to_owned(), Field::new(name)))
                .into_iter()
                .collect(),
            references: references.iter().map(|name| Field::new(name)).collect(),
            id: id.map(Field::new),
            labels: divisions.fields().map(Field::new).collect(),
        };
        Ok(AnySource::Records(Box::new(Records::open(data, fields, false)?)))
    }
}

fn log_probs(file: &str) -> Result<AnySource> {
    let system = [(file.to_owned(), file.to_owned())];
    Ok(AnySource::LogProbs(LogProbFiles::open(&system, false, true)?))
}

/// The metric of log-probabilities in that source.
pub(super) fn text_scorer(
    source: &AnySource,
    options: &Options,
    messages: Messages,
) -> Result<Vec<Box<dyn Scorer>>> {
    let AnySource::LogProbs(files) = source else {
        bail!("it needs log-probabilities, expected logprobs in [data] or --logprobs FILE")
    };
    let model: Arc<dyn LanguageModel> = model_of_records(files, messages)?;
    let mut perplexity = Perplexity::new(model).with_options(options)?;
    perplexity.recorders = vec![DIGEST];
    Ok(vec![Box::new(perplexity)])
}

/// One system measured, with what identifies its segments.
pub(super) struct Measurement {
    pub(super) measured: Measured,
    pub(super) system: String,

    pub(super) references_sha256: String,
    pub(super) ids_sha256: Option<String>,
}

/// Measures a source.
pub(super) fn measure(
    mut source: AnySource,
    choice: &Choice,
    threads: Option<u16>,
    messages: Messages,
) -> Result<Measurement> {
    let scorers: Vec<&dyn Scorer> = choice.metrics.iter().map(|metric| &*metric.corpus).collect();
    let keep = Keep { rows: true, digests: true };
    // Texts without references are known by themselves.
    let recorders = usize::from(source.is_log_probs());
    let run = Run { scorers: &scorers, keep, threads, recorders, messages };
    let (mut measured, systems, _, records) = run.measure(&mut source, None)?;
    for mut digests in records {
        measured.digests.clear();
        digests.read_to_end(&mut measured.digests).context("cannot read a temporary file")?;
    }
    let references_sha256 = hexadecimal(&Sha256::digest(&measured.digests));
    let ids_sha256 = (!measured.ids.is_empty()).then(|| {
        let mut hash = Sha256::new();
        for id in &measured.ids {
            let id = id.plain();
            hash.update((id.len() as u64).to_le_bytes());
            hash.update(id.as_bytes());
        }
        hexadecimal(&hash.finalize())
    });
    let system = systems.into_iter().next().unwrap_or_default();
    // Two files can have fields of the same name.
    let system = match &source {
        AnySource::Records(records) => format!("{}:{system}", records.name()),
        _ => system,
    };
    Ok(Measurement { measured, system, references_sha256, ids_sha256 })
}

impl Measurement {
    /// Takes in a baseline that was measured from its outputs.
    ///
    /// # Errors
    /// If it is of other segments.
    pub(super) fn add_outputs(&mut self, baseline: Self) -> Result<()> {
        if baseline.references_sha256 != self.references_sha256 {
            let what = if self.measured.references() == Some(0) { "texts" } else { "references" };
            bail!(
                "the baseline {} has other {what} than {}, expected the same segments",
                baseline.system,
                self.system
            );
        }
        if let (Some(own), Some(other)) = (&self.ids_sha256, &baseline.ids_sha256)
            && own != other
        {
            bail!(
                "the baseline {} has other ids than {}, expected the same segments in the same order",
                baseline.system,
                self.system
            );
        }
        self.measured.beside(baseline.measured)
    }

    /// Takes in a baseline that was stored; what is to be warned of is returned.
    ///
    /// # Errors
    /// If it was made of other segments or with other options.
    pub(super) fn add_stored(
        &mut self,
        stored: &StoredBaseline,
        choice: &Choice,
        file: &str,
    ) -> Result<Option<String>> {
        let keys = metric_keys(choice);
        let signatures = self.signatures(choice);
        let metrics: Vec<ExpectedMetric<'_>> = keys
            .iter()
            .zip(&signatures)
            .zip(&choice.metrics)
            .map(|((name, signature), metric)| ExpectedMetric {
                name,
                signature,
                columns: metric.columns.len(),
            })
            .collect();
        let expected = Expected {
            tool: TOOL,
            segments: self.measured.segments,
            references_sha256: &self.references_sha256,
            ids_sha256: self.ids_sha256.as_deref(),
            metrics: &metrics,
        };
        let warning = stored.matches(&expected).with_context(|| file.to_owned())?.map(|tool| {
            format!(
                "{file} was made by {tool}, this is {TOOL}; outputs that are scored again (baseline.hyp) \
                 would rule that out"
            )
        });
        let width = self.measured.rows.first().map_or(1, Table::width);
        let mut rows = Table::new(width);
        let tables: Vec<&Table> =
            keys.iter().filter_map(|key| Some(&stored.metrics.get(key)?.rows)).collect();
        let mut of_metrics: Vec<_> = tables.iter().map(|table| table.rows()).collect();
        for _ in 0..self.measured.segments {
            let row: Vec<f64> =
                of_metrics.iter_mut().filter_map(Iterator::next).flatten().copied().collect();
            if row.len() != width {
                bail!("{file}: its rows are of another width");
            }
            rows.push(&row);
        }
        self.measured.add_system(rows);
        check_scores(stored, choice, &keys, &self.measured.sums[1])
            .with_context(|| file.to_owned())?;
        Ok(warning)
    }

    /// Each metric's signature.
    pub(super) fn signatures(&self, choice: &Choice) -> Vec<String> {
        let none = genai_metrics::Signature::default();
        let sign = |scorer: &dyn Scorer| sign(&scorer.spec(), &self.measured, &none);
        choice.metrics.iter().map(|metric| sign(&*metric.corpus)).collect()
    }
}

/// The names by which metrics are stored: as they were asked for, without parts.
pub(super) fn metric_keys(choice: &Choice) -> Vec<String> {
    let key = |place: usize| {
        let measure = choice.measures.iter().find(|measure| measure.metric == place);
        let own = choice.metrics[place].corpus.spec().name;
        measure.map_or(own, |measure| measure.name.split('.').next().unwrap_or(own)).to_owned()
    };
    (0..choice.metrics.len()).map(key).collect()
}

/// Scores that were edited by hand would say something else than the rows that are compared.
fn check_scores(
    stored: &StoredBaseline,
    choice: &Choice,
    keys: &[String],
    sum: &[f64],
) -> Result<()> {
    for (metric, key) in choice.metrics.iter().zip(keys) {
        let Some(own) = stored.metrics.get(key) else { continue };
        let (score, direction) = (metric.statistic().value(sum), metric.corpus.spec().direction);
        // Another version, or another machine's logarithms, may differ in the last bits.
        let near = (score - own.score).abs() <= 1e-9 * score.abs().max(1.0);
        if !near || own.direction != direction {
            bail!(
                "its rows make a {key} of {score}, {direction} is better, but {} is stored, {} is better: it was \
                 edited or is damaged",
                own.score,
                own.direction
            );
        }
    }
    Ok(())
}
