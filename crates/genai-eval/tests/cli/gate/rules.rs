//! What rules ask: limits, drops, shares of segments; from flags and from a file.

use serde_json::Value;

use super::verdicts;
use crate::sandbox::Sandbox;

/// The score that the metric's own command gives.
fn score(sandbox: &Sandbox, metric: &str, hypotheses: &str) -> f64 {
    let shown =
        sandbox.run(&format!("{metric} --ref ref.txt --hyp {hypotheses} --format json")).success();
    let report: Value = serde_json::from_str(&shown).unwrap();
    report["results"][0]["score"].as_f64().unwrap()
}

/// A score at its limit is within it; the next number is not.
#[test]
fn limits_are_exact() {
    let sandbox = Sandbox::for_gate();
    for (metric, name) in [("bleu", "bleu"), ("wer", "wer"), ("chrf", "chrf")] {
        let score = score(&sandbox, metric, "good.txt");
        let (above, below) = (score.next_up(), score.next_down());
        for (rule, code) in [
            (format!("--min {name}={score}"), 0),
            (format!("--min {name}={above}"), 1),
            (format!("--max {name}={score}"), 0),
            (format!("--max {name}={below}"), 1),
            (format!("--min {name}={below} --max {name}={above}"), 0),
        ] {
            let (found, report) = sandbox.gate_json(&format!("--hyp good.txt {rule}"));
            assert_eq!(found, code, "{rule}");
            assert_eq!(report["checks"][0]["score"].as_f64().unwrap().to_bits(), score.to_bits());
        }
    }
}

/// A limit can look at an end of the interval.
#[test]
fn ends_of_intervals() {
    let sandbox = Sandbox::for_gate();
    let by = |rule: &str| {
        sandbox.gate_by(&format!(
            "[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n[[gate]]\nmetric = 'bleu'\n{rule}\n"
        ))
    };
    let (_, report) = by("min = 0\nof = 'ci-low'");
    let interval = &report["checks"][0]["interval"];
    let (low, high) = (interval["low"].as_f64().unwrap(), interval["high"].as_f64().unwrap());
    let score = report["checks"][0]["score"].as_f64().unwrap();
    assert!(low < score && score < high);
    for (rule, code) in [
        (format!("min = {low}\nof = 'ci-low'"), 0),
        (format!("min = {}\nof = 'ci-low'", low.next_up()), 1),
        (format!("min = {high}\nof = 'ci-high'"), 0),
        (format!("min = {}\nof = 'ci-high'", high.next_up()), 1),
        (format!("max = {high}\nof = 'ci-high'"), 0),
        (format!("max = {}\nof = 'ci-high'", high.next_down()), 1),
        (format!("max = {}\nof = 'ci-low'", low.next_down()), 1),
        (format!("min = {score}\nof = 'point'"), 0),
    ] {
        let (found, report) = by(&rule);
        assert_eq!(found, code, "{rule}: {report}");
    }
    // The interval is that of `--confidence`, which is sacreBLEU's.
    let shown =
        sandbox.run("bleu --ref ref.txt --hyp good.txt --confidence --format json").success();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let confidence = &shown["results"][0]["confidence"];
    assert_eq!((confidence["low"].as_f64(), confidence["high"].as_f64()), (Some(low), Some(high)));
}

/// The stricter of two margins holds.
#[test]
fn absolute_and_relative_margins() {
    let sandbox = Sandbox::for_gate();
    let base = score(&sandbox, "bleu", "good.txt");
    let drop = base - score(&sandbox, "bleu", "bad.txt");
    let share = drop / base;
    let systems = "--hyp bad.txt --baseline-hyp good.txt --test none";
    for (rule, code, margin) in [
        (format!("--max-drop bleu={}", drop + 0.01), 0, drop + 0.01),
        (format!("--max-drop bleu={}", drop - 0.01), 1, drop - 0.01),
        (format!("--max-drop-rel bleu={}", share + 0.001), 0, (share + 0.001) * base),
        (format!("--max-drop-rel bleu={}", share - 0.001), 1, (share - 0.001) * base),
        ("--max-drop bleu=90 --max-drop-rel bleu=0.1".to_owned(), 1, 0.1 * base),
        ("--max-drop bleu=1 --max-drop-rel bleu=0.9".to_owned(), 1, 1.0),
        ("--max-drop bleu=90 --max-drop-rel bleu=0.9".to_owned(), 0, 0.9 * base),
    ] {
        let (found, report) = sandbox.gate_json(&format!("{systems} {rule}"));
        assert_eq!(found, code, "{rule}: {report}");
        let [check] = &report["checks"].as_array().unwrap()[..] else { panic!("one check") };
        assert_eq!(check["condition"]["max_drop"].as_f64(), Some(margin), "{rule}");
    }
}

