//! How a text longer than a model's context is cut into windows, and which tokens each of them scores.

use std::fmt;
use std::ops::Range;

use super::error::Error;

/// How texts are cut into windows. `n` is the context, the most tokens that a window may have.
///
/// ```
/// use genai_lm::neural::Strategy;
/// assert_eq!(Strategy::Strided(512).to_string(), "strided:512");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Windows that share no input. Each feeds `n` tokens, its prefix counted, and scores the `n` that follow
    /// one of them; without a prefix the first token of the text is not scored, and only that.
    #[default]
    Disjoint,
    /// Each window starts so many tokens after the one before it, and scores what that has not: a token has at
    /// least `n - stride` before it, prefix counted, but at the start of the text. Windows are those of
    /// the page on perplexity in the documentation of transformers, where windows have no prefix and the last of
    /// `n` tokens is scored but feeds nothing; that page weights the windows' means slightly wrongly, here each
    /// token counts once. The first token is not scored without a prefix.
    Strided(usize),
    /// The whole text in one window, as the metric `perplexity` of Hugging Face's evaluate has it with its
    /// defaults (which cut nothing, whatever its documentation says). A text that does not fit is an error:
    /// there the model would be asked for positions that it was not made for.
    HfEvaluate,
    /// lm-evaluation-harness's rolling windows with `context_len` 1: the first begins with BOS, or EOS for want of
    /// one, and scores `n` tokens. Each later one has no prefix; of the token before it only the last
    /// window has more: it is as long as the others, and scores what is left.
    LmEval,
    /// llama.cpp's `llama-perplexity`: chunks of `n` tokens, of which the first `n / 2 + 1` only give context; what
    /// is left after the last whole chunk is dropped. If texts begin with BOS it is the first token of the first
    /// chunk, and takes the place of the first token of all others. At least `2n` tokens are needed.
    LlamaCpp,
}

impl fmt::Display for Strategy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disjoint => formatter.write_str("disjoint"),
            Self::Strided(stride) => write!(formatter, "strided:{stride}"),
            Self::HfEvaluate => formatter.write_str("hf-evaluate"),
            Self::LmEval => formatter.write_str("lm-eval"),
            Self::LlamaCpp => formatter.write_str("llama-cpp"),
        }
    }
}

/// The token before a window's first.
///
/// ```
/// use genai_lm::neural::Prefix;
/// assert_eq!(Prefix::Bos.to_string(), "bos");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// That which begins texts.
    Bos,
    /// That which ends texts, for models that have no other.
    Eos,
}

impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bos => "bos",
            Self::Eos => "eos",
        })
    }
}

/// One pass through the model.
///
/// ```
/// use genai_lm::neural::{Plan, Strategy, Window};
/// let plan = Plan::new(Strategy::Disjoint, 4, None)?;
/// let last = Window { prefix: None, input: 4..6, scored: 5..7 };
/// assert_eq!(plan.windows(7)?[1], last);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What is fed first.
    pub prefix: Option<Prefix>,
    /// The tokens of the text that are fed.
    pub input: Range<usize>,
    /// The tokens that are scored, each by what is fed before it; never empty. It ends one after `input`.
    pub scored: Range<usize>,
}

impl Window {
    fn new(prefix: Option<Prefix>, start: usize, scored: Range<usize>) -> Option<Self> {
        let input = start..scored.end.saturating_sub(1).max(start);
        (!scored.is_empty()).then_some(Self { prefix, input, scored })
    }
}

/// A strategy with its context: which windows a text of some length has.
///
/// ```
/// use genai_lm::neural::{Plan, Prefix, Strategy};
/// let plan = Plan::new(Strategy::Strided(2), 4, Some(Prefix::Bos))?;
/// let scored: Vec<_> = plan.windows(6)?.into_iter().map(|window| window.scored).collect();
/// assert_eq!(scored, [0..3, 3..5, 5..6]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    strategy: Strategy,
    context: usize,
    prefix: Option<Prefix>,
}

impl Plan {
    /// A plan for windows of at most `context` tokens, prefix included.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is no room in the context for what the strategy does, or the strategy needs a prefix
    /// and there is none.
    pub fn new(strategy: Strategy, context: usize, prefix: Option<Prefix>) -> Result<Self, Error> {
        let least = match strategy {
            Strategy::Disjoint | Strategy::HfEvaluate | Strategy::LmEval => 1,
            Strategy::Strided(_) => 2,
            // The first chunk to have a token in its later half.
            Strategy::LlamaCpp => 3,
        };
        if context < least {
            return Err(Error::refused(
                "context",
                context.to_string(),
                format!("at least {least}"),
            ));
        }
        if let Strategy::Strided(stride) = strategy
            && !(1..context).contains(&stride)
        {
            // With as many as the context the first token of a window would have none before it.
            let expected = format!("1 to {}, less than the context", context - 1);
            return Err(Error::refused("stride", stride.to_string(), expected));
        }
        if strategy == Strategy::LmEval && prefix.is_none() {
            return Err(Error::refused(
                "lm-eval's windows",
                "no BOS and no EOS",
                "a token to begin with",
            ));
        }
        Ok(Self { strategy, context, prefix })
    }

