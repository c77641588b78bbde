//! What a text, or any number of them, comes to.

use super::OnInfinite;
use crate::exact::ExactSum;
use crate::language_model::Stated;
use crate::metric::Row;
use crate::score::Part;

/// The sums and counts of some texts. Surprisals are in nats.
///
/// ```
/// use genai_metrics::{PerplexityStats, Row};
/// let mut stats = PerplexityStats::default();
/// stats.tokens = 3.0;
/// let mut row = vec![0.0; PerplexityStats::columns().len()];
/// stats.write(&mut row);
/// assert_eq!(PerplexityStats::read(&row), stats);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PerplexityStats {
    /// Texts.
    pub texts: f64,
    /// Texts of which a token was scored.
    pub scored_texts: f64,
    /// Tokens that were scored.
    pub tokens: f64,
    /// Tokens of texts that were not, such as the first of each text for most models.
    pub unscored: f64,
    /// Tokens that were scored though the model does not know them.
    pub unknown: f64,
    /// Tokens with probability 0.
    pub infinite: f64,
    /// Ends of texts that were scored.
    pub ends: f64,
    /// Words between white space, as Python's `str.split` finds them.
    pub words: f64,
    /// Parts between white space, as Python's `re.split` counts them.
    pub split_words: f64,
    /// Bytes of UTF-8.
    pub bytes: f64,
    /// Characters.
    pub characters: f64,
    /// Texts whose words, bytes and characters are not known.
    pub sizeless: f64,
    /// Texts whose words are not known.
    pub wordless: f64,
    /// Texts whose tokens are not known.
    pub tokenless: f64,
    /// The tokens' surprisals, in units of [`UNIT`].
    surprisal: ExactSum,
    /// Their squares, in units of its square.
    squares: ExactSum,
    /// The surprisals of unknown tokens.
    of_unknown: ExactSum,
    /// The perplexities of texts, in units of [`TEXT_UNIT`].
    text_perplexities: ExactSum,
}

/// Sums are exact up to 2²⁶ units a number: a text may have 2³⁶ nats.
const UNIT: f64 = 1024.0;
/// Perplexities of texts may be up to 2⁸⁶; what is greater counts as that.
const TEXT_UNIT: f64 = (1_u64 << 60) as f64;

const COUNTS: [&str; 14] = [
    "texts",
    "scored_texts",
    "tokens",
    "unscored",
    "unknown",
    "infinite",
    "ends",
    "words",
    "split_words",
    "bytes",
    "characters",
    "sizeless",
    "wordless",
    "tokenless",
];
const SUMS: [&str; 4] =
    ["surprisal", "surprisal_squared", "surprisal_of_unknown", "text_perplexity"];

impl Row for PerplexityStats {
    fn read(row: &[f64]) -> Self {
        let (counts, sums) = row.split_at(COUNTS.len());
        let sum = |place: usize| ExactSum::read(&sums[place * ExactSum::COLUMNS..]);
        Self {
            texts: counts[0],
            scored_texts: counts[1],
            tokens: counts[2],
            unscored: counts[3],
            unknown: counts[4],
            infinite: counts[5],
            ends: counts[6],
            words: counts[7],
            split_words: counts[8],
            bytes: counts[9],
            characters: counts[10],
            sizeless: counts[11],
            wordless: counts[12],
            tokenless: counts[13],
            surprisal: sum(0),
            squares: sum(1),
            of_unknown: sum(2),
            text_perplexities: sum(3),
        }
    }

    fn write(&self, row: &mut [f64]) {
        let (counts, sums) = row.split_at_mut(COUNTS.len());
        counts.copy_from_slice(&[
            self.texts,
            self.scored_texts,
            self.tokens,
            self.unscored,
            self.unknown,
            self.infinite,
            self.ends,
            self.words,
            self.split_words,
            self.bytes,
            self.characters,
            self.sizeless,
            self.wordless,
            self.tokenless,
        ]);
        let all = [self.surprisal, self.squares, self.of_unknown, self.text_perplexities];
        for (sum, columns) in all.iter().zip(sums.chunks_mut(ExactSum::COLUMNS)) {
            sum.write(columns);
        }
    }
}

impl PerplexityStats {
    /// The names of the columns of a row.
    pub fn columns() -> Vec<String> {
        let counts = COUNTS.iter().map(ToString::to_string);
        counts.chain(SUMS.iter().flat_map(|sum| ExactSum::column_names(sum))).collect()
    }

    /// The surprisal of all tokens together, in nats.
    pub fn surprisal(&self) -> f64 {
        self.surprisal.value() * UNIT
    }

    pub(super) fn add_token(&mut self, surprisal: f64, is_unknown: bool) {
        let surprisal = surprisal.max(0.0);
        self.tokens += 1.0;
        self.surprisal += ExactSum::from(surprisal / UNIT);
        self.squares += ExactSum::from((surprisal / UNIT) * (surprisal / UNIT));
        if is_unknown {
            self.unknown += 1.0;
            self.of_unknown += ExactSum::from(surprisal / UNIT);
        }
    }

