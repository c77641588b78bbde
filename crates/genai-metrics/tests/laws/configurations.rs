//! Every metric of the registry with everything that it can be asked for, and what the laws have to
//! know of it.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use genai_metrics::metrics::{Entry, METRICS};
use genai_metrics::text::Subwords;
use genai_metrics::{Level, OptionKind, OptionSpec, Options, Scorer};

/// The folder of our own fixtures, in which options find their folders.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

/// Tokenizers from files, by what the command line calls them.
static SUBWORDS: LazyLock<Vec<(String, Subwords)>> = LazyLock::new(|| {
    let load = |name: &str| {
        let (_, file) = name.split_once(':').unwrap();
        let file = fs::read(Path::new(FIXTURES).join(file)).unwrap();
        let tokenizer = genai_bpe::Tokenizer::from_bytes(&file).unwrap();
        (name.to_owned(), Subwords::of_files(tokenizer, [file.as_slice()]))
    };
    ["bpe:bpe/byte_level.json", "spm:bpe/spm_rules.model"].map(load).to_vec()
});

pub(crate) const LEVELS: [Level; 2] = [Level::Corpus, Level::Sentence];

/// Numbers that an option may well be given.
pub(crate) const NUMBERS: &[&str] = &["0", "0.25", "1", "2"];

/// Stands for the greatest number that an option takes.
const GREATEST: &str = "greatest";

/// Numbers that an option takes, but that nobody has a reason to give.
pub(crate) const EXTREME_NUMBERS: &[&str] = &["5e-324", "1e-300", GREATEST];

/// A metric of the registry with options.
pub(crate) struct Configuration {
    pub(crate) entry: &'static Entry,
    pub(crate) level: Level,
    pub(crate) options: Vec<(&'static str, String)>,
    pub(crate) scorer: Box<dyn Scorer>,
}

impl Configuration {
    /// Each member of the metric's family; none if it refuses these options together.
    pub(crate) fn build(
        entry: &'static Entry,
        level: Level,
        options: &[(&'static str, String)],
    ) -> Vec<Self> {
        let mut given = Options::default();
        for (name, value) in options {
            let spec = entry.options.iter().find(|option| option.name == *name).unwrap();
            let of_file = SUBWORDS.iter().find(|(known, _)| known == value);
            match spec.kind {
                OptionKind::Scheme(_) if of_file.is_some() => {
                    given.set_subwords(name, of_file.unwrap().1.clone());
                }
                OptionKind::Folder(files) => {
                    for file in files {
                        let path = Path::new(FIXTURES).join(value).join(file);
                        given.set_file(name, file, &fs::read_to_string(path).unwrap());
                    }
                }
                _ => given.set(name, value),
            }
        }
        let scorers = (entry.build)(&given, level).unwrap_or_default();
        let options = options.to_vec();
        scorers
            .into_iter()
            .map(|scorer| Self { entry, level, options: options.clone(), scorer })
            .collect()
    }

    pub(crate) fn has(&self, option: &str, value: &str) -> bool {
        self.options.iter().any(|(name, given)| *name == option && given == value)
    }

    /// Name and signature, by which scores may be compared.
    pub(crate) fn signature(&self) -> String {
        let spec = self.scorer.spec();
        format!("{}|{}", spec.name, spec.signature)
    }
}

impl std::fmt::Display for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:?}", self.entry.name, self.level, self.options)
    }
}

/// Values to try an option with.
pub(crate) fn values(option: &OptionSpec, numbers: &[&str]) -> Vec<String> {
    let owned = |values: &[&str]| values.iter().copied().map(str::to_owned).collect();
    match option.kind {
        OptionKind::Flag => owned(&["true"]),
        OptionKind::YesNo => owned(&["yes", "no"]),
        OptionKind::Choice(names) | OptionKind::Names(names) => owned(names),
        OptionKind::Scheme(names) => {
            let of_files = SUBWORDS.iter().map(|(name, _)| name.clone());
            owned(names).into_iter().chain(of_files).collect()
        }
        OptionKind::Folder(_) => owned(&["punkt"]),
        OptionKind::File => owned(&["the a\n", "mats mat\ncats cat\n"]),
        OptionKind::Text(_) => Vec::new(),
        OptionKind::Integer { min, max } => {
            let mut integers = vec![min, min.midpoint(max), max];
            integers.dedup();
            integers.iter().map(u32::to_string).collect()
        }
        OptionKind::Number { min, max } => {
            let number = |text: &&str| if *text == GREATEST { max } else { text.parse().unwrap() };
            let usable = numbers.iter().filter(|text| (min..=max).contains(&number(text)));
            usable
                .map(|&text| if text == GREATEST { max.to_string() } else { text.to_owned() })
                .collect()
        }
    }
}

