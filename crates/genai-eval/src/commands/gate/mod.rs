//! `genai-eval gate`: fails a build when the text got worse, and only then.

mod arguments;
mod runs;
mod update;
mod writing;

use anyhow::{Result, bail};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use genai_metrics::{Level, Options, Spec};

use self::arguments::GateArguments;
use self::runs::{Measurement, Sources};
use self::writing::Outputs;
use super::compare;
use super::input::{self, InputArguments};
use super::metric_choice::{self, Choice};
use super::run_arguments::RunArguments;
use crate::Outcome;
use crate::engine;
use crate::gate::baseline::StoredBaseline;
use crate::gate::baseline::error::BaselineProblem;
use crate::gate::configuration::{self, Configuration, Test};
use crate::gate::judge::{Case, Judged};
use crate::gate::self_check::{RUNS, SelfCheck};
use crate::gate::verdict::{Condition, GateReport, Verdict};
use crate::gate::worst;
use crate::messages::Messages;
use crate::output::Output;
use crate::samples::{Sample, samples};

pub(super) fn command() -> Command {
    let command = Command::new("gate")
        .about("Fails a build when the text got worse, and only then")
        .long_about(
            "Judges outputs by rules, from genai-eval.toml or from flags: a least or greatest score, a \
             greatest drop from a baseline, a greatest gap between slices, a share of segments that must \
             reach a threshold.\n\n\
             A drop is judged by the interval of the difference over paired resamples: fail if the \
             candidate is clearly worse than the margin (the interval lies beyond it), pass if it clearly \
             is not, else inconclusive, which passes unless the rule's on_inconclusive says otherwise. \
             With several rules p-values are corrected by Holm. The report says which drop this test set \
             would show in four of five runs.\n\n\
             The baseline is a file that --update-baseline writes, bound to the references, ids and \
             options that it was made with, or, better, the baseline's outputs, which are scored again.\n\n\
             Exit codes: 0 passed, 1 failed, 2 no verdict: whatever keeps the gate from judging is never \
             green.",
        )
        .after_long_help(
            "Examples:\n  genai-eval gate\n  genai-eval gate --ref ref.txt --hyp out.txt --min bleu=30 --max-drop \
             bleu=0.5 --baseline-hyp old.txt\n  genai-eval gate --update-baseline\n  genai-eval gate --github \
             --junit gate.xml\n\ngenai-eval.toml:\n  [data]\n  ref = \"ref.txt\"\n  hyp = \"out.txt\"\n  \
             [baseline]\n  hyp = \"old.txt\"\n  [[gate]]\n  metric = \"bleu\"\n  max_drop = 0.5",
        );
    let command = InputArguments::augment_args(command).arg(input::newline_mark_argument());
    RunArguments::augment_args(GateArguments::augment_args(command))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome> {
    let wanted = RunArguments::from_arg_matches(matches)?;
    let arguments = GateArguments::from_arg_matches(matches)?;
    if arguments.schema {
        let schema = serde_json::to_string_pretty(&configuration::schema::schema())?;
        Output::open(wanted.output.as_deref())?.write(|out| writeln!(out, "{schema}"))?;
        return Ok(Outcome::Success);
    }
    let input = InputArguments::from_arg_matches(matches)?;
    let (configuration, name) = arguments.configuration(&input, matches)?;
    let mut gate = Gate::measure(&configuration, name, &arguments, &wanted)?;
    let samples = samples(&gate.candidate.measured, &gate.sources().divisions());
    let case = gate.case(&samples)?;
    let pool = engine::pool(wanted.threads)?;
    if arguments.self_check {
        return pool.install(|| self_check(&case, &samples[0], wanted.output.as_deref()));
    }
    let checks = pool.install(|| case.checks())?;
    let statistics = case.statistics();
    let mut worst = worst::worst(&case.measures, &samples[0], &gate.candidate.measured.ids, configuration.report.worst);
    gate.add_texts(&mut worst)?;
    let mut notes = std::mem::take(&mut gate.notes);
    if statistics.resamples > configuration.stats.resamples && statistics.test != Test::None.name() {
        notes.push(format!(
            "{} resamples are drawn: with fewer no rule of so many could fail",
            statistics.resamples
        ));
    }
    notes.extend(stale(&checks));
    let report = GateReport {
        name: gate.name.clone(),
        candidate: gate.candidate.system.clone(),
        baseline: gate.baseline_name.clone(),
        segments: gate.candidate.measured.segments,
        statistics,
        checks,
        worst,
        notes,
        strict: arguments.strict,
    };
    if arguments.update_baseline {
        gate.update(&report, arguments.accept_regression.as_deref(), &samples, wanted.messages())?;
    }
    gate.outputs.write(&report, &configuration.report, arguments.format.as_deref())?;
    // An accepted regression is no failure any more.
    if arguments.update_baseline && arguments.accept_regression.is_some() {
        return Ok(match report.outcome() {
            Outcome::GateFailed => Outcome::Success,
            outcome => outcome,
        });
    }
    Ok(report.outcome())
}

/// A gate whose systems are measured.
struct Gate<'c> {
    configuration: &'c Configuration,
    name: String,
    choice: Choice,
    /// For each rule the measures that it is about.
    of_rules: Vec<Vec<usize>>,
    /// The candidate, and the baseline behind it.
    candidate: Measurement,
    baseline_name: Option<String>,
    no_baseline: Option<String>,
    /// What is stored, if it was read.
    stored: Option<StoredBaseline>,
    outputs: Outputs,
    notes: Vec<String>,
}

