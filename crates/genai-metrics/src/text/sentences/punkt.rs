//! Punkt, the sentence splitter of Kiss and Strunk (2006), in the form that NLTK 3.10.4 gives it.
//!
//! A word with a full stop ends a sentence unless it is a known abbreviation; then the word after
//! it has its say: how it was spelled at the starts and in the middles of the sentences that the
//! model has learnt from. NLTK asks this only at candidates, a mark before white space or
//! before what closes, and only of the last candidate between two white spaces.
//!
//! Three notions of white space meet here. The patterns' `\s` is that of the `regex` package, which
//! leaves out U+001C to U+001F; `str.strip` takes those in; and words before a candidate begin
//! after one of the six in ASCII.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::tables::{DIGIT, LETTER, LOWER, UPPER};
use crate::error::{Error, ErrorKind};
use crate::fingerprint::fingerprint;
use crate::text::{is_white_space, lowercase};

/// A Punkt model: what was learnt of a language's words.
///
/// NLTK calls its models `punkt_tab`; each is a folder of the four [`Punkt::FILES`]. With the
/// same model the sentences are those of NLTK 3.10.4's `PunktSentenceTokenizer`, and with the
/// English one those of `nltk.sent_tokenize`. This crate carries no model, since nobody states a
/// licence for NLTK's; `nltk.download("punkt_tab")` brings them.
///
/// ```
/// use genai_metrics::text::Punkt;
/// let model = Punkt::load(|name| match name {
///     "abbrev_types.txt" => Ok("dr\ne.g\n".to_owned()),
///     _ => Ok::<_, genai_metrics::Error>(String::new()),
/// })?;
/// let text = "Dr. No left. He was tired.";
/// let mut sentences = Vec::new();
/// model.split(text, &mut sentences);
/// assert_eq!(sentences, [0..12, 13..26]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Punkt {
    /// Words that are abbreviations before a full stop, in lower case and without it.
    abbreviations: HashSet<Box<str>>,
    /// For a word before a full stop, the words after it that show that no sentence ends.
    collocations: HashMap<Box<str>, HashSet<Box<str>>>,
    /// Words that often start sentences.
    starters: HashSet<Box<str>>,
    /// Where and in which case words were seen.
    contexts: HashMap<Box<str>, u8>,
    fingerprint: String,
}

/// Models are the same if their files are.
impl PartialEq for Punkt {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for Punkt {}

impl Hash for Punkt {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// Bits of an orthographic context, in NLTK's encoding.
mod seen {
    /// Inside a sentence with a capital.
    pub(super) const MIDDLE_UPPER: u8 = 1 << 2;
    /// With a capital: at the start, inside, or who knows.
    pub(super) const UPPER: u8 = 1 << 1 | MIDDLE_UPPER | 1 << 3;
    /// At the start of a sentence without a capital.
    pub(super) const START_LOWER: u8 = 1 << 4;
    /// Without a capital: at the start, inside, or who knows.
    pub(super) const LOWER: u8 = START_LOWER | 1 << 5 | 1 << 6;
}

/// The type of all numbers.
const NUMBER: &str = "##number##";

impl Punkt {
    /// The names of a model's files, in the order in which [`Punkt::load`] asks for them.
    pub const FILES: [&str; 4] =
        ["abbrev_types.txt", "collocations.tab", "sent_starters.txt", "ortho_context.tab"];

