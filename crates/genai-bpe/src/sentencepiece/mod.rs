//! SentencePiece: models of BPE and of unigrams, as version 0.2.3 reads them.
//!
//! A text is normalised (`normalizer.rs`), its user-defined symbols stand as they are, and the rest is
//! split by merging (`bpe.rs`, and `resplitting.rs` for models with unused pieces) or into the likeliest
//! pieces (`unigram.rs`).

mod bpe;
mod decode;
mod double_array;
mod model_file;
mod normalizer;
mod protobuf;
mod resplitting;
mod trie;
mod unigram;

use std::borrow::Cow;
use std::ops::Range;

use self::bpe::Bpe;
pub(crate) use self::double_array::DoubleArray;
use self::model_file::{Algorithm, Kind, ModelFile};
use self::normalizer::Normalizer;
use self::trie::Trie;
use self::unigram::Unigram;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer};

/// What stands for a space in pieces: U+2581.
const SPACE: &[u8] = "\u{2581}".as_bytes();

/// A tokenizer of a `.model` file.
#[derive(Clone, Debug)]
pub(crate) struct SentencePiece {
    pieces: Pieces,
    normalizer: Normalizer,
    denormalizer: Option<Normalizer>,
    user_defined: Trie,
    splitter: Splitter,
    unknown_surface: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Splitter {
    Bpe(Bpe),
    Unigram(Unigram),
}

/// The pieces with their ids.
#[derive(Clone, Debug)]
struct Pieces {
    /// Those that a text may hold: normal, user-defined and unused ones.
    ordinary: Vocabulary,
    /// Control symbols, bytes and the unknown piece.
    reserved: Vocabulary,
    kinds: Vec<Kind>,
    unknown: Option<u32>,
    /// The ids of bytes, with byte fallback.
    bytes: Option<Box<[u32; 256]>>,
}

impl Tokenizer {
    /// A tokenizer of a SentencePiece `.model` file, for models of BPE and of unigrams. Ids, pieces,
    /// offsets and decoded texts are those of sentencepiece 0.2.3 (Python). Control symbols are
    /// never recognised in a text, as in SentencePiece.
    ///
    /// # Errors
    /// [`Error::Malformed`]; [`Error::Unsupported`] for models of words and of characters.
    pub fn from_sentencepiece(bytes: &[u8]) -> Result<Self, Error> {
        load(bytes)
    }
}

/// See [`Tokenizer::from_sentencepiece`].
pub(crate) fn load(bytes: &[u8]) -> Result<Tokenizer, Error> {
    Ok(Tokenizer::new(SentencePiece::new(&ModelFile::read(bytes)?)?))
}

impl SentencePiece {
    fn new(file: &ModelFile<'_>) -> Result<Self, Error> {
        let pieces = Pieces::new(file)?;
        let ids = || (0u32..).zip(&file.pieces);
        let of_kind = |kind| {
            ids().filter(move |(_, piece)| piece.kind == kind).map(|(id, piece)| (piece.text, id))
        };
        let splitter = match file.algorithm {
            Algorithm::Bpe => Splitter::Bpe(Bpe::new(file)),
            Algorithm::Unigram => Splitter::Unigram(Unigram::new(file)?),
        };
        let denormalizer = match file.denormalizer.characters {
            [] => None,
            _ => Some(Normalizer::new(&file.denormalizer, false)?),
        };
        Ok(Self {
            pieces,
            normalizer: Normalizer::new(&file.normalizer, file.treat_whitespace_as_suffix)?,
            denormalizer,
            user_defined: Trie::new(of_kind(Kind::UserDefined).collect())?,
            splitter,
            unknown_surface: file.unknown_surface.to_vec(),
        })
    }

    /// Calls `piece` for the pieces of a normalised text in order: where each is, and its id unless
    /// it is unknown. Stops when `piece` says so.
    fn split(
        &self,
        normalized: &[u8],
        memory: &mut Memory,
        piece: &mut impl FnMut(Range<usize>, Option<u32>) -> bool,
    ) {
        match &self.splitter {
            Splitter::Bpe(bpe) => bpe.split(normalized, &self.user_defined, memory, piece),
            Splitter::Unigram(unigram) => {
                let found = unigram.split(normalized);
                found.into_iter().all(|(range, id)| piece(range, id));
            }
        }
    }
}

impl Codec for SentencePiece {
    fn family(&self) -> &'static str {
        "SentencePiece"
    }

