//! Files as memory: the one place of this crate with unsafe code.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::{Mmap, MmapOptions};

/// Maps a whole file for reading. Where the system can, it is asked to have all pages ready.
///
/// What a caller gets is bytes that may change while they are looked at, if another program writes to the
/// file, or end the process, if it is cut short; so whoever uses them must take any bytes for possible at any
/// time, and check every place that is computed from them.
#[expect(unsafe_code, reason = "mapping a file is unsafe, as others may change it")]
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: The map is read-only, lives as long as what borrows from it, and is never viewed as anything but bytes, of
    // which all values are valid. What Rust asks for besides, that they do not change meanwhile, no program can make
    // sure of; the documentation of `NgramModel::open` asks for it, as all who map files must. Should it be broken all
    // the same: numbers are copied out and each is checked where it is used as an index, so what is to be feared is wrong
    // scores, or a signal where the file was cut short.
    unsafe { MmapOptions::new().populate().map(&file) }
}
