//! `OpenMetrics` by a small reader of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A sample: its name, its labels, its value.
pub(super) type Sample = (String, BTreeMap<String, String>, f64);

/// Reads the text format of `OpenMetrics` 1.0 as far as gauges need it.
pub(super) fn samples(text: &str) -> Vec<Sample> {
    let body = text.strip_suffix("# EOF\n").expect("ends with # EOF");
    let mut families = BTreeSet::new();
    let mut current = String::new();
    let mut samples: Vec<Sample> = Vec::new();
    for line in body.split_terminator('\n') {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            current = family.strip_suffix(" gauge").unwrap().to_owned();
            assert!(families.insert(current.clone()), "{current} is not in one place");
        } else if let Some(help) = line.strip_prefix("# HELP ") {
            assert!(help.starts_with(&format!("{current} ")));
        } else {
            let rest = line.strip_prefix(&current).unwrap().strip_prefix('{').unwrap();
            let (labels, rest) = read_labels(rest);
            let value = rest.strip_prefix(' ').unwrap().parse().unwrap();
            let sample = (current.clone(), labels, value);
            assert!(
                samples.iter().all(|(name, labels, _)| (name, labels) != (&sample.0, &sample.1))
            );
            samples.push(sample);
        }
    }
    samples
}

fn read_labels(text: &str) -> (BTreeMap<String, String>, &str) {
    let (mut labels, mut rest) = (BTreeMap::new(), text);
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        let (mut value, mut chars) = (String::new(), after.chars());
        loop {
            match chars.next().unwrap() {
                '"' => break,
                '\\' => value.push(match chars.next().unwrap() {
                    'n' => '\n',
                    c @ ('"' | '\\') => c,
                    c => panic!("\\{c} is no escape"),
                }),
                c => value.push(c),
            }
        }
        assert!(labels.insert(name.to_owned(), value).is_none());
        rest = chars.as_str();
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (labels, rest.strip_prefix('}').unwrap()),
        }
    }
}

#[test]
fn openmetrics_is_read_back() {
    let samples = samples(&written(|out| openmetrics::write(&report(), out)));
    let of = |name: &str| -> Vec<&Sample> {
        samples.iter().filter(|(family, ..)| family == &format!("genai_eval_{name}")).collect()
    };
    let values = |name: &str| of(name).iter().map(|sample| sample.2).collect::<Vec<_>>();
    assert_eq!(
        values("score"),
        [34.123_456_789_012_34, 0.2],
        "one for each score, not for each check"
    );
    assert_eq!(of("score")[0].1["metric"], "bleu");
    assert!(of("score")[1].1["slice"].starts_with("lang=a|b <i>&amp; `c` *d* \"e\" 'f' %g"));
    assert_eq!(of("baseline_score")[0].1["system"], "old.txt");
    assert_eq!(values("difference_low"), [-1.9]);
    assert_eq!(values("check_passed"), [1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(values("gate_exit_code"), [1.0]);
}
