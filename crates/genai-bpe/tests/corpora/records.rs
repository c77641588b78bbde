//! Files of gold values: a JSON object a line, compressed if the name ends in `.gz`.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

pub(crate) fn records(path: impl AsRef<Path>) -> Vec<Value> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect()
}
