//! What the candidate is compared with: stored scores, stored outputs, records, log-probabilities.

use serde_json::{Value, json};

use super::verdicts;
use crate::sandbox::Sandbox;

/// The parts of checks that do not name where the baseline came from.
fn checks(report: &Value) -> &Value {
    &report["checks"]
}

/// A baseline that was stored gives exactly the verdict of its outputs, number by number.
#[test]
fn stored_scores_and_outputs_say_the_same() {
    let sandbox = Sandbox::for_gate();
    let rules = "--max-drop bleu=0.5 --max-drop chrf++=1 --max-drop wer=0.02 --max-drop-rel rougeL.recall=0.1 \
                 --min bleu=20 --max-drop ter=3";
    for old in ["good.txt", "even.txt"] {
        let write = format!("--hyp {old} {rules} --baseline {old}.json --update-baseline");
        assert_eq!(sandbox.gate(&write).code, 0);
        for new in ["good.txt", "bad.txt", "odd.txt"] {
            for test in ["paired-bootstrap", "approx-randomization", "none"] {
                let run = |baseline: &str| {
                    sandbox.gate_json(&format!("--hyp {new} {rules} {baseline} --test {test}"))
                };
                let stored = run(&format!("--baseline {old}.json"));
                let again = run(&format!("--baseline-hyp {old}"));
                assert_eq!(stored.0, again.0, "{new} beside {old}");
                assert_eq!(checks(&stored.1), checks(&again.1), "{new} beside {old}");
                assert_eq!(stored.1["worst"], again.1["worst"]);
            }
        }
    }
}

/// The same of records with ids, slices and clusters.
#[test]
fn stored_slices() {
    let sandbox = Sandbox::for_gate();
    let configuration = |field: &str, baseline: &str| {
        format!(
            "[data]\ndata = 'data.jsonl'\nhyp_field = '{field}'\nref_field = 'ref'\nid_field = 'id'\nslice_fields = ['lang', 'doc']\n\
             cluster_field = 'doc'\n[baseline]\n{baseline}\n[report]\nworst = 0\n[[gate]]\nmetric = 'bleu'\nmax_drop = 0.5\n\
             [[gate]]\nmetric = 'rougeL'\nslice = 'lang=*'\nmax_drop = 0.01\n"
        )
    };
    sandbox.write("gate.toml", configuration("old", "path = 'b.json'"));
    let write = sandbox.run("gate --config gate.toml --update-baseline");
    assert_eq!(write.code, 0, "{}{}", write.stdout, write.stderr);
    let stored: Value = serde_json::from_str(&sandbox.read("b.json")).unwrap();
    let slices: Vec<&String> = stored["slices"].as_object().unwrap().keys().collect();
    assert_eq!(slices, ["doc=0", "doc=1", "doc=2", "doc=3", "doc=4", "lang=de", "lang=fr"]);
    let by_rows = sandbox.gate_by(&configuration("new", "path = 'b.json'"));
    let by_outputs = sandbox.gate_by(&configuration("new", "hyp_field = 'old'"));
    assert_eq!((by_rows.0, checks(&by_rows.1)), (by_outputs.0, checks(&by_outputs.1)));
    // Outputs that are scored again come before what is stored.
    let both = sandbox.gate_by(&configuration("new", "path = 'b.json'\nhyp_field = 'old'"));
    assert_eq!(both.1["baseline"], "data.jsonl:old");
}

/// Text files, another field, other records: the same texts are the same baseline.
#[test]
fn ways_to_give_outputs() {
    let sandbox = Sandbox::for_gate();
    let rule = "--max-drop bleu=0.5 --min chrf=10 --worst 0 --format json";
    let run = |line: &str| -> (i32, Value) {
        let ran = sandbox.run(&format!("gate {line} {rule}"));
        (
            ran.code,
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{line}: {}", ran.stderr)),
        )
    };
    let old: String = sandbox
        .lines_of("data.jsonl")
        .iter()
        .map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            let record = json!({"output": record["new"], "ref": record["ref"], "id": record["id"]});
            format!("{record}\n")
        })
        .collect();
    sandbox.write("old.jsonl", old);
    let files = run("--ref ref.txt --hyp bad.txt --baseline-hyp good.txt");
    assert_eq!(files.0, 1);
    let records = "--data data.jsonl --hyp-field old --ref-field ref";
    for line in [
        format!("{records} --baseline-hyp-field new"),
        format!("{records} --baseline-data old.jsonl --baseline-hyp-field output"),
        format!("{records} --id-field id --baseline-data old.jsonl --baseline-hyp-field output"),
        // Without a field of its own, the candidate's is meant.
        "--data old.jsonl --hyp-field output --ref-field ref --baseline-data data.jsonl --baseline-hyp-field new".to_owned(),
    ] {
        let (code, report) = run(&line);
        if line.starts_with("--data old") {
            assert_eq!((code, verdicts(&report)), (0, vec!["pass", "pass"]), "{line}");
            continue;
        }
        assert_eq!((code, checks(&report)), (1, checks(&files.1)), "{line}");
    }
    let line = format!("{records} --baseline-data old.jsonl");
    let message = sandbox
        .run(&format!("gate {line} --max-drop bleu=0"))
        .refused("the field of the candidate");
    assert!(message.contains("old.jsonl:1: ") && message.contains("old"), "{message}");
}

