//! The double-array trie of darts-clone, which model files hold for their map of characters.

use crate::Error;

/// A set of keys with values, in units of 32 bits. A unit holds what label leads to it and how far
/// off the units are that it leads to; or it is a leaf, with the highest bit set and a value.
#[derive(Clone, Debug)]
pub(crate) struct DoubleArray {
    units: Vec<u32>,
}

const LEAF: u32 = 1 << 31;

impl DoubleArray {
    /// Reads and checks units, whose values have to be below `values`.
    ///
    /// # Errors
    /// [`Error::Malformed`] where a walk could leave the units, as SentencePiece refuses it.
    pub(crate) fn new(bytes: &[u8], values: usize) -> Result<Self, Error> {
        let units: Vec<u32> = bytes.chunks_exact(4).map(unit).collect();
        let limit = u32::try_from(units.len()).unwrap_or(u32::MAX);
        let is_within = |place: u32| place | 0xff < limit;
        let mut faults = (0..limit).zip(&units).filter(|&(place, &unit)| {
            if place == 0 {
                label(unit) != 0 || has_leaf(unit) || offset(unit) == 0 || !is_within(offset(unit))
            } else if unit & LEAF != 0 {
                value(unit) >= values
            } else {
                let after = place ^ offset(unit);
                !is_within(after)
                    || has_leaf(unit)
                        && units.get(after as usize).is_none_or(|unit| unit & LEAF == 0)
            }
        });
        match faults.next() {
            None if limit > 0 => Ok(Self { units }),
            fault => Err(Error::malformed(
                format!("unit {} of the character map", fault.map_or(0, |(place, _)| place)),
                "a step out of the map",
                "units within it",
            )),
        }
    }

    /// The keys that `text` starts with, shortest first: length and value.
    pub(crate) fn prefixes<'t>(
        &'t self,
        text: &'t [u8],
    ) -> impl Iterator<Item = (usize, usize)> + 't {
        let mut place = self.units.first().map_or(0, |&unit| offset(unit));
        let steps = text.iter().map_while(move |&byte| {
            let step = place ^ u32::from(byte);
            let unit = *self.units.get(step as usize)?;
            if label(unit) != u32::from(byte) {
                return None;
            }
            place = step ^ offset(unit);
            if has_leaf(unit) {
                Some(self.units.get(place as usize).map(|&leaf| value(leaf)))
            } else {
                Some(None)
            }
        });
        (1..).zip(steps).filter_map(|(length, value)| Some((length, value?)))
    }
}

fn unit(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |unit, &byte| unit << 8 | u32::from(byte))
}

/// No byte equals the label of a leaf.
fn label(unit: u32) -> u32 {
    unit & (LEAF | 0xff)
}

fn has_leaf(unit: u32) -> bool {
    unit >> 8 & 1 == 1
}

fn value(unit: u32) -> usize {
    (unit & !LEAF) as usize
}

fn offset(unit: u32) -> u32 {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
}
