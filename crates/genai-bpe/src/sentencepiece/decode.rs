//! Ids back to text, as `SentencePieceProcessor.decode` does it.

use super::model_file::Kind;
use super::trie::Trie;
use super::{SPACE, SentencePiece};
use crate::Error;

impl SentencePiece {
    /// Appends the text of `ids` to `output`.
    ///
    /// # Errors
    /// [`Error::UnknownId`].
    pub(super) fn decode_pieces(&self, ids: &[u32], output: &mut Vec<u8>) -> Result<(), Error> {
        let mut text = Vec::new();
        // Bytes in a row, which make characters together.
        let mut bytes = Vec::new();
        let mut at_start = true;
        for &id in ids {
            let kind = self.pieces.kind(id).ok_or(Error::UnknownId(id))?;
            let piece = self.pieces.text(id).ok_or(Error::UnknownId(id))?;
            if kind == Kind::Byte {
                bytes.extend(byte_of_piece(piece));
                continue;
            }
            push_characters(&bytes, &mut text);
            bytes.clear();
            at_start &= text.is_empty();
            let mut rest = piece;
            let mut space_taken = false;
            if at_start
                && self.normalizer.strips_first_space()
                && let Some(after) = piece.strip_prefix(SPACE)
            {
                rest = after;
                space_taken = !self.normalizer.strips_all_spaces();
            }
            match kind {
                Kind::Control => continue,
                Kind::Unknown => text.extend_from_slice(&self.unknown_surface),
                _ => push_with_spaces(rest, &mut text),
            }
            at_start &= !space_taken && text.is_empty();
        }
        push_characters(&bytes, &mut text);
        match &self.denormalizer {
            Some(denormalizer) => denormalizer.normalize(&text, &Trie::empty(), output, None),
            None => output.append(&mut text),
        }
        Ok(())
    }
}

/// The byte that a piece such as `<0x0A>` stands for.
pub(super) fn byte_of_piece(piece: &[u8]) -> Option<u8> {
    let digits = piece.strip_prefix(b"<0x")?.strip_suffix(b">")?;
    let &[high, low] = digits else { return None };
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// Appends a piece with spaces for `▁`.
pub(super) fn push_with_spaces(mut piece: &[u8], text: &mut Vec<u8>) {
    while let Some(place) = memchr::memmem::find(piece, SPACE) {
        text.extend_from_slice(&piece[..place]);
        text.push(b' ');
        piece = &piece[place + SPACE.len()..];
    }
    text.extend_from_slice(piece);
}

/// Appends bytes, with U+FFFD for each that is not part of a character.
fn push_characters(bytes: &[u8], text: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            text.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}
