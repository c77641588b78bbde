//! How evenly tokens are used: entropies, efficiencies and what else counts of types tell.

/// How often each type of token is used, the most frequent first.
///
/// Values equal those of tokenization-scorer 1.1.8 (Zouhar et al., *Tokenization and the Noiseless
/// Channel*, ACL 2023): to the bit where numpy takes powers and logarithms from the C library, as it
/// does without AVX-512, else up to the last digits. Whatever cannot be said of the counts, such as the
/// efficiency of a single type, is `None`.
///
/// ```
/// use genai_bpe::statistics::Distribution;
/// // pick @@ed pick @@l @@ed pick @@les
/// let counts = Distribution::new([3, 2, 1, 1]);
/// assert_eq!(counts.renyi_efficiency(3.0, None), Some(0.803_152_850_135_965_7));
/// assert_eq!(counts.renyi_efficiency(2.5, None), Some(0.826_506_483_422_524_5));
/// assert_eq!(counts.shannon_entropy(), Some(1.842_370_993_177_108_8));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Descending; no zeros.
    counts: Vec<u64>,
    total: u64,
}

/// The order of Rényi's entropy that tokenization-scorer takes unless told otherwise.
pub const RENYI_POWER: f64 = 3.0;

impl Distribution {
    /// The distribution with these counts, in any order; zeros are left out.
    pub fn new(counts: impl IntoIterator<Item = u64>) -> Self {
        let mut counts: Vec<u64> = counts.into_iter().filter(|&count| count > 0).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let total = counts.iter().sum();
        Self { counts, total }
    }

    /// How many types there are.
    pub fn types(&self) -> usize {
        self.counts.len()
    }

    /// How many tokens there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Shannon's entropy in bits.
    pub fn shannon_entropy(&self) -> Option<f64> {
        let terms: Vec<f64> = self.shares().map(|share| share * share.log2()).collect();
        (!terms.is_empty()).then(|| -sum_as_numpy(&terms))
    }

    /// Rényi's entropy of the order `power` in bits; Shannon's for a power of 1, which is the limit.
    /// `None` for a power that is negative or no finite number.
    ///
    /// tokenization-scorer means Shannon's for 1, too, but has read its text by then and says 0.
    pub fn renyi_entropy(&self, power: f64) -> Option<f64> {
        if !power.is_finite() || power < 0.0 || self.counts.is_empty() {
            return None;
        }
        if power.to_bits() == 1.0_f64.to_bits() {
            return self.shannon_entropy();
        }
        let powers: Vec<f64> = self.shares().map(|share| to_power(share, power)).collect();
        let scale = 1.0 / (1.0 - power);
        Some(scale * sum_as_numpy(&powers).log2()).filter(|entropy| entropy.is_finite())
    }

    /// Shannon's entropy as a share of the most it could be with so many types: those that are used
    /// (`None`), or those of a whole vocabulary.
    pub fn shannon_efficiency(&self, vocabulary: Option<usize>) -> Option<f64> {
        self.efficiency(self.shannon_entropy()?, vocabulary)
    }

    /// Rényi's entropy as a share of the most it could be with so many types: those that are used
    /// (`None`), or those of a whole vocabulary.
    pub fn renyi_efficiency(&self, power: f64, vocabulary: Option<usize>) -> Option<f64> {
        self.efficiency(self.renyi_entropy(power)?, vocabulary)
    }

    fn efficiency(&self, entropy: f64, vocabulary: Option<usize>) -> Option<f64> {
        let types = vocabulary.unwrap_or(self.types());
        (types > 1).then(|| entropy / (types as f64).log2())
    }

