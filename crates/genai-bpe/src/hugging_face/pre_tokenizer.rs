//! Pre-tokenizers: where a text is cut before the model sees it, and what is changed on the way.

use std::ops::Range;

use serde_json::Value;

use super::aligned::Aligned;
use super::delimiter::Delimiter;
use super::normalizer::to_byte_characters;
use super::part::{Part, Wanted};
use crate::Error;
use crate::pretokenizer::Pattern;

/// One step of pre-tokenization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PreTokenizer {
    /// A space before each piece that does not start with one.
    PrefixSpace,
    /// Bytes become GPT-2's characters for them.
    ByteCharacters,
    Metaspace {
        replacement: String,
        scheme: PrependScheme,
        split: bool,
    },
    Split {
        delimiter: Delimiter,
        behavior: Behavior,
        invert: bool,
    },
    FixedLength(usize),
}

/// When `Metaspace` puts its character before a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrependScheme {
    First,
    Never,
    Always,
}

/// What becomes of the delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behavior {
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// The steps that a file asks for, in order.
///
/// # Errors
/// [`Error::Unsupported`] with the name of what is not implemented; [`Error::Malformed`].
pub(super) fn read(value: &Value, steps: &mut Vec<PreTokenizer>) -> Result<(), Error> {
    let part = Part::new("pre-tokenizer", value)?;
    let isolated =
        |delimiter| PreTokenizer::Split { delimiter, behavior: Behavior::Isolated, invert: false };
    let removed =
        |delimiter| PreTokenizer::Split { delimiter, behavior: Behavior::Removed, invert: false };
    match part.kind() {
        "Sequence" => {
            let mut rest = part.list("pretokenizers")?;
            while let Some((value, after)) = rest.split_first() {
                if let Some((pattern, count)) = leading_pattern(rest) {
                    steps.push(isolated(Delimiter::Pattern(pattern)));
                    rest = &rest[count..];
                } else {
                    read(value, steps)?;
                    rest = after;
                }
            }
        }
        "ByteLevel" => {
            part.flag("trim_offsets")?;
            if part.flag("add_prefix_space")? {
                steps.push(PreTokenizer::PrefixSpace);
            }
            if part.optional_flag("use_regex")?.unwrap_or(true) {
                steps.push(isolated(Delimiter::Pattern(Pattern::Gpt2)));
            }
            steps.push(PreTokenizer::ByteCharacters);
        }
        "Metaspace" => steps.push(metaspace(&part)?),
        "Split" => steps.push(PreTokenizer::Split {
            delimiter: Delimiter::of_pattern(&part)?,
            behavior: behavior(&part)?,
            invert: part.flag("invert")?,
        }),
        "Digits" => steps.push(PreTokenizer::Split {
            delimiter: Delimiter::Digit,
            behavior: if part.flag("individual_digits")? {
                Behavior::Isolated
            } else {
                Behavior::Contiguous
            },
            invert: false,
        }),
        "Punctuation" => steps.push(PreTokenizer::Split {
            delimiter: Delimiter::Punctuation,
            behavior: match part.optional("behavior") {
                Some(_) => behavior(&part)?,
                None => Behavior::Isolated,
            },
            invert: false,
        }),
        "Whitespace" => steps.push(PreTokenizer::Split {
            delimiter: Delimiter::Words,
            behavior: Behavior::Removed,
            invert: true,
        }),
        "WhitespaceSplit" => steps.push(removed(Delimiter::Whitespace)),
        "BertPreTokenizer" => {
            steps.push(removed(Delimiter::Whitespace));
            steps.push(isolated(Delimiter::Punctuation));
        }
        "CharDelimiterSplit" => {
            steps.push(removed(Delimiter::Character(part.character("delimiter")?)));
        }
        "FixedLength" => {
            let length = part.optional("length").map_or(Ok(5), |_| part.number("length"))?;
            if length == 0 {
                return Err(part.malformed("length 0".to_owned(), "1 or more"));
            }
            steps.push(PreTokenizer::FixedLength(length));
        }
        name => return Err(part.unsupported(name)),
    }
    Ok(())
}

