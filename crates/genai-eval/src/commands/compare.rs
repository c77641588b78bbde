//! `genai-eval compare -m bleu,chrf --hyp base.txt --hyp new.txt …`: whether systems differ by more
//! than chance.

use std::io::{self, IsTerminal, Read};

use anyhow::{Context, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use genai_metrics::resample::Statistic;
use genai_metrics::{Level, Options, Scorer, Spec, Table};

use super::chosen::Chosen;
use super::confidence;
use super::input::{self, InputArguments};
use super::measuring::Run;
use super::metric_choice::{self, Choice, METRIC, Measure};
use super::perplexity::records::DIGEST_BYTES;
use super::perplexity::{ComparedModels, Pass};
use super::report_plan::{ReportPlan, sign};
use super::run_arguments::RunArguments;
use super::scoring::warn_of_tokenized_input;
use crate::Outcome;
use crate::engine::{self, Keep, Measured};
use crate::read::AnySource;
use crate::report::comparison::{
    self, Adjustment, ComparedMeasure, ComparedSample, ComparisonReport, Tested,
};
use crate::report::{Format, Inputs};
use crate::resampling::{self, Compared, Confidence, PairedTest, Resampling};
use crate::samples::{Divisions, Sample, samples};

const TRIALS: u32 = 10_000;
const MOST_TRIALS: i64 = 10_000_000;

pub(super) fn command() -> Command {
    let command = Command::new("compare")
        .about("Compares systems with a baseline: differences, intervals, tests of significance")
        .long_about(
            "Compares systems with a baseline on the same segments. For each metric and system: the score \
             with an interval, the difference from the baseline with its interval over paired resamples, the \
             p-value of a paired test, the same corrected for the number of comparisons, the effect size and \
             the smallest difference that this test set would show in four of five cases (power 0.8).\n\n\
             paired-bootstrap      Koehn 2004: the same segments drawn for both systems; sacreBLEU's --paired-bs\n\
             approx-randomization  Riezler and Maxwell 2005: outputs swapped at random; sacreBLEU's --paired-ar\n\n\
             Draws are sacreBLEU 2.6.0's for the same seed (its --confidence-n, --paired-bs-n and \
             --paired-ar-n are --resamples and --trials); scores of resamples are computed in full precision, \
             where that tool adds up in 32 bits. The column p (sacreBLEU) is what it prints. Its paired \
             bootstrap turns resampled differences positive before it centres them, so that its p-value is \
             about half of a two-sided one, and the smallest there is for equal systems; its randomization \
             leaves ties out. Marks (*) therefore go by a two-sided p-value of our own, with the same draws: \
             differences centred first, ties counted, and never below what as many segments as differ can show. \
             It is corrected by --adjust (none leaves it as it is) and compared with 1 - level.\n\n\
             The effect size is Cohen's d of paired samples: the difference in standard deviations of one \
             segment's contribution to it.\n\n\
             Language models are compared on the same texts by -m perplexity: --logprobs again for each \
             model's records, or --lm again for each n-gram model beside one --hyp with the texts. Where \
             models cut texts into different tokens, bits per byte take the place of perplexity, which \
             cannot be compared then.",
        )
        .after_long_help(
            "Examples:\n  genai-eval compare -m bleu,chrf --ref ref.txt --hyp base.txt --hyp new.txt\n  \
             genai-eval compare -m bleu,ter --ref ref.txt --hyp a=a.txt --hyp b=b.txt --baseline b \
             --test approx-randomization --format latex\n  genai-eval compare -m rougeL,rougeL.recall --data \
             out.jsonl --hyp-field old --hyp-field new --ref-field ref --cluster-field doc\n  genai-eval \
             compare -m perplexity --logprobs base=a.jsonl --logprobs new=b.jsonl",
        );
    let command = InputArguments::augment_args(command).arg(input::newline_mark_argument());
    let command = ComparedModels::augment_args(command);
    let command = command
        .args(metric_choice::arguments())
        .mut_arg(METRIC, |metric| metric.required(true))
        .args(confidence::drawing())
        .args(test_arguments());
    RunArguments::augment_args(command.args(format_arguments()))
}

fn test_arguments() -> [Arg; 4] {
    let test = Arg::new("test")
        .long("test")
        .value_name("TEST")
        .default_value(PairedTest::NAMES[0])
        .hide_possible_values(true)
        .value_parser(PossibleValuesParser::new(PairedTest::NAMES))
        .help("paired-bootstrap or approx-randomization");
    let trials = Arg::new("trials")
        .long("trials")
        .value_name("N")
        .value_parser(value_parser!(u32).range(1..=MOST_TRIALS))
        .help("How often outputs are swapped by approx-randomization [default: 10000]");
    let adjust = Arg::new("adjust")
        .long("adjust")
        .value_name("NAME")
        .default_value(Adjustment::NAMES[0])
        .hide_possible_values(true)
        .value_parser(PossibleValuesParser::new(Adjustment::NAMES))
        .help("Correct p-values for the number of comparisons: holm or none");
    let baseline = Arg::new("baseline")
        .long("baseline")
        .value_name("NAME")
        .help("The system that the others are compared with [default: the first]");
    [test, trials, adjust, baseline].map(|arg| arg.help_heading("Test"))
}

fn format_arguments() -> [Arg; 2] {
    let width = Arg::new("width")
        .long("width")
        .value_name("N")
        .value_parser(value_parser!(u8).range(0..=17))
        .help("Decimals of scores in text, Markdown and LaTeX [default: the metric's own]");
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .hide_possible_values(true)
        .value_parser(PossibleValuesParser::new(Format::names()))
        .help("text, json, jsonl, csv, md or latex [default: by the extension of -o, else text]");
    [width, format].map(|arg| arg.help_heading("Output"))
}

/// What is asked of the test.
struct Plan {
    test: PairedTest,
    resampling: Resampling,
    adjustment: Adjustment,
    baseline: Option<String>,
}

impl Plan {
    fn of(matches: &ArgMatches) -> Result<Self> {
        let given = |name| matches.get_one::<String>(name).map(String::as_str);
        let trials = matches.get_one::<u32>("trials").copied();
        let test = match (given("test"), trials) {
            (Some("approx-randomization"), trials) => {
                PairedTest::Randomization { trials: trials.unwrap_or(TRIALS) }
            }
            (_, Some(_)) => {
                bail!("--trials is for --test approx-randomization, expected --resamples")
            }
            (_, None) => PairedTest::PairedBootstrap,
        };
        Ok(Self {
            test,
            resampling: confidence::of_drawing(matches),
            adjustment: given("adjust").and_then(Adjustment::named).unwrap_or(Adjustment::Holm),
            baseline: given("baseline").map(str::to_owned),
        })
    }

    fn place_of_baseline(&self, systems: &[String]) -> Result<usize> {
        if systems.len() < 2 {
            bail!(
                "one system alone cannot be compared, expected a baseline and others: --hyp base.txt --hyp new.txt"
            );
        }
        let Some(name) = &self.baseline else { return Ok(0) };
        let place = systems.iter().position(|system| system == name);
        match place {
            Some(place) => Ok(place),
            None => bail!("--baseline {name} is no system, expected one of {}", systems.join(", ")),
        }
    }
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let wanted = RunArguments::from_arg_matches(matches)?;
    let messages = wanted.messages();
    let input = InputArguments::from_arg_matches(matches)?;
    let models = ComparedModels::from_arg_matches(matches)?;
    let plan = Plan::of(matches)?;
    let format = matches.get_one::<String>("format").map(String::as_str);
    let format = Format::chosen(format, wanted.output.as_deref());
    let hashed = format == Format::Json;
    let mut passes = models.passes(&input, hashed, messages)?.into_iter();
    let choose = |pass: &Pass| {
        let text_scorer = |options: &Options, _: Level| pass.scorer(options);
        metric_choice::from_matches(matches, hashed, messages, Some(&text_scorer))
    };
    let Some(first) = passes.next() else { bail!("nothing to compare") };
    let choice = choose(&first)?;
    let option_files = choice.files.iter().map(|file| file.path.clone());
    let read: Vec<String> = models.files(&input)?.into_iter().chain(option_files).collect();
    let output = wanted.open_output(&read)?;
    let divisions = input.divisions();
    let mark = if choice.lines { input::newline_mark_of(matches) } else { None };
    let (mut measured, mut systems, mut inputs) =
        measure(&mut first.source(&input, hashed, mark)?, &choice.metrics, &wanted)?;
    let mut later = Vec::new();
    for pass in passes {
        let metrics = choose(&pass)?.metrics;
        let (more, system, _) =
            measure(&mut pass.source(&input, hashed, mark)?, &metrics, &wanted)?;
        measured.beside(more)?;
        later.extend(system.iter().map(|_| specs_of(&metrics)));
        systems.extend(system);
    }
    inputs.newline_mark = mark.filter(|_| !inputs.hyps.is_empty()).map(str::to_owned);
    let baseline = plan.place_of_baseline(&systems)?;
    let first = specs_of(&choice.metrics);
    warn_of_tokenized_input(&measured, &systems, &first, messages);
    let mut specs = vec![first; systems.len() - later.len()];
    specs.append(&mut later);
    let samples = samples(&measured, &divisions);
    let asked = comparable(&choice, &samples[0], |note| messages.note(note));
    let comparison =
        Comparing { plan: &plan, choice: &choice, specs: &specs, measures: &asked, baseline };
    let pool = engine::pool(wanted.threads)?;
    let compared = pool.install(|| comparison.compare(&samples, &systems, &measured, &divisions));
    check_finite(&compared)?;
    inputs.options = choice.files;
    let report_plan = ReportPlan {
        metrics: &choice.metrics,
        with_sentences: false,
        resampled: false,
        confidence: None,
        divisions: &divisions,
    };
    let mut report = report_plan.report(&measured, &samples, &[], &systems, inputs);
    add_confidence(&mut report, &compared, &plan);
    let width = matches.get_one::<u8>("width").map(|&width| usize::from(width));
    let is_seen = wanted.output.is_none() && io::stdout().is_terminal();
    let bold = is_seen && std::env::var_os("NO_COLOR").is_none();
    output.write(|out| comparison::write(&compared, &report, format, width, bold, out))?;
    Ok(Outcome::Success)
}

fn specs_of(metrics: &[Chosen]) -> Vec<Spec> {
    metrics.iter().map(|metric| metric.corpus.spec()).collect()
}

/// Rows of every system.
fn measure(
    source: &mut AnySource,
    metrics: &[Chosen],
    wanted: &RunArguments,
) -> Result<(Measured, Vec<String>, Inputs)> {
    let scorers: Vec<&dyn Scorer> = metrics.iter().map(|metric| &*metric.corpus).collect();
    let run = Run {
        scorers: &scorers,
        keep: Keep { rows: true, digests: false },
        threads: wanted.threads,
        recorders: usize::from(source.is_log_probs()),
        messages: wanted.messages(),
    };
    let (measured, systems, inputs, records) = run.measure(source, None)?;
    for mut digests in records {
        let mut bytes = Vec::new();
        digests.read_to_end(&mut bytes).context("cannot read a temporary file")?;
        check_texts(&bytes, &systems)?;
    }
    Ok((measured, systems, inputs))
}

/// Perplexities can be compared only over the same texts; of each segment there is a digest for every system.
fn check_texts(digests: &[u8], systems: &[String]) -> Result<()> {
    let of_segment = digests.chunks_exact(DIGEST_BYTES * systems.len().max(1));
    for (segment, digests) in of_segment.enumerate() {
        let mut of_systems = digests.chunks_exact(DIGEST_BYTES);
        let first = of_systems.next();
        if let Some(other) = of_systems.position(|digest| Some(digest) != first) {
            bail!(
                "segment {segment} of {} is another text than that of {}, expected the same texts in the same order",
                systems[other + 1],
                systems[0]
            );
        }
    }
    Ok(())
}

/// What was asked for, but where models cut texts differently bits per byte in place of perplexity.
fn comparable(choice: &Choice, all: &Sample<'_>, note: impl Fn(&str)) -> Vec<Measure> {
    let differ = |measure: &Measure, part: &'static str| {
        let metric = &choice.metrics[measure.metric];
        let statistic = Statistic { part: Some(part), ..metric.statistic() };
        let mut of_systems = all.sums.iter().map(|sum| statistic.value(sum));
        let first = of_systems.next().unwrap_or_default();
        of_systems.any(|other| (other - first).abs() > 0.0)
    };
    let one = |measure: &Measure| {
        let is_perplexity = choice.metrics[measure.metric].corpus.spec().name == "perplexity";
        if is_perplexity && measure.part.is_none() && differ(measure, "tokens") {
            note(
                "the models cut the texts into different tokens, so bits per byte are compared in place \
                 of perplexity",
            );
            let name = format!("{}.bits_per_byte", measure.name);
            return Measure { name, part: Some("bits_per_byte"), ..measure.clone() };
        }
        measure.clone()
    };
    choice.measures.iter().map(one).collect()
}

