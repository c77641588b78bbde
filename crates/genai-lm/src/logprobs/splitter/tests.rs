//! Files of every form, and what is wrong with some.

use std::io::BufReader;

use super::*;

/// The records with their lines, read a few bytes at a time.
fn split(file: &str) -> Result<Vec<(u64, String)>, SplitError> {
    let mut all = Vec::new();
    for capacity in [1, 2, 3, 7, 4096] {
        let mut splitter = Splitter::new(BufReader::with_capacity(capacity, file.as_bytes()));
        let mut records = Vec::new();
        let mut record = Vec::new();
        while let Some(place) = splitter.next_record(&mut record)? {
            records.push((place.line, String::from_utf8(std::mem::take(&mut record)).unwrap()));
        }
        all.push(records);
    }
    assert!(all.iter().all(|records| *records == all[0]), "{all:?}");
    Ok(all.swap_remove(0))
}

fn check(file: &str, expected: &[(u64, &str)]) {
    let records = split(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let records: Vec<_> = records.iter().map(|(line, record)| (*line, record.as_str())).collect();
    assert_eq!(records, expected, "{file:?}");
}

#[test]
fn lines_are_records() {
    check("", &[]);
    check("\n \n", &[]);
    check("{\"a\":1}\n{\"a\":2}", &[(1, "{\"a\":1}"), (2, "{\"a\":2}")]);
    check("\u{feff}\n{\"a\":1} \r\n\r\n  {\"a\":2}\r\n", &[(2, "{\"a\":1}"), (4, "  {\"a\":2}")]);
    check("{\"a\":\"}\\\"{\"}\n{\"b\n{", &[(1, "{\"a\":\"}\\\"{\"}"), (2, "{\"b"), (3, "{")]);
    check("{\"a\":1} {\"b\":2}\n3\n", &[(1, "{\"a\":1} {\"b\":2}"), (2, "3")]);
    check("[-1, -2]\n[]\n[-3]\n", &[(1, "[-1, -2]"), (2, "[]"), (3, "[-3]")]);
    check("hello\nworld\n", &[(1, "hello"), (2, "world")]);
}

#[test]
fn lists_of_records_are_opened() {
    check("[{\"a\":1},{\"a\":2}]", &[(1, "{\"a\":1}"), (1, "{\"a\":2}")]);
    check("[\n{\"a\":\n1},\n\n{\"a\":2}\n]\n", &[(2, "{\"a\":\n1}"), (5, "{\"a\":2}")]);
    check(
        "[{\"a\":1}]\n[{\"a\":2}, 3]\n[]\n",
        &[(1, "{\"a\":1}"), (2, "{\"a\":2}"), (2, "3"), (3, "[]")],
    );
    check("[[-1, -2], [-3]]", &[(1, "[-1, -2]"), (1, "[-3]")]);
}

#[test]
fn texts_of_several_lines_are_records() {
    check("{\n  \"a\": [1,\n 2]\n}\n{\n}\n", &[(1, "{\n  \"a\": [1,\n 2]\n}"), (5, "{\n}")]);
    check("[\n -1,\n -2\n]\n", &[(1, "[-1,\n -2\n]")]);
    check("{\n\"a\": \"cut\n", &[(1, "{\n\"a\": \"cut")]);
    check("{\n}\n]\n", &[(1, "{\n}"), (3, "]")]);
}

#[test]
fn numbers_are_lines_or_paragraphs() {
    check("-1 -2\n\n-3\n", &[(1, "-1 -2"), (3, "-3")]);
    check("-1\n-2\n\n\n-3\nnull\n", &[(1, "-1\n-2"), (5, "-3\nnull")]);
    check("-1", &[(1, "-1")]);
    check("-1\n-2", &[(1, "-1\n-2")]);
}

#[test]
fn what_is_not_as_it_starts_is_an_error() {
    let error = |file| split(file).unwrap_err().to_string();
    assert!(error("-1\n-2 -3\n").starts_with("line 2 has 2 numbers, and the first line has one"));
    assert_eq!(error("[{}"), "line 1 is the end of the file within a list, expected ']'");
    assert_eq!(error("[{}\n{}]"), "line 2 goes on after an element of a list, expected ',' or ']'");
}
