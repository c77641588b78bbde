//! What the files hold, and what is left of them after a crash.

use std::fs;
use std::io;
use std::path::Path;

use super::super::write::Step;
use super::*;

fn text_of(rows: &Path) -> String {
    String::from_utf8(zstd::decode_all(fs::File::open(rows).unwrap()).unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_to_the_bit() {
    let (place, written) = (place(), baseline(0.0));
    written.write(&place.path).unwrap();
    let read = StoredBaseline::read(&place.path).unwrap();
    assert_eq!(read, written);
    let zero = read.metrics["bleu"].rows.rows().next().unwrap()[1];
    assert!(zero.is_sign_negative(), "-0 is not 0");
    assert_eq!(
        text_of(&place.rows()),
        "genai-eval rows 1 bleu:2 ter:1\n1\t-0\t0.1\n0.3333333333333333\t5e-324\t0.00001\n\
         1.7976931348623157e308\t9007199254740992\t1e16\n"
    );
}

#[test]
fn the_file_is_made_for_diffs() {
    let (place, written) = (place(), baseline(0.0));
    written.write(&place.path).unwrap();
    let text = fs::read_to_string(&place.path).unwrap();
    insta::assert_snapshot!(text, @r##"
    {
      "accepted": [
        {
          "at": "2026-09-01",
          "checks": [
            "bleu max_drop 0.5: -1.2"
          ],
          "reason": "a \"new\" tokenizer"
        }
      ],
      "data": {
        "ids_sha256": null,
        "references_sha256": "abababababababababababababababababababababababababababababababab",
        "segments": 3
      },
      "rows": {
        "file": "baseline.d949ad0153aa.rows.zst",
        "sha256": "d949ad0153aaeb09cdc90f27e434c33aca7fd2fe4b1ab94f401368a2a6a6bd09"
      },
      "schema": "genai-eval/baseline/1",
      "scores": {
        "bleu": {
          "columns": 2,
          "direction": "higher",
          "score": 33.333333333333336,
          "signature": "nrefs:1|case:mixed|version:genai-eval-0.1.0"
        },
        "ter": {
          "columns": 1,
          "direction": "lower",
          "score": 51.5,
          "signature": "case:lc|version:genai-eval-0.1.0"
        }
      },
      "slices": {
        "lang=de": {
          "bleu": 0.30000000000000004,
          "ter": 50.0
        }
      },
      "tool": "genai-eval 0.1.0"
    }
    "##);
    // Sorted at every depth, which is how this type is written.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{value:#}\n"), text);
    // Once more is the same to the byte.
    let rows = fs::read(place.rows()).unwrap();
    written.write(&place.path).unwrap();
    assert_eq!(fs::read_to_string(&place.path).unwrap(), text);
    assert_eq!(fs::read(place.rows()).unwrap(), rows);
}

#[test]
fn a_crash_leaves_the_old_or_the_new_baseline() {
    let steps = [
        (Step::RowsWritten, false),
        (Step::RowsInPlace, false),
        (Step::ScoresWritten, false),
        (Step::ScoresInPlace, true),
        (Step::OldRowsRemoved, true),
    ];
    let (old, new) = (baseline(0.0), baseline(1.0));
    for (last, is_new) in steps {
        for is_first in [false, true] {
            let place = place();
            if !is_first {
                old.write(&place.path).unwrap();
            }
            let mut done = Vec::new();
            let crash = new.write_stepwise(&place.path, &mut |step| {
                done.push(step);
                if step == last { Err(io::Error::other("crash")) } else { Ok(()) }
            });
            assert_eq!(
                place.told(crash.unwrap_err()).0,
                "baseline.json: cannot write the baseline: crash"
            );
            let expected: Vec<Step> = steps.iter().map(|(step, _)| *step).collect();
            assert_eq!(done, expected[..done.len()]);
            match (is_new, is_first) {
                (true, _) => assert_eq!(StoredBaseline::read(&place.path).unwrap(), new),
                (false, true) => assert!(matches!(place.error().1, BaselineProblem::Missing)),
                (false, false) => assert_eq!(StoredBaseline::read(&place.path).unwrap(), old),
            }
            // The next time it works.
            new.write(&place.path).unwrap();
            assert_eq!(StoredBaseline::read(&place.path).unwrap(), new, "{last:?}");
        }
    }
}

#[test]
fn only_rows_of_the_old_baseline_are_removed() {
    let place = place();
    baseline(0.0).write(&place.path).unwrap();
    let old = place.rows();
    baseline(1.0).write(&place.path).unwrap();
    assert!(!old.exists());
    assert_eq!(place.files().len(), 2, "{:?}", place.files());
    // A baseline that names another file does not get it removed.
    let rows = place.rows().file_name().unwrap().to_str().unwrap().to_owned();
    for other in ["notes.txt", "other.0123456789ab.rows.zst", "baseline.0123456789.rows.zst"] {
        fs::write(place.folder.path().join(other), "mine").unwrap();
        place.edit(&rows, other);
        baseline(2.0).write(&place.path).unwrap();
        assert!(place.files().contains(&other.to_owned()), "{other}");
        fs::remove_file(place.folder.path().join(other)).unwrap();
        baseline(1.0).write(&place.path).unwrap();
    }
}

#[test]
fn nothing_else_is_replaced() {
    let place = place();
    fs::write(&place.path, "{\"name\": \"a package\"}").unwrap();
    let error = place.told(baseline(0.0).write(&place.path).unwrap_err()).0;
    let expected = "baseline.json: the file is no baseline, so it is not replaced; expected none, \
                    or another name";
    assert_eq!(error, expected);
    assert_eq!(place.files(), ["baseline.json"]);
    assert_eq!(fs::read_to_string(&place.path).unwrap(), "{\"name\": \"a package\"}");
    // A damaged baseline may be.
    for damaged in [
        "",
        "<<<<<<< ours\n{\"schema\": \"genai-eval/baseline/1\"",
        "{\"schema\": \"genai-eval/baseline/9\"}",
    ] {
        fs::write(&place.path, damaged).unwrap();
        baseline(0.0).write(&place.path).unwrap();
        assert_eq!(StoredBaseline::read(&place.path).unwrap(), baseline(0.0));
    }
    let nowhere = place.folder.path().join("no/baseline.json");
    let error = place.told(baseline(0.0).write(&nowhere).unwrap_err()).0;
    assert_eq!(error, "no/baseline.json: cannot write the baseline: there is no such folder");
}

#[cfg(unix)]
#[test]
fn links_stay_links() {
    let (place, elsewhere) = (place(), place());
    baseline(0.0).write(&elsewhere.path).unwrap();
    std::os::unix::fs::symlink(&elsewhere.path, &place.path).unwrap();
    baseline(1.0).write(&place.path).unwrap();
    assert!(fs::symlink_metadata(&place.path).unwrap().is_symlink());
    assert_eq!(StoredBaseline::read(&place.path).unwrap(), baseline(1.0));
    assert_eq!(StoredBaseline::read(&elsewhere.path).unwrap(), baseline(1.0));
    assert_eq!((place.files().len(), elsewhere.files().len()), (1, 2));
}

type Change = fn(&mut StoredBaseline);

#[test]
fn what_cannot_be_read_again_is_not_written() {
    let cases: [(Change, &str); 7] = [
        (|b| b.metrics.clear(), "cannot store a baseline without scores"),
        (|b| b.segments = 2, "cannot store 3 rows of bleu, expected 2"),
        (
            |b| b.metrics.get_mut("ter").unwrap().score = f64::NAN,
            "cannot store the score NaN of ter, expected a finite number",
        ),
        (
            |b| *b.slices.get_mut("lang=de").unwrap().get_mut("bleu").unwrap() = f64::INFINITY,
            "cannot store the score inf of bleu of lang=de, expected a finite number",
        ),
        (
            |b| b.metrics.get_mut("ter").unwrap().rows = table(1, &[1.0, f64::NAN, 1.0]),
            "cannot store the row of ter for segment 1, expected a finite number",
        ),
        (
            |b| b.metrics.get_mut("ter").unwrap().rows = table(1, &[1.0]),
            "cannot store 1 rows of ter, expected 3",
        ),
        (
            |b| {
                let ter = b.metrics.remove("ter").unwrap();
                b.metrics.insert("t er".to_owned(), ter);
            },
            "cannot store a metric with the name 't er', expected no white space",
        ),
    ];
    for (change, expected) in cases {
        let (place, mut changed) = (place(), baseline(0.0));
        changed.write(&place.path).unwrap();
        change(&mut changed);
        let error = place.told(changed.write(&place.path).unwrap_err()).0;
        assert_eq!(error, format!("baseline.json: {expected}"));
        assert_eq!(StoredBaseline::read(&place.path).unwrap(), baseline(0.0));
        assert_eq!(place.files().len(), 2);
    }
}
