//! Fleiss' kappa.

use super::ratings::Ratings;
use super::undefined::Undefined;

impl Ratings {
    /// Fleiss' kappa: how far items' ratings agree beyond chance, where each item has the same
    /// number of ratings, not always by the same raters; 1 at most, 0 for ratings as if by chance.
    /// Items that nobody has rated are left out. As statsmodels' `fleiss_kappa`, counted in whole
    /// numbers.
    ///
    /// Fleiss 1971, *Measuring nominal scale agreement among many raters*.
    ///
    /// # Errors
    /// [`Undefined::UnequalRatings`], [`Undefined::NoPairs`], [`Undefined::Alike`].
    ///
    /// # Panics
    /// If `times` is shorter than there are items.
    ///
    /// ```
    /// use genai_metrics::agreement::Ratings;
    /// let items = [vec![(0, "yes"), (1, "yes")], vec![(0, "no"), (2, "no")], vec![(1, "no"), (2, "yes")]];
    /// assert_eq!(Ratings::of_words(&items)?.fleiss_kappa(None)?, 1.0 / 3.0);
    /// # Ok::<(), genai_metrics::agreement::Undefined>(())
    /// ```
    pub fn fleiss_kappa(&self, times: Option<&[u32]>) -> Result<f64, Undefined> {
        let rated = || self.drawn(times).filter(|(item, _)| !item.is_empty());
        let sizes = || rated().map(|(item, _)| item.len());
        let (fewest, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
        if fewest != most {
            return Err(Undefined::UnequalRatings { fewest, most });
        }
        if most < 2 {
            return Err(Undefined::NoPairs);
        }
        let mut counts = vec![0_u128; self.values];
        let (mut alike, mut all) = (0, 0);
        let mut places = Vec::new();
        for (item, times) in rated() {
            let times = u128::from(times);
            places.clear();
            places.extend(item.iter().map(|(_, value)| *value));
            places.sort_unstable();
            for run in places.chunk_by(|a, b| a == b) {
                let length = run.len() as u128;
                counts[run[0]] += times * length;
                alike += times * length * length;
            }
            all += times * item.len() as u128;
        }
        // Agreement P = (alike - all) / (all · others) and that by chance E = chance / all²: kappa is
        // (P - E) / (1 - E), here both times all² · others.
        let others = most as u128 - 1;
        let chance: u128 = counts.iter().map(|count| count * count).sum();
        let possible = (all * all - chance) * others;
        if possible == 0 {
            return Err(Undefined::Alike);
        }
        let found = ((alike - all) * all).cast_signed() - (chance * others).cast_signed();
        Ok(found as f64 / possible as f64)
    }
}
