//! What is wrong in a record, and where within it.

use std::borrow::Cow;
use std::fmt::Write;

use genai_metrics::Error;

/// A fault on its way out of a record: whoever it passes says where it came through.
#[derive(Debug)]
pub(super) struct Fault(Box<Parts>);

#[derive(Debug)]
struct Parts {
    /// From the inside out.
    path: Vec<Step>,
    found: Cow<'static, str>,
    expected: Cow<'static, str>,
}

#[derive(Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// What cannot be had of a record that is not right.
pub(super) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// `found` goes on after the path, as in `is null`.
    pub(super) fn new(
        found: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Parts { path: Vec::new(), found: found.into(), expected: expected.into() }))
    }

    /// It came from the member of that name.
    pub(super) fn in_key(mut self, key: &str) -> Self {
        // A key may be as long as its record.
        let key = key.char_indices().nth(60).map_or(key, |(end, _)| &key[..end]);
        self.0.path.push(Step::Key(key.to_owned()));
        self
    }

    /// It came from the element at that place, from 0.
    pub(super) fn in_index(mut self, index: usize) -> Self {
        self.0.path.push(Step::Index(index));
        self
    }

    /// The error of users: where, what is there, what would have been right.
    pub(super) fn into_error(self) -> Error {
        let Parts { path, found, expected } = *self.0;
        let mut place = String::new();
        for step in path.iter().rev() {
            // Writing to a string does not fail.
            let _ = match step {
                Step::Key(key) if place.is_empty() => write!(place, "{key}"),
                Step::Key(key) => write!(place, ".{key}"),
                Step::Index(index) => write!(place, "[{index}]"),
            };
        }
        if place.is_empty() {
            place.push_str("the record");
        }
        Error::not_scored(format!("{place} {found}"), expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_read_from_the_outside() {
        let fault = Fault::new("is 0.5", "0 or less").in_index(3).in_key("logprobs");
        let error = fault.in_index(0).in_key("choices").into_error();
        assert_eq!(error.to_string(), "choices[0].logprobs[3] is 0.5, expected 0 or less");
    }

    #[test]
    fn without_a_path_it_is_the_record() {
        let error = Fault::new("is empty", "an object").into_error();
        assert_eq!(error.to_string(), "the record is empty, expected an object");
    }
}
