//! `JUnit`'s XML, which CI servers show as tests: one suite, a test case for each check.

use std::collections::HashSet;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::phrases;
use super::text::PLAIN_MARKS;
use super::word_diff::render;
use crate::gate::verdict::{Check, GateReport, Verdict, WorstSegments};

/// What servers group test cases by. A dot would split it into a package and a class.
const CLASS: &str = "genai-eval gate";

/// A failed check is a failure, one without a verdict an error, and one that is let pass is
/// skipped with its reason, unless the gate is strict. A gate without checks is an error.
///
/// # Errors
/// If the output cannot be written.
pub(crate) fn write(report: &GateReport, out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new(phrases::visible(&report.name));
    let mut names = HashSet::new();
    for check in &report.checks {
        let mut name = phrases::name(check);
        // Servers take test cases of one name for one test case.
        if !names.insert(name.clone()) {
            name = format!("{name} (rule {})", check.rule);
            let mut again = 2;
            while !names.insert(name.clone()) {
                name = format!("{} (rule {}, {again})", phrases::name(check), check.rule);
                again += 1;
            }
        }
        let mut case = TestCase::new(name, status(report, check));
        case.set_classname(CLASS);
        suite.add_test_case(case);
    }
    if report.checks.is_empty() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(Verdict::NoVerdict.name()).set_message("there are no checks");
        let mut case = TestCase::new("gate", status);
        case.set_classname(CLASS);
        suite.add_test_case(case);
    }
    let mut document = Report::new("genai-eval");
    document.add_test_suite(suite);
    // Written as a whole, so that an error of the output keeps its kind.
    let xml = document.to_string().map_err(io::Error::other)?;
    out.write_all(xml.as_bytes())
}

fn status(report: &GateReport, check: &Check) -> TestCaseStatus {
    let mut status = match phrases::effective(report, check) {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Inconclusive | Verdict::Warning => TestCaseStatus::skipped(),
        Verdict::NoVerdict => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    let reason = phrases::visible(&check.reason);
    status
        .set_message(format!("{}: {reason}", phrases::verdict_word(check.verdict)))
        .set_type(check.verdict.name());
    if phrases::fails(report, check) {
        status.set_description(details(report, check));
    }
    status
}

/// The numbers of a check, and the segments to look at for its metric.
fn details(report: &GateReport, check: &Check) -> String {
    let mut lines = vec![
        phrases::context(report),
        format!("condition: {}", phrases::condition(check)),
        format!("score: {}", phrases::score(check)),
    ];
    if let Some(baseline) = check.baseline {
        lines.push(format!("baseline: {}", phrases::number(baseline, check.decimals)));
    }
    if let Some(difference) = check.difference {
        let p = phrases::p_value(difference.p_adjusted);
        lines.push(format!("difference: {}, p = {p}", phrases::difference(check)));
    }
    lines.extend(phrases::sensitivity(check).map(|(sentence, _)| sentence));
    lines.push(format!("signature: {}", phrases::visible(&check.signature)));
    let worst = report.worst.iter().filter(|worst| is_of(worst, check));
    for worst in worst.filter(|worst| !worst.segments.is_empty()) {
        lines.push(format!("{}:", phrases::worst_title(&worst.segments, &worst.title)));
        for segment in &worst.segments {
            let score = phrases::segment_score(segment, worst.decimals);
            lines.push(format!("  {}: {score}", phrases::segment_name(segment)));
            for (what, pieces) in segment.texts.iter().flat_map(phrases::comparisons) {
                lines.push(format!("    {what}: {}", render(&pieces, &PLAIN_MARKS)));
            }
        }
    }
    lines.join("\n")
}

/// Whether segments are those of a check's metric, of which the check may name a part.
fn is_of(worst: &WorstSegments, check: &Check) -> bool {
    let part = check.metric.strip_prefix(&worst.metric);
    part.is_some_and(|part| part.is_empty() || part.starts_with('.'))
}
