//! Any ranks on any text against the definition: of neighbours whose bytes together are a token, those with the
//! lowest rank merge, the leftmost first, until there are none.

#![no_main]

use std::collections::HashMap;
use std::fmt::Write;

use arbitrary::{Arbitrary, Result, Unstructured};
use genai_bpe::{Pattern, Tokenizer};
use libfuzzer_sys::fuzz_target;

/// Tokens in order of their ranks: the bytes, then what two earlier tokens make, or any short bytes.
fn tokens(u: &mut Unstructured<'_>) -> Result<Vec<Vec<u8>>> {
    let mut tokens: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    for _ in 0..u.int_in_range(0..=60)? {
        let token = if u.ratio(1, 8)? {
            <[u8; 3]>::arbitrary(u)?.to_vec()
        } else {
            // Few letters, so that there is much to choose from.
            let mut part = || -> Result<Vec<u8>> {
                let at = u.choose_index(tokens.len() - 252)?;
                Ok(if at < 4 { vec![b"ab \xc3"[at]] } else { tokens[252 + at].clone() })
            };
            [part()?, part()?].concat()
        };
        if token.len() <= 64 && !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    Ok(tokens)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

fn by_definition(ranks: &HashMap<&[u8], u32>, piece: &[u8], ids: &mut Vec<u32>) {
    if let Some(&id) = ranks.get(piece) {
        ids.push(id);
        return;
    }
    // Where parts begin, and the end.
    let mut borders: Vec<usize> = (0..=piece.len()).collect();
    loop {
        let both = |at: usize| ranks.get(&piece[borders[at]..borders[at + 2]]);
        let pairs = (0..borders.len().saturating_sub(2)).filter_map(|at| Some((both(at)?, at)));
        let Some((_, at)) = pairs.min() else { break };
        borders.remove(at + 1);
    }
    ids.extend(borders.windows(2).map(|part| ranks[&piece[part[0]..part[1]]]));
}

fn check(bytes: &[u8]) -> Result<()> {
    let mut u = Unstructured::new(bytes);
    let tokens = tokens(&mut u)?;
    let mut file = String::new();
    for (rank, token) in tokens.iter().enumerate() {
        let _ = writeln!(file, "{} {rank}", base64(token));
    }
    let tokenizer =
        Tokenizer::from_tiktoken(file.as_bytes(), "cl100k_base").expect("ranks of all bytes");
    let ranks: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
    let text: String = if u.arbitrary()? {
        let letters = u.arbitrary_iter::<u8>()?;
        letters
            .map(|letter| Ok(['a', 'b', ' ', '\u{e3}'][usize::from(letter?) % 4]))
            .collect::<Result<_>>()?
    } else {
        String::from_utf8_lossy(u.take_rest()).into_owned()
    };
    let mut expected = Vec::new();
    for piece in Pattern::Cl100kTiktoken.pieces(&text) {
        by_definition(&ranks, piece.as_bytes(), &mut expected);
    }
    assert_eq!(tokenizer.encode(&text), expected, "{text:?} with {:?}", &tokens[256..]);
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes to make an input of are no input.
    let _ = check(bytes);
});
