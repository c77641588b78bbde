//! What is read from a file, and how errors are told.

use proptest::prelude::*;

use super::sources::{BaselineOutputs, DataSource};
use super::*;

const FULL: &str = r#"# The gate of a translation system.
version = 1
[data]
data = "out.jsonl"
hyp_field = "/output"
ref_field = ["reference", "other"]
id_field = "id"
slice_fields = ["lang", "domain"]
cluster_field = "document"
min_segments = 500
[metrics.bleu]
tokenize = "zh"
lowercase = true
max-order = 2
[metrics.exact-match]
squad = 2
[metrics.rouge]
types = ["rouge1", "rougeL"]
[baseline]
path = "eval/baseline.json"
data = "old.jsonl"
hyp_field = "output"
require = false
[stats]
test = "approx-randomization"
resamples = 10_000
alpha = 0.01
seed = 1
adjust = "none"
[[gate]]
metric = "bleu"
name = "quality floor"
min = 30
max = 99.5
of = "ci-low"
max_drop = 0.5
max_drop_rel = 0.02
slice = "lang=*"
max_gap = 5.0
min_segments = 50
on_inconclusive = "warn"
level = "warn"
per_segment = { threshold = 1.0, min_share = 0.95 }
[[gate]]
metric = "rougeL.recall"
max_drop = 0
slice = "lang=a=b"
[report]
json = "gate.json"
junit = "gate.xml"
markdown = "gate.md"
openmetrics = "metrics.txt"
github = true
worst = 0
"#;

fn parse(text: &str) -> Result<Configuration, String> {
    Configuration::parse("genai-eval.toml", text).map_err(|error| error.to_string())
}

#[test]
fn everything_is_read() {
    let configuration = parse(FULL).unwrap();
    configuration.validate().unwrap();
    let data = &configuration.data;
    assert_eq!(
        data.source(),
        Some(DataSource::Records {
            data: "out.jsonl",
            hypothesis: Some("/output"),
            references: &["reference".to_owned(), "other".to_owned()],
            id: Some("id"),
        })
    );
    assert_eq!((data.min_segments, data.slice_fields.len()), (500, 2));
    let bleu = &configuration.metrics["bleu"];
    assert_eq!(bleu["tokenize"], OptionValue::Text("zh".to_owned()));
    assert_eq!(bleu["lowercase"], OptionValue::Flag(true));
    assert_eq!(bleu["max-order"], OptionValue::Integer(2));
    let types = OptionValue::List(vec!["rouge1".to_owned(), "rougeL".to_owned()]);
    assert_eq!(configuration.metrics["rouge"]["types"], types);
    let baseline = configuration.baseline.as_ref().unwrap();
    assert_eq!(baseline.outputs(), Some(BaselineOutputs::Records("old.jsonl", Some("output"))));
    assert!(!baseline.require);
    let stats = &configuration.stats;
    assert_eq!(
        (stats.test, stats.test.name()),
        (Test::ApproxRandomization, "approx-randomization")
    );
    assert_eq!((stats.resamples, stats.alpha, stats.seed), (10_000, 0.01, 1));
    assert_eq!((stats.adjust, stats.adjust.name()), (Adjust::None, "none"));
    let [one, other] = configuration.gates.as_slice() else { panic!("two rules") };
    assert_eq!(
        *one,
        Rule {
            metric: "bleu".to_owned(),
            name: Some("quality floor".to_owned()),
            min: Some(30.0),
            max: Some(99.5),
            of: Of::CiLow,
            max_drop: Some(0.5),
            max_drop_rel: Some(0.02),
            slice: Some(SliceChoice { field: "lang".to_owned(), value: None }),
            max_gap: Some(5.0),
            min_segments: Some(50),
            on_inconclusive: OnInconclusive::Warn,
            level: Severity::Warn,
            per_segment: Some(PerSegment { threshold: 1.0, min_share: 0.95 }),
        }
    );
    assert_eq!((other.max_drop, other.level), (Some(0.0), Severity::Fail));
    let slice = SliceChoice { field: "lang".to_owned(), value: Some("a=b".to_owned()) };
    assert_eq!(other.slice, Some(slice));
    let report = &configuration.report;
    assert_eq!(
        (report.junit.as_deref(), report.github, report.worst),
        (Some("gate.xml".as_ref()), true, 0)
    );
}

