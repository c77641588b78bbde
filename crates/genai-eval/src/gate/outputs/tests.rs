//! Every output of one report, in which every verdict occurs and whose names and texts hold whatever
//! could break a format.

use std::io;

use genai_metrics::Direction;

use super::{github, json, junit, markdown, openmetrics, phrases, text};
use crate::gate::verdict::{
    Check, Condition, Difference, GateReport, Severity, Statistics, Verdict, WorstSegment,
    WorstSegments, WorstTexts,
};

mod exposition;
mod formats;

/// What could end a cell, a line, a tag, a value, a command, or turn what stands around it.
const UGLY: &str = "a|b <i>&amp; `c` *d* \"e\" 'f' %g, ]]> --> \\h\n::error::i\r##[error]j \
                    @all #1 www.k.org \u{1b}[31m\u{7}\u{202e}\u{200f}\u{2028}🙂 שלום";

pub(super) fn check(rule: usize, condition: Condition, verdict: Verdict, reason: &str) -> Check {
    Check {
        rule,
        metric: "bleu".to_owned(),
        title: "BLEU".to_owned(),
        direction: Direction::Higher,
        decimals: 1,
        signature: "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp".to_owned(),
        slice: None,
        segments: 2000,
        condition,
        level: Severity::Fail,
        score: Some(34.123_456_789_012_34),
        interval: None,
        baseline: None,
        difference: None,
        verdict,
        reason: reason.to_owned(),
    }
}

/// A report with a check of each verdict.
pub(super) fn report() -> GateReport {
    let difference = Difference {
        delta: -1.234,
        low: -1.9,
        high: -0.6,
        p_value: 0.000_01,
        p_adjusted: 0.000_04,
        minimum_detectable: 0.84,
    };
    let tested = |check: Check, difference: Difference| Check {
        baseline: Some(35.357),
        difference: Some(difference),
        ..check
    };
    let failed = tested(
        check(
            1,
            Condition::MaxDrop(0.5),
            Verdict::Fail,
            "the drop is 0.60 or more, expected 0.5 or less",
        ),
        difference,
    );
    let open = Difference {
        delta: -0.4,
        low: -1.1,
        high: 0.3,
        p_value: 0.31,
        p_adjusted: 0.62,
        ..difference
    };
    let open = tested(
        check(
            2,
            Condition::MaxDrop(1.0),
            Verdict::Inconclusive,
            "the drop may be -0.30 to 1.10, expected 1 or less",
        ),
        open,
    );
    let mut sliced =
        check(3, Condition::PerSegment { threshold: 0.1, min_share: 0.95 }, Verdict::Warning, "");
    sliced.reason = format!("90% of the segments of {UGLY} reach it");
    (sliced.metric, sliced.title) = ("wer".to_owned(), "WER".to_owned());
    sliced.direction = Direction::Lower;
    sliced.decimals = 4;
    sliced.level = Severity::Warn;
    sliced.segments = 1;
    sliced.slice = Some(format!("lang={UGLY}"));
    sliced.score = Some(0.2);
    let mut none =
        Check { slice: Some("lang=de".to_owned()), score: None, segments: 0, ..sliced.clone() };
    none.condition = Condition::MaxDrop(0.01);
    none.verdict = Verdict::NoVerdict;
    none.reason = "there are no segments".to_owned();
    let passed = check(0, Condition::Min(30.0), Verdict::Pass, "it is 34.1");
    GateReport {
        name: "genai-eval.toml".to_owned(),
        candidate: format!("new {UGLY}"),
        baseline: Some("old.txt".to_owned()),
        segments: 2000,
        statistics: Statistics {
            test: "paired-bootstrap",
            resamples: 1000,
            trials: None,
            alpha: 0.05,
            seed: 12345,
            adjust: "holm",
        },
        checks: vec![Check { interval: Some((33.5, 34.75)), ..passed }, failed, open, sliced, none],
        worst: vec![worst_bleu(), worst_wer()],
        notes: vec!["the baseline is from 2026-01-01".to_owned(), UGLY.to_owned()],
        strict: false,
        refused: None,
    }
}

