//! What is measured: one list, from which tables, JSON and help are made.

use genai_bpe::Tokenizer;
use genai_bpe::statistics::{Distribution, Statistics, gini, parity};

use super::super::table::Cell;

/// What was counted of one file, or of all.
pub(super) struct Counted<'a> {
    statistics: &'a Statistics,
    distribution: Distribution,
    vocabulary_size: usize,
    power: f64,
}

/// Something that is measured of a file.
pub(super) struct Measure {
    /// Its name in JSON and CSV.
    pub(super) key: &'static str,
    /// Its heading in tables for people; none if they don't show it.
    pub(super) heading: Option<&'static str>,
    about: &'static str,
    value: fn(&Counted<'_>) -> Cell,
}

fn count(count: u64) -> Cell {
    Cell::Count(Some(count))
}

/// The measures, in order of appearance.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        key: "lines",
        heading: Some("lines"),
        about: "",
        value: |c| count(c.statistics.texts),
    },
    Measure { key: "bytes", heading: None, about: "", value: |c| count(c.statistics.bytes) },
    Measure {
        key: "characters",
        heading: None,
        about: "",
        value: |c| count(c.statistics.characters),
    },
    Measure {
        key: "tokens",
        heading: Some("tokens"),
        about: "",
        value: |c| count(c.statistics.tokens),
    },
    Measure {
        key: "words_white_space",
        heading: None,
        about: "",
        value: |c| count(c.statistics.words_by_white_space.words),
    },
    Measure {
        key: "words_unicode",
        heading: None,
        about: "",
        value: |c| count(c.statistics.words_by_unicode.words),
    },
    Measure {
        key: "fertility_white_space",
        heading: Some("tok/word"),
        about: "fertility: all tokens for each word, words being what is between white space",
        value: |c| {
            let Statistics { tokens, words_by_white_space, .. } = c.statistics;
            Cell::Number(words_by_white_space.fertility(*tokens), 3)
        },
    },
    Measure {
        key: "fertility_unicode",
        heading: Some("tok/uax29"),
        about: "the same for words by UAX #29, which scripts without spaces have, too",
        value: |c| {
            let Statistics { tokens, words_by_unicode, .. } = c.statistics;
            Cell::Number(words_by_unicode.fertility(*tokens), 3)
        },
    },
    Measure {
        key: "whole_white_space",
        heading: Some("whole"),
        about: "share of words between white space that one token covers (STRR)",
        value: |c| Cell::Number(c.statistics.words_by_white_space.share_whole(), 3),
    },
    Measure {
        key: "whole_unicode",
        heading: None,
        about: "the same for words by UAX #29",
        value: |c| Cell::Number(c.statistics.words_by_unicode.share_whole(), 3),
    },
    Measure {
        key: "bytes_per_token",
        heading: Some("byte/tok"),
        about: "compression: bytes of UTF-8 for each token",
        value: |c| Cell::Number(c.statistics.bytes_per_token(), 3),
    },
    Measure {
        key: "characters_per_token",
        heading: Some("char/tok"),
        about: "characters for each token",
        value: |c| Cell::Number(c.statistics.characters_per_token(), 3),
    },
    Measure {
        key: "tokens_per_line",
        heading: Some("tok/line"),
        about: "mean sequence length (tokenization-scorer's seq_len is this with a minus)",
        value: |c| Cell::Number(c.statistics.tokens_per_text(), 2),
    },
    Measure {
        key: "longest_line",
        heading: None,
        about: "the most tokens of a line",
        value: |c| count(c.statistics.longest),
    },
    Measure {
        key: "renyi_efficiency",
        heading: Some("rényi"),
        about: "Rényi's entropy of the tokens as a share of the most that so many used types can \
                have; tokenization-scorer's `renyi` with `-e power=X`, which is 3 there, too",
        value: |c| Cell::Number(c.distribution.renyi_efficiency(c.power, None), 4),
    },
    Measure {
        key: "renyi_efficiency_vocabulary",
        heading: None,
        about: "the same as a share of the most that the whole vocabulary can have \
                (`-e vocab=` its size)",
        value: |c| {
            Cell::Number(c.distribution.renyi_efficiency(c.power, Some(c.vocabulary_size)), 4)
        },
    },
    Measure {
        key: "renyi_entropy",
        heading: None,
        about: "Rényi's entropy in bits",
        value: |c| Cell::Number(c.distribution.renyi_entropy(c.power), 4),
    },
    Measure {
        key: "shannon_efficiency",
        heading: None,
        about: "as renyi_efficiency, of Shannon's entropy",
        value: |c| Cell::Number(c.distribution.shannon_efficiency(None), 4),
    },
    Measure {
        key: "shannon_efficiency_vocabulary",
        heading: None,
        about: "as renyi_efficiency_vocabulary, of Shannon's entropy",
        value: |c| Cell::Number(c.distribution.shannon_efficiency(Some(c.vocabulary_size)), 4),
    },
    Measure {
        key: "shannon_entropy",
        heading: None,
        about: "Shannon's entropy in bits",
        value: |c| Cell::Number(c.distribution.shannon_entropy(), 4),
    },
    Measure {
        key: "percentile_frequency",
        heading: None,
        about: "share of tokens whose types rank from 3 % to 83 % (tokenization-scorer's default)",
        value: |c| Cell::Number(c.distribution.percentile_frequency(0.03, 0.83), 4),
    },
    Measure {
        key: "bits",
        heading: None,
        about: "tokens times log2 of the used types (with a minus in tokenization-scorer)",
        value: |c| Cell::Number(c.distribution.bits(), 1),
    },
    Measure {
        key: "types",
        heading: None,
        about: "distinct tokens used",
        value: |c| count(c.distribution.types() as u64),
    },
    Measure {
        key: "utilisation",
        heading: Some("used"),
        about: "share of the vocabulary that is used",
        value: |c| Cell::Number(c.statistics.utilisation(c.vocabulary_size), 4),
    },
    Measure {
        key: "unknown_rate",
        heading: Some("unknown"),
        about: "share of tokens that stand for what no token covers",
        value: |c| Cell::Number(c.statistics.unknown_rate(), 4),
    },
    Measure {
        key: "byte_fallback_rate",
        heading: Some("bytefb"),
        about: "share of tokens that are bytes in place of a character without a token",
        value: |c| Cell::Number(c.statistics.byte_fallback_rate(), 4),
    },
    Measure {
        key: "changed",
        heading: Some("changed"),
        about: "lines that decoding does not give back byte for byte; JSON names the first",
        value: |c| count(c.statistics.changed),
    },
];

