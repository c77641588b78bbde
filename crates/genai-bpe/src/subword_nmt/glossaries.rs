//! Words and parts of words that are left as they are.

use regex::Regex;

use crate::Error;

/// The expressions of `--glossaries`.
#[derive(Clone, Debug, Default)]
pub(super) struct Glossaries {
    glossaries: Vec<Glossary>,
    /// Matches a part that is one of them from start to end.
    any: Option<Regex>,
}

#[derive(Clone, Debug)]
struct Glossary {
    /// Matches from start to end, or up to a line end that is last: Python's `$`.
    whole: Regex,
    anywhere: Regex,
}

/// Python's `\d` of version 3.11: the decimal digits of Unicode 14.
const DIGIT: &str = r"[\p{Nd}&&\p{Age=14.0}]";
/// Python's `\s` for text.
const SPACE: &str =
    r"\x09-\x0d\x1c-\x20\x85\xa0\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

impl Glossaries {
    pub(super) fn new(glossaries: &[impl AsRef<str>]) -> Result<Self, Error> {
        let mut sources = Vec::new();
        let mut list = Vec::new();
        for glossary in glossaries {
            let name = glossary.as_ref();
            let unsupported = || Error::unsupported("glossary", name);
            let source = translate(name).ok_or_else(unsupported)?;
            let compile = |source: &str| Regex::new(source).map_err(|_| unsupported());
            let anywhere = compile(&source)?;
            if anywhere.is_match("") {
                return Err(unsupported());
            }
            list.push(Glossary { whole: compile(&format!(r"\A(?:^{source}\n?\z)"))?, anywhere });
            sources.push(source);
        }
        if list.is_empty() {
            return Ok(Self::default());
        }
        let any = Regex::new(&format!(r"\A(?:^(?:{})\n?\z)", sources.join("|")))
            .map_err(|error| Error::unsupported("glossaries", error.to_string()))?;
        Ok(Self { glossaries: list, any: Some(any) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.glossaries.is_empty()
    }

    /// Whether a part of a word is one of them.
    pub(super) fn is_one(&self, part: &str) -> bool {
        self.any.as_ref().is_some_and(|any| any.is_match(part))
    }

    /// A word cut around what matches.
    pub(super) fn isolate<'w>(&self, word: &'w str) -> Vec<&'w str> {
        let mut parts = vec![word];
        for glossary in &self.glossaries {
            parts = parts.into_iter().flat_map(|part| glossary.isolate(part)).collect();
        }
        parts
    }
}

impl Glossary {
    fn isolate<'w>(&self, part: &'w str) -> Vec<&'w str> {
        if self.whole.is_match(part) {
            return vec![part];
        }
        let mut parts = Vec::new();
        let mut done = 0;
        for found in self.anywhere.find_iter(part) {
            parts.extend([&part[done..found.start()], found.as_str()]);
            done = found.end();
        }
        if done == 0 && parts.is_empty() {
            return vec![part];
        }
        parts.push(part[done..].trim_matches(super::AROUND_LINES));
        parts.retain(|part| !part.is_empty());
        parts
    }
}

/// The same expression for the `regex` crate; none if it has a part whose meaning may differ.
fn translate(glossary: &str) -> Option<String> {
    let mut output = String::new();
    let mut rest = glossary;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '\\' => {
                let escaped = after.chars().next()?;
                match escaped {
                    'd' => output.push_str(DIGIT),
                    's' => output.extend(["[", SPACE, "]"]),
                    'S' => output.extend(["[^", SPACE, "]"]),
                    _ if escaped.is_ascii_punctuation() => {
                        output.push_str(&regex::escape(&escaped.to_string()));
                    }
                    _ => return None,
                }
                &after[escaped.len_utf8()..]
            }
            '[' => {
                let end = after.find(']')?;
                let class = &after[..end];
                if !is_plain_class(class) {
                    return None;
                }
                output.extend(["[", class, "]"]);
                &after[end + 1..]
            }
            // Groups and alternatives would need Python's rule for what `split` returns.
            '(' | ')' | '|' | '^' | '$' | ']' => return None,
            '{' | '}' => {
                let repeat = rest.find('}').map(|end| rest.split_at(end + 1));
                let (repeat, after) = repeat.filter(|(repeat, _)| is_repeat(repeat))?;
                output.push_str(repeat);
                after
            }
            '*' | '+' | '?' => {
                // Python reads a plus sign after another repetition as one that gives nothing back.
                if character == '+'
                    && output.ends_with(['*', '+', '?', '}'])
                    && ends_in_repeat(&output)
                {
                    return None;
                }
                output.push(character);
                after
            }
            '.' => {
                output.push('.');
                after
            }
            _ => {
                output.push_str(&regex::escape(&character.to_string()));
                after
            }
        };
    }
    (!output.is_empty()).then_some(output)
}

/// Whether the last sign is a repetition and not an escaped character.
fn ends_in_repeat(source: &str) -> bool {
    let mut before = source.chars();
    before.next_back();
    before.next_back() != Some('\\')
}

/// `{2}`, `{2,}` or `{2,3}` with numbers that nobody uses to exhaust memory.
fn is_repeat(repeat: &str) -> bool {
    let numbers = repeat.trim_start_matches('{').trim_end_matches('}');
    let is_number = |number: &str| {
        (1..=3).contains(&number.len()) && number.bytes().all(|digit| digit.is_ascii_digit())
    };
    match numbers.split_once(',') {
        None => is_number(numbers),
        Some((low, high)) => is_number(low) && (high.is_empty() || is_number(high)),
    }
}

/// Letters, digits and ranges of them: what means the same everywhere.
fn is_plain_class(class: &str) -> bool {
    let members = class.strip_prefix('^').unwrap_or(class);
    let is_member =
        |character: char| character.is_alphanumeric() || " .,:;_/-+@#%!".contains(character);
    !members.is_empty()
        && members.chars().all(is_member)
        && !members.contains("--")
        && !members.starts_with('-')
        && !members.ends_with('-')
}