    /// Makes a model of what `file` returns for each of the [`Punkt::FILES`].
    ///
    /// ```
    /// use genai_metrics::text::Punkt;
    /// let file = |name| Ok::<_, genai_metrics::Error>(format!("no tab in {name}"));
    /// let error = Punkt::load(file).unwrap_err().to_string();
    /// assert!(error.starts_with("line 1 of the model's collocations.tab is broken"), "{error}");
    /// ```
    ///
    /// # Errors
    /// Those of `file`, and [`ErrorKind::BadModel`] for a line that is not as it should be.
    pub fn load<E: From<Error>>(
        mut file: impl FnMut(&'static str) -> Result<String, E>,
    ) -> Result<Self, E> {
        let [abbreviations, collocations, starters, contexts] = Self::FILES;
        let texts = [file(abbreviations)?, file(collocations)?, file(starters)?, file(contexts)?];
        let mut model =
            Self { fingerprint: fingerprint(texts.iter().map(String::as_str)), ..Self::default() };
        model.abbreviations.extend(texts[0].lines().map(Box::from));
        for (i, line) in texts[1].lines().enumerate() {
            let (first, second) = line
                .split_once('\t')
                .ok_or_else(|| bad_model(collocations, i, "two words with a tab between them"))?;
            model.collocations.entry(first.into()).or_default().insert(second.into());
        }
        model.starters.extend(texts[2].lines().map(Box::from));
        model.contexts.reserve(texts[3].lines().count());
        for (i, line) in texts[3].lines().enumerate() {
            let (word, context) = line
                .split_once('\t')
                .and_then(|(word, context)| Some((word, context.parse().ok()?)))
                .ok_or_else(|| bad_model(contexts, i, "a word, a tab and a number below 256"))?;
            model.contexts.insert(word.into(), context);
        }
        Ok(model)
    }

    /// The first twelve digits of the SHA-256 of the model's files, for signatures.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Overwrites `sentences` with the places of the text's sentences, in order. As in NLTK, white
    /// space before the first sentence is part of it. The time is linear in any text.
    ///
    /// ```
    /// use genai_metrics::text::Punkt;
    /// let mut sentences = Vec::new();
    /// Punkt::default().split("\"Go.\" He went... and came.", &mut sentences);
    /// assert_eq!(sentences, [0..5, 6..26]);
    /// ```
    pub fn split(&self, text: &str, sentences: &mut Vec<Range<usize>>) {
        sentences.clear();
        let end = text.trim_end_matches(is_white_space).len();
        let mut start = 0;
        let mut lower = Lower::default();
        for candidate in Candidates::of(text) {
            if !self.has_break(&text[candidate.context.clone()], &mut lower) {
                continue;
            }
            // What closes at the start of the next sentence belongs to this one.
            if let Some((closing, width)) = closing(text.get(candidate.next..end).unwrap_or("")) {
                sentences.push(start..candidate.next + closing);
                start = candidate.next + width;
            } else {
                sentences.push(start..candidate.end);
                start = candidate.next;
            }
        }
        if start < end {
            sentences.push(start..end);
        }
    }

    /// Whether a sentence ends in the context of a candidate, other than with its last token.
    fn has_break(&self, context: &str, lower: &mut Lower) -> bool {
        let lines = context.split('\n').filter(|line| !line.chars().all(is_white_space));
        let mut previous: Option<Token<'_>> = None;
        for token in lines.flat_map(Words) {
            lower.push(token);
            let token = self.first_pass(token, &lower.this);
            if previous.is_some_and(|previous| self.second_pass(previous, token, lower)) {
                return true;
            }
            previous = Some(token);
        }
        false
    }

    /// What the token is by its type alone.
    fn first_pass<'a>(&self, text: &'a str, lower: &str) -> Token<'a> {
        let kind = if matches!(text, "." | "?" | "!") {
            Kind::Break
        } else if text.starts_with("..") {
            // No word holds two full stops together, so there is nothing else in the token.
            Kind::Ellipsis
        } else if text.ends_with('.') {
            let word = &lower[..lower.len() - 1];
            let last_part = word.rsplit('-').next().unwrap_or(word);
            if self.abbreviations.contains(word) || self.abbreviations.contains(last_part) {
                Kind::Abbreviation
            } else {
                Kind::Break
            }
        } else {
            Kind::Word
        };
        Token { text, kind, is_number: is_number(lower) }
    }

