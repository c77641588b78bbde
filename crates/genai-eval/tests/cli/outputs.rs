//! Files that are written, and the exit code of the gate.

use crate::sandbox::Sandbox;
use crate::snapshot;

#[test]
fn the_extension_names_the_format() {
    let sandbox = Sandbox::with_texts();
    for (file, start) in
        [("o.json", "{\n"), ("o.CSV", "system,"), ("o.md", "| system"), ("o", "BLEU|")]
    {
        let line = format!("bleu --ref ref.txt --hyp a.txt -o {file}");
        assert_eq!(sandbox.run(&line).success(), "");
        assert!(sandbox.read(file).starts_with(start), "{file}");
    }
    let again = sandbox.run("bleu --ref ref.txt --hyp a.txt -o o.md --format csv");
    assert_eq!(again.success(), "");
    assert!(sandbox.read("o.md").starts_with("system,"), "replaced, in the format asked for");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_permissions_are_respected() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::with_texts();
    sandbox.write("target.json", "old");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(sandbox.path("target.json"), private).unwrap();
    symlink("target.json", sandbox.path("link.json")).unwrap();
    sandbox.run("bleu --ref ref.txt --hyp a.txt -o link.json").success();
    assert!(sandbox.path("link.json").is_symlink());
    assert!(sandbox.read("target.json").starts_with('{'));
    let mode = std::fs::metadata(sandbox.path("target.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    sandbox.run("bleu --ref ref.txt --hyp a.txt -o /dev/null").success();
    assert!(!std::path::Path::new("/dev/null").is_file());
    symlink("not-yet.json", sandbox.path("dangling.json")).unwrap();
    sandbox.run("bleu --ref ref.txt --hyp a.txt -o dangling.json").success();
    assert!(sandbox.path("dangling.json").is_symlink());
    assert!(sandbox.read("not-yet.json").starts_with('{'));
}

/// What stands for standard output is written to, not replaced.
#[test]
fn names_of_standard_output() {
    let sandbox = Sandbox::with_texts();
    let plain = sandbox.run("bleu --ref ref.txt --hyp a.txt").success();
    assert_eq!(sandbox.run("bleu --ref ref.txt --hyp a.txt -o -").success(), plain);
    #[cfg(unix)]
    assert_eq!(sandbox.run("bleu --ref ref.txt --hyp a.txt -o /dev/stdout").success(), plain);
    let both = sandbox.run("bleu --ref ref.txt --hyp a.txt -o o.txt --segments -").success();
    assert_eq!((both.lines().count(), sandbox.read("o.txt")), (3, plain));
    assert!(!sandbox.names().iter().any(|name| name == "-" || name.contains(".part")));
}

/// Neither file is there if one of them could not be written.
#[cfg(target_os = "linux")]
#[test]
fn both_outputs_or_none() {
    let sandbox = Sandbox::with_texts();
    let ran = sandbox.run("bleu --ref ref.txt --hyp a.txt -o /dev/full --segments s.jsonl");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!sandbox.names().iter().any(|name| name == "s.jsonl" || name.contains(".part")));
}

/// A reader such as `head` that has seen enough is no error.
#[test]
fn a_closed_pipe_is_quiet() {
    let sandbox = Sandbox::new();
    sandbox.write("text", "A line of some words.\n".repeat(20_000));
    for format in ["text", "json", "jsonl", "csv", "md"] {
        for more in ["", " --score-only"] {
            let line = format!("bleu --ref text --hyp text --sentence --format {format}{more}");
            assert_eq!(sandbox.run_into_closed_pipe(&line), (0, String::new()), "{line}");
            let line = line.replace("bleu", "rouge --quiet --types rouge1,rougeL");
            assert_eq!(sandbox.run_into_closed_pipe(&line), (0, String::new()), "{line}");
        }
    }
    assert_eq!(sandbox.run_into_closed_pipe("tokenize text"), (0, String::new()));
}

#[test]
fn the_gate() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("gate_passes", "bleu --ref ref.txt --hyp a.txt --fail-under 20"),
        ("gate_fails", "bleu --ref ref.txt --hyp a.txt --hyp b.txt --fail-under 50"),
        ("gate_fails_quiet", "bleu --ref ref.txt --hyp b.txt --fail-under 50 --quiet --score-only"),
    ] {
        snapshot!(name, sandbox, line);
    }
    // A limit by name takes the place of one for all, whichever comes first; of several the
    // strictest holds.
    let line = "bleu --ref ref.txt --hyp b.txt --score-only";
    for (limits, expected) in [
        ("--fail-under 15 --fail-under bleu=12.5", ""),
        ("--fail-under bleu=12.5 --fail-under 99", ""),
        ("--fail-under Bleu=16.5 --fail-under 20", "bleu 15.534912623009227 is under 16.5"),
        ("--fail-under bleu=16.5 --fail-under 12", "bleu 15.534912623009227 is under 16.5"),
        ("--fail-under bleu=16.5 --fail-under BLEU=17", "bleu 15.534912623009227 is under 17"),
    ] {
        let ran = sandbox.run(&format!("{line} {limits}"));
        let lines: Vec<String> =
            ran.stderr.lines().map(|line| line.replace("gate failed: b.txt: ", "")).collect();
        assert_eq!(
            (ran.code, lines.join(" ")),
            (i32::from(!expected.is_empty()), expected.to_owned())
        );
    }
    // In full precision: what is shown as 100.0 is not under 100.
    assert_eq!(sandbox.run("bleu --ref ref.txt --hyp ref.txt --fail-under 100").code, 0);
    assert_eq!(sandbox.run("bleu --ref ref.txt --hyp a.txt --fail-under -5").code, 0);
    // A score that cannot be had is no verdict.
    assert_eq!(sandbox.run("bleu --ref ref.txt --hyp nowhere --fail-under 0").code, 2);
}

