//! Bytes a second in every cell of vocabulary, text and mode, cold and warm.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use genai_eval_benches::Kind;

use crate::measured::{Machine, Measured, Mode, Task};
use crate::peers::{OURS, REFERENCE};
use crate::vocabulary::Vocabulary;
use crate::{Peers, check, traps};

/// Measures bytes a second.
#[derive(Debug, Parser)]
pub(crate) struct Speed {
    #[command(flatten)]
    peers: Peers,
    /// A text to encode, as often as there are texts; generated ones if not given
    #[arg(long = "text", value_name = "FILE")]
    texts: Vec<PathBuf>,
    /// How much of each, in megabytes
    #[arg(long, default_value_t = 10.0)]
    megabytes: f64,
    /// Only whole files, or only line by line
    #[arg(long)]
    mode: Option<Mode>,
    /// How often each peer is started in each cell
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How often a process encodes its text: once cold, then warm
    #[arg(long, default_value_t = 4)]
    passes: usize,
    /// A process begins no further pass after so many seconds of them
    #[arg(long, default_value_t = 1.5)]
    patience: f64,
    /// Who takes so many times as long as the fastest in the first round has no second one
    #[arg(long, default_value_t = 5.0)]
    slow: f64,
    /// Count the process's seconds on the processor, for a machine that has other work to do
    #[arg(long)]
    cpu: bool,
    /// Leave out the traps that come before the clock
    #[arg(long)]
    no_check: bool,
    /// Where all that was measured goes, a line of JSON for each process
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What is compared: everything but the peer.
struct Cell<'a> {
    vocabulary: Vocabulary,
    text: &'a PathBuf,
    mode: Mode,
}

impl Cell<'_> {
    fn name(&self) -> String {
        let text = self.text.file_stem().unwrap_or_default().to_string_lossy();
        format!("{text}, {}, {}", self.vocabulary.short_name(), self.mode.name())
    }
}

/// A peer in a cell.
#[derive(Default)]
struct Row {
    name: String,
    version: String,
    /// A process each, by round.
    rounds: Vec<Measured>,
    failure: Option<String>,
}

impl Row {
    fn first(&self) -> Option<&Measured> {
        self.rounds.first()
    }
}

/// The seconds of passes by the clock that was asked for.
#[derive(Clone, Copy)]
struct Clock {
    cpu: bool,
}

impl Clock {
    fn passes(self, measured: &Measured) -> &[f64] {
        if self.cpu { &measured.cpu } else { &measured.passes }
    }

    fn load(self, measured: &Measured) -> f64 {
        if self.cpu { measured.load_cpu } else { measured.load }
    }

    fn cold(self, measured: &Measured) -> f64 {
        self.passes(measured)[0]
    }

    /// The median of the passes after the first.
    fn warm(self, measured: &Measured) -> Option<f64> {
        median(self.passes(measured)[1..].to_vec())
    }
}

pub(crate) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    Some(numbers[last / 2].midpoint(numbers[last.div_ceil(2)]))
}

fn least(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    numbers.min_by(f64::total_cmp)
}

/// A cell of the table, or a dash.
fn shown(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.digits$}"))
}

/// How many times as long.
fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}x"))
}

/// Who is first in a cell, and how far ahead or behind we are.
struct Verdict {
    cell: String,
    /// Cold, then warm: our megabytes a second, the fastest peer's and its name.
    ours: [Option<f64>; 2],
    best: [Option<(f64, String)>; 2],
}

impl Speed {
    pub(crate) fn run(self) -> Result<()> {
        let machine = self.peers.machine();
        let peers = self.peers.named(&machine)?;
        let vocabularies = self.peers.vocabularies()?;
        let texts = if self.texts.is_empty() { self.generated()? } else { self.texts.clone() };
        println!(
            "{} rounds in turns, a process each, {} MB of each text, seconds of {}; MB/s of the \
             fastest round; \"we are\": how many times as long the peer took as we did in the \
             same round, the median of rounds.",
            self.rounds,
            self.megabytes,
            if self.cpu { "processor time" } else { "the clock" }
        );
        if !self.no_check {
            let texts = traps::all(200);
            for &vocabulary in &vocabularies {
                check::check(&peers, vocabulary, &self.peers.folder, &texts, &machine)?;
            }
        }
        let mut log = self.json.as_ref().map(File::create).transpose()?;
        let mut verdicts = Vec::new();
        for &vocabulary in &vocabularies {
            for text in &texts {
                for mode in Mode::ALL {
                    if self.mode.is_none_or(|only| only == mode) {
                        let cell = Cell { vocabulary, text, mode };
                        verdicts.push(self.compare(&cell, &peers, &machine, log.as_mut())?);
                    }
                }
            }
        }
        summary(&verdicts);
        Ok(())
    }

