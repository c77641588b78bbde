//! Every pattern beside its regular expression, which fancy-regex runs as in tiktoken.

#![expect(clippy::unwrap_used, reason = "tests may")]
#![expect(clippy::print_stdout, reason = "what was checked is to be seen")]

#[path = "corpora/folder.rs"]
mod folder;
#[path = "corpora/records.rs"]
mod records;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use fancy_regex::Regex;
use genai_bpe::Pattern;
use proptest::prelude::*;

use self::folder::corpora;
use self::records::records;

/// Regular expressions that cut a text one after the other, as `Split` with `Isolated` does.
struct Oracle {
    pattern: Pattern,
    regexes: Vec<Regex>,
}

/// Spellings of tools for which `Pattern::regexes` has another.
const TIKTOKEN: &[(Pattern, &str)] = &[
    (
        Pattern::Gpt2,
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    ),
    (
        Pattern::Cl100kTiktoken,
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    ),
    (
        Pattern::Cl100k,
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    ),
    (
        Pattern::Cl100kTwoDigits,
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    ),
];

impl Oracle {
    fn new(pattern: Pattern, regexes: &[&str]) -> Self {
        let regexes = regexes.iter().map(|regex| Regex::new(regex).unwrap()).collect();
        Self { pattern, regexes }
    }

    /// One for each pattern.
    fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Oracle>> = LazyLock::new(Oracle::of_patterns);
        &ALL
    }

    /// Those of [`Oracle::all`], and the spellings of tiktoken.
    fn all_spellings() -> &'static [Self] {
        static ALL: LazyLock<Vec<Oracle>> = LazyLock::new(|| {
            let tiktoken = TIKTOKEN.iter().map(|&(pattern, regex)| Oracle::new(pattern, &[regex]));
            Oracle::of_patterns().into_iter().chain(tiktoken).collect()
        });
        &ALL
    }

    fn of_patterns() -> Vec<Self> {
        let patterns = Pattern::ALL.iter().filter(|pattern| !pattern.regexes().is_empty());
        patterns.map(|&pattern| Self::new(pattern, pattern.regexes())).collect()
    }

    fn pieces<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut pieces = vec![text];
        pieces.retain(|piece| !piece.is_empty());
        for regex in &self.regexes {
            pieces = pieces.into_iter().flat_map(|piece| isolated(regex, piece)).collect();
        }
        pieces
    }

    fn check(&self, text: &str) {
        let mut pieces = self.pattern.pieces(text);
        let expected = self.pieces(text);
        if !expected.iter().copied().eq(&mut pieces) {
            let found: Vec<&str> = self.pattern.pieces(text).collect();
            assert_eq!(found, expected, "{:?} of {text:?}", self.pattern);
        }
    }
}

