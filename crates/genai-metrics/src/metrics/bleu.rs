//! BLEU: the geometric mean of clipped n-gram precisions, times a penalty for brevity.
//!
//! Papineni, Roukos, Ward and Zhu 2002, *BLEU: a Method for Automatic Evaluation of Machine
//! Translation*; smoothing after Chen and Cherry 2014. The numbers are those of sacreBLEU 2.6.0
//! on Python up to 3.11, to the bit: Python 3.12 sums logarithms with compensation, which moves
//! many scores in the last place.

use crate::error::{Error, ErrorKind};
use crate::kernel::{NgramTable, PerOrder};
use crate::metric::{Metric, Row};
use crate::metrics::Entry;
use crate::options::{Level, OptionKind, OptionSpec, Options};
use crate::score::{Part, Score};
use crate::segment::{References, Text};
use crate::spec::{Direction, Signature, Spec};
use crate::text::{Stemmer, Tokenizer};

/// The highest n-gram order that can be asked for.
const HIGHEST_ORDER: u32 = PerOrder::HIGHEST;

/// The greatest value for smoothing: anything sensible, and no sum of logarithms overflows.
const GREATEST_VALUE: f64 = 1e100;

/// BLEU with its options. The score runs from 0 to 100; a perfect match can come to
/// 100.00000000000004, as in the reference.
///
/// ```
/// use genai_metrics::{Bleu, Evaluate, Segment, Smoothing};
/// let bleu = Bleu { smoothing: Smoothing::Floor(0.1), ..Bleu::default() };
/// let segments = ["the cat is on the mat", "a dog"]
///     .map(|hypothesis| Segment { hypothesis, references: &[Some("the cat sat on the mat"), Some("a dog")] });
/// assert_eq!(bleu.corpus(segments)?.value, 26.404861082353698);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bleu {
    /// How texts are cut; 13a and case kept by default.
    pub tokenizer: Tokenizer,
    /// What is done about orders without a match; exponential by default.
    pub smoothing: Smoothing,
    /// The highest n-gram order, 1 to 9; 4 by default. Outside that range the nearest end counts.
    pub max_order: usize,
    /// Whether the mean stops at the first order of which the hypothesis has no n-gram, which is
    /// what single sentences want; off by default.
    pub effective_order: bool,
}

impl Default for Bleu {
    fn default() -> Self {
        Self {
            tokenizer: Tokenizer::default(),
            smoothing: Smoothing::Exponential,
            max_order: 4,
            effective_order: false,
        }
    }
}

/// What is done about n-gram orders without a match, after Chen and Cherry 2014.
///
/// ```
/// use genai_metrics::{Bleu, Evaluate, Smoothing};
/// let score = |smoothing| {
///     Bleu { smoothing, ..Bleu::default() }.sentence("a b c d", &["a b x d"]).map(|s| s.value)
/// };
/// assert_eq!(score(Smoothing::None)?, 0.0);
/// assert_eq!(score(Smoothing::Exponential)?, 35.35533905932737);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Smoothing {
    /// Nothing: one order without a match makes the score 0.
    None,
    /// A small number of matches instead of none; 0.1 in the paper (method 1). From 0 to 10¹⁰⁰;
    /// outside that range the nearest end counts.
    Floor(f64),
    /// This is added to matches and totals of orders above 1; 1 in the paper (method 2). From 0 to
    /// 10¹⁰⁰; outside that range the nearest end counts.
    AddK(f64),
    /// Halves for each order without a match, as NIST's mteval-v13a (method 3).
    Exponential,
}

impl Smoothing {
    const NAMES: &[&str] = &["exp", "floor", "add-k", "none"];

    /// The same with its value in range, so that no score is infinite.
    fn in_range(self) -> Self {
        let bounded =
            |value: f64| if value.is_nan() { 0.0 } else { value.clamp(0.0, GREATEST_VALUE) };
        match self {
            Self::Floor(value) => Self::Floor(bounded(value)),
            Self::AddK(value) => Self::AddK(bounded(value)),
            Self::None | Self::Exponential => self,
        }
    }

    fn signature(self) -> String {
        // Two decimals, as the reference prints them, unless that would be another number.
        let value = |k: f64| {
            let short = format!("{k:.2}");
            if short.parse() == Ok(k) { short } else { k.to_string() }
        };
        match self.in_range() {
            Self::None => "none".to_owned(),
            Self::Floor(k) => format!("floor[{}]", value(k)),
            Self::AddK(k) => format!("add-k[{}]", value(k)),
            Self::Exponential => "exp".to_owned(),
        }
    }
}

