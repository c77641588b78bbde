//! `genai-eval perplexity …` and `genai-eval lm …`.

use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;
use crate::snapshot;

/// Texts to train on and to score, and records.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let sentences = ["the cat sat on the mat", "a dog sat by the door", "the door is open"];
    sandbox.write("train.txt", sentences.join("\n") + "\n");
    sandbox.write("a.txt", "the cat sat by the door\nthe mouse is on the mat\n");
    sandbox.write("b.txt", "the cat is open\na mouse by a mouse\n");
    sandbox.write(
        "chat.jsonl",
        concat!(
            r#"{"id":"x","choices":[{"logprobs":{"content":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[]},{"token":"!","logprob":-1.5,"bytes":[33],"top_logprobs":[]}]}}]}"#,
            "\n",
            r#"{"id":"y","choices":[{"logprobs":{"content":[{"token":"Yes","logprob":-2,"bytes":null,"top_logprobs":[]}]}}]}"#,
            "\n",
        ),
    );
    sandbox.write("plain.jsonl", "{\"tokens\":[\"The\",\" cat\"],\"logprobs\":[null,-2.5]}\n");
    sandbox.write("inf.jsonl", "{\"tokens\":[\"a\",\"b\"],\"logprobs\":[-1,\"-inf\"]}\n");
    sandbox
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("perplexity_help", sandbox, "perplexity --help");
    snapshot!("lm_help", sandbox, "lm --help");
    for command in ["train", "query", "convert"] {
        snapshot!(format!("lm_help_{command}"), sandbox, &format!("lm {command} --help"));
    }
}

#[test]
fn log_probabilities() {
    let sandbox = sandbox();
    let chat = "perplexity --logprobs chat.jsonl";
    snapshot!("perplexity_chat", sandbox, chat);
    snapshot!(
        "perplexity_chat_sentences",
        sandbox,
        &format!("{chat} --sentence --format jsonl --quiet")
    );
    snapshot!(
        "perplexity_json",
        sandbox,
        "perplexity --logprobs plain.jsonl --format json --quiet"
    );
    let two = "perplexity --logprobs one=chat.jsonl --logprobs two=chat.jsonl --quiet";
    snapshot!("perplexity_systems", sandbox, two);
    for (rule, name) in
        [("error", "error"), ("keep", "keep"), ("skip", "skip"), ("floor=-20", "floor")]
    {
        let line = format!("perplexity --logprobs inf.jsonl --on-inf {rule} --score-only");
        snapshot!(format!("perplexity_inf_{name}"), sandbox, &line);
    }
    for (name, line) in [
        ("nothing", "perplexity"),
        ("no_model", "perplexity --hyp a.txt"),
        ("both", "perplexity --logprobs chat.jsonl --hyp a.txt"),
        ("order", "perplexity --logprobs chat.jsonl --order 2"),
        ("layout", "perplexity --logprobs chat.jsonl --layout vllm"),
        ("counts", "perplexity --logprobs chat.jsonl --logprobs plain.jsonl --layout plain"),
        ("on_inf", "perplexity --logprobs chat.jsonl --on-inf floor=1"),
        ("overwrites", "perplexity --logprobs chat.jsonl --save-logprobs chat.jsonl"),
        ("twice", "perplexity --logprobs chat.jsonl --save-logprobs x --surprisal x"),
        ("gate", "perplexity --logprobs chat.jsonl --quiet --fail-over 1.5"),
    ] {
        snapshot!(format!("perplexity_error_{name}"), sandbox, line);
    }
    sandbox.write("bad.jsonl", "{\"logprobs\":[-1]}\n\n{\"logprobs\":[-1,0.5]}\n");
    snapshot!("perplexity_error_record", sandbox, "perplexity --logprobs bad.jsonl --quiet");
}

