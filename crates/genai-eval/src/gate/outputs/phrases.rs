//! What all outputs say in the same words.

use genai_metrics::Direction;

use super::word_diff::{Change, Piece, word_diff, words};
use crate::gate::verdict::{
    Check, Condition, GateReport, Statistics, Verdict, WorstSegment, WorstTexts,
};

/// The verdict in capital words, and how many checks it rests on: `FAILED (1 of 4 checks)`.
pub(super) fn headline(report: &GateReport) -> String {
    let verdict = report.verdict();
    let total = report.checks.len();
    let all = if total == 1 { "1 check".to_owned() } else { format!("{total} checks") };
    let strict = verdict == Verdict::Fail
        && report.checks.iter().any(|check| fails(report, check) && check.verdict != Verdict::Fail);
    let words = match verdict {
        Verdict::Pass => return format!("PASSED ({all})"),
        Verdict::NoVerdict if total == 0 => return "NO VERDICT (no checks)".to_owned(),
        Verdict::NoVerdict if report.refused.is_some() => {
            return "NO VERDICT (the baseline stays as it is)".to_owned();
        }
        Verdict::Inconclusive => "PASSED, BUT INCONCLUSIVE",
        Verdict::Warning => "PASSED WITH WARNINGS",
        Verdict::NoVerdict => "NO VERDICT",
        Verdict::Fail => "FAILED",
    };
    let those = report.checks.iter().filter(|check| effective(report, check) == verdict).count();
    format!("{words} ({those} of {all}{})", if strict { ", strict" } else { "" })
}

/// What a check counts as: a strict gate takes warnings and what is open for failures.
pub(super) fn effective(report: &GateReport, check: &Check) -> Verdict {
    match check.verdict {
        Verdict::Inconclusive | Verdict::Warning if report.strict => Verdict::Fail,
        verdict => verdict,
    }
}

/// Whether a check fails the gate.
pub(super) fn fails(report: &GateReport, check: &Check) -> bool {
    effective(report, check) == Verdict::Fail
}

/// The verdict of a check as people read it.
pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NoVerdict => "no verdict",
        verdict => verdict.name(),
    }
}

/// What is asked, as people write it: `drop ≤ 0.5`.
pub(super) fn condition(check: &Check) -> String {
    let lower = check.direction == Direction::Lower;
    let plain = |number: f64| limit(number, check.decimals);
    match check.condition {
        Condition::Min(limit) => format!("≥ {}", plain(limit)),
        Condition::Max(limit) => format!("≤ {}", plain(limit)),
        Condition::MaxDrop(limit) => format!("{} ≤ {}", loss(check.direction), plain(limit)),
        Condition::MaxGap(limit) => format!("gap ≤ {}", plain(limit)),
        Condition::PerSegment { threshold, min_share } => {
            let share = plain((min_share * 1e8).round() / 1e6);
            format!("{share}% of segments {} {}", if lower { "≤" } else { "≥" }, plain(threshold))
        }
    }
}

/// A limit as it was given; one that was computed, as a share of the baseline's score, has no more digits
/// than say something.
pub(super) fn limit(limit: f64, decimals: usize) -> String {
    let shown = plain(limit);
    if shown.len() > decimals + 6 { number(limit, decimals + 2) } else { shown }
}

/// What is worse: a drop, or a rise where lower is better.
fn loss(direction: Direction) -> &'static str {
    match direction {
        Direction::Higher => "drop",
        Direction::Lower => "rise",
    }
}

/// What a check is about: `BLEU`, `BLEU (lang=de)`.
pub(super) fn subject(check: &Check) -> String {
    match &check.slice {
        Some(slice) => visible(&format!("{} ({slice})", check.title)),
        None => visible(&check.title),
    }
}

/// What a check is about and what it asks: `BLEU (lang=de), drop ≤ 0.5`.
pub(super) fn name(check: &Check) -> String {
    format!("{}, {}", subject(check), condition(check))
}

