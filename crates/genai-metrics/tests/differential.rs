//! The one-pass tokenizers against sacreBLEU's regular expressions, applied one after the other
//! as Python applies them: all short strings, and long ones at random.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use genai_metrics::text::{Scheme, is_white_space};
use genai_metrics::{Tokenizer, Tokens};
use proptest::prelude::*;

/// `re.sub(r'(FIRST)(SECOND)', template, line)`: matches are found from the left and do not
/// overlap, so the second character of one is never the first of the next.
fn sub_pair(
    line: &[char],
    first: impl Fn(char) -> bool,
    second: impl Fn(char) -> bool,
    template: [&str; 3],
) -> Vec<char> {
    let [before, between, after] = template;
    let mut out = Vec::with_capacity(line.len() * 2);
    let mut i = 0;
    while i < line.len() {
        match line[i..] {
            [a, b, ..] if first(a) && second(b) => {
                out.extend(before.chars());
                out.push(a);
                out.extend(between.chars());
                out.push(b);
                out.extend(after.chars());
                i += 2;
            }
            [a, ..] => {
                out.push(a);
                i += 1;
            }
            [] => unreachable!("i is inside the line"),
        }
    }
    out
}

/// `re.sub(r'(CLASS)', r' \1 ', line)`.
fn sub_alone(line: &[char], class: impl Fn(char) -> bool) -> Vec<char> {
    let mut out = Vec::with_capacity(line.len() * 3);
    for &c in line {
        if class(c) {
            out.extend([' ', c, ' ']);
        } else {
            out.push(c);
        }
    }
    out
}

/// sacreBLEU's `TokenizerRegexp`, before its `split`.
fn western(line: &[char]) -> Vec<char> {
    // [\{-\~\[-\` -\&\(-\+\:-\@\/]
    let separate = |c| matches!(c, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/');
    let mark = |c| matches!(c, '.' | ',');
    let digit = |c: char| c.is_ascii_digit();
    let line = sub_alone(line, separate);
    let line = sub_pair(&line, |c| !digit(c), mark, ["", " ", " "]);
    let line = sub_pair(&line, mark, |c| !digit(c), [" ", " ", ""]);
    sub_pair(&line, digit, |c| c == '-', ["", " ", " "])
}

fn passes_13a(text: &str) -> Vec<char> {
    let mut line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if line.contains('&') {
        line = line.replace("&quot;", "\"").replace("&amp;", "&");
        line = line.replace("&lt;", "<").replace("&gt;", ">");
    }
    western(&format!(" {line} ").chars().collect::<Vec<_>>())
}

/// sacreBLEU's `_UCODE_RANGES` as Python reads them: `'\u20000'` is two characters.
const CHINESE: &[(&str, &str)] = &[
    ("\u{3400}", "\u{4db5}"),
    ("\u{4e00}", "\u{9fa5}"),
    ("\u{9fa6}", "\u{9fbb}"),
    ("\u{f900}", "\u{fa2d}"),
    ("\u{fa30}", "\u{fa6a}"),
    ("\u{fa70}", "\u{fad9}"),
    ("\u{2000}0", "\u{2a6d}6"),
    ("\u{2f80}0", "\u{2fa1}d"),
    ("\u{ff00}", "\u{ffef}"),
    ("\u{2e80}", "\u{2eff}"),
    ("\u{3000}", "\u{303f}"),
    ("\u{31c0}", "\u{31ef}"),
    ("\u{2f00}", "\u{2fdf}"),
    ("\u{2ff0}", "\u{2fff}"),
    ("\u{3100}", "\u{312f}"),
    ("\u{31a0}", "\u{31bf}"),
    ("\u{fe10}", "\u{fe1f}"),
    ("\u{fe30}", "\u{fe4f}"),
    ("\u{2600}", "\u{26ff}"),
    ("\u{2700}", "\u{27bf}"),
    ("\u{3200}", "\u{32ff}"),
    ("\u{3300}", "\u{33ff}"),
];

fn is_chinese(c: char) -> bool {
    let mut utf8 = [0; 4];
    // Bytes of UTF-8 compare as code points do, so this is Python's comparison of strings.
    let c: &str = c.encode_utf8(&mut utf8);
    CHINESE.iter().any(|&(start, end)| start <= c && c <= end)
}

fn passes_zh(text: &str) -> Vec<char> {
    let line: Vec<char> = text.trim_matches(is_white_space).chars().collect();
    western(&sub_alone(&line, is_chinese))
}

/// Sorted, inclusive ranges of code points.
type Ranges = Vec<(u32, u32)>;

struct Categories {
    punctuation: Ranges,
    symbol: Ranges,
    number: Ranges,
}

/// `\p{P}`, `\p{S}` and `\p{N}` as the pinned `regex` package has them.
static CATEGORIES: LazyLock<Categories> = LazyLock::new(|| {
    let gold: serde_json::Value =
        serde_json::from_str(include_str!("../../../fixtures/gold/characters.json")).unwrap();
    let ranges = |key: &str| serde_json::from_value(gold[key].clone()).unwrap();
    Categories {
        punctuation: ranges("punctuation"),
        symbol: ranges("symbol"),
        number: ranges("number"),
    }
});

fn within(ranges: &Ranges, c: char) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= u32::from(c));
    after > 0 && u32::from(c) <= ranges[after - 1].1
}

