//! Two texts side by side, with what becomes of each word.

use std::fmt::{self, Write};
use std::ops::Range;

use super::rate::closeness;
use crate::error::{Error, ErrorKind};
use crate::kernel::{Edit, EditAlignment, EditCounts, EditRun};
use crate::text::{Scheme, Tokenizer, Tokens, Transcript, Unit, Vocabulary};

/// A reference and a hypothesis, cut into words or characters and aligned as jiwer 4.0 aligns them.
///
/// ```
/// use genai_metrics::metrics::AlignedText;
/// use genai_metrics::text::Transcript;
/// let aligned = AlignedText::new("so the cat sat down", "the cats sat down now", Transcript::default())?;
/// assert_eq!(aligned.counts().hits, 3);
/// assert_eq!(
///     aligned.to_string(),
///     "REF: so the cat  sat down ***\n\
///      HYP: ** the cats sat down now\n\
///      \u{20}    D      S             I  \n",
/// );
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedText {
    unit: Unit,
    reference: Vec<String>,
    hypothesis: Vec<String>,
    runs: Vec<EditRun>,
}

/// Consecutive words of which the same becomes, by their numbers from 0.
///
/// ```
/// use genai_metrics::kernel::Edit;
/// use genai_metrics::metrics::AlignedText;
/// use genai_metrics::text::Transcript;
/// let aligned = AlignedText::new("a b c", "a c", Transcript::default())?;
/// let parts: Vec<_> = aligned.parts().map(|part| (part.edit, part.reference, part.hypothesis)).collect();
/// assert_eq!(parts, [(Edit::Hit, 0..1, 0..1), (Edit::Deletion, 1..2, 1..1), (Edit::Hit, 2..3, 1..2)]);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedPart {
    /// What becomes of them.
    pub edit: Edit,
    /// Which words of the reference they are.
    pub reference: Range<usize>,
    /// Which words of the hypothesis they are.
    pub hypothesis: Range<usize>,
}

impl AlignedText {
    /// Normalises, cuts and aligns two texts.
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`](crate::ErrorKind::SegmentTooLong).
    pub fn new(reference: &str, hypothesis: &str, transcript: Transcript) -> Result<Self, Error> {
        let scheme = Scheme::Transcript(transcript);
        let tokenizer = Tokenizer { scheme, ..Tokenizer::default() };
        let (mut tokens, mut vocabulary) = (Tokens::default(), Vocabulary::default());
        let words = |tokens: &Tokens| tokens.iter().map(str::to_owned).collect::<Vec<_>>();
        let (mut reference_ids, mut hypothesis_ids) = (Vec::new(), Vec::new());
        tokens.cut(&tokenizer, reference)?;
        vocabulary.intern(&tokens, &mut reference_ids);
        let reference = words(&tokens);
        tokens.cut(&tokenizer, hypothesis)?;
        vocabulary.look_up(&tokens, &mut hypothesis_ids);
        let hypothesis = words(&tokens);
        let mut alignment = EditAlignment::default();
        alignment.reset(vocabulary.len());
        let runs = alignment.edits(&reference_ids, &hypothesis_ids);
        Ok(Self { unit: transcript.unit, reference, hypothesis, runs })
    }

    /// Aligns with that one of several references whose errors count: the one with the fewest, of
    /// equals the longest, and then the one with the most hits. Returns its number from 0, too.
    ///
    /// ```
    /// use genai_metrics::metrics::AlignedText;
    /// use genai_metrics::text::Transcript;
    /// let references = ["x y z", "a b d"];
    /// let (closest, aligned) = AlignedText::closest(&references, "a b c", Transcript::default())?;
    /// assert_eq!((closest, aligned.counts().hits), (1, 2));
    /// # Ok::<(), genai_metrics::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::SegmentTooLong`](crate::ErrorKind::SegmentTooLong), and
    /// [`ErrorKind::NoReference`](crate::ErrorKind::NoReference) if there is none.
    pub fn closest(
        references: &[&str],
        hypothesis: &str,
        transcript: Transcript,
    ) -> Result<(usize, Self), Error> {
        let mut closest: Option<(usize, Self)> = None;
        for (number, reference) in references.iter().enumerate() {
            let aligned = Self::new(reference, hypothesis, transcript)?;
            let order = |aligned: &Self| closeness(&aligned.counts());
            if closest.as_ref().is_none_or(|(_, best)| order(&aligned) < order(best)) {
                closest = Some((number, aligned));
            }
        }
        closest.ok_or_else(|| Error::new(ErrorKind::NoReference))
    }

    /// The words of the reference, or its characters.
    pub fn reference(&self) -> &[String] {
        &self.reference
    }

    /// The words of the hypothesis, or its characters.
    pub fn hypothesis(&self) -> &[String] {
        &self.hypothesis
    }

    /// The edits in order, with the words that they are of.
    pub fn parts(&self) -> impl Iterator<Item = AlignedPart> {
        let (mut of_reference, mut of_hypothesis) = (0, 0);
        self.runs.iter().map(move |run| {
            let starts = (of_reference, of_hypothesis);
            of_reference += run.of_reference();
            of_hypothesis += run.of_hypothesis();
            AlignedPart {
                edit: run.edit,
                reference: starts.0..of_reference,
                hypothesis: starts.1..of_hypothesis,
            }
        })
    }

    /// The words one by one: what becomes of each, in the reference and in the hypothesis.
    pub fn pairs(&self) -> impl Iterator<Item = (Edit, Option<&str>, Option<&str>)> {
        self.parts().flat_map(move |AlignedPart { edit, reference, hypothesis }| {
            let length = reference.len().max(hypothesis.len());
            (0..length).map(move |i| {
                let one = reference.clone().nth(i).map(|at| self.reference[at].as_str());
                let other = hypothesis.clone().nth(i).map(|at| self.hypothesis[at].as_str());
                (edit, one, other)
            })
        })
    }

    /// How many edits of each kind there are.
    pub fn counts(&self) -> EditCounts {
        let mut counts = EditCounts::default();
        for run in &self.runs {
            let count = match run.edit {
                Edit::Hit => &mut counts.hits,
                Edit::Substitution => &mut counts.substitutions,
                Edit::Deletion => &mut counts.deletions,
                Edit::Insertion => &mut counts.insertions,
            };
            *count += run.length as u64;
        }
        counts
    }
}

/// Three lines: the reference, the hypothesis, and S, D or I under what is wrong. Words stand above
/// each other if all characters are equally wide.
impl fmt::Display for AlignedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.unit == Unit::Word { " " } else { "" };
        let mut lines = ["REF: ", "HYP: ", "     "].map(str::to_owned);
        for (i, (edit, reference, hypothesis)) in self.pairs().enumerate() {
            let width = |word: Option<&str>| word.map_or(0, |word| word.chars().count());
            let widest = width(reference).max(width(hypothesis));
            let missing = "*".repeat(widest);
            let mark = match edit {
                Edit::Hit => "",
                Edit::Substitution => "S",
                Edit::Deletion => "D",
                Edit::Insertion => "I",
            };
            let cells = [reference.unwrap_or(&missing), hypothesis.unwrap_or(&missing), mark];
            for (line, cell) in lines.iter_mut().zip(cells) {
                let before = if i == 0 { "" } else { separator };
                write!(line, "{before}{cell:widest$}")?;
            }
        }
        lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