/// An option and a value for it.
type Given = (&'static str, String);

/// Every value of some options of a metric.
pub(crate) fn settings(
    entry: &Entry,
    numbers: &[&str],
    wanted: impl Fn(&OptionSpec) -> bool,
) -> Vec<Given> {
    let of_option = |option: &OptionSpec| {
        let name = option.name;
        values(option, numbers).into_iter().map(move |value| (name, value)).collect::<Vec<_>>()
    };
    entry.options.iter().filter(|option| wanted(option)).flat_map(of_option).collect()
}

/// Every pair of a choice and another option's value: some options go with certain choices only.
pub(crate) fn pairs(entry: &Entry, numbers: &[&str]) -> Vec<[Given; 2]> {
    let choices = settings(entry, numbers, |option| {
        matches!(option.kind, OptionKind::Choice(_) | OptionKind::Scheme(_) | OptionKind::Names(_))
    });
    let all = settings(entry, numbers, |_| true);
    let mut pairs = Vec::new();
    for choice in &choices {
        let others = all.iter().filter(|other| other.0 != choice.0);
        pairs.extend(others.map(|other| [choice.clone(), other.clone()]));
    }
    pairs
}

/// So many pairs and no more are all tried with texts.
const MANY_PAIRS: usize = 600;

/// Every metric at both levels: as it is by default, with each value of each option, and with all
/// pairs of them, or, of a metric that has too many, with each value in the first company that
/// takes it, if it is refused alone.
pub(crate) fn configurations(numbers: &[&str]) -> Vec<Configuration> {
    let mut all = Vec::new();
    for entry in METRICS {
        let singles = settings(entry, numbers, |_| true);
        let pairs = pairs(entry, numbers);
        for level in LEVELS {
            let build = |options: &[Given]| Configuration::build(entry, level, options);
            all.extend(build(&[]));
            if pairs.len() <= MANY_PAIRS {
                all.extend(singles.iter().flat_map(|single| build(std::slice::from_ref(single))));
                all.extend(pairs.iter().flat_map(|pair| build(pair)));
                continue;
            }
            for single in &singles {
                let alone = std::iter::once(vec![single.clone()]);
                let with_one = singles.iter().map(|other| vec![other.clone(), single.clone()]);
                let with_two =
                    pairs.iter().map(|pair| [&pair[..], std::slice::from_ref(single)].concat());
                let of_others = |options: &Vec<Given>| {
                    options.iter().filter(|option| option.0 == single.0).count() == 1
                };
                let companies = alone.chain(with_one).chain(with_two).filter(of_others);
                all.extend(
                    companies
                        .map(|options| build(&options))
                        .find(|c| !c.is_empty())
                        .unwrap_or_default(),
                );
            }
        }
    }
    all
}

pub(crate) static CONFIGURATIONS: LazyLock<Vec<Configuration>> =
    LazyLock::new(|| configurations(NUMBERS));

/// What a metric takes its references for.
pub(crate) enum References {
    /// Order and repetition are nothing.
    Set,
    /// The best is taken: order and repetition change at most which of equally good ones it is.
    BestScore,
    /// Each counts.
    List,
}

impl Configuration {
    /// The value of an option that this metric has, as given or by default.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        let given =
            self.options.iter().find(|(given, _)| *given == name).map(|(_, value)| &**value);
        let spec = self.entry.options.iter().find(|option| option.name == name);
        given.or_else(|| spec?.default)
    }

    pub(crate) fn references(&self) -> References {
        match (self.entry.name, self.option("profile"), self.option("multi-ref")) {
            ("chrf", _, _) | ("rouge", Some("google"), None | Some("max-f")) => {
                References::BestScore
            }
            // TER's mean length has each one's in it.
            ("rouge" | "ter", _, _) => References::List,
            _ => References::Set,
        }
    }

    /// The highest n-gram order that it counts, or two tokens: shorter texts are not perfect.
    pub(crate) fn highest_order(&self) -> usize {
        let order = self.scorer.spec().name.strip_prefix("rouge").and_then(|n| n.parse().ok());
        let given = ["max-order", "char-order", "word-order"].map(|name| self.option(name));
        let given = given.into_iter().flatten().map(|order| order.parse().unwrap()).max();
        order.or(given).unwrap_or(2)
    }

    /// Whether equal texts are perfect: not where too little is left of them, nor for ROUGE-1.5.5's
    /// ROUGE-W, which weights the length of the reference twice.
    pub(crate) fn knows_perfection(&self) -> bool {
        let shortened = ["max-words", "max-bytes", "stop-words"].map(|name| self.option(name));
        let of_perl = self.option("profile") == Some("rouge155");
        shortened.iter().all(Option::is_none) && !(of_perl && self.scorer.spec().name == "rougeW")
    }
}
