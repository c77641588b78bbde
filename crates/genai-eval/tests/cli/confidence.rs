//! `--confidence` of every command that scores.

use genai_metrics::metrics::METRICS;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::snapshot;

const FILES: &str = "--ref ref.txt --hyp good=good.txt --hyp bad=bad.txt";
const FIELDS: &str = "--data data.jsonl --hyp-field new --ref-field ref";

fn report(sandbox: &Sandbox, line: &str) -> Value {
    serde_json::from_str(&sandbox.run(&format!("{line} --quiet --format json")).success()).unwrap()
}

fn results(report: &Value) -> &Vec<Value> {
    report["results"].as_array().unwrap()
}

/// sacreBLEU's line, with the mean and half the interval in brackets behind the score.
#[test]
fn text() {
    let sandbox = Sandbox::for_gate();
    let shown = sandbox.run("bleu --ref ref.txt --hyp good.txt --confidence").success();
    let report = report(&sandbox, "bleu --ref ref.txt --hyp good.txt --confidence");
    let confidence = &results(&report)[0]["confidence"];
    let number = |key: &str| confidence[key].as_f64().unwrap();
    let half = 0.5 * (number("high") - number("low"));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "BLEU|nrefs:1|bs:1000|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp|version:genai-eval-{version} = 54.6 \
         (μ = {:.1} ± {half:.1}) 78.4/60.9/48.4/38.6 (BP = 1.000 ratio = 1.003 hyp_len = 319 ref_len = 318)\n",
        number("mean")
    );
    assert_eq!(shown, expected);
}

#[test]
fn formats() {
    let sandbox = Sandbox::for_gate();
    for format in ["text", "json", "jsonl", "csv", "md"] {
        let draw = format!("--confidence --resamples 100 --format {format}");
        snapshot!(format!("confidence_{format}"), sandbox, &format!("bleu {FILES} {draw}"));
        snapshot!(
            format!("confidence_one_{format}"),
            sandbox,
            &format!("chrf --ref ref.txt --hyp good.txt {draw}")
        );
        snapshot!(
            format!("confidence_slices_{format}"),
            sandbox,
            &format!(
                "bleu {FIELDS} {draw} --slice-field lang --cluster-field doc --seed 1 --level 0.9"
            )
        );
    }
    snapshot!(
        "confidence_score",
        sandbox,
        &format!("score -m bleu,rougeL,wer {FILES} --confidence --resamples 100")
    );
    snapshot!(
        "confidence_rouge",
        sandbox,
        "rouge --ref ref.txt --hyp good.txt --confidence --resamples 100 --quiet"
    );
    snapshot!(
        "confidence_width",
        sandbox,
        &format!("bleu {FILES} --confidence --resamples 100 --width 3")
    );
}

/// The keys of the contract, in their order, and what they hold.
#[test]
fn json_as_in_the_contract() {
    let sandbox = Sandbox::for_gate();
    let plain = report(&sandbox, &format!("bleu {FILES}"));
    let shown = report(
        &sandbox,
        &format!("bleu {FILES} --confidence --resamples 200 --seed 3 --level 0.9"),
    );
    for (own, result) in results(&plain).iter().zip(results(&shown)) {
        assert_eq!(own.get("confidence"), None, "only if it is asked for");
        let confidence = result["confidence"].as_object().unwrap();
        let keys: Vec<&String> = confidence.keys().collect();
        assert_eq!(keys.len(), 7);
        for key in ["level", "mean", "low", "high", "resamples", "seed", "method"] {
            assert!(confidence.contains_key(key), "{key}");
        }
        assert_eq!(
            (
                &confidence["level"],
                &confidence["resamples"],
                &confidence["seed"],
                &confidence["method"]
            ),
            (&json!(0.9), &json!(200), &json!(3), &json!("bootstrap"))
        );
        let number = |key: &str| confidence[key].as_f64().unwrap();
        assert!(number("low") < number("mean") && number("mean") < number("high"));
        assert_eq!((&own["score"], &own["parts"]), (&result["score"], &result["parts"]));
        let signature = result["signature"].as_str().unwrap();
        assert!(signature.starts_with("nrefs:1|bs:200|seed:3|level:0.9|"), "{signature}");
        assert_eq!(
            signature.replace("bs:200|seed:3|level:0.9|", ""),
            own["signature"].as_str().unwrap()
        );
    }
    let text = sandbox.run(&format!("bleu {FILES} --confidence --format json")).success();
    let at = |key: &str| text.find(&format!("\"{key}\": ")).unwrap();
    let order = ["level", "mean", "low", "high", "resamples", "seed", "method"].map(at);
    assert!(order.is_sorted(), "{order:?}");
}