fn worst_bleu() -> WorstSegments {
    let texts = WorstTexts {
        reference: Some("The cat sat on the mat.".to_owned()),
        hypothesis: format!("The dog sat on {UGLY}"),
        baseline: Some("The cat sat on the mat, too.".to_owned()),
    };
    let segment = WorstSegment {
        index: 12,
        id: Some(UGLY.to_owned()),
        score: 3.21,
        baseline_score: Some(45.1),
        texts: Some(texts),
    };
    let unread = WorstSegment { index: 7, id: None, texts: None, ..segment.clone() };
    WorstSegments {
        metric: "bleu".to_owned(),
        title: "BLEU".to_owned(),
        decimals: 1,
        segments: vec![segment, unread],
    }
}

fn worst_wer() -> WorstSegments {
    let segment = |index, reference: Option<&str>, hypothesis: &str| WorstSegment {
        index,
        id: None,
        score: 1.5,
        baseline_score: None,
        texts: Some(WorstTexts {
            reference: reference.map(str::to_owned),
            hypothesis: hypothesis.to_owned(),
            baseline: None,
        }),
    };
    WorstSegments {
        metric: "wer".to_owned(),
        title: "WER".to_owned(),
        decimals: 4,
        segments: vec![segment(0, Some("good night"), ""), segment(1, None, "a\nb")],
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

macro_rules! snapshot {
    ($name:expr, $shown:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $shown);
        });
    };
}

#[test]
fn text() {
    snapshot!("gate_text", written(|out| text::write(&report(), false, out)));
    snapshot!("gate_text_colour", written(|out| text::write(&report(), true, out)));
}

#[test]
fn json() {
    snapshot!("gate_json", written(|out| json::write(&report(), out)));
}

#[test]
fn markdown() {
    snapshot!("gate_markdown", written(|out| markdown::write(&report(), out)));
}

#[test]
fn junit() {
    snapshot!("gate_junit", written(|out| junit::write(&report(), out)));
}

#[test]
fn annotations() {
    snapshot!("gate_github", written(|out| github::write_annotations(&report(), out)));
}

#[test]
fn openmetrics() {
    snapshot!("gate_openmetrics", written(|out| openmetrics::write(&report(), out)));
}

/// The words of the first line for every verdict, with the code that the command ends with.
#[test]
fn headlines() {
    use Verdict::{Fail, Inconclusive, NoVerdict, Pass, Warning};

    let headline = |verdicts: &[Verdict], strict| {
        let checks = verdicts.iter().map(|&verdict| check(0, Condition::Min(1.0), verdict, ""));
        let report = GateReport { checks: checks.collect(), strict, ..report() };
        let shown = written(|out| text::write(&report, false, out));
        let line = shown.lines().next().unwrap_or_default();
        (line.to_owned(), report.outcome().code())
    };
    for (verdicts, strict, line, code) in [
        (&[Pass][..], false, "gate: PASSED (1 check)", 0),
        (&[Pass, Pass], true, "gate: PASSED (2 checks)", 0),
        (&[Pass, Inconclusive], false, "gate: PASSED, BUT INCONCLUSIVE (1 of 2 checks)", 0),
        (&[Warning, Inconclusive], false, "gate: PASSED WITH WARNINGS (1 of 2 checks)", 0),
        (&[Warning, Inconclusive, Pass], true, "gate: FAILED (2 of 3 checks, strict)", 1),
        (&[NoVerdict], false, "gate: NO VERDICT (1 of 1 check)", 2),
        (&[Fail, NoVerdict, Pass, Pass], false, "gate: FAILED (1 of 4 checks)", 1),
        (&[], false, "gate: NO VERDICT (no checks)", 2),
    ] {
        assert_eq!(headline(verdicts, strict), (line.to_owned(), code), "{verdicts:?} {strict}");
    }
}

#[test]
fn colours_change_nothing_else() {
    let coloured = written(|out| text::write(&report(), true, out));
    let mut plain = written(|out| text::write(&report(), false, out));
    let mut stripped = coloured;
    for code in ["\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"] {
        assert!(stripped.contains(code), "{code:?}");
        stripped = stripped.replace(code, "");
    }
    for changed in ["[-cat-]{+dog+}", "[-good night-]"] {
        assert!(plain.contains(changed), "{plain}");
    }
    // Within texts, where alone there are such marks.
    let without = |line: &str| {
        let marks = ["[-", "-]", "{+", "+}"];
        let is_text = line.starts_with("    ");
        marks.iter().filter(|_| is_text).fold(line.to_owned(), |line, mark| line.replace(mark, ""))
    };
    plain = plain.lines().map(|line| without(line) + "\n").collect();
    assert_eq!(stripped, plain);
}