    fn encode(&self, text: &str, _: Allowed<'_>, memory: &mut Memory, output: &mut Output<'_>) {
        let mut normalized = std::mem::take(&mut memory.text);
        normalized.clear();
        let mut origins = output.offsets.as_ref().map(|_| Vec::new());
        let text = text.as_bytes();
        self.normalizer.normalize(text, &self.user_defined, &mut normalized, origins.as_mut());
        let origin = |place: usize| {
            origins.as_ref().and_then(|origins| origins.get(place)).copied().unwrap_or(0)
        };
        let mut after_unknown = false;
        self.split(&normalized, memory, &mut |range, id| {
            let (start, end) = (origin(range.start), origin(range.end));
            match (id, &self.pieces.bytes, self.pieces.unknown) {
                (Some(id), _, _) => output.push(id, start, end),
                (None, Some(bytes), _) => {
                    let last = range.end - 1;
                    for place in range {
                        let id = bytes[usize::from(normalized[place])];
                        output.push(id, start, if place == last { end } else { start });
                    }
                }
                // Unknown neighbours are one.
                (None, None, _) if after_unknown => {
                    if let Some(offsets) = &mut output.offsets
                        && let Some(offset) = offsets.last_mut()
                    {
                        offset.1 = end;
                    }
                }
                (None, None, unknown) => output.push(unknown.unwrap_or(0), start, end),
            }
            after_unknown = id.is_none();
            !output.is_full()
        });
        memory.text = normalized;
    }

    fn pieces(&self, text: &str, memory: &mut Memory) -> Vec<String> {
        let mut normalized = Vec::new();
        self.normalizer.normalize(text.as_bytes(), &self.user_defined, &mut normalized, None);
        let mut pieces: Vec<String> = Vec::new();
        let mut after_unknown = false;
        self.split(&normalized, memory, &mut |range, id| {
            let surface = String::from_utf8_lossy(&normalized[range.clone()]);
            match (id, &self.pieces.bytes) {
                (None, Some(_)) => {
                    pieces.extend(normalized[range].iter().map(|byte| format!("<0x{byte:02X}>")));
                }
                (None, None) if after_unknown => {
                    if let Some(last) = pieces.last_mut() {
                        last.push_str(&surface);
                    }
                }
                _ => pieces.push(surface.into_owned()),
            }
            after_unknown = id.is_none();
            true
        });
        pieces
    }

    fn decode(&self, ids: &[u32], _: DecodeOptions, bytes: &mut Vec<u8>) -> Result<(), Error> {
        self.decode_pieces(ids, bytes)
    }

    fn is_concatenative(&self) -> bool {
        false
    }

