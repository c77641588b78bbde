//! numpy's random numbers: `numpy.random.default_rng(seed)`.

/// PCG64 as numpy 1.17 and later seed and read it (O'Neill 2014, *PCG*; numpy's `SeedSequence` and
/// `Generator`): the same numbers for the same seed.
///
/// ```
/// use genai_metrics::resample::Pcg64;
/// // numpy.random.default_rng(12345).choice(3004, size=4)
/// let mut generator = Pcg64::new(12345);
/// assert_eq!([(); 4].map(|()| generator.below(3004)), [2100, 682, 2369, 951]);
/// ```
#[derive(Clone, Debug)]
pub struct Pcg64 {
    state: u128,
    increment: u128,
    /// The upper half of a number of which the lower half has been taken.
    half: Option<u32>,
}

const MULTIPLIER: u128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645;

impl Pcg64 {
    /// The generator that numpy makes of that seed.
    pub fn new(seed: u64) -> Self {
        let [w0, w1, w2, w3] = seed_sequence(seed).map(u128::from);
        let increment = (((w2 << 64) | w3) << 1) | 1;
        let mut generator = Self { state: 0, increment, half: None };
        generator.step();
        generator.state = generator.state.wrapping_add((w0 << 64) | w1);
        generator.step();
        generator
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }

    /// The next 64 bits. A half that waits goes on waiting, as in numpy.
    pub fn next_u64(&mut self) -> u64 {
        self.step();
        let [high, low] = [self.state >> 64, self.state & u128::from(u64::MAX)];
        #[expect(clippy::cast_possible_truncation, reason = "both are below 2^64")]
        (high as u64 ^ low as u64).rotate_right((self.state >> 122) as u32)
    }

    /// The next 32 bits: of 64 the lower half, then the upper.
    pub fn next_u32(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        let both = self.next_u64();
        #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
        let (low, high) = (both as u32, (both >> 32) as u32);
        self.half = Some(high);
        low
    }

    /// A number below `n`, all as likely, as `choice` draws it (Lemire 2019, *Fast Random Integer
    /// Generation in an Interval*). Nothing is drawn where there is no choice: of 0 and 1 it is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        if n <= 1 {
            return 0;
        }
        let n = u64::from(n);
        let mut product = u64::from(self.next_u32()) * n;
        // The remainder is only needed where it could matter.
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
        if (product as u32) < n as u32 {
            let unfair = ((1_u64 << 32) % n) as u32;
            while (product as u32) < unfair {
                product = u64::from(self.next_u32()) * n;
            }
        }
        (product >> 32) as u32
    }

    /// Goes on by that many numbers of 64 bits at once (Brown 1994, *Random Number Generation with
    /// Arbitrary Strides*).
    ///
    /// ```
    /// use genai_metrics::resample::Pcg64;
    /// let (mut one, mut other) = (Pcg64::new(1), Pcg64::new(1));
    /// (0..1000).for_each(|_| { one.next_u64(); });
    /// other.advance(1000);
    /// assert_eq!(one.next_u64(), other.next_u64());
    /// ```
    pub fn advance(&mut self, mut steps: u64) {
        let (mut multiplier, mut increment) = (MULTIPLIER, self.increment);
        let (mut all_multiplied, mut all_added) = (1_u128, 0_u128);
        while steps > 0 {
            if steps & 1 == 1 {
                all_multiplied = all_multiplied.wrapping_mul(multiplier);
                all_added = all_added.wrapping_mul(multiplier).wrapping_add(increment);
            }
            increment = multiplier.wrapping_add(1).wrapping_mul(increment);
            multiplier = multiplier.wrapping_mul(multiplier);
            steps >>= 1;
        }
        self.state = all_multiplied.wrapping_mul(self.state).wrapping_add(all_added);
    }
}

/// The four words that numpy's `SeedSequence` makes of a seed (O'Neill 2015, *Developing a `seed_seq`
/// Alternative*).
fn seed_sequence(seed: u64) -> [u64; 4] {
    const POOL: usize = 4;
    #[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
    let words = [seed as u32, (seed >> 32) as u32];
    let mut constant = 0x43b0_d7e5_u32;
    let mut hash = |value: u32| {
        let mut value = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        value = value.wrapping_mul(constant);
        value ^ (value >> 16)
    };
    let mix = |x: u32, y: u32| {
        let mixed = x.wrapping_mul(0xca01_f9dd).wrapping_sub(y.wrapping_mul(0x4973_f715));
        mixed ^ (mixed >> 16)
    };
    let mut pool = [0_u32; POOL];
    for (i, slot) in pool.iter_mut().enumerate() {
        *slot = hash(words.get(i).copied().unwrap_or(0));
    }
    for source in 0..POOL {
        for target in 0..POOL {
            if source != target {
                let hashed = hash(pool[source]);
                pool[target] = mix(pool[target], hashed);
            }
        }
    }
    let mut constant = 0x8b51_f9dd_u32;
    let mut output = [0_u32; 8];
    for (i, word) in output.iter_mut().enumerate() {
        let mut value = pool[i % POOL] ^ constant;
        constant = constant.wrapping_mul(0x58f3_8ded);
        value = value.wrapping_mul(constant);
        *word = value ^ (value >> 16);
    }
    std::array::from_fn(|i| u64::from(output[2 * i]) | (u64::from(output[2 * i + 1]) << 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_numpys() {
        assert_eq!(
            seed_sequence(12345),
            [
                0xb5ae_6482_a03d_837c,
                0xbbe2_996f_fa1f_7a2f,
                0x64e3_9a9f_3715_8f94,
                0x3ebb_0f96_a013_fd73
            ]
        );
        let mut generator = Pcg64::new(12345);
        assert_eq!(generator.state, 0x1905_e033_5aae_9634_9199_b0d0_9775_add5);
        assert_eq!(generator.increment, 0xc9c7_353e_6e2b_1f28_7d76_1f2d_4027_fae7);
        assert_eq!(generator.next_u64(), 0x3a32_b18d_b2ff_c19d);
        assert_eq!(generator.next_u64(), 0x5117_1315_c9e4_c4de);
    }

    #[test]
    fn nothing_is_drawn_where_there_is_no_choice() {
        let mut generator = Pcg64::new(7);
        assert_eq!([generator.below(0), generator.below(1)], [0, 0]);
        assert_eq!(generator.next_u64(), Pcg64::new(7).next_u64());
    }

    #[test]
    fn strides_are_steps() {
        for steps in [0, 1, 2, 3, 63, 64, 65, 1023] {
            let (mut one, mut other) = (Pcg64::new(steps), Pcg64::new(steps));
            (0..steps).for_each(|_| one.step());
            other.advance(steps);
            assert_eq!(one.state, other.state, "{steps}");
        }
    }
}
