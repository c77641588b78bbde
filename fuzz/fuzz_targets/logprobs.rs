//! Records of log-probabilities in any bytes: an error or a text that is whole, and that is the same when it was
//! saved and read again.

#![no_main]

use genai_lm::logprobs::{Layout, Part, PostSampling, Records, Rules, Splitter, write_record};
use genai_metrics::{LanguageModel, ScoredText};
use libfuzzer_sys::fuzz_target;

fn check(layout: Layout, rules: Rules, record: &str) {
    let Ok(records) = Records::new(layout, rules) else { return };
    let mut scored = ScoredText::default();
    if records.scorer().score(record, &mut scored).is_err() {
        return;
    }
    assert!(
        !scored.tokens.is_empty() || scored.stated.log_prob.is_some() || scored.text.is_empty()
    );
    for (index, token) in scored.tokens.iter().enumerate() {
        assert!(token.bytes.start <= token.bytes.end && token.bytes.end <= scored.text.len());
        assert!(token.log_prob.map_or(index == 0, |value| value <= 0.0));
    }
    let mut line = Vec::new();
    write_record(&mut line, None, &scored).expect("memory takes all, and numbers are checked");
    let line = String::from_utf8(line).expect("what is written is JSON");
    assert_eq!(Layout::detect(&line).expect("it has its mark"), Layout::GenaiEval);
    let mut again = ScoredText::default();
    let saved = Records::new(Layout::GenaiEval, Rules::default()).expect("these rules suit all");
    saved.scorer().score(&line, &mut again).expect("what is written can be read");
    assert_eq!(
        (again.text, again.tokens, again.stated),
        (scored.text, scored.tokens, scored.stated)
    );
}

fuzz_target!(|bytes: &[u8]| {
    let mut splitter = Splitter::new(bytes);
    let mut record = Vec::new();
    let mut total = 0;
    while let Ok(Some(place)) = splitter.next_record(&mut record) {
        assert!(place.line as usize <= 1 + bytes.iter().filter(|&&byte| byte == b'\n').count());
        assert!(!record.is_empty());
        total += record.len();
        if let Ok(record) = str::from_utf8(&record) {
            // What a layout recognises it need not be able to read, and the other way round.
            let _ = Layout::detect(record);
            for layout in Layout::ALL {
                check(layout, Rules::default(), record);
                check(
                    layout,
                    Rules { part: Part::Both, choice: Some(1), ..Rules::default() },
                    record,
                );
                check(
                    layout,
                    Rules { post_sampling: PostSampling::Accept, ..Rules::default() },
                    record,
                );
            }
        }
        record.clear();
    }
    // Nothing is handed out twice.
    assert!(total <= bytes.len());
});
