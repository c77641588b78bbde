//! Recognises what a file is by its content, and hands it to the family it belongs to.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::byte_level::{packed, tiktoken};
use crate::{Error, Tokenizer, hugging_face, sentencepiece, subword_nmt};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Hugging Face's `tokenizer.json`.
    TokenizerJson,
    /// A `vocab.json`, of no use without its merges.
    VocabularyJson,
    /// Lines of two symbols: a `merges.txt`, or codes of subword-nmt.
    Pairs,
    /// Ranks of tiktoken.
    Ranks,
    /// A model of `SentencePiece`.
    SentencePiece,
    /// This crate's own form.
    Packed,
}

/// Rank files that tell their encoding: SHA-256 as `openai_public.py` of tiktoken 0.14 has them.
const PUBLISHED_RANKS: [(&str, &str); 4] = [
    ("306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930", "r50k_base"),
    ("94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069", "p50k_base"),
    ("223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", "cl100k_base"),
    ("446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", "o200k_base"),
];

const VOCABULARY_FILE: &str = "vocab.json";
const MERGES_FILE: &str = "merges.txt";

impl Tokenizer {
    /// Loads any file that this crate knows; what it is shows in its content:
    ///
    /// - `tokenizer.json` of Hugging Face;
    /// - `vocab.json` with its `merges.txt`: give either one, with the other beside it;
    /// - a folder with a `tokenizer.json`, or with those two;
    /// - OpenAI's rank files of tiktoken, known by their SHA-256
    ///   (others need an encoding's name, see [`Tokenizer::from_file_as`]);
    /// - codes of subword-nmt;
    /// - models of `SentencePiece`;
    /// - the packed form of this crate.
    ///
    /// # Errors
    /// [`Error::File`] around whatever is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        from_file(path).map_err(|error| error.in_file(path))
    }

    /// The files that [`Tokenizer::from_file`] reads for that path: one, or a `vocab.json` and its `merges.txt`.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot read them.
    pub fn files_of(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Error> {
        let path = path.as_ref();
        let files = read_files(path).map_err(|error| error.in_file(path))?;
        Ok(files.into_iter().map(|(path, _)| path).collect())
    }

    /// Loads a rank file of tiktoken as that encoding (`cl100k_base`, `llama3`, …); see
    /// [`Tokenizer::from_tiktoken`].
    ///
    /// # Errors
    /// [`Error::File`] around whatever is wrong, also for a file that is no rank file.
    pub fn from_file_as(path: impl AsRef<Path>, encoding: &str) -> Result<Self, Error> {
        let path = path.as_ref();
        let load = || {
            let bytes = fs::read(path)?;
            match recognise(&bytes) {
                Some(Format::Ranks) | None => Self::from_tiktoken(&bytes, encoding),
                Some(_) => Err(Error::Invalid(format!(
                    "only rank files of tiktoken take an encoding ({encoding:?}); this file says \
                     itself how it cuts texts"
                ))),
            }
        };
        load().map_err(|error| error.in_file(path))
    }

    /// As [`Tokenizer::builtin`] for a name that is built in; any other is a path for
    /// [`Tokenizer::from_file`].
    ///
    /// # Errors
    /// [`Error::UnknownName`] for what is neither; else as [`Tokenizer::from_file`].
    pub fn from_name_or_file(name: &str) -> Result<Self, Error> {
        if Self::builtin_names().any(|known| known == name) {
            return Self::builtin(name);
        }
        if Path::new(name).exists() || name.contains(['/', '\\', '.']) {
            return Self::from_file(name);
        }
        let known: Vec<_> = Self::builtin_names().collect();
        Err(Error::UnknownName {
            what: "vocabulary, of which there is no file either,",
            name: name.to_owned(),
            known: known.join(", "),
        })
    }

    /// As [`Tokenizer::from_file`], from memory. Formats of two files need a path.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Unsupported`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        match recognise(bytes) {
            Some(Format::TokenizerJson) => hugging_face::load(bytes),
            Some(Format::VocabularyJson) => Err(other_half(VOCABULARY_FILE, MERGES_FILE)),
            Some(Format::Pairs) if is_subword_nmt(bytes) => subword_nmt::load(bytes),
            Some(Format::Pairs) => Err(other_half(MERGES_FILE, VOCABULARY_FILE)),
            Some(Format::Ranks) => from_published_ranks(bytes),
            Some(Format::SentencePiece) => sentencepiece::load(bytes),
            Some(Format::Packed) => packed::load(bytes),
            None => {
                let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
                Err(Error::malformed("start of the file", format!("{start:?}"), "a tokenizer"))
            }
        }
    }
}

