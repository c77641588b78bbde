//! Token boundaries, 64 bytes at a time.
//!
//! A block's bytes become sets of places, one bit each, and the rules of
//! [`machine`](super::machine) become operations on sets. What is rare goes one by one: characters
//! beyond ASCII that have a class of their own, and marks before digits.

use std::marker::PhantomData;

use super::machine::{Class, Classes, class_at, joined_mark};

/// Where the tokens of a text begin and end, in bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    /// Beginnings and ends in turns.
    bounds: PlaceList,
    starts: PlaceList,
    ends: PlaceList,
    blocks: Vec<Block>,
}

/// Places in 64 bytes: bit `i` stands for byte `i`.
pub(super) type Places = u64;

pub(super) const BLOCK: usize = Places::BITS as usize;

/// Where a block has bytes of a kind. There is nothing in it but comparisons, which compilers turn
/// into those of many bytes at once, and the turning of a square of bits.
#[inline]
pub(super) fn places_of(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> Places {
    let flags = block.map(|byte| u8::from(is(byte)));
    // Bit `i` of byte `k` for byte `k` of eight number `i`, to begin with.
    let eights = flags.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight));
    let square = eights.zip(0..).fold(0, |square, (eight, i)| square | eight << i);
    let swap = |square: u64, mask: u64, shift: u32| {
        let change = (square ^ square >> shift) & mask;
        square ^ change ^ change << shift
    };
    let square = swap(square, 0x00aa_00aa_00aa_00aa, 7);
    let square = swap(square, 0x0000_cccc_0000_cccc, 14);
    swap(square, 0x0000_0000_f0f0_f0f0, 28)
}

#[derive(Clone, Copy, Debug)]
struct Block {
    /// Where white space is.
    spaces: Places,
    /// Before which bytes a token ends or begins, in addition to where white space does.
    cuts: Places,
}

impl Spans {
    pub(super) fn clear(&mut self) {
        self.bounds.length = 0;
    }

    pub(super) fn push(&mut self, start: usize, end: usize) {
        self.bounds.room(2)[..2].copy_from_slice(&[index(start), index(end)]);
        self.bounds.length += 2;
    }

    pub(super) fn len(&self) -> usize {
        self.bounds.length / 2
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bounds.length == 0
    }

    /// The beginning and the end of each token.
    pub(super) fn as_slice(&self) -> &[[u32; 2]] {
        self.bounds.as_slice().as_chunks().0
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.as_slice().iter().map(|&[start, end]| (start as usize, end as usize))
    }

    /// Lets each token end where `end` says of its start and end, which is not later.
    #[inline]
    pub(super) fn shorten(&mut self, mut end: impl FnMut(usize, usize) -> usize) {
        for [start, last] in self.bounds.as_mut_slice().as_chunks_mut().0 {
            *last = index(end(*start as usize, *last as usize));
        }
    }

    /// Cuts `bytes[from..len]`, valid UTF-8 with nothing but white space before and with spaces up
    /// to the end of a block after it, of which there is at least one.
    pub(super) fn split<C: Classes>(&mut self, bytes: &[u8], from: usize, len: usize) {
        self.find_boundaries::<C>(bytes, from, len);
        let Self { bounds, starts, ends, blocks } = self;
        starts.length = 0;
        ends.length = 0;
        let mut inside = 0;
        for (Block { spaces, cuts }, at) in blocks.iter().zip((0..).step_by(BLOCK)) {
            let after_token = !spaces << 1 | inside;
            inside = !spaces >> (BLOCK - 1);
            starts.extend(at, !spaces & (cuts | !after_token));
            ends.extend(at, after_token & (cuts | spaces));
        }
        // Where a token follows another at once, a place is in both.
        let spans = bounds.room(2 * starts.length).as_chunks_mut().0.iter_mut();
        for ((span, &start), &end) in spans.zip(starts.as_slice()).zip(ends.as_slice()) {
            *span = [start, end];
        }
        bounds.length += 2 * starts.length;
    }

    /// Cuts `bytes[..len]`, with bytes that are of no word up to the end of a block after it, of
    /// which there is at least one, into runs of the bytes that `words` finds in a block.
    #[inline]
    pub(super) fn split_runs(
        &mut self,
        bytes: &[u8],
        len: usize,
        words: impl Fn(&[u8; BLOCK]) -> Places,
    ) {
        let mut inside = 0;
        let blocks = bytes.as_chunks().0.iter().take(len / BLOCK + 1);
        for (block, at) in blocks.zip((0..).step_by(BLOCK)) {
            let words = words(block);
            let after_word = words << 1 | inside;
            inside = words >> (BLOCK - 1);
            self.bounds.extend(at, words ^ after_word);
        }
    }

