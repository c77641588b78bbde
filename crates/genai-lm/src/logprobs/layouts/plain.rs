//! Records of our own keys: what people write themselves, and what [`write_record`](super::super::write_record) does.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::{Cursor, Kind};
use super::super::layout::Layout;
use super::super::lists::Lists;
use super::super::tokens::{Draft, Tokens};
use super::openai_completions::read_text;
use super::token::read_bytes;
use super::{Entry, FIRST, Reading, SENTINEL};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Plain,
    name: "plain",
    title: "objects with logprobs, or with totals",
    expected: "logprobs, a list of logarithms, or a total as sum_logprob or nll",
    conventions: &[
        "logprobs (or token_logprobs) and, if they are there, tokens and text; a text that tokens do not make up stands for itself",
        "nll and sum_logprob are sums over the text; n_tokens, n_words, n_bytes and n_chars go before what would be counted",
        "special, prompt, end and unknown are lists of the numbers of tokens, from 0",
        FIRST,
        SENTINEL,
    ],
    has_parts: false,
    has_choices: false,
    has_base: true,
    has_sentinels: true,
    recognises: |outline| {
        ["logprobs", "token_logprobs", "nll", "sum_logprob"].iter().any(|&key| outline.has(key))
    },
    read,
};

pub(super) const SAVED: Entry = Entry {
    layout: Layout::GenaiEval,
    name: "genai-eval",
    title: "what genai-eval saved",
    conventions: &["every number is taken as it is; -inf is the logarithm of 0"],
    has_base: false,
    has_sentinels: false,
    recognises: |outline| outline.has("genai_eval_logprobs"),
    ..ENTRY
};

const NAMES: &[&str] = &[
    "logprobs",
    "token_logprobs",
    "tokens",
    "text",
    "text_bytes",
    "offsets",
    "special",
    "prompt",
    "end",
    "unknown",
    "nll",
    "sum_logprob",
    "n_tokens",
    "n_words",
    "n_bytes",
    "n_chars",
    "token_ids",
    "genai_eval_logprobs",
];

/// The version of what we save.
pub(in super::super) const VERSION: u64 = 1;