fn passes_intl(text: &str) -> Vec<char> {
    let Categories { punctuation, symbol, number } = &*CATEGORIES;
    let not_number = |c| !within(number, c);
    let line: Vec<char> = text.chars().collect();
    let line = sub_pair(&line, not_number, |c| within(punctuation, c), ["", " ", " "]);
    let line = sub_pair(&line, |c| within(punctuation, c), not_number, [" ", " ", ""]);
    sub_alone(&line, |c| within(symbol, c))
}

/// The tokens that BLEU counts: `tokenizer(sentence.rstrip()).split()`.
fn tokens_by_passes(scheme: &Scheme, text: &str) -> Option<Vec<String>> {
    let text = text.trim_end_matches(is_white_space);
    let line = match scheme {
        Scheme::None => text.chars().collect(),
        Scheme::V13a => passes_13a(text),
        Scheme::Intl => passes_intl(text),
        Scheme::Char => text.chars().flat_map(|c| [c, ' ']).collect(),
        Scheme::Zh => passes_zh(text),
        // Not one of sacreBLEU's.
        Scheme::Unicode
        | Scheme::Rouge
        | Scheme::Words
        | Scheme::Subwords(_)
        | Scheme::Transcript(_)
        | Scheme::Answer
        | Scheme::Tercom(_) => return None,
    };
    let words = line.split(|&c| is_white_space(c)).filter(|word| !word.is_empty());
    Some(words.map(|word| word.iter().collect()).collect())
}

/// Both cuts of the text, if they differ.
fn difference(scheme: &Scheme, text: &str, tokens: &mut Tokens) -> Option<String> {
    let expected = tokens_by_passes(scheme, text)?;
    let tokenizer = Tokenizer { scheme: scheme.clone(), ..Tokenizer::default() };
    tokens.cut(&tokenizer, text).unwrap();
    if tokens.iter().eq(expected.iter().map(String::as_str)) {
        return None;
    }
    let found: Vec<&str> = tokens.iter().collect();
    Some(format!("{scheme} cuts {text:?} into {found:?}, the passes into {expected:?}"))
}

/// Every string of up to `longest` pieces.
fn check_all_strings(scheme: &Scheme, pieces: &[&str], longest: u32) {
    let mut tokens = Tokens::default();
    let mut text = String::new();
    for length in 0..=longest {
        for number in 0..pieces.len().pow(length) {
            text.clear();
            let mut rest = number;
            for _ in 0..length {
                text.push_str(pieces[rest % pieces.len()]);
                rest /= pieces.len();
            }
            if let Some(difference) = difference(scheme, &text, &mut tokens) {
                panic!("{difference}");
            }
        }
    }
}

#[test]
fn all_short_strings_13a() {
    check_all_strings(&Scheme::V13a, &["a", "5", ".", ",", "-", " ", "&"], 6);
}

