//! BPE over bytes: every text has ids, and they give the text back.

mod backtracking;
mod long_words;
mod origins;
pub(crate) mod packed;
mod prefixes;
pub(crate) mod tiktoken;
mod waiting;
mod word_cache;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use self::backtracking::Backtracking;
pub(crate) use self::backtracking::Steps;
pub(crate) use self::waiting::Waiting;
pub(crate) use self::word_cache::{Word, WordCache};
use crate::Error;
use crate::added::AddedTokens;
use crate::codec::{Allowed, Codec, DecodeOptions, Memory, Output};
use crate::merges::{Merge, Merges};
use crate::merging::{Merging, SHORT, Symbol, merge_short};
use crate::pretokenizer::Pattern;
use crate::vocabulary::Vocabulary;

/// A tokenizer whose first symbols are the 256 bytes: tiktoken's, GPT-2's, and those of Hugging
/// Face with a `ByteLevel` pre-tokenizer.
#[derive(Clone, Debug)]
pub(crate) struct ByteLevel {
    vocabulary: Vocabulary,
    merges: Merges,
    pattern: Pattern,
    added: AddedTokens,
    /// A piece that is a token becomes that token, whether or not merges lead there.
    whole_pieces: bool,
    /// Merging makes the token that a piece is, if it becomes one.
    merges_find_whole_pieces: bool,
    /// The ids of single bytes.
    bytes: [u32; 256],
    /// The fast way for long pieces and lists of merges that allow it: all that trainers write.
    backtracking: Option<Backtracking>,
}

/// Merges, and what follows from them and their vocabulary.
#[derive(Debug)]
pub(crate) struct MergeList {
    merges: Merges,
    bytes: [u32; 256],
    backtracking: Option<Backtracking>,
}

impl ByteLevel {
    /// A tokenizer by a list of merges `(left, right)` in order of rank, as of GPT-2 and Hugging Face.
    /// `whole_pieces` is Hugging Face's `ignore_merges`.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a byte without a token.
    pub(crate) fn new(
        vocabulary: Vocabulary,
        merges: Merges,
        pattern: Pattern,
        added: AddedTokens,
        whole_pieces: bool,
    ) -> Result<Self, Error> {
        let bytes = byte_ids(&vocabulary)?;
        let backtracking = Backtracking::new(&vocabulary, &merges, &bytes);
        let list = MergeList { merges, bytes, backtracking };
        Ok(Self::with_list(vocabulary, list, pattern, added, whole_pieces))
    }

    /// As [`ByteLevel::new`], where what follows from the merges is known.
    pub(crate) fn with_list(
        vocabulary: Vocabulary,
        list: MergeList,
        pattern: Pattern,
        added: AddedTokens,
        whole_pieces: bool,
    ) -> Self {
        let MergeList { merges, bytes, backtracking } = list;
        let merges_find_whole_pieces = backtracking.as_ref().is_some_and(|known| {
            !whole_pieces || vocabulary.iter().all(|(id, _)| known.is_reachable(id))
        });
        Self {
            vocabulary,
            merges,
            pattern,
            added,
            whole_pieces,
            merges_find_whole_pieces,
            bytes,
            backtracking,
        }
    }

