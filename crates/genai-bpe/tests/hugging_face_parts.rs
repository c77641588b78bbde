//! The parts of a `tokenizer.json`, on small files that were written for this. What is expected was
//! checked with the Python package `tokenizers` 0.23.3.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use genai_bpe::{Error, Special, Tokenizer};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A file with a vocabulary of these tokens, in order, and these merges.
fn file(tokens: &[&str], merges: &[[&str; 2]]) -> Value {
    let vocab: serde_json::Map<_, _> =
        tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": null,
        "post_processor": null,
        "decoder": null,
        "model": { "type": "BPE", "vocab": vocab, "merges": merges },
    })
}

fn added(content: &str, special: bool, rules: &[&str]) -> Value {
    let rule = |name: &str| rules.contains(&name);
    json!({
        "id": 0,
        "content": content,
        "single_word": rule("single_word"),
        "lstrip": rule("lstrip"),
        "rstrip": rule("rstrip"),
        "normalized": rule("normalized"),
        "special": special,
    })
}

fn load(file: &Value) -> Result<Tokenizer, Error> {
    Tokenizer::from_bytes(file.to_string().as_bytes())
}

/// The tokens of a text and where they are.
fn tokens(file: &Value, text: &str) -> Vec<(String, usize, usize)> {
    let tokenizer = load(file).unwrap();
    let encoding = tokenizer.encode_with_offsets(text, Special::All).unwrap();
    let places = encoding.ids.iter().zip(&encoding.offsets);
    places.map(|(&id, &(start, end))| (tokenizer.token(id).unwrap().into(), start, end)).collect()
}

fn strings(file: &Value, text: &str) -> Vec<String> {
    tokens(file, text).into_iter().map(|(token, _, _)| token).collect()
}

const LETTERS: [&str; 9] = ["a", "b", "c", " ", "▁", "ab", "▁ab", "é", "<unk>"];
const MERGES: [[&str; 2]; 2] = [["a", "b"], ["▁", "ab"]];

/// GPT-2's characters for all bytes.
fn byte_file() -> Value {
    let bytes: Vec<String> = ('!'..='~')
        .chain('¡'..='¬')
        .chain('®'..='ÿ')
        .chain('\u{100}'..='\u{143}')
        .map(String::from)
        .collect();
    let mut tokens: Vec<&str> = bytes.iter().map(String::as_str).collect();
    tokens.extend(["he", "ll", "llo", "Ġhe", "hello", "<|end|>"]);
    let mut file =
        file(&tokens, &[["h", "e"], ["l", "l"], ["ll", "o"], ["Ġ", "he"], ["he", "llo"]]);
    file["pre_tokenizer"] = json!({
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    });
    file["decoder"] = file["pre_tokenizer"].clone();
    file
}

#[test]
fn what_there_is_no_token_for() {
    let mut plain = file(&LETTERS, &MERGES);
    // Without a token for it, a character is gone and its neighbours merge.
    assert_eq!(strings(&plain, "axb"), ["ab"]);
    plain["model"]["unk_token"] = json!("<unk>");
    assert_eq!(strings(&plain, "axyb"), ["a", "<unk>", "<unk>", "b"]);
    plain["model"]["fuse_unk"] = json!(true);
    assert_eq!(strings(&plain, "axyb"), ["a", "<unk>", "b"]);
    let mut bytes = file(&["a", "<0xC3>", "<0xA9>", "<unk>"], &[]);
    bytes["model"]["byte_fallback"] = json!(true);
    bytes["model"]["unk_token"] = json!("<unk>");
    assert_eq!(strings(&bytes, "aéx"), ["a", "<0xC3>", "<0xA9>", "<unk>"]);
    let offsets = load(&bytes).unwrap().encode_with_offsets("aé", Special::All).unwrap().offsets;
    assert_eq!(offsets, [(0, 1), (1, 2), (2, 3)]);
}

#[test]
fn affixes_belong_to_places_in_the_word() {
    let mut file = file(&["a", "##b", "##c</w>", "a</w>", "a##b"], &[]);
    file["model"]["continuing_subword_prefix"] = json!("##");
    file["model"]["end_of_word_suffix"] = json!("</w>");
    file["pre_tokenizer"] = json!({ "type": "WhitespaceSplit" });
    assert_eq!(strings(&file, "abc a"), ["a", "##b", "##c</w>", "a</w>"]);
    file["decoder"] = json!({ "type": "BPEDecoder", "suffix": "</w>" });
    assert_eq!(load(&file).unwrap().decode(&[0, 3, 3]).unwrap(), "aa a");
}

