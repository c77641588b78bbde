//! `genai-eval.toml`, its errors, and its schema.

use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

const DATA: &str = "[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n";

/// Every error has a line, and says what was expected.
#[test]
#[expect(clippy::too_many_lines, reason = "a table of what can be wrong")]
fn errors_have_lines() {
    let sandbox = Sandbox::for_gate();
    for (rest, line, expected) in [
        ("[[gate]\nmetric = 'bleu'\n", 4, ""),
        ("[[gate]]\nmetric = \n", 5, ""),
        ("[[gate]]\nmetric = 'bleu'\nmin = 1\nmin = 2\n", 7, "duplicate key"),
        (
            "[[gate]]\nmetric = 'bleu'\nmn = 1\n",
            6,
            "unknown key 'mn' in [[gate]], did you mean 'min'?",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax-drop = 1\n",
            6,
            "unknown key 'max-drop' in [[gate]], did you mean 'max_drop'?",
        ),
        (
            "[[gates]]\nmetric = 'bleu'\n",
            4,
            "unknown key 'gates' in the file, did you mean 'gate'?",
        ),
        (
            "[baselin]\nhyp = 'bad.txt'\n",
            4,
            "unknown key 'baselin' in the file, did you mean 'baseline'?",
        ),
        (
            "[stats]\nalpha = 1.5\n",
            5,
            "alpha in [stats] is 1.5, expected a number between 0 and 1, neither included",
        ),
        (
            "[stats]\nalpha = 'low'\n",
            5,
            "alpha in [stats] is 'low', expected a number between 0 and 1, neither included",
        ),
        (
            "[stats]\ntest = 'bootstrap'\n",
            5,
            "test in [stats] is 'bootstrap', expected paired-bootstrap, approx-randomization or none",
        ),
        (
            "[stats]\nresamples = 0\n",
            5,
            "resamples in [stats] is 0, expected a whole number from 1 to 1000000",
        ),
        ("[stats]\nseed = -1\n", 5, "seed in [stats] is -1"),
        (
            "[[gate]]\nmetric = 'bleu'\n",
            4,
            "the rule for bleu asks nothing, expected min, max, max_drop, max_drop_rel, max_gap or per_segment",
        ),
        ("[[gate]]\nmin = 1\n", 4, "[[gate]] has no metric, expected a text that is not empty"),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = nan\n",
            6,
            "min in [[gate]] is nan, expected a finite number",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = '30'\n",
            6,
            "min in [[gate]] is '30', expected a finite number",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop = -0.5\n",
            6,
            "max_drop in [[gate]] is -0.5, expected a finite number of at least 0",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop_rel = 2\n",
            6,
            "max_drop_rel in [[gate]] is 2, expected a number from 0 to 1",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 3\nmax = 2\n",
            6,
            "min 3 of the rule for bleu is above max 2, expected no more",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 3\nlevel = 'info'\n",
            7,
            "level in [[gate]] is 'info', expected fail or warn",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 3\non_inconclusive = 'ignore'\n",
            7,
            "expected pass, warn or fail",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop = 3\nof = 'ci-low'\n",
            7,
            "of in [[gate]] means nothing without min or max",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 3\nmin_segments = 3\n",
            7,
            "min_segments in [[gate]] means nothing without slice",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nper_segment = { threshold = 1 }\n",
            6,
            "per_segment of [[gate]] has no min_share, expected a number from 0 to 1",
        ),
        (
            "[metrics.blue]\ntokenize = 'zh'\n",
            4,
            "unknown metric 'blue' in [metrics], did you mean 'bleu'?",
        ),
        (
            "[metrics.bleu]\ntokenise = 'zh'\n",
            5,
            "unknown option 'tokenise' in [metrics.bleu], did you mean 'tokenize'?",
        ),
        (
            "[metrics.bleu]\nmax-order = 10\n",
            5,
            "max-order in [metrics.bleu] is 10, expected a whole number from 1 to 9",
        ),
        (
            "[baseline]\nhyp = 'bad.txt'\nlogprobs = 'a.jsonl'\n",
            6,
            "[baseline] has both hyp and logprobs, expected only one of them",
        ),
        (
            "[report]\nworst = -1\n",
            5,
            "worst in [report] is -1, expected a whole number from 0 to 1000",
        ),
        ("version = 2\n", 4, "unknown key 'version' in [data]"),
    ] {
        sandbox.write("gate.toml", format!("{DATA}{rest}"));
        let message = sandbox.run("gate --config gate.toml").refused(rest);
        assert!(message.starts_with(&format!("error: gate.toml:{line}: ")), "{rest}: {message}");
        assert!(message.contains(expected), "{rest}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    for (text, expected) in [
        ("", "there is no rule to judge by"),
        (DATA, "there is no rule to judge by"),
        ("version = 2\n", "gate.toml:1: version in the file is 2, expected 1"),
        (
            "[data]\nref = 'ref.txt'\ndata = 'data.jsonl'\n",
            "gate.toml:3: [data] has both ref and data, expected only one of them",
        ),
        (
            "[data]\nref = 'ref.txt'\nslice_fields = 'lang'\n",
            "[data] has both ref and slice_fields",
        ),
        (
            "[data]\nref = []\n",
            "gate.toml:2: ref in [data] is [], expected a text or a list of texts, none of them empty",
        ),
        (
            "[data]\nref = 'ref.txt'\n[[gate]]\nmetric = 'bleu'\nmin = 1\n",
            "nothing to score, expected ref and hyp, data, or logprobs in [data]",
        ),
        (
            "[[gate]]\nmetric = 'blue'\nmin = 1\n[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n",
            "no metric is called 'blue'",
        ),
        ("\u{feff}[dat]\n", "gate.toml:1: unknown key 'dat' in the file, did you mean 'data'?"),
    ] {
        sandbox.write("gate.toml", text);
        let message = sandbox.run("gate --config gate.toml").refused(text);
        assert!(message.contains(expected), "{text}: {message}");
    }
    sandbox.write("gate.toml", b"[data]\nref = '\xff'\n");
    let message = sandbox.run("gate --config gate.toml").refused("not UTF-8");
    assert!(message.contains("gate.toml:2"), "{message}");
}

