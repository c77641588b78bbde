//! Models of SentencePiece: the corpora's gold values, and small models made here.

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

use genai_bpe::{Error, Special, Tokenizer};
use proptest::prelude::*;
use serde_json::Value;

use self::folder::corpora;
use self::records::records;

fn ids(value: &Value) -> Vec<u32> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|id| u32::try_from(id.as_u64().unwrap()).unwrap())
        .collect()
}

#[test]
fn corpora_lines_have_the_ids_of_sentencepiece() {
    let Some(corpora) = corpora() else { return };
    let text = std::fs::read_to_string(corpora.join("bpe/lines.txt")).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    for name in ["identity", "nmt_nfkc"] {
        let model = std::fs::read(corpora.join(format!("bpe/spm.{name}.model"))).unwrap();
        let tokenizer = Tokenizer::from_sentencepiece(&model).unwrap();
        let records = records(corpora.join(format!("bpe/spm_{name}_lines.jsonl.gz")));
        for record in &records {
            let line = lines[usize::try_from(record["line"].as_u64().unwrap()).unwrap()];
            assert_eq!(tokenizer.encode(line), ids(&record["ids"]), "{line:?}");
        }
        println!("checked {} lines of {name}", records.len());
    }
}

#[test]
fn corpora_nasty_texts_have_the_ids_pieces_and_decoded_texts_of_sentencepiece() {
    let Some(corpora) = corpora() else { return };
    let text = std::fs::read_to_string(corpora.join("nasty/nasty.jsonl")).unwrap();
    // Texts that are no Unicode have no line here: they cannot be had as text at all.
    let texts: HashMap<String, Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .map(|record| (record["id"].as_str().unwrap().to_owned(), record))
        .collect();
    for name in ["identity", "nmt_nfkc"] {
        let model = std::fs::read(corpora.join(format!("bpe/spm.{name}.model"))).unwrap();
        let tokenizer = Tokenizer::from_sentencepiece(&model).unwrap();
        let mut checked = 0;
        for record in records(corpora.join(format!("bpe/spm_{name}_nasty.jsonl.gz"))) {
            let Some(pair) = texts.get(record["id"].as_str().unwrap()) else { continue };
            let side = record["side"].as_str().unwrap();
            let text = match side.strip_prefix("ref") {
                Some(number) => &pair["refs"][number.parse::<usize>().unwrap()],
                None => &pair[side],
            };
            let text = text.as_str().unwrap();
            let expected = ids(&record["ids"]);
            assert_eq!(tokenizer.encode(text), expected, "{text:?}");
            let pieces = serde_json::to_value(tokenizer.encode_pieces(text)).unwrap();
            assert_eq!(pieces, record["pieces"], "{text:?}");
            assert_eq!(tokenizer.decode(&expected).unwrap(), record["decode"].as_str().unwrap());
            checked += 1;
        }
        println!("checked {checked} nasty texts with {name}");
        assert!(checked > 400);
    }
}

/// Numbers that the format has for what pieces are for.
const NORMAL: u64 = 1;
const UNKNOWN: u64 = 2;
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;
const UNUSED: u64 = 5;
const BYTE: u64 = 6;

/// A model file, put together by hand.
#[derive(Clone, Debug)]
struct Model {
    pieces: Vec<(String, f32, u64)>,
    kind: u64,
    byte_fallback: bool,
    suffix: bool,
    /// Dummy prefix, no extra spaces, spaces escaped.
    normalizer: [bool; 3],
    characters: Vec<u8>,
}

impl Model {
    fn bpe(pieces: &[(&str, f32, u64)]) -> Self {
        let pieces = pieces.iter().map(|&(text, score, kind)| (text.to_owned(), score, kind));
        Self {
            pieces: pieces.collect(),
            kind: 2,
            byte_fallback: false,
            suffix: false,
            normalizer: [false, false, false],
            characters: Vec::new(),
        }
    }

    fn file(&self) -> Vec<u8> {
        let mut file = Vec::new();
        for (text, score, kind) in &self.pieces {
            let mut piece = Vec::new();
            put_bytes(1, text.as_bytes(), &mut piece);
            piece.push(2 << 3 | 5);
            piece.extend(score.to_le_bytes());
            put_number(3, *kind, &mut piece);
            put_bytes(1, &piece, &mut file);
        }
        let mut trainer = Vec::new();
        put_number(3, self.kind, &mut trainer);
        put_number(24, u64::from(self.suffix), &mut trainer);
        put_number(35, u64::from(self.byte_fallback), &mut trainer);
        put_bytes(2, &trainer, &mut file);
        let mut normalizer = Vec::new();
        put_bytes(2, &self.characters, &mut normalizer);
        for (flag, number) in self.normalizer.into_iter().zip(3..) {
            put_number(number, u64::from(flag), &mut normalizer);
        }
        put_bytes(3, &normalizer, &mut file);
        file
    }