#[test]
fn what_is_not_said_has_its_default() {
    assert_eq!(parse("").unwrap(), Configuration::default());
    let configuration = parse("[data]\nref = 'r'\nhyp = 'h'\n[baseline]\n").unwrap();
    assert_eq!(configuration.baseline, Some(Baseline::default()));
    assert_eq!(configuration.baseline.unwrap().outputs(), None);
    let references = &["r".to_owned()];
    let files = DataSource::Files { references, hypotheses: "h" };
    assert_eq!(configuration.data.source(), Some(files));
    assert_eq!(configuration.stats.test, Test::PairedBootstrap);
    let logprobs = parse("data.logprobs = 'run.jsonl'").unwrap();
    assert_eq!(logprobs.data.source(), Some(DataSource::LogProbs("run.jsonl")));
}

#[test]
fn each_way_to_a_baseline() {
    for (text, expected) in [
        ("path = 'b.json'", None),
        ("hyp = 'h'", Some(BaselineOutputs::File("h"))),
        ("data = 'd'", Some(BaselineOutputs::Records("d", None))),
        ("hyp_field = 'f'", Some(BaselineOutputs::Field("f"))),
        ("logprobs = 'l'\npath = 'b.json'", Some(BaselineOutputs::LogProbs("l"))),
    ] {
        let configuration = parse(&format!("[baseline]\n{text}")).unwrap();
        assert_eq!(configuration.baseline.unwrap().outputs(), expected, "{text}");
    }
}

