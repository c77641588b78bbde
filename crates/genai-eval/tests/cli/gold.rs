//! The whole program against sacreBLEU's numbers: our own fixtures.

use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Every corpus record of the fixtures that names files: arguments in, JSON out, bits equal.
#[test]
fn fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").canonicalize().unwrap();
    let sandbox = Sandbox::new();
    let gold = std::fs::read_to_string(root.join("gold/bleu_corpus.jsonl")).unwrap();
    let mut checked = 0;
    for line in gold.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if !record["first_lines"].is_null() {
            continue;
        }
        let params = &record["params"];
        let file = |path: &Value| root.join(path.as_str().unwrap()).display().to_string();
        let text = |key: &str| params[key].as_str().unwrap().to_owned();
        let mut arguments: Vec<String> =
            ["bleu", "--format", "json", "--quiet", "--hyp"].map(str::to_owned).into();
        arguments.push(file(&record["hyp"]));
        for reference in record["refs"].as_array().unwrap() {
            arguments.extend(["--ref".to_owned(), file(reference)]);
        }
        arguments.extend([
            "--tokenize".to_owned(),
            text("tokenize"),
            "--smooth".to_owned(),
            text("smooth_method"),
        ]);
        if let Some(value) = params["smooth_value"].as_f64() {
            arguments.extend(["--smooth-value".to_owned(), value.to_string()]);
        }
        arguments.extend(["--max-order".to_owned(), params["max_ngram_order"].to_string()]);
        if params["lowercase"] == true {
            arguments.push("--lowercase".to_owned());
        }
        if params["effective_order"] == true {
            arguments.push("--effective-order".to_owned());
        }
        let shown = sandbox.run_with(&arguments, b"").success();
        let report: Value = serde_json::from_str(&shown).unwrap();
        let result = &report["results"][0];
        let number = |value: &Value| value.as_f64().unwrap().to_bits();
        let numbers =
            |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).unwrap() };
        assert_eq!(number(&result["score"]), number(&record["score"]), "{line}\n{shown}");
        assert_eq!(number(&result["parts"]["bp"]), number(&record["bp"]), "{line}\n{shown}");
        for part in ["counts", "totals", "precisions"] {
            assert_eq!(numbers(&result["parts"][part]), numbers(&record[part]), "{line}\n{shown}");
        }
        for part in ["sys_len", "ref_len"] {
            assert_eq!(result["parts"][part], record[part], "{line}\n{shown}");
        }
        checked += 1;
    }
    assert!(checked > 200, "{checked}");
}
