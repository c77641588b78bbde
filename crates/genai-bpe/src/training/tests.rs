//! The trainer against the definition, and against what Hugging Face's trainer said of some cases.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;

use super::*;

/// The definition without any device: after each merge all pairs are counted anew.
fn by_definition(
    options: &Options,
    words: &[(String, u64)],
) -> (Vec<String>, Vec<(String, String)>) {
    let mut tokens: Vec<String> = Vec::new();
    let enter = |tokens: &mut Vec<String>, token: String| {
        tokens.iter().position(|known| *known == token).unwrap_or_else(|| {
            tokens.push(token);
            tokens.len() - 1
        })
    };
    for token in &options.special_tokens {
        enter(&mut tokens, token.clone());
    }
    let characters = |word: &str| -> Vec<char> {
        match options.unit {
            Unit::Byte => byte_characters::to_characters(word.as_bytes()).chars().collect(),
            Unit::Character => word.chars().collect(),
        }
    };
    let mut alphabet: BTreeMap<char, u64> = BTreeMap::new();
    for (word, count) in words {
        for character in characters(word) {
            *alphabet.entry(character).or_default() += count;
        }
    }
    alphabet.extend(options.initial_alphabet.iter().map(|&character| (character, u64::MAX)));
    let mut frequent: Vec<_> = alphabet.into_iter().collect();
    frequent.sort_by_key(|&(character, count)| (Reverse(count), character));
    frequent.truncate(options.limit_alphabet.unwrap_or(usize::MAX));
    let kept: BTreeSet<char> = frequent.into_iter().map(|(character, _)| character).collect();
    for character in kept {
        enter(&mut tokens, character.into());
    }

    let (prefix, suffix) = (options.prefix.as_deref(), options.suffix.as_deref());
    let mut spelt: Vec<(Vec<usize>, u64)> = Vec::new();
    for (word, count) in words {
        let characters = characters(word);
        let mut ids = Vec::new();
        for (place, character) in characters.iter().enumerate() {
            if tokens.contains(&character.to_string()) {
                let before = if place > 0 { prefix.unwrap_or("") } else { "" };
                let is_last = place + 1 == characters.len();
                let after = if is_last { suffix.unwrap_or("") } else { "" };
                ids.push(enter(&mut tokens, format!("{before}{character}{after}")));
            }
        }
        spelt.push((ids, *count));
    }

    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    let mut merges = Vec::new();
    while tokens.len() < options.vocabulary_size {
        let length = |id: usize| lengths.get(&id).copied().unwrap_or(1);
        let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for (ids, count) in &spelt {
            for pair in ids.windows(2) {
                *counts.entry((pair[0], pair[1])).or_default() += count;
            }
        }
        let limit = options.max_token_length.unwrap_or(usize::MAX);
        let allowed = |&(&(left, right), _): &(&(usize, usize), &u64)| {
            let both = length(left) + length(right);
            both == 2 || both < limit
        };
        let best =
            counts.iter().filter(allowed).max_by_key(|&(&pair, &count)| (count, Reverse(pair)));
        let Some((&(left, right), &count)) = best else { break };
        if count < options.min_frequency.max(1) {
            break;
        }
        let rest = tokens[right].strip_prefix(prefix.unwrap_or("")).unwrap_or(&tokens[right]);
        let token = format!("{}{rest}", tokens[left]);
        merges.push((tokens[left].clone(), tokens[right].clone()));
        let both = length(left) + length(right);
        let id = enter(&mut tokens, token);
        lengths.insert(id, both);
        for (ids, _) in &mut spelt {
            let mut place = 0;
            while place + 1 < ids.len() {
                if (ids[place], ids[place + 1]) == (left, right) {
                    ids[place] = id;
                    ids.remove(place + 1);
                }
                place += 1;
            }
        }
    }
    (tokens, merges)
}

fn fed(options: &Options, words: &[(String, u64)]) -> Trainer {
    let mut trainer = Trainer { options: options.clone(), ..Trainer::character_level() };
    trainer.feed_words(words.iter().map(|(word, count)| (word, *count)));
    trainer
}

fn learnt(trainer: Trainer) -> (Vec<String>, Vec<(String, String)>) {
    owned(&trainer.train().unwrap())
}

fn owned(learnt: &Trained) -> (Vec<String>, Vec<(String, String)>) {
    let merges = learnt.merges().map(|(left, right)| (left.to_owned(), right.to_owned()));
    (learnt.tokens().to_vec(), merges.collect())
}

/// Words with runs and repetitions, of few letters.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab]{1,12}",
        "[a-d]{1,40}",
        "[aé中 ]{1,10}",
        ("[a-c]{1,3}", 1..20usize).prop_map(|(part, times)| part.repeat(times)),
    ]
}

