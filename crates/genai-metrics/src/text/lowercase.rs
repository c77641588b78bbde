//! Python's `str.lower()`, in the version that the gold values were made with.

use super::character::within;
use super::tables::{CASE_IGNORABLE, CASED, LOWER};

const CAPITAL_SIGMA: char = '\u{3a3}';
const SMALL_SIGMA: char = '\u{3c3}';
const FINAL_SIGMA: char = '\u{3c2}';

/// Blocks of 256 code points, up to the last one that has a lower-case mapping.
const BLOCKS: usize = LOWER[LOWER.len() - 1].1 as usize / 256 + 1;

/// For each block, its row in `DELTAS`; row 0 is the block without mappings.
static ROWS: [u8; BLOCKS] = rows().0;
static DELTAS: [[i32; 256]; rows().1] = deltas();

const fn rows() -> ([u8; BLOCKS], usize) {
    let (mut rows, mut count) = ([0; BLOCKS], 1);
    let mut i = 0;
    while i < LOWER.len() {
        let mut block = LOWER[i].0 as usize / 256;
        while block <= LOWER[i].1 as usize / 256 {
            if rows[block] == 0 {
                assert!(count < 256, "a row number fits a byte");
                #[expect(clippy::cast_possible_truncation, reason = "checked above")]
                let row = count as u8;
                rows[block] = row;
                count += 1;
            }
            block += 1;
        }
        i += 1;
    }
    (rows, count)
}

#[expect(clippy::large_stack_arrays, reason = "it runs at compile time only")]
const fn deltas() -> [[i32; 256]; rows().1] {
    let mut deltas = [[0; 256]; rows().1];
    let mut i = 0;
    while i < LOWER.len() {
        let (mut c, last, step, delta) = LOWER[i];
        while c <= last {
            deltas[rows().0[c as usize / 256] as usize][c as usize % 256] = delta;
            c += step;
        }
        i += 1;
    }
    deltas
}

/// The lower-case form of one character, where that is one character.
fn lower(c: char) -> char {
    let code = u32::from(c);
    let Some(&row) = ROWS.get(code as usize / 256) else { return c };
    let delta = DELTAS[usize::from(row)][code as usize % 256];
    char::from_u32(code.wrapping_add_signed(delta)).unwrap_or(c)
}

/// Appends `text` in lower case to `out`, as Python 3.11's `str.lower()` maps it: full mappings,
/// and capital sigma becomes the final form at the end of a word.
///
/// Letters younger than Unicode 14 stay as they are, whatever the Rust toolchain knows of them.
///
/// ```
/// let mut out = String::new();
/// genai_metrics::text::lowercase("ΟΔΟΣ Straße İ", &mut out);
/// assert_eq!(out, "οδος straße i\u{307}");
/// ```
pub fn lowercase(text: &str, out: &mut String) {
    out.reserve(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\0'..='\x7f' => out.push(c.to_ascii_lowercase()),
            CAPITAL_SIGMA => {
                let after = at + c.len_utf8();
                let last = ends_a_word(&text[..at], &text[after..]);
                out.push(if last { FINAL_SIGMA } else { SMALL_SIGMA });
            }
            '\u{130}' => out.push_str("i\u{307}"),
            _ => out.push(lower(c)),
        }
    }
}

/// Unicode's `Final_Sigma` condition: a cased letter before, none after, looking past whatever is
/// case-ignorable.
fn ends_a_word(before: &str, after: &str) -> bool {
    let ignorable = |c: &char| !within(CASE_IGNORABLE, u32::from(*c));
    let cased = |c: char| within(CASED, u32::from(c));
    before.chars().rev().find(ignorable).is_some_and(cased)
        && !after.chars().find(ignorable).is_some_and(cased)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn lowered(text: &str) -> String {
        let mut out = String::new();
        lowercase(text, &mut out);
        out
    }

    /// Every code point alone and in every place beside a sigma, against the pinned Python.
    #[test]
    fn equals_the_reference_for_every_character() {
        let gold: serde_json::Value =
            serde_json::from_str(include_str!("../../../../fixtures/gold/characters.json"))
                .unwrap();
        let mapped: HashMap<u32, String> =
            serde_json::from_value::<Vec<(u32, String)>>(gold["lower"].clone())
                .unwrap()
                .into_iter()
                .collect();
        let cased: Vec<(u32, u32)> = serde_json::from_value(gold["cased"].clone()).unwrap();
        let ignorable: Vec<(u32, u32)> =
            serde_json::from_value(gold["case_ignorable"].clone()).unwrap();
        for c in '\0'..=char::MAX {
            let code = u32::from(c);
            let expected = mapped.get(&code).cloned().unwrap_or_else(|| c.to_string());
            assert_eq!(lowered(&c.to_string()), expected, "{code:X}");
            let is_final = |text: String| lowered(&text).ends_with(FINAL_SIGMA);
            assert_eq!(is_final(format!("1{c}Σ")), within(&cased, code), "{code:X}");
            let through = within(&cased, code) || within(&ignorable, code);
            assert_eq!(is_final(format!("A{c}Σ")), through, "{code:X}");
        }
    }

    #[test]
    fn sigma_looks_both_ways() {
        assert_eq!(lowered("ΑΣ ΑΣΑ Σ ΑΣ. ΑΣ.Α Α.Σ"), "ας ασα σ ας. ασ.α α.ς");
    }
}