/// Records of log-probabilities of the same texts by two models.
fn log_probabilities(sandbox: &Sandbox) {
    let records = |shift: f64| -> String {
        (0..30u8)
            .map(|i| {
                let low = -1.0 - shift - f64::from(i % 5) / 10.0;
                let record = json!({"tokens": ["The", " cat", " sat"], "logprobs": [low, low - 0.5, low - 0.25]});
                format!("{record}\n")
            })
            .collect()
    };
    sandbox.write("old.jsonl", records(0.0));
    sandbox.write(
        "worse.jsonl",
        records(0.0).replacen("-1.5", "-4.5", 6).replacen("-1.65", "-3.5", 6),
    );
    sandbox.write("better.jsonl", records(-0.5));
    sandbox.write("text.jsonl", records(0.0).replace(" sat", " lay down"));
    sandbox.write("infinite.jsonl", records(0.0).replacen("-1.25", "\"-inf\"", 1));
    let cut: String = (0..30)
        .map(|_| "{\"tokens\": [\"The cat\", \" sat\"], \"logprobs\": [-3.0, -2.0]}\n")
        .collect();
    sandbox.write("cut.jsonl", cut);
}

#[test]
fn perplexity() {
    let sandbox = Sandbox::for_gate();
    log_probabilities(&sandbox);
    let run = |line: &str| {
        let ran = sandbox.run(&format!("gate {line} --quiet --format json"));
        let report: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{line}: {}", ran.stderr));
        assert_eq!(report["exit_code"], ran.code);
        (ran.code, report)
    };
    for metric in ["perplexity", "perplexity.bits_per_byte"] {
        let own = run(&format!("--logprobs old.jsonl --max {metric}=100"));
        assert_eq!(own.0, 0);
        let score = own.1["checks"][0]["score"].as_f64().unwrap();
        assert_eq!(run(&format!("--logprobs old.jsonl --max {metric}={}", score.next_down())).0, 1);
        // A rise is worse, a fall is better.
        let drop = |new: &str, margin: &str| {
            run(&format!(
                "--logprobs {new} --baseline-logprobs old.jsonl --max-drop {metric}={margin}"
            ))
        };
        for (new, code, verdict) in
            [("old.jsonl", 0, "pass"), ("worse.jsonl", 0, "pass"), ("better.jsonl", 0, "pass")]
        {
            let (found, report) = drop(new, "50");
            assert_eq!(
                (found, verdicts(&report)),
                (code, vec![verdict]),
                "{metric} {new}: {report}"
            );
        }
        let (code, report) = drop("worse.jsonl", "0");
        let difference = &report["checks"][0]["difference"];
        assert!(difference["delta"].as_f64().unwrap() > 0.0);
        assert_eq!((code, verdicts(&report)), (1, vec!["fail"]), "{report}");
        let (code, report) = drop("better.jsonl", "0");
        assert!(report["checks"][0]["difference"]["delta"].as_f64().unwrap() < 0.0);
        // It is better by the same factor everywhere, but not by the same number.
        assert_eq!((code, verdicts(&report)), (0, vec!["pass"]), "{report}");
        // Stored and read again.
        let update = format!(
            "--logprobs old.jsonl --baseline {metric}.json --max-drop {metric}=0 --update-baseline"
        );
        assert_eq!(run(&update).0, 0);
        let stored =
            run(&format!("--logprobs worse.jsonl --baseline {metric}.json --max-drop {metric}=0"));
        assert_eq!(checks(&stored.1), checks(&drop("worse.jsonl", "0").1));
    }
}

/// Other texts, other tokens, probabilities of 0.
#[test]
fn perplexities_that_cannot_be_compared() {
    let sandbox = Sandbox::for_gate();
    log_probabilities(&sandbox);
    let rule = "--baseline-logprobs old.jsonl --max-drop";
    for (line, expected) in [
        (format!("--logprobs text.jsonl {rule} perplexity=0"), "the baseline"),
        (
            format!("--logprobs cut.jsonl {rule} perplexity=0"),
            "the baseline's model cuts the texts into other tokens, expected a rule about perplexity.bits_per_byte",
        ),
        ("--logprobs infinite.jsonl --max perplexity=9".to_owned(), "infinite.jsonl:"),
        (format!("--logprobs none.jsonl {rule} perplexity=0"), "none.jsonl: no such file"),
        (format!("--logprobs old.jsonl {rule} bleu=0"), "old.jsonl:1: a segment has no reference"),
    ] {
        let message = sandbox.run(&format!("gate --quiet {line}")).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
    let ran = sandbox
        .run(&format!("gate --quiet --logprobs cut.jsonl {rule} perplexity.bits_per_byte=9"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    // Where infinity is let in, it is still no number to judge by.
    let keep = "--metric-option perplexity.on-inf=keep --quiet --format json";
    for (line, reason) in [
        (
            "--logprobs infinite.jsonl --max perplexity=1000000".to_owned(),
            "the score is no finite number",
        ),
        (
            "--logprobs infinite.jsonl --min perplexity=1".to_owned(),
            "the score is no finite number",
        ),
        (format!("--logprobs infinite.jsonl {rule} perplexity=1"), "the score is no finite number"),
        (
            "--logprobs old.jsonl --baseline-logprobs infinite.jsonl --max-drop perplexity=0"
                .to_owned(),
            "the baseline's score is no finite number",
        ),
    ] {
        let ran = sandbox.run(&format!("gate {line} {keep}"));
        assert_eq!(ran.code, 2, "{line}: {}{}", ran.stdout, ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(
            (verdicts(&report), report["checks"][0]["reason"].as_str()),
            (vec!["no-verdict"], Some(reason)),
            "{line}"
        );
    }
    // Such a run is no baseline.
    let update = "gate --logprobs infinite.jsonl --metric-option perplexity.on-inf=keep --max-drop perplexity=0 \
                  --baseline b.json --update-baseline --quiet";
    sandbox.run(update).refused(update);
    assert!(!sandbox.names().contains(&"b.json".to_owned()));
}
