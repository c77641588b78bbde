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
    for input in ["--ref r1 --ref r2 --hyp h1 --hyp h2", "--data d.jsonl"] {
        for rest in ["--format json --sentence", "--format csv", "--tokenize zh --format json"] {
            let run = |threads| {
                sandbox.run(&format!("bleu {input} {rest} --threads {threads}")).success()
            };
            let one = run(1);
            for threads in [2, 3, 8] {
                assert_eq!(run(threads), one, "{input} {rest} on {threads} threads");
            }
        }
    }
}