/// BLEU's sufficient statistics, of one segment or of any number of them.
///
/// ```
/// use genai_metrics::{Bleu, BleuStats, Evaluate, Evaluator, Metric, Segment};
/// let bleu = Bleu::default();
/// let segment = Segment { hypothesis: "a b c d", references: &[Some("a b c e")] };
/// let one: BleuStats = Evaluator::new(&bleu).add(&segment)?;
/// let mut two = one.clone();
/// two += &one;
/// assert_eq!((two.hypothesis_length, &two.matches[..]), (8, &[6, 4, 2, 0][..]));
/// assert_eq!(bleu.score(&two).value, bleu.corpus([segment, segment])?.value);
/// # Ok::<(), genai_metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BleuStats {
    /// Tokens of the hypotheses.
    pub hypothesis_length: u64,
    /// For each segment, the tokens of the reference closest in length, the shorter on a tie.
    pub reference_length: u64,
    /// Clipped n-gram matches.
    pub matches: PerOrder,
    /// N-grams of the hypotheses.
    pub totals: PerOrder,
}

impl std::ops::AddAssign<&BleuStats> for BleuStats {
    fn add_assign(&mut self, other: &BleuStats) {
        self.hypothesis_length += other.hypothesis_length;
        self.reference_length += other.reference_length;
        self.matches.iter_mut().zip(other.matches.iter()).for_each(|(own, more)| *own += more);
        self.totals.iter_mut().zip(other.totals.iter()).for_each(|(own, more)| *own += more);
    }
}

impl Row for BleuStats {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a row holds sums of counts"
    )]
    fn read(row: &[f64]) -> Self {
        let order = (row.len() - 2) / 2;
        let per_order = |numbers: &[f64]| {
            let mut counts = PerOrder::zeros(order);
            counts.iter_mut().zip(numbers).for_each(|(count, &number)| *count = number as u64);
            counts
        };
        Self {
            hypothesis_length: row[0] as u64,
            reference_length: row[1] as u64,
            matches: per_order(&row[2..]),
            totals: per_order(&row[2 + order..]),
        }
    }

    fn write(&self, row: &mut [f64]) {
        let lengths = [self.hypothesis_length, self.reference_length];
        let numbers = lengths.iter().chain(self.matches.iter()).chain(self.totals.iter());
        row.iter_mut().zip(numbers).for_each(|(cell, &number)| *cell = number as f64);
    }
}

/// A segment's references: their n-grams and their lengths.
#[derive(Debug, Default)]
pub struct BleuReferences {
    ngrams: NgramTable,
    lengths: Vec<usize>,
}

impl Bleu {
    fn order(&self) -> usize {
        self.max_order.clamp(1, HIGHEST_ORDER as usize)
    }

    /// The number of orders that the mean goes over, their precisions in percent, and the counts
    /// as smoothing leaves them. The order of operations is the reference's.
    fn precisions(&self, sum: &BleuStats) -> Precisions {
        let order = self.order();
        let numbers = |counts: &[u64]| {
            let mut numbers = [0.0; HIGHEST_ORDER as usize];
            numbers.iter_mut().zip(counts).for_each(|(number, &count)| *number = count as f64);
            numbers
        };
        let (mut matches, mut totals) = (numbers(&sum.matches), numbers(&sum.totals));
        let mut percent = [0.0; HIGHEST_ORDER as usize];
        if sum.matches.iter().all(|&count| count == 0) {
            return Precisions { percent, matches, totals, orders: order };
        }
        let smoothing = self.smoothing.in_range();
        let mut orders = order;
        let mut halvings = 1.0;
        for n in 0..order {
            if let (Smoothing::AddK(k), 1..) = (smoothing, n) {
                matches[n] += k;
                totals[n] += k;
            }
            if totals[n] == 0.0 {
                break;
            }
            if self.effective_order {
                orders = n + 1;
            }
            percent[n] = if matches[n] > 0.0 {
                100.0 * matches[n] / totals[n]
            } else {
                match smoothing {
                    Smoothing::Exponential => {
                        halvings *= 2.0;
                        100.0 / (halvings * totals[n])
                    }
                    Smoothing::Floor(floor) => 100.0 * floor / totals[n],
                    Smoothing::None | Smoothing::AddK(_) => 0.0,
                }
            };
        }
        Precisions { percent, matches, totals, orders }
    }