    /// Whether a sentence ends with `token`, now that the next one is known. `lower` holds both.
    fn second_pass(&self, token: Token<'_>, next: Token<'_>, lower: &Lower) -> bool {
        let breaks = token.kind == Kind::Break;
        if !token.text.ends_with('.') {
            return breaks;
        }
        let (word, next_word) = (token.stem(&lower.previous), next.stem_of_break(&lower.this));
        if self.collocations.get(word).is_some_and(|words| words.contains(next_word)) {
            return false;
        }
        let is_initial = is_initial(token.text);
        let is_upper = next.text.starts_with(|c| within(UPPER, c));
        let context = self.contexts.get(next_word).copied().unwrap_or(0);
        let start = starts_sentence(next, is_upper, context);
        if matches!(token.kind, Kind::Abbreviation | Kind::Ellipsis) && !is_initial {
            let often = is_upper && self.starters.contains(next_word);
            if start == Start::Yes || often {
                return true;
            }
        }
        if is_initial || word == NUMBER {
            let is_name = is_initial && is_upper && context & seen::LOWER == 0;
            if start == Start::No || (start == Start::Unknown && is_name) {
                return false;
            }
        }
        breaks
    }
}

fn bad_model(file: &'static str, index: usize, expected: &'static str) -> Error {
    Error::new(ErrorKind::BadModel { file, line: index + 1, expected })
}

/// A place where a sentence may end.
struct Candidate {
    /// The word with the mark, and what is after it: a character or, beyond white space, a word.
    context: Range<usize>,
    /// Just behind the mark.
    end: usize,
    /// Where the next sentence would begin.
    next: usize,
}

/// The candidates of a text that NLTK asks about.
struct Candidates<'a> {
    text: &'a str,
    /// The text's length without what `\s` matches at its end.
    length: usize,
    marks: memchr::Memchr3<'a>,
    /// Where the word of the last mark seen begins, and the mark.
    pending: Option<(usize, usize)>,
}

impl<'a> Candidates<'a> {
    fn of(text: &'a str) -> Self {
        let length = text.trim_end_matches(is_regex_space).len();
        let marks = memchr::memchr3_iter(b'.', b'?', b'!', text.as_bytes());
        Self { text, length, marks, pending: None }
    }

    /// Whether anything that matters follows the mark.
    fn is_candidate(&self, mark: usize) -> bool {
        let next = self.text[mark + 1..].chars().next();
        next.is_some_and(|c| is_non_word(c) || (is_regex_space(c) && mark + 1 < self.length))
    }

    fn candidate(&self, (start, mark): (usize, usize)) -> Candidate {
        let end = mark + 1;
        let rest = &self.text[end..];
        let word = rest.trim_start_matches(is_regex_space);
        if word.len() == rest.len() {
            let width = word.chars().next().map_or(0, char::len_utf8);
            return Candidate { context: start..end + width, end, next: end };
        }
        let next = self.text.len() - word.len();
        let width = word.find(is_regex_space).unwrap_or(word.len());
        Candidate { context: start..next + width, end, next }
    }
}

impl Iterator for Candidates<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        while let Some(mark) = self.marks.next() {
            if !self.is_candidate(mark) {
                continue;
            }
            let (first, from) = self.pending.unwrap_or((0, 0));
            let space =
                self.text.as_bytes()[from..mark].iter().rposition(|&byte| is_ascii_space(byte));
            // NLTK takes white space at the very start for none.
            let space = space.map(|space| from + space).filter(|&space| space > 0);
            let start = space.map_or(first, |space| space + 1);
            let before = self.pending.replace((start, mark));
            // A mark without a word before it, as the first of " !!", stays a candidate.
            if let Some(found) = before.filter(|&(_, mark)| mark <= start) {
                return Some(self.candidate(found));
            }
        }
        self.pending.take().map(|found| self.candidate(found))
    }
}

/// The tokens of a line: words with the full stops at their ends, and marks.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start_matches(is_regex_space);
        let first = rest.chars().next()?;
        let length = match long_mark(rest) {
            0 if starts_word(first) => {
                let inner = &rest[first.len_utf8()..];
                let end = inner.char_indices().find(|&(at, _)| ends_word(&inner[at..]));
                first.len_utf8() + end.map_or(inner.len(), |(at, _)| at)
            }
            0 => first.len_utf8(),
            length => length,
        };
        let (token, rest) = rest.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the mark of several characters that the text starts with, if it does: hyphens,
/// full stops, or three full stops or more with one white space between each two.
fn long_mark(text: &str) -> usize {
    let first = match text.as_bytes() {
        [first @ (b'-' | b'.'), second, ..] if first == second => *first,
        [b'.', ..] => return spaced_stops(text),
        _ => return 0,
    };
    text.bytes().take_while(|&byte| byte == first).count()
}

/// The length of three or more full stops with one white space between each two, or 0.
fn spaced_stops(text: &str) -> usize {
    let mut characters = text.char_indices();
    let (mut stops, mut length) = (0, 0);
    while let Some((at, '.')) = characters.next() {
        stops += 1;
        length = at + 1;
        if !characters.next().is_some_and(|(_, c)| is_regex_space(c)) {
            break;
        }
    }
    if stops < 3 { 0 } else { length }
}

