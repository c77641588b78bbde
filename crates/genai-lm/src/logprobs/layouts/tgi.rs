//! Hugging Face's Text Generation Inference, `/generate` with `details`.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::Cursor;
use super::super::layout::Layout;
use super::super::rules::{LOG_PROBABILITY, Scale};
use super::super::tokens::{Draft, Tokens};
use super::openai_completions::read_text;
use super::{Entry, FIRST, Reading, SENTINEL};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Tgi,
    name: "tgi",
    title: "/generate of Text Generation Inference",
    expected: "details.tokens, which a request with \"details\": true brings; for the prompt details.prefill, \
               which \"decoder_input_details\": true does",
    conventions: &[
        "details.prefill is the prompt, details.tokens the completion",
        "tokens with special: true are special",
        FIRST,
        SENTINEL,
    ],
    has_parts: true,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| {
        outline.has("details.tokens")
            || outline.has("details.prefill")
            || outline.has("generated_text")
    },
    read,
};

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let mut text = None;
    cursor.fields(&["details", "generated_text"], |cursor, name| {
        if name == "generated_text" {
            return read_text(cursor, &mut text);
        }
        if cursor.null()? {
            return Ok(());
        }
        cursor.fields(&["prefill", "tokens"], |cursor, name| {
            let Draft { given, generated, .. } = &mut *draft;
            let into = if name == "prefill" { given } else { generated };
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

/// Takes `{"id": 447, "text": " un", "logprob": -1.93, "special": false}`.
fn read_token(cursor: &mut Cursor<'_>, scale: Scale, tokens: &mut Tokens) -> Result<()> {
    let start = tokens.bytes().len();
    let (mut log_prob, mut class, mut is_shown) = (None, TokenClass::Text, false);
    cursor.fields(&["text", "logprob", "special"], |cursor, name| match name {
        "text" => {
            is_shown = true;
            cursor.string_into(tokens.bytes())
        }
        "logprob" => {
            log_prob = Some(scale.log_prob(cursor)?);
            Ok(())
        }
        _ => {
            if cursor.boolean()? {
                class = TokenClass::Special;
            }
            Ok(())
        }
    })?;
    let log_prob = log_prob.ok_or_else(|| Fault::new("has no logprob", LOG_PROBABILITY))?;
    if class == TokenClass::Special {
        // What is shown of it, as `</s>`, is not in the text.
        tokens.bytes().truncate(start);
    } else if !is_shown {
        tokens.lacks_bytes();
    }
    tokens.push_shown(log_prob, start, class)
}
