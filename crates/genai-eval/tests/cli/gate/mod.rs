//! `genai-eval gate`.

mod baselines;
mod configuration;
mod no_verdict;
mod outputs;
mod rules;
mod slices;
mod update;
mod verdicts;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::sandbox::{Ran, Sandbox};

/// How many segments the texts have.
const SEGMENTS: usize = 20;

impl Sandbox {
    /// Our texts: a good system and a bad one, and two that are either in turn, as files and as records.
    pub(super) fn for_gate() -> Self {
        let sandbox = Self::new();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/quickstart");
        for (from, to) in [("ref", "ref"), ("hyp", "good"), ("baseline", "bad")] {
            let text = fs::read(fixtures.join(format!("{from}.txt"))).unwrap();
            sandbox.write(&format!("{to}.txt"), text);
        }
        let [reference, good, bad] =
            ["ref.txt", "good.txt", "bad.txt"].map(|name| sandbox.lines_of(name));
        let in_turn = |first: &[String], second: &[String]| -> String {
            (0..SEGMENTS).map(|i| [&first[i], &second[i]][i % 2].clone() + "\n").collect()
        };
        sandbox.write("even.txt", in_turn(&good, &bad));
        sandbox.write("odd.txt", in_turn(&bad, &good));
        let languages = ["de", "fr"];
        let record = |i: usize| {
            json!({
                "id": format!("s{i}"), "new": good[i], "old": bad[i], "ref": reference[i],
                "lang": languages[i % 2], "doc": i / 4,
            })
        };
        sandbox.write(
            "data.jsonl",
            (0..SEGMENTS).map(|i| format!("{}\n", record(i))).collect::<String>(),
        );
        sandbox
    }

    pub(super) fn lines_of(&self, name: &str) -> Vec<String> {
        self.read(name).lines().map(str::to_owned).collect()
    }

    /// Runs the gate over the texts; what is judged and by which rules stands in the line.
    fn gate(&self, line: &str) -> Ran {
        self.run(&format!("gate --ref ref.txt --worst 0 {line}"))
    }

    /// The same as JSON, and the exit code.
    fn gate_json(&self, line: &str) -> (i32, Value) {
        let ran = self.gate(&format!("{line} --format json"));
        let report: Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{line}: {error}: {}", ran.stderr));
        assert_eq!(report["exit_code"], ran.code, "one verdict: {line}");
        (ran.code, report)
    }

    /// What a configuration comes to.
    fn gate_by(&self, configuration: &str) -> (i32, Value) {
        self.write("gate.toml", configuration);
        let ran = self.run("gate --config gate.toml --format json");
        let report: Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{configuration}: {error}: {}", ran.stderr));
        assert_eq!(report["exit_code"], ran.code, "one verdict: {configuration}");
        (ran.code, report)
    }
}

/// The verdicts of all checks.
fn verdicts(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().map(|check| check["verdict"].as_str().unwrap()).collect()
}

impl Ran {
    /// The message of a run without a verdict, which has printed nothing else.
    pub(super) fn refused(self, context: &str) -> String {
        assert_eq!(self.code, 2, "{context}: {}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "{context}");
        let is_said = self.stderr.lines().any(|line| line.starts_with("error: "));
        assert!(is_said, "{context}: {}", self.stderr);
        self.stderr
    }
}
