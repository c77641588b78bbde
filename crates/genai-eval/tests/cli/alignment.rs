//! `wer`: its formats, and `--alignment`.

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::snapshot;

const ONE: &str = "--ref ref.txt --hyp a.txt";
const SEVERAL: &str = "--ref ref.txt --ref ref2.txt --hyp first=a.txt --hyp second=b.txt";
const RECORDS: &str = "--data data.jsonl --id-field id";

#[test]
fn formats_of_wer() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("wer_text", format!("wer {ONE}")),
        ("wer_text_several", format!("wer {SEVERAL} --lowercase --remove-punctuation")),
        ("wer_text_sentence", format!("wer {SEVERAL} --types wer,cer --sentence")),
        ("wer_json", format!("wer {RECORDS} --nfkc --collapse-spaces --format json --sentence")),
        ("wer_jsonl", format!("wer {ONE} --types wip,wer --format jsonl")),
        ("wer_csv", format!("wer {SEVERAL} --unit char --format csv")),
        ("wer_md", format!("wer {SEVERAL} --unit char --types mer,cer --format md")),
        ("wer_gate", format!("wer {ONE} --fail-over wer=0.1 --fail-under wip=0.5")),
        ("wer_unit_of_none", format!("wer {ONE} --types wer,cer --unit char")),
        ("wer_help", "wer --help".to_owned()),
    ] {
        snapshot!(name, sandbox, &line);
    }
}

#[test]
fn alignments_stand_before_the_result() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("alignment_words", format!("wer {ONE} --types wer --alignment -")),
        ("alignment_several", format!("wer {SEVERAL} --types wer --lowercase --alignment -")),
        ("alignment_records", format!("wer {RECORDS} --types cer --alignment -")),
        ("alignment_characters", format!("wer {ONE} --unit char --types mer --alignment -")),
    ] {
        snapshot!(name, sandbox, &line);
    }
}

/// A file has the same, and colours only where they are seen.
#[test]
fn alignments_in_files() {
    let sandbox = Sandbox::with_texts();
    let result = sandbox.run(&format!("wer {SEVERAL}")).success();
    let both = sandbox.run(&format!("wer {SEVERAL} --alignment -")).success();
    let beside = sandbox.run(&format!("wer {SEVERAL} --alignment words.txt")).success();
    assert_eq!((beside, sandbox.read("words.txt") + &result), (result.clone(), both));
    assert!(!sandbox.read("words.txt").contains('\x1b'));

    sandbox.run(&format!("wer {SEVERAL} --alignment a.jsonl")).success();
    sandbox.run(&format!("wer {SEVERAL} --alignment a.JSON")).success();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("alignment_json_lines", sandbox.read("a.jsonl"));
    });
    let array: Vec<Value> = serde_json::from_str(&sandbox.read("a.JSON")).unwrap();
    let lines: Vec<Value> =
        sandbox.read("a.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((array.len(), &array), (6, &lines));
    let of = |index: usize, key: &str| lines[index][key].clone();
    assert_eq!([of(0, "system"), of(1, "system")], ["first", "second"]);
    assert_eq!([of(1, "index"), of(2, "index")], [0, 1]);
    // The reference with the fewest errors is the one that was aligned.
    assert_eq!(of(3, "reference"), "They say it cost $3.50.");

    sandbox.run(&format!("wer {RECORDS} --alignment ids.jsonl")).success();
    let ids: Vec<Value> = sandbox
        .read("ids.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone())
        .collect();
    assert_eq!(ids, [Value::from("s1"), Value::from("s2"), Value::from(3)]);
}

/// What is counted is what is shown, whatever the threads.
#[test]
fn counts_are_those_of_the_alignments() {
    let sandbox = Sandbox::new();
    let words = ["the", "cat", "sat,", "on", "mats.", "中文", "é"];
    let text = |seed: usize| -> String {
        let word = |i: usize, j: usize| words[(i * 7 + j * j * seed + j) % words.len()];
        let line = |i| (0..(i * seed) % 13).map(|j| word(i, j)).collect::<Vec<_>>().join(" ");
        (0..1500).map(|i| line(i) + "\n").collect()
    };
    for (file, seed) in [("r1", 3), ("r2", 5), ("h1", 4), ("h2", 9)] {
        sandbox.write(file, text(seed));
    }
    let line = "wer --ref r1 --ref r2 --hyp h1 --hyp h2 --quiet --format json --alignment a.jsonl";
    let report: Value = serde_json::from_str(&sandbox.run(line).success()).unwrap();
    let alignments = sandbox.read("a.jsonl");
    for (system, result) in [("h1", &report["results"][0]), ("h2", &report["results"][5])] {
        assert_eq!((&result["system"], &result["metric"]), (&system.into(), &"wer".into()));
        for name in ["hits", "substitutions", "deletions", "insertions"] {
            let of_system = |line: &str| -> Option<u64> {
                let alignment: Value = serde_json::from_str(line).unwrap();
                (alignment["system"] == system).then(|| alignment[name].as_u64().unwrap())
            };
            let sum: u64 = alignments.lines().filter_map(of_system).sum();
            assert_eq!(result["parts"][name], sum, "{system}: {name}");
        }
    }
    for threads in [1, 3] {
        sandbox.run(&format!("{line} --threads {threads}")).success();
        assert_eq!(sandbox.read("a.jsonl"), alignments, "{threads} threads");
    }
}

#[test]
fn places_that_are_taken() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("alignment_over_input", format!("wer {ONE} --alignment ref.txt")),
        ("alignment_over_result", format!("wer {ONE} --alignment o.json -o o.json")),
        ("alignment_before_json", format!("wer {ONE} --alignment - --format json")),
        ("alignment_beside_segments", format!("wer {ONE} --alignment - --segments -")),
        ("alignment_of_none", format!("bleu {ONE} --alignment words.txt")),
        ("alignment_no_folder", format!("wer {ONE} --alignment none/words.txt")),
    ] {
        snapshot!(name, sandbox, &line);
    }
    assert!(
        !sandbox.names().iter().any(|name| name.contains("o.json") || name.contains("words.txt"))
    );
}
