//! What must hold for any record.

use genai_lm::logprobs::{Layout, Rules, Splitter, write_record};
use genai_metrics::{ScoredText, ScoredToken, Stated, TokenClass};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{fixtures, read};

fn log_prob() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        8 => (-50.0..=0.0).prop_map(Some),
        1 => prop::sample::select(vec![0.0, -0.0, -9999.0, f64::NEG_INFINITY, f64::MIN, -5e-324, -745.2, f64::from(f32::MIN)])
            .prop_map(Some),
        1 => (0..u64::MAX).prop_map(|bits| Some(f64::from_bits(bits)).filter(|value| *value <= 0.0)),
    ]
}

fn class() -> impl Strategy<Value = TokenClass> {
    let all = vec![TokenClass::Text, TokenClass::Prompt, TokenClass::Special, TokenClass::End];
    prop::sample::select(all)
}

prop_compose! {
    /// Tokens end to end or anywhere, of any bytes; only the first has no log-probability.
    fn scored()(
        pieces in prop::collection::vec((log_prob(), class(), any::<bool>(), "[a\"\\\\é😀\n]{0,3}", any::<u16>()), 0..8),
        mut text in prop::collection::vec(any::<u8>(), 0..12),
        placing in 0..4,
        counts in (prop::option::of(0..1000_u64), prop::option::of(0..1000_u64), prop::option::of(0..1000_u64), prop::option::of(0..1000_u64)),
        total in prop::option::of(-1e6..=0.0),
    ) -> ScoredText {
        let mut tokens = Vec::new();
        if placing == 0 {
            text = pieces.iter().flat_map(|piece| piece.3.bytes()).collect();
        } else if placing == 1 {
            text = String::from_utf8_lossy(&text).into_owned().into_bytes();
        }
        let mut end = 0;
        for (index, (log_prob, class, is_unknown, piece, place)) in pieces.into_iter().enumerate() {
            let start = end;
            let bytes = match placing {
                0 => {
                    end += piece.len();
                    start..end
                }
                1 => 0..0,
                _ => {
                    let one = usize::from(place) % (text.len() + 1);
                    let other = usize::from(place >> 8) % (text.len() + 1);
                    one.min(other)..one.max(other)
                }
            };
            let log_prob = if index == 0 { log_prob } else { Some(log_prob.unwrap_or(-1.0)) };
            tokens.push(ScoredToken { log_prob, bytes, class, is_unknown });
        }
        let (of_tokens, words, bytes, characters) = counts;
        ScoredText { text, tokens, stated: Stated { log_prob: total, tokens: of_tokens, words, bytes, characters } }
    }
}

/// A cell where a log-probability should be.
fn cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        20 => (-30.0..=0.0).prop_map(|value| json!(value)),
        2 => (-30..=0).prop_map(|value| json!(value)),
        1 => prop::sample::select(vec![json!(null), json!("-inf"), json!("x"), json!(true), json!(0.5), json!(1e-7), json!([]), json!(-9999.0)]),
    ]
}

