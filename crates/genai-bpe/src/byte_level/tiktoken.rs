//! Rank files of tiktoken: a line for each token, its bytes in base64, a space, its rank.

use std::collections::HashMap;

use super::ByteLevel;
use crate::added::{AddedToken, AddedTokens};
use crate::encodings::NamedEncoding;
use crate::merges::Merges;
use crate::pretokenizer::Pattern;
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer};

impl Tokenizer {
    /// A tokenizer of a tiktoken rank file and the name of what the file does not hold: the
    /// pattern and the special tokens that belong to it (`cl100k_base`, `llama3`, …), or a pattern
    /// alone. `qwen` is the encoding; Qwen's own tokenizer also puts texts into NFC, which is the caller's.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line; [`Error::UnknownName`] with the names there are.
    pub fn from_tiktoken(ranks: &[u8], encoding: &str) -> Result<Self, Error> {
        let encoding = NamedEncoding::find(encoding)?;
        load(ranks, encoding.pattern, encoding.special_tokens())
    }

    /// A tokenizer of a tiktoken rank file, a pattern, and special tokens with their ids.
    ///
    /// ```
    /// use genai_bpe::{Pattern, Special, Tokenizer};
    /// # let base64 = |byte: u8| {
    /// #     let digit = |n: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[n as usize] as char;
    /// #     format!("{}{}==", digit(byte >> 2), digit(byte % 4 * 16))
    /// # };
    /// # let ranks: String = (0..=255u8).map(|byte| format!("{} {byte}\n", base64(byte))).collect();
    /// let tokenizer = Tokenizer::from_ranks(ranks.as_bytes(), Pattern::Whole, &[("<end>", 300)])?;
    /// assert_eq!(tokenizer.encode_with("a<end>", Special::All)?, [97, 300]);
    /// # Ok::<(), genai_bpe::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line, or for a special token that has the id of another.
    pub fn from_ranks(
        ranks: &[u8],
        pattern: Pattern,
        special: &[(&str, u32)],
    ) -> Result<Self, Error> {
        let special = special.iter();
        let special = special.map(|&(content, id)| AddedToken {
            id,
            content: content.to_owned(),
            special: true,
        });
        load(ranks, pattern, special.collect())
    }

    /// The tokens as a tiktoken rank file. The pattern and the special tokens are not in such files.
    ///
    /// # Errors
    /// [`Error::CannotSave`] if ranks alone would not give the same ids: for tokenizers that are not
    /// byte-level, and for merges whose order is not that of the ids of their tokens.
    pub fn to_tiktoken(&self) -> Result<String, Error> {
        let cannot = |reason: &str| Error::CannotSave {
            tokenizer: self.family(),
            format: "tiktoken ranks",
            reason: reason.to_owned(),
        };
        let codec = self.codec().as_any().downcast_ref::<ByteLevel>();
        let codec = codec.ok_or_else(|| cannot("its tokens are not bytes"))?;
        let ByteLevel { vocabulary, merges, added, whole_pieces, .. } = codec;
        // Hugging Face's vocabularies may hold added tokens, which no text becomes by merging.
        let tokens = vocabulary.iter().filter(|&(id, _)| added.by_id(id).is_none());
        let vocabulary = &Vocabulary::new(tokens)?;
        let mut file = String::new();
        for (id, token) in vocabulary.iter() {
            if token.is_empty() || vocabulary.id(token) != Some(id) {
                return Err(cannot(&format!("id {id} has no token of its own")));
            }
            encode_base64(token, &mut file);
            file.push(' ');
            file.push_str(&id.to_string());
            file.push('\n');
        }
        let of_ranks = super::merges_of_ranks(vocabulary);
        if !merges_alike(merges, &of_ranks) {
            return Err(cannot("its merges are not those that ranks give"));
        }
        if !whole_pieces && let Some(id) = unreachable(vocabulary, &of_ranks) {
            return Err(cannot(&format!("no merge makes id {id}, which ranks take whole")));
        }
        Ok(file)
    }
}

