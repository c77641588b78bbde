//! What holds for any model, whatever the text it was trained on.

#![expect(clippy::unwrap_used, reason = "tests may")]

use std::collections::BTreeMap;

use genai_lm::ngram::{Entries, NgramModel, TrainOptions, Trained, Trainer};
use proptest::prelude::*;

fn train(sentences: &[Vec<u8>], options: TrainOptions) -> Trained {
    let mut trainer = Trainer::new(options).unwrap();
    for sentence in sentences {
        trainer.add_sentence(sentence.iter().map(|word| [b'a' + word])).unwrap();
    }
    trainer.finish().unwrap()
}

fn arpa(entries: &Entries) -> Vec<u8> {
    let mut text = Vec::new();
    entries.write_arpa(&mut text, "memory").unwrap();
    text
}

/// Few words, so that contexts come again.
fn sentences() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(0..7_u8, 0..9), 1..40)
}

fn options() -> impl Strategy<Value = TrainOptions> {
    (1..=8_usize, prop::collection::vec(0..3_u64, 0..4), any::<bool>()).prop_map(
        |(order, mut prune, interpolate_unigrams)| {
            prune.sort_unstable();
            prune.truncate(order);
            TrainOptions { order, prune, interpolate_unigrams, ..TrainOptions::default() }
        },
    )
}

/// An n-gram's logarithms of probability and backoff by its words.
type Definition = BTreeMap<Vec<u32>, (f32, f32)>;

fn definition(entries: &Entries) -> Definition {
    let all = (1..=entries.order()).flat_map(|order| entries.of_order(order));
    all.map(|entry| (entry.words, (entry.log10_prob, entry.log10_backoff))).collect()
}

