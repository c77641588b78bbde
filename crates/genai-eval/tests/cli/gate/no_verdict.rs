//! Whatever keeps the gate from judging: exit code 2, never green and never red.

use super::verdicts;
use crate::sandbox::Sandbox;

const RULE: &str = "--max-drop bleu=0.5";

/// Says why, and nothing else.
#[test]
fn what_is_read_is_wrong() {
    let sandbox = Sandbox::for_gate();
    let lines = sandbox.lines_of("good.txt");
    sandbox.write("short.txt", lines[..19].join("\n") + "\n");
    sandbox.write("empty.txt", "");
    sandbox.write(
        "latin1.txt",
        [sandbox.read("good.txt").replace('\n', " ").as_bytes(), b"\xe9\n"].concat(),
    );
    for (line, expected) in [
        ("--hyp none.txt --min bleu=1", "none.txt: no such file"),
        ("--hyp good.txt --baseline-hyp none.txt --max-drop bleu=1", "none.txt: no such file"),
        (
            "--hyp short.txt --min bleu=1",
            "the files have different numbers of lines: ref.txt 20, short.txt 19",
        ),
        ("--hyp good.txt --baseline-hyp short.txt --max-drop bleu=1", "ref.txt 20, short.txt 19"),
        ("--hyp latin1.txt --min bleu=1", "latin1.txt:1: "),
        ("--hyp empty.txt --min bleu=1", "empty.txt is empty, expected one segment a line"),
        (
            "--hyp good.txt --min bleu=1 --min-segments 21",
            "20 segments are too few for a verdict, expected at least 21 (min_segments)",
        ),
        ("--hyp good.txt --hyp bad.txt --min bleu=1", "several candidates, expected one --hyp"),
        (
            "--hyp good.txt --min perplexity=1",
            "log-probabilities, expected logprobs in [data] or --logprobs FILE",
        ),
    ] {
        let message = sandbox.gate(line).refused(line);
        assert!(message.contains(expected), "{line}: {message}");
    }
    let message = sandbox.run("gate --ref empty.txt --hyp empty.txt --min bleu=1").refused("empty");
    assert!(message.contains("empty.txt"), "{message}");
    for (records, expected) in [
        ("", "d.jsonl"),
        ("{\"hyp\": \"a\"}\n", "d.jsonl"),
        ("{\"hyp\": \"a\", \"ref\": \"b\"}\n{\"hyp\": 1, \"ref\": \"b\"}\n", "d.jsonl:2"),
        ("{\"hyp\": \"a\", \"ref\": \"b\"}\n{\"hyp\": \"a\", \n", "d.jsonl:2"),
    ] {
        sandbox.write("d.jsonl", records);
        let line = "gate --data d.jsonl --hyp-field hyp --ref-field ref --min bleu=1";
        let message = sandbox.run(line).refused(records);
        assert!(message.contains(expected), "{records}: {message}");
    }
}

