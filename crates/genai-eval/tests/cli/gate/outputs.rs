//! What is written, for whom, and all of it or nothing.

use std::process::Command;

use serde_json::Value;

use super::verdicts;
use crate::sandbox::Sandbox;
use crate::snapshot;

const FAILS: &str = "--hyp bad.txt --baseline-hyp good.txt --max-drop bleu=0.5 --max wer=0.9";

/// Each cause of each verdict as people and programs see it.
#[test]
fn formats() {
    let sandbox = Sandbox::for_gate();
    let rules = "--max-drop bleu=0.5 --max wer=0.9 --min rougeL=0.5";
    for (name, systems) in [
        ("pass", "--hyp good.txt --baseline-hyp bad.txt"),
        ("fail", "--hyp bad.txt --baseline-hyp good.txt"),
        ("inconclusive", "--hyp odd.txt --baseline-hyp even.txt"),
        ("no_verdict", "--hyp good.txt --baseline none.json"),
    ] {
        for format in ["text", "json", "md"] {
            let line = format!("gate --ref ref.txt {systems} {rules} --worst 1 --format {format}");
            snapshot!(format!("gate_{name}_{format}"), sandbox, &line);
        }
        let line = format!(
            "gate --ref ref.txt {systems} {rules} --github --junit gate.xml --openmetrics gate.txt --worst 0"
        );
        snapshot!(format!("gate_{name}_github"), sandbox, &line);
        for (file, kind) in [("gate.xml", "junit"), ("gate.txt", "openmetrics")] {
            let name = format!("gate_{name}_{kind}");
            let written = sandbox.read(file).replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(name, written);
            });
        }
    }
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("gate_help", sandbox, "gate --help");
}

/// Every output says the same, and is what the format printed alone is.
#[test]
fn all_at_once() {
    let sandbox = Sandbox::for_gate();
    let files = "--json gate.json --junit gate.xml --markdown gate.md --openmetrics gate.txt";
    let (code, report) = sandbox.gate_json(&format!("{FAILS} {files}"));
    assert_eq!((code, verdicts(&report)), (1, vec!["pass", "fail"]));
    let written: Value = serde_json::from_str(&sandbox.read("gate.json")).unwrap();
    assert_eq!(written, report);
    assert_eq!(sandbox.gate(&format!("{FAILS} --format md")).stdout, sandbox.read("gate.md"));
    let junit = sandbox.read("gate.xml");
    let tree = roxmltree::Document::parse(&junit).unwrap();
    let suite = tree.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("2"), Some("1")));
    assert!(sandbox.read("gate.txt").ends_with("# EOF\n"));
    let names = sandbox.names();
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
    // Instead of stdout.
    let ran = sandbox.gate(&format!("{FAILS} --format json -o out.json"));
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_eq!(sandbox.read("out.json"), sandbox.read("gate.json"));
}

/// An output that cannot be written, or must not be, keeps all others from being written.
#[test]
fn all_or_nothing() {
    let sandbox = Sandbox::for_gate();
    sandbox.write("gate.json", "old\n");
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let before = sandbox.names();
    for (outputs, expected) in [
        (
            "--json gate.json --junit none/gate.xml",
            "cannot write none/gate.xml: there is no such folder",
        ),
        (
            "--json none/gate.json --markdown gate.md",
            "cannot write none/gate.json: there is no such folder",
        ),
        ("--json gate.json --openmetrics folder", "cannot write folder: it is a directory"),
        ("--json gate.json --markdown gate.json", "json and markdown would go to the same place"),
        ("--json gate.json --junit ./gate.json", "json and junit would go to the same place"),
        ("--json gate.json -o gate.json", "the result and json would go to the same place"),
        ("--json - --junit gate.xml", "the result and json would go to the same place"),
        (
            "--json gate.json --junit bad.txt",
            "bad.txt is read, and would be overwritten by a report",
        ),
        (
            "--json gate.json --markdown ref.txt",
            "ref.txt is read, and would be overwritten by a report",
        ),
        (
            "--json gate.json --markdown good.txt",
            "good.txt is read, and would be overwritten by a report",
        ),
    ] {
        let line = format!("{FAILS} {outputs}");
        let message = sandbox.gate(&line).refused(&line);
        assert!(message.contains(expected), "{outputs}: {message}");
        assert_eq!(
            (sandbox.names(), sandbox.read("gate.json").as_str()),
            (before.clone(), "old\n"),
            "{outputs}"
        );
    }
    // The configuration and a baseline are read, too.
    sandbox.write(
        "gate.toml",
        "[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n[[gate]]\nmetric = 'bleu'\nmin = 1\n",
    );
    for outputs in ["--json gate.toml", "--junit b.json --baseline b.json"] {
        sandbox.gate("--hyp good.txt --max-drop bleu=0 --baseline b.json --update-baseline");
        let line = format!("gate --config gate.toml {outputs}");
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(" is read, and would be overwritten by a report"), "{message}");
    }
}

