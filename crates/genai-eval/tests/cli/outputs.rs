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
    // All limits hold, whichever comes first, and a system fails once.
    let line = "bleu --ref ref.txt --hyp b.txt --score-only";
    for (limits, expected) in [
        ("--fail-under 15 --fail-under bleu=12.5", ""),
        ("--fail-under Bleu=16.5 --fail-under 20", "bleu 15.534912623009227 is under 20"),
        ("--fail-under bleu=16.5 --fail-under 12", "bleu 15.534912623009227 is under 16.5"),
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
