//! `genai-eval bpe …`, with a vocabulary that is small enough to read.

use std::fmt::Write;

use crate::sandbox::Sandbox;
use crate::snapshot;

/// All bytes, a few tokens made of them, and one that no text reaches.
const TOKENS: [&str; 12] =
    ["th", "the", " the", "ca", "cat", " cat", "in", "ing", "é", "中", "ab", "a b"];

/// The lines of a tiktoken file with all bytes and these tokens.
fn ranks(tokens: &[&str]) -> String {
    let bytes = (0..=255).map(|byte| vec![byte]);
    let all = bytes.chain(tokens.iter().map(|token| token.as_bytes().to_vec()));
    all.zip(0..).fold(String::new(), |mut lines, (token, rank)| {
        writeln!(lines, "{} {rank}", base64(&token)).unwrap();
        lines
    })
}

fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, i| word << 8 | usize::from(*group.get(i).unwrap_or(&0)));
        let digit =
            |i: usize| if i <= group.len() { digits[word >> (18 - 6 * i) & 63] } else { '=' };
        text.extend((0..4).map(digit));
    }
    text
}

/// The vocabulary, another one, and texts.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("tiny.tiktoken", ranks(&TOKENS));
    sandbox.write("other.tiktoken", ranks(&TOKENS[..5]));
    sandbox.write("en.txt", "the cat\nThe cat sat, thinking.\n\n");
    sandbox.write("fr.txt", "le chat\nLe chat était assis.\r\n\n");
    sandbox.write("zh.txt", "中猫\n中文!\n \n");
    sandbox
}

const TINY: &str = "--vocab tiny.tiktoken --encoding gpt2";

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot!("bpe_help", sandbox, "bpe --help");
    for command in ["train", "encode", "decode", "count", "inspect", "compare"] {
        snapshot!(format!("bpe_help_{command}"), sandbox, &format!("bpe {command} --help"));
    }
    assert_eq!(sandbox.run("bpe").code, 2);
    let page = sandbox.run("man bpe encode").success();
    assert!(page.contains("genai-eval-bpe-encode") && page.contains("offsets"), "{page}");
    assert!(sandbox.run("completions bash").success().contains("genai__eval__subcmd__bpe"));
}

/// Every format of a trained tokenizer gives the same ids.
#[test]
fn train() {
    let sandbox = sandbox();
    let text = "the cat sat on the mat, the cats sat on mats\nthinking of the thing\n".repeat(20);
    sandbox.write("corpus.txt", text);
    let line = "bpe train corpus.txt --vocab-size 280 --special <s>";
    snapshot!("bpe_train", sandbox, &format!("{line} -o tok.json"));
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    for output in ["tok.tiktoken", "tok.packed", "folder"] {
        assert_eq!(sandbox.run(&format!("{line} -o {output}")).success(), "");
    }
    assert_eq!(sandbox.run(&format!("{line} --threads 3")).success(), sandbox.read("tok.json"));
    let encode = |vocabulary: &str| {
        sandbox.run(&format!("bpe encode --vocab {vocabulary} en.txt zh.txt")).success()
    };
    let ids = encode("tok.json");
    for vocabulary in ["tok.packed", "folder", "folder/vocab.json"] {
        assert_eq!(encode(vocabulary), ids, "{vocabulary}");
    }
    assert_eq!(encode("tok.tiktoken --encoding gpt2"), ids);
    snapshot!("bpe_train_ids", sandbox, "bpe encode --vocab tok.json en.txt --tokens");
    for (name, options) in [
        ("few_pairs", "--vocab-size 1000 -o more.json"),
        ("no_format", "-o tok.bin"),
        ("no_folder", "--format gpt2 -o nowhere"),
        ("pattern", "--pattern gpt5"),
        ("suffix", "--suffix </w>"),
        ("over_input", "--format hf -o corpus.txt"),
        ("codes", "--kind subword-nmt --merges 5"),
        ("codes_few", "--kind subword-nmt --min-frequency 45 -o few.txt"),
        ("codes_pattern", "--kind subword-nmt --pattern gpt2"),
        ("codes_format", "--kind subword-nmt --format hf"),
        ("merges", "--merges 5"),
    ] {
        snapshot!(format!("bpe_train_{name}"), sandbox, &format!("bpe train corpus.txt {options}"));
    }
    sandbox.write("bad.txt", b"the\n\xff\n");
    let ran = sandbox.run("bpe train corpus.txt bad.txt -o new.json");
    assert!(ran.code == 2 && ran.stderr.contains("bad.txt:2: byte 1"), "{}", ran.stderr);
    assert!(!sandbox.names().iter().any(|name| name == "new.json" || name.contains(".part")));
}

