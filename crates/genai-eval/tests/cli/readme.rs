//! What the README shows is what happens.

use std::path::Path;
use std::process::Command;

use genai_metrics::metrics::{METRICS, TEXT_METRICS};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    std::fs::read_to_string(path).unwrap()
}

/// The lines of the fenced block of that number.
fn block(readme: &str, number: usize) -> Vec<&str> {
    let inside = readme.split("```").nth(2 * number + 1).unwrap();
    inside.lines().skip(1).collect()
}

#[test]
fn the_first_command_prints_the_line_shown() {
    let readme = readme();
    let commands = block(&readme, 0);
    assert_eq!(commands.len(), 2, "two commands, alone in the first fenced block");
    let (_, arguments) = commands[0].split_once(" -- ").unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
        .args(arguments.split(' '))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(ran.stdout).unwrap().trim_end(), block(&readme, 1).join("\n"));
}

/// The tables that the README shows for ROUGE and for several metrics are those of the same files.
#[test]
fn the_tables_are_as_shown() {
    let readme = readme();
    let (_, arguments) = block(&readme, 0)[0].split_once(" -- bleu ").unwrap();
    for command in ["rouge", "score -m bleu,chrf++,rougeL,cer"] {
        assert!(readme.contains(&format!("\ngenai-eval {command} --ref ref.txt --hyp out.txt")));
        let ran = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
            .args(command.split(' ').chain(arguments.split(' ')))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .output()
            .unwrap();
        let table = String::from_utf8(ran.stdout).unwrap();
        assert!(readme.contains(&format!("```text\n{table}```")), "the README lacks:\n{table}");
    }
}

/// A block that begins with a command goes on with what it prints.
#[test]
fn commands_print_what_is_shown() {
    let readme = readme();
    let mut checked = 0;
    for shown in readme.split("```text\n$ genai-eval ").skip(1) {
        let (shown, _) = shown.split_once("```").unwrap();
        let (arguments, output) = shown.split_once('\n').unwrap();
        let ran = Command::new(env!("CARGO_BIN_EXE_genai-eval"))
            .args(arguments.split(' '))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(ran.stdout).unwrap(), output, "{arguments}");
        checked += 1;
    }
    assert!(checked >= 4, "{checked}");
}

#[test]
fn every_metric_has_its_row() {
    let readme = readme();
    let ran =
        Command::new(env!("CARGO_BIN_EXE_genai-eval")).args(["list", "--format", "md"]).output();
    let list = String::from_utf8(ran.unwrap().stdout).unwrap();
    // A heading and a rule, then the metrics.
    assert_eq!(list.lines().count(), METRICS.len() + TEXT_METRICS.len() + 2);
    for row in list.lines() {
        assert!(
            readme.lines().any(|line| line == row),
            "the README lacks the row of `genai-eval list --format md`: {row}"
        );
    }
}

/// Every long option that a fenced block uses exists.
#[test]
fn every_option_shown_exists() {
    let help = |command: &[&str]| {
        let ran =
            Command::new(env!("CARGO_BIN_EXE_genai-eval")).args(command).arg("--help").output();
        String::from_utf8(ran.unwrap().stdout).unwrap()
    };
    let readme = readme();
    for line in readme.lines().filter(|line| line.starts_with("genai-eval ")) {
        let mut words = line.split_whitespace().skip(1);
        let command = words.next().unwrap();
        let help = match command {
            "bpe" | "lm" => help(&[command, words.next().unwrap()]),
            _ => help(&[command]),
        };
        for option in words.take_while(|word| *word != "#").filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "{option} in: {line}");
        }
    }
}
