//! Text to measure with: made from a seed, the same on every machine, and like news in what
//! matters to a tokenizer and to an n-gram table: word frequencies, word and sentence lengths,
//! punctuation, numbers, and how much of a reference its hypothesis has.

mod documents;
mod systems;
mod texts;

pub use systems::{CORPORA, Systems};
pub use texts::Kind;

use genai_metrics::text::Scheme;

/// splitmix64 (Steele, Lea and Flood 2014): every seed is as good as any other.
///
/// ```
/// let mut random = genai_eval_benches::SplitMix64::new(0);
/// assert_eq!(random.next_u64(), 0xe220_a839_7b1d_cdaf);
/// ```
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to 1, without 1.
    fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index into something of that length, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "less than `length`")]
    fn below(&mut self, length: usize) -> usize {
        (self.next_u64() % length as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// What the texts are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// One byte a letter.
    Latin,
    /// Two bytes a letter.
    Cyrillic,
    /// Three bytes a character, no spaces.
    Chinese,
}

impl Script {
    /// Every script.
    pub const ALL: [Self; 3] = [Self::Latin, Self::Cyrillic, Self::Chinese];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Cyrillic => "cyrillic",
            Self::Chinese => "chinese",
        }
    }

    /// The scheme that BLEU is usually computed with.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Latin | Self::Cyrillic => Scheme::V13a,
            Self::Chinese => Scheme::Zh,
        }
    }

    const fn separator(self) -> &'static str {
        match self {
            Self::Latin | Self::Cyrillic => " ",
            Self::Chinese => "",
        }
    }

    const fn comma(self) -> &'static str {
        match self {
            Self::Latin | Self::Cyrillic => ",",
            Self::Chinese => "，",
        }
    }

    const fn full_stop(self) -> &'static str {
        match self {
            Self::Latin | Self::Cyrillic => ".",
            Self::Chinese => "。",
        }
    }

    /// Consonants and vowels; Chinese words are drawn from a block of Unicode instead.
    const fn letters(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Latin => (
                &["t", "n", "s", "r", "l", "d", "m", "p", "c", "b", "g", "v", "th", "st"],
                &["e", "a", "i", "o", "u", "ea", "é"],
            ),
            Self::Cyrillic | Self::Chinese => (
                &["т", "н", "с", "р", "л", "д", "м", "п", "к", "б", "г", "в", "ст", "ж"],
                &["о", "а", "е", "и", "у", "ы", "я"],
            ),
        }
    }

    fn word(self, random: &mut SplitMix64) -> String {
        if self == Self::Chinese {
            let length = 1 + random.below(2);
            let code = |random: &mut SplitMix64| '\u{4e00}' as usize + random.below(3000);
            return (0..length)
                .filter_map(|_| char::from_u32(u32::try_from(code(random)).ok()?))
                .collect();
        }
        let (consonants, vowels) = self.letters();
        let mut word = String::new();
        for _ in 0..=random.below(4) {
            word.push_str(random.pick::<&str>(consonants));
            word.push_str(random.pick::<&str>(vowels));
        }
        if random.chance(0.5) {
            word.push_str(random.pick::<&str>(consonants));
        }
        word
    }
}

/// Hypotheses and their references, one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// The texts that are evaluated.
    pub hypotheses: Vec<String>,
    /// The texts that they are compared with.
    pub references: Vec<String>,
}

impl Corpus {
    /// That many segments, always the same for the same seed, with a BLEU score around 35; around
    /// 45 in Chinese, where an edit of a word changes neighbouring tokens.
    ///
    /// ```
    /// use genai_eval_benches::{Corpus, Script};
    /// let corpus = Corpus::generate(Script::Latin, 100, 1);
    /// assert_eq!(corpus.references.len(), 100);
    /// assert_eq!(corpus, Corpus::generate(Script::Latin, 100, 1));
    /// ```
    pub fn generate(script: Script, segments: usize, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let language = Language::new(script, &mut random);
        let (mut hypotheses, mut references) = (Vec::new(), Vec::new());
        for _ in 0..segments {
            let reference = language.sentence(&mut random);
            let edited = language.edited(&reference, &mut random);
            let text = |words: &[String]| {
                let mut text = words.join(script.separator());
                text.push_str(script.full_stop());
                text
            };
            references.push(text(&reference));
            hypotheses.push(text(&edited));
        }
        Self { hypotheses, references }
    }

