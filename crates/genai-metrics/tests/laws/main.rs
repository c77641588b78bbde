//! The laws of the contract, for every metric in the registry and everything that it can be asked
//! for: what holds for all of them is tested for all of them, and for the next one unasked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod configurations;

use genai_metrics::metrics::{Entry, METRICS};
use genai_metrics::text::Scheme;
use genai_metrics::{
    Bleu, Direction, ErrorKind, Evaluator, Level, Measurer, OptionKind, Part, Score, Scorer,
    Segment, Smoothing, Tokenizer, add_row,
};
use proptest::prelude::*;
use proptest::sample::Index;

use configurations::{
    CONFIGURATIONS, Configuration, EXTREME_NUMBERS, LEVELS, NUMBERS, References, configurations,
    pairs, settings, values,
};
/// A hypothesis and its references, of which some may be missing.
#[derive(Clone, Debug)]
struct OwnedSegment {
    hypothesis: String,
    references: Vec<Option<String>>,
}

impl OwnedSegment {
    fn references(&self) -> Vec<Option<&str>> {
        self.references.iter().map(Option::as_deref).collect()
    }

    fn has_reference(&self) -> bool {
        self.references.iter().any(Option::is_some)
    }
}

/// The row of a segment that has a reference, from a measurer that has seen whatever it has seen.
fn row_from(measurer: &mut Measurer<'_>, segment: &OwnedSegment) -> Vec<f64> {
    let references = segment.references();
    let mut row = vec![f64::NAN; measurer.width()];
    measurer.prepare(&references).unwrap().measure(&segment.hypothesis, &mut row).unwrap();
    row
}

/// The row of a segment that has a reference, from a measurer that has seen nothing.
fn row_alone(scorer: &dyn Scorer, segment: &OwnedSegment) -> Vec<f64> {
    row_from(&mut Measurer::new([scorer]), segment)
}

fn sum<'a>(width: usize, rows: impl IntoIterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let mut sum = vec![0.0; width];
    for row in rows {
        assert_eq!(row.len(), width);
        add_row(&mut sum, row);
    }
    sum
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

fn is_finite(score: &Score) -> bool {
    let numbers = score.parts.iter().flat_map(|(_, part)| Part::numbers(part));
    score.value.is_finite() && numbers.into_iter().all(|number| number.is_finite())
}

/// Words that segments share, so that n-grams match.
fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<&'static str>> {
    let vocabulary = vec![
        "the",
        "The",
        "cat",
        "Cat",
        "sat",
        "on",
        "a",
        "mat",
        ".",
        ",",
        "3.5",
        "1,000",
        "10-20",
        "it's",
        "&amp;",
        "<skipped>",
        "naïve",
        "中文",
        "Σ",
        "ΟΔΟΣ",
        "…",
        "U.S.",
        "a-\nb",
    ];
    prop::collection::vec(prop::sample::select(vocabulary), count)
}

fn text() -> impl Strategy<Value = String> {
    let characters = "a5.,- &\"é中\u{2026}\u{85}<;\n".chars().collect::<Vec<_>>();
    prop_oneof![
        2 => any::<String>(),
        3 => prop::collection::vec(prop::sample::select(characters), 0..40)
            .prop_map(|characters| characters.into_iter().collect()),
        5 => words(0..20).prop_map(|words| words.join(" ")),
        1 => Just(String::new()),
    ]
}

/// Up to five references, some of them missing, some of them the same.
fn references() -> impl Strategy<Value = Vec<Option<String>>> {
    prop::collection::vec(prop::option::weighted(0.8, text()), 0..=5)
}

/// A segment with any references, or none.
fn any_segment() -> impl Strategy<Value = OwnedSegment> {
    (text(), references(), prop::option::weighted(0.1, any::<Index>())).prop_map(
        |(hypothesis, references, copied)| {
            let copy = copied.filter(|_| !references.is_empty());
            let copy = copy.and_then(|index| index.get(&references).clone());
            OwnedSegment { hypothesis: copy.unwrap_or(hypothesis), references }
        },
    )
}

