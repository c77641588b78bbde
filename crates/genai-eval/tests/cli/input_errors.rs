//! Inputs and outputs that are wrong: exit code 2, nothing on standard output, one or two clear
//! lines on standard error, no file left behind.

use crate::sandbox::Sandbox;
use crate::snapshot;

/// Runs a command that must fail, and compares its message with a snapshot.
fn fails(sandbox: &Sandbox, name: &str, line: &str) {
    let names = sandbox.names();
    let ran = sandbox.run(line);
    assert_eq!(ran.code, 2, "{line}: {}", ran.stderr);
    assert_eq!(ran.stdout, "", "{line}");
    assert!(ran.stderr.starts_with("error: "), "{line}: {}", ran.stderr);
    assert!(ran.stderr.lines().count() <= 2, "{line}: {}", ran.stderr);
    assert_eq!(sandbox.names(), names, "{line} left a file behind");
    snapshot!(format!("error_{name}"), sandbox, line);
}

#[test]
fn files() {
    let sandbox = Sandbox::with_texts();
    sandbox.write("empty.txt", "");
    sandbox.write("latin1.txt", b"first\nsecond caf\xe9\nthird\n");
    sandbox.write("cut.txt", b"first\nsecond\nthird caf\xc3");
    sandbox.write("utf16.txt", b"\xff\xfea\0\n\0");
    sandbox.write("x.xz", b"\xfd7zXZ\0abc");
    let utf16: Vec<u8> =
        "text of some length\n".repeat(9).encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.write("utf16le.txt", utf16);
    sandbox.write("marked.txt", b"\xef\xbb\xbfab\xff\n");
    let numbers: Vec<String> = (0..20_000).map(|i| (i * 7919 % 10_007).to_string()).collect();
    let long = numbers.join(" line\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, long.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    sandbox.write("truncated.gz", &gzip[..gzip.len() / 2]);
    let mut damaged = gzip.clone();
    damaged[gzip.len() - 8] ^= 1; // the checksum
    sandbox.write("damaged.gz", damaged);
    let zstd = zstd::encode_all(long.as_bytes(), 3).unwrap();
    sandbox.write("truncated.zst", &zstd[..zstd.len() / 2]);
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    for (name, line) in [
        ("missing_file", "bleu --ref nowhere.txt --hyp a.txt"),
        ("directory", "bleu --ref folder --hyp a.txt"),
        ("empty_file", "bleu --ref empty.txt --hyp a.txt"),
        ("empty_files", "bleu --ref empty.txt --hyp empty.txt"),
        ("not_utf8", "bleu --ref latin1.txt --hyp a.txt"),
        ("not_utf8_cut", "bleu --ref ref.txt --hyp cut.txt"),
        ("utf16", "bleu --ref utf16.txt --hyp a.txt"),
        ("xz", "bleu --ref x.xz --hyp a.txt"),
        ("truncated_gzip", "bleu --ref truncated.gz --hyp truncated.gz"),
        ("truncated_zstd", "bleu --ref truncated.zst --hyp truncated.zst"),
        ("damaged_gzip", "bleu --ref damaged.gz --hyp damaged.gz"),
        ("standard_input_twice", "bleu --ref - --hyp -"),
        ("one_name_twice", "bleu --ref ref.txt --hyp a.txt --hyp a.txt"),
        ("nothing_to_score", "bleu --ref ref.txt"),
        ("files_and_records", "bleu --ref ref.txt --data data.jsonl"),
        ("tokenize_not_utf8", "tokenize a.txt latin1.txt"),
        ("unwritable_output", "bleu --ref ref.txt --hyp a.txt -o nowhere/out.json"),
        ("output_is_directory", "bleu --ref ref.txt --hyp a.txt -o folder"),
        ("unwritable_segments", "bleu --ref ref.txt --hyp a.txt --segments nowhere/out.jsonl"),
        ("output_is_input", "bleu --ref ref.txt --hyp a.txt -o ./a.txt"),
        ("segments_are_input", "bleu --data data.jsonl --segments data.jsonl"),
        ("two_outputs_one_file", "bleu --ref ref.txt --hyp a.txt -o x --segments ./x"),
        ("two_outputs_one_stream", "bleu --ref ref.txt --hyp a.txt --segments -"),
        ("fields_beside_files", "bleu --ref ref.txt --hyp a.txt --hyp-field x"),
        ("id_field_beside_files", "bleu --ref ref.txt --hyp a.txt --id-field x"),
        ("no_references", "bleu --hyp a.txt"),
        ("empty_name", "bleu --ref  --hyp a.txt"),
        ("utf16_without_mark", "bleu --ref utf16le.txt --hyp a.txt"),
        ("after_byte_order_mark", "bleu --ref marked.txt --hyp a.txt"),
        ("one_field_name_twice", "bleu --data data.jsonl --hyp-field p=a --hyp-field p=b"),
    ] {
        fails(&sandbox, name, line);
    }
}

#[test]
fn line_counts() {
    let sandbox = Sandbox::with_texts();
    let text = sandbox.read("a.txt");
    sandbox.write("trailing.txt", format!("{text}\n\n"));
    sandbox.write("short.txt", "one\ntwo\n");
    sandbox.write("separator.txt", "one\ntwo\u{2028}three\n");
    sandbox.write("return.txt", "one\rtwo\nthree\n");
    sandbox.write("long.txt", "line\n".repeat(5000));
    sandbox.write("four.txt", "line\n".repeat(4));
    sandbox.write("four_and_blank.txt", "line\n".repeat(4) + "\n");
    sandbox.write("five.txt", "line\n".repeat(5));
    for (name, line) in [
        ("trailing_blank_lines", "bleu --ref ref.txt --hyp trailing.txt"),
        ("line_counts", "bleu --ref ref.txt --ref ref2.txt --hyp short.txt"),
        ("line_separator", "bleu --ref ref.txt --hyp separator.txt"),
        ("lone_carriage_return", "bleu --ref return.txt --hyp a.txt"),
        ("first_is_longer", "bleu --ref long.txt --hyp a.txt"),
        ("first_is_shorter", "bleu --ref ref.txt --hyp long.txt"),
        (
            "blank_line_is_not_to_blame",
            "bleu --ref five.txt --ref four.txt --hyp four_and_blank.txt",
        ),
    ] {
        fails(&sandbox, name, line);
    }
    // What can be read only once is watched while it is read.
    let line = "bleu --ref ref.txt --hyp -";
    let ran = sandbox.run_with(line.split(' '), format!("{text}\n").as_bytes());
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("- ends in 1 blank line"), "{}", ran.stderr);
}