#[test]
fn nothing_to_judge_or_to_judge_by() {
    let sandbox = Sandbox::for_gate();
    for (line, expected) in [
        (
            "gate",
            "there is no rule to judge by, expected genai-eval.toml, or rules such as --min bleu=30",
        ),
        ("gate --ref ref.txt --hyp good.txt", "there is no rule to judge by"),
        (
            "gate --min bleu=1",
            "nothing to score, expected ref and hyp, data, or logprobs in [data]",
        ),
        ("gate --ref ref.txt --min bleu=1", "nothing to score"),
        ("gate --hyp good.txt --min bleu=1", "nothing to score"),
        ("gate --config none.toml", "none.toml: no such file"),
    ] {
        let message = sandbox.run(line).refused(line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}

#[test]
fn rules_that_cannot_be_meant() {
    let sandbox = Sandbox::for_gate();
    for (rule, expected) in [
        ("--min blue=1", "no metric is called 'blue'"),
        (
            "--min bleu.recall=1",
            "bleu has no part 'recall' that is a number, expected bp, ratio, sys_len or ref_len",
        ),
        ("--min rougeL.precison=1", "rougeL has no part 'precison'"),
        ("--min bleu=x", "expected a number behind ="),
        ("--min bleu=nan", "expected a number behind ="),
        ("--min bleu=inf", "expected a number behind ="),
        ("--min bleu", "expected METRIC=X, as bleu=30"),
        ("--max-drop bleu=-1", "max_drop in [[gate]] is -1"),
        (
            "--max-drop-rel bleu=1.5",
            "max_drop_rel in [[gate]] is 1.5, expected a number from 0 to 1",
        ),
        ("--min bleu=60 --max bleu=50", "min 60 of the rule for bleu is above max 50"),
        ("--min bleu=1 --alpha 0", "alpha in [stats] is 0"),
        ("--min bleu=1 --alpha 1", "alpha in [stats] is 1"),
        ("--min bleu=1 --alpha nan", "alpha"),
        ("--min bleu=1 --resamples 0", "--resamples"),
        ("--min bleu=1 --test bootstrap", "--test"),
        ("--min bleu=1 --format xml", "--format"),
        (
            "--min bleu=1 --metric-option tokenize=zh",
            "expected METRIC.OPTION=VALUE, as bleu.tokenize=zh",
        ),
        (
            "--min bleu=1 --metric-option bleu.tokenise=zh",
            "unknown option 'tokenise' in [metrics.bleu], did you mean 'tokenize'?",
        ),
        (
            "--min bleu=1 --metric-option bleu.tokenize=zj",
            "tokenize in [metrics.bleu] is 'zj', expected ",
        ),
        ("--min bleu=1 --accept-regression why", "--update-baseline"),
        (
            "--min bleu=1 --update-baseline",
            "--update-baseline has no file to write, expected path in [baseline] or --baseline FILE",
        ),
    ] {
        let line = format!("--hyp good.txt {rule}");
        let message = sandbox.gate(&line).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}

/// A drop without a baseline, however other rules end.
#[test]
fn there_is_no_baseline() {
    let sandbox = Sandbox::for_gate();
    for (line, reason) in [
        (
            String::new(),
            "there is no baseline, expected [baseline] or --baseline FILE or --baseline-hyp FILE",
        ),
        (
            " --baseline none.json".to_owned(),
            "none.json: no such baseline, expected one written by gate --update-baseline",
        ),
    ] {
        let (code, report) =
            sandbox.gate_json(&format!("--hyp good.txt {RULE}{line} --min chrf=1"));
        assert_eq!((code, report["verdict"].as_str()), (2, Some("no-verdict")), "{line}");
        let check = &report["checks"][1];
        assert_eq!(
            (check["verdict"].as_str(), check["reason"].as_str()),
            (Some("no-verdict"), Some(reason))
        );
        assert_eq!(report["checks"][0]["verdict"], "pass");
    }
    // Where that was said to be no fault, it is a warning.
    let configuration = "[data]\nref = 'ref.txt'\nhyp = 'good.txt'\n[baseline]\npath = 'none.json'\nrequire = false\n\
                         [[gate]]\nmetric = 'bleu'\nmax_drop = 1\n";
    let (code, report) = sandbox.gate_by(configuration);
    assert_eq!((code, report["verdict"].as_str()), (0, Some("warning")));
    assert_eq!(sandbox.run("gate --config gate.toml --strict").code, 1);
}

/// A stored baseline that is not whole.
#[test]
fn damaged_baselines() {
    let sandbox = Sandbox::for_gate();
    let judge = "--hyp good.txt --baseline b.json --max-drop bleu=0.5";
    assert_eq!(sandbox.gate(&format!("{judge} --update-baseline")).code, 0);
    assert_eq!(sandbox.gate(judge).code, 0);
    let whole = sandbox.read("b.json");
    let rows = sandbox.names().into_iter().find(|name| name.ends_with(".rows.zst")).unwrap();
    let whole_rows = std::fs::read(sandbox.path(&rows)).unwrap();
    let refused = |expected: &str| {
        for line in
            [judge.to_owned(), format!("{judge} --update-baseline"), format!("{judge} --test none")]
        {
            let message = sandbox.gate(&line).refused(expected);
            assert!(message.contains(expected), "{expected}: {message}");
        }
    };
    for (text, expected) in [
        (String::new(), "b.json: the baseline is truncated or damaged, expected JSON: "),
        (
            whole[..whole.len() / 2].to_owned(),
            "b.json: the baseline is truncated or damaged, expected JSON: ",
        ),
        (
            whole.replace("baseline/1", "baseline/2"),
            "the schema is 'genai-eval/baseline/2', expected 'genai-eval/baseline/1'",
        ),
        ("{}".to_owned(), "the schema is missing, expected 'genai-eval/baseline/1'"),
        ("[1, 2]".to_owned(), "the schema is missing"),
        (
            whole.replace("\"scores\"", "\"scors\""),
            "the baseline is damaged: missing field `scores`",
        ),
        (whole.replace("higher", "up"), "direction 'up', expected higher or lower"),
        (
            whole.replace("\"columns\": 10", "\"columns\": 9"),
            ": line 1: the rows do not fit the baseline: ",
        ),
        (
            whole.replace("\"segments\": 20", "\"segments\": 19"),
            "line 21: the rows do not fit the baseline: ",
        ),
        (
            whole.replace("\"segments\": 20", "\"segments\": 21"),
            ": the rows do not fit the baseline: there are 20 rows, expected 21",
        ),
        (
            whole.replace(&rows, "other.rows.zst"),
            "other.rows.zst: the rows of the baseline are missing, expected this file beside it",
        ),
        (
            whole.replace(&rows, "../up.rows.zst"),
            "the rows are in '../up.rows.zst', expected the name of a file beside the baseline",
        ),
    ] {
        assert_ne!(text, whole, "{expected}");
        sandbox.write("b.json", &text);
        refused(expected);
        assert_eq!(sandbox.read("b.json"), text, "what is refused stays as it is");
    }
    sandbox.write("b.json", &whole);
    let mut flipped = whole_rows.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    for (bytes, expected) in [
        (&[][..], ".rows.zst: "),
        (&whole_rows[..middle], ".rows.zst: the rows of the baseline are damaged: "),
        (&flipped, ".rows.zst: the rows of the baseline are damaged: "),
        (b"text\n", ".rows.zst: the rows of the baseline are damaged: "),
    ] {
        sandbox.write(&rows, bytes);
        refused(expected);
    }
    std::fs::remove_file(sandbox.path(&rows)).unwrap();
    refused(": the rows of the baseline are missing, expected this file beside it");
    sandbox.write(&rows, &whole_rows);
    assert_eq!(sandbox.gate(judge).code, 0, "the whole one is taken again");
}

/// A baseline that is whole, but of something else.
#[test]
fn foreign_baselines() {
    let sandbox = Sandbox::for_gate();
    let write = "--hyp good.txt --baseline b.json --max-drop bleu=0.5 --update-baseline";
    assert_eq!(sandbox.gate(write).code, 0);
    let lines = sandbox.lines_of("ref.txt");
    sandbox.write("ref2.txt", lines.join("\n").replace("bridge", "tunnel") + "\n");
    for name in ["ref", "good"] {
        let lines = sandbox.lines_of(&format!("{name}.txt"));
        sandbox.write(&format!("{name}19.txt"), lines[..19].join("\n") + "\n");
    }
    let rule = "--baseline b.json --max-drop bleu=0.5";
    for (line, expected) in [
        (format!("gate --ref ref2.txt --hyp good.txt {rule}"), "b.json: the baseline was made with other references"),
        (format!("gate --ref ref.txt --ref ref2.txt --hyp good.txt {rule}"), "b.json: the baseline was made with other references"),
        (format!("gate --ref ref19.txt --hyp good19.txt {rule}"), "b.json: the baseline was made of 20 segments, but 19 were scored"),
        (
            format!("gate --ref ref.txt --hyp good.txt {rule} --metric-option bleu.lowercase=true"),
            "b.json: the baseline's bleu has the signature nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp, but the run's is nrefs:1|case:lc|",
        ),
        ("gate --ref ref.txt --hyp good.txt --baseline b.json --max-drop chrf=1".to_owned(), "b.json: the baseline has no chrf, expected one of bleu"),
        (
            "gate --data data.jsonl --hyp-field new --ref-field ref --id-field id --baseline b.json --max-drop bleu=0".to_owned(),
            "b.json: the data have ids of segments, but the baseline has none",
        ),
    ] {
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
    let records = "gate --data data.jsonl --hyp-field new --ref-field ref --baseline i.json --max-drop bleu=0 --worst 0";
    assert_eq!(sandbox.run(&format!("{records} --id-field id --update-baseline")).code, 0);
    let other = sandbox.read("data.jsonl").replace("\"s7\"", "\"t7\"");
    let message = sandbox.run(records).refused("no ids");
    assert!(
        message.contains("i.json: the baseline has ids of segments, but the data have none"),
        "{message}"
    );
    sandbox.write("data.jsonl", other);
    let message = sandbox.run(&format!("{records} --id-field id")).refused("other ids");
    assert!(
        message.contains(
            "i.json: the baseline was made of segments with other ids, or in another order"
        ),
        "{message}"
    );
}

/// Outputs of the baseline that are of other segments.
#[test]
fn foreign_outputs() {
    let sandbox = Sandbox::for_gate();
    let records = sandbox.read("data.jsonl");
    let fields = "--hyp-field new --ref-field ref --id-field id --max-drop bleu=0";
    for (old, expected) in [
        (
            records.replace("\"s7\"", "\"t7\""),
            "has other ids than data.jsonl:new, expected the same segments in the same order",
        ),
        (
            records.replace("\"ref\":\"The", "\"ref\":\"A"),
            "has other references than data.jsonl:new, expected the same segments",
        ),
        (records.lines().take(19).map(|line| format!("{line}\n")).collect(), ""),
    ] {
        assert_ne!(old, records);
        sandbox.write("old.jsonl", old);
        let line = format!(
            "gate --data data.jsonl {fields} --baseline-data old.jsonl --baseline-hyp-field old"
        );
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(expected), "{message}");
    }
    let line = "gate --data data.jsonl --hyp-field new --ref-field ref --max-drop bleu=0 --baseline-hyp bad.txt";
    let message = sandbox.run(line).refused(line);
    assert!(
        message.contains(
            "the baseline's outputs are of another kind than the data, expected the same"
        ),
        "{message}"
    );
}

/// One segment shows nothing of chance, and a score that is no number nothing at all.
#[test]
fn chance_cannot_be_told() {
    let sandbox = Sandbox::for_gate();
    for name in ["ref", "good", "bad"] {
        let line = sandbox.lines_of(&format!("{name}.txt"))[2].clone() + "\n";
        sandbox.write(&format!("{name}.txt"), line);
    }
    let line = "--hyp good.txt --baseline-hyp bad.txt --max-drop bleu=0";
    let (code, report) = sandbox.gate_json(line);
    assert_eq!(code, 2);
    let reason = report["checks"][0]["reason"].as_str().unwrap();
    assert_eq!(reason, "to draw from there is 1, expected two segments or more");
    assert_eq!(sandbox.gate(&format!("{line} --test none")).code, 0);
    // The same difference in each of few segments: too few to tell.
    sandbox.write("ref.txt", "a b c d\n".repeat(5));
    sandbox.write("good.txt", "a b c d\n".repeat(5));
    sandbox.write("bad.txt", "a b c x\n".repeat(5));
    let (code, report) =
        sandbox.gate_json("--hyp bad.txt --baseline-hyp good.txt --max-drop wer=0");
    assert_eq!((code, verdicts(&report)), (0, vec!["inconclusive"]), "{report}");
    // In many segments it is no chance, and what is better everywhere is no loss.
    for name in ["ref", "good", "bad"] {
        sandbox.write(&format!("{name}.txt"), sandbox.read(&format!("{name}.txt")).repeat(4));
    }
    let (code, report) =
        sandbox.gate_json("--hyp bad.txt --baseline-hyp good.txt --max-drop wer=0");
    assert_eq!((code, verdicts(&report)), (1, vec!["fail"]), "{report}");
    let (code, report) =
        sandbox.gate_json("--hyp good.txt --baseline-hyp bad.txt --max-drop wer=0");
    assert_eq!((code, verdicts(&report)), (0, vec!["pass"]), "{report}");
}
