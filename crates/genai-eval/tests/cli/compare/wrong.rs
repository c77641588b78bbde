//! What cannot be compared.

use super::SYSTEMS;
use crate::sandbox::Sandbox;

#[test]
fn errors() {
    let sandbox = Sandbox::for_gate();
    let lines = sandbox.lines_of("good.txt");
    sandbox.write("short.txt", lines[..19].join("\n") + "\n");
    sandbox.write("empty.txt", "");
    for (line, expected) in [
        ("-m bleu --ref ref.txt --hyp good.txt".to_owned(), "one system alone cannot be compared, expected a baseline and others"),
        (format!("-m bleu {SYSTEMS} --baseline none"), "--baseline none is no system, expected one of good, bad, even"),
        (format!("-m bleu {SYSTEMS} --trials 5"), "--trials is for --test approx-randomization, expected --resamples"),
        (format!("-m bleu {SYSTEMS} --test paired-bootstrap --trials 5"), "--trials is for --test approx-randomization"),
        (format!("-m bleu {SYSTEMS} --test approx-randomization --trials 0"), "--trials"),
        (format!("-m bleu {SYSTEMS} --test t-test"), "--test"),
        (format!("-m bleu {SYSTEMS} --adjust bonferroni"), "--adjust"),
        (format!("-m bleu {SYSTEMS} --resamples 0"), "--resamples"),
        (format!("-m bleu {SYSTEMS} --level 1"), "expected a number from 0 to less than 1, as 0.95"),
        (format!("-m bleu {SYSTEMS} --level 95"), "expected a number from 0 to less than 1, as 0.95"),
        (format!("-m blue {SYSTEMS}"), "no metric is called 'blue'"),
        (format!("-m bleu.recall {SYSTEMS}"), "bleu has no part 'recall' that is a number"),
        (format!("-m perplexity {SYSTEMS}"), "it needs a language model, expected --logprobs FILE, or --lm MODEL with --hyp FILE"),
        (SYSTEMS.to_owned(), "--metric"),
        ("-m bleu --ref ref.txt --hyp good.txt --hyp short.txt".to_owned(), "the files have different numbers of lines: ref.txt 20, good.txt 20, short.txt 19"),
        ("-m bleu --ref ref.txt --hyp good.txt --hyp good.txt".to_owned(), "good.txt"),
        ("-m bleu --ref ref.txt --hyp good.txt --hyp none.txt".to_owned(), "none.txt: no such file"),
        ("-m bleu --ref empty.txt --hyp empty.txt --hyp b=empty.txt".to_owned(), "empty.txt is empty, expected one segment a line"),
        ("-m bleu --hyp good.txt --hyp bad.txt".to_owned(), "no references, expected --ref FILE beside --hyp"),
        (format!("-m bleu {SYSTEMS} -o good.txt"), "good.txt is read, and would be overwritten by the result"),
        (format!("-m bleu {SYSTEMS} -o none/out.txt"), "cannot write none/out.txt: there is no such folder"),
        (format!("-m bleu {SYSTEMS} --slice-field lang"), "--slice-field"),
        ("-m bleu --data data.jsonl --hyp-field new --hyp-field old --ref-field ref --slice-field domain".to_owned(), "data.jsonl:1: "),
        ("-m bleu --data data.jsonl --hyp-field new --hyp-field old --ref-field ref --cluster-field domain".to_owned(), "data.jsonl:1: "),
    ] {
        let line = format!("compare {line}");
        let message = sandbox.run(&line).refused(&line);
        assert!(message.contains(expected), "{line}: {message}");
    }
}
