//! Every way to split sentences on any text, and Punkt with any model: sentences are in order,
//! disjoint, not empty, and hold all that is not white space.

#![no_main]

use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use genai_metrics::Error;
use genai_metrics::text::{Punkt, SentenceSplit, is_white_space};
use libfuzzer_sys::fuzz_target;

fn check(bytes: &[u8]) -> arbitrary::Result<()> {
    let mut u = Unstructured::new(bytes);
    let files: [&str; Punkt::FILES.len()] = Arbitrary::arbitrary(&mut u)?;
    let text: &str = u.arbitrary()?;
    let mut next = files.iter();
    let model = Punkt::load(|_| Ok::<_, Error>((*next.next().expect("a file each")).to_owned()));
    let model = Arc::new(model.unwrap_or_default());
    let mut sentences = Vec::new();
    for name in SentenceSplit::NAMES {
        let split = SentenceSplit::named(name, Some(Arc::clone(&model))).expect("a known name");
        split.split(text, &mut sentences);
        let (mut end, mut outside) = (0, String::new());
        for sentence in &sentences {
            assert!(
                end <= sentence.start && sentence.start < sentence.end,
                "{name}: {sentences:?}"
            );
            outside.push_str(&text[end..sentence.start]);
            end = sentence.end;
        }
        outside.push_str(&text[end..]);
        assert!(outside.chars().all(is_white_space), "{name}: {outside:?}");
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes to make an input of are no input.
    let _ = check(bytes);
});
