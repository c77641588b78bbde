//! subword-nmt: words cut by the merges of a codes file, as `apply-bpe` of version 0.3.8 does it.

mod codec;
mod codes;
mod glossaries;
mod merging;
mod training;
mod vocabulary;

use std::ops::Range;

use self::codes::{AROUND_LINES, Codes, END_OF_WORD, Version};
use self::glossaries::Glossaries;
pub use self::training::SubwordNmtTrainer;
use self::vocabulary::KnownSubwords;
use crate::merges::{Merge, Merges};
use crate::merging::Symbol;
use crate::vocabulary::Vocabulary;
use crate::{Error, Tokenizer};

/// The merges of subword-nmt, with the options of `apply-bpe` (version 0.3.8).
///
/// Words are what stands between spaces, U+0020 alone. Options that change what is merged at random
/// (`--dropout`) do not exist here.
///
/// ```
/// use genai_bpe::SubwordNmt;
/// let codes = b"#version: 0.2\nl o\nlo w</w>\ne r</w>\n";
/// let subwords = SubwordNmt::from_codes(codes)?;
/// assert_eq!(subwords.segment_line("low lower"), "low lo@@ w@@ er");
/// assert_eq!(subwords.with_separator("_").segment_line("lower"), "lo_ w_ er");
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SubwordNmt {
    codes: Codes,
    /// Symbols by their text, end of word included.
    symbols: Vocabulary,
    merges: Merges,
    separator: String,
    known: Option<KnownSubwords>,
    glossaries: Glossaries,
}

/// A symbol that is in no pair.
const OTHER: u32 = u32::MAX;

impl SubwordNmt {
    /// The merges of a codes file, as `learn-bpe` writes it: version 0.1 or 0.2.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line; [`Error::Unsupported`] for other versions.
    pub fn from_codes(bytes: &[u8]) -> Result<Self, Error> {
        Self::with_codes(Codes::read(bytes)?)
    }

    fn with_codes(codes: Codes) -> Result<Self, Error> {
        let mut texts: Vec<String> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut add = |text: String| {
            if known.insert(text.clone()) {
                texts.push(text);
            }
        };
        for (left, right) in &codes.pairs {
            for character in
                [left, right].into_iter().flat_map(|symbol| without_end(symbol).chars())
            {
                add(character.to_string());
                add(format!("{character}{END_OF_WORD}"));
            }
        }
        add(END_OF_WORD.to_owned());
        for (left, right) in &codes.pairs {
            add(left.to_string());
            add(right.to_string());
            add(format!("{left}{right}"));
        }
        let symbols = Vocabulary::new((0u32..).zip(texts.iter().map(String::as_bytes)))?;
        let mut merges = Vec::with_capacity(codes.pairs.len());
        for ((left, right), rank) in codes.pairs.iter().zip(0u32..) {
            let symbol = |text: &str| symbols.id(text.as_bytes()).unwrap_or(OTHER);
            let id = symbol(&format!("{left}{right}"));
            merges.push((symbol(left), symbol(right), Merge { rank, id }));
        }
        // Of a pair that is there twice the first counts.
        merges.reverse();
        Ok(Self {
            codes,
            symbols,
            merges: Merges::with_ranks(&merges),
            separator: "@@".to_owned(),
            known: None,
            glossaries: Glossaries::default(),
        })
    }

    /// The codes file with these merges.
    pub fn to_codes(&self) -> String {
        self.codes.write()
    }

    /// Only the first `count` merges (`--merges`).
    ///
    /// # Errors
    /// None that [`SubwordNmt::from_codes`] did not have.
    pub fn with_merges(self, count: usize) -> Result<Self, Error> {
        let mut codes = self.codes;
        codes.pairs.truncate(count);
        let known = self.known.map(|known| known.with_pairs(&codes.pairs));
        let others = Self::with_codes(codes)?;
        Ok(Self { separator: self.separator, known, glossaries: self.glossaries, ..others })
    }

    /// What is put after each subword but the last of a word (`--separator`); `@@` if not given.
    #[must_use]
    pub fn with_separator(self, separator: &str) -> Self {
        Self { separator: separator.to_owned(), ..self }
    }

    /// Takes subwords apart again that are not in a vocabulary (`--vocabulary`): lines of a subword, a
    /// space and a count, of which those count that have at least `threshold`
    /// (`--vocabulary-threshold`), if one is given.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line.
    pub fn with_vocabulary(self, vocabulary: &[u8], threshold: Option<i64>) -> Result<Self, Error> {
        let known = KnownSubwords::read(vocabulary, threshold, &self.codes.pairs)?;
        Ok(Self { known, ..self })
    }

    /// Words, or regular expressions for parts of words, that are left as they are (`--glossaries`).
    ///
    /// # Errors
    /// [`Error::Unsupported`] for an expression that may mean something else in Python.
    pub fn with_glossaries(self, glossaries: &[impl AsRef<str>]) -> Result<Self, Error> {
        Ok(Self { glossaries: Glossaries::new(glossaries)?, ..self })
    }