/// A metric of several types has limits for each of them, or one for all.
#[test]
fn the_gate_of_several_types() {
    let sandbox = Sandbox::with_texts();
    for (name, line) in [
        ("all", "rouge --ref ref.txt --hyp a.txt --hyp b.txt --fail-under 0.9 --quiet"),
        ("one", "rouge --ref ref.txt --hyp a.txt --fail-under rouge2=0.9 --score-only --quiet"),
        (
            "bootstrap",
            "rouge --ref ref.txt --hyp a.txt --hyp b.txt --aggregate bootstrap --types rouge1 \
             --fail-under 0.9",
        ),
    ] {
        snapshot!(format!("rouge_gate_{name}"), sandbox, line);
    }
    // 0.94 but for ROUGE-2's 0.87.
    let line = "rouge --ref ref.txt --hyp a.txt --score-only --quiet";
    for (limits, failing) in [
        ("--fail-under 0.8", &[][..]),
        ("--fail-under rouge2=0.8", &[]),
        ("--fail-under rouge2=0.9", &["rouge2"]),
        ("--fail-under rouge-2=0.9", &["rouge2"]),
        ("--fail-under ROUGE-L=0.95", &["rougeL"]),
        ("--fail-under 0.1 --fail-under rougeL=0.95", &["rougeL"]),
        ("--fail-under rouge2=0.1 --fail-under 0.9", &[]),
        ("--fail-under 0.95 --fail-under rouge2=0.1", &["rouge1", "rougeL", "rougeLsum"]),
        ("--fail-under rougeL=0.95 --fail-under rouge1=0.95", &["rouge1", "rougeL"]),
        ("--fail-under 1 --types rouge2", &["rouge2"]),
    ] {
        let ran = sandbox.run(&format!("{line} {limits}"));
        let lines: Vec<&str> = ran.stderr.lines().collect();
        let named = |(line, name): (&&str, &&str)| {
            line.starts_with(&format!("gate failed: a.txt: {name} 0."))
        };
        assert_eq!((ran.code, lines.len()), (i32::from(!failing.is_empty()), failing.len()));
        assert!(lines.iter().zip(failing).all(named), "{limits}: {}", ran.stderr);
    }
}