    fn find_boundaries<C: Classes>(&mut self, bytes: &[u8], from: usize, len: usize) {
        let blocks = &mut self.blocks;
        blocks.clear();
        // What a block says of the next one.
        let (mut spaces, mut cuts, mut mark_ends) = (0u128, 0u128, 0u128);
        let mut digit_before = 0;
        for block in bytes.as_chunks::<BLOCK>().0.iter().take(len / BLOCK + 1) {
            let at = blocks.len() * BLOCK;
            let set = Sets::<C>::of(block);
            let mut digits = set.digits;
            let alone = set.cuts | set.hyphens & (digits << 1 | digit_before);
            digit_before = digits >> (BLOCK - 1);
            spaces |= u128::from(set.spaces);
            cuts |= u128::from(alone) | u128::from(alone) << 1;
            mark_ends |= u128::from(set.marks) << 1;
            for i in each(set.wide) {
                let (class, width) = class_at::<C>(bytes, at + i);
                let (begin, end) = (1 << i, 1 << (i + width));
                match class {
                    Class::Space => spaces |= end - begin,
                    Class::Digit => digits |= 1 << i,
                    Class::Alone => cuts |= begin | end,
                    Class::Mark => {
                        cuts |= begin | end;
                        mark_ends |= end;
                    }
                    Class::Word | Class::Hyphen | Class::Wide => {}
                }
            }
            if !C::PADDED && len - at < BLOCK {
                digits |= 1 << (len - at);
            }
            blocks.push(Block { spaces: low(spaces), cuts: low(cuts) });
            for i in each(low(mark_ends) & digits) {
                if let Some((begin, first)) = joined_mark::<C>(bytes, from, at + i) {
                    blocks[at / BLOCK].cuts &= !(1 << i);
                    if first {
                        blocks[begin / BLOCK].cuts &= !(1 << (begin % BLOCK));
                    }
                }
            }
            spaces >>= BLOCK;
            cuts >>= BLOCK;
            mark_ends >>= BLOCK;
        }
    }
}

/// The places of a block by the classes of their bytes.
struct Sets<C> {
    spaces: Places,
    /// Where a character is a token of its own, marks included.
    cuts: Places,
    marks: Places,
    hyphens: Places,
    digits: Places,
    wide: Places,
    scheme: PhantomData<C>,
}

impl<C: Classes> Sets<C> {
    /// For each byte the code of its class, its four bits 16 places apart, so that 16 bytes fit
    /// one word.
    const CODES: [u64; 256] = {
        let mut codes = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            codes[byte] = match C::BYTES[byte] {
                Class::Word => 0,
                Class::Space => 1,
                Class::Alone => 1 << 16,
                Class::Mark => 1 << 16 | 1 << 32,
                Class::Digit => 1 << 48,
                Class::Hyphen => 1 << 32,
                Class::Wide => 1 << 32 | 1 << 48,
            };
            byte += 1;
        }
        codes
    };

    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut sets = [0; 4];
        for (codes, bytes) in sets.iter_mut().zip(block.as_chunks::<16>().0) {
            for (k, &byte) in bytes.iter().enumerate() {
                *codes |= Self::CODES[usize::from(byte)] << k;
            }
        }
        transpose(&mut sets);
        let [spaces, cuts, odd, digits] = sets;
        Self {
            spaces,
            cuts,
            marks: odd & cuts,
            hyphens: odd & !cuts & !digits,
            digits: digits & !odd,
            wide: odd & digits,
            scheme: PhantomData,
        }
    }
}

/// From four words of 16 bits of each of four sets to those sets.
#[inline]
fn transpose(words: &mut [u64; 4]) {
    let mut swap = |i: usize, k: usize, shift: u32, mask: u64| {
        let change = (words[i] >> shift ^ words[k]) & mask;
        words[i] ^= change << shift;
        words[k] ^= change;
    };
    swap(0, 2, 32, 0xffff_ffff);
    swap(1, 3, 32, 0xffff_ffff);
    swap(0, 1, 16, 0xffff_0000_ffff);
    swap(2, 3, 16, 0xffff_0000_ffff);
}

/// The places of a set, in order.
#[inline]
fn each(mut set: Places) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        place
    })
}

/// Places of a text in order, and any values in the room behind them.
#[derive(Clone, Debug, Default)]
struct PlaceList {
    places: Vec<u32>,
    length: usize,
}

impl PlaceList {
    fn as_slice(&self) -> &[u32] {
        &self.places[..self.length]
    }

    fn as_mut_slice(&mut self) -> &mut [u32] {
        &mut self.places[..self.length]
    }

    /// Room for that many more places, or a little more.
    #[inline]
    fn room(&mut self, more: usize) -> &mut [u32] {
        let needed = self.length + more;
        if self.places.len() < needed {
            self.grow(needed);
        }
        &mut self.places[self.length..]
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        self.places.resize(needed.next_multiple_of(BLOCK) * 2, 0);
    }