    /// All its bytes.
    pub fn bytes(&self) -> usize {
        self.hypotheses.iter().chain(&self.references).map(String::len).sum()
    }
}

/// Pseudo-words with frequencies.
struct Language {
    script: Script,
    words: Vec<String>,
    /// Running sums of the words' weights.
    weights: Vec<f64>,
}

const VOCABULARY: usize = 30_000;

impl Language {
    fn new(script: Script, random: &mut SplitMix64) -> Self {
        let words = (0..VOCABULARY).map(|_| script.word(random)).collect();
        let mut total = 0.0;
        // Zipf's law with Mandelbrot's shift, which keeps the commonest word at one in twenty.
        let weight = |rank: usize| 1.0 / (rank as f64 + 2.7);
        let running = |rank| {
            total += weight(rank);
            total
        };
        let weights = (0..VOCABULARY).map(running).collect();
        Self { script, words, weights }
    }

    /// A word by its frequency.
    fn draw(&self, random: &mut SplitMix64) -> &str {
        let drawn = random.unit() * self.weights[VOCABULARY - 1];
        let rank = self.weights.partition_point(|&weight| weight <= drawn);
        &self.words[rank]
    }

    /// A word with what is written on to it, or a number.
    fn word(&self, random: &mut SplitMix64) -> String {
        if random.chance(0.03) {
            let number = random.below(3000);
            return match random.below(4) {
                0 => format!("{number}"),
                1 => format!("{}.{}", number / 10, number % 10),
                2 => format!("{number},000"),
                _ => format!("{}-{number}", number / 2),
            };
        }
        let mut word = self.draw(random).to_owned();
        if self.script != Script::Chinese && random.chance(0.1) {
            let first = word.chars().next().map_or(0, char::len_utf8);
            word = word[..first].to_uppercase() + &word[first..];
        }
        match random.below(200) {
            0..12 => word.push_str(self.script.comma()),
            12..14 => word = format!("\"{word}\""),
            14..16 => word = format!("({word})"),
            16..19 => word.push_str("'s"),
            19..21 => word = format!("{word}-{}", random.pick(&self.words)),
            _ => {}
        }
        word
    }

    /// Around 22 words, seldom fewer than 5 or more than 45.
    fn sentence(&self, random: &mut SplitMix64) -> Vec<String> {
        let length = 2 + random.below(14) + random.below(14) + random.below(14);
        (0..length).map(|_| self.word(random)).collect()
    }

    /// The sentence as a fair system would have it: words replaced, left out, added and moved.
    fn edited(&self, sentence: &[String], random: &mut SplitMix64) -> Vec<String> {
        let mut edited: Vec<String> = Vec::with_capacity(sentence.len() + 4);
        for word in sentence {
            match random.below(100) {
                0..24 => edited.push(self.word(random)),
                24..30 => {}
                30..36 => edited.extend([word.clone(), self.word(random)]),
                36..40 => edited.insert(edited.len().saturating_sub(1), word.clone()),
                _ => edited.push(word.clone()),
            }
        }
        edited
    }
}

#[cfg(test)]
mod tests {
    use genai_metrics::{Bleu, Evaluate, Segment, Tokenizer};

    use super::*;

    #[test]
    fn scores_are_like_a_fair_systems() {
        for script in Script::ALL {
            let corpus = Corpus::generate(script, 2000, 1);
            let tokenizer =
                Tokenizer { scheme: script.scheme(), lowercase: false, ..Tokenizer::default() };
            let bleu = Bleu { tokenizer, ..Bleu::default() };
            let references: Vec<_> = corpus.references.iter().map(|r| [Some(&**r)]).collect();
            let score = bleu
                .corpus(
                    corpus
                        .hypotheses
                        .iter()
                        .zip(&references)
                        .map(|(hypothesis, references)| Segment { hypothesis, references }),
                )
                .unwrap();
            let lengths = score.part("ref_len").unwrap().numbers()[0] / 2000.0;
            println!("{}: {} ({lengths} tokens)", script.name(), score.value);
            let usual = if script == Script::Chinese { 40.0..50.0 } else { 30.0..40.0 };
            assert!(usual.contains(&score.value), "{}: {}", script.name(), score.value);
            assert!((15.0..45.0).contains(&lengths), "{}: {lengths} tokens", script.name());
        }
    }
}
