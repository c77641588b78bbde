//! Documents for ROUGE: lines of words in several forms.

use super::{Corpus, Language, Script, SplitMix64};

/// What is written on to a word to make its other forms.
const ENDINGS: [&str; 8] = ["", "", "", "s", "ed", "ing", "ation", "ly"];

impl Corpus {
    /// That many documents of 100 to 250 tokens in lines of 10 to 30, always the same for the same
    /// seed. Words have endings, so that stemmers have work to do, and now and then a hypothesis
    /// has another form of a reference's word.
    ///
    /// ```
    /// use genai_eval_benches::Corpus;
    /// let corpus = Corpus::documents(10, 1);
    /// assert_eq!(corpus, Corpus::documents(10, 1));
    /// assert!(corpus.references.iter().all(|text| text.lines().count() > 3));
    /// ```
    pub fn documents(documents: usize, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let mut language = Language::new(Script::Latin, &mut random);
        for word in &mut language.words {
            *word = inflected(&word.replace('é', "e"), &mut random);
        }
        let mut corpus = Self { hypotheses: Vec::new(), references: Vec::new() };
        for _ in 0..documents {
            let (mut hypothesis, mut reference) = (String::new(), String::new());
            // Numbers and hyphens make a few more tokens of these, edits some more or fewer.
            let mut left = 110 + random.below(110);
            while left >= 10 {
                let length = (10 + random.below(21)).min(left);
                left -= length;
                let line: Vec<String> = (0..length).map(|_| language.word(&mut random)).collect();
                let mut edited = language.edited(&line, &mut random);
                for word in &mut edited {
                    if random.chance(0.1) {
                        *word = inflected(word, &mut random);
                    }
                }
                for (text, line) in [(&mut reference, line), (&mut hypothesis, edited)] {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&line.join(" "));
                    text.push('.');
                }
            }
            corpus.references.push(reference);
            corpus.hypotheses.push(hypothesis);
        }
        corpus
    }
}

fn inflected(word: &str, random: &mut SplitMix64) -> String {
    let ending = if word.ends_with(char::is_alphabetic) { *random.pick(&ENDINGS) } else { "" };
    format!("{word}{ending}")
}

#[cfg(test)]
mod tests {
    use genai_metrics::text::{Scheme, Stemmer};
    use genai_metrics::{Evaluate, Rouge, RougeType, Tokenizer};

    use super::*;

    #[test]
    fn documents_are_like_summaries() {
        let corpus = Corpus::documents(300, 1);
        let tokenizer = Tokenizer { scheme: Scheme::Rouge, ..Tokenizer::default() };
        for text in corpus.hypotheses.iter().chain(&corpus.references) {
            let tokens = tokenizer.tokenize(text).unwrap().len();
            assert!((95..=260).contains(&tokens), "{tokens} tokens");
        }
        let score = |kind, stemmer| {
            let mut rouge = Rouge::new(kind);
            rouge.tokenizer.stemmer = stemmer;
            let texts = corpus.hypotheses.iter().zip(&corpus.references);
            rouge.pairs(texts.map(|(h, r)| (h.as_str(), r.as_str()))).unwrap().value
        };
        let plain = score(RougeType::N(1), Stemmer::None);
        let stemmed = score(RougeType::N(1), Stemmer::Nltk);
        assert!((0.6..0.8).contains(&plain) && plain + 0.01 < stemmed, "{plain} {stemmed}");
    }
}
