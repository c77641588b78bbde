//! What an edit distance says of two texts: which places belong together, and which are wrong.

/// One step of the way back through a table of distances between the words of a hypothesis and
/// those of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The words are equal.
    Keep,
    /// One word stands for the other.
    Substitute,
    /// The hypothesis has a word too many.
    Delete,
    /// The hypothesis lacks a word of the reference.
    Insert,
}

/// How a hypothesis and a reference lie beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// For each word of the reference, how many of the hypothesis come before what follows it: one
    /// past the place of the word that is aligned with it, or that the missing word comes after.
    after: Vec<u32>,
    hypothesis_errors: Vec<u32>,
    reference_errors: Vec<u32>,
}

impl Alignment {
    /// Follows the steps from the ends of both texts, of which `step` tells the one that leads to
    /// the cell after so many words of the hypothesis and so many of the reference.
    pub(super) fn trace(
        &mut self,
        hypothesis: usize,
        reference: usize,
        step: impl Fn(usize, usize) -> Step,
    ) {
        let Self { after, hypothesis_errors, reference_errors } = self;
        after.clear();
        after.resize(reference, 0);
        for (errors, length) in
            [(&mut *hypothesis_errors, hypothesis), (&mut *reference_errors, reference)]
        {
            errors.clear();
            errors.resize(length + 1, 0);
        }
        let (mut i, mut j) = (hypothesis, reference);
        let mut place = u32::try_from(hypothesis).unwrap_or(u32::MAX);
        while i > 0 || j > 0 {
            let step = match (i, j) {
                (0, _) => Step::Insert,
                (_, 0) => Step::Delete,
                _ => step(i, j),
            };
            if step != Step::Delete {
                after[j - 1] = place;
                reference_errors[j] = u32::from(step != Step::Keep);
                j -= 1;
            }
            if step != Step::Insert {
                hypothesis_errors[i] = u32::from(step != Step::Keep);
                i -= 1;
                place -= 1;
            }
        }
        for errors in [hypothesis_errors, reference_errors] {
            let mut sum = 0;
            for error in errors {
                sum += *error;
                *error = sum;
            }
        }
    }

    /// How many words of the hypothesis come before what follows that place of the reference.
    pub(super) fn after(&self, place: usize) -> usize {
        self.after[place] as usize
    }

    /// Whether any of `length` words of the hypothesis from there on is wrong.
    pub(super) fn hypothesis_is_wrong(&self, start: usize, length: usize) -> bool {
        is_wrong(&self.hypothesis_errors, start, length)
    }

    /// Whether any of `length` words of the reference from there on is not in its place.
    pub(super) fn reference_is_wrong(&self, start: usize, length: usize) -> bool {
        is_wrong(&self.reference_errors, start, length)
    }
}

fn is_wrong(errors: &[u32], start: usize, length: usize) -> bool {
    errors[start] != errors[(start + length).min(errors.len() - 1)]
}
