//! Files to segments.
//!
//! A [`Source`] hands out blocks of segments in order; a [`Block`] is parsed by whichever thread
//! measures it. Nothing is held but the blocks under way.
//!
//! ```
//! use genai_eval::read::{Block, Input, Lines, RecordFields, Records, Source};
//! let file = r#"{"hyp": "a b", "refs": ["a c", null]}"#;
//! let lines = Lines::new(Input::from_reader("file", file.as_bytes()))?;
//! let mut records = Records::new(lines, RecordFields::default())?; // fields are found out
//! while let Some(block) = records.next_block()? {
//!     block.visit(&mut |segment| {
//!         assert_eq!((segment.hypotheses, segment.references), (&["a b"][..], &[Some("a c"), None][..]));
//!         Ok(())
//!     })?;
//! }
//! # Ok::<(), genai_eval::read::InputError>(())
//! ```

mod any;
mod census;
mod error;
mod input;
pub mod json;
mod lines;
mod logprobs;
mod parallel;
mod records;
mod rows;

pub(crate) use any::AnySource;
pub use census::Census;
pub use error::InputError;
pub(crate) use input::hexadecimal;
pub use input::{Facts, Input, STANDARD_INPUT};
pub use lines::{LineBlock, Lines};
pub(crate) use logprobs::LogProbFiles;
pub use parallel::ParallelFiles;
pub(crate) use parallel::byte_order_mark_warning;
pub use records::{Field, RecordFields, Records};
pub(crate) use rows::{Row, RowFormat, Rows};

use json::Cell;

/// How many segments a block has, unless they are long.
pub const BLOCK_SEGMENTS: usize = 256;

/// Where segments come from.
pub trait Source: Send {
    /// Some consecutive segments.
    type Block: Block;

    /// Reads the next block; none at the end.
    ///
    /// # Errors
    /// If the input cannot be read or its files don't match.
    fn next_block(&mut self) -> Result<Option<Self::Block>, InputError>;

    /// The systems whose hypotheses each segment has, in order.
    fn systems(&self) -> &[String];

    /// The files read, for the report, as `(role, name, facts)`.
    fn files(&self) -> Vec<(FileRole, String, Facts)>;

    /// What is odd but no error, for people.
    fn warnings(&self) -> Vec<String>;

    /// What was found out rather than given, for people.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    /// References, one a line.
    References,
    /// A system's hypotheses, one a line.
    Hypotheses,
    /// Records with hypotheses and references.
    Data,
}

/// Consecutive segments, not yet parsed.
pub trait Block: Send + Sync {
    /// How many bytes it holds, so that what is read ahead can be bounded.
    fn bytes(&self) -> usize;

    /// Parses the segments and visits them in order.
    ///
    /// # Errors
    /// At the first segment that cannot be parsed, or that `visit` cannot take.
    fn visit(
        &self,
        visit: &mut dyn FnMut(SegmentTexts<'_>) -> Result<(), genai_metrics::Error>,
    ) -> Result<(), InputError>;
}

/// The texts of one segment.
#[derive(Debug)]
pub struct SegmentTexts<'a> {
    /// The references; those that are `None` are missing.
    pub references: &'a [Option<&'a str>],
    /// Each system's hypothesis.
    pub hypotheses: &'a [&'a str],
    /// The record's id, where records have one.
    pub id: Option<&'a Cell>,
    /// What the record has in each field by which segments are told apart: documents, languages.
    pub labels: &'a [&'a Cell],
}