/// Numbers of tokens that are something.
type Marks = (&'static str, Vec<usize>);

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let (mut lists, mut text, mut offsets, mut ids) = (Lists::default(), None, None, None);
    let mut marks: Vec<Marks> = Vec::new();
    let Draft { generated, stated, .. } = &mut *draft;
    cursor.fields(NAMES, |cursor, name| {
        match name {
            "logprobs" | "token_logprobs" => {
                lists.read_log_probs(cursor, reading.scale, generated)?;
            }
            "tokens" => lists.read_tokens(cursor)?,
            "text" => read_text(cursor, &mut text)?,
            "text_bytes" => read_bytes(cursor, text.insert(Vec::new()))?,
            "offsets" => offsets = Some(read_offsets(cursor)?),
            "nll" | "sum_logprob" => {
                if stated.log_prob.is_some() {
                    return Err(Fault::new("is a second total", "nll or sum_logprob"));
                }
                stated.log_prob = total(cursor, reading, name == "nll")?;
            }
            "n_tokens" => stated.tokens = count(cursor)?,
            "n_words" => stated.words = count(cursor)?,
            "n_bytes" => stated.bytes = count(cursor)?,
            "n_chars" => stated.characters = count(cursor)?,
            "token_ids" => ids = elements(cursor)?,
            "genai_eval_logprobs" => {
                let version = cursor.count()?;
                if version != VERSION {
                    return Err(Fault::new(
                        format!("is {version}"),
                        format!("{VERSION}, the version that is known"),
                    ));
                }
            }
            // A prompt may also be a string, and others of these names something else.
            _ if cursor.kind()? == Kind::List => marks.push((name, read_marks(cursor)?)),
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    draft.is_empty_text = lists.has_log_probs
        && draft.generated.is_empty()
        && (text.as_ref().is_some_and(Vec::is_empty) || offsets.is_some());
    let tokens = &mut draft.generated;
    let is_saved_empty = draft.is_empty_text;
    lists.into_tokens(text.clone().filter(|_| offsets.is_none()), tokens)?;
    if is_saved_empty && let Some(text) = &text {
        tokens.set_text(text.clone());
    } else if tokens.is_empty()
        && let Some(text) = text.take_if(|_| offsets.is_none())
    {
        tokens.set_text(text);
    }
    if let Some(ids) = ids.filter(|&ids| ids != tokens.len() && !tokens.is_empty()) {
        return Err(Fault::new(
            format!("has {ids} token_ids and {} log-probabilities", tokens.len()),
            "as many of each",
        ));
    }
    if let Some(offsets) = offsets {
        set_offsets(offsets, text.unwrap_or_default(), tokens)?;
    }
    marks.into_iter().try_for_each(|marks| mark(marks, tokens))
}

/// A total as a log-probability.
fn total(cursor: &mut Cursor<'_>, reading: &Reading<'_>, is_negative: bool) -> Result<Option<f64>> {
    const EXPECTED: &str = "a sum of negative logarithms: 0 or more";
    if !is_negative {
        return reading.scale.log_prob(cursor);
    }
    if cursor.null()? {
        return Ok(None);
    }
    let value = cursor.number(EXPECTED)?;
    match reading.scale.natural(-value) {
        Ok(log_prob) => Ok(Some(log_prob)),
        Err(_) => Err(Fault::new(format!("is {value}"), EXPECTED)),
    }
}

fn count(cursor: &mut Cursor<'_>) -> Result<Option<u64>> {
    if cursor.null()? { Ok(None) } else { cursor.count().map(Some) }
}

/// How many elements a list has.
fn elements(cursor: &mut Cursor<'_>) -> Result<Option<usize>> {
    if cursor.kind()? != Kind::List {
        return cursor.skip().map(|()| None);
    }
    let mut count = 0;
    cursor.elements(|cursor, index| {
        count = index + 1;
        cursor.skip()
    })?;
    Ok(Some(count))
}

fn read_marks(cursor: &mut Cursor<'_>) -> Result<Vec<usize>> {
    let mut marks = Vec::new();
    cursor.elements(|cursor, _| {
        marks.push(index(cursor)?);
        Ok(())
    })?;
    Ok(marks)
}

fn index(cursor: &mut Cursor<'_>) -> Result<usize> {
    let number = cursor.count()?;
    usize::try_from(number).map_err(|_| Fault::new(format!("is {number}"), "a smaller number"))
}

fn read_offsets(cursor: &mut Cursor<'_>) -> Result<Vec<(usize, usize)>> {
    let mut offsets = Vec::new();
    cursor.elements(|cursor, _| {
        let mut ends = Vec::with_capacity(2);
        cursor.elements(|cursor, _| {
            ends.push(index(cursor)?);
            Ok(())
        })?;
        match ends[..] {
            [start, end] if start <= end => offsets.push((start, end)),
            _ => return Err(Fault::new("is no range", "where a token starts and ends, in bytes")),
        }
        Ok(())
    })?;
    Ok(offsets)
}

fn set_offsets(offsets: Vec<(usize, usize)>, text: Vec<u8>, tokens: &mut Tokens) -> Result<()> {
    if offsets.len() != tokens.len() {
        return Err(Fault::new(
            format!("has {} offsets and {} log-probabilities", offsets.len(), tokens.len()),
            "as many of each",
        ));
    }
    if let Some(index) = offsets.iter().position(|&(_, end)| end > text.len()) {
        let found = format!("is beyond the text, which has {} bytes", text.len());
        return Err(Fault::new(found, "a place within it").in_index(index).in_key("offsets"));
    }
    tokens.set_places(std::iter::empty(), text);
    for (token, (start, end)) in tokens.tokens_mut().iter_mut().zip(offsets) {
        token.bytes = start..end;
    }
    Ok(())
}

fn mark((name, indices): Marks, tokens: &mut Tokens) -> Result<()> {
    let count = tokens.len();
    for (place, index) in indices.into_iter().enumerate() {
        let Some(token) = tokens.tokens_mut().get_mut(index) else {
            let fault = Fault::new(
                format!("is {index}"),
                format!("the number of one of {count} tokens, from 0"),
            );
            return Err(fault.in_index(place).in_key(name));
        };
        match name {
            "special" => token.class = TokenClass::Special,
            "prompt" => token.class = TokenClass::Prompt,
            "end" => token.class = TokenClass::End,
            _ => token.is_unknown = true,
        }
    }
    Ok(())
}
