//! `drand48`, which perl brings along since 5.20 so that it draws alike everywhere.

/// The 48 bits of state.
#[derive(Clone, Debug)]
pub(super) struct Drand48(u64);

impl Drand48 {
    /// As perl's `srand(seed)`.
    pub(super) const fn new(seed: u32) -> Self {
        Self(((seed as u64) << 16) | 0x330e)
    }

    /// As perl's `int(rand(below))`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to below `below`"
    )]
    pub(super) fn index(&mut self, below: u32) -> u32 {
        const BITS: u64 = 1 << 48;
        self.0 = self.0.wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) % BITS;
        (f64::from(below) * (self.0 as f64 / BITS as f64)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Perl's own: `perl -e 'srand(7); print int(rand(1000)), " " for 1..6'`.
    #[test]
    fn indices() {
        for (seed, below, expected) in [
            (0, 1000, &[170, 749, 96, 870, 577, 785][..]),
            (1, 1000, &[41, 454, 834, 335, 565, 1]),
            (7, 1000, &[266, 682, 265, 129, 494, 297]),
            (999, 1000, &[102, 635, 803, 925, 775, 537]),
            (u32::MAX, 1000, &[300, 45, 357, 404, 589, 569]),
            (7, 3, &[0, 2, 0, 0, 1, 0, 0, 2]),
            (7, u32::MAX, &[1_144_369_111, 2_929_319_007, 1_140_273_415, 554_526_873]),
            (7, 1, &[0, 0]),
        ] {
            let mut generator = Drand48::new(seed);
            let drawn: Vec<u32> = expected.iter().map(|_| generator.index(below)).collect();
            assert_eq!(drawn, expected, "seed {seed}");
        }
    }
}
