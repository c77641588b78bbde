//! chrF in the registry: what it can be asked for.

use super::stats::{HIGHEST_CHARACTER_ORDER, HIGHEST_WORD_ORDER};
use super::{Chrf, GREATEST_BETA};
use crate::metrics::{Entry, Variant};
use crate::options::{OptionKind, OptionSpec};
use crate::text::Tokenizer;

pub(in crate::metrics) const ENTRY: Entry = Entry {
    name: "chrf",
    summary: "F-score of character n-grams, and in chrF++ of words",
    reference: "sacreBLEU 2.6.0",
    about: "chrF (Popović 2015): the F-score of the precision and recall of character n-grams, which \
            needs no tokenizer. With --word-order 2 it is chrF++ (Popović 2017), which counts \
            n-grams of words beside them. Of several references the best one counts for each \
            segment. The numbers are sacreBLEU 2.6.0's, to the last bit. From 0 to 100, higher is \
            better.",
    lines: false,
    variants: &[Variant { name: "chrf++", options: &[("word-order", "2")] }],
    options: &[
        OptionSpec {
            name: "char-order",
            kind: OptionKind::Integer { min: 1, max: HIGHEST_CHARACTER_ORDER },
            default: Some("6"),
            help: "The highest order of character n-grams",
        },
        OptionSpec {
            name: "word-order",
            kind: OptionKind::Integer { min: 0, max: HIGHEST_WORD_ORDER },
            default: Some("0"),
            help: "The highest order of word n-grams; 2 is chrF++",
        },
        OptionSpec {
            name: "beta",
            kind: OptionKind::Number { min: 0.0, max: GREATEST_BETA },
            default: Some("2"),
            help: "How much more recall counts than precision",
        },
        Tokenizer::LOWERCASE,
        OptionSpec {
            name: "whitespace",
            kind: OptionKind::Flag,
            default: None,
            help: "Count white space as characters, also at the end of a line, which sacreBLEU's \
                   own command line cuts off",
        },
        OptionSpec {
            name: "eps-smoothing",
            kind: OptionKind::Flag,
            default: None,
            help: "Average the F-scores of all orders, as chrF++.py, NLTK and Moses do, instead of \
                   leaving out orders that one side has no n-grams of",
        },
    ],
    alignment: None,
    build: |options, _| {
        let default = Chrf::default();
        let order = |name, range, default| {
            options.integer(name, range).map(|order| order.map_or(default, |order| order as usize))
        };
        Ok(vec![Box::new(Chrf {
            char_order: order("char-order", 1..=HIGHEST_CHARACTER_ORDER, default.char_order)?,
            word_order: order("word-order", 0..=HIGHEST_WORD_ORDER, default.word_order)?,
            beta: options.number("beta", 0.0..=GREATEST_BETA)?.unwrap_or(default.beta),
            lowercase: options.flag(Tokenizer::LOWERCASE.name),
            whitespace: options.flag("whitespace"),
            eps_smoothing: options.flag("eps-smoothing"),
        })])
    },
};
