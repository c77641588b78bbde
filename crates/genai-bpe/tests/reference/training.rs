//! What is learnt from our texts, as `fixtures/oracles/bpe_training.py` has it learnt by the reference trainers.

use std::collections::HashMap;

use genai_bpe::{Pattern, SubwordNmtTrainer, Trainer};
use serde_json::Value;

use crate::files::{bytes, lines, records, text, texts};
use crate::generated::{Random, SPACES, TRAPS, digest};

/// The texts of a corpus, each of which is given to the trainer by itself.
fn corpora() -> HashMap<&'static str, Vec<String>> {
    let paths = ["en", "de", "ru", "ja", "ko"].into_iter().flat_map(|lang| {
        ["ref.A", "ref.B", "hyp.1"].map(|name| format!("texts/{lang}/{name}.txt"))
    });
    let traps = records("texts/bpe.jsonl");
    let mut random = Random(6);
    let few: Vec<String> =
        (0..300).map(|_| [(); 8].map(|()| random.text(&["a", "a", "b"], 12)).join(" ")).collect();
    let pieces = [&TRAPS[..], &SPACES[..]].concat();
    let many = (0..400).map(|_| [(); 5].map(|()| random.text(&pieces, 12)).join(" ")).collect();
    let of_a = (1..40).map(|length| "a".repeat(length));
    let runs = of_a.chain((1..20).map(|length| "ab".repeat(length))).collect();
    HashMap::from([
        ("lines", paths.flat_map(|path| lines(&path)).collect()),
        ("traps", traps.iter().map(|entry| text(entry, "text").to_owned()).collect()),
        ("ab", few),
        ("runs", runs),
        ("random", many),
    ])
}

/// A digest for each hundred merges.
fn digests(merges: &[String]) -> String {
    merges.chunks(100).map(|hundred| digest(&hundred.join("\n"))).collect::<Vec<_>>().join(" ")
}

/// A trainer with the options of a record.
fn trainer(record: &Value) -> Trainer {
    let mut trainer = match text(record, "pre_tokenizer") {
        "byte_level" => Trainer::byte_level(Pattern::Gpt2),
        _ => Trainer::character_level(),
    };
    for (name, value) in record["options"].as_object().unwrap() {
        let number = value.as_u64().unwrap_or_default();
        let size = usize::try_from(number).unwrap();
        let names = || texts(&record["options"], name);
        trainer = match name.as_str() {
            "vocab_size" => trainer.vocabulary_size(size),
            "min_frequency" => trainer.min_frequency(number),
            "max_token_length" => trainer.max_token_length(size),
            "special_tokens" => trainer.special_tokens(names()),
            // Of each text the first character counts.
            "initial_alphabet" => {
                trainer.initial_alphabet(names().iter().filter_map(|text| text.chars().next()))
            }
            other => panic!("{other}"),
        };
    }
    trainer
}

#[test]
fn fixtures_training_hugging_face() {
    let corpora = corpora();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_training.jsonl") {
        if text(&record, "trainer") != "hugging_face" {
            continue;
        }
        let mut training = trainer(&record);
        for text in &corpora[text(&record, "corpus")] {
            if record["pre_tokenizer"] == "whole" {
                training.feed_words([(text, 1)]);
            } else {
                training.feed(text);
            }
        }
        let learnt = training.train().unwrap();
        let merges: Vec<String> =
            learnt.merges().map(|(left, right)| format!("{left} {right}")).collect();
        let first: Vec<String> = merges.iter().take(12).cloned().collect();
        let name =
            format!("{} {} {}", record["corpus"], record["pre_tokenizer"], record["options"]);
        if (learnt.tokens().len(), merges.len())
            != (size(&record, "tokens"), size(&record, "merges"))
            || first != texts(&record, "first_merges")
            || digest(&learnt.tokens().join("\n")) != text(&record, "digest_of_tokens")
            || digests(&merges) != text(&record, "digests_of_merges")
        {
            wrong.push(format!(
                "{name}: {} tokens, {} merges, {first:?}",
                learnt.tokens().len(),
                merges.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// A trainer of subword-nmt with the options of a record.
fn subword_nmt_trainer(options: &Value) -> SubwordNmtTrainer {
    let mut trainer = SubwordNmtTrainer::new(size(options, "num_symbols"));
    for (name, value) in options.as_object().unwrap() {
        trainer = match name.as_str() {
            "num_symbols" => trainer,
            "min_frequency" => trainer.with_min_frequency(value.as_i64().unwrap()),
            "total_symbols" => trainer.with_total_symbols(value.as_bool().unwrap()),
            other => panic!("{other}"),
        };
    }
    trainer
}

#[test]
fn fixtures_training_subword_nmt() {
    let corpora = corpora();
    let (mut checked, mut wrong) = (0, Vec::new());
    for record in records("gold/bpe_training.jsonl") {
        if text(&record, "trainer") != "subword_nmt" {
            continue;
        }
        let mut training = subword_nmt_trainer(&record["options"]);
        for text in &corpora[text(&record, "corpus")] {
            training.add_text(text);
        }
        let codes = training.train().unwrap();
        // Nothing but the version before the merges, and nothing after the last one's line.
        let merges = codes.strip_prefix("#version: 0.2\n").and_then(|rest| rest.strip_suffix('\n'));
        let merges: Vec<String> = merges.unwrap().split('\n').map(str::to_owned).collect();
        let first: Vec<String> = merges.iter().take(12).cloned().collect();
        if merges.len() != size(&record, "merges")
            || first != texts(&record, "first_merges")
            || digests(&merges) != text(&record, "digests_of_merges")
        {
            let name = format!("{} {} {}", record["corpus"], record["options"], digests(&merges));
            wrong.push(format!("{name}: {} merges, {first:?}", merges.len()));
        }
        checked += 1;
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(checked, 8);
}

/// The codes file that the other tests encode with, byte for byte.
#[test]
fn fixtures_codes_of_learn_bpe() {
    let mut trainer = SubwordNmtTrainer::new(400);
    for lang in ["en", "de", "ru", "ko"] {
        for name in ["ref.A", "ref.B", "hyp.1", "hyp.2"] {
            for line in lines(&format!("texts/{lang}/{name}.txt")) {
                trainer.add_text(&line);
            }
        }
    }
    let codes = trainer.train().unwrap();
    assert!(codes.as_bytes() == bytes("bpe/subword_nmt.codes"), "other codes:\n{codes}");
}

fn size(record: &Value, key: &str) -> usize {
    usize::try_from(record[key].as_u64().unwrap()).unwrap()
}
