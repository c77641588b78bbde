//! `--update-baseline` is the only way in which a baseline changes.

use serde_json::Value;

use super::verdicts;
use crate::sandbox::Sandbox;

const RULE: &str = "--max-drop bleu=0.5 --baseline b.json";

/// The files of the baseline.
fn files(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let names = sandbox.names().into_iter().filter(|name| name.starts_with("b."));
    names.map(|name| (name.clone(), std::fs::read(sandbox.path(name)).unwrap())).collect()
}

fn stored(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.read("b.json")).unwrap()
}

#[test]
fn the_first_baseline() {
    let sandbox = Sandbox::for_gate();
    let ran = sandbox.gate(&format!("--hyp good.txt {RULE}"));
    assert_eq!(ran.code, 2, "it is never written by the way");
    assert_eq!(files(&sandbox), []);
    let ran = sandbox.gate(&format!("--hyp good.txt {RULE} --update-baseline"));
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (0, "note: b.json is the baseline now\n"),
        "{}",
        ran.stdout
    );
    let written = files(&sandbox);
    let baseline = stored(&sandbox);
    let rows = baseline["rows"]["file"].as_str().unwrap();
    assert_eq!(written.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [rows, "b.json"]);
    assert!(rows.starts_with("b.") && rows.ends_with(".rows.zst"), "{rows}");
    assert_eq!(baseline["schema"], "genai-eval/baseline/1");
    assert_eq!(baseline["data"]["segments"], 20);
    assert_eq!(baseline["accepted"], serde_json::json!([]));
    let shown = sandbox.run("bleu --ref ref.txt --hyp good.txt --format json").success();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(baseline["scores"]["bleu"]["score"], shown["results"][0]["score"]);
    assert_eq!(baseline["scores"]["bleu"]["signature"], shown["results"][0]["signature"]);
    // Keys are sorted, a score has its own lines, and there is no date: the same run is the same text.
    let text = sandbox.read("b.json");
    let keys: Vec<&str> = text.lines().filter(|line| line.starts_with("  \"")).collect();
    assert!(keys.is_sorted(), "{text}");
    assert!(text.ends_with("}\n"));
    let ran = sandbox.gate(&format!("--hyp good.txt {RULE} --update-baseline --strict"));
    assert_eq!(ran.code, 0);
    assert_eq!(files(&sandbox), written);
}

/// The rows of an old baseline go with it.
#[test]
fn a_better_baseline() {
    let sandbox = Sandbox::for_gate();
    assert_eq!(sandbox.gate(&format!("--hyp bad.txt {RULE} --update-baseline")).code, 0);
    let old = files(&sandbox);
    let ran = sandbox.gate(&format!("--hyp good.txt {RULE}"));
    assert!(ran.stdout.contains("--update-baseline would guard that"), "{}", ran.stdout);
    assert_eq!(files(&sandbox), old, "only --update-baseline writes");
    assert_eq!(sandbox.gate(&format!("--hyp good.txt {RULE} --update-baseline")).code, 0);
    let new = files(&sandbox);
    assert_eq!(new.len(), 2);
    assert!(new.iter().zip(&old).all(|(new, old)| new.1 != old.1));
    assert_ne!(new[0].0, old[0].0, "the old rows are gone");
    assert_eq!(sandbox.gate(&format!("--hyp bad.txt {RULE}")).code, 1);
}

#[test]
fn a_loss_is_refused_unless_it_is_accepted() {
    let sandbox = Sandbox::for_gate();
    assert_eq!(sandbox.gate(&format!("--hyp good.txt {RULE} --update-baseline")).code, 0);
    let old = files(&sandbox);
    for reason in [&[][..], &["--accept-regression", ""], &["--accept-regression", "  "]] {
        let line = format!("gate --ref ref.txt --hyp bad.txt {RULE} --update-baseline");
        let ran = sandbox.run_with(line.split(' ').chain(reason.iter().copied()), b"");
        if reason.is_empty() {
            // It fails as it would without an update, with all that it has to say.
            assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
            let expected = "the baseline stays as it is; expected --accept-regression \"REASON\" to replace it: \
                            BLEU: fell by 26.78 ";
            assert!(ran.stdout.contains(expected), "{}", ran.stdout);
        } else {
            let message = ran.refused(&line);
            assert!(
                message.contains("--accept-regression is empty, expected a reason"),
                "{message}"
            );
        }
        assert_eq!(files(&sandbox), old);
    }
    let accept = |name: &str, reason: &str| {
        let line = format!(
            "gate --ref ref.txt --hyp {name} {RULE} --update-baseline --format json --accept-regression"
        );
        sandbox.run_with(line.split(' ').chain([reason]), b"")
    };
    let ran = accept("even.txt", "shorter sentences are wanted");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(verdicts(&report), ["warning"]);
    let told = report["checks"][0]["reason"].as_str().unwrap();
    assert!(told.ends_with("; accepted: shorter sentences are wanted"), "{told}");
    let accepted = stored(&sandbox)["accepted"].clone();
    assert_eq!(accepted.as_array().unwrap().len(), 1);
    assert_eq!(accepted[0]["reason"], "shorter sentences are wanted");
    assert!(accepted[0]["checks"][0].as_str().unwrap().starts_with("BLEU: fell by "), "{accepted}");
    let day = accepted[0]["at"].as_str().unwrap();
    assert!(day.len() == 10 && day.matches('-').count() == 2, "{day}");
    // What was accepted is remembered; where nothing is lost, there is nothing to accept.
    assert_eq!(accept("good.txt", "no need").code, 0);
    assert_eq!(stored(&sandbox)["accepted"], accepted);
    assert_eq!(accept("bad.txt", "once more").code, 0);
    let history = stored(&sandbox)["accepted"].clone();
    assert_eq!((&history[0], &history[1]["reason"]), (&accepted[0], &"once more".into()));
    assert_eq!(files(&sandbox).len(), 2);
}

