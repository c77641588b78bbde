//! `gate --self-check`: how often the gate would fail if nothing had changed.

use std::path::Path;

use anyhow::{Result, bail};

use crate::Outcome;
use crate::gate::configuration::Adjust;
use crate::gate::judge::Case;
use crate::gate::self_check::{Deals, RUNS, tests_of};
use crate::gate::verdict::Verdict;
use crate::output::Output;

/// Runs the gate on outputs that are dealt out anew, and says how often it failed.
///
/// # Errors
/// If there is no rule about a drop or a gap, or one cannot be judged, as without a baseline.
pub(super) fn run(case: &Case<'_>, deals: Deals<'_>, output: Option<&Path>) -> Result<Outcome> {
    let configuration = tests_of(case.configuration);
    let case = Case {
        configuration: &configuration,
        measures: case.measures.clone(),
        of_rules: case.of_rules.clone(),
        samples: case.samples,
        no_baseline: case.no_baseline.clone(),
        begins: case.begins,
    };
    let (checks, statistics) = case.checks()?;
    if checks.is_empty() {
        bail!("--self-check is about rules with max_drop or max_gap, and there is none");
    }
    if deals.measured.rows.len() < 2 && checks.iter().any(|check| check.condition.needs_baseline())
    {
        bail!(
            "--self-check of a drop needs a baseline with its rows or outputs, whose segments are dealt out anew"
        );
    }
    if let Some(check) = checks.iter().find(|check| check.verdict == Verdict::NoVerdict) {
        bail!("--self-check has no verdict to count: {}", check.told());
    }
    let alarms = deals.alarms(&case)?;
    let number = checks.len();
    let rate = f64::from(alarms) / f64::from(RUNS);
    // Half of alpha is for drops, of all checks together or, uncorrected, of each. What chance alone adds to that
    // in so many runs is no fault of the gate.
    let each = statistics.alpha / 2.0;
    let expected = match case.configuration.stats.adjust {
        Adjust::Holm => each,
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 rules")]
        Adjust::None => (each * number as f64).min(1.0),
    };
    let chance = 3.0 * (expected * (1.0 - expected) / f64::from(RUNS)).sqrt();
    let passed = rate <= expected + chance;
    let verdict = if passed { Verdict::Pass } else { Verdict::Fail };
    Output::open(output)?.write(|out| {
        writeln!(
            out,
            "self-check: {alarms} of {RUNS} runs in which nothing had changed failed, {:.1} %; expected about {:.1} % \
             at most, for {number} {} of drops and gaps at alpha {}: {}",
            rate * 100.0,
            expected * 100.0,
            if number == 1 { "check" } else { "checks" },
            statistics.alpha,
            verdict.name()
        )
    })?;
    Ok(if passed { Outcome::Success } else { Outcome::GateFailed })
}
