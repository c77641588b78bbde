//! Chat completions of OpenAI, and of the many servers that answer as it does.

use super::super::fault::Result;
use super::super::json::Cursor;
use super::super::layout::Layout;
use super::super::lists::Lists;
use super::super::tokens::Draft;
use super::{Entry, Reading, SENTINEL, choices};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::OpenAiChat,
    name: "openai-chat",
    title: "chat completions of OpenAI and of servers like it",
    expected: "choices[].logprobs.content, which a request with \"logprobs\": true brings",
    conventions: &[
        "the text is the completion; no log-probabilities of the prompt are in it",
        "a token is its bytes, or its string where bytes is null",
        SENTINEL,
    ],
    has_parts: false,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| {
        outline.has("choices[].message")
            || outline.has("choices[].logprobs.content")
            || outline.has("logprobs.content")
    },
    read,
};

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let (scale, choice) = (reading.scale, reading.rules.choice);
    let tokens = &mut draft.generated;
    // A choice that was saved by itself has its `logprobs` on the first level.
    choices::response(cursor, &["choices", "logprobs", "response"], &mut |cursor, name| {
        if name == "logprobs" {
            return choices::log_probs(cursor, scale, &mut Lists::default(), tokens);
        }
        choices::one(cursor, choice, |cursor| {
            cursor.fields(&["logprobs", "delta"], |cursor, name| {
                if name == "logprobs" {
                    return choices::log_probs(cursor, scale, &mut Lists::default(), tokens);
                }
                if cursor.null()? { Ok(()) } else { Err(choices::chunk()) }
            })
        })
        .map(drop)
    })
}
