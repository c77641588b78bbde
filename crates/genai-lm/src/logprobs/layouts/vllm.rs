//! vLLM's `prompt_logprobs`: for each token of the prompt an object from token ids to log-probabilities.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::Cursor;
use super::super::layout::Layout;
use super::super::lists::Lists;
use super::super::rules::{LOG_PROBABILITY, Scale};
use super::super::tokens::{Draft, Tokens};
use super::openai_completions::read_text;
use super::{Entry, FIRST, Reading, SENTINEL, choices};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Vllm,
    name: "vllm",
    title: "vLLM's prompt_logprobs, of completions and chat completions",
    expected: "prompt_logprobs, which a request with \"prompt_logprobs\": 0 or more brings",
    conventions: &[
        "of the tokens at a place the one that is there comes first, or is the one of prompt_token_ids",
        "a token that is shown with U+FFFD is a part of a character: the text is then not known",
        FIRST,
        "that first token is not shown, so that the text begins behind it",
        SENTINEL,
    ],
    has_parts: true,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| {
        outline.has("prompt_logprobs") || outline.has("choices[].prompt_logprobs")
    },
    read,
};

/// What of the prompt can stand in a choice or beside the choices.
#[derive(Debug, Default)]
struct Prompt<'a> {
    /// Where its log-probabilities are, for what decides between candidates may come behind them.
    log_probs: Option<Cursor<'a>>,
    ids: Option<Vec<u64>>,
}

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    read_response(cursor, reading, draft)
}

/// [`read`] with a name for how long the text lives.
fn read_response<'a>(
    cursor: &mut Cursor<'a>,
    reading: &Reading<'_>,
    draft: &mut Draft,
) -> Result<()> {
    const NAMES: &[&str] = &["choices", "prompt_logprobs", "prompt_token_ids", "response"];
    let (scale, choice) = (reading.scale, reading.rules.choice);
    let (mut lists, mut text) = (Lists::default(), None);
    let (mut beside, mut within) = (Prompt::default(), Prompt::default());
    let Draft { given, generated, .. } = draft;
    choices::response(cursor, NAMES, &mut |cursor: &mut Cursor<'a>, name| match name {
        "choices" => choices::one(cursor, choice, |cursor| {
            const NAMES: &[&str] = &["prompt_logprobs", "prompt_token_ids", "logprobs", "text"];
            cursor.fields(NAMES, |cursor, name| match name {
                "logprobs" => choices::log_probs(cursor, scale, &mut lists, generated),
                "text" => read_text(cursor, &mut text),
                _ => within.read(cursor, name, scale, given),
            })
        })
        .map(drop),
        _ => beside.read(cursor, name, scale, given),
    })?;
    lists.into_tokens(text, generated)?;
    // With the ids the tokens that are there are known rather than taken to be the first.
    let Some(ids) = within.ids.or(beside.ids) else { return Ok(()) };
    let (read, is_within) = match (within.log_probs, beside.log_probs) {
        (Some(mut cursor), _) => (read_prompt(&mut cursor, scale, Some(&ids), given), true),
        (None, Some(mut cursor)) => (read_prompt(&mut cursor, scale, Some(&ids), given), false),
        (None, None) => return Ok(()),
    };
    read.map_err(|fault| {
        let fault = fault.in_key("prompt_logprobs");
        if is_within { fault.in_index(choice.unwrap_or(0)).in_key("choices") } else { fault }
    })
}

impl<'a> Prompt<'a> {
    fn read(
        &mut self,
        cursor: &mut Cursor<'a>,
        name: &str,
        scale: Scale,
        given: &mut Tokens,
    ) -> Result<()> {
        if cursor.null()? {
            return Ok(());
        }
        if name == "prompt_logprobs" {
            if !given.is_empty() {
                return Err(Fault::new("is there a second time", "one prompt"));
            }
            self.log_probs = Some(cursor.clone());
            return read_prompt(cursor, scale, None, given);
        }
        let mut ids = Vec::new();
        cursor.elements(|cursor, _| {
            ids.push(cursor.count()?);
            Ok(())
        })?;
        self.ids = Some(ids);
        Ok(())
    }
}

fn read_prompt(
    cursor: &mut Cursor<'_>,
    scale: Scale,
    ids: Option<&[u64]>,
    given: &mut Tokens,
) -> Result<()> {
    let mut count = 0;
    given.clear();
    cursor.elements(|cursor, index| {
        count = index + 1;
        if cursor.null()? {
            // Not shown, and not scored: what is left is the text of what is scored.
            return given.push(None, 0, TokenClass::Text);
        }
        read_place(cursor, scale, ids.and_then(|ids| ids.get(index)).copied(), given)
    })?;
    match ids {
        Some(ids) if ids.len() != count => Err(Fault::new(
            format!("has {count} tokens, and prompt_token_ids {}", ids.len()),
            "as many of each",
        )),
        _ => Ok(()),
    }
}

/// Takes `{"304": {"logprob": -0.5, "rank": 1, "decoded_token": " to"}, ...}`: the token `id`, or else the first.
fn read_place(
    cursor: &mut Cursor<'_>,
    scale: Scale,
    id: Option<u64>,
    given: &mut Tokens,
) -> Result<()> {
    let start = given.bytes().len();
    let mut found = None;
    cursor.members(|cursor, key| {
        let is_wanted = match id {
            Some(id) => key.parse() == Ok(id),
            None => found.is_none(),
        };
        if !is_wanted || found.is_some() {
            return cursor.skip();
        }
        let mut log_prob = None;
        let mut is_shown = false;
        cursor.fields(&["logprob", "decoded_token"], |cursor, name| {
            if name == "logprob" {
                log_prob = scale.log_prob(cursor)?;
            } else if !cursor.null()? {
                is_shown = true;
                cursor.string_into(given.bytes())?;
            }
            Ok(())
        })?;
        let log_prob = log_prob.ok_or_else(|| Fault::new("has no logprob", LOG_PROBABILITY))?;
        found = Some((log_prob, is_shown));
        Ok(())
    })?;
    let Some((log_prob, is_shown)) = found else {
        return Err(match id {
            Some(id) => {
                Fault::new(format!("lacks the token {id}"), "the token of prompt_token_ids")
            }
            None => Fault::new("is empty", "the token that is there"),
        });
    };
    if !is_shown {
        given.lacks_bytes();
    }
    given.push_shown(Some(log_prob), start, TokenClass::Text)
}
