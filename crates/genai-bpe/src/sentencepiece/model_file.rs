//! What a `.model` file holds: `ModelProto` of SentencePiece.

use super::protobuf::{Fields, Value};
use crate::Error;

/// A piece, and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a [u8],
    pub(super) score: f32,
    pub(super) kind: Kind,
}

/// What a piece is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    /// Stands for what no piece covers.
    Unknown,
    /// Never in a text: `<s>`, `</s>`.
    Control,
    /// Always one piece, whatever the scores.
    UserDefined,
    /// One byte of a character without a piece.
    Byte,
    /// A step on the way to longer pieces, never an outcome.
    Unused,
    /// A null character that some converters write: there, but not part of anything.
    Null,
}

/// How a text is split into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Unigram,
    Bpe,
}

/// What happens to a text before it is split.
#[derive(Clone, Copy, Debug)]
pub(super) struct NormalizerSpec<'a> {
    pub(super) characters: &'a [u8],
    pub(super) add_dummy_prefix: bool,
    pub(super) remove_extra_whitespaces: bool,
    pub(super) escape_whitespaces: bool,
}

impl Default for NormalizerSpec<'_> {
    fn default() -> Self {
        Self {
            characters: &[],
            add_dummy_prefix: true,
            remove_extra_whitespaces: true,
            escape_whitespaces: true,
        }
    }
}

/// A model file, read but not yet understood.
#[derive(Clone, Debug)]
pub(super) struct ModelFile<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) algorithm: Algorithm,
    pub(super) byte_fallback: bool,
    pub(super) treat_whitespace_as_suffix: bool,
    /// What the unknown piece becomes in a decoded text.
    pub(super) unknown_surface: &'a [u8],
    pub(super) normalizer: NormalizerSpec<'a>,
    pub(super) denormalizer: NormalizerSpec<'a>,
}

/// Pieces of so many bytes or more SentencePiece refuses.
const LONGEST_PIECE: usize = 8000;

/// Numbers of `TrainerSpec.ModelType`.
const UNIGRAM: u64 = 1;
const BPE: u64 = 2;

impl<'a> ModelFile<'a> {
    /// Reads a file. Fields that do not matter for encoding and decoding are passed over.
    ///
    /// # Errors
    /// [`Error::Malformed`]; [`Error::Unsupported`] for models of words and characters.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut file = Self {
            pieces: Vec::new(),
            algorithm: Algorithm::Unigram,
            byte_fallback: false,
            treat_whitespace_as_suffix: false,
            unknown_surface: " \u{2047} ".as_bytes(),
            normalizer: NormalizerSpec::default(),
            denormalizer: NormalizerSpec::default(),
        };
        let mut model_type = UNIGRAM;
        for field in Fields::new(bytes) {
            match field? {
                (1, Value::Bytes(message)) => {
                    let piece = read_piece(message, file.pieces.len())?;
                    file.pieces.push(piece);
                }
                (2, Value::Bytes(message)) => {
                    for field in Fields::new(message) {
                        match field? {
                            // As everywhere in this format a member that is not known is no member.
                            (3, Value::Varint(number @ 1..=4)) => model_type = number,
                            (24, Value::Varint(flag)) => {
                                file.treat_whitespace_as_suffix = flag != 0;
                            }
                            (35, Value::Varint(flag)) => file.byte_fallback = flag != 0,
                            (44, Value::Bytes(surface)) => file.unknown_surface = surface,
                            _ => {}
                        }
                    }
                }
                (3, Value::Bytes(message)) => read_normalizer(message, &mut file.normalizer)?,
                (5, Value::Bytes(message)) => read_normalizer(message, &mut file.denormalizer)?,
                _ => {}
            }
        }
        file.algorithm = match model_type {
            UNIGRAM => Algorithm::Unigram,
            BPE => Algorithm::Bpe,
            3 => return Err(Error::unsupported("SentencePiece model type", "WORD")),
            _ => return Err(Error::unsupported("SentencePiece model type", "CHAR")),
        };
        if file.byte_fallback {
            for piece in file.pieces.iter_mut().filter(|piece| piece.text == b"\0") {
                piece.kind = Kind::Null;
            }
        }
        let is_text = |piece: &Piece<'_>| piece.text == b"\0" && piece.kind != Kind::Null;
        if let Some(id) = file.pieces.iter().position(is_text) {
            return Err(Error::malformed(
                format!("piece {id}"),
                "a null character",
                "a text without",
            ));
        }
        Ok(file)
    }
}

fn read_piece(message: &[u8], id: usize) -> Result<Piece<'_>, Error> {
    let mut piece = Piece { text: &[], score: 0.0, kind: Kind::Normal };
    for field in Fields::new(message) {
        match field? {
            (1, Value::Bytes(text)) => piece.text = text,
            (2, Value::Fixed32(bits)) => piece.score = f32::from_bits(bits),
            (3, Value::Varint(kind)) => {
                piece.kind = match kind {
                    1 => Kind::Normal,
                    2 => Kind::Unknown,
                    3 => Kind::Control,
                    4 => Kind::UserDefined,
                    5 => Kind::Unused,
                    6 => Kind::Byte,
                    _ => continue,
                }
            }
            _ => {}
        }
    }
    let place = || format!("piece {id}");
    let expected = || format!("UTF-8 of 1 to {} bytes without a null character", LONGEST_PIECE - 1);
    let fault = match piece.text {
        [] => Some("an empty piece"),
        b"\0" if piece.kind == Kind::Unused => {
            piece.kind = Kind::Null;
            None
        }
        // Whether this one is an error depends on byte fallback, which may stand further on.
        b"\0" => None,
        text if text.len() >= LONGEST_PIECE => Some("a longer piece"),
        text if text.contains(&0) => Some("a null character"),
        text if std::str::from_utf8(text).is_err() => Some("a piece that is not UTF-8"),
        _ => None,
    };
    match fault {
        Some(fault) => Err(Error::malformed(place(), fault, expected())),
        None => Ok(piece),
    }
}

fn read_normalizer<'a>(message: &'a [u8], spec: &mut NormalizerSpec<'a>) -> Result<(), Error> {
    for field in Fields::new(message) {
        match field? {
            (2, Value::Bytes(characters)) => spec.characters = characters,
            (3, Value::Varint(flag)) => spec.add_dummy_prefix = flag != 0,
            (4, Value::Varint(flag)) => spec.remove_extra_whitespaces = flag != 0,
            (5, Value::Varint(flag)) => spec.escape_whitespaces = flag != 0,
            _ => {}
        }
    }
    Ok(())
}