/// The logarithm of a word's probability, word for word as the format is defined; and what length was found.
fn by_definition(model: &Definition, context: &[u32], word: u32) -> (f32, usize) {
    let gram = [context, &[word]].concat();
    if let Some(&(log10_prob, _)) = model.get(&gram) {
        return (log10_prob, gram.len());
    }
    let (shorter, length) = by_definition(model, &context[1..], word);
    (shorter + model.get(context).map_or(0.0, |&(_, backoff)| backoff), length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn probabilities_sum_to_one(sentences in sentences(), options in options()) {
        let entries = train(&sentences, options.clone()).entries;
        let model = NgramModel::new(&entries).unwrap();
        let words = u32::try_from(entries.vocabulary().len()).unwrap();
        // Every context that the text has, and some that it does not.
        for sentence in sentences.iter().take(5) {
            let mut states = vec![model.begin_sentence(), model.no_context()];
            for word in sentence.iter().chain([&9]) {
                let last = states[states.len() - 1];
                states.push(model.score(&last, model.id(&[b'a' + word]).unwrap_or(0)).1);
            }
            for state in states {
                // <s> comes after nothing.
                let all = (0..words).filter(|&word| word != 1);
                let sum: f64 = all
                    .map(|word| 10_f64.powf(model.score(&state, word).0.log10_prob.into()))
                    .sum();
                prop_assert!((sum - 1.0).abs() < 1e-4, "{sum} after {:?}, {options:?}", state.words());
            }
        }
    }

    #[test]
    fn memory_does_not_matter(sentences in sentences(), options in options()) {
        let expected = arpa(&train(&sentences, options.clone()).entries);
        let trained = train(&sentences, TrainOptions { memory: 0, ..options });
        prop_assert_eq!(arpa(&trained.entries), expected);
    }

    #[test]
    fn what_is_written_reads_back(sentences in sentences(), options in options()) {
        let entries = train(&sentences, options).entries;
        let written = arpa(&entries);
        let read = Entries::read_arpa(&written[..], "memory").unwrap();
        prop_assert_eq!(&arpa(&read), &written);
        // Lines in any order are the same model, but for the numbers of words.
        let text = String::from_utf8(written.clone()).unwrap();
        let sections = text.split("\n\n").enumerate().map(|(index, section)| {
            let mut lines: Vec<_> = section.lines().collect();
            if index > 1 {
                lines[1..].reverse();
            }
            lines.join("\n")
        });
        let reversed = sections.collect::<Vec<_>>().join("\n\n");
        let again = Entries::read_arpa(reversed.as_bytes(), "memory").unwrap();
        prop_assert_eq!(&arpa(&again), &written);
        let model = NgramModel::new(&entries).unwrap();
        let mut bytes = Vec::new();
        model.save(&mut bytes, "memory").unwrap();
        let opened = NgramModel::from_bytes(bytes, "memory").unwrap();
        prop_assert_eq!(opened.counts(), entries.counts());
        let again = NgramModel::new(&read).unwrap();
        prop_assert_eq!(opened.fingerprint(), again.fingerprint());
        prop_assert_eq!(arpa(&opened.entries().unwrap()), written);
    }

    #[test]
    fn queries_are_by_definition(
        sentences in sentences(),
        options in options(),
        text in prop::collection::vec(0..9_u8, 0..20),
        gone in any::<prop::sample::Index>(),
    ) {
        // As SRILM does, leave out an n-gram in which longer ones end, but with which none begins.
        let mut lines: Vec<_> =
            String::from_utf8(arpa(&train(&sentences, options).entries)).unwrap().lines().map(str::to_owned).collect();
        let bigrams: Vec<_> = (0..lines.len())
            .filter(|&at| lines[at].matches('\t').count() == 2 && lines[at].ends_with("\t0"))
            .filter(|&at| lines[at].split('\t').nth(1).unwrap().matches(' ').count() == 1)
            .filter(|&at| {
                let start = format!("\t{} ", lines[at].split('\t').nth(1).unwrap());
                !lines.iter().any(|line| line.contains(&start))
            })
            .collect();
        if !bigrams.is_empty() {
            lines.remove(bigrams[gone.index(bigrams.len())]);
            let count = lines[2].strip_prefix("ngram 2=").unwrap().parse::<u64>().unwrap();
            lines[2] = format!("ngram 2={}", count - 1);
        }
        let entries = Entries::read_arpa(lines.join("\n").as_bytes(), "memory").unwrap();
        let model = NgramModel::new(&entries).unwrap();
        let slow = definition(&entries);
        for begin in [true, false] {
            let mut state = if begin { model.begin_sentence() } else { model.no_context() };
            let mut context: Vec<u32> = if begin { vec![1] } else { vec![] };
            for word in &text {
                let word = model.id(&[b'a' + word]).unwrap_or(0);
                let (score, next) = model.score(&state, word);
                state = next;
                let known = &context[context.len().saturating_sub(model.order() - 1)..];
                let (log10_prob, length) = by_definition(&slow, known, word);
                // Both may be minus infinity.
                let is_equal = score.log10_prob.to_bits() == log10_prob.to_bits();
                prop_assert!(is_equal || (score.log10_prob - log10_prob).abs() < 1e-5);
                prop_assert_eq!(usize::from(score.ngram_length), length);
                context.push(word);
            }
        }
    }

    #[test]
    fn damaged_models_are_errors_or_answer(
        sentences in sentences(),
        order in 1..5_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        length in any::<prop::sample::Index>(),
    ) {
        let entries = train(&sentences, TrainOptions { order, ..TrainOptions::default() }).entries;
        let mut bytes = Vec::new();
        NgramModel::new(&entries).unwrap().save(&mut bytes, "memory").unwrap();
        let cut = bytes[..length.index(bytes.len())].to_vec();
        prop_assert!(NgramModel::from_bytes(cut, "memory").is_err());
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(model) = NgramModel::from_bytes(bytes, "memory") {
            let mut state = model.begin_sentence();
            for word in 0..12 {
                let id = model.id(&[b'a' + word]).unwrap_or(u32::from(word) << 20);
                let _ = (model.word(id), model.advance(&mut state, id));
            }
            let _ = model.entries();
        }
    }
}
