//! What `correlate` can be told.

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use genai_metrics::agreement::{Scale, Weights};

use super::super::metric_choice::METRIC;
use super::super::run_arguments::RunArguments;
use crate::read::RowFormat;

#[derive(Args, Debug)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArguments {
    /// A file of rows; - is stdin
    #[arg(long, value_name = "FILE", required = true, value_parser = NonEmptyStringValueParser::new())]
    pub(super) data: String,
    /// jsonl, csv or tsv [default: by the file's extension, else jsonl]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(RowFormat::NAMES), hide_possible_values = true)]
    pub(super) input_format: Option<String>,
    /// The human score or rating of a row; in JSONL, fields may be JSON Pointers
    #[arg(long, value_name = "FIELD")]
    pub(super) human_field: Option<String>,
    /// A metric's score of a row; again for more metrics
    #[arg(long = "metric-field", value_name = "FIELD")]
    pub(super) metric_fields: Vec<String>,
    /// Of this metric field less is better; again for more
    #[arg(long, value_name = "FIELD")]
    pub(super) lower_is_better: Vec<String>,
    /// The text that was judged, for --metric
    #[arg(long = "hyp-field", value_name = "FIELD", requires = METRIC)]
    pub(super) hypothesis_field: Option<String>,
    /// A reference, or in JSONL a list of alternatives, for --metric; again for more
    #[arg(long = "ref-field", value_name = "FIELD", requires = METRIC)]
    pub(super) reference_fields: Vec<String>,
    /// The system that a row is of, for the level of systems
    #[arg(long, value_name = "FIELD")]
    pub(super) system_field: Option<String>,
    /// The segment that a row is of, for correlations within segments and to draw whole segments
    #[arg(long, value_name = "FIELD")]
    pub(super) segment_field: Option<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Raters")]
pub(super) struct RaterArguments {
    /// Instead of metrics: a rater's ratings, a row an item; again for each rater
    #[arg(long = "rater-field", value_name = "FIELD", conflicts_with_all = ["human_field", "item_field", "rater_name_field"])]
    pub(super) rater_fields: Vec<String>,
    /// Instead of metrics: the item that a row rates, a row a rating (--human-field)
    #[arg(long, value_name = "FIELD", requires_all = ["rater_name_field", "human_field"])]
    pub(super) item_field: Option<String>,
    /// The rater whose rating a row is
    #[arg(long, value_name = "FIELD", requires = "item_field")]
    pub(super) rater_name_field: Option<String>,
    /// What ratings are, for Krippendorff's alpha: nominal, ordinal, interval or ratio
    #[arg(long, value_name = "SCALE", value_parser = PossibleValuesParser::new(Scale::ALL.map(Scale::name)), hide_possible_values = true)]
    scale: Option<String>,
    /// Weights of Cohen's kappa: none, linear or quadratic
    #[arg(long, value_name = "WEIGHTS", default_value = "none", value_parser = PossibleValuesParser::new(Weights::ALL.map(Weights::name)), hide_possible_values = true)]
    weights: String,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// text, json, csv or md [default: by the extension of -o, else text]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["text", "json", "csv", "md"]), hide_possible_values = true)]
    format: Option<String>,
}

impl InputArguments {
    pub(super) fn row_format(&self) -> RowFormat {
        let given = self.input_format.as_deref().and_then(RowFormat::named);
        given.unwrap_or_else(|| RowFormat::of_file(&self.data))
    }

    /// That metrics have human scores and texts beside them.
    pub(super) fn check(&self, computes: bool) -> Result<()> {
        if self.human_field.is_none() {
            bail!(
                "no human scores, expected --human-field FIELD beside a metric, or --rater-field \
                 FIELD for each rater"
            );
        }
        if self.metric_fields.is_empty() && !computes {
            bail!("no metric, expected --metric-field FIELD, or --metric NAME");
        }
        if computes && self.hypothesis_field.is_none() {
            bail!("no texts to score, expected --hyp-field FIELD beside --metric");
        }
        if computes && self.reference_fields.is_empty() {
            bail!("no references, expected --ref-field FIELD beside --metric");
        }
        for field in &self.lower_is_better {
            if !self.metric_fields.contains(field) {
                bail!(
                    "--lower-is-better {field} is no metric's field, expected one of --metric-field"
                );
            }
        }
        for (at, field) in self.metric_fields.iter().enumerate() {
            if self.metric_fields[..at].contains(field) {
                bail!("--metric-field {field} is given twice, expected it once");
            }
        }
        Ok(())
    }
}

impl RaterArguments {
    pub(super) fn are_given(&self) -> bool {
        !self.rater_fields.is_empty() || self.item_field.is_some()
    }

    /// That nothing of metrics is given beside raters.
    pub(super) fn check(&self, input: &InputArguments, computes: bool) -> Result<()> {
        let of_metrics = [
            ("--metric-field", !input.metric_fields.is_empty()),
            ("--metric", computes),
            ("--system-field", input.system_field.is_some()),
            ("--segment-field", input.segment_field.is_some()),
        ];
        if let Some((option, _)) = of_metrics.into_iter().find(|(_, is_given)| *is_given) {
            bail!("{option} is about metrics, expected either metrics or raters");
        }
        if self.rater_fields.len() == 1 {
            bail!("there is one rater, expected --rater-field for at least two");
        }
        for (at, field) in self.rater_fields.iter().enumerate() {
            if self.rater_fields[..at].contains(field) {
                bail!("--rater-field {field} is given twice, expected it once");
            }
        }
        Ok(())
    }

    pub(super) fn scale(&self) -> Result<Scale> {
        match self.scale.as_deref().and_then(Scale::named) {
            Some(scale) => Ok(scale),
            None => bail!("no scale, expected --scale nominal, ordinal, interval or ratio"),
        }
    }

    pub(super) fn weights(&self) -> Weights {
        Weights::named(&self.weights).unwrap_or(Weights::None)
    }
}

impl OutputArguments {
    pub(super) fn format(&self, run: &RunArguments) -> Format {
        let extension = || run.output.as_ref()?.extension()?.to_str().map(str::to_ascii_lowercase);
        match self.format.clone().or_else(extension).as_deref() {
            Some("json") => Format::Json,
            Some("csv") => Format::Csv,
            Some("md") => Format::Markdown,
            _ => Format::Text,
        }
    }
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Csv,
    Markdown,
}
