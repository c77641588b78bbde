//! What lm-evaluation-harness writes with `--log_samples`: the log-likelihood of a whole text.

use super::super::fault::{Fault, Result};
use super::super::json::{Cursor, Kind};
use super::super::layout::Layout;
use super::super::rules::{LOG_PROBABILITY, Scale};
use super::super::tokens::Draft;
use super::{Entry, Reading, choices};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::LmEval,
    name: "lm-eval",
    title: "lm-evaluation-harness with --log_samples",
    expected: "resps with a log-likelihood, as tasks of the kinds loglikelihood and loglikelihood_rolling have it",
    conventions: &[
        "a record states the log-likelihood of its text (resps, or filtered_resps), and no tokens",
        "words and bytes are those of word_perplexity and byte_perplexity, which are of the original text",
        "the text is the last argument of the request; with several requests, --choice says which is taken",
        "numbers may be written as strings",
    ],
    has_parts: false,
    has_choices: true,
    has_base: false,
    has_sentinels: false,
    recognises: |outline| outline.has("resps") || outline.has("filtered_resps"),
    read,
};

const NAMES: &[&str] = &[
    "resps",
    "filtered_resps",
    "arguments",
    "word_perplexity",
    "byte_perplexity",
    "bits_per_byte",
];

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let (scale, choice) = (reading.scale, reading.rules.choice);
    let (mut log_prob, mut filtered, mut text) = (None, None, None);
    let stated = &mut draft.stated;
    cursor.fields(NAMES, |cursor, name| match name {
        "resps" => {
            choices::one(cursor, choice, |cursor| {
                log_prob = Some(likelihood(cursor, scale)?);
                Ok(())
            })?;
            Ok(())
        }
        "filtered_resps" => {
            filtered = Some(cursor.clone());
            cursor.skip()
        }
        "arguments" => arguments(cursor, choice, &mut text),
        "word_perplexity" => {
            stated.words = divisor(cursor)?;
            Ok(())
        }
        _ => {
            stated.bytes = divisor(cursor)?.or(stated.bytes);
            Ok(())
        }
    })?;
    // Filters can make anything of responses: theirs are asked only where there are no others.
    if let (None, Some(mut filtered)) = (log_prob, filtered) {
        log_prob =
            of_filtered(&mut filtered, reading).map_err(|fault| fault.in_key("filtered_resps"))?;
    }
    draft.stated.log_prob = log_prob;
    if let Some(text) = text {
        draft.generated.set_text(text);
    }
    Ok(())
}

/// The responses as filters left them: a value in place of a list of them, or the list.
fn of_filtered(cursor: &mut Cursor<'_>, reading: &Reading<'_>) -> Result<Option<f64>> {
    if cursor.kind()? != Kind::List {
        return likelihood(cursor, reading.scale).map(Some);
    }
    let mut found = None;
    choices::one(cursor, reading.rules.choice, |cursor| {
        found = Some(likelihood(cursor, reading.scale)?);
        Ok(())
    })?;
    Ok(found)
}

/// A log-likelihood: a number, the string of one, or a list that begins with one; besides it may have
/// whether greedy decoding would give the text.
fn likelihood(cursor: &mut Cursor<'_>, scale: Scale) -> Result<f64> {
    match cursor.kind()? {
        Kind::Number => cursor.number(LOG_PROBABILITY).and_then(|value| scale.natural(value)),
        Kind::String => scale.of_text(&cursor.string()?),
        Kind::List => {
            let mut found = None;
            cursor.elements(|cursor, index| {
                if index > 0 {
                    return cursor.skip();
                }
                // [["-8.48", "False"]]: no deeper, so that this does not recur without end.
                found = Some(match cursor.kind()? {
                    Kind::List => pair(cursor, scale)?,
                    _ => single(cursor, scale)?,
                });
                Ok(())
            })?;
            found.ok_or_else(|| Fault::new("is empty", LOG_PROBABILITY))
        }
        _ => Err(cursor.unexpected(LOG_PROBABILITY)),
    }
}

fn single(cursor: &mut Cursor<'_>, scale: Scale) -> Result<f64> {
    match cursor.kind()? {
        Kind::String => scale.of_text(&cursor.string()?),
        _ => cursor.number(LOG_PROBABILITY).and_then(|value| scale.natural(value)),
    }
}

/// The first element of a list.
fn pair(cursor: &mut Cursor<'_>, scale: Scale) -> Result<f64> {
    let mut found = None;
    cursor.elements(|cursor, index| {
        if index > 0 {
            return cursor.skip();
        }
        found = Some(single(cursor, scale)?);
        Ok(())
    })?;
    found.ok_or_else(|| Fault::new("is empty", LOG_PROBABILITY))
}

/// The second number of `[-2374.81, 812]`; none if it is no pair, as a metric of that name may be of another kind.
fn divisor(cursor: &mut Cursor<'_>) -> Result<Option<u64>> {
    if cursor.kind()? != Kind::List {
        return cursor.skip().map(|()| None);
    }
    let mut count = None;
    cursor.elements(|cursor, index| {
        if index != 1 {
            return cursor.skip();
        }
        count = Some(match cursor.kind()? {
            Kind::String => {
                let text = cursor.string()?;
                text.parse().map_err(|_| Fault::new("is not a count", "a count"))?
            }
            _ => cursor.count()?,
        });
        Ok(())
    })?;
    Ok(count)
}

/// The text: the last argument of a request. `{"gen_args_0": {"arg_0": ..., "arg_1": ...}}`, or lists.
fn arguments(
    cursor: &mut Cursor<'_>,
    choice: Option<usize>,
    text: &mut Option<Vec<u8>>,
) -> Result<()> {
    let wanted = choice.unwrap_or(0);
    match cursor.kind()? {
        Kind::Object => {
            let mut index = 0;
            cursor.members(|cursor, _| {
                index += 1;
                if index - 1 != wanted || cursor.kind()? != Kind::Object {
                    return cursor.skip();
                }
                cursor.members(|cursor, _| last(cursor, text))
            })
        }
        Kind::List => cursor.elements(|cursor, index| {
            if index != wanted || cursor.kind()? != Kind::List {
                return cursor.skip();
            }
            cursor.elements(|cursor, _| last(cursor, text))
        }),
        _ => cursor.skip(),
    }
}

fn last(cursor: &mut Cursor<'_>, text: &mut Option<Vec<u8>>) -> Result<()> {
    if cursor.kind()? != Kind::String {
        return cursor.skip();
    }
    cursor.string_into(text.insert(Vec::new()))
}
