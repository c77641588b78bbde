//! Where results go: standard output, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile, SpooledTempFile};

/// An output that was found writable before the work and is written after it.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Standard,
    /// A file that will be there whole, or as it was before.
    Whole(PathBuf),
    /// Something that is no regular file, such as a pipe or `/dev/null`, written as it is.
    Direct(PathBuf, File),
}

/// An output that is written, but for a file's coming into its place.
#[derive(Debug)]
#[must_use]
pub(crate) struct Staged(Option<(PathBuf, NamedTempFile)>);

/// What fits in memory before a result waits in a temporary file.
const IN_MEMORY: usize = 64 << 20;

/// The name that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

impl Output {
    /// Standard output, or a file if there is a path.
    ///
    /// # Errors
    /// If the file could not be written later.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard) };
        if [STANDARD_OUTPUT, "/dev/stdout", "/dev/fd/1"].iter().any(|name| path == Path::new(name))
        {
            return Ok(Self::Standard);
        }
        let cannot = || cannot_write(path);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => bail!("{}: it is a directory", cannot()),
            // What stands for a descriptor may lead to a file that others are writing, too.
            Ok(metadata) if !metadata.is_file() || is_descriptor(path) => {
                let file = OpenOptions::new().append(true).open(path).with_context(cannot)?;
                return Ok(Self::Direct(path.to_owned(), file));
            }
            Ok(metadata) if metadata.permissions().readonly() => {
                bail!("{}: it is read-only", cannot())
            }
            _ => {}
        }
        let target = behind_links(path).with_context(cannot)?;
        // Tried and taken away again: a run that is killed leaves nothing behind.
        drop(beside(&target).with_context(cannot)?);
        Ok(Self::Whole(target))
    }

    /// Whether both would write the same file, or both standard output.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Standard, Self::Standard) => true,
            (Self::Whole(one), Self::Whole(other)) => place(one) == place(other),
            _ => false,
        }
    }

    /// Whether colours are seen there and wanted.
    pub(crate) fn shows_colours(&self) -> bool {
        let is_terminal = match self {
            Self::Standard => io::stdout().is_terminal(),
            Self::Direct(_, file) => file.is_terminal(),
            Self::Whole(_) => false,
        };
        is_terminal && std::env::var_os("NO_COLOR").is_none()
    }

    /// Whether it would replace that file.
    pub(crate) fn would_replace(&self, file: &str) -> bool {
        matches!(self, Self::Whole(target) if place(target) == place(Path::new(file)))
    }

    /// Writes everything; a file comes into its place by [`Staged::commit`]. A reader who has
    /// closed a pipe is content.
    ///
    /// # Errors
    /// If it cannot be written; a file is then as it was before.
    pub(crate) fn stage(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Staged> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                let result = write(&mut out).and_then(|()| out.flush());
                // What is left in the buffer must not be tried again.
                drop(out.into_parts());
                unless_closed(result).context("cannot write to standard output")?;
                Ok(Staged(None))
            }
            Self::Direct(path, file) => {
                let mut out = BufWriter::new(file);
                let result = write(&mut out).and_then(|()| out.flush());
                drop(out.into_parts());
                unless_closed(result).with_context(|| cannot_write(&path))?;
                Ok(Staged(None))
            }
            Self::Whole(target) => {
                let cannot = || cannot_write(&target);
                let mut out = BufWriter::new(beside(&target).with_context(cannot)?);
                write(&mut out).with_context(cannot)?;
                let file = out.into_inner().map_err(io::IntoInnerError::into_error);
                let file = file.with_context(cannot)?;
                if let Ok(metadata) = fs::metadata(&target) {
                    file.as_file().set_permissions(metadata.permissions()).with_context(cannot)?;
                }
                Ok(Staged(Some((target, file))))
            }
        }
    }

    /// Writes everything and puts it in its place.
    ///
    /// # Errors
    /// As [`Output::stage`].
    pub(crate) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        self.stage(write)?.commit()
    }

    /// Writes what `work` makes while it makes it, and puts it in its place if it comes to an end.
    /// Where it would be seen at once it waits, in memory and then in a temporary file, since
    /// nothing may be printed before the last line has proved readable.
    ///
    /// # Errors
    /// What `work` could not do; else as [`Output::stage`].
    pub(crate) fn stream(self, work: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        if let Self::Whole(target) = &self {
            let cannot = cannot_write(target);
            let mut worked = Ok(());
            let staged = self.stage(|out| {
                worked = work(out);
                // Whatever it was: the file must not come into its place.
                worked.as_ref().map_or_else(|_| Err(io::ErrorKind::Other.into()), |()| Ok(()))
            });
            // A full disk is the output's; anything else is what was worked on.
            worked.map_err(|e| if e.is::<io::Error>() { e.context(cannot) } else { e })?;
            return staged?.commit();
        }
        let mut waiting = SpooledTempFile::new(IN_MEMORY);
        work(&mut waiting)?;
        waiting.rewind()?;
        self.write(|out| io::copy(&mut waiting, out).map(|_| ()))
    }
}

impl Staged {
    /// Puts a file in its place.
    ///
    /// # Errors
    /// If that cannot be done; the file is then as it was before.
    pub(crate) fn commit(self) -> Result<()> {
        let Some((target, file)) = self.0 else { return Ok(()) };
        file.persist(&target)
            .map_err(|error| error.error)
            .with_context(|| cannot_write(&target))?;
        Ok(())
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/dev") || path.starts_with("/proc")
}

/// The file that a path leads to through symbolic links, so that the links stay links. The last
/// one may lead to nothing yet.
pub(crate) fn behind_links(path: &Path) -> io::Result<PathBuf> {
    const MOST_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Where a file is or will be, whatever path leads there.
fn place(path: &Path) -> Option<PathBuf> {
    let there = fs::canonicalize(path);
    there
        .or_else(|_| {
            Ok::<_, io::Error>(
                fs::canonicalize(folder(path))?.join(path.file_name().unwrap_or_default()),
            )
        })
        .ok()
}

/// The folder that a file is in.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file beside another, to be renamed to it.
pub(crate) fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".genai-eval-").suffix(".part");
    // As an ordinary new file, not as a secret one; the process's mask still applies.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder(target)).map_err(|error| {
        // The library's message names the temporary file, which says nothing to the user.
        let message = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            io::ErrorKind::PermissionDenied => "its folder is not writable".to_owned(),
            kind => kind.to_string(),
        };
        io::Error::new(error.kind(), message)
    })
}
