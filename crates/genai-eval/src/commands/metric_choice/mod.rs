//! Several metrics with their options, chosen by name on a command line or in a configuration file.
//!
//! Whoever asks says names; what is built is groups, since members of a family are built together;
//! what comes back is one [`Measure`] for each number that was asked for.

mod arguments;
mod group;
mod names;
mod tables;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use clap::ArgMatches;
use genai_metrics::resample::Statistic;
use genai_metrics::{Level, OptionSpec, Options, Scorer};

pub(super) use self::arguments::{METRIC, arguments, arguments_of};
use self::group::Group;
use self::names::Asked;
use super::chosen::{Chosen, chosen};
use super::option_value::{OptionValue, one_of, plain};
use crate::messages::Messages;
use crate::report::InputFile;

/// Makes a metric of texts alone, as perplexity, with these options: its language model is not among
/// them.
pub(super) type TextScorer<'t> = &'t dyn Fn(&Options, Level) -> Result<Vec<Box<dyn Scorer>>>;

/// An option with its value, checked.
type Written = (&'static OptionSpec, String);

/// The metrics that were asked for.
pub(super) struct Choice {
    /// What is computed: members of a family lie together, at the place where the first of them was
    /// asked for.
    pub(super) metrics: Vec<Chosen>,
    /// What was asked for, each once, in that order.
    pub(super) measures: Vec<Measure>,
    /// The files that options name.
    pub(super) files: Vec<InputFile>,
    /// Whether newlines within a segment mean something to any of them.
    pub(super) lines: bool,
}

/// A number that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// Its name in its own spelling, as `rougeL.recall`.
    pub(super) name: String,
    /// The place of its metric among [`Choice::metrics`].
    pub(super) metric: usize,
    /// Which number among the score's parts it is, if it isn't the score.
    pub(super) part: Option<&'static str>,
}

impl Choice {
    /// The number that was asked for, of rows in which all metrics' columns lie side by side.
    pub(super) fn statistic(&self, measure: &Measure) -> Statistic<'_> {
        Statistic { part: measure.part, ..self.metrics[measure.metric].statistic() }
    }

    /// The places of [`Choice::named`] among all measures.
    pub(super) fn places_of(&self, name: &str) -> Vec<usize> {
        let named = self.named(name);
        (0..self.measures.len()).filter(|&place| named.contains(&&self.measures[place])).collect()
    }

    /// What was asked for by that name: the number that is called so, or else every member of the
    /// family. Empty for a name that was not asked for.
    pub(super) fn named(&self, name: &str) -> Vec<&Measure> {
        let called = |measure: &&Measure| plain(&measure.name) == plain(name);
        if let Some(measure) = self.measures.iter().find(called) {
            return vec![measure];
        }
        let Ok(asked) = Asked::of(name) else { return Vec::new() };
        let member_names = names::members(asked.entry);
        let is_member = |measure: &&Measure| {
            let (whole, part) = match measure.name.split_once('.') {
                Some((whole, part)) => (whole, Some(part)),
                None => (measure.name.as_str(), None),
            };
            member_names.contains(&whole) && part == asked.part.as_deref()
        };
        let is_family = asked.member.is_none() && asked.variant.is_none();
        self.measures.iter().filter(|measure| is_family && is_member(measure)).collect()
    }
}

/// The metrics that a command line asks for by the arguments of [`arguments`].
///
/// # Errors
/// If there is no such metric, option, value or part, or a file of an option is not as it should be.
pub(super) fn from_matches(
    matches: &ArgMatches,
    hashed: bool,
    messages: Messages,
    text_scorer: Option<TextScorer<'_>>,
) -> Result<Choice> {
    let names = matches.get_many::<String>(METRIC).into_iter().flatten();
    let asked: Vec<Asked> = names.map(|name| Asked::of(name)).collect::<Result<_>>()?;
    let groups = Group::of(&asked);
    let written = arguments::written(matches, &groups)?;
    choose(&asked, &groups, &written, (hashed, messages), text_scorer)
}

/// The metrics of these names with the options in tables, one for each metric or family.
///
/// # Errors
/// As of [`from_matches`], with the table's name.
pub(super) fn from_tables(
    names: &[String],
    tables: &BTreeMap<String, BTreeMap<String, OptionValue>>,
    hashed: bool,
    messages: Messages,
    text_scorer: Option<TextScorer<'_>>,
) -> Result<Choice> {
    let asked: Vec<Asked> = names.iter().map(|name| Asked::of(name)).collect::<Result<_>>()?;
    let groups = Group::of(&asked);
    let written = tables::written(tables, &groups)?;
    choose(&asked, &groups, &written, (hashed, messages), text_scorer)
}

/// Builds the groups, each with its options, and says where in them the numbers asked for are.
fn choose(
    asked: &[Asked],
    groups: &[Group],
    written: &[Vec<Written>],
    (hashed, messages): (bool, Messages),
    text_scorer: Option<TextScorer<'_>>,
) -> Result<Choice> {
    if asked.is_empty() {
        bail!("no metric, expected {}", one_of(names::entries().map(|entry| entry.name)));
    }
    let mut files: Vec<InputFile> = Vec::new();
    let (mut corpus, mut sentence, mut group_of) = (Vec::new(), Vec::new(), Vec::new());
    for (i, (group, written)) in groups.iter().zip(written).enumerate() {
        let given = group.given(written, hashed, messages)?;
        let built = group.build(&given, Level::Corpus, text_scorer)?;
        group_of.extend(built.iter().map(|_| i));
        corpus.extend(built);
        sentence.extend(group.build(&given, Level::Sentence, text_scorer)?);
        // Metrics may read the same file.
        let is_new = |file: &InputFile| files.iter().all(|known| known.path != file.path);
        let new: Vec<InputFile> = given.files.into_iter().filter(is_new).collect();
        files.extend(new);
    }
    let metrics = chosen(corpus, sentence);
    let mut measures: Vec<Measure> = Vec::new();
    for asked in asked {
        for (metric, Chosen { corpus, .. }) in metrics.iter().enumerate() {
            let spec = corpus.spec();
            let is_meant = asked.member.is_none_or(|member| member == spec.name);
            if !groups[group_of[metric]].is_of(asked) || !is_meant {
                continue;
            }
            let name = asked.variant.map_or(spec.name, |variant| variant.name);
            let wanted = asked.part.as_deref();
            let part = wanted.map(|wanted| part(name, &**corpus, wanted)).transpose()?;
            let name = part.map_or_else(|| name.to_owned(), |part| format!("{name}.{part}"));
            if measures.iter().all(|known| (known.metric, known.part) != (metric, part)) {
                measures.push(Measure { name, metric, part });
            }
        }
    }
    let lines = groups.iter().any(|group| group.entry.lines);
    Ok(Choice { metrics, measures, files, lines })
}

/// The one of a score's parts that is a single number and has that name.
fn part(name: &str, scorer: &dyn Scorer, wanted: &str) -> Result<&'static str> {
    let numbers = scorer.number_parts();
    match numbers.iter().find(|number| **number == wanted) {
        Some(number) => Ok(number),
        None if numbers.is_empty() => bail!("{name} has no part '{wanted}', expected {name}"),
        None => bail!(
            "{name} has no part '{wanted}' that is a number, expected {}",
            one_of(numbers.iter().copied())
        ),
    }
}

#[cfg(test)]
mod tests;
