//! Why a check has its verdict, in one sentence.

use genai_metrics::Direction;
use genai_metrics::resample::FEWEST_DIFFERING;

use super::configuration::{Of, Rule};
use super::judge::Finding;
use super::verdict::{Check, Condition};

/// The sentence.
pub(super) fn reason(check: &Check, rule: &Rule, finding: &Finding) -> String {
    let found = match finding {
        Finding::Nothing(why) | Finding::Optional(why) => why.clone(),
        _ => found(check, rule, finding),
    };
    rule.name.as_ref().map_or_else(|| found.clone(), |name| format!("{name}: {found}"))
}

fn found(check: &Check, rule: &Rule, finding: &Finding) -> String {
    let width = check.decimals;
    let number = |number: f64| format!("{number:.width$}");
    let fine = |number: f64| format!("{number:.0$}", width + 1);
    let score = check.score.unwrap_or(f64::NAN);
    match check.condition {
        Condition::Min(limit) | Condition::Max(limit) => {
            let (below, above) = match check.condition {
                Condition::Min(_) => ("under", "at or over"),
                _ => ("at or under", "over"),
            };
            let (shown, of) = match (rule.of, check.interval) {
                (Of::CiLow, Some((low, _))) => (low, "the lower end of its interval "),
                (Of::CiHigh, Some((_, high))) => (high, "the upper end of its interval "),
                _ => (score, ""),
            };
            let is_below = match check.condition {
                Condition::Min(_) => shown < limit,
                _ => shown <= limit,
            };
            // The limit as it was given; the score in full if rounding would hide which side it is on.
            let plain = number(shown);
            let hides =
                plain.parse().is_ok_and(|rounded: f64| (rounded < limit) != (shown < limit));
            let shown = if hides { shown.to_string() } else { plain };
            format!("is {shown}, {of}{} {limit}", if is_below { below } else { above })
        }
        Condition::PerSegment { threshold, min_share } => format!(
            "reaches {threshold} in {:.2} % of segments, expected {:.2} %",
            score * 100.0,
            min_share * 100.0
        ),
        Condition::MaxGap(limit) => {
            let differs =
                format!("differs by {} between the best and the worst slice", fine(score));
            match finding {
                Finding::Open => {
                    format!("{differs}; the data are too few to tell whether that is over {limit}")
                }
                Finding::Broken => format!("{differs}, over {limit}"),
                _ => format!("{differs}, within {limit}"),
            }
        }
        Condition::MaxDrop(margin) => {
            let Some(difference) = check.difference else {
                return untested(check, margin, finding);
            };
            let drop = match check.direction {
                Direction::Higher => -difference.delta,
                Direction::Lower => difference.delta,
            };
            let by = fine(difference.delta.abs());
            let went = match (check.direction, difference.delta) {
                (_, 0.0) => "is as it was".to_owned(),
                (_, delta) if delta < 0.0 => format!("fell by {by}"),
                _ => format!("rose by {by}"),
            };
            let interval = format!("[{}, {}]", fine(difference.low), fine(difference.high));
            let margin = fine(margin);
            match finding {
                Finding::Broken => format!(
                    "{went} {interval}, more than {margin} (p = {:.4})",
                    difference.p_adjusted
                ),
                Finding::Few(differing) => format!(
                    "{went} {interval}; only {differing} segments or clusters differ at all, too few to tell: \
                     {FEWEST_DIFFERING} are needed"
                ),
                Finding::Open if drop > 0.0 => format!(
                    "{went} {interval}; the data are too few to tell whether that is more than {margin}"
                ),
                Finding::Open => {
                    let worse = match check.direction {
                        Direction::Higher => "drop",
                        Direction::Lower => "rise",
                    };
                    format!(
                        "{went} {interval}; the data are too few to rule out a {worse} of more than {margin}"
                    )
                }
                _ => format!("{went} {interval}, within {margin}"),
            }
        }
    }
}

/// Of a drop that no test was asked for.
fn untested(check: &Check, margin: f64, finding: &Finding) -> String {
    let (Some(score), Some(baseline)) = (check.score, check.baseline) else {
        return "has no difference".to_owned();
    };
    let width = check.decimals + 1;
    let went = match score - baseline {
        0.0 => return "is as it was".to_owned(),
        delta if delta < 0.0 => format!("fell by {:.width$}", -delta),
        delta => format!("rose by {delta:.width$}"),
    };
    match finding {
        Finding::Broken => format!("{went}, more than {margin:.width$}"),
        _ => format!("{went}, within {margin:.width$}"),
    }
}
