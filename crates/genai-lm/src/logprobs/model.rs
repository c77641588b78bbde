//! A file of records as a language model whose texts are records.

use genai_metrics::{Error, LanguageModel, ScoredText, Signature, TextScorer};

use super::fault::Result as Read;
use super::json::{Cursor, Kind};
use super::layout::Layout;
use super::layouts::{Reading, choices, numbers};
use super::rules::{LogBase, Part, PostSampling, Rules, Scale};
use super::tokens::Draft;

/// Records of log-probabilities that another program wrote: a language model whose texts are records.
///
/// ```
/// use genai_lm::logprobs::{Layout, Records, Rules};
/// use genai_metrics::{LanguageModel, ScoredText};
///
/// let record = r#"{"choices": [{"logprobs": {"content": [
///     {"token": "Hello", "logprob": -0.25, "bytes": [72, 101, 108, 108, 111], "top_logprobs": []},
///     {"token": "!", "logprob": -0.5, "bytes": [33], "top_logprobs": []}]}}]}"#;
/// let records = Records::new(Layout::detect(record)?, Rules::default())?;
/// let mut scored = ScoredText::default();
/// records.scorer().score(record, &mut scored)?;
/// assert_eq!(scored.text, b"Hello!");
/// assert_eq!(scored.tokens[1].log_prob, Some(-0.5));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Records {
    layout: Layout,
    rules: Rules,
}

impl Records {
    /// The reader of records of one layout.
    ///
    /// # Errors
    /// If a rule has no effect in the layout: a part or a choice where there is one text, another base
    /// than e where logarithms are natural.
    pub fn new(layout: Layout, rules: Rules) -> Result<Self, Error> {
        let entry = layout.entry();
        let without = |option: &str, value: &str, lacks: &str| {
            Err(Error::not_scored(
                format!("--{option} {value} has no effect on the layout {layout}"),
                format!("none, as {lacks}"),
            ))
        };
        if rules.part != Part::Auto && !entry.has_parts {
            return without(
                "part",
                &rules.part.to_string(),
                "its records have one part with log-probabilities",
            );
        }
        if let Some(choice) = rules.choice.filter(|_| !entry.has_choices) {
            return without("choice", &choice.to_string(), "its records have one text");
        }
        if rules.log_base != LogBase::E && !entry.has_base {
            return without("log-base", &rules.log_base.to_string(), "its logarithms are natural");
        }
        if rules.post_sampling == PostSampling::Accept && layout != Layout::LlamaCpp {
            return without("post-sampling", "accept", "only llama-cpp has such probabilities");
        }
        Ok(Self { layout, rules })
    }

    /// Who wrote the records.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// What a record calls itself: its `custom_id`, `id` or `doc_id`, whichever comes first in this order. None if
    /// it has no such key on its first level, or is no object.
    ///
    /// ```
    /// use genai_lm::logprobs::Records;
    /// assert_eq!(Records::id(r#"{"id": "n7", "logprobs": [-1]}"#).as_deref(), Some("n7"));
    /// assert_eq!(Records::id(r#"{"doc_id": 3, "resps": []}"#).as_deref(), Some("3"));
    /// assert_eq!(Records::id("-1 -2"), None);
    /// ```
    pub fn id(record: &str) -> Option<String> {
        const NAMES: &[&str] = &["custom_id", "id", "doc_id"];
        let mut ids = [None, None, None];
        let mut cursor = Cursor::new(record);
        let read = cursor.fields(NAMES, |cursor, name| {
            let id = match cursor.kind()? {
                Kind::String => cursor.string()?.into_owned(),
                Kind::Number => cursor.count()?.to_string(),
                _ => return cursor.skip(),
            };
            let place = NAMES.iter().position(|&known| known == name);
            if let Some(found) = place.and_then(|place| ids.get_mut(place)) {
                *found = Some(id);
            }
            Ok(())
        });
        read.ok().and_then(|()| ids.into_iter().flatten().next())
    }

    /// How they are read.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl LanguageModel for Records {
    fn signature(&self) -> Signature {
        let Rules { part, choice, log_base, post_sampling } = self.rules;
        let entry = self.layout.entry();
        let mut signature = Signature::default();
        signature.push("logprobs", self.layout.name());
        if entry.has_parts {
            signature.push("part", part.to_string());
        }
        if let Some(choice) = choice {
            signature.push("choice", choice.to_string());
        }
        if log_base != LogBase::E {
            signature.push("base", log_base.to_string());
        }
        if post_sampling == PostSampling::Accept {
            signature.push("probs", "post-sampling");
        }
        signature
    }

    fn scorer(&self) -> Box<dyn TextScorer + '_> {
        Box::new(Reader { records: self, draft: Draft::default() })
    }
}

/// One thread's memory.
struct Reader<'a> {
    records: &'a Records,
    draft: Draft,
}

impl TextScorer for Reader<'_> {
    fn score(&mut self, text: &str, scored: &mut ScoredText) -> Result<(), Error> {
        scored.clear();
        let outcome = self.read(text).and_then(|()| {
            let entry = self.records.layout.entry();
            self.draft.finish(self.records.rules.part, entry.expected, scored)
        });
        outcome.map_err(super::fault::Fault::into_error)
    }
}

impl Reader<'_> {
    fn read(&mut self, record: &str) -> Read<()> {
        self.draft.clear();
        let Records { layout, rules } = self.records;
        let entry = layout.entry();
        let reading = Reading { rules, scale: Scale::new(rules.log_base, entry.has_sentinels) };
        let mut cursor = Cursor::new(record);
        if *layout == Layout::Numbers {
            if !numbers::are_words(record) && cursor.kind()? != Kind::List {
                return Err(cursor.unexpected("numbers"));
            }
            (entry.read)(&mut cursor, &reading, &mut self.draft)?;
            return cursor.end();
        }
        if cursor.kind()? == Kind::List {
            // Some servers answer with a list of responses.
            choices::one(&mut cursor, rules.choice, |cursor| {
                (entry.read)(cursor, &reading, &mut self.draft)
            })?;
        } else {
            (entry.read)(&mut cursor, &reading, &mut self.draft)?;
        }
        cursor.end()
    }
}
