//! Codes of subword-nmt: the corpora's gold values, and small files made here.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they compared"
)]

#[path = "corpora/folder.rs"]
mod folder;
#[path = "corpora/records.rs"]
mod records;

use std::collections::HashMap;
use std::path::Path;

use genai_bpe::{Error, Special, SubwordNmt, SubwordNmtTrainer, Tokenizer};
use proptest::prelude::*;
use serde_json::Value;

use self::folder::corpora;
use self::records::records;

fn subwords(corpora: &Path) -> SubwordNmt {
    SubwordNmt::from_codes(&std::fs::read(corpora.join("bpe/subword.codes")).unwrap()).unwrap()
}

#[test]
fn corpora_lines_are_those_of_apply_bpe() {
    let Some(corpora) = corpora() else { return };
    let subwords = subwords(&corpora);
    let tokenizer = subwords.clone().into_tokenizer().unwrap();
    let input = std::fs::read_to_string(corpora.join("bpe/subword.input.txt")).unwrap();
    let encoded = std::fs::read_to_string(corpora.join("bpe/subword.encoded.txt")).unwrap();
    let mut checked = 0;
    for (line, expected) in input.split('\n').zip(encoded.split('\n')) {
        assert_eq!(subwords.segment_line(line), expected);
        assert_eq!(tokenizer.encode_pieces(line).join(" "), expected.trim_matches(' '));
        checked += 1;
    }
    println!("checked {checked} lines");
    let text = std::fs::read_to_string(corpora.join("nasty/nasty.jsonl")).unwrap();
    let texts: HashMap<String, Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|record| (record["id"].as_str().unwrap().to_owned(), record))
        .collect();
    let mut checked = 0;
    for record in records(corpora.join("bpe/subword_nasty.jsonl.gz")) {
        let Some(pair) = texts.get(record["id"].as_str().unwrap()) else { continue };
        let side = record["side"].as_str().unwrap();
        let text = match side.strip_prefix("ref") {
            Some(number) => &pair["refs"][number.parse::<usize>().unwrap()],
            None => &pair[side],
        };
        let text = text.as_str().unwrap();
        assert_eq!(subwords.segment_line(text), record["out"].as_str().unwrap(), "{text:?}");
        checked += 1;
    }
    println!("checked {checked} nasty texts");
    assert!(checked > 400);
}

#[test]
fn corpora_options_do_what_those_of_apply_bpe_do() {
    let Some(corpora) = corpora() else { return };
    let subwords = subwords(&corpora);
    let input = std::fs::read_to_string(corpora.join("bpe/subword.input.txt")).unwrap();
    let lines: Vec<&str> = input.split('\n').collect();
    let vocabulary = std::fs::read(corpora.join("bpe/subword.vocab")).unwrap();
    let variants = [
        ("vocab_threshold20", subwords.clone().with_vocabulary(&vocabulary, Some(20)).unwrap()),
        ("separator_hash", subwords.clone().with_separator("_#")),
        ("merges1000", subwords.clone().with_merges(1000).unwrap()),
        ("glossaries", subwords.with_glossaries(&["Euro", "COVID", r"http\S+", r"\d+"]).unwrap()),
    ];
    let records = records(corpora.join("bpe/subword_variants.jsonl.gz"));
    for record in &records {
        let line = lines[usize::try_from(record["line"].as_u64().unwrap()).unwrap()];
        for (name, subwords) in &variants {
            assert_eq!(subwords.segment_line(line), record[*name].as_str().unwrap(), "{name}");
        }
    }
    println!("checked {} lines with {} options each", records.len(), variants.len());
}

fn segment(codes: &str, line: &str) -> String {
    SubwordNmt::from_codes(codes.as_bytes()).unwrap().segment_line(line)
}

#[test]
fn a_pair_is_merged_throughout_before_the_next() {
    let codes = "#version: 0.2\nab a\na b\n";
    assert_eq!(segment(codes, "ababx"), "ab@@ ab@@ x");
    assert_eq!(segment(codes, "abax"), "aba@@ x");
}

#[test]
fn the_end_of_a_word_is_a_symbol_in_version_0_1() {
    let codes = "a b\nab </w>\nb c\na b\n";
    assert_eq!(segment(codes, "ab abc bc a"), "ab ab@@ c bc a");
    assert_eq!(segment(codes, "  ab\r\n"), "  ab\r\n");
    assert_eq!(segment(codes, " \n"), " \n");
}

#[test]
fn what_is_not_known_is_taken_apart() {
    let codes = b"#version: 0.2\na b\nab c</w>\na bc</w>\nb c</w>\nb c\n";
    let subwords = SubwordNmt::from_codes(codes).unwrap();
    let subwords = subwords.with_vocabulary(b"a@@ 1\nbc 2\nx 1\nx@@ 9\n", None).unwrap();
    let line = subwords.segment_line("abc xabc abcx");
    assert_eq!(line, "a@@ b@@ c x@@ a@@ b@@ c a@@ b@@ c@@ x");
    assert!(subwords.with_vocabulary(b"a 1 2\n", None).is_err());
}

#[test]
fn glossaries_stay_whole() {
    let subwords = || SubwordNmt::from_codes(b"#version: 0.2\na b\nb c</w>\n").unwrap();
    let with = subwords().with_glossaries(&["USA", r"\d+"]).unwrap();
    assert_eq!(with.segment_line("abUSA12ab USA 34"), "a@@ b@@ USA@@ 12@@ a@@ b USA 34");
    for refused in ["(a|b)", "^a", r"\bx", "a*", "[[:alpha:]]", "(?i)x", r"\w", "a++", ""] {
        let error = subwords().with_glossaries(&[refused]).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{refused}: {error}");
    }
}

