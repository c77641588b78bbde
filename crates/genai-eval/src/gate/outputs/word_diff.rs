//! What became of a text, word by word: a longest common subsequence, and what is not in it.

use std::collections::HashMap;

/// What became of a run of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// In both texts.
    Same,
    /// Only in the old one.
    Gone,
    /// Only in the new one.
    New,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'t> {
    /// The word itself, which is not empty and has no white space.
    pub(super) text: &'t str,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
}

/// Words side by side that share a fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    /// What became of them.
    pub(super) change: Change,
    /// The words, at least one.
    pub(super) words: Vec<Word<'t>>,
}

/// How many pairs of words are compared at most, each two bytes: beyond that what differs is
/// taken as replaced wholly, since nobody reads such a comparison.
const MOST_PAIRS: usize = 4_000_000;

/// The words of a text: what white space separates, and each character of scripts that are written
/// without it.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut spaced = false;
    let mut end_word = |start: &mut Option<usize>, spaced: &mut bool, end: usize| {
        if let Some(begin) = start.take() {
            words.push(Word { text: &text[begin..end], spaced: std::mem::take(spaced) });
        }
    };
    for (at, c) in text.char_indices() {
        if c.is_whitespace() {
            end_word(&mut start, &mut spaced, at);
            spaced = true;
        } else if stands_alone(c) {
            end_word(&mut start, &mut spaced, at);
            start = Some(at);
            end_word(&mut start, &mut spaced, at + c.len_utf8());
        } else {
            start.get_or_insert(at);
        }
    }
    end_word(&mut start, &mut spaced, text.len());
    words
}

/// Kana, ideographs, and the marks between them.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// What became of the old text in the new one. Between two runs of common words what is gone comes
/// before what is new.
pub(super) fn word_diff<'t>(old: &'t str, new: &'t str) -> Vec<Piece<'t>> {
    let (old, new) = (words(old), words(new));
    let common = |pairs: &mut dyn Iterator<Item = (&Word<'_>, &Word<'_>)>| {
        pairs.take_while(|(one, other)| one.text == other.text).count()
    };
    let front = common(&mut old.iter().zip(&new));
    let (old_rest, new_rest) = (&old[front..], &new[front..]);
    let back = common(&mut old_rest.iter().rev().zip(new_rest.iter().rev()));
    let old_middle = &old_rest[..old_rest.len() - back];
    let new_middle = &new_rest[..new_rest.len() - back];

    let mut pieces = Pieces::default();
    pieces.extend_same(&old[..front], &new[..front]);
    if old_middle.len().saturating_mul(new_middle.len()) <= MOST_PAIRS {
        align(old_middle, new_middle, &mut pieces);
    } else {
        pieces.gone.extend_from_slice(old_middle);
        pieces.new.extend_from_slice(new_middle);
    }
    pieces.extend_same(&old_rest[old_middle.len()..], &new_rest[new_middle.len()..]);
    pieces.end_change();
    pieces.done
}

/// Aligns by the table of the lengths of common subsequences of what is left of both.
fn align<'t>(old: &[Word<'t>], new: &[Word<'t>], pieces: &mut Pieces<'t>) {
    let mut ids = HashMap::new();
    let mut numbers = |words: &[Word<'t>]| -> Vec<usize> {
        let mut number = |word: &Word<'t>| {
            let next = ids.len();
            *ids.entry(word.text).or_insert(next)
        };
        words.iter().map(&mut number).collect()
    };
    let (old_ids, new_ids) = (numbers(old), numbers(new));
    let width = new.len() + 1;
    // No length exceeds the shorter text's, which the bound keeps within two bytes.
    let mut lengths = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if old_ids[i] == new_ids[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old_ids[i] == new_ids[j] {
            pieces.extend_same(&old[i..=i], &new[j..=j]);
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            pieces.gone.push(old[i]);
            i += 1;
        } else {
            pieces.new.push(new[j]);
            j += 1;
        }
    }
    pieces.gone.extend_from_slice(&old[i..]);
    pieces.new.extend_from_slice(&new[j..]);
}

