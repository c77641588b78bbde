//! ROUGE: how much of a reference is in a hypothesis, and how much of the hypothesis is in the
//! reference.
//!
//! Lin 2004, *ROUGE: A Package for Automatic Evaluation of Summaries*. Two implementations are
//! reproduced: Google's `rouge_score` 0.1.2 to the bit ([`Rouge`]), and the original ROUGE-1.5.5 to
//! the five decimals that it prints ([`Rouge155`]). They differ in stemmer, rounding, what several
//! references mean, and what a corpus's score is.

mod google;
mod kind;
mod overlap;
mod rouge155;
mod stats;
mod word_lists;

pub use google::{MultiReference, Rouge, RougeReferences};
pub use kind::RougeType;
pub use rouge155::{LengthLimit, Rouge155, Rouge155References};
pub use stats::RougeStats;
pub use word_lists::{StemExceptions, StopWords};

use std::sync::Arc;

use self::google::GREATEST_BETA;
use self::kind::{WEIGHT, WEIGHTS};
use crate::bootstrap::Bootstrap;
use crate::error::{Error, ErrorKind};
use crate::metric::Scorer;
use crate::metrics::Entry;
use crate::options::{Level, OptionKind, OptionSpec, Options};
use crate::text::{Punkt, Scheme, SentenceSplit, Stemmer, Tokenizer};

/// The schemes for `--tokenize`: ROUGE's own first, and `none` by what it does.
const SCHEMES: &[(&str, Scheme)] = &[
    ("rouge", Scheme::Rouge),
    ("unicode", Scheme::Unicode),
    ("unicode-words", Scheme::Words),
    ("char", Scheme::Char),
    ("whitespace", Scheme::None),
    ("13a", Scheme::V13a),
    ("intl", Scheme::Intl),
    ("zh", Scheme::Zh),
];
const SCHEME_NAMES: &[&str] =
    &["rouge", "unicode", "unicode-words", "char", "whitespace", "13a", "intl", "zh"];

/// The seed that sacreBLEU's bootstrap has too.
const SEED: u32 = 12345;

const PROFILES: &[&str] = &["google", "rouge155"];

const MOST: u32 = 1 << 30;
const MOST_RESAMPLES: u32 = 1_000_000;

const PUNKT_MODEL: &str = "punkt-model";

const AGGREGATES: &[&str] = &["mean", "bootstrap"];