    fn load(&self) -> Tokenizer {
        Tokenizer::from_sentencepiece(&self.file()).unwrap()
    }
}

fn put_varint(mut value: u64, output: &mut Vec<u8>) {
    while value >= 0x80 {
        output.push((value & 0x7f).to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    output.push(value.to_le_bytes()[0]);
}

fn put_number(number: u64, value: u64, output: &mut Vec<u8>) {
    put_varint(number << 3, output);
    put_varint(value, output);
}

fn put_bytes(number: u64, bytes: &[u8], output: &mut Vec<u8>) {
    put_varint(number << 3 | 2, output);
    put_varint(bytes.len() as u64, output);
    output.extend_from_slice(bytes);
}

const SMALL: [(&str, f32, u64); 10] = [
    ("<unk>", 0.0, UNKNOWN),
    ("<s>", 0.0, CONTROL),
    ("</s>", 0.0, CONTROL),
    ("▁", -8.0, NORMAL),
    ("a", -5.0, NORMAL),
    ("b", -6.0, NORMAL),
    ("ab", -1.0, NORMAL),
    ("▁a", -2.0, NORMAL),
    ("<m>", 0.0, USER_DEFINED),
    ("é", -7.0, NORMAL),
];

const SPACED: &str = "  ab  a<m>b xyé ";

#[test]
fn spaces_become_what_sentencepiece_makes_of_them() {
    let cases = [
        ([true, true, true], false, "▁|ab|▁a|<m>|b|▁|xy|é", "ab a<m>b  ⁇ é"),
        ([true, true, true], true, "ab|▁a|<m>|b|▁|xy|é|▁", "ab a<m>b  ⁇ é "),
        ([false, false, true], false, "▁|▁|ab|▁|▁a|<m>|b|▁|xy|é|▁", "  ab  a<m>b  ⁇ é "),
        ([true, false, true], false, "▁|▁|▁|ab|▁|▁a|<m>|b|▁|xy|é|▁", "  ab  a<m>b  ⁇ é "),
        ([true, false, true], true, "▁|▁|ab|▁|▁a|<m>|b|▁|xy|é|▁|▁", " ab  a<m>b  ⁇ é  "),
        ([false, true, true], false, "ab|▁a|<m>|b|▁|xy|é", "ab a<m>b  ⁇ é"),
        ([true, true, false], false, " |ab| |a|<m>|b| xy|é", " ⁇ ab ⁇ a<m>b ⁇ é"),
        ([true, true, false], true, "ab| |a|<m>|b| xy|é| ", "ab ⁇ a<m>b ⁇ é ⁇ "),
        ([false, false, false], false, "  |ab|  |a|<m>|b| xy|é| ", " ⁇ ab ⁇ a<m>b ⁇ é ⁇ "),
    ];
    for (normalizer, suffix, pieces, decoded) in cases {
        let tokenizer = Model { suffix, normalizer, ..Model::bpe(&SMALL) }.load();
        assert_eq!(tokenizer.encode_pieces(SPACED).join("|"), pieces, "{normalizer:?} {suffix}");
        assert_eq!(tokenizer.decode(&tokenizer.encode(SPACED)).unwrap(), decoded);
    }
    let tokenizer = Model { normalizer: [true; 3], suffix: true, ..Model::bpe(&SMALL) }.load();
    let encoding = tokenizer.encode_with_offsets(SPACED, Special::All).unwrap();
    assert_eq!(encoding.ids, [6, 7, 8, 5, 3, 0, 9, 3]);
    let offsets = [(2, 4), (4, 7), (7, 10), (10, 11), (11, 12), (12, 14), (14, 16), (16, 16)];
    assert_eq!(encoding.offsets, offsets);
    assert_eq!(tokenizer.special_tokens(), [("<s>", 1), ("</s>", 2)]);
    assert_eq!(tokenizer.encode("<s>").len(), 2);
}

#[test]
fn unused_pieces_are_split_as_they_were_last_merged() {
    let tokenizer = Model::bpe(&[
        ("<unk>", 0.0, UNKNOWN),
        ("a", -5.0, NORMAL),
        ("b", -6.0, NORMAL),
        ("c", -7.0, NORMAL),
        ("ab", -1.0, UNUSED),
        ("bc", -2.0, NORMAL),
        ("abc", -3.0, UNUSED),
        ("ca", -4.0, UNUSED),
    ])
    .load();
    let cases: [(&str, &[u32]); 6] = [
        ("abc", &[1, 2, 3]),
        ("bcab", &[5, 1, 2]),
        ("aab", &[1, 1, 2]),
        ("cabc", &[3, 1, 2, 3]),
        ("abcabc", &[1, 2, 3, 1, 2, 3]),
        ("xca", &[0, 3, 1]),
    ];
    for (text, ids) in cases {
        assert_eq!(tokenizer.encode(text), ids, "{text}");
    }
}

/// A map of characters with one key: `a` becomes `replacement`.
fn characters(replacement: &[u8]) -> Vec<u8> {
    let mut units = [0u32; 256];
    units[0] = 0x80 << 10;
    units[0x80 ^ usize::from(b'a')] = 0xe0 << 10 | 1 << 8 | u32::from(b'a');
    units[0x80 ^ usize::from(b'a') ^ 0xe0] = 1 << 31;
    let mut map = 1024u32.to_le_bytes().to_vec();
    map.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    map.extend_from_slice(replacement);
    map
}

#[test]
fn characters_are_mapped_and_offsets_are_of_the_text() {
    let normalizer = [true; 3];
    let tokenizer =
        Model { characters: characters(b"bb \0"), normalizer, ..Model::bpe(&SMALL) }.load();
    let encoding = tokenizer.encode_with_offsets("é a<m>", Special::Ordinary).unwrap();
    assert_eq!(encoding.ids, [3, 9, 3, 5, 5, 3, 8]);
    assert_eq!(encoding.offsets, [(0, 0), (0, 2), (2, 3), (3, 3), (3, 3), (3, 4), (4, 7)]);
    assert_eq!(tokenizer.encode_pieces("aaa").concat(), "▁bb▁bb▁bb");
    // What is no UTF-8 after mapping is taken byte by byte.
    let tokenizer = Model { characters: characters(b"\xc3\0"), ..Model::bpe(&SMALL) }.load();
    assert_eq!(tokenizer.encode("ab"), [0]);
    for broken in [&characters(b"bb")[..], &characters(b"\0")[..900], &characters(b"")[..], b"\0"] {
        let model = Model { characters: broken.to_vec(), ..Model::bpe(&SMALL) };
        let error = Tokenizer::from_sentencepiece(&model.file()).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
    }
}

fn with_bytes() -> Model {
    let mut model = Model { byte_fallback: true, normalizer: [true; 3], ..Model::bpe(&SMALL) };
    model.pieces.extend((0..=255).map(|byte| (format!("<0x{byte:02X}>"), 0.0, BYTE)));
    model
}

#[test]
fn characters_without_a_piece_become_bytes() {
    let tokenizer = with_bytes().load();
    let encoding = tokenizer.encode_with_offsets("日", Special::Ordinary).unwrap();
    assert_eq!(encoding.ids, [3, 240, 161, 175]);
    assert_eq!(encoding.offsets, [(0, 0), (0, 0), (0, 0), (0, 3)]);
    assert_eq!(tokenizer.encode_pieces("日"), ["▁", "<0xE6>", "<0x97>", "<0xA5>"]);
    assert_eq!(tokenizer.decode(&encoding.ids).unwrap(), "日");
    assert_eq!(tokenizer.decode(&encoding.ids[..3]).unwrap(), "\u{fffd}\u{fffd}");
    assert!(tokenizer.is_byte_fallback(161) && !tokenizer.is_byte_fallback(3));
}

#[test]
fn unigrams_are_the_likeliest_pieces() {
    let pieces = [
        ("<unk>", 0.0, UNKNOWN),
        ("a", -1.0, NORMAL),
        ("b", -2.0, NORMAL),
        ("ab", -3.0, NORMAL),
        ("abc", -2.5, NORMAL),
        ("ca", 0.0, USER_DEFINED),
        ("bc", -0.5, UNUSED),
    ];
    let tokenizer = Model { kind: 1, ..Model::bpe(&pieces) }.load();
    let cases: [(&str, &[u32]); 5] =
        [("ab", &[3]), ("abca", &[3, 5]), ("bc", &[2, 0]), ("xyab", &[0, 3]), ("aab", &[1, 3])];
    for (text, ids) in cases {
        assert_eq!(tokenizer.encode(text), ids, "{text}");
    }
}

#[test]
fn what_cannot_be_loaded_is_refused() {
    let change = |change: &dyn Fn(&mut Model)| {
        let mut model = with_bytes();
        change(&mut model);
        Tokenizer::from_sentencepiece(&model.file()).map(drop)
    };
    assert!(change(&|_| ()).is_ok());
    for kind in [3, 4] {
        let error = change(&|model| model.kind = kind).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
    let faults: [&dyn Fn(&mut Model); 8] = [
        &|model| model.byte_fallback = false,
        &|model| drop(model.pieces.pop()),
        &|model| model.pieces[3].0.clear(),
        &|model| model.pieces[3].0 = "a\0".to_owned(),
        &|model| model.pieces[3].0 = "a".repeat(8000),
        &|model| model.pieces[3].0 = "a".to_owned(),
        &|model| model.pieces[3].0 = "<s>".to_owned(),
        &|model| model.pieces[3].2 = UNKNOWN,
    ];
    for fault in faults {
        assert!(matches!(change(fault), Err(Error::Malformed { .. })));
    }
    let unigram = |score: f32| {
        change(&|model| {
            model.kind = 1;
            model.pieces[3].1 = score;
        })
    };
    assert!(unigram(1.0).is_ok() && unigram(f32::NAN).is_err());
}

/// The definition: of neighbours that together are a piece those of the highest score merge, of
/// equal scores the leftmost.
fn by_definition(pieces: &[(String, f32)], text: &str) -> Vec<String> {
    let score =
        |text: &str| pieces.iter().find(|(piece, _)| piece == text).map(|(_, score)| *score);
    let mut parts: Vec<String> = text.chars().map(String::from).collect();
    loop {
        let mut best: Option<(f32, usize)> = None;
        for place in 1..parts.len() {
            if let Some(score) = score(&format!("{}{}", parts[place - 1], parts[place]))
                && best.is_none_or(|(highest, _)| score > highest)
            {
                best = Some((score, place));
            }
        }
        let Some((_, place)) = best else { break };
        let right = parts.remove(place);
        parts[place - 1].push_str(&right);
    }
    // Unknown neighbours are one.
    let mut merged: Vec<String> = Vec::new();
    let mut after_unknown = false;
    for part in parts {
        let is_unknown = score(&part).is_none();
        match merged.last_mut() {
            Some(last) if after_unknown && is_unknown => last.push_str(&part),
            _ => merged.push(part),
        }
        after_unknown = is_unknown;
    }
    merged
}

proptest! {
    #[test]
    fn bpe_follows_its_definition(
        pieces in prop::collection::btree_map("[abé▁]{1,4}", -3i8..0, 0..25),
        text in "[abé▁x]{0,60}",
    ) {
        let pieces: Vec<_> =
            pieces.into_iter().map(|(piece, score)| (piece, f32::from(score))).collect();
        let mut model = Model::bpe(&[("<unk>", 0.0, UNKNOWN)]);
        model.pieces.extend(pieces.iter().map(|(piece, score)| (piece.clone(), *score, NORMAL)));
        let tokenizer = model.load();
        let found = tokenizer.encode_pieces(&text);
        prop_assert_eq!(&found, &by_definition(&pieces, &text));
        let encoding = tokenizer.encode_with_offsets(&text, Special::Ordinary).unwrap();
        prop_assert_eq!(&tokenizer.encode(&text), &encoding.ids);
        let spans = encoding.offsets.iter().map(|&(start, end)| &text[start..end]);
        prop_assert_eq!(spans.collect::<Vec<_>>(), found);
    }

    /// An unused piece that no text can hold makes the other code run, which must come to the same.
    #[test]
    fn unused_pieces_elsewhere_change_nothing(
        pieces in prop::collection::btree_map("[ab▁]{1,4}", -3i8..0, 0..20),
        text in "[ab▁x]{0,60}",
    ) {
        let mut model = Model::bpe(&[("<unk>", 0.0, UNKNOWN), ("<m>", 0.0, USER_DEFINED)]);
        let pieces = pieces.into_iter();
        model.pieces.extend(pieces.map(|(piece, score)| (piece, f32::from(score), NORMAL)));
        let plain = model.load().encode(&text);
        model.pieces.push(("zz".to_owned(), 0.0, UNUSED));
        prop_assert_eq!(model.load().encode(&text), plain);
    }

    #[test]
    fn damaged_files_are_errors_or_models(
        place in 0usize..4000,
        byte in any::<u8>(),
        cut in 0usize..4000,
        text in ".{0,30}",
    ) {
        let model = Model { characters: characters(b"b\0"), ..with_bytes() };
        let mut file = model.file();
        if let Some(damaged) = file.get_mut(place) {
            *damaged = byte;
        }
        file.truncate(file.len().saturating_sub(cut % 7));
        if let Ok(tokenizer) = Tokenizer::from_sentencepiece(&file) {
            let ids = tokenizer.encode(&text);
            prop_assert!(tokenizer.decode_bytes(&ids).is_ok());
            tokenizer.encode_pieces(&text);
        }
    }
}