impl<'c> Gate<'c> {
    fn measure(
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
        let scored = if is_text { Some(Sources::new(configuration, false).candidate()?) } else { None };
        let text_scorer = |options: &Options, _: Level| match &scored {
            Some(source) => runs::text_scorer(source, options, messages),
            None => bail!("it needs log-probabilities, expected logprobs in [data] or --logprobs FILE"),
        };
        let choice =
            metric_choice::from_tables(&names, &configuration.metrics, false, messages, Some(&text_scorer))?;
        let of_rules = names.iter().map(|name| choice.places_of(name)).collect();
        let sources = Sources::new(configuration, choice.lines);
        let outputs = Outputs::open(configuration, wanted, arguments, &choice)?;
        let source = match scored {
            Some(source) => source,
            None => sources.candidate()?,
        };
        let candidate = runs::measure(source, &choice, wanted.threads, messages)?;
        let (segments, least) = (candidate.measured.segments, configuration.data.min_segments);
        if segments < least {
            bail!("{segments} segments are too few for a verdict, expected at least {least} (min_segments)");
        }
        let mut gate = Self {
            configuration,
            name,
            choice,
            of_rules,
            candidate,
            baseline_name: None,
            no_baseline: None,
            stored: None,
            outputs,
            notes: Vec::new(),
        };
        gate.add_baseline(wanted, arguments.update_baseline)?;
        Ok(gate)
    }

