//! Tokenizers from files: `--tokenize bpe:FILE` and `spm:FILE`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Texts, and tokenizers of our fixtures.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_texts();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/bpe");
    for name in ["spm_rules.model", "byte_level.json"] {
        sandbox.write(name, fs::read(fixtures.join(name)).unwrap());
    }
    sandbox
}

#[test]
fn pieces_are_printed() {
    let sandbox = sandbox();
    sandbox.write("t.txt", "It's 3.5%, naïve 龘龘. \n\nＡ ﬁne day\n");
    let cut = |scheme: &str| sandbox.run(&format!("tokenize --scheme {scheme} t.txt")).success();
    // What is unknown stands as it is, as in sacreBLEU.
    assert_eq!(
        cut("spm:spm_rules.model"),
        "▁I t ' s ▁3.5% , ▁n a ï ve ▁ 龘龘 .\n\n▁A ▁f in e ▁d ay\n"
    );
    let bytes = cut("bpe:byte_level.json");
    assert!(bytes.starts_with("I t 's Ġ3 . 5 % , Ġn a Ã ¯ ve Ġ é ¾ ĺ é ¾ ĺ .\n\n"), "{bytes}");
    assert_eq!(cut("bpe:spm_rules.model"), cut("spm:spm_rules.model"));
    // A file goes before a tokenizer that is built in.
    let builtin = cut("bpe:cl100k_base");
    assert!(builtin.starts_with("It 's Ġ 3 . 5 %, ĠnaÃ¯ ve Ġé ¾"), "{builtin}");
    sandbox.write("cl100k_base", fs::read(sandbox.path("byte_level.json")).unwrap());
    assert_eq!(cut("bpe:cl100k_base"), bytes);
}

#[test]
fn two_files_are_one_tokenizer() {
    let sandbox = sandbox();
    let json: Value = serde_json::from_str(&sandbox.read("byte_level.json")).unwrap();
    let merges = json["model"]["merges"].as_array().unwrap().iter().map(|merge| {
        let [left, right] = [0, 1].map(|side| merge[side].as_str().unwrap());
        format!("{left} {right}\n")
    });
    sandbox.write("vocab.json", json["model"]["vocab"].to_string());
    sandbox.write("merges.txt", format!("#version: 0.2\n{}", merges.collect::<String>()));
    let score = |file: &str| {
        sandbox.run(&format!("bleu --ref ref.txt --hyp a.txt --tokenize bpe:{file}")).success()
    };
    let both = score("vocab.json");
    assert_eq!(score("merges.txt"), both);
    assert_eq!(score("."), both);
    let line = "bleu --ref ref.txt --hyp a.txt --format json --tokenize bpe:vocab.json";
    let report: Value = serde_json::from_str(&sandbox.run(line).success()).unwrap();
    let files = report["inputs"]["options"].as_array().unwrap();
    assert_eq!(
        files.iter().map(|file| &file["path"]).collect::<Vec<_>>(),
        ["vocab.json", "merges.txt"]
    );
    let ran = sandbox.run("bleu --ref ref.txt --hyp a.txt --tokenize bpe:vocab.json -o merges.txt");
    assert!(ran.stderr.contains("merges.txt is read, and would be overwritten"), "{}", ran.stderr);
}

#[test]
fn signatures_have_the_fingerprint() {
    let sandbox = sandbox();
    for (metric, prefix, file) in [
        ("bleu", "spm", "spm_rules.model"),
        ("bleu", "bpe", "byte_level.json"),
        ("rouge --types rouge2", "bpe", "byte_level.json"),
    ] {
        let line = format!(
            "{metric} --ref ref.txt --ref ref2.txt --hyp a.txt --format json --tokenize {prefix}:{file}"
        );
        let report: Value = serde_json::from_str(&sandbox.run(&line).success()).unwrap();
        let read = &report["inputs"]["options"][0];
        assert_eq!(read["path"], file, "{report}");
        let digits = &read["sha256"].as_str().unwrap()[..12];
        let signature = report["results"][0]["signature"].as_str().unwrap();
        assert!(signature.contains(&format!("|tok:{prefix}[{digits}]|")), "{signature}");
    }
    let line = "bleu --ref ref.txt --hyp a.txt --tokenize bpe:o200k_base";
    let ran = sandbox.run(line).success();
    assert!(ran.contains("|tok:bpe[o200k_base]|"), "{ran}");
}

#[test]
fn what_is_wrong_is_said() {
    let sandbox = sandbox();
    sandbox.write("words.txt", "no tokenizer at all\n");
    for (options, said) in [
        ("--tokenize bpe:nowhere.json", "nowhere.json"),
        ("--tokenize spm:words.txt", "words.txt"),
        (
            "--tokenize spm:byte_level.json",
            "is no SentencePiece model, expected one, or bpe:byte_level.json",
        ),
        ("--tokenize spm:-", "--tokenize is standard input (-), expected spm: and a file"),
        ("--tokenize bpe:", "bpe:FILE"),
        ("--tokenize unigram:spm_rules.model", "bpe:FILE"),
        (
            "--tokenize spm:spm_rules.model -o spm_rules.model",
            "spm_rules.model is read, and would be overwritten",
        ),
    ] {
        let ran = sandbox.run(&format!("bleu --ref ref.txt --hyp a.txt {options}"));
        assert!(ran.code == 2 && ran.stderr.contains(said), "{options}: {}", ran.stderr);
    }
    let ran =
        sandbox.run("rouge --ref ref.txt --hyp a.txt --stem nltk --tokenize bpe:byte_level.json");
    assert!(ran.code == 2 && ran.stderr.contains("--stem has no effect here"), "{}", ran.stderr);
    let ran = sandbox
        .run("rouge --ref ref.txt --hyp a.txt --profile rouge155 --tokenize bpe:byte_level.json");
    assert!(
        ran.code == 2 && ran.stderr.contains("--tokenize has no effect here"),
        "{}",
        ran.stderr
    );
}
