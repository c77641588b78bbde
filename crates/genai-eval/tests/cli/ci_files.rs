//! The files to copy for CI: they are YAML of the right form, their shell lines are shell, and they name
//! options that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};

use crate::sandbox::Sandbox;

const FILES: [&str; 3] = ["action.yml", "integrations/gitlab-ci.yml", ".pre-commit-hooks.yaml"];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(path).unwrap()
}

fn parse(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn keys<'y>(mapping: &'y Yaml<'_>) -> Vec<&'y str> {
    mapping.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap()).collect()
}

fn text<'y>(mapping: &'y Yaml<'_>, key: &str) -> &'y str {
    let value = mapping.as_mapping_get(key).unwrap_or_else(|| panic!("there is no {key}"));
    value.as_str().unwrap_or_else(|| panic!("{key} is no text"))
}

/// The part of the README that is about CI, and its blocks of YAML.
fn readme_section() -> (String, Vec<String>) {
    let readme = read("README.md");
    let (_, section) = readme.split_once("\n## In CI\n").unwrap();
    let section = section.split("\n## ").next().unwrap().to_owned();
    let blocks = section.split("```yaml\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect();
    (section, blocks)
}

/// What stands behind `inputs.` or the like.
fn names_behind(text: &str, prefix: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let behind = text.split(prefix).skip(1);
    behind.map(|rest| rest.chars().take_while(|&c| is_name(c)).collect()).collect()
}

#[test]
fn the_action_is_one() {
    let file = read("action.yml");
    let action = parse(&file);
    assert_eq!(keys(&action), ["name", "description", "branding", "inputs", "outputs", "runs"]);
    let inputs = action.as_mapping_get("inputs").unwrap();
    for input in keys(inputs) {
        let input = inputs.as_mapping_get(input).unwrap();
        assert_eq!(keys(input), ["description", "default"]);
    }
    let declared = keys(inputs).into_iter().map(str::to_owned).collect();
    assert_eq!(names_behind(&file, "inputs."), declared, "inputs that are declared and used");
    let outputs = action.as_mapping_get("outputs").unwrap();
    for output in keys(outputs) {
        let value = text(outputs.as_mapping_get(output).unwrap(), "value");
        assert_eq!(value, format!("${{{{ steps.gate.outputs.{output} }}}}"));
    }
    let runs = action.as_mapping_get("runs").unwrap();
    assert_eq!(text(runs, "using"), "composite");
    let steps = runs.as_mapping_get("steps").unwrap().as_sequence().unwrap();
    for step in steps {
        assert_eq!(text(step, "shell"), "bash");
        assert!(!text(step, "run").contains("${{"), "an expression in a script is code");
    }
    let minimum = read("Cargo.toml");
    let (_, minimum) = minimum.split_once("\nrust-version = \"").unwrap();
    let minimum = minimum.split('"').next().unwrap();
    assert!(text(&steps[0], "run").contains(&format!("cargo +{minimum} install")));
    let gitlab = read("integrations/gitlab-ci.yml");
    assert_eq!(text(&parse(&gitlab)["genai-eval"], "image"), format!("rust:{minimum}"));
}

#[test]
fn the_job_and_the_hook_are_what_servers_read() {
    let file = read("integrations/gitlab-ci.yml");
    let job = parse(&file);
    assert_eq!(keys(&job), ["genai-eval"]);
    let job = &job["genai-eval"];
    assert_eq!(keys(job), ["image", "before_script", "script", "artifacts"]);
    let artifacts = &job["artifacts"];
    assert_eq!(text(artifacts, "when"), "always");
    assert_eq!(keys(&artifacts["reports"]), ["junit", "metrics"]);
    let script = job["script"].as_sequence().unwrap();
    let [line] = &script[..] else { panic!("one command") };
    let line = line.as_str().unwrap();
    assert!(!line.contains('|'), "{line}");
    // What is kept is what is written.
    let paths = artifacts["paths"].as_sequence().unwrap().iter().map(|path| path.as_str().unwrap());
    let reports = [text(&artifacts["reports"], "junit"), text(&artifacts["reports"], "metrics")];
    let kept: BTreeSet<&str> = paths.chain(reports).collect();
    let written: BTreeSet<&str> =
        line.split(' ').filter(|word| word.starts_with("gate.")).collect();
    assert_eq!(kept, written);
    assert!(line.contains(&format!("--junit {}", reports[0])));
    assert!(line.contains(&format!("--openmetrics {}", reports[1])));

    let file = read(".pre-commit-hooks.yaml");
    let hooks = parse(&file);
    let [hook] = &hooks.as_sequence().unwrap()[..] else { panic!("one hook") };
    assert_eq!(text(hook, "id"), "genai-eval-gate");
    assert_eq!(text(hook, "entry"), "genai-eval gate");
    assert_eq!(text(hook, "language"), "system");
    assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
}

/// Every shell line of the files and of the README.
fn shell_lines() -> Vec<String> {
    fn collect(node: &Yaml<'_>, lines: &mut Vec<String>) {
        for node in node.as_sequence().into_iter().flatten() {
            collect(node, lines);
        }
        for (key, value) in node.as_mapping().into_iter().flatten() {
            match key.as_str() {
                Some("run" | "entry") => lines.extend(value.as_str().map(str::to_owned)),
                Some("script" | "before_script") => {
                    let script = value.as_sequence().unwrap().iter();
                    lines.extend(script.map(|line| line.as_str().unwrap().to_owned()));
                }
                _ => collect(value, lines),
            }
        }
    }
    let mut lines = Vec::new();
    let files = FILES.map(read).into_iter().chain(readme_section().1);
    files.for_each(|file| collect(&parse(&file), &mut lines));
    lines
}

#[test]
fn the_readme_shows_what_is_there() {
    let (section, blocks) = readme_section();
    for name in FILES {
        assert!(section.contains(name), "the README's section lacks {name}");
    }
    assert!(section.contains("set -o pipefail"));
    assert_eq!(blocks.len(), 4, "two ways on GitHub, GitLab, pre-commit");
    let inputs = parse(&blocks[0]);
    let file = read("action.yml");
    let action = parse(&file);
    for step in inputs.as_sequence().unwrap() {
        let Some(with) = step.as_mapping_get("with") else { continue };
        if text(step, "uses").contains("/genai-eval@") {
            for input in keys(with) {
                assert!(action["inputs"].as_mapping_get(input).is_some(), "{input}");
            }
        }
    }
    assert!(blocks[3].contains("id: genai-eval-gate"));
}

/// Every option of `genai-eval gate` that a file or the README's section names exists.
#[test]
fn options_exist() {
    let there = names_behind(&Sandbox::new().run("gate --help").success(), "--");
    let mut checked = 0;
    for line in shell_lines().iter().flat_map(|script| script.lines()) {
        // In the action the program stands behind a variable.
        let Some((_, arguments)) = line.split_once(" gate ") else { continue };
        for option in names_behind(arguments, "--") {
            assert!(there.contains(&option), "--{option} in: {line}");
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked}");
    for option in names_behind(&readme_section().0, "`--") {
        assert!(there.contains(&option), "--{option}");
    }
}

#[cfg(unix)]
mod shells {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Whether a shell takes it for a script.
    fn is_script(shell: &str, script: &str) -> bool {
        let ran = Command::new(shell).args(["-n", "-c", script]).output();
        ran.unwrap().status.success()
    }

    #[test]
    fn shell_lines_are_shell() {
        assert!(!is_script("sh", "if"), "the check can fail");
        let lines = shell_lines();
        assert!(lines.len() >= 6, "{lines:?}");
        for line in lines {
            assert!(is_script("sh", &line), "{line}");
            assert!(is_script("bash", &line), "{line}");
        }
    }

    /// Runs the action's own step as GitHub does, with a program that tells its arguments and ends with 2.
    fn arguments(config: &str, args: &str) -> Vec<String> {
        let sandbox = Sandbox::new();
        let program = sandbox.path("a program");
        sandbox.write("a program", "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 2\n");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let file = read("action.yml");
        let action = parse(&file);
        let step = action["runs"]["steps"].as_sequence().unwrap().last().unwrap();
        let ran = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", text(step, "run")])
            .envs([("GATE_CONFIG", config), ("GATE_ARGS", args)])
            .env("GATE_BINARY", &program)
            .current_dir(sandbox.path(""))
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(2), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_action_passes_arguments_on() {
        assert_eq!(arguments("", ""), ["gate", "--github"]);
        let passed = arguments("my gate.toml", "--strict --junit *\n$(touch x) 'a");
        let expected = [
            "gate",
            "--github",
            "--config",
            "my gate.toml",
            "--strict",
            "--junit",
            "*",
            "$(touch",
            "x)",
            "'a",
        ];
        assert_eq!(passed, expected);
    }
}
