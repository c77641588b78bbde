//! What names and options on a command line and in tables come to.

use std::sync::Arc;

use clap::Command;
use genai_lm::logprobs::{Layout, Records, Rules};
use genai_metrics::metrics::METRICS;
use genai_metrics::{LanguageModel, OptionKind, Perplexity};

use super::*;

const QUIET: Messages = Messages { quiet: true };

fn from_line(line: &str) -> Result<Choice, String> {
    let command = Command::new("x").args(arguments());
    let matches = command.try_get_matches_from(format!("x {line}").split_whitespace());
    let matches = matches.map_err(|error| error.to_string())?;
    from_matches(&matches, true, QUIET, None).map_err(|error| format!("{error:#}"))
}

type Tables = BTreeMap<String, BTreeMap<String, OptionValue>>;

fn table(name: &str, values: &[(&str, OptionValue)]) -> Tables {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    BTreeMap::from([(name.to_owned(), values.collect())])
}

fn from_names(names: &str, tables: &Tables) -> Result<Choice, String> {
    let names: Vec<String> = names.split(',').map(str::to_owned).collect();
    from_tables(&names, tables, true, QUIET, None).map_err(|error| format!("{error:#}"))
}

fn text(text: &str) -> OptionValue {
    OptionValue::Text(text.to_owned())
}

/// Each metric and its signature.
fn signatures(choice: &Choice) -> Vec<String> {
    let signed = |metric: &Chosen| {
        let spec = metric.corpus.spec();
        format!("{} {}", spec.name, spec.signature)
    };
    choice.metrics.iter().map(signed).collect()
}

