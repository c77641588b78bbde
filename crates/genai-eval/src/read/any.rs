//! Whatever a command line or a configuration names, as one type.

use super::{
    Block, Facts, FileRole, InputError, LogProbFiles, ParallelFiles, Records, SegmentTexts, Source,
};

/// One of the sources.
pub(crate) enum AnySource {
    /// Text files in lockstep.
    Files(ParallelFiles),
    /// JSONL.
    Records(Box<Records>),
    /// Log-probabilities that other programs wrote.
    LogProbs(LogProbFiles),
}

/// A block of one of them.
pub(crate) enum AnyBlock {
    Files(<ParallelFiles as Source>::Block),
    Records(<Records as Source>::Block),
    LogProbs(<LogProbFiles as Source>::Block),
}

impl AnySource {
    /// Whether texts come with log-probabilities, rather than with references or alone.
    pub(crate) fn is_log_probs(&self) -> bool {
        matches!(self, Self::LogProbs(_))
    }
}

/// The same call, whichever it is.
macro_rules! each {
    ($any:expr, $one:ident => $call:expr) => {
        match $any {
            Self::Files($one) => $call,
            Self::Records($one) => $call,
            Self::LogProbs($one) => $call,
        }
    };
}

impl Source for AnySource {
    type Block = AnyBlock;

    fn next_block(&mut self) -> Result<Option<AnyBlock>, InputError> {
        Ok(match self {
            Self::Files(source) => source.next_block()?.map(AnyBlock::Files),
            Self::Records(source) => source.next_block()?.map(AnyBlock::Records),
            Self::LogProbs(source) => source.next_block()?.map(AnyBlock::LogProbs),
        })
    }

    fn systems(&self) -> &[String] {
        each!(self, source => source.systems())
    }

    fn files(&self) -> Vec<(FileRole, String, Facts)> {
        each!(self, source => source.files())
    }

    fn warnings(&self) -> Vec<String> {
        each!(self, source => source.warnings())
    }

    fn notes(&self) -> Vec<String> {
        each!(self, source => source.notes())
    }
}

impl Block for AnyBlock {
    fn bytes(&self) -> usize {
        each!(self, block => block.bytes())
    }

    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError> {
        each!(self, block => block.visit(visit))
    }
}