    /// A tokenizer by ranks alone, as tiktoken's: any neighbours merge whose bytes together are a token,
    /// the token of lowest rank first, and the rank of a token is its id.
    ///
    /// This is turned into a list of merges. That is the same: a merge makes a token out of neighbours that
    /// cover its bytes, and what happened within those bytes before is what happens when the token's
    /// bytes stand alone, as merges are chosen by rank and place, and one that reached across the
    /// edge would have left no token with that edge. So a token comes from one pair only: the last
    /// two parts of its own encoding.
    ///
    /// # Errors
    /// [`Error::Malformed`] for a byte without a token.
    pub(crate) fn from_ranks(
        vocabulary: Vocabulary,
        pattern: Pattern,
        added: AddedTokens,
    ) -> Result<Self, Error> {
        let merges = merges_of_ranks(&vocabulary);
        Self::new(vocabulary, merges, pattern, added, true)
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(crate) fn merges(&self) -> &Merges {
        &self.merges
    }

    pub(crate) fn pattern(&self) -> Pattern {
        self.pattern
    }

    pub(crate) fn added(&self) -> &AddedTokens {
        &self.added
    }

    /// Whether a piece that is a token becomes that token, whatever the merges.
    pub(crate) fn takes_whole_pieces(&self) -> bool {
        self.whole_pieces
    }

    /// Encodes one piece of `text`; `base` is where the text itself starts.
    pub(crate) fn encode_piece(
        &self,
        text: &[u8],
        (start, end): (usize, usize),
        base: usize,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let word = Word::of(text, start, end);
        self.encode_word(text, (start, end, word), base, memory, output);
    }

    /// Encodes the pieces that wait: the frequent ones here, in few steps and without a branch on
    /// how many ids there are.
    fn encode_waiting(
        &self,
        text: &[u8],
        waiting: &mut Waiting,
        base: usize,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        memory.words.fetch(waiting.words());
        let (pieces, ids) = waiting.pieces();
        let mut count = 0;
        for piece in pieces {
            if let Some(known) = memory.words.frequent(piece.2)
                && output.offsets.is_none()
                && let Some(room) = ids[count..].first_chunk_mut()
            {
                count += known.write(room);
                continue;
            }
            output.ids.extend_from_slice(&ids[..count]);
            count = 0;
            self.encode_word(text, piece, base, memory, output);
        }
        output.ids.extend_from_slice(&ids[..count]);
    }

    /// Encodes a piece that has been cut, whatever it is; apart from the loop over frequent ones, which
    /// stays short that way.
    #[inline(never)]
    fn encode_word(
        &self,
        text: &[u8],
        (start, end, word): (usize, usize, Word),
        base: usize,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let piece = &text[start..end];
        let first = output.ids.len();
        if memory.words.get(word, piece, output.ids) {
            return self.push_offsets(first, base + start, output);
        }
        if let Some(id) = self.whole(piece) {
            output.push(id, base + start, base + end);
        } else {
            self.encode_parts(piece, base + start, memory, output);
        }
        memory.words.put(word, piece, &output.ids[first..]);
    }

    /// The offsets of the ids from `first` on, whose tokens start at `place`.
    fn push_offsets(&self, first: usize, mut place: usize, output: &mut Output<'_>) {
        if let Some(offsets) = &mut output.offsets {
            offsets.extend(output.ids[first..].iter().map(|&id| {
                let start = place;
                place += self.vocabulary.length(id);
                (start, place)
            }));
        }
    }

    /// The token that a piece is, if only a look-up finds it.
    #[inline]
    fn whole(&self, piece: &[u8]) -> Option<u32> {
        let is_looked_up = self.whole_pieces && !self.merges_find_whole_pieces;
        is_looked_up.then(|| self.vocabulary.id(piece)).flatten()
    }

    fn encode_parts(
        &self,
        piece: &[u8],
        start: usize,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        let Memory { steps, symbols, merging, .. } = memory;
        let first = output.ids.len();
        if piece.len() <= SHORT {
            let mut ids = [0; SHORT];
            ids.iter_mut().zip(piece).for_each(|(id, &byte)| *id = self.bytes[usize::from(byte)]);
            let count = merge_short(&self.merges, &mut ids, piece.len());
            output.ids.extend_from_slice(&ids[..count]);
            return self.push_offsets(first, start, output);
        }
        if let Some(backtracking) = &self.backtracking
            && backtracking.encode(&self.vocabulary, &self.merges, piece, steps, output.ids)
        {
            return self.push_offsets(first, start, output);
        }
        symbols.clear();
        let byte = |&byte: &u8| Symbol { id: self.bytes[usize::from(byte)], bytes: 1 };
        symbols.extend(piece.iter().map(byte));
        merging.merge(&self.merges, symbols);
        let mut place = start;
        for symbol in symbols {
            output.push(symbol.id, place, place + symbol.bytes as usize);
            place += symbol.bytes as usize;
        }
    }
}

impl Codec for ByteLevel {
    fn family(&self) -> &'static str {
        "byte-level"
    }