fn from_file(path: &Path) -> Result<Tokenizer, Error> {
    let files = read_files(path)?;
    match files.iter().map(|(_, bytes)| bytes.as_slice()).collect::<Vec<_>>()[..] {
        [vocabulary, merges] => Tokenizer::from_gpt2(vocabulary, merges),
        [file] => Tokenizer::from_bytes(file),
        _ => Err(other_half(VOCABULARY_FILE, MERGES_FILE)),
    }
}

/// What is in the file, or in two: a `vocab.json` and its merges.
fn read_files(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
    let read = |path: PathBuf| match fs::read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(error) => Err(Error::from(error).in_file(path)),
    };
    if path.is_dir() {
        let files: &[&str] = if path.join("tokenizer.json").exists() {
            &["tokenizer.json"]
        } else if path.join(VOCABULARY_FILE).exists() {
            &[VOCABULARY_FILE, MERGES_FILE]
        } else {
            let expected = format!("a tokenizer.json, or {VOCABULARY_FILE} and {MERGES_FILE}");
            return Err(Error::malformed("folder", "neither", expected));
        };
        return files.iter().map(|file| read(path.join(file))).collect();
    }
    let bytes = fs::read(path)?;
    let other = match recognise(&bytes) {
        Some(Format::VocabularyJson) => beside(path, VOCABULARY_FILE, MERGES_FILE),
        Some(Format::Pairs) => beside(path, MERGES_FILE, VOCABULARY_FILE),
        _ => None,
    };
    let mut files = vec![(path.to_owned(), bytes)];
    if let Some(other) = other {
        files.push(read(other)?);
        // The vocabulary comes first, whichever was named.
        files.sort_by_key(|(path, _)| path.to_string_lossy().ends_with(MERGES_FILE));
    }
    Ok(files)
}

/// The other file of two, if it is there: `x-merges.txt` for `x-vocab.json`.
fn beside(path: &Path, ending: &str, other: &str) -> Option<PathBuf> {
    let start = path.file_name()?.to_str()?.strip_suffix(ending)?;
    Some(path.with_file_name(format!("{start}{other}"))).filter(|path| path.exists())
}

fn other_half(one: &str, other: &str) -> Error {
    Error::Invalid(format!("a {one} is half a tokenizer; its {other} has to stand beside it"))
}

/// Rank files say nothing about patterns; the published ones are known.
fn from_published_ranks(bytes: &[u8]) -> Result<Tokenizer, Error> {
    let digest = sha256(bytes);
    let published = PUBLISHED_RANKS.iter().find(|(known, _)| *known == digest);
    let (_, encoding) = published.ok_or_else(|| {
        Error::Invalid(
            "a rank file does not say how it cuts texts, and this one is none of OpenAI's: name its \
             encoding (cl100k_base, llama3, …)"
                .to_owned(),
        )
    })?;
    Tokenizer::from_tiktoken(bytes, encoding)
}

/// The SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        digits.extend(
            [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
        );
        digits
    })
}

