//! Patterns that cut a text into pieces before BPE; no merge crosses the end of a piece.

use std::ops::ControlFlow;

/// How a text is cut into pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// Not at all: the text is one piece.
    #[default]
    Whole,
}

impl Pattern {
    /// Calls `piece` with the start and end of each piece, from left to right. Pieces are not
    /// empty and cover the text.
    #[inline]
    pub(crate) fn for_each_piece(
        self,
        text: &str,
        mut piece: impl FnMut(usize, usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match self {
            Self::Whole if text.is_empty() => ControlFlow::Continue(()),
            Self::Whole => piece(0, text.len()),
        }
    }
}
