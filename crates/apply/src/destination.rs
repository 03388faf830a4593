//! NumPy files that are written a block at a time.

use activations_testing::npy::Header;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// An array being written, in little-endian order on every machine, to a temporary file that takes
/// the place of `target` when it is complete, and is removed when it never gets there.
pub(crate) struct Destination {
    /// What the user calls it, links and all.
    path: PathBuf,
    target: PathBuf,
    file: NamedTempFile,
}

impl Destination {
    pub(crate) fn create(path: &Path, input: &Header) -> Result<Self> {
        let header = Header { descriptor: "'<f4'".to_owned(), ..input.clone() };
        let (target, file) = prepare(path, &header).with_context(|| path.display().to_string())?;
        Ok(Self { path: path.to_owned(), target, file })
    }

    pub(crate) fn write(&mut self, elements: &[f32]) -> Result<()> {
        let bytes: Vec<_> = elements.iter().map(|element| element.to_le_bytes()).collect();
        self.file
            .as_file_mut()
            .write_all(bytes.as_flattened())
            .with_context(|| self.path.display().to_string())
    }

    /// Puts the array where it belongs, once the disk has it.
    pub(crate) fn publish(self) -> Result<()> {
        let Self { path, target, file } = self;
        let published = file.as_file().sync_all().and_then(|()| Ok(file.persist(&target)?));
        published.map(drop).with_context(|| path.display().to_string())
    }
}

/// Where an output called `path` is to go, and a temporary file beside that place, with the header
/// in it.
fn prepare(path: &Path, header: &Header) -> Result<(PathBuf, NamedTempFile)> {
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
    let mut file = temporary_in(folder)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file_mut().write_all(&header.to_bytes())?;
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
