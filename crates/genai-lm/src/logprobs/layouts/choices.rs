//! Which of several texts in a record is taken, and what the responses of OpenAI's kind share.

use super::super::fault::{Fault, Result};
use super::super::json::{Cursor, Kind};
use super::super::lists::Lists;
use super::super::rules::Scale;
use super::super::tokens::Tokens;
use super::token;

/// Takes the element of a list that `choice` says, or the only one. Gives how many there are.
pub(in super::super) fn one<'a>(
    cursor: &mut Cursor<'a>,
    choice: Option<usize>,
    mut visit: impl FnMut(&mut Cursor<'a>) -> Result<()>,
) -> Result<usize> {
    let wanted = choice.unwrap_or(0);
    let mut count = 0;
    cursor.elements(|cursor, index| {
        count = index + 1;
        if index == wanted { visit(cursor) } else { cursor.skip() }
    })?;
    match choice {
        None if count > 1 => Err(Fault::new(
            format!("has {count} elements, each a text of its own"),
            "one, or --choice with the number of one, from 0",
        )),
        Some(choice) if choice >= count && count > 0 => Err(Fault::new(
            format!("has {count} elements"),
            format!("one with the number {choice}, from 0"),
        )),
        _ => Ok(count),
    }
}

/// A part of an answer would pass for a text of its own.
pub(super) fn chunk() -> Fault {
    Fault::new(
        "is of a part of a streamed answer",
        "the whole answer: a request without \"stream\": true",
    )
}

/// Goes through the fields of a response, which may stand in the envelope of a batch's output: then
/// it is the `body` of the `response`. `names` have `response` among them.
pub(super) fn response<'a>(
    cursor: &mut Cursor<'a>,
    names: &'static [&'static str],
    visit: &mut dyn FnMut(&mut Cursor<'a>, &'static str) -> Result<()>,
) -> Result<()> {
    cursor.fields(names, |cursor, name| {
        if name != "response" {
            return visit(cursor, name);
        }
        if cursor.kind()? != Kind::Object {
            return cursor.skip();
        }
        cursor.fields(&["body"], |cursor, _| {
            if cursor.kind()? != Kind::Object {
                return cursor.skip();
            }
            cursor.fields(names, |cursor, name| {
                if name == "response" { cursor.skip() } else { visit(cursor, name) }
            })
        })
    })
}

/// The `logprobs` of a choice: of chat completions or of the older ones, by what is in it.
pub(super) fn log_probs(
    cursor: &mut Cursor<'_>,
    scale: Scale,
    lists: &mut Lists,
    tokens: &mut Tokens,
) -> Result<()> {
    if cursor.null()? {
        return Ok(());
    }
    cursor.fields(
        &["content", "tokens", "token_logprobs", "text_offset"],
        |cursor, name| match name {
            "content" => {
                if cursor.null()? {
                    return Ok(());
                }
                cursor.elements(|cursor, _| token::read(cursor, scale, tokens))
            }
            "tokens" => lists.read_tokens(cursor),
            "token_logprobs" => lists.read_log_probs(cursor, scale, tokens),
            _ => lists.read_offsets(cursor),
        },
    )
}
