//! What `lmplz` and `query` make of our own texts, beside ours.

#![expect(clippy::unwrap_used, reason = "tests may")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use genai_lm::ngram::{
    Entries, ErrorKind, NgramModel, Query, SpecialWords, TrainOptions, Trainer, WordId,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/lm").join(name)
}

fn unzipped(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    MultiGzDecoder::new(File::open(fixture(name)).unwrap()).read_to_end(&mut text).unwrap();
    text
}

/// Name, text and options of each model, as `make_lm.sh` has them.
fn models() -> Vec<(&'static str, &'static str, TrainOptions)> {
    let options = |order, prune: &[u64]| TrainOptions {
        order,
        prune: prune.to_vec(),
        ..TrainOptions::default()
    };
    vec![
        ("order1", "train", options(1, &[])),
        ("order2", "train", options(2, &[])),
        ("order3-prune012", "train", options(3, &[0, 1, 2])),
        ("order3-prune1", "train", options(3, &[1])),
        ("order3-sri", "train", TrainOptions { interpolate_unigrams: false, ..options(3, &[]) }),
        ("order2-pad", "train", TrainOptions { vocabulary_size: 100_000, ..options(2, &[]) }),
        (
            "order3-skip",
            "special",
            TrainOptions { special_words: SpecialWords::Skip, ..options(3, &[]) },
        ),
        ("order8-prune0001", "train", options(8, &[0, 0, 0, 1])),
    ]
}

fn train(text: &str, options: TrainOptions) -> Entries {
    let mut trainer = Trainer::new(options).unwrap();
    let text = fs::read(fixture(&format!("{text}.txt"))).unwrap();
    trainer.add_lines(&text[..], "text").unwrap();
    trainer.finish().unwrap().entries
}

/// Words, and the bits of both numbers.
fn lines(entries: &Entries) -> Vec<(Vec<Vec<u8>>, u32, u32)> {
    let word = |id: &WordId| entries.vocabulary().word(*id).unwrap().to_vec();
    // -0 is 0.
    let bits = |number: f32| (number + 0.0).to_bits();
    (1..=entries.order())
        .flat_map(|order| entries.of_order(order))
        .map(|entry| {
            let words = entry.words.iter().map(word).collect();
            (words, bits(entry.log10_prob), bits(entry.log10_backoff))
        })
        .collect()
}

#[test]
fn models_are_those_of_lmplz() {
    let mut compared = 0;
    for (name, text, options) in models() {
        let gold =
            lines(&Entries::read_arpa(&unzipped(&format!("{name}.arpa.gz"))[..], name).unwrap());
        let ours = lines(&train(text, options));
        assert_eq!(ours.len(), gold.len(), "{name}");
        for (ours, gold) in ours.iter().zip(&gold) {
            assert_eq!(ours, gold, "{name}");
        }
        compared += gold.len();
    }
    assert_eq!(compared, 23_799);
}

#[test]
fn queries_are_those_of_kenlm() {
    let text = fs::read(fixture("query.txt")).unwrap();
    let mut compared = 0;
    for name in ["order2", "order3-prune012", "order3-sri", "order8-prune0001"] {
        let entries = Entries::open_arpa(fixture(&format!("{name}.arpa.gz"))).unwrap();
        let model = NgramModel::new(&entries).unwrap();
        for (sentence_context, context) in [(true, ""), (false, "-n")] {
            let gold = unzipped(&format!("{name}.query{context}.txt.gz"));
            let gold = String::from_utf8_lossy(&gold);
            let mut gold = gold.lines();
            let mut query = Query::new(&model).with_sentence_context(sentence_context);
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                let sentence = query.line(line);
                let ours = format!("{sentence}{}", sentence.total());
                // Of two shortest forms of one number either may be taken.
                let bits = |field: &str| {
                    field.parse().map_or(Err(field.to_owned()), |n: f32| Ok(n.to_bits()))
                };
                let fields = |line: &str| line.split([' ', '\t']).map(bits).collect::<Vec<_>>();
                assert_eq!(fields(&ours), fields(gold.next().unwrap()), "{name} {context}");
                compared += sentence.words.len();
            }
            for ours in query.totals().to_string().lines() {
                let number = |line: &str| line.rsplit('\t').next().unwrap().parse::<f64>().unwrap();
                let (ours, gold) = (number(ours), number(gold.next().unwrap()));
                assert!((ours - gold).abs() <= 1e-12 * gold, "{name}: {ours}, not {gold}");
            }
            assert_eq!(gold.next(), None);
        }
    }
    assert_eq!(compared, 4 * (695 + 635));
}

