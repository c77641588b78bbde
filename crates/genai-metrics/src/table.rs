//! Rows of statistics, one a segment.

/// One row of statistics for each segment, in segment order, lying flat: what a resample draws
/// from and a shard hands on.
///
/// ```
/// use genai_metrics::Table;
/// let mut table = Table::new(2);
/// table.push(&[1.0, 4.0]);
/// table.push(&[2.0, 3.0]);
/// assert_eq!(table.sum(), [3.0, 7.0]);
/// assert_eq!(table.rows().nth(1), Some(&[2.0, 3.0][..]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    width: usize,
    rows: Vec<f64>,
}

impl Table {
    /// An empty table of rows of that width, which is at least 1.
    pub fn new(width: usize) -> Self {
        Self { width: width.max(1), rows: Vec::new() }
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If the row has another width.
    pub fn push(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.width, "the width of a row");
        self.rows.extend_from_slice(row);
    }

    /// Appends the rows of the segments that come next.
    ///
    /// # Panics
    /// If its rows have another width.
    pub fn append(&mut self, next: &Self) {
        assert_eq!(next.width, self.width, "the width of a row");
        self.rows.extend_from_slice(&next.rows);
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.rows.chunks_exact(self.width)
    }

    /// All numbers, row after row.
    pub(crate) fn cells(&self) -> &[f64] {
        &self.rows
    }

    /// The sums of the rows of each group, in the order of the groups: documents made of segments. Row by
    /// row `groups` names the group, from 0; as many rows as both have are taken.
    ///
    /// ```
    /// use genai_metrics::Table;
    /// let mut table = Table::new(1);
    /// [1.0, 2.0, 4.0].iter().for_each(|&number| table.push(&[number]));
    /// let documents = table.grouped(&[0, 1, 0]);
    /// assert_eq!(documents.rows().collect::<Vec<_>>(), [[5.0], [2.0]]);
    /// ```
    #[must_use]
    pub fn grouped(&self, groups: &[u32]) -> Self {
        let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
        let mut sums = Self { width: self.width, rows: vec![0.0; count * self.width] };
        for (row, &group) in self.rows().zip(groups) {
            let at = group as usize * self.width;
            add_row(&mut sums.rows[at..at + self.width], row);
        }
        sums
    }

    /// How many rows differ in these columns from those of a table with as many.
    ///
    /// ```
    /// use genai_metrics::Table;
    /// let (mut one, mut other) = (Table::new(2), Table::new(2));
    /// one.push(&[1.0, 2.0]);
    /// other.push(&[1.0, 3.0]);
    /// assert_eq!([one.differing(&other, 0..1), one.differing(&other, 0..2)], [0, 1]);
    /// ```
    pub fn differing(&self, other: &Self, columns: std::ops::Range<usize>) -> usize {
        let differs = |(one, other): &(&[f64], &[f64])| {
            one.get(columns.clone()) != other.get(columns.clone())
        };
        self.rows().zip(other.rows()).filter(differs).count()
    }

    /// The rows at these places.
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    pub fn chosen(&self, places: impl IntoIterator<Item = usize>) -> Self {
        let mut chosen = Self::new(self.width);
        places.into_iter().for_each(|place| {
            chosen.push(&self.rows[place * self.width..(place + 1) * self.width]);
        });
        chosen
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len() / self.width
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The sum of all rows.
    pub fn sum(&self) -> Vec<f64> {
        let mut sum = vec![0.0; self.width];
        self.rows().for_each(|row| add_row(&mut sum, row));
        sum
    }
}

/// Adds a row of statistics to a sum of them, column by column: the one place where rows are added.
///
/// Every column today is a count, so the sum is exact and free of order.
pub fn add_row(sum: &mut [f64], row: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += value;
    }
}
