//! What rank files leave out, by name: the pattern that cuts texts, and the special tokens.
//!
//! Sources: `openai_public.py` and `model.py` of tiktoken 0.14; the `tokenizer.py` published with
//! Llama 3 and 3.1; the `tokenization_qwen.py` published with Qwen.

use crate::Error;
use crate::added::AddedToken;
use crate::pretokenizer::Pattern;

/// An encoding: all of a tokenizer but its ranks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedEncoding {
    pub(crate) pattern: Pattern,
    special: Specials,
}

/// Special tokens with their ids.
type Specials = fn() -> Vec<(String, u32)>;

const ENCODINGS: &[(&str, Pattern, Specials)] = &[
    ("gpt2", Pattern::Gpt2, r50k),
    ("r50k_base", Pattern::Gpt2, r50k),
    ("p50k_base", Pattern::Gpt2, r50k),
    ("p50k_edit", Pattern::Gpt2, p50k_edit),
    ("cl100k_base", Pattern::Cl100kTiktoken, cl100k),
    ("o200k_base", Pattern::O200k, o200k),
    ("o200k_harmony", Pattern::O200k, o200k_harmony),
    ("llama3", Pattern::Cl100k, llama3),
    ("llama3.1", Pattern::Cl100k, llama3_1),
    ("qwen", Pattern::Qwen2, qwen),
];

impl NamedEncoding {
    /// The encoding of that name; or the pattern of that name, with no special tokens.
    pub(crate) fn find(name: &str) -> Result<Self, Error> {
        let known = ENCODINGS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
        if let Some(&(_, pattern, special)) = known {
            return Ok(Self { pattern, special });
        }
        let pattern = Pattern::from_name(name).ok_or_else(|| Error::UnknownName {
            what: "encoding",
            name: name.to_owned(),
            known: names().join(", "),
        })?;
        Ok(Self { pattern, special: Vec::new })
    }

    pub(crate) fn special_tokens(self) -> Vec<AddedToken> {
        let tokens = (self.special)().into_iter();
        tokens.map(|(content, id)| AddedToken { id, content, special: true }).collect()
    }
}

/// Names of encodings that have special tokens, then those of patterns.
fn names() -> Vec<&'static str> {
    let encodings = ENCODINGS.iter().map(|(name, ..)| *name);
    let patterns = Pattern::ALL.iter().map(|pattern| pattern.name());
    let patterns = patterns.filter(|name| ENCODINGS.iter().all(|(known, ..)| known != name));
    encodings.chain(patterns).collect()
}

const END_OF_TEXT: &str = "<|endoftext|>";

fn with_ids(tokens: &[(&str, u32)]) -> Vec<(String, u32)> {
    tokens.iter().map(|&(token, id)| (token.to_owned(), id)).collect()
}

fn numbered(first: u32, tokens: impl IntoIterator<Item = String>) -> Vec<(String, u32)> {
    tokens.into_iter().zip(first..).collect()
}

fn r50k() -> Vec<(String, u32)> {
    with_ids(&[(END_OF_TEXT, 50256)])
}

fn p50k_edit() -> Vec<(String, u32)> {
    with_ids(&[
        (END_OF_TEXT, 50256),
        ("<|fim_prefix|>", 50281),
        ("<|fim_middle|>", 50282),
        ("<|fim_suffix|>", 50283),
    ])
}

fn cl100k() -> Vec<(String, u32)> {
    with_ids(&[
        (END_OF_TEXT, 100_257),
        ("<|fim_prefix|>", 100_258),
        ("<|fim_middle|>", 100_259),
        ("<|fim_suffix|>", 100_260),
        ("<|endofprompt|>", 100_276),
    ])
}

fn o200k() -> Vec<(String, u32)> {
    with_ids(&[(END_OF_TEXT, 199_999), ("<|endofprompt|>", 200_018)])
}

