//! What separates words: each of `KenLM`'s programs has a white space of its own.

/// White space in the text that `lmplz` reads: space, tab, CR, LF and NUL.
pub(super) const fn separates_in_training(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)
}

/// White space in an ARPA file: space, tab, CR and LF. A vertical tab may be within a word.
pub(super) const fn separates_in_arpa(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The words of a text in order, without empty ones.
#[inline]
pub(super) fn words(text: &[u8], separates: impl Fn(u8) -> bool) -> impl Iterator<Item = &[u8]> {
    text.split(move |&byte| separates(byte)).filter(|word| !word.is_empty())
}

/// White space in the text that `query` reads: what C takes for it.
pub(super) const fn separates_in_queries(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
