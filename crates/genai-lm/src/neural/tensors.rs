//! The tensors of a folder: one `model.safetensors`, or several with an index.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use ndarray::{Array2, ArrayView2, CowArray, Ix2};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::element::Element;
use super::error::Error;
use super::header::{self, Described};
use super::keys::Keys;
use crate::mapping::{Mapped, Pages, map};

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";

/// What older folders have in place of these. They are Python's pickles.
const OTHERS: [&str; 2] = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/// A tensor in a file.
#[derive(Clone, Debug)]
struct Stored {
    file: Arc<Mapped>,
    /// Where in the file.
    bytes: Range<usize>,
    /// None if it is of a kind that no weight here may be of.
    element: Option<Element>,
    /// The kind as the file names it.
    kind: String,
    shape: Vec<usize>,
}

/// The tensors of a folder that nobody has taken yet.
#[derive(Debug)]
pub(super) struct Tensors {
    stored: BTreeMap<String, Stored>,
    /// Whether what has to be converted is kept.
    keep: bool,
}

impl Tensors {
    /// Maps the files. If all weights take no more than `keep` bytes as `f32`, those that are stored otherwise
    /// are kept once they were converted.
    pub(super) fn open(folder: &Path, keep: usize) -> Result<Self, Error> {
        let mut stored = BTreeMap::new();
        if folder.join(INDEX).is_file() && !folder.join(SINGLE).is_file() {
            let index = folder.join(INDEX);
            for file in files_of(&index).map_err(|error| error.in_file(&index))? {
                let path = folder.join(file);
                open(&path, &mut stored).map_err(|error| error.in_file(&path))?;
            }
        } else {
            let path = folder.join(SINGLE);
            if !path.is_file()
                && let Some(other) = OTHERS.iter().find(|name| folder.join(name).is_file())
            {
                let error =
                    Error::refused(*other, "weights in a format that can run code", "safetensors");
                return Err(error.in_file(folder));
            }
            open(&path, &mut stored).map_err(|error| error.in_file(&path))?;
        }
        let numbers = |stored: &Stored| stored.shape.iter().product::<usize>();
        let total: usize = stored.values().map(numbers).sum();
        Ok(Self { stored, keep: total.saturating_mul(4) <= keep })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.stored.contains_key(name)
    }

    /// All of them, to be hashed when somebody asks for it.
    pub(super) fn content(&self) -> Content {
        Content(self.stored.clone())
    }

    fn take(&mut self, name: &str, expected: &[usize]) -> Result<(Stored, Element), Error> {
        let Some(stored) = self.stored.remove(name) else {
            return Err(Error::refused(
                format!("tensor {name}"),
                "missing",
                format!("shape {expected:?}"),
            ));
        };
        let Some(element) = stored.element else {
            return Err(Error::refused(format!("tensor {name}"), stored.kind, "F32, F16 or BF16"));
        };
        if stored.shape != expected {
            let found = format!("shape {:?}", stored.shape);
            return Err(Error::refused(
                format!("tensor {name}"),
                found,
                format!("shape {expected:?}"),
            ));
        }
        Ok((stored, element))
    }

    /// A matrix of that name and shape.
    pub(super) fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Matrix, Error> {
        let (stored, element) = self.take(name, &[rows, columns])?;
        let kept = (self.keep && element != Element::F32).then(OnceLock::new);
        Ok(Matrix { file: stored.file, bytes: stored.bytes, element, rows, columns, kept })
    }

    /// A vector of that name and length.
    pub(super) fn vector(&mut self, name: &str, length: usize) -> Result<Vec<f32>, Error> {
        let (stored, element) = self.take(name, &[length])?;
        Ok(element.read(&stored.file[stored.bytes]).into_owned())
    }

    /// Refuses tensors that no part of the model took: they would have changed its output.
    pub(super) fn finish(self, harmless: impl Fn(&str) -> bool) -> Result<(), Error> {
        match self.stored.keys().find(|name| !harmless(name)) {
            Some(name) => Err(Error::refused(
                format!("tensor {name}"),
                "one that config.json gives no place",
                "only tensors of the model",
            )),
            None => Ok(()),
        }
    }
}

