//! Opening what the user named: a file, standard input, plain or compressed.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::InputError;

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// A stream of decompressed bytes with the name that errors call it by.
pub struct Input {
    name: String,
    format: &'static str,
    reader: Box<dyn Read + Send>,
    /// Whether it can be opened a second time.
    pub(super) again: bool,
    facts: Facts,
}

/// What is known of a file once it has been read.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    bytes: Arc<AtomicU64>,
    hash: Option<Arc<Mutex<Sha256>>>,
    size: Option<u64>,
}

impl Facts {
    /// The bytes read so far, before decompression.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The file's size, if it has one.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The SHA-256 of the file as it is stored, in hexadecimal, if it was asked for.
    pub fn sha256(&self) -> Option<String> {
        let hash = self.hash.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(hexadecimal(&hash.finalize()))
    }
}

/// Two digits for each byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Passes bytes on, and counts and hashes them.
struct Watched<R> {
    inner: R,
    facts: Facts,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.facts.bytes.fetch_add(read as u64, Ordering::Relaxed);
        if let Some(hash) = &self.facts.hash {
            hash.lock().unwrap_or_else(PoisonError::into_inner).update(&buffer[..read]);
        }
        Ok(read)
    }
}

impl Input {
    /// Opens a file, or standard input if the name is `-`, and recognises gzip and zstd by their
    /// first bytes.
    ///
    /// # Errors
    /// If it cannot be read or is of a kind that is not text.
    pub fn open(name: &str, hashed: bool) -> Result<Self, InputError> {
        let unreadable = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => InputError::NotFound { name: name.to_owned() },
            io::ErrorKind::IsADirectory => InputError::Directory { name: name.to_owned() },
            _ => InputError::Unreadable { name: name.to_owned(), cause },
        };
        let mut facts =
            Facts { hash: hashed.then(Arc::<Mutex<Sha256>>::default), ..Facts::default() };
        let (raw, again): (Box<dyn Read + Send>, bool) = if name == STANDARD_INPUT {
            (Box::new(io::stdin()), false)
        } else {
            let file = File::open(name).map_err(unreadable)?;
            let metadata = file.metadata().map_err(unreadable)?;
            if metadata.is_dir() {
                return Err(InputError::Directory { name: name.to_owned() });
            }
            facts.size = metadata.is_file().then_some(metadata.len());
            (Box::new(file), metadata.is_file())
        };
        let mut watched = Watched { inner: raw, facts: facts.clone() };
        let mut start = Vec::new();
        watched.by_ref().take(6).read_to_end(&mut start).map_err(unreadable)?;
        let kind = Kind::of(&start);
        let whole = io::Cursor::new(start).chain(watched);
        let (format, reader): (_, Box<dyn Read + Send>) = match kind {
            Kind::Plain => ("", Box::new(whole)),
            Kind::Gzip => {
                let buffered = io::BufReader::with_capacity(1 << 16, whole);
                ("gzip", Box::new(MultiGzDecoder::new(buffered)))
            }
            Kind::Zstd => ("zstd", Box::new(zstd::Decoder::new(whole).map_err(unreadable)?)),
            Kind::Utf16 => return Err(InputError::utf16(name)),
            Kind::Unsupported(format, hint) => {
                return Err(InputError::Unsupported { name: name.to_owned(), format, hint });
            }
        };
        Ok(Self { name: name.to_owned(), format, reader, again, facts })
    }

    /// Bytes that come from elsewhere, under a name for errors.
    pub fn from_reader(name: &str, reader: impl Read + Send + 'static) -> Self {
        Self {
            name: name.to_owned(),
            format: "",
            reader: Box::new(reader),
            again: false,
            facts: Facts::default(),
        }
    }

    /// The name that the user gave.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is compressed; nothing if it is not.
    pub(super) fn format(&self) -> &'static str {
        self.format
    }

    /// What is or will be known of the file.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Appends up to that many bytes; returns how many, 0 at the end.
    ///
    /// # Errors
    /// If the file cannot be read or is not what its first bytes said.
    pub fn append(&mut self, bytes: &mut Vec<u8>, at_most: usize) -> Result<usize, InputError> {
        let old = bytes.len();
        bytes.resize(old + at_most, 0);
        let read = loop {
            match self.reader.read(&mut bytes[old..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        bytes.truncate(old + read.as_ref().map_or(0, |read| *read));
        read.map_err(|cause| self.explain(cause))
    }

    /// What it means that the file could not be read on.
    fn explain(&self, cause: io::Error) -> InputError {
        InputError::reading(self.name.clone(), self.format, cause)
    }
}

impl Read for Input {
    /// As the reader within; see [`Input::append`] for errors that say which file it is.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

enum Kind {
    Plain,
    Gzip,
    Zstd,
    Utf16,
    Unsupported(&'static str, &'static str),
}

impl Kind {
    fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // The second is a frame to be skipped, with which some writers begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0] => {
                Self::Unsupported("xz-compressed", "decompress it first: xz -dc FILE | …")
            }
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, ..] => {
                Self::Unsupported("bzip2-compressed", "decompress it first: bzip2 -dc FILE | …")
            }
            [b'P', b'K', 3, 4, ..] => Self::Unsupported("a zip archive", "unpack it first"),
            [b'P', b'A', b'R', b'1', ..] => {
                Self::Unsupported("Parquet", "write it as JSONL and give it as --data")
            }
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Self::Utf16,
            _ => Self::Plain,
        }
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}
