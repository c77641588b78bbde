//! Entries from an ARPA file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::super::entries::Entries;
use super::super::error::Error;
use super::super::limits::MAX_ORDER;
use super::super::vocabulary::{BEGIN, END, UNKNOWN, Vocabulary, WordId};
use super::super::words::{separates_in_arpa, words};
use super::lines::Lines;
use super::tree::{Refused, Tree};

/// What `<unk>` gets where a file does not have it, as with `KenLM`.
const UNKNOWN_MISSING: f32 = -100.0;

impl Entries {
    /// Reads a file in the ARPA format, which may be compressed by gzip or zstd.
    ///
    /// # Errors
    /// As [`Entries::read_arpa`].
    pub fn open_arpa(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| Error::io(&*name, source))?;
        Self::read_arpa(file, &name)
    }

    /// Reads the ARPA format, which may be compressed by gzip or zstd; `name` is what errors call the
    /// reader.
    ///
    /// Before `\data\` there may be empty lines and ones that begin with `#`. Words are separated by
    /// spaces, tabs and CR. A backoff that is missing is 0. An `<unk>` that is missing gets -100 (see
    /// [`Entries::has_unknown`]), and `<UNK>` is taken for it. Endings that are missing, as SRILM
    /// leaves them out, are none of the model's n-grams, but longer ones are found all the same.
    ///
    /// # Errors
    /// With file and line where the file is not of this format: if its counts are not those it states, if
    /// a probability is above 1, a backoff is not finite, or one of the highest order is not 0, if a word
    /// is not among the unigrams, an n-gram is there twice or without its context, or if `<s>` or
    /// `</s>` is missing; if it has an order above 8; and if reading fails.
    pub fn read_arpa(reader: impl Read, name: &str) -> Result<Self, Error> {
        let mut reader = BufReader::with_capacity(1 << 18, reader);
        let magic = reader.fill_buf().map_err(|source| Error::io(name, source))?;
        let is_gzip = magic.starts_with(&[0x1f, 0x8b]);
        let is_zstd = magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        if is_gzip {
            return read(BufReader::new(flate2::bufread::MultiGzDecoder::new(reader)), name);
        }
        if is_zstd {
            let decoder = zstd::stream::read::Decoder::with_buffer(reader);
            return read(BufReader::new(decoder.map_err(|source| Error::io(name, source))?), name);
        }
        read(reader, name)
    }
}

fn read(reader: impl BufRead, name: &str) -> Result<Entries, Error> {
    let mut lines = Lines::new(reader, name);
    let counts = read_counts(&mut lines)?;
    let mut vocabulary = Vocabulary::new();
    let mut tree = Tree::new(counts.len());
    let mut seen_special = [false; 3];
    let mut ids = [UNKNOWN; MAX_ORDER];
    for (depth, &count) in counts.iter().enumerate() {
        let header = format!("\\{}-grams:", depth + 1);
        lines.next_not_blank(|| header.clone())?;
        if lines.current() != header.as_bytes() {
            return Err(lines.error(&header));
        }
        for index in 0..count {
            let expected = || format!("{}-gram {} of {count}", depth + 1, index + 1);
            lines.next_not_blank(expected)?;
            let gram = parse(&lines, depth, counts.len(), &expected)?;
            if depth == 0 {
                let id = match gram.words[0] {
                    b"<UNK>" => UNKNOWN,
                    word => vocabulary.insert(word)?,
                };
                if let Some(seen) = seen_special.get_mut(id as usize) {
                    if std::mem::replace(seen, true) {
                        return Err(lines.error("every n-gram once"));
                    }
                } else if id as usize != tree.unigrams() {
                    return Err(lines.error("every n-gram once"));
                }
                tree.set_unigram(id, gram.logarithm, gram.backoff);
            } else {
                for (id, word) in ids.iter_mut().zip(gram.words[..=depth].iter().rev()) {
                    // Most lines end as the one before.
                    if vocabulary.word(*id) != Some(word) {
                        *id = id_of(&vocabulary, word)
                            .ok_or_else(|| lines.error("words that are among the 1-grams"))?;
                    }
                }
                match tree.insert(&ids[..=depth], gram.logarithm, gram.backoff) {
                    Ok(()) => {}
                    Err(Refused::Twice) => return Err(lines.error("every n-gram once")),
                    Err(Refused::NoContext) => {
                        return Err(
                            lines.error("an n-gram without whose last word there is one too")
                        );
                    }
                    Err(Refused::TooMany(error)) => return Err(error),
                }
            }
        }
        if depth == 0 {
            for special in [BEGIN, END] {
                if !seen_special[special as usize] {
                    return Err(lines.error("<s> and </s> among the 1-grams before"));
                }
            }
            if !seen_special[UNKNOWN as usize] {
                tree.set_unigram(UNKNOWN, UNKNOWN_MISSING, 0.0);
            }
        }
    }
    lines.next_not_blank(|| "\\end\\".to_owned())?;
    if lines.current() != b"\\end\\" {
        return Err(lines.error("\\end\\"));
    }
    while lines.advance()? {
        if !lines.is_blank() {
            return Err(lines.error("nothing after \\end\\"));
        }
    }
    let entries = Entries::new(vocabulary, tree.into_levels());
    Ok(if seen_special[UNKNOWN as usize] { entries } else { entries.without_unknown() })
}

