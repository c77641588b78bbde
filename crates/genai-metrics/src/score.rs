//! A score and what it is made of.

/// A metric's value for some segments, with its named parts.
///
/// ```
/// use genai_metrics::{Bleu, Evaluate, Part};
/// let score = Bleu::default().sentence("the cat sat on a mat", &["the cat sat on the mat"])?;
/// assert_eq!(score.value, 53.7284965911771);
/// assert_eq!(score.part("counts"), Some(&Part::Counts(vec![5.0, 3.0, 2.0, 1.0])));
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The score, on the scale of the metric's reference implementation; always finite.
    pub value: f64,
    /// What it was computed from, in the order of reports.
    pub parts: Vec<(&'static str, Part)>,
}

impl Score {
    /// A score without parts.
    pub fn new(value: f64) -> Self {
        Self { value, parts: Vec::new() }
    }

    /// The part of that name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|(key, _)| *key == name).map(|(_, part)| part)
    }

    /// The parts that are one number, in their order.
    pub fn number_parts(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.parts.iter().filter_map(|(name, part)| match part {
            Part::Count(number) | Part::Number(number) => Some((*name, *number)),
            Part::Counts(_) | Part::Numbers(_) => None,
        })
    }
}

/// A part of a [`Score`].
///
/// ```
/// use genai_metrics::Part;
/// assert_eq!(Part::Numbers(vec![50.0, 12.5]).numbers(), [50.0, 12.5]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// A count: a whole number, unless smoothing has added to it.
    Count(f64),
    /// Counts, one for each n-gram order.
    Counts(Vec<f64>),
    /// A real number.
    Number(f64),
    /// Real numbers, one for each n-gram order.
    Numbers(Vec<f64>),
}

impl Part {
    /// The part's numbers, one or many.
    pub fn numbers(&self) -> &[f64] {
        match self {
            Self::Count(number) | Self::Number(number) => std::slice::from_ref(number),
            Self::Counts(numbers) | Self::Numbers(numbers) => numbers,
        }
    }
}
