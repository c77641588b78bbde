//! Alignments for people: reference and hypothesis above each other, and marks under what is wrong.

use std::fmt::Write as _;
use std::io::{self, Write};

use genai_metrics::kernel::{Edit, EditCounts};
use genai_metrics::metrics::AlignedText;
use genai_metrics::text::Unit;
use unicode_width::UnicodeWidthStr;

use crate::read::json::Cell;
use crate::report::printable;

/// So many columns are filled before the next lines begin.
const COLUMNS: usize = 100;

/// What the lines of a picture begin with.
const LINES: [&str; 3] = ["REF: ", "HYP: ", "     "];

const PLAIN: &str = "\x1b[0m";

/// What becomes of a word, as wide as the wider of both.
struct Pair {
    edit: Edit,
    reference: String,
    hypothesis: String,
    width: usize,
}

impl Pair {
    fn of(edit: Edit, reference: Option<&str>, hypothesis: Option<&str>) -> Self {
        let [reference, hypothesis] = [reference, hypothesis].map(|word| word.map(printable));
        let width_of = |word: &Option<String>| word.as_deref().map_or(0, UnicodeWidthStr::width);
        // Marks that stand on other characters have no width, but what becomes of them is seen.
        let width = width_of(&reference).max(width_of(&hypothesis)).max(1);
        let or_missing = |word: Option<String>| word.unwrap_or_else(|| "*".repeat(width));
        Self { edit, reference: or_missing(reference), hypothesis: or_missing(hypothesis), width }
    }
}

/// Which segment it is, before the counts.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_heading(
    index: u64,
    id: Option<&Cell>,
    system: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = id.map_or_else(|| index.to_string(), Cell::plain);
    match system {
        None => write!(out, "segment {}: ", printable(&name)),
        Some(system) => write!(out, "segment {}, {}: ", printable(&name), printable(system)),
    }
}

/// The counts, and the words.
pub(super) fn of(aligned: &AlignedText, unit: Unit, coloured: bool) -> String {
    let EditCounts { hits, substitutions, deletions, insertions } = aligned.counts();
    let mut picture = format!("H = {hits} S = {substitutions} D = {deletions} I = {insertions}\n");
    let separator = usize::from(unit == Unit::Word);
    let mut row: Vec<Pair> = Vec::new();
    let mut filled = LINES[0].len();
    for (edit, reference, hypothesis) in aligned.pairs() {
        let pair = Pair::of(edit, reference, hypothesis);
        if !row.is_empty() && filled + pair.width > COLUMNS {
            write_row(&row, separator, coloured, &mut picture);
            row.clear();
            filled = LINES[0].len();
        }
        filled += pair.width + separator;
        row.push(pair);
    }
    write_row(&row, separator, coloured, &mut picture);
    picture
}

/// Some words; the line of marks only where there are any.
fn write_row(row: &[Pair], separator: usize, coloured: bool, picture: &mut String) {
    let is_right = row.iter().all(|pair| pair.edit == Edit::Hit);
    for (number, beginning) in LINES.into_iter().enumerate().take(if is_right { 2 } else { 3 }) {
        let mut line = beginning.to_owned();
        // Spaces wait until something comes after them.
        let mut waiting = 0;
        for Pair { edit, reference, hypothesis, width } in row {
            let (mark, colour) = look(*edit);
            let cell = [reference, hypothesis, mark][number];
            if !cell.is_empty() {
                line.extend(std::iter::repeat_n(' ', std::mem::take(&mut waiting)));
                // Writing to a string does not fail.
                let _written = match (coloured, colour) {
                    (true, Some(colour)) => write!(line, "{colour}{cell}{PLAIN}"),
                    _ => write!(line, "{cell}"),
                };
            }
            waiting += width.saturating_sub(cell.width()) + separator;
        }
        picture.push_str(line.trim_end_matches(' '));
        picture.push('\n');
    }
}

/// The mark of an edit, and its colour.
fn look(edit: Edit) -> (&'static str, Option<&'static str>) {
    match edit {
        Edit::Hit => ("", None),
        Edit::Substitution => ("S", Some("\x1b[33m")),
        Edit::Deletion => ("D", Some("\x1b[31m")),
        Edit::Insertion => ("I", Some("\x1b[32m")),
    }
}

#[cfg(test)]
mod tests {
    use genai_metrics::text::Transcript;

    use super::*;

    fn picture(reference: &str, hypothesis: &str, unit: Unit, coloured: bool) -> String {
        let transcript = Transcript { unit, ..Transcript::default() };
        of(&AlignedText::new(reference, hypothesis, transcript).unwrap(), unit, coloured)
    }

    #[test]
    fn words_stand_above_each_other_by_their_width() {
        assert_eq!(
            picture("我们 see a\tcat e\u{301}", "你 see cat it", Unit::Word, false),
            "H = 1 S = 3 D = 0 I = 0\n\
             REF: 我们 see a\\tcat e\u{301}\n\
             HYP: 你   see cat    it\n\
             \u{20}    S        S      S\n",
        );
    }

    #[test]
    fn missing_words_are_stars_and_right_lines_have_no_marks() {
        assert_eq!(
            picture("so the cat", "the cat now", Unit::Word, false),
            "H = 2 S = 0 D = 1 I = 1\nREF: so the cat ***\nHYP: ** the cat now\n     D          I\n",
        );
        assert_eq!(
            picture("a b", "a b", Unit::Word, false),
            "H = 2 S = 0 D = 0 I = 0\nREF: a b\nHYP: a b\n",
        );
        assert_eq!(picture("", "", Unit::Word, false), "H = 0 S = 0 D = 0 I = 0\nREF:\nHYP:\n");
    }

    #[test]
    fn characters_stand_without_spaces_and_marks_have_a_column() {
        assert_eq!(
            picture("a be\u{301}", "ab bé", Unit::Character, false),
            "H = 3 S = 1 D = 1 I = 1\nREF: a* be\u{301}\nHYP: ab bé*\n      I  SD\n",
        );
    }

    #[test]
    fn what_is_wrong_has_a_colour() {
        assert_eq!(
            picture("a b", "a c", Unit::Word, true),
            "H = 1 S = 1 D = 0 I = 0\nREF: a \x1b[33mb\x1b[0m\nHYP: a \x1b[33mc\x1b[0m\n       \
             \x1b[33mS\x1b[0m\n",
        );
    }

    #[test]
    fn long_texts_go_on_below() {
        let words = |last: &str| ["word"; 19].join(" ") + " " + last;
        let drawn = picture(&words("one two"), &words("one too"), Unit::Word, false);
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[1].len(), LINES[0].len() + 19 * 5 - 1);
        assert_eq!(lines[3..], ["REF: one two", "HYP: one too", "         S"]);
    }
}
