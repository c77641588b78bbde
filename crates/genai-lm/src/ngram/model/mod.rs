//! A model that is asked for probabilities.

mod build;
mod header;
mod image;
mod score;
mod table;

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::OnceLock;

use super::entries::Entries;
use super::error::{Error, ErrorKind};
use super::vocabulary::WordId;
use crate::mapping::{self, Pages};
use header::Header;
use image::{Bytes, Image};

pub use score::{State, WordScore};

/// A model for queries: tables of hashes over n-grams, in memory or in a mapped file.
///
/// An n-gram is found by the place of its ending and its first word, and both are compared; so unlike in `KenLM`'s
/// tables no two n-grams or words are taken for one another.
///
/// ```
/// use genai_lm::ngram::{NgramModel, TrainOptions, Trainer};
/// let mut trainer = Trainer::new(TrainOptions { order: 2, ..TrainOptions::default() })?;
/// trainer.add_line(b"a rose is a rose and not a tulip")?;
/// let model = NgramModel::new(&trainer.finish()?.entries)?;
/// let rose = model.id(b"rose").unwrap();
/// let (first, state) = model.score(&model.begin_sentence(), model.id(b"a").unwrap());
/// let (second, _) = model.score(&state, rose);
/// assert_eq!((first.ngram_length, second.ngram_length), (2, 2));
/// // After `a` it is likelier than anywhere.
/// assert!(second.log10_prob > model.score(&model.no_context(), rose).0.log10_prob);
/// # Ok::<(), genai_lm::ngram::Error>(())
/// ```
#[derive(Debug)]
pub struct NgramModel {
    image: Image,
    fingerprint: OnceLock<String>,
}

impl NgramModel {
    /// The model of these entries.
    ///
    /// # Errors
    /// If it has more n-grams of an order than tables can hold, about 2.1 billion.
    pub fn new(entries: &Entries) -> Result<Self, Error> {
        Ok(Self { image: build::image(entries)?, fingerprint: OnceLock::new() })
    }

    /// Opens a model in this module's binary form, which is mapped into memory, or in the ARPA format, which is
    /// read and may be compressed by gzip or zstd. Which one it is is seen by how it begins.
    ///
    /// A file that is mapped must not be written to or cut short while it is: scores would be wrong,
    /// or the process end.
    ///
    /// # Errors
    /// If the file cannot be read, or is neither: where a binary model is cut off, of another version or
    /// inconsistent, and as [`Entries::read_arpa`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let mut start = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(8).read_to_end(&mut start));
        read.map_err(|source| Error::io(&*name, source))?;
        if start != header::MAGIC {
            return Self::new(&Entries::open_arpa(path)?);
        }
        let mapped =
            mapping::map(path, Pages::AtOnce).map_err(|source| Error::io(&*name, source))?;
        Self::of_bytes(Bytes::Mapped(mapped), &name)
    }

    /// Takes a model in this module's binary form; `name` is what errors call it.
    ///
    /// # Errors
    /// If it is cut off, of another version or inconsistent.
    pub fn from_bytes(bytes: Vec<u8>, name: &str) -> Result<Self, Error> {
        Self::of_bytes(Bytes::Owned(bytes), name)
    }

    fn of_bytes(bytes: Bytes, name: &str) -> Result<Self, Error> {
        let image = Image::new(bytes).map_err(|(found, expected)| {
            Error::from(ErrorKind::Binary {
                file: name.to_owned(),
                found,
                expected: expected.to_owned(),
            })
        })?;
        Ok(Self { image, fingerprint: OnceLock::new() })
    }

    /// Writes the model in this module's binary form, for [`NgramModel::open`]. Equal models give equal bytes.
    ///
    /// # Errors
    /// If writing fails; `name` is what the error calls the writer.
    pub fn save(&self, mut writer: impl Write, name: &str) -> Result<(), Error> {
        let written = writer.write_all(self.image.bytes()).and_then(|()| writer.flush());
        written.map_err(|source: io::Error| Error::io(name, source))
    }

    /// The length of the longest n-grams.
    pub fn order(&self) -> usize {
        self.header().order()
    }

    /// How many n-grams there are of each order, from unigrams on.
    pub fn counts(&self) -> Vec<u64> {
        self.header().counts()
    }

    /// A word's number, or none if the model does not have it. That of `<unk>` is 0.
    #[inline]
    pub fn id(&self, word: &[u8]) -> Option<WordId> {
        self.image.word_id(word)
    }

    /// The word of a number.
    pub fn word(&self, id: WordId) -> Option<&[u8]> {
        self.image.word(id)
    }

    /// Twelve hexadecimal digits of the SHA-256 of what the model holds.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.image.fingerprint())
    }

    /// All n-grams, as for writing an ARPA file.
    ///
    /// # Errors
    /// If the model is a file that does not hold together.
    pub fn entries(&self) -> Result<Entries, Error> {
        self.image.entries().map_err(|found| {
            let expected = "tables that hold together".to_owned();
            ErrorKind::Binary { file: "the model".to_owned(), found, expected }.into()
        })
    }

    fn header(&self) -> &Header {
        self.image.header()
    }
}