/// What was saved is read back to the same number, whatever the threads.
#[test]
fn saved_log_probabilities_come_to_the_same() {
    let sandbox = sandbox();
    let line =
        "perplexity --train train.txt --order 2 --hyp a.txt --quiet --score-only --format json";
    let score = sandbox
        .run(&format!("{line} --save-logprobs saved.jsonl --surprisal bits.jsonl"))
        .success();
    assert_eq!(sandbox.run(&format!("{line} --threads 1")).success(), score);
    let again = "perplexity --logprobs saved.jsonl --quiet --score-only --format json";
    assert_eq!(sandbox.run(again).success(), score);
    let bits = sandbox.read("bits.jsonl");
    assert_eq!(bits.lines().count(), 2);
    assert!(
        bits.starts_with(r#"{"tokens":["the","cat","sat","by","the","door",""],"surprisal":["#)
    );
}

#[test]
fn n_gram_models() {
    let sandbox = sandbox();
    snapshot!("lm_train", sandbox, "lm train train.txt --order 2");
    sandbox.run("lm train train.txt --order 2 -o model.arpa --quiet").success();
    sandbox.run("lm convert model.arpa -o model.bin").success();
    sandbox.run("lm convert model.bin -o again.arpa").success();
    assert_eq!(sandbox.read("model.arpa"), sandbox.read("again.arpa"));
    snapshot!("lm_query", sandbox, "lm query model.bin a.txt");
    snapshot!("lm_query_summary", sandbox, "lm query model.arpa a.txt -v summary -n");
    for (name, line) in [
        ("kenlm", "perplexity --lm model.bin --hyp a.txt --compat kenlm --quiet"),
        (
            "lm_systems",
            "perplexity --lm model.arpa --hyp a=a.txt --hyp b=b.txt --quiet --format md",
        ),
        ("characters", "perplexity --train train.txt --unit character --order 3 --hyp a.txt"),
        (
            "pieces",
            "perplexity --train train.txt --unit bpe:cl100k_base --order 2 --hyp a.txt --quiet",
        ),
        ("no_training", "perplexity --lm model.bin --order 3 --hyp a.txt"),
        ("strict", "lm train train.txt --order 3 --strict-discounts"),
        ("not_arpa", "perplexity --lm train.txt --hyp a.txt"),
        ("neural", "perplexity --model nowhere --hyp a.txt"),
    ] {
        snapshot!(format!("perplexity_{name}"), sandbox, line);
    }
    let binary = fs::read(sandbox.path("model.bin")).unwrap();
    sandbox.write("cut.bin", &binary[..binary.len() / 2]);
    snapshot!("perplexity_cut_model", sandbox, "perplexity --lm cut.bin --hyp a.txt");
}

/// Other tools' numbers from the same file, where they are the same quotient.
#[test]
fn kenlm_s_number_is_that_of_query() {
    let sandbox = sandbox();
    sandbox.run("lm train train.txt --order 3 -o model.bin --quiet").success();
    let query = sandbox.run("lm query model.bin b.txt -v summary").success();
    let including =
        query.lines().find_map(|line| line.strip_prefix("Perplexity including OOVs:")).unwrap();
    let including: f64 = including.trim().parse().unwrap();
    let score =
        "perplexity --lm model.bin --hyp b.txt --compat kenlm --score-only --format json --quiet";
    let score: f64 = sandbox.run(score).success().trim().parse().unwrap();
    assert!((score / including - 1.0).abs() < 1e-6, "{score} {including}");
}

/// Every number of `gold/ppl.jsonl`, which was computed with `math.fsum`.
#[test]
fn corpora_perplexities_of_log_probabilities() {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("public");
    let sandbox = Sandbox::new();
    let file = folder.join("ppl/logprobs.jsonl");
    let line =
        format!("perplexity --logprobs {} --sentence --format jsonl --quiet", file.display());
    let ours = sandbox.run(&line).success();
    let gold = fs::read_to_string(folder.join("gold/ppl.jsonl")).unwrap();
    let gold: Vec<serde_json::Value> =
        gold.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut checked = 0;
    for line in ours.lines() {
        let ours: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(gold) = gold.iter().find(|gold| gold["id"] == ours["id"]) else { continue };
        let mut same = |name: &str, ours: &serde_json::Value| {
            let (Some(gold), Some(ours)) = (gold[name].as_f64(), ours.as_f64()) else { return };
            // Sums are of multiples of 2⁻⁹⁸, and one record has nothing but 5e-324.
            assert!((ours - gold).abs() <= 1e-12 * gold.abs() + 1e-28, "{name}: {ours} {gold}");
            checked += 1;
        };
        let parts = &ours["parts"];
        same("ppl", &ours["score"]);
        for (name, part) in [
            ("tokens", "tokens"),
            ("mean_nll_nats", "mean_surprisal"),
            ("bits_per_token", "bits_per_token"),
            ("bytes", "bytes"),
            ("chars", "characters"),
            ("words", "words"),
            ("bits_per_byte", "bits_per_byte"),
            ("bits_per_char", "bits_per_character"),
            ("word_ppl", "word_perplexity"),
        ] {
            same(name, &parts[part]);
        }
    }
    assert!(checked > 2500, "{checked}");
    println!("checked {checked} numbers of gold/ppl.jsonl");
}
