//! The layouts by name, and which one a record has.

use std::fmt;
use std::str::FromStr;

use genai_metrics::Error;

use super::layouts::{Entry, LAYOUTS, numbers};
use super::outline::Outline;

/// Who wrote a record, and so where its log-probabilities are.
///
/// ```
/// use genai_lm::logprobs::Layout;
/// let layout = Layout::detect(r#"{"text": "a b", "logprobs": [null, -1.5]}"#)?;
/// assert_eq!((layout, layout.to_string()), (Layout::Plain, "plain".to_owned()));
/// assert_eq!("vllm".parse::<Layout>()?, Layout::Vllm);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// What [`write_record`](super::write_record) writes.
    GenaiEval,
    /// `prompt_logprobs` of vLLM, in completions or chat completions.
    Vllm,
    /// Chat completions with `logprobs`.
    OpenAiChat,
    /// The older completions with `logprobs`, with or without `echo`.
    OpenAiCompletions,
    /// `/completion` of llama.cpp's server with `n_probs`.
    LlamaCpp,
    /// `/generate` of Text Generation Inference with `details`.
    Tgi,
    /// `/generate` of `SGLang` with `return_logprob`.
    Sglang,
    /// `--log_samples` of lm-evaluation-harness.
    LmEval,
    /// `{"logprobs": [...]}` with `tokens` and `text` if there are any, or totals such as `{"nll": ...}`.
    Plain,
    /// Numbers and nothing else.
    Numbers,
}

impl Layout {
    /// Every layout; the first that recognises a record is the one.
    pub const ALL: [Self; 10] = [
        Self::GenaiEval,
        Self::Vllm,
        Self::OpenAiChat,
        Self::OpenAiCompletions,
        Self::LlamaCpp,
        Self::Tgi,
        Self::Sglang,
        Self::LmEval,
        Self::Plain,
        Self::Numbers,
    ];

    /// The layout of a record, by its keys; values that are null don't count.
    ///
    /// # Errors
    /// If it is no JSON, or has the keys of no layout.
    pub fn detect(record: &str) -> Result<Self, Error> {
        if numbers::are_words(record) {
            return Ok(Self::Numbers);
        }
        let outline = Outline::of(record).map_err(super::fault::Fault::into_error)?;
        if let Some(entry) = LAYOUTS.iter().find(|entry| (entry.recognises)(&outline)) {
            return Ok(entry.layout);
        }
        let some: Vec<_> =
            outline.keys().iter().take(8).map(|key| format!("'{key:.40}'")).collect();
        let more = if outline.keys().len() > some.len() { ", ..." } else { "" };
        let found = if some.is_empty() {
            "the record has no keys".to_owned()
        } else {
            format!("the record has the keys {}{more}, of no layout that is known", some.join(", "))
        };
        Err(Error::not_scored(found, format!("a record of {}, or --layout", Self::names())))
    }

    /// The name on the command line and in signatures.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Who writes it, in a few words for people.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// What is done with what is special in it, a rule each, for people.
    pub fn conventions(self) -> &'static [&'static str] {
        self.entry().conventions
    }

    pub(super) fn entry(self) -> &'static Entry {
        // A test holds the table to the order of the values.
        &LAYOUTS[self as usize]
    }

    fn names() -> String {
        LAYOUTS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Layout {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let entry = LAYOUTS.iter().find(|entry| entry.name == name);
        entry.map(|entry| entry.layout).ok_or_else(|| {
            Error::not_scored(
                format!("unknown layout '{name}'"),
                format!("one of {}", Self::names()),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_layout_in_its_place() {
        assert_eq!(LAYOUTS.len(), Layout::ALL.len());
        for (index, (entry, layout)) in LAYOUTS.iter().zip(Layout::ALL).enumerate() {
            assert_eq!((entry.layout, layout as usize), (layout, index), "{}", entry.name);
            assert_eq!(entry.name.parse::<Layout>().unwrap(), layout);
            assert!(!entry.conventions.is_empty());
        }
    }

    #[test]
    fn an_unknown_record_is_told_what_it_has() {
        let error = |record| Layout::detect(record).unwrap_err().to_string();
        assert!(
            error(r#"{"hyp": "a", "ref": "b"}"#)
                .starts_with("the record has the keys 'hyp', 'ref', of no layout")
        );
        assert!(
            error("{}")
                .starts_with("the record has no keys, expected a record of genai-eval, vllm")
        );
        assert!(error("").starts_with("the record is not JSON: it breaks off, expected a value"));
        assert!(
            error("{\"logprobs\": [}").starts_with("logprobs"),
            "{}",
            error("{\"logprobs\": [}")
        );
    }
}
