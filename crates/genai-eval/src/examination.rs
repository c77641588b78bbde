//! What is odd about texts, for `genai-eval doctor`.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;

use crate::read::Census;

/// Something that was found.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    /// Whether it keeps the files from being scored.
    pub(crate) level: Level,
    /// What it is.
    pub(crate) message: String,
    /// The first lines where it is, from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<u64>,
}

/// How much a [`Finding`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The files cannot be scored.
    Error,
    /// The scores may not mean what one thinks.
    Odd,
}

impl Finding {
    pub(crate) fn error(message: String) -> Self {
        Self { level: Level::Error, message, lines: Vec::new() }
    }

    pub(crate) fn odd(message: String) -> Self {
        Self { level: Level::Odd, message, lines: Vec::new() }
    }
}

/// How often something is there, and where first.
#[derive(Debug, Default)]
struct Places {
    count: u64,
    first: Vec<u64>,
}

/// More line numbers than this nobody reads.
const SHOWN: usize = 5;

impl Places {
    fn add(&mut self, here: bool, line: u64) {
        if here {
            self.count += 1;
            if self.first.len() < SHOWN {
                self.first.push(line);
            }
        }
    }

    fn finding(self, one: &str, many: &str) -> Option<Finding> {
        let what = if self.count == 1 { one } else { many };
        let message = format!("{} {what}", self.count);
        (self.count > 0).then_some(Finding { level: Level::Odd, message, lines: self.first })
    }
}