    fn encode(
        &self,
        text: &str,
        special: Allowed<'_>,
        memory: &mut Memory,
        output: &mut Output<'_>,
    ) {
        self.added.split(text, special, |segment, id| {
            if let Some(id) = id {
                output.push(id, segment.start, segment.end);
                return;
            }
            let base = segment.start;
            let text = &text[segment];
            let bytes = text.as_bytes();
            let mut waiting = memory.waiting.take().unwrap_or_default();
            waiting.restart(0);
            let _stopped = self.pattern.for_each_piece(text, |start, end| {
                if waiting.push(bytes, start, end) {
                    self.encode_waiting(bytes, &mut waiting, base, memory, output);
                    waiting.restart(end);
                    if output.is_full() {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
            self.encode_waiting(bytes, &mut waiting, base, memory, output);
            memory.waiting = Some(waiting);
        });
    }

    fn decode(
        &self,
        ids: &[u32],
        options: DecodeOptions,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Error> {
        for &id in ids {
            if let Some(token) = self.added.by_id(id) {
                if !(options.skip_special && token.special) {
                    bytes.extend_from_slice(token.content.as_bytes());
                }
            } else {
                bytes.extend_from_slice(self.vocabulary.bytes(id).ok_or(Error::UnknownId(id))?);
            }
        }
        Ok(())
    }

    fn is_concatenative(&self) -> bool {
        true
    }

    fn token(&self, id: u32) -> Option<Cow<'_, str>> {
        if let Some(token) = self.added.by_id(id) {
            return Some(Cow::Borrowed(&token.content));
        }
        Some(Cow::Owned(crate::byte_characters::to_characters(self.vocabulary.bytes(id)?)))
    }

    fn token_bytes(&self, id: u32) -> Option<Cow<'_, [u8]>> {
        if let Some(token) = self.added.by_id(id) {
            return Some(Cow::Borrowed(token.content.as_bytes()));
        }
        self.vocabulary.bytes(id).map(Cow::Borrowed)
    }

    fn id(&self, token: &str) -> Option<u32> {
        self.added
            .by_content(token)
            .or_else(|| self.vocabulary.id(&crate::byte_characters::to_bytes(token)?))
    }

    fn id_bound(&self) -> usize {
        self.vocabulary.id_bound().max(self.added.id_bound())
    }

    fn special_tokens(&self) -> Vec<(&str, u32)> {
        self.added.special()
    }

    fn unknown_id(&self) -> Option<u32> {
        None
    }

    fn is_byte_fallback(&self, _: u32) -> bool {
        false
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// The ids of single bytes.
fn byte_ids(vocabulary: &Vocabulary) -> Result<[u32; 256], Error> {
    let mut ids = [None; 256];
    for (id, token) in vocabulary.iter() {
        if let &[byte] = token {
            ids[usize::from(byte)].get_or_insert(id);
        }
    }
    let mut bytes = [0; 256];
    for ((byte, id), slot) in (0..=255u8).zip(ids).zip(&mut bytes) {
        *slot = id.ok_or_else(|| {
            Error::malformed("vocabulary", format!("no token for byte {byte}"), "all 256 bytes")
        })?;
    }
    Ok(bytes)
}

/// The pair that each token comes from; see [`ByteLevel::from_ranks`].
fn merges_of_ranks(vocabulary: &Vocabulary) -> Merges {
    let mut merging = Merging::default();
    let mut symbols = Vec::new();
    let mut merges = Vec::with_capacity(vocabulary.len());
    let joined = RefCell::new(Vec::new());
    let id_of_both = |left, right| {
        let mut joined = joined.borrow_mut();
        joined.clear();
        joined.extend_from_slice(vocabulary.bytes(left)?);
        joined.extend_from_slice(vocabulary.bytes(right)?);
        vocabulary.id(&joined)
    };
    for (id, token) in vocabulary.iter() {
        symbols.clear();
        let byte = |byte: &u8| Some(Symbol { id: vocabulary.id(&[*byte])?, bytes: 1 });
        symbols.extend(token.iter().filter_map(byte));
        // Two neighbours that make the token are all that is left of it.
        let parts = Cell::new(None);
        let rule = |left, right| {
            let both = id_of_both(left, right)?;
            if both == id {
                parts.set(Some((left, right)));
            }
            Some((both, both))
        };
        merging.merge_by(rule, &mut symbols);
        if let Some((left, right)) = parts.get() {
            merges.push((left, right, Merge { rank: id, id }));
        }
    }
    Merges::with_ranks(&merges)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Tokenizer;

    type MergeList = Vec<(u32, u32, u32)>;

    /// A list of merges as trainers write them: each makes a new token of two older ones, the oldest
    /// being bytes of `letters`.
    fn merges_over_bytes(letters: &str, pairs: &[(usize, usize)]) -> (Vec<Vec<u8>>, MergeList) {
        let mut tokens: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
        let mut merges = Vec::new();
        let letters = letters.as_bytes();
        for &(left, right) in pairs {
            let pick = |choice: usize| {
                let choice = choice % (letters.len() + tokens.len() - 256);
                letters.get(choice).map_or(choice + 256 - letters.len(), |&byte| usize::from(byte))
            };
            let (left, right) = (pick(left), pick(right));
            let token = [tokens[left].clone(), tokens[right].clone()].concat();
            if !tokens.contains(&token) && token.len() < 60 {
                merges.push((left as u32, right as u32, tokens.len() as u32));
                tokens.push(token);
            }
        }
        (tokens, merges)
    }

    fn byte_level(tokens: &[Vec<u8>], merges: &[(u32, u32, u32)]) -> ByteLevel {
        let vocabulary = Vocabulary::new((0..).zip(tokens.iter().map(Vec::as_slice))).unwrap();
        let merges = Merges::new(merges.iter().copied()).unwrap();
        ByteLevel::new(vocabulary, merges, Pattern::Whole, AddedTokens::default(), false).unwrap()
    }

    fn merged_by_definition(tokenizer: &ByteLevel, text: &str) -> Vec<u32> {
        let mut symbols: Vec<_> = text
            .bytes()
            .map(|byte| Symbol { id: tokenizer.bytes[usize::from(byte)], bytes: 1 })
            .collect();
        Merging::default().merge(&tokenizer.merges, &mut symbols);
        symbols.iter().map(|symbol| symbol.id).collect()
    }

    /// A long token without shorter ones that it starts with, and texts that part from it late.
    #[test]
    fn a_token_that_is_nearly_there_is_not_taken() {
        let long = "中丮丯丰".as_bytes();
        let mut tokens: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
        let mut merges = Vec::new();
        let mut right = u32::from(long[11]);
        for start in (0..11).rev() {
            let token = tokens.len() as u32;
            merges.push((u32::from(long[start]), right, token));
            tokens.push(long[start..].to_vec());
            right = token;
        }
        let codec = byte_level(&tokens, &merges);
        let texts = ["中丮丯中", "中丮丯丰", "丮中丮丯丰中", "中", "中a中丮丯"];
        let expected = texts.map(|text| merged_by_definition(&codec, text));
        let tokenizer = Tokenizer::new(codec);
        assert_eq!(texts.map(|text| tokenizer.encode(text)), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn neighbours_alone_give_what_merging_gives(
            pairs in prop::collection::vec((0usize..200, 0usize..200), 0..60),
            (letters, texts) in prop_oneof![
                (Just("abc"), prop::collection::vec("[abc]{0,90}", 1..8)),
                (Just("é中a"), prop::collection::vec("[é中a]{0,50}", 1..8)),
                (Just("中丮ЖЗ😀😁"), prop::collection::vec("[中丮ЖЗ😀😁]{0,50}", 1..8)),
            ],
        ) {
            let (tokens, merges) = merges_over_bytes(letters, &pairs);
            let by_merges = byte_level(&tokens, &merges);
            prop_assert!(by_merges.backtracking.is_some());
            let expected: Vec<_> =
                texts.iter().map(|text| merged_by_definition(&by_merges, text)).collect();
            let tokenizer = Tokenizer::new(by_merges);
            let mut encoder = tokenizer.encoder();
            for (text, expected) in texts.iter().zip(expected) {
                let encoding = encoder.encode_with_offsets(text, crate::Special::All).unwrap();
                let bytes: Vec<u8> =
                    encoding.offsets.iter().flat_map(|&(start, end)| text.as_bytes()[start..end].to_vec()).collect();
                prop_assert_eq!(&bytes, text.as_bytes());
                prop_assert_eq!(&encoding.ids, &expected);
                let mut ids = Vec::new();
                encoder.encode_into(text, &mut ids);
                prop_assert_eq!(ids, expected);
            }
        }

        /// Ranks alone, as tiktoken merges by them, and the list of merges made of them.
        #[test]
        fn ranks_are_a_list_of_merges(
            tokens in prop::collection::btree_set("[abc]{2,7}", 0..60),
            order in any::<u64>(),
            texts in prop::collection::vec("[abc]{0,40}", 1..8),
        ) {
            let mut tokens: Vec<Vec<u8>> = tokens.into_iter().map(String::into_bytes).collect();
            tokens.sort_by_key(|token| crate::hash::hash_bytes(token) ^ order);
            let all: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).chain(tokens).collect();
            let vocabulary = Vocabulary::new((0..).zip(all.iter().map(Vec::as_slice))).unwrap();
            let tokenizer =
                ByteLevel::from_ranks(vocabulary.clone(), Pattern::Whole, AddedTokens::default()).unwrap();
            let tokenizer = Tokenizer::new(tokenizer);
            for text in texts {
                let mut parts: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
                if vocabulary.id(text.as_bytes()).is_some() {
                    parts = vec![text.as_bytes()];
                }
                loop {
                    let best = (1..parts.len())
                        .filter_map(|i| Some((vocabulary.id(&[parts[i - 1], parts[i]].concat())?, i)))
                        .min();
                    let Some((_, i)) = best else { break };
                    let start: usize = parts[..i - 1].iter().map(|part| part.len()).sum();
                    parts[i - 1] = &text.as_bytes()[start..start + parts[i - 1].len() + parts[i].len()];
                    parts.remove(i);
                }
                let ids: Vec<_> = parts.iter().filter_map(|part| vocabulary.id(part)).collect();
                prop_assert_eq!(tokenizer.encode(&text), ids);
            }
        }
    }
}
