//! Values of a JSON object by their keys, each checked for what it has to be.

use serde_json::{Map, Value};

use super::error::Error;

/// No size of a model comes near it, and products of two or three stay within 64 bits.
const LARGEST_SIZE: u64 = 1 << 24;

/// A JSON object from which values are asked for by key. A null is as good as no key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys<'j> {
    /// What stands before a key in messages.
    place: &'j str,
    object: &'j Map<String, Value>,
}

impl<'j> Keys<'j> {
    pub(super) fn new(place: &'j str, value: &'j Value) -> Result<Self, Error> {
        match value {
            Value::Object(object) => Ok(Self { place, object }),
            other => Err(Error::refused(place, short(other), "a JSON object")),
        }
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'j str> {
        self.object.keys().map(String::as_str)
    }

    /// Whether the key is there, even with null.
    pub(super) fn has(self, key: &str) -> bool {
        self.object.contains_key(key)
    }

    pub(super) fn get(self, key: &str) -> Option<&'j Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn object(self, key: &'j str) -> Result<Option<Keys<'j>>, Error> {
        self.get(key).map(|value| Keys::new(key, value)).transpose()
    }

    /// An error about a key.
    pub(super) fn refuse(self, key: &str, expected: impl Into<String>) -> Error {
        let found = self.object.get(key).map_or_else(|| "nothing".to_owned(), short);
        Error::refused(format!("{}{key}", self.before()), found, expected)
    }

    fn before(self) -> String {
        if self.place.is_empty() { String::new() } else { format!("{}.", self.place) }
    }

    fn read<T>(
        self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&'j Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let value = self.get(key);
        value.map(|value| read(value).ok_or_else(|| self.refuse(key, expected))).transpose()
    }

    /// A size: at least 1.
    pub(super) fn size(self, key: &str) -> Result<Option<usize>, Error> {
        self.read(key, "a whole number from 1 to 2^24", |value| {
            let size = value.as_u64().filter(|size| (1..=LARGEST_SIZE).contains(size))?;
            usize::try_from(size).ok()
        })
    }

    /// A place in a list, from 0.
    pub(super) fn index(self, key: &str) -> Result<Option<usize>, Error> {
        self.read(key, "a whole number from 0", |value| usize::try_from(value.as_u64()?).ok())
    }

    pub(super) fn needed_size(self, key: &str) -> Result<usize, Error> {
        self.size(key)?.ok_or_else(|| self.refuse(key, "a whole number from 1 to 2^24"))
    }

    /// A number above 0.
    pub(super) fn number(self, key: &str) -> Result<Option<f64>, Error> {
        self.read(key, "a number above 0", |value| {
            value.as_f64().filter(|n| *n > 0.0 && n.is_finite())
        })
    }

    pub(super) fn needed_number(self, key: &str) -> Result<f64, Error> {
        self.number(key)?.ok_or_else(|| self.refuse(key, "a number above 0"))
    }

    pub(super) fn flag(self, key: &str) -> Result<Option<bool>, Error> {
        self.read(key, "true or false", Value::as_bool)
    }

    pub(super) fn text(self, key: &str) -> Result<Option<&'j str>, Error> {
        self.read(key, "a string", Value::as_str)
    }

    /// A token's id; the first where there are several, as `eos_token_id` may have them.
    pub(super) fn id(self, key: &str) -> Result<Option<u32>, Error> {
        self.read(key, "a token's id", |value| {
            let value = value.as_array().map_or(Some(value), |ids| ids.first())?;
            u32::try_from(value.as_u64()?).ok()
        })
    }

    pub(super) fn list(self, key: &str) -> Result<Option<&'j [Value]>, Error> {
        self.read(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }
}

/// A value for a message, which a file cannot make endless.
fn short(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let value = json!({"n": -1, "huge": 1e300, "f": "yes", "nothing": null});
        let keys = Keys::new("", &value).unwrap();
        assert_eq!(
            keys.size("n").unwrap_err().to_string(),
            "n: -1; expected a whole number from 1 to 2^24"
        );
        assert!(keys.size("huge").is_err());
        assert!(keys.flag("f").is_err());
        assert_eq!(keys.size("nothing").unwrap(), None);
        assert!(keys.needed_size("absent").unwrap_err().to_string().contains("absent: nothing"));
        assert!(keys.has("nothing") && !keys.has("absent"));
        assert!(Keys::new("x", &json!([1])).is_err());
    }
}
