//! The header of a safetensors file: which tensors it has, of what kind and shape, and where.
//!
//! The format's own crate would do, and bring a hash map of its own; what is needed of it is below.

use std::ops::Range;

use serde_json::Value;

use super::element::Element;
use super::error::Error;
use super::keys::Keys;

/// As in the format's own reader.
const LONGEST: usize = 100_000_000;

/// A tensor as the header describes it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    /// As the file names it.
    pub(super) kind: String,
    /// None if no weight here may be of that kind.
    pub(super) element: Option<Element>,
    pub(super) shape: Vec<usize>,
    /// Where in the file.
    pub(super) bytes: Range<usize>,
}

/// Reads the header of a whole file. What it describes lies within the file, without gaps or overlaps, and those
/// of a known kind have as many bytes as their shape needs.
pub(super) fn read(file: &[u8]) -> Result<Vec<Described>, Error> {
    let refuse =
        |found: String| Error::refused("header", found, "a file in the safetensors format");
    let short = || refuse(format!("{} bytes", file.len()));
    let (length, rest) = file.split_first_chunk().ok_or_else(short)?;
    let length =
        usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| refuse("a length beyond 100 MB".to_owned()))?;
    let text = rest.get(..length).ok_or_else(short)?;
    let header: Value = serde_json::from_slice(text)?;
    let header = Keys::new("header", &header)?;
    let data = file.len() - rest.len() + length;
    let mut tensors = Vec::new();
    for name in header.names().filter(|name| *name != "__metadata__") {
        tensors.push(describe(name, header, data)?);
    }
    tensors.sort_unstable_by_key(|tensor| tensor.bytes.start);
    let mut end = data;
    for tensor in &tensors {
        if tensor.bytes.start != end {
            return Err(refuse(format!("a gap or an overlap before tensor {}", tensor.name)));
        }
        end = tensor.bytes.end;
    }
    if end == file.len() {
        Ok(tensors)
    } else {
        Err(refuse(format!("tensors up to byte {end} of {}", file.len())))
    }
}

fn describe(name: &str, header: Keys<'_>, data: usize) -> Result<Described, Error> {
    let place = format!("tensor {name}");
    let Some(value) = header.get(name) else {
        return Err(Error::refused(place, "null", "a JSON object"));
    };
    let keys = Keys::new(&place, value)?;
    let numbers = |key: &str| -> Result<Vec<usize>, Error> {
        let list = keys.list(key)?.unwrap_or_default();
        let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
        let numbers: Option<Vec<usize>> = list.iter().map(number).collect();
        numbers.ok_or_else(|| keys.refuse(key, "a list of whole numbers"))
    };
    let kind = keys.text("dtype")?.unwrap_or_default();
    let shape = numbers("shape")?;
    let element = Element::of(kind);
    let bytes = match *numbers("data_offsets")? {
        [start, end] if start <= end => start.checked_add(data).zip(end.checked_add(data)),
        _ => None,
    };
    let Some((start, end)) = bytes else {
        return Err(keys.refuse("data_offsets", "where it starts and where it ends"));
    };
    if let Some(element) = element {
        let product = shape.iter().try_fold(element.size(), |size, side| size.checked_mul(*side));
        if product != Some(end - start) {
            let found = format!("{} bytes", end - start);
            return Err(Error::refused(
                place.as_str(),
                found,
                format!("those of {kind} in shape {shape:?}"),
            ));
        }
    }
    Ok(Described {
        name: name.to_owned(),
        kind: kind.to_owned(),
        element,
        shape,
        bytes: start..end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    }

    #[test]
    fn a_header_describes_its_file() {
        let header = r#"{"__metadata__": {"format": "pt"},
            "b": {"dtype": "F32", "shape": [2, 1], "data_offsets": [4, 12]},
            "a": {"dtype": "I64", "shape": [], "data_offsets": [0, 4]}}"#;
        let start = 8 + header.len();
        let tensors = read(&file(header, 12)).unwrap();
        assert_eq!(tensors[0].element, None);
        assert_eq!(
            tensors[1],
            Described {
                name: "b".to_owned(),
                kind: "F32".to_owned(),
                element: Some(Element::F32),
                shape: vec![2, 1],
                bytes: start + 4..start + 12,
            }
        );
        assert_eq!(read(&file("{}", 0)).unwrap(), []);
    }

    #[test]
    fn what_does_not_fit_the_file_is_refused() {
        let message = |header: &str, data| read(&file(header, data)).unwrap_err().to_string();
        let tensor = |more: &str| format!(r#"{{"a": {{"dtype": "F16", {more}}}}}"#);
        let four = tensor(r#""shape": [2], "data_offsets": [0, 4]"#);
        assert!(read(&file(&four, 4)).is_ok());
        assert!(message(&four, 3).contains("up to byte"));
        assert!(message(&four, 5).contains("up to byte"));
        assert!(message(&tensor(r#""shape": [2], "data_offsets": [1, 5]"#), 5).contains("gap"));
        assert!(
            message(&tensor(r#""shape": [3], "data_offsets": [0, 4]"#), 4).contains("shape [3]")
        );
        let huge = tensor(r#""shape": [9223372036854775807, 4], "data_offsets": [0, 4]"#);
        assert!(message(&huge, 4).contains("4 bytes"));
        let far =
            tensor(r#""shape": [2], "data_offsets": [18446744073709551611, 18446744073709551615]"#);
        assert!(message(&far, 4).contains("data_offsets"));
        assert!(
            message(&tensor(r#""shape": [2], "data_offsets": [4, 0]"#), 4).contains("data_offsets")
        );
        assert!(message(&tensor(r#""shape": 2"#), 4).contains("a list"));
        assert!(message(r#"{"a": null}"#, 0).contains("tensor a: null"));
        assert!(message("[]", 0).contains("object"));
        assert!(message("{", 0).contains("JSON"));
        assert!(read(&[]).is_err());
        assert!(read(&u64::MAX.to_le_bytes()).unwrap_err().to_string().contains("100 MB"));
        assert!(read(&9_u64.to_le_bytes()).unwrap_err().to_string().contains("8 bytes"));
    }
}
