//! `OpenMetrics` 1.0, for GitLab's metrics report and for Prometheus.

use std::collections::HashSet;
use std::io::{self, Write};

use super::phrases;
use crate::gate::verdict::{Check, GateReport, Verdict};

/// What is measured: a gauge with all its samples, each with its labels as they are written.
struct Family {
    name: &'static str,
    help: &'static str,
    samples: Vec<(String, f64)>,
}

/// Scores, differences, and what came of each check. A number that is not there has no sample.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    families(report).iter().try_for_each(|family| write_family(family, out))?;
    writeln!(out, "# EOF")
}

fn families(report: &GateReport) -> Vec<Family> {
    let gauge = |name, help, system, value: fn(&Check) -> Option<f64>| {
        let samples = report.checks.iter().filter_map(|check| {
            let value = value(check).filter(|value| value.is_finite())?;
            Some((written(&labels(check, system)), value))
        });
        Family { name, help, samples: samples.collect() }
    };
    let candidate = report.candidate.as_str();
    let baseline = report.baseline.as_deref().unwrap_or("baseline");
    let passed = report.checks.iter().map(|check| {
        let rule = check.rule.to_string();
        let mut labels = labels(check, candidate);
        // The limit is no label: with another one the series is to go on.
        labels.extend([("condition", check.condition.name()), ("rule", rule.as_str())]);
        (written(&labels), f64::from(u8::from(check.verdict == Verdict::Pass)))
    });
    let exit_code = f64::from(report.outcome().code());
    vec![
        gauge("score", "Score of the candidate.", candidate, |c| c.score),
        gauge("baseline_score", "Score of the baseline.", baseline, |c| c.baseline),
        gauge("difference", "Candidate less baseline.", candidate, |c| Some(c.difference?.delta)),
        gauge("difference_low", "Lower end of the interval.", candidate, |c| {
            Some(c.difference?.low)
        }),
        gauge("difference_high", "Upper end of the interval.", candidate, |c| {
            Some(c.difference?.high)
        }),
        Family {
            name: "check_passed",
            help: "1 if the check passed, else 0.",
            samples: passed.collect(),
        },
        Family {
            name: "gate_exit_code",
            help: "0 passed, 1 failed, 2 no verdict.",
            samples: vec![(written(&[("gate", &report.name)]), exit_code)],
        },
    ]
}

fn labels<'a>(check: &'a Check, system: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut labels = vec![("metric", check.metric.as_str())];
    labels.extend(check.slice.as_deref().map(|slice| ("slice", slice)));
    labels.push(("system", system));
    labels
}

fn written(labels: &[(&str, &str)]) -> String {
    let labels = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escape(value)));
    labels.collect::<Vec<_>>().join(",")
}

/// Backslashes come first, since what is made visible has some.
fn escape(value: &str) -> String {
    phrases::visible(value).replace('\\', "\\\\").replace('"', "\\\"")
}

fn write_family(family: &Family, out: &mut dyn Write) -> io::Result<()> {
    let Family { name, help, samples } = family;
    if samples.is_empty() {
        return Ok(());
    }
    writeln!(out, "# TYPE genai_eval_{name} gauge\n# HELP genai_eval_{name} {help}")?;
    // Rules about one score say it once: a sample may not come twice.
    let mut seen = HashSet::new();
    for (labels, value) in samples.iter().filter(|(labels, _)| seen.insert(labels)) {
        writeln!(out, "genai_eval_{name}{{{labels}}} {value:?}")?;
    }
    Ok(())
}