/// What is compared, and how.
struct Comparing<'a> {
    plan: &'a Plan,
    choice: &'a Choice,
    /// Of each system its metrics: each language model has its own.
    specs: &'a [Vec<Spec>],
    measures: &'a [Measure],
    baseline: usize,
}

impl Comparing<'_> {
    fn compare(
        &self,
        samples: &[Sample<'_>],
        systems: &[String],
        measured: &Measured,
        divisions: &Divisions,
    ) -> ComparisonReport {
        let statistics: Vec<Statistic<'_>> =
            self.measures.iter().map(|measure| self.choice.statistic(measure)).collect();
        let Plan { test, resampling, adjustment, .. } = *self.plan;
        let of_sample = |sample: &Sample<'_>| {
            let units: Vec<&Table> = sample.units.iter().map(|units| &**units).collect();
            resampling::compare(&units, self.baseline, &statistics, test, resampling)
        };
        let compared: Vec<Compared> = samples.iter().map(of_sample).collect();
        let tests = compared.iter().flat_map(Compared::tests);
        let adjusted = resampling::adjusted(
            &tests.copied().collect::<Vec<_>>(),
            adjustment == Adjustment::Holm,
        );
        let mut adjusted = adjusted.into_iter();
        let alpha = 1.0 - resampling.level;
        let mut compared_samples = Vec::new();
        for (sample, compared) in samples.iter().zip(&compared) {
            let mut of_sample = Vec::new();
            for (place, measure) in self.measures.iter().enumerate() {
                let spec = self.choice.metrics[measure.metric].corpus.spec();
                let drawn = test.signature(resampling, divisions);
                let signed = |specs: &Vec<Spec>| sign(&specs[measure.metric], measured, &drawn);
                of_sample.push(ComparedMeasure {
                    name: measure.name.clone(),
                    title: title(measure, &spec),
                    signatures: self.specs.iter().map(signed).collect(),
                    scores: compared.scores.iter().map(|scores| scores[place]).collect(),
                    estimates: compared.estimates.iter().map(|of| of[place]).collect(),
                    comparisons: Vec::new(),
                    spec,
                });
            }
            for of_system in &compared.comparisons {
                for (measure, comparison) in of_sample.iter_mut().zip(of_system) {
                    let tested = comparison.map(|comparison| {
                        let p_adjusted = adjusted.next().unwrap_or(1.0);
                        Tested { comparison, p_adjusted, significant: p_adjusted < alpha }
                    });
                    measure.comparisons.push(tested);
                }
            }
            compared_samples.push(ComparedSample {
                slice: sample.slice.clone(),
                segments: sample.segments,
                units: sample.units.first().map_or(0, |units| units.len()),
                measures: of_sample,
            });
        }
        ComparisonReport {
            systems: systems.to_vec(),
            baseline: self.baseline,
            test,
            resampling,
            adjustment,
            cluster_field: divisions.cluster_field.clone(),
            samples: compared_samples,
        }
    }
}