fn load(ranks: &[u8], pattern: Pattern, special: Vec<AddedToken>) -> Result<Tokenizer, Error> {
    let vocabulary = read_ranks(ranks)?;
    let taken = special.iter().find(|token| vocabulary.bytes(token.id).is_some());
    if let Some(AddedToken { id, content, .. }) = taken {
        return Err(Error::malformed(
            format!("id {id}"),
            format!("a token of the file and the special token {content:?}"),
            "the rank file that the special tokens belong to",
        ));
    }
    Ok(Tokenizer::new(ByteLevel::from_ranks(vocabulary, pattern, AddedTokens::new(special)?)?))
}

/// Whether both merge the same pairs into the same tokens in the same order.
fn merges_alike(one: &Merges, other: &Merges) -> bool {
    let plain = |(left, right, merge): (u32, u32, crate::Merge)| (left, right, merge.id);
    one.len() == other.len() && one.iter().map(plain).eq(other.iter().map(plain))
}

/// A token of several bytes that no merge makes.
fn unreachable(vocabulary: &Vocabulary, merges: &Merges) -> Option<u32> {
    let mut made = vec![false; vocabulary.id_bound()];
    for (_, _, merge) in merges.iter() {
        made[merge.id as usize] = true;
    }
    vocabulary.iter().find(|&(id, token)| token.len() > 1 && !made[id as usize]).map(|(id, _)| id)
}

fn parse(line: &[u8]) -> Option<(u32, Vec<u8>)> {
    let space = memchr::memchr(b' ', line)?;
    let rank = std::str::from_utf8(&line[space + 1..]).ok()?.parse().ok()?;
    Some((rank, decode_base64(&line[..space])?)).filter(|(_, token)| !token.is_empty())
}

/// Whether a line is one of a rank file.
pub(crate) fn is_rank(line: &[u8]) -> bool {
    parse(line).is_some()
}

/// As in Python, where a file becomes a `dict` by token: of a token on two lines the last holds.
fn read_ranks(ranks: &[u8]) -> Result<Vocabulary, Error> {
    let mut tokens: Vec<(u32, Vec<u8>)> = Vec::new();
    for (line, number) in ranks.split(|&byte| byte == b'\n').zip(1u64..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let (rank, token) = parse(line).ok_or_else(|| {
            let found = String::from_utf8_lossy(line).chars().take(40).collect::<String>();
            Error::malformed(
                format!("line {number}"),
                format!("{found:?}"),
                "base64, a space, a rank",
            )
        })?;
        tokens.push((rank, token));
    }
    let tokens = || tokens.iter().map(|(rank, token)| (*rank, token.as_slice()));
    let vocabulary = Vocabulary::new(tokens())?;
    if vocabulary.iter().all(|(id, token)| vocabulary.id(token) == Some(id)) {
        return Ok(vocabulary);
    }
    let last: HashMap<&[u8], u32> = tokens().map(|(rank, token)| (token, rank)).collect();
    Vocabulary::new(tokens().filter(|(rank, token)| last.get(token) == Some(rank)))
}

