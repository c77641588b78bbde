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
        [ContextKind::SuggestedValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand]
            .into_iter()
            .find_map(|kind| match error.get(kind)? {
                ContextValue::String(name) => Some(name.clone()),
                ContextValue::Strings(names) => names.first().cloned(),
                _ => None,
            });
    let hint = match suggestion {
        Some(name) => format!("hint: did you mean '{name}'?\n"),
        None => "hint: see --help\n".to_owned(),
    };
    (format!("{message}\n{hint}"), false)
}