/// How many segments reach a threshold, in the direction of the metric.
#[test]
fn shares_of_segments() {
    let sandbox = Sandbox::for_gate();
    let shown = sandbox
        .run("bleu --ref ref.txt --hyp good.txt --sentence --format jsonl --quiet")
        .success();
    let of_segment = |line: &str| serde_json::from_str::<Value>(line).unwrap()["score"].as_f64();
    let scores: Vec<f64> = shown.lines().filter_map(of_segment).collect();
    assert_eq!(scores.len(), super::SEGMENTS);
    let reaching = |threshold: f64| scores.iter().filter(|score| **score >= threshold).count();
    for threshold in [0.0, 30.0, 50.0, 100.0, 101.0] {
        let share = f64::from(u32::try_from(reaching(threshold)).unwrap()) / 20.0;
        for (least, code) in [(share, 0), (share + 0.01, 1)] {
            if least > 1.0 {
                continue;
            }
            let (found, report) = sandbox.gate_by(&format!(
                "[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n[[gate]]\nmetric = 'bleu'\n\
                 per_segment = {{ threshold = {threshold:?}, min_share = {least:?} }}\n"
            ));
            assert_eq!(found, code, "{threshold}, {least}: {report}");
            assert_eq!(report["checks"][0]["score"].as_f64(), Some(share));
        }
    }
    let wer = |threshold: f64, share: f64| {
        let (code, _) = sandbox.gate_by(&format!(
            "[data]\nref = 'ref.txt'\nhyp = 'ref.txt'\n[[gate]]\nmetric = 'wer'\n\
             per_segment = {{ threshold = {threshold:?}, min_share = {share:?} }}\n"
        ));
        code
    };
    // All segments have an error rate of 0: that is as good as asked, or better.
    assert_eq!([wer(0.0, 1.0), wer(0.5, 1.0), wer(-0.1, 0.01)], [0, 0, 1]);
}

/// Parts, families, variants: what `score -m` knows is what rules know.
#[test]
fn names_of_metrics() {
    let sandbox = Sandbox::for_gate();
    for (rule, metrics) in [
        ("--min rougeL=0.5", &["rougeL"][..]),
        ("--min rouge-l.recall=0.5", &["rougeL.recall"]),
        ("--min bleu.bp=0.9", &["bleu.bp"]),
        ("--min chrf++=60", &["chrf++"]),
        ("--min rouge=0.5", &["rouge1", "rouge2", "rougeL", "rougeLsum"]),
        ("--min cer=0.1 --max wil=0.9", &["cer", "wil"]),
    ] {
        let (code, report) = sandbox.gate_json(&format!("--hyp good.txt {rule}"));
        assert_eq!(code, 0, "{rule}: {report}");
        let found: Vec<&str> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["metric"].as_str().unwrap())
            .collect();
        assert_eq!(found, metrics, "{rule}");
    }
}

/// The same from flags, from a file, and from both.
#[test]
fn flags_and_file_say_the_same() {
    let sandbox = Sandbox::for_gate();
    let by_flags = "--hyp bad.txt --baseline-hyp good.txt --min bleu=20 --max-drop bleu=0.5 --metric-option bleu.tokenize=char --resamples 500 --seed 7 --alpha 0.1 --adjust none";
    let (code, flags) = sandbox.gate_json(by_flags);
    let file = "[data]\nref = 'ref.txt'\nhyp = 'bad.txt'\n[baseline]\nhyp = 'good.txt'\n[metrics.bleu]\n\
                tokenize = 'char'\n[stats]\nresamples = 500\nseed = 7\nalpha = 0.1\nadjust = 'none'\n\
                [report]\nworst = 0\n[[gate]]\nmetric = 'bleu'\nmin = 20\nmax_drop = 0.5\n";
    let (code_of_file, mut by_file) = sandbox.gate_by(file);
    assert_eq!((code, code_of_file), (1, 1));
    assert_eq!((&flags["gate"], &by_file["gate"]), (&"gate".into(), &"gate.toml".into()));
    by_file["gate"] = flags["gate"].clone();
    assert_eq!(flags, by_file);
    assert_eq!(verdicts(&flags), ["pass", "fail"]);
    assert!(flags["checks"][0]["signature"].as_str().unwrap().contains("tok:char"));
}

