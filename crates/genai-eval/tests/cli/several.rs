//! `genai-eval score`: several metrics in one pass.

use genai_metrics::metrics::METRICS;
use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::snapshot;

const FILES: &str = "--ref ref.txt --ref ref2.txt --hyp first=a.txt --hyp second=b.txt";

/// The results of a command, each as it is written.
fn results(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let shown = sandbox.run(line).success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    report["results"].as_array().unwrap().iter().map(Value::to_string).collect()
}

/// All metrics at once say to the last byte what each of them says alone, on any input.
#[test]
fn results_are_those_of_the_metrics_own_commands() {
    let sandbox = Sandbox::with_texts();
    let names: Vec<&str> = METRICS.iter().map(|entry| entry.name).collect();
    let all = names.join(",");
    for input in [FILES, "--data data.jsonl --id-field id"] {
        let tail = format!("{input} --quiet --format json --sentence");
        let mut together = results(&sandbox, &format!("score -m {all} {tail}"));
        let mut apart: Vec<String> =
            names.iter().flat_map(|name| results(&sandbox, &format!("{name} {tail}"))).collect();
        assert!(together.len() > METRICS.len());
        // One groups by system, the others by metric.
        together.sort();
        apart.sort();
        assert_eq!(together, apart);
    }
}

/// Options, too, are those of the metrics' own commands, and reach only who has them.
#[test]
fn options_are_those_of_the_metrics_own_commands() {
    let sandbox = Sandbox::with_texts();
    let tail = format!("{FILES} --quiet --format json");
    let together = |line: &str| results(&sandbox, &format!("score {line} {tail}"));
    let apart = |lines: &[&str]| -> Vec<String> {
        let mut results: Vec<String> =
            lines.iter().flat_map(|line| results(&sandbox, &format!("{line} {tail}"))).collect();
        // By system, as the one pass has them.
        results.sort_by_key(|result| result.contains("\"second\""));
        results
    };
    for (line, lines) in [
        (
            "-m bleu,chrf --tokenize zh --lowercase",
            &["bleu --tokenize zh --lowercase", "chrf --lowercase"][..],
        ),
        (
            "-m bleu,rougeL,rouge-1 --tokenize bleu=none --tokenize char --stem none",
            &["bleu --tokenize none", "rouge --types rougeL,rouge1 --tokenize char"],
        ),
        (
            "-m chrF++,cer,bleu --max-order 2",
            &["chrf --word-order 2", "wer --types cer", "bleu --max-order 2"],
        ),
        (
            "-m rouge,ter --types rouge1,rougeL --aggregate bootstrap --case-sensitive",
            &["rouge --types rouge1,rougeL --aggregate bootstrap", "ter --case-sensitive"],
        ),
    ] {
        assert_eq!(together(line), apart(lines), "{line}");
    }
}

/// Newlines within segments reach the metrics that read lines.
#[test]
fn newlines_within_segments() {
    let sandbox = Sandbox::with_summaries();
    let tail = "--ref lines_ref.txt --hyp lines_a.txt --quiet --format json";
    let alone = results(&sandbox, &format!("rouge {tail}"));
    assert_eq!(results(&sandbox, &format!("score -m rouge {tail}")), alone);
    let with_bleu = results(&sandbox, &format!("score -m rouge,bleu {tail}"));
    assert_eq!(with_bleu[..4], alone);
    // Where no metric reads lines the mark is text, as in their own commands.
    let bleu = results(&sandbox, &format!("bleu {tail}"));
    assert_eq!(results(&sandbox, &format!("score -m bleu {tail}")), bleu);
    let other = format!("score -m rougeLsum --newline-mark x {tail}");
    assert_ne!(results(&sandbox, &other), results(&sandbox, &other.replace(" x ", " <n> ")));
}

#[test]
fn formats() {
    let sandbox = Sandbox::with_texts();
    let one = "--ref ref.txt --hyp a.txt";
    for (name, line) in [
        ("score_text", format!("-m bleu,chrf,rougeL,ter {one}")),
        ("score_text_several", format!("-m bleu,chrf,rougeL,ter {FILES}")),
        ("score_text_sentence", format!("-m bleu,chrf,rougeL {FILES} --sentence")),
        ("score_json", format!("-m bleu,chrf {one} --format json")),
        ("score_csv", format!("-m bleu,chrf,cer {FILES} --format csv")),
        ("score_md", format!("-m bleu,chrf,chrf++,wer {FILES} --format md")),
        ("score_numbers", format!("-m bleu,chrf {FILES} --score-only")),
    ] {
        snapshot!(name, sandbox, &format!("score {line}"));
    }
    sandbox.run(&format!("score -m bleu,rougeL {FILES} --segments s.jsonl")).success();
    assert_eq!(sandbox.read("s.jsonl").lines().count(), 2 * 2 * 3);
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("help_score", sandbox, "score --help");
    snapshot!("help_score_short", sandbox, "score -h");
}

#[test]
fn the_gate_of_several_metrics() {
    let sandbox = Sandbox::with_texts();
    let line =
        "score -m bleu,rougeL,wer --types wer=wer --ref ref.txt --hyp b.txt --score-only --quiet";
    for (limits, failing) in [
        ("--fail-under bleu=1 --fail-under rougeL=0.1 --fail-over wer=5", &[][..]),
        ("--fail-under bleu=99", &["bleu"]),
        ("--fail-over 0.1", &["wer"]),
        ("--fail-under bleu=99 --fail-under 0.99 --fail-over wer=0.1", &["bleu", "rougeL", "wer"]),
    ] {
        let ran = sandbox.run(&format!("{line} {limits}"));
        let named = |name: &&str| ran.stderr.contains(&format!("gate failed: b.txt: {name} "));
        assert!(failing.iter().all(named), "{limits}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), failing.len(), "{limits}: {}", ran.stderr);
        assert_eq!(ran.code, i32::from(!failing.is_empty()), "{limits}");
    }
    for (name, limits) in [
        ("score_gate_of_another_scale", "--fail-under 30"),
        ("score_gate_of_no_metric", "--fail-under chrf=30"),
        ("score_gate_of_other_direction", "--fail-under wer=0.1"),
    ] {
        snapshot!(name, sandbox, &format!("{line} {limits}"));
    }
}

#[test]
fn errors() {
    let sandbox = Sandbox::with_texts();
    for (name, options) in [
        ("no_metric", ""),
        ("unknown_metric", "-m rogue,bleu"),
        ("perplexity", "-m bleu,perplexity"),
        ("part", "-m bleu,rougeL.recall"),
        ("unknown_part", "-m rougeL.rec"),
        ("option_of_none", "-m chrf,ter --max-order 2"),
        ("option_of_another", "-m bleu,chrf --tokenize chrf=zh"),
        ("value_of_one", "-m bleu,rouge --tokenize whitespace"),
        ("value_of_none", "-m bleu,rouge --tokenize 13b"),
        ("flag_of_another", "-m bleu,chrf --lowercase=ter"),
        ("variant", "-m chrf++ --word-order 1"),
        ("types_of_a_member", "-m rougeL --types rouge1"),
        ("build", "-m bleu,rouge1 --weight 2"),
    ] {
        let line = format!("score {options} --ref ref.txt --hyp a.txt").replace("  ", " ");
        snapshot!(format!("score_error_{name}"), sandbox, &line);
    }
}
