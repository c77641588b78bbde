//! One peer in a process of its own: what the process does, and how it is started.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::peers;
use crate::vocabulary::{Vocabulary, hex};

/// How a file is given to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// As one text.
    Whole,
    /// A line at a time, or all of them as a batch where a peer from Python has that.
    Lines,
}

impl Mode {
    pub(crate) const ALL: [Self; 2] = [Self::Whole, Self::Lines];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Lines => "lines",
        }
    }
}

/// What one process measures.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Task {
    #[arg(long)]
    pub(crate) peer: String,
    #[arg(long)]
    pub(crate) vocabulary: Vocabulary,
    /// Where the vocabularies are.
    #[arg(long)]
    pub(crate) folder: PathBuf,
    #[arg(long)]
    pub(crate) text: PathBuf,
    /// How much of the text, up to the end of a line.
    #[arg(long)]
    pub(crate) bytes: usize,
    #[arg(long)]
    pub(crate) mode: Mode,
    /// How often the text is encoded at most.
    #[arg(long)]
    pub(crate) passes: usize,
    /// No further pass after so many seconds of them.
    #[arg(long)]
    pub(crate) patience: f64,
}

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Seconds from nothing to the ids of one letter.
    pub(crate) load: f64,
    pub(crate) load_cpu: f64,
    /// Seconds of each pass; the text is new to the process in the first.
    pub(crate) passes: Vec<f64>,
    /// The same in seconds of processor time.
    pub(crate) cpu: Vec<f64>,
    pub(crate) tokens: usize,
    pub(crate) bytes: usize,
    /// Of all ids and of how many each text has.
    pub(crate) digest: String,
    /// What the process held after loading, and at most, in KiB.
    pub(crate) loaded_kib: u64,
    pub(crate) peak_kib: u64,
}

/// The start of a file, up to the end of a line.
pub(crate) fn start_of(path: &Path, bytes: usize) -> Result<String> {
    let mut text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if text.len() > bytes {
        let newline = text.as_bytes()[..bytes].iter().rposition(|&byte| byte == b'\n');
        let mut end = newline.map_or(bytes, |newline| newline + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.shrink_to_fit();
    }
    Ok(text)
}

fn digest(ids: &[u32], lengths: &[u32]) -> String {
    let mut hash = Sha256::new();
    for number in ids.iter().chain(lengths) {
        hash.update(number.to_le_bytes());
    }
    hex(&hash.finalize()[..8])
}

pub(crate) fn status(field: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    Ok(line.context("no such field")?.trim().trim_end_matches(" kB").parse()?)
}

pub(crate) fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

impl Task {
    /// What the process is for.
    pub(crate) fn run(&self) -> Result<Measured> {
        let text = start_of(&self.text, self.bytes)?;
        let texts: Vec<&str> = match self.mode {
            Mode::Whole => vec![&text],
            Mode::Lines => text.strip_suffix('\n').unwrap_or(&text).split('\n').collect(),
        };
        let before = status("VmRSS")?;
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let mut encode = peers::load(&self.peer, self.vocabulary, &self.folder)?;
        encode("a", &mut Vec::new())?;
        let (load, load_cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let loaded_kib = status("VmRSS")?.saturating_sub(before);
        let mut measured = Measured {
            load,
            load_cpu,
            passes: Vec::new(),
            cpu: Vec::new(),
            tokens: 0,
            bytes: text.len(),
            digest: String::new(),
            loaded_kib,
            peak_kib: 0,
        };
        for pass in 0..self.passes {
            // A line's ids go to the end of all; a whole text's are a new vector, as a user has it.
            // Pages that are written to before the clock starts cost nobody anything after it.
            let room = if self.mode == Mode::Lines { text.len() / 2 } else { 0 };
            let mut ids = vec![1_u32; room];
            ids.clear();
            let mut lengths = Vec::with_capacity(texts.len());
            let (start, cpu) = (Instant::now(), cpu_seconds());
            for text in &texts {
                encode(text, &mut ids)?;
                lengths.push(ids.len() as u32);
            }
            measured.cpu.push(cpu_seconds() - cpu);
            measured.passes.push(start.elapsed().as_secs_f64());
            if pass == 0 {
                measured.tokens = ids.len();
                measured.digest = digest(&ids, &lengths);
            }
            if measured.cpu.iter().sum::<f64>() > self.patience {
                break;
            }
        }
        measured.peak_kib = status("VmHWM")?;
        Ok(measured)
    }

    fn arguments(&self) -> Vec<&OsStr> {
        vec![
            "--vocabulary".as_ref(),
            self.vocabulary.short_name().as_ref(),
            "--folder".as_ref(),
            self.folder.as_ref(),
            "--text".as_ref(),
            self.text.as_ref(),
            "--mode".as_ref(),
            self.mode.name().as_ref(),
        ]
    }

    /// Runs it in a new process on one processor.
    pub(crate) fn start(&self, machine: &Machine) -> Result<Measured> {
        let mut command = machine.command(&self.peer, "measure")?;
        command.args(self.arguments());
        for (name, number) in [
            ("--bytes", self.bytes.to_string()),
            ("--passes", self.passes.to_string()),
            ("--patience", self.patience.to_string()),
        ] {
            command.args([name, &number]);
        }
        let output = finish(&mut command, machine.limit, None)?;
        serde_json::from_str(&output).with_context(|| format!("{} said {output:?}", self.peer))
    }
}

/// Where and how processes run.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// The processor that they have for themselves, if `taskset` is there to give it to them.
    pub(crate) core: Option<usize>,
    /// The Python interpreter that has the peers that are no crates.
    pub(crate) python: Option<PathBuf>,
    /// After so many seconds a process is ended.
    pub(crate) limit: Duration,
}

impl Machine {
    /// The start of a command for a peer: compiled in, or a script of `peers/`.
    pub(crate) fn command(&self, peer: &str, task: &str) -> Result<Command> {
        let compiled_in = peers::COMPILED_IN.iter().chain(&peers::FORMS).any(|p| p.0 == peer);
        let program = if compiled_in {
            std::env::current_exe()?
        } else {
            self.python.clone().with_context(|| format!("{peer} needs Python"))?
        };
        let mut command = match self.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        };
        if !compiled_in {
            command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/bpe_peer.py"));
        }
        command.args([task, "--peer", peer]);
        // One thread each.
        command.env("RAYON_NUM_THREADS", "1").env("TOKENIZERS_PARALLELISM", "false");
        command.env("OMP_NUM_THREADS", "1").env("PYTHONHASHSEED", "0");
        Ok(command)
    }
}

/// What a process prints, unless it fails or takes too long. With a file, what it printed until
/// then is there.
pub(crate) fn finish(
    command: &mut Command,
    limit: Duration,
    printed: Option<&Path>,
) -> Result<String> {
    // A file is never full, as a pipe would be that nobody reads.
    let own = tempfile::NamedTempFile::new()?;
    let printed = printed.unwrap_or(own.path());
    let output = fs::File::create(printed)?;
    command.stdin(Stdio::null()).stdout(output).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("takes more than {} s", limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if !status.success() {
        bail!("crashes ({status})");
    }
    Ok(fs::read_to_string(printed)?)
}