#[test]
fn metaspace_puts_its_character_first() {
    let mut file = file(&LETTERS, &MERGES);
    file["added_tokens"] = json!([added("c", false, &[])]);
    let mut metaspace = |scheme: &str| {
        file["pre_tokenizer"] =
            json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme });
        strings(&file, "ab abcab")
    };
    assert_eq!(metaspace("always"), ["▁ab", "▁ab", "c", "▁ab"]);
    assert_eq!(metaspace("first"), ["▁ab", "▁ab", "c", "ab"]);
    assert_eq!(metaspace("never"), ["ab", "▁ab", "c", "ab"]);
}

#[test]
fn delimiters_go_where_they_are_told() {
    let mut file =
        file(&["a", "-", "b", "a-", "-b", "-a", "--"], &[["a", "-"], ["-", "b"], ["-", "-"]]);
    let mut split = |behavior: &str, invert: bool| {
        file["pre_tokenizer"] = json!({
            "type": "Split", "pattern": { "String": "-" }, "behavior": behavior, "invert": invert,
        });
        strings(&file, "a--b")
    };
    assert_eq!(split("Removed", false), ["a", "b"]);
    assert_eq!(split("Removed", true), ["-", "-"]);
    assert_eq!(split("Isolated", false), ["a", "-", "-", "b"]);
    assert_eq!(split("MergedWithPrevious", false), ["a-", "-", "b"]);
    assert_eq!(split("MergedWithNext", false), ["a", "-", "-b"]);
    assert_eq!(split("Contiguous", false), ["a", "--", "b"]);
}

#[test]
fn offsets_are_of_the_original() {
    let mut plain = file(&LETTERS, &[]);
    plain["normalizer"] = json!({ "type": "Sequence", "normalizers": [
        { "type": "Prepend", "prepend": "▁" },
        { "type": "NFC" },
        { "type": "Lowercase" },
        { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": "▁" },
    ]});
    let expected = [("▁", 0, 1), ("a", 0, 1), ("é", 1, 2), ("▁", 5, 6), ("b", 6, 7)];
    let expected = expected.map(|(token, start, end)| (token.to_owned(), start, end));
    assert_eq!(tokens(&plain, "Ae\u{301}  B"), expected);
    let mut bytes = byte_file();
    let spans = |file: &Value| {
        tokens(file, "hello hé").into_iter().map(|(_, start, end)| (start, end)).collect::<Vec<_>>()
    };
    assert_eq!(spans(&bytes), [(0, 5), (5, 6), (6, 7), (7, 8), (8, 9)]);
    bytes["post_processor"] = bytes["pre_tokenizer"].clone();
    assert_eq!(spans(&bytes), [(0, 5), (6, 6), (6, 7), (7, 8), (8, 9)]);
}

/// A map of characters with one entry, in base64: `a` becomes `xy`.
fn map_of_one() -> String {
    // A double array whose root leads by `a` to unit 0x100 ^ 0x61, and that to the leaf 0x12c.
    let mut units = [0u32; 512];
    units[0] = 0x100 << 10;
    units[0x161] = (0x161 ^ 0x12c) << 10 | 1 << 8 | 0x61;
    units[300] = 1 << 31;
    let length = u32::try_from(units.len() * 4).unwrap();
    let words = [length].into_iter().chain(units).flat_map(u32::to_le_bytes);
    let bytes: Vec<u8> = words.chain(*b"xy\0").collect();
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = char::from(digits[(word >> (18 - 6 * place)) as usize & 63]);
            text.push(if place <= group.len() { digit } else { '=' });
        }
    }
    text
}

#[test]
fn precompiled_maps_short_graphemes_whole() {
    let mut file = file(&["x", "y", "b", "a", "\u{301}"], &[]);
    file["normalizer"] = json!({ "type": "Precompiled", "precompiled_charsmap": map_of_one() });
    let expected = [("b", 0, 1), ("x", 1, 2), ("y", 2, 4), ("b", 4, 5)];
    let expected = expected.map(|(token, start, end)| (token.to_owned(), start, end));
    assert_eq!(tokens(&file, "ba\u{301}b"), expected);
    let long = strings(&file, "a\u{301}\u{301}\u{301}b");
    assert_eq!(long, ["x", "y", "\u{301}", "\u{301}", "\u{301}", "b"]);
    file["normalizer"]["precompiled_charsmap"] = json!("AAAA");
    assert!(matches!(load(&file), Err(Error::Malformed { .. })));
}

