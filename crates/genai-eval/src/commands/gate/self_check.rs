//! `gate --self-check`: how often the gate would fail if nothing had changed.

use std::path::Path;

use anyhow::{Result, bail};

use crate::Outcome;
use crate::gate::configuration::Test;
use crate::gate::judge::Case;
use crate::gate::self_check::{RUNS, SelfCheck};
use crate::gate::verdict::{Condition, Verdict};
use crate::output::Output;
use crate::samples::Sample;

/// Runs the gate on outputs that are dealt out anew, and says how often it failed.
///
/// # Errors
/// If there is no baseline, or no rule about a drop.
pub(super) fn run(case: &Case<'_>, all: &Sample<'_>, output: Option<&Path>) -> Result<Outcome> {
    let [candidate, baseline] = &all.units[..] else {
        bail!(
            "--self-check needs a baseline with its rows or outputs, whose segments are dealt out anew"
        );
    };
    if case.configuration.stats.test != Test::PairedBootstrap {
        bail!("--self-check is for the paired bootstrap, expected test = \"paired-bootstrap\"");
    }
    let (checks, statistics) = case.checks()?;
    let mut rules = Vec::new();
    for check in checks {
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
             at most, for {number} {} with max_drop at alpha {}: {}",
            rate * 100.0,
            expected * 100.0,
            if number == 1 { "rule" } else { "rules" },
            statistics.alpha,
            verdict.name()
        )
    })?;
    Ok(if passed { Outcome::Success } else { Outcome::GateFailed })
}
