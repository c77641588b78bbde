//! Each output by a second reader of its format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::exposition::samples;
use super::*;

/// A report whose names and texts are all that text.
fn full_of(text: &str) -> GateReport {
    let mut report = report();
    report.name = text.to_owned();
    report.candidate = text.to_owned();
    report.baseline = Some(text.to_owned());
    report.notes = vec![text.to_owned()];
    for check in &mut report.checks {
        check.title = text.to_owned();
        check.slice = Some(text.to_owned());
        check.signature = text.to_owned();
        check.reason = text.to_owned();
    }
    for worst in &mut report.worst {
        worst.title = text.to_owned();
        for segment in &mut worst.segments {
            segment.id = Some(text.to_owned());
            if let Some(texts) = &mut segment.texts {
                texts.hypothesis = text.to_owned();
                texts.baseline = texts.baseline.as_ref().map(|_| format!("{text} was"));
                texts.reference = texts.reference.as_ref().map(|_| text.to_owned());
            }
        }
    }
    report
}

/// Texts of all that formats give a meaning to.
fn ugly() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        "[-a-z0-9<>&|`*_~\\[\\](){}#@:$^!\"'%,;=+/\\\\. \n\r\t]{1,8}",
        "\\PC{1,3}",
        prop::sample::select(vec![
            UGLY,
            "::error::",
            "##[error]",
            "]]>",
            "-->",
            "<!--",
            "</details>",
            "\n\n",
            "\n- ",
            "```",
            "www.a.org",
            "https://a.org",
            "![a](b)",
            "[a]: b",
            "&lt;",
            "\0",
            "\u{1b}[0m",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "\u{ffff}",
            "\u{202e}",
            "end_of_value",
            "%0A",
            "<script>",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(parts, 0..4).prop_map(|parts| parts.concat())
}

/// The structure of a page of Markdown without its text: what a text could have brought about.
fn structure(page: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    let events = Parser::new_ext(page, options).filter_map(|event| match event {
        Event::Text(_) => None,
        // Of HTML the tags are structure.
        Event::Html(html) | Event::InlineHtml(html) => {
            let tags =
                html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
            let tags = tags
                .filter(|tag| !matches!(*tag, "code" | "/code" | "del" | "/del" | "ins" | "/ins"));
            let tags = tags.collect::<Vec<_>>().join(" ");
            (!tags.is_empty()).then_some(tags)
        }
        Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis) => {
            Some("from a text".to_owned())
        }
        event => Some(format!("{event:?}")),
    });
    // Readers drop cells beyond those of the heading.
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let bars = rows.map(|row| format!("{} bars", row.matches('|').count()));
    events.chain(bars).collect()
}

#[test]
fn markdown_has_the_table_and_the_folds() {
    let page = written(|out| markdown::write(&report(), out));
    let shown = structure(&page);
    let count = |what: &str| shown.iter().filter(|event| event.contains(what)).count();
    assert_eq!(count("Start(TableRow"), 5, "{shown:?}");
    assert_eq!(count("Start(TableCell"), 6 * 9);
    assert_eq!(count("10 bars"), 1 + 1 + 5);
    assert_eq!(count("Start(Heading"), 1);
    assert_eq!(count("Start(Item"), 4 + 2 + 2);
    assert_eq!((count("/details"), count("/summary")), (2, 2));
    assert_eq!(count("from a text"), 0);
    // What people see is the text itself, apart from what is made visible.
    let seen: String = Parser::new_ext(&page, Options::ENABLE_TABLES)
        .filter_map(
            |event| if let Event::Text(text) = event { Some(text.to_string()) } else { None },
        )
        .collect();
    assert!(page.contains("<code>&#64;</code>all"), "a name after @ would be told of it");
    assert!(seen.contains("a|b <i>&amp; `c` *d* \"e\" 'f' %g, ]]> --> \\h\\n::error::i"), "{seen}");
}