#[test]
fn records() {
    let sandbox = Sandbox::new();
    let good = r#"{"hyp": "a", "ref": "a"}"#;
    for (name, second) in [
        ("field_missing", r#"{"hypothesis": "a", "ref": "a"}"#),
        ("hypothesis_is_number", r#"{"hyp": 12, "ref": "a"}"#),
        ("hypothesis_is_list", r#"{"hyp": ["a"], "ref": "a"}"#),
        ("hypothesis_is_null", r#"{"hyp": null, "ref": "a"}"#),
        ("reference_is_number", r#"{"hyp": "a", "ref": ["b", 1.5]}"#),
        ("no_reference", r#"{"hyp": "a", "ref": [null]}"#),
        ("empty_list", r#"{"hyp": "a", "ref": []}"#),
        ("field_twice", r#"{"hyp": "a", "ref": "a", "hyp": "b"}"#),
        ("not_json", r#"{"hyp": "a", "ref": "a""#),
        ("not_an_object", r#"["a", "a"]"#),
        ("blank_between", ""),
        ("lone_surrogate", r#"{"hyp": "\ud800", "ref": "a"}"#),
    ] {
        sandbox.write("d.jsonl", format!("{good}\n{second}\n{good}\n"));
        fails(
            &sandbox,
            &format!("record_{name}"),
            "bleu --data d.jsonl --hyp-field hyp --ref-field ref",
        );
    }
    sandbox.write("bytes.jsonl", b"{\"hyp\": \"caf\xe9\", \"ref\": \"a\"}\n");
    fails(&sandbox, "record_not_utf8", "bleu --data bytes.jsonl");
    sandbox.write("marked.jsonl", b"\xef\xbb\xbf{\"hyp\": \"caf\xe9\"}\n");
    fails(&sandbox, "record_after_byte_order_mark", "bleu --data marked.jsonl");
    // Also where nobody asked for the field, and not before an error in an earlier line.
    let unused = b"{\"hyp\": \"a\", \"ref\": \"a\", \"other\": \"\xff\"}\n";
    sandbox.write("unused.jsonl", [good.as_bytes(), b"\n", unused].concat());
    fails(&sandbox, "record_unused_field_not_utf8", "bleu --data unused.jsonl");
    sandbox.write("two.jsonl", [good.as_bytes(), b"\n{\n", unused].concat());
    fails(&sandbox, "record_first_error_first", "bleu --data two.jsonl");
    sandbox.write("blank.jsonl", "\n\n");
    fails(&sandbox, "records_all_blank", "bleu --data blank.jsonl --hyp-field a --ref-field b");
    sandbox.write("several.jsonl", r#"{"output": "a", "response": "b", "ref": "a"}"#);
    fails(&sandbox, "several_candidates", "bleu --data several.jsonl");
    sandbox.write("unknown.jsonl", r#"{"x": "a", "y": "b"}"#);
    fails(&sandbox, "no_candidate", "bleu --data unknown.jsonl");
    sandbox.write("id.jsonl", r#"{"hyp": "a", "ref": "b", "id": [1]}"#);
    fails(&sandbox, "id_is_list", "bleu --data id.jsonl --id-field id");
    let fields: Vec<String> =
        (0..999).map(|i| format!("\"field {i}{}\": 0", "x".repeat(99))).collect();
    sandbox.write("many.jsonl", format!("{{{}}}\n", fields.join(",")));
    fails(&sandbox, "many_fields", "bleu --data many.jsonl --hyp-field a --ref-field b");
    // The first of many blank lines is told, wherever the blocks of the reader end.
    let records = format!("{good}\n").repeat(200);
    sandbox.write("gap.jsonl", format!("{records}{}{good}\n", "\n".repeat(300)));
    fails(&sandbox, "record_gap", "bleu --data gap.jsonl");
}

#[test]
fn usage() {
    let sandbox = Sandbox::with_texts();
    for (name, options) in [
        ("unknown_tokenizer", "--tokenize 13b"),
        ("unknown_smoothing", "--smooth expo"),
        ("unknown_option", "--tokenise 13a"),
        ("order_too_high", "--max-order 10"),
        ("negative_smoothing", "--smooth floor --smooth-value -1"),
        ("smoothing_value_unused", "--smooth-value 0.5"),
        ("no_threads", "--threads 0"),
        ("unknown_format", "--format yaml"),
        ("gate_is_no_number", "--fail-under high"),
        ("gate_is_nan", "--fail-under nan"),
        ("gate_of_no_number", "--fail-under bleu="),
        ("gate_of_other_metric", "--fail-under chrf=30"),
        ("gate_of_other_direction", "--fail-over 30"),
        ("newline_mark_unused", "--newline-mark x"),
    ] {
        let line = format!("bleu --ref ref.txt --hyp a.txt {options}");
        fails(&sandbox, &format!("usage_{name}"), &line);
    }
    fails(&sandbox, "usage_unknown_command", "bleau --ref ref.txt --hyp a.txt");
    fails(&sandbox, "usage_unknown_scheme", "tokenize --scheme jieba a.txt");
    fails(&sandbox, "usage_unknown_page", "man nothing");
}

/// The first error in the order of the input is the one that is told, on any number of threads.
#[test]
fn the_first_error_is_told() {
    let sandbox = Sandbox::new();
    let mut lines: Vec<Vec<u8>> = (0..20_000).map(|i| format!("line {i}").into_bytes()).collect();
    sandbox.write("good.txt", lines.join(&b'\n'));
    for bad in [7_000, 13_000, 19_999] {
        lines[bad] = b"bad \xff".to_vec();
    }
    sandbox.write("bad.txt", lines[..19_000].join(&b'\n'));
    for threads in ["1", "2", "7"] {
        let ran = sandbox.run(&format!("bleu --ref good.txt --hyp bad.txt --threads {threads}"));
        assert_eq!(ran.code, 2);
        let expected = "error: bad.txt:7001: byte 5 of the line, 0xFF, is not valid UTF-8\n";
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
}

/// A file that was there is as it was when a run fails.
#[test]
fn a_failed_run_changes_no_file() {
    let sandbox = Sandbox::with_texts();
    sandbox.write("out.json", "old");
    sandbox.write("short.txt", "one\n");
    let ran = sandbox.run("bleu --ref ref.txt --hyp short.txt -o out.json --segments s.jsonl");
    assert_eq!(ran.code, 2);
    assert_eq!(sandbox.read("out.json"), "old");
    assert!(!sandbox.names().contains(&"s.jsonl".to_owned()));
}

/// Options of ROUGE that do not go together, or have no such value.
#[test]
fn options_of_rouge() {
    let sandbox = Sandbox::with_summaries();
    for (name, options) in [
        ("unknown_type", "--types rouge1,rouge10"),
        ("type_twice", "--types rouge1,rouge1"),
        ("type_twice_apart", "--types rouge1 --types rougeL,rouge1"),
        ("no_type", "--types "),
        ("no_type_at_the_end", "--types rouge1,"),
        ("unknown_profile", "--profile pyrouge"),
        ("beta_with_rouge155", "--profile rouge155 --beta 2"),
        ("alpha_with_google", "--alpha 0.2"),
        ("weight_without_rouge_w", "--weight 2"),
        ("skip_without_rouge_s", "--skip 4"),
        ("split_without_lsum", "--types rouge1,rougeL --sentence-split regex"),
        ("split_with_rouge155", "--profile rouge155 --sentence-split regex"),
        ("lsum_with_rouge155", "--profile rouge155 --types rouge1,rougeLsum"),
        ("words_and_bytes", "--profile rouge155 --max-words 5 --max-bytes 20"),
        ("words_with_google", "--max-words 5"),
        ("stop_words_with_google", "--stop-words stop_words.txt"),
        ("exceptions_without_stem", "--profile rouge155 --exceptions exceptions.txt"),
        ("punkt_without_model", "--sentence-split punkt"),
        ("model_without_punkt", "--punkt-model punkt"),
        ("model_with_regex", "--sentence-split regex --punkt-model punkt"),
        ("model_with_rouge155", "--profile rouge155 --punkt-model punkt"),
        ("resamples_without_bootstrap", "--resamples 100"),
        ("level_without_bootstrap", "--profile rouge155 --aggregate mean --level 0.9"),
        ("seed_without_bootstrap", "--seed 1"),
        ("seed_with_rouge155", "--profile rouge155 --seed 1"),
        ("tokenize_with_rouge155", "--profile rouge155 --tokenize unicode"),
        ("multi_ref_with_rouge155", "--profile rouge155 --multi-ref mean"),
        ("level_in_per_cent", "--aggregate bootstrap --level 95"),
        ("no_resamples", "--aggregate bootstrap --resamples 0"),
        ("negative_seed", "--aggregate bootstrap --seed -1"),
        ("weight_too_low", "--types rougeW --weight 0.1"),
        ("negative_skip", "--types rougeS --skip -1"),
        ("negative_beta", "--beta -1"),
        ("alpha_too_high", "--profile rouge155 --alpha 2"),
        ("stem_as_flag", "--stem"),
        ("unknown_stemmer", "--stem porter"),
        ("mark_beside_records", "--newline-mark x"),
        ("gate_of_type_not_computed", "--types rouge1 --fail-under rouge2=0.1"),
        ("gate_of_unknown_type", "--fail-under rouge10=0.1"),
        ("gate_of_no_number", "--fail-under rouge1=high"),
        ("gate_of_other_direction", "--fail-over 1"),
    ] {
        let input = if name == "mark_beside_records" {
            "--data lines.jsonl"
        } else {
            "--ref lines_ref.txt --hyp lines_a.txt"
        };
        fails(&sandbox, &format!("rouge_{name}"), &format!("rouge {input} {options}"));
    }
    let line = "rouge --ref lines_ref.txt --hyp lines_a.txt --newline-mark \t";
    fails(&sandbox, "rouge_control_mark", line);
}

/// Files that options name are read as carefully as the texts.
#[test]
fn files_of_options() {
    let sandbox = Sandbox::with_summaries();
    sandbox.write("latin1.txt", b"the\ncaf\xe9\n");
    sandbox.write("one_column.txt", "better good\n\nwent\n");
    sandbox.write("empty.txt", "");
    std::fs::create_dir(sandbox.path("half_a_model")).unwrap();
    std::fs::copy(
        sandbox.path("punkt/abbrev_types.txt"),
        sandbox.path("half_a_model/abbrev_types.txt"),
    )
    .unwrap();
    for (name, options) in [
        ("missing", "--stop-words nowhere.txt"),
        ("folder", "--stop-words punkt"),
        ("not_utf8", "--stop-words latin1.txt"),
        ("standard_input", "--stop-words -"),
        ("one_column", "--stem rouge155 --exceptions one_column.txt"),
        ("output_is_words", "--stop-words stop_words.txt -o stop_words.txt"),
        ("segments_are_words", "--stop-words stop_words.txt --segments ./stop_words.txt"),
    ] {
        let line =
            format!("rouge --profile rouge155 --ref lines_ref.txt --hyp lines_a.txt {options}");
        fails(&sandbox, &format!("option_file_{name}"), &line);
    }
    for (name, options) in [
        ("missing", "--punkt-model nowhere"),
        ("file", "--punkt-model stop_words.txt"),
        ("half", "--punkt-model half_a_model"),
        ("output", "--punkt-model punkt -o punkt/collocations.tab"),
    ] {
        let line =
            format!("rouge --ref lines_ref.txt --hyp lines_a.txt --sentence-split punkt {options}");
        fails(&sandbox, &format!("option_folder_{name}"), &line);
    }
}

/// Bytes that are no text are at their places in the file, whatever marks come before them.
#[test]
fn marks_move_no_place() {
    let sandbox = Sandbox::with_summaries();
    sandbox.write("bytes.txt", b"<n>one<n>\ntwo\n<n><n>th\xffree\nfour\n");
    fails(&sandbox, "rouge_not_utf8", "rouge --ref lines_ref.txt --hyp bytes.txt");
    sandbox.write("five.txt", "a<n>b\n".repeat(5));
    fails(&sandbox, "rouge_line_counts", "rouge --ref lines_ref.txt --hyp five.txt");
}
