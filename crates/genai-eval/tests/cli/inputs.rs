//! Every way in which texts may come gives the same score.

use std::io::Write;

use crate::sandbox::Sandbox;

const FULL: &str = "--score-only --format json";

fn plain(sandbox: &Sandbox) -> String {
    sandbox.run(&format!("bleu --ref ref.txt --hyp a.txt {FULL}")).success()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_files() {
    let sandbox = Sandbox::with_texts();
    let reference = sandbox.read("ref.txt");
    // Several members one after the other are one file, as for gzip and zstd themselves.
    let (start, end) = reference.as_bytes().split_at(20);
    sandbox.write("ref.gz", [gzip(start), gzip(end)].concat());
    let frames = [zstd::encode_all(start, 3).unwrap(), zstd::encode_all(end, 3).unwrap()];
    sandbox.write("ref.zst", frames.concat());
    // A frame to be skipped comes first: its magic number, its length, its bytes.
    let skipped = [&[0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7][..], &frames.concat()].concat();
    sandbox.write("skipped.zst", skipped);
    for file in ["ref.gz", "ref.zst", "skipped.zst"] {
        let score = sandbox.run(&format!("bleu --ref {file} --hyp a.txt {FULL}")).success();
        assert_eq!(score, plain(&sandbox), "{file}");
    }
}

#[test]
fn standard_input() {
    let sandbox = Sandbox::with_texts();
    let line = format!("bleu --ref ref.txt --hyp - {FULL}");
    let hypotheses = sandbox.read("a.txt");
    let ran = sandbox.run_with(line.split(' '), hypotheses.as_bytes());
    assert_eq!(ran.success(), plain(&sandbox));
    let ran = sandbox.run_with(line.split(' '), &gzip(hypotheses.as_bytes()));
    assert_eq!(ran.success(), plain(&sandbox));
}

#[test]
fn line_ends_and_byte_order_marks() {
    let sandbox = Sandbox::with_texts();
    let text = sandbox.read("a.txt");
    sandbox.write("crlf.txt", text.replace('\n', "\r\n"));
    sandbox.write("bom.txt", format!("\u{feff}{text}"));
    sandbox.write("open.txt", text.trim_end());
    for file in ["crlf.txt", "bom.txt", "open.txt"] {
        let ran = sandbox.run(&format!("bleu --ref ref.txt --hyp {file} {FULL}"));
        assert_eq!(ran.stderr.contains("byte-order mark"), file == "bom.txt", "{}", ran.stderr);
        assert_eq!(ran.success(), plain(&sandbox), "{file}");
    }
}

/// Only a line feed ends a line: everything else that Python's `splitlines` splits at stays.
#[test]
fn nothing_else_ends_a_line() {
    let sandbox = Sandbox::new();
    sandbox.write("odd.txt", "a\rb\u{85}c d\u{2028}e\u{b}f\n\ng\u{1c}h\n");
    let json = sandbox.run("bleu --ref odd.txt --hyp odd.txt --format json").success();
    assert!(json.contains("\"segments\": 3"), "{json}");
    // All of them are white space to the reference tool, so a to f are six tokens.
    assert!(json.contains("\"sys_len\": 8"), "{json}");
}

#[test]
fn records_equal_files() {
    let sandbox = Sandbox::with_texts();
    let mut lines = String::new();
    let files = ["ref.txt", "ref2.txt", "a.txt", "b.txt"].map(|file| sandbox.read(file));
    let [first, second, a, b] = files.each_ref().map(|text| text.lines());
    for (((first, second), a), b) in first.zip(second).zip(a).zip(b) {
        let record =
            serde_json::json!({"r": {"x/y": [first, null, second]}, "out": [a, b], "n": 1});
        lines += &(record.to_string() + "\n");
    }
    // Blank lines at the end of a file are no records.
    sandbox.write("data.jsonl", lines + "\n \n");
    for (field, file) in [("/out/0", "a.txt"), ("/out/1", "b.txt")] {
        let records =
            format!("bleu --data data.jsonl --hyp-field {field} --ref-field /r/x~1y {FULL}");
        let files = format!("bleu --ref ref.txt --ref ref2.txt --hyp {file} {FULL}");
        assert_eq!(sandbox.run(&records).success(), sandbox.run(&files).success());
    }
    let both =
        "bleu --data data.jsonl --hyp-field a=/out/0 --hyp-field b=/out/1 --ref-field /r/x~1y";
    let text = sandbox.run(both).success();
    assert!(text.lines().nth(1).unwrap().starts_with("a ") && text.contains("nrefs:2"), "{text}");
}

#[test]
fn an_empty_reference_is_not_a_missing_one() {
    let sandbox = Sandbox::new();
    let line = |references: &str| format!(r#"{{"hyp": "a b c d", "refs": {references}}}"#) + "\n";
    let score = |content: String| {
        sandbox.write("d.jsonl", content);
        sandbox.run("bleu --data d.jsonl --format json").success()
    };
    let missing = score(line(r#"[null, "a b c d e f g h i"]"#));
    let empty = score(line(r#"["", "a b c d e f g h i"]"#));
    assert!(missing.contains("\"ref_len\": 9") && missing.contains("nrefs:1"), "{missing}");
    assert!(empty.contains("\"ref_len\": 0") && empty.contains("nrefs:2"), "{empty}");
    let varying = score(line(r#"["a"]"#) + &line(r#"["a", "b"]"#));
    assert!(varying.contains("nrefs:var") && varying.contains("\"references\": null"), "{varying}");
}

/// A run in `--threads 65535` is like any other.
#[test]
fn more_threads_than_anyone_has() {
    let sandbox = Sandbox::with_texts();
    let line = format!("bleu --ref ref.txt --hyp a.txt --threads 65535 {FULL}");
    assert_eq!(sandbox.run(&line).success(), plain(&sandbox));
}

#[cfg(unix)]
#[test]
fn a_control_character_in_a_name_is_refused() {
    let sandbox = Sandbox::with_texts();
    sandbox.write("two\nlines", sandbox.read("a.txt"));
    let ran = sandbox.run("bleu --ref ref.txt --hyp two\nlines");
    assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{}", ran.stderr);
    let named = sandbox.run("bleu --ref ref.txt --hyp ok=two\nlines --score-only --format json");
    assert_eq!(named.success(), plain(&sandbox));
}

/// A name with `=` in it, if there is such a file.
#[test]
fn names_of_systems() {
    let sandbox = Sandbox::with_texts();
    sandbox.write("t=0.7.txt", sandbox.read("a.txt"));
    let text = sandbox.run("bleu --ref ref.txt --hyp t=0.7.txt --hyp mine=b.txt").success();
    assert!(text.contains("t=0.7.txt  ") && text.contains("mine  "), "{text}");
}

/// The scores of three types, two of which differ where a text has several sentences.
const ROUGE: &str = "rouge --quiet --types rougeL,rougeLsum,rouge2 --score-only --format json";

fn summaries(sandbox: &Sandbox) -> String {
    sandbox.run(&format!("{ROUGE} --data lines.jsonl")).success()
}

#[test]
fn marks_are_newlines() {
    let sandbox = Sandbox::with_summaries();
    let score = |options: &str| sandbox.run(&format!("{ROUGE} {options}")).success();
    let files = "--ref lines_ref.txt --hyp lines_a.txt";
    let expected = summaries(&sandbox);
    let numbers = |json: &str| serde_json::from_str::<Vec<f64>>(json).unwrap();
    assert_ne!(numbers(&expected)[0].to_bits(), numbers(&expected)[1].to_bits(), "{expected}");
    assert_eq!(score(files), expected);
    assert_eq!(score(&format!("{files} --newline-mark <n>")), expected);
    // Without the mark each line is one sentence, and `n` a word.
    let unmarked = score(&format!("{files} --newline-mark "));
    assert_eq!(numbers(&unmarked)[0].to_bits(), numbers(&unmarked)[1].to_bits(), "{unmarked}");
    assert_eq!(score(&format!("{files} --newline-mark <q>")), unmarked);
    // Other marks: a backslash and an n as JSON has it, and one beyond ASCII.
    for mark in ["\\n", "⏎", " || "] {
        for file in ["lines_ref.txt", "lines_a.txt"] {
            sandbox.write(&format!("other_{file}"), sandbox.read(file).replace("<n>", mark));
        }
        let files = "--ref other_lines_ref.txt --hyp other_lines_a.txt --newline-mark";
        let arguments = ROUGE.split(' ').chain(files.split(' ')).chain([mark]);
        assert_eq!(sandbox.run_with(arguments, b"").success(), expected, "{mark}");
    }
}

#[test]
fn marks_in_every_kind_of_file() {
    let sandbox = Sandbox::with_summaries();
    let expected = summaries(&sandbox);
    let text = sandbox.read("lines_a.txt");
    sandbox.write("h.gz", gzip(text.as_bytes()));
    sandbox.write("h.zst", zstd::encode_all(text.as_bytes(), 3).unwrap());
    sandbox.write("h.crlf", text.replace('\n', "\r\n"));
    sandbox.write("h.bom", format!("\u{feff}{text}"));
    sandbox.write("h.open", text.trim_end());
    for file in ["h.gz", "h.zst", "h.crlf", "h.bom", "h.open"] {
        let ran = sandbox.run(&format!("{ROUGE} --ref lines_ref.txt --hyp {file}"));
        assert_eq!(ran.success(), expected, "{file}");
    }
    let line = format!("{ROUGE} --ref lines_ref.txt --hyp -");
    assert_eq!(sandbox.run_with(line.split(' '), text.as_bytes()).success(), expected);
    // A mark right behind a byte-order mark, and nothing but marks.
    sandbox.write("bom", "\u{feff}<n>a cat<n>sat\n<n><n>\n");
    sandbox.write("plain", "<n>a cat<n>sat\n<n><n>\n");
    let score = |file: &str| sandbox.run(&format!("{ROUGE} --ref {file} --hyp plain")).success();
    assert_eq!(score("bom"), score("plain"));
}

/// A report says what stood for a newline, where anything could.
#[test]
fn reports_name_the_mark() {
    let sandbox = Sandbox::with_summaries();
    let files = "--ref lines_ref.txt --hyp lines_a.txt";
    for (metric, input, expected) in [
        ("rouge", files, Some("<n>")),
        ("rouge", "--ref lines_ref.txt --hyp lines_a.txt --newline-mark <q>", Some("<q>")),
        ("rouge", "--newline-mark  --ref lines_ref.txt --hyp lines_a.txt", None),
        ("rouge", "--data lines.jsonl", None),
        ("bleu", files, None),
    ] {
        let json = sandbox.run(&format!("{metric} {input} --format json")).success();
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        let found = report["inputs"].get("newline_mark").map(|mark| mark.as_str().unwrap());
        assert_eq!(found, expected, "{metric} {input}");
    }
}

/// Full stops set off by spaces are nothing to who drops punctuation.
#[test]
fn detached_full_stops() {
    let sandbox = Sandbox::new();
    sandbox.write("t", "A line of some words .\n".repeat(100));
    for (line, warned) in [
        ("bleu --ref t --hyp t", true),
        ("rouge --ref t --hyp t", false),
        ("rouge --ref t --hyp t --tokenize unicode", true),
        ("rouge --ref t --hyp t --tokenize unicode-words", false),
        ("rouge --ref t --hyp t --tokenize 13a", true),
        ("rouge --ref t --hyp t --profile rouge155", false),
    ] {
        let ran = sandbox.run(line);
        assert_eq!(ran.stderr.contains("detokenized"), warned, "{line}: {}", ran.stderr);
    }
}

/// Word lists come as they were written, on any system.
#[test]
fn files_of_options() {
    let sandbox = Sandbox::with_summaries();
    let run = |words: &str, exceptions: &str| {
        let line = format!(
            "rouge --profile rouge155 --ref lines_ref.txt --hyp lines_a.txt --stem rouge155 \
             --stop-words {words} --exceptions {exceptions} --format csv"
        );
        sandbox.run(&line)
    };
    let plain = run("stop_words.txt", "exceptions.txt").success();
    for name in ["stop_words.txt", "exceptions.txt"] {
        let text = sandbox.read(name);
        sandbox.write(&format!("crlf_{name}"), text.replace('\n', "\r\n"));
        sandbox.write(&format!("bom_{name}"), format!("\u{feff}{text}"));
        sandbox.write(&format!("gz_{name}"), gzip(text.as_bytes()));
    }
    for kind in ["crlf", "bom", "gz"] {
        let ran = run(&format!("{kind}_stop_words.txt"), &format!("{kind}_exceptions.txt"));
        let warnings = ran.stderr.lines().filter(|line| line.contains("byte-order mark")).count();
        assert_eq!(warnings, if kind == "bom" { 2 } else { 0 }, "{}", ran.stderr);
        assert_eq!(ran.success(), plain, "{kind}");
    }
    assert_ne!(run("exceptions.txt", "exceptions.txt").success(), plain);
}