/// Runs the gate with the files that GitHub names; the exit code and stdout.
fn on_github(
    sandbox: &Sandbox,
    line: &str,
    summary: &str,
    outputs: &str,
) -> (Option<i32>, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
        .args(format!("gate --ref ref.txt --worst 0 --github {line}").split(' '))
        .env("GITHUB_STEP_SUMMARY", sandbox.path(summary))
        .env("GITHUB_OUTPUT", sandbox.path(outputs))
        .current_dir(sandbox.path(""))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn github() {
    let sandbox = Sandbox::for_gate();
    sandbox.write("summary.md", "# Before\n");
    sandbox.write("outputs", "before=1\n");
    let (code, stdout, _) = on_github(&sandbox, FAILS, "summary.md", "outputs");
    assert_eq!(code, Some(1));
    let annotations: Vec<&str> = stdout.lines().filter(|line| line.starts_with("::")).collect();
    let [annotation] = &annotations[..] else { panic!("{stdout}") };
    assert!(
        annotation.starts_with("::error title=gate%3A BLEU%2C drop ≤ 0.5::fail: fell by 26.78 "),
        "{annotation}"
    );
    let summary = sandbox.read("summary.md");
    assert!(summary.starts_with("# Before\n\n"), "{summary}");
    let markdown = sandbox.gate(&format!("{FAILS} --format md")).stdout;
    assert!(summary.ends_with(&markdown));
    let outputs = sandbox.read("outputs");
    let outputs: Vec<&str> = outputs.lines().collect();
    assert_eq!(outputs[..3], ["before=1", "verdict=fail", "exit_code=1"]);
    let of_bleu = outputs.iter().find_map(|line| line.strip_prefix("score_bleu=")).unwrap();
    let (_, report) = sandbox.gate_json(FAILS);
    assert_eq!(of_bleu.parse::<f64>().ok(), report["checks"][1]["score"].as_f64());
    // Without the flag nothing depends on where it runs.
    let plain = sandbox.gate(FAILS).stdout;
    assert!(stdout.starts_with(&plain) && !plain.contains("::error"));
}

/// Neither file can be half of the report.
#[test]
fn github_files_that_cannot_be_written() {
    let sandbox = Sandbox::for_gate();
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let line = format!("{FAILS} --json gate.json");
    for (summary, outputs) in [("folder", "outputs"), ("summary.md", "folder")] {
        let (code, stdout, stderr) = on_github(&sandbox, &line, summary, outputs);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains("cannot append to ") && stderr.contains("folder"), "{stderr}");
        for name in ["gate.json", "summary.md", "outputs"] {
            assert!(!sandbox.names().contains(&name.to_owned()), "{name}");
        }
    }
    let update = "--hyp good.txt --max-drop bleu=0.5 --baseline b.json --update-baseline";
    let (code, ..) = on_github(&sandbox, update, "folder", "outputs");
    assert_eq!(code, Some(2));
    assert!(
        !sandbox.names().contains(&"b.json".to_owned()),
        "a baseline of a run that came to nothing"
    );
}

