//! The wire format of protocol buffers, as far as a model file needs it: fields one after another.

use crate::Error;

/// A field's value as it stands on the wire; what it means its message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// An integer, a truth value or a member of an enumeration.
    Varint(u64),
    /// Four bytes, such as a real number of single precision.
    Fixed32(u32),
    /// Text, bytes, or a message of its own.
    Bytes(&'a [u8]),
    /// Eight bytes; no field that is read here has them.
    Fixed64,
}

/// The fields of a message, in order.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    /// Length of the message, for places in errors.
    length: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { rest: message, length: message.len() }
    }

    fn read(&mut self) -> Option<(u32, Value<'a>)> {
        let tag = u32::try_from(self.varint()?).ok()?;
        let number = tag >> 3;
        if number == 0 {
            return None;
        }
        let value = match tag & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                self.take(8)?;
                Value::Fixed64
            }
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            // Groups, which nobody has written for twenty years.
            _ => return None,
        };
        Some((number, value))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            // Bits beyond the 64th are dropped.
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let place = self.length - self.rest.len();
        let field = self.read().ok_or_else(|| {
            self.rest = &[];
            Error::malformed(
                format!("byte {place} of a message of the model"),
                "no field of a protocol buffer",
                "a number, a type and a value that ends within the message",
            )
        });
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read_in_order() {
        let message = b"\x0a\x02hi\x10\x96\x01\x1d\0\0\x80\x3f\x21\0\0\0\0\0\0\0\0";
        let fields: Vec<_> = Fields::new(message).map(Result::unwrap).collect();
        let one = 1f32.to_bits();
        let expected = [
            (1, Value::Bytes(b"hi")),
            (2, Value::Varint(150)),
            (3, Value::Fixed32(one)),
            (4, Value::Fixed64),
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn what_is_cut_short_is_an_error() {
        for message in
            [b"\x0a\x03hi".as_slice(), b"\x10", b"\x1d\0", b"\0\0", b"\x0b", b"\x0c", &[0xff; 12]]
        {
            assert!(Fields::new(message).any(|field| field.is_err()), "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(Fields::new(&bytes).count() <= bytes.len());
        }
    }
}
