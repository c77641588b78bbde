//! MT19937, as numpy's legacy `RandomState` seeds it and draws from it.
//!
//! Matsumoto and Nishimura 1998, *Mersenne Twister: A 623-Dimensionally Equidistributed Uniform
//! Pseudorandom Number Generator*.

/// Words of state.
const WORDS: usize = 624;

/// How far ahead the word lies that is mixed in.
const AHEAD: usize = 397;

#[derive(Clone, Debug)]
pub(super) struct MersenneTwister {
    state: [u32; WORDS],
    /// The next word to hand out; past the end if all are spent.
    next: usize,
}

impl MersenneTwister {
    /// As `numpy.random.seed(seed)`.
    pub(super) fn new(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        let mut word = seed;
        for (place, number) in state[1..].iter_mut().zip(1_u32..) {
            word = (word ^ (word >> 30)).wrapping_mul(1_812_433_253).wrapping_add(number);
            *place = word;
        }
        Self { state, next: WORDS }
    }

    /// The next 32 bits.
    fn draw(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn twist(&mut self) {
        let state = &mut self.state;
        for place in 0..WORDS {
            let following = state[(place + 1) % WORDS];
            let joined = (state[place] & 0x8000_0000) | (following & 0x7fff_ffff);
            let odd = 0_u32.wrapping_sub(following & 1) & 0x9908_b0df;
            state[place] = state[(place + AHEAD) % WORDS] ^ (joined >> 1) ^ odd;
        }
    }

    /// Fills the places with numbers from 0 to `most`, as `numpy.random.choice` over `most + 1`
    /// items: bits enough for `most` are drawn again until they are no more than it. Nothing is
    /// drawn where there is no choice.
    pub(super) fn choose(&mut self, most: u32, places: &mut [u32]) {
        if most == 0 {
            places.fill(0);
            return;
        }
        let mask = u32::MAX >> most.leading_zeros();
        let mut filled = 0;
        // Every draw is written down, and kept or not without a branch: whether it is kept is as
        // good as random, and a wrong guess would cost more than the draw.
        while filled < places.len() {
            let number = self.draw() & mask;
            places[filled] = number;
            filled += usize::from(number <= most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words, the last of the first state, the first of the second, and one of the fourth,
    /// as numpy gives them.
    #[test]
    fn words() {
        for (seed, words) in [
            (0, [2_357_136_044, 2_546_248_239, 3_791_854_820, 341_544_762, 3_856_691_381]),
            (1, [1_791_095_845, 4_282_876_139, 2_006_116_153, 1_104_314_680, 138_279_050]),
            (12345, [3_992_670_690, 3_823_185_381, 2_940_097_750, 3_957_348_375, 3_374_551_203]),
            (u32::MAX, [419_326_371, 479_346_978, 1_027_084_080, 3_860_652_269, 1_762_272_365]),
        ] {
            let mut generator = MersenneTwister::new(seed);
            let drawn: Vec<u32> = (0..2000).map(|_| generator.draw()).collect();
            assert_eq!([0, 1, 623, 624, 1999].map(|place| drawn[place]), words, "seed {seed}");
        }
    }

    /// Two choices of as many items as there are, and one of 1000 after them.
    #[test]
    fn choices() {
        let cases: [(u32, &[u32], &[u32], u32); 6] = [
            (0, &[0], &[0], 684),
            (0, &[0, 1], &[1, 0], 835),
            (7, &[0, 1, 2], &[0, 1, 2], 535),
            (u32::MAX, &[3, 2, 4, 4, 0], &[2, 1, 0, 3, 2], 107),
            (12345, &[2, 5, 1, 4, 9, 5, 2, 1, 6, 1], &[9, 7, 6, 0, 2, 9, 1, 2, 6, 7], 43),
            (
                12345,
                &[2, 5, 1, 4, 9, 5, 2, 1, 14, 9, 16, 9, 11, 13, 10, 6, 7],
                &[11, 7, 1, 4, 0, 15, 3, 5, 15, 11, 14, 11, 5, 2, 8, 5, 2],
                108,
            ),
        ];
        for (seed, first, second, last) in cases {
            let mut generator = MersenneTwister::new(seed);
            for expected in [first, second] {
                let mut chosen = vec![0; expected.len()];
                generator.choose(u32::try_from(expected.len()).unwrap() - 1, &mut chosen);
                assert_eq!(chosen, expected, "seed {seed}");
            }
            let mut chosen = [0];
            generator.choose(999, &mut chosen);
            assert_eq!(chosen, [last], "seed {seed}");
        }
    }
}
