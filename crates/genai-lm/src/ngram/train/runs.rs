//! Sorted n-grams with their counts, in memory or in files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::PathBuf;

use rayon::slice::ParallelSliceMut;

use super::super::error::Error;
use super::super::limits::MAX_ORDER;
use super::super::vocabulary::{BEGIN, WordId};
use super::counts::{Counter, Counts, Gram};

const FILE: &str = "a temporary file of counts";

/// What was sorted and put aside so far.
#[derive(Debug)]
pub(super) struct Runs {
    order: usize,
    folder: Option<PathBuf>,
    files: Vec<File>,
}

impl Runs {
    pub(super) fn new(order: usize, folder: Option<PathBuf>) -> Self {
        Self { order, folder, files: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// How much memory it takes to sort so many words of a vocabulary.
    pub(super) fn memory(&self, words: usize, vocabulary: usize) -> usize {
        let key = match self.order * bits(vocabulary) {
            ..=64 => 8,
            65..=128 => 16,
            _ => size_of::<Gram>(),
        };
        words * (size_of::<WordId>() + key)
    }

    /// Sorts these words and keeps them in a file.
    pub(super) fn spill(&mut self, words: &[WordId], vocabulary: usize) -> Result<(), Error> {
        let folder = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        let written = tempfile::tempfile_in(folder).and_then(|file| {
            let mut writer = BufWriter::with_capacity(1 << 18, file);
            let order = self.order;
            sorted(words, order, vocabulary, &mut |gram, count| {
                for word in &gram[..order] {
                    writer.write_all(&word.to_le_bytes())?;
                }
                writer.write_all(&count.to_le_bytes())
            })?;
            let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            Ok(file)
        });
        self.files.push(written.map_err(|source| Error::io(FILE, source))?);
        Ok(())
    }

    /// Counts what is in the files and these words.
    pub(super) fn count(
        mut self,
        words: Vec<WordId>,
        vocabulary: usize,
        thresholds: &[u64],
    ) -> Result<Counts, Error> {
        let mut counter = Counter::new(self.order, thresholds);
        if self.files.is_empty() {
            sorted(&words, self.order, vocabulary, &mut |gram, count| counter.add(gram, count))?;
        } else {
            if !words.is_empty() {
                self.spill(&words, vocabulary)?;
            }
            drop(words);
            self.merge(&mut counter)?;
        }
        Ok(counter.finish(vocabulary))
    }

    fn merge(self, counter: &mut Counter) -> Result<(), Error> {
        let order = self.order;
        let mut files: Vec<_> =
            self.files.into_iter().map(|file| BufReader::with_capacity(1 << 16, file)).collect();
        let mut heap = BinaryHeap::with_capacity(files.len());
        let read = |file: &mut BufReader<File>| {
            read_record(file, order).map_err(|source| Error::io(FILE, source))
        };
        for (index, file) in files.iter_mut().enumerate() {
            heap.extend(read(file)?.map(|(gram, count)| Reverse((gram, index, count))));
        }
        let mut current: Option<(Gram, u32)> = None;
        while let Some(Reverse((gram, index, count))) = heap.pop() {
            heap.extend(
                read(&mut files[index])?.map(|(gram, count)| Reverse((gram, index, count))),
            );
            match &mut current {
                Some((same, sum)) if *same == gram => *sum += count,
                _ => {
                    if let Some((gram, count)) = current.replace((gram, count)) {
                        counter.add(&gram, count)?;
                    }
                }
            }
        }
        current.map_or(Ok(()), |(gram, count)| counter.add(&gram, count))
    }
}

fn read_record(file: &mut BufReader<File>, order: usize) -> io::Result<Option<(Gram, u32)>> {
    let mut bytes = [0; 4 * (MAX_ORDER + 1)];
    let bytes = &mut bytes[..4 * (order + 1)];
    // A record that is there begins in the buffer, or behind it.
    if io::BufRead::fill_buf(file)?.is_empty() {
        return Ok(None);
    }
    file.read_exact(bytes)?;
    let (numbers, _) = bytes.as_chunks::<4>();
    let mut gram = [0; MAX_ORDER];
    for (word, number) in gram[..order].iter_mut().zip(numbers) {
        *word = u32::from_le_bytes(*number);
    }
    Ok(Some((gram, u32::from_le_bytes(numbers[order]))))
}

/// How many bits the number of a word has.
fn bits(vocabulary: usize) -> usize {
    (usize::BITS - vocabulary.leading_zeros()) as usize
}

/// The n-grams of the highest order among these words, sorted, each with how often it occurs.
fn sorted<E>(
    words: &[WordId],
    order: usize,
    vocabulary: usize,
    emit: &mut impl FnMut(&Gram, u32) -> Result<(), E>,
) -> Result<(), E> {
    let bits = bits(vocabulary);
    match order * bits {
        ..=64 => sorted_as::<u64, E>(words, order, bits, emit),
        65..=128 => sorted_as::<u128, E>(words, order, bits, emit),
        _ => sorted_as::<Gram, E>(words, order, bits, emit),
    }
}

fn sorted_as<K: Key, E>(
    words: &[WordId],
    order: usize,
    bits: usize,
    emit: &mut impl FnMut(&Gram, u32) -> Result<(), E>,
) -> Result<(), E> {
    let mut keys = Vec::with_capacity(words.len());
    let mut key = K::default();
    for &word in words {
        key = key.followed_by(word, order, bits);
        if word != BEGIN {
            keys.push(key);
        }
    }
    keys.par_sort_unstable();
    for equal in keys.chunk_by(|a, b| a == b) {
        // There are no more words than this.
        let count = u32::try_from(equal.len()).unwrap_or(u32::MAX);
        emit(&equal[0].gram(order, bits), count)?;
    }
    Ok(())
}

/// An n-gram as something that sorts fast: as [`Gram`] does.
trait Key: Copy + Default + Ord + Send + Sync {
    /// The n-gram one word on.
    fn followed_by(self, word: WordId, order: usize, bits: usize) -> Self;
    fn gram(self, order: usize, bits: usize) -> Gram;
}

/// Numbers with a word in every so many bits.
macro_rules! packed {
    ($($number:ty),*) => {$(
        impl Key for $number {
            #[inline]
            fn followed_by(self, word: WordId, order: usize, bits: usize) -> Self {
                self >> bits | Self::from(word) << (bits * (order - 1))
            }

            #[inline]
            #[expect(clippy::cast_possible_truncation, reason = "it is masked")]
            fn gram(self, order: usize, bits: usize) -> Gram {
                let mut gram = [0; MAX_ORDER];
                for (index, word) in gram[..order].iter_mut().rev().enumerate() {
                    *word = (self >> (bits * index)) as WordId & mask(bits);
                }
                gram
            }
        }
    )*};
}

packed!(u64, u128);

impl Key for Gram {
    #[inline]
    fn followed_by(mut self, word: WordId, order: usize, _: usize) -> Self {
        self.copy_within(..order - 1, 1);
        self[0] = word;
        self
    }

    #[inline]
    fn gram(self, _: usize, _: usize) -> Gram {
        self
    }
}

/// So many ones.
#[inline]
fn mask(bits: usize) -> WordId {
    WordId::MAX >> (WordId::BITS as usize - bits.min(WordId::BITS as usize))
}
