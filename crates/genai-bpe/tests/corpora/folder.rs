//! The corpora with gold values beside the repository, for those who have them.

use std::path::{Path, PathBuf};

/// The folder of public corpora that `GENAI_EVAL_CORPORA` names, or none and a word about it.
pub(crate) fn corpora() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GENAI_EVAL_CORPORA") else {
        println!("skipped: GENAI_EVAL_CORPORA is not set");
        return None;
    };
    // A relative path is one from the workspace's root; tests run in their crate's folder.
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("public"))
}