    /// How windows are made.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The most tokens that a window may have.
    pub fn context(&self) -> usize {
        self.context
    }

    /// What windows begin with: all, or for [`Strategy::LmEval`] the first.
    pub fn prefix(&self) -> Option<Prefix> {
        self.prefix
    }

    /// The windows of a text of so many tokens, in order.
    ///
    /// # Errors
    /// [`genai_metrics::Error`] if the text is too long for [`Strategy::HfEvaluate`], or too short for
    /// [`Strategy::LlamaCpp`].
    pub fn windows(&self, tokens: usize) -> Result<Vec<Window>, genai_metrics::Error> {
        Ok(match self.strategy {
            Strategy::Disjoint => self.disjoint(tokens),
            Strategy::Strided(stride) => self.strided(tokens, stride),
            Strategy::HfEvaluate => self.whole(tokens)?,
            Strategy::LmEval => self.rolling(tokens),
            Strategy::LlamaCpp => self.chunks(tokens)?,
        })
    }

    /// How many tokens the prefix takes.
    fn taken(&self) -> usize {
        usize::from(self.prefix.is_some())
    }

    /// The first token that something precedes.
    fn first(&self) -> usize {
        1 - self.taken()
    }

    fn disjoint(&self, tokens: usize) -> Vec<Window> {
        let window = |start: usize| {
            let first = start + self.first();
            Window::new(self.prefix, start, first..(first + self.context).min(tokens))
        };
        (0..tokens).step_by(self.context).filter_map(window).collect()
    }

    fn strided(&self, tokens: usize, stride: usize) -> Vec<Window> {
        let room = self.context - self.taken();
        let mut done = self.first();
        let mut windows = Vec::new();
        for start in (0..tokens).step_by(stride) {
            let end = (start + room).min(tokens);
            windows.extend(Window::new(self.prefix, start, done..end));
            done = end;
            if end == tokens {
                break;
            }
        }
        windows
    }

    fn whole(&self, tokens: usize) -> Result<Vec<Window>, genai_metrics::Error> {
        let room = self.context - self.taken();
        if tokens > room {
            return Err(genai_metrics::Error::not_scored(
                format!("a text of {tokens} tokens"),
                format!(
                    "at most {room}, for hf-evaluate takes texts whole; other windows take any length"
                ),
            ));
        }
        Ok(Window::new(self.prefix, 0, self.first()..tokens).into_iter().collect())
    }

    fn rolling(&self, tokens: usize) -> Vec<Window> {
        let mut done = self.context.min(tokens);
        let mut windows: Vec<_> = Window::new(self.prefix, 0, 0..done).into_iter().collect();
        while done < tokens {
            let end = (done + self.context).min(tokens);
            // The input ends before the last token, and is as long as the context whatever is left to score.
            windows.extend(Window::new(None, end - 1 - self.context, done..end));
            done = end;
        }
        windows
    }

