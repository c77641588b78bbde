//! `added_tokens` of a file, with the ids that Hugging Face gives them.

use std::collections::HashMap;

use super::aligned::Aligned;
use super::file::AddedEntry;
use super::normalizer::Normalizer;
use crate::Error;
use crate::added::{AddedToken, AddedTokens, Matching};
use crate::vocabulary::ID_LIMIT;

/// What the added tokens of a file become.
///
/// Their ids in the file don't count: a token of the vocabulary keeps its id, and the others are numbered
/// from the number of tokens on, as by `add_tokens` of Hugging Face, which every file goes through when
/// it is loaded. `others` are tokens of the vocabulary that no text leads to.
///
/// # Errors
/// [`Error::Malformed`] for two tokens that are looked for by the same text.
pub(super) fn added_tokens(
    entries: &[AddedEntry],
    size: usize,
    id_of: impl Fn(&str) -> Option<u32>,
    normalizers: &[Normalizer],
    others: &[(String, u32)],
) -> Result<AddedTokens, Error> {
    let mut next = u32::try_from(size).unwrap_or(u32::MAX);
    let mut ids: HashMap<&str, u32> = HashMap::new();
    let mut by_id: HashMap<u32, &AddedEntry> = HashMap::new();
    let mut normalized: HashMap<u32, String> = HashMap::new();
    let mut special: HashMap<&str, bool> = HashMap::new();
    let mut order: Vec<(&AddedEntry, u32)> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.content.is_empty()) {
        let content = entry.content.as_str();
        let known = ids.get(content).copied();
        if known.and_then(|id| by_id.get(&id)).is_some_and(|other| same(other, entry)) {
            continue;
        }
        let id = known.or_else(|| id_of(content)).unwrap_or_else(|| {
            next = next.saturating_add(1);
            next - 1
        });
        if id >= ID_LIMIT {
            let expected = format!("fewer than {ID_LIMIT} tokens");
            return Err(Error::malformed("added tokens", format!("id {id}"), expected));
        }
        if entry.normalized && !normalizers.is_empty() {
            let mut text = Aligned::default();
            text.push_original(content, 0..content.len());
            for normalizer in normalizers {
                normalizer.apply(&mut text);
            }
            if text.text != content {
                normalized.insert(id, text.text);
            }
        }
        ids.insert(content, id);
        by_id.insert(id, entry);
        *special.entry(content).or_default() |= entry.special;
        order.push((entry, id));
    }
    // Where nothing is normalised, two searches make a difference only if both have tokens.
    let in_order = normalizers.is_empty() && by_id.values().all(|entry| entry.normalized);
    let hidden = |(content, id): &(String, u32)| {
        let token = AddedToken { id: *id, content: content.clone(), special: false };
        (token, Matching { hidden: true, ..Matching::default() })
    };
    let mut tokens: Vec<_> = others
        .iter()
        .filter(|(content, _)| !ids.contains_key(content.as_str()))
        .map(hidden)
        .collect();
    for (entry, id) in order {
        let token = AddedToken {
            id,
            content: entry.content.clone(),
            special: special.get(entry.content.as_str()).copied().unwrap_or_default(),
        };
        let matching = Matching {
            single_word: entry.single_word,
            lstrip: entry.lstrip,
            rstrip: entry.rstrip,
            normalized: entry.normalized && !in_order,
            pattern: normalized.get(&id).cloned(),
            // Of two tokens with one id, or of a token given twice, the last is looked for.
            hidden: !by_id.get(&id).is_some_and(|&last| std::ptr::eq(last, entry)),
        };
        tokens.push((token, matching));
    }
    AddedTokens::with_matching(tokens)
}

/// Whether two entries differ at most in their ids.
fn same(one: &AddedEntry, other: &AddedEntry) -> bool {
    let AddedEntry { id: _, content, single_word, lstrip, rstrip, normalized, special } = one;
    (content, single_word, lstrip, rstrip, normalized, special)
        == (
            &other.content,
            &other.single_word,
            &other.lstrip,
            &other.rstrip,
            &other.normalized,
            &other.special,
        )
}
