//! Training on the texts that a vocabulary of Hugging Face's trainer was trained on.

#![expect(clippy::unwrap_used, reason = "tests may")]
#![expect(clippy::print_stdout, reason = "what was checked is to be seen")]

#[path = "corpora/folder.rs"]
mod folder;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use genai_bpe::{Pattern, Trainer};

use self::folder::corpora;

/// The distinct lines of all files of a folder of folders.
fn distinct_lines(folder: &Path) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for pair in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(pair.unwrap().path()).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            lines.extend(text.split('\n').filter(|line| !line.is_empty()).map(str::to_owned));
        }
    }
    lines
}

#[test]
fn corpora_training_gives_the_vocabulary_of_hugging_face() {
    let Some(corpora) = corpora() else { return };
    let lines = distinct_lines(&corpora.join("wmt22"));
    assert_eq!(lines.len(), 52_726);
    let mut trainer = Trainer::byte_level(Pattern::Gpt2).vocabulary_size(8000);
    for line in &lines {
        trainer.feed(line);
    }
    let learnt = trainer.train().unwrap();

    let vocabulary = fs::read_to_string(corpora.join("bpe/vocab.json")).unwrap();
    let vocabulary: serde_json::Map<_, _> = serde_json::from_str(&vocabulary).unwrap();
    assert_eq!(learnt.tokens().len(), vocabulary.len());
    for (id, token) in learnt.tokens().iter().enumerate() {
        assert_eq!(vocabulary[token], id, "{token}");
    }
    let merges = fs::read_to_string(corpora.join("bpe/merges.txt")).unwrap();
    let expected: Vec<_> =
        merges.lines().skip(1).map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(learnt.merges().collect::<Vec<_>>(), expected);
    println!("checked {} merges of {} lines", expected.len(), lines.len());
}
