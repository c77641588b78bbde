//! Pass, fail, inconclusive, warning: the verdict and the exit code are one.

use super::verdicts;
use crate::sandbox::Sandbox;

/// The words of the first line, by which people and CI know how it ended.
fn headline(stdout: &str) -> &str {
    stdout.lines().next().unwrap()
}

#[test]
fn drops() {
    let sandbox = Sandbox::for_gate();
    for (line, code, verdict, first) in [
        (
            "--hyp good.txt --baseline-hyp bad.txt --max-drop bleu=0.5",
            0,
            "pass",
            "gate: PASSED (1 check)",
        ),
        (
            "--hyp bad.txt --baseline-hyp good.txt --max-drop bleu=0.5",
            1,
            "fail",
            "gate: FAILED (1 of 1 check)",
        ),
        (
            "--hyp odd.txt --baseline-hyp even.txt --max-drop bleu=0.5",
            0,
            "inconclusive",
            "gate: PASSED, BUT INCONCLUSIVE (1 of 1 check)",
        ),
        // So large a margin is not reached, or not clearly.
        (
            "--hyp bad.txt --baseline-hyp good.txt --max-drop bleu=50",
            0,
            "pass",
            "gate: PASSED (1 check)",
        ),
        (
            "--hyp bad.txt --baseline-hyp good.txt --max-drop bleu=25",
            0,
            "inconclusive",
            "gate: PASSED, BUT INCONCLUSIVE (1 of 1 check)",
        ),
    ] {
        let ran = sandbox.gate(line);
        assert_eq!((ran.code, headline(&ran.stdout)), (code, first), "{line}");
        let (_, report) = sandbox.gate_json(line);
        assert_eq!(report["verdict"], verdict, "{line}");
        assert_eq!(verdicts(&report), [verdict], "{line}");
    }
}

/// What a rule makes of what it cannot tell, and of what does not hold; and what `--strict` makes of that.
#[test]
fn policies_and_levels() {
    let sandbox = Sandbox::for_gate();
    let open = ("odd.txt", "even.txt");
    let worse = ("bad.txt", "good.txt");
    let better = ("good.txt", "bad.txt");
    for ((candidate, baseline), rule, verdict, code, strict_code) in [
        (open, "", "inconclusive", 0, 1),
        (open, "on_inconclusive = 'pass'", "inconclusive", 0, 1),
        (open, "on_inconclusive = 'warn'", "warning", 0, 1),
        (open, "on_inconclusive = 'fail'", "fail", 1, 1),
        (open, "on_inconclusive = 'fail'\nlevel = 'warn'", "warning", 0, 1),
        (worse, "", "fail", 1, 1),
        (worse, "level = 'fail'", "fail", 1, 1),
        (worse, "level = 'warn'", "warning", 0, 1),
        (worse, "on_inconclusive = 'pass'", "fail", 1, 1),
        (better, "on_inconclusive = 'fail'", "pass", 0, 0),
    ] {
        let configuration = format!(
            "[data]\nref = 'ref.txt'\nhyp = '{candidate}'\n[baseline]\nhyp = '{baseline}'\n\
             [[gate]]\nmetric = 'bleu'\nmax_drop = 0.5\n{rule}\n"
        );
        let (found, report) = sandbox.gate_by(&configuration);
        assert_eq!((found, report["verdict"].as_str()), (code, Some(verdict)), "{configuration}");
        let strict = sandbox.run("gate --config gate.toml --strict");
        assert_eq!(strict.code, strict_code, "strict: {configuration}");
        let word = if strict_code == 0 { "gate: PASSED" } else { "gate: FAILED" };
        assert!(strict.stdout.starts_with(word), "{}", strict.stdout);
    }
}

