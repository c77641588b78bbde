//! What a file holds, in twelve digits.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The first twelve hexadecimal digits of the SHA-256 of these files, one after the other: enough
/// to tell them apart in a signature.
pub(crate) fn fingerprint<T: AsRef<[u8]>>(files: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    files.into_iter().for_each(|file| hash.update(file));
    let mut digits = String::new();
    for byte in &hash.finalize()[..6] {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
