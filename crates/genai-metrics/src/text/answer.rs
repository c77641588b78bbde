//! How answers to questions are normalised: as `SQuAD`'s scripts do it.

use super::word_characters::is_word_character;

const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// Deletes ASCII punctuation from a text in lower case, and puts a space in place of each English
/// article: a run of word characters, by Python's `\w`, that is `a`, `an` or `the`.
pub(super) fn rewrite(text: &mut String, spare: &mut String) {
    spare.clear();
    // Where the run of word characters began that is under way.
    let mut run = 0;
    let end_run = |out: &mut String, run: usize| {
        if ARTICLES.contains(&&out[run..]) {
            out.truncate(run);
            out.push(' ');
        }
    };
    for c in text.chars().filter(|c| !c.is_ascii_punctuation()) {
        if is_word_character(c) {
            spare.push(c);
        } else {
            end_run(spare, run);
            spare.push(c);
            run = spare.len();
        }
    }
    end_run(spare, run);
    std::mem::swap(text, spare);
    spare.clear();
}

#[cfg(test)]
mod tests {
    use crate::text::{Scheme, Tokenizer};

    #[test]
    fn answers_are_normalised_as_by_the_scripts() {
        let tokenizer =
            Tokenizer { scheme: Scheme::Answer, lowercase: true, ..Tokenizer::default() };
        for (answer, tokens) in [
            ("The  Cat's (an) a-b, A.", &["cats", "ab"][..]),
            ("theatre and an\u{2019}a", &["theatre", "and", "\u{2019}"]),
            // A mark that combines is no part of a word to Python, a Chinese character is.
            ("a\u{301} 中a the中", &["\u{301}", "中a", "the中"]),
            ("a_n T.H.E $5", &["5"]),
            ("“The” x", &["“", "”", "x"]),
            ("the", &[]),
        ] {
            assert_eq!(tokenizer.tokenize(answer).unwrap(), tokens, "{answer}");
        }
    }
}