/// The worst check decides: a failure before a lack of verdict before a pass.
#[test]
fn several_rules() {
    let sandbox = Sandbox::for_gate();
    let with = |rules: &[&str]| {
        let rules: Vec<_> =
            rules.iter().map(|rule| format!("[[gate]]\nmetric = 'bleu'\n{rule}\n")).collect();
        format!("[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n{}", rules.concat())
    };
    for (rules, code, verdict) in [
        (&["min = 30"][..], 0, "pass"),
        (&["min = 30", "min = 90"], 1, "fail"),
        (&["min = 90", "min = 30"], 1, "fail"),
        (&["min = 90\nlevel = 'warn'", "min = 30"], 0, "warning"),
        (&["min = 30", "max_drop = 1"], 2, "no-verdict"),
        (&["min = 90\nlevel = 'warn'", "max_drop = 1"], 2, "no-verdict"),
        (&["min = 90", "max_drop = 1"], 1, "fail"),
    ] {
        let (found, report) = sandbox.gate_by(&with(rules));
        assert_eq!((found, report["verdict"].as_str()), (code, Some(verdict)), "{rules:?}");
        assert_eq!(verdicts(&report).len(), rules.len());
    }
}

/// What is the same is no worse, by any metric and with no room at all.
#[test]
fn nothing_has_changed() {
    let sandbox = Sandbox::for_gate();
    let metrics: Vec<&str> =
        genai_metrics::metrics::METRICS.iter().map(|entry| entry.name).collect();
    let rules: Vec<String> =
        metrics.iter().map(|metric| format!("--max-drop {metric}=0")).collect();
    for name in ["good.txt", "bad.txt"] {
        for test in ["paired-bootstrap", "approx-randomization", "none"] {
            let line = format!(
                "--hyp {name} --baseline-hyp {name} --test {test} {} --strict",
                rules.join(" ")
            );
            let (code, report) = sandbox.gate_json(&line);
            assert_eq!(code, 0, "{line}: {report}");
            let verdicts = verdicts(&report);
            assert!(verdicts.len() > metrics.len(), "families have several numbers");
            assert!(verdicts.iter().all(|verdict| *verdict == "pass"), "{verdicts:?}");
        }
    }
}

/// Direction belongs to the metric: a rise of what should be low is a drop in quality.
#[test]
fn less_is_better() {
    let sandbox = Sandbox::for_gate();
    for metric in ["wer", "cer", "ter"] {
        // Perfect outputs, and outputs that are not.
        let worse = format!("--hyp bad.txt --baseline-hyp ref.txt --max-drop {metric}=0.01");
        let (code, report) = sandbox.gate_json(&worse);
        assert_eq!(code, 1, "{worse}");
        let check = &report["checks"][0];
        assert!(check["difference"]["delta"].as_f64().unwrap() > 0.0, "{check}");
        assert!(check["reason"].as_str().unwrap().starts_with("rose by "), "{check}");
        let better = format!("--hyp ref.txt --baseline-hyp bad.txt --max-drop {metric}=0 --strict");
        let (code, report) = sandbox.gate_json(&better);
        assert_eq!(code, 0, "{better}");
        assert!(report["checks"][0]["difference"]["delta"].as_f64().unwrap() < 0.0);
    }
    for (line, code) in [
        ("--max wer=0.5", 0),
        ("--max wer=0.4", 1),
        ("--min wer=0.5", 1),
        ("--max-drop wip=0.01", 1),
    ] {
        let ran = sandbox.gate(&format!("--hyp bad.txt --baseline-hyp ref.txt {line}"));
        assert_eq!(ran.code, code, "{line}: {}", ran.stdout);
    }
}

/// What goes the wrong way is said in the words of its direction.
#[test]
fn words_follow_the_direction() {
    let sandbox = Sandbox::for_gate();
    let said = |line: &str| sandbox.gate(line).stdout;
    let open = "rule out a";
    let rise = said("--hyp good.txt --baseline-hyp bad.txt --max-drop wer=0");
    assert!(rise.contains(&format!("{open} rise of more than")), "{rise}");
    let drop = said("--hyp odd.txt --baseline-hyp even.txt --max-drop bleu=0");
    assert!(drop.contains(&format!("{open} drop of more than")), "{drop}");
}
