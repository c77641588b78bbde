//! `genai-eval correlate`: metrics beside human scores, and raters beside each other.

use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::snapshot;

/// A folder with the judgements and ratings of our fixtures.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agreement");
    for name in ["judgements.jsonl", "ratings.csv", "ratings_long.jsonl"] {
        sandbox.write(name, std::fs::read(fixtures.join(name)).unwrap());
    }
    sandbox.write(
        "scores.csv",
        "system,segment,human,metric,error\na,1,90,0.9,0.1\na,2,80,0.7,0.4\nb,1,70,0.8,0.3\nb,2,,0.2,0.9\n\
         c,1,20,0.1,0.8\nc,2,30,0.4,0.7\n",
    );
    sandbox
}

const JUDGEMENTS: &str = "--data judgements.jsonl --human-field human --system-field system --segment-field segment \
                          --metric-field suffered --lower-is-better suffered -m bleu,chrf++ --hyp-field hyp --ref-field ref";

const RATERS: &str =
    "--data ratings.csv --rater-field anna --rater-field ben --rater-field chloe --rater-field dan";

#[test]
fn metrics_beside_humans_in_every_format() {
    let sandbox = sandbox();
    for format in ["text", "json", "csv", "md"] {
        let line = format!("correlate {JUDGEMENTS} --format {format}");
        snapshot!(format!("correlate_{format}"), sandbox, &line);
    }
    snapshot!(
        "correlate_rows",
        sandbox,
        "correlate --data scores.csv --human-field human --metric-field metric --metric-field error --lower-is-better \
         error --system-field system --resamples 50"
    );
}

#[test]
fn help_defines_every_statistic() {
    let help = Sandbox::new().run("correlate --help").success();
    for which in genai_metrics::agreement::Correlation::ALL {
        assert!(help.contains(&format!("\n  {} ", which.title())), "{help}");
    }
    for words in [
        "Krippendorff's alpha",
        "Fleiss' kappa",
        "Cohen's kappa",
        "within-segments",
        "--scale",
        "--metric",
    ] {
        assert!(help.contains(words), "{words}: {help}");
    }
}

/// The tables that the README shows are those of our fixtures.
#[test]
fn the_readme_shows_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let sandbox = sandbox();
    let mut shown = 0;
    for line in readme.lines().filter_map(|line| line.strip_prefix("$ genai-eval ")) {
        let line = line.replace("fixtures/agreement/", "");
        if line.starts_with("correlate ") {
            let table = sandbox.run(&line).success();
            assert!(readme.contains(&format!("\n{table}")), "the README lacks:\n{table}");
            shown += 1;
        }
    }
    assert_eq!(shown, 2);
}

#[test]
fn raters_in_every_format() {
    let sandbox = sandbox();
    for format in ["text", "json", "csv", "md"] {
        let line =
            format!("correlate {RATERS} --scale ordinal --weights quadratic --format {format}");
        snapshot!(format!("correlate_raters_{format}"), sandbox, &line);
    }
    let long = "correlate --data ratings_long.jsonl --item-field item --rater-name-field rater --human-field rating \
                --scale interval --format csv";
    let wide = format!("correlate {RATERS} --scale interval --format csv");
    assert_eq!(sandbox.run(long).success(), sandbox.run(&wide).success(), "the same ratings");
}

/// Three items, one of which has 3.0 in place of 3, and words.
#[test]
fn ratings_are_numbers_if_all_are() {
    let sandbox = Sandbox::new();
    sandbox.write("n.tsv", "x\ty\n3\t3.0\n1\t1\n2\t2\n");
    sandbox.write(
        "w.jsonl",
        "{\"x\": \"good\", \"y\": \"good\"}\n{\"x\": \"bad\", \"y\": \"good\"}\n",
    );
    let alpha = |line: &str| {
        let report: Value = serde_json::from_str(&sandbox.run(line).success()).unwrap();
        report["rater_agreement"]["krippendorff_alpha"]["value"].as_f64().unwrap()
    };
    let raters = "--rater-field x --rater-field y --format json --scale";
    assert_eq!(
        alpha(&format!("correlate --data n.tsv {raters} nominal")).to_bits(),
        1_f64.to_bits()
    );
    assert_eq!(
        alpha(&format!("correlate --data w.jsonl {raters} nominal")).to_bits(),
        0_f64.to_bits()
    );
    let ran = sandbox.run(&format!("correlate --data w.jsonl {raters} ordinal"));
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "error: w.jsonl:1: field 'x' is 'good', expected a number\n");
}

