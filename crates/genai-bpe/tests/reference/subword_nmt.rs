//! subword-nmt's `apply-bpe`.

use genai_bpe::{SubwordNmt, Tokenizer};
use serde_json::Value;

use crate::files::{bytes, records, text, texts};
use crate::generated::{differences, own_texts};

/// The options of a record.
fn with_options(mut subwords: SubwordNmt, options: &Value) -> SubwordNmt {
    for (name, value) in options.as_object().unwrap() {
        subwords = match name.as_str() {
            "separator" => subwords.with_separator(value.as_str().unwrap()),
            "merges" => {
                subwords.with_merges(usize::try_from(value.as_u64().unwrap()).unwrap()).unwrap()
            }
            "vocabulary" => {
                let vocabulary = bytes(value.as_str().unwrap());
                subwords.with_vocabulary(&vocabulary, options["threshold"].as_i64()).unwrap()
            }
            "glossaries" => subwords.with_glossaries(&texts(options, name)).unwrap(),
            "threshold" => subwords,
            other => panic!("{other}"),
        };
    }
    subwords
}

#[test]
fn fixtures_subword_nmt() {
    let groups = own_texts();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_subword_nmt.jsonl") {
        let codes = bytes(text(&record, "file"));
        let subwords = with_options(SubwordNmt::from_codes(&codes).unwrap(), &record["options"]);
        let differences =
            differences(&groups, text(&record, "lines"), |line| subwords.segment_line(line));
        wrong.extend(differences.iter().map(|one| format!("{}: {one}", record["options"])));
        if record["options"].as_object().unwrap().is_empty() {
            let tokenizer = Tokenizer::from_bytes(&codes).unwrap();
            for line in groups.iter().flatten().filter(|line| !line.contains(['\r', '\n'])) {
                let pieces = tokenizer.encode_pieces(line).join(" ");
                assert_eq!(pieces, subwords.segment_line(line.trim_matches(' ')), "{line:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
