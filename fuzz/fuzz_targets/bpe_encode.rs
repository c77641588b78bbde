//! A tokenizer of each family on any text: byte-level ones give it back, counts and cuts agree with ids, and ids
//! depend neither on the cache nor on what came before.

#![no_main]

use std::sync::LazyLock;

use genai_bpe::{Special, Tokenizer};
use libfuzzer_sys::fuzz_target;

struct Case {
    tokenizer: Tokenizer,
    uncached: Tokenizer,
    /// Whether decoding gives the text back.
    lossless: bool,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let case = |load: &dyn Fn() -> Tokenizer, lossless| Case {
        tokenizer: load(),
        uncached: load().with_cache_size(0),
        lossless,
    };
    let files: [(&[u8], bool); 7] = [
        (include_bytes!("../../fixtures/bpe/byte_level.json"), true),
        (include_bytes!("../../fixtures/bpe/characters.json"), false),
        (include_bytes!("../../fixtures/bpe/metaspace.json"), false),
        (include_bytes!("../../fixtures/bpe/suffix.json"), false),
        (include_bytes!("../../fixtures/bpe/spm_identity.model"), false),
        (include_bytes!("../../fixtures/bpe/spm_rules.model"), false),
        (include_bytes!("../../fixtures/bpe/subword_nmt.codes"), false),
    ];
    let of_files = files.map(|(file, lossless)| {
        case(&|| Tokenizer::from_bytes(file).expect("a fixture loads"), lossless)
    });
    let builtin = Tokenizer::builtin_names()
        .map(|name| case(&|| Tokenizer::builtin(name).expect("it is built in"), true));
    builtin.chain(of_files).collect()
});

fn check(case: &Case, text: &str, limit: usize) {
    let Case { tokenizer, uncached, lossless } = case;
    let family = tokenizer.family();
    let ids = tokenizer.encode(text);
    assert_eq!(ids, uncached.encode(text), "{family}: the cache");
    let encoding =
        tokenizer.encode_with_offsets(text, Special::Ordinary).expect("nothing is forbidden");
    assert_eq!(encoding.ids, ids, "{family}: with offsets");
    assert_eq!(tokenizer.count(text), ids.len(), "{family}: count");
    let fits = tokenizer.count_until(text, limit);
    assert_eq!(fits, (ids.len() <= limit).then_some(ids.len()), "{family}: up to {limit}");
    let (start, kept) = tokenizer.truncate(text, limit);
    assert!(text.starts_with(start) && kept <= limit.min(ids.len()), "{family}: cut at {limit}");
    let decoded = tokenizer.decode_bytes(&ids).expect("its own ids");
    if *lossless {
        assert_eq!(decoded, text.as_bytes(), "{family}: decoded");
        assert_eq!(tokenizer.decode_bytes(&ids[..kept]).expect("as above"), start.as_bytes());
        let mut end = 0;
        for (&id, &(from, to)) in ids.iter().zip(&encoding.offsets) {
            assert_eq!(from, end, "{family}: tokens stand side by side");
            assert_eq!(
                tokenizer.token_bytes(id).as_deref(),
                text.as_bytes().get(from..to),
                "{family}: {id}"
            );
            end = to;
        }
        assert_eq!(end, text.len(), "{family}: the last token");
    }
    let special = tokenizer.encode_with(text, Special::All).expect("nothing is forbidden");
    let forbidden = tokenizer.encode_with(text, Special::Forbid);
    let found =
        special.iter().any(|id| tokenizer.special_tokens().iter().any(|(_, known)| known == id));
    assert_eq!(forbidden.is_err(), found, "{family}: special tokens");
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let limit = usize::from(choice) % 17;
    for case in &*CASES {
        check(case, &text, limit);
        // Twice as long: pieces and words that are longer than what tables hold.
        check(case, &text.repeat(2), limit * 3);
    }
});