/// `ROUGE-L recall`.
pub(super) fn title(measure: &Measure, spec: &Spec) -> String {
    measure.part.map_or_else(
        || spec.title.clone(),
        |part| format!("{} {}", spec.title, part.replace('_', " ")),
    )
}

/// A number that is missing or infinite cannot be compared.
fn check_finite(compared: &ComparisonReport) -> Result<()> {
    for measure in compared.samples.iter().flat_map(|sample| &sample.measures) {
        for (system, score) in compared.systems.iter().zip(&measure.scores) {
            if !score.is_finite() {
                bail!("{system}: {} is no finite number, so it cannot be compared", measure.name);
            }
        }
    }
    Ok(())
}

/// Gives results the intervals that were drawn for comparisons.
fn add_confidence(
    report: &mut crate::report::Report<'_>,
    compared: &ComparisonReport,
    plan: &Plan,
) {
    for result in &mut report.results {
        let sample = compared.samples.iter().find(|sample| sample.slice == result.slice);
        let system = compared.systems.iter().position(|system| *system == result.system);
        let (Some(sample), Some(system)) = (sample, system) else { continue };
        // Variants as chrf++ have a name of their own, and the title of what they are.
        let own = sample.measures.iter().find(|measure| measure.title == result.spec.title);
        if let Some(measure) = own {
            let estimate = measure.estimates[system];
            result.confidence = Some(Confidence::of_estimate(estimate, plan.resampling));
            result.signature.clone_from(&measure.signatures[system]);
        }
    }
}
