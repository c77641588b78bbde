//! What is written is read, whatever happens on the way.

mod matching;
mod reading;
mod writing;

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::error::{BaselineError, BaselineProblem};
use super::*;

fn table(width: usize, rows: &[f64]) -> Table {
    let mut table = Table::new(width);
    rows.chunks(width).for_each(|row| table.push(row));
    table
}

/// A baseline whose numbers are as odd as numbers can be, `shift` apart from others.
fn baseline(shift: f64) -> StoredBaseline {
    let metric = |signature: &str, score, direction, rows| StoredMetric {
        signature: signature.to_owned(),
        score,
        direction,
        rows,
    };
    let bleu = table(2, &[1.0, -0.0, 1.0 / 3.0, 5e-324, f64::MAX, 9_007_199_254_740_993.0 + shift]);
    let ter = table(1, &[0.1 + shift, 1e-5, 1e16]);
    StoredBaseline {
        tool: "genai-eval 0.1.0".to_owned(),
        segments: 3,
        references_sha256: "ab".repeat(32),
        ids_sha256: None,
        metrics: BTreeMap::from([
            (
                "ter".to_owned(),
                metric("case:lc|version:genai-eval-0.1.0", 51.5, Direction::Lower, ter),
            ),
            (
                "bleu".to_owned(),
                metric(
                    "nrefs:1|case:mixed|version:genai-eval-0.1.0",
                    100.0 / 3.0 + shift,
                    Direction::Higher,
                    bleu,
                ),
            ),
        ]),
        slices: BTreeMap::from([(
            "lang=de".to_owned(),
            BTreeMap::from([("ter".to_owned(), 50.0), ("bleu".to_owned(), 0.1 + 0.2)]),
        )]),
        accepted: vec![Accepted {
            at: "2026-09-01".to_owned(),
            checks: vec!["bleu max_drop 0.5: -1.2".to_owned()],
            reason: "a \"new\" tokenizer".to_owned(),
        }],
    }
}

struct Place {
    folder: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baseline.json");
    Place { folder, path }
}

impl Place {
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn rows(&self) -> PathBuf {
        let names = self.files();
        let rows: Vec<&String> = names.iter().filter(|name| name.contains(".rows.")).collect();
        assert_eq!(rows.len(), 1, "{names:?}");
        self.folder.path().join(rows[0])
    }

    /// The error of reading, without the folder.
    fn error(&self) -> (String, BaselineProblem) {
        let error = StoredBaseline::read(&self.path).unwrap_err();
        self.told(error)
    }

    fn told(&self, error: BaselineError) -> (String, BaselineProblem) {
        let folder = fs::canonicalize(self.folder.path()).unwrap();
        let message = error.to_string();
        let message = message.replace(&format!("{}/", folder.display()), "");
        let message = message.replace(&format!("{}/", self.folder.path().display()), "");
        (message, error.problem)
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(&self.path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(&self.path, text.replace(from, to)).unwrap();
    }
}
