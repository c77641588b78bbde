//! Any bytes as a binary model: an error, or answers.

#![no_main]

use genai_lm::ngram::{NgramModel, Query, TrainOptions, Trainer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Vec<(u16, u8)>, Vec<u8>)| {
    let (order, damage, bytes) = input;
    // As it is.
    if let Ok(model) = NgramModel::from_bytes(bytes.clone(), "input") {
        ask(&model, &bytes);
    }
    // A model with some bytes changed.
    let options = TrainOptions { order: usize::from(order % 8) + 1, ..TrainOptions::default() };
    let mut trainer = Trainer::new(options).expect("the order is in range");
    for line in bytes.split(|&byte| byte == b'\n') {
        if trainer.add_line(line).is_err() {
            return;
        }
    }
    let Ok(trained) = trainer.finish() else { return };
    let mut saved = Vec::new();
    NgramModel::new(&trained.entries).expect("it is small").save(&mut saved, "memory").expect("memory takes all");
    for (place, byte) in damage {
        let place = usize::from(place) % saved.len();
        saved[place] = byte;
    }
    if let Ok(model) = NgramModel::from_bytes(saved, "memory") {
        ask(&model, &bytes);
    }
});

fn ask(model: &NgramModel, text: &[u8]) {
    let mut query = Query::new(model);
    for line in text.split(|&byte| byte == b'\n').take(50) {
        query.add(line);
    }
    let _ = (model.entries(), model.fingerprint());
}
