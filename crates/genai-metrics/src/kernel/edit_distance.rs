//! Levenshtein distances, 64 places of the reference at a time.
//!
//! After Myers 1999, *A fast bit-vector algorithm for approximate string matching based on dynamic
//! programming*, as Hyyrö 2003, *A bit-vector algorithm for computing Levenshtein and Damerau edit
//! distances*, has it: of the table of distances only the differences from one place of the
//! reference to the next are kept, which are -1, 0 or 1 and so two bits. Long texts go by strips of
//! the reference, and only through the part of the table that a path of limited cost can touch
//! (Ukkonen 1985, *Algorithms for approximate string matching*).

use std::ops::Range;

use crate::text::TokenId;

/// How many places the strips of long texts have, in words: four chains of operations keep the
/// machine busier than one.
pub(super) const WIDE: usize = 4;

/// A distance that no text has.
pub(super) const NEVER: usize = usize::MAX / 4;

/// Levenshtein distances of texts of one segment: how many tokens have to be replaced, left out or
/// added, from 0 to the length of the longer text.
///
/// ```
/// use genai_metrics::kernel::EditDistance;
/// let mut distance = EditDistance::default();
/// distance.reset(4); // the reference's ids are below 4
/// assert_eq!(distance.between(&[0, 1, 2, 3], &[0, 9, 3]), 2);
/// assert_eq!(distance.between(&[], &[0, 0]), 2);
/// ```
#[derive(Clone, Debug, Default)]
pub struct EditDistance {
    pub(super) one: Strip<1>,
    pub(super) two: Strip<2>,
    pub(super) three: Strip<3>,
    pub(super) wide: Strip<WIDE>,
    pub(super) steps: Vec<Step>,
    distinct: usize,
}

impl EditDistance {
    /// Makes room for references whose ids are below `distinct`.
    pub fn reset(&mut self, distinct: usize) {
        self.distinct = distinct;
        self.one.reset(distinct);
        self.two.reset(distinct);
        self.three.reset(distinct);
        self.wide.reset(distinct);
    }

    /// The distance. Ids of the hypothesis that are not below `distinct` equal none of the
    /// reference, and those of the reference must be below it.
    pub fn between(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> usize {
        let (_, [reference, hypothesis], _) = strip_affixes(reference, hypothesis);
        let (places, tokens) = (reference.len(), hypothesis.len());
        if places == 0 || tokens == 0 {
            return places + tokens;
        }
        match places {
            0..=64 => return self.one.distance_alone(reference, hypothesis),
            65..=128 => return self.two.distance_alone(reference, hypothesis),
            129..=192 => return self.three.distance_alone(reference, hypothesis),
            193..=256 => return self.wide.distance_alone(reference, hypothesis),
            _ => {}
        }
        // A narrow band is tried first: where it is wide enough for the distance found in it, no
        // shorter path leaves it.
        let longest = places.max(tokens);
        let mut limit = NARROWEST.max(2 * places.abs_diff(tokens));
        loop {
            let limited = limit.min(longest);
            let Self { wide, steps, .. } = self;
            let found = wide.distance(reference, hypothesis, limited, steps);
            if found <= limited || limited == longest {
                return found;
            }
            limit *= 2;
        }
    }
}

/// The first band that is tried: strips of 256 places make one much narrower no cheaper.
const NARROWEST: usize = 64;

/// The tokens that both texts begin with are taken off, then those that both end with; returns
/// how many there were, and what is left.
pub(super) fn strip_affixes<'a>(
    reference: &'a [TokenId],
    hypothesis: &'a [TokenId],
) -> (usize, [&'a [TokenId]; 2], usize) {
    let equal = |(one, other): &(&TokenId, &TokenId)| one == other;
    let before = reference.iter().zip(hypothesis).take_while(equal).count();
    let (reference, hypothesis) = (&reference[before..], &hypothesis[before..]);
    let backwards = reference.iter().rev().zip(hypothesis.iter().rev());
    let after = backwards.take_while(equal).count();
    let left = [&reference[..reference.len() - after], &hypothesis[..hypothesis.len() - after]];
    (before, left, after)
}

/// What happens to the distance at a place from one token of the hypothesis to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// 1 if it grows.
    up: u8,
    /// 1 if it shrinks.
    down: u8,
}

