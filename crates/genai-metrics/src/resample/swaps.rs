//! Swaps as numpy draws them, laid out for sums of subsets.

use super::generator::Pcg64;
use super::subsets::GROUP;

/// Trials that are drawn before their bits are dealt out to the groups of segments.
const TOGETHER: usize = 8;

/// Which segments are swapped, in some trials.
pub(super) struct Swaps {
    /// How many there are room for: a multiple of [`TOGETHER`].
    pub(super) trials: usize,
    /// For each group of eight segments, and in it for each trial, a bit for each segment.
    pub(super) groups: Vec<u8>,
}

impl Swaps {
    /// The swaps of so many trials or a few more, from `first` on. One trial follows the other in numpy's stream
    /// bit by bit.
    pub(super) fn draw(mut generator: Pcg64, segments: usize, first: usize, trials: usize) -> Self {
        let trials = trials.next_multiple_of(TOGETHER);
        let mut groups = vec![0; segments.div_ceil(GROUP) * trials];
        let begin = first as u64 * segments as u64;
        generator.advance(begin / 64);
        let mut bits = Bits::of(generator);
        bits.skip((begin % 64) as u32);
        let mut words = vec![[0; TOGETHER]; segments.div_ceil(64)];
        for trial in (0..trials).step_by(TOGETHER) {
            for of_trial in 0..TOGETHER {
                for (words, first) in words.iter_mut().zip((0..segments).step_by(64)) {
                    #[expect(clippy::cast_possible_truncation, reason = "it is at most 64")]
                    let count = (segments - first).min(64) as u32;
                    words[of_trial] = bits.take(count);
                }
            }
            for (words, groups) in words.iter().zip(groups.chunks_mut(8 * trials)) {
                for (group, bytes) in groups.chunks_mut(trials).zip(turned(words)) {
                    group[trial..trial + TOGETHER].copy_from_slice(&bytes);
                }
            }
        }
        Self { trials, groups }
    }
}

/// Takes from a generator what the swaps of so many trials take, for whoever draws behind them.
///
/// ```
/// use genai_metrics::resample::{Pcg64, skip_swaps};
/// let mut generator = Pcg64::new(1);
/// skip_swaps(&mut generator, 2, 40); // 80 swaps are three numbers of 32 bits
/// let mut other = Pcg64::new(1);
/// (0..3).for_each(|_| { other.next_u32(); });
/// assert_eq!(generator.next_u32(), other.next_u32());
/// ```
pub fn skip_swaps(generator: &mut Pcg64, trials: u32, segments: usize) {
    let halves = (u64::from(trials) * segments as u64).div_ceil(32);
    generator.advance(halves / 2);
    if halves % 2 == 1 {
        generator.next_u32();
    }
}

/// The first bytes of all numbers, then the second ones, and so on.
fn turned(words: &[u64; TOGETHER]) -> [[u8; TOGETHER]; 8] {
    let mut bytes = [[0; TOGETHER]; 8];
    for (place, word) in words.iter().enumerate() {
        for (bytes, byte) in bytes.iter_mut().zip(word.to_le_bytes()) {
            bytes[place] = byte;
        }
    }
    bytes
}

/// A generator's bits, the lowest first.
pub(super) struct Bits {
    generator: Pcg64,
    /// Those that are left of its last number, and zeros above them.
    word: u64,
    left: u32,
}

impl Bits {
    pub(super) fn of(generator: Pcg64) -> Self {
        Self { generator, word: 0, left: 0 }
    }

    /// The next bits, from 1 to 64 of them.
    pub(super) fn take(&mut self, count: u32) -> u64 {
        debug_assert!((1..=64).contains(&count), "the bits of a number");
        let mut taken = self.word;
        if self.left < count {
            let next = self.generator.next_u64();
            taken |= next << self.left;
            let used = count - self.left;
            self.word = next.checked_shr(used).unwrap_or(0);
            self.left = 64 - used;
        } else {
            self.word = self.word.checked_shr(count).unwrap_or(0);
            self.left -= count;
        }
        taken & (u64::MAX >> (64 - count))
    }

    /// Leaves out less than 64 bits before any is taken.
    fn skip(&mut self, count: u32) {
        (self.word, self.left) = (self.generator.next_u64() >> count, 64 - count);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Bit after bit of the stream, however many segments and trials there are.
        #[test]
        fn swaps_are_the_bits_in_order(segments in 1..300_usize, first in 0..9_usize, trials in 1..20_usize) {
            let swaps = Swaps::draw(Pcg64::new(5), segments, first, trials);
            let mut generator = Pcg64::new(5);
            let numbers = (first + trials) * segments / 64 + 1;
            let bits: Vec<u64> = (0..numbers).map(|_| generator.next_u64()).collect();
            for trial in 0..trials {
                for segment in 0..segments {
                    let at = (first + trial) * segments + segment;
                    let byte = swaps.groups[segment / GROUP * swaps.trials + trial];
                    prop_assert_eq!(u64::from(byte >> (segment % GROUP) & 1), bits[at / 64] >> (at % 64) & 1);
                }
                let last = swaps.groups[(segments - 1) / GROUP * swaps.trials + trial];
                prop_assert_eq!(u32::from(last) >> ((segments - 1) % GROUP + 1), 0);
            }
        }
    }

    #[test]
    fn swaps_are_numpys() {
        // numpy.random.default_rng(12345).integers(2, size=16, dtype=bool)
        let bits = [1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1];
        for (segments, trials) in [(16, 1), (8, 2), (4, 4), (1, 16), (3, 5)] {
            for first in 0..trials {
                let swaps = Swaps::draw(Pcg64::new(12345), segments, first, trials - first);
                for trial in first..trials {
                    for segment in 0..segments {
                        let byte = swaps.groups[segment / 8 * swaps.trials + trial - first];
                        let bit = byte >> (segment % 8) & 1;
                        assert_eq!(bit, bits[trial * segments + segment]);
                    }
                }
            }
        }
    }
}