#[test]
fn codes_that_are_none_are_refused() {
    let refused = ["", "#version: 0.2\n", "#version: 0.2\na b c\n", "a\n", "#version:\na b\n"];
    for codes in refused {
        assert!(SubwordNmt::from_codes(codes.as_bytes()).is_err(), "{codes:?}");
    }
    for version in ["0.3", "0.2 byte", "1.2"] {
        let codes = format!("#version: {version}\na b\n");
        let error = SubwordNmt::from_codes(codes.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
    assert!(SubwordNmt::from_codes(b"\xff \xff\n").is_err());
}

#[test]
fn ids_are_characters_then_merges() {
    let tokenizer = Tokenizer::from_subword_nmt(b"#version: 0.2\nl o\nlo w</w>\n").unwrap();
    let tokens: Vec<_> = (0..).map_while(|id| tokenizer.token(id)).collect();
    let expected = ["<unk>", "l@@", "l", "o@@", "o", "w@@", "w", "lo@@", "low"];
    assert_eq!(tokens, expected);
    let encoding = tokenizer.encode_with_offsets(" low  löw", Special::default()).unwrap();
    assert_eq!(encoding.ids, [8, 1, 0, 6]);
    assert_eq!(encoding.offsets, [(1, 4), (6, 7), (7, 9), (9, 10)]);
    assert_eq!(tokenizer.encode_pieces("low löw"), ["low", "l@@", "ö@@", "w"]);
    assert_eq!(tokenizer.decode(&[7, 6, 8]).unwrap(), "low low");
    assert_eq!(tokenizer.to_subword_nmt().unwrap(), "#version: 0.2\nl o\nlo w</w>\n");
}

fn learn(text: &str, merges: usize) -> String {
    let mut trainer = SubwordNmtTrainer::new(merges);
    trainer.add_text(text);
    trainer.train().unwrap()
}

/// Expectations are the output of subword-nmt 0.3.8.
#[test]
fn codes_are_those_of_learn_bpe() {
    let cases = [
        ("abc abc xbc xbc ab ab ab", "b c</w>|a b</w>|x bc</w>|a bc</w>"),
        ("a\u{a0}b a\u{a0}b a\u{a0}bc xb\u{a0}c ab", "a \u{a0}|a\u{a0} b</w>"),
        ("aaaa aaa aa aaaaa aaaa", "a a|a a</w>|aa aa</w>|aa a</w>"),
        ("abcab bcabc abcabc cabab bcab ab bc abc", "a b|a b</w>|c ab|cab c</w>|c ab</w>"),
    ];
    for (text, codes) in cases {
        let expected = format!("#version: 0.2\n{}\n", codes.replace('|', "\n"));
        assert_eq!(learn(text, 30), expected, "{text}");
    }
    let mut trainer = SubwordNmtTrainer::new(6);
    trainer.add_dictionary("low 5\nlower 2\nnewest 6\nwidest 3\n").unwrap();
    let codes = "#version: 0.2\ns t</w>\ne st</w>\nl o\nw est</w>\nn e\nne west</w>\n";
    assert_eq!(trainer.train().unwrap(), codes);
    let mut trainer = SubwordNmtTrainer::new(25).with_min_frequency(1).with_total_symbols(true);
    trainer.add_text("low lower newest newest widest lowest");
    let codes = "w e|s t</w>|we st</w>|l o|n e|ne west</w>|we r</w>|w i|wi d|wid e|wide st</w>|lo west</w>|lo wer</w>|lo w</w>|";
    assert_eq!(trainer.train().unwrap(), format!("#version: 0.2\n{}", codes.replace('|', "\n")));
    assert!(SubwordNmtTrainer::new(1).train().is_err());
    assert!(SubwordNmtTrainer::new(1).add_dictionary("a b 1").is_err());
}

/// As the program reads them; the expectation is its output.
#[test]
fn lines_end_for_learn_bpe_where_python_ends_them() {
    let line = "ab\u{2028}ab ab\u{85}xy ab\rab ab\u{b}ab\n";
    let codes = "a b</w>|a b|x y</w>|ab \u{2028}</w>|ab \u{85}</w>|ab \u{b}</w>";
    assert_eq!(
        learn(&line.repeat(3), 20),
        format!("#version: 0.2\n{}\n", codes.replace('|', "\n"))
    );
}

proptest! {
    #[test]
    fn subwords_make_the_line(text in "[abc\u{a0}é ]{0,60}", merges in 0usize..30) {
        let codes = learn(&format!("ab {text}"), merges);
        prop_assume!(codes.lines().count() > 1);
        let subwords = SubwordNmt::from_codes(codes.as_bytes()).unwrap();
        prop_assert_eq!(&subwords.to_codes(), &codes);
        let line = subwords.segment_line(&text);
        let tokenizer = subwords.into_tokenizer().unwrap();
        let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(tokenizer.encode_pieces(&text).join(" "), line.trim_matches(' '));
        prop_assert_eq!(line.replace("@@ ", "").split_whitespace().collect::<String>(), words.concat().split_whitespace().collect::<String>());
        let encoding = tokenizer.encode_with_offsets(&text, Special::default()).unwrap();
        prop_assert_eq!(&tokenizer.encode(&text), &encoding.ids);
        let covered: String = encoding.offsets.iter().map(|&(start, end)| &text[start..end]).collect();
        prop_assert_eq!(covered, words.concat());
    }
}