/// Before the first place the distance is the number of tokens read.
pub(super) const UP: Step = Step { up: 1, down: 0 };

/// The differences of a strip's places after some tokens of the hypothesis: whether the distance
/// is greater, or less, than at the place before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<const W: usize> {
    greater: [u64; W],
    less: [u64; W],
}

impl<const W: usize> Column<W> {
    /// After no token the distance is the number of places.
    pub(super) const FIRST: Self = Self { greater: [u64::MAX; W], less: [0; W] };

    /// Reads a token, which equals the places in `equal`; takes what happens above the first
    /// place and returns what happens at the last.
    #[inline]
    fn advance(&mut self, equal: &[u64; W], above: Step) -> Step {
        let (mut above_up, mut above_down) = (u64::from(above.up), u64::from(above.down));
        for ((greater, less), equal) in self.greater.iter_mut().zip(&mut self.less).zip(equal) {
            let match_or_less = equal | above_down;
            let diagonal = (((match_or_less & *greater).wrapping_add(*greater)) ^ *greater)
                | match_or_less
                | *less;
            let up = *less | !(diagonal | *greater);
            let down = diagonal & *greater;
            let (up_before, down_before) = (up << 1 | above_up, down << 1 | above_down);
            (above_up, above_down) = (up >> 63, down >> 63);
            *greater = down_before | !(diagonal | up_before);
            *less = up_before & diagonal;
        }
        Step { up: u8::from(above_up == 1), down: u8::from(above_down == 1) }
    }

    #[inline]
    pub(super) fn is_greater(&self, place: usize) -> bool {
        self.greater[place / 64] >> (place % 64) & 1 == 1
    }

    #[inline]
    pub(super) fn is_less(&self, place: usize) -> bool {
        self.less[place / 64] >> (place % 64) & 1 == 1
    }

    /// By how much the first places change the distance, which is `above` before them.
    fn below(&self, places: usize, above: usize) -> usize {
        let mut distance = above;
        for w in 0..W {
            let mask = match places.saturating_sub(w * 64) {
                0 => 0,
                bits @ 1..64 => (1 << bits) - 1,
                _ => u64::MAX,
            };
            // Never below zero: it is the distance at a place.
            distance += (self.greater[w] & mask).count_ones() as usize;
            distance -= (self.less[w] & mask).count_ones() as usize;
        }
        distance
    }
}

/// Up to `64 * W` consecutive places of the reference.
#[derive(Clone, Debug)]
pub(super) struct Strip<const W: usize> {
    /// For each token the places of the strip that have it, and at last none for unknown ones. All
    /// are zero between two uses.
    masks: Vec<[u64; W]>,
    distinct: usize,
}

impl<const W: usize> Default for Strip<W> {
    fn default() -> Self {
        Self { masks: vec![[0; W]], distinct: 0 }
    }
}

impl<const W: usize> Strip<W> {
    fn reset(&mut self, distinct: usize) {
        self.distinct = distinct;
        if self.masks.len() <= distinct {
            self.masks.resize(distinct + 1, [0; W]);
        }
    }

    fn enter(&mut self, places: &[TokenId]) {
        for (w, tokens) in places.chunks(64).enumerate().take(W) {
            for (bit, &token) in tokens.iter().enumerate() {
                self.masks[token as usize][w] |= 1 << bit;
            }
        }
    }

    fn leave(&mut self, places: &[TokenId]) {
        for &token in places {
            self.masks[token as usize] = [0; W];
        }
    }

    #[inline]
    fn mask(&self, token: TokenId) -> &[u64; W] {
        // An unknown token is looked up like any other: no branch to guess.
        &self.masks[(token as usize).min(self.distinct)]
    }

    /// The distance, where the strip is the whole reference.
    fn distance_alone(&mut self, reference: &[TokenId], hypothesis: &[TokenId]) -> usize {
        self.enter(reference);
        let mut column = Column::FIRST;
        for &token in hypothesis {
            column.advance(self.mask(token), UP);
        }
        self.leave(reference);
        column.below(reference.len(), hypothesis.len())
    }

