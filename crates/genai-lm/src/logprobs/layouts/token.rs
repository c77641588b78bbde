//! A token as an object with its bytes, as OpenAI has them and llama.cpp after it.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::Cursor;
use super::super::rules::{LOG_PROBABILITY, Scale};
use super::super::tokens::Tokens;

/// Takes `{"token": "é", "logprob": -0.5, "bytes": [195, 169]}`. Bytes go before the token where both
/// are: a part of a character is no string.
pub(super) fn read(cursor: &mut Cursor<'_>, scale: Scale, tokens: &mut Tokens) -> Result<()> {
    let start = tokens.bytes().len();
    let mut log_prob = None;
    let (mut has_bytes, mut is_shown) = (false, false);
    cursor.fields(&["token", "logprob", "bytes"], |cursor, name| match name {
        "token" if has_bytes => cursor.skip(),
        "token" => {
            is_shown = true;
            cursor.string_into(tokens.bytes())
        }
        "logprob" => {
            log_prob = Some(scale.log_prob(cursor)?);
            Ok(())
        }
        _ => {
            if !cursor.null()? {
                has_bytes = true;
                let bytes = tokens.bytes();
                bytes.truncate(start);
                read_bytes(cursor, bytes)?;
            }
            Ok(())
        }
    })?;
    let log_prob = log_prob.ok_or_else(|| Fault::new("has no logprob", LOG_PROBABILITY))?;
    if has_bytes {
        return tokens.push(log_prob, start, TokenClass::Text);
    }
    if !is_shown {
        tokens.lacks_bytes();
    }
    tokens.push_shown(log_prob, start, TokenClass::Text)
}

/// A list of numbers, each a byte.
pub(super) fn read_bytes(cursor: &mut Cursor<'_>, bytes: &mut Vec<u8>) -> Result<()> {
    cursor.elements(|cursor, _| {
        let number = cursor.count()?;
        let byte = u8::try_from(number);
        bytes.push(byte.map_err(|_| Fault::new(format!("is {number}"), "a byte: 0 to 255"))?);
        Ok(())
    })
}
