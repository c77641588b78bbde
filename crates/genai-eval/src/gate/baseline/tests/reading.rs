//! What is damaged is refused, and nothing is so odd that it does worse.

use std::fs;

use proptest::prelude::*;

use super::*;

const HEADER: &str = "genai-eval rows 1 bleu:2 ter:1";

/// Each error of the JSON, told apart.
#[test]
fn a_damaged_baseline_is_an_error() {
    let missing = place();
    let (message, problem) = missing.error();
    assert!(matches!(problem, BaselineProblem::Missing));
    let expected = "no such baseline, expected one written by gate --update-baseline";
    assert_eq!(message, format!("baseline.json: {expected}"));
    fs::create_dir(&missing.path).unwrap();
    assert!(matches!(missing.error().1, BaselineProblem::Unreadable(_)));

    let cases: [(&str, &str, &str); 11] = [
        (
            "\"schema\": \"genai-eval/baseline/1\"",
            "\"schema\": \"x\"",
            "the schema is 'x', expected 'genai-eval/baseline/1'",
        ),
        (
            "\"schema\": \"genai-eval/baseline/1\"",
            "\"schema\": 7",
            "the schema is '7', expected 'genai",
        ),
        ("\"schema\"", "\"scheme\"", "the schema is missing, expected 'genai-eval/baseline/1'"),
        (
            "\"segments\": 3",
            "\"segments\": -3",
            "the baseline is damaged: invalid value: integer `-3`",
        ),
        ("\"segments\"", "\"segment\"", "the baseline is damaged: missing field `segments`"),
        (
            "\"lower\"",
            "\"low\"",
            "the baseline is damaged: direction 'low', expected higher or lower",
        ),
        (
            "\"columns\": 2",
            "\"columns\": 0",
            "the baseline is damaged: bleu has 0 columns, expected 1",
        ),
        (
            "\"columns\": 2",
            "\"columns\": 18446744073709551615",
            "the baseline is damaged: bleu has 18446744073709551615",
        ),
        ("51.5", "null", "the baseline is damaged: invalid type: null, expected f64"),
        (
            "51.5",
            "1e999",
            "the baseline is truncated or damaged, expected JSON: number out of range",
        ),
        ("51.5", "NaN", "the baseline is truncated or damaged, expected JSON: expected value"),
    ];
    for (from, to, expected) in cases {
        let place = place();
        baseline(0.0).write(&place.path).unwrap();
        place.edit(from, to);
        let (message, _) = place.error();
        assert!(message.starts_with(&format!("baseline.json: {expected}")), "{message}");
    }
    // Cut off anywhere but before the last line feed.
    let place = place();
    baseline(0.0).write(&place.path).unwrap();
    let whole = fs::read(&place.path).unwrap();
    for length in 0..whole.len() - 1 {
        fs::write(&place.path, &whole[..length]).unwrap();
        assert!(matches!(place.error().1, BaselineProblem::NotJson(_)), "{length}");
    }
    fs::write(&place.path, &whole[..whole.len() - 1]).unwrap();
    StoredBaseline::read(&place.path).unwrap();
}

#[test]
fn rows_are_beside_the_baseline_and_nowhere_else() {
    for name in ["../x", "/etc/passwd", "a/b", "a\\\\b", "c:x", "..", ".", "", "a\\nb"] {
        let place = place();
        baseline(0.0).write(&place.path).unwrap();
        let rows = place.rows().file_name().unwrap().to_str().unwrap().to_owned();
        place.edit(&rows, name);
        let (message, problem) = place.error();
        assert!(matches!(problem, BaselineProblem::RowsElsewhere(_)), "{message}");
    }
    // A baseline may well be hidden.
    let place = place();
    let path = place.folder.path().join(".baseline");
    baseline(0.0).write(&path).unwrap();
    assert_eq!(StoredBaseline::read(&path).unwrap(), baseline(0.0));
}

