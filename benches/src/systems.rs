//! Several systems' outputs for the same references: real ones, or generated.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use genai_metrics::{Measurer, Scorer, Table};

use super::{Language, Script, SplitMix64};

/// The environment variable that names the folder of corpora.
pub const CORPORA: &str = "GENAI_EVAL_CORPORA";

/// WMT22's English-German systems of that folder, and a second human translation, of which BLEU and chrF see least.
const WMT22: [&str; 5] = [
    "hyp.JDExploreAcademy.txt",
    "hyp.Online-W.txt",
    "hyp.PROMT.txt",
    "hyp.OpenNMT.txt",
    "ref.B.txt",
];

/// References, and what several systems made of the same sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Systems {
    /// Where they are from, for reports.
    pub origin: &'static str,
    /// One reference a segment.
    pub references: Vec<String>,
    /// Each system's outputs, segment by segment.
    pub outputs: Vec<Vec<String>>,
}

impl Systems {
    /// WMT22's, if [`CORPORA`] names a folder that has them, otherwise generated ones.
    ///
    /// # Errors
    /// If files cannot be read or have different numbers of lines.
    pub fn real_or_generated() -> Result<Self> {
        match std::env::var_os(CORPORA) {
            Some(root) => Self::wmt22(&Path::new(&root).join("public/wmt22/en-de")),
            None => Ok(Self::generate(2037, 1)),
        }
    }

    fn wmt22(folder: &Path) -> Result<Self> {
        let references = lines(&folder.join("ref.A.txt"))?;
        let outputs = WMT22.map(|name| lines(&folder.join(name)));
        let outputs = outputs.into_iter().collect::<Result<Vec<_>>>()?;
        for output in &outputs {
            ensure!(output.len() == references.len(), "files have different numbers of lines");
        }
        Ok(Self { origin: "WMT22 English-German", references, outputs })
    }

    /// Five systems, of which the first two are equally good and the next three ever worse, always
    /// the same for the same seed.
    ///
    /// ```
    /// use genai_eval_benches::Systems;
    /// let systems = Systems::generate(100, 1);
    /// assert_eq!((systems.references.len(), systems.outputs.len()), (100, 5));
    /// assert_eq!(systems, Systems::generate(100, 1));
    /// ```
    pub fn generate(segments: usize, seed: u64) -> Self {
        let mut random = SplitMix64::new(seed);
        let language = Language::new(Script::Latin, &mut random);
        let mut references = Vec::new();
        let mut outputs = vec![Vec::new(); WMT22.len()];
        for _ in 0..segments {
            let reference = language.sentence(&mut random);
            for (output, twice) in outputs.iter_mut().zip([0.0, 0.0, 0.1, 0.3, 0.6]) {
                let mut words = language.edited(&reference, &mut random);
                if random.chance(twice) {
                    words = language.edited(&words, &mut random);
                }
                output.push(words.join(" ") + ".");
            }
            references.push(reference.join(" ") + ".");
        }
        Self { origin: "generated", references, outputs }
    }

    /// A system's rows.
    ///
    /// # Errors
    /// If a text cannot be measured.
    pub fn table(&self, scorer: &dyn Scorer, system: usize) -> Result<Table> {
        let mut measurer = Measurer::new([scorer]);
        let mut row = vec![0.0; measurer.width()];
        let mut table = Table::new(measurer.width());
        for (output, reference) in self.outputs[system].iter().zip(&self.references) {
            measurer.prepare(&[Some(reference)])?.measure(output, &mut row)?;
            table.push(&row);
        }
        Ok(table)
    }
}

/// The lines of a file, split at line feeds only.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).split('\n').map(str::to_owned).collect())
}
