//! Writes the embedded vocabularies in the packed form.
//!
//! They come as ranks. What takes time at start-up is to find the pair that each token is made of,
//! so that is done here.

use std::collections::HashMap;
use std::path::PathBuf;

#[path = "src/byte_level/packed/write.rs"]
mod write;

use write::RankedMerge;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/byte_level/packed/write.rs");
    #[cfg(feature = "cl100k")]
    embed("cl100k_base", splintr_vocab_cl100k::CL100K_BASE_VOCAB_PACKED);
    #[cfg(feature = "o200k")]
    embed("o200k_base", splintr_vocab_o200k::O200K_BASE_VOCAB_PACKED);
}

#[cfg_attr(
    not(any(feature = "cl100k", feature = "o200k")),
    expect(dead_code, reason = "none asked for")
)]
fn embed(name: &str, data: &'static [u8]) {
    let tokens = read(data).unwrap_or_else(|| panic!("{name}: the data crate has another format"));
    let ids: HashMap<&[u8], u32> = tokens.iter().copied().zip(0..).collect();
    let merges: Vec<RankedMerge> =
        tokens.iter().zip(0..).filter_map(|(token, id)| last_merge(token, id, &ids)).collect();
    let tokens: Vec<_> = tokens.into_iter().map(Some).collect();
    let mut packed = Vec::new();
    write::write_vocabulary(&tokens, &merges, &mut packed)
        .unwrap_or_else(|merge| panic!("{name}: {merge:?} does not make its token"));
    // All of these merges happen: that is how they were found.
    write::push_number(0, &mut packed);
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(folder.join(format!("{name}.packed")), packed).expect("OUT_DIR is writable");
}

/// Tokens in order of rank, from the data crate's form: eight bytes of magic, the number of tokens in
/// four, then for each its rank, its length and its bytes. Ranks and lengths have seven bits a byte.
fn read(data: &'static [u8]) -> Option<Vec<&'static [u8]>> {
    let data = data.strip_prefix(b"SPLNTRV1")?;
    let (count, mut rest) = data.split_first_chunk::<4>()?;
    let mut tokens = Vec::new();
    for rank in 0..u32::from_le_bytes(*count) {
        if read_number(&mut rest)? != rank as usize {
            return None;
        }
        let length = read_number(&mut rest)?;
        let (token, after) = rest.split_at_checked(length)?;
        tokens.push(token);
        rest = after;
    }
    rest.is_empty().then_some(tokens)
}

fn read_number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..28).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Merges the bytes of a token by rank until two parts are left: the pair that makes it.
fn last_merge(token: &[u8], id: u32, ids: &HashMap<&[u8], u32>) -> Option<RankedMerge> {
    let rank = |ends: &[usize]| ids.get(&token[ends[0]..ends[2]]).copied();
    let mut ends: Vec<usize> = (0..=token.len()).collect();
    // The rank of each part together with the next.
    let mut ranks: Vec<Option<u32>> = ends.windows(3).map(rank).collect();
    while ranks.len() > 1 {
        let ranked = ranks.iter().zip(0..).filter_map(|(rank, place)| Some(((*rank)?, place)));
        let (_, place) = ranked.min()?;
        ends.remove(place + 1);
        ranks.remove(place);
        for place in place.saturating_sub(1)..=place.min(ranks.len() - 1) {
            ranks[place] = rank(&ends[place..place + 3]);
        }
    }
    let &[start, middle, end] = ends.as_slice() else { return None };
    let (left, right) = (ids.get(&token[start..middle])?, ids.get(&token[middle..end])?);
    Some(RankedMerge { left: *left, right: *right, rank: id, id })
}