/// No known pattern has more expressions.
const LONGEST: usize = 4;

/// The pattern that the first steps of a sequence make together, and how many they are.
fn leading_pattern(steps: &[Value]) -> Option<(Pattern, usize)> {
    let regex = |step: &'_ Value| -> Option<String> {
        let part = Part::new("pre-tokenizer", step).ok().filter(|part| part.kind() == "Split")?;
        let is_isolated = part.text("behavior").ok()? == "Isolated" && !part.flag("invert").ok()?;
        match part.pattern().ok()? {
            Wanted::Regex(regex) if is_isolated => Some(regex.to_owned()),
            _ => None,
        }
    };
    let regexes: Vec<String> = steps.iter().take(LONGEST).map_while(regex).collect();
    let regexes: Vec<&str> = regexes.iter().map(String::as_str).collect();
    let known = |count| Some((Pattern::from_regexes(regexes.get(..count)?)?, count));
    (2..=regexes.len()).rev().find_map(known)
}

fn metaspace(part: &Part<'_>) -> Result<PreTokenizer, Error> {
    let scheme = prepend_scheme(part)?;
    Ok(PreTokenizer::Metaspace {
        replacement: part.character("replacement")?.to_string(),
        scheme,
        split: part.optional_flag("split")?.unwrap_or(true),
    })
}

/// The `prepend_scheme` of a `Metaspace`. Files from before there was one say `add_prefix_space`.
pub(super) fn prepend_scheme(part: &Part<'_>) -> Result<PrependScheme, Error> {
    let scheme = match part.optional("prepend_scheme").map(|_| part.text("prepend_scheme")) {
        None => PrependScheme::Always,
        Some(name) => match name? {
            "first" => PrependScheme::First,
            "never" => PrependScheme::Never,
            "always" => PrependScheme::Always,
            other => return Err(part.malformed(format!("{other:?}"), "first, never or always")),
        },
    };
    if part.optional_flag("add_prefix_space")? == Some(false) && scheme != PrependScheme::Never {
        let found = "add_prefix_space is false but prepend_scheme is not never".to_owned();
        return Err(part.malformed(found, "the same in both"));
    }
    Ok(scheme)
}

fn behavior(part: &Part<'_>) -> Result<Behavior, Error> {
    Ok(match part.text("behavior")? {
        "Removed" => Behavior::Removed,
        "Isolated" => Behavior::Isolated,
        "MergedWithPrevious" => Behavior::MergedWithPrevious,
        "MergedWithNext" => Behavior::MergedWithNext,
        "Contiguous" => Behavior::Contiguous,
        other => return Err(part.malformed(format!("{other:?}"), "a behavior")),
    })
}

/// A text on its way to the model: what it is by now, and where it is cut.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) content: Aligned,
    pub(super) cuts: Vec<Cut>,
}

/// A piece: a stretch of the content, or an added token and the stretch of the original that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) range: Range<usize>,
    pub(super) token: Option<u32>,
    /// Characters of white space at the ends of an added token as it was found.
    pub(super) blank: (usize, usize),
}

