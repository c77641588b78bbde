//! Entries as an ARPA file.

use std::io::Write;

use rayon::prelude::*;

use super::super::entries::{BLANK, Entries};
use super::super::error::{Error, ErrorKind};
use super::super::words::separates_in_arpa;

/// So many lines are made at once by a thread.
const BLOCK: usize = 1 << 14;

impl Entries {
    /// Writes the model in the ARPA format, in the order of [`Entries`], and every number in the fewest
    /// digits that read back to it.
    ///
    /// # Errors
    /// If writing fails (`name` is what the error calls the writer), or if a word is empty or has white
    /// space in it.
    pub fn write_arpa(&self, mut writer: impl Write, name: &str) -> Result<(), Error> {
        let unwritable =
            |word: &&[u8]| word.is_empty() || word.iter().copied().any(separates_in_arpa);
        if let Some(word) = self.vocabulary().words().find(unwritable) {
            let word = String::from_utf8_lossy(word).into_owned();
            return Err(ErrorKind::Unwritable { word }.into());
        }
        let mut write =
            |bytes: &[u8]| writer.write_all(bytes).map_err(|source| Error::io(name, source));
        write(b"\\data\\\n")?;
        for (order, count) in (1..).zip(self.counts()) {
            write(format!("ngram {order}={count}\n").as_bytes())?;
        }
        let mut texts = Vec::new();
        for depth in 0..self.order() {
            write(format!("\n\\{}-grams:\n", depth + 1).as_bytes())?;
            let blocks = self.levels()[depth].words.len().div_ceil(BLOCK);
            // As many blocks at a time as keep all threads busy.
            let batch = 4 * rayon::current_num_threads();
            for first in (0..blocks).step_by(batch) {
                let some = first..blocks.min(first + batch);
                some.into_par_iter()
                    .map(|block| self.lines(depth, block))
                    .collect_into_vec(&mut texts);
                texts.iter().try_for_each(|text| write(text))?;
            }
        }
        write(b"\n\\end\\\n")?;
        writer.flush().map_err(|source| Error::io(name, source))
    }

    fn lines(&self, depth: usize, block: usize) -> Vec<u8> {
        let level = &self.levels()[depth];
        let end = level.words.len().min((block + 1) * BLOCK);
        let mut text = Vec::with_capacity(BLOCK * 16 * (depth + 2));
        let mut words = Vec::with_capacity(depth + 1);
        for index in block * BLOCK..end {
            let logarithm = level.logarithms[index];
            if logarithm == BLANK {
                continue;
            }
            push_number(&mut text, logarithm);
            words.clear();
            self.push_words(depth, index, &mut words);
            for (place, &word) in words.iter().enumerate() {
                text.push(if place == 0 { b'\t' } else { b' ' });
                text.extend_from_slice(self.vocabulary().word(word).unwrap_or_default());
            }
            if let Some(&backoff) = level.backoffs.get(index) {
                text.push(b'\t');
                push_number(&mut text, backoff);
            }
            text.push(b'\n');
        }
        text
    }
}

/// The fewest digits that read back to the same number.
fn push_number(text: &mut Vec<u8>, number: f32) {
    // Writing to memory does not fail, and 0 has no sign.
    let _ = write!(text, "{}", number + 0.0);
}