fn encode_base64(bytes: &[u8], text: &mut String) {
    for group in bytes.chunks(3) {
        let mut word = [0; 4];
        word[1..=group.len()].copy_from_slice(group);
        let word = u32::from_be_bytes(word);
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { digit as char } else { '=' });
        }
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Standard base64 with padding; none if it is not that.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(tokens: &[&[u8]]) -> String {
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        let mut file = String::new();
        for (rank, token) in bytes.chain(tokens.iter().map(|token| token.to_vec())).enumerate() {
            encode_base64(&token, &mut file);
            file.extend([" ", &rank.to_string(), "\n"]);
        }
        file
    }

    fn load(ranks: &str) -> Result<Tokenizer, Error> {
        Tokenizer::from_ranks(ranks.as_bytes(), Pattern::Whole, &[])
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (bytes, text) in [
            (b"".as_slice(), ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"\xff\xfe\xfd", "//79"),
        ] {
            let mut encoded = String::new();
            encode_base64(bytes, &mut encoded);
            assert_eq!(encoded, text);
            assert_eq!(decode_base64(text.as_bytes()).as_deref(), Some(bytes));
        }
        for wrong in ["Zg=", "Z===", "Zg==Zg==", "Zg=a", "Z g=", "====", "Zm9-"] {
            assert_eq!(decode_base64(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn a_saved_file_is_the_loaded_one() {
        let file = ranks(&[b"ab", b"abc", b"\xffab"]);
        assert_eq!(load(&file).unwrap().to_tiktoken().unwrap(), file);
        let windows = file.replace('\n', "\r\n") + "\r\n\r\n";
        assert_eq!(load(&windows).unwrap().to_tiktoken().unwrap(), file);
        let reversed: Vec<_> = file.lines().rev().collect();
        assert_eq!(load(&reversed.join("\n")).unwrap().to_tiktoken().unwrap(), file);
    }

    #[test]
    fn ranks_may_have_holes_and_tokens_that_nothing_leads_to() {
        let file = ranks(&[b"ab"]) + "YWJjZGU= 4000\n"; // "abcde"
        let tokenizer = load(&file).unwrap();
        assert_eq!(tokenizer.encode("abcde"), [4000]);
        assert_eq!(tokenizer.encode("abcdeab"), [256, 99, 100, 101, 256]);
        assert_eq!(tokenizer.id_bound(), 4001);
        assert_eq!(tokenizer.to_tiktoken().unwrap(), file);
    }

    /// `bc` comes after `abc`, which it is part of: merging by rank still gets there.
    #[test]
    fn ranks_need_not_grow_with_their_parts() {
        let tokenizer = load(&ranks(&[b"abc", b"bc"])).unwrap();
        assert_eq!(tokenizer.encode("xabcx"), [120, 256, 120]);
        assert_eq!(tokenizer.encode("bcx"), [257, 120]);
    }

    #[test]
    fn of_a_token_given_twice_the_last_rank_holds() {
        let tokenizer = load(&(ranks(&[b"ab", b"cd"]) + "YWI= 300\n")).unwrap();
        assert_eq!(tokenizer.encode("xab"), [120, 300]);
        assert!(tokenizer.decode(&[256]).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let whole = ranks(&[]);
        for (file, said) in [
            (whole.replace("YQ== 97\n", ""), "no token for byte 97"),
            (whole.clone() + "YWI= 97\n", "id 97: two tokens"),
            (whole.clone() + "YWI=\n", "line 257"),
            (whole.clone() + "YWI= x\n", "line 257"),
            (whole.clone() + "YWI= -1\n", "line 257"),
            (whole.clone() + "YW= 256\n", "line 257"),
            (whole.clone() + " 256\n", "line 257"),
            (whole.clone() + "YWI= 99999999\n", "id 99999999"),
            (String::new(), "no token for byte 0"),
        ] {
            let error = load(&file).err().unwrap().to_string();
            assert!(error.contains(said), "{error}");
        }
        let special = [("<end>", 97)];
        let error = Tokenizer::from_ranks(whole.as_bytes(), Pattern::Whole, &special)
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(error.contains("id 97"), "{error}");
        let error =
            Tokenizer::from_tiktoken(whole.as_bytes(), "cl100").map(drop).unwrap_err().to_string();
        assert!(error.contains("o200k_harmony"), "{error}");
    }

    #[test]
    fn merges_that_ranks_would_not_give_are_not_saved() {
        let tokens: Vec<Vec<u8>> =
            (0..=255u8).map(|byte| vec![byte]).chain([b"abc".to_vec(), b"bc".to_vec()]).collect();
        let vocabulary = || Vocabulary::new((0..).zip(tokens.iter().map(Vec::as_slice))).unwrap();
        let tokenizer = |merges: &[(u32, u32, u32)], whole_pieces| {
            let merges = Merges::new(merges.iter().copied()).unwrap();
            let added = AddedTokens::default();
            let codec = ByteLevel::new(vocabulary(), merges, Pattern::Whole, added, whole_pieces);
            Tokenizer::new(codec.unwrap())
        };
        // By rank `abc` would come first, as soon as there is `bc`: the order differs.
        let in_order = [(98, 99, 257), (97, 257, 256)];
        assert!(tokenizer(&in_order, true).to_tiktoken().is_err());
        let as_ranks = [(97, 257, 256), (98, 99, 257)];
        assert!(tokenizer(&as_ranks, false).to_tiktoken().is_ok());
        // Without its merge, `abc` is a token only where pieces are taken whole.
        assert!(tokenizer(&as_ranks[1..], true).to_tiktoken().is_err());
    }
}
