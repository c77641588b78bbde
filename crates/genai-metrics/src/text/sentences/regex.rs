//! Sentences by rule, without a model.

use std::ops::Range;

use crate::text::is_white_space;

/// Whether the character ends a sentence where white space or the end of the line follows.
const fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥') || is_wide_mark(c)
}

/// Whether the character ends a sentence whatever follows: scripts that need no spaces have it.
const fn is_wide_mark(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡')
}

/// Whether the character closes a quotation or a bracket wherever it stands after a mark.
const fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '}'
            | '’'
            | '”'
            | '»'
            | '›'
            | '」'
            | '』'
            | '）'
            | '］'
            | '｝'
            | '】'
            | '》'
            | '〉'
            | '〕'
            | '〗'
            | '｣'
    )
}

/// Whether the character opens quotations in some languages and closes them in others; before
/// white space it closes.
const fn is_closing_before_space(c: char) -> bool {
    matches!(c, '‘' | '“' | '«' | '‹')
}

/// Appends the places of the sentences, as [`super::SentenceSplit::Regex`] states the rule.
pub(super) fn split(text: &str, sentences: &mut Vec<Range<usize>>) {
    let (mut start, mut at) = (0, 0);
    // Before here no run of marks ends a sentence as a whole: each run is read to its end once.
    let mut refused = 0;
    while let Some(c) = text[at..].chars().next() {
        let after = at + c.len_utf8();
        if c == '\n' {
            push(text, start..at, sentences);
            start = after;
            at = after;
        } else if is_mark(c) {
            let mut end = None;
            if at >= refused {
                let run =
                    reach(text, at, |c| is_mark(c) || is_closing(c) || is_closing_before_space(c));
                end = text[run..].chars().next().is_none_or(is_white_space).then_some(run);
                refused = run;
            }
            // What opens a quotation in the next sentence is not of this one.
            let reached = end.unwrap_or_else(|| reach(text, at, |c| is_mark(c) || is_closing(c)));
            if end.is_some() || text[at..reached].contains(is_wide_mark) {
                push(text, start..reached, sentences);
                start = reached;
            }
            at = reached;
        } else {
            at = after;
        }
    }
    push(text, start..text.len(), sentences);
}

/// How far the characters from a place on belong.
fn reach(text: &str, from: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[from..].find(|c| !belongs(c)).map_or(text.len(), |length| from + length)
}

/// Appends the place without the white space at its ends, unless that leaves nothing.
fn push(text: &str, place: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let sentence = text[place.clone()].trim_end_matches(is_white_space);
    let end = place.start + sentence.len();
    let start = end - sentence.trim_start_matches(is_white_space).len();
    if start < end {
        sentences.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SentenceSplit, tests::sentences};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(sentences(&SentenceSplit::Regex, text), expected);
    }

    #[test]
    fn marks_end_sentences_before_white_space() {
        check("One. Two! Three? Four… Five", &["One.", "Two!", "Three?", "Four…", "Five"]);
        check("What?! No... Yes!!!", &["What?!", "No...", "Yes!!!"]);
        check("It is 3.14 at a.b.c, Well…maybe", &["It is 3.14 at a.b.c, Well…maybe"]);
        check("Dr. No met J. Doe.", &["Dr.", "No met J.", "Doe."]);
        check("one.\u{a0}two.\u{3000}three", &["one.", "two.", "three"]);
    }

    #[test]
    fn what_closes_belongs_to_the_sentence() {
        check(
            "He said \"Go.\" (Or not.) «Да.» Ja.",
            &["He said \"Go.\"", "(Or not.)", "«Да.»", "Ja."],
        );
        check("„Ja.“ Gut. »Nein.« Ende.", &["„Ja.“", "Gut.", "»Nein.«", "Ende."]);
        check("(\"Really?\")! Yes", &["(\"Really?\")!", "Yes"]);
        check("He left.[1] She too.)x", &["He left.[1] She too.)x"]);
    }

    #[test]
    fn wide_marks_need_no_space() {
        check("你好。我很好！真的？是｡对", &["你好。", "我很好！", "真的？", "是｡", "对"]);
        check(
            "「好。」他说。“走吧！”「嗯。」。完",
            &["「好。」", "他说。", "“走吧！”", "「嗯。」。", "完"],
        );
        check("价格是3.5元。好", &["价格是3.5元。", "好"]);
    }

    #[test]
    fn other_scripts_have_marks_too() {
        check("यह है। वह है॥ हाँ", &["यह है।", "वह है॥", "हाँ"]);
        check("هل؟ نعم. یہ ہے۔ ہاں", &["هل؟", "نعم.", "یہ ہے۔", "ہاں"]);
    }

    #[test]
    fn lines_end_sentences_and_white_space_is_none() {
        check("a b\nc\r\n\n \t\n d ", &["a b", "c", "d"]);
        check("", &[]);
        check(" \n\u{1c}", &[]);
        check("... . !", &["...", ".", "!"]);
    }
}