/// Words of characters: what was learnt is read again, and gives texts of known characters back.
#[test]
fn train_characters() {
    let sandbox = sandbox();
    let text = "the cat sat on the mat, the cats sat on mats\nthinking of the thing\n".repeat(20);
    sandbox.write("corpus.txt", &text);
    sandbox.write("new.txt", "then a cat is thinking, king of mats\n\nthe Cat\n");
    let line = "bpe train corpus.txt --kind characters --special <unk>";
    snapshot!("bpe_train_characters", sandbox, &format!("{line} --vocab-size 24"));
    let words = format!("{line} --vocab-size 36 --suffix </w> -o words.json");
    assert_eq!(sandbox.run(&words).success(), "");
    let tokens = "bpe encode --vocab words.json new.txt --tokens";
    snapshot!("bpe_train_characters_tokens", sandbox, tokens);
    let ids = sandbox.run("bpe encode --vocab words.json corpus.txt").success();
    sandbox.write("ids.txt", ids);
    assert_eq!(sandbox.run("bpe decode --vocab words.json ids.txt").success(), text);
    for (name, options) in [
        ("few_pairs", "--vocab-size 1000 -o more.json"),
        ("pattern", "--pattern gpt2"),
        ("packed", "--vocab-size 24 --format packed"),
    ] {
        let line = format!("bpe train corpus.txt --kind characters {options}");
        snapshot!(format!("bpe_train_characters_{name}"), sandbox, &line);
    }
}