    /// Appends the places of a set. For each eight of them there is a list of those that are
    /// there, all of it is written, and the next list over its rest: nothing to guess.
    #[expect(clippy::inline_always, reason = "it is most of its caller's loop")]
    #[inline(always)]
    fn extend(&mut self, at: u32, set: Places) {
        let (room, _) = self.room(BLOCK + EIGHT).split_at_mut(BLOCK + EIGHT);
        let mut length = 0;
        for (places, at) in set.to_le_bytes().into_iter().zip((at..).step_by(EIGHT)) {
            let (eight, count) = (&LISTS[usize::from(places)], COUNTS[usize::from(places)]);
            let eight = eight.map(|place| at.wrapping_add(place));
            room[length..length + EIGHT].copy_from_slice(&eight);
            length += usize::from(count);
        }
        self.length += length;
    }
}

const EIGHT: usize = 8;

/// For each set of eight places those that are in it, in order, then zeros.
static LISTS: [[u32; EIGHT]; 256] = {
    let mut lists = [[0; EIGHT]; 256];
    let mut set = 0;
    while set < 256 {
        let (mut place, mut count) = (0, 0);
        while place < 8 {
            if set >> place & 1 == 1 {
                lists[set][count] = place;
                count += 1;
            }
            place += 1;
        }
        set += 1;
    }
    lists
};

/// For each set of eight places how many are in it.
static COUNTS: [u8; 256] = {
    let mut counts = [0; 256];
    let mut set = 1;
    while set < 256 {
        counts[set] = counts[set / 2];
        if set % 2 == 1 {
            counts[set] += 1;
        }
        set += 1;
    }
    counts
};

/// The block at hand of a set that reaches into the next block.
#[expect(clippy::cast_possible_truncation, reason = "that is what it does")]
fn low(set: u128) -> Places {
    set as Places
}

#[expect(clippy::cast_possible_truncation, reason = "longer texts are refused")]
fn index(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::is_white_space;
    use crate::text::plain::{Characters, Words};
    use crate::text::{intl::Intl, v13a::V13a, zh::Zh};

    fn class<C: Classes>(c: char) -> Class {
        class_at::<C>(c.to_string().as_bytes(), 0).0
    }

    /// Replaces each pair of characters that match, as a regular expression would.
    fn substitute(
        text: &str,
        first: impl Fn(char) -> bool,
        second: impl Fn(char) -> bool,
        replacement: impl Fn(char, char) -> String,
    ) -> String {
        let mut out = String::new();
        let mut rest = text.chars();
        while let Some(a) = rest.next() {
            match rest.clone().next() {
                Some(b) if first(a) && second(b) => {
                    out.push_str(&replacement(a, b));
                    rest.next();
                }
                _ => out.push(a),
            }
        }
        out
    }

    /// The substitutions, one after the other.
    fn by_substitutions<C: Classes>(text: &str) -> Vec<String> {
        let is = |wanted: Class| move |c: char| class::<C>(c) == wanted;
        let is_not = |wanted: Class| move |c: char| class::<C>(c) != wanted;
        let mut line = if C::PADDED { format!(" {text} ") } else { text.to_owned() };
        line = line
            .chars()
            .map(|c| if is(Class::Alone)(c) { format!(" {c} ") } else { c.to_string() })
            .collect();
        line = substitute(&line, is_not(Class::Digit), is(Class::Mark), |a, b| format!("{a} {b} "));
        line = substitute(&line, is(Class::Mark), is_not(Class::Digit), |a, b| format!(" {a} {b}"));
        line = substitute(&line, is(Class::Digit), is(Class::Hyphen), |a, b| format!("{a} {b} "));
        line.split(is_white_space).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn by_blocks<C: Classes>(text: &str) -> Vec<String> {
        let padded = format!("{text}{}", " ".repeat(BLOCK));
        let from = text.len() - text.trim_start_matches(is_white_space).len();
        let mut spans = Spans::default();
        spans.split::<C>(padded.as_bytes(), from, text.len());
        spans.iter().map(|(start, end)| padded[start..end].to_owned()).collect()
    }

    fn check<C: Classes>(text: &str) {
        let text = text.trim_matches(is_white_space);
        assert_eq!(by_blocks::<C>(text), by_substitutions::<C>(text), "{text:?}");
    }

    proptest! {
        /// Every class, of one byte and of more, at every place of a block.
        #[test]
        fn equals_the_substitutions(text in "([a1.,\\-$ ]|[a.1]|[é“”中，٣\u{2003}\u{a0}😀\u{20000}]|[a-z]{5,20}){0,90}") {
            check::<V13a>(&text);
            check::<Zh>(&text);
            check::<Intl>(&text);
            check::<Words>(&text);
            check::<Characters>(&text);
        }
    }

    #[test]
    fn marks_across_blocks() {
        for before in 50..70 {
            for marks in 1..70 {
                for (first, last) in [("", ""), ("1", "1"), ("a", "1"), ("1", ""), (" ", "1")] {
                    let text = format!("{}{first}{}{last}", "x".repeat(before), ".".repeat(marks));
                    check::<V13a>(&text);
                    check::<Zh>(&text);
                    check::<Intl>(&text);
                }
            }
        }
    }
}