    /// The share of tokens whose types rank from `start` to `end`, both as shares of the types, as
    /// Gowda and May (Findings of EMNLP 2020) look at what is neither too frequent nor too rare;
    /// tokenization-scorer takes 0.03 and 0.83.
    pub fn percentile_frequency(&self, start: f64, end: f64) -> Option<f64> {
        let last = self.types().checked_sub(1)?;
        if !(0.0..=1.0).contains(&start) || !(0.0..=1.0).contains(&end) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length, rounded down, is a length"
        )]
        let place = |share: f64| ((self.types() as f64 * share) as usize).min(last);
        let (mut start, mut end) = (place(start), place(end));
        if start == end {
            start = start.saturating_sub(1);
        }
        if start == end {
            end = last.min(end + 1);
        }
        let shares: Vec<f64> = self.shares().skip(start).take(end.saturating_sub(start)).collect();
        Some(sum_as_numpy(&shares))
    }

    /// The bits of the tokens if each were written with equally many, as few as tell the types
    /// apart; tokenization-scorer gives it with a minus.
    pub fn bits(&self) -> Option<f64> {
        (self.types() > 0).then(|| self.total as f64 * (self.types() as f64).log2())
    }

    fn shares(&self) -> impl Iterator<Item = f64> {
        let total = self.total as f64;
        self.counts.iter().map(move |&count| count as f64 / total)
    }
}

/// As numpy has shortcuts for a few powers.
fn to_power(base: f64, power: f64) -> f64 {
    if power.to_bits() == 2.0_f64.to_bits() {
        base * base
    } else if power.to_bits() == 0.5_f64.to_bits() {
        base.sqrt()
    } else {
        base.powf(power)
    }
}