/// Jenkins and GitLab need a suite with its counts, test cases with a name of their own and a class,
/// at most one outcome each, and no other elements.
fn assert_junit(xml: &str, report: &GateReport) {
    // What XML 1.0 has no place for; readers differ in how much of it they let pass.
    let is_forbidden =
        |c: char| (c < ' ' && !"\t\n\r".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(is_forbidden), "{xml:?}");
    let document = roxmltree::Document::parse(xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    assert_eq!(suites.len(), 1);
    assert_eq!(suites[0].tag_name().name(), "testsuite");
    assert!(suites[0].attribute("name").is_some());
    let cases: Vec<_> = suites[0].children().filter(roxmltree::Node::is_element).collect();
    let mut names = BTreeSet::new();
    let mut outcomes = BTreeMap::new();
    for case in &cases {
        assert_eq!(case.tag_name().name(), "testcase");
        assert!(names.insert(case.attribute("name").unwrap()), "two of a name: {xml}");
        assert_eq!(case.attribute("classname"), Some("genai-eval gate"));
        let outcome: Vec<_> = case.children().filter(roxmltree::Node::is_element).collect();
        assert!(outcome.len() <= 1);
        let name = outcome.first().map_or("passed", |node| node.tag_name().name());
        *outcomes.entry(name).or_insert(0) += 1;
        for outcome in outcome {
            assert!(outcome.attribute("message").is_some_and(|message| !message.is_empty()));
            assert!(outcome.attribute("type").is_some());
        }
    }
    for node in [root, suites[0]] {
        let count = |name: &str| node.attribute(name).unwrap().parse::<usize>().unwrap();
        let of = |name: &str| outcomes.get(name).copied().unwrap_or(0);
        assert_eq!(count("tests"), cases.len());
        assert_eq!(count("failures"), of("failure"));
        assert_eq!(count("errors"), of("error"));
        assert_eq!(count("skipped"), of("skipped"));
    }
    assert_eq!(cases.len(), report.checks.len().max(1));
    // A red suite is a gate that did not pass, and a green one a gate that did.
    let is_red = outcomes.contains_key("failure") || outcomes.contains_key("error");
    assert_eq!(is_red, report.outcome().code() != 0);
}

#[test]
fn junit_is_what_servers_read() {
    let shown = |report: &GateReport| written(|out| junit::write(report, out));
    let report = report();
    assert_junit(&shown(&report), &report);
    let strict = GateReport { strict: true, ..report.clone() };
    assert_junit(&shown(&strict), &strict);
    let lenient = GateReport {
        checks: [&report.checks[2..4], &report.checks[2..4]].concat(),
        ..report.clone()
    };
    assert_junit(&shown(&lenient), &lenient);
    let strict = GateReport { strict: true, ..lenient };
    assert_junit(&shown(&strict), &strict);
    let forbidden = full_of("\0\u{b}\u{1b}[1m\u{9b}1m\u{fffe}\u{ffff}");
    assert_junit(&shown(&forbidden), &forbidden);
    let empty = GateReport { checks: Vec::new(), ..report.clone() };
    assert_junit(&shown(&empty), &empty);

    let xml = shown(&report);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(
        failure.attribute("message"),
        Some("fail: the drop is 0.60 or more, expected 0.5 or less")
    );
    let details = failure.text().unwrap();
    for part in ["score: 34.1", "baseline: 35.4", "difference: -1.23 [-1.90, -0.60], p = <0.0001"] {
        assert!(details.lines().any(|line| line == part), "{part}: {details}");
    }
    assert!(details.contains("[-cat-]{+dog+}") && !details.contains("WER"), "{details}");
}

/// Reads commands as the runner does, and undoes its escapes.
fn commands(log: &str) -> Vec<(String, String, String)> {
    let unescape = |text: &str| {
        let pairs = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
        pairs.iter().fold(text.to_owned(), |text, (escape, token)| text.replace(escape, token))
    };
    let commands = log.lines().map(|line| {
        assert!(!line.contains("##["), "{line}");
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (kind, title) = head.split_once(" title=").unwrap();
        assert!(!title.contains([',', ':']), "{title}");
        (kind.to_owned(), unescape(title), unescape(message))
    });
    commands.collect()
}

#[test]
fn annotations_are_few() {
    let shown =
        |report: &GateReport| commands(&written(|out| github::write_annotations(report, out)));
    let kinds: Vec<_> = shown(&report()).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["error", "error", "warning", "notice"]);
    let strict = GateReport { strict: true, ..report() };
    assert!(shown(&strict).iter().all(|(kind, ..)| kind == "error"));

    let failed = |n: usize| {
        let checks = (0..n).map(|i| check(i, Condition::Min(i as f64), Verdict::Fail, "it is 5%"));
        GateReport { checks: checks.collect(), ..report() }
    };
    assert_eq!(shown(&failed(10)).len(), 10);
    let eleven = shown(&failed(11));
    assert_eq!(eleven.len(), 10);
    assert_eq!(eleven[8].1, "gate: BLEU, ≥ 8");
    assert_eq!(eleven[8].2, "fail: it is 5%");
    assert_eq!(eleven[9].1, "gate: 2 more checks");
    assert_eq!(eleven[9].2, "BLEU, ≥ 9: fail: it is 5%\nBLEU, ≥ 10: fail: it is 5%");
    assert_eq!(shown(&failed(0)).len(), 1, "nothing to judge by is an error");
}

/// Reads a file of outputs as the runner does.
fn assignments(file: &str) -> Vec<(String, String)> {
    let mut lines = file.lines();
    let mut values = Vec::new();
    while let Some(line) = lines.next() {
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        if let Some(at) = heredoc.filter(|&at| equals.is_none_or(|equals| at < equals)) {
            let value: Vec<_> = lines.by_ref().take_while(|l| *l != &line[at + 2..]).collect();
            values.push((line[..at].to_owned(), value.join("\n")));
        } else {
            let at = equals.unwrap();
            values.push((line[..at].to_owned(), line[at + 1..].to_owned()));
        }
    }
    values
}

