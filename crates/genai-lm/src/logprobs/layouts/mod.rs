//! The layouts of records, one file each, and the table that lists them.

pub(super) mod choices;
mod llama_cpp;
mod lm_eval;
pub(super) mod numbers;
mod openai_chat;
mod openai_completions;
pub(super) mod plain;
mod sglang;
mod tgi;
mod token;
mod vllm;

use super::fault::Result;
use super::json::Cursor;
use super::layout::Layout;
use super::outline::Outline;
use super::rules::{Rules, Scale};
use super::tokens::Draft;

/// What the table says of a layout.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the table")]
pub(super) struct Entry {
    pub(super) layout: Layout,
    pub(super) name: &'static str,
    /// Who writes it, for people.
    pub(super) title: &'static str,
    /// What a record without log-probabilities lacks, for errors.
    pub(super) expected: &'static str,
    /// What is done with what is special, for people.
    pub(super) conventions: &'static [&'static str],
    /// Whether a record can have a prompt and a completion.
    pub(super) has_parts: bool,
    /// Whether a record can have several texts.
    pub(super) has_choices: bool,
    /// Whether logarithms may be to another base than e.
    pub(super) has_base: bool,
    /// Whether some numbers stand for minus infinity.
    pub(super) has_sentinels: bool,
    /// Whether a record with these keys is one.
    pub(super) recognises: fn(&Outline) -> bool,
    /// Takes what a record has. What it lacks shows when the draft is finished.
    pub(super) read: fn(&mut Cursor<'_>, &Reading<'_>, &mut Draft) -> Result<()>,
}

/// What readers are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) rules: &'a Rules,
    pub(super) scale: Scale,
}

/// Every layout, in the order of [`Layout::ALL`]; a record is of the first that recognises it.
pub(super) const LAYOUTS: &[Entry] = &[
    plain::SAVED,
    vllm::ENTRY,
    openai_chat::ENTRY,
    openai_completions::ENTRY,
    llama_cpp::ENTRY,
    tgi::ENTRY,
    sglang::ENTRY,
    lm_eval::ENTRY,
    plain::ENTRY,
    numbers::ENTRY,
];

/// A rule that holds in several layouts.
const FIRST: &str = "a first token without a log-probability is not scored";
/// As above.
const SENTINEL: &str = "-9999, the lowest number of f32 and -inf are the logarithm of 0";
