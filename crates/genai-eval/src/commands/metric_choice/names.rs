//! The names by which metrics are asked for: `bleu`, `rougeL`, `chrf++`, `rouge.recall`.

use anyhow::{Result, bail};
use genai_metrics::metrics::{Entry, METRICS, TEXT_METRICS, Variant};
use genai_metrics::{OptionKind, OptionSpec};

use super::super::option_value::{one_of, plain};

/// The option that says which members of a family are computed.
pub(super) const TYPES: &str = "types";

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The metric or family.
    pub(super) entry: &'static Entry,
    /// The options that the name brings, if it does.
    pub(super) variant: Option<&'static Variant>,
    /// The member of the family; none for all of them.
    pub(super) member: Option<&'static str>,
    /// The number among the score's parts; none for the score.
    pub(super) part: Option<String>,
}

/// Every metric that can be asked for.
pub(super) fn entries() -> impl Iterator<Item = &'static Entry> {
    METRICS.iter().chain(TEXT_METRICS)
}

/// The option of that name, if the metric has it.
pub(super) fn option(entry: &Entry, name: &str) -> Option<&'static OptionSpec> {
    entry.options.iter().find(|option| option.name == name)
}

/// The members of a family by their names; none for a metric that is alone.
pub(super) fn members(entry: &Entry) -> &'static [&'static str] {
    match option(entry, TYPES) {
        Some(OptionSpec { kind: OptionKind::Names(names), .. }) => names,
        _ => &[],
    }
}

impl Asked {
    /// What a user's name stands for: an entry's comes before that of a member, so that `wer` is the
    /// family and `cer` its member.
    ///
    /// # Errors
    /// If no metric has that name.
    pub(super) fn of(name: &str) -> Result<Self> {
        let (whole, part) = match name.split_once('.') {
            Some((whole, part)) => (whole, Some(part.trim().to_owned())),
            None => (name, None),
        };
        let is_meant = |known: &str| plain(known) == plain(whole);
        let asked = |entry, variant, member| Self { entry, variant, member, part: part.clone() };
        let of_entry =
            || entries().find(|entry| is_meant(entry.name)).map(|entry| asked(entry, None, None));
        let of_variant = || {
            entries().find_map(|entry| {
                let variant = entry.variants.iter().find(|variant| is_meant(variant.name))?;
                Some(asked(entry, Some(variant), None))
            })
        };
        let of_member = || {
            entries().find_map(|entry| {
                let member = members(entry).iter().find(|member| is_meant(member))?;
                Some(asked(entry, None, Some(*member)))
            })
        };
        match of_entry().or_else(of_variant).or_else(of_member) {
            Some(found) => Ok(found),
            None => bail!("no metric is called '{whole}', expected {}", expected(whole)),
        }
    }
}

/// The name that was meant, or all that there are.
fn expected(given: &str) -> String {
    let names = || entries().map(|entry| entry.name);
    let others = entries().flat_map(|entry| {
        entry.variants.iter().map(|variant| variant.name).chain(members(entry).iter().copied())
    });
    match closest(given, names().chain(others)) {
        Some(name) => name.to_owned(),
        None => one_of(names()),
    }
}

/// The name that is so close to a word that it may have been meant.
pub(super) fn closest<'n>(
    given: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    /// What clap takes for close.
    const CLOSE: f64 = 0.7;
    let of_name = |name: &'n str| (strsim::jaro(&plain(given), &plain(name)), name);
    let close = names.into_iter().map(of_name).filter(|(closeness, _)| *closeness > CLOSE);
    close.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str) -> Result<String, String> {
        let asked = Asked::of(name).map_err(|error| error.to_string())?;
        let variant = asked.variant.map(|variant| variant.name);
        let mut meaning = vec![asked.entry.name];
        meaning.extend(variant.into_iter().chain(asked.member).chain(asked.part.as_deref()));
        Ok(meaning.join(" "))
    }

    #[test]
    fn names_are_found() {
        for (name, expected) in [
            ("bleu", "bleu"),
            ("BLEU", "bleu"),
            ("wer", "wer"),
            ("cer", "wer cer"),
            ("rougeL", "rouge rougeL"),
            ("ROUGE-L", "rouge rougeL"),
            ("rouge-lsum", "rouge rougeLsum"),
            ("rouge2", "rouge rouge2"),
            ("exact-match", "exact-match"),
            ("ExactMatch", "exact-match"),
            ("chrF++", "chrf chrf++"),
            ("chrf", "chrf"),
            ("rougeL.recall", "rouge rougeL recall"),
            ("rouge.recall", "rouge recall"),
            ("perplexity.bits_per_byte", "perplexity bits_per_byte"),
        ] {
            assert_eq!(meaning(name).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn other_names_are_errors() {
        for (name, expected) in [
            ("bluе", "no metric is called 'bluе', expected bleu"),
            ("rogue", "no metric is called 'rogue', expected rouge"),
            ("rouge10", "no metric is called 'rouge10', expected rouge1"),
            ("chrf+", "no metric is called 'chrf+', expected chrf++"),
        ] {
            assert_eq!(meaning(name).unwrap_err(), expected);
        }
        let all = meaning("q").unwrap_err();
        assert!(all.ends_with("expected bleu, chrf, ter, rouge, wer, exact-match, token-f1, edit-similarity or perplexity"), "{all}");
        assert!(meaning("").unwrap_err().starts_with("no metric is called ''"));
        assert!(meaning(".recall").is_err());
    }

    /// Each registry entry, variant and member is found by its own name, and by nothing else's.
    #[test]
    fn every_name_means_itself() {
        for entry in entries() {
            assert_eq!(Asked::of(entry.name).unwrap().entry.name, entry.name);
            for variant in entry.variants {
                assert_eq!(Asked::of(variant.name).unwrap().variant, Some(variant));
            }
            for member in members(entry).iter().filter(|member| **member != entry.name) {
                let asked = Asked::of(member).unwrap();
                assert_eq!((asked.entry.name, asked.member), (entry.name, Some(*member)));
            }
        }
    }
}
