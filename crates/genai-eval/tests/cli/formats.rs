//! Snapshots of every output format, for one system and several, for corpora and sentences.

use crate::sandbox::Sandbox;
use crate::snapshot;

const ONE: &str = "--ref ref.txt --hyp a.txt";
const SEVERAL: &str = "--ref ref.txt --ref ref2.txt --hyp first=a.txt --hyp second=b.txt";
const RECORDS: &str = "--data data.jsonl --id-field id";

/// Types may be written as papers do, apart, or with blanks.
#[test]
fn types_in_other_spellings() {
    let sandbox = Sandbox::with_summaries();
    let run = |types: &[&str]| {
        let line = "rouge --ref lines_ref.txt --hyp lines_a.txt --quiet --score-only";
        sandbox.run_with(line.split(' ').chain(types.iter().copied()), b"")
    };
    let expected = run(&["--types", "rouge1,rougeLsum"]).success();
    for types in [
        &["--types", "ROUGE-1,ROUGE-Lsum"][..],
        &["--types", "rouge1, rougelsum"],
        &["--types", "rouge-1", "--types", "rougeLSum"],
    ] {
        assert_eq!(run(types).success(), expected, "{types:?}");
    }
}

#[test]
fn every_format() {
    let sandbox = Sandbox::with_texts();
    for format in ["text", "json", "jsonl", "csv", "md"] {
        for (input, name) in [(ONE, "one"), (SEVERAL, "several"), (RECORDS, "records")] {
            for (metric, prefix) in [("bleu", ""), ("rouge", "rouge_")] {
                let line = format!("{metric} {input} --format {format}");
                snapshot!(format!("{prefix}{format}_{name}"), sandbox, &line);
                let line = format!("{line} --sentence");
                snapshot!(format!("{prefix}{format}_{name}_sentence"), sandbox, &line);
            }
        }
    }
}

#[test]
fn chrf() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("chrf_text", format!("chrf {ONE}")),
        ("chrf_text_sentence", format!("chrf {SEVERAL} --word-order 2 --sentence --width 2")),
        ("chrf_json", format!("chrf {SEVERAL} --word-order 2 --eps-smoothing --format json")),
        ("chrf_csv", format!("chrf {RECORDS} --beta 0.5 --whitespace --lowercase --format csv")),
    ] {
        snapshot!(name, sandbox, &line);
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
        ("rouge_score_only", "rouge --ref ref.txt --hyp a.txt --score-only"),
        ("rouge_score_only_several", "rouge --ref ref.txt --hyp a.txt --hyp b.txt --score-only"),
        (
            "rouge_score_only_json",
            "rouge --ref ref.txt --hyp a.txt --score-only --format json --sentence",
        ),
        (
            "rouge_score_only_sentence",
            "rouge --ref ref.txt --hyp a.txt --score-only --sentence --width 2",
        ),
        ("rouge_width", "rouge --ref ref.txt --hyp b.txt --width 6"),
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

/// Which types, how they are compared, and what is made of the segments.
#[test]
fn options_of_rouge() {
    let sandbox = Sandbox::with_summaries();
    for (name, options) in [
        ("types_one", "--types rouge2"),
        ("types_one_md", "--types rouge2 --format md"),
        ("types_order", "--types rougeL,rouge1"),
        ("types_all", "--types rougeW,rougeS,rougeSU --weight 2 --skip 4"),
        ("stem", "--types rouge1 --stem nltk"),
        ("tokenize", "--types rouge1,rougeLsum --tokenize unicode"),
        ("multi_ref", "--types rouge1,rougeLsum --multi-ref micro --beta 2"),
        ("regex", "--types rougeL,rougeLsum --sentence-split regex"),
        ("punkt", "--types rougeL,rougeLsum --sentence-split punkt --punkt-model punkt"),
        (
            "punkt_json",
            "--types rougeLsum --sentence-split punkt --punkt-model punkt --format json",
        ),
        ("rouge155", "--profile rouge155"),
        ("rouge155_mean", "--profile rouge155 --aggregate mean"),
        ("rouge155_one", "--profile rouge155 --types rougeL --level 0.57 --resamples 10"),
        (
            "rouge155_words",
            "--profile rouge155 --types rouge1,rougeSU --skip 4 --stem rouge155 \
             --stop-words stop_words.txt --exceptions exceptions.txt --alpha 0.2 --multi-ref max-r \
             --max-words 10",
        ),
        (
            "rouge155_words_json",
            "--profile rouge155 --types rouge1 --aggregate mean --stem rouge155 \
             --stop-words stop_words.txt --exceptions exceptions.txt --max-bytes 30 --format json",
        ),
    ] {
        let line = format!("rouge --ref lines_ref.txt --hyp lines_a.txt {options}");
        snapshot!(format!("rouge_{name}"), sandbox, &line);
    }
}

#[test]
fn bootstraps() {
    let sandbox = Sandbox::with_summaries();
    let several = "--ref lines_ref.txt --hyp a=lines_a.txt --hyp b=lines_b.txt";
    for (name, options) in [
        ("google", "--aggregate bootstrap --types rouge1,rougeLsum --seed 1"),
        ("rouge155", "--profile rouge155 --types rouge1,rougeL"),
    ] {
        for format in ["text", "json", "jsonl", "csv", "md"] {
            let line = format!("rouge {several} {options} --format {format}");
            snapshot!(format!("bootstrap_{name}_{format}"), sandbox, &line);
        }
    }
    let one = "rouge --ref lines_ref.txt --hyp lines_a.txt --aggregate bootstrap --types rouge2";
    for (name, options) in [
        ("one", ""),
        ("one_md", "--format md"),
        ("score_only", "--score-only"),
        ("sentence", "--sentence"),
        ("width", "--width 2 --resamples 50 --level 0.5"),
    ] {
        let line = format!("{one} {options}");
        snapshot!(format!("bootstrap_{name}"), sandbox, line.trim_end());
    }
}

/// Where a metric of several types is odd about a text, it is said once.
#[test]
fn remarks_are_merged() {
    let sandbox = Sandbox::with_texts();
    sandbox.write("other.txt", "x\ny\nz\n");
    sandbox.write("zh.txt", "猫坐在垫子上。\n他们说这要三块五。\n晚安!\n");
    for (name, line) in [
        ("nothing_common", "rouge --ref ref.txt --hyp other.txt"),
        ("unread", "rouge --ref zh.txt --hyp zh.txt"),
        ("unread_quiet", "rouge --ref zh.txt --hyp zh.txt --quiet"),
        ("unread_json", "rouge --ref zh.txt --hyp zh.txt --format json --types rouge1"),
        ("unread_155", "rouge --ref zh.txt --hyp zh.txt --profile rouge155"),
        ("read_unicode", "rouge --ref zh.txt --hyp zh.txt --tokenize unicode --types rouge1"),
        ("read_char", "rouge --ref zh.txt --hyp zh.txt --tokenize char --types rouge1"),
        ("unread_several", "rouge --ref zh.txt --hyp a=zh.txt --hyp b=other.txt"),
    ] {
        snapshot!(format!("remark_{name}"), sandbox, line);
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
    let line =
        "rouge --data data.jsonl --id-field id --segments segments.jsonl --types rouge1,rougeL";
    assert_eq!(sandbox.run(line).success().lines().count(), 3);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("rouge_segments_file", sandbox.read("segments.jsonl"));
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
