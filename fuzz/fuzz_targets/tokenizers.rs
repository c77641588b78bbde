//! Every scheme on any text: a token has no white space, tokens are the text in order with
//! nothing lost, and the line that the reference would return splits into them.

#![no_main]

use genai_metrics::text::{Scheme, is_white_space, lowercase};
use genai_metrics::{Tokenizer, Tokens};
use libfuzzer_sys::fuzz_target;

/// What is left of the text when it comes to cutting.
fn rewritten(text: &str, tokenizer: Tokenizer) -> String {
    let Tokenizer { scheme, lowercase: fold, .. } = tokenizer;
    let mut folded = String::new();
    if fold {
        lowercase(text, &mut folded);
    } else {
        folded.push_str(text);
    }
    let text = folded.trim_end_matches(is_white_space);
    if scheme != Scheme::V13a {
        return text.to_owned();
    }
    let line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let line = line.replace("&quot;", "\"").replace("&amp;", "&");
    line.replace("&lt;", "<").replace("&gt;", ">")
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut used_again = Tokens::default();
    for &scheme in Scheme::ALL {
        for lowercase in [false, true] {
            let tokenizer = Tokenizer { scheme, lowercase, ..Tokenizer::default() };
            used_again.cut(tokenizer, &text).expect("shorter than the limit");
            let tokens: Vec<&str> = used_again.iter().collect();
            for token in &tokens {
                assert!(!token.is_empty(), "{tokenizer:?}: {tokens:?}");
                assert!(!token.contains(is_white_space), "{tokenizer:?}: {tokens:?}");
            }
            let mut text_left = rewritten(&text, tokenizer);
            text_left.retain(|c| !is_white_space(c));
            assert_eq!(tokens.concat(), text_left, "{tokenizer:?}");
            assert_eq!(tokenizer.tokenize(&text).expect("as above"), tokens, "{tokenizer:?}");
            let line = tokenizer.line(&text).expect("shorter than the limit");
            let words = line.split(is_white_space).filter(|word| !word.is_empty());
            assert!(words.eq(tokens.iter().copied()), "{tokenizer:?}: {line:?} {tokens:?}");
        }
    }
});
