//! The gate's flags, which say what a configuration file says, and override it.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, value_parser};

use super::super::input::InputArguments;
use crate::gate::configuration::{
    Adjust, Baseline, Configuration, Data, FILE_NAME, OptionValue, Rule, Test,
};

#[derive(Args, Debug)]
#[command(next_help_heading = "Configuration")]
pub(super) struct GateArguments {
    /// The configuration [default: genai-eval.toml in this folder, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Print the JSON Schema of the configuration, and do nothing else
    #[arg(long)]
    pub(super) schema: bool,
    /// Log-probabilities that a model gave the texts, for rules about perplexity
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    logprobs: Option<String>,
    /// No verdict with fewer segments
    #[arg(long, value_name = "N", help_heading = "Input")]
    min_segments: Option<u64>,
    #[command(flatten)]
    pub(super) rules: RuleArguments,
    #[command(flatten)]
    pub(super) baseline: BaselineArguments,
    #[command(flatten)]
    pub(super) statistics: StatisticsArguments,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArguments {
    /// Fail if a score is below X; again for more metrics
    #[arg(long, value_name = "METRIC=X", value_parser = limit)]
    min: Vec<Limit>,
    /// Fail if a score is above X
    #[arg(long, value_name = "METRIC=X", value_parser = limit)]
    max: Vec<Limit>,
    /// Fail if a score is clearly worse than the baseline's by more than X, on the metric's scale
    #[arg(long, value_name = "METRIC=X", value_parser = limit)]
    max_drop: Vec<Limit>,
    /// The same with X as a share of the baseline's score; with both, the stricter holds
    #[arg(long, value_name = "METRIC=X", value_parser = limit)]
    max_drop_rel: Vec<Limit>,
    /// An option of a metric, as in its own command: bleu.tokenize=zh; again for more
    #[arg(long = "metric-option", value_name = "METRIC.OPTION=VALUE")]
    metric_options: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Baseline")]
pub(super) struct BaselineArguments {
    /// The baseline's scores and rows, as --update-baseline wrote them
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// The baseline's outputs, one a line, which are scored again
    #[arg(long, value_name = "FILE")]
    baseline_hyp: Option<String>,
    /// Records with the baseline's outputs
    #[arg(long, value_name = "FILE")]
    baseline_data: Option<String>,
    /// The field with the baseline's output, in --baseline-data or else in --data
    #[arg(long, value_name = "FIELD")]
    baseline_hyp_field: Option<String>,
    /// Log-probabilities that the baseline's model gave the same texts
    #[arg(long, value_name = "FILE")]
    baseline_logprobs: Option<String>,
    /// Write the scores and rows of this run to the baseline's file, if the gate does not fail
    #[arg(long)]
    pub(super) update_baseline: bool,
    /// Update the baseline although the gate fails; the reason is kept in it
    #[arg(long, value_name = "REASON", requires = "update_baseline")]
    pub(super) accept_regression: Option<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Statistics")]
pub(super) struct StatisticsArguments {
    /// paired-bootstrap, approx-randomization, or none, by which any drop beyond the margin fails [default: paired-bootstrap]
    #[arg(long, value_name = "TEST", value_parser = PossibleValuesParser::new(TESTS), hide_possible_values = true)]
    test: Option<String>,
    /// How many resamples are drawn [default: 1000]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    resamples: Option<u32>,
    /// Twice the rate of false alarms that is accepted, the other half being for gains [default: 0.05]
    #[arg(long, value_name = "X")]
    alpha: Option<f64>,
    /// Where the random numbers start [default: 12345]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Correct for the number of rules: holm or none
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(ADJUSTMENTS), hide_possible_values = true)]
    adjust: Option<String>,
    /// Run the gate on outputs of both systems, and on slices, dealt out anew so that nothing has changed, and count
    /// how often it fails
    #[arg(long)]
    pub(super) self_check: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// Warnings and what is left open fail the gate, too, with exit code 1
    #[arg(long)]
    pub(super) strict: bool,
    /// What is printed: text, json or md [default: by the extension of -o, else text]
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(["text", "json", "md"]), hide_possible_values = true)]
    pub(super) format: Option<String>,
    /// Also write JSON to FILE
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[arg(help = "Also write JUnit XML to FILE", long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write Markdown to FILE
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    #[arg(help = "Also write OpenMetrics to FILE", long, value_name = "FILE")]
    openmetrics: Option<PathBuf>,
    /// Annotations for GitHub on stdout, a summary of the step, and outputs
    #[arg(long)]
    github: bool,
    /// How many of the worst segments are shown for each metric [default: 5]
    #[arg(long, value_name = "N")]
    worst: Option<usize>,
}

const TESTS: [&str; 3] = ["paired-bootstrap", "approx-randomization", "none"];
const ADJUSTMENTS: [&str; 2] = ["holm", "none"];

/// `bleu=30`.
#[derive(Clone, Debug)]
struct Limit {
    metric: String,
    value: f64,
}

fn limit(text: &str) -> Result<Limit, String> {
    let (metric, number) = text.rsplit_once('=').ok_or("expected METRIC=X, as bleu=30")?;
    let value = number.parse().ok().filter(|value: &f64| value.is_finite());
    Ok(Limit { metric: metric.to_owned(), value: value.ok_or("expected a number behind =")? })
}

/// The id of the argument that [`input::newline_mark_argument`](super::super::input::newline_mark_argument) makes.
const MARK: &str = "newline-mark";

impl GateArguments {
    /// The configuration file, if there is one.
    pub(super) fn file(&self) -> Option<String> {
        let found = || std::fs::metadata(FILE_NAME).is_ok().then(|| FILE_NAME.to_owned());
        self.config.clone().or_else(found)
    }

    /// The configuration that file and flags come to, and the name that it goes by.
    ///
    /// # Errors
    /// If either is not right.
    pub(super) fn configuration(
        &self,
        input: &InputArguments,
        matches: &ArgMatches,
    ) -> Result<(Configuration, String)> {
        let file = self.file();
        let mut configuration = match &file {
            Some(file) => Configuration::read(file)?,
            None => Configuration::default(),
        };
        self.add_data(&mut configuration.data, input, matches)?;
        self.add_baseline(&mut configuration);
        self.add_rules(&mut configuration.gates)?;
        self.add_options(&mut configuration)?;
        self.add_statistics(&mut configuration);
        self.add_outputs(&mut configuration);
        if configuration.gates.is_empty() {
            bail!(
                "there is no rule to judge by, expected {FILE_NAME}, or rules such as --min bleu=30 --max-drop bleu=0.5"
            );
        }
        configuration.validate()?;
        Ok((configuration, file.unwrap_or_else(|| "gate".to_owned())))
    }

    /// Data that are given in flags take the place of those in the file.
    fn add_data(
        &self,
        data: &mut Data,
        input: &InputArguments,
        matches: &ArgMatches,
    ) -> Result<()> {
        let given = input.named_data()?;
        if given.is_some() || self.logprobs.is_some() {
            let (min_segments, newline_mark) = (data.min_segments, data.newline_mark.take());
            let divisions = (data.slice_fields.clone(), data.cluster_field.clone());
            *data = given.unwrap_or_default();
            data.logprobs.clone_from(&self.logprobs);
            (data.min_segments, data.newline_mark) = (min_segments, newline_mark);
            if data.slice_fields.is_empty() {
                data.slice_fields = divisions.0;
            }
            if data.cluster_field.is_none() {
                data.cluster_field = divisions.1;
            }
        }
        if let Some(least) = self.min_segments {
            data.min_segments = least;
        }
        if matches.value_source(MARK) == Some(ValueSource::CommandLine) {
            data.newline_mark = matches.get_one::<String>(MARK).cloned();
        }
        Ok(())
    }

    fn add_baseline(&self, configuration: &mut Configuration) {
        let outputs = [
            &self.baseline.baseline_hyp,
            &self.baseline.baseline_data,
            &self.baseline.baseline_hyp_field,
            &self.baseline.baseline_logprobs,
        ];
        let has_outputs = outputs.iter().any(|output| output.is_some());
        if self.baseline.baseline.is_none() && !has_outputs {
            return;
        }
        let baseline = configuration.baseline.get_or_insert_with(Baseline::default);
        if let Some(path) = &self.baseline.baseline {
            baseline.path = Some(path.clone());
        }
        if has_outputs {
            baseline.hyp.clone_from(&self.baseline.baseline_hyp);
            baseline.data.clone_from(&self.baseline.baseline_data);
            baseline.hyp_field.clone_from(&self.baseline.baseline_hyp_field);
            baseline.logprobs.clone_from(&self.baseline.baseline_logprobs);
        } else {
            // What is named now is meant, not outputs that the file names.
            *baseline = Baseline {
                path: baseline.path.take(),
                require: baseline.require,
                ..Baseline::default()
            };
        }
    }

    /// One rule for each metric that flags are about.
    fn add_rules(&self, rules: &mut Vec<Rule>) -> Result<()> {
        let mut own: Vec<Rule> = Vec::new();
        let mut twice = None;
        let mut set = |limits: &[Limit], field: fn(&mut Rule) -> &mut Option<f64>| {
            for Limit { metric, value } in limits {
                let place = own.iter().position(|rule| rule.metric == *metric);
                let place = place.unwrap_or_else(|| {
                    own.push(Rule { metric: metric.clone(), ..Rule::default() });
                    own.len() - 1
                });
                if field(&mut own[place]).replace(*value).is_some() {
                    twice.get_or_insert(metric.clone());
                }
            }
        };
        set(&self.rules.min, |rule| &mut rule.min);
        set(&self.rules.max, |rule| &mut rule.max);
        set(&self.rules.max_drop, |rule| &mut rule.max_drop);
        set(&self.rules.max_drop_rel, |rule| &mut rule.max_drop_rel);
        if let Some(metric) = twice {
            bail!("two limits of one kind for {metric}, expected one");
        }
        rules.extend(own);
        Ok(())
    }

    fn add_options(&self, configuration: &mut Configuration) -> Result<()> {
        for given in &self.rules.metric_options {
            let parts = given
                .split_once('=')
                .and_then(|(name, value)| Some((name.split_once('.')?, value)));
            let Some(((metric, option), value)) = parts else {
                bail!("--metric-option {given}: expected METRIC.OPTION=VALUE, as bleu.tokenize=zh");
            };
            let table = configuration.metrics.entry(metric.to_owned()).or_default();
            let value = match value {
                "true" => OptionValue::Flag(true),
                "false" => OptionValue::Flag(false),
                text => OptionValue::Text(text.to_owned()),
            };
            table.insert(option.to_owned(), value);
        }
        Ok(())
    }

    fn add_statistics(&self, configuration: &mut Configuration) {
        let stats = &mut configuration.stats;
        stats.test = match self.statistics.test.as_deref() {
            Some("paired-bootstrap") => Test::PairedBootstrap,
            Some("approx-randomization") => Test::ApproxRandomization,
            Some(_) => Test::None,
            None => stats.test,
        };
        stats.adjust = match self.statistics.adjust.as_deref() {
            Some("holm") => Adjust::Holm,
            Some(_) => Adjust::None,
            None => stats.adjust,
        };
        stats.resamples = self.statistics.resamples.unwrap_or(stats.resamples);
        stats.alpha = self.statistics.alpha.unwrap_or(stats.alpha);
        stats.seed = self.statistics.seed.unwrap_or(stats.seed);
    }

    fn add_outputs(&self, configuration: &mut Configuration) {
        let report = &mut configuration.report;
        let set = |place: &mut Option<PathBuf>, given: &Option<PathBuf>| {
            if given.is_some() {
                place.clone_from(given);
            }
        };
        set(&mut report.json, &self.output.json);
        set(&mut report.junit, &self.output.junit);
        set(&mut report.markdown, &self.output.markdown);
        set(&mut report.openmetrics, &self.output.openmetrics);
        report.github |= self.output.github;
        report.worst = self.output.worst.unwrap_or(report.worst);
    }
}
