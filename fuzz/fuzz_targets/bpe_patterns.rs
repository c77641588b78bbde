//! Every pattern on any text: pieces are not empty and are the text; a text begins with the pieces of its first part
//! but for the last of them, as far as that is known; and expressions are recognised or refused.

#![no_main]

use std::sync::LazyLock;

use fancy_regex::Regex;
use genai_bpe::Pattern;
use libfuzzer_sys::fuzz_target;

/// Patterns that are one expression, by the engine that tiktoken has.
static EXPRESSIONS: LazyLock<Vec<(Pattern, Regex)>> = LazyLock::new(|| {
    let of_one = |&pattern: &Pattern| match pattern.regexes() {
        [expression] => Some((pattern, Regex::new(expression).expect("it is an expression"))),
        _ => None,
    };
    Pattern::ALL.iter().filter_map(of_one).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for pattern in Pattern::ALL {
        let pieces: Vec<&str> = pattern.pieces(&text).collect();
        assert!(pieces.iter().all(|piece| !piece.is_empty()), "{pattern:?}: {pieces:?}");
        assert_eq!(pieces.concat(), text, "{pattern:?}: {pieces:?}");
    }
    for (pattern, expression) in &*EXPRESSIONS {
        let found = expression.find_iter(&*text).map(|found| found.map(|found| found.as_str()));
        let Ok(expected) = found.collect::<Result<Vec<&str>, _>>() else { continue };
        assert_eq!(pattern.pieces(&text).collect::<Vec<_>>(), expected, "{pattern:?}");
    }
    let _ = Pattern::from_regex(&text);
});