/// Who is judged, against whom, and how.
pub(super) fn context(report: &GateReport) -> String {
    let mut context = format!("candidate {}", visible(&report.candidate));
    if let Some(baseline) = &report.baseline {
        context.extend([" against ", &visible(baseline)]);
    }
    context.extend([", ", &counted(report.segments)]);
    if report.checks.iter().any(|check| check.difference.is_some()) {
        let Statistics { test, resamples, trials, alpha, seed, adjust } = report.statistics;
        context.extend(["; test ", test]);
        if test != "none" {
            let drawn = match trials {
                Some(trials) => format!("{trials} trials and {resamples} resamples"),
                None => format!("{resamples} resamples"),
            };
            context.extend([" with ", &drawn, " from seed ", &seed.to_string()]);
        }
        context.extend([", alpha ", &alpha.to_string()]);
        if adjust != "none" {
            context.extend([", p adjusted by ", adjust]);
        }
    }
    context
}

fn counted(segments: u64) -> String {
    if segments == 1 { "1 segment".to_owned() } else { format!("{segments} segments") }
}

/// What a drop has to be to be seen, and whether that is more than the margin; none if no
/// difference was tested.
pub(super) fn sensitivity(check: &Check) -> Option<(String, bool)> {
    let smallest = check.difference?.minimum_detectable;
    // Where nothing varies nothing is known of what would.
    if !smallest.is_finite() || smallest <= 0.0 {
        return None;
    }
    let loss = match check.condition {
        Condition::MaxGap(_) => "gap",
        _ => loss(check.direction),
    };
    let mut sentence = format!(
        "{}: {} would fail a {loss} of {} in four of five runs",
        subject(check),
        counted(check.segments),
        number(smallest, check.decimals + 1),
    );
    // A margin of zero asks only whether there is a loss; no test set shows every one.
    let margin = match check.condition {
        Condition::MaxDrop(margin) | Condition::MaxGap(margin) if margin > 0.0 => margin,
        _ => return Some((sentence, false)),
    };
    // The margin is part of it.
    let blind = smallest > 2.0 * margin;
    if blind {
        sentence.extend([", more than twice the margin of ", &limit(margin, check.decimals)]);
    }
    Some((sentence, blind))
}

/// The score with its interval.
pub(super) fn score(check: &Check) -> String {
    let decimals = check.decimals;
    let Some(score) = check.score else { return MISSING.to_owned() };
    if let Condition::PerSegment { .. } = check.condition {
        return format!("{}%", number(score * 100.0, 2));
    }
    match check.interval {
        Some((low, high)) => {
            let [score, low, high] = [score, low, high].map(|value| number(value, decimals));
            format!("{score} [{low}, {high}]")
        }
        None => number(score, decimals),
    }
}

/// The difference with its interval, with one decimal more than scores have.
pub(super) fn difference(check: &Check) -> String {
    let Some(difference) = check.difference else { return MISSING.to_owned() };
    let [low, high] = [difference.low, difference.high].map(|end| number(end, check.decimals + 1));
    format!("{} [{low}, {high}]", signed(difference.delta, check.decimals + 1))
}

/// A p-value to four decimals.
pub(super) fn p_value(p: f64) -> String {
    if (0.0..0.0001).contains(&p) { "<0.0001".to_owned() } else { number(p, 4) }
}

/// What stands for a number that is not there.
pub(super) const MISSING: &str = "-";

/// A number with so many decimals, and no sign on a zero.
pub(super) fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if value.abs() >= 1e15 {
        return format!("{value:.3e}");
    }
    let shown = format!("{value:.decimals$}");
    match shown.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        _ => shown,
    }
}

/// A number with its sign.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let shown = number(value, decimals);
    let positive =
        value > 0.0 && value.is_finite() && shown.chars().any(|c| ('1'..='9').contains(&c));
    if positive { format!("+{shown}") } else { shown }
}

/// A limit as it was given.
fn plain(value: f64) -> String {
    if value.abs() >= 1e15 { format!("{value:e}") } else { format!("{value}") }
}

/// A text of which nothing breaks lines, moves what stands around it, or is a command to a
/// terminal or to the log of a CI run.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        // GitHub's runner takes `##[` for a command wherever it stands in a line.
        if c.is_control() || hidden {
            visible.extend(c.escape_default());
        } else if c == '[' && visible.ends_with("##") {
            visible.push_str("\\[");
        } else {
            visible.push(c);
        }
    }
    visible
}

/// At most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Which segment it is.
pub(super) fn segment_name(segment: &WorstSegment) -> String {
    match &segment.id {
        Some(id) => format!("segment {} ({})", segment.index, visible(id)),
        None => format!("segment {}", segment.index),
    }
}