/// What the bytes are, by their first few: what is no text first, then what a text begins with, and lines last.
fn recognise(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(packed::MAGIC) {
        return Some(Format::Packed);
    }
    if is_sentence_piece(bytes) {
        return Some(Format::SentencePiece);
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    if text.starts_with(b"{") {
        let numbers = first_value(text).is_some_and(|value| value.is_ascii_digit());
        return Some(if numbers { Format::VocabularyJson } else { Format::TokenizerJson });
    }
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut lines = lines.filter(|line| !line.is_empty()).take(4).peekable();
    let &first = lines.peek()?;
    if first.starts_with(b"#version:") {
        Some(Format::Pairs)
    } else if lines.clone().all(tiktoken::is_rank) {
        Some(Format::Ranks)
    } else if lines.all(|line| line.split(|&byte| byte == b' ').count() == 2) {
        Some(Format::Pairs)
    } else {
        None
    }
}

/// The first byte of the first value of a JSON object.
fn first_value(object: &[u8]) -> Option<u8> {
    let key = object.get(1..)?.trim_ascii_start().strip_prefix(b"\"")?;
    let mut escaped = false;
    let end = key.iter().position(|&byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    key[end + 1..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().first().copied()
}

/// Whether a message of protobuf begins that has a piece first: field 1, its length, and in it
/// field 1, which is text that fits into it.
fn is_sentence_piece(bytes: &[u8]) -> bool {
    field(bytes).and_then(field).is_some_and(|text| std::str::from_utf8(text).is_ok())
}

/// The content of a message's first field if that has number 1, is of bytes, and is whole.
fn field(message: &[u8]) -> Option<&[u8]> {
    match *message.strip_prefix(b"\x0a")? {
        [low @ 0..0x80, ref rest @ ..] => rest.get(..usize::from(low)),
        [low, high @ 0..0x80, ref rest @ ..] => {
            rest.get(..usize::from(low & 0x7f) | usize::from(high) << 7)
        }
        _ => None,
    }
}

/// Whether pairs are codes of subword-nmt: their words end in `</w>`, or their header says bytes.
fn is_subword_nmt(bytes: &[u8]) -> bool {
    let header = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    memchr::memmem::find(bytes, b"</w>").is_some() || header.trim_ascii_end().ends_with(b" byte")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        for (bytes, format) in [
            (b"{\"version\": \"1.0\", \"model\": {}}".as_slice(), Some(Format::TokenizerJson)),
            (b" {}", Some(Format::TokenizerJson)),
            (b"{ \"a\\\"b\\\\\" : 0}", Some(Format::VocabularyJson)),
            (b"\xef\xbb\xbf{\"!\":0}", Some(Format::VocabularyJson)),
            (b"#version: 0.2\nt h\n", Some(Format::Pairs)),
            (b"t h\r\nth e</w>\r\n", Some(Format::Pairs)),
            (b"IQ== 0\nIg== 1\n", Some(Format::Ranks)),
            (b"\r\nIQ== 0\r\n", Some(Format::Ranks)),
            (b"aaaa 1\nt h\n", Some(Format::Pairs)),
            (b"\x0a\x0e\x0a\x05<unk>\x15\0\0\0\0\x18\x02\x0a", Some(Format::SentencePiece)),
            (b"\n\n\n\n\n\n\n\n\n\n\n\n\n\n", None),
            (b"genaibpe", Some(Format::Packed)),
            (b"no tokenizer at all", None),
            (b"", None),
        ] {
            assert_eq!(recognise(bytes), format, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn two_uses_of_pairs_are_told_apart() {
        assert!(is_subword_nmt(b"#version: 0.2\ne n</w>\n"));
        assert!(is_subword_nmt(b"#version: 0.2 byte\n"));
        assert!(!is_subword_nmt("#version: 0.2\n\u{120} t\n".as_bytes()));
    }

    #[test]
    fn what_is_missing_is_said() {
        for (bytes, said) in [
            (b"IQ== 0\n".as_slice(), "encoding"),
            (b"{\"a\": 0}", "merges.txt"),
            (b"#version: 0.2\na b\n", "vocab.json"),
        ] {
            let error = Tokenizer::from_bytes(bytes).map(drop).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = Tokenizer::from_name_or_file("cl100").map(drop).unwrap_err().to_string();
        assert!(error.contains("cl100k_base") || !cfg!(feature = "cl100k"), "{error}");
    }
}