/// Something that a record has besides.
fn other() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"\\\\]{1,4}", inner, 0..4)
                .prop_map(|map| Value::from(map.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

const SHAPED: [Layout; 6] = [
    Layout::Plain,
    Layout::OpenAiChat,
    Layout::OpenAiCompletions,
    Layout::Vllm,
    Layout::Tgi,
    Layout::Sglang,
];

/// A record with these cells.
fn shape(layout: Layout, cells: &[Value], other: &Value) -> Value {
    let each =
        |make: &dyn Fn(&Value) -> Value| Value::from(cells.iter().map(make).collect::<Vec<_>>());
    match layout {
        Layout::Plain => json!({"a": other, "logprobs": cells, "z": other}),
        Layout::OpenAiChat => {
            let content = each(
                &|cell| json!({"token": "a", "logprob": cell, "bytes": null, "top_logprobs": other}),
            );
            json!({"usage": other, "choices": [{"message": other, "logprobs": {"content": content, "x": other}}]})
        }
        Layout::OpenAiCompletions => {
            let lists = json!({"tokens": each(&|_| json!("a")), "token_logprobs": cells, "top_logprobs": other});
            json!({"choices": [{"index": other, "logprobs": lists}], "usage": {"prompt_tokens": cells.len()}})
        }
        Layout::Vllm => {
            let places = each(&|cell| {
                if cell.is_null() {
                    json!(null)
                } else {
                    json!({"7": {"logprob": cell, "rank": other}})
                }
            });
            json!({"choices": [{"prompt_logprobs": places, "text": "a", "x": other}]})
        }
        Layout::Tgi => {
            let tokens =
                each(&|cell| json!({"id": other, "text": "a", "logprob": cell, "special": false}));
            json!({"generated_text": "a", "details": {"seed": other, "prefill": [], "tokens": tokens}})
        }
        _ => {
            json!({"meta_info": {"output_token_logprobs": each(&|cell| json!([cell, 7, "a"])), "id": other}})
        }
    }
}

/// What the cells say, the slow way: out of a value that `serde_json` parsed. None if there is a fault.
fn slow(layout: Layout, record: &str) -> Option<Vec<Option<f64>>> {
    let record: Value = serde_json::from_str(record).ok()?;
    let list = |pointer: &str, inner: &str| -> Option<Vec<Value>> {
        let list = record.pointer(pointer)?.as_array()?;
        list.iter()
            .map(|cell| {
                if inner.is_empty() || cell.is_null() {
                    Some(cell.clone())
                } else {
                    cell.pointer(inner).cloned()
                }
            })
            .collect()
    };
    let cells = match layout {
        Layout::Plain => list("/logprobs", "")?,
        Layout::OpenAiChat => list("/choices/0/logprobs/content", "/logprob")?,
        Layout::OpenAiCompletions => list("/choices/0/logprobs/token_logprobs", "")?,
        Layout::Vllm => list("/choices/0/prompt_logprobs", "/7/logprob")?,
        Layout::Tgi => list("/details/tokens", "/logprob")?,
        _ => list("/meta_info/output_token_logprobs", "/0")?,
    };
    let mut read = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        read.push(match cell {
            Value::Null if index == 0 => None,
            Value::String(text) if text == "-inf" => Some(f64::NEG_INFINITY),
            Value::Number(number) => match number.as_f64()? {
                value if value.to_bits() == (-9999.0_f64).to_bits() => Some(f64::NEG_INFINITY),
                value if value > 1e-6 => return None,
                value => Some(value.min(0.0)),
            },
            _ => return None,
        });
    }
    (!read.is_empty()).then_some(read)
}

fn bits(values: impl IntoIterator<Item = Option<f64>>) -> Vec<Option<u64>> {
    values.into_iter().map(|value| value.map(f64::to_bits)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_is_written_is_read(scored in scored(), id in prop::option::of(".{0,5}")) {
        let mut line = Vec::new();
        write_record(&mut line, id.as_deref(), &scored).unwrap();
        let line = String::from_utf8(line).unwrap();
        prop_assert_eq!(line.matches('\n').count(), 1);
        prop_assert_eq!(Layout::detect(&line).unwrap(), Layout::GenaiEval);
        let again = read(Layout::GenaiEval, Rules::default(), &line).map_err(|error| TestCaseError::fail(format!("{error}\n{line}")))?;
        prop_assert_eq!(&again.text, &scored.text, "{}", line);
        prop_assert_eq!(&again.tokens, &scored.tokens, "{}", line);
        prop_assert_eq!(again.stated, scored.stated, "{}", line);
        let exactly = |scored: &ScoredText| bits(scored.tokens.iter().map(|token| token.log_prob));
        prop_assert_eq!(exactly(&again), exactly(&scored), "{}", line);
    }

    #[test]
    fn records_are_read_as_the_slow_way(
        layout in prop::sample::select(SHAPED.to_vec()),
        cells in prop::collection::vec(cell(), 0..6),
        other in other(),
        pretty: bool,
    ) {
        let shaped = shape(layout, &cells, &other);
        let record = if pretty { serde_json::to_string_pretty(&shaped) } else { serde_json::to_string(&shaped) }.unwrap();
        let ours = read(layout, Rules::default(), &record);
        let theirs = slow(layout, &record);
        prop_assert_eq!(ours.is_ok(), theirs.is_some(), "{}: {:?}", record, ours);
        if let (Ok(ours), Some(theirs)) = (ours, theirs) {
            prop_assert_eq!(bits(ours.tokens.iter().map(|token| token.log_prob)), bits(theirs));
        }
        // The lines are no part of what a record is.
        let mut splitter = Splitter::new(record.as_bytes());
        let mut split = Vec::new();
        prop_assert!(splitter.next_record(&mut split).unwrap().is_some());
        prop_assert_eq!(split, record.as_bytes());
    }

    #[test]
    fn a_layout_is_recognised_whatever_else_is_there(other in other(), pretty: bool) {
        for (layout, records) in fixtures::records() {
            for record in records {
                let Ok(Value::Object(mut value)) = serde_json::from_str(&record) else { continue };
                value.insert("zz_more".to_owned(), other.clone());
                value.insert("_before".to_owned(), other.clone());
                let record = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
                prop_assert_eq!(Layout::detect(&record).unwrap(), layout, "{}", record);
            }
        }
    }

    #[test]
    fn a_broken_record_is_an_error_and_a_whole_one_is_json(
        choice: prop::sample::Index,
        at: prop::sample::Index,
        edit in "[\\[\\]{}\",:0-9a-z\\\\ -]{0,2}",
        cut in 0..3_usize,
    ) {
        let records = fixtures::records();
        let of_json: Vec<_> = records.iter().filter(|(layout, _)| *layout != Layout::Numbers).collect();
        let (layout, lines) = choice.get(&of_json);
        let record = choice.get(lines);
        let places: Vec<usize> = record.char_indices().map(|(place, _)| place).collect();
        let start = at.index(places.len());
        let end = places.get(start + cut).copied().unwrap_or(record.len());
        let edited = format!("{}{edit}{}", &record[..places[start]], &record[end..]);
        let is_json = serde_json::from_str::<Value>(&edited.replace("-Infinity", "-1").replace("NaN", "1")).is_ok();
        for part in ["auto", "both"] {
            let rules = Rules { part: part.parse().unwrap(), choice: Some(0), ..Rules::default() };
            if let Ok(scored) = read(*layout, rules, &edited).or_else(|_| read(*layout, Rules::default(), &edited)) {
                prop_assert!(is_json, "{}", edited);
                for (index, token) in scored.tokens.iter().enumerate() {
                    prop_assert!(token.bytes.start <= token.bytes.end && token.bytes.end <= scored.text.len());
                    prop_assert!(token.log_prob.map_or(index == 0, |value| value <= 0.0), "{}", edited);
                }
            }
        }
    }
}
