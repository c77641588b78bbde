//! Rank files of tiktoken: a line per token, its bytes in base64, a space, its rank.

use super::ByteLevel;
use crate::added::AddedTokens;
use crate::pretokenizer::Pattern;
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer};

impl Tokenizer {
    /// A tokenizer of a tiktoken rank file and the name of what the file does not hold: the
    /// pattern and the special tokens that belong to it (`cl100k_base`, …).
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line; [`Error::UnknownName`].
    pub fn from_tiktoken(ranks: &[u8], _encoding: &str) -> Result<Self, Error> {
        let vocabulary = read_ranks(ranks)?;
        Ok(Self::new(ByteLevel::from_ranks(vocabulary, Pattern::Whole, AddedTokens::default())?))
    }
}

fn read_ranks(ranks: &[u8]) -> Result<Vocabulary, Error> {
    let mut tokens: Vec<(u32, Vec<u8>)> = Vec::new();
    for (line, number) in ranks.split(|&byte| byte == b'\n').zip(1u64..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let parsed = memchr::memchr(b' ', line).and_then(|space| {
            let rank = std::str::from_utf8(&line[space + 1..]).ok()?.parse().ok()?;
            Some((rank, decode_base64(&line[..space])?))
        });
        let (rank, token) = parsed.filter(|(_, token)| !token.is_empty()).ok_or_else(|| {
            let found = String::from_utf8_lossy(line).chars().take(40).collect::<String>();
            Error::malformed(
                format!("line {number}"),
                format!("{found:?}"),
                "base64, a space, a rank",
            )
        })?;
        tokens.push((rank, token));
    }
    Vocabulary::new(tokens.iter().map(|(rank, token)| (*rank, token.as_slice())))
}

/// Standard base64 with padding; none if it is not that.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for (group, last) in text.chunks_exact(4).zip((0..text.len() / 4).rev()) {
        let padding = group.iter().rev().take_while(|&&digit| digit == b'=').count();
        if padding > 2 || (padding > 0 && last > 0) {
            return None;
        }
        let digits = &group[..4 - padding];
        let mut word = 0u32;
        for &digit in digits {
            word = word << 6 | u32::from(value(digit)?);
        }
        word <<= 6 * padding;
        bytes.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
