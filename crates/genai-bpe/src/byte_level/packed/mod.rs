//! The packed form: a tokenizer in one file that is ready in milliseconds.
//!
//! Nothing is parsed as text, and merges need not be found. A token that merges make stands in the
//! file only as its pair, so the form is smaller than the tokens alone. Numbers are little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `genaibpe` |
//! | 4 | version: 1 |
//! | 8 | checksum of all that follows |
//! | 1 | flags: 1 if a piece that is a token is not merged (`ignore_merges`) |
//! | 4 + n | name of the pattern: its length, its text |
//! | 4 | number of added tokens |
//! | 9 + n each | id, flags (1 if special), length of the text, text |
//! | 4 | number of tokens that are written out |
//! | 8 + n each | id, length, bytes |
//! | 4 | number of runs of merges: ranks and ids that both go up by one |
//! | 12 each | first rank, first id, number of merges |
//! | 6 each | for each merge of all runs, by rank: left id, right id, of three bytes each |
//! | 4 | number of merges that never happen, as earlier ones take their parts |
//! | 4 each | the id that such a merge would make |
//!
//! A merge whose id is not known yet makes that token out of its two parts; one whose id is known
//! has to fit it.

mod read;
mod write;

pub(crate) use self::read::{Reader, read_vocabulary};
use self::write::{RankedMerge, push_number, write_vocabulary};
use super::ByteLevel;
use crate::added::{AddedToken, AddedTokens, Matching};
use crate::pretokenizer::Pattern;
use crate::{Error, Tokenizer};

/// What a packed file starts with.
pub(crate) const MAGIC: &[u8; 8] = b"genaibpe";
const VERSION: u32 = 1;
const WHOLE_PIECES: u8 = 1;
const SPECIAL: u8 = 1;

impl Tokenizer {
    /// The tokenizer in the packed form, which [`Tokenizer::from_packed`] reads in milliseconds.
    /// The form has a version: files outlive releases, and a file of an unknown version is refused.
    ///
    /// ```
    /// # #[cfg(feature = "cl100k")] {
    /// use genai_bpe::Tokenizer;
    /// let tokenizer = Tokenizer::builtin("cl100k_base")?;
    /// let packed = tokenizer.to_packed()?;
    /// assert_eq!(Tokenizer::from_packed(&packed)?.encode("the same"), tokenizer.encode("the same"));
    /// # }
    /// # Ok::<(), genai_bpe::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::CannotSave`] for a tokenizer that is not byte-level, or whose added tokens have rules.
    pub fn to_packed(&self) -> Result<Vec<u8>, Error> {
        let cannot = |reason: String| Error::CannotSave {
            tokenizer: self.family(),
            format: "packed",
            reason,
        };
        let codec = self.codec().as_any().downcast_ref::<ByteLevel>();
        let codec = codec.ok_or_else(|| cannot("its tokens are not bytes".to_owned()))?;
        let ByteLevel {
            vocabulary,
            merges,
            pattern,
            added,
            whole_pieces,
            // These follow from the others.
            merges_find_whole_pieces: _,
            bytes: _,
            backtracking,
        } = codec;
        let mut body = vec![if *whole_pieces { WHOLE_PIECES } else { 0 }];
        push_text(pattern.name(), &mut body);
        push_number(added.iter().count(), &mut body);
        for (AddedToken { id, content, special }, matching) in added.iter() {
            if *matching != Matching::default() {
                return Err(cannot(format!("the added token {content:?} has rules of its own")));
            }
            body.extend_from_slice(&id.to_le_bytes());
            body.push(if *special { SPECIAL } else { 0 });
            push_text(content, &mut body);
        }
        let tokens: Vec<_> =
            (0..vocabulary.id_bound() as u32).map(|id| vocabulary.bytes(id)).collect();
        let merges: Vec<_> = merges
            .iter()
            .map(|(left, right, merge)| RankedMerge { left, right, rank: merge.rank, id: merge.id })
            .collect();
        write_vocabulary(&tokens, &merges, &mut body).map_err(|merge| {
            cannot(format!("ids {} and {} don't make id {}", merge.left, merge.right, merge.id))
        })?;
        let never_made: Vec<_> =
            backtracking.iter().flat_map(|known| known.origins().never_made()).collect();
        push_number(never_made.len(), &mut body);
        for id in never_made {
            body.extend_from_slice(&id.to_le_bytes());
        }
        let mut packed = MAGIC.to_vec();
        packed.extend_from_slice(&VERSION.to_le_bytes());
        packed.extend_from_slice(&checksum(&body).to_le_bytes());
        packed.append(&mut body);
        Ok(packed)
    }