/// The names of the files in an index, each once.
fn files_of(index: &Path) -> Result<Vec<String>, Error> {
    let value = serde_json::from_slice(&std::fs::read(index)?)?;
    let keys = Keys::new("", &value)?;
    let Some(map) = keys.object("weight_map")? else {
        return Err(keys.refuse("weight_map", "an object of names and files"));
    };
    let mut files = Vec::new();
    for name in map.names() {
        let file = map.text(name)?.unwrap_or_default();
        // A name that leads elsewhere could map any file of the machine.
        if !file.ends_with(".safetensors") || file.contains(['/', '\\']) {
            return Err(map.refuse(name, "the name of a .safetensors file in the same folder"));
        }
        files.push(file.to_owned());
    }
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// Adds the tensors of a file.
fn open(path: &Path, stored: &mut BTreeMap<String, Stored>) -> Result<(), Error> {
    let file = Arc::new(map(path, Pages::AsUsed)?);
    for Described { name, kind, element, shape, bytes } in header::read(&file)? {
        let tensor = Stored { file: Arc::clone(&file), bytes, element, kind, shape };
        if stored.insert(name.clone(), tensor).is_some() {
            return Err(Error::refused(
                format!("tensor {name}"),
                "in two files",
                "each tensor once",
            ));
        }
    }
    Ok(())
}

/// What the files hold.
#[derive(Debug)]
pub(super) struct Content(BTreeMap<String, Stored>);

impl Content {
    /// The SHA-256 of the weights with their names. It reads them all, each tensor on a thread of the pool.
    pub(super) fn digest(&self) -> [u8; 32] {
        let hash_of = |(name, tensor): &(&String, &Stored)| {
            let mut hash = Sha256::new();
            hash.update(format!("{name} {} {:?}\n", tensor.kind, tensor.shape));
            hash.update(&tensor.file[tensor.bytes.clone()]);
            hash.finalize()
        };
        let stored: Vec<_> = self.0.iter().collect();
        let parts: Vec<_> = stored.par_iter().map(hash_of).collect();
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// A matrix in a file, row by row, which becomes `f32` when it is used.
#[derive(Debug)]
pub(super) struct Matrix {
    file: Arc<Mapped>,
    bytes: Range<usize>,
    element: Element,
    rows: usize,
    columns: usize,
    /// There if what was converted once is to be kept.
    kept: Option<OnceLock<Box<[f32]>>>,
}

impl Matrix {
    /// Some of its rows.
    ///
    /// # Panics
    /// If it has no such rows.
    pub(super) fn rows(&self, rows: Range<usize>) -> CowArray<'_, f32, Ix2> {
        let shape = (rows.len(), self.columns);
        let numbers = match &self.kept {
            Some(kept) => {
                let all =
                    kept.get_or_init(|| self.read(0..self.rows).into_owned().into_boxed_slice());
                Cow::Borrowed(&all[rows.start * self.columns..rows.end * self.columns])
            }
            None => self.read(rows),
        };
        match numbers {
            Cow::Borrowed(numbers) => {
                ArrayView2::from_shape(shape, numbers).expect("a number for each place").into()
            }
            Cow::Owned(numbers) => {
                Array2::from_shape_vec(shape, numbers).expect("a number for each place").into()
            }
        }
    }

    /// All of it.
    pub(super) fn all(&self) -> CowArray<'_, f32, Ix2> {
        self.rows(0..self.rows)
    }

    /// How many rows it has.
    pub(super) fn height(&self) -> usize {
        self.rows
    }

    fn read(&self, rows: Range<usize>) -> Cow<'_, [f32]> {
        let row = self.columns * self.element.size();
        let (start, end) = (self.bytes.start + rows.start * row, self.bytes.start + rows.end * row);
        self.element.read(&self.file[start..end])
    }
}
