//! Alignments for programs, with jiwer's names for its chunks.

use std::io::{self, Write};

use genai_metrics::kernel::{Edit, EditCounts};
use genai_metrics::metrics::{AlignedPart, AlignedText};
use genai_metrics::text::Unit;
use serde::Serialize;

use crate::read::json::Cell;

/// Which hypothesis it is; the body comes after it.
#[derive(Serialize)]
struct Head<'a> {
    system: &'a str,
    index: u64,
    id: Option<&'a Cell>,
}

#[derive(Serialize)]
struct Body<'a> {
    unit: &'static str,
    reference: &'a str,
    hypothesis: &'a str,
    hits: u64,
    substitutions: u64,
    deletions: u64,
    insertions: u64,
    chunks: Vec<Chunk<'a>>,
}

/// Consecutive words of which the same becomes.
#[derive(Serialize)]
struct Chunk<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    ref_start_idx: usize,
    ref_end_idx: usize,
    hyp_start_idx: usize,
    hyp_end_idx: usize,
    #[serde(rename = "ref")]
    reference: &'a [String],
    hyp: &'a [String],
}

/// The beginning of an object.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_head(
    system: &str,
    index: u64,
    id: Option<&Cell>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = serde_json::to_string(&Head { system, index, id })?;
    out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())
}

/// The rest of it.
pub(super) fn body(aligned: &AlignedText, unit: Unit, reference: &str, hypothesis: &str) -> String {
    let EditCounts { hits, substitutions, deletions, insertions } = aligned.counts();
    let chunk = |AlignedPart { edit, reference, hypothesis }| Chunk {
        kind: name(edit),
        ref_start_idx: reference.start,
        ref_end_idx: reference.end,
        hyp_start_idx: hypothesis.start,
        hyp_end_idx: hypothesis.end,
        reference: &aligned.reference()[reference],
        hyp: &aligned.hypothesis()[hypothesis],
    };
    let body = Body {
        unit: unit.name(),
        reference,
        hypothesis,
        hits,
        substitutions,
        deletions,
        insertions,
        chunks: aligned.parts().map(chunk).collect(),
    };
    // Strings and numbers can always be written.
    let json = serde_json::to_string(&body).unwrap_or_default();
    json.replacen('{', ",", 1)
}

/// As jiwer calls it.
fn name(edit: Edit) -> &'static str {
    match edit {
        Edit::Hit => "equal",
        Edit::Substitution => "substitute",
        Edit::Deletion => "delete",
        Edit::Insertion => "insert",
    }
}
