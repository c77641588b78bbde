//! Texts that some implementation is known to cut wrongly, and more like them from a seed.

use genai_eval_benches::SplitMix64;

/// Letters of Unicode 17 and a mark that is newer than Unicode 16: in tiktoken's tables they are
/// unassigned, so that a newline after one belongs to its piece.
const NEWER_THAN_UNICODE_16: [char; 8] = [
    '\u{1ad5}',
    '\u{10955}',
    '\u{11dd5}',
    '\u{18d15}',
    '\u{18d95}',
    '\u{18dd5}',
    '\u{1e6d5}',
    '\u{323d5}',
];

/// What generated traps are put together from.
const PARTS: [&str; 56] = [
    "a",
    "B",
    "ab",
    "Hello",
    "WORLD",
    "iPhone",
    "ſ",
    "K",
    "'s",
    "'S",
    "'ſ",
    "'t",
    "'re",
    "'VE",
    "'ll",
    "'m",
    "'d",
    "'",
    "’s",
    " ",
    "  ",
    "   ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u{a0}",
    "\u{3000}",
    "\u{85}",
    "\u{200b}",
    "1",
    "12",
    "123",
    "1234",
    "½",
    "Ⅷ",
    "٣",
    ".",
    ",",
    "/",
    "//",
    "!?",
    "(",
    "_",
    "中",
    "文字",
    "か",
    "カ",
    "한",
    "ж",
    "Ж",
    "e\u{301}",
    "ʰ",
    "ǅ",
    "👩\u{200d}🚀",
    "\u{1ad5}",
];

/// All texts.
pub(crate) fn all(generated: usize) -> Vec<String> {
    let mut texts: Vec<String> = [
        "a'ſ",
        "A'ſ",
        "'ſ",
        "it'S HE'LL",
        "\t's",
        "\n's",
        "a's's",
        "'sat",
        "I'm'd",
        "x'res",
        " 's",
        "a \n  b",
        "a\r\n\r\n b",
        "  \n \n  ",
        " \u{3000}\u{a0} a",
        "end.\r\n\r\nnext",
        "//\n/\n",
        "a/\n/\r\n",
        "中Qz",
        "ʰABC",
        "ABCʰ",
        "ǅabc",
        "McDONALD's",
        "12345678",
        "½Ⅷ٣1",
        "e\u{301}E\u{301}",
        "\u{301}\u{301}a",
        "क्षि",
        "👩\u{200d}🚀🏽",
        "\u{fffd}\u{feff}",
        "<|endoftext|>",
        "<|fim_prefix|>a",
        "\u{0}\u{1f}\u{7f}",
        "\u{85}\u{2028}\u{2029}x",
        "a\u{200b}b\u{2060}c",
        "ŉ ŉ's",
        "ﬀ'Ll",
        "İi̇",
    ]
    .map(str::to_owned)
    .to_vec();
    for letter in NEWER_THAN_UNICODE_16 {
        texts.extend([
            format!("{letter}\n"),
            format!("x\n\n{letter}\n\nx"),
            format!("a {letter}a1"),
        ]);
    }
    let mut random = SplitMix64::new(1);
    for length in [99, 100, 101, 255, 256, 257, 499, 500, 501, 502, 1000, 10_000] {
        texts.push(letters(&mut random, length));
    }
    for piece in ["a", " ", "\n", "^", "ab", "中", "0", "é", "\u{3000}"] {
        texts.extend([63, 64, 65, 128, 1000, 10_000].map(|length| piece.repeat(length)));
    }
    texts.extend((0..generated).map(|_| {
        let length = 1 + random.next_u64() % 8;
        (0..length).map(|_| *pick(&mut random, &PARTS)).collect::<String>()
    }));
    texts
}

fn letters(random: &mut SplitMix64, length: usize) -> String {
    const ALPHABET: [char; 26] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
    ];
    (0..length).map(|_| *pick(random, &ALPHABET)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "less than the length")]
fn pick<'a, T>(random: &mut SplitMix64, from: &'a [T]) -> &'a T {
    &from[(random.next_u64() % from.len() as u64) as usize]
}