fn words() -> impl Strategy<Value = Vec<(String, u64)>> {
    let count = prop_oneof![4 => 1..4u64, 1 => 4..1000u64];
    let words = prop::collection::vec((word(), count), 0..25);
    // Each word once, as `by_definition` takes them.
    words.prop_map(|words| {
        let mut seen = BTreeSet::new();
        words.into_iter().filter(|(word, _)| seen.insert(word.clone())).collect()
    })
}

fn options() -> impl Strategy<Value = Options> {
    let special = prop::collection::vec("(<s>|a|ab|aa|abab|bc|cab|中|)", 0..4);
    let affixes = prop_oneof![
        3 => Just((None, None)),
        1 => Just((Some("##".to_owned()), None)),
        1 => Just((None, Some("</w>".to_owned()))),
        1 => Just((Some("##".to_owned()), Some("</w>".to_owned()))),
    ];
    let sizes = (0..80usize, prop::option::of(0..10usize), prop::option::of(0..9usize));
    let alphabet = prop::collection::vec(prop::char::range('a', 'f'), 0..4);
    (any::<bool>(), sizes, 0..4u64, special, alphabet, affixes).prop_map(
        |(is_byte, (size, limit, length), min_frequency, special_tokens, alphabet, affixes)| {
            let (prefix, suffix) = if is_byte { (None, None) } else { affixes };
            Options {
                unit: if is_byte { Unit::Byte } else { Unit::Character },
                vocabulary_size: size,
                min_frequency,
                special_tokens,
                initial_alphabet: alphabet,
                limit_alphabet: limit,
                max_token_length: length,
                prefix,
                suffix,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn training_follows_the_definition(options in options(), words in words()) {
        prop_assert_eq!(learnt(fed(&options, &words)), by_definition(&options, &words));
    }

    /// Both ways to train say the same wherever both apply.
    #[test]
    fn word_by_word_follows_the_definition(options in options(), words in words()) {
        let words_seen = fed(&options, &words).counter.finish();
        let (tokens, merges) = learning::learn_word_by_word(&options, words_seen).unwrap();
        let result = Trained::new(options.clone(), None, tokens, merges);
        prop_assert_eq!(owned(&result), by_definition(&options, &words));
    }

    #[test]
    fn lines_are_counted_one_by_one(
        lines in prop::collection::vec("[ab \r中]{0,9}", 0..9),
        at_the_end in any::<bool>(),
    ) {
        let mut text = lines.join("\n");
        if at_the_end {
            text.push('\n');
        }
        let new = || Trainer::byte_level(Pattern::default()).vocabulary_size(300);
        let (mut whole, mut read, mut single) = (new(), new(), new());
        whole.feed_lines(&text);
        read.feed_reader(text.as_bytes()).unwrap();
        text.split_inclusive('\n').for_each(|line| single.feed(line));
        let expected = learnt(single);
        prop_assert_eq!(learnt(whole), expected.clone());
        prop_assert_eq!(learnt(read), expected);
    }
}

/// Spellings that several merges lead to; expected is what tokenizers 0.23.3 said.
#[test]
fn tokens_made_in_two_ways() {
    let learn = |mut trainer: Trainer, word: &str| {
        trainer.feed_words([(word, 1)]);
        learnt(trainer)
    };
    let new = || Trainer::character_level().vocabulary_size(12);
    let merges = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|&(left, right)| (left.to_owned(), right.to_owned())).collect()
    };

    let (tokens, pairs) = learn(new().continuing_subword_prefix("#"), "###a#a");
    assert_eq!(tokens, ["#", "a", "##", "#a", "##a", "###a", "###a#a"]);
    let expected = [("##", "#a"), ("#", "##"), ("##", "##a"), ("###a", "##a")];
    assert_eq!(pairs, merges(&expected));

    let (tokens, pairs) = learn(new().end_of_word_suffix("b"), "aabaab");
    assert_eq!(tokens, ["a", "b", "bb", "aa", "baa", "aabaa", "aabaabb"]);
    assert_eq!(pairs, merges(&[("a", "a"), ("b", "aa"), ("aa", "baa"), ("aabaa", "bb")]));
}

#[test]
fn special_tokens_come_first_and_once() {
    let mut trainer = Trainer::byte_level(Pattern::default())
        .special_tokens(["<|endoftext|>", "ab", "<|endoftext|>"])
        .vocabulary_size(260);
    trainer.feed_words([("abab", 2), ("abc", 1)]);
    let result = trainer.train().unwrap();
    assert_eq!(result.tokens()[..3], ["<|endoftext|>", "ab", "!"]);
    assert_eq!(result.merges().collect::<Vec<_>>(), [("a", "b"), ("ab", "ab"), ("ab", "c")]);
    assert_eq!(result.tokens().len(), 260);
    let tokenizer = result.into_tokenizer().unwrap();
    assert_eq!(tokenizer.special_tokens(), [("<|endoftext|>", 0), ("ab", 1)]);
    assert_eq!(tokenizer.encode("abc<|"), [259, 29, 93]);
}

#[test]
fn results_are_the_same_on_any_number_of_threads() {
    let mut text = String::new();
    for number in 0..60_000u64 {
        let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        writeln!(text, "{number} {:o}", number % 999).unwrap();
    }
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut trainer = Trainer::character_level()
                .continuing_subword_prefix("##")
                .end_of_word_suffix("</w>")
                .vocabulary_size(300);
            trainer.feed_lines(&text);
            learnt(trainer)
        })
    };
    let alone = train(1);
    assert_eq!(alone.0.len(), 300);
    assert_eq!(train(4), alone);
}

