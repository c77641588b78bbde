//! The numbers in which weights are stored, and how they become `f32`.

use std::borrow::Cow;

/// How a weight is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    F16,
    BF16,
}

impl Element {
    /// By its name in the format.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::BF16,
            _ => return None,
        })
    }

    /// In bytes.
    pub(super) fn size(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
        }
    }

    /// The numbers of a slice of whole elements, as they are where the memory has them in this form.
    pub(super) fn read(self, bytes: &[u8]) -> Cow<'_, [f32]> {
        if self == Self::F32
            && cfg!(target_endian = "little")
            && let Ok(numbers) = bytemuck::try_cast_slice(bytes)
        {
            return Cow::Borrowed(numbers);
        }
        let numbers = match self {
            Self::F32 => {
                bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            }
            Self::F16 => halves(bytes).map(f16_to_f32).collect(),
            Self::BF16 => halves(bytes).map(|bits| f32::from_bits(u32::from(bits) << 16)).collect(),
        };
        Cow::Owned(numbers)
    }
}

fn halves(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes))
}

/// IEEE 754 binary16, without branches, so that the compiler makes vectors of it.
fn f16_to_f32(bits: u16) -> f32 {
    // Moved to the places of an f32 the exponent is 112 too small, for subnormal numbers too; a
    // multiplication by 2¹¹² puts both right, and no rounding happens. Infinities and NaNs need the
    // largest exponent back.
    const TWO_TO_112: f32 = f32::from_bits((112 + 127) << 23);
    let bits = u32::from(bits);
    let (sign, rest) = ((bits & 0x8000) << 16, (bits & 0x7fff) << 13);
    let magnitude = (f32::from_bits(rest) * TWO_TO_112).to_bits();
    let infinite = if rest >= 0x1f << 23 { 0xff << 23 } else { 0 };
    f32::from_bits(sign | magnitude | infinite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_f16_has_the_value_that_the_standard_gives_it() {
        for bits in 0..=u16::MAX {
            let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
            let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
            let expected = match exponent {
                0 => sign * fraction * 2_f64.powi(-24),
                31 if fraction == 0.0 => sign * f64::INFINITY,
                31 => f64::NAN,
                _ => sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
            };
            let found = f64::from(f16_to_f32(bits));
            assert!(
                found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                "{bits:#x}"
            );
        }
    }

    #[test]
    fn numbers_are_read_wherever_they_lie() {
        let mut bytes = vec![0];
        bytes.extend([1.5_f32, -2.0].iter().flat_map(|number| number.to_le_bytes()));
        assert_eq!(*Element::F32.read(&bytes[1..]), [1.5, -2.0]);
        assert_eq!(*Element::BF16.read(&[0xc0, 0x3f]), [1.5]);
        assert_eq!(*Element::F16.read(&[0x00, 0x3e]), [1.5]);
    }
}
