//! The older completions of OpenAI, and of servers that answer as it did.

use super::super::fault::{Fault, Result};
use super::super::json::Cursor;
use super::super::layout::Layout;
use super::super::lists::Lists;
use super::super::rules::Part;
use super::super::tokens::{Draft, Tokens};
use super::{Entry, FIRST, Reading, SENTINEL, choices};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::OpenAiCompletions,
    name: "openai-completions",
    title: "completions of OpenAI's older kind, with or without an echoed prompt",
    expected: "choices[].logprobs.token_logprobs, which a request with \"logprobs\": 0 or more brings",
    conventions: &[
        "the prompt, where it is echoed, is as many tokens as usage.prompt_tokens says",
        FIRST,
        "tokens are placed in the text end to end, or by text_offset in characters or in bytes, whichever fits",
        SENTINEL,
    ],
    has_parts: true,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| {
        outline.has("choices[].text")
            || outline.has("choices[].logprobs")
            || outline.has("logprobs.token_logprobs")
    },
    read,
};

/// How many tokens the server counted, in all choices of a response.
#[derive(Debug, Default)]
pub(super) struct Usage {
    prompt: Option<u64>,
    completion: Option<u64>,
}

impl Usage {
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<()> {
        if cursor.null()? {
            return Ok(());
        }
        cursor.fields(&["prompt_tokens", "completion_tokens"], |cursor, name| {
            if cursor.null()? {
                return Ok(());
            }
            let count = Some(cursor.count()?);
            if name == "prompt_tokens" {
                self.prompt = count;
            } else {
                self.completion = count;
            }
            Ok(())
        })
    }

    /// How many of `tokens` are an echoed prompt's. It is echoed if its first token has no
    /// log-probability, which a generated one always has, or if the list is as long as both.
    fn echoed(&self, tokens: &mut Tokens, choices: usize, part: Part) -> Result<usize> {
        let starts_with_null =
            tokens.tokens_mut().first().is_some_and(|token| token.log_prob.is_none());
        let of_both = self
            .prompt
            .zip(self.completion)
            .and_then(|(prompt, completion)| prompt.checked_add(completion));
        let is_of_both = choices == 1
            && self.prompt.is_some_and(|prompt| prompt > 0)
            && of_both == Some(tokens.len() as u64);
        if !starts_with_null && !is_of_both {
            return Ok(0);
        }
        // As one text it need not be known where the one ends.
        if part == Part::Both {
            return Ok(tokens.len());
        }
        let prompt = self.prompt.and_then(|prompt| usize::try_from(prompt).ok());
        match prompt.filter(|&prompt| choices == 1 && prompt <= tokens.len()) {
            Some(prompt) => Ok(prompt),
            None => Err(Fault::new(
                "echoes its prompt and does not say how long that is",
                "usage.prompt_tokens of a single choice, or --part both to take all as one text",
            )),
        }
    }
}

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let (scale, choice) = (reading.scale, reading.rules.choice);
    let (mut lists, mut text, mut usage, mut count) = (Lists::default(), None, Usage::default(), 1);
    let tokens = &mut draft.generated;
    choices::response(
        cursor,
        &["choices", "logprobs", "text", "usage", "response"],
        &mut |cursor, name| match name {
            "choices" => {
                count = choices::one(cursor, choice, |cursor| {
                    cursor.fields(&["text", "logprobs"], |cursor, name| match name {
                        "text" => read_text(cursor, &mut text),
                        _ => choices::log_probs(cursor, scale, &mut lists, tokens),
                    })
                })?;
                Ok(())
            }
            "logprobs" => choices::log_probs(cursor, scale, &mut lists, tokens),
            "text" => read_text(cursor, &mut text),
            _ => usage.read(cursor),
        },
    )?;
    lists.into_tokens(text, tokens).map_err(|fault| fault.in_key("logprobs"))?;
    let echoed = usage.echoed(tokens, count, reading.rules.part)?;
    if echoed > 0 {
        draft.generated.split_front(echoed, &mut draft.given);
    }
    Ok(())
}

pub(super) fn read_text(cursor: &mut Cursor<'_>, text: &mut Option<Vec<u8>>) -> Result<()> {
    if !cursor.null()? {
        cursor.string_into(text.insert(Vec::new()))?;
    }
    Ok(())
}
