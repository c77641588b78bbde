//! Snapshots of every output format, for one system and several, for corpora and sentences.

use crate::sandbox::Sandbox;
use crate::snapshot;

const ONE: &str = "--ref ref.txt --hyp a.txt";
const SEVERAL: &str = "--ref ref.txt --ref ref2.txt --hyp first=a.txt --hyp second=b.txt";
const RECORDS: &str = "--data data.jsonl --id-field id";

#[test]
fn every_format() {
    let sandbox = Sandbox::with_texts();
    for format in ["text", "json", "jsonl", "csv", "md"] {
        for (input, name) in [(ONE, "one"), (SEVERAL, "several"), (RECORDS, "records")] {
            let line = format!("bleu {input} --format {format}");
            snapshot!(format!("{format}_{name}"), sandbox, &line);
            let line = format!("{line} --sentence");
            snapshot!(format!("{format}_{name}_sentence"), sandbox, &line);
        }
    }
}

#[test]
fn numbers_only() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("score_only", "bleu --ref ref.txt --hyp a.txt --score-only"),
        ("score_only_width", "bleu --ref ref.txt --hyp a.txt --hyp b.txt --score-only --width 4"),
        ("score_only_json", "bleu --ref ref.txt --hyp a.txt --score-only --format json"),
        ("score_only_sentence", "bleu --ref ref.txt --hyp a.txt --score-only --sentence --width 2"),
    ] {
        snapshot!(name, sandbox, line);
    }
}

#[test]
fn options_are_signed() {
    let sandbox = Sandbox::with_texts();
    for (name, options) in [
        ("lowercase", "--lowercase"),
        ("intl", "--tokenize intl"),
        ("floor", "--smooth floor --smooth-value 0.125"),
        ("add_k", "--smooth add-k"),
        ("none", "--smooth none"),
        ("order", "--max-order 2"),
        ("effective", "--effective-order"),
        ("sentence_without_effective", "--effective-order=no --sentence"),
    ] {
        let line = format!("bleu --ref ref.txt --hyp b.txt {options}");
        snapshot!(format!("option_{name}"), sandbox, &line);
    }
}

#[test]
fn segments_file() {
    let sandbox = Sandbox::with_texts();
    let shown =
        sandbox.run("bleu --data data.jsonl --id-field id --segments segments.jsonl").success();
    assert_eq!(shown.lines().count(), 1);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("segments_file", sandbox.read("segments.jsonl"));
    });
}

#[test]
fn perfect_score_is_exact_in_json_and_clamped_for_people() {
    let sandbox = Sandbox::with_texts();
    let json = sandbox.run("bleu --ref ref.txt --hyp ref.txt --format json").success();
    assert!(json.contains("\"score\": 100.00000000000004"), "{json}");
    let text = sandbox.run("bleu --ref ref.txt --hyp ref.txt --score-only --width 14").success();
    assert_eq!(text, "100.00000000000000\n");
}

#[test]
fn a_zero_is_explained() {
    let sandbox = Sandbox::new();
    sandbox.write("r", "a b c\n");
    sandbox.write("h", "a b c\n");
    sandbox.write("other", "x y z\n");
    snapshot!("zero_short", sandbox, "bleu --ref r --hyp h");
    snapshot!("zero_nothing_common", sandbox, "bleu --ref r --hyp other");
    snapshot!("zero_quiet", sandbox, "bleu --ref r --hyp h --quiet");
    sandbox.write("half", "a b\n");
    sandbox.write("other_half", "a c\n");
    snapshot!("zero_short_unmatched", sandbox, "bleu --ref half --hyp other_half");
    snapshot!(
        "zero_unsmoothed",
        sandbox,
        "bleu --ref half --hyp other_half --smooth none --max-order 2"
    );
}
