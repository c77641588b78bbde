//! Decoders: how tokens become text again.

use serde_json::Value;

use super::delimiter::Delimiter;
use super::part::Part;
use super::pre_tokenizer::{PrependScheme, prepend_scheme};
use crate::Error;
use crate::byte_characters;

/// One step of decoding: a list of texts becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    ByteLevel,
    Metaspace { replacement: char, prefixed: bool },
    ByteFallback,
    Fuse,
    Strip { content: char, start: usize, stop: usize },
    Replace { pattern: Delimiter, content: String },
    Bpe { suffix: String },
    WordPiece { prefix: String, cleanup: bool },
    Ctc { pad: String, delimiter: String, cleanup: bool },
}

/// The steps that a file asks for, in order.
///
/// # Errors
/// [`Error::Unsupported`] with the name of what is not implemented; [`Error::Malformed`].
pub(super) fn read(value: &Value, steps: &mut Vec<Decoder>) -> Result<(), Error> {
    let part = Part::new("decoder", value)?;
    steps.push(match part.kind() {
        "Sequence" => {
            for value in part.list("decoders")? {
                read(value, steps)?;
            }
            return Ok(());
        }
        "ByteLevel" => {
            part.flag("add_prefix_space")?;
            part.flag("trim_offsets")?;
            Decoder::ByteLevel
        }
        "Metaspace" => Decoder::Metaspace {
            replacement: part.character("replacement")?,
            prefixed: prepend_scheme(&part)? != PrependScheme::Never,
        },
        "ByteFallback" => Decoder::ByteFallback,
        "Fuse" => Decoder::Fuse,
        "Strip" => Decoder::Strip {
            content: part.character("content")?,
            start: part.number("start")?,
            stop: part.number("stop")?,
        },
        "Replace" => Decoder::Replace {
            pattern: Delimiter::of_pattern(&part)?,
            content: part.text("content")?.to_owned(),
        },
        "BPEDecoder" => match part.text("suffix")? {
            "" => return Err(part.unsupported("BPEDecoder without a suffix")),
            suffix => Decoder::Bpe { suffix: suffix.to_owned() },
        },
        "WordPiece" => Decoder::WordPiece {
            prefix: part.text("prefix")?.to_owned(),
            cleanup: part.flag("cleanup")?,
        },
        "CTC" => Decoder::Ctc {
            pad: part.text("pad_token")?.to_owned(),
            delimiter: part.text("word_delimiter_token")?.to_owned(),
            cleanup: part.flag("cleanup")?,
        },
        name => return Err(part.unsupported(name)),
    });
    Ok(())
}

/// The bytes that a token of byte characters stands for; its own if it has other characters.
pub(super) fn bytes_of(token: &str) -> Vec<u8> {
    byte_characters::to_bytes(token).unwrap_or_else(|| token.as_bytes().to_vec())
}

/// Whether a token's text, once there, stays as it is whatever follows, and depends on what is before
/// it only in that there is something; not so for bytes in a row and characters that are not whole.
pub(super) fn are_local(steps: &[Decoder]) -> bool {
    // Whether the tokens are one text by now, in which patterns may reach from token to token.
    let mut is_fused = false;
    let mut steps = steps.iter().peekable();
    while let Some(step) = steps.next() {
        let is_local = match step {
            Decoder::ByteLevel => steps.peek().is_none(),
            Decoder::Metaspace { .. } => true,
            Decoder::Strip { stop, .. } => !is_fused || *stop == 0,
            Decoder::Replace { pattern, content } => {
                let bytes_follow = steps.clone().any(|step| *step == Decoder::ByteFallback);
                // No token becomes a byte by it, or stops being one.
                let Delimiter::Literal(pattern) = pattern else { return false };
                let leaves_bytes = !bytes_follow
                    || content == " " && pattern.chars().all(|character| !character.is_ascii());
                if is_fused { pattern.chars().count() == 1 } else { leaves_bytes }
            }
            // The last token is another one later.
            Decoder::Bpe { .. } => !is_fused && steps.clone().all(|step| *step == Decoder::Fuse),
            Decoder::ByteFallback | Decoder::WordPiece { .. } | Decoder::Ctc { .. } => !is_fused,
            Decoder::Fuse => {
                is_fused = true;
                true
            }
        };
        if !is_local {
            return false;
        }
    }
    true
}

