//! Windows are those of the tools, as transcribed in `fixtures/make_neural.py`.

use genai_lm::neural::{Plan, Prefix, Strategy, Window};

use crate::fixture::records;

/// With prefix, first token fed, one after the last, first scored, one after the last.
type Transcribed = (bool, usize, usize, usize, usize);

#[test]
fn windows_are_those_of_the_tools() {
    let mut checked = 0;
    for case in records("windows.jsonl") {
        let size = |key: &str| usize::try_from(case[key].as_u64().unwrap()).unwrap();
        let strategy = match case["tool"].as_str().unwrap() {
            "lm-eval" => Strategy::LmEval,
            "llama.cpp" => Strategy::LlamaCpp,
            _ => Strategy::Strided(size("stride")),
        };
        let prefix = case["bos"].as_bool().unwrap().then_some(Prefix::Bos);
        let windows = Plan::new(strategy, size("context"), prefix).unwrap().windows(size("length"));
        let expected: Option<Vec<Transcribed>> =
            serde_json::from_value(case["windows"].clone()).unwrap();
        match expected {
            None => assert!(windows.is_err(), "{case}"),
            Some(expected) => {
                let found = windows.unwrap();
                let expected: Vec<Window> = expected
                    .into_iter()
                    .map(|(prefixed, start, end, first, after)| Window {
                        prefix: prefix.filter(|_| prefixed),
                        input: start..end,
                        scored: first..after,
                    })
                    .collect();
                assert_eq!(found, expected, "{case}");
            }
        }
        checked += 1;
    }
    println!("checked {checked} lists of windows");
    assert!(checked > 500);
}
