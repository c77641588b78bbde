//! How comparisons are shown.

use serde_json::Value;

use super::{SYSTEMS, comparisons, json};
use crate::sandbox::Sandbox;
use crate::snapshot;

const FORMATS: [&str; 6] = ["text", "md", "latex", "csv", "json", "jsonl"];

#[test]
fn formats() {
    let sandbox = Sandbox::for_gate();
    for format in FORMATS {
        let line = format!("compare -m bleu,wer {SYSTEMS} --resamples 200 --format {format}");
        snapshot!(format!("compare_{format}"), sandbox, &line);
    }
    let records = "--data data.jsonl --hyp-field new=new --hyp-field old=old --ref-field ref --slice-field lang --cluster-field doc";
    for format in FORMATS {
        let line = format!(
            "compare -m rougeL.recall {records} --test approx-randomization --trials 500 --resamples 100 --format {format}"
        );
        snapshot!(format!("compare_slices_{format}"), sandbox, &line);
    }
    snapshot!(
        "compare_width",
        sandbox,
        &format!("compare -m bleu {SYSTEMS} --resamples 100 --width 3 --adjust none")
    );
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("compare_help", sandbox, "compare --help");
}

/// The format follows from the extension, and what is written is what would be printed.
#[test]
fn files() {
    let sandbox = Sandbox::for_gate();
    let line = format!("compare -m bleu {SYSTEMS} --resamples 50");
    for (format, extension) in FORMATS.iter().zip(["txt", "md", "tex", "csv", "json", "jsonl"]) {
        let printed = sandbox.run(&format!("{line} --format {format}")).success();
        let ran = sandbox.run(&format!("{line} -o out.{extension}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert_eq!(sandbox.read(&format!("out.{extension}")), printed, "{format}");
    }
}

/// A comparison is the same whatever shows it.
#[test]
fn formats_say_the_same() {
    let sandbox = Sandbox::for_gate();
    let line = format!("-m bleu,chrf {SYSTEMS} --resamples 100");
    let report = json(&sandbox, &line);
    let lines = sandbox.run(&format!("compare {line} --format jsonl")).success();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, comparisons(&report));
    let table = sandbox.run(&format!("compare {line} --format csv")).success();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), lines.len());
    for (row, comparison) in rows.iter().zip(&lines) {
        for key in [
            "metric",
            "baseline",
            "system",
            "delta",
            "low",
            "high",
            "p_value",
            "p_adjusted",
            "effect_size",
            "minimum_detectable",
        ] {
            let column = headers.iter().position(|header| header == key).unwrap();
            match comparison[key].as_f64() {
                Some(number) => assert_eq!(
                    row[column].parse::<f64>().unwrap().to_bits(),
                    number.to_bits(),
                    "{key}"
                ),
                None => assert_eq!(Some(&row[column]), comparison[key].as_str(), "{key}"),
            }
        }
    }
}

/// Each result has the interval that its score would have alone.
#[test]
fn results_are_those_of_the_metrics_own_commands() {
    let sandbox = Sandbox::for_gate();
    let report = json(
        &sandbox,
        &format!("-m bleu,rougeL,chrf++ {SYSTEMS} --tokenize bleu=char --resamples 100"),
    );
    for command in ["bleu --tokenize char", "rouge --types rougeL", "chrf --word-order 2"] {
        let shown = sandbox
            .run(&format!("{command} {SYSTEMS} --confidence --resamples 100 --quiet --format json"))
            .success();
        let alone: Value = serde_json::from_str(&shown).unwrap();
        for result in alone["results"].as_array().unwrap() {
            assert!(report["results"].as_array().unwrap().contains(result), "{result}");
        }
    }
}

#[test]
fn threads_change_no_byte() {
    let sandbox = Sandbox::for_gate();
    for line in [
        format!("-m bleu,chrf,ter,rouge,wer {SYSTEMS}"),
        format!("-m bleu,wer {SYSTEMS} --test approx-randomization --trials 1000"),
        "-m bleu --data data.jsonl --hyp-field new --hyp-field old --ref-field ref --slice-field lang --cluster-field doc".to_owned(),
    ] {
        for format in FORMATS {
            let run = |threads: u32| {
                sandbox.run(&format!("compare {line} --resamples 300 --format {format} --threads {threads}")).success()
            };
            let one = run(1);
            for threads in [2, 4] {
                assert_eq!(run(threads), one, "{line} as {format} on {threads} threads");
            }
        }
    }
}
