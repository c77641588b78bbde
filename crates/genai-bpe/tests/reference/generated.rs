//! The texts that tokenizers are compared on: ours, and generated ones, as `fixtures/oracles/bpe_texts.py` makes
//! them. They come in groups, each of which has one digest of what a reference made of it.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::files::{lines, records, text};

/// Four hexadecimal digits of a text.
pub(crate) fn digest(text: &str) -> String {
    let hash = Sha256::digest(text);
    format!("{:02x}{:02x}", hash[0], hash[1])
}

/// Ids as the oracle writes them.
pub(crate) fn numbers(ids: &[u32]) -> String {
    let mut text = String::new();
    for id in ids {
        let _ = write!(text, " {id}");
    }
    text.split_off(1.min(text.len()))
}

/// The groups for which `result` is not what the digests say, each shown by its first text.
pub(crate) fn differences(
    groups: &[Vec<String>],
    expected: &str,
    mut result: impl FnMut(&str) -> String,
) -> Vec<String> {
    let expected: Vec<&str> = expected.split(' ').collect();
    assert_eq!(groups.len(), expected.len(), "as many groups as digests");
    let mut differences = Vec::new();
    for (i, (group, expected)) in groups.iter().zip(expected).enumerate() {
        if digest(&group.iter().map(|text| result(text) + "\n").collect::<String>()) != expected {
            let first = group.first().map_or("", String::as_str);
            let shown: String = first.chars().take(60).collect();
            differences.push(format!("group {i} of {}, {shown:?}: {}", group.len(), result(first)));
        }
    }
    differences
}

const LANGUAGES: [&str; 13] =
    ["en", "de", "fr", "ru", "el", "zh", "ja", "ko", "ar", "hi", "tr", "th", "he"];

/// The traps each alone, each language's references alone, the traps for BLEU by twenty.
pub(crate) fn own_texts() -> Vec<Vec<String>> {
    let traps = records("texts/bpe.jsonl");
    let traps = traps.iter().map(|entry| vec![text(entry, "text").to_owned()]);
    let languages =
        LANGUAGES.map(|language| vec![lines(&format!("texts/{language}/ref.A.txt")).join("\n")]);
    let nasty: Vec<String> =
        records("texts/nasty.jsonl").iter().map(|entry| text(entry, "hyp").to_owned()).collect();
    traps.chain(languages).chain(nasty.chunks(20).map(<[String]>::to_vec)).collect()
}

/// The first two lines of each language's output.
pub(crate) fn first_lines() -> Vec<String> {
    LANGUAGES.map(|language| lines(&format!("texts/{language}/hyp.1.txt"))[..2].join("\n")).to_vec()
}

pub(crate) const SPACES: [&str; 10] = [" ", "\n", "\r", "\t", "\u{3000}", "a", "1", ".", "'s", "/"];
const LETTERS: [&str; 9] = [" ", "a", "A", "\u{4e2d}", "\u{301}", "\u{2b0}", "'ll", "-", "1"];
#[rustfmt::skip]
pub(crate) const TRAPS: [&str; 55] = [
    " ", " ", "  ", "\n", "\r\n", "\t", "\u{a0}", "\u{2028}", "a", "b", "the", "A", "Bc", "THE", "'", "'s", "'S", "'\u{17f}",
    "'ll", "'Re", "1", "23", "4567", "\u{bd}", "\u{663}", ".", ",", "/", "--", "...", "\u{2014}", "\u{4e2d}", "\u{6587}\u{5b57}",
    "\u{3042}", "\u{30a2}", "\u{d55c}", "\u{301}", "\u{2b0}", "\u{1c5}", "\u{df}", "\u{416}", "\u{436}", "\u{5d0}", "\u{e01}",
    "\u{1f600}", "\u{200d}", "_", "$", "%", "\0", "\u{378}", "\u{10955}", "\u{1ad5}", "\u{323b0}", "\u{fffd}",
];
const RUNS: [&str; 10] =
    [" ", "\n", "a", "^", "7", "\u{5929}", "aB", "ab ", "\u{301}", "\u{1f600}"];

/// All strings of up to five pieces, a group for each first piece.
fn short_strings(pieces: &[&str]) -> Vec<Vec<String>> {
    let mut rests = vec![String::new()];
    let mut longest = rests.clone();
    for _ in 0..4 {
        longest = longest
            .iter()
            .flat_map(|rest| pieces.iter().map(move |piece| format!("{rest}{piece}")))
            .collect();
        rests.extend_from_slice(&longest);
    }
    let of_first = |first: &&str| rests.iter().map(|rest| format!("{first}{rest}")).collect();
    pieces.iter().map(of_first).collect()
}

/// Knuth's linear congruential generator of 64 bits, the upper half of which is used.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 32).unwrap() % limit
    }

    /// Fewer than `limit` of the pieces.
    pub(crate) fn text(&mut self, pieces: &[&str], limit: usize) -> String {
        (0..self.below(limit)).map(|_| pieces[self.below(pieces.len())]).collect()
    }
}

fn random_strings() -> Vec<Vec<String>> {
    let mut random = Random(4);
    (0..24).map(|_| (0..250).map(|_| random.text(&TRAPS, 24)).collect()).collect()
}

/// Runs of each length, and random letters as long, which no cache and no shortcut knows.
fn runs() -> Vec<Vec<String>> {
    let mut random = Random(5);
    let few = (1..35).chain(60..70).chain(96..104).chain(124..132);
    let lengths = few.chain(255..258).chain(498..504).chain(1023..1026).chain([4097]);
    lengths
        .map(|length| {
            let letters: String = (0..length)
                .map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz"[random.below(26)]))
                .collect();
            let runs = RUNS.map(|run| run.chars().cycle().take(length).collect::<String>());
            let within = runs.clone().map(|run| format!("x {run}.y"));
            runs.into_iter()
                .chain(within)
                .chain([letters.clone(), format!(" {letters}\n")])
                .collect()
        })
        .collect()
}

/// Within these all characters are alike.
const ALIKE: [std::ops::Range<u32>; 6] = [
    0x3500..0x4d00,
    0x5000..0x9f00,
    0xad00..0xd700,
    0xe100..0xf800,
    0x17100..0x18700,
    0x20100..0x32300,
];

/// Each character in contexts, 256 to a group.
fn characters() -> Vec<Vec<String>> {
    (0..0x32400)
        .step_by(256)
        .filter(|first| !ALIKE.iter().any(|range| range.contains(first)))
        .filter(|first| !(0xd800..0xe000).contains(first))
        .map(|first| (first..first + 256).filter_map(char::from_u32).map(in_contexts).collect())
        .collect()
}

fn in_contexts(c: char) -> String {
    format!(
        "{c} x {c}a x a{c} x {c}A x A{c}b x 1{c}1 x .{c}. x '{c} x {c}'s x {c}\nx{c}\n\nx \n{c} x\t{c}{c}\r\nx /{c}/ x {c}"
    )
}

/// The generated texts of that name.
pub(crate) fn sweep(name: &str) -> Vec<Vec<String>> {
    match name {
        "spaces" => short_strings(&SPACES),
        "letters" => short_strings(&LETTERS),
        "random" => random_strings(),
        "runs" => runs(),
        "characters" => characters(),
        other => panic!("{other}"),
    }
}
