//! The hashes of words and of pairs of numbers.

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd1b5_4a32_d192_ed03;

/// Both halves of the product, folded: every bit of the result depends on every bit of both.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of a word. The seed keeps texts from being made that fill one place of a table.
#[inline]
pub(super) fn hash_bytes(bytes: &[u8], seed: u64) -> u64 {
    let length = bytes.len();
    let mut state = seed ^ FIRST.wrapping_mul(length as u64 | 1);
    let last = if let Some(last) = bytes.last_chunk::<8>() {
        let mut rest = bytes;
        while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
            if after.is_empty() {
                break;
            }
            state = fold(state ^ u64::from_le_bytes(*chunk), SECOND);
            rest = after;
        }
        // May overlap what was taken already; the length tells such words apart.
        u64::from_le_bytes(*last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
    } else {
        bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
    };
    fold(state ^ last, SECOND ^ length as u64)
}

/// The hash of a number, such as a pair of two halves.
#[inline]
pub(super) fn hash_number(number: u64) -> u64 {
    fold(number ^ FIRST, SECOND)
}

/// The hash of an n-gram that is longer by one word before it.
#[inline]
pub(super) fn hash_longer(hash: u64, word: u32) -> u64 {
    fold(hash ^ u64::from(word).wrapping_mul(FIRST), SECOND)
}
