//! Each token's log-probability is that of transformers, under each convention.

use genai_lm::neural::{Bos, NeuralModel, Scoring, Strategy};
use serde_json::Value;

use crate::fixture::{change, copy, folder, model, records, score};

/// How far a log-probability may be from that of transformers.
const TOLERANCE: f64 = 1e-4;

/// The largest difference between what was scored and what should have been.
fn compare(found: &[Option<f64>], expected: &Value, what: &str) -> f64 {
    let expected: Vec<Option<f64>> = serde_json::from_value(expected.clone()).unwrap();
    assert_eq!(found.len(), expected.len(), "{what}");
    let mut largest = 0_f64;
    for (at, pair) in found.iter().zip(&expected).enumerate() {
        match pair {
            (Some(found), Some(expected)) => largest = largest.max((found - expected).abs()),
            (None, None) => {}
            _ => panic!("{what}: token {at} is {pair:?}"),
        }
    }
    assert!(largest <= TOLERANCE, "{what}: {largest:e}");
    largest
}

/// Those that `record` has log-probabilities of, which are as many as fit into the context.
fn start(ids: &Value, count: usize) -> Vec<u32> {
    let ids: Vec<u32> = serde_json::from_value(ids.clone()).unwrap();
    ids[..ids.len().min(count)].to_vec()
}

/// All tokens but the first, each after all before it.
fn plain(model: &NeuralModel, ids: &[u32]) -> Vec<Option<f64>> {
    let log_probs = model.log_probs(&ids[..ids.len() - 1], &ids[1..]).unwrap();
    [None].into_iter().chain(log_probs.into_iter().map(Some)).collect()
}

#[test]
fn every_model_gives_the_log_probabilities_of_transformers() {
    let (mut checked, mut largest) = (0, 0_f64);
    for gold in records("gold.jsonl").iter().filter(|gold| gold.get("variant").is_none()) {
        let name = gold["model"].as_str().unwrap();
        let scored_by =
            |strategy, context| model(name, Scoring { strategy, context, ..Scoring::default() });
        let whole = scored_by(Strategy::Disjoint, None);
        let strided = scored_by(Strategy::Strided(12), Some(32));
        let rolling = scored_by(Strategy::LmEval, Some(32));
        let chunks = scored_by(Strategy::LlamaCpp, Some(16));
        assert_eq!(whole.plan().prefix().is_some(), gold["bos"].as_bool().unwrap(), "{name}");
        for record in gold["texts"].as_array().unwrap() {
            let text = record["text"].as_str().unwrap();
            let what = |kind: &str| format!("{name}, {kind}, {text:?}");
            assert_eq!(whole.tokenizer().encode(text), start(&record["ids"], usize::MAX), "{name}");
            let ids = start(&record["ids"], 63);
            let mut check = |found: &[Option<f64>], key: &str| {
                largest = largest.max(compare(found, &record[key], &what(key)));
                checked += found.iter().flatten().count();
            };
            check(&plain(&whole, &ids), "plain");
            check(&score(&strided, text), "strided_32_12");
            check(&score(&rolling, text), "lm_eval_32");
            if !record["llama_cpp_16"].is_null() {
                check(&score(&chunks, text), "llama_cpp_16");
            }
            let with_bos: Vec<u32> = whole.bos().into_iter().chain(ids.iter().copied()).collect();
            let after_bos = whole.log_probs(&with_bos[..ids.len()], &ids).unwrap();
            check(&after_bos.into_iter().map(Some).collect::<Vec<_>>(), "after_bos");
        }
    }
    println!("checked {checked} log-probabilities of transformers, largest difference {largest:e}");
    assert!(checked > 5000);
}

#[test]
fn perplexities_are_those_of_hf_evaluate() {
    let mut largest = 0_f64;
    for gold in records("gold.jsonl").iter().filter(|gold| gold.get("variant").is_none()) {
        let name = gold["model"].as_str().unwrap();
        // That tool puts BOS before a text whether or not the tokenizer does.
        let model = model(name, Scoring { strategy: Strategy::HfEvaluate, ..Scoring::default() });
        let texts = gold["texts"].as_array().unwrap();
        let mut sum = 0.0;
        for record in texts {
            let text = record["text"].as_str().unwrap();
            let ids = start(&record["ids"], 63);
            let log_probs: Vec<f64> = if model.tokenizer().count(text) == ids.len() {
                score(&model, text).into_iter().flatten().collect()
            } else {
                // The gold value is of the start, as with the `max_length` of that tool.
                let fed: Vec<u32> = model.bos().into_iter().chain(ids.iter().copied()).collect();
                model.log_probs(&fed[..ids.len()], &ids).unwrap()
            };
            assert_eq!(log_probs.len(), ids.len());
            let perplexity = (-log_probs.iter().sum::<f64>() / log_probs.len() as f64).exp();
            let expected = record["hf_evaluate"].as_f64().unwrap();
            largest = largest.max((perplexity / expected - 1.0).abs());
            sum += perplexity;
        }
        let expected = gold["hf_mean_perplexity"].as_f64().unwrap();
        largest = largest.max((sum / texts.len() as f64 / expected - 1.0).abs());
    }
    println!("largest relative difference of a perplexity: {largest:e}");
    assert!(largest <= 1e-4);
}

#[test]
fn other_configurations_of_the_same_weights() {
    let mut checked = 0;
    for gold in records("gold.jsonl").iter().filter(|gold| gold.get("variant").is_some()) {
        let name = gold["model"].as_str().unwrap();
        let copy = copy(name);
        change(copy.path(), "config.json", |config| {
            for (key, value) in gold["set"].as_object().unwrap() {
                config[key] = value.clone();
            }
            for key in gold["remove"].as_array().unwrap() {
                config.as_object_mut().unwrap().remove(key.as_str().unwrap());
            }
        });
        let changed = NeuralModel::from_folder(copy.path()).unwrap();
        let unchanged = NeuralModel::from_folder(folder(name)).unwrap();
        for record in gold["texts"].as_array().unwrap() {
            let ids = start(&record["ids"], 63);
            let found = plain(&changed, &ids);
            let difference = compare(&found, &record["plain"], gold["variant"].as_str().unwrap());
            println!("{name}, {}: {difference:e}", gold["variant"]);
            // The change has to show, or the comparison says nothing.
            let before = plain(&unchanged, &ids);
            let moved = found
                .iter()
                .flatten()
                .zip(before.iter().flatten())
                .any(|(a, b)| (a - b).abs() > 1e-3);
            assert!(moved || gold["variant"] == "version 4, llama3");
            checked += 1;
        }
    }
    assert!(checked >= 8);
}

#[test]
fn bos_is_what_was_asked_for() {
    let with = |name, bos| score(&model(name, Scoring { bos, ..Scoring::default() }), "a b")[0];
    assert!(with("llama", Bos::Auto).is_some() && with("llama", Bos::Never).is_none());
    assert!(with("gpt2", Bos::Auto).is_none() && with("gpt2", Bos::Always).is_some());
}

#[test]
fn a_special_token_is_one_or_is_not() {
    let tokens = |special_tokens| {
        score(&model("gpt2", Scoring { special_tokens, ..Scoring::default() }), "a</s>").len()
    };
    assert!(tokens(true) == 2 && tokens(false) > 2);
}