/// Each line of the file is one thing that is wrong, told with its line.
#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn errors_say_where_and_what_was_expected() {
    for (text, expected) in [
        ("x = ", "1: string values must be quoted, expected literal string"),
        ("\n[data]\nhypp = 'x'", "3: unknown key 'hypp' in [data], did you mean 'hyp'?"),
        ("[gates]", "1: unknown key 'gates' in the file, did you mean 'gate'?"),
        (
            "[[gate]]\nmetric = 'bleu'\n# A slip.\nmax_drp = 1",
            "4: unknown key 'max_drp' in [[gate]], did you mean 'max_drop'?",
        ),
        (
            "[stats]\nrandom = 1",
            "2: unknown key 'random' in [stats], expected test, resamples, alpha, seed or adjust",
        ),
        ("[metrics.blue]", "1: unknown metric 'blue' in [metrics], did you mean 'bleu'?"),
        (
            "[metrics.bleu]\n\nmax_order = 2",
            "3: unknown option 'max_order' in [metrics.bleu], did you mean 'max-order'?",
        ),
        (
            "[metrics.bleu]\nmax-order = 0",
            "2: max-order in [metrics.bleu] is 0, expected a whole number from 1 to 9",
        ),
        (
            "[metrics.rouge]\ntypes = ['rouge1', 'rougeQ']",
            "2: types in [metrics.rouge] is ['rouge1', 'rougeQ'], expected some of these, each \
             once: ",
        ),
        ("[metrics]\nbleu = 1", "2: bleu in [metrics] is 1, expected a table of options"),
        ("version = 2", "1: version in the file is 2, expected 1"),
        ("data = 'x'", "1: data in the file is 'x', expected a table [data]"),
        ("gate = [1]", "1: gate in the file is 1, expected a table [[gate]]"),
        ("[gate]\nmetric = 'bleu'", "1: gate in the file is a table, expected a table [[gate]]"),
        (
            "[stats]\nalpha = 1.0",
            "2: alpha in [stats] is 1.0, expected a number between 0 and 1, neither included",
        ),
        ("[stats]\nalpha = nan", "2: alpha in [stats] is nan, expected a number between 0 and 1"),
        (
            "[stats]\nresamples = 1_000_001",
            "2: resamples in [stats] is 1000001, expected a whole number from 1 to 1000000",
        ),
        ("[stats]\nseed = -1", "2: seed in [stats] is -1, expected a whole number of at least 0"),
        (
            "[stats]\ntest = 'bootstrap'",
            "2: test in [stats] is 'bootstrap', expected paired-bootstrap, approx-randomization \
             or none",
        ),
        ("[data]\nmin_segments = 0", "2: min_segments in [data] is 0, expected a whole number of"),
        ("[data]\nref = []", "2: ref in [data] is [], expected a text or a list of texts, none"),
        ("[data]\nhyp = ''", "2: hyp in [data] is '', expected a text that is not empty"),
        ("[data]\nhyp = 1979-05-27", "2: hyp in [data] is 1979-05-27, expected a text"),
        (
            "[data]\nnewline_mark = \"\\n\"",
            "2: newline_mark in [data] is '\n', expected a text without control characters",
        ),
        ("\n[[gate]]", "2: [[gate]] has no metric, expected a text that is not empty"),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 1\n[[gate]]\nmetric = 'chrf'\nlevel = 'warn'",
            "4: the rule for chrf asks nothing, expected min, max, max_drop, max_drop_rel, \
             max_gap or per_segment",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop = -0.1",
            "3: max_drop in [[gate]] is -0.1, expected a finite number of at least 0",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop = inf",
            "3: max_drop in [[gate]] is inf, expected a finite number of at least 0",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = nan",
            "3: min in [[gate]] is nan, expected a finite number",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = '30'",
            "3: min in [[gate]] is '30', expected a finite number",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop_rel = 2",
            "3: max_drop_rel in [[gate]] is 2, expected a number from 0 to 1",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nper_segment = { threshold = 1, min_share = 1.5 }",
            "3: min_share in per_segment of [[gate]] is 1.5, expected a number from 0 to 1",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nper_segment = { threshold = 1 }",
            "3: per_segment of [[gate]] has no min_share, expected a number from 0 to 1",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nper_segment = 1",
            "3: per_segment in [[gate]] is 1, expected a table with threshold, min_share",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin = 31\nmax = 30",
            "3: min 31 of the rule for bleu is above max 30, expected no more",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_drop = 1\nof = 'ci-low'",
            "4: of in [[gate]] means nothing without min or max",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nslice = 'de'\nmin = 1",
            "3: slice in [[gate]] is 'de', expected field=value, or field=* for each value",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nslice = 'lang=de'\nmax_gap = 1",
            "4: max_gap in [[gate]] means nothing without slice = \"field=*\"",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmax_gap = 1",
            "3: max_gap in [[gate]] means nothing without slice = \"field=*\"",
        ),
        (
            "[[gate]]\nmetric = 'bleu'\nmin_segments = 1\nmin = 1",
            "3: min_segments in [[gate]] means nothing without slice",
        ),
        (
            "[data]\nref = 'r'\nhyp = 'h'\ndata = 'd'",
            "4: [data] has both ref and data, expected only one of them",
        ),
        (
            "[data]\nid_field = 'i'\nlogprobs = 'd'",
            "3: [data] has both id_field and logprobs, expected only one of them",
        ),
        (
            "[baseline]\npath = 'p'\nhyp = 'h'\nhyp_field = 'd'",
            "4: [baseline] has both hyp and hyp_field, expected only one of them",
        ),
        ("[data]\nref = 'r'\nref = 's'", "3: duplicate key"),
        // The first in the file is told, whatever it is.
        ("[stats]\nalpha = 2\n[data]\nx = 1", "2: alpha in [stats] is 2, expected a number"),
    ] {
        let error = parse(text).unwrap_err();
        let expected = format!("genai-eval.toml:{expected}");
        assert!(error.starts_with(&expected), "{text}\n{error}\n{expected}");
    }
}

