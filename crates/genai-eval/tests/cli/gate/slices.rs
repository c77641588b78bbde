//! Rules about slices, and what is drawn as one.

use serde_json::Value;

use super::verdicts;
use crate::sandbox::Sandbox;

fn configuration(data: &str, rule: &str) -> String {
    format!(
        "[data]\ndata = 'data.jsonl'\nhyp_field = 'new'\nref_field = 'ref'\nid_field = 'id'\nslice_fields = ['lang']\n{data}\
         [baseline]\nhyp_field = 'old'\n[report]\nworst = 0\n[[gate]]\nmetric = 'bleu'\n{rule}\n"
    )
}

fn slices(report: &Value) -> Vec<Option<&str>> {
    report["checks"].as_array().unwrap().iter().map(|check| check["slice"].as_str()).collect()
}

/// A slice's score is that of a file with its segments alone, and so is every number about it.
#[test]
fn a_slice_is_a_file_of_its_segments() {
    let sandbox = Sandbox::for_gate();
    let (code, report) =
        sandbox.gate_by(&configuration("", "slice = 'lang=fr'\nmin = 1\nmax_drop = 0.5"));
    assert_eq!(code, 0);
    assert_eq!(slices(&report), [Some("lang=fr"), Some("lang=fr")]);
    let of_slice = sandbox
        .read("data.jsonl")
        .lines()
        .filter(|line| line.contains("\"fr\""))
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    sandbox.write("data.jsonl", of_slice);
    let (_, alone) = sandbox.gate_by(&configuration("", "min = 1\nmax_drop = 0.5"));
    for (one, other) in
        report["checks"].as_array().unwrap().iter().zip(alone["checks"].as_array().unwrap())
    {
        for key in ["score", "interval", "baseline", "difference", "verdict", "segments"] {
            assert_eq!(one[key], other[key], "{key}");
        }
    }
}

/// Each value of a field has its own check, and its own verdict.
#[test]
fn every_slice() {
    let sandbox = Sandbox::for_gate();
    let (code, report) = sandbox.gate_by(&configuration("", "slice = 'lang=*'\nmin = 50"));
    assert_eq!((code, slices(&report)), (1, vec![Some("lang=de"), Some("lang=fr")]));
    assert_eq!(verdicts(&report), ["fail", "pass"]);
    let (code, report) =
        sandbox.gate_by(&configuration("", "slice = 'lang=*'\nmin = 50\nlevel = 'warn'"));
    assert_eq!((code, verdicts(&report)), (0, vec!["warning", "pass"]));
    // One that gets worse, while another gets better.
    let records: String = sandbox
        .read("data.jsonl")
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            if record["lang"] == "fr" {
                let (new, old) = (record["new"].take(), record["old"].take());
                (record["new"], record["old"]) = (old, new);
            } else {
                record["new"] = record["ref"].clone();
            }
            format!("{record}\n")
        })
        .collect();
    sandbox.write("data.jsonl", records);
    let (code, report) = sandbox.gate_by(&configuration(
        "",
        "max_drop = 0.5\n[[gate]]\nmetric = 'bleu'\nslice = 'lang=*'\nmax_drop = 0.5",
    ));
    assert_eq!((code, slices(&report)), (1, vec![None, Some("lang=de"), Some("lang=fr")]));
    assert_eq!(verdicts(&report), ["inconclusive", "pass", "fail"]);
}

/// Slices of which nothing could be concluded are none that the others are corrected for, and need no more resamples.
#[test]
fn slices_that_are_too_small_cost_nothing() {
    let sandbox = Sandbox::for_gate();
    let by = |rules: &str| {
        let configuration = configuration("", rules).replace("['lang']", "['lang', 'doc']");
        sandbox.gate_by(&configuration.replace("hyp_field = 'old'", "hyp_field = 'ref'")).1
    };
    let alone = by("max_drop = 0");
    let beside = by("max_drop = 0\n[[gate]]\nmetric = 'bleu'\nslice = 'doc=*'\nmax_drop = 0");
    assert_eq!(
        slices(&beside),
        [None, Some("doc=0"), Some("doc=1"), Some("doc=2"), Some("doc=3"), Some("doc=4")]
    );
    assert_eq!(beside["checks"][0], alone["checks"][0]);
    assert_eq!(verdicts(&beside)[0], "fail");
    assert!(verdicts(&beside)[1..].iter().all(|verdict| *verdict == "inconclusive"), "{beside}");
    assert_eq!(beside["statistics"], alone["statistics"]);
    // With no slice among the tests that counts, a p-value of a slice stands as it is.
    let difference = &beside["checks"][1]["difference"];
    assert_eq!(difference["p_value"], difference["p_adjusted"]);
}

