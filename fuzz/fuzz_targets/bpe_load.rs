//! Every loader on any bytes: an error or a tokenizer, never a panic; and a tokenizer that loads, works. Fixtures are
//! the seeds.

#![no_main]

use genai_bpe::{Special, SubwordNmt, Tokenizer};
use libfuzzer_sys::fuzz_target;

const TEXT: &str = "The cat's 12,345 \u{e9}e\u{301}\n\n  caf\u{e9} \u{4e2d}\u{6587}\u{1f600}<|endoftext|>\u{2581}a@@ \t\u{0}.";

/// A tokenizer from a hostile file does what its interface says.
fn check(tokenizer: &Tokenizer, text: &str) {
    let encoding = tokenizer.encode_with_offsets(text, Special::All).expect("nothing is forbidden");
    assert_eq!(encoding.ids.len(), encoding.offsets.len());
    for (&id, &(start, end)) in encoding.ids.iter().zip(&encoding.offsets) {
        assert!((id as usize) < tokenizer.id_bound(), "{id}");
        assert!(tokenizer.token(id).is_some(), "{id}");
        assert!(start <= end && end <= text.len(), "{start} {end}");
    }
    let ids = tokenizer.encode(text);
    assert_eq!(tokenizer.count(text), ids.len());
    assert_eq!(tokenizer.encode_with(text, Special::Ordinary).expect("as above"), ids);
    tokenizer.decode_bytes(&ids).expect("its own ids");
    let _ = tokenizer.decode_bytes(&[0, 1, 255, 256, u32::MAX]);
    let _ = tokenizer.token_bytes(u32::MAX);
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&family, bytes)) = bytes.split_first() else { return };
    let (one, other) = bytes.split_at(bytes.iter().position(|&byte| byte == 0).unwrap_or(0));
    let loaded = match family % 8 {
        0 => Tokenizer::from_tiktoken(bytes, "cl100k_base"),
        1 => Tokenizer::from_sentencepiece(bytes),
        2 => Tokenizer::from_subword_nmt(bytes),
        3 => Tokenizer::from_gpt2(one, other.get(1..).unwrap_or_default()),
        4 => {
            if let Ok(subwords) = SubwordNmt::from_codes(one)
                && let Ok(subwords) = subwords.with_vocabulary(other, Some(2))
            {
                subwords.segment_line(TEXT);
            }
            return;
        }
        _ => Tokenizer::from_bytes(bytes),
    };
    if let Ok(tokenizer) = loaded {
        check(&tokenizer, TEXT);
        // And on its own words.
        check(&tokenizer, &String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]));
    }
});