/// What is measured of a file beside others.
pub(super) const RELATIONS: &[(&str, &str, &str)] = &[
    (
        "relative_length",
        "/first",
        "tokens of the file relative to those of the first tokenizer (normalised sequence length)",
    ),
    (
        "parity",
        "parity",
        "tokens relative to those of the first file, if all files have as many lines; of a \
         tokenizer, the maximum and the mean over the other files",
    ),
];

/// What is measured of all files together.
pub(super) const SUMMARIES: &[(&str, &str, &str)] = &[
    ("parity_max", "parity max", ""),
    ("parity_mean", "parity mean", ""),
    (
        "gini",
        "gini",
        "Gini's coefficient of the files' tokens, if all have as many lines: 0 if all languages \
         pay the same",
    ),
];

/// The help.
pub(super) fn explained() -> String {
    let of_files = MEASURES.iter().map(|measure| (measure.key, measure.heading, measure.about));
    let related = RELATIONS.iter().map(|&(key, heading, about)| (key, Some(heading), about));
    let summed = SUMMARIES.iter().map(|&(key, heading, about)| (key, Some(heading), about));
    let explained = of_files.chain(related).chain(summed).filter(|(.., about)| !about.is_empty());
    let lines: Vec<String> = explained
        .map(|(key, heading, about)| match heading.filter(|heading| *heading != key) {
            Some(heading) => format!("  {key} ({heading}): {about}"),
            None => format!("  {key}: {about}"),
        })
        .collect();
    format!(
        "Measures, all in JSON and CSV, those with a heading in text and Markdown:\n{}\n\n\
         Examples:\n  genai-eval bpe compare --vocab cl100k_base --vocab o200k_base en.txt de.txt zh.txt\n  \
         genai-eval bpe compare --vocab mine.json --vocab cl100k_base --power 2.5 corpus.txt --format csv\n  \
         genai-eval bpe compare --vocab a.json --vocab a.model --expect-equal corpus.txt",
        lines.join("\n")
    )
}