/// Whether a long mark starts here; unlike its length, that is seen from the next few characters.
fn starts_long_mark(text: &str) -> bool {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('-'), Some('-')) | (Some('.'), Some('.')) => true,
        (Some('.'), Some(c)) if is_regex_space(c) => {
            characters.next() == Some('.')
                && characters.next().is_some_and(is_regex_space)
                && characters.next() == Some('.')
        }
        _ => false,
    }
}

/// Whether a word that began before ends here.
fn ends_word(text: &str) -> bool {
    let ends = |text: &str| {
        text.chars().next().is_none_or(|c| is_regex_space(c) || is_non_word(c))
            || starts_long_mark(text)
    };
    ends(text) || text.strip_prefix(',').is_some_and(ends)
}

/// A token after the first pass.
#[derive(Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    kind: Kind,
    is_number: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Break,
    Abbreviation,
    Ellipsis,
}

impl Token<'_> {
    /// The type without a full stop at its end; `lower` is the token in lower case.
    fn stem<'a>(&self, lower: &'a str) -> &'a str {
        match lower.strip_suffix('.') {
            _ if self.is_number => NUMBER,
            Some(word) if !word.is_empty() => word,
            _ => lower,
        }
    }

    /// The type, without a full stop at its end if a sentence ends there.
    fn stem_of_break<'a>(&self, lower: &'a str) -> &'a str {
        if self.is_number || self.kind == Kind::Break { self.stem(lower) } else { lower }
    }
}

/// The last two tokens in lower case.
#[derive(Default)]
struct Lower {
    previous: String,
    this: String,
}

impl Lower {
    fn push(&mut self, token: &str) {
        std::mem::swap(&mut self.previous, &mut self.this);
        self.this.clear();
        lowercase(token, &mut self.this);
    }
}

/// Whether a token starts a sentence, by the spellings that it was seen in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Yes,
    No,
    Unknown,
}

fn starts_sentence(token: Token<'_>, is_upper: bool, context: u8) -> Start {
    if matches!(token.text, ";" | ":" | "," | "." | "!" | "?") {
        return Start::No;
    }
    if is_upper && context & seen::LOWER != 0 && context & seen::MIDDLE_UPPER == 0 {
        return Start::Yes;
    }
    let is_lower = token.text.starts_with(|c| within(LOWER, c));
    if is_lower && (context & seen::UPPER != 0 || context & seen::START_LOWER == 0) {
        return Start::No;
    }
    Start::Unknown
}

/// Whether the token is one letter and a full stop.
fn is_initial(token: &str) -> bool {
    let mut characters = token.chars();
    characters.next().is_some_and(|c| within(LETTER, c))
        && characters.next() == Some('.')
        && characters.next().is_none()
}

/// Whether the token is digits with commas, full stops and hyphens among them.
fn is_number(token: &str) -> bool {
    // NLTK's pattern allows a hyphen or a comma before the digits too, but no word starts so.
    let digits = token.strip_prefix('.').unwrap_or(token);
    let is_digit = |c| within(DIGIT, c);
    digits.starts_with(is_digit)
        && digits.chars().all(|c| is_digit(c) || matches!(c, ',' | '.' | '-'))
}

/// How far that reaches which closes the sentence before, without and with the white space after
/// it; none if the text does not start with such, or if a word follows at once.
fn closing(text: &str) -> Option<(usize, usize)> {
    let is_closing =
        |c| matches!(c, '"' | '\'' | ')' | ']' | '}' | '‘' | '’' | '“' | '”' | '«' | '»');
    let rest = text.trim_start_matches(is_closing);
    let length = text.len() - rest.len();
    let after = rest.trim_start_matches(is_regex_space);
    let ends = rest.is_empty() || after.len() < rest.len() || rest.starts_with("--");
    (length > 0 && ends).then_some((length, text.len() - after.len()))
}

/// Whether the character cannot be within a word.
const fn is_non_word(c: char) -> bool {
    matches!(c, ')' | '"' | ';' | '}' | ']' | '*' | ':' | '@' | '\'' | '(' | '{' | '[' | '?' | '!')
        || matches!(c, '‘' | '’' | '“' | '”' | '«' | '»')
}

