//! Writing what a language model said, so that it can be read again as it was.

use std::io::{self, Write};

use genai_metrics::{ScoredText, ScoredToken, Stated, TokenClass};
use serde_json::to_writer;

use super::layouts::plain::VERSION;

/// Writes a text as one line of JSON, which [`Layout::GenaiEval`](super::Layout::GenaiEval) reads back as it
/// was: each number to the last bit, minus infinity as `"-inf"`, tokens that are no UTF-8 by their places. The
/// line has `text`, `tokens` and `logprobs`, as others write them too.
///
/// ```
/// use genai_lm::logprobs::{Layout, Records, Rules, write_record};
/// use genai_metrics::{LanguageModel, ScoredText, ScoredToken, TokenClass};
///
/// let mut scored = ScoredText { text: b"a b".to_vec(), ..ScoredText::default() };
/// scored.tokens.push(ScoredToken { log_prob: None, ..ScoredToken::new(0.0, 0..1, TokenClass::Text) });
/// scored.tokens.push(ScoredToken::new(f64::NEG_INFINITY, 1..3, TokenClass::Text));
/// let mut line = Vec::new();
/// write_record(&mut line, Some("n1"), &scored)?;
/// let line = String::from_utf8(line).unwrap();
/// assert_eq!(
///     line,
///     "{\"genai_eval_logprobs\":1,\"id\":\"n1\",\"text\":\"a b\",\"tokens\":[\"a\",\" b\"],\"logprobs\":[null,\"-inf\"]}\n"
/// );
///
/// let mut read = ScoredText::default();
/// Records::new(Layout::GenaiEval, Rules::default()).unwrap().scorer().score(&line, &mut read).unwrap();
/// assert_eq!((read.text, read.tokens), (scored.text, scored.tokens));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If writing fails, or a log-probability is not one: NaN or above 0.
pub fn write_record(out: &mut impl Write, id: Option<&str>, scored: &ScoredText) -> io::Result<()> {
    let ScoredText { text, tokens, stated } = scored;
    write!(out, "{{\"genai_eval_logprobs\":{VERSION}")?;
    if let Some(id) = id {
        write!(out, ",\"id\":")?;
        to_writer(&mut *out, id)?;
    }
    let string = str::from_utf8(text).ok();
    match string {
        Some(text) => {
            write!(out, ",\"text\":")?;
            to_writer(&mut *out, text)?;
        }
        None => write_list(out, "text_bytes", text, |out, byte| write!(out, "{byte}"))?,
    }
    // What a reader takes of a record without tokens or offsets is places at the start.
    let is_unplaced = tokens.iter().all(|token| token.bytes == (0..0));
    if !is_unplaced {
        match string.filter(|text| are_end_to_end(tokens, text)) {
            Some(text) => write_list(out, "tokens", tokens, |out, token| {
                to_writer(out, &text[token.bytes.clone()]).map_err(io::Error::from)
            })?,
            None => write_offsets(out, tokens)?,
        }
    } else if tokens.is_empty() && !text.is_empty() && stated.log_prob.is_none() {
        // A text of no tokens: meant to be so.
        write_offsets(out, tokens)?;
    }
    // Without tokens it depends: a total needs no list.
    if !tokens.is_empty() || stated.log_prob.is_none() {
        write_list(out, "logprobs", tokens, |out, token| write_log_prob(out, token.log_prob))?;
    }
    let class = |class| move |token: &ScoredToken| token.class == class;
    write_marks(out, "special", tokens, class(TokenClass::Special))?;
    write_marks(out, "prompt", tokens, class(TokenClass::Prompt))?;
    write_marks(out, "end", tokens, class(TokenClass::End))?;
    write_marks(out, "unknown", tokens, |token| token.is_unknown)?;
    write_stated(out, stated)?;
    out.write_all(b"}\n")
}

/// Whether the tokens are the text, one behind the other, and strings.
fn are_end_to_end(tokens: &[ScoredToken], text: &str) -> bool {
    let mut end = 0;
    let on = tokens.iter().all(|token| {
        let goes_on = token.bytes.start == end && token.bytes.end >= end;
        end = token.bytes.end;
        goes_on && text.is_char_boundary(end)
    });
    on && end == text.len()
}

fn write_offsets(out: &mut impl Write, tokens: &[ScoredToken]) -> io::Result<()> {
    write_list(out, "offsets", tokens, |out, token| {
        write!(out, "[{},{}]", token.bytes.start, token.bytes.end)
    })
}

fn write_log_prob(out: &mut impl Write, log_prob: Option<f64>) -> io::Result<()> {
    match log_prob {
        None => write!(out, "null"),
        Some(f64::NEG_INFINITY) => write!(out, "\"-inf\""),
        Some(log_prob) if log_prob <= 0.0 => to_writer(out, &log_prob).map_err(io::Error::from),
        Some(log_prob) => {
            let message =
                format!("{log_prob} is not the logarithm of a probability, expected 0 or less");
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

fn write_stated(out: &mut impl Write, stated: &Stated) -> io::Result<()> {
    let Stated { log_prob, tokens, words, bytes, characters } = *stated;
    if log_prob.is_some() {
        write!(out, ",\"sum_logprob\":")?;
        write_log_prob(out, log_prob)?;
    }
    let counts =
        [("n_tokens", tokens), ("n_words", words), ("n_bytes", bytes), ("n_chars", characters)];
    for (name, count) in counts {
        if let Some(count) = count {
            write!(out, ",\"{name}\":{count}")?;
        }
    }
    Ok(())
}

fn write_list<W: Write, T>(
    out: &mut W,
    name: &str,
    values: &[T],
    mut write: impl FnMut(&mut W, &T) -> io::Result<()>,
) -> io::Result<()> {
    write!(out, ",\"{name}\":[")?;
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        write(out, value)?;
    }
    out.write_all(b"]")
}

/// The numbers of the tokens that are something; nothing if there are none.
fn write_marks(
    out: &mut impl Write,
    name: &str,
    tokens: &[ScoredToken],
    is_marked: impl Fn(&ScoredToken) -> bool,
) -> io::Result<()> {
    let marked: Vec<usize> = (0..tokens.len()).filter(|&index| is_marked(&tokens[index])).collect();
    if marked.is_empty() {
        return Ok(());
    }
    write_list(out, name, &marked, |out, index| write!(out, "{index}"))
}