/// One file by one tokenizer, or all files.
pub(super) struct Measures {
    lines: u64,
    tokens: u64,
    /// In the order of [`MEASURES`], then of [`RELATIONS`].
    pub(super) values: Vec<Cell>,
    /// The first lines that decoding does not give back.
    pub(super) changed_lines: Vec<u64>,
}

/// All that a tokenizer was measured by.
pub(super) struct Measured {
    pub(super) family: &'static str,
    pub(super) vocabulary_size: usize,
    pub(super) files: Vec<Measures>,
    pub(super) all: Measures,
    /// In the order of [`SUMMARIES`].
    pub(super) summaries: Vec<Cell>,
    power: f64,
    total: Statistics,
}

impl Measured {
    pub(super) fn new(tokenizer: &Tokenizer, power: f64) -> Self {
        let all = Measures { lines: 0, tokens: 0, values: Vec::new(), changed_lines: Vec::new() };
        Self {
            family: tokenizer.family(),
            vocabulary_size: tokenizer.vocabulary_size(),
            files: Vec::new(),
            all,
            summaries: Vec::new(),
            power,
            total: Statistics::default(),
        }
    }

    pub(super) fn add_file(&mut self, statistics: &Statistics, changed_lines: Vec<u64>) {
        self.total.add(statistics);
        let measures = self.measures(statistics, changed_lines);
        self.files.push(measures);
    }

    fn measures(&self, statistics: &Statistics, changed_lines: Vec<u64>) -> Measures {
        let counted = Counted {
            statistics,
            distribution: statistics.distribution(),
            vocabulary_size: self.vocabulary_size,
            power: self.power,
        };
        Measures {
            lines: statistics.texts,
            tokens: statistics.tokens,
            values: MEASURES.iter().map(|measure| (measure.value)(&counted)).collect(),
            changed_lines,
        }
    }
}

/// Adds what is known only of all files and tokenizers together.
pub(super) fn relate(measured: &mut [Measured]) {
    let first: Vec<u64> =
        measured.iter().take(1).flat_map(|m| &m.files).map(|file| file.tokens).collect();
    let relative = |tokens: u64, first: u64| (first > 0).then(|| tokens as f64 / first as f64);
    for measured in measured {
        measured.all = measured.measures(&measured.total, Vec::new());
        let parallel = measured.files.iter().all(|file| file.lines == measured.files[0].lines);
        let tokens: Vec<u64> = measured.files.iter().map(|file| file.tokens).collect();
        let parities = if parallel { parity(&tokens) } else { vec![None; tokens.len()] };
        for ((file, first), parity) in measured.files.iter_mut().zip(&first).zip(&parities) {
            let length = relative(file.tokens, *first);
            file.values.extend([Cell::Number(length, 3), Cell::Number(*parity, 3)]);
        }
        let length = relative(measured.all.tokens, first.iter().sum());
        measured.all.values.extend([Cell::Number(length, 3), Cell::Number(None, 3)]);
        let others: Option<Vec<f64>> = parities.into_iter().skip(1).collect();
        let others = others.filter(|others| !others.is_empty());
        let largest = others.as_ref().and_then(|o| o.iter().copied().reduce(f64::max));
        let mean = others.as_ref().map(|o| o.iter().sum::<f64>() / o.len() as f64);
        let gini = others.and_then(|_| gini(&tokens));
        measured.summaries =
            [largest, mean, gini].map(|value| Cell::Number(value, 3)).into_iter().collect();
    }
}
