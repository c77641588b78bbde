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

use memmap2::Mmap;

/// A file's bytes, read from the disk as they are used.
pub(crate) struct Mapped(Mmap);

/// Maps the whole of a file, which may be empty.
pub(crate) fn map(path: &Path) -> io::Result<Mapped> {
    let file = File::open(path)?;
    // SAFETY: the mapping is private to this process and nothing here writes to it, so that the slice is
    // changed only if another process changes the file itself. Models are files that are written once and
    // then read; who overwrites one in place while it is being scored gets other numbers, and who cuts it
    // short gets SIGBUS, an end of the process and not a wrong read. Every pattern of bytes is valid as
    // `u8`, and whatever is made of them is checked as the content of any file that was read would be.
    unsafe { Mmap::map(&file) }.map(Mapped)
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
            assert_eq!(&*map(&path).unwrap(), content);
        }
        assert!(map(&folder.path().join("none")).is_err());
    }
}
