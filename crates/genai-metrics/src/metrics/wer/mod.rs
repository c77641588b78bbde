//! The WER family: how many words or characters of a transcript are wrong.
//!
//! The numbers, and the alignments that they are counted on, are those of jiwer 4.0.

mod aligned;
mod rate;

pub use aligned::{AlignedPart, AlignedText};
pub use rate::{ErrorRate, ErrorRateReferences, ErrorRateStats, RateKind};

use crate::error::{Error, ErrorKind};
use crate::metric::Scorer;
use crate::metrics::Entry;
use crate::options::{OptionKind, OptionSpec, Options};
use crate::text::{Transcript, Unit};

pub(super) const ENTRY: Entry = Entry {
    name: "wer",
    summary: "errors among the words or characters of a transcript",
    reference: "jiwer 4.0.0",
    about: "The WER family: words (or characters) of the reference are hits (H), substitutions (S) \
            or deletions (D), those that the hypothesis has beyond them insertions (I), in an \
            alignment with the fewest errors.\n\n\
            WER  word error rate              (S + D + I) / (H + S + D), can exceed 1\n\
            CER  character error rate         the same over characters, spaces included\n\
            MER  match error rate             (S + D + I) / (H + S + D + I)\n\
            WIP  word information preserved   H / (H + S + D) * H / (H + S + I), higher is better\n\
            WIL  word information lost        1 - WIP\n\n\
            The numbers are jiwer 4.0's, to the last bit; where several alignments have the fewest \
            errors the counts are those of its alignment. A corpus's rates are those of its \
            segments' counts together. Texts are taken as they are, case and punctuation included: \
            --lowercase, --remove-punctuation and others normalise them, and are signed. Words are \
            what stands between spaces; a single tab or no-break space separates none, as in jiwer \
            (--collapse-spaces). If no reference has a word, WER is the number of insertions.\n\n\
            Of several references the one with the fewest errors counts, of equals the longest; \
            jiwer has one reference. Its transforms of contractions, single words, Kaldi's \
            non-words and regular expressions are not here: change the texts before.",
    lines: false,
    variants: &[],
    options: &[
        OptionSpec {
            name: "types",
            kind: OptionKind::Names(RateKind::NAMES),
            default: None,
            help: "Which rates to compute [default: all]",
        },
        OptionSpec {
            name: "unit",
            kind: OptionKind::Choice(Unit::NAMES),
            default: None,
            help: "What MER, WIL and WIP are over; WER is over words, CER over characters \
                   [default: word]",
        },
        Transcript::OPTIONS[0],
        Transcript::OPTIONS[1],
        Transcript::OPTIONS[2],
        Transcript::OPTIONS[3],
    ],
    alignment: Some(aligned_as),
    build: |options, _| build(options),
};

/// The rates that were asked for, and how texts are cut for those that have no unit of their own.
fn chosen(options: &Options) -> Result<(Vec<RateKind>, Transcript), Error> {
    let names = options.names("types", RateKind::NAMES)?;
    let names = names.as_deref().unwrap_or(RateKind::NAMES);
    let of_name = |name: &&str| RateKind::ALL.iter().copied().find(|kind| kind.name() == *name);
    let kinds: Vec<RateKind> = names.iter().filter_map(of_name).collect();
    let unit = match options.get("unit") {
        None => Unit::default(),
        Some(given) => Unit::named(given).ok_or_else(|| {
            let name = given.to_owned();
            Error::new(ErrorKind::UnknownName { what: "unit", name, expected: Unit::NAMES })
        })?,
    };
    Ok((kinds, Transcript { unit, ..Transcript::from_options(options) }))
}

fn build(options: &Options) -> Result<Vec<Box<dyn Scorer>>, Error> {
    let (kinds, transcript) = chosen(options)?;
    if options.is_given("unit") && kinds.iter().all(|kind| kind.unit().is_some()) {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "unit",
            expected: "mer, wil or wip among --types",
        }));
    }
    let rate = |kind| Box::new(ErrorRate { kind, transcript }) as _;
    Ok(kinds.into_iter().map(rate).collect())
}

/// By `--unit`, and by characters where CER is all that was asked for.
fn aligned_as(options: &Options) -> Result<Transcript, Error> {
    let (kinds, transcript) = chosen(options)?;
    let only_characters = kinds.iter().all(|kind| kind.unit() == Some(Unit::Character));
    let unit = if only_characters { Unit::Character } else { transcript.unit };
    Ok(Transcript { unit, ..transcript })
}