fn names_of(choice: &Choice) -> String {
    choice.measures.iter().map(|measure| measure.name.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_become_metrics_and_measures() {
    let wer = "wer mer wil wip cer";
    let all: Vec<&str> = wer.split(' ').collect();
    for (names, metrics, measures) in [
        ("bleu", "bleu", "bleu"),
        ("chrf,bleu,chrf", "chrf bleu", "chrf bleu"),
        ("rouge1,rougeL,bleu", "rouge1 rougeL bleu", "rouge1 rougeL bleu"),
        // A family lies together, where it was first asked for.
        ("ROUGE-L,bleu,rouge1", "rougeL rouge1 bleu", "rougeL bleu rouge1"),
        ("rouge2.recall,bleu.bp,rouge-2", "rouge2 bleu", "rouge2.recall bleu.bp rouge2"),
        ("rouge", "rouge1 rouge2 rougeL rougeLsum", "rouge1 rouge2 rougeL rougeLsum"),
        (
            "rougeW,rouge --weight 2",
            "rouge1 rouge2 rougeL rougeLsum rougeW",
            "rougeW rouge1 rouge2 rougeL rougeLsum",
        ),
        ("rouge --types rougeL,rouge-1", "rougeL rouge1", "rougeL rouge1"),
        ("rouge,rougeLsum --types rougeL", "rougeL rougeLsum", "rougeL rougeLsum"),
        ("cer,ter", "cer ter", "cer ter"),
        ("chrf++,chrF", "chrf chrf", "chrf++ chrf"),
    ] {
        let choice = from_line(&format!("-m {names}")).unwrap();
        let specs: Vec<&str> = choice.metrics.iter().map(|m| m.corpus.spec().name).collect();
        assert_eq!((specs.join(" "), names_of(&choice)), (metrics.to_owned(), measures.to_owned()));
        for measure in &choice.measures {
            let (whole, _) = measure.name.split_once('.').unwrap_or((&measure.name, ""));
            assert_eq!(choice.metrics[measure.metric].corpus.spec().name, whole.replace('+', ""));
        }
    }
    let choice = from_line("-m wer").unwrap();
    let mut names: Vec<&str> = choice.measures.iter().map(|m| m.name.as_str()).collect();
    names.sort_unstable();
    let mut expected = all;
    expected.sort_unstable();
    assert_eq!(names, expected);
}

/// A name finds the number that it asked for, whichever way it was written.
#[test]
fn names_find_their_measures() {
    let choice =
        from_line("-m bleu,rouge,wer,rouge.recall,chrf++ --types rouge=rouge1,rougeL").unwrap();
    let named = |name| -> Vec<&str> {
        choice.named(name).into_iter().map(|measure| measure.name.as_str()).collect()
    };
    for (name, expected) in [
        ("BLEU", &["bleu"][..]),
        ("rouge", &["rouge1", "rougeL"]),
        ("rouge-l", &["rougeL"]),
        ("rouge.recall", &["rouge1.recall", "rougeL.recall"]),
        // The family's first name is also that of a member.
        ("wer", &["wer"]),
        ("chrF++", &["chrf++"]),
        ("chrf", &[]),
        ("rouge2", &[]),
        ("bleu.bp", &[]),
        ("nonsense", &[]),
    ] {
        assert_eq!(named(name), expected, "{name}");
    }
}

#[test]
fn options_go_to_those_that_have_them() {
    for (line, expected) in [
        ("-m bleu,chrf --tokenize zh", "tok:zh|smooth:exp; case:mixed"),
        ("-m bleu,chrf --lowercase", "case:lc|eff:no; case:lc"),
        ("-m bleu,chrf --lowercase=bleu", "case:lc|eff:no; case:mixed"),
        ("-m chrf,bleu --lowercase=BLEU --lowercase=chrf", "case:lc; case:lc"),
        ("-m bleu,rouge1 --tokenize char", "tok:char; tok:char"),
        ("-m bleu,rouge1 --tokenize bleu=zh --tokenize rouge=char", "tok:zh; tok:char"),
        ("-m bleu,rouge1 --tokenize rouge=rouge --tokenize 13a", "tok:13a; tok:rouge"),
        ("-m bleu,rouge1 --tokenize zh --tokenize char", "tok:char; tok:char"),
        ("-m bleu --effective-order", "eff:yes"),
        ("-m bleu --effective-order --max-order 2", "eff:yes"),
        ("-m bleu --effective-order bleu=no", "eff:no"),
        ("-m chrf++", "nw:2"),
        ("-m chrf++ --word-order 2", "nw:2"),
        ("-m exact-match,token-f1 --squad 1", "squad:1; squad:1"),
    ] {
        let signatures = signatures(&from_line(line).unwrap());
        let expected: Vec<&str> = expected.split("; ").collect();
        assert_eq!(signatures.len(), expected.len(), "{line}");
        for (signature, part) in signatures.iter().zip(expected) {
            assert!(signature.contains(part), "{line}: {signature} lacks {part}");
        }
    }
}

#[test]
fn what_cannot_be_chosen_is_said() {
    for (line, expected) in [
        ("-m rogue", "no metric is called 'rogue', expected rouge"),
        (
            "-m chrf --smooth exp",
            "no metric that is asked for has --smooth, expected bleu among them",
        ),
        ("-m bleu,chrf --smooth chrf=exp", "chrf has no --smooth, expected bleu"),
        ("-m bleu,ter --lowercase=ter", "ter has no --lowercase, expected bleu"),
        ("-m bleu --lowercase=chrf", "--lowercase is given for 'chrf', expected bleu"),
        ("-m bleu --lowercase=true", "--lowercase is given for 'true', expected bleu"),
        ("-m bleu --tokenize ter=zh", "--tokenize is given for 'ter', expected bleu"),
        (
            "-m bleu,rougeL --tokenize rougeL=char",
            "--tokenize is given for 'rougeL', expected rouge",
        ),
        (
            "-m bleu --max-order 12",
            "bleu takes no --max-order '12', expected a whole number from 1 to 9",
        ),
        (
            "-m wer,edit-similarity --unit letter",
            "wer takes no --unit 'letter', expected word or char; --unit METRIC=letter is for one \
             metric alone",
        ),
        (
            "-m bleu,rouge,cer --types rougeL,cer",
            "rouge takes no --types 'rougeL,cer', expected some of rouge1, rouge2, rouge3, rouge4, \
             rouge5, rouge6, rouge7, rouge8, rouge9, rougeL, rougeLsum, rougeW, rougeS, rougeSU",
        ),
        (
            "-m rougeL,bleu --types rouge1",
            "--types is for a family asked for by its name, expected rouge or wer",
        ),
        ("-m chrf++ --word-order 1", "--word-order is 1, expected 2, which is what chrf++ says"),
        (
            "-m bleu.pb",
            "bleu has no part 'pb' that is a number, expected bp, ratio, sys_len or ref_len",
        ),
        (
            "-m chrf,perplexity",
            "perplexity needs a language model, expected `genai-eval perplexity`",
        ),
        (
            "-m rougeL --skip 4",
            "rouge: --skip has no effect here, expected rougeS or rougeSU among --types",
        ),
    ] {
        assert_eq!(from_line(line).err().as_deref(), Some(expected), "{line}");
    }
    // Of those that have an option the one that takes the value is named.
    let error = from_line("-m bleu,rouge --tokenize whitespace").err().unwrap();
    assert!(error.starts_with("bleu takes no --tokenize 'whitespace', expected 13a, "), "{error}");
    let alone = "or spm:FILE; --tokenize rouge=whitespace is for one metric alone";
    assert!(error.ends_with(alone), "{error}");
    let none = from_line("").err().unwrap();
    assert!(none.starts_with("no metric, expected bleu, chrf"), "{none}");
}

/// Every option of every metric, given for it by name, is what its own command makes of it.
#[test]
fn options_are_those_of_the_metrics_own_commands() {
    let mut compared = 0;
    for entry in METRICS {
        for option in entry.options {
            let value = match (option.kind, option.default) {
                (_, Some(default)) => default,
                (OptionKind::Flag, _) => "true",
                (OptionKind::Choice(names) | OptionKind::Names(names), _) => names[0],
                _ => continue,
            };
            let argument = match option.kind {
                OptionKind::Flag => format!("--{}={}", option.name, entry.name),
                _ => format!("--{} {}={value}", option.name, entry.name),
            };
            let mut options = Options::default();
            options.set(option.name, value);
            let built = (entry.build)(&options, Level::Corpus);
            let line = format!("-m {} {argument}", entry.name);
            let (Ok(chosen), Ok(built)) = (from_line(&line), built) else { continue };
            let built = built.iter().map(|scorer| {
                let spec = scorer.spec();
                format!("{} {}", spec.name, spec.signature)
            });
            assert_eq!(signatures(&chosen), built.collect::<Vec<_>>(), "{line}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn tables_are_options() {
    let mut tables = table(
        "bleu",
        &[
            ("tokenize", text("zh")),
            ("max-order", OptionValue::Integer(2)),
            ("lowercase", OptionValue::Flag(true)),
            ("effective-order", OptionValue::Flag(true)),
        ],
    );
    tables.extend(table(
        "chrf",
        &[("beta", OptionValue::Number(0.5)), ("lowercase", OptionValue::Flag(false))],
    ));
    tables.extend(table(
        "rouge",
        &[
            ("types", OptionValue::List(vec!["rouge-1".to_owned(), "rougeL".to_owned()])),
            ("aggregate", text("bootstrap")),
            ("resamples", OptionValue::Integer(10)),
        ],
    ));
    // A table may wait for its metric.
    tables.extend(table("exact-match", &[("squad", OptionValue::Integer(1))]));
    let choice = from_names("bleu,chrf,rouge", &tables).unwrap();
    let line = "-m bleu,chrf,rouge --tokenize bleu=zh --max-order 2 --lowercase=bleu \
                --effective-order --beta chrf=0.5 --types rouge1,rougeL --aggregate bootstrap";
    let given = signatures(&from_line(line).unwrap());
    let expected: Vec<String> =
        given.iter().map(|signature| signature.replace(",1000,", ",10,")).collect();
    assert_eq!(signatures(&choice), expected);
    assert_ne!(given, expected, "resamples are signed");
}

#[test]
fn what_tables_must_not_hold_is_said() {
    let list = OptionValue::List(vec!["rouge1".to_owned()]);
    for (tables, expected) in [
        (table("blue", &[]), "[blue]: no metric is called 'blue', expected bleu"),
        (table("rougeL", &[]), "[rougeL] is no metric's table, expected [rouge]"),
        (table("chrf++", &[]), "[chrf++] is no metric's table, expected [chrf]"),
        (
            table("bleu", &[("tokenise", text("zh"))]),
            "[bleu] has no option 'tokenise', expected tokenize",
        ),
        (
            table("bleu", &[("max-order", OptionValue::Integer(12))]),
            "[bleu] max-order is 12, expected a whole number from 1 to 9",
        ),
        (
            table("bleu", &[("lowercase", text("yes"))]),
            "[bleu] lowercase is 'yes', expected true or false",
        ),
        // Also of metrics that are not asked for.
        (
            table("chrf", &[("beta", text("2"))]),
            "[chrf] beta is '2', expected a number from 0 to 1e6",
        ),
        (
            table("rouge", &[("types", list)]),
            "[rouge] types is given beside a metric named after its type, expected rouge as the \
             metric's name",
        ),
    ] {
        assert_eq!(from_names("bleu,rougeL", &tables).err().as_deref(), Some(expected));
    }
}

/// Files that options name are read once and listed once.
#[test]
fn files_of_options() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a=b.txt").display().to_string();
    std::fs::write(&path, "the\n").unwrap();
    for value in [path.clone(), format!("rouge={path}")] {
        let choice =
            from_line(&format!("-m bleu,rouge1 --profile rouge155 --stop-words {value}")).unwrap();
        let files: Vec<&str> = choice.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(files, [path.as_str()]);
    }
    let line = "-m bleu,rouge1 --tokenize bpe:cl100k_base";
    assert!(signatures(&from_line(line).unwrap())[0].contains("tok:bpe"));
}

/// A metric of texts alone is made by whoever has the model, with the options that were given.
#[test]
fn a_language_model_is_brought() {
    let model: Arc<dyn LanguageModel> =
        Arc::new(Records::new(Layout::ALL[0], Rules::default()).unwrap());
    let scorer = |options: &Options, _| -> Result<Vec<Box<dyn Scorer>>> {
        Ok(vec![Box::new(Perplexity::new(model.clone()).with_options(options)?)])
    };
    let tables = table("perplexity", &[("on-inf", text("skip"))]);
    let names = ["perplexity.bits_per_byte".to_owned(), "bleu".to_owned()];
    let choice = from_tables(&names, &tables, false, QUIET, Some(&scorer)).unwrap();
    assert_eq!(names_of(&choice), names.join(" "));
    assert_eq!(choice.measures[0].part, Some("bits_per_byte"));
    for part in ["standard_error", "perplexity_without_unknown", "word_perplexity", "tokens"] {
        let names = [format!("perplexity.{part}")];
        from_tables(&names, &tables, false, QUIET, Some(&scorer)).unwrap();
    }
    assert!(signatures(&choice)[0].contains("skip"), "{:?}", signatures(&choice));
}
