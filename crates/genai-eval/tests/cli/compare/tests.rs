//! What tests of significance say.

use super::{SYSTEMS, comparisons, json, number, word};
use crate::sandbox::Sandbox;

const TESTS: [&str; 2] =
    ["paired-bootstrap --resamples 300", "approx-randomization --trials 300 --resamples 300"];

/// A system beside itself differs by nothing, and is never marked, whatever else is.
#[test]
fn identical_systems_are_never_marked() {
    let sandbox = Sandbox::for_gate();
    for test in TESTS {
        for adjust in ["holm", "none"] {
            let line = format!(
                "-m bleu,chrf,cer {SYSTEMS} --hyp again=good.txt --test {test} --adjust {adjust}"
            );
            let report = json(&sandbox, &line);
            let own: Vec<_> =
                comparisons(&report).iter().filter(|one| one["system"] == "again").collect();
            assert_eq!(own.len(), 3);
            for comparison in own {
                assert_eq!(comparison["significant"], false, "{comparison}");
                let zeros = ["delta", "low", "high"].map(|key| number(comparison, key));
                assert!(zeros.iter().all(|zero| *zero == 0.0), "{comparison}");
                assert_eq!(comparison["p_adjusted"], 1.0, "{comparison}");
            }
            let shown = sandbox.run(&format!("compare {line}")).success();
            let row = shown.lines().find(|line| line.starts_with("again ")).unwrap();
            assert!(!row.contains('*'), "{row}");
            let row = shown.lines().find(|line| line.starts_with("bad ")).unwrap();
            assert!(row.contains('*'), "{row}");
        }
    }
}

/// Turned round, a difference has the other sign and the same p-value.
#[test]
fn the_baseline_can_be_any_system() {
    let sandbox = Sandbox::for_gate();
    for test in TESTS {
        let by =
            |baseline: &str| json(&sandbox, &format!("-m bleu {SYSTEMS} --test {test}{baseline}"));
        let (first, other) = (by(""), by(" --baseline bad"));
        assert_eq!(by(" --baseline good"), first, "the first, if none is named");
        let find = |report: &serde_json::Value, name: &str| {
            comparisons(report).iter().find(|one| one["system"] == name).unwrap().clone()
        };
        let systems: Vec<&str> =
            comparisons(&other).iter().map(|one| word(one, "system")).collect();
        assert_eq!(systems, ["good", "even"]);
        let (there, back) = (find(&first, "bad"), find(&other, "good"));
        assert_eq!(there["delta"], -number(&back, "delta"));
        assert_eq!(there["p_value"], back["p_value"]);
        assert_eq!((word(&there, "baseline"), word(&back, "baseline")), ("good", "bad"));
    }
}

/// Holm's correction by hand.
#[test]
fn corrections() {
    let sandbox = Sandbox::for_gate();
    for test in TESTS {
        let by = |adjust: &str| {
            json(
                &sandbox,
                &format!("-m bleu,chrf,cer,ter {SYSTEMS} --test {test} --adjust {adjust}"),
            )
        };
        let (holm, none) = (by("holm"), by("none"));
        let mut p_values: Vec<(usize, f64)> = Vec::new();
        for (place, (one, other)) in comparisons(&holm).iter().zip(comparisons(&none)).enumerate() {
            assert_eq!(one["p_value"], other["p_value"]);
            assert_eq!(other["p_two_sided"], other["p_adjusted"]);
            assert_eq!((word(one, "adjust"), word(other, "adjust")), ("holm", "none"));
            p_values.push((place, number(one, "p_two_sided")));
        }
        p_values.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (count, mut least) = (p_values.len(), 0.0_f64);
        assert_eq!(count, 8);
        for (rank, (place, p_value)) in p_values.into_iter().enumerate() {
            let factor = f64::from(u32::try_from(count - rank).unwrap());
            least = least.max((factor * p_value).min(1.0));
            let comparison = &comparisons(&holm)[place];
            assert!((number(comparison, "p_adjusted") - least).abs() < 1e-15, "{comparison}");
            assert_eq!(comparison["significant"], least < 0.05, "{comparison}");
        }
    }
}