/// The sum as numpy adds: by halves down to blocks of 128 numbers, those in eight columns.
fn sum_as_numpy(numbers: &[f64]) -> f64 {
    const COLUMNS: usize = 8;
    const BLOCK: usize = 128;
    if numbers.len() > BLOCK {
        // Halves of halves: no deeper than the bits of a length.
        let half = numbers.len() / 2;
        let (left, right) = numbers.split_at(half - half % COLUMNS);
        return sum_as_numpy(left) + sum_as_numpy(right);
    }
    let mut rows = numbers.chunks_exact(COLUMNS);
    let Some(first) = rows.next().and_then(|row| row.first_chunk::<COLUMNS>()) else {
        return numbers.iter().fold(0.0, |sum, number| sum + number);
    };
    let mut columns = *first;
    for row in rows.by_ref() {
        for (sum, number) in columns.iter_mut().zip(row) {
            *sum += number;
        }
    }
    let half = |first: usize| {
        (columns[first] + columns[first + 1]) + (columns[first + 2] + columns[first + 3])
    };
    let sum = half(0) + half(4);
    rows.remainder().iter().fold(sum, |sum, number| sum + number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// tokenization-scorer 1.1.8 on "pick @@ed pick @@l @@ed pick @@les" and on
    /// "pick @@e @@d pick @@l @@e @@d pick @@l @@e @@s".
    #[expect(
        clippy::unreadable_literal,
        clippy::approx_constant,
        reason = "as the tool prints them"
    )]
    #[test]
    fn equals_tokenization_scorer() {
        let one = Distribution::new([1, 3, 0, 1, 2]);
        let other = Distribution::new([3, 3, 2, 2, 1]);
        for (counts, power, entropy, efficiency, of_hundred) in [
            (&one, 2.5, 1.653012966845049, 0.8265064834225245, 0.2488032431209349),
            (&one, 3.0, 1.6063057002719314, 0.8031528501359657, 0.24177309899394392),
            (&one, 2.0, 1.7078192485066896, 0.8539096242533448, 0.2570524104864162),
            (&one, 0.5, 1.9196962219371427, 0.9598481109685714, 0.2889430726829496),
            (&one, 0.0, 2.0, 1.0, 0.3010299956639812),
            (&other, 2.5, 2.1372977167241545, 0.9204840242168808, 0.32169536119905456),
            (&other, 3.0, 2.114273868203605, 0.9105681923824472, 0.3182299266889),
            (&other, 2.0, 2.163975735111126, 0.9319736213520003, 0.3257108030787314),
            (&other, 0.5, 2.2734067149654784, 0.9791029791022716, 0.34218180677426185),
            (&other, 0.0, 2.321928094887362, 1.0, 0.3494850021680094),
        ] {
            close(counts.renyi_entropy(power), entropy);
            close(counts.renyi_efficiency(power, None), efficiency);
            close(counts.renyi_efficiency(power, Some(100)), of_hundred);
        }
        close(one.shannon_entropy(), 1.8423709931771088);
        close(one.renyi_entropy(1.0), 1.8423709931771088);
        close(one.shannon_efficiency(None), 0.9211854965885544);
        close(one.shannon_efficiency(Some(50)), 0.32643833067806205);
        close(one.percentile_frequency(0.03, 0.83), 0.857142857142857);
        close(one.percentile_frequency(0.3, 0.6), 0.2857142857142857);
        close(one.bits(), 14.0);
        close(other.shannon_entropy(), 2.2312702546075758);
        close(other.shannon_efficiency(None), 0.9609557933859342);
        close(other.percentile_frequency(0.03, 0.83), 0.9090909090909092);
        close(other.percentile_frequency(0.3, 0.6), 0.45454545454545453);
        close(other.bits(), 25.541209043760983);
    }

    /// The same tool on a text in which type i stands i * i mod 97 + 1 times, for i below a number.
    #[expect(clippy::unreadable_literal, reason = "as the tool prints them")]
    #[test]
    fn equals_tokenization_scorer_for_many_types() {
        for (types, expected) in [
            (
                100,
                [
                    0.9107600764979367,
                    0.9164975545065915,
                    0.9236576549783585,
                    0.9659590017310143,
                    0.46668669158706566,
                    0.9460048112379829,
                    0.9224952741020794,
                ],
            ),
            (
                1000,
                [
                    0.9441799286436799,
                    0.9479838999341319,
                    0.9527077188872183,
                    0.979649735044645,
                    0.7257172638527963,
                    0.9671852339128872,
                    0.9201269451269452,
                ],
            ),
            (
                3001,
                [
                    0.9522940366930898,
                    0.9555536226900991,
                    0.9596021240822828,
                    0.9826578266950884,
                    0.8483995199892334,
                    0.9720036619221181,
                    0.9199706613422437,
                ],
            ),
        ] {
            let counts = Distribution::new((0..types).map(|i: u64| i * i % 97 + 1));
            let found = [
                counts.renyi_efficiency(3.0, None),
                counts.renyi_efficiency(2.5, None),
                counts.renyi_efficiency(2.0, None),
                counts.renyi_efficiency(0.5, None),
                counts.renyi_efficiency(3.0, Some(8000)),
                counts.shannon_efficiency(None),
                counts.percentile_frequency(0.03, 0.83),
            ];
            for (found, expected) in found.into_iter().zip(expected) {
                close(found, expected);
            }
        }
    }

    /// To the bit where that is promised.
    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
            assert_eq!(found.to_bits(), expected.to_bits(), "{found} {expected}");
        } else {
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} {expected}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_none() {
        let none = Distribution::default();
        assert_eq!((none.shannon_entropy(), none.renyi_entropy(3.0)), (None, None));
        assert_eq!((none.percentile_frequency(0.03, 0.83), none.bits()), (None, None));
        let single = Distribution::new([7]);
        assert_eq!(single.shannon_efficiency(None), None);
        assert_eq!(single.shannon_efficiency(Some(4)), Some(0.0));
        assert_eq!(single.bits(), Some(0.0));
        for power in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Distribution::new([2, 1]).renyi_entropy(power), None);
        }
        // All powers of the shares are below the smallest number.
        assert_eq!(Distribution::new([1; 1000]).renyi_entropy(1e3), None);
    }

    /// A sum of whole numbers is the same in any order; each number is taken once.
    #[test]
    fn sums_take_each_number_once() {
        for length in (0..300).chain([1000, 4097, 10_000]) {
            let numbers: Vec<f64> = (0..length).map(|i| f64::from(i * i + 1)).collect();
            let plain: f64 = numbers.iter().sum();
            assert_eq!(sum_as_numpy(&numbers).to_bits(), (plain + 0.0).to_bits(), "{length}");
        }
    }
}