/// Id 200018 has two texts; the first is the one that decoding gives.
fn o200k_harmony() -> Vec<(String, u32)> {
    let mut tokens = with_ids(&[
        ("<|startoftext|>", 199_998),
        (END_OF_TEXT, 199_999),
        ("<|return|>", 200_002),
        ("<|constrain|>", 200_003),
        ("<|channel|>", 200_005),
        ("<|start|>", 200_006),
        ("<|end|>", 200_007),
        ("<|message|>", 200_008),
        ("<|call|>", 200_012),
        ("<|endofprompt|>", 200_018),
    ]);
    let reserved = [200_000, 200_001, 200_004, 200_009, 200_010, 200_011];
    let reserved = reserved.into_iter().chain(200_013..201_088);
    tokens.extend(reserved.map(|id| (format!("<|reserved_{id}|>"), id)));
    tokens
}

fn llama_reserved(numbers: impl Iterator<Item = u32>) -> impl Iterator<Item = String> {
    numbers.map(|number| format!("<|reserved_special_token_{number}|>"))
}

fn llama3() -> Vec<(String, u32)> {
    let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut tokens = named(&["<|begin_of_text|>", "<|end_of_text|>"]);
    tokens.extend(llama_reserved(0..4));
    tokens.extend(named(&["<|start_header_id|>", "<|end_header_id|>"]));
    tokens.extend(llama_reserved(4..5));
    tokens.extend(named(&["<|eot_id|>"]));
    tokens.extend(llama_reserved(5..251));
    numbered(128_000, tokens)
}

fn llama3_1() -> Vec<(String, u32)> {
    let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut tokens = named(&["<|begin_of_text|>", "<|end_of_text|>"]);
    tokens.extend(llama_reserved(0..2));
    tokens.extend(named(&[
        "<|finetune_right_pad_id|>",
        "<|step_id|>",
        "<|start_header_id|>",
        "<|end_header_id|>",
        "<|eom_id|>",
        "<|eot_id|>",
        "<|python_tag|>",
    ]));
    tokens.extend(llama_reserved(2..247));
    numbered(128_000, tokens)
}

fn qwen() -> Vec<(String, u32)> {
    let named = [END_OF_TEXT, "<|im_start|>", "<|im_end|>"].map(str::to_owned);
    let extra = (0..205).map(|number| format!("<|extra_{number}|>"));
    numbered(151_643, named.into_iter().chain(extra))
}

/// Models by encoding.
const MODELS: &[(&str, &[&str])] = &[
    ("o200k_base", &["o1", "o3", "o4-mini", "gpt-5", "gpt-4.1", "gpt-4o"]),
    (
        "cl100k_base",
        &[
            "gpt-4",
            "gpt-3.5-turbo",
            "gpt-3.5",
            "gpt-35-turbo",
            "davinci-002",
            "babbage-002",
            "text-embedding-ada-002",
            "text-embedding-3-small",
            "text-embedding-3-large",
        ],
    ),
    (
        "p50k_base",
        &[
            "text-davinci-003",
            "text-davinci-002",
            "code-davinci-002",
            "code-davinci-001",
            "code-cushman-002",
            "code-cushman-001",
            "davinci-codex",
            "cushman-codex",
        ],
    ),
    ("p50k_edit", &["text-davinci-edit-001", "code-davinci-edit-001"]),
    (
        "r50k_base",
        &[
            "text-davinci-001",
            "text-curie-001",
            "text-babbage-001",
            "text-ada-001",
            "davinci",
            "curie",
            "babbage",
            "ada",
            "text-similarity-davinci-001",
            "text-similarity-curie-001",
            "text-similarity-babbage-001",
            "text-similarity-ada-001",
            "text-search-davinci-doc-001",
            "text-search-curie-doc-001",
            "text-search-babbage-doc-001",
            "text-search-ada-doc-001",
            "code-search-babbage-code-001",
            "code-search-ada-code-001",
        ],
    ),
    ("gpt2", &["gpt2", "gpt-2"]),
];