/// What a segment's score is, and what it was.
pub(super) fn segment_score(segment: &WorstSegment, decimals: usize) -> String {
    let score = number(segment.score, decimals);
    match segment.baseline_score {
        Some(was) => format!(
            "{score}, was {} ({})",
            number(was, decimals),
            signed(segment.score - was, decimals)
        ),
        None => score,
    }
}

/// What a list of segments is about.
pub(super) fn worst_title(segments: &[WorstSegment], title: &str) -> String {
    let compared = segments.iter().any(|segment| segment.baseline_score.is_some());
    let what = if compared { "biggest losses" } else { "worst segments" };
    format!("{what} by {}", visible(title))
}

/// The texts of a segment, each with what it is: what became of the baseline's, or else of the
/// reference.
pub(super) fn comparisons(texts: &WorstTexts) -> Vec<(&'static str, Vec<Piece<'_>>)> {
    let alone = |text| {
        let words = words(text);
        if words.is_empty() { Vec::new() } else { vec![Piece { change: Change::Same, words }] }
    };
    match (&texts.reference, &texts.baseline) {
        (None, None) => vec![("hypothesis", alone(&texts.hypothesis))],
        (Some(reference), None) => {
            vec![("reference → hypothesis", word_diff(reference, &texts.hypothesis))]
        }
        (reference, Some(baseline)) => {
            let reference = reference.iter().map(|reference| ("reference", alone(reference)));
            let change = ("baseline → hypothesis", word_diff(baseline, &texts.hypothesis));
            reference.chain([change]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::outputs::tests::{check, report};

    #[test]
    fn numbers() {
        for (value, decimals, shown, with_sign) in [
            (34.56, 1, "34.6", "+34.6"),
            (-0.04, 1, "0.0", "0.0"),
            (0.04, 1, "0.0", "0.0"),
            (-0.05, 2, "-0.05", "-0.05"),
            (100.000_000_000_000_04, 1, "100.0", "+100.0"),
            (1e300, 1, "1.000e300", "+1.000e300"),
            (f64::NAN, 1, "-", "-"),
            (f64::INFINITY, 1, "-", "-"),
        ] {
            assert_eq!(number(value, decimals), shown);
            assert_eq!(signed(value, decimals), with_sign);
        }
        for (p, shown) in [(0.0, "<0.0001"), (0.0001, "0.0001"), (1.0, "1.0000"), (f64::NAN, "-")] {
            assert_eq!(p_value(p), shown);
        }
    }

    /// What is worse goes the metric's way.
    #[test]
    fn conditions() {
        let share = |min_share| Condition::PerSegment { threshold: 0.5, min_share };
        for (asked, higher, lower) in [
            (Condition::Min(30.0), "≥ 30", "≥ 30"),
            (Condition::Max(0.25), "≤ 0.25", "≤ 0.25"),
            (Condition::MaxDrop(0.5), "drop ≤ 0.5", "rise ≤ 0.5"),
            (Condition::MaxGap(5.0), "gap ≤ 5", "gap ≤ 5"),
            (share(0.95), "95% of segments ≥ 0.5", "95% of segments ≤ 0.5"),
            (share(0.29), "29% of segments ≥ 0.5", "29% of segments ≤ 0.5"),
            (share(0.9995), "99.95% of segments ≥ 0.5", "99.95% of segments ≤ 0.5"),
        ] {
            let mut check = check(0, asked, Verdict::Pass, "");
            assert_eq!(condition(&check), higher);
            check.direction = Direction::Lower;
            assert_eq!(condition(&check), lower);
        }
    }

    #[test]
    fn what_a_test_set_can_show() {
        let mut check = report().checks[1].clone();
        let mut said = |asked, smallest| {
            check.condition = asked;
            check.difference.as_mut().unwrap().minimum_detectable = smallest;
            sensitivity(&check)
        };
        let sentence = "BLEU: 2000 segments would fail a drop of 0.84 in four of five runs";
        assert_eq!(said(Condition::MaxDrop(0.42), 0.84), Some((sentence.to_owned(), false)));
        // Whether there is any loss at all is beyond every test set.
        assert_eq!(said(Condition::MaxDrop(0.0), 0.84), Some((sentence.to_owned(), false)));
        let more = format!("{sentence}, more than twice the margin of 0.4");
        assert_eq!(said(Condition::MaxDrop(0.4), 0.84), Some((more, true)));
        assert_eq!(said(Condition::MaxDrop(0.5), f64::INFINITY), None);
    }
}
