//! Which of the ways to say what is read a configuration goes.

use super::{Baseline, Configuration, Data};
use crate::read::STANDARD_INPUT;
use std::fs;

/// Which way the data are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataSource<'a> {
    /// Text files in lockstep.
    Files {
        /// One or more files of references.
        references: &'a [String],
        /// The file of hypotheses.
        hypotheses: &'a str,
    },
    /// A file of JSON records; what fields are not given are found if they are evident.
    Records {
        /// The file.
        data: &'a str,
        /// The field with the hypothesis.
        hypothesis: Option<&'a str>,
        /// The fields with references.
        references: &'a [String],
        /// The field with the id.
        id: Option<&'a str>,
    },
    /// A file of log-probabilities.
    LogProbs(&'a str),
}

/// The baseline's outputs, which are scored again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaselineOutputs<'a> {
    /// A text file.
    File(&'a str),
    /// Records of their own, and the field if it is given.
    Records(&'a str, Option<&'a str>),
    /// Another field of the candidate's records.
    Field(&'a str),
    /// A file of log-probabilities.
    LogProbs(&'a str),
}

impl Data {
    /// Which way the data are given; none if not all that the way needs is there. Two ways at once
    /// are found by [`Configuration::validate`].
    pub(crate) fn source(&self) -> Option<DataSource<'_>> {
        if let Some(logprobs) = &self.logprobs {
            return Some(DataSource::LogProbs(logprobs));
        }
        if let Some(data) = &self.data {
            return Some(DataSource::Records {
                data,
                hypothesis: self.hyp_field.as_deref(),
                references: &self.ref_field,
                id: self.id_field.as_deref(),
            });
        }
        let hypotheses = self.hyp.as_deref().filter(|_| !self.references.is_empty())?;
        Some(DataSource::Files { references: &self.references, hypotheses })
    }
}

impl Configuration {
    /// Every file that is read for texts.
    pub(crate) fn files(&self) -> impl Iterator<Item = String> {
        let Data { references, hyp, data, logprobs, .. } = &self.data;
        let own = references.iter().chain(hyp).chain(data).chain(logprobs);
        let baseline = self.baseline.iter();
        let before = baseline.flat_map(|own| own.hyp.iter().chain(&own.data).chain(&own.logprobs));
        own.chain(before).cloned()
    }

    /// Whether some of it can be read but once.
    pub(crate) fn is_read_once(&self) -> bool {
        let is_regular = |file: &String| fs::metadata(file).is_ok_and(|facts| facts.is_file());
        self.files().any(|file| file == STANDARD_INPUT || !is_regular(&file))
    }
}

impl Baseline {
    /// The outputs that are scored again, if there are any.
    pub(crate) fn outputs(&self) -> Option<BaselineOutputs<'_>> {
        let field = self.hyp_field.as_deref();
        None.or_else(|| self.logprobs.as_deref().map(BaselineOutputs::LogProbs))
            .or_else(|| self.hyp.as_deref().map(BaselineOutputs::File))
            .or_else(|| self.data.as_deref().map(|data| BaselineOutputs::Records(data, field)))
            .or_else(|| field.map(BaselineOutputs::Field))
    }
}