/// What `--strict` fails is no baseline either, and what was accepted is accepted there, too.
#[test]
fn strict() {
    let sandbox = Sandbox::for_gate();
    // There is nothing to be strict about when there was nothing before.
    let ran = sandbox.gate(&format!("--hyp even.txt {RULE} --update-baseline --strict"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let old = files(&sandbox);
    let open = format!("--hyp odd.txt {RULE} --update-baseline --strict");
    let ran = sandbox.gate(&open);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("the baseline stays as it is; expected "), "{}", ran.stdout);
    assert_eq!(files(&sandbox), old);
    let ran = sandbox.gate(&format!("{open} --accept-regression known"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_ne!(files(&sandbox), old);
    assert_eq!(stored(&sandbox)["accepted"][0]["reason"], "known");
}

/// A run without a verdict is no baseline, the first one neither.
#[test]
fn no_verdict_no_baseline() {
    let sandbox = Sandbox::for_gate();
    let configuration = "[data]\ndata = 'data.jsonl'\nhyp_field = 'new'\nref_field = 'ref'\nslice_fields = 'lang'\n\
                         [baseline]\npath = 'b.json'\n[[gate]]\nmetric = 'bleu'\nmax_drop = 1\n";
    let missing = format!("{configuration}slice = 'lang=xx'\n");
    sandbox.write("missing.toml", missing);
    sandbox.write("gate.toml", configuration);
    let line = "gate --config missing.toml --update-baseline";
    let expected = "the baseline stays as it is, as there is no verdict: BLEU (lang=xx): no segment has lang=xx";
    let ran = sandbox.run(line);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert_eq!(files(&sandbox), []);
    assert_eq!(sandbox.run("gate --config gate.toml --update-baseline").code, 0);
    let old = files(&sandbox);
    let ran = sandbox.run(line);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert_eq!(files(&sandbox), old);
    // Neither is one that fails otherwise.
    let line = "gate --config gate.toml --update-baseline --min bleu=99";
    assert_eq!(sandbox.run(line).code, 1);
    assert_eq!(files(&sandbox), old);
}

/// A baseline that no longer fits is replaced when that is asked for.
#[test]
fn after_a_change_of_data_or_options() {
    let sandbox = Sandbox::for_gate();
    assert_eq!(sandbox.gate(&format!("--hyp good.txt {RULE} --update-baseline")).code, 0);
    let old = files(&sandbox);
    for option in ["--metric-option bleu.tokenize=char", "--metric-option bleu.lowercase=true"] {
        let line = format!("--hyp good.txt {RULE} {option}");
        sandbox.gate(&line).refused(&line);
        // What cannot be compared could be worse: that takes a reason.
        let before = files(&sandbox);
        let ran = sandbox.gate(&format!("{line} --update-baseline"));
        assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
        let headline = "gate: NO VERDICT (the baseline stays as it is)";
        assert!(ran.stdout.starts_with(headline), "words and code are one: {}", ran.stdout);
        assert_eq!(files(&sandbox), before);
        let ran = sandbox.gate(&format!("{line} --update-baseline --accept-regression options"));
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_ne!(files(&sandbox), old);
        assert_eq!(files(&sandbox).len(), 2);
        assert_eq!(sandbox.gate(&line).code, 0);
    }
    // What is no baseline at all is never written over.
    sandbox.write("b.json", "{\"mine\": 1}\n");
    let line = format!("--hyp good.txt {RULE} --update-baseline");
    sandbox.gate(&line).refused(&line);
    assert_eq!(sandbox.read("b.json"), "{\"mine\": 1}\n");
}

/// Outputs that cannot be written leave the baseline as it was.
#[test]
fn a_report_that_cannot_be_written() {
    let sandbox = Sandbox::for_gate();
    let line = format!("--hyp good.txt {RULE} --update-baseline --junit none/gate.xml");
    let message = sandbox.gate(&line).refused(&line);
    assert!(message.contains("cannot write none/gate.xml: there is no such folder"), "{message}");
    assert_eq!(files(&sandbox), []);
    let line = "--hyp good.txt --max-drop bleu=0.5 --baseline none/b.json --update-baseline";
    let message = sandbox.gate(line).refused(line);
    assert!(message.contains("cannot write none/b.json: there is no such folder"), "{message}");
}