    /// Takes what a record states in place of what was counted.
    pub(super) fn take_stated(&mut self, stated: Stated) {
        let Stated { log_prob, tokens, words, bytes, characters } = stated;
        let Some(log_prob) = log_prob else { return };
        self.surprisal = ExactSum::from(-log_prob / UNIT);
        // Nothing is known of single tokens.
        self.squares = ExactSum::default();
        match tokens {
            Some(tokens) => self.tokens = tokens as f64,
            None => self.tokenless = 1.0,
        }
        if let Some(bytes) = bytes {
            (self.bytes, self.sizeless) = (bytes as f64, 0.0);
            self.characters = characters.map_or(self.characters, |characters| characters as f64);
        }
        match words {
            Some(words) => (self.words, self.split_words) = (words as f64, words as f64),
            None => self.wordless = f64::from(u8::from(self.words == 0.0)),
        }
    }

    /// What is known of a text only when all of it was counted.
    pub(super) fn finish_text(&mut self) {
        if let Some(perplexity) = self.of_text() {
            self.scored_texts = 1.0;
            self.text_perplexities = ExactSum::from(perplexity / TEXT_UNIT);
        }
    }

    /// The perplexity, if it is of one text with tokens.
    pub(super) fn of_text(&self) -> Option<f64> {
        self.per(self.tokens)
    }

    /// `exp` of the surprisal per unit, of which there are so many.
    pub(super) fn per(&self, units: f64) -> Option<f64> {
        (units > 0.0).then(|| (self.surprisal() / units).exp())
    }

    pub(super) fn mean_of_texts(&self) -> Option<f64> {
        let texts = self.scored_texts;
        (texts > 0.0).then(|| self.text_perplexities.value() * TEXT_UNIT / texts)
    }

    /// Without unknown tokens, in the sum as in the count.
    pub(super) fn without_unknown(&self) -> Option<f64> {
        let tokens = self.tokens - self.unknown;
        let surprisal = self.surprisal() - self.of_unknown.value() * UNIT;
        (tokens > 0.0).then(|| (surprisal / tokens).exp())
    }

    /// By the delta method, as llama.cpp computes it: tokens are taken for independent.
    fn standard_error(&self) -> Option<f64> {
        let mean = self.surprisal() / self.tokens;
        let variance = (self.squares.value() * UNIT * UNIT / self.tokens - mean * mean).max(0.0);
        let known = self.tokens > 1.0 && self.squares != ExactSum::default();
        known.then(|| mean.exp() * (variance / (self.tokens - 1.0)).sqrt())
    }

    /// Statistics of which every part can be computed.
    pub(super) fn with_all_parts() -> Self {
        Self {
            texts: 1.0,
            scored_texts: 1.0,
            tokens: 2.0,
            words: 1.0,
            bytes: 1.0,
            characters: 1.0,
            squares: ExactSum::from(1.0),
            ..Self::default()
        }
    }

    pub(super) fn parts(&self) -> Vec<(&'static str, Part)> {
        let nats = self.surprisal();
        let is_finite = self.infinite == 0.0 || nats > 0.0;
        let sized = |units: f64| (self.sizeless == 0.0 && units > 0.0).then_some(units);
        let words = sized(self.words).filter(|_| self.wordless == 0.0);
        let bits = |units: f64| nats / units / std::f64::consts::LN_2;
        let tokens = (self.tokenless == 0.0 && self.tokens > 0.0).then_some(self.tokens);
        let numbers = [
            ("mean_surprisal", tokens.map(|tokens| nats / tokens)),
            ("bits_per_token", tokens.map(bits)),
            ("token_perplexity", tokens.and_then(|tokens| self.per(tokens))),
            ("standard_error", tokens.and_then(|_| self.standard_error())),
            ("perplexity_without_unknown", tokens.and_then(|_| self.without_unknown())),
            ("word_perplexity", words.and_then(|words| self.per(words))),
            ("byte_perplexity", sized(self.bytes).and_then(|bytes| self.per(bytes))),
            ("bits_per_byte", sized(self.bytes).map(bits)),
            ("bits_per_character", sized(self.characters).map(bits)),
            ("mean_text_perplexity", self.mean_of_texts()),
        ];
        let counts = [
            ("surprisal", Part::Number(nats)),
            ("texts", Part::Count(self.texts)),
            ("tokens", Part::Count(self.tokens)),
            ("unscored", Part::Count(self.unscored)),
            ("unknown", Part::Count(self.unknown)),
            ("infinite", Part::Count(self.infinite)),
            ("words", Part::Count(self.words)),
            ("bytes", Part::Count(self.bytes)),
            ("characters", Part::Count(self.characters)),
        ];
        let numbers = numbers.into_iter().filter_map(|(name, number)| {
            Some((name, Part::Number(number.filter(|number| is_finite && number.is_finite())?)))
        });
        numbers.chain(counts).collect()
    }

    pub(super) fn remarks(&self, on_infinite: OnInfinite) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.infinite > 0.0 {
            let count = self.infinite;
            remarks.push(match on_infinite {
                OnInfinite::Keep => {
                    format!(
                        "{count} tokens have probability 0, which makes the perplexity infinite"
                    )
                }
                OnInfinite::Skip => format!("{count} tokens with probability 0 were left out"),
                _ => format!("{count} tokens have probability 0, {on_infinite} was taken instead"),
            });
        }
        if self.tokens == 0.0 {
            remarks.push("no token was scored".to_owned());
        }
        if self.sizeless > 0.0 {
            let texts = self.sizeless;
            remarks.push(format!(
                "the bytes that were scored are not known of {texts} texts, so there is no number \
                 per word, byte or character"
            ));
        }
        if self.tokenless > 0.0 {
            let texts = self.tokenless;
            remarks.push(format!("{texts} records do not say how many tokens they are of"));
        }
        remarks
    }
}
