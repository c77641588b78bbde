//! Every metric of the registry with any options that it takes, on any segments: scores are
//! finite, rows are free of state, and the sum of any split is the whole.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use genai_metrics::metrics::METRICS;
use genai_metrics::{Level, Measurer, OptionKind, Options, Scorer, add_row};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Segment<'a> {
    hypothesis: &'a str,
    references: Vec<Option<&'a str>>,
    shard: bool,
}

/// A list of names, some of them twice or unknown.
fn some_of(u: &mut Unstructured<'_>, names: &[&str]) -> Result<String> {
    let mut list = Vec::new();
    for _ in 0..u.int_in_range(1..=4)? {
        list.push(*u.choose(names)?);
    }
    Ok(list.join(","))
}

/// A metric with options, or with its defaults where it refuses them.
fn metric(u: &mut Unstructured<'_>) -> Result<(String, Box<dyn Scorer>)> {
    let entry = u.choose(METRICS)?;
    let level = *u.choose(&[Level::Corpus, Level::Sentence])?;
    let mut options = Options::default();
    for option in entry.options {
        if !u.arbitrary::<bool>()? {
            continue;
        }
        let value = match option.kind {
            OptionKind::Flag => "true".to_owned(),
            OptionKind::YesNo => (*u.choose(&["yes", "no"])?).to_owned(),
            OptionKind::Choice(names) | OptionKind::Scheme(names) => (*u.choose(names)?).to_owned(),
            OptionKind::Names(names) => some_of(u, names)?,
            OptionKind::File | OptionKind::Text(_) => u.arbitrary::<&str>()?.to_owned(),
            OptionKind::Integer { min, max } => u.int_in_range(min..=max)?.to_string(),
            OptionKind::Number { .. } => u.arbitrary::<f64>()?.abs().to_string(),
            OptionKind::Folder(files) => {
                for file in files {
                    options.set_file(option.name, file, u.arbitrary()?);
                }
                continue;
            }
        };
        options.set(option.name, &value);
    }
    let mut family = (entry.build)(&options, level)
        .or_else(|_| (entry.build)(&Options::default(), level))
        .expect("a metric takes its defaults");
    let member = u.choose_index(family.len())?;
    let scorer = family.swap_remove(member);
    Ok((format!("{} {level:?} {options:?}", entry.name), scorer))
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

fn check(bytes: &[u8]) -> Result<()> {
    let mut u = Unstructured::new(bytes);
    let (metric, scorer) = metric(&mut u)?;
    let segments: Vec<Segment<'_>> = u.arbitrary()?;
    let mut measurer = Measurer::new([&*scorer]);
    let zeros = vec![0.0; measurer.width()];
    let (mut row, mut alone, mut whole) = (zeros.clone(), zeros.clone(), zeros.clone());
    let mut shards = [zeros.clone(), zeros];
    for Segment { hypothesis, references, shard } in &segments {
        let has_reference = references.iter().any(Option::is_some);
        let prepared = measurer.prepare(references);
        assert_eq!(prepared.is_ok(), has_reference);
        let Ok(mut prepared) = prepared else { continue };
        prepared.measure(hypothesis, &mut row).expect("shorter than the limit");
        let mut fresh = Measurer::new([&*scorer]);
        let mut fresh = fresh.prepare(references).expect("it has a reference");
        fresh.measure(hypothesis, &mut alone).expect("shorter than the limit");
        assert_eq!(bits(&row), bits(&alone), "{metric}");
        let score = scorer.score(&row);
        assert!(score.value.is_finite(), "{metric}: {score:?}");
        add_row(&mut whole, &row);
        add_row(&mut shards[usize::from(*shard)], &row);
    }
    let score = scorer.score(&whole);
    assert!(score.value.is_finite(), "{metric}: {score:?}");
    scorer.describe(&score);
    let [mut merged, other] = shards;
    add_row(&mut merged, &other);
    assert_eq!(bits(&merged), bits(&whole), "{metric}");
    assert_eq!(scorer.score(&merged), score, "{metric}");
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes to make an input of are no input.
    let _ = check(bytes);
});
