//! Arrays that are written a block at a time, to a NumPy file or a pipe.

use activations_testing::npy::Header;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    io::{self, ErrorKind, Stdout, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The name in messages.
const STDOUT: &str = "standard output";

/// An array being written, in little-endian order on every machine.
pub(crate) enum Destination {
    /// A temporary file that takes the place of `target` when it is complete, and is removed when
    /// it never gets there. The user calls it `path`, links and all.
    File {
        path: PathBuf,
        target: PathBuf,
        file: NamedTempFile,
    },
    Stdout(Stdout),
}

impl Destination {
    /// A file, or standard output without a path.
    pub(crate) fn create(path: Option<&Path>, header: &Header) -> Result<Self> {
        let header = Header { descriptor: "'<f4'".to_owned(), ..header.clone() };
        let mut destination = match path {
            Some(path) => Self::create_file(path)?,
            None => Self::Stdout(io::stdout()),
        };
        destination.write_bytes(&header.to_bytes())?;
        Ok(destination)
    }

    fn create_file(path: &Path) -> Result<Self> {
        let (target, file) = prepare(path).with_context(|| path.display().to_string())?;
        Ok(Self::File { path: path.to_owned(), target, file })
    }

    pub(crate) fn write(&mut self, elements: &[f32]) -> Result<()> {
        let bytes: Vec<_> = elements.iter().map(|element| element.to_le_bytes()).collect();
        self.write_bytes(bytes.as_flattened())
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::File { path, file, .. } => {
                file.as_file_mut().write_all(bytes).with_context(|| path.display().to_string())
            }
            Self::Stdout(stdout) => stdout.write_all(bytes).context(STDOUT),
        }
    }

    /// Puts the array where it belongs, once the disk or the reader of the pipe has it.
    pub(crate) fn publish(self) -> Result<()> {
        match self {
            Self::File { path, target, file } => {
                let published = file.as_file().sync_all().and_then(|()| Ok(file.persist(&target)?));
                published.map(drop).with_context(|| path.display().to_string())
            }
            Self::Stdout(mut stdout) => stdout.flush().context(STDOUT),
        }
    }
}

/// Where an output called `path` is to go, and a temporary file beside that place.
fn prepare(path: &Path) -> Result<(PathBuf, NamedTempFile)> {
    // A link keeps pointing to its file, and a file keeps its permissions.
    let (target, permissions) = match fs::canonicalize(path) {
        Ok(target) => {
            let metadata = fs::metadata(&target)?;
            // Renaming would replace a device such as /dev/null.
            ensure!(metadata.is_file(), "exists and is not a regular file");
            ensure!(!metadata.permissions().readonly(), "is read-only");
            (target, Some(metadata.permissions()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => bail!(error),
    };
    let folder =
        target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(folder.is_dir(), "there is no such folder");
    let file = temporary_in(folder)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    Ok((target, file))
}

/// A file that others may read as far as the user's mask lets them: it will be the output.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The name of the temporary file in the error would tell a user nothing.
    builder
        .prefix(".apply-")
        .suffix(".npy.tmp")
        .tempfile_in(folder)
        .map_err(|error| error.kind().into())
}