/// The draws are numpy's, and so are the intervals.
#[test]
fn intervals_are_those_of_numpy() {
    let sandbox = sandbox();
    let report = sandbox.run(&format!("correlate {JUDGEMENTS} --format json")).success();
    let report: Value = serde_json::from_str(&report).unwrap();
    let gold =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agreement/intervals.jsonl");
    let mut compared = 0;
    for line in std::fs::read_to_string(gold).unwrap().lines() {
        let gold: Value = serde_json::from_str(line).unwrap();
        let mut entries = report["correlations"].as_array().unwrap().iter();
        let found =
            entries.find(|e| e["metric"] == "suffered" && e["level"] == gold["level"]).unwrap();
        let found = &found[gold["statistic"].as_str().unwrap()];
        for end in ["low", "high"] {
            let (found, expected) = (found[end].as_f64().unwrap(), gold[end].as_f64().unwrap());
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{gold}: {found}");
            compared += 1;
        }
    }
    println!("checked {compared} ends of agreement/intervals.jsonl");
    assert_eq!(compared, 18);
}

/// The same numbers on any number of threads, in any order of the rows' systems.
#[test]
fn threads_change_nothing() {
    let sandbox = sandbox();
    let line = |threads: u8| format!("correlate {JUDGEMENTS} --format json --threads {threads}");
    let one = sandbox.run(&line(1)).success();
    for threads in [2, 7] {
        assert_eq!(sandbox.run(&line(threads)).success(), one);
    }
}

/// A metric's corpus score stands for a system, and rows without a human score are not in it.
#[test]
fn systems_have_the_score_of_their_corpus() {
    let sandbox = Sandbox::new();
    let mut rows = String::new();
    for (system, human, texts) in [
        ("a", 3, ["the cat sat on the mat", "it rained all day"]),
        ("b", 1, ["the cat sat on a mat", "rain"]),
        ("c", 2, ["a cat sat on the mat", "it rained for a day"]),
    ] {
        for (text, reference) in texts.iter().zip(["the cat sat on the mat", "it rained all day"]) {
            rows += &serde_json::json!({"system": system, "human": human, "hyp": text, "ref": reference}).to_string();
            rows.push('\n');
        }
    }
    rows += "{\"system\": \"b\", \"human\": null, \"hyp\": \"the cat sat on the mat\", \"ref\": \"the cat sat on the mat\"}\n";
    sandbox.write("d.jsonl", &rows);
    let ran = sandbox.run("correlate --data d.jsonl --human-field human -m bleu --hyp-field hyp --ref-field ref --system-field system --format json");
    let report: Value = serde_json::from_str(&ran.success()).unwrap();
    let system = &report["correlations"][1];
    let mut scores = Vec::new();
    for name in ["a", "b", "c"] {
        let of_system = rows.lines().filter(|row| row.contains(&format!("\"system\":\"{name}\"")));
        sandbox.write("s.jsonl", of_system.collect::<Vec<_>>().join("\n"));
        let bleu = sandbox
            .run("bleu --data s.jsonl --hyp-field hyp --ref-field ref --score-only --width 17")
            .success();
        scores.push(bleu.trim().parse::<f64>().unwrap());
    }
    let expected = genai_metrics::agreement::pearson(&[3.0, 1.0, 2.0], &scores).unwrap();
    let found = system["pearson"]["value"].as_f64().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    assert_eq!(report["inputs"]["left_out"], 1);
    assert!(system["pearson"].get("low").is_none(), "rows of systems don't belong together");
}