    /// Why a score is 0 though there is text on both sides, and what one can do.
    fn why_zero(&self, sum: &BleuStats) -> Option<String> {
        let nothing_to_say = sum.hypothesis_length == 0 || sum.reference_length == 0;
        if nothing_to_say || Metric::value(self, sum) != 0.0 {
            return None;
        }
        if sum.matches.iter().all(|&count| count == 0) {
            return Some("no token of the hypothesis is in its references".to_owned());
        }
        if let (false, Some(n)) = (self.effective_order, sum.totals.iter().position(|&n| n == 0)) {
            return Some(format!(
                "no segment has {} tokens; --effective-order leaves out the orders that no segment \
                 is long enough for",
                n + 1
            ));
        }
        let n = sum.matches.iter().position(|&count| count == 0)? + 1;
        let smoothing = self.smoothing.signature();
        Some(format!("no {n}-gram matches, and smoothing '{smoothing}' makes that a zero"))
    }
}

/// Of each order, as many as there are; the rest is 0.
struct Precisions {
    percent: [f64; HIGHEST_ORDER as usize],
    matches: [f64; HIGHEST_ORDER as usize],
    totals: [f64; HIGHEST_ORDER as usize],
    orders: usize,
}

impl Precisions {
    /// Their geometric mean, if there is any match at all.
    fn mean(&self) -> f64 {
        let logarithm = |&p: &f64| if p == 0.0 { LOG_OF_ZERO } else { p.ln() };
        // Folded from the left, as Python's `sum` does up to 3.11.
        let sum = self.percent[..self.orders].iter().map(logarithm).fold(0.0, |sum, log| sum + log);
        (sum / self.orders as f64).exp()
    }
}

fn value(sum: &BleuStats, brevity_penalty: f64, precisions: &Precisions) -> f64 {
    if sum.matches.iter().all(|&count| count == 0) {
        0.0
    } else {
        brevity_penalty * precisions.mean()
    }
}

fn brevity_penalty(sum: &BleuStats) -> f64 {
    let (hypothesis, reference) = (sum.hypothesis_length as f64, sum.reference_length as f64);
    if hypothesis >= reference {
        1.0
    } else if hypothesis > 0.0 {
        (1.0 - reference / hypothesis).exp()
    } else {
        0.0
    }
}

/// Stands for the logarithm of a precision of zero, as in the reference.
const LOG_OF_ZERO: f64 = -9_999_999_999.0;

impl Metric for Bleu {
    type Prepared = BleuReferences;
    type Stats = BleuStats;

    fn spec(&self) -> Spec {
        let Self { tokenizer, smoothing, max_order: _, effective_order } = self;
        let Tokenizer { scheme, lowercase, stemmer, sentences: _ } = tokenizer;
        let mut signature = Signature::default();
        signature.push("case", if *lowercase { "lc" } else { "mixed" });
        signature.push("eff", if *effective_order { "yes" } else { "no" });
        signature.push("tok", scheme.to_string());
        if *stemmer != Stemmer::None {
            signature.push("stem", stemmer.name());
        }
        signature.push("smooth", smoothing.signature());
        // The reference does not sign the order, and its signature stays as it is for order 4.
        if self.order() != 4 {
            signature.push("order", self.order().to_string());
        }
        Spec {
            name: ENTRY.name,
            title: "BLEU".to_owned(),
            tokenizer: Some(tokenizer.clone()),
            direction: Direction::Higher,
            scale: 100.0,
            bootstrap: None,
            decimals: 1,
            signature,
        }
    }

    fn columns(&self) -> Vec<String> {
        let per_order = |name| (1..=self.order()).map(move |n| format!("{name}_{n}"));
        let lengths = ["sys_len", "ref_len"].map(str::to_owned);
        lengths.into_iter().chain(per_order("matches")).chain(per_order("totals")).collect()
    }

    fn prepare(&self, references: References<'_>, prepared: &mut BleuReferences) {
        let BleuReferences { ngrams, lengths } = prepared;
        ngrams.reset(self.order(), references.distinct(), references.tokens());
        lengths.clear();
        for reference in references.iter() {
            ngrams.add_reference(reference.tokens);
            lengths.push(reference.tokens.len());
        }
    }

    fn measure(
        &self,
        hypothesis: Text<'_>,
        _: References<'_>,
        prepared: &mut BleuReferences,
    ) -> BleuStats {
        let length = hypothesis.tokens.len();
        let closest = prepared.lengths.iter().min_by_key(|&&other| (other.abs_diff(length), other));
        let mut stats = BleuStats {
            hypothesis_length: length as u64,
            reference_length: closest.map_or(0, |&length| length as u64),
            matches: PerOrder::zeros(self.order()),
            totals: PerOrder::zeros(self.order()),
        };
        prepared.ngrams.count_matches(hypothesis.tokens, &mut stats.matches);
        for (total, n) in stats.totals.iter_mut().zip(0..) {
            *total = length.saturating_sub(n) as u64;
        }
        stats
    }