    fn sources(&self) -> Sources<'c> {
        Sources::new(self.configuration, self.choice.lines)
    }

    fn add_baseline(&mut self, wanted: &RunArguments, updates: bool) -> Result<()> {
        let Some(baseline) = &self.configuration.baseline else {
            self.no_baseline = Some("there is no baseline, expected [baseline] or --baseline FILE or --baseline-hyp FILE".to_owned());
            return Ok(());
        };
        if let Some(path) = &baseline.path {
            match StoredBaseline::read(path) {
                Ok(stored) => self.stored = Some(stored),
                Err(error) if matches!(error.problem, BaselineProblem::Missing) => {
                    self.no_baseline = Some(error.to_string());
                }
                // What is damaged can be replaced only by taking it away.
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(source) = self.sources().baseline()? {
            let measured = runs::measure(source, &self.choice, wanted.threads, wanted.messages())?;
            self.baseline_name = Some(measured.system.clone());
            self.candidate.add_outputs(measured)?;
            self.no_baseline = None;
        } else if let (Some(stored), Some(path)) = (&self.stored, &baseline.path) {
            let file = path.display().to_string();
            match self.candidate.add_stored(stored, &self.choice, &file) {
                Ok(warning) => self.notes.extend(warning),
                // A new baseline is what makes it fit again.
                Err(error) if updates => {
                    self.no_baseline = Some(format!("{error:#}"));
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
                let statistic = genai_metrics::resample::Statistic {
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

    fn case<'s>(&'s self, samples: &'s [Sample<'s>]) -> Result<Case<'s>> {
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
        Ok(Case {
            configuration: self.configuration,
            measures: self.choice.measures.iter().map(judged).collect(),
            of_rules: self.of_rules.clone(),
            samples,
            no_baseline: self.no_baseline.clone(),
        })
    }

    /// Reads the texts of segments that are shown, where they can be read again.
    fn add_texts(&self, worst: &mut [crate::gate::verdict::WorstSegments]) -> Result<()> {
        let places = worst::places(worst);
        if places.is_empty() || self.configuration.reads_standard_input() || self.configuration.data.logprobs.is_some() {
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

/// Metrics that are clearly better than their baseline, which does not guard what was gained.
fn stale(checks: &[crate::gate::verdict::Check]) -> Vec<String> {
    let better = |check: &&crate::gate::verdict::Check| {
        let Some(difference) = check.difference else { return false };
        let least = match check.direction {
            genai_metrics::Direction::Higher => difference.low,
            genai_metrics::Direction::Lower => -difference.high,
        };
        matches!(check.condition, Condition::MaxDrop(_)) && check.slice.is_none() && least > 0.0
    };
    let note = |check: &crate::gate::verdict::Check| {
        let delta = check.difference.map_or(0.0, |difference| difference.delta.abs());
        format!(
            "{} is clearly better than the baseline, by {delta:.1$}: --update-baseline would guard that",
            check.title,
            check.decimals + 1
        )
    };
    checks.iter().filter(better).map(note).collect()
}

/// How often the gate would fail if nothing had changed.
fn self_check(case: &Case<'_>, all: &Sample<'_>, output: Option<&std::path::Path>) -> Result<Outcome> {
    let [candidate, baseline] = &all.units[..] else {
        bail!("--self-check needs a baseline with its rows or outputs, whose segments are dealt out anew");
    };
    let statistics = case.statistics();
    let mut rules = Vec::new();
    for check in case.checks()? {
        if let (Condition::MaxDrop(margin), None) = (check.condition, &check.slice)
            && let Some(judged) = case.measures.iter().find(|judged| judged.name == check.metric)
        {
            rules.push((judged.statistic.clone(), judged.spec.direction, margin));
        }
    }
    if rules.is_empty() {
        bail!("--self-check is about rules with max_drop over all segments, and there is none");
    }
    let number = rules.len();
    let check = SelfCheck {
        candidate,
        baseline,
        rules,
        resamples: statistics.resamples,
        alpha: statistics.alpha,
        seed: statistics.seed,
        by_holm: statistics.adjust == "holm",
    };
    let alarms = check.alarms();
    let rate = f64::from(alarms) / f64::from(RUNS);
    // Half of alpha is for drops. What chance alone adds to that in so many runs is no fault of the gate.
    let expected = statistics.alpha / 2.0;
    let chance = 3.0 * (expected * (1.0 - expected) / f64::from(RUNS)).sqrt();
    let passed = rate <= expected + chance;
    let verdict = if passed { Verdict::Pass } else { Verdict::Fail };
    Output::open(output)?.write(|out| {
        writeln!(
            out,
            "self-check: {alarms} of {RUNS} runs in which nothing had changed failed, {:.1} %; expected about {:.1} % \
             at most, for {number} rules with max_drop at alpha {}: {}",
            rate * 100.0,
            expected * 100.0,
            statistics.alpha,
            verdict.name()
        )
    })?;
    Ok(if passed { Outcome::Success } else { Outcome::GateFailed })
}

/// Says what was done, unless nothing is to be said.
fn say(messages: Messages, what: &str) {
    messages.note(what);
}