    /// As above, and hands out the column after each token; returns the distance.
    pub(super) fn columns_alone(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        columns: &mut Vec<Column<W>>,
    ) -> usize {
        self.enter(reference);
        // What a longer text left stays behind them, so that room is asked for once.
        if columns.len() < hypothesis.len() {
            columns.resize(hypothesis.len(), Column::FIRST);
        }
        let mut column = Column::FIRST;
        for (&token, place) in hypothesis.iter().zip(columns.iter_mut()) {
            column.advance(self.mask(token), UP);
            *place = column;
        }
        self.leave(reference);
        column.below(reference.len(), hypothesis.len())
    }

    /// The distance, or more than `limit` if it is.
    fn distance(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        limit: usize,
        steps: &mut Vec<Step>,
    ) -> usize {
        let mut distance = NEVER;
        self.through(
            reference,
            hypothesis,
            limit,
            steps,
            |_, _, _| {},
            |at_end| {
                distance = at_end.below(at_end.places.len());
            },
        );
        distance
    }

    /// Goes through the table strip by strip, as far as paths of cost `limit` can go: `column`
    /// gets each strip's first place, and after so many tokens the column; `at_end` gets each
    /// strip that reaches the hypothesis's end.
    ///
    /// What lies outside of the band is taken for the most that it can be, so that distances are
    /// never too small, and those of paths within are right.
    pub(super) fn through(
        &mut self,
        reference: &[TokenId],
        hypothesis: &[TokenId],
        limit: usize,
        steps: &mut Vec<Step>,
        mut column_at: impl FnMut(usize, usize, &Column<W>),
        mut at_end: impl FnMut(&AtEnd<W>),
    ) {
        let tokens = hypothesis.len();
        steps.clear();
        steps.resize(tokens, UP);
        // The distance above the strip's first place, before the first token of its band.
        let mut above = 0;
        for (i, strip) in reference.chunks(64 * W).enumerate() {
            let first = i * 64 * W;
            let band = band(first, strip.len(), tokens, limit);
            if band.is_empty() {
                return;
            }
            let next = first + 64 * W;
            let next_band = next.saturating_sub(limit).max(band.start);
            self.enter(strip);
            let mut column = Column::FIRST;
            let above_end = after_steps(above, &steps[band.clone()]);
            for (token, j) in hypothesis[band.clone()].iter().zip(band.clone()) {
                steps[j] = column.advance(self.mask(*token), steps[j]);
                column_at(first, j + 1, &column);
            }
            let above_next =
                after_steps(above + 64 * W, &steps[band.start..next_band.min(band.end)]);
            self.leave(strip);
            if band.end == tokens {
                at_end(&AtEnd { places: first..first + strip.len(), above: above_end, column });
            }
            above = above_next;
        }
    }
}

/// A distance after some steps.
fn after_steps(distance: usize, steps: &[Step]) -> usize {
    let sum = |of: fn(&Step) -> u8| steps.iter().map(|step| usize::from(of(step))).sum::<usize>();
    distance + sum(|step| step.up) - sum(|step| step.down)
}

/// The tokens of the hypothesis that a path of cost `limit` can be at within some places.
pub(super) fn band(first: usize, places: usize, tokens: usize, limit: usize) -> Range<usize> {
    first.saturating_sub(limit)..(first + places).saturating_add(limit).min(tokens)
}

/// A strip of the table after the hypothesis's last token.
#[derive(Debug)]
pub(super) struct AtEnd<const W: usize> {
    pub(super) places: Range<usize>,
    /// The distance before the first of the places.
    pub(super) above: usize,
    column: Column<W>,
}

impl<const W: usize> AtEnd<W> {
    /// The distance after so many of the places.
    fn below(&self, places: usize) -> usize {
        self.column.below(places, self.above)
    }

    /// The distances after each of the places.
    pub(super) fn distances(&self) -> impl Iterator<Item = usize> {
        let mut distance = self.above;
        (0..self.places.len()).map(move |place| {
            distance += usize::from(self.column.is_greater(place));
            distance -= usize::from(self.column.is_less(place));
            distance
        })
    }
}
