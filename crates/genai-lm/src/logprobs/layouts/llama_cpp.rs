//! The `/completion` of llama.cpp's server, with `n_probs`.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::{Cursor, Kind};
use super::super::layout::Layout;
use super::super::rules::{LOG_PROBABILITY, PostSampling};
use super::super::tokens::{Draft, Tokens};
use super::token::read_bytes;
use super::{Entry, Reading, SENTINEL, choices};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::LlamaCpp,
    name: "llama-cpp",
    title: "/completion of llama.cpp's server",
    expected: "completion_probabilities, which a request with \"n_probs\": 1 or more brings",
    conventions: &[
        "the text is the completion; no log-probabilities of the prompt are in it",
        "probabilities after sampling (prob, as of post_sampling_probs and of builds before 2025) are refused",
        SENTINEL,
    ],
    has_parts: false,
    has_choices: true,
    has_base: false,
    has_sentinels: true,
    recognises: |outline| {
        outline.has("completion_probabilities") || (outline.has("probs") && outline.has("content"))
    },
    read,
};

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let tokens = &mut draft.generated;
    cursor.fields(&["completion_probabilities", "probs", "stop"], |cursor, name| {
        if cursor.null()? {
            return Ok(());
        }
        if name == "stop" {
            if cursor.kind()? != Kind::Boolean {
                return cursor.skip();
            }
            return if cursor.boolean()? { Ok(()) } else { Err(choices::chunk()) };
        }
        if !tokens.is_empty() {
            return Err(Fault::new("is a second list of tokens", "one"));
        }
        cursor.elements(|cursor, _| read_token(cursor, reading, tokens))
    })
}

/// Takes a token of today's builds, `{"token", "bytes", "logprob"}` or `{..., "prob"}`, or of old ones:
/// `{"content", "probs": [{"tok_str", "prob"}]}`.
fn read_token(cursor: &mut Cursor<'_>, reading: &Reading<'_>, tokens: &mut Tokens) -> Result<()> {
    const NAMES: &[&str] = &["token", "content", "bytes", "logprob", "prob", "probs"];
    let start = tokens.bytes().len();
    let (mut log_prob, mut has_bytes, mut among) = (None, false, None);
    cursor.fields(NAMES, |cursor, name| match name {
        "token" | "content" if has_bytes => cursor.skip(),
        "token" | "content" => {
            tokens.bytes().truncate(start);
            cursor.string_into(tokens.bytes())
        }
        "bytes" => {
            if cursor.null()? {
                return Ok(());
            }
            has_bytes = true;
            tokens.bytes().truncate(start);
            read_bytes(cursor, tokens.bytes())
        }
        "logprob" => {
            log_prob = Some(reading.scale.log_prob(cursor)?);
            Ok(())
        }
        "prob" => {
            log_prob = Some(Some(of_sampler(cursor, reading)?));
            Ok(())
        }
        _ => {
            among = Some(cursor.clone());
            cursor.skip()
        }
    })?;
    if log_prob.is_none()
        && let Some(mut among) = among
    {
        let token = tokens.bytes().get(start..).unwrap_or_default().to_vec();
        log_prob = of_candidates(&mut among, reading, &token)
            .map_err(|fault| fault.in_key("probs"))?
            .map(Some);
    }
    let log_prob = log_prob.ok_or_else(|| Fault::new("has no logprob", LOG_PROBABILITY))?;
    if has_bytes {
        return tokens.push(log_prob, start, TokenClass::Text);
    }
    tokens.push_shown(log_prob, start, TokenClass::Text)
}

/// The logarithm of a probability as the sampler left it, if that is accepted.
fn of_sampler(cursor: &mut Cursor<'_>, reading: &Reading<'_>) -> Result<f64> {
    let probability = cursor.number("a probability")?;
    if reading.rules.post_sampling == PostSampling::Refuse {
        return Err(Fault::new(
            "is a probability after sampling, which says how sure the sampler was",
            "logprob, as a request without post_sampling_probs to a newer server brings, or --post-sampling accept",
        ));
    }
    // Sums of floats of 32 bits may be a little above 1.
    if !(0.0..=1.0 + 1e-6).contains(&probability) {
        return Err(Fault::new(format!("is {probability}"), "a probability: 0 to 1"));
    }
    Ok(probability.min(1.0).ln())
}

/// Among a token's candidates, the one that was taken.
fn of_candidates(
    cursor: &mut Cursor<'_>,
    reading: &Reading<'_>,
    token: &[u8],
) -> Result<Option<f64>> {
    let mut found = None;
    let mut candidate = Vec::new();
    cursor.elements(|cursor, _| {
        candidate.clear();
        let mut log_prob = None;
        cursor.fields(&["tok_str", "prob"], |cursor, name| {
            if name == "tok_str" {
                return cursor.string_into(&mut candidate);
            }
            log_prob = Some(of_sampler(cursor, reading)?);
            Ok(())
        })?;
        if found.is_none() && candidate == token {
            found = log_prob;
        }
        Ok(())
    })?;
    Ok(found)
}
