//! Subwords that may stand: others are taken apart again.

use std::collections::{HashMap, HashSet};

use super::codes::{AROUND_LINES, END_OF_WORD};
use crate::Error;

/// The subwords of `--vocabulary`, with their separators, and what each symbol was merged from.
#[derive(Clone, Debug)]
pub(super) struct KnownSubwords {
    subwords: HashSet<String>,
    origins: HashMap<String, (Box<str>, Box<str>)>,
}

type Pair = (Box<str>, Box<str>);

impl KnownSubwords {
    /// None if no subword is left, which is no vocabulary to subword-nmt.
    pub(super) fn read(
        bytes: &[u8],
        threshold: Option<i64>,
        pairs: &[Pair],
    ) -> Result<Option<Self>, Error> {
        let mut subwords = HashSet::new();
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let place = format!("byte {}", error.valid_up_to());
            Error::malformed(place, "what is not UTF-8", "a vocabulary in UTF-8")
        })?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let lines = text.split('\n').take_while(|_| !text.is_empty());
        for (line, number) in lines.zip(1u64..) {
            let stripped = line.trim_matches(AROUND_LINES);
            let parsed = stripped
                .split_once(' ')
                .and_then(|(word, count)| Some((word, count.trim().parse::<i64>().ok()?)));
            let Some((word, count)) = parsed else {
                let found = format!("{:?}", line.chars().take(40).collect::<String>());
                return Err(Error::malformed(
                    format!("line {number}"),
                    found,
                    "a subword, a space, a count",
                ));
            };
            if threshold.is_none_or(|threshold| count >= threshold) {
                subwords.insert(word.to_owned());
            }
        }
        let known = Self { subwords, origins: HashMap::new() }.with_pairs(pairs);
        Ok((!known.subwords.is_empty()).then_some(known))
    }

    /// The same subwords for other merges.
    pub(super) fn with_pairs(mut self, pairs: &[Pair]) -> Self {
        self.origins.clear();
        // Of pairs that make the same symbol that counts whose last line comes first.
        let mut seen = HashSet::new();
        for pair in pairs.iter().rev() {
            if seen.insert(pair) {
                self.origins.insert(format!("{}{}", pair.0, pair.1), pair.clone());
            }
        }
        self
    }

    /// Appends a subword, or the parts of it that are known or come from no merge.
    pub(super) fn split<'w>(
        &self,
        subword: &'w str,
        is_last: bool,
        separator: &str,
        output: &mut Vec<&'w str>,
    ) {
        let is_known = |part: &str, is_last: bool| {
            if is_last {
                self.subwords.contains(part)
            } else {
                self.subwords.contains(&format!("{part}{separator}"))
            }
        };
        let mut open = vec![(subword, is_last)];
        while let Some((part, is_last)) = open.pop() {
            if is_known(part, is_last) {
                output.push(part);
                continue;
            }
            let origin = if is_last {
                self.origins.get(&format!("{part}{END_OF_WORD}"))
            } else {
                self.origins.get(part)
            };
            // Parts get shorter, but for ends of words that are spelt out in pairs: those stay.
            let halves = origin.and_then(|(left, _)| part.split_at_checked(left.len()));
            match halves {
                Some((left, right)) if !part.is_empty() => {
                    open.extend([(right, is_last), (left, false)]);
                }
                _ => output.push(part),
            }
        }
    }
}