/// Every metric has an interval, about its score, and the same in any company and on any threads.
#[test]
fn every_metric() {
    let sandbox = Sandbox::for_gate();
    let draw = "--confidence --resamples 100";
    let names: Vec<&str> = METRICS.iter().map(|entry| entry.name).collect();
    let mut apart = Vec::new();
    for name in &names {
        let alone = report(&sandbox, &format!("{name} {FILES} {draw}"));
        assert_eq!(report(&sandbox, &format!("{name} {FILES} {draw} --threads 1")), alone);
        assert_eq!(report(&sandbox, &format!("{name} {FILES} {draw} --threads 4")), alone);
        for result in results(&alone) {
            let (score, confidence) = (result["score"].as_f64().unwrap(), &result["confidence"]);
            let (low, high) =
                (confidence["low"].as_f64().unwrap(), confidence["high"].as_f64().unwrap());
            assert!(low <= score && score <= high, "{result}");
            apart.push(result.to_string());
        }
    }
    let together = report(&sandbox, &format!("score -m {} {FILES} {draw}", names.join(",")));
    let mut together: Vec<String> = results(&together).iter().map(Value::to_string).collect();
    together.sort();
    apart.sort();
    assert_eq!(together, apart);
    // A system's interval does not depend on which others are there.
    let bad = report(&sandbox, &format!("bleu --ref ref.txt --hyp bad=bad.txt {draw}"));
    let both = report(&sandbox, &format!("bleu {FILES} {draw}"));
    assert_eq!(results(&both)[1], results(&bad)[0]);
}

/// ROUGE has a bootstrap of its own tools, with options of the same names.
#[test]
fn rouge_has_two() {
    let sandbox = Sandbox::for_gate();
    let line = "rouge --ref ref.txt --hyp good.txt --types rouge1 --resamples 100 --seed 7";
    let method = |rest: &str| {
        let report = report(&sandbox, &format!("{line}{rest}"));
        (results(&report)[0]["confidence"]["method"].clone(), results(&report)[0].clone())
    };
    let (own, aggregated) = method(" --aggregate bootstrap");
    let (plain, drawn) = method(" --confidence");
    assert_eq!(plain, "bootstrap");
    assert_ne!(own, plain);
    // The one makes the score, the other is about it.
    let mean = report(&sandbox, "rouge --ref ref.txt --hyp good.txt --types rouge1");
    assert_eq!(drawn["score"], results(&mean)[0]["score"]);
    assert_ne!(aggregated["score"], drawn["score"]);
    let number = |key: &str| drawn["confidence"][key].as_u64();
    assert_eq!((number("resamples"), number("seed")), (Some(100), Some(7)));
}

/// Sentences are what they are without intervals.
#[test]
fn beside_sentences() {
    let sandbox = Sandbox::for_gate();
    let plain = report(&sandbox, &format!("bleu {FILES} --sentence"));
    let shown = report(&sandbox, &format!("bleu {FILES} --sentence --confidence --resamples 50"));
    for (own, result) in results(&plain).iter().zip(results(&shown)) {
        assert_eq!(own["sentences"], result["sentences"]);
        assert!(result["confidence"].is_object());
    }
    let lines =
        |rest: &str| sandbox.run(&format!("bleu {FILES} --segments s.jsonl{rest}")).success();
    lines("");
    let segments = sandbox.read("s.jsonl");
    lines(" --confidence");
    assert_eq!(sandbox.read("s.jsonl"), segments);
}

