//! Every scheme on any text: a token has no white space, tokens are the text in order with
//! nothing lost that the scheme keeps, and the line that the reference would return splits into
//! them. Every stemmer: tokens become their stems, none of them longer, whatever was cut before.

#![no_main]

use genai_metrics::text::{Scheme, Stemmer, is_white_space};
use genai_metrics::{Tokenizer, Tokens};
use libfuzzer_sys::fuzz_target;

/// What is left of the text when it comes to cutting.
fn rewritten(text: &str, tokenizer: &Tokenizer) -> String {
    let Tokenizer { scheme, lowercase, .. } = tokenizer;
    let fold = *lowercase || *scheme == Scheme::Rouge;
    let mut folded = String::new();
    if fold {
        genai_metrics::text::lowercase(text, &mut folded);
    } else {
        folded.push_str(text);
    }
    let text = folded.trim_end_matches(is_white_space);
    if *scheme != Scheme::V13a {
        return text.to_owned();
    }
    let line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    let line = line.replace("&quot;", "\"").replace("&amp;", "&");
    line.replace("&lt;", "<").replace("&gt;", ">")
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut used_again = Tokens::default();
    for scheme in Scheme::ALL {
        for lowercase in [false, true] {
            let tokenizer = Tokenizer { scheme: scheme.clone(), lowercase, ..Tokenizer::default() };
            used_again.cut(&tokenizer, &text).expect("shorter than the limit");
            let tokens: Vec<&str> = used_again.iter().collect();
            for token in &tokens {
                assert!(!token.is_empty(), "{tokenizer:?}: {tokens:?}");
                assert!(!token.contains(is_white_space), "{tokenizer:?}: {tokens:?}");
            }
            let mut text_left = rewritten(&text, &tokenizer);
            match scheme {
                Scheme::Rouge => text_left.retain(|c| matches!(c, 'a'..='z' | '0'..='9')),
                // Words hold marks between letters and digits, so that more than those is left.
                Scheme::Words => text_left = tokens.concat(),
                _ => text_left.retain(|c| !is_white_space(c)),
            }
            assert_eq!(tokens.concat(), text_left, "{tokenizer:?}");
            assert_eq!(tokenizer.tokenize(&text).expect("as above"), tokens, "{tokenizer:?}");
            let line = tokenizer.line(&text).expect("shorter than the limit");
            let words = line.split(is_white_space).filter(|word| !word.is_empty());
            assert!(words.eq(tokens.iter().copied()), "{tokenizer:?}: {line:?} {tokens:?}");
        }
        let lower = Tokenizer { scheme: scheme.clone(), lowercase: true, ..Tokenizer::default() };
        let words = lower.tokenize(&text).expect("as above");
        for &stemmer in Stemmer::ALL {
            used_again.cut(&Tokenizer { stemmer, ..lower.clone() }, &text).expect("as above");
            assert_eq!(used_again.len(), words.len(), "{scheme} {stemmer}");
            for (found, word) in used_again.iter().zip(&words) {
                assert_eq!(found, stemmer.stem(word), "{scheme} {stemmer}: {word:?}");
                assert!(found.len() <= word.len(), "{scheme} {stemmer}: {word:?}");
            }
        }
    }
});