/// The file in the folder is read without being named, and only there.
#[test]
fn the_file_in_the_folder() {
    let sandbox = Sandbox::for_gate();
    sandbox.write("genai-eval.toml", format!("{DATA}[[gate]]\nmetric = 'bleu'\nmin = 30\n"));
    let ran = sandbox.run("gate");
    assert!(ran.code == 0 && ran.stdout.starts_with("gate: PASSED (1 check)\n"), "{}", ran.stdout);
    sandbox.write("genai-eval.toml", format!("{DATA}[[gate]]\nmetric = 'bleu'\nmin = 90\n"));
    assert_eq!(sandbox.run("gate").code, 1);
    sandbox.write("other.toml", format!("{DATA}[[gate]]\nmetric = 'bleu'\nmin = 30\n"));
    assert_eq!(sandbox.run("gate --config other.toml").code, 0);
}

fn valid(schema: &Value, key: &str) -> bool {
    schema["properties"].get(key).is_some()
}

/// The schema is JSON, names each table, and is printed whatever else is there.
#[test]
fn schema() {
    let sandbox = Sandbox::new();
    let printed = sandbox.run("gate --schema").success();
    let schema: Value = serde_json::from_str(&printed).unwrap();
    for key in ["version", "data", "metrics", "baseline", "stats", "gate", "report"] {
        assert!(valid(&schema, key), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
    sandbox.run("gate --schema -o schema.json").success();
    assert_eq!(sandbox.read("schema.json"), printed);
    sandbox.write("genai-eval.toml", "[broken\n");
    assert_eq!(sandbox.run("gate --schema").success(), printed);
}

/// The indented lines of the help behind the file's name.
fn example_in_help(help: &str) -> String {
    let (_, example) = help.split_once("genai-eval.toml:\n").unwrap();
    example
        .lines()
        .map_while(|line| line.strip_prefix("  "))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// What the help and the README show is a configuration, and comes to a verdict.
#[test]
fn examples_are_right() {
    let sandbox = Sandbox::for_gate();
    sandbox.write("out.txt", sandbox.read("good.txt"));
    sandbox.write("old.txt", sandbox.read("bad.txt"));
    let example = example_in_help(&sandbox.run("gate --help").success());
    assert!(example.contains("[[gate]]"), "{example}");
    sandbox.write("genai-eval.toml", &example);
    let ran = sandbox.run("gate");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> = readme.split("```toml\n").skip(1).collect();
    let mut gates = blocks.iter().filter(|block| block.contains("[[gate]]"));
    let example = gates.next().unwrap().split("```").next().unwrap();
    assert_eq!(gates.next(), None);
    sandbox.write("out.jsonl", sandbox.read("data.jsonl"));
    sandbox.write("genai-eval.toml", example);
    for (line, code) in [("gate", 2), ("gate --update-baseline", 0), ("gate", 0)] {
        let ran = sandbox.run(line);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    }
    assert!(sandbox.names().contains(&"gate.xml".to_owned()));
}