pub(super) const ENTRY: Entry = Entry {
    name: "rouge",
    summary: "overlap of n-grams or common subsequences with the reference",
    reference: "rouge_score 0.1.2 or ROUGE-1.5.5",
    about: "ROUGE (Lin 2004), from 0 to 1, higher is better. A type says which units two texts share \
            (hits): N-grams for ROUGE-1 to -9, each at most as often as either text has it; the \
            longest common subsequence of the whole texts for ROUGE-L; for ROUGE-Lsum the tokens of \
            each reference sentence that are in its longest common subsequence with any sentence of \
            the hypothesis; for ROUGE-W a subsequence in which runs of matches count more; for \
            ROUGE-S skip-bigrams, which are pairs of tokens in order with any or --skip others \
            between them, for -SU these and single tokens.\n\n\
            precision P = hits / units of the hypothesis\n\
            recall    R = hits / units of the reference\n\
            score     F = (1 + beta^2) P R / (R + beta^2 P)\n\n\
            --profile google gives the numbers of rouge_score 0.1.2, to the last bit; --profile \
            rouge155 those of the original ROUGE-1.5.5, to its five decimals: its stemmer, F of \
            rounded P and R, all references taken together, rougeL by lines, averages by its \
            bootstrap; in its ROUGE-W equal texts score below 1. ROUGE-W, -S and -SU are not in \
            rouge_score; under google they follow the paper.\n\n\
            The corpus's score is the mean over segments, and a mean of F-measures is not the \
            F-measure of the means: it can lie below both the mean precision and the mean recall. \
            With P 1, R 0.1 in one segment and P 0.1, R 1 in another, both means are 0.55, and F is \
            0.18 in both.\n\n\
            rouge_score sees a-z and 0-9 only. Texts in other scripts score 0, of which a warning \
            tells; --tokenize unicode-words, unicode or char reads them. In text files <n> stands for a newline \
            within a segment (--newline-mark), for ROUGE-Lsum and for ROUGE-1.5.5's lines.",
    lines: true,
    variants: &[],
    options: &[
        OptionSpec {
            name: "profile",
            kind: OptionKind::Choice(PROFILES),
            default: Some("google"),
            help: "Whose numbers: rouge_score 0.1.2's or ROUGE-1.5.5's",
        },
        OptionSpec {
            name: "types",
            kind: OptionKind::Names(RougeType::NAMES),
            default: None,
            help: "What to compare by; only that is computed [default: \
                   rouge1,rouge2,rougeL,rougeLsum; rouge155: rouge1,rouge2,rougeL]",
        },
        OptionSpec {
            name: "tokenize",
            kind: OptionKind::Scheme(SCHEME_NAMES),
            default: Some("rouge"),
            help: "How texts are cut, after lower-casing: rouge keeps runs of a-z and 0-9, unicode \
                   words and punctuation of every script (Chinese characters one by one), \
                   unicode-words the words alone, whitespace (none in `genai-eval list`) what \
                   stands between white space; others as listed there",
        },
        OptionSpec {
            name: "stem",
            kind: OptionKind::Choice(Stemmer::NAMES),
            default: Some("none"),
            help: "Reduce words of more than 3 letters to their stems: nltk is rouge_score's \
                   use_stemmer, rouge155 is -m",
        },
        OptionSpec {
            name: "sentence-split",
            kind: OptionKind::Choice(SentenceSplit::NAMES),
            default: None,
            help: "Where sentences end, for rougeLsum: at newlines, or found in the text; punkt is \
                   rouge_score's split_summaries [default: newline]",
        },
        OptionSpec {
            name: PUNKT_MODEL,
            kind: OptionKind::Folder(&Punkt::FILES),
            default: None,
            help: "For --sentence-split punkt, a folder of NLTK's punkt_tab, such as \
                   nltk_data/tokenizers/punkt_tab/english",
        },
        OptionSpec {
            name: "multi-ref",
            kind: OptionKind::Choice(MultiReference::NAMES),
            default: None,
            help: "What several references mean: the one with the best F-measure or recall, the \
                   mean, or all taken together; ROUGE-1.5.5's -f A is micro, -f B is max-r \
                   [default: max-f; rouge155: micro]",
        },
        OptionSpec {
            name: "beta",
            kind: OptionKind::Number { min: 0.0, max: GREATEST_BETA },
            default: None,
            help: "How much more recall counts in the F-measure than precision [default: 1, equally]",
        },
        OptionSpec {
            name: "weight",
            kind: OptionKind::Number { min: *WEIGHTS.start(), max: *WEIGHTS.end() },
            default: None,
            help: "For rougeW: a run of k matches counts k^X, X from 0.5 to 10 [default: 1.2]",
        },
        OptionSpec {
            name: "skip",
            kind: OptionKind::Integer { min: 0, max: MOST },
            default: None,
            help: "For rougeS and rougeSU, how many tokens a pair may skip [default: any number]",
        },
        OptionSpec {
            name: "aggregate",
            kind: OptionKind::Choice(AGGREGATES),
            default: None,
            help: "The corpus's score: the mean over segments, or that of a bootstrap with an \
                   interval about it, as the profile's tool draws and computes it: the median \
                   (rouge_score) or the mean (ROUGE-1.5.5) of resampled means [default: mean; \
                   rouge155: bootstrap]",
        },
        OptionSpec {
            name: "resamples",
            kind: OptionKind::Integer { min: 1, max: MOST_RESAMPLES },
            default: None,
            help: "With --aggregate bootstrap, how many resamples are drawn [default: 1000]",
        },
        OptionSpec {
            name: "level",
            kind: OptionKind::Number { min: 0.0, max: 1.0 },
            default: None,
            help: "With --aggregate bootstrap, how much of them the interval holds [default: 0.95]",
        },
        OptionSpec {
            name: "seed",
            kind: OptionKind::Integer { min: 0, max: u32::MAX },
            default: None,
            help: "With --aggregate bootstrap, where numpy's random numbers start; each type draws \
                   where the one before it in --types stopped, as in rouge_score [default: 12345]",
        },
        OptionSpec {
            name: "alpha",
            kind: OptionKind::Number { min: 0.0, max: 1.0 },
            default: None,
            help: "rouge155: the weight of precision in the F-measure (-p) [default: 0.5]",
        },
        OptionSpec {
            name: "max-words",
            kind: OptionKind::Integer { min: 1, max: MOST },
            default: None,
            help: "rouge155: only the first N words of each text count (-l)",
        },
        OptionSpec {
            name: "max-bytes",
            kind: OptionKind::Integer { min: 1, max: MOST },
            default: None,
            help: "rouge155: only the first N bytes of each text count (-b)",
        },
        OptionSpec {
            name: "stop-words",
            kind: OptionKind::File,
            default: None,
            help: "rouge155: leave out the words in FILE, one a line (-s)",
        },
        OptionSpec {
            name: "exceptions",
            kind: OptionKind::File,
            default: None,
            help: "rouge155: with --stem, irregular forms in FILE, a form and its base a line",
        },
    ],
    alignment: None,
    build: |options, level| match options.get("profile").unwrap_or(PROFILES[0]) {
        "google" => google(options, level),
        "rouge155" => rouge155(options, level),
        unknown => Err(Error::new(ErrorKind::UnknownName {
            what: "profile",
            name: unknown.to_owned(),
            expected: PROFILES,
        })),
    },
};