type Change = fn(&mut Configuration);

/// Flags are held to the same rules, and have no line.
#[test]
fn what_flags_say_is_checked() {
    let fits = || Configuration {
        data: Data { logprobs: Some("run.jsonl".to_owned()), ..Data::default() },
        gates: vec![Rule { metric: "ppl".to_owned(), max: Some(9.0), ..Rule::default() }],
        ..Configuration::default()
    };
    fits().validate().unwrap();
    let cases: [(Change, &str); 9] = [
        (|c| c.gates[0].max = Some(f64::NAN), "max in [[gate]] is nan, expected a finite number"),
        (|c| c.gates[0].max = None, "the rule for ppl asks nothing, expected min, max"),
        (|c| c.gates[0].metric.clear(), "metric in [[gate]] is '', expected a text"),
        (|c| c.gates.clear(), "no rule to judge by, expected [[gate]]"),
        (|c| c.stats.alpha = 0.0, "alpha in [stats] is 0.0, expected a number between"),
        (|c| c.stats.resamples = 0, "resamples in [stats] is 0, expected a whole number"),
        (|c| c.data.logprobs = None, "nothing to score, expected ref and hyp, data, or logprobs"),
        (|c| c.data.hyp = Some("h".to_owned()), "[data] has both hyp and logprobs"),
        (
            |c| {
                let hyp_field = Some("h".to_owned());
                c.baseline = Some(Baseline { hyp_field, ..Baseline::default() });
            },
            "hyp_field in [baseline] means nothing without data there or in [data]",
        ),
    ];
    for (change, expected) in cases {
        let mut configuration = fits();
        change(&mut configuration);
        let error = configuration.validate().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
    // References alone may be completed by a flag, but have to be.
    let configuration = parse("data.ref = 'r'\n[[gate]]\nmetric = 'x'\nmin = 1").unwrap();
    let error = configuration.validate().unwrap_err().to_string();
    assert!(error.starts_with("nothing to score"), "{error}");
}

#[test]
fn files_are_read_as_other_inputs_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME).display().to_string();
    let read = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        Configuration::read(&path).map_err(|error| error.to_string())
    };
    let windows = read(b"\xef\xbb\xbf[stats]\r\nseed = 7\r\n").unwrap();
    assert_eq!(windows.stats.seed, 7);
    let error = read(b"[stats]\r\n\r\nsed = 7\r\n").unwrap_err();
    assert_eq!(error, format!("{path}:3: unknown key 'sed' in [stats], did you mean 'seed'?"));
    let error = read(b"[stats]\n# caf\xe9\n").unwrap_err();
    assert_eq!(error, format!("{path}:2: byte 6 of the line, 0xE9, is not valid UTF-8"));
    let error = Configuration::read(&format!("{path}-")).unwrap_err().to_string();
    assert_eq!(error, format!("{path}-: no such file"));
}

proptest! {
    /// Text that is nearly a configuration is read or refused, and what is read says the same when
    /// it is written.
    #[test]
    fn no_text_is_too_odd(
        changes in prop::collection::vec((0..FULL.len(), 0..4_usize, r#"[-=\[\]{}'"\n.#a-z0-9_é ]{0,3}"#), 0..4),
    ) {
        let mut text = FULL.to_owned();
        for (at, gone, new) in changes {
            let end = (at + gone).min(text.len());
            if text.is_char_boundary(at.min(end)) && text.is_char_boundary(end) {
                text.replace_range(at.min(end)..end, &new);
            }
        }
        if let Ok(configuration) = parse(&text) {
            let written = toml::to_string(&configuration).unwrap();
            prop_assert_eq!(parse(&written), Ok(configuration));
        }
    }
}
