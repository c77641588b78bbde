//! Gold values of the reference implementations: our own fixtures always, and the corpora beside
//! the repository where `GENAI_EVAL_CORPORA` names their folder.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say what they compared"
)]

mod agreement;
mod bleu;
mod bootstrap;
mod chrf;
mod edit_similarity;
mod files;
mod long_edits;
mod rouge;
mod significance;
mod squad;
mod stems;
mod ter;
mod wer;
