//! Reading records of log-probabilities beside `serde_json::Value` and Python's `json`: first the proof
//! that all find the same sum, to the bit, then the time that each takes, in turns.

#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use genai_eval_benches::SplitMix64;
use genai_lm::logprobs::{Layout, Records, Rules, Splitter};
use genai_metrics::{LanguageModel, ScoredText};
use serde::Deserialize;
use serde_json::Value;

/// An interpreter; without it Python is left out.
const PYTHON: &str = "GENAI_EVAL_PYTHON";

/// Compares the speed of reading records of log-probabilities
#[derive(Debug, Parser)]
struct Arguments {
    /// How many records of 200 tokens to generate for each layout
    #[arg(long, default_value_t = 300)]
    records: usize,
    /// How many times each reader is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(3..))]
    rounds: u32,
    /// Count the thread's time on a processor (Linux), for a machine that does other work as well
    #[arg(long)]
    cpu: bool,
    /// What cargo passes to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// How a layout is generated, and read the slow way.
struct Case {
    name: &'static str,
    write: fn(&mut SplitMix64, &mut String),
    read: fn(&Value) -> Vec<f64>,
}

const CASES: [Case; 4] = [
    Case {
        name: "openai-chat",
        write: chat,
        read: |record| {
            numbers(&record["choices"][0]["logprobs"]["content"], |token| &token["logprob"])
        },
    },
    Case {
        name: "openai-completions",
        write: completions,
        read: |record| {
            numbers(&record["choices"][0]["logprobs"]["token_logprobs"], |number| number)
        },
    },
    Case {
        name: "vllm",
        write: vllm,
        read: |record| {
            // One candidate a place: the map of a Value does not keep the order of more.
            let first = |place: &Value| place.as_object()?.values().next()?["logprob"].as_f64();
            record["choices"][0]["prompt_logprobs"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(first)
                .collect()
        },
    },
    Case {
        name: "plain",
        write: plain,
        read: |record| numbers(&record["logprobs"], |number| number),
    },
];

fn numbers(list: &Value, number: impl Fn(&Value) -> &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(|element| number(element).as_f64()).collect()
}

const TOKENS: usize = 200;

/// A token like those of English, and a logarithm with all its digits.
fn token(random: &mut SplitMix64) -> (String, f64) {
    let bits = random.next_u64();
    let length = 1 + (bits % 7) as usize;
    let letters =
        (0..length).map(|index| char::from(b'a' + ((bits >> (8 + 5 * index)) % 26) as u8));
    let log_prob = -((random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64) * 9.0;
    (std::iter::once(' ').chain(letters).collect(), log_prob)
}

fn chat(random: &mut SplitMix64, line: &mut String) {
    line.push_str(r#"{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":""},"logprobs":{"content":["#);
    for index in 0..TOKENS {
        let separator = if index == 0 { "" } else { "," };
        let object = |(token, log_prob): (String, f64)| {
            format!(r#""token":"{token}","logprob":{log_prob:?},"bytes":{:?}"#, token.as_bytes())
        };
        let _ = write!(line, "{separator}{{{},\"top_logprobs\":[", object(token(random)));
        for candidate in 0..5 {
            let separator = if candidate == 0 { "" } else { "," };
            let _ = write!(line, "{separator}{{{}}}", object(token(random)));
        }
        line.push_str("]}");
    }
    line.push_str("],\"refusal\":null},\"finish_reason\":\"stop\"}]}\n");
}

fn completions(random: &mut SplitMix64, line: &mut String) {
    let drawn: Vec<_> = (0..TOKENS).map(|_| token(random)).collect();
    let (mut text, mut tokens, mut log_probs, mut tops, mut offsets) =
        <(String, String, String, String, String)>::default();
    for (index, (token, log_prob)) in drawn.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(offsets, "{separator}{}", text.len());
        let _ = write!(tokens, "{separator}\"{token}\"");
        if index == 0 {
            log_probs.push_str("null");
            tops.push_str("null");
        } else {
            let _ = write!(log_probs, ",{log_prob:?}");
            let _ = write!(tops, ",{{\"{token}\":{log_prob:?}}}");
        }
        text.push_str(token);
    }
    let _ = writeln!(
        line,
        r#"{{"choices":[{{"text":"{text}","index":0,"logprobs":{{"tokens":[{tokens}],"token_logprobs":[{log_probs}],"top_logprobs":[{tops}],"text_offset":[{offsets}]}}}}],"usage":{{"prompt_tokens":{TOKENS},"completion_tokens":0}}}}"#
    );
}

fn vllm(random: &mut SplitMix64, line: &mut String) {
    line.push_str(r#"{"choices":[{"text":"","logprobs":null,"prompt_logprobs":[null"#);
    for index in 1..TOKENS {
        let (token, log_prob) = token(random);
        let _ = write!(
            line,
            r#",{{"{index}":{{"logprob":{log_prob:?},"rank":1,"decoded_token":"{token}"}}}}"#
        );
    }
    line.push_str("]}]}\n");
}

fn plain(random: &mut SplitMix64, line: &mut String) {
    line.push_str(r#"{"id":"1","logprobs":["#);
    for index in 0..TOKENS {
        let separator = if index == 0 { "" } else { ", " };
        let _ = write!(line, "{separator}{:?}", token(random).1);
    }
    line.push_str("]}\n");
}

/// Seconds from some point on.
fn now(cpu: bool, since: Instant) -> Result<f64> {
    if !cpu {
        return Ok(since.elapsed().as_secs_f64());
    }
    let statistics =
        fs::read_to_string("/proc/thread-self/schedstat").context("--cpu needs Linux")?;
    let nanoseconds = statistics.split(' ').next().unwrap_or_default().parse::<f64>()?;
    Ok(nanoseconds / 1e9)
}

/// The sum from the left of a file in memory.
fn ours(file: &str, layout: Layout) -> Result<f64> {
    let records = Records::new(layout, Rules::default())?;
    let mut reader = records.scorer();
    let (mut splitter, mut scored, mut record) =
        (Splitter::new(file.as_bytes()), ScoredText::default(), Vec::new());
    let mut sum = 0.0;
    while splitter.next_record(&mut record)?.is_some() {
        reader.score(str::from_utf8(&record)?, &mut scored)?;
        sum = scored
            .tokens
            .iter()
            .filter_map(|token| token.log_prob)
            .fold(sum, |sum, value| sum + value);
        record.clear();
    }
    Ok(sum)
}

fn by_values(file: &str, read: fn(&Value) -> Vec<f64>) -> Result<f64> {
    let mut sum = 0.0;
    for line in file.lines() {
        sum = read(&serde_json::from_str(line)?).into_iter().fold(sum, |sum, value| sum + value);
    }
    Ok(sum)
}

#[derive(Deserialize)]
struct Output {
    sum: f64,
    seconds: f64,
    cpu_seconds: f64,
    version: String,
}

fn python(path: &Path, layout: &str) -> Result<Option<Output>> {
    let Some(interpreter) = std::env::var_os(PYTHON) else { return Ok(None) };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/logprobs_peer.py");
    let output = Command::new(interpreter)
        .arg(script)
        .arg(path)
        .arg(layout)
        .output()
        .context("running Python")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let since = Instant::now();
    let timed = |sum: &dyn Fn() -> Result<f64>| {
        let start = now(arguments.cpu, since)?;
        let sum = sum()?;
        Ok::<_, anyhow::Error>((sum, now(arguments.cpu, since)? - start))
    };
    println!(
        "MB a second on one thread, from a file in memory to the sum; median of {} rounds",
        arguments.rounds
    );
    for case in CASES {
        let mut random = SplitMix64::new(1);
        let mut file = String::new();
        (0..arguments.records).for_each(|_| (case.write)(&mut random, &mut file));
        let path = folder.path().join(case.name);
        fs::write(&path, &file)?;
        let layout = Layout::detect(file.lines().next().unwrap_or_default())?;
        ensure!(layout.name() == case.name, "{} is taken for {layout}", case.name);
        let (mut of_ours, mut of_values, mut of_python) = (Vec::new(), Vec::new(), Vec::new());
        let mut version = String::new();
        for _ in 0..arguments.rounds {
            let (sum, seconds) = timed(&|| ours(&file, layout))?;
            let speed = |seconds: f64| file.len() as f64 / 1e6 / seconds;
            of_ours.push(speed(seconds));
            let (theirs, seconds) = timed(&|| by_values(&file, case.read))?;
            ensure!(
                theirs.to_bits() == sum.to_bits(),
                "{}: {sum} is not serde_json's {theirs}",
                case.name
            );
            of_values.push(speed(seconds));
            if let Some(output) = python(&path, case.name)? {
                ensure!(
                    output.sum.to_bits() == sum.to_bits(),
                    "{}: {sum} is not Python's {}",
                    case.name,
                    output.sum
                );
                of_python.push(speed(if arguments.cpu {
                    output.cpu_seconds
                } else {
                    output.seconds
                }));
                version = output.version;
            }
        }
        let megabytes = file.len() as f64 / 1e6;
        let mut row =
            format!("{:<18} {megabytes:>6.1} MB  ours {:>6.0}", case.name, median(of_ours));
        let _ = write!(row, "  serde_json::Value {:>6.0}", median(of_values));
        if !of_python.is_empty() {
            let _ = write!(row, "  {version} {:>6.0}", median(of_python));
        }
        println!("{row}");
    }
    Ok(())
}