/// Whether a word can start with the character.
const fn starts_word(c: char) -> bool {
    !matches!(
        c,
        '(' | '"'
            | '`'
            | '{'
            | '['
            | ':'
            | ';'
            | '&'
            | '#'
            | '*'
            | '@'
            | ')'
            | '}'
            | ']'
            | '-'
            | ','
    )
}

/// The patterns' `\s`: unlike `str.strip`, without the separators U+001C to U+001F.
const fn is_regex_space(c: char) -> bool {
    is_white_space(c) && !matches!(c, '\u{1c}'..='\u{1f}')
}

/// Python's `string.whitespace`.
const fn is_ascii_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether a character is in one of the sorted rows of evenly spaced code points.
fn within(rows: &[(u32, u32, u32)], c: char) -> bool {
    let c = u32::from(c);
    let after = rows.partition_point(|&(first, ..)| first <= c);
    after > 0 && {
        let (first, last, step) = rows[after - 1];
        c <= last && (c - first) % step == 0
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Record {
        text: String,
        sentences: Vec<String>,
    }

    /// The model that the gold sentences were made with.
    fn model() -> Punkt {
        Punkt::load(|name| {
            let file = match name {
                "abbrev_types.txt" => {
                    include_str!("../../../../../fixtures/punkt/abbrev_types.txt")
                }
                "collocations.tab" => {
                    include_str!("../../../../../fixtures/punkt/collocations.tab")
                }
                "sent_starters.txt" => {
                    include_str!("../../../../../fixtures/punkt/sent_starters.txt")
                }
                _ => include_str!("../../../../../fixtures/punkt/ortho_context.tab"),
            };
            Ok::<_, Error>(file.to_owned())
        })
        .unwrap()
    }

    #[test]
    fn equals_nltk_on_the_gold_texts() {
        let model = model();
        let mut places = Vec::new();
        let gold = include_str!("../../../../../fixtures/gold/sentences.jsonl");
        assert!(gold.lines().count() > 70);
        for line in gold.lines() {
            let record: Record = serde_json::from_str(line).unwrap();
            model.split(&record.text, &mut places);
            let found: Vec<&str> = places.iter().map(|place| &record.text[place.clone()]).collect();
            assert_eq!(found, record.sentences, "{:?}", record.text);
        }
    }

    /// Every code point, against what the pinned Python and `regex` said of it.
    #[test]
    fn equals_the_reference_for_every_character() {
        let gold: serde_json::Value = serde_json::from_str(include_str!(
            "../../../../../fixtures/gold/sentence_characters.json"
        ))
        .unwrap();
        let tables = [("upper", UPPER), ("lower", LOWER), ("digit", DIGIT), ("letter", LETTER)];
        for (name, rows) in tables {
            let ranges: Vec<(u32, u32)> = serde_json::from_value(gold[name].clone()).unwrap();
            for c in '\0'..=char::MAX {
                let expected = crate::text::character::within(&ranges, u32::from(c));
                assert_eq!(within(rows, c), expected, "{name} {:X}", u32::from(c));
            }
        }
        let spaces: Vec<(u32, u32)> = serde_json::from_value(gold["space"].clone()).unwrap();
        for c in '\0'..=char::MAX {
            let expected = crate::text::character::within(&spaces, u32::from(c));
            assert_eq!(is_regex_space(c), expected, "{:X}", u32::from(c));
        }
    }

    #[test]
    fn a_broken_model_is_an_error_with_its_place() {
        let broken = |file: &'static str, text: &'static str| {
            let load = |name| Ok::<_, Error>(if name == file { text } else { "" }.to_owned());
            Punkt::load(load).unwrap_err().to_string()
        };
        let message = broken("ortho_context.tab", "the\t34\ncat\t256\n");
        assert_eq!(
            message,
            "line 2 of the model's ortho_context.tab is broken, \
             expected a word, a tab and a number below 256"
        );
        assert!(broken("collocations.tab", "one\n").contains("line 1 of the model's collocations"));
    }

    /// Texts on which a step back for each candidate would take hours.
    #[test]
    fn long_texts_take_linear_time() {
        let (model, mut places) = (model(), Vec::new());
        let units =
            ["a.)", "?!", ".", "a.b", "a.\u{a0}", "? ", ". ", " !", "- -", "((", "x,", "\"."];
        for unit in units {
            let text = unit.repeat(1 << 17);
            model.split(&text, &mut places);
            assert!(places.last().is_some_and(|last| last.end <= text.len()));
        }
    }
}