#[test]
fn files_of_github_are_appended_to() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, outputs) = (folder.path().join("summary"), folder.path().join("outputs"));
    github::append_summary(&report(), None).unwrap();
    github::append_outputs(&report(), None).unwrap();
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "without a path nothing is written"
    );

    fs::write(&summary, "of the step").unwrap();
    github::append_summary(&report(), Some(&summary)).unwrap();
    let page = written(|out| markdown::write(&report(), out));
    assert_eq!(fs::read_to_string(&summary).unwrap(), format!("of the step\n\n{page}"));

    fs::write(&outputs, "mine=1").unwrap();
    let mut report = report();
    report.checks.push(Check { slice: Some("lang=a-b".to_owned()), ..report.checks[0].clone() });
    report.checks.push(Check {
        score: Some(1.0),
        slice: Some("lang=a+b".to_owned()),
        ..report.checks[0].clone()
    });
    github::append_outputs(&report, Some(&outputs)).unwrap();
    let values = assignments(&fs::read_to_string(&outputs).unwrap());
    let value = |name: &str| {
        let of_name: Vec<_> = values.iter().filter(|(other, _)| other == name).collect();
        assert_eq!(of_name.len(), 1, "{name}: {values:?}");
        of_name[0].1.as_str()
    };
    assert_eq!(value("mine"), "1");
    assert_eq!(value("verdict"), "fail");
    assert_eq!(value("exit_code"), "1");
    assert_eq!(value("score_bleu"), "34.12345678901234");
    assert_eq!(value("score_wer_lang_de"), "");
    assert_eq!(value("score_bleu_lang_a_b"), "34.12345678901234");
    assert_eq!(value("score_bleu_lang_a_b_2"), "1.0");
    assert_eq!(value("not_passed").lines().count(), 4);
    for (name, _) in &values {
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
    }
}

/// Above its limit GitHub drops a summary whole, also if another step began it.
#[test]
fn summaries_stay_below_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary");
    let mut report = report();
    let many = std::iter::repeat_n(report.worst[0].segments[0].clone(), 5000);
    report.worst[0].segments = many.collect();
    for begun in ["", &"x\n".repeat(300_000)] {
        fs::write(&path, begun).unwrap();
        github::append_summary(&report, Some(&path)).unwrap();
        let page = fs::read_to_string(&path).unwrap();
        assert!(page.len() < 900_010 && page.len() > 890_000, "{}", page.len());
        let [begin, end] =
            markdown::FOLD.map(|tag| page.lines().filter(|line| *line == tag).count());
        assert_eq!((begin, end), (1, 1));
        assert!(page.ends_with("lines were left out, as GitHub limits summaries.\n"));
    }
}

#[test]
fn json_has_no_numbers_that_are_none() {
    let mut report = report();
    report.checks[0].score = Some(f64::NAN);
    report.checks[1].difference.as_mut().unwrap().minimum_detectable = f64::INFINITY;
    let shown = written(|out| json::write(&report, out));
    let document: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(document["verdict"], "fail");
    assert_eq!(document["exit_code"], 1);
    assert!(document["checks"][0]["score"].is_null());
    assert!(document["checks"][1]["difference"]["minimum_detectable"].is_null());
    assert_eq!(document["checks"][1]["condition"]["max_drop"], 0.5);
    assert_eq!(document["checks"][3]["condition"]["per_segment"]["min_share"], 0.95);
    assert_eq!(document["worst"][0]["segments"][0]["id"], UGLY);
    // People see that it is missing, and other readers do, too.
    assert!(!written(|out| text::write(&report, false, out)).contains("NaN"));
    samples(&written(|out| openmetrics::write(&report, out)));
}

/// What the lines of a text output begin with, without what comes of names and texts.
fn beginnings(text: &str) -> Vec<String> {
    text.lines().map(|line| line.chars().take(2).filter(|c| c.is_whitespace()).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No name and no text changes the structure of any output.
    #[test]
    fn texts_stay_texts(text in ugly()) {
        let (plain, report) = (full_of("plain"), full_of(&text));
        let text_of = |report: &GateReport| written(|out| text::write(report, false, out));
        let shown = text_of(&report);
        prop_assert_eq!(beginnings(&shown).len(), beginnings(&text_of(&plain)).len(), "{}", shown);
        prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control()));
        for line in shown.lines() {
            prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{}", line);
        }
        let page = |report: &GateReport| structure(&written(|out| markdown::write(report, out)));
        prop_assert_eq!(page(&report), page(&plain));
        let seen = phrases::visible(&text);
        let xml = written(|out| junit::write(&report, out));
        assert_junit(&xml, &report);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
        prop_assert_eq!(failure.attribute("message"), Some(&*format!("fail: {seen}")));
        let log = commands(&written(|out| github::write_annotations(&report, out)));
        prop_assert_eq!(log.len(), 4);
        prop_assert_eq!(&log[0].2, &format!("fail: {seen}"));
        let samples = samples(&written(|out| openmetrics::write(&report, out)));
        prop_assert_eq!(&samples.last().unwrap().1["gate"], &seen);
        let json = written(|out| json::write(&report, out));
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&document["candidate"], &text);
    }
}