/// A slice's interval is that of its segments alone; what is drawn as one is drawn as one there, too.
#[test]
fn slices_and_clusters() {
    let sandbox = Sandbox::for_gate();
    let draw = "--confidence --resamples 100";
    let all =
        report(&sandbox, &format!("bleu {FIELDS} {draw} --slice-field lang --slice-field doc"));
    let names: Vec<Value> =
        results(&all).iter().map(|result| result["slice"]["value"].clone()).collect();
    let expected = [
        Value::Null,
        "de".into(),
        "fr".into(),
        "0".into(),
        "1".into(),
        "2".into(),
        "3".into(),
        "4".into(),
    ];
    assert_eq!(names, expected);
    assert_eq!(results(&all)[1]["slice"]["segments"], 10);
    let records = sandbox.read("data.jsonl");
    let french: Vec<&str> = records.lines().filter(|line| line.contains("\"fr\"")).collect();
    sandbox.write("fr.jsonl", french.join("\n") + "\n");
    for cluster in ["", " --cluster-field doc"] {
        let all = report(&sandbox, &format!("bleu {FIELDS} {draw} --slice-field lang{cluster}"));
        let alone = report(
            &sandbox,
            &format!("bleu {FIELDS} {draw}{cluster}").replace("data.jsonl", "fr.jsonl"),
        );
        for key in ["score", "parts", "confidence"] {
            assert_eq!(results(&all)[2][key], results(&alone)[0][key], "{key}{cluster}");
        }
        let plain = report(&sandbox, &format!("bleu {FIELDS} {draw}{cluster}"));
        for key in ["score", "parts", "confidence", "signature"] {
            assert_eq!(results(&all)[0][key], results(&plain)[0][key], "{key}{cluster}");
        }
        let signature = results(&plain)[0]["signature"].as_str().unwrap();
        assert_eq!(signature.contains("|cluster:doc|"), !cluster.is_empty(), "{signature}");
    }
}

#[test]
fn perplexity() {
    let sandbox = Sandbox::new();
    let records: String = (0..30_u8)
        .map(|i| {
            let low = -1.0 - f64::from(i % 7) / 10.0;
            json!({"tokens": ["The", " cat"], "logprobs": [low, low / 2.0]}).to_string() + "\n"
        })
        .collect();
    sandbox.write("a.jsonl", records);
    let report = report(&sandbox, "perplexity --logprobs a.jsonl --confidence --resamples 100");
    let result = &results(&report)[0];
    let number = |key: &str| result["confidence"][key].as_f64().unwrap();
    let score = result["score"].as_f64().unwrap();
    assert!(number("low") < score && score < number("high"), "{result}");
    snapshot!(
        "confidence_perplexity",
        sandbox,
        "perplexity --logprobs a.jsonl --confidence --resamples 100 --quiet"
    );
}

#[test]
fn errors() {
    let sandbox = Sandbox::for_gate();
    for (line, expected) in [
        (
            format!("bleu {FILES} --resamples 10"),
            "--resamples is for intervals, expected --confidence beside it",
        ),
        (
            format!("bleu {FILES} --seed 1"),
            "--seed is for intervals, expected --confidence beside it",
        ),
        (
            format!("score -m bleu {FILES} --level 0.9"),
            "--level is for intervals, expected --confidence beside it",
        ),
        (format!("bleu {FILES} --confidence --resamples 0"), "--resamples"),
        (format!("bleu {FILES} --confidence --resamples 1000001"), "--resamples"),
        (
            format!("bleu {FILES} --confidence --level 1"),
            "expected a number from 0 to less than 1, as 0.95",
        ),
        (format!("bleu {FILES} --slice-field lang"), "--slice-field"),
        (format!("bleu {FIELDS} --slice-field domain"), "data.jsonl:1: "),
        (format!("bleu {FIELDS} --confidence --cluster-field domain"), "data.jsonl:1: "),
    ] {
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}