    /// Texts of our own making.
    fn generated(&self) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for kind in Kind::ALL {
            let path = self.peers.folder.join(format!("generated.{}.txt", kind.name()));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "megabytes"
            )]
            std::fs::write(&path, kind.text((self.megabytes * 1e6) as usize, 1))?;
            paths.push(path);
        }
        Ok(paths)
    }

    fn compare(
        &self,
        cell: &Cell<'_>,
        peers: &[(String, String)],
        machine: &Machine,
        mut log: Option<&mut File>,
    ) -> Result<Verdict> {
        let clock = Clock { cpu: self.cpu };
        let mut rows: Vec<Row> = peers
            .iter()
            .map(|(name, version)| Row {
                name: name.clone(),
                version: version.clone(),
                ..Row::default()
            })
            .collect();
        for round in 0..self.rounds {
            let colds = rows.iter().filter_map(|row| row.first().map(|first| clock.cold(first)));
            let fastest = least(colds).unwrap_or(f64::INFINITY);
            for row in rows.iter_mut().filter(|row| row.failure.is_none()) {
                if round > 0
                    && row.first().is_none_or(|first| clock.cold(first) > self.slow * fastest)
                {
                    continue;
                }
                match self.task(cell, &row.name).start(machine) {
                    Ok(measured) => {
                        if let Some(log) = &mut log {
                            let cell = cell.name();
                            writeln!(
                                log,
                                "{}",
                                serde_json::to_string(&(cell, &row.name, &measured))?
                            )?;
                        }
                        row.rounds.push(measured);
                    }
                    Err(error) => row.failure = Some(format!("{error:#}")),
                }
            }
        }
        let right = match rows.iter().find(|row| row.name == REFERENCE).and_then(Row::first) {
            Some(reference) => reference.digest.clone(),
            None => Task { passes: 1, ..self.task(cell, REFERENCE) }.start(machine)?.digest,
        };
        let ours = rows.iter().find(|row| row.name == OURS).map_or(&[][..], |row| &row.rounds);
        Ok(table(cell, &rows, ours, &right, clock))
    }

    fn task(&self, cell: &Cell<'_>, peer: &str) -> Task {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "megabytes")]
        let bytes = (self.megabytes * 1e6) as usize;
        Task {
            peer: peer.to_owned(),
            vocabulary: cell.vocabulary,
            folder: self.peers.folder.clone(),
            text: cell.text.clone(),
            bytes,
            mode: cell.mode,
            passes: self.passes,
            patience: self.patience,
        }
    }
}

/// Prints a cell, the fastest peer first.
fn table(cell: &Cell<'_>, rows: &[Row], ours: &[Measured], right: &str, clock: Clock) -> Verdict {
    println!("\n### {}\n", cell.name());
    println!(
        "| peer | ids | rounds | load ms | cold MB/s | we are | with loading | warm MB/s | we are | held MiB | peak MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut verdict = Verdict { cell: cell.name(), ours: [None; 2], best: [None, None] };
    let mut sorted: Vec<&Row> = rows.iter().collect();
    let cold = |row: &Row| least(row.rounds.iter().map(|round| clock.cold(round)));
    let warm = |row: &Row| least(row.rounds.iter().filter_map(|round| clock.warm(round)));
    sorted.sort_by(|a, b| {
        cold(a).unwrap_or(f64::INFINITY).total_cmp(&cold(b).unwrap_or(f64::INFINITY))
    });
    for row in sorted {
        let Some(first) = row.first() else {
            let failure = row.failure.as_deref().unwrap_or_default();
            println!("| {} {} | {failure} |  |  |  |  |  |  |  |  |  |", row.name, row.version);
            continue;
        };
        let rate = |seconds: Option<f64>| seconds.map(|seconds| first.bytes as f64 / 1e6 / seconds);
        let ratio = |of: &dyn Fn(&Measured) -> Option<f64>| {
            let pairs = row.rounds.iter().zip(ours);
            median(pairs.filter_map(|(theirs, ours)| Some(of(theirs)? / of(ours)?)).collect())
        };
        let equal = first.digest == right;
        let rates = [rate(cold(row)), rate(warm(row))];
        let both = least(row.rounds.iter().map(|round| clock.load(round) + clock.cold(round)));
        for (i, rate) in rates.iter().enumerate() {
            if row.name == OURS {
                verdict.ours[i] = *rate;
            } else if let Some(rate) = rate.filter(|_| equal)
                && verdict.best[i].as_ref().is_none_or(|(best, _)| rate > *best)
            {
                verdict.best[i] = Some((rate, row.name.clone()));
            }
        }
        println!(
            "| {} {} | {} | {} | {:.0} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            row.version,
            if equal { "equal" } else { "**differ**" },
            row.rounds.len(),
            least(row.rounds.iter().map(|round| clock.load(round))).unwrap_or_default() * 1e3,
            shown(rates[0], 1),
            times(ratio(&|round| Some(clock.cold(round)))),
            shown(rate(both), 1),
            shown(rates[1], 1),
            times(ratio(&|round| clock.warm(round))),
            first.loaded_kib / 1024,
            first.peak_kib / 1024,
        );
    }
    verdict
}

/// All cells beside the fastest peer with right ids in each.
fn summary(verdicts: &[Verdict]) {
    println!("\n### Beside the fastest peer of each cell whose ids are equal\n");
    println!("| cell | ours, cold | fastest peer | we are | ours, warm | fastest peer | we are |");
    println!("|---|---|---|---|---|---|---|");
    for Verdict { cell, ours, best } in verdicts {
        let [cold, warm] = [0, 1].map(|i| {
            let peer = best[i].as_ref();
            let name =
                peer.map_or_else(|| "–".to_owned(), |(rate, name)| format!("{name} {rate:.1}"));
            let ratio = ours[i].zip(peer).map(|(ours, (theirs, _))| ours / theirs);
            format!("{} | {name} | {}", shown(ours[i], 1), times(ratio))
        });
        println!("| {cell} | {cold} | {warm} |");
    }
}
