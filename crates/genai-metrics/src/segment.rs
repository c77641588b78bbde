//! A segment, and how a metric sees its texts.

use crate::text::TokenId;

/// One unit of text: a hypothesis and its references.
///
/// A reference that is `None` is missing; an empty string is a real reference of length 0. Since
/// the references lie with their hypothesis, lists of different lengths and transposed references
/// cannot be expressed.
///
/// ```
/// use genai_metrics::{Bleu, Evaluate, Segment};
/// let segments = [
///     Segment { hypothesis: "There is a cat here.", references: &[Some("There is a cat there."), None] },
///     Segment { hypothesis: "A dog.", references: &[Some("A dog."), Some("One dog.")] },
/// ];
/// assert_eq!(Bleu::default().corpus(segments)?.value, 59.6949179201965);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The text that is evaluated.
    pub hypothesis: &'a str,
    /// The texts that it is compared with; at least one must be there.
    pub references: &'a [Option<&'a str>],
}

/// A text as it was read and as the metric's tokenizer cut it. See [`Metric`](crate::Metric) for
/// its use.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The text itself.
    pub raw: &'a str,
    /// Its tokens; empty if the metric names no tokenizer. Equal ids are equal tokens within the
    /// segment; hypothesis tokens that no reference has are all [`TokenId::MAX`].
    pub tokens: &'a [TokenId],
    /// Where each sentence's tokens end, as the metric's tokenizer splits sentences.
    pub sentence_ends: &'a [usize],
    /// Whether the metric's tokenizer leaves out most of its letters.
    pub(crate) unread: bool,
}

impl<'a> Text<'a> {
    /// The tokens of each sentence, in order. A sentence may have none.
    pub fn sentences(&self) -> impl Iterator<Item = &'a [TokenId]> + Clone + use<'a> {
        let Self { tokens, sentence_ends, .. } = *self;
        let mut start = 0;
        sentence_ends.iter().map(move |&end| {
            let sentence = &tokens[start..end];
            start = end;
            sentence
        })
    }
}

/// The references of one segment. See [`Metric`](crate::Metric) for its use.
#[derive(Clone, Copy, Debug)]
pub struct References<'a> {
    pub(crate) texts: &'a [Option<&'a str>],
    /// The tokens of all references that are there, one after the other.
    pub(crate) tokens: &'a [TokenId],
    /// The ends of all their sentences, each counted from the beginning of its reference.
    pub(crate) sentence_ends: &'a [usize],
    /// Where each reference ends; empty if the metric names no tokenizer.
    pub(crate) ends: &'a [ReferenceEnd],
    pub(crate) distinct: usize,
}

/// Where a reference ends among those of its segment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReferenceEnd {
    pub(crate) tokens: usize,
    pub(crate) sentences: usize,
    /// Whether the tokenizer leaves out most of its letters.
    pub(crate) unread: bool,
}

impl<'a> References<'a> {
    /// The references that are there, in order.
    pub fn iter(&self) -> impl Iterator<Item = Text<'a>> + use<'a> {
        let Self { texts, tokens, sentence_ends, ends, .. } = *self;
        let mut start = ReferenceEnd::default();
        texts.iter().flatten().enumerate().map(move |(i, raw)| {
            let end = ends.get(i).copied().unwrap_or_default();
            let tokens = &tokens[start.tokens..end.tokens];
            let sentence_ends = &sentence_ends[start.sentences..end.sentences];
            start = end;
            Text { raw, tokens, sentence_ends, unread: end.unread }
        })
    }

    /// How many tokens all references have together.
    pub fn tokens(&self) -> usize {
        self.tokens.len()
    }

    /// How many different tokens they have; ids are below this.
    pub fn distinct(&self) -> usize {
        self.distinct
    }
}