fn google(options: &Options, level: Level) -> Result<Vec<Box<dyn Scorer>>, Error> {
    const EXPECTED: &str = "--profile rouge155 beside it";
    refuse(options, &["alpha", "max-words", "max-bytes", "stop-words", "exceptions"], EXPECTED)?;
    let kinds = kinds(options, &["rouge1", "rouge2", "rougeL", "rougeLsum"])?;
    let of_name =
        |name: &str| SCHEMES.iter().find(|(known, _)| *known == name).map(|(_, s)| s.clone());
    let scheme = options.scheme("tokenize", SCHEME_NAMES, of_name)?.unwrap_or(Scheme::Rouge);
    let split = sentence_split(options)?;
    let by_sentences = kinds.contains(&RougeType::Lsum) || scheme != Scheme::Rouge;
    if split.is_some() && !by_sentences {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "sentence-split",
            expected: "rougeLsum among --types",
        }));
    }
    let stemmer = stemmer(options)?;
    if let (Scheme::Subwords(_), true) = (&scheme, stemmer != Stemmer::None) {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "stem",
            expected: "a --tokenize that leaves words whole",
        }));
    }
    let tokenizer = Tokenizer {
        scheme,
        lowercase: true,
        stemmer,
        // ROUGE's own scheme cuts a text as it cuts its sentences, so all types share one cut.
        sentences: if by_sentences {
            split.unwrap_or(SentenceSplit::Newline)
        } else {
            SentenceSplit::Whole
        },
    };
    let multi_reference = named(options, "multi-ref", MultiReference::NAMES)?
        .and_then(|name| MultiReference::ALL.iter().find(|rule| rule.name() == name))
        .copied()
        .unwrap_or_default();
    let beta = options.number("beta", 0.0..=GREATEST_BETA)?.unwrap_or(1.0);
    // A single segment has nothing to resample.
    let resampling = resampling(options, false)?.filter(|_| level == Level::Corpus);
    // rouge_score draws for each type where it stopped for the one before.
    let bootstrap = |earlier| {
        resampling.map(|(resamples, confidence, seed)| Bootstrap::RougeScore {
            resamples,
            confidence,
            seed: seed.unwrap_or(SEED),
            earlier,
        })
    };
    let metric = |(kind, earlier)| Rouge {
        kind,
        tokenizer: tokenizer.clone(),
        multi_reference,
        beta,
        bootstrap: bootstrap(earlier),
    };
    Ok(kinds.into_iter().zip(0..).map(|kind| Box::new(metric(kind)) as _).collect())
}

fn rouge155(options: &Options, level: Level) -> Result<Vec<Box<dyn Scorer>>, Error> {
    const EXPECTED: &str = "--profile google beside it";
    refuse(options, &["beta", "sentence-split", PUNKT_MODEL], EXPECTED)?;
    if options.is_given("tokenize") && options.get("tokenize") != Some("rouge") {
        return Err(Error::new(ErrorKind::NoEffect { option: "tokenize", expected: EXPECTED }));
    }
    let kinds = kinds(options, &["rouge1", "rouge2", "rougeL"])?;
    if kinds.contains(&RougeType::Lsum) {
        return Err(Error::new(ErrorKind::BadValue {
            option: "types",
            value: "rougeLsum".to_owned(),
            expected: "rougeL: ROUGE-1.5.5's takes lines as sentences, as rougeLsum does"
                .to_owned(),
        }));
    }
    let words = options.integer("max-words", 1..=MOST)?;
    let bytes = options.integer("max-bytes", 1..=MOST)?;
    let limit = match (words, bytes) {
        (None, None) => LengthLimit::None,
        (Some(words), None) => LengthLimit::Words(words),
        (None, Some(bytes)) => LengthLimit::Bytes(bytes),
        (Some(_), Some(_)) => {
            return Err(Error::new(ErrorKind::Exclusive { one: "max-words", other: "max-bytes" }));
        }
    };
    let multi_reference = match named(options, "multi-ref", MultiReference::NAMES)? {
        None | Some("micro") => MultiReference::Micro,
        Some("max-r") => MultiReference::BestRecall,
        Some(other) => {
            return Err(Error::new(ErrorKind::BadValue {
                option: "multi-ref",
                value: other.to_owned(),
                expected: "micro (-f A) or max-r (-f B) with --profile rouge155".to_owned(),
            }));
        }
    };
    let stemmer = stemmer(options)?;
    let exceptions = options.get("exceptions").map(StemExceptions::parse).transpose()?;
    if exceptions.is_some() && stemmer == Stemmer::None {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "exceptions",
            expected: "--stem rouge155 beside it",
        }));
    }
    let stop_words = options.get("stop-words").map(StopWords::parse);
    let alpha = options.number("alpha", 0.0..=1.0)?.unwrap_or(0.5);
    refuse(options, &["seed"], "none: ROUGE-1.5.5's random numbers are always the same")?;
    let resampling = resampling(options, true)?.filter(|_| level == Level::Corpus);
    let bootstrap = resampling.map(|(resamples, level, _)| {
        // 57 % is 57, though 0.57 * 100 comes to a little less.
        let percent = (level * 1e11).round() / 1e9;
        Bootstrap::Rouge155 { resamples, percent }
    });
    let metric = |kind| Rouge155 {
        kind,
        stemmer,
        exceptions: exceptions.clone(),
        stop_words: stop_words.clone(),
        limit,
        multi_reference,
        alpha,
        bootstrap,
    };
    Ok(kinds.into_iter().map(|kind| Box::new(metric(kind)) as _).collect())
}