/// The matches of a regular expression and what is between them.
fn isolated<'t>(regex: &Regex, text: &'t str) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for found in regex.find_iter(text) {
        let found = found.unwrap();
        pieces.push(&text[end..found.start()]);
        pieces.push(found.as_str());
        end = found.end();
    }
    pieces.push(&text[end..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Compares each text alone, and all of them with ASCII between, which scanners see in blocks.
fn check_all(texts: &[String]) -> usize {
    let oracles = Oracle::all_spellings();
    for text in texts {
        for oracle in oracles {
            oracle.check(text);
        }
    }
    for some in texts.chunks(40) {
        for separator in ["|", " or ", "'s 1234 Words, "] {
            let joined = some.join(separator);
            for oracle in oracles {
                oracle.check(&joined);
            }
        }
    }
    texts.len()
}

/// What rules ask about, and characters beside those: of every class, width and case.
const TRAPS: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{3000}",
    "\u{1680}",
    "\u{200b}",
    "\u{180e}",
    "a",
    "b",
    "s",
    "t",
    "d",
    "m",
    "l",
    "ll",
    "v",
    "e",
    "re",
    "r",
    "A",
    "S",
    "T",
    "LL",
    "Re",
    "Z",
    "'",
    "’",
    "'s",
    "'S",
    "'ſ",
    "ſ",
    "K",
    "'ll",
    "'LL",
    "'Ve",
    "'re",
    "'d",
    "'m",
    "'t",
    "'x",
    ".",
    ",",
    "/",
    "!",
    "-",
    "_",
    "^",
    "@",
    "[",
    "`",
    "{",
    "\u{7f}",
    "\0",
    "0",
    "1",
    "12",
    "123",
    "1234",
    "½",
    "Ⅷ",
    "٣",
    "²",
    "〇",
    "𝟘",
    "é",
    "É",
    "ß",
    "İ",
    "ı",
    "Ω",
    "я",
    "Я",
    "ж",
    "א",
    "ع",
    "ǅ",
    "ʰ",
    "ª",
    "中",
    "文",
    "々",
    "あ",
    "ア",
    "゛",
    "・",
    "ー",
    "\u{3040}",
    "\u{3099}",
    "龥",
    "龦",
    "⺀",
    "㐀",
    "𠀀",
    "한",
    "ก",
    "ั",
    "\u{301}",
    "\u{20dd}",
    "\u{903}",
    "\u{16ff0}",
    "𖿢",
    "ﬀ",
    "ⓐ",
    "€",
    "😀",
    "👍🏽",
    "\u{fe0f}",
    "\u{200d}",
    "\u{ad}",
    "\u{1ad5}",
    "\u{10955}",
    "\u{e0101}",
    "\u{378}",
    "\u{e000}",
    "\u{10ffff}",
];

/// Short ones, mostly of ASCII.
const TRAPS_FOR_BLOCKS: &[&str] = &[
    " ", " ", "  ", "\t", "\n", "\r\n", "\n\n", "a", "ab", "A", "Ab", "s", "S", "'", "'s", "'ll",
    "'LL", "'sa", "'ſ", "1", "12", "123", ".", ",", "/", "\0", "word", "Word", "WORD", " the", "ü",
    "É", "’", "“", "—", "я", "\u{a0}", "中", "\u{301}", "ʰ", "²", "😀",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn equals_the_expression(traps in prop::collection::vec(prop::sample::select(TRAPS), 0..12)) {
        check_all(&[traps.concat()]);
    }

    #[test]
    fn equals_the_expression_in_blocks(
        traps in prop::collection::vec(prop::sample::select(TRAPS_FOR_BLOCKS), 20..90),
        wide in prop::sample::select(TRAPS),
        at in 0..20usize,
    ) {
        let mut traps = traps;
        traps.insert(at, wide);
        check_all(&[traps.concat()]);
    }

    #[test]
    fn equals_the_expression_on_any_characters(text in "(\\PC|[ '\\r\\n/a-zA-Z0-9]|\\s){0,40}") {
        check_all(&[text]);
    }
}

/// All strings of up to `longest` of the characters.
fn strings(characters: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let until = all.len();
        for at in from..until {
            for &character in characters {
                let mut longer = all[at].clone();
                longer.push(character);
                all.push(longer);
            }
        }
        from = until;
    }
    all
}

#[test]
fn all_short_strings_of_white_space() {
    let texts = strings(&[' ', '\t', '\n', '\r', '\u{3000}', 'a', '.'], 4);
    println!("checked {} strings", check_all(&texts));
}

#[test]
#[ignore = "takes minutes; all_short_strings_of_white_space is its smaller twin"]
fn all_strings_of_white_space_and_of_cases() {
    let cases = ['A', 'a', 'ʰ', '\u{301}', '\'', 's', 'L', ' ', '.'];
    println!("checked {} strings", check_all(&strings(&cases, 5)));
    let texts = strings(&[' ', '\t', '\n', '\r', '\u{3000}', '\u{a0}', 'a', '.', '\''], 6);
    println!("checked {} strings", check_all(&texts));
}

#[test]
fn all_short_strings_of_cases() {
    let texts = strings(&['A', 'a', 'ʰ', '\u{301}', '\'', 's', ' '], 4);
    println!("checked {} strings", check_all(&texts));
}

/// Each character where rules may take notice of it.
fn contexts(character: char) -> String {
    let c = character;
    format!("{c}\n\n a{c}\nA{c}b 1{c}2 {c} .{c}\n'{c} {c}'s{c}A  {c}a{c}{c}中{c}\r\n{c}/{c}\t")
}

fn check_characters(characters: impl Iterator<Item = char>) {
    let oracles = Oracle::all();
    let mut count = 0;
    for character in characters {
        let text = contexts(character);
        for oracle in oracles {
            oracle.check(&text);
        }
        count += 1;
    }
    println!("checked {count} characters in each of {} patterns", oracles.len());
}

