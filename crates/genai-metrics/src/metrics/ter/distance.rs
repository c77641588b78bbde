//! What the search for shifts asks of a table of edit distances.

use super::alignment::Alignment;
use super::shifts::Blocks;

/// The edit distances between the beginnings of a hypothesis, whose words can be shifted, and
/// those of a reference.
pub(super) trait Distances {
    /// Computes the table for the words as they stand; returns the distance of the whole texts.
    fn fill(&mut self) -> u32;

    /// The alignment that the table says: of steps that are equally good it takes a pair of words
    /// first, then a deletion, then an insertion.
    fn align(&self, alignment: &mut Alignment);

    /// The distance after a shift, by a table that was filled before it; any number that is not
    /// less than the one before it stands for each of these.
    fn shifted(&mut self, blocks: Blocks) -> u32;

    /// Moves the words themselves.
    fn shift(&mut self, blocks: Blocks);

    /// More than this no shift of these blocks can gain.
    fn most_gain(&self, blocks: Blocks) -> u32;
}