impl Decoder {
    pub(super) fn apply(&self, mut tokens: Vec<String>) -> Vec<String> {
        match self {
            Self::ByteLevel => {
                let bytes: Vec<u8> = tokens.iter().flat_map(|token| bytes_of(token)).collect();
                return vec![String::from_utf8_lossy(&bytes).into_owned()];
            }
            Self::Fuse => return vec![tokens.concat()],
            Self::ByteFallback => return join_bytes(tokens),
            Self::Metaspace { replacement, prefixed } => {
                for (place, token) in tokens.iter_mut().enumerate() {
                    let space = if place == 0 && *prefixed { "" } else { " " };
                    *token = token.replace(*replacement, space);
                }
            }
            Self::Strip { content, start, stop } => {
                for token in &mut tokens {
                    *token = strip(token, *content, *start, *stop).to_owned();
                }
            }
            Self::Replace { pattern, content } => {
                for token in &mut tokens {
                    let mut result = String::with_capacity(token.len());
                    pattern.for_each_stretch(token, |range, is_found| {
                        result.push_str(if is_found { content } else { &token[range] });
                    });
                    *token = result;
                }
            }
            Self::Bpe { suffix } => {
                let last = tokens.len().saturating_sub(1);
                for (place, token) in tokens.iter_mut().enumerate() {
                    *token = token.replace(suffix, if place == last { "" } else { " " });
                }
            }
            Self::WordPiece { prefix, cleanup } => {
                for (place, token) in tokens.iter_mut().enumerate() {
                    if place > 0 {
                        *token = match token.strip_prefix(prefix) {
                            Some(rest) => rest.to_owned(),
                            None => format!(" {token}"),
                        };
                    }
                    if *cleanup {
                        *token = clean_up(token);
                    }
                }
            }
            Self::Ctc { pad, delimiter, cleanup } => {
                tokens.dedup();
                for token in &mut tokens {
                    *token = token.replace(pad, "");
                    if *cleanup {
                        *token = clean_up(token).replace(delimiter, " ");
                    }
                }
                tokens.retain(|token| !token.is_empty());
            }
        }
        tokens
    }
}

/// Tokens such as `<0xE4>` that follow each other become the text of their bytes, or a U+FFFD for each if
/// they are not UTF-8.
fn join_bytes(tokens: Vec<String>) -> Vec<String> {
    let mut output = Vec::with_capacity(tokens.len());
    let mut bytes = Vec::new();
    let flush = |bytes: &mut Vec<u8>, output: &mut Vec<String>| {
        let count = bytes.len();
        if count > 0 {
            match String::from_utf8(std::mem::take(bytes)) {
                Ok(text) => output.push(text),
                Err(_) => output.extend(std::iter::repeat_n("\u{fffd}".to_owned(), count)),
            }
        }
    };
    for token in tokens {
        if let Some(byte) = fallback_byte(&token) {
            bytes.push(byte);
        } else {
            flush(&mut bytes, &mut output);
            output.push(token);
        }
    }
    flush(&mut bytes, &mut output);
    output
}

/// The byte that a token such as `<0xE4>` stands for. Digits may be lower case or follow a plus.
pub(super) fn fallback_byte(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() == 2 { u8::from_str_radix(digits, 16).ok() } else { None }
}

/// Up to `start` times and `stop` times a character is taken off the ends. What is taken off both ends is
/// whole only if the text has more.
fn strip(token: &str, content: char, start: usize, stop: usize) -> &str {
    let mut rest = token;
    for _ in 0..start {
        match rest.strip_prefix(content) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    for _ in 0..stop {
        match rest.strip_suffix(content) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest
}

/// The way of `WordPiece` with the spaces of English.
fn clean_up(text: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" do not", " don't"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ] {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    text
}