#[test]
fn all_short_strings_13a_beyond_ascii() {
    check_all_strings(&Scheme::V13a, &["é", "5", ".", "٥", "-", "\u{85}", "\n"], 5);
}

#[test]
fn all_short_strings_13a_rewriting() {
    let pieces =
        ["a", "5", ".", "-", "\n", "-\n", "&", "amp;", "&amp;", "lt;", "&quot;", "<skipped>"];
    check_all_strings(&Scheme::V13a, &pieces, 4);
    let pieces = ["<skipped", "<skip", "ped>", "<skipped>", ">", "-", "\n", "5"];
    check_all_strings(&Scheme::V13a, &pieces, 5);
}

#[test]
fn all_short_strings_zh() {
    check_all_strings(&Scheme::Zh, &["a", "5", ".", "-", " ", "&", "中"], 6);
}

#[test]
fn all_short_strings_intl() {
    check_all_strings(&Scheme::Intl, &["a", "5", ".", "-", " ", "+", "…"], 6);
    check_all_strings(&Scheme::Intl, &["é", "Ⅷ", "¿", "€", "\u{3000}", "٪"], 5);
}

#[test]
fn all_short_strings_of_the_plain_schemes() {
    for scheme in &[Scheme::None, Scheme::Char] {
        check_all_strings(scheme, &["a", ".", " ", "\n", "\u{1c}", "é", "\u{2003}"], 5);
    }
}

/// Each code point between characters of every kind that the passes tell apart. The planes that
/// are left out are unassigned or for private use.
fn check_all_characters(scheme: &Scheme) {
    let mut tokens = Tokens::default();
    for c in ('\0'..='\u{323af}').chain('\u{e0000}'..='\u{e0fff}') {
        let text = format!("{c}.{c}a{c}5.{c}5{c},5-{c}-{c}");
        if let Some(difference) = difference(scheme, &text, &mut tokens) {
            panic!("U+{:04X}: {difference}", u32::from(c));
        }
    }
}

#[test]
fn every_character_13a() {
    check_all_characters(&Scheme::V13a);
}

#[test]
fn every_character_zh() {
    check_all_characters(&Scheme::Zh);
}

#[test]
fn every_character_intl() {
    check_all_characters(&Scheme::Intl);
}

#[test]
fn every_character_of_the_plain_schemes() {
    check_all_characters(&Scheme::None);
    check_all_characters(&Scheme::Char);
}

/// Texts that a tokenizer can trip over: marks, digits and separators in runs, entities, white
/// space of all kinds, several scripts.
fn nasty_text() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec!['a', '5', '.', ',', '-', ' ', '&', '0', '\'', '/']);
    let scripts = prop::sample::select(
        "aéж中\u{20000}\u{2a6d6}\u{2f801}あ가ß5٥Ⅷ².,-¿…“”’€+^$|%&<>;\n\r\t\u{1c}\u{85}\u{a0}\u{200b}\u{2003}\u{2028}\u{3000}\u{feff}😀\u{1f1e9}\u{301}"
            .chars()
            .collect::<Vec<char>>(),
    );
    let pieces = prop::sample::select(vec![
        "&amp;",
        "&lt;",
        "&gt;",
        "&quot;",
        "&apos;",
        "<skipped>",
        "-\n",
        "\n",
        "&",
        "amp;",
        "lt;",
        "3.5",
        "1,000",
        "10-",
        "-5",
        "U.S.",
        "...",
        "..5",
        "5..",
        "、",
        "。",
        "（",
        "）",
        "word",
        " ",
        "5",
        ".",
        ",",
    ]);
    let string = |characters: Vec<char>| characters.into_iter().collect::<String>();
    prop_oneof![
        prop::collection::vec(marks, 0..300).prop_map(string),
        prop::collection::vec(scripts, 0..300).prop_map(string),
        prop::collection::vec(pieces, 0..100).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(any::<char>(), 0..100).prop_map(string),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn long_strings(text in nasty_text()) {
        let mut tokens = Tokens::default();
        for scheme in Scheme::ALL {
            let difference = difference(scheme, &text, &mut tokens);
            prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
        }
    }
}