#[test]
fn rows_that_are_not_the_baselines_are_an_error() {
    let place = place();
    let replaced = |text: &str| {
        baseline(0.0).write(&place.path).unwrap();
        let rows = place.rows();
        fs::write(&rows, zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
        let (message, problem) = place.error();
        let (file, message) = message.split_once(": ").unwrap();
        assert!(rows.ends_with(file), "{file}");
        (message.to_owned(), problem)
    };
    for (text, expected) in [
        ("", "line 0: the rows do not fit the baseline: the header is '', expected"),
        (
            "genai-eval rows 1 bleu:3 ter:1\n",
            "line 1: the rows do not fit the baseline: the header is 'genai-eval rows 1 bleu:3 \
             ter:1', expected 'genai-eval rows 1 bleu:2 ter:1'",
        ),
        ("{HEADER}", "line 1: the rows do not fit the baseline: the line is cut off or too long"),
        ("{HEADER}\n", "line 1: the rows do not fit the baseline: there are 0 rows, expected 3"),
        ("{HEADER}\n1\t2\n", "line 2: the rows do not fit the baseline: 2 columns, expected 3"),
        ("{HEADER}\n1\t2\t3\t4\n", "line 2: the rows do not fit the baseline: 4 columns, exp"),
        ("{HEADER}\n1\t2\tx\n", "line 2: the rows do not fit the baseline: 'x', expected a finite"),
        ("{HEADER}\n1\t2\tNaN\n", "line 2: the rows do not fit the baseline: 'NaN', expected"),
        ("{HEADER}\n1\t2\t-inf\n", "line 2: the rows do not fit the baseline: '-inf', expected"),
        ("{HEADER}\n1\t2\t1e999\n", "line 2: the rows do not fit the baseline: '1e999', expected"),
        ("{HEADER}\n\n", "line 2: the rows do not fit the baseline: '', expected a finite number"),
        (
            "{HEADER}\n1\t2\t3\n1\t2\t3\n1\t2\t3\n\n",
            "line 5: the rows do not fit the baseline: there are more rows, expected 3",
        ),
        ("{HEADER}\n1\t2\t3\n1\t2\t3\n1\t2\t3", "line 4: the rows do not fit the baseline: the li"),
        (
            "{HEADER}\n1\t2\t3\n1\t2\t3\n1\t2\t3\n",
            "the rows of the baseline are damaged: their SHA",
        ),
    ] {
        let (message, _) = replaced(&text.replace("{HEADER}", HEADER));
        assert!(message.starts_with(expected), "{text}\n{message}\n{expected}");
    }
    let long = format!("{HEADER}\n{}", "1".repeat(1 << 20));
    let (message, _) = replaced(&long);
    assert!(message.ends_with("the line is cut off or too long"), "{message}");

    baseline(0.0).write(&place.path).unwrap();
    let rows = place.rows();
    let whole = fs::read(&rows).unwrap();
    for length in 0..whole.len() {
        fs::write(&rows, &whole[..length]).unwrap();
        StoredBaseline::read(&place.path).unwrap_err();
    }
    fs::write(&rows, "no zstd").unwrap();
    assert!(matches!(place.error().1, BaselineProblem::RowsDamaged(_)));
    fs::remove_file(&rows).unwrap();
    assert!(matches!(place.error().1, BaselineProblem::RowsMissing));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any finite numbers come back as they were, and rows with a wrong byte are never read as
    /// other rows.
    #[test]
    fn rows_are_exact_or_refused(
        bits in prop::collection::vec(any::<u64>(), 3..30),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let values: Vec<f64> =
            bits.into_iter().map(f64::from_bits).filter(|value| value.is_finite()).collect();
        let mut written = baseline(0.0);
        written.metrics.remove("ter");
        written.segments = values.len() as u64;
        written.metrics.get_mut("bleu").unwrap().rows = table(1, &values);
        let place = place();
        written.write(&place.path).unwrap();
        let read = StoredBaseline::read(&place.path).unwrap();
        let same = read.metrics["bleu"].rows.rows().zip(&values);
        prop_assert!(same.into_iter().all(|(row, value)| row[0].to_bits() == value.to_bits()));

        let mut content = fs::read(place.rows()).unwrap();
        let at = at.index(content.len());
        content[at] ^= flip;
        fs::write(place.rows(), content).unwrap();
        if let Ok(read) = StoredBaseline::read(&place.path) {
            prop_assert_eq!(read, written);
        }
    }

    /// A baseline with some bytes changed is read or refused, and never anything worse.
    #[test]
    fn no_baseline_is_too_odd(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let place = place();
        baseline(0.0).write(&place.path).unwrap();
        let mut content = fs::read(&place.path).unwrap();
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        fs::write(&place.path, content).unwrap();
        let _read_or_refused = StoredBaseline::read(&place.path);
    }
}
