//! Which of many shortest ways from one text to another is taken, and what it consists of.
//!
//! Texts can be aligned in several ways with the same number of errors, but with other numbers of
//! hits. Here it is the alignment of `RapidFuzz` 3.14, and so of jiwer 4.0: what the texts begin and
//! end with is equal, and between that the way back through the table of distances leaves out a
//! token of the reference where it can, else adds one of the hypothesis where that leads to a
//! smaller distance, else takes one of each. Where the table would be large, texts are halved as
//! Hirschberg 1975, *A linear space algorithm for computing maximal common subsequences*, does it,
//! at the same places as there.

use super::edit_distance::{Column, EditDistance, NEVER, Strip, WIDE, band, strip_affixes};
use crate::text::TokenId;

/// What becomes of a token, from the reference to the hypothesis.
///
/// ```
/// use genai_metrics::kernel::Edit;
/// assert_eq!(Edit::ALL.map(Edit::name), ["hit", "substitution", "deletion", "insertion"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is in both.
    Hit,
    /// Another stands in its place.
    Substitution,
    /// It is in the reference only.
    Deletion,
    /// It is in the hypothesis only.
    Insertion,
}

impl Edit {
    /// Every edit.
    pub const ALL: [Self; 4] = [Self::Hit, Self::Substitution, Self::Deletion, Self::Insertion];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Substitution => "substitution",
            Self::Deletion => "deletion",
            Self::Insertion => "insertion",
        }
    }
}

/// Consecutive tokens of which the same becomes.
///
/// ```
/// use genai_metrics::kernel::{Edit, EditRun};
/// let run = EditRun { edit: Edit::Deletion, length: 3 };
/// assert_eq!((run.of_reference(), run.of_hypothesis()), (3, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditRun {
    /// What becomes of them.
    pub edit: Edit,
    /// How many there are, at least one.
    pub length: usize,
}

impl EditRun {
    /// How many tokens of the reference it takes.
    pub fn of_reference(self) -> usize {
        if self.edit == Edit::Insertion { 0 } else { self.length }
    }

    /// How many tokens of the hypothesis it takes.
    pub fn of_hypothesis(self) -> usize {
        if self.edit == Edit::Deletion { 0 } else { self.length }
    }
}

/// How many edits of each kind an alignment has.
///
/// ```
/// use genai_metrics::kernel::EditCounts;
/// let counts = EditCounts { hits: 5, substitutions: 1, deletions: 2, insertions: 0 };
/// assert_eq!((counts.errors(), counts.of_reference(), counts.of_hypothesis()), (3, 8, 6));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditCounts {
    /// Tokens that are in both.
    pub hits: u64,
    /// Tokens of the reference in whose place another stands.
    pub substitutions: u64,
    /// Tokens that are in the reference only.
    pub deletions: u64,
    /// Tokens that are in the hypothesis only.
    pub insertions: u64,
}

impl EditCounts {
    /// Substitutions, deletions and insertions.
    pub const fn errors(self) -> u64 {
        self.substitutions + self.deletions + self.insertions
    }

    /// How many tokens the reference has.
    pub const fn of_reference(self) -> u64 {
        self.hits + self.substitutions + self.deletions
    }

    /// How many tokens the hypothesis has.
    pub const fn of_hypothesis(self) -> u64 {
        self.hits + self.substitutions + self.insertions
    }
}

/// Alignments of texts of one segment, with the fewest errors, and of those the one that
/// `RapidFuzz` 3.14 finds.
///
/// ```
/// use genai_metrics::kernel::{Edit, EditAlignment, EditRun};
/// let mut alignment = EditAlignment::default();
/// alignment.reset(4); // the reference's ids are below 4
/// let (reference, hypothesis) = ([0, 1, 2, 3], [0, 9, 3]);
/// let counts = alignment.counts(&reference, &hypothesis);
/// assert_eq!((counts.hits, counts.substitutions, counts.deletions), (2, 1, 1));
/// let run = |edit, length| EditRun { edit, length };
/// assert_eq!(
///     alignment.edits(&reference, &hypothesis),
///     [run(Edit::Hit, 1), run(Edit::Substitution, 1), run(Edit::Deletion, 1), run(Edit::Hit, 1)],
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct EditAlignment {
    distance: EditDistance,
    one: Vec<Column<1>>,
    two: Vec<Column<2>>,
    three: Vec<Column<3>>,
    wide: Banded,
}