/// One column of texts: a file, or a field of records.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) segments: u64,
    pub(crate) words: u64,
    blank: Places,
    tabs: Places,
    invisible: Places,
    entities: Places,
    detached: Places,
    replaced: Places,
    misread: Places,
    nul: Places,
    repeated: Places,
    json: bool,
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Texts {
    /// Takes the next text.
    pub(crate) fn add(&mut self, text: &str) {
        self.segments += 1;
        let line = self.segments;
        let words = text.split(genai_metrics::text::is_white_space).filter(|w| !w.is_empty());
        let words = words.count() as u64;
        self.words += words;
        self.blank.add(words == 0, line);
        self.tabs.add(text.contains('\t'), line);
        self.invisible.add(text.contains(is_invisible), line);
        let entities = ["&quot;", "&amp;", "&lt;", "&gt;", "&apos;", "&#"];
        self.entities.add(text.contains('&') && entities.iter().any(|e| text.contains(e)), line);
        self.detached.add(text.ends_with(" ."), line);
        self.replaced.add(text.contains('\u{fffd}'), line);
        self.misread.add(is_misread(text), line);
        self.nul.add(text.contains('\0'), line);
        let new = self.seen.insert(self.hasher.hash_one(text));
        self.repeated.add(words > 0 && !new, line);
        self.json |= line == 1 && text.starts_with('{') && text.ends_with('}');
    }

    /// What is odd about them.
    pub(crate) fn findings(self) -> Vec<Finding> {
        // A few repeated lines are dialogue, and a few detached full stops are style.
        let many = |places: Places, share: u64| {
            if places.count * share >= self.segments { places } else { Places::default() }
        };
        let mut findings: Vec<Finding> = [
            self.blank.finding("blank segment", "blank segments"),
            self.tabs.finding("segment holds a tab", "segments hold tabs; is it a table?"),
            self.invisible.finding(
                "segment holds invisible characters (zero-width, bidirectional marks, soft hyphens, BOM)",
                "segments hold invisible characters (zero-width, bidirectional marks, soft hyphens, BOM)",
            ),
            self.entities.finding("segment holds HTML entities", "segments hold HTML entities"),
            many(self.detached, 20).finding(
                "segment ends in a full stop set off by a space",
                "segments end in a full stop set off by a space, as if tokenized already",
            ),
            self.replaced.finding(
                "segment holds U+FFFD, which stands for a lost character",
                "segments hold U+FFFD, which stands for lost characters",
            ),
            self.misread.finding(
                "segment looks like UTF-8 that was read as Latin-1",
                "segments look like UTF-8 that was read as Latin-1",
            ),
            self.nul.finding("segment holds NUL characters", "segments hold NUL characters"),
            many(self.repeated, 5).finding("segment is a repetition", "segments are repetitions"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.json {
            findings.push(Finding::odd("it looks like JSONL; give it as --data".to_owned()));
        }
        findings
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether it has pairs such as `Ã¤` or `â€`, which UTF-8 read as Latin-1 or Windows-1252 leaves.
fn is_misread(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|c| {
        let pair = (before, c);
        before = c;
        matches!(pair, ('Ã' | 'Â', '\u{80}'..='\u{bf}') | ('â', '€' | '\u{80}'))
    })
}

/// What the bytes of a file tell beside its lines.
pub(crate) fn of_bytes(census: &Census) -> Vec<Finding> {
    let mut findings = Vec::new();
    if census.carriage_return_line_feeds > 0 {
        let (pairs, lines) = (census.carriage_return_line_feeds, census.lines());
        let all = if pairs == lines { "all" } else { "some" };
        findings.push(Finding::odd(format!(
            "{all} lines end in CRLF ({pairs} of {lines}); the CR is taken off"
        )));
    }
    if let Some(found) = census.other_line_ends() {
        findings.push(Finding::odd(format!(
            "{found} inside lines; Python's splitlines() would give {} lines, here there are {}",
            census.python_lines(),
            census.lines()
        )));
    }
    if census.blank_lines_at_the_end() > 0 {
        let blank = census.blank_lines_at_the_end();
        findings.push(Finding::odd(format!("{blank} blank line(s) at the end count as segments")));
    }
    findings
}

/// A system's hypotheses beside the first reference.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    segments: u64,
    equal: u64,
    missing: Places,
    short: Places,
    long: Places,
    hypothesis_characters: u64,
    reference_characters: u64,
}

impl Pairs {
    /// Takes the next pair.
    pub(crate) fn add(&mut self, hypothesis: &str, reference: &str) {
        self.segments += 1;
        let (h, r) = (hypothesis.chars().count() as u64, reference.chars().count() as u64);
        self.hypothesis_characters += h;
        self.reference_characters += r;
        self.equal += u64::from(h > 0 && hypothesis == reference);
        self.missing.add(h == 0 && r > 0, self.segments);
        // Among short texts such a ratio is common and means nothing.
        let comparable = r >= 20;
        self.short.add(comparable && h > 0 && h * 3 < r, self.segments);
        self.long.add(comparable && h > r * 3, self.segments);
    }

    /// Characters of the hypotheses for each of the references.
    pub(crate) fn length_ratio(&self) -> Option<f64> {
        (self.reference_characters > 0)
            .then(|| self.hypothesis_characters as f64 / self.reference_characters as f64)
    }

    /// What is odd about them.
    pub(crate) fn findings(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = [
            self.missing.finding("hypothesis is empty", "hypotheses are empty"),
            self.short.finding(
                "hypothesis is less than a third as long as its reference",
                "hypotheses are less than a third as long as their references",
            ),
            self.long.finding(
                "hypothesis is more than three times as long as its reference",
                "hypotheses are more than three times as long as their references",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        if self.equal == self.segments {
            findings.push(Finding::odd("all hypotheses equal their references".to_owned()));
        } else if self.equal * 2 > self.segments {
            findings.push(Finding::odd(format!(
                "{} of {} hypotheses equal their references",
                self.equal, self.segments
            )));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(texts: &[&str]) -> Vec<String> {
        let mut examined = Texts::default();
        for text in texts {
            examined.add(text);
        }
        examined.findings().into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn ordinary_text_has_nothing_odd() {
        assert!(messages(&["Ça va, naïve Âme?", "Zwei Sätze.", "三つの文。"]).is_empty());
    }

    #[test]
    fn finds_what_is_odd() {
        for (text, part) in [
            ("", "blank"),
            ("a\tb", "tab"),
            ("zero\u{200b}width", "invisible"),
            ("a &amp; b", "entities"),
            ("tokenized text .", "full stop"),
            ("lost \u{fffd}", "U+FFFD"),
            ("SÃ¤tze", "Latin-1"),
            ("nul\0", "NUL"),
            (r#"{"hyp": "a"}"#, "JSONL"),
        ] {
            let found = messages(&[text]);
            assert!(found.len() == 1 && found[0].contains(part), "{text:?}: {found:?}");
        }
        assert_eq!(messages(&["same", "same"]), ["1 segment is a repetition"]);
    }

    #[test]
    fn compares_lengths() {
        let mut pairs = Pairs::default();
        pairs.add("", "a reference of some length");
        pairs.add("short", "a reference of some length");
        let lines: Vec<_> = pairs.findings().into_iter().map(|f| f.lines).collect();
        assert_eq!(lines, [vec![1], vec![2]]);
    }
}