    fn chunks(&self, tokens: usize) -> Result<Vec<Window>, genai_metrics::Error> {
        let (context, taken) = (self.context, self.taken());
        if tokens + taken < context.saturating_mul(2) {
            return Err(genai_metrics::Error::not_scored(
                format!("a text of {} tokens, BOS counted", tokens + taken),
                format!("at least {}, two chunks of llama.cpp", context.saturating_mul(2)),
            ));
        }
        // Places count the BOS that the whole begins with; it stands in for the first token of later chunks.
        let chunk = |start: usize| {
            let scored = start + context / 2 + 1 - taken..start + context - taken;
            Window::new(self.prefix, start, scored)
        };
        let starts = (0..(tokens + taken) / context).map(|chunk| chunk * context);
        Ok(starts.filter_map(chunk).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    // By name: proptest has a `Strategy` too.
    use super::{Plan, Prefix, Range, Strategy, Window};

    fn plan(strategy: Strategy, context: usize, prefix: Option<Prefix>) -> Plan {
        Plan::new(strategy, context, prefix).unwrap()
    }

    /// What holds of all windows, whatever made them; and how often each token is scored.
    fn check(plan: Plan, tokens: usize, windows: &[Window]) -> Vec<usize> {
        let mut scored = vec![0; tokens];
        for window in windows {
            let fed = window.input.len() + usize::from(window.prefix.is_some());
            assert!((1..=plan.context()).contains(&fed), "{window:?}");
            assert!(!window.scored.is_empty() && window.scored.end <= tokens, "{window:?}");
            assert_eq!(window.input.end, window.scored.end - 1, "{window:?}");
            // Something is fed before the first that is scored.
            let before =
                window.scored.start - window.input.start + usize::from(window.prefix.is_some());
            assert!(before >= 1, "{window:?}");
            scored[window.scored.clone()].iter_mut().for_each(|count| *count += 1);
        }
        scored
    }

    fn prefixes() -> impl proptest::strategy::Strategy<Value = Option<Prefix>> {
        prop_oneof![Just(None), Just(Some(Prefix::Bos)), Just(Some(Prefix::Eos))]
    }

    proptest! {
        #[test]
        fn each_token_is_scored_exactly_once(
            tokens in 0_usize..200,
            context in 2_usize..40,
            stride in 1_usize..40,
            prefix in prefixes(),
        ) {
            let mut strategies = vec![Strategy::Disjoint, Strategy::Strided(stride.min(context - 1))];
            if prefix.is_some() {
                strategies.push(Strategy::LmEval);
            }
            if tokens + usize::from(prefix.is_some()) <= context {
                strategies.push(Strategy::HfEvaluate);
            }
            for strategy in strategies {
                let plan = plan(strategy, context, prefix);
                let scored = check(plan, tokens, &plan.windows(tokens).unwrap());
                // But for the first, if nothing precedes it.
                let first = usize::from(prefix.is_none()).min(tokens);
                prop_assert!(scored[..first].iter().all(|count| *count == 0), "{strategy}");
                prop_assert!(scored[first..].iter().all(|count| *count == 1), "{strategy}");
            }
        }

        #[test]
        fn strided_tokens_have_enough_before_them(
            tokens in 0_usize..200,
            context in 2_usize..40,
            stride in 1_usize..40,
            prefix in prefixes(),
        ) {
            let stride = stride.min(context - 1);
            let plan = plan(Strategy::Strided(stride), context, prefix);
            for window in plan.windows(tokens).unwrap().iter().filter(|window| window.input.start > 0) {
                let before = window.scored.start - window.input.start;
                prop_assert!(before + usize::from(prefix.is_some()) >= context - stride);
            }
        }

        #[test]
        fn llama_cpp_scores_the_later_halves(tokens in 0_usize..200, context in 3_usize..40, bos: bool) {
            let plan = plan(Strategy::LlamaCpp, context, bos.then_some(Prefix::Bos));
            let all = tokens + usize::from(bos);
            let Ok(windows) = plan.windows(tokens) else {
                prop_assert!(all < 2 * context);
                return Ok(());
            };
            let scored = check(plan, tokens, &windows);
            prop_assert!(scored.iter().all(|count| *count <= 1));
            let each = context - context / 2 - 1;
            prop_assert_eq!(scored.iter().sum::<usize>(), all / context * each);
        }
    }

    #[test]
    fn windows_in_full() {
        let window = |prefix: Option<Prefix>, input: Range<usize>, scored: Range<usize>| Window {
            prefix,
            input,
            scored,
        };
        let bos = Some(Prefix::Bos);
        assert_eq!(
            plan(Strategy::Disjoint, 4, bos).windows(6).unwrap(),
            [window(bos, 0..3, 0..4), window(bos, 4..5, 4..6)]
        );
        assert_eq!(
            plan(Strategy::Disjoint, 4, None).windows(5).unwrap(),
            [window(None, 0..4, 1..5)]
        );
        assert_eq!(plan(Strategy::Disjoint, 4, None).windows(1).unwrap(), []);
        assert_eq!(
            plan(Strategy::Strided(2), 4, None).windows(7).unwrap(),
            [window(None, 0..3, 1..4), window(None, 2..5, 4..6), window(None, 4..6, 6..7)]
        );
        assert_eq!(
            plan(Strategy::LmEval, 4, Some(Prefix::Eos)).windows(6).unwrap(),
            [window(Some(Prefix::Eos), 0..3, 0..4), window(None, 1..5, 4..6)]
        );
        assert_eq!(
            plan(Strategy::LlamaCpp, 4, bos).windows(8).unwrap(),
            [window(bos, 0..2, 2..3), window(bos, 4..6, 6..7)]
        );
        assert_eq!(
            plan(Strategy::LlamaCpp, 4, None).windows(9).unwrap(),
            [window(None, 0..3, 3..4), window(None, 4..7, 7..8)]
        );
        assert_eq!(
            plan(Strategy::HfEvaluate, 4, bos).windows(3).unwrap(),
            [window(bos, 0..2, 0..3)]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Plan::new(Strategy::Disjoint, 0, None).is_err());
        assert!(Plan::new(Strategy::Strided(0), 4, None).is_err());
        assert!(Plan::new(Strategy::Strided(4), 4, None).is_err());
        assert!(Plan::new(Strategy::Strided(1), 1, None).is_err());
        assert!(Plan::new(Strategy::LmEval, 4, None).is_err());
        assert!(Plan::new(Strategy::LlamaCpp, 2, None).is_err());
        let error = plan(Strategy::HfEvaluate, 4, Some(Prefix::Bos)).windows(4).unwrap_err();
        assert!(error.to_string().starts_with("a text of 4 tokens, expected at most 3"));
        let error = plan(Strategy::LlamaCpp, 4, None).windows(7).unwrap_err();
        assert!(error.to_string().contains("expected at least 8"));
    }
}