fn id_of(vocabulary: &Vocabulary, word: &[u8]) -> Option<WordId> {
    vocabulary.id(word).or_else(|| (word == b"<UNK>").then_some(UNKNOWN))
}

fn read_counts<R: BufRead>(lines: &mut Lines<'_, R>) -> Result<Vec<u64>, Error> {
    loop {
        lines.next_not_blank(|| "\\data\\".to_owned())?;
        if !lines.current().starts_with(b"#") {
            break;
        }
    }
    if lines.current() != b"\\data\\" {
        return Err(lines.error("\\data\\"));
    }
    let mut counts = Vec::new();
    loop {
        let expected = format!("ngram {}= and a count, or an empty line", counts.len() + 1);
        if !lines.advance()? {
            return Err(lines.error(&expected));
        }
        if lines.is_blank() {
            break;
        }
        let line = std::str::from_utf8(lines.current()).unwrap_or_default();
        let count = line.strip_prefix("ngram ").and_then(|line| line.split_once('=')).and_then(
            |(order, count)| {
                let order: usize = order.trim().parse().ok()?;
                (order == counts.len() + 1).then(|| count.trim().parse().ok()).flatten()
            },
        );
        counts.push(count.ok_or_else(|| lines.error(&expected))?);
        if counts.len() > MAX_ORDER {
            return Err(lines.error("an order of 8 at most"));
        }
    }
    if counts.is_empty() {
        return Err(lines.error("ngram 1= and a count"));
    }
    Ok(counts)
}

struct Line<'a> {
    logarithm: f32,
    words: [&'a [u8]; MAX_ORDER],
    backoff: f32,
}

fn parse<'a, R: BufRead>(
    lines: &'a Lines<'_, R>,
    depth: usize,
    order: usize,
    expected: &dyn Fn() -> String,
) -> Result<Line<'a>, Error> {
    let mut fields = words(lines.current(), separates_in_arpa);
    let logarithm = fields.next().and_then(number).ok_or_else(|| lines.error(&expected()))?;
    if logarithm > 0.0 {
        return Err(lines.error("the logarithm of a probability, 0 or less"));
    }
    let mut gram = Line { logarithm, words: [&[]; MAX_ORDER], backoff: 0.0 };
    for word in &mut gram.words[..=depth] {
        *word = fields.next().ok_or_else(|| lines.error(&expected()))?;
    }
    if let Some(backoff) = fields.next() {
        gram.backoff = number(backoff).filter(|backoff| backoff.is_finite()).ok_or_else(|| {
            lines.error(&format!("{} and a backoff that is a number", expected()))
        })?;
        if depth + 1 == order && gram.backoff != 0.0 {
            return Err(lines.error("no backoff in the highest order"));
        }
    }
    if fields.next().is_some() {
        return Err(lines.error(&format!("{} and nothing else", expected())));
    }
    Ok(gram)
}

/// A number, also minus infinity, but not NaN.
fn number(field: &[u8]) -> Option<f32> {
    let number: f32 = std::str::from_utf8(field).ok()?.parse().ok()?;
    (!number.is_nan()).then_some(number)
}
