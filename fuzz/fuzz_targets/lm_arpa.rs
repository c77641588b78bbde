//! Any bytes as an ARPA file: an error, or a model that reads back from what it writes and answers.

#![no_main]

use genai_lm::ngram::{Entries, NgramModel, Query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(entries) = Entries::read_arpa(bytes, "input") else { return };
    let write = |entries: &Entries| {
        let mut text = Vec::new();
        entries.write_arpa(&mut text, "output").expect("words of a file can be written");
        text
    };
    let written = write(&entries);
    let read = Entries::read_arpa(&written[..], "output").expect("what was written is right");
    assert_eq!(write(&read), written);
    let model = NgramModel::new(&entries).expect("it is small");
    assert_eq!(write(&model.entries().expect("it was just made")), written);
    let mut query = Query::new(&model);
    for line in bytes.split(|&byte| byte == b'\n').take(50) {
        for word in query.line(line).words {
            assert!(word.ngram_length >= 1 && usize::from(word.ngram_length) <= model.order());
        }
    }
});