impl PreTokenizer {
    pub(super) fn apply(&self, pieces: &mut Pieces) {
        match self {
            Self::PrefixSpace => pieces.rewrite(|content, range, result| {
                let prefix = if content.text[range.clone()].starts_with(' ') { "" } else { " " };
                result.push_prefixed(prefix, content, range);
            }),
            Self::ByteCharacters => pieces.rewrite(|content, range, result| {
                let mut piece = Aligned::default();
                piece.push_range(content, range);
                to_byte_characters(&mut piece);
                result.push_range(&piece, 0..piece.text.len());
            }),
            Self::Metaspace { replacement, scheme, split } => {
                pieces.rewrite(|content, range, result| {
                    let mut piece = Aligned::default();
                    piece.push_range(content, range);
                    piece.replace(&Delimiter::Character(' '), replacement);
                    let wanted = match scheme {
                        PrependScheme::Always => true,
                        PrependScheme::First => {
                            piece.origins.first().is_some_and(|origin| origin.0 == 0)
                        }
                        PrependScheme::Never => false,
                    };
                    let missing = wanted && !piece.text.starts_with(replacement.as_str());
                    let prefix = if missing { replacement } else { "" };
                    result.push_prefixed(prefix, &piece, 0..piece.text.len());
                });
                if *split {
                    let delimiter = Delimiter::Literal(replacement.clone());
                    pieces.cut(|text, output| {
                        cut_by(&delimiter, Behavior::MergedWithNext, false, text, output);
                    });
                }
            }
            Self::Split { delimiter, behavior, invert } => {
                pieces.cut(|text, output| cut_by(delimiter, *behavior, *invert, text, output));
            }
            &Self::FixedLength(length) => pieces.cut(|text, output| {
                let mut starts = text.char_indices().map(|(start, _)| start).step_by(length);
                let mut start = starts.next().unwrap_or(0);
                for next in starts.chain([text.len()]) {
                    output.push(start..next);
                    start = next;
                }
            }),
        }
    }
}

impl Pieces {
    /// Each piece of text becomes what `change` appends.
    fn rewrite(&mut self, change: impl Fn(&Aligned, Range<usize>, &mut Aligned)) {
        let mut result = Aligned::default();
        for cut in &mut self.cuts {
            if cut.token.is_none() {
                let start = result.text.len();
                change(&self.content, cut.range.clone(), &mut result);
                cut.range = start..result.text.len();
            }
        }
        self.content = result;
    }

    /// Each piece of text is cut where `cut` says; what is empty falls away.
    fn cut(&mut self, cut: impl Fn(&str, &mut Vec<Range<usize>>)) {
        let mut cuts = Vec::with_capacity(self.cuts.len());
        let mut ranges = Vec::new();
        for piece in self.cuts.drain(..) {
            if piece.token.is_some() {
                cuts.push(piece);
                continue;
            }
            ranges.clear();
            cut(&self.content.text[piece.range.clone()], &mut ranges);
            let base = piece.range.start;
            cuts.extend(ranges.iter().filter(|range| !range.is_empty()).map(|range| Cut {
                range: base + range.start..base + range.end,
                token: None,
                blank: (0, 0),
            }));
        }
        self.cuts = cuts;
    }
}

/// Cuts a text at its delimiters. A run of stretches of text and delimiters is made first; the behaviour
/// then says which of them go together.
fn cut_by(
    delimiter: &Delimiter,
    behavior: Behavior,
    invert: bool,
    text: &str,
    output: &mut Vec<Range<usize>>,
) {
    let mut stretches: Vec<(Range<usize>, bool)> = Vec::new();
    delimiter.for_each_stretch(text, |range, is_delimiter| {
        stretches.push((range, is_delimiter != invert));
    });
    match behavior {
        Behavior::Isolated => output.extend(stretches.into_iter().map(|(range, _)| range)),
        Behavior::Removed => {
            let kept = stretches.into_iter().filter(|(_, is_delimiter)| !is_delimiter);
            output.extend(kept.map(|(range, _)| range));
        }
        Behavior::MergedWithPrevious | Behavior::Contiguous => {
            let mut previous = false;
            for (range, is_delimiter) in stretches {
                let together = match behavior {
                    Behavior::Contiguous => is_delimiter == previous,
                    _ => is_delimiter && !previous,
                };
                match output.last_mut() {
                    Some(last) if together => last.end = range.end,
                    _ => output.push(range),
                }
                previous = is_delimiter;
            }
        }
        Behavior::MergedWithNext => {
            let mut previous = false;
            for (range, is_delimiter) in stretches.into_iter().rev() {
                match output.last_mut() {
                    Some(last) if is_delimiter && !previous => last.start = range.start,
                    _ => output.push(range),
                }
                previous = is_delimiter;
            }
            output.reverse();
        }
    }
}
