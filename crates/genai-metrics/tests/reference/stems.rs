//! Stems and ROUGE's tokens against NLTK, `rouge_score` and the corpora beside the repository,
//! where `GENAI_EVAL_CORPORA` names their folder.

use std::fs;

use crate::files::{corpora, fixtures, records, take};

use genai_metrics::text::{Scheme, Stemmer};
use genai_metrics::{Tokenizer, Tokens};
use serde_json::Value;

/// One line of a word and its stem; returns the number of stems compared.
fn check_word(tokens: &mut Tokens, line: &str) -> usize {
    let mut fields = line.split('\t');
    let (word, stem) = (fields.next().unwrap(), fields.next().unwrap());
    assert_eq!(Stemmer::Nltk.stem_any_length(word), stem, "{word}");
    if word.chars().count() <= 3 {
        assert_eq!(Stemmer::Nltk.stem(word), word.to_lowercase());
        return 1;
    }
    assert_eq!(Stemmer::Nltk.stem(word), stem, "{word}");
    // Twice in one text: the second time the stem is remembered.
    let tokenizer =
        Tokenizer { scheme: Scheme::None, stemmer: Stemmer::Nltk, ..Tokenizer::default() };
    tokens.cut(&tokenizer, &format!("{word} {word}")).unwrap();
    assert!(tokens.iter().eq([stem, stem]), "{word}");
    4
}

/// The token lists of one text under `rouge` and `rouge_stem`.
fn check_text(tokens: &mut Tokens, record: &Value) -> usize {
    let text = record["text"].as_str().unwrap();
    for (key, stemmer) in [("rouge", Stemmer::None), ("rouge_stem", Stemmer::Nltk)] {
        let expected: Vec<&str> =
            record[key].as_array().unwrap().iter().map(|token| token.as_str().unwrap()).collect();
        let tokenizer = Tokenizer { scheme: Scheme::Rouge, stemmer, ..Tokenizer::default() };
        tokens.cut(&tokenizer, text).unwrap();
        let found: Vec<&str> = tokens.iter().collect();
        assert_eq!(found, expected, "{key} of {text:?}");
        assert_eq!(tokenizer.line(text).unwrap(), expected.join(" "), "{key} of {text:?}");
    }
    2
}

#[test]
fn fixtures_stems() {
    let records = records(&fixtures().join("gold/stems.jsonl"));
    assert!(records.len() > 2000, "{}", records.len());
    for record in records {
        let word: String = take(&record, "word");
        for (key, stemmer) in [("nltk", Stemmer::Nltk), ("rouge155", Stemmer::Rouge155)] {
            assert_eq!(stemmer.stem(&word), take::<String>(&record, key), "{key} of {word}");
        }
    }
}

#[test]
fn fixtures_rouge_tokens() {
    let records = records(&fixtures().join("gold/rouge_tokens.jsonl"));
    assert!(records.len() > 500, "{}", records.len());
    for record in records {
        let text: String = take(&record, "text");
        for (key, stemmer) in [("none", Stemmer::None), ("nltk", Stemmer::Nltk)] {
            let tokenizer = Tokenizer { scheme: Scheme::Rouge, stemmer, ..Tokenizer::default() };
            assert_eq!(tokenizer.line(&text).unwrap(), take::<String>(&record, key), "{text:?}");
        }
    }
}

#[test]
fn corpora_stems() {
    let Some(root) = corpora() else { return };
    let mut tokens = Tokens::default();
    let mut checked = 0;
    for file in ["gold/porter.tsv", "gold/porter_modes_differ.tsv"] {
        let lines = fs::read_to_string(root.join(file)).unwrap();
        let lines = lines.lines().filter(|line| !line.starts_with('#'));
        checked += lines.map(|line| check_word(&mut tokens, line)).sum::<usize>();
    }
    assert!(checked > 50_000, "{checked}");
    println!("checked {checked} stems");
}

#[test]
fn corpora_rouge_tokens() {
    let Some(root) = corpora() else { return };
    let mut tokens = Tokens::default();
    let records = fs::read_to_string(root.join("gold/tokenizers_nasty.jsonl")).unwrap();
    let checked: usize = records
        .lines()
        .map(|record| check_text(&mut tokens, &serde_json::from_str(record).unwrap()))
        .sum();
    assert!(checked > 500, "{checked}");
    println!("checked {checked} token lists of rouge");
}
