//! Options of metrics from tables of a configuration file, one for each metric or family.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};
use genai_metrics::OptionSpec;
use genai_metrics::metrics::Entry;

use super::super::option_value::{OptionValue, one_of};
use super::Written;
use super::group::Group;
use super::names::{Asked, closest, entries, option};

/// The options for each group, checked; tables of metrics that were not asked for are checked too.
///
/// # Errors
/// If there is no such metric or option, or it does not take the value.
pub(super) fn written(
    tables: &BTreeMap<String, BTreeMap<String, OptionValue>>,
    groups: &[Group],
) -> Result<Vec<Vec<Written>>> {
    let mut written: Vec<Vec<Written>> = groups.iter().map(|_| Vec::new()).collect();
    for (table, values) in tables {
        let entry = entry(table)?;
        for (name, value) in values {
            let option = option_of(entry, name)?;
            let text = value
                .written(option.kind)
                .map_err(|expected| anyhow!("[{table}] {name} is {value}, expected {expected}"))?;
            for (group, written) in groups.iter().zip(&mut written) {
                if group.entry.name != entry.name {
                    continue;
                }
                if group.option(name).is_none() {
                    bail!(
                        "[{table}] {name} is given beside a metric named after its type, expected \
                         {table} as the metric's name"
                    );
                }
                written.push((option, text.clone()));
            }
        }
    }
    Ok(written)
}

/// The metric or family whose options the table of that name has.
fn entry(table: &str) -> Result<&'static Entry> {
    if let Some(entry) = entries().find(|entry| entry.name == table) {
        return Ok(entry);
    }
    match Asked::of(table) {
        Ok(asked) => bail!("[{table}] is no metric's table, expected [{}]", asked.entry.name),
        Err(error) => Err(error.context(format!("[{table}]"))),
    }
}

fn option_of(entry: &'static Entry, name: &str) -> Result<&'static OptionSpec> {
    let names = || entry.options.iter().map(|option| option.name);
    option(entry, name).ok_or_else(|| {
        let expected = closest(name, names()).map_or_else(|| one_of(names()), str::to_owned);
        anyhow!("[{}] has no option '{name}', expected {expected}", entry.name)
    })
}
