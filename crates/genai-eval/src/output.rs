//! Where results go: standard output, or a file that appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::{Builder, NamedTempFile};

/// An output that was opened before the work and is written after it.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Standard,
    /// A file beside the one that it will replace.
    Replaced {
        /// What will be there in the end.
        target: PathBuf,
        /// What is written.
        file: NamedTempFile,
    },
    /// Something that is no regular file, such as a pipe or `/dev/null`, written as it is.
    Direct {
        /// Its path.
        target: PathBuf,
        /// It, opened.
        file: File,
    },
}

impl Output {
    /// Opens standard output, or a file if there is a path.
    ///
    /// # Errors
    /// If the file could not be written later.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard) };
        let cannot = || format!("cannot write {}", path.display());
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                anyhow::bail!("cannot write {}: it is a directory", path.display())
            }
            Ok(metadata) if !metadata.is_file() => {
                let file = OpenOptions::new().write(true).open(path).with_context(cannot)?;
                Ok(Self::Direct { target: path.to_owned(), file })
            }
            Ok(metadata) => {
                if metadata.permissions().readonly() {
                    anyhow::bail!("cannot write {}: it is read-only", path.display());
                }
                // Through a symbolic link, so that the link stays one.
                let target = fs::canonicalize(path).with_context(cannot)?;
                let file = beside(&target).with_context(cannot)?;
                file.as_file().set_permissions(metadata.permissions()).with_context(cannot)?;
                Ok(Self::Replaced { target, file })
            }
            Err(_) => {
                let file = beside(path).with_context(cannot)?;
                Ok(Self::Replaced { target: path.to_owned(), file })
            }
        }
    }

    /// Writes everything and puts it in its place. A reader who has closed a pipe is content.
    ///
    /// # Errors
    /// If it cannot be written; a file is then as it was before.
    pub(crate) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                match write(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        // What is left in the buffer must not be tried again.
                        drop(out.into_parts());
                        Ok(())
                    }
                    result => result.context("cannot write to standard output"),
                }
            }
            Self::Direct { target, file } => {
                let mut out = BufWriter::new(file);
                let result = write(&mut out).and_then(|()| out.flush());
                result.with_context(|| format!("cannot write {}", target.display()))
            }
            Self::Replaced { target, file } => {
                let cannot = || format!("cannot write {}", target.display());
                let mut out = BufWriter::new(file);
                write(&mut out).with_context(cannot)?;
                let file = out.into_inner().map_err(io::IntoInnerError::into_error);
                file.with_context(cannot)?
                    .persist(&target)
                    .map_err(|error| error.error)
                    .with_context(cannot)?;
                Ok(())
            }
        }
    }
}

fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = Builder::new();
    builder.prefix(".genai-eval-").suffix(".part");
    // As an ordinary new file, not as a secret one; the process's mask still applies.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(|error| {
        // The library's message names the temporary file, which says nothing to the user.
        io::Error::new(
            error.kind(),
            match error.kind() {
                io::ErrorKind::NotFound => "there is no such folder".to_owned(),
                kind => kind.to_string(),
            },
        )
    })
}
