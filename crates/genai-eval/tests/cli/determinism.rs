//! The result never depends on the number of threads.

use crate::sandbox::Sandbox;

#[test]
fn threads_change_no_byte() {
    let sandbox = Sandbox::new();
    let words = ["the", "cat", "sat,", "on", "3.5", "mats.", "(and)", "ran-off", "…", "中文"];
    let text = |seed: usize| -> String {
        let mut state = seed;
        let mut word = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            words[(state >> 33) % words.len()]
        };
        (0..3000)
            .map(|i| (0..i % 17).map(|_| word()).collect::<Vec<_>>().join(" ") + "\n")
            .collect()
    };
    for (file, seed) in [("r1", 1), ("r2", 2), ("h1", 3), ("h2", 4)] {
        sandbox.write(file, text(seed));
    }
    let records: String = sandbox
        .read("r1")
        .lines()
        .zip(sandbox.read("h1").lines())
        .flat_map(|(r, h)| [serde_json::json!({"hyp": h, "ref": r}).to_string(), "\n".to_owned()])
        .collect();
    sandbox.write("d.jsonl", records);
    // Segments of several sentences.
    for file in ["r1", "h1", "h2"] {
        sandbox.write(&format!("{file}.marked"), sandbox.read(file).replace("ran-off", "<n>"));
    }
    let files = "--ref r1 --ref r2 --hyp h1 --hyp h2";
    let marked = "--ref r1.marked --hyp h1.marked --hyp h2.marked";
    for (metric, input, rest) in [
        ("bleu", files, "--format json --sentence"),
        ("bleu", files, "--format csv"),
        ("bleu", files, "--tokenize zh --format json"),
        ("bleu", "--data d.jsonl", "--format json --sentence"),
        ("bleu", "--data d.jsonl", "--format csv"),
        ("bleu", "--data d.jsonl", "--tokenize zh --format json"),
        ("chrf", files, "--word-order 2 --format json --sentence"),
        ("rouge", files, "--format json --multi-ref mean --stem nltk"),
        ("rouge", files, "--types rougeW,rougeS --tokenize unicode --format csv"),
        ("rouge", marked, "--format json"),
        ("rouge", marked, "--format jsonl --sentence --quiet"),
        ("rouge", marked, "--aggregate bootstrap --resamples 100 --format json"),
        ("rouge", marked, "--profile rouge155 --resamples 100 --format json"),
        ("rouge", "--data d.jsonl", "--types rougeLsum --sentence-split regex --format json"),
    ] {
        let run = |threads| {
            let ran = sandbox.run(&format!("{metric} {input} {rest} --threads {threads}"));
            (ran.stderr.clone(), ran.success())
        };
        let one = run(1);
        for threads in [2, 3, 8] {
            assert_eq!(run(threads), one, "{metric} {input} {rest} on {threads} threads");
        }
    }
}