/// The scanners see no more of a character than its class, which another test compares for all of
/// them, its bytes where they are ASCII, and a few code points. So these stand for the others.
#[test]
fn characters_in_context() {
    let low = '\0'..'\u{250}';
    let others = ('\u{250}'..=char::MAX).filter(|&c| {
        let c = c as u32;
        c.is_multiple_of(0x3f1)
            || [0x3040, 0x3100, 0x4e00, 0x9fa6].iter().any(|&edge: &u32| c.abs_diff(edge) < 3)
    });
    let traps = TRAPS.iter().flat_map(|text| text.chars());
    let characters: BTreeSet<char> = low.chain(others).chain(traps).collect();
    check_characters(characters.into_iter());
}

#[test]
#[ignore = "takes many minutes; the test before it has characters that stand for the others"]
fn all_characters_in_context() {
    check_characters('\0'..=char::MAX);
}

#[test]
fn lengths_around_words_and_blocks() {
    let oracles = Oracle::all();
    let mut count = 0;
    for length in (1..20).chain(30..35).chain(62..68).chain(126..131) {
        for unit in [
            "a", "A", "я", "中", "𝒳", "ʰ", "\u{301}", "1", "٣", ".", "😀", " ", "\n", "\u{3000}",
            "'s",
        ] {
            for (before, after) in [
                ("", ""),
                ("'", "'s"),
                (" ", "\n"),
                ("A", "b"),
                ("a", "B "),
                (".", " x"),
                ("  ", "/"),
            ] {
                let text = format!("{before}{}{after}", unit.repeat(length));
                for oracle in oracles {
                    oracle.check(&text);
                }
                count += 1;
            }
        }
    }
    println!("checked {count} texts");
}

/// What would take a backtracking engine its stack or the square of the time.
#[test]
fn long_runs_take_linear_time() {
    const LENGTH: usize = 1 << 20;
    for &pattern in Pattern::ALL {
        for unit in [
            "a", "A", "aA", "ʰ", "ʰA", "\u{301}A", "Aʰ", "中", " ", "\n", " \n", "\n ", ".", "'",
            "1", "\0", " a", "'s", "\0 ",
        ] {
            let text = unit.repeat(LENGTH / unit.len());
            for text in [format!("{text}A"), format!("{text} x"), text] {
                let covered: usize = pattern.pieces(&text).map(str::len).sum();
                assert_eq!(covered, text.len());
            }
        }
    }
}

/// The pieces that Hugging Face's tokenizers make of hand-made and of random texts.
#[test]
fn corpora_pieces() {
    let Some(folder) = corpora() else { return };
    let mut texts = HashMap::new();
    for record in records(folder.join("nasty/nasty.jsonl")) {
        let id = record["id"].as_str().unwrap();
        let refs = record["refs"].as_array().unwrap().iter().enumerate();
        let sides = refs.map(|(number, text)| (format!("ref{number}"), text));
        for (side, text) in sides.chain([("hyp".to_owned(), &record["hyp"])]) {
            texts.insert((id.to_owned(), side), text.as_str().unwrap().to_owned());
        }
    }
    for (name, pattern) in
        [("gpt2", Pattern::Gpt2), ("cl100k", Pattern::Cl100k), ("o200k", Pattern::O200k)]
    {
        let (mut count, mut pieces) = (0, 0);
        for record in records(folder.join(format!("bpe/ids_nasty.{name}.jsonl.gz"))) {
            let key = ["id", "side"].map(|field| record[field].as_str().unwrap().to_owned());
            let text = &texts[&key.into()];
            let expected: Vec<&str> =
                record["pieces"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
            let found: Vec<String> = pattern.pieces(text).map(mapped).collect();
            assert_eq!(found, expected, "{name} of {text:?}");
            count += 1;
            pieces += found.len();
        }
        println!("checked {count} texts, {pieces} pieces of {name}");
    }
}

/// A piece as byte-level tokenizers write it: a character for each byte.
fn mapped(piece: &str) -> String {
    let printed = |byte: &u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let others: Vec<u8> = (0..=255).filter(|byte| !printed(byte)).collect();
    let character = |byte: u8| match others.iter().position(|&other| other == byte) {
        Some(place) => char::from_u32(256 + u32::try_from(place).unwrap()).unwrap(),
        None => char::from(byte),
    };
    piece.bytes().map(character).collect()
}