/// A difference is marked at the level of the intervals.
#[test]
fn levels() {
    let sandbox = Sandbox::for_gate();
    let by = |level: &str| {
        let report = json(&sandbox, &format!("-m bleu {SYSTEMS} --level {level}"));
        comparisons(&report)[0].clone()
    };
    let (narrow, wide) = (by("0.5"), by("0.999"));
    assert!(number(&wide, "low") < number(&narrow, "low"));
    assert!(number(&wide, "high") > number(&narrow, "high"));
    assert_eq!((&narrow["significant"], &wide["significant"]), (&true.into(), &false.into()));
    assert_eq!((number(&narrow, "level"), number(&wide, "level")), (0.5, 0.999));
}

/// A slice is what its segments alone are, and documents are drawn as one.
#[test]
fn slices_and_clusters() {
    let sandbox = Sandbox::for_gate();
    let fields = "--hyp-field old --hyp-field new --ref-field ref";
    for test in TESTS {
        let report = json(
            &sandbox,
            &format!(
                "-m bleu --data data.jsonl {fields} --slice-field lang --adjust none --test {test}"
            ),
        );
        let [whole, _, french] = &comparisons(&report)[..] else { panic!("{report}") };
        assert_eq!(whole["slice"], serde_json::Value::Null);
        assert_eq!(french["slice"]["value"], "fr", "{french}");
        let records = sandbox.read("data.jsonl");
        let of_slice: Vec<&str> = records.lines().filter(|line| line.contains("\"fr\"")).collect();
        sandbox.write("fr.jsonl", of_slice.join("\n") + "\n");
        let alone = json(
            &sandbox,
            &format!("-m bleu --data fr.jsonl {fields} --adjust none --test {test}"),
        );
        let plain = json(
            &sandbox,
            &format!("-m bleu --data data.jsonl {fields} --adjust none --test {test}"),
        );
        for (of_report, of_file) in
            [(french, &comparisons(&alone)[0]), (whole, &comparisons(&plain)[0])]
        {
            for key in
                ["delta", "low", "high", "p_value", "effect_size", "minimum_detectable", "units"]
            {
                assert_eq!(of_report[key], of_file[key], "{key}");
            }
        }
        let clustered = json(
            &sandbox,
            &format!("-m bleu --data data.jsonl {fields} --cluster-field doc --test {test}"),
        );
        let by_document = &comparisons(&clustered)[0];
        assert_eq!(
            (by_document["units"].as_u64(), word(by_document, "cluster_field")),
            (Some(5), "doc")
        );
        assert_eq!(by_document["delta"], whole["delta"]);
        assert_ne!(by_document["low"], whole["low"]);
        let own = json(
            &sandbox,
            &format!("-m bleu --data data.jsonl {fields} --cluster-field id --test {test}"),
        );
        assert_eq!(comparisons(&own)[0]["low"], comparisons(&plain)[0]["low"]);
    }
}

/// Several metrics and parts of scores at once say what each says alone.
#[test]
fn several_metrics() {
    let sandbox = Sandbox::for_gate();
    let names = ["bleu", "chrf++", "rougeL", "rougeL.recall", "cer", "bleu.bp"];
    for test in TESTS {
        let together = json(
            &sandbox,
            &format!("-m {} {SYSTEMS} --adjust none --test {test}", names.join(",")),
        );
        for name in names {
            let alone = json(&sandbox, &format!("-m {name} {SYSTEMS} --adjust none --test {test}"));
            assert!(!comparisons(&alone).is_empty());
            for comparison in comparisons(&alone) {
                assert!(comparisons(&together).contains(comparison), "{name}: {comparison}");
            }
        }
    }
}

/// The seed is where it starts, and nothing else is random.
#[test]
fn seeds() {
    let sandbox = Sandbox::for_gate();
    for test in TESTS {
        let by = |seed: &str| json(&sandbox, &format!("-m bleu {SYSTEMS} --test {test}{seed}"));
        assert_eq!(by(""), by(" --seed 12345"));
        assert_ne!(by(""), by(" --seed 1"));
    }
}
