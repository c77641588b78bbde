//! The arguments by which metrics and their options are chosen, and what was given for them.

use anyhow::{Result, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches};
use genai_metrics::metrics::Entry;
use genai_metrics::{OptionKind, OptionSpec};

use super::super::option_value::{checked, one_of, plain};
use super::Written;
use super::group::Group;
use super::names::{Asked, TYPES, entries, option};

/// The argument with the metrics' names.
pub(in super::super) const METRIC: &str = "metric";

/// What a flag without a metric's name is for.
const ALL: &str = "all";

/// Options of ROUGE's own bootstrap, whose names are those of the confidence in any metric.
const ELSEWHERE: [&str; 3] = ["resamples", "level", "seed"];

/// The arguments that choose among all metrics: their names, and whatever any of them can be asked
/// for.
pub(in super::super) fn arguments() -> Vec<Arg> {
    arguments_of(entries())
}

/// The arguments that choose among these metrics, the one with their names first.
pub(in super::super) fn arguments_of(
    entries: impl IntoIterator<Item = &'static Entry>,
) -> Vec<Arg> {
    let entries: Vec<&'static Entry> = entries.into_iter().collect();
    let metric = Arg::new(METRIC)
        .short('m')
        .long(METRIC)
        .value_name("NAME,…")
        .value_delimiter(',')
        .action(ArgAction::Append)
        .help_heading("Metrics")
        .help(
            "What to compute: metrics of `genai-eval list`, one type of a family as rougeL or cer, \
             or chrf++; again for more",
        );
    let options = names(&entries).into_iter().map(|name| {
        let having = entries.iter().filter_map(|entry| Some((*entry, option(entry, name)?)));
        argument(name, &having.collect::<Vec<_>>())
    });
    [metric].into_iter().chain(options).collect()
}

/// The names of all options of these metrics, each once.
fn names(entries: &[&'static Entry]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for option in entries.iter().flat_map(|entry| entry.options) {
        if !names.contains(&option.name) && !ELSEWHERE.contains(&option.name) {
            names.push(option.name);
        }
    }
    names
}

/// An option with the metrics that have it, as an argument.
fn argument(name: &'static str, having: &[(&Entry, &OptionSpec)]) -> Arg {
    let arg = Arg::new(name)
        .long(name)
        .action(ArgAction::Append)
        .help_heading("Options of metrics")
        .hide_short_help(true)
        .help(help(having));
    let is_flag = |option: &OptionSpec| matches!(option.kind, OptionKind::Flag);
    if having.iter().all(|(_, option)| is_flag(option)) {
        return arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value(ALL)
            .value_name("METRIC");
    }
    let value = match having.first().map(|(_, option)| option.kind) {
        Some(OptionKind::YesNo) => "yes|no",
        Some(OptionKind::Names(_)) => "NAME,…",
        Some(OptionKind::Text(form)) => form,
        Some(OptionKind::File) => "FILE",
        Some(OptionKind::Folder(_)) => "FOLDER",
        Some(OptionKind::Integer { .. }) => "N",
        Some(OptionKind::Number { .. }) => "X",
        _ => "NAME",
    };
    let arg = arg.value_name(if having.len() > 1 {
        format!("[METRIC=]{value}")
    } else {
        value.to_owned()
    });
    if having.iter().any(|(_, option)| matches!(option.kind, OptionKind::YesNo)) {
        return arg.num_args(0..=1).default_missing_value("yes");
    }
    arg.allow_negative_numbers(true)
}

/// `[bleu, chrf] what it does`, a line for each thing that it does.
fn help(having: &[(&Entry, &OptionSpec)]) -> String {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for (entry, option) in having {
        let default = option.default.map(|default| format!(" [default: {default}]"));
        let what = format!("{}{}", option.help, default.unwrap_or_default());
        match lines.iter_mut().find(|(_, known)| *known == what) {
            Some((entries, _)) => entries.push(entry.name),
            None => lines.push((vec![entry.name], what)),
        }
    }
    let line = |(entries, what): (Vec<&str>, _)| format!("[{}] {what}", entries.join(", "));
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The options that were given for each group, checked.
///
/// # Errors
/// If no chosen metric has an option, or one that has it does not take the value.
pub(super) fn written(matches: &ArgMatches, groups: &[Group]) -> Result<Vec<Vec<Written>>> {
    let mut written: Vec<Vec<Written>> = groups.iter().map(|_| Vec::new()).collect();
    for name in names(&entries().collect::<Vec<_>>()) {
        // The command may be for some of the metrics only.
        let values = matches.try_get_many::<String>(name).ok().flatten();
        let values: Vec<&str> = values.into_iter().flatten().map(String::as_str).collect();
        if !values.is_empty() {
            Given { name, groups }.distribute(&values, &mut written)?;
        }
    }
    Ok(written)
}

/// An option that was given.
struct Given<'g> {
    name: &'static str,
    groups: &'g [Group],
}

