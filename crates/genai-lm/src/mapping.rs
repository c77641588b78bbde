//! Files as slices of bytes, mapped into memory by the operating system.

#![expect(
    unsafe_code,
    reason = "mapping a file is unsafe: see the argument at the one place that does it"
)]

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::{Mmap, MmapOptions};

/// A file's bytes, as the operating system has them.
pub(crate) struct Mapped(Mmap);

/// When the pages of a file are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pages {
    /// At once, as far as the system does that: for tables, which are asked at places all over.
    AtOnce,
    /// As they are used: for weights, which are read once from first to last.
    #[cfg_attr(
        not(any(feature = "neural", test)),
        expect(dead_code, reason = "only neural models have weights")
    )]
    AsUsed,
}

/// Maps the whole of a file, which may be empty.
///
/// The bytes may change while they are looked at if another program writes to the file, so whoever
/// uses them checks every place that is computed from them.
pub(crate) fn map(path: &Path, pages: Pages) -> io::Result<Mapped> {
    let file = File::open(path)?;
    let mut options = MmapOptions::new();
    if matches!(pages, Pages::AtOnce) {
        options.populate();
    }
    // SAFETY: the map is read-only, lives as long as what borrows from it, and is never viewed as anything but
    // bytes, of which all values are valid. What Rust asks for besides, that they do not change meanwhile, no
    // program can make sure of. Models are files that are written once and then read; who overwrites one in place
    // while it is used gets other numbers, as whatever is made of the bytes is checked as the content of any file
    // that was read would be, and who cuts it short gets SIGBUS, an end of the process and not a wrong read.
    unsafe { options.map(&file) }.map(Mapped)
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Not the content.
impl fmt::Debug for Mapped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mapped").field("bytes", &self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for content in [&b""[..], b"some bytes"] {
            std::fs::write(&path, content).unwrap();
            for pages in [Pages::AtOnce, Pages::AsUsed] {
                assert_eq!(&*map(&path, pages).unwrap(), content);
            }
        }
        assert!(map(&folder.path().join("none"), Pages::AsUsed).is_err());
    }
}
