//! What a file holds, in twelve digits.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The first twelve hexadecimal digits of the SHA-256 of these texts, one after the other: enough
/// to tell files apart in a signature.
pub(crate) fn fingerprint<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    texts.into_iter().for_each(|text| hash.update(text));
    let mut digits = String::new();
    for byte in &hash.finalize()[..6] {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