/// What a flag says holds, whatever the file says.
#[test]
fn flags_come_before_the_file() {
    let sandbox = Sandbox::for_gate();
    sandbox.write(
        "genai-eval.toml",
        "[data]\nref = 'ref.txt'\nhyp = 'bad.txt'\nmin_segments = 10\n[baseline]\nhyp = 'good.txt'\n[stats]\nseed = 1\n\
         [metrics.bleu]\ntokenize = 'char'\nlowercase = true\n[report]\nworst = 2\njson = 'file.json'\n\
         [[gate]]\nmetric = 'bleu'\nmax_drop = 0.5\n",
    );
    let by = |line: &str| -> (i32, Value) {
        let ran = sandbox.run(&format!("gate --format json{line}"));
        (
            ran.code,
            serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{line}: {}", ran.stderr)),
        )
    };
    let (code, report) = by("");
    assert_eq!((code, &report["gate"]), (1, &"genai-eval.toml".into()));
    assert_eq!(report["statistics"]["seed"], 1);
    assert_eq!(report["worst"][0]["segments"].as_array().unwrap().len(), 2);
    let written: Value = serde_json::from_str(&sandbox.read("file.json")).unwrap();
    assert_eq!(written, report);
    let (code, report) = by(" --ref ref.txt --hyp good.txt");
    assert_eq!((code, &report["candidate"]), (0, &"good.txt".into()));
    let (code, report) = by(" --baseline-hyp bad.txt");
    assert_eq!((code, &report["baseline"]), (0, &"bad.txt".into()));
    let (_, report) = by(" --seed 2 --test none --resamples 50 --worst 1");
    assert_eq!(report["statistics"]["seed"], 2);
    assert_eq!(report["statistics"]["test"], "none");
    assert_eq!(report["worst"][0]["segments"].as_array().unwrap().len(), 1);
    let (_, report) = by(" --metric-option bleu.tokenize=13a");
    let signature = report["checks"][0]["signature"].as_str().unwrap();
    assert!(signature.contains("|case:lc|") && signature.contains("|tok:13a|"), "{signature}");
    // Rules are added, not replaced.
    let (code, report) = by(" --baseline-hyp bad.txt --min bleu=99");
    assert_eq!((code, verdicts(&report)), (1, vec!["pass", "fail"]));
    let (_, report) = by(" --json flag.json");
    assert_eq!(serde_json::from_str::<Value>(&sandbox.read("flag.json")).unwrap(), report);
    let message = sandbox
        .run("gate --ref ref.txt --hyp good.txt --min-segments 21")
        .refused("more than there are");
    assert!(message.contains("expected at least 21"));
    let message =
        sandbox.run("gate --ref bad.txt --hyp good.txt --baseline none.json --strict").stdout;
    assert!(message.contains("NO VERDICT"), "a baseline that is named is meant: {message}");
}

#[test]
fn segments_from_standard_input() {
    let sandbox = Sandbox::for_gate();
    let arguments = |line: &'static str| line.split(' ');
    let line =
        "gate --ref ref.txt --hyp - --baseline-hyp good.txt --max-drop bleu=0.5 --format json";
    for (name, code) in [("good.txt", 0), ("bad.txt", 1)] {
        let ran = sandbox.run_with(arguments(line), sandbox.read(name).as_bytes());
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let (_, mut of_file) =
            sandbox.gate_json(&format!("--hyp {name} --baseline-hyp good.txt --max-drop bleu=0.5"));
        for (one, other) in report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .zip(of_file["checks"].as_array_mut().unwrap())
        {
            assert_eq!(one, other, "{name}");
        }
        // Its texts cannot be read again.
        for segment in report["worst"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|of| of["segments"].as_array().unwrap())
        {
            assert_eq!(segment["texts"], Value::Null);
        }
    }
    let ran = sandbox.run_with(arguments(line), b"one line\n");
    assert!(ran.refused("cut off").contains("different numbers of lines"));
}

#[test]
fn threads_change_no_byte() {
    let sandbox = Sandbox::for_gate();
    for line in [
        "--ref ref.txt --hyp odd.txt --baseline-hyp even.txt --max-drop bleu=0 --max-drop rouge=0 --min ter=0 --test approx-randomization",
        "--data data.jsonl --hyp-field new --ref-field ref --baseline-hyp-field old --max-drop bleu=0 --max-drop chrf=0 --slice-field lang --cluster-field doc",
        "--ref ref.txt --hyp odd.txt --baseline-hyp even.txt --max-drop bleu=0 --self-check",
    ] {
        let run = |threads: u32, format: &str| {
            let ran = sandbox.run(&format!("gate {line} --threads {threads}{format}"));
            (ran.code, ran.stdout, ran.stderr)
        };
        for format in ["", " --format json", " --format md", " --github"] {
            let one = run(1, format);
            assert!(!one.1.is_empty(), "{}", one.2);
            assert_eq!(run(4, format), one, "{line} {format}");
        }
    }
}
