//! Normalizers: what happens to a text before it is cut.
//!
//! Normal forms are those of Unicode 9.0, as in Hugging Face `tokenizers` 0.23, whose own tables these
//! are (crate `unicode-normalization-alignments`); lower case is that of Unicode 17.0.

use serde_json::Value;
use unicode_normalization_alignments::char::is_combining_mark;
use unicode_normalization_alignments::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::aligned::Aligned;
use super::characters::{is_nonspacing_mark, is_unclean};
use super::delimiter::Delimiter;
use super::part::Part;
use super::precompiled::Precompiled;
use crate::Error;
use crate::byte_characters;

/// One step of normalisation.
#[derive(Clone, Debug)]
pub(super) enum Normalizer {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
    Lowercase,
    Strip { left: bool, right: bool },
    StripAccents,
    Replace { pattern: Delimiter, content: String },
    Prepend(String),
    ByteLevel,
    Nmt,
    Precompiled(Precompiled),
    Bert { clean: bool, chinese: bool, accents: bool, lowercase: bool },
}

/// The steps that a file asks for, in order.
///
/// # Errors
/// [`Error::Unsupported`] with the name of what is not implemented; [`Error::Malformed`].
pub(super) fn read(value: &Value, steps: &mut Vec<Normalizer>) -> Result<(), Error> {
    let part = Part::new("normalizer", value)?;
    steps.push(match part.kind() {
        "Sequence" => {
            for value in part.list("normalizers")? {
                read(value, steps)?;
            }
            return Ok(());
        }
        "NFC" => Normalizer::Nfc,
        "NFD" => Normalizer::Nfd,
        "NFKC" => Normalizer::Nfkc,
        "NFKD" => Normalizer::Nfkd,
        "Lowercase" => Normalizer::Lowercase,
        "Strip" => {
            Normalizer::Strip { left: part.flag("strip_left")?, right: part.flag("strip_right")? }
        }
        "StripAccents" => Normalizer::StripAccents,
        "Replace" => Normalizer::Replace {
            pattern: Delimiter::of_pattern(&part)?,
            content: part.text("content")?.to_owned(),
        },
        "Prepend" => match part.text("prepend")? {
            "" => return Err(part.unsupported("Prepend of nothing")),
            prefix => Normalizer::Prepend(prefix.to_owned()),
        },
        "ByteLevel" => Normalizer::ByteLevel,
        "Nmt" => Normalizer::Nmt,
        "Precompiled" => Normalizer::Precompiled(Precompiled::read(&part)?),
        // The name in files differs from that of the class.
        "BertNormalizer" => {
            let lowercase = part.flag("lowercase")?;
            Normalizer::Bert {
                clean: part.flag("clean_text")?,
                chinese: part.flag("handle_chinese_chars")?,
                accents: part.optional_flag("strip_accents")?.unwrap_or(lowercase),
                lowercase,
            }
        }
        name => return Err(part.unsupported(name)),
    });
    Ok(())
}

impl Normalizer {
    pub(super) fn apply(&self, text: &mut Aligned) {
        match self {
            Self::Nfc if is_nfc(&text.text) => {}
            Self::Nfc => by_form(text, |text| text.nfc().collect()),
            Self::Nfd => by_form(text, |text| text.nfd().collect()),
            Self::Nfkc => by_form(text, |text| text.nfkc().collect()),
            Self::Nfkd => by_form(text, |text| text.nfkd().collect()),
            Self::Lowercase => lowercase(text),
            &Self::Strip { left, right } => strip(text, left, right),
            Self::StripAccents => text.retain(|character| !is_combining_mark(character)),
            Self::Replace { pattern, content } => text.replace(pattern, content),
            Self::Prepend(prefix) => {
                let mut result = Aligned::default();
                result.push_prefixed(prefix, text, 0..text.text.len());
                *text = result;
            }
            Self::ByteLevel => to_byte_characters(text),
            Self::Nmt => nmt(text),
            Self::Precompiled(map) => map.apply(text),
            &Self::Bert { clean, chinese, accents, lowercase: lower } => {
                if clean {
                    text.retain(|character| !is_unclean(character));
                    text.map(|c| if c.is_whitespace() { ' ' } else { c });
                }
                if chinese {
                    space_chinese(text);
                }
                if accents {
                    by_form(text, |text| text.nfd().collect());
                    text.retain(|character| !is_nonspacing_mark(character));
                }
                if lower {
                    lowercase(text);
                }
            }
        }
    }
}

/// Whether a text is surely its own NFC. Characters below U+0300 never change or combine.
pub(super) fn is_nfc(text: &str) -> bool {
    text.bytes().all(|byte| byte < 0xcc) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

fn by_form(text: &mut Aligned, form: impl Fn(&str) -> Vec<(char, isize)>) {
    if !text.text.is_ascii() {
        let output = form(&text.text);
        text.transform(output, 0);
    }
}

fn lowercase(text: &mut Aligned) {
    let mut result = Aligned::default();
    for (place, character) in text.text.char_indices() {
        for lower in character.to_lowercase() {
            result.push(lower, text.origins[place]);
        }
    }
    *text = result;
}

fn strip(text: &mut Aligned, left: bool, right: bool) {
    let rest = if left { text.text.trim_start() } else { &text.text };
    let start = text.text.len() - rest.len();
    let length = if right { rest.trim_end().len() } else { rest.len() };
    let mut result = Aligned::default();
    result.push_range(text, start..start + length);
    *text = result;
}

/// Each byte becomes GPT-2's character for it.
pub(super) fn to_byte_characters(text: &mut Aligned) {
    let mut result = Aligned::default();
    for (byte, &origin) in text.text.bytes().zip(&text.origins) {
        result.push(byte_characters::character(byte), origin);
    }
    *text = result;
}

fn nmt(text: &mut Aligned) {
    text.retain(|character| {
        !matches!(
            character,
            '\u{1}'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{8f}' | '\u{9f}'
        )
    });
    text.map(|character| match character {
        '\t'
        | '\n'
        | '\u{c}'
        | '\r'
        | '\u{1680}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{2581}'
        | '\u{feff}'
        | '\u{fffd}' => ' ',
        character => character,
    });
}

fn space_chinese(text: &mut Aligned) {
    let mut result = Aligned::default();
    for (place, character) in text.text.char_indices() {
        let origin = text.origins[place];
        if is_chinese(character) {
            result.push(' ', origin);
            result.push(character, origin);
            result.push(' ', origin);
        } else {
            result.push(character, origin);
        }
    }
    *text = result;
}

/// BERT's blocks of Chinese characters.
fn is_chinese(character: char) -> bool {
    matches!(
        u32::from(character),
        0x3400..=0x4dbf
            | 0x4e00..=0x9fff
            | 0xf900..=0xfaff
            | 0x2_0000..=0x2_a6df
            | 0x2_a700..=0x2_b73f
            | 0x2_b740..=0x2_b81f
            | 0x2_b920..=0x2_ceaf
            | 0x2_f800..=0x2_fa1f
    )
}