/// A segment with at least one reference.
fn segment() -> impl Strategy<Value = OwnedSegment> {
    (any_segment(), text(), any::<Index>()).prop_map(|(mut segment, reference, at)| {
        if !segment.has_reference() {
            let at = at.index(segment.references.len() + 1);
            segment.references.insert(at, Some(reference));
        }
        segment
    })
}

/// Each value of each option is in some configuration: the laws leave nothing out.
#[test]
fn every_value_of_every_option_is_tested() {
    for entry in METRICS {
        for level in LEVELS {
            let of_entry = |c: &&Configuration| c.entry.name == entry.name && c.level == level;
            let all: Vec<_> = CONFIGURATIONS.iter().filter(of_entry).collect();
            assert!(all.iter().any(|c| c.options.is_empty()), "{}", entry.name);
            for option in entry.options {
                for value in values(option, NUMBERS) {
                    let name = option.name;
                    assert!(all.iter().any(|c| c.has(name, &value)), "--{name} {value}");
                }
            }
        }
    }
}

/// The signatures of a metric's whole family; none if it refuses these options together.
fn signatures(
    entry: &'static Entry,
    level: Level,
    options: &[(&'static str, String)],
) -> Option<Vec<String>> {
    let family = Configuration::build(entry, level, options);
    (!family.is_empty()).then(|| family.iter().map(Configuration::signature).collect())
}

/// Options that change how a corpus's score is made of its segments', and nothing else.
const OF_THE_CORPUS: [&str; 4] = ["aggregate", "resamples", "level", "seed"];

/// All else being equal, two values of an option sign differently; of values that stand for the
/// default exactly one signs as the default does.
#[test]
fn every_option_is_signed() {
    // Numbers that print alike where only two decimals are printed.
    let numbers =
        ["0", "0.1", "0.25", "0.251", "0.2512", "1", "1.2", "1.201", "1e-9", "2e-9", "1e100"];
    for (entry, level) in METRICS.iter().flat_map(|entry| LEVELS.map(|level| (entry, level))) {
        let singles = settings(entry, &numbers, |_| true).into_iter().map(|single| vec![single]);
        let pairs = pairs(entry, &numbers).into_iter().map(Vec::from);
        let bases: Vec<_> = std::iter::once(Vec::new()).chain(singles).chain(pairs).collect();
        for option in entry.options {
            // What a corpus's score is made of says nothing of a single segment.
            if level == Level::Sentence && OF_THE_CORPUS.contains(&option.name) {
                continue;
            }
            let without = bases.iter().filter(|base| base.iter().all(|o| o.0 != option.name));
            for base in without {
                let Some(plain) = signatures(entry, level, base) else { continue };
                let varied: Vec<(String, Vec<String>)> = values(option, &numbers)
                    .into_iter()
                    .filter_map(|value| {
                        let given = [&base[..], &[(option.name, value.clone())]].concat();
                        Some((value, signatures(entry, level, &given)?))
                    })
                    .collect();
                for (i, (one, signed)) in varied.iter().enumerate() {
                    for (other, other_signed) in &varied[i + 1..] {
                        assert_ne!(
                            signed, other_signed,
                            "{base:?} --{} {one} {other}",
                            option.name
                        );
                    }
                }
                let signs_as_base = varied.iter().filter(|(_, signed)| *signed == plain).count();
                match option.kind {
                    OptionKind::Flag => {
                        assert_eq!(signs_as_base, 0, "{base:?}: --{} is not signed", option.name);
                    }
                    OptionKind::YesNo | OptionKind::Choice(_) | OptionKind::Scheme(_) => {
                        // A choice that goes with no other option of the base leaves none.
                        let complete = varied.len() == values(option, &numbers).len();
                        assert!(!complete || signs_as_base == 1, "{base:?} {}", option.name);
                    }
                    OptionKind::Names(_)
                    | OptionKind::File
                    | OptionKind::Text(_)
                    | OptionKind::Folder(_)
                    | OptionKind::Integer { .. }
                    | OptionKind::Number { .. } => {
                        assert!(signs_as_base <= 1, "{base:?} {}", option.name);
                    }
                }
                for (value, signed) in &varied {
                    let default = option.default == Some(value);
                    let same = *signed == plain;
                    assert!(same == default || option.default.is_none(), "{base:?} {value}");
                }
            }
        }
    }
}

/// Nothing summed still has a score.
#[test]
fn the_sum_of_no_rows_has_a_finite_score() {
    for configuration in configurations(&[NUMBERS, EXTREME_NUMBERS].concat()) {
        let scorer = &configuration.scorer;
        let score = scorer.score(&vec![0.0; scorer.columns().len()]);
        assert!(is_finite(&score), "{configuration}: {score:?}");
        scorer.describe(&score);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The sum of any split equals the whole, to the bit, in any order.
    #[test]
    fn the_sum_of_any_split_is_the_whole(
        segments in prop::collection::vec((segment(), 0..4usize), 0..12),
        order in Just([0, 1, 2, 3]).prop_shuffle(),
    ) {
        for configuration in &*CONFIGURATIONS {
            let scorer = &*configuration.scorer;
            let width = scorer.columns().len();
            let mut measurer = Measurer::new([scorer]);
            let rows: Vec<Vec<f64>> =
                segments.iter().map(|(segment, _)| row_from(&mut measurer, segment)).collect();
            let whole = sum(width, &rows);
            let shards: Vec<Vec<f64>> = order
                .iter()
                .map(|shard| {
                    let of_shard = segments.iter().zip(&rows).filter(|((_, s), _)| s == shard);
                    sum(width, of_shard.map(|(_, row)| row))
                })
                .collect();
            let merged = sum(width, &shards);
            prop_assert_eq!(bits(&merged), bits(&whole), "{}", configuration);
            let backwards = sum(width, rows.iter().rev());
            prop_assert_eq!(bits(&backwards), bits(&whole), "{}", configuration);
            prop_assert_eq!(scorer.score(&merged), scorer.score(&whole), "{}", configuration);
        }
    }

    /// An evaluator is its metric's rows, summed; merged evaluators are one evaluator.
    #[test]
    fn evaluators_sum_rows(
        segments in prop::collection::vec((any_segment(), any::<bool>()), 0..10),
        lowercase in any::<bool>(),
        scheme in prop::sample::select(Scheme::ALL),
        max_order in 1..=9usize,
        effective_order in any::<bool>(),
    ) {
        let tokenizer = Tokenizer { scheme, lowercase, ..Tokenizer::default() };
        let bleu = Bleu { tokenizer, max_order, effective_order, smoothing: Smoothing::AddK(1.0) };
        let mut whole = Evaluator::new(&bleu);
        let mut parts = [Evaluator::new(&bleu), Evaluator::new(&bleu)];
        let mut rows = Vec::new();
        for (segment, which) in &segments {
            let references = segment.references();
            let given = Segment { hypothesis: &segment.hypothesis, references: &references };
            let before = whole.total_row().to_vec();
            match (whole.add(&given), parts[usize::from(*which)].add(&given)) {
                (Ok(one), Ok(other)) => {
                    prop_assert_eq!(one, other);
                    rows.push(row_alone(&bleu, segment));
                }
                (Err(one), Err(_)) => {
                    prop_assert!(matches!(one.kind(), ErrorKind::NoReference));
                    prop_assert!(!segment.has_reference());
                    prop_assert_eq!(bits(&before), bits(whole.total_row()), "an error changes the sum");
                }
                (one, other) => prop_assert!(false, "{:?} {:?}", one, other),
            }
        }
        let expected = sum(whole.total_row().len(), &rows);
        prop_assert_eq!(bits(whole.total_row()), bits(&expected));
        let [mut first, second] = parts;
        first.merge(&second.total());
        prop_assert_eq!(bits(first.total_row()), bits(&expected));
        prop_assert_eq!(first.score(), whole.score());
        prop_assert_eq!(whole.score(), Scorer::score(&bleu, &expected));
    }

    /// A segment's row is the same whatever the measurer saw before, segments without a reference
    /// and other systems' hypotheses included, and whatever metrics are measured beside it.
    #[test]
    fn measuring_is_free_of_state(
        segments in prop::collection::vec((any_segment(), text()), 1..5),
    ) {
        let mut together =
            Measurer::new(CONFIGURATIONS.iter().map(|configuration| &*configuration.scorer));
        let widths = CONFIGURATIONS.iter().map(|c| c.scorer.columns().len());
        prop_assert_eq!(together.width(), widths.sum::<usize>());
        let mut apart: Vec<Measurer> =
            CONFIGURATIONS.iter().map(|c| Measurer::new([&*c.scorer])).collect();
        for (segment, other_system) in &segments {
            let references = segment.references();
            if !segment.has_reference() {
                let refused = together.prepare(&references).map_err(|e| e.to_string());
                prop_assert!(refused.unwrap_err().contains("no reference"));
                for measurer in &mut apart {
                    prop_assert!(measurer.prepare(&references).is_err());
                }
                continue;
            }
            let mut rows = [vec![f64::NAN; together.width()], vec![f64::NAN; together.width()]];
            let mut prepared = together.prepare(&references).unwrap();
            prepared.measure(other_system, &mut rows[0]).unwrap();
            prepared.measure(&segment.hypothesis, &mut rows[0]).unwrap();
            prepared.measure(other_system, &mut rows[1]).unwrap();
            let mut from = 0;
            for (configuration, measurer) in CONFIGURATIONS.iter().zip(&mut apart) {
                let scorer = &*configuration.scorer;
                let columns = from..from + scorer.columns().len();
                from = columns.end;
                let alone = bits(&row_alone(scorer, segment));
                prop_assert_eq!(&bits(&rows[0][columns.clone()]), &alone, "{}", configuration);
                prop_assert_eq!(&bits(&row_from(measurer, segment)), &alone, "{}", configuration);
                let other = OwnedSegment { hypothesis: other_system.clone(), ..segment.clone() };
                let alone = bits(&row_alone(scorer, &other));
                prop_assert_eq!(&bits(&rows[1][columns]), &alone, "{}", configuration);
            }
        }
    }

    /// Whatever the texts: rows hold numbers that can be
    /// summed, and segments and sums have scores that can be printed. The value alone, which resamples
    /// ask for, is that of the score to the bit.
    #[test]
    fn scores_are_finite(segments in prop::collection::vec(segment(), 1..5)) {
        for configuration in &*CONFIGURATIONS {
            let scorer = &*configuration.scorer;
            let mut measurer = Measurer::new([scorer]);
            let mut total = vec![0.0; measurer.width()];
            for segment in &segments {
                let row = row_from(&mut measurer, segment);
                prop_assert!(row.iter().all(|number| number.is_finite()), "{configuration}");
                add_row(&mut total, &row);
                for row in [&row, &total] {
                    let score = scorer.score(row);
                    prop_assert!(is_finite(&score), "{}: {:?}", configuration, score);
                    let values = [scorer.value(row), score.value].map(f64::to_bits);
                    prop_assert_eq!(values[0], values[1], "{}: {:?}", configuration, row);
                    scorer.describe(&score);
                }
            }
        }
    }

    /// As above, for numbers that nobody has a reason to ask for.
    #[test]
    fn scores_are_finite_with_extreme_options(segment in segment()) {
        for configuration in &configurations(EXTREME_NUMBERS) {
            let scorer = &*configuration.scorer;
            let row = row_alone(scorer, &segment);
            let score = scorer.score(&row);
            prop_assert!(is_finite(&score), "{}: {:?}", configuration, score);
            let values = [scorer.value(&row), score.value].map(f64::to_bits);
            prop_assert_eq!(values[0], values[1], "{}: {:?}", configuration, row);
        }
    }

    /// The places of missing references are nothing. Where references are a set, their order and
    /// repetitions are nothing either.
    #[test]
    fn references_are_a_set(
        segment in segment(),
        again in prop::collection::vec(any::<Index>(), 0..3),
        missing in prop::collection::vec(any::<Index>(), 0..3),
        places in prop::collection::vec(any::<Index>(), 12),
    ) {
        let there: Vec<Option<String>> =
            segment.references.iter().filter(|r| r.is_some()).cloned().collect();
        let mut mixed = Vec::new();
        let copies = again.into_iter().map(|index| index.get(&there).clone());
        for (reference, place) in there.iter().cloned().chain(copies).zip(&places) {
            mixed.insert(place.index(mixed.len() + 1), reference);
        }
        let [same, mixed] = [there, mixed].map(|mut references| {
            for place in &missing {
                references.insert(place.index(references.len() + 1), None);
            }
            OwnedSegment { hypothesis: segment.hypothesis.clone(), references }
        });
        for configuration in &*CONFIGURATIONS {
            let scorer = &*configuration.scorer;
            let row = row_alone(scorer, &segment);
            prop_assert_eq!(&row, &row_alone(scorer, &same), "{}: {:?}", configuration, same);
            let other = row_alone(scorer, &mixed);
            match configuration.references() {
                References::Set => prop_assert_eq!(&row, &other, "{}: {:?}", configuration, mixed),
                References::BestScore => {
                    let values = [&row, &other].map(|row| scorer.score(row).value.to_bits());
                    prop_assert_eq!(values[0], values[1], "{}: {:?}", configuration, mixed);
                }
                References::List => {}
            }
        }
    }

    /// No hypothesis beats the reference itself, where that is long enough for every order.
    #[test]
    fn identical_text_scores_best(
        reference in words(12..40),
        other in prop_oneof![text(), words(0..40).prop_map(|words| words.join(" "))],
        edits in prop::collection::vec((any::<Index>(), 0..4u8), 0..6),
    ) {
        let mut edited = reference.clone();
        for (at, edit) in edits {
            let i = at.index(edited.len());
            match edit {
                0 if edited.len() > 1 => drop(edited.remove(i)),
                1 => edited.insert(i, edited[i]),
                2 => edited[i] = "dog",
                _ => edited.swap(i, 0),
            }
        }
        let reference = reference.join(" ");
        let edited = edited.join(" ");
        let mut tried = 0;
        for configuration in &*CONFIGURATIONS {
            let scorer = &*configuration.scorer;
            let spec = scorer.spec();
            // What reads raw text here sees a-z and 0-9.
            let rouge = Tokenizer { scheme: Scheme::Rouge, ..Tokenizer::default() };
            let tokens = spec.tokenizer.unwrap_or(rouge).tokenize(&reference).unwrap().len();
            if tokens < configuration.highest_order() || !configuration.knows_perfection() {
                continue;
            }
            tried += 1;
            let score = |hypothesis: &str| {
                let references = vec![Some(reference.clone())];
                let hypothesis = hypothesis.to_owned();
                scorer.score(&row_alone(scorer, &OwnedSegment { hypothesis, references })).value
            };
            let best = score(&reference);
            for hypothesis in [&edited, &other, &format!("{reference} {other}")] {
                let value = score(hypothesis);
                let beaten = match spec.direction {
                    Direction::Higher => value > best,
                    Direction::Lower => value < best,
                };
                prop_assert!(!beaten, "{configuration}: {hypothesis:?} {value} beats {best}");
            }
            if spec.direction == Direction::Higher {
                let perfect = (best / spec.scale - 1.0).abs();
                prop_assert!(perfect < 1e-12, "{configuration}: {best} of {}", spec.scale);
            }
        }
        prop_assert!(tried * 2 > CONFIGURATIONS.len(), "{tried} of {}", CONFIGURATIONS.len());
    }

    /// What a signature is for: under equal signatures equal texts have equal scores.
    #[test]
    fn equal_signatures_are_equal_metrics(segment in segment()) {
        for (i, one) in CONFIGURATIONS.iter().enumerate() {
            let row = row_alone(&*one.scorer, &segment);
            let same = |other: &&Configuration| {
                other.entry.name == one.entry.name && other.signature() == one.signature()
            };
            if let Some(other) = CONFIGURATIONS[i + 1..].iter().find(same) {
                let other_row = row_alone(&*other.scorer, &segment);
                prop_assert_eq!(&bits(&row), &bits(&other_row), "{}, {}", one, other);
                let scores = (one.scorer.score(&row), other.scorer.score(&other_row));
                prop_assert_eq!(scores.0, scores.1, "{}, {}", one, other);
            }
        }
    }
}