impl Given<'_> {
    fn distribute(&self, values: &[&str], written: &mut [Vec<Written>]) -> Result<()> {
        let name = self.name;
        let having = || self.groups.iter().filter_map(|group| group.option(name));
        let several = having().count() > 1;
        if having().next().is_none() {
            return Err(self.misfit());
        }
        let values: Vec<(Option<&str>, &str)> =
            values.iter().map(|value| self.target(value)).collect::<Result<_>>()?;
        for (group, written) in self.groups.iter().zip(written) {
            let Some(option) = group.option(name) else { continue };
            let of = |metric: Option<&str>| -> Vec<&str> {
                values.iter().filter(|(of, _)| *of == metric).map(|(_, value)| *value).collect()
            };
            let own = of(Some(group.entry.name));
            let given = if own.is_empty() { of(None) } else { own };
            let value = match option.kind {
                OptionKind::Names(_) => given.join(","),
                _ => given.last().copied().unwrap_or_default().to_owned(),
            };
            if given.is_empty() {
                continue;
            }
            let value = checked(option.kind, &value).map_err(|expected| {
                let entry = group.entry.name;
                let alone = if several {
                    let taking = self.groups.iter().find(|group| {
                        let option = group.option(name);
                        option.is_some_and(|option| checked(option.kind, &value).is_ok())
                    });
                    let metric = taking.map_or("METRIC", |group| group.entry.name);
                    format!("; --{name} {metric}={value} is for one metric alone")
                } else {
                    String::new()
                };
                anyhow!("{entry} takes no --{name} '{value}', expected {expected}{alone}")
            })?;
            written.push((option, value));
        }
        Ok(())
    }

    /// A value and the metric that it is for, or none if it is for all.
    fn target<'v>(&self, given: &'v str) -> Result<(Option<&'static str>, &'v str)> {
        let options: Vec<&OptionSpec> =
            self.groups.iter().filter_map(|group| group.option(self.name)).collect();
        let is_flag = options.iter().all(|option| matches!(option.kind, OptionKind::Flag));
        let (metric, value) = match given.split_once('=') {
            _ if is_flag && given == ALL => return Ok((None, "true")),
            _ if is_flag => (given, "true"),
            Some((metric, value)) => (metric, value),
            None => return Ok((None, given)),
        };
        let chosen = |group: &&Group| plain(group.entry.name) == plain(metric);
        if let Some(group) = self.groups.iter().find(chosen) {
            if group.option(self.name).is_none() {
                let having = one_of(self.having());
                bail!("{} has no --{}, expected {having}", group.entry.name, self.name);
            }
            return Ok((Some(group.entry.name), value));
        }
        // A file, or a text, may hold a sign of equality.
        let is_free =
            |kind| matches!(kind, OptionKind::File | OptionKind::Folder(_) | OptionKind::Text(_));
        let is_free = options.iter().any(|option| is_free(option.kind));
        let asked = Asked::of(metric).ok();
        if !is_flag && (is_free || asked.is_none()) {
            return Ok((None, given));
        }
        // A member's name is not its family's.
        let family = asked.map(|asked| asked.entry.name);
        let family = self.having().into_iter().find(|name| family == Some(name));
        let expected = family.map_or_else(|| one_of(self.having()), str::to_owned);
        bail!("--{} is given for '{metric}', expected {expected}", self.name)
    }

    /// The chosen metrics that have the option.
    fn having(&self) -> Vec<&'static str> {
        let having = self.groups.iter().filter(|group| group.option(self.name).is_some());
        let mut names: Vec<_> = having.map(|group| group.entry.name).collect();
        names.dedup();
        names
    }

    /// Why the option is for none of the chosen metrics.
    fn misfit(&self) -> anyhow::Error {
        let name = self.name;
        let having = entries().filter(|entry| option(entry, name).is_some());
        let having = one_of(having.map(|entry| entry.name));
        if name == TYPES {
            anyhow!("--{TYPES} is for a family asked for by its name, expected {having}")
        } else {
            anyhow!("no metric that is asked for has --{name}, expected {having} among them")
        }
    }
}
