//! What raters say of items, read from a file, and how far they agree.

use std::collections::HashMap;

use anyhow::Result;
use genai_metrics::agreement::{Ratings, Scale, Undefined, Weights};

use super::arguments::{InputArguments, RaterArguments};
use super::resampling::{Statistic, draw};
use crate::messages::Messages;
use crate::read::{InputError, Row, Rows};
use crate::report::InputFile;
use crate::resampling::Resampling;

/// How far raters agree.
#[derive(Debug)]
pub(super) struct RaterAgreement {
    /// The file.
    pub(super) file: InputFile,
    /// The raters' names.
    pub(super) raters: Vec<String>,
    /// How many items there are.
    pub(super) items: usize,
    /// How many ratings.
    pub(super) ratings: usize,
    pub(super) scale: Scale,
    pub(super) alpha: Statistic,
    pub(super) fleiss: Statistic,
    pub(super) weights: Weights,
    /// The mean of the pairs that have one.
    pub(super) mean_kappa: Statistic,
    /// Pairs of raters who have rated an item both.
    pub(super) pairs: Vec<PairOfRaters>,
}

/// Cohen's kappa of two raters.
#[derive(Debug)]
pub(super) struct PairOfRaters {
    /// Who they are, by their places among all.
    pub(super) raters: [usize; 2],
    /// How many items both have rated.
    pub(super) items: usize,
    pub(super) kappa: Statistic,
}

/// The ratings of a file as they are written.
#[derive(Debug, Default)]
struct Written {
    raters: Vec<String>,
    /// For each item who rated it how.
    items: Vec<Vec<(usize, String)>>,
}

/// Reads the ratings and says how far raters agree.
///
/// # Errors
/// If the file is not as it should be, or a rating is no number where it has to be one.
pub(super) fn agreement(
    input: &InputArguments,
    wanted: &RaterArguments,
    resampling: Resampling,
    hashed: bool,
    messages: Messages,
) -> Result<RaterAgreement> {
    let (scale, weights) = (wanted.scale()?, wanted.weights());
    // Names may be words, but what has an order is a number.
    let numeric = scale != Scale::Nominal || weights != Weights::None;
    let (written, file) = match &wanted.item_field {
        Some(item) => read_long(input, wanted, item, numeric, hashed, messages)?,
        None => read_wide(input, wanted, numeric, hashed, messages)?,
    };
    let ratings = written.ratings()?;
    let all: Vec<[usize; 2]> = (0..written.raters.len())
        .flat_map(|one| (one + 1..written.raters.len()).map(move |other| [one, other]))
        .filter(|&[one, other]| ratings.rated_by_both(one, other) > 0)
        .collect();
    let values = |times: Option<&[u32]>| {
        let kappa = |&[one, other]: &[usize; 2]| ratings.cohen_kappa(one, other, weights, times);
        let kappas: Vec<Result<f64, Undefined>> = all.iter().map(kappa).collect();
        let mut values = vec![
            ratings.krippendorff_alpha(scale, times),
            ratings.fleiss_kappa(times),
            mean_of_defined(&kappas),
        ];
        values.extend(kappas);
        values
    };
    let drawn = draw(ratings.len(), resampling, &|times| {
        values(Some(times)).into_iter().map(Result::ok).collect()
    });
    let mut statistics = values(None)
        .into_iter()
        .enumerate()
        .map(|(at, value)| Statistic::new(value, drawn.get(at), resampling.level));
    let mut next = || {
        let none = || Statistic::new(Err(Undefined::NoPairs), None, resampling.level);
        statistics.next().unwrap_or_else(none)
    };
    let (alpha, fleiss, mean_kappa) = (next(), next(), next());
    let pairs = all.iter().map(|&[one, other]| PairOfRaters {
        raters: [one, other],
        items: ratings.rated_by_both(one, other),
        kappa: next(),
    });
    Ok(RaterAgreement {
        alpha,
        fleiss,
        mean_kappa,
        pairs: pairs.collect(),
        items: written.items.len(),
        ratings: written.items.iter().map(Vec::len).sum(),
        raters: written.raters,
        file,
        scale,
        weights,
    })
}