/// Beginnings of names of models; the first that fits counts.
const MODEL_PREFIXES: &[(&str, &str)] = &[
    ("o1-", "o200k_base"),
    ("o3-", "o200k_base"),
    ("o4-mini-", "o200k_base"),
    ("gpt-5", "o200k_base"),
    ("gpt-4.5-", "o200k_base"),
    ("gpt-4.1-", "o200k_base"),
    ("chatgpt-4o-", "o200k_base"),
    ("gpt-4o-", "o200k_base"),
    ("gpt-4-", "cl100k_base"),
    ("gpt-3.5-turbo-", "cl100k_base"),
    ("gpt-35-turbo-", "cl100k_base"),
    ("gpt-oss-", "o200k_harmony"),
    ("ft:gpt-4o", "o200k_base"),
    ("ft:gpt-4", "cl100k_base"),
    ("ft:gpt-3.5-turbo", "cl100k_base"),
    ("ft:davinci-002", "cl100k_base"),
    ("ft:babbage-002", "cl100k_base"),
];

/// The encoding of one of OpenAI's models.
pub(crate) fn encoding_of_model(model: &str) -> Result<&'static str, Error> {
    let exact = MODELS.iter().find(|(_, models)| models.contains(&model));
    let by_start = || MODEL_PREFIXES.iter().find(|(start, _)| model.starts_with(start));
    exact
        .map(|(encoding, _)| *encoding)
        .or_else(|| by_start().map(|(_, encoding)| *encoding))
        .ok_or_else(|| Error::UnknownName {
            what: "model",
            name: model.to_owned(),
            known: MODELS
                .iter()
                .flat_map(|(_, models)| models.iter().copied())
                .chain(["gpt-oss-…"])
                .collect::<Vec<_>>()
                .join(", "),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_tokens_have_the_published_ids() {
        let id = |encoding: &str, token: &str| {
            let special = NamedEncoding::find(encoding).unwrap().special_tokens();
            special.iter().find(|special| special.content == token).map(|special| special.id)
        };
        assert_eq!(id("gpt2", "<|endoftext|>"), Some(50256));
        assert_eq!(id("cl100k_base", "<|endofprompt|>"), Some(100_276));
        assert_eq!(id("o200k_harmony", "<|reserved_201087|>"), Some(201_087));
        assert_eq!(id("o200k_harmony", "<|reserved_200018|>"), Some(200_018));
        assert_eq!(id("llama3", "<|eot_id|>"), Some(128_009));
        assert_eq!(id("llama3", "<|reserved_special_token_250|>"), Some(128_255));
        assert_eq!(id("llama3.1", "<|python_tag|>"), Some(128_010));
        assert_eq!(id("llama3.1", "<|reserved_special_token_246|>"), Some(128_255));
        assert_eq!(id("qwen", "<|extra_204|>"), Some(151_850));
    }

    /// Of such two it would be open which one tiktoken finds.
    #[test]
    fn no_special_token_starts_with_another() {
        for (name, _, special) in ENCODINGS {
            let mut tokens: Vec<String> = special().into_iter().map(|(token, _)| token).collect();
            tokens.sort_unstable();
            assert!(tokens.windows(2).all(|pair| !pair[1].starts_with(&pair[0])), "{name}");
        }
    }

    #[test]
    fn models_are_found_as_tiktoken_finds_them() {
        for (model, encoding) in [
            ("gpt-4o", "o200k_base"),
            ("gpt-4o-2024-05-13", "o200k_base"),
            ("gpt-4-0314", "cl100k_base"),
            ("gpt-5-mini", "o200k_base"),
            ("gpt-oss-20b", "o200k_harmony"),
            ("davinci", "r50k_base"),
            ("text-davinci-edit-001", "p50k_edit"),
            ("ft:gpt-4:org", "cl100k_base"),
        ] {
            assert_eq!(encoding_of_model(model).unwrap(), encoding);
        }
        let error = encoding_of_model("gpt-6").unwrap_err().to_string();
        assert!(error.contains("gpt-4o, gpt-4,"), "{error}");
    }
}