/// Segments that lost most come first, with their texts, and never more than asked for.
#[test]
fn worst_segments() {
    let sandbox = Sandbox::for_gate();
    let run = |line: &str| -> Value {
        let ran = sandbox.run(&format!("gate {line} --format json"));
        serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{line}: {}", ran.stderr))
    };
    let systems = "--ref ref.txt --hyp bad.txt --baseline-hyp good.txt";
    for (option, most) in [("", 5), (" --worst 0", 0), (" --worst 3", 3), (" --worst 1000", 20)] {
        let report = run(&format!("{systems} --max-drop ter=0{option}"));
        let segments = report["worst"]
            .as_array()
            .unwrap()
            .first()
            .map(|of| of["segments"].as_array().unwrap().clone());
        let segments = segments.unwrap_or_default();
        assert!(
            segments.len() <= most && segments.len() >= most.min(5),
            "{option}: {}",
            segments.len()
        );
        let lost: Vec<f64> = segments
            .iter()
            .map(|segment| {
                segment["score"].as_f64().unwrap() - segment["baseline_score"].as_f64().unwrap()
            })
            .collect();
        assert!(lost.iter().all(|lost| *lost > 0.0), "only what got worse: {lost:?}");
        assert!(lost.is_sorted_by(|one, other| one >= other), "{lost:?}");
        for segment in &segments {
            let index = usize::try_from(segment["index"].as_u64().unwrap()).unwrap();
            assert_eq!(segment["texts"]["hypothesis"], sandbox.lines_of("bad.txt")[index]);
            assert_eq!(segment["texts"]["reference"], sandbox.lines_of("ref.txt")[index]);
            assert_eq!(segment["texts"]["baseline"], sandbox.lines_of("good.txt")[index]);
        }
    }
    let records =
        "--data data.jsonl --hyp-field old --ref-field ref --id-field id --min bleu=99 --worst 2";
    let report = run(records);
    for segment in report["worst"][0]["segments"].as_array().unwrap() {
        assert_eq!(segment["id"], format!("s{}", segment["index"]));
        assert_eq!(segment["baseline_score"], Value::Null);
    }
}

/// How often the gate fails if nothing has changed.
#[test]
fn self_check() {
    let sandbox = Sandbox::for_gate();
    for test in
        ["--max-drop bleu=0", "--max-drop bleu=0 --max-drop wer=0 --adjust none --alpha 0.1"]
    {
        let ran = sandbox.gate(&format!(
            "--hyp odd.txt --baseline-hyp even.txt {test} --self-check --resamples 200"
        ));
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.starts_with("self-check: ") && ran.stdout.ends_with(": pass\n"),
            "{}",
            ran.stdout
        );
        assert_eq!(ran.stdout.lines().count(), 1);
    }
    // Everything that tests differences: slices, gaps, clusters, randomization.
    let gap = "[[gate]]\nmetric = 'bleu'\nslice = 'lang=*'\nmax_gap = 0\n";
    let drop = "[[gate]]\nmetric = 'wer'\nslice = 'lang=*'\nmax_drop = 0\nmin = 99\non_inconclusive = 'fail'\n";
    let old = "[baseline]\nhyp_field = 'old'\n";
    for (rest, checks) in [
        (gap.to_owned(), "1 check"),
        (format!("{old}{gap}{drop}"), "3 checks"),
        (format!("cluster_field = 'doc'\n{old}{drop}"), "2 checks"),
        (format!("{old}[stats]\ntest = 'approx-randomization'\n{drop}{gap}"), "3 checks"),
    ] {
        sandbox.write(
            "genai-eval.toml",
            format!(
                "[data]\ndata = 'data.jsonl'\nhyp_field = 'new'\nref_field = 'ref'\nslice_fields = ['lang']\n{rest}"
            ),
        );
        let ran = sandbox.run("gate --self-check --resamples 200");
        assert_eq!(ran.code, 0, "{rest}{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("for {checks} of drops and gaps")), "{}", ran.stdout);
    }
    // A tolerance cries wolf.
    let sandbox = Sandbox::for_gate();
    let line = "--hyp odd.txt --baseline-hyp even.txt --max-drop bleu=0 --test none --self-check";
    let ran = sandbox.gate(line);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.ends_with(": fail\n"), "{}", ran.stdout);
    for (line, expected) in [
        (
            "--hyp good.txt --max-drop bleu=0",
            "--self-check of a drop needs a baseline with its rows or outputs",
        ),
        (
            "--hyp good.txt --baseline none.json --max-drop bleu=0",
            "--self-check of a drop needs a baseline",
        ),
        (
            "--hyp good.txt --baseline-hyp bad.txt --min bleu=0",
            "--self-check is about rules with max_drop or max_gap, and there is none",
        ),
    ] {
        let message = sandbox.gate(&format!("{line} --self-check")).refused(line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}