#[test]
fn strict_training_fails_where_lmplz_does() {
    let mut trainer =
        Trainer::new(TrainOptions { fallback: None, ..TrainOptions::default() }).unwrap();
    trainer.add_line(b"a b").unwrap();
    let error = trainer.finish().unwrap_err();
    let ErrorKind::Discounts { order, count, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((*order, *count), (1, 2));
    let mut trainer = Trainer::new(TrainOptions::default()).unwrap();
    trainer.add_line(b"fine").unwrap();
    let error = trainer.add_line(b"a </s>").unwrap_err();
    assert!(error.to_string().starts_with("sentence 2 has the word </s>"), "{error}");
    assert!(Trainer::new(TrainOptions::default()).unwrap().finish().is_err());
}

#[test]
fn wrong_arpa_files_are_refused_with_their_line() {
    let right = "# comment\n\n\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-1\t<unk>\n0\t<s>\t-0.5\n-1\t</s>\n\
                 -2\ta\t-0.25\r\n\n\\2-grams:\n-0.5\t<s> a\n-0.5\ta </s>\t0\n\n\\end\\\n";
    assert_eq!(Entries::read_arpa(right.as_bytes(), "file").unwrap().counts(), [4, 2]);
    let cases = [
        ("\\data\\", "data", 3, "\\data\\"),
        ("ngram 1=4", "ngram 1=1000000000000", 13, "1-gram 5 of 1000000000000"),
        ("ngram 1=4", "ngram 1=3", 11, "\\2-grams:"),
        ("ngram 2=2", "ngram 3=2", 5, "ngram 2= and a count, or an empty line"),
        ("-1\t<unk>", "x\t<unk>", 8, "1-gram 1 of 4"),
        ("-1\t<unk>", "0.5\t<unk>", 8, "the logarithm of a probability, 0 or less"),
        ("-1\t<unk>", "NaN\t<unk>", 8, "1-gram 1 of 4"),
        ("<s>\t-0.5", "<s>\tinf", 9, "1-gram 2 of 4 and a backoff that is a number"),
        ("<s>\t-0.5", "<s>\t-0.5 0", 9, "1-gram 2 of 4 and nothing else"),
        ("-1\t</s>", "-1\t<s>", 10, "every n-gram once"),
        ("-1\t</s>", "-1\tb", 11, "<s> and </s> among the 1-grams before"),
        ("<s> a", "<s> c", 14, "words that are among the 1-grams"),
        ("a </s>\t0", "a </s>\t1", 15, "no backoff in the highest order"),
        ("a </s>", "<s> a", 15, "every n-gram once"),
        ("\\end\\", "", 18, "\\end\\"),
        ("\\end\\", "\\end\\\nmore", 18, "nothing after \\end\\"),
    ];
    for (from, to, line, expected) in cases {
        let text = right.replacen(from, to, 1);
        let error = Entries::read_arpa(text.as_bytes(), "file").map(|_| to).unwrap_err();
        let ErrorKind::Arpa { line: found, expected: said, .. } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!((*found, said.as_str()), (line, expected), "{to}: {error}");
    }
    // Contexts are needed, endings are not.
    let text = "\\data\\\nngram 1=5\nngram 2=1\nngram 3=1\n\n\\1-grams:\n-9\t<unk>\n0\t<s>\n-1\t</s>\n-1\ta\t-1\n-1\tb\t-2\n\n\
                \\2-grams:\n-1\ta b\t-4\n\n\\3-grams:\n-0.125\ta b </s>\n\n\\end\\\n";
    let entries = Entries::read_arpa(text.as_bytes(), "file").unwrap();
    assert_eq!(entries.counts(), [5, 1, 1]);
    let model = NgramModel::new(&entries).unwrap();
    let score = |line: &str| {
        Query::new(&model).with_sentence_context(false).line(line.as_bytes()).log10_prob
    };
    // b </s> is not there: b's backoff, and </s> alone.
    assert_eq!(score("a b </s>").to_bits(), (-1.0_f32 - 1.0 - 0.125).to_bits());
    assert_eq!(score("b </s>").to_bits(), (-1.0_f32 - 2.0 - 1.0).to_bits());
    let error =
        Entries::read_arpa(text.replace("a b </s>", "b a </s>").as_bytes(), "file").unwrap_err();
    assert!(error.to_string().contains("whose last word"), "{error}");
}