#[test]
fn added_tokens_are_found_by_their_rules() {
    let mut file = byte_file();
    file["added_tokens"] = json!([
        added("<|end|>", true, &["lstrip", "rstrip"]),
        added("hell", false, &["single_word"]),
        added("[x]", false, &[]),
    ]);
    let tokenizer = load(&file).unwrap();
    // A token of the vocabulary keeps its id; the others are numbered after the vocabulary.
    let ids = ["<|end|>", "hell", "[x]"].map(|token| tokenizer.id(token).unwrap());
    assert_eq!(ids, [261, 262, 263]);
    let found = tokens(&file, "hello \n<|end|> hell[x]");
    let expected = [("hello", 0, 5), ("<|end|>", 5, 15), ("hell", 15, 19), ("[x]", 19, 22)];
    assert_eq!(found, expected.map(|(token, start, end)| (token.to_owned(), start, end)));
    // What a user types is no special token.
    let ordinary = tokenizer.encode("<|end|>[x]");
    assert!(!ordinary.contains(&261) && ordinary.contains(&263));
    assert_eq!(tokenizer.decode(&[260, 261]).unwrap(), "hello<|end|>");
    assert_eq!(tokenizer.decode_bytes_with(&[260, 261], true).unwrap(), b"hello");
}

#[test]
fn templates_surround_ids() {
    let mut file = byte_file();
    file["post_processor"] = json!({
        "type": "TemplateProcessing",
        "single": [
            { "SpecialToken": { "id": "<|end|>", "type_id": 0 } },
            { "Sequence": { "id": "A", "type_id": 0 } },
        ],
        "pair": [],
        "special_tokens": {
            "<|end|>": { "id": "<|end|>", "ids": [261], "tokens": ["<|end|>"] },
        },
    });
    assert_eq!(load(&file).unwrap().add_special_tokens(&[260]), [261, 260]);
    file["post_processor"] = json!({
        "type": "BertProcessing", "cls": ["a", 1], "sep": ["b", 2],
    });
    assert_eq!(load(&file).unwrap().add_special_tokens(&[260]), [1, 260, 2]);
}

#[test]
fn bytes_become_text_again() {
    let mut file = file(&["▁a", "<0xC3>", "<0xA9>", "b"], &[]);
    file["decoder"] = json!({ "type": "Sequence", "decoders": [
        { "type": "Replace", "pattern": { "String": "▁" }, "content": " " },
        { "type": "ByteFallback" },
        { "type": "Fuse" },
        { "type": "Strip", "content": " ", "start": 1, "stop": 0 },
    ]});
    let tokenizer = load(&file).unwrap();
    assert_eq!(tokenizer.decode(&[0, 1, 2, 0, 3]).unwrap(), "aé ab");
    assert_eq!(tokenizer.decode(&[1, 3]).unwrap(), "\u{fffd}b");
    assert!(matches!(tokenizer.decode(&[4]), Err(Error::UnknownId(4))));
    file["decoder"] = Value::Null;
    assert_eq!(load(&file).unwrap().decode(&[0, 3]).unwrap(), "▁a b");
}

#[test]
fn what_is_saved_is_the_same_tokenizer() {
    let mut characters = file(&LETTERS, &MERGES);
    characters["normalizer"] = json!({ "type": "NFKC" });
    characters["pre_tokenizer"] = json!({ "type": "Digits", "individual_digits": true });
    characters["added_tokens"] =
        json!([added("<unk>", true, &[]), added("zz", false, &["lstrip"])]);
    characters["model"]["unk_token"] = json!("<unk>");
    let mut bytes = byte_file();
    bytes["added_tokens"] = json!([added("<|end|>", true, &[])]);
    for file in [characters, bytes] {
        let tokenizer = load(&file).unwrap();
        let json = tokenizer.to_hugging_face_json().unwrap();
        let again = Tokenizer::from_bytes(json.as_bytes()).unwrap();
        assert_eq!(again.to_hugging_face_json().unwrap(), json);
        for text in ["abc zz1", "<unk> ab", "hello <|end|> hé"] {
            let ids = tokenizer.encode_with(text, Special::All).unwrap();
            assert_eq!(again.encode_with(text, Special::All).unwrap(), ids);
        }
    }
}