    fn score(&self, sum: &BleuStats) -> Score {
        let (hypothesis, reference) = (sum.hypothesis_length as f64, sum.reference_length as f64);
        let brevity_penalty = brevity_penalty(sum);
        let precisions = self.precisions(sum);
        let value = value(sum, brevity_penalty, &precisions);
        let orders = self.order();
        let per_order = |numbers: [f64; HIGHEST_ORDER as usize]| numbers[..orders].to_vec();
        let ratio = if reference > 0.0 { hypothesis / reference } else { 0.0 };
        Score {
            value,
            parts: vec![
                ("precisions", Part::Numbers(per_order(precisions.percent))),
                ("counts", Part::Counts(per_order(precisions.matches))),
                ("totals", Part::Counts(per_order(precisions.totals))),
                ("bp", Part::Number(brevity_penalty)),
                ("ratio", Part::Number(ratio)),
                ("sys_len", Part::Count(hypothesis)),
                ("ref_len", Part::Count(reference)),
            ],
        }
    }

    fn value(&self, sum: &BleuStats) -> f64 {
        value(sum, brevity_penalty(sum), &self.precisions(sum))
    }

    fn remarks(&self, sum: &BleuStats) -> Vec<String> {
        self.why_zero(sum).into_iter().collect()
    }

    fn describe(&self, score: &Score) -> String {
        let number = |name| score.part(name).map_or(0.0, |part| part.numbers()[0]);
        let precisions = score.part("precisions").map_or(&[][..], Part::numbers);
        let precisions: Vec<String> = precisions.iter().map(|p| format!("{p:.1}")).collect();
        format!(
            "{} (BP = {:.3} ratio = {:.3} hyp_len = {} ref_len = {})",
            precisions.join("/"),
            number("bp"),
            number("ratio"),
            number("sys_len"),
            number("ref_len"),
        )
    }
}

pub(super) const ENTRY: Entry = Entry {
    name: "bleu",
    summary: "clipped n-gram precision with a brevity penalty",
    reference: "sacreBLEU 2.6.0",
    about: "BLEU (Papineni et al. 2002): the geometric mean of the clipped precisions of 1-grams to \
            4-grams, times a penalty where the hypotheses are shorter than the references. The \
            numbers are sacreBLEU 2.6.0's, to the last bit. From 0 to 100, higher is better.",
    lines: false,
    variants: &[],
    options: &[
        Tokenizer::TOKENIZE,
        Tokenizer::LOWERCASE,
        OptionSpec {
            name: "smooth",
            kind: OptionKind::Choice(Smoothing::NAMES),
            default: Some("exp"),
            help: "What is done about n-gram orders without a match",
        },
        OptionSpec {
            name: "smooth-value",
            kind: OptionKind::Number { min: 0.0, max: GREATEST_VALUE },
            default: None,
            help: "The value for floor [default: 0.1] and add-k [default: 1]",
        },
        OptionSpec {
            name: "max-order",
            kind: OptionKind::Integer { min: 1, max: HIGHEST_ORDER },
            default: Some("4"),
            help: "The highest n-gram order",
        },
        OptionSpec {
            name: "effective-order",
            kind: OptionKind::YesNo,
            default: None,
            help: "Stop at the first order of which the hypothesis has no n-gram [default: no for \
                   the corpus, yes for sentences]",
        },
    ],
    alignment: None,
    build: |options, level| {
        let default = Bleu::default();
        Ok(vec![Box::new(Bleu {
            tokenizer: Tokenizer::from_options(options)?,
            smoothing: smoothing(options)?,
            max_order: options
                .integer("max-order", 1..=HIGHEST_ORDER)?
                .map_or(default.max_order, |order| order as usize),
            effective_order: options.yes_no("effective-order")?.unwrap_or(level == Level::Sentence),
        })])
    },
};

fn smoothing(options: &Options) -> Result<Smoothing, Error> {
    let value = options.number("smooth-value", 0.0..=GREATEST_VALUE)?;
    let smoothing = match options.get("smooth").unwrap_or("exp") {
        "exp" => Smoothing::Exponential,
        "none" => Smoothing::None,
        "floor" => Smoothing::Floor(value.unwrap_or(0.1)),
        "add-k" => Smoothing::AddK(value.unwrap_or(1.0)),
        unknown => {
            return Err(Error::new(ErrorKind::UnknownName {
                what: "smoothing",
                name: unknown.to_owned(),
                expected: Smoothing::NAMES,
            }));
        }
    };
    if let (Some(_), Smoothing::None | Smoothing::Exponential) = (value, smoothing) {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "smooth-value",
            expected: "--smooth floor or --smooth add-k beside it",
        }));
    }
    Ok(smoothing)
}