/// Pieces in the making: what is gone and what is new waits for the next common word.
#[derive(Default)]
struct Pieces<'t> {
    done: Vec<Piece<'t>>,
    gone: Vec<Word<'t>>,
    new: Vec<Word<'t>>,
}

impl<'t> Pieces<'t> {
    fn extend_same(&mut self, old: &[Word<'t>], new: &[Word<'t>]) {
        if new.is_empty() {
            return;
        }
        self.end_change();
        let both = old.iter().zip(new);
        let both = both.map(|(o, n)| Word { text: n.text, spaced: o.spaced || n.spaced });
        match self.done.last_mut() {
            Some(Piece { change: Change::Same, words }) => words.extend(both),
            _ => self.done.push(Piece { change: Change::Same, words: both.collect() }),
        }
    }

    fn end_change(&mut self) {
        let gone = (Change::Gone, std::mem::take(&mut self.gone));
        let new = (Change::New, std::mem::take(&mut self.new));
        for (change, words) in [gone, new] {
            if !words.is_empty() {
                self.done.push(Piece { change, words });
            }
        }
    }
}

/// How pieces are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Before and after what is gone.
    pub(super) gone: [&'static str; 2],
    /// Before and after what is new.
    pub(super) new: [&'static str; 2],
    /// What makes a word safe where it is written.
    pub(super) escape: fn(&str) -> String,
}

/// How many words of a common run are shown beside a change.
const CONTEXT: usize = 12;
/// How many words of a longer run are shown at either end.
const ENDS: usize = 60;
/// How many words are shown at all.
const MOST_WORDS: usize = 600;
/// How many characters of a word are shown.
const MOST_CHARACTERS: usize = 200;

/// Writes pieces on one line. What is long is left out in the middle, and how much is said.
pub(super) fn render(pieces: &[Piece<'_>], marks: &Marks) -> String {
    if pieces.is_empty() {
        return "(empty)".to_owned();
    }
    let mut line = String::new();
    let mut left = MOST_WORDS;
    let mut before = None;
    for piece in pieces {
        let ends = match piece.change {
            Change::Same if pieces.len() > 1 => CONTEXT,
            _ => ENDS,
        };
        if left == 0 {
            line.push_str(" …");
            break;
        }
        left = left.saturating_sub(piece.words.len().min(2 * ends));
        // What is new stands where something is gone, so nothing stands between them.
        let follows = before == Some(Change::Gone) && piece.change == Change::New;
        if !line.is_empty() && !follows && piece.words[0].spaced {
            line.push(' ');
        }
        let [open, close] = match piece.change {
            Change::Same => ["", ""],
            Change::Gone => marks.gone,
            Change::New => marks.new,
        };
        line.push_str(open);
        push_run(&piece.words, ends, marks, &mut line);
        line.push_str(close);
        before = Some(piece.change);
    }
    line
}

fn push_run(words: &[Word<'_>], ends: usize, marks: &Marks, line: &mut String) {
    let (head, tail) = if words.len() > 2 * ends + 1 {
        (&words[..ends], &words[words.len() - ends..])
    } else {
        (words, &words[words.len()..])
    };
    push_words(head, marks, line);
    if !tail.is_empty() {
        let left_out = words.len() - head.len() - tail.len();
        line.extend([" …(", &left_out.to_string(), " words)… "]);
        push_words(tail, marks, line);
    }
}

fn push_words(words: &[Word<'_>], marks: &Marks, line: &mut String) {
    for (place, word) in words.iter().enumerate() {
        if place > 0 && word.spaced {
            line.push(' ');
        }
        match word.text.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => {
                line.push_str(&(marks.escape)(&word.text[..end]));
                line.push('…');
            }
            None => line.push_str(&(marks.escape)(word.text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let marks = Marks { gone: ["[-", "-]"], new: ["{+", "+}"], escape: str::to_owned };
        render(&word_diff(old, new), &marks)
    }

    #[test]
    fn changes_are_marked() {
        for (old, new, expected) in [
            ("the cat sat", "the cat sat", "the cat sat"),
            ("the cat sat", "the dog sat", "the [-cat-]{+dog+} sat"),
            ("a b c", "c", "[-a b-] c"),
            ("c", "c a b", "c {+a b+}"),
            ("", "a", "{+a+}"),
            ("a", "", "[-a-]"),
            ("", " \n", "(empty)"),
            ("a b c d e", "a x c y e", "a [-b-]{+x+} c [-d-]{+y+} e"),
            ("a\nb", "a b", "a b"),
            ("我喜欢猫。", "我爱猫。", "我[-喜欢-]{+爱+}猫。"),
            ("GPU很快", "CPU很快", "[-GPU-]{+CPU+}很快"),
        ] {
            assert_eq!(shown(old, new), expected, "{old:?} → {new:?}");
        }
    }

    #[test]
    fn what_is_long_is_left_out() {
        let many = |word: &str, n: usize| vec![word; n].join(" ");
        let same = many("same", 100);
        let line = shown(&format!("x {same}"), &format!("y {same}"));
        assert!(line.starts_with("[-x-]{+y+} same") && line.contains("…(76 words)…"), "{line}");
        assert_eq!(line.matches("same").count(), 2 * CONTEXT);
        assert_eq!(shown("", &"a".repeat(300)), format!("{{+{}…+}}", "a".repeat(200)));
        let every_other: (Vec<String>, Vec<String>) =
            (0..900).map(|i| (format!("x{i} s"), format!("y{i} s"))).unzip();
        let line = shown(&every_other.0.join(" "), &every_other.1.join(" "));
        assert!(line.ends_with(" …"), "{line}");
        assert_eq!(line.split_whitespace().count(), 2 * MOST_WORDS / 3 + 1);
    }

    /// Beyond the bound what differs is replaced wholly, and what is common at the ends is not.
    #[test]
    fn long_texts_are_bounded() {
        let numbered = |word: &str, n: usize| -> Vec<String> {
            (0..n).map(|i| format!("{word}{i}")).chain(["shared".to_owned()]).collect()
        };
        let text =
            |word: &str, n: usize| format!("first {} {} last", numbered(word, n).join(" "), word);
        let (old, new) = (text("a", 2100), text("b", 2100));
        let pieces = word_diff(&old, &new);
        let lengths: Vec<_> = pieces.iter().map(|p| (p.change, p.words.len())).collect();
        let expected =
            [(Change::Same, 1), (Change::Gone, 2102), (Change::New, 2102), (Change::Same, 1)];
        assert_eq!(lengths, expected);
        let (old, new) = (text("a", 1900), text("b", 1900));
        assert_eq!(word_diff(&old, &new).len(), 7, "shared is found below the bound");
    }

    fn texts<'t>(words: impl IntoIterator<Item = Word<'t>>) -> Vec<&'t str> {
        words.into_iter().map(|word| word.text).collect()
    }

    fn common_length(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for o in old {
            let mut diagonal = 0;
            for (j, n) in new.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if o == n { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[new.len()]
    }

    proptest! {
        #[test]
        fn both_texts_are_in_the_pieces(old in "[ab c\n猫]{0,24}|\\PC{0,24}", new in "[ab c\n猫]{0,24}") {
            let pieces = word_diff(&old, &new);
            let of = |other: Change| {
                let kept = pieces.iter().filter(move |p| p.change == Change::Same || p.change == other);
                texts(kept.flat_map(|p| p.words.iter().copied()))
            };
            prop_assert_eq!(of(Change::Gone), texts(words(&old)));
            prop_assert_eq!(of(Change::New), texts(words(&new)));
            let same = pieces.iter().filter(|p| p.change == Change::Same);
            let same: usize = same.map(|p| p.words.len()).sum();
            prop_assert_eq!(same, common_length(&texts(words(&old)), &texts(words(&new))));
            for pair in pieces.windows(2) {
                prop_assert_ne!(pair[0].change, pair[1].change);
                prop_assert_ne!((pair[0].change, pair[1].change), (Change::New, Change::Gone));
            }
        }

        #[test]
        fn words_are_those_between_white_space(text in "[ -~éß\t\n\u{2028}\u{a0}]{0,40}") {
            prop_assert_eq!(texts(words(&text)), text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
