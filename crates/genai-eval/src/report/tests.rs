//! Reports of several metrics side by side. Those of one are snapshots of the whole program.

use genai_metrics::{Bleu, Metric, Part, References, Row, Scorer, Signature, Spec, Table, Text};

use super::*;
use crate::read::json::Cell;

/// A metric whose score is the sum of its only column.
struct Sum {
    name: &'static str,
    title: &'static str,
    scale: f64,
    decimals: usize,
    split: bool,
}

#[derive(Clone, Debug)]
struct Value(f64);

impl Row for Value {
    fn read(row: &[f64]) -> Self {
        Self(row[0])
    }

    fn write(&self, row: &mut [f64]) {
        row[0] = self.0;
    }
}

impl Metric for Sum {
    type Prepared = ();
    type Stats = Value;

    fn spec(&self) -> Spec {
        let mut signature = Signature::default();
        if self.split {
            signature.push("split", "newline");
        }
        Spec {
            bootstrap: None,
            name: self.name,
            title: self.title.to_owned(),
            tokenizer: None,
            direction: Direction::Higher,
            scale: self.scale,
            decimals: self.decimals,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        vec!["sum".to_owned()]
    }

    fn measure(&self, _: Text<'_>, _: References<'_>, (): &mut ()) -> Value {
        Value(0.0)
    }

    fn score(&self, Value(sum): &Value) -> Score {
        let parts = if self.scale > 1.0 {
            vec![("counts", Part::Counts(vec![*sum, 1.0])), ("recall", Part::Number(sum / 2.0))]
        } else {
            vec![("precision", Part::Number(*sum)), ("recall", Part::Number(sum / 2.0))]
        };
        Score { value: *sum, parts }
    }

    fn describe(&self, score: &Score) -> String {
        format!("R = {:.2}", score.value / 2.0)
    }
}

const METRICS: [Sum; 3] = [
    Sum { name: "rouge1", title: "ROUGE-1", scale: 1.0, decimals: 4, split: false },
    Sum { name: "rougeLsum", title: "ROUGE-Lsum", scale: 1.0, decimals: 4, split: true },
    Sum { name: "bleu", title: "BLEU", scale: 100.0, decimals: 1, split: false },
];

fn table(rows: [[f64; 3]; 2]) -> Table {
    let mut table = Table::new(3);
    for row in &rows {
        table.push(row);
    }
    table
}

/// Writes what two segments of each system come to under all metrics.
fn write_all(systems: &[(&str, Table)], ids: &[Cell], view: View) -> String {
    let result = |system: &str, rows, place: usize| {
        let metric: &'static Sum = &METRICS[place];
        let score = Scorer::score(metric, &Table::sum(rows)[place..=place]);
        let spec = Scorer::spec(metric);
        let signature = spec.signature.of_run(Some(1), &Signature::default(), "v").to_string();
        SystemResult {
            slice: None,
            segments: 2,
            system: system.to_owned(),
            remarks: Vec::new(),
            description: Scorer::describe(metric, &score),
            score,
            confidence: None,
            signature: signature.clone(),
            spec,
            sentences: Some(Sentences {
                signature: format!("level:sentence|{signature}"),
                scorer: metric,
                rows,
                columns: place..place + 1,
                ids,
            }),
        }
    };
    let mut results = Vec::new();
    for (system, rows) in systems {
        for place in 0..METRICS.len() {
            results.push(result(system, rows, place));
        }
    }
    let mut out = Vec::new();
    write(&Report { inputs: Inputs::default(), results }, view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn one() -> Vec<(&'static str, Table)> {
    vec![("out.txt", table([[0.25, 0.125, 9.5], [0.25, 0.5, 20.0]]))]
}

fn two() -> Vec<(&'static str, Table)> {
    [one(), vec![("b", table([[0.0, 0.0, 0.0], [1.0, 0.03, 100.0]]))]].concat()
}

fn view(format: Format) -> View {
    View { format, sentences: false, score_only: false, width: None }
}

fn sentences(format: Format) -> View {
    View { sentences: true, ..view(format) }
}

#[track_caller]
fn assert_lines(shown: &str, expected: &[&str]) {
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn perfect_is_shown_as_the_scale() {
    let spec = Metric::spec(&Bleu::default());
    assert_eq!(display(100.000_000_000_000_04, &spec, Some(14)), "100.00000000000000");
    assert_eq!(display(26.55, &spec, None), "26.6");
}

#[test]
fn text() {
    assert_lines(
        &write_all(&one(), &[], view(Format::Text)),
        &[
            "ROUGE-1     0.5000  R = 0.25",
            "ROUGE-Lsum  0.6250  R = 0.31",
            "BLEU          29.5  R = 14.75",
            "ROUGE-1, BLEU|nrefs:1|version:v",
            "ROUGE-Lsum|nrefs:1|split:newline|version:v",
        ],
    );
    assert_lines(
        &write_all(&two(), &[], view(Format::Text)),
        &[
            "system   ROUGE-1  ROUGE-Lsum   BLEU",
            "out.txt   0.5000      0.6250   29.5",
            "b         1.0000      0.0300  100.0",
            "ROUGE-1, BLEU|nrefs:1|version:v",
            "ROUGE-Lsum|nrefs:1|split:newline|version:v",
        ],
    );
}

#[test]
fn text_of_sentences() {
    let ids = [Cell::Text("doc\n1".to_owned()), Cell::Text("2".to_owned())];
    assert_lines(
        &write_all(&one(), &ids, sentences(Format::Text)),
        &[
            "segment  ROUGE-1  ROUGE-Lsum  BLEU",
            " doc\\n1   0.2500      0.1250   9.5",
            "      2   0.2500      0.5000  20.0",
            "ROUGE-1, BLEU|level:sentence|nrefs:1|version:v",
            "ROUGE-Lsum|level:sentence|nrefs:1|split:newline|version:v",
        ],
    );
    assert_lines(
        &write_all(&two(), &[], View { width: Some(2), ..sentences(Format::Text) }),
        &[
            "system   segment  ROUGE-1  ROUGE-Lsum    BLEU",
            "out.txt        0     0.25        0.12    9.50",
            "out.txt        1     0.25        0.50   20.00",
            "b              0     0.00        0.00    0.00",
            "b              1     1.00        0.03  100.00",
            "ROUGE-1, BLEU|level:sentence|nrefs:1|version:v",
            "ROUGE-Lsum|level:sentence|nrefs:1|split:newline|version:v",
        ],
    );
}

#[test]
fn markdown() {
    assert_lines(
        &write_all(&two(), &[], view(Format::Markdown)),
        &[
            "| system | ROUGE-1 | ROUGE-Lsum | BLEU |",
            "|---|---:|---:|---:|",
            "| out.txt | 0.5000 | 0.6250 | 29.5 |",
            "| b | 1.0000 | 0.0300 | 100.0 |",
            "",
            "`ROUGE-1, BLEU|nrefs:1|version:v`",
            "",
            "`ROUGE-Lsum|nrefs:1|split:newline|version:v`",
        ],
    );
    assert_lines(
        &write_all(&one(), &[], sentences(Format::Markdown)),
        &[
            "| system | segment | ROUGE-1 | ROUGE-Lsum | BLEU |",
            "|---|---:|---:|---:|---:|",
            "| out.txt | 0 | 0.2500 | 0.1250 | 9.5 |",
            "| out.txt | 1 | 0.2500 | 0.5000 | 20.0 |",
            "",
            "`ROUGE-1, BLEU|level:sentence|nrefs:1|version:v`",
            "",
            "`ROUGE-Lsum|level:sentence|nrefs:1|split:newline|version:v`",
        ],
    );
}

/// Each part is under its name, and a cell is empty where a metric has no such part.
#[test]
fn csv() {
    assert_lines(
        &write_all(&one(), &[], view(Format::Csv)),
        &[
            "system,metric,score,signature,precision,recall,counts_1,counts_2",
            "out.txt,rouge1,0.5,nrefs:1|version:v,0.5,0.25,,",
            "out.txt,rougeLsum,0.625,nrefs:1|split:newline|version:v,0.625,0.3125,,",
            "out.txt,bleu,29.5,nrefs:1|version:v,,14.75,29.5,1",
        ],
    );
    let sentences = write_all(&two(), &[], sentences(Format::Csv));
    let signature = "level:sentence|nrefs:1|version:v";
    assert_eq!(sentences.lines().count(), 1 + 2 * 3 * 2);
    assert_eq!(
        sentences.lines().next(),
        Some("system,metric,index,id,score,signature,precision,recall,counts_1,counts_2")
    );
    assert_eq!(sentences.lines().last(), Some(&*format!("b,bleu,1,,100,{signature},,50,100,1")));
}

#[test]
fn numbers_only() {
    let numbers = |view| write_all(&two(), &[], View { score_only: true, ..view });
    assert_lines(&numbers(view(Format::Text)), &["0.5000 0.6250 29.5", "1.0000 0.0300 100.0"]);
    assert_lines(
        &numbers(sentences(Format::Json)),
        &["[0.25, 0.125, 9.5]", "[0.25, 0.5, 20.0]", "[0.0, 0.0, 0.0]", "[1.0, 0.03, 100.0]"],
    );
}

/// Results, and the lines of segments, are in the order of systems, then metrics, then segments.
#[test]
fn json_lines() {
    let order = |view| -> Vec<String> {
        let shown = write_all(&two(), &[], view);
        let places = shown.lines().map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            let index = value.get("index").map_or_else(String::new, ToString::to_string);
            let text = |key: &str| value[key].as_str().unwrap().to_owned();
            [text("system"), text("metric"), index].join(" ").trim_end().to_owned()
        });
        places.collect()
    };
    let systems = ["out.txt rouge1", "out.txt rougeLsum", "out.txt bleu", "b rouge1"];
    assert_eq!(order(view(Format::Jsonl))[..4], systems);
    let segments = ["out.txt rouge1 0", "out.txt rouge1 1", "out.txt rougeLsum 0"];
    assert_eq!(order(sentences(Format::Jsonl))[..3], segments);
}