fn mean_of_defined(kappas: &[Result<f64, Undefined>]) -> Result<f64, Undefined> {
    let defined: Vec<f64> = kappas.iter().filter_map(|kappa| kappa.clone().ok()).collect();
    match kappas.iter().find_map(|kappa| kappa.clone().err()) {
        Some(undefined) if defined.is_empty() => Err(undefined),
        None if defined.is_empty() => Err(Undefined::NoPairs),
        _ => Ok(genai_metrics::resample::mean(&defined)),
    }
}

impl Written {
    /// As numbers, if all are, so that 3 and 3.0 are the same; else as words.
    fn ratings(&self) -> Result<Ratings, Undefined> {
        let number = |(rater, word): &(usize, String)| {
            let number = word.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some((*rater, number))
        };
        let item =
            |item: &Vec<(usize, String)>| item.iter().map(number).collect::<Option<Vec<_>>>();
        match self.items.iter().map(item).collect::<Option<Vec<_>>>() {
            Some(numbers) => Ratings::of_numbers(&numbers),
            None => Ratings::of_words(&self.items),
        }
    }
}

/// A rating as it is written, if there is one, and found to be a number if it has to be.
fn rating(row: &Row<'_>, at: usize, numeric: bool) -> Result<Option<String>, InputError> {
    if numeric {
        row.number(at)?;
    }
    row.label(at)
}

fn open(
    input: &InputArguments,
    fields: &[String],
    hashed: bool,
    messages: Messages,
) -> Result<Rows, InputError> {
    let rows = Rows::open(&input.data, input.row_format(), fields, hashed)?;
    if let Some(warning) = rows.warning() {
        messages.warn(&warning);
    }
    Ok(rows)
}

fn file_of(input: &InputArguments, rows: &Rows) -> InputFile {
    InputFile { path: input.data.clone(), sha256: rows.facts().sha256() }
}

/// A row an item, a field a rater.
fn read_wide(
    input: &InputArguments,
    wanted: &RaterArguments,
    numeric: bool,
    hashed: bool,
    messages: Messages,
) -> Result<(Written, InputFile), InputError> {
    let mut rows = open(input, &wanted.rater_fields, hashed, messages)?;
    let mut written = Written { raters: wanted.rater_fields.clone(), ..Written::default() };
    rows.visit(&mut |row| {
        let mut item = Vec::new();
        for rater in 0..wanted.rater_fields.len() {
            item.extend(rating(&row, rater, numeric)?.map(|rating| (rater, rating)));
        }
        written.items.push(item);
        Ok(())
    })?;
    Ok((written, file_of(input, &rows)))
}

/// A row a rating.
fn read_long(
    input: &InputArguments,
    wanted: &RaterArguments,
    item_field: &str,
    numeric: bool,
    hashed: bool,
    messages: Messages,
) -> Result<(Written, InputFile), InputError> {
    let mut fields = vec![item_field.to_owned()];
    fields.extend(wanted.rater_name_field.clone());
    fields.extend(input.human_field.clone());
    let mut rows = open(input, &fields, hashed, messages)?;
    let mut written = Written::default();
    let (mut items, mut raters) = (HashMap::new(), HashMap::new());
    // Where a rating stands, to name it if there is another one.
    let mut lines: HashMap<(usize, usize), u64> = HashMap::new();
    rows.visit(&mut |row| {
        let (item, rater) = (row.required_label(0)?, row.required_label(1)?);
        let next = items.len();
        let item_place = *items.entry(item.clone()).or_insert(next);
        written.items.resize_with(items.len(), Vec::new);
        let next = raters.len();
        let rater_place = *raters.entry(rater.clone()).or_insert_with(|| {
            written.raters.push(rater.clone());
            next
        });
        let Some(rating) = rating(&row, 2, numeric)? else { return Ok(()) };
        if let Some(before) = lines.insert((item_place, rater_place), row.line()) {
            return Err(row.wrong(format!(
                "'{rater}' has rated '{item}' in line {before} already, expected one rating"
            )));
        }
        written.items[item_place].push((rater_place, rating));
        Ok(())
    })?;
    Ok((written, file_of(input, &rows)))
}
