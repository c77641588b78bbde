//! GPT-2's characters for bytes: a printable one for each, so that files of tokens are text.
//!
//! Printable ASCII and Latin-1 stand for themselves, the other bytes for U+0100 and up, in order.
//! Source: `bytes_to_unicode` of GPT-2's `encoder.py`.

/// The character for a byte.
pub(crate) const fn character(byte: u8) -> char {
    let code = match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => byte as u32,
        0..=0x20 => 0x100 + byte as u32,
        0x7f..=0xa0 => 0x121 + (byte - 0x7f) as u32,
        0xad => 0x143,
    };
    match char::from_u32(code) {
        Some(character) => character,
        None => unreachable!(),
    }
}

/// The byte that a character stands for.
pub(crate) const fn byte(character: char) -> Option<u8> {
    match character as u32 {
        code @ (0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff) => Some(code as u8),
        code @ 0x100..=0x120 => Some((code - 0x100) as u8),
        code @ 0x121..=0x142 => Some((code - 0x121 + 0x7f) as u8),
        0x143 => Some(0xad),
        _ => None,
    }
}

/// A token as files have it.
pub(crate) fn to_characters(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| character(byte)).collect()
}

/// The bytes of a token in a file; none if a character stands for no byte.
pub(crate) fn to_bytes(characters: &str) -> Option<Vec<u8>> {
    characters.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        for value in 0..=255 {
            assert_eq!(byte(character(value)), Some(value));
        }
        assert_eq!(to_characters(b" the\n"), "ĠtheĊ");
        assert_eq!(byte('한'), None);
    }
}
