//! The types of ROUGE.

use std::fmt;

/// What two texts are compared by.
///
/// ```
/// use genai_metrics::RougeType;
/// let skip = RougeType::S { skip: Some(4) };
/// assert_eq!((skip.name(), skip.title()), ("rougeS", "ROUGE-S4".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RougeType {
    /// N-grams of one order, 1 to 9.
    N(u8),
    /// The longest common subsequence of the whole texts; in [`Rouge155`](super::Rouge155) the
    /// same as `Lsum`.
    L,
    /// For each sentence of the reference, the union of its longest common subsequences with the
    /// sentences of the hypothesis (Lin 2004, section 3.2).
    Lsum,
    /// The weighted longest common subsequence, in which runs of consecutive matches are worth
    /// more (Lin 2004, section 4).
    W {
        /// The power of a run's length that it is worth: 1 for no preference, more for long runs.
        /// From 0.5 to 10; outside that range the nearest end counts.
        weight: f64,
    },
    /// Skip-bigrams: pairs of tokens in their order (Lin 2004, section 5).
    S {
        /// How many tokens may lie between the two; `None` for any number.
        skip: Option<u32>,
    },
    /// Skip-bigrams and single tokens.
    Su {
        /// How many tokens may lie between the two; `None` for any number.
        skip: Option<u32>,
    },
}

/// The weight that the literature uses.
pub(super) const WEIGHT: f64 = 1.2;

/// Lin's definition asks for more than 1, ROUGE-1.5.5 for more than 0. Far below 1 its scores grow
/// beyond what is summed exactly; far above, long texts overflow.
pub(super) const WEIGHTS: std::ops::RangeInclusive<f64> = 0.5..=10.0;

impl RougeType {
    /// The names of all types.
    pub const NAMES: &[&str] = &[
        "rouge1",
        "rouge2",
        "rouge3",
        "rouge4",
        "rouge5",
        "rouge6",
        "rouge7",
        "rouge8",
        "rouge9",
        "rougeL",
        "rougeLsum",
        "rougeW",
        "rougeS",
        "rougeSU",
    ];

    /// The type of that name, with this weight and skip if it takes them.
    pub fn named(name: &str, weight: f64, skip: Option<u32>) -> Option<Self> {
        Some(match name {
            "rougeL" => Self::L,
            "rougeLsum" => Self::Lsum,
            "rougeW" => Self::W { weight },
            "rougeS" => Self::S { skip },
            "rougeSU" => Self::Su { skip },
            _ => {
                let place = Self::NAMES[..9].iter().position(|known| *known == name)?;
                Self::N(u8::try_from(place + 1).ok()?)
            }
        })
    }

    /// The name in reports and on the command line, as `rouge_score` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::N(order) => Self::NAMES[usize::from(order.clamp(1, 9)) - 1],
            Self::L => "rougeL",
            Self::Lsum => "rougeLsum",
            Self::W { .. } => "rougeW",
            Self::S { .. } => "rougeS",
            Self::Su { .. } => "rougeSU",
        }
    }

    /// The name as papers write it.
    pub fn title(self) -> String {
        match self {
            Self::N(order) => format!("ROUGE-{}", order.clamp(1, 9)),
            Self::L => "ROUGE-L".to_owned(),
            Self::Lsum => "ROUGE-Lsum".to_owned(),
            Self::W { weight } => format!("ROUGE-W-{}", Self::weight(weight)),
            Self::S { skip } => format!("ROUGE-S{}", Skip(skip)),
            Self::Su { skip } => format!("ROUGE-SU{}", Skip(skip)),
        }
    }

    /// The weight with its value in range.
    pub(super) fn weight(weight: f64) -> f64 {
        if weight.is_nan() { WEIGHT } else { weight.clamp(*WEIGHTS.start(), *WEIGHTS.end()) }
    }

    /// What a share of units is worth: of ROUGE-W's weighted ones the root.
    pub(super) fn unweighted(self, share: f64) -> f64 {
        match self {
            Self::W { weight } => share.powf(1.0 / Self::weight(weight)),
            _ => share,
        }
    }

    /// How far apart the tokens of a pair may be.
    pub(super) fn reach(skip: Option<u32>) -> usize {
        skip.map_or(usize::MAX, |skip| skip as usize + 1)
    }

    pub(super) fn sign(self, signature: &mut crate::spec::Signature) {
        match self {
            Self::W { weight } => signature.push("weight", Self::weight(weight).to_string()),
            Self::S { skip } | Self::Su { skip } => {
                signature.push("skip", Skip(skip).to_string());
            }
            Self::N(_) | Self::L | Self::Lsum => {}
        }
    }
}

/// A skip as the literature writes it: a star for any.
struct Skip(Option<u32>);

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(skip) => write!(f, "{skip}"),
            None => f.write_str("*"),
        }
    }
}
