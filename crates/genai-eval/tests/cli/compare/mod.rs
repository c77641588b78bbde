//! `genai-eval compare`.

mod formats;
mod models;
mod tests;
mod wrong;

use serde_json::Value;

use crate::sandbox::Sandbox;

const SYSTEMS: &str = "--ref ref.txt --hyp good=good.txt --hyp bad=bad.txt --hyp even=even.txt";

/// What a command line of `compare` says, as JSON.
fn json(sandbox: &Sandbox, line: &str) -> Value {
    let shown = sandbox.run(&format!("compare {line} --quiet --format json")).success();
    serde_json::from_str(&shown).unwrap()
}

fn comparisons(report: &Value) -> &Vec<Value> {
    report["comparisons"].as_array().unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key}: {value}"))
}

fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key}: {value}"))
}
