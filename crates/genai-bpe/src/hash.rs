//! The hash of short runs of bytes that vocabularies and caches share.

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd1b5_4a32_d192_ed03;

/// Both halves of the product, folded: every bit of the result depends on every bit of both.
#[inline]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A number that stands for itself, such as the bytes of a short word with its length.
#[inline]
pub(crate) fn hash_key(key: u128) -> u64 {
    fold(key as u64 ^ FIRST, (key >> 64) as u64 ^ SECOND)
}

/// Numbers that stand for themselves.
#[inline]
pub(crate) fn hash_keys<const N: usize>(keys: [u128; N]) -> u64 {
    keys.into_iter()
        .fold(0, |hash, key| fold(key as u64 ^ FIRST ^ hash, (key >> 64) as u64 ^ SECOND))
}

/// Any bytes.
#[inline]
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let (low, high) = if length >= 8 {
        let mut state = FIRST ^ length as u64;
        let mut rest = bytes;
        while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
            if after.len() < 8 {
                break;
            }
            state = fold(state ^ u64::from_le_bytes(*chunk), SECOND);
            rest = after;
        }
        // The last two words may overlap; the length tells such texts apart.
        let last = bytes.last_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
        let before = rest.first_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
        (state ^ before, last)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let word = u64::from(u32::from_le_bytes(*first)) << 32;
        (word | u64::from(u32::from_le_bytes(*last)), length as u64)
    } else {
        let word = bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
        (word, length as u64)
    };
    fold(low ^ FIRST, high ^ SECOND)
}
