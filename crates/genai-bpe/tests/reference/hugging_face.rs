//! Hugging Face's tokenizers: every part that a `tokenizer.json` may be made of.

use genai_bpe::{Error, Special, Tokenizer};
use serde_json::Value;

use crate::files::{bytes, records, text};
use crate::generated::{differences, numbers, own_texts, sweep};

/// Variants that are refused by name, and what is named.
const REFUSED: &[(&str, &str)] = &[];

/// The file of a record with some of its parts in place of others.
fn patched(record: &Value) -> Vec<u8> {
    let mut content: Value = serde_json::from_slice(&bytes(text(record, "file"))).unwrap();
    for (key, value) in record["patch"].as_object().unwrap() {
        match key.as_str() {
            "model" => {
                let model = content["model"].as_object_mut().unwrap();
                model.extend(value.as_object().unwrap().clone());
            }
            "added_tokens+" => {
                let known = content["model"]["vocab"].as_object().unwrap().values();
                let added =
                    content["added_tokens"].as_array().unwrap().iter().map(|token| &token["id"]);
                let last = known.chain(added).map(|id| id.as_u64().unwrap()).max().unwrap();
                for (token, id) in value.as_array().unwrap().iter().zip(last + 1..) {
                    let mut token = token.clone();
                    token["id"] = id.into();
                    content["added_tokens"].as_array_mut().unwrap().push(token);
                }
            }
            key => content[key] = value.clone(),
        }
    }
    serde_json::to_vec(&content).unwrap()
}

/// Where tokens are in characters, as the library counts them.
fn in_characters(text: &str, offsets: &[(usize, usize)]) -> String {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    // Of a token within a character the whole character counts.
    let place = |(start, end): &(usize, usize)| {
        let first = starts.partition_point(|at| at <= start) - 1;
        let end = starts.partition_point(|at| at < end);
        format!("{}-{}", first, end.max(first))
    };
    offsets.iter().map(place).collect::<Vec<_>>().join(" ")
}

/// The tokenizer of a record, or none if it is one that has to be refused, and is.
fn load(record: &Value) -> Option<Tokenizer> {
    let name = text(record, "name");
    let loaded = Tokenizer::from_bytes(&patched(record));
    let Some((_, part)) = REFUSED.iter().find(|(refused, _)| *refused == name) else {
        return Some(loaded.unwrap_or_else(|error| panic!("{name}: {error}")));
    };
    match loaded {
        Err(error @ Error::Unsupported { .. }) => {
            assert!(error.to_string().contains(part), "{name}: {error}");
        }
        other => panic!("{name} is not refused: {other:?}"),
    }
    None
}

#[test]
fn fixtures_hugging_face() {
    let groups = own_texts();
    let mut wrong = Vec::new();
    for record in records("gold/bpe_hugging_face.jsonl") {
        let Some(tokenizer) = load(&record) else { continue };
        let mut compare = |field: &str, result: &dyn Fn(&str) -> String| {
            let differences = differences(&groups, text(&record, field), result);
            wrong.extend(
                differences
                    .iter()
                    .map(|one| format!("{}: {field} of {one}", text(&record, "name"))),
            );
        };
        let encode = |text: &str| tokenizer.encode_with_offsets(text, Special::All).unwrap();
        compare("ids", &|text| numbers(&encode(text).ids));
        compare("offsets", &|text| in_characters(text, &encode(text).offsets));
        compare("decoded", &|text| tokenizer.decode_lossy(&encode(text).ids).unwrap());
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn fixtures_hugging_face_sweeps() {
    let variants = records("gold/bpe_hugging_face.jsonl");
    let mut wrong = Vec::new();
    for record in records("gold/bpe_sweeps.jsonl") {
        let name = text(&record, "name");
        let Some(variant) = variants.iter().find(|variant| text(variant, "name") == name) else {
            continue;
        };
        let Some(tokenizer) = load(variant) else { continue };
        let mut encoder = tokenizer.encoder();
        let mut ids = Vec::new();
        let differences =
            differences(&sweep(text(&record, "sweep")), text(&record, "ids"), |text| {
                ids.clear();
                encoder.encode_into(text, &mut ids);
                numbers(&ids)
            });
        wrong.extend(
            differences.iter().map(|one| format!("{name}, {}: {one}", text(&record, "sweep"))),
        );
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