    /// The line that `apply-bpe` writes for `line`. Spaces and line ends around it stay, more than one
    /// space within becomes one.
    pub fn segment_line(&self, line: &str) -> String {
        let words = line.trim_matches(AROUND_LINES);
        if words.is_empty() {
            return line.to_owned();
        }
        let start = line.len() - line.trim_start_matches(AROUND_LINES).len();
        let mut output = String::with_capacity(line.len() * 3 / 2);
        output.push_str(&line[..start]);
        let mut symbols = Vec::new();
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            self.each_subword(word, &mut symbols, &mut |subword, is_last| {
                output.push_str(subword);
                if !is_last {
                    output.push_str(&self.separator);
                }
                output.push(' ');
            });
        }
        output.pop();
        output.push_str(&line[start + words.len()..]);
        output
    }

    /// Calls `each` for the subwords of a word in order, and says whether it is the last one.
    fn each_subword(
        &self,
        word: &str,
        symbols: &mut Vec<Symbol>,
        each: &mut impl FnMut(&str, bool),
    ) {
        if self.glossaries.is_empty() && self.known.is_none() {
            self.cut(word, symbols);
            let mut start = 0;
            for (place, symbol) in symbols.iter().enumerate() {
                let end = start + symbol.bytes as usize;
                each(&word[start..end], place + 1 == symbols.len());
                start = end;
            }
            return;
        }
        let mut subwords: Vec<&str> = Vec::new();
        let parts = self.glossaries.isolate(word);
        for part in parts {
            self.subwords_of_part(part, symbols, &mut subwords);
        }
        for (place, subword) in subwords.iter().enumerate() {
            each(subword, place + 1 == subwords.len());
        }
    }

    fn subwords_of_part<'w>(
        &self,
        part: &'w str,
        symbols: &mut Vec<Symbol>,
        output: &mut Vec<&'w str>,
    ) {
        let is_single = part.chars().nth(1).is_none();
        if is_single || self.glossaries.is_one(part) {
            output.push(part);
            return;
        }
        self.cut(part, symbols);
        let mut start = 0;
        let mut ranges: Vec<Range<usize>> = Vec::with_capacity(symbols.len());
        for symbol in symbols.iter() {
            ranges.push(start..start + symbol.bytes as usize);
            start += symbol.bytes as usize;
        }
        match &self.known {
            None => output.extend(ranges.into_iter().map(|range| &part[range])),
            Some(known) => {
                let last = ranges.len().saturating_sub(1);
                for (place, range) in ranges.into_iter().enumerate() {
                    known.split(&part[range], place == last, &self.separator, output);
                }
            }
        }
    }

    /// The symbols of a word: how many bytes of it each covers. The end of the word is part of the last.
    fn cut(&self, word: &str, symbols: &mut Vec<Symbol>) {
        symbols.clear();
        let mut characters = word.char_indices().peekable();
        while let Some((start, character)) = characters.next() {
            let bytes = character.len_utf8();
            let is_last = characters.peek().is_none() && self.codes.version == Version::V02;
            let id = if is_last {
                let mut text = [0; 4 + END_OF_WORD.len()];
                character.encode_utf8(&mut text);
                text[bytes..bytes + END_OF_WORD.len()].copy_from_slice(END_OF_WORD.as_bytes());
                self.symbols.id(&text[..bytes + END_OF_WORD.len()])
            } else {
                self.symbols.id(&word.as_bytes()[start..start + bytes])
            };
            symbols.push(Symbol { id: id.unwrap_or(OTHER), bytes: bytes as u32 });
        }
        // A single character is left as it is.
        if symbols.len() < 2 {
            return;
        }
        if self.codes.version == Version::V01 {
            let id = self.symbols.id(END_OF_WORD.as_bytes()).unwrap_or(OTHER);
            symbols.push(Symbol { id, bytes: 0 });
        }
        merging::merge(&self.merges, symbols);
        symbols.pop_if(|symbol| symbol.bytes == 0);
    }
}

impl Tokenizer {
    /// A tokenizer of a codes file of subword-nmt; see [`SubwordNmt`].
    ///
    /// subword-nmt has no ids, so they are made from the codes: 0 is the unknown subword; then come
    /// the characters of the codes in order of appearance, each within a word (`a@@`) and at its end
    /// (`a`); then the outcomes of the merges in order. [`Tokenizer::encode_pieces`] gives the
    /// subwords that `apply-bpe` prints, unknown ones too.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line; [`Error::Unsupported`] for versions other than 0.1 and 0.2.
    pub fn from_subword_nmt(codes: &[u8]) -> Result<Self, Error> {
        load(codes)
    }
}

/// See [`Tokenizer::from_subword_nmt`].
pub(crate) fn load(bytes: &[u8]) -> Result<Tokenizer, Error> {
    SubwordNmt::from_codes(bytes)?.into_tokenizer()
}

/// A symbol without the mark of a word's end.
fn without_end(symbol: &str) -> &str {
    symbol.strip_suffix(END_OF_WORD).unwrap_or(symbol)
}