#[test]
fn encode() {
    let sandbox = sandbox();
    for (name, options) in [
        ("text", "en.txt zh.txt"),
        ("tokens", "en.txt zh.txt --tokens"),
        ("json", "en.txt --format json"),
        ("json_tokens", "en.txt --format json --tokens"),
        ("json_offsets", "en.txt zh.txt --format json --offsets"),
        ("json_all", "zh.txt --format json --offsets --tokens"),
        ("whole", "en.txt zh.txt --whole"),
        ("offsets_without_json", "en.txt --offsets"),
        ("no_such_file", "en.txt nowhere.txt"),
    ] {
        snapshot!(format!("bpe_encode_{name}"), sandbox, &format!("bpe encode {TINY} {options}"));
    }
    let ids = sandbox.run(&format!("bpe encode {TINY} en.txt")).success();
    let same = |line: &str| assert_eq!(sandbox.run(line).success(), ids, "{line}");
    same(&format!("bpe encode {TINY} en.txt --cache-size 0 --threads 3"));
    same(&format!("bpe encode {TINY} en.txt --special all"));
    sandbox.run(&format!("bpe encode {TINY} en.txt -o ids.txt")).success();
    assert_eq!(sandbox.read("ids.txt"), ids);
    let arguments = format!("bpe encode {TINY}");
    let ran = sandbox.run_with(arguments.split(' '), sandbox.read("en.txt").as_bytes());
    assert_eq!(ran.success(), ids);
    // As subword-nmt's apply-bpe prints it.
    sandbox.write("codes.txt", "#version: 0.2\nt h\nth e</w>\nc a\nca t</w>\n");
    sandbox.write("known.txt", "the 10\nc@@ 2\na@@ 2\nt 9\n");
    let line = "bpe encode --vocab codes.txt --tokens en.txt";
    for (name, options) in [
        ("", ""),
        ("_merges", " --merges 2 --separator ##"),
        ("_vocabulary", " --vocabulary known.txt --vocabulary-threshold 2"),
        ("_glossary", " --glossary thinking --format json"),
    ] {
        snapshot!(format!("bpe_encode_subwords{name}"), sandbox, &format!("{line}{options}"));
    }
    let ran = sandbox.run(&format!("bpe encode {TINY} en.txt --merges 2"));
    assert!(ran.code == 2 && ran.stderr.contains("no codes of subword-nmt"), "{}", ran.stderr);
    // A byte that is no text: nothing is printed, no file is left.
    sandbox.write("bad.txt", b"the\n\xff\n");
    snapshot!("bpe_encode_not_utf8", sandbox, &format!("bpe encode {TINY} en.txt bad.txt"));
    let ran = sandbox.run(&format!("bpe encode {TINY} en.txt bad.txt -o new.txt"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(!sandbox.names().iter().any(|name| name == "new.txt" || name.contains(".part")));
    snapshot!("bpe_encode_over_input", sandbox, &format!("bpe encode {TINY} en.txt -o en.txt"));
    snapshot!("bpe_encode_no_vocabulary", sandbox, "bpe encode --vocab nowhere.json en.txt");
}

#[test]
fn decode() {
    let sandbox = sandbox();
    for text in ["en.txt", "zh.txt"] {
        for format in ["", " --format json", " --format json --offsets"] {
            sandbox.run(&format!("bpe encode {TINY} {text}{format} -o ids.txt")).success();
            let decoded = sandbox.run(&format!("bpe decode {TINY} ids.txt")).success();
            assert_eq!(decoded, sandbox.read(text), "{text}{format}");
        }
    }
    sandbox.write("ids.txt", "256\t101\n\n[32, 97]\n {\"ids\": [10], \"more\": 1}\n");
    sandbox.write("part.txt", "256\n228 184\n");
    for (name, ids) in [
        ("word", "256 the"),
        ("number", "256 -1"),
        ("json", "[256, 1.5]"),
        ("object", r#"{"tokens": []}"#),
        ("unknown", "1000"),
    ] {
        sandbox.write(&format!("{name}.txt"), format!("256\n{ids}\n"));
        snapshot!(
            format!("bpe_decode_bad_{name}"),
            sandbox,
            &format!("bpe decode {TINY} {name}.txt")
        );
    }
    for (name, options) in [
        ("text", "ids.txt"),
        ("json", "ids.txt --format json"),
        ("quiet", "ids.txt --quiet"),
        ("strict", "part.txt"),
        ("lossy", "part.txt --lossy"),
    ] {
        snapshot!(format!("bpe_decode_{name}"), sandbox, &format!("bpe decode {TINY} {options}"));
    }
}

#[test]
fn count() {
    let sandbox = sandbox();
    sandbox.write("empty.txt", "");
    for format in ["text", "json", "csv", "tsv", "md"] {
        let line = format!("bpe count {TINY} en.txt zh.txt --format {format}");
        snapshot!(format!("bpe_count_{format}"), sandbox, &line);
    }
    for (name, options) in [
        ("one", "en.txt"),
        ("empty", "empty.txt"),
        ("whole", "en.txt zh.txt --whole"),
        ("only", "en.txt zh.txt --tokens-only"),
        ("limit", "en.txt zh.txt fr.txt --limit 14"),
        ("limit_json", "en.txt zh.txt --limit 14 --format json"),
        ("limit_kept", "en.txt zh.txt --limit 100 --tokens-only"),
        ("limit_whole", "en.txt zh.txt --whole --limit 14 --tokens-only"),
    ] {
        snapshot!(format!("bpe_count_{name}"), sandbox, &format!("bpe count {TINY} {options}"));
    }
    // The limit itself is no more than the limit.
    let tokens = sandbox.run(&format!("bpe count {TINY} en.txt --tokens-only")).success();
    let limit: u64 = tokens.trim().parse().unwrap();
    for (limit, code) in [(limit, 0), (limit - 1, 1), (0, 1)] {
        assert_eq!(sandbox.run(&format!("bpe count {TINY} en.txt --limit {limit}")).code, code);
    }
    sandbox.run(&format!("bpe count {TINY} en.txt -o counts.md")).success();
    assert!(sandbox.read("counts.md").starts_with("| file |"));
}

#[test]
fn inspect() {
    let sandbox = sandbox();
    for (name, options) in [
        ("text", ""),
        ("json", " --format json --show 2"),
        ("token", " --token the --token ab --id 267 --id 228"),
        ("token_json", " --token Ġcat --format json"),
        ("no_token", " --token dog"),
        ("no_id", " --id 268"),
    ] {
        snapshot!(format!("bpe_inspect_{name}"), sandbox, &format!("bpe inspect {TINY}{options}"));
    }
    let all = sandbox.run(&format!("bpe inspect {TINY} --show 0 --format json")).success();
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all["longest"].as_array().unwrap().len(), 268);
}

#[test]
fn compare() {
    let sandbox = sandbox();
    let both = "--vocab tiny.tiktoken --vocab other.tiktoken --encoding gpt2";
    for format in ["text", "json", "csv", "md"] {
        let line = format!("bpe compare {both} en.txt zh.txt --format {format}");
        snapshot!(format!("bpe_compare_{format}"), sandbox, &line);
    }
    sandbox.write("empty.txt", "");
    for (name, options) in [
        ("one", "zh.txt --power 1"),
        ("empty", "en.txt empty.txt"),
        ("power", "en.txt --power -1"),
        ("equal_one", "en.txt --expect-equal"),
    ] {
        snapshot!(format!("bpe_compare_{name}"), sandbox, &format!("bpe compare {TINY} {options}"));
    }
    for (name, options) in [
        ("equal", "--vocab tiny.tiktoken en.txt zh.txt"),
        ("equal_json", "--vocab tiny.tiktoken en.txt --format json"),
        ("different", "--vocab other.tiktoken en.txt zh.txt"),
        ("different_json", "--vocab other.tiktoken en.txt --format json"),
        ("different_csv", "--vocab other.tiktoken en.txt --format csv"),
    ] {
        let line = format!("bpe compare {TINY} --expect-equal {options}");
        snapshot!(format!("bpe_compare_{name}"), sandbox, &line);
    }
}

/// `--encoding` is for the one that needs it.
#[test]
fn compare_files_of_different_kinds() {
    let sandbox = sandbox();
    sandbox.run("bpe train en.txt --vocab-size 262 -o tok.json").success();
    let line = format!("bpe compare {TINY} --vocab tok.json --vocab cl100k_base en.txt");
    assert_eq!(sandbox.run(&line).success().matches("byte-level").count(), 3);
}

/// No byte of any result depends on the threads, nor does the first error.
#[test]
fn threads_change_no_byte() {
    let sandbox = sandbox();
    let words = ["the", "cat", "thinking,", "中文", "été", "3.5", "  ", "abab"];
    let text = |seed: usize, lines: usize| -> String {
        let word = |i: usize| words[i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 7 & 7];
        let line = |i: usize| (0..i % 13).map(|j| word(i * 31 + j)).collect::<Vec<_>>().join(" ");
        (0..lines).map(|i| line(i) + "\n").collect()
    };
    sandbox.write("one.txt", text(1, 9000));
    sandbox.write("two.txt", text(2, 9000));
    sandbox.write("short.txt", text(3, 700));
    sandbox.write("bad.txt", [text(4, 3000).as_bytes(), b"\xff\n"].concat());
    sandbox.run(&format!("bpe encode {TINY} one.txt -o ids.txt")).success();
    for line in [
        format!("bpe encode {TINY} one.txt short.txt two.txt"),
        format!("bpe encode {TINY} one.txt --format json --offsets --tokens"),
        format!("bpe encode {TINY} one.txt bad.txt"),
        format!("bpe decode {TINY} ids.txt"),
        format!("bpe count {TINY} one.txt short.txt two.txt --format json"),
        format!("bpe count {TINY} bad.txt one.txt short.txt --format json --limit 900"),
        format!("bpe count {TINY} short.txt bad.txt --limit 100000"),
        format!(
            "bpe compare {TINY} --vocab other.tiktoken one.txt short.txt two.txt --format json"
        ),
        format!("bpe compare {TINY} --vocab other.tiktoken one.txt --expect-equal --format json"),
        format!("bpe inspect {TINY} --format json"),
    ] {
        let run = |threads| {
            let ran = sandbox.run(&format!("{line} --threads {threads}"));
            (ran.code, ran.stdout, ran.stderr)
        };
        let one = run(1);
        assert!(!one.1.is_empty() || one.0 == 2, "{line}: {}", one.2);
        for threads in [2, 3, 8] {
            assert!(run(threads) == one, "{line} on {threads} threads");
        }
    }
}

/// Compressed texts, a byte-order mark, and standard input twice.
#[test]
fn inputs() {
    let sandbox = sandbox();
    let plain = sandbox.run(&format!("bpe encode {TINY} en.txt")).success();
    let compressed = zstd::encode_all(sandbox.read("en.txt").as_bytes(), 1).unwrap();
    sandbox.write("en.zst", compressed);
    assert_eq!(sandbox.run(&format!("bpe encode {TINY} en.zst")).success(), plain);
    sandbox.write("marked.txt", ["\u{feff}", &sandbox.read("en.txt")].concat());
    let ran = sandbox.run(&format!("bpe encode {TINY} marked.txt"));
    assert!(ran.stderr.contains("byte-order mark"), "{}", ran.stderr);
    assert_eq!(ran.success(), plain);
    assert_eq!(sandbox.run(&format!("bpe encode {TINY} - -")).code, 2);
}

/// A reader such as `head` that has seen enough is no error.
#[test]
fn a_closed_pipe_is_quiet() {
    let sandbox = sandbox();
    sandbox.write("long.txt", "the cat sat\n".repeat(40_000));
    for line in ["encode", "encode --format json --offsets", "decode --quiet"] {
        let file = if line.starts_with("decode") { "ids.txt" } else { "long.txt" };
        sandbox.write("ids.txt", "256 257\n".repeat(40_000));
        let line = format!("bpe {line} {TINY} {file}");
        assert_eq!(sandbox.run_into_closed_pipe(&line), (0, String::new()), "{line}");
    }
}
