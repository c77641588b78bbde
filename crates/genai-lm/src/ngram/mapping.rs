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
    // SAFETY: The map is read-only and private to its owner, is never viewed as anything but bytes, of which
    // all values are valid, and no reference into it is turned into one to another type. Numbers are copied out of
    // it, and each is checked where it is used as an index, so bytes that change give wrong scores at worst. A
    // file that is cut short while it is mapped ends the process by a signal, which is not undefined behaviour;
    // the documentation of `NgramModel::open` says so.
    unsafe { MmapOptions::new().populate().map(&file) }
}