/// Where `RapidFuzz` halves texts: a table of so many bytes or more is never made.
const LARGE: usize = 1 << 20;

impl EditAlignment {
    /// Makes room for references whose ids are below `distinct`.
    pub fn reset(&mut self, distinct: usize) {
        self.distance.reset(distinct);
    }

    /// How many edits of each kind there are. Ids of the hypothesis that are not below `distinct`
    /// equal none of the reference.
    pub fn counts(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> EditCounts {
        let mut counts = EditCounts::default();
        self.align(reference, hypothesis, None, &mut |edit, length| {
            let count = match edit {
                Edit::Hit => &mut counts.hits,
                Edit::Substitution => &mut counts.substitutions,
                Edit::Deletion => &mut counts.deletions,
                Edit::Insertion => &mut counts.insertions,
            };
            *count += length as u64;
        });
        counts
    }

    /// The edits in the order of the texts, in runs as long as can be.
    pub fn edits(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> Vec<EditRun> {
        let mut runs: Vec<EditRun> = Vec::new();
        self.align(reference, hypothesis, None, &mut |edit, length| match runs.last_mut() {
            Some(last) if last.edit == edit => last.length += length,
            _ if length > 0 => runs.push(EditRun { edit, length }),
            _ => {}
        });
        runs.reverse();
        runs
    }

    /// Visits the edits from the end of the texts back. The distance is given where it is known.
    fn align<F: FnMut(Edit, usize)>(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        known: Option<usize>,
        visit: &mut F,
    ) {
        let (before, [reference, hypothesis], after) = strip_affixes(reference, hypothesis);
        visit(Edit::Hit, after);
        let (places, tokens) = (reference.len(), hypothesis.len());
        if places == 0 || tokens == 0 {
            visit(Edit::Deletion, places);
            visit(Edit::Insertion, tokens);
        } else {
            let longest = places.max(tokens);
            let most = known.map_or(longest, |known| known.min(longest));
            let width = places.min(2 * most + 1);
            if width.saturating_mul(tokens) / 4 < LARGE || places < 65 || tokens < 10 {
                self.align_at_once(reference, hypothesis, most, visit);
            } else {
                let limit = known.unwrap_or_else(|| self.distance.between(reference, hypothesis));
                let middle = self.middle(reference, hypothesis, limit);
                let [(left_reference, right_reference), (left_hypothesis, right_hypothesis)] =
                    [reference.split_at(middle.places), hypothesis.split_at(middle.tokens)];
                let [left, right] = middle.distances;
                self.align(right_reference, right_hypothesis, Some(right), visit);
                self.align(left_reference, left_hypothesis, Some(left), visit);
            }
        }
        visit(Edit::Hit, before);
    }

    /// By the whole table, or the part of it that paths of cost `limit` can touch.
    fn align_at_once<F: FnMut(Edit, usize)>(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        limit: usize,
        visit: &mut F,
    ) {
        let EditDistance { one, two, three, wide, steps, .. } = &mut self.distance;
        match reference.len() {
            0..=64 => {
                one.columns_alone(reference, hypothesis, &mut self.one);
                walk_back(reference, hypothesis, &self.one[..], visit);
            }
            65..=128 => {
                two.columns_alone(reference, hypothesis, &mut self.two);
                walk_back(reference, hypothesis, &self.two[..], visit);
            }
            129..=192 => {
                three.columns_alone(reference, hypothesis, &mut self.three);
                walk_back(reference, hypothesis, &self.three[..], visit);
            }
            193..=256 => {
                let columns = &mut self.wide.columns;
                wide.columns_alone(reference, hypothesis, columns);
                walk_back(reference, hypothesis, &columns[..], visit);
            }
            _ => {
                let banded = &mut self.wide;
                banded.limit(limit, reference.len(), hypothesis.len());
                let keep = |_, _, column: &Column<WIDE>| banded.columns.push(*column);
                wide.through(reference, hypothesis, limit, steps, keep, |_| {});
                walk_back(reference, hypothesis, &self.wide, visit);
            }
        }
    }

    /// Where the table falls into two for the halves of the hypothesis: the first place of the
    /// reference at which a shortest path crosses its middle.
    fn middle(&mut self, reference: &[TokenId], hypothesis: &[TokenId], limit: usize) -> Middle {
        let tokens = hypothesis.len() / 2;
        let reversed = |text: &[TokenId]| text.iter().rev().copied().collect::<Vec<_>>();
        let EditDistance { wide, steps, .. } = &mut self.distance;
        let left = last_column(wide, reference, &hypothesis[..tokens], limit, steps);
        let right_half = reversed(&hypothesis[tokens..]);
        let mut right = last_column(wide, &reversed(reference), &right_half, limit, steps);
        right.reverse();
        let sums = left.iter().zip(&right).map(|(left, right)| left + right);
        let places = sums.zip(0..).min().map_or(0, |(_, place)| place);
        Middle { places, tokens, distances: [left[places], right[places]] }
    }
}

/// Where a table falls into two, and the distances of both parts.
struct Middle {
    places: usize,
    tokens: usize,
    distances: [usize; 2],
}

/// The distances of all beginnings of the reference, from the empty one on, and the whole
/// hypothesis; of those that no path of cost `limit` touches, more than they are.
fn last_column(
    strip: &mut Strip<WIDE>,
    reference: &[TokenId],
    hypothesis: &[TokenId],
    limit: usize,
    steps: &mut Vec<super::edit_distance::Step>,
) -> Vec<usize> {
    let mut distances = vec![NEVER; reference.len() + 1];
    distances[0] = hypothesis.len();
    strip.through(
        reference,
        hypothesis,
        limit,
        steps,
        |_, _, _| {},
        |at_end| {
            let after = distances[at_end.places.start + 1..].iter_mut();
            after.zip(at_end.distances()).for_each(|(distance, found)| *distance = found);
        },
    );
    distances
}

/// Differences between places, after so many tokens of the hypothesis, at least one.
trait Differences {
    /// Whether the distance is greater at this place than at the one before.
    fn is_greater(&self, place: usize, tokens: usize) -> bool;
    /// Whether it is less.
    fn is_less(&self, place: usize, tokens: usize) -> bool;
}

impl<const W: usize> Differences for [Column<W>] {
    #[inline]
    fn is_greater(&self, place: usize, tokens: usize) -> bool {
        self[tokens - 1].is_greater(place)
    }

    #[inline]
    fn is_less(&self, place: usize, tokens: usize) -> bool {
        self[tokens - 1].is_less(place)
    }
}

/// The columns of strips, one strip after the other, each within the band.
#[derive(Clone, Debug, Default)]
struct Banded {
    /// For each strip which token its first column is of, and where that column is.
    strips: Vec<(usize, usize)>,
    columns: Vec<Column<WIDE>>,
}

impl Banded {
    /// The strips of a table within paths of cost `limit`.
    fn limit(&mut self, limit: usize, places: usize, tokens: usize) {
        let Self { strips, columns } = self;
        strips.clear();
        columns.clear();
        let mut at = 0;
        for first in (0..places).step_by(64 * WIDE) {
            let band = band(first, (places - first).min(64 * WIDE), tokens, limit);
            strips.push((band.start, at));
            at += band.len();
        }
        columns.reserve(at);
    }

    #[inline]
    fn column(&self, place: usize, tokens: usize) -> Option<&Column<WIDE>> {
        let (first, at) = *self.strips.get(place / (64 * WIDE))?;
        // A shortest path stays within the band, so there is always a column.
        self.columns.get(at + (tokens - 1).checked_sub(first)?)
    }
}

impl Differences for Banded {
    #[inline]
    fn is_greater(&self, place: usize, tokens: usize) -> bool {
        self.column(place, tokens).is_none_or(|column| column.is_greater(place % (64 * WIDE)))
    }

    #[inline]
    fn is_less(&self, place: usize, tokens: usize) -> bool {
        self.column(place, tokens).is_some_and(|column| column.is_less(place % (64 * WIDE)))
    }
}

fn walk_back<D: Differences + ?Sized, F: FnMut(Edit, usize)>(
    reference: &[TokenId],
    hypothesis: &[TokenId],
    differences: &D,
    visit: &mut F,
) {
    let (mut places, mut tokens) = (reference.len(), hypothesis.len());
    while places > 0 && tokens > 0 {
        if differences.is_greater(places - 1, tokens) {
            places -= 1;
            visit(Edit::Deletion, 1);
            continue;
        }
        tokens -= 1;
        if tokens > 0 && differences.is_less(places - 1, tokens) {
            visit(Edit::Insertion, 1);
            continue;
        }
        places -= 1;
        let is_hit = reference[places] == hypothesis[tokens];
        visit(if is_hit { Edit::Hit } else { Edit::Substitution }, 1);
    }
    visit(Edit::Deletion, places);
    visit(Edit::Insertion, tokens);
}