/// The types that were asked for, with the options that some of them take.
fn kinds(options: &Options, default: &[&str]) -> Result<Vec<RougeType>, Error> {
    let weight = options.number("weight", WEIGHTS)?;
    let skip = options.integer("skip", 0..=MOST)?;
    let names = options.names("types", RougeType::NAMES)?;
    let names = names.as_deref().unwrap_or(default);
    let weight_or_default = weight.unwrap_or(WEIGHT);
    let kinds: Vec<RougeType> =
        names.iter().filter_map(|name| RougeType::named(name, weight_or_default, skip)).collect();
    let any = |is: fn(&RougeType) -> bool| kinds.iter().any(is);
    if weight.is_some() && !any(|kind| matches!(kind, RougeType::W { .. })) {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "weight",
            expected: "rougeW among --types",
        }));
    }
    if skip.is_some() && !any(|kind| matches!(kind, RougeType::S { .. } | RougeType::Su { .. })) {
        return Err(Error::new(ErrorKind::NoEffect {
            option: "skip",
            expected: "rougeS or rougeSU among --types",
        }));
    }
    Ok(kinds)
}

/// Resamples, level and seed, if a bootstrap is wanted.
fn resampling(options: &Options, default: bool) -> Result<Option<(u32, f64, Option<u32>)>, Error> {
    let aggregate = named(options, "aggregate", AGGREGATES)?;
    if !aggregate.map_or(default, |name| name == "bootstrap") {
        refuse(options, &["resamples", "level", "seed"], "--aggregate bootstrap beside it")?;
        return Ok(None);
    }
    let resamples = options.integer("resamples", 1..=MOST_RESAMPLES)?.unwrap_or(1000);
    let level = options.number("level", 0.0..=1.0)?.unwrap_or(0.95);
    Ok(Some((resamples, level, options.integer("seed", 0..=u32::MAX)?)))
}

/// Where sentences end, if that was given.
fn sentence_split(options: &Options) -> Result<Option<SentenceSplit>, Error> {
    let name = options.get("sentence-split");
    let given = options.file(PUNKT_MODEL, Punkt::FILES[0]).is_some();
    if given && name != Some("punkt") {
        return Err(Error::new(ErrorKind::NoEffect {
            option: PUNKT_MODEL,
            expected: "--sentence-split punkt beside it",
        }));
    }
    let file =
        |name| Ok::<_, Error>(options.file(PUNKT_MODEL, name).unwrap_or_default().to_owned());
    let model = if given { Some(Arc::new(Punkt::load(file)?)) } else { None };
    name.map(|name| SentenceSplit::named(name, model)).transpose()
}

fn stemmer(options: &Options) -> Result<Stemmer, Error> {
    options.get("stem").map_or(Ok(Stemmer::None), str::parse)
}

/// An option's value as one name of a list.
fn named(
    options: &Options,
    option: &'static str,
    known: &'static [&'static str],
) -> Result<Option<&'static str>, Error> {
    let Some(given) = options.get(option) else { return Ok(None) };
    match known.iter().find(|name| **name == given) {
        Some(name) => Ok(Some(*name)),
        None => Err(Error::new(ErrorKind::UnknownName {
            what: option,
            name: given.to_owned(),
            expected: known,
        })),
    }
}

/// The error for the first of these options that was given.
fn refuse(options: &Options, names: &[&'static str], expected: &'static str) -> Result<(), Error> {
    match names.iter().find(|name| options.is_given(name)) {
        Some(option) => Err(Error::new(ErrorKind::NoEffect { option, expected })),
        None => Ok(()),
    }
}