#[test]
fn what_is_wrong_in_files_is_said() {
    let sandbox = sandbox();
    sandbox.write("word.csv", "human,m\n1,2\nbad,3\n");
    sandbox.write("hole.csv", "human,m\n1,2\n2,\n");
    sandbox.write("short.csv", "human,m\n1,2\n2\n");
    sandbox.write("twice.csv", "human,m,m\n1,2,3\n");
    sandbox.write("empty.csv", "human,m\n");
    sandbox.write("none.csv", "human,m\n,2\n");
    sandbox.write("huge.jsonl", "{\"human\": 1e999, \"m\": 1}\n");
    sandbox.write("string.jsonl", "{\"human\": \"1\", \"m\": 1}\n");
    sandbox.write("gap.jsonl", "{\"human\": 1, \"m\": 1}\n\n{\"human\": 1, \"m\": 1}\n");
    sandbox.write("again.csv", "item,rater,r\n1,a,2\n1,b,2\n1,a,3\n");
    for (line, message) in [
        (
            "--data word.csv --human-field human --metric-field m",
            "word.csv:3: field 'human' is 'bad', expected a finite number",
        ),
        (
            "--data hole.csv --human-field human --metric-field m",
            "hole.csv:3: field 'm' is empty, expected a number",
        ),
        (
            "--data short.csv --human-field human --metric-field m",
            "short.csv:3: the row has 1 columns, expected 2",
        ),
        (
            "--data twice.csv --human-field human --metric-field m",
            "twice.csv:1: two columns are called 'm', expected one",
        ),
        (
            "--data empty.csv --human-field human --metric-field m",
            "empty.csv is empty, expected one segment a line",
        ),
        (
            "--data none.csv --human-field human --metric-field m",
            "none.csv:1: no row has a human score in 'human', expected a number in some",
        ),
        (
            "--data huge.jsonl --human-field human --metric-field m",
            "huge.jsonl:1: field 'human' is 1e999, expected a finite number",
        ),
        (
            "--data string.jsonl --human-field human --metric-field m",
            "string.jsonl:1: field 'human' is '1', expected a number",
        ),
        (
            "--data gap.jsonl --human-field human --metric-field m",
            "gap.jsonl:2: a blank line between records, expected a JSON object",
        ),
        (
            "--data scores.csv --human-field humna --metric-field metric",
            "scores.csv:1: no field 'humna'; the columns are: system, segment, human, metric, error",
        ),
        (
            "--data judgements.jsonl --human-field humna --metric-field suffered",
            "judgements.jsonl:1: no field 'humna'; the first record has: segment, system, hyp, ref, human, length_ratio, suffered",
        ),
        (
            "--data again.csv --item-field item --rater-name-field rater --human-field r --scale nominal",
            "again.csv:4: 'a' has rated '1' in line 2 already, expected one rating",
        ),
    ] {
        refuses(&sandbox, line, message);
    }
}

#[test]
fn what_makes_no_sense_is_said() {
    let sandbox = sandbox();
    for (line, message) in [
        (
            "--data scores.csv --metric-field metric",
            "no human scores, expected --human-field FIELD beside a metric, or --rater-field FIELD for each rater",
        ),
        (
            "--data scores.csv --human-field human",
            "no metric, expected --metric-field FIELD, or --metric NAME",
        ),
        (
            "--data scores.csv --human-field human -m bleu",
            "no texts to score, expected --hyp-field FIELD beside --metric",
        ),
        (
            "--data scores.csv --human-field human -m bleu --hyp-field system",
            "no references, expected --ref-field FIELD beside --metric",
        ),
        (
            "--data scores.csv --human-field human --metric-field metric --lower-is-better error",
            "--lower-is-better error is no metric's field, expected one of --metric-field",
        ),
        (
            "--data scores.csv --human-field human --metric-field metric --metric-field metric",
            "--metric-field metric is given twice, expected it once",
        ),
        (
            "--data ratings.csv --rater-field anna --rater-field ben",
            "no scale, expected --scale nominal, ordinal, interval or ratio",
        ),
        (
            "--data ratings.csv --rater-field anna --scale nominal",
            "there is one rater, expected --rater-field for at least two",
        ),
        (
            "--data ratings.csv --rater-field anna --rater-field ben --scale nominal --metric-field dan",
            "--metric-field is about metrics, expected either metrics or raters",
        ),
    ] {
        refuses(&sandbox, line, message);
    }
}

/// The message is the last thing said, and nothing is on standard output.
fn refuses(sandbox: &Sandbox, line: &str, message: &str) {
    let ran = sandbox.run(&format!("correlate {line}"));
    let last = ran.stderr.lines().rfind(|line| line.starts_with("error: "));
    let expected = format!("error: {message}");
    assert_eq!((ran.code, last), (2, Some(&*expected)), "{line}: {}", ran.stderr);
    assert_eq!(ran.stdout, "", "{line}");
}