    /// A tokenizer in the form of [`Tokenizer::to_packed`].
    ///
    /// # Errors
    /// [`Error::Malformed`] for anything that was not written so, [`Error::Unsupported`] for
    /// another version or a pattern that is not known.
    pub fn from_packed(packed: &[u8]) -> Result<Self, Error> {
        load(packed)
    }
}

/// See [`Tokenizer::from_packed`].
pub(crate) fn load(packed: &[u8]) -> Result<Tokenizer, Error> {
    let mut reader = Reader::new(packed);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(reader.malformed("another format", "a packed tokenizer"));
    }
    let version = reader.number()?;
    if version != VERSION {
        return Err(Error::unsupported("packed form's version", version.to_string()));
    }
    let expected = reader.checksum()?;
    if checksum(reader.rest()) != expected {
        return Err(reader.malformed("a damaged file", "bytes that fit their checksum"));
    }
    let whole_pieces = reader.flag(WHOLE_PIECES)?;
    let pattern = reader.text()?;
    let pattern =
        Pattern::from_name(pattern).ok_or_else(|| Error::unsupported("pattern", pattern))?;
    let mut added = Vec::new();
    for _ in 0..reader.number()? {
        let id = reader.id()?;
        let special = reader.flag(SPECIAL)?;
        added.push(AddedToken { id, content: reader.text()?.to_owned(), special });
    }
    let (vocabulary, list) = read_vocabulary(&mut reader)?;
    if !reader.rest().is_empty() {
        return Err(reader.malformed("more bytes", "the end"));
    }
    let added = AddedTokens::new(added)?;
    Ok(Tokenizer::new(ByteLevel::with_list(vocabulary, list, pattern, added, whole_pieces)))
}

fn push_text(text: &str, output: &mut Vec<u8>) {
    push_number(text.len(), output);
    output.extend_from_slice(text.as_bytes());
}

