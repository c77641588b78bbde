//! What is said when the command line is not right.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// A usage error in one or two lines; help and versions as they are.
pub(crate) fn explain(error: &clap::Error) -> (String, bool) {
    let rendered = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return (rendered, true);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return (rendered, false);
    }
    let first: Vec<&str> = rendered.lines().take_while(|line| !line.is_empty()).collect();
    let message = first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let suggestion =
        [ContextKind::SuggestedValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    let first = || {
        suggestion.into_iter().find_map(|kind| match error.get(kind)? {
            ContextValue::String(name) => Some(name.clone()),
            ContextValue::Strings(names) => names.first().cloned(),
            _ => None,
        })
    };
    let hint = match spelled_otherwise(error).or_else(first) {
        Some(name) => format!("hint: did you mean '{name}'?\n"),
        None => "hint: see --help\n".to_owned(),
    };
    (format!("{message}\n{hint}"), false)
}

/// The value that was meant if only case, blanks and hyphens are otherwise: `rougeL` for `ROUGE-L`,
/// to which others may be closer by their letters.
fn spelled_otherwise(error: &clap::Error) -> Option<String> {
    let plain = |name: &str| name.replace(['-', '_', ' '], "").to_ascii_lowercase();
    match (error.get(ContextKind::InvalidValue)?, error.get(ContextKind::ValidValue)?) {
        (ContextValue::String(given), ContextValue::Strings(names)) => {
            names.iter().find(|name| plain(name) == plain(given)).cloned()
        }
        _ => None,
    }
}
