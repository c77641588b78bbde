//! `SGLang`'s `/generate` with `return_logprob`.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::Cursor;
use super::super::layout::Layout;
use super::super::rules::{LOG_PROBABILITY, Scale};
use super::super::tokens::{Draft, Tokens};
use super::openai_completions::read_text;
use super::{Entry, FIRST, Reading, SENTINEL};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Sglang,
    name: "sglang",
    title: "/generate of SGLang",
    expected: "meta_info.output_token_logprobs, which a request with \"return_logprob\": true brings; for the \
               prompt input_token_logprobs, which \"logprob_start_len\": 0 does",
    conventions: &[
        "input_token_logprobs is the prompt, output_token_logprobs the completion",
        "token texts are there if the request had \"return_text_in_logprobs\": true",
        FIRST,
        SENTINEL,
    ],
    has_parts: true,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| outline.has("meta_info"),
    read,
};

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let mut text = None;
    cursor.fields(&["meta_info", "text"], |cursor, name| {
        if name == "text" {
            return read_text(cursor, &mut text);
        }
        cursor.fields(&["input_token_logprobs", "output_token_logprobs"], |cursor, name| {
            let Draft { given, generated, .. } = &mut *draft;
            let into = if name.starts_with("input") { given } else { generated };
            if cursor.null()? {
                return Ok(());
            }
            cursor.elements(|cursor, _| read_token(cursor, reading.scale, into))
        })
    })?;
    if let Some(text) = text {
        draft.generated.set_text(text);
    }
    Ok(())
}

/// Takes `[-1.2, 3363, " cat"]`, whose last element may be null or not there.
fn read_token(cursor: &mut Cursor<'_>, scale: Scale, tokens: &mut Tokens) -> Result<()> {
    let start = tokens.bytes().len();
    let (mut log_prob, mut is_shown) = (None, false);
    cursor.elements(|cursor, index| match index {
        0 => {
            log_prob = Some(scale.log_prob(cursor)?);
            Ok(())
        }
        1 => cursor.skip(),
        2 => {
            if !cursor.null()? {
                is_shown = true;
                cursor.string_into(tokens.bytes())?;
            }
            Ok(())
        }
        _ => Err(Fault::new("is one too many", "a log-probability, an id and a text")),
    })?;
    let log_prob = log_prob.ok_or_else(|| Fault::new("is empty", LOG_PROBABILITY))?;
    if !is_shown {
        tokens.lacks_bytes();
    }
    tokens.push_shown(log_prob, start, TokenClass::Text)
}