/// Tells damage from data, not an adversary from a friend: what is read is checked besides.
fn checksum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(bytes.len() as u64, |state, word| {
        let mixed = (state ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merges::Merges;
    use crate::vocabulary::Vocabulary;

    /// All bytes and some tokens, under ids with holes; of merges those that make a token.
    fn tokenizer(tokens: &[String], pairs: &[(usize, usize)], whole_pieces: bool) -> Tokenizer {
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        let all: Vec<_> =
            bytes.chain(tokens.iter().map(|token| token.clone().into_bytes())).collect();
        let id = |place: usize| place as u32 * 3 + 1;
        let with_ids = all.iter().enumerate().map(|(place, token)| (id(place), token.as_slice()));
        let vocabulary = Vocabulary::new(with_ids).unwrap();
        let merges = pairs.iter().filter_map(|&(left, right)| {
            let (left, right) = (left % all.len(), right % all.len());
            let both = vocabulary.id(&[all[left].clone(), all[right].clone()].concat())?;
            Some((id(left), id(right), both))
        });
        let merges = Merges::new(merges).unwrap();
        let end = AddedToken { id: 5000, content: "<|end|>".to_owned(), special: true };
        let name = AddedToken { id: 5001, content: "<name>".to_owned(), special: false };
        let added = AddedTokens::new(vec![end, name]).unwrap();
        let codec = ByteLevel::new(vocabulary, merges, Pattern::Whole, added, whole_pieces);
        Tokenizer::new(codec.unwrap())
    }

    fn any_tokenizer() -> impl Strategy<Value = Tokenizer> {
        let tokens = prop::collection::btree_set("[ab]{2,4}|(ab){150}", 0..20);
        let pairs = prop::collection::vec((97usize..99, 97usize..99), 0..6);
        let more = prop::collection::vec((256usize..280, 97usize..99), 0..12);
        (tokens, pairs, more, any::<bool>()).prop_map(|(tokens, mut pairs, more, whole_pieces)| {
            for (later, byte) in more {
                pairs.extend([(later, byte), (byte, later), (later, later + 1)]);
            }
            tokenizer(&tokens.into_iter().collect::<Vec<_>>(), &pairs, whole_pieces)
        })
    }

    proptest! {
        #[test]
        fn what_was_packed_is_what_is_loaded(
            tokenizer in any_tokenizer(),
            texts in prop::collection::vec("([ab]{0,30}|<name>|<|end|>){0,4}", 1..5),
        ) {
            let packed = tokenizer.to_packed().unwrap();
            let loaded = Tokenizer::from_packed(&packed).unwrap();
            prop_assert_eq!(loaded.to_packed().unwrap(), packed);
            for text in texts {
                prop_assert_eq!(
                    loaded.encode_with_offsets(&text, crate::Special::All).unwrap(),
                    tokenizer.encode_with_offsets(&text, crate::Special::All).unwrap()
                );
                prop_assert_eq!(loaded.encode(&text), tokenizer.encode(&text));
            }
            for id in 0..6000 {
                prop_assert_eq!(loaded.token(id), tokenizer.token(id));
            }
        }

        /// Whatever is changed, and whether or not the checksum is made to fit.
        #[test]
        fn damage_is_an_error_or_another_tokenizer(
            tokenizer in any_tokenizer(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            length in any::<prop::sample::Index>(),
            cut in any::<bool>(),
        ) {
            let mut packed = tokenizer.to_packed().unwrap();
            for (place, byte) in changes {
                let place = place.index(packed.len());
                packed[place] = byte;
            }
            if cut {
                packed.truncate(length.index(packed.len()));
            }
            let body = packed.get(20..).map(checksum);
            if let Some((body, place)) = body.zip(packed.get_mut(12..20)) {
                place.copy_from_slice(&body.to_le_bytes());
            }
            if let Ok(loaded) = Tokenizer::from_packed(&packed) {
                let text = "abab<name>baab";
                let bytes = loaded.decode_bytes(&loaded.encode(text)).unwrap();
                prop_assert_eq!(String::from_utf8(bytes).unwrap(), text);
            }
        }

        #[test]
        fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut packed = MAGIC.to_vec();
            packed.extend_from_slice(&VERSION.to_le_bytes());
            packed.extend_from_slice(&checksum(&bytes).to_le_bytes());
            packed.extend_from_slice(&bytes);
            Tokenizer::from_packed(&packed).map(drop).unwrap_err();
            Tokenizer::from_packed(&bytes).map(drop).unwrap_err();
        }
    }

    #[test]
    fn a_changed_byte_does_not_fit_its_checksum() {
        let packed = tokenizer(&["ab".to_owned()], &[(97, 98)], false).to_packed().unwrap();
        for place in 0..packed.len() {
            let mut changed = packed.clone();
            changed[place] ^= 1;
            Tokenizer::from_packed(&changed).map(drop).unwrap_err();
        }
        let mut later = packed;
        later[8] = 2;
        let error = Tokenizer::from_packed(&later).map(drop).unwrap_err().to_string();
        assert!(error.contains("version 2"), "{error}");
    }

    /// Each merge doubles a token: forty of them would be a terabyte.
    #[test]
    fn a_small_file_does_not_unfold_to_a_huge_one() {
        let mut body = vec![0];
        push_text(Pattern::Whole.name(), &mut body);
        push_number(0, &mut body);
        push_number(256, &mut body);
        for byte in 0..=255u8 {
            push_number(usize::from(byte), &mut body);
            push_number(1, &mut body);
            body.push(byte);
        }
        push_number(1, &mut body);
        for number in [0, 256, 40] {
            push_number(number, &mut body);
        }
        for merge in 0..40u32 {
            let part = if merge == 0 { 97 } else { 255 + merge };
            body.extend_from_slice(&part.to_le_bytes()[..3]);
            body.extend_from_slice(&part.to_le_bytes()[..3]);
        }
        let mut packed = MAGIC.to_vec();
        packed.extend_from_slice(&VERSION.to_le_bytes());
        packed.extend_from_slice(&checksum(&body).to_le_bytes());
        packed.append(&mut body);
        let error = Tokenizer::from_packed(&packed).map(drop).unwrap_err().to_string();
        assert!(error.contains("into 263"), "{error}");
    }
}
