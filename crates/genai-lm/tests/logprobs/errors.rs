//! What is refused, with the place in the record and what would have been right.

use genai_lm::logprobs::{Layout, LogBase, Part, PostSampling, Records, Rules};

use super::read;

/// The message for a record under the default rules.
fn message(layout: Layout, record: &str) -> String {
    match read(layout, Rules::default(), record) {
        Ok(scored) => panic!("{layout} takes {record}: {scored:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn numbers_that_are_no_logarithms_of_probabilities() {
    let logarithm = "expected the logarithm of a probability: 0 or less";
    for (number, found) in [
        ("0.5", "is 0.5"),
        ("1.1e-6", "is 1.1e-6"),
        ("NaN", "is NaN"),
        ("Infinity", "is inf"),
        ("\"x\"", "is the text \"x\""),
        ("\"NaN\"", "is the text \"NaN\""),
        ("\"-1.5\"", "is the text \"-1.5\""),
        ("true", "is true or false"),
        ("[]", "is a list"),
        ("{}", "is an object"),
        ("-1e999", "is -1e999"),
    ] {
        let record = format!(r#"{{"logprobs": [-1, {number}]}}"#);
        assert_eq!(message(Layout::Plain, &record), format!("logprobs[1] {found}, {logarithm}"));
        let record = format!(
            r#"{{"choices": [{{"logprobs": {{"content": [{{"token": "a", "logprob": {number}}}]}}}}]}}"#
        );
        assert_eq!(
            message(Layout::OpenAiChat, &record),
            format!("choices[0].logprobs.content[0].logprob {found}, {logarithm}")
        );
    }
}

#[test]
fn nulls_behind_the_first_token() {
    let null = "is null, expected a number: only the first token of a text may have none";
    for (layout, record, place) in [
        (Layout::Plain, r#"{"logprobs": [null, -1, null]}"#, "logprobs[2]"),
        (Layout::Numbers, "-1 null", "[1]"),
        (Layout::Numbers, "[-1, null]", "[1]"),
        (
            Layout::OpenAiCompletions,
            r#"{"choices": [{"logprobs": {"tokens": ["a", "b"], "token_logprobs": [null, null]}}]}"#,
            "choices[0].logprobs.token_logprobs[1]",
        ),
        (
            Layout::Vllm,
            r#"{"choices": [{"prompt_logprobs": [null, null]}]}"#,
            "choices[0].prompt_logprobs[1]",
        ),
        (Layout::Vllm, r#"{"prompt_logprobs": [null, null], "choices": []}"#, "prompt_logprobs[1]"),
        (
            Layout::Tgi,
            r#"{"details": {"prefill": [{"logprob": null}, {"logprob": null}]}}"#,
            "details.prefill[1]",
        ),
        (
            Layout::Sglang,
            r#"{"meta_info": {"input_token_logprobs": [[null, 1], [null, 2]]}}"#,
            "meta_info.input_token_logprobs[1]",
        ),
    ] {
        assert_eq!(message(layout, record), format!("{place} {null}").trim_start());
    }
    let border = r#"{"meta_info": {"input_token_logprobs": [[null, 1]], "output_token_logprobs": [[null, 2], [-1, 3]]}}"#;
    assert!(
        message(Layout::Sglang, border)
            .starts_with("the record has no log-probability of the first token after its prompt")
    );
}

#[test]
fn records_without_log_probabilities() {
    for (layout, record) in [
        (Layout::OpenAiChat, r#"{"choices": [{"message": {"content": "a"}, "logprobs": null}]}"#),
        (
            Layout::OpenAiChat,
            r#"{"choices": [{"message": {"content": "a"}, "logprobs": {"content": null}}]}"#,
        ),
        (Layout::OpenAiChat, r#"{"choices": []}"#),
        (Layout::OpenAiChat, r#"{"error": {"message": "overloaded"}}"#),
        (Layout::OpenAiCompletions, r#"{"choices": [{"text": "a", "logprobs": null}]}"#),
        (Layout::Vllm, r#"{"choices": [{"text": "a", "prompt_logprobs": null}]}"#),
        (Layout::LlamaCpp, r#"{"content": "a"}"#),
        (Layout::Tgi, r#"{"generated_text": "a"}"#),
        (Layout::Tgi, r#"{"generated_text": "a", "details": {"prefill": [], "tokens": []}}"#),
        (Layout::Sglang, r#"{"text": "a", "meta_info": {}}"#),
        (Layout::LmEval, r#"{"resps": []}"#),
        (Layout::Plain, r#"{"text": "a"}"#),
        (Layout::Plain, r#"{"text": "a", "logprobs": []}"#),
        (Layout::Plain, r#"{"logprobs": []}"#),
        (Layout::Numbers, "[]"),
    ] {
        let message = message(layout, record);
        assert!(
            message.starts_with("the record has no log-probabilities, expected "),
            "{record}: {message}"
        );
    }
    // An empty text is one.
    assert!(
        read(Layout::Plain, Rules::default(), r#"{"text": "", "logprobs": []}"#)
            .unwrap()
            .tokens
            .is_empty()
    );
}

fn assert_starts(layout: Layout, record: &str, start: &str) {
    let message = message(layout, record);
    assert!(message.starts_with(start), "{record}: {message}");
}

#[test]
fn what_does_not_fit_together() {
    for (layout, record, start) in [
        (
            Layout::Plain,
            r#"{"logprobs": [-1], "tokens": ["a", "b"]}"#,
            "the record has 2 tokens and 1 log-probabilities",
        ),
        (
            Layout::Plain,
            r#"{"logprobs": [-1], "token_ids": [1, 2]}"#,
            "the record has 2 token_ids and 1 log-prob",
        ),
        (
            Layout::Plain,
            r#"{"logprobs": [-1], "token_logprobs": [-1]}"#,
            "token_logprobs is a second list",
        ),
        (
            Layout::Plain,
            r#"{"logprobs": [-1], "special": [1]}"#,
            "special[0] is 1, expected the number of one of 1",
        ),
        (Layout::Plain, r#"{"nll": 1, "sum_logprob": -1}"#, "sum_logprob is a second total"),
        (
            Layout::Plain,
            r#"{"nll": -1}"#,
            "nll is -1, expected a sum of negative logarithms: 0 or more",
        ),
        (Layout::Plain, r#"{"nll": 1, "n_tokens": 1.5}"#, "n_tokens is 1.5, expected a count"),
        (
            Layout::Plain,
            r#"{"logprobs": [-1], "logprobs": [-1]}"#,
            "logprobs is there twice, expected each key once",
        ),
        (
            Layout::Plain,
            r#"{"logprobs": [-1]} {}"#,
            "the record is not JSON: it has '{' at byte 20, expected the end",
        ),
        (Layout::Plain, r#"{"logprobs": [-1"#, "logprobs is not JSON: it breaks off"),
        (
            Layout::Plain,
            r#"{"text": "\ud83d", "logprobs": [-1]}"#,
            "text has half of a surrogate pair",
        ),
        (
            Layout::Plain,
            r#"{"note": "\ud83d", "logprobs": [-1]}"#,
            "note has half of a surrogate pair",
        ),
        (
            Layout::Plain,
            r#"{"note": "\x", "logprobs": [-1]}"#,
            "note is not JSON: it has 'x' at byte 12",
        ),
        (
            Layout::OpenAiCompletions,
            r#"{"choices": [{"logprobs": {"tokens": ["a"], "token_logprobs": [-1, -2]}}]}"#,
            "logprobs has 1 tokens and 2 log-probabilities",
        ),
        (
            Layout::OpenAiCompletions,
            r#"{"choices": [{"logprobs": {"tokens": ["a", "b"], "token_logprobs": [null, -2]}}]}"#,
            "the record echoes its prompt and does not say how long that is, expected usage.prompt_tokens",
        ),
    ] {
        assert_starts(layout, record, start);
    }
}

#[test]
fn what_a_server_does_not_write() {
    for (layout, record, start) in [
        (
            Layout::OpenAiChat,
            r#"{"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [{"token": "a", "logprob": -1}]}}]}"#,
            "choices[0].delta is of a part of a streamed answer",
        ),
        (
            Layout::LlamaCpp,
            r#"{"content": "a", "stop": false}"#,
            "stop is of a part of a streamed answer",
        ),
        (Layout::LmEval, r#"{"filtered_resps": [["yes"]]}"#, "filtered_resps[0][0] is the text"),
        (
            Layout::OpenAiChat,
            r#"{"choices": [{}, {}]}"#,
            "choices has 2 elements, each a text of its own, expected one",
        ),
        (Layout::OpenAiChat, r#"[{"choices": []}, {"choices": []}]"#, "the record has 2 elements"),
        (
            Layout::OpenAiChat,
            r#"{"choices": [{"logprobs": {"content": [{"logprob": -1, "bytes": [256]}]}}]}"#,
            "choices[0].logprobs.content[0].bytes[0] is 256, expected a byte: 0 to 255",
        ),
        (
            Layout::OpenAiChat,
            r#"{"choices": [{"logprobs": {"content": [{"token": "a"}]}}]}"#,
            "choices[0].logprobs.content[0] has no logprob",
        ),
        (
            Layout::Vllm,
            r#"{"choices": [{"prompt_logprobs": [{"1": {"logprob": -1}}], "prompt_token_ids": [2]}]}"#,
            "choices[0].prompt_logprobs[0] lacks the token 2",
        ),
        (
            Layout::LlamaCpp,
            r#"{"completion_probabilities": [{"token": "a", "prob": 0.5}]}"#,
            "completion_probabilities[0].prob is a probability after sampling",
        ),
        (
            Layout::Tgi,
            r#"{"details": {"prefill": [{"logprob": null}, {"logprob": -1}], "tokens": [{"logprob": -2}]}}"#,
            "the record has log-probabilities of 2 tokens of a prompt and of one that was generated, expected --part",
        ),
        (
            Layout::LmEval,
            r#"{"resps": [["the answer"]]}"#,
            "resps[0][0] is the text \"the answer\"",
        ),
        (
            Layout::LmEval,
            r#"{"resps": [["-1"], ["-2"]]}"#,
            "resps has 2 elements, each a text of its own",
        ),
        (
            Layout::GenaiEval,
            r#"{"genai_eval_logprobs": 2}"#,
            "genai_eval_logprobs is 2, expected 1",
        ),
    ] {
        assert_starts(layout, record, start);
    }
}

#[test]
fn parts_that_are_not_there() {
    let with = |part, layout, record| {
        read(layout, Rules { part, ..Rules::default() }, record).unwrap_err().to_string()
    };
    let answer = r#"{"generated_text": "a", "details": {"prefill": [], "tokens": [{"text": "a", "logprob": -1}]}}"#;
    let message = with(Part::Prompt, Layout::Tgi, answer);
    assert!(
        message.starts_with(
            "the record has no log-probabilities of its prompt, expected details.tokens"
        ),
        "{message}"
    );
    let prompt = r#"{"meta_info": {"input_token_logprobs": [[null, 1], [-1, 2]], "output_token_logprobs": []}}"#;
    let message = with(Part::Completion, Layout::Sglang, prompt);
    assert!(
        message.starts_with("the record has log-probabilities of its prompt only"),
        "{message}"
    );
}

#[test]
fn rules_without_effect() {
    let message = |layout, rules| Records::new(layout, rules).unwrap_err().to_string();
    let rules = Rules::default();
    assert_eq!(
        message(Layout::Plain, Rules { part: Part::Prompt, ..rules }),
        "--part prompt has no effect on the layout plain, expected none, as its records have one part with log-probabilities"
    );
    assert!(
        message(Layout::Numbers, Rules { choice: Some(1), ..rules })
            .starts_with("--choice 1 has no effect")
    );
    assert!(
        message(Layout::Tgi, Rules { log_base: LogBase::Ten, ..rules })
            .starts_with("--log-base 10 has no effect")
    );
    let accept = Rules { post_sampling: PostSampling::Accept, ..rules };
    assert!(message(Layout::Tgi, accept).starts_with("--post-sampling accept has no effect"));
}

#[test]
fn hostile_records_are_errors() {
    let deep =
        |levels: usize, inner: &str| format!("{}{inner}{}", "[".repeat(levels), "]".repeat(levels));
    for layout in Layout::ALL {
        for record in [
            deep(1_000_000, ""),
            "[".repeat(1_000_000),
            "{\"a\":".repeat(1_000_000),
            format!("{{\"logprobs\": {}}}", deep(100_000, "-1")),
            format!("{{\"choices\": {}}}", deep(100_000, "-1")),
            format!("{{\"resps\": {}}}", deep(100_000, "-1")),
            format!("{{\"logprobs\": [-1], \"x\": {}}}", deep(100_000, "-1")),
            format!("{{\"logprobs\": [-{}]}}", "9".repeat(100_000)),
            String::new(),
            "\u{0}".to_owned(),
            "é".to_owned(),
        ] {
            assert!(read(layout, Rules::default(), &record).is_err(), "{layout}: {record:.60}");
            // It is named or refused, and not the end of the program.
            let _ = Layout::detect(&record);
        }
    }
}