#[test]
fn the_gap_between_slices() {
    let sandbox = Sandbox::for_gate();
    // Ten segments of a slice are too few for it; three times as many are not.
    let records = sandbox.read("data.jsonl");
    sandbox.write(
        "data.jsonl",
        (0..3).map(|time| records.replace("\"s", &format!("\"{time}s"))).collect::<String>(),
    );
    let (_, report) = sandbox.gate_by(&configuration("", "slice = 'lang=*'\nmin = 0"));
    let score = |place: usize| report["checks"][place]["score"].as_f64().unwrap();
    let gap = score(1) - score(0);
    assert!(gap > 0.0);
    for (rule, code, verdict) in [
        ("max_gap = 1", 1, "fail"),
        ("max_gap = 1\nlevel = 'warn'", 0, "warning"),
        ("max_gap = 18", 0, "inconclusive"),
        ("max_gap = 18\non_inconclusive = 'fail'", 1, "fail"),
        ("max_gap = 60", 0, "pass"),
    ] {
        let (found, report) =
            sandbox.gate_by(&configuration("", &format!("slice = 'lang=*'\n{rule}")));
        assert_eq!((found, verdicts(&report)), (code, vec![verdict]), "{rule}: {report}");
        let check = &report["checks"][0];
        assert_eq!((check["slice"].as_str(), check["score"].as_f64()), (Some("lang=*"), Some(gap)));
    }
    // By a metric of which less is better.
    let rule = "slice = 'lang=*'\nmax_gap = 0.01\n".replace("slice", "name = 'fair'\nslice");
    let (code, report) = sandbox.gate_by(&configuration("", &rule).replace("'bleu'", "'ter'"));
    let check = &report["checks"][0];
    assert_eq!(code, 1, "{report}");
    assert!(check["score"].as_f64().unwrap() > 0.0);
    assert!(check["reason"].as_str().unwrap().starts_with("fair: differs by "), "{check}");
}

/// A slice that a rule is about has to be there, and to be large enough.
#[test]
fn slices_that_cannot_be_judged() {
    let sandbox = Sandbox::for_gate();
    for (rule, reason) in [
        ("slice = 'lang=xx'\nmin = 1", "no segment has lang=xx"),
        ("slice = 'lang=xx'\nmax_drop = 1", "no segment has lang=xx"),
        ("slice = 'lang=de'\nmin_segments = 11\nmin = 1", "10 segments, expected at least 11"),
        (
            "slice = 'lang=*'\nmin_segments = 11\nmax_gap = 1",
            "0 slices with 11 segments or clusters or more, expected two such slices",
        ),
        // Of every slice those that are large enough are judged; there has to be one.
        (
            "slice = 'lang=*'\nmin_segments = 11\nmin = 1",
            "no slice of lang has enough segments, expected at least 11",
        ),
    ] {
        // Another rule that holds does not make it green.
        let rules = format!("{rule}\n[[gate]]\nmetric = 'bleu'\nmin = 1");
        let (code, report) = sandbox.gate_by(&configuration("", &rules));
        assert_eq!((code, verdicts(&report)), (2, vec!["no-verdict", "pass"]), "{rule}: {report}");
        assert_eq!(report["checks"][0]["reason"], reason, "{rule}");
    }
    let records = sandbox.read("data.jsonl").replacen("\"lang\":\"de\"", "\"lang\":\"it\"", 1);
    sandbox.write("data.jsonl", records);
    let (code, report) =
        sandbox.gate_by(&configuration("", "slice = 'lang=*'\nmin_segments = 2\nmin = 1"));
    assert_eq!((code, slices(&report)), (0, vec![Some("lang=de"), Some("lang=fr")]));
}

#[test]
fn fields_that_are_not_there() {
    let sandbox = Sandbox::for_gate();
    for (data, rule, expected) in [
        (
            "",
            "slice = 'domain=news'\nmin = 1",
            "a rule is about slices of domain, expected it among slice_fields of [data]",
        ),
        (
            "",
            "slice = 'domain=*'\nmax_gap = 1",
            "a rule is about slices of domain, expected it among slice_fields of [data]",
        ),
        ("cluster_field = 'page'\n", "min = 1", "data.jsonl:1: "),
        (
            "",
            "max_gap = 1",
            "gate.toml:13: max_gap in [[gate]] means nothing without slice = \"field=*\"",
        ),
        ("", "slice = 'lang=de'\nmax_gap = 1", "means nothing without slice = \"field=*\""),
        (
            "",
            "slice = 'lang'\nmin = 1",
            "gate.toml:13: slice in [[gate]] is 'lang', expected field=value, or field=* for each value",
        ),
    ] {
        sandbox.write("gate.toml", configuration(data, rule));
        let message = sandbox.run("gate --config gate.toml").refused(rule);
        assert!(message.contains(expected), "{rule}: {message}");
    }
    let text = configuration("", "min = 1").replace("'lang'", "'domain'");
    sandbox.write("gate.toml", text);
    let message = sandbox.run("gate --config gate.toml").refused("slice_fields");
    assert!(message.contains("data.jsonl:1: ") && message.contains("domain"), "{message}");
}

/// Segments of a document are drawn as one: the score is the same, what chance may do is not.
#[test]
fn clusters() {
    let sandbox = Sandbox::for_gate();
    let (_, by_segment) = sandbox.gate_by(&configuration("", "max_drop = 0.5"));
    let (_, by_document) =
        sandbox.gate_by(&configuration("cluster_field = 'doc'\n", "max_drop = 0.5"));
    let (one, other) = (&by_segment["checks"][0], &by_document["checks"][0]);
    assert_eq!(one["score"], other["score"]);
    assert_eq!(one["difference"]["delta"], other["difference"]["delta"]);
    assert_ne!(one["difference"]["low"], other["difference"]["low"]);
    // A document alone shows nothing of chance.
    let records = sandbox.read("data.jsonl");
    let one_document: String = records.lines().take(4).map(|line| format!("{line}\n")).collect();
    sandbox.write("data.jsonl", one_document);
    let (code, report) =
        sandbox.gate_by(&configuration("cluster_field = 'doc'\n", "max_drop = 0.5"));
    assert_eq!((code, verdicts(&report)), (2, vec!["no-verdict"]));
    // If each segment is a document, nothing changes.
    sandbox.write("data.jsonl", records);
    let (_, by_id) = sandbox.gate_by(&configuration("cluster_field = 'id'\n", "max_drop = 0.5"));
    assert_eq!(by_id["checks"][0]["difference"], one["difference"]);
}