#[cfg(not(feature = "hugging-face"))]
#[test]
fn what_is_not_implemented_is_refused_by_name() {
    let with = |key: &str, part: Value| {
        let mut file = file(&LETTERS, &MERGES);
        file[key] = part;
        load(&file).unwrap_err().to_string()
    };
    let script = json!({ "type": "UnicodeScripts" });
    assert_eq!(
        with("pre_tokenizer", script),
        "the pre-tokenizer UnicodeScripts is not implemented"
    );
    let regex = json!({
        "type": "Split", "pattern": { "Regex": r"\w+x" }, "behavior": "Isolated", "invert": false,
    });
    assert!(with("pre_tokenizer", regex).contains(r"\\w+x"));
    let unigram = json!({ "type": "Unigram", "unk_id": 0, "vocab": [["a", -1.5]] });
    assert_eq!(with("model", unigram), "the model Unigram is not implemented");
    let dropout = json!({ "type": "BPE", "dropout": 0.1, "vocab": {}, "merges": [] });
    assert_eq!(with("model", dropout), "the option dropout 0.1 is not implemented");
    let truncation = json!({ "max_length": 5 });
    assert!(with("truncation", truncation).starts_with("the truncation"));
}

#[cfg(feature = "hugging-face")]
#[test]
fn the_crate_of_hugging_face_takes_over() {
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [added("[UNK]", true, &[])],
        "normalizer": null, "pre_tokenizer": { "type": "Whitespace" },
        "post_processor": null, "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": { "[UNK]": 0, "un": 1, "##do": 2, "!": 3 },
        },
    });
    let tokenizer = load(&file).unwrap();
    assert_eq!(tokenizer.family(), "WordPiece");
    assert_eq!(tokenizer.encode("undo! x"), [1, 2, 3, 0]);
    assert_eq!(tokenizer.decode(&[1, 2, 3]).unwrap(), "undo!");
    assert_eq!((tokenizer.unknown_id(), tokenizer.id_bound()), (Some(0), 4));
    let special = tokenizer.encode_with_offsets("un [UNK]", Special::All).unwrap();
    assert_eq!((special.ids, special.offsets), (vec![1, 0], vec![(0, 2), (3, 8)]));
    let mut scripts = byte_file();
    scripts["pre_tokenizer"] = json!({ "type": "UnicodeScripts" });
    assert_eq!(load(&scripts).unwrap().family(), "Hugging Face BPE");
}

#[test]
fn files_that_are_wrong_are_errors() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut file = file(&LETTERS, &MERGES);
        change(&mut file);
        assert!(matches!(load(&file), Err(Error::Malformed { .. })), "{file}");
    };
    wrong(&|file| file["version"] = json!("2.0"));
    wrong(&|file| file["surprise"] = json!(1));
    wrong(&|file| file["model"]["vocab"]["a"] = json!(-1));
    wrong(&|file| file["model"]["vocab"]["a"] = json!(1));
    wrong(&|file| file["model"]["vocab"]["a"] = json!(u32::MAX));
    wrong(&|file| file["model"]["merges"] = json!([["a", "x"]]));
    wrong(&|file| file["model"]["merges"] = json!([["a", "c"]]));
    wrong(&|file| file["model"]["merges"] = json!(["a b", ["a", "b"]]));
    wrong(&|file| file["model"]["merges"] = json!(["a b c"]));
    wrong(&|file| file["model"]["unk_token"] = json!("nothing"));
    wrong(&|file| file["model"]["dropout"] = json!(2.0));
    wrong(&|file| file["decoder"] = json!({ "type": "Strip" }));
    wrong(&|file| file["normalizer"] = json!([]));
    let order = br##"{"model":{"merges":["#version: 0.2","a b"],"vocab":{"a":0,"b":1,"ab":5}}}"##;
    assert_eq!(Tokenizer::from_bytes(order).unwrap().encode("ab"), [5]);
    assert!(Tokenizer::from_gpt2(b"{\"a\":0}", b"").is_err());
    assert!(Tokenizer::from_gpt2(b"{}", b"a  b").is_err());
}

proptest! {
    #[test]
    fn text_over_bytes_comes_back(text in "\\PC{0,40}") {
        let tokenizer = load(&byte_file()).unwrap();
        let ids = tokenizer.encode(&text);
        prop_assert_eq!(tokenizer.decode(&ids).unwrap(), text);
    }

    #[test]
    fn no_file_makes_a_panic(
        cut in 0usize..4000,
        put in "[\\[\\]{}\",:0-9a-z\\\\]{0,6}",
        text in ".{0,20}",
        which in 0usize..2,
    ) {
        let mut file = [byte_file(), file(&LETTERS, &MERGES)][which].to_string();
        let mut place = cut % (file.len() + 1);
        while !file.is_char_boundary(place) {
            place -= 1;
        }
        file.insert_str(place, &put);
        if let Ok(tokenizer) = Tokenizer::from_bytes(file.as_bytes()) {
            let ids = tokenizer.encode(&text);
            let _text = tokenizer.decode_bytes(&ids);
        }
        let _error = Tokenizer::from_bytes(&file.as_bytes()[..place]);
    }
}
