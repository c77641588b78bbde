//! Streams of ids beside the whole text, for the tokenizers of the corpora.

#![expect(clippy::unwrap_used, reason = "tests may")]
#![expect(clippy::print_stdout, reason = "what was checked is to be seen")]

#[path = "corpora/folder.rs"]
mod folder;

use std::fs;

use genai_bpe::Tokenizer;

use self::folder::corpora;

/// Numbers that look like any (a linear congruential generator).
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    std::iter::successors(Some(seed), next).map(|state| usize::try_from(state >> 40).unwrap())
}

#[test]
fn corpora_streams_are_whole_texts() {
    let Some(root) = corpora() else { return };
    let folder = root.join("bpe");
    let lines = fs::read_to_string(folder.join("lines.txt")).unwrap();
    let mut checked = 0;
    for name in ["tokenizer.json", "spm.identity.model", "spm.nmt_nfkc.model", "subword.codes"] {
        let tokenizer = Tokenizer::from_file(folder.join(name)).unwrap();
        let lines = lines.lines().take(400).map(|line| tokenizer.encode(line));
        let ids = |seed: u64| {
            let mut numbers = numbers(seed);
            let length = numbers.next().unwrap() % 60;
            // Bytes of byte fallback are the first few hundred ids.
            let bounds = [tokenizer.id_bound(), 270.min(tokenizer.id_bound())];
            let bound = bounds[numbers.next().unwrap() % 2];
            let ids = numbers.take(length).map(|number| u32::try_from(number % bound).unwrap());
            ids.filter(|&id| tokenizer.token(id).is_some()).collect()
        };
        for ids in lines.chain((0..400).map(ids)) {
            let ids: Vec<u32> = ids;
            let mut stream = tokenizer.decode_stream();
            let mut text: String = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
            text += &stream.finish().unwrap();
            assert_eq!(text, tokenizer.decode_lossy(&ids).unwrap(), "{name}: {ids:?}");
            checked += 1;
        }
    }
    println!("checked {checked} streams of ids");
}