#[test]
fn long_lines_are_read_whole() {
    let line = "ab".repeat(3 << 20);
    let mut trainer = Trainer::byte_level(Pattern::default()).vocabulary_size(258);
    trainer.feed_reader(line.as_bytes()).unwrap();
    let result = trainer.train().unwrap();
    assert_eq!(result.merges().collect::<Vec<_>>(), [("a", "b"), ("ab", "ab")]);
}

#[test]
fn progress_is_told() {
    let (send, receive) = std::sync::mpsc::channel();
    let mut trainer = Trainer::character_level()
        .vocabulary_size(10)
        .progress(move |state| send.send(state).unwrap());
    trainer.feed("aa aab");
    trainer.train().unwrap();
    let told: Vec<_> = receive.iter().collect();
    let merging = Progress::Merging { merges: 2, tokens: 4, vocabulary_size: 10 };
    let counted = Progress::Counted { bytes: 6, words: 2 };
    assert_eq!(told, [Progress::Counting { bytes: 6 }, counted, merging]);
}

#[test]
fn what_cannot_be_is_refused() {
    let message = |trainer: Trainer| trainer.train().unwrap_err().to_string();
    let bytes = || Trainer::byte_level(Pattern::default());
    assert!(message(bytes().end_of_word_suffix("</w>")).contains("suffix"));
    assert!(message(bytes().initial_alphabet(['한'])).contains("한"));
    let mut many = bytes();
    many.feed_words([("ab", u64::MAX), ("b", 1)]);
    assert!(message(many).contains("2⁶³"));
    let error = bytes().feed_reader(&b"a\nb\xff"[..]).unwrap_err().to_string();
    assert!(error.starts_with("line 2"), "{error}");
    let mut none = bytes().initial_alphabet([]);
    none.feed("ab");
    assert!(none.finish().is_err());
}

#[test]
fn character_level_tokenizers_give_words_back() {
    let text = "low lower newest widest low";
    let train = |prepare: fn(Trainer) -> Trainer| {
        let mut trainer = prepare(Trainer::character_level().vocabulary_size(40));
        trainer.feed(text);
        trainer.finish().unwrap()
    };
    for tokenizer in [
        train(|trainer| trainer.end_of_word_suffix("</w>")),
        train(|trainer| trainer.continuing_subword_prefix("##")),
        train(|trainer| trainer.continuing_subword_prefix("##").end_of_word_suffix("</w>")),
    ] {
        assert_eq!(tokenizer.decode(&tokenizer.encode(text)).unwrap(), text);
        let saved = tokenizer.to_hugging_face_json().unwrap();
        let loaded = Tokenizer::from_bytes(saved.as_bytes()).unwrap();
        assert_eq!(loaded.encode(text), tokenizer.encode(text));
    }
    let special = train(|trainer| trainer.special_tokens(["<s>", "<s>", ""]));
    assert_eq!(special.special_tokens(), [("<s>", 0)]);
}

#[test]
fn words_of_all_lengths_are_kept_apart() {
    let letters = "abcdefgh\0\0éabcdefghijklmnopqrstuvwxyz";
    let mut words = words::Words::default();
    let mut expected = BTreeMap::new();
    for (start, _) in letters.char_indices() {
        for (end, _) in letters[start..].char_indices().skip(1) {
            let word = &letters[start..start + end];
            for _ in 0..2 {
                words.add(word, 3, 0);
                *expected.entry(word.to_owned()).or_insert(0) += 3;
            }
        }
    }
    let mut twice = words.clone();
    twice.append(&words);
    assert_eq!(twice.len(), expected.len());
    for word in twice.iter() {
        assert_eq!(expected.remove(word.text()), Some(word.count / 2));
    }
    assert!(expected.is_empty());
}
