//! What raters said of items.

use std::collections::BTreeMap;

use super::undefined::Undefined;

/// Ratings of items, not every one by every rater.
///
/// Each method takes `times`: how many times each item stands in a resample; `None` is once each.
///
/// ```
/// use genai_metrics::agreement::{Ratings, Scale, Weights};
/// // Each item's ratings, as (rater, rating): the second has one of the first rater only.
/// let items = vec![vec![(0, "good"), (1, "good")], vec![(0, "bad")], vec![(0, "bad"), (1, "good")],
///     vec![(0, "bad"), (1, "bad")]];
/// let ratings = Ratings::of_words(&items)?;
/// assert_eq!(ratings.krippendorff_alpha(Scale::Nominal, None)?, 4.0 / 9.0);
/// assert_eq!(ratings.cohen_kappa(0, 1, Weights::None, None)?, 0.4);
/// # Ok::<(), genai_metrics::agreement::Undefined>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ratings {
    /// For each item its raters, in order, and the place of each rating among the values.
    pub(super) items: Vec<Vec<(usize, usize)>>,
    /// How many different ratings there are.
    pub(super) values: usize,
    /// What they are, if they are numbers, in ascending order.
    pub(super) numbers: Option<Vec<f64>>,
}

impl Ratings {
    /// Takes the ratings of each item, as `(rater, rating)`.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] with the place of the rating, counted over all items,
    /// [`Undefined::RatedTwice`].
    pub fn of_numbers(items: &[Vec<(usize, f64)>]) -> Result<Self, Undefined> {
        let all = || items.iter().flatten().map(|(_, number)| *number);
        if let Some(index) = all().position(|number| !number.is_finite()) {
            return Err(Undefined::NotFinite { index });
        }
        // A zero with a sign is a zero.
        let mut numbers: Vec<f64> = all().map(|number| number + 0.0).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.dedup();
        let place = |number: &f64| numbers.partition_point(|known| known < number);
        let ratings = Self { items: placed(items, place)?, values: numbers.len(), numbers: None };
        Ok(Self { numbers: Some(numbers), ..ratings })
    }

    /// Takes the ratings of each item, as `(rater, word)`.
    ///
    /// # Errors
    /// [`Undefined::RatedTwice`].
    pub fn of_words<S: AsRef<str>>(items: &[Vec<(usize, S)>]) -> Result<Self, Undefined> {
        let words: BTreeMap<&str, usize> =
            items.iter().flatten().map(|(_, word)| (word.as_ref(), 0)).collect();
        let places: BTreeMap<&str, usize> = words.into_keys().zip(0..).collect();
        let place = |word: &S| places.get(word.as_ref()).copied().unwrap_or_default();
        Ok(Self { items: placed(items, place)?, values: places.len(), numbers: None })
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many items both raters have rated.
    pub fn rated_by_both(&self, one: usize, other: usize) -> usize {
        self.items
            .iter()
            .filter(|item| of(item, one).is_some() && of(item, other).is_some())
            .count()
    }

    /// The items with how many times each stands there.
    pub(super) fn drawn<'a>(
        &'a self,
        times: Option<&'a [u32]>,
    ) -> impl Iterator<Item = (&'a [(usize, usize)], u32)> {
        let times = move |item: usize| times.map_or(1, |times| times[item]);
        let items = self.items.iter().enumerate();
        items.map(move |(at, item)| (&item[..], times(at))).filter(|(_, times)| *times > 0)
    }
}

/// The place of a rater's rating, if there is one.
pub(super) fn of(item: &[(usize, usize)], rater: usize) -> Option<usize> {
    item.binary_search_by_key(&rater, |(rater, _)| *rater).ok().map(|at| item[at].1)
}

fn placed<T>(
    items: &[Vec<(usize, T)>],
    place: impl Fn(&T) -> usize,
) -> Result<Vec<Vec<(usize, usize)>>, Undefined> {
    let in_order = |(at, item): (usize, &Vec<(usize, T)>)| {
        let mut item: Vec<(usize, usize)> =
            item.iter().map(|(rater, rating)| (*rater, place(rating))).collect();
        item.sort_unstable();
        match item.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Undefined::RatedTwice { item: at, rater: pair[0].0 }),
            None => Ok(item),
        }
    };
    items.iter().enumerate().map(in_order).collect()
}
