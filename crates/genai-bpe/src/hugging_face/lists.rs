//! The two lists of a BPE model, vocabulary and merges, by bytes.

use std::borrow::Cow;

use crate::Error;
use crate::byte_characters;
use crate::merges::{Merge, Merges};
use crate::vocabulary::Vocabulary;

/// A vocabulary of ids and tokens.
///
/// # Errors
/// [`Error::Malformed`] for an id or a token given twice.
pub(super) fn vocabulary<'a>(
    tokens: impl IntoIterator<Item = (u32, &'a [u8])>,
) -> Result<Vocabulary, Error> {
    let vocabulary = Vocabulary::new(tokens)?;
    let is_twin = |&(id, token): &(u32, &[u8])| vocabulary.id(token) != Some(id);
    if vocabulary.has_twins()
        && let Some((id, token)) = vocabulary.iter().find(is_twin)
    {
        let found = format!("the token {:?} again", String::from_utf8_lossy(token));
        return Err(Error::malformed(format!("id {id}"), found, "each token once"));
    }
    Ok(vocabulary)
}

/// The merges of pairs of tokens, by rank; `prefix` is the length of what the right one loses.
///
/// # Errors
/// [`Error::Malformed`] for a merge of or into what is no token.
pub(super) fn merges(
    vocabulary: &Vocabulary,
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
    prefix: usize,
) -> Result<Merges, Error> {
    let mut list = Vec::with_capacity(pairs.len());
    let mut joined = Vec::new();
    for ((left, right), rank) in pairs.iter().zip(0..) {
        let parts = (vocabulary.id(left.as_bytes()), vocabulary.id(right.as_bytes()));
        joined.clear();
        joined.extend_from_slice(left.as_bytes());
        joined.extend_from_slice(right.as_bytes().get(prefix..).unwrap_or_default());
        let merged = vocabulary.id(&joined).filter(|_| right.len() >= prefix);
        match (parts, merged) {
            ((Some(left), Some(right)), Some(id)) => list.push((left, right, Merge { rank, id })),
            _ => return Err(no_token(rank, left, right)),
        }
    }
    Ok(Merges::with_ranks(&list))
}

fn no_token(rank: u32, left: &str, right: &str) -> Error {
    Error::malformed(
        format!("merge {}", u64::from(rank) + 1),
        format!("{left:?} and {right:?}"),
        "two tokens of the vocabulary that together are a third",
    )
}

/// A vocabulary in GPT-2's characters for bytes, as bytes.
#[derive(Debug)]
pub(super) struct ByteLists<'a> {
    pub(super) vocabulary: Vocabulary,
    pub(super) merges: Merges,
    /// Tokens with a character that stands for no byte. No text leads to them.
    pub(super) others: Vec<(&'a str, u32)>,
}

impl<'a> ByteLists<'a> {
    /// None if a byte has no token, so that some texts have no ids.
    ///
    /// # Errors
    /// As [`vocabulary`] and [`merges`].
    pub(super) fn new(
        tokens: &'a [(Cow<'_, str>, u32)],
        pairs: &[(Cow<'_, str>, Cow<'_, str>)],
    ) -> Result<Option<Self>, Error> {
        let mut arena = Vec::with_capacity(tokens.len() * 8);
        let mut spans = Vec::with_capacity(tokens.len());
        let mut others = Vec::new();
        for (token, id) in tokens {
            let start = arena.len();
            if push_bytes(token, &mut arena) {
                spans.push((*id, start..arena.len()));
            } else {
                others.push((&**token, *id));
            }
        }
        let vocabulary = vocabulary(spans.iter().map(|(id, span)| (*id, &arena[span.clone()])))?;
        if (0..=255u8).any(|byte| vocabulary.id(&[byte]).is_none()) {
            return Ok(None);
        }
        others.sort_unstable();
        let twice = others.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if let Some((token, id)) =
            others.iter().find(|&&(_, id)| twice || vocabulary.bytes(id).is_some())
        {
            let found = format!("the token {token:?} beside another");
            return Err(Error::malformed(format!("id {id}"), found, "each token and id once"));
        }
        let merges = byte_merges(&vocabulary, pairs, &others)?;
        Ok(Some(Self { vocabulary, merges, others }))
    }
}

/// Appends the bytes of a token, or nothing if it has other characters.
fn push_bytes(token: &str, arena: &mut Vec<u8>) -> bool {
    let start = arena.len();
    for character in token.chars() {
        let Some(byte) = byte_characters::byte(character) else {
            arena.truncate(start);
            return false;
        };
        arena.push(byte);
    }
    true
}

fn byte_merges(
    vocabulary: &Vocabulary,
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
    others: &[(&str, u32)],
) -> Result<Merges, Error> {
    let is_other = |token: &str| others.binary_search_by_key(&token, |other| other.0).is_ok();
    let mut list = Vec::with_capacity(pairs.len());
    let mut joined = Vec::new();
    // Tokens are mostly numbered in the order of their merges.
    let mut next = 0;
    for ((left, right), rank) in pairs.iter().zip(0..) {
        joined.clear();
        let both_are_bytes = push_bytes(left, &mut joined);
        let middle = joined.len();
        if !(both_are_bytes && push_bytes(right, &mut joined)) {
            // No text leads here, but what is no token is still an error.
            let is_token = |token: &str| {
                let bytes = byte_characters::to_bytes(token);
                bytes.map_or_else(|| is_other(token), |bytes| vocabulary.id(&bytes).is_some())
            };
            if is_token(left) && is_token(right) && is_other(&format!("{left}{right}")) {
                continue;
            }
            return Err(no_token(rank, left, right));
        }
        let parts = (vocabulary.id(&joined[..middle]), vocabulary.id(&joined[middle..]));
        let merged = if vocabulary.bytes(next) == Some(&joined) {
            Some(next)
        } else {
            vocabulary.id(&joined)
        };
        match (parts, merged) {
            ((Some(left), Some(right)), Some(id)) => {
                list.push((left, right, Merge { rank, id }));
                next = id + 1;
            }
            _ => return Err(no_token(rank, left, right)),
        }
    }
    Ok(Merges::with_ranks(&list))
}