    fn decodes_locally(&self) -> bool {
        self.denormalizer.is_none()
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        self.pieces.text(id).map(String::from_utf8_lossy)
    }

    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        let text = self.pieces.text(id)?;
        Some(match self.pieces.kind(id)? {
            Kind::Byte => Cow::Owned(vec![decode::byte_of_piece(text)?]),
            Kind::Control => Cow::Borrowed(&[]),
            Kind::Unknown => Cow::Borrowed(&self.unknown_surface),
            _ => {
                let mut bytes = Vec::with_capacity(text.len());
                decode::push_with_spaces(text, &mut bytes);
                Cow::Owned(bytes)
            }
        })
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.pieces.id(token.as_bytes())
    }

    fn id_bound(&self) -> usize {
        self.pieces.kinds.len()
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        let controls = (0u32..).zip(&self.pieces.kinds).filter(|(_, kind)| **kind == Kind::Control);
        controls
            .filter_map(|(id, _)| Some((std::str::from_utf8(self.pieces.text(id)?).ok()?, id)))
            .collect()
    }

    fn unknown_id(&self) -> Option<u32> {
        self.pieces.unknown
    }

    fn is_byte_fallback(&self, id: u32) -> bool {
        self.pieces.kind(id) == Some(Kind::Byte)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Pieces {
    fn new(file: &ModelFile<'_>) -> Result<Self, Error> {
        let is_ordinary = |kind| matches!(kind, Kind::Normal | Kind::UserDefined | Kind::Unused);
        let part = |wanted: bool| {
            let pieces = (0u32..).zip(&file.pieces).filter(move |(_, piece)| {
                piece.kind != Kind::Null && is_ordinary(piece.kind) == wanted
            });
            Vocabulary::new(pieces.map(|(id, piece)| (id, piece.text)))
        };
        let (ordinary, reserved) = (part(true)?, part(false)?);
        let malformed = |id: u32, found: &str, expected: &str| {
            Err(Error::malformed(format!("piece {id}"), found, expected))
        };
        let mut unknown = None;
        let mut bytes = [None; 256];
        for (id, piece) in (0u32..).zip(&file.pieces) {
            let (as_ordinary, as_reserved) = (ordinary.id(piece.text), reserved.id(piece.text));
            // The two kinds are told apart by what they are for in unigram models only.
            let others = match file.algorithm {
                Algorithm::Bpe => [as_ordinary, as_reserved],
                Algorithm::Unigram if is_ordinary(piece.kind) => [as_ordinary, None],
                Algorithm::Unigram => [None, as_reserved],
            };
            if piece.kind != Kind::Null && others.iter().flatten().any(|&other| other != id) {
                return malformed(id, "a piece that is there already", "every piece once");
            }
            match piece.kind {
                Kind::Unknown if unknown.replace(id).is_some() => {
                    return malformed(id, "a second unknown piece", "one");
                }
                Kind::Byte if !file.byte_fallback => {
                    return malformed(id, "a byte", "none in a model without byte fallback");
                }
                Kind::Byte => match decode::byte_of_piece(piece.text) {
                    Some(byte) => bytes[usize::from(byte)] = Some(id),
                    None => return malformed(id, "another name for a byte", "<0x00> to <0xFF>"),
                },
                _ => {}
            }
        }
        let bytes = if file.byte_fallback {
            let mut all = Box::new([0; 256]);
            for ((id, slot), byte) in bytes.into_iter().zip(all.iter_mut()).zip(0..) {
                *slot = id.ok_or_else(|| {
                    Error::malformed("pieces", format!("none for byte {byte}"), "all 256 bytes")
                })?;
            }
            Some(all)
        } else if unknown.is_none() {
            return Err(Error::malformed("pieces", "no unknown piece", "one, or byte fallback"));
        } else {
            None
        };
        let kinds = file.pieces.iter().map(|piece| piece.kind).collect();
        Ok(Self { ordinary, reserved, kinds, unknown, bytes })
    }

    fn kind(&self, id: u32) -> Option<Kind> {
        self.kinds.get(id as usize).copied()
    }

    fn text(&self, id: u32) -> Option<&[u8]> {
        match self.kind(id)? {
            Kind::Null => Some(b"\0"),
            _ => self.ordinary.bytes(id).or_else(|| self.reserved.bytes(id)),
        }
    }

    fn id(&self, piece: &[u8]) -> Option<u32> {
        self.reserved.id(piece).or_else(|| self.ordinary.id(piece))
    }
}

/// The length of the user-defined symbol at the start of a text, if there is one. Of those that it
/// starts with the longest counts, but no more than 64 are looked at, shortest first.
#[inline]
fn user_defined_at(user_defined: &Trie, text: &[u8]) -> Option<usize> {
    if user_defined.is_empty() {
        return None;
    }
    user_defined.prefixes(text).take(64).last().map(|(length, _)| length)
}

/// How many bytes SentencePiece takes for the character at the start of a text, by the first byte
/// alone: what character maps write need not be UTF-8.
#[inline]
fn character_length(text: &[u8]) -> usize {
    let length = match text.first() {
        None => 0,
        Some(0..0xc0) => 1,
        Some(0xc0..0xe0) => 2,
        Some(0xe0..0xf0) => 3,
        Some(0xf0..) => 4,
    };
    length.min(text.len())
}
