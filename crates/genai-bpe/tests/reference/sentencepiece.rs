//! `SentencePiece`'s models.

use genai_bpe::{Special, Tokenizer};

use crate::files::{bytes, records, text};
use crate::generated::{differences, numbers, own_texts, sweep};

#[test]
fn fixtures_sentencepiece() {
    let groups = own_texts();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_sentencepiece.jsonl") {
        let file = text(&record, "file");
        let tokenizer = Tokenizer::from_bytes(&bytes(file)).unwrap();
        let mut compare = |field: &str, result: &dyn Fn(&str) -> String| {
            let differences = differences(&groups, text(&record, field), result);
            wrong.extend(differences.iter().map(|one| format!("{file}: {field} of {one}")));
        };
        let encode = |text: &str| tokenizer.encode_with_offsets(text, Special::Ordinary).unwrap();
        compare("ids", &|text| numbers(&encode(text).ids));
        compare("offsets", &|text| {
            let place = |(start, end): &(usize, usize)| format!("{start}-{end}");
            encode(text).offsets.iter().map(place).collect::<Vec<_>>().join(" ")
        });
        compare("decoded", &|text| tokenizer.decode_lossy(&encode(text).ids).unwrap());
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fixtures_sentencepiece_sweeps() {
    let mut wrong = Vec::new();
    for record in records("gold/bpe_sweeps.jsonl") {
        let file = text(&record, "name");
        if !file.starts_with("bpe/spm_") {
            continue;
        }
        let tokenizer = Tokenizer::from_bytes(&bytes(file)).unwrap();
        let differences =
            differences(&sweep(text(&record, "sweep")), text(&record, "ids"), |text| {
                numbers(&tokenizer.encode(text))
            });
        wrong.extend(
            differences.iter().map(|one| format!("{file}, {}: {one}", text(&record, "sweep"))),
        );
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
