//! What has to hold between keys, each of which is right by itself.

use super::error::Problem;
use super::{Baseline, Configuration, Data, Of, Rule};

/// Where something stands: a table by its name, a rule by its number, and the key if it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) table: &'static str,
    pub(super) number: Option<usize>,
    pub(super) key: Option<&'static str>,
}

type Found = (Location, Box<Problem>);

/// Finds what cannot stand together, in a file that flags may yet add to.
///
/// # Errors
/// The first that does not hold.
pub(super) fn check(configuration: &Configuration) -> Result<(), Found> {
    one_way(&configuration.data)?;
    configuration.baseline.as_ref().map_or(Ok(()), one_baseline)?;
    configuration.gates.iter().enumerate().try_for_each(|(number, rule)| {
        check_rule(rule).map_err(|(key, problem)| {
            (Location { table: "gate", number: Some(number), key }, problem.into())
        })
    })
}

/// Finds what is still missing when all has been said.
///
/// # Errors
/// The first thing.
pub(super) fn is_complete(configuration: &Configuration) -> Result<(), Problem> {
    if configuration.data.source().is_none() {
        return Err(Problem::NoData);
    }
    if configuration.gates.is_empty() {
        return Err(Problem::NoRule);
    }
    let Some(baseline) = &configuration.baseline else { return Ok(()) };
    if baseline.hyp_field.is_some() && baseline.data.is_none() && configuration.data.data.is_none()
    {
        let (key, section, needed) = ("hyp_field", "[baseline]", "data there or in [data]");
        return Err(Problem::Without { key, section, needed });
    }
    Ok(())
}

/// Each key of each way, of which only one may be gone.
fn exclusive(
    table: &'static str,
    section: &'static str,
    ways: &[&[(&'static str, bool)]],
) -> Result<(), Found> {
    let given = ways.iter().filter_map(|way| way.iter().find(|(_, is_given)| *is_given));
    let mut given = given.map(|(key, _)| *key);
    match (given.next(), given.next()) {
        (Some(one), Some(other)) => Err((
            Location { table, number: None, key: Some(other) },
            Problem::Conflict { section, one, other }.into(),
        )),
        _ => Ok(()),
    }
}

fn one_way(data: &Data) -> Result<(), Found> {
    let files: &[(&str, bool)] = &[
        ("ref", !data.references.is_empty()),
        ("hyp", data.hyp.is_some()),
        ("newline_mark", data.newline_mark.is_some()),
    ];
    let records: &[(&str, bool)] = &[
        ("data", data.data.is_some()),
        ("hyp_field", data.hyp_field.is_some()),
        ("ref_field", !data.ref_field.is_empty()),
        ("id_field", data.id_field.is_some()),
        ("slice_fields", !data.slice_fields.is_empty()),
        ("cluster_field", data.cluster_field.is_some()),
    ];
    exclusive("data", "[data]", &[files, records, &[("logprobs", data.logprobs.is_some())]])
}

fn one_baseline(baseline: &Baseline) -> Result<(), Found> {
    let records: &[(&str, bool)] =
        &[("data", baseline.data.is_some()), ("hyp_field", baseline.hyp_field.is_some())];
    let (files, logprobs) = (baseline.hyp.is_some(), baseline.logprobs.is_some());
    exclusive("baseline", "[baseline]", &[&[("hyp", files)], records, &[("logprobs", logprobs)]])
}

fn check_rule(rule: &Rule) -> Result<(), (Option<&'static str>, Problem)> {
    let needs =
        |key, needed| Err((Some(key), Problem::Without { key, section: "[[gate]]", needed }));
    let has_limit = rule.min.is_some() || rule.max.is_some();
    let has_drop = rule.max_drop.is_some() || rule.max_drop_rel.is_some();
    if !has_limit && !has_drop && rule.max_gap.is_none() && rule.per_segment.is_none() {
        return Err((None, Problem::NoCondition { metric: rule.metric.clone() }));
    }
    if let (Some(min), Some(max)) = (rule.min, rule.max)
        && min > max
    {
        let metric = rule.metric.clone();
        return Err((Some("min"), Problem::MinAboveMax { metric, min, max }));
    }
    if rule.of != Of::Point && !has_limit {
        return needs("of", "min or max");
    }
    match &rule.slice {
        None if rule.min_segments.is_some() => needs("min_segments", "slice"),
        None if rule.max_gap.is_some() => needs("max_gap", "slice = \"field=*\""),
        Some(slice) if rule.max_gap.is_some() && slice.value.is_some() => {
            needs("max_gap", "slice = \"field=*\"")
        }
        _ => Ok(()),
    }
}
