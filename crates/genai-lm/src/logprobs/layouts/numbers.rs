//! Numbers and nothing else: a JSON list, or numbers with spaces, commas or newlines between them.

use genai_metrics::TokenClass;

use super::super::fault::{Fault, Result};
use super::super::json::{Cursor, Kind};
use super::super::layout::Layout;
use super::super::tokens::Draft;
use super::{Entry, FIRST, Reading, SENTINEL};

pub(super) const ENTRY: Entry = Entry {
    layout: Layout::Numbers,
    name: "numbers",
    title: "lists of numbers",
    expected: "at least one logarithm of a probability",
    conventions: &[
        "a line of several numbers is a text; of a file with one number a line, the lines up to a blank one are",
        FIRST,
        SENTINEL,
    ],
    has_parts: false,
    has_choices: false,
    has_base: true,
    has_sentinels: true,
    // Such a record need not be JSON: it is recognised before keys are looked for.
    recognises: super::super::outline::Outline::is_list_of_numbers,
    read,
};

fn read(cursor: &mut Cursor<'_>, reading: &Reading<'_>, draft: &mut Draft) -> Result<()> {
    let tokens = &mut draft.generated;
    tokens.lacks_bytes();
    if let Ok(Kind::List) = cursor.kind() {
        return cursor.elements(|cursor, _| {
            let log_prob = reading.scale.log_prob(cursor)?;
            tokens.push(log_prob, 0, TokenClass::Text)
        });
    }
    let words = cursor
        .rest()
        .split(|between: char| between.is_ascii_whitespace() || between == ',' || between == ';');
    for (index, word) in words.filter(|word| !word.is_empty()).enumerate() {
        let log_prob = match word {
            "null" | "None" => Ok(None),
            word => reading.scale.of_text(word).map(Some),
        };
        let log_prob = log_prob.map_err(|fault: Fault| fault.in_index(index))?;
        tokens.push(log_prob, 0, TokenClass::Text).map_err(|fault| fault.in_index(index))?;
    }
    Ok(())
}

/// Whether a record is numbers without brackets.
pub(in super::super) fn are_words(record: &str) -> bool {
    let first = record.trim_ascii_start();
    first.starts_with(|first: char| {
        first.is_ascii_digit() || matches!(first, '-' | '+' | '.' | 'n' | 'N' | 'i' | 'I')
    })
}
