//! The commands that score nothing.

use crate::sandbox::Sandbox;
use crate::snapshot;

#[test]
fn list() {
    let sandbox = Sandbox::new();
    for format in ["text", "json", "md"] {
        snapshot!(format!("list_{format}"), sandbox, &format!("list --format {format}"));
    }
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("help", sandbox, "--help");
    snapshot!("help_bleu", sandbox, "bleu --help");
    snapshot!("help_bleu_short", sandbox, "bleu -h");
    snapshot!("help_chrf", sandbox, "chrf --help");
    snapshot!("help_rouge", sandbox, "rouge --help");
    snapshot!("help_rouge_short", sandbox, "rouge -h");
    snapshot!("version", sandbox, "--version");
}

#[test]
fn tokenize() {
    let sandbox = Sandbox::new();
    sandbox.write("t.txt", "It's 3.5%, e.g. 2017.\n\n中文……好 »x«—y\r\nΑΣ &amp;lt;\n");
    for scheme in genai_metrics::text::Scheme::NAMES {
        snapshot!(
            format!("tokenize_{scheme}"),
            sandbox,
            &format!("tokenize --scheme {scheme} t.txt")
        );
    }
    snapshot!("tokenize_lowercase", sandbox, "tokenize --lowercase t.txt");
    let ran = sandbox.run_with(["tokenize", "--scheme", "char"], "ab c".as_bytes());
    assert_eq!(ran.success(), "a b   c\n");
}

#[test]
fn completions_and_man() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.run(&format!("completions {shell}")).success();
        for option in ["fail-under", "newline-mark", "punkt-model"] {
            assert!(script.contains(option), "{shell}: {option}");
        }
    }
    let page = sandbox.run("man").success();
    assert!(page.contains(".TH") && page.contains("tokenize"), "{page}");
    let page = sandbox.run("man bleu").success();
    assert!(page.contains("genai\\-eval\\-bleu") && page.contains("fail\\-under"), "{page}");
    let page = sandbox.run("man rouge").success();
    assert!(page.contains("genai\\-eval\\-rouge") && page.contains("newline\\-mark"), "{page}");
}

#[test]
fn doctor() {
    let sandbox = Sandbox::with_texts();
    snapshot!("doctor_good", sandbox, "doctor --ref ref.txt --hyp a.txt");
    snapshot!("doctor_records", sandbox, "doctor --data data.jsonl");
    sandbox.write(
        "odd.txt",
        "\u{feff}A &quot;line&quot; .\r\nzero\u{200b}width\ttab\n\nSÃ¤tze\u{2028}x\u{fffd}\nsame\nsame\n\n",
    );
    sandbox.write("latin1.txt", b"one\ntw\xf6\n");
    sandbox.write("json.txt", "{\"hyp\": \"a\"}\n");
    snapshot!("doctor_odd", sandbox, "doctor --ref odd.txt --hyp x=odd.txt");
    snapshot!("doctor_json_file", sandbox, "doctor --ref json.txt --hyp x=json.txt --format json");
    snapshot!("doctor_not_utf8", sandbox, "doctor --ref ref.txt --hyp latin1.txt");
    snapshot!("doctor_counts", sandbox, "doctor --ref ref.txt --hyp odd.txt");
}
