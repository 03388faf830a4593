//! NumPy files, a block at a time: their size is not limited by memory.

use crate::kernel::Blocks;
use activations_testing::npy::Header;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::{self, File},
    io::{self, ErrorKind, IsTerminal, Read, Seek, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Elements read, computed and written together: 1 MiB of them stays in the cache meanwhile.
const BLOCK: usize = 1 << 18;
const ELEMENT_BYTES: usize = size_of::<f32>();
/// Below this size an array is done before a reader would have seen its progress.
const LARGE_BYTES: u64 = 64 << 20;

/// An array of little-endian f32 in C order, open at its first element.
pub(crate) struct Source {
    path: PathBuf,
    file: File,
    header: Header,
    elements_left: u64,
}

impl Source {
    /// Opens `path` and makes sure that all of the array is there.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Self::open_unnamed(path).with_context(|| path.display().to_string())
    }

    fn open_unnamed(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        ensure!(metadata.is_file(), "not a regular file");
        let header = Header::read(&mut file)?;
        let descriptor = &header.descriptor;
        ensure!(
            descriptor.trim_matches(['\'', '"']) == "<f4",
            "holds elements of type {descriptor}, not '<f4' (little-endian f32)"
        );
        ensure!(!header.fortran_order, "in Fortran order, not in C order");
        let elements_left =
            elements(&header).context("its shape has more elements than any file")?;
        let expected = elements_left * ELEMENT_BYTES as u64;
        let found = metadata.len().saturating_sub(file.stream_position()?);
        ensure!(found >= expected, "truncated: {found} of {expected} bytes of data");
        ensure!(found == expected, "{} bytes follow the array", found - expected);
        Ok(Self { path: path.to_owned(), file, header, elements_left })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The whole array, flat.
    pub(crate) fn read_all(mut self) -> Result<Vec<f32>> {
        self.read(usize::MAX)
    }

    /// The next `limit` elements, or as many as are left.
    fn read(&mut self, limit: usize) -> Result<Vec<f32>> {
        let count = usize::try_from(self.elements_left).map_or(limit, |left| left.min(limit));
        let mut bytes = vec![[0; ELEMENT_BYTES]; count];
        self.file
            .read_exact(bytes.as_flattened_mut())
            .with_context(|| self.path.display().to_string())?;
        self.elements_left -= count as u64;
        Ok(bytes.into_iter().map(f32::from_le_bytes).collect())
    }
}

/// How many elements the shape has, if a file can have that many.
fn elements(header: &Header) -> Option<u64> {
    if header.shape.contains(&0) {
        return Some(0);
    }
    let elements =
        header.shape.iter().try_fold(1_u64, |product, &side| product.checked_mul(side as u64))?;
    elements.checked_mul(ELEMENT_BYTES as u64).map(|_| elements)
}

/// An array being written to a temporary file that takes the place of `target` when it is complete,
/// and is removed when it never gets there.
pub(crate) struct Destination {
    /// What the user calls it, links and all.
    path: PathBuf,
    target: PathBuf,
    file: NamedTempFile,
}

impl Destination {
    pub(crate) fn create(path: &Path, header: &Header) -> Result<Self> {
        let (target, file) = prepare(path, header).with_context(|| path.display().to_string())?;
        Ok(Self { path: path.to_owned(), target, file })
    }

    fn write(&mut self, elements: &[f32]) -> Result<()> {
        let bytes: Vec<_> = elements.iter().map(|element| element.to_le_bytes()).collect();
        self.file
            .as_file_mut()
            .write_all(bytes.as_flattened())
            .with_context(|| self.path.display().to_string())
    }

    /// Puts the array where it belongs, once the disk has it.
    fn publish(self) -> Result<()> {
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

/// Writes the image of `source` under `kernel` to `destination`.
pub(crate) fn convert(
    mut source: Source,
    mut destination: Destination,
    kernel: Blocks,
) -> Result<()> {
    let Blocks { elements, apply } = kernel;
    let block_elements = if elements < BLOCK { BLOCK - BLOCK % elements.max(1) } else { elements };
    let progress = Progress::of(source.elements_left);
    while source.elements_left > 0 {
        let mut block = source.read(block_elements)?;
        apply(&mut block);
        destination.write(&block)?;
        progress.show(source.elements_left);
    }
    // Where the output is the input, some systems replace it only while nobody has it open.
    drop(source);
    destination.publish()
}

/// The part of an array that is done, on the terminal, if there is one and the wait is worth it.
struct Progress {
    elements: u64,
    is_shown: bool,
}

impl Progress {
    fn of(elements: u64) -> Self {
        let is_large = elements >= LARGE_BYTES / ELEMENT_BYTES as u64;
        Self { elements, is_shown: is_large && io::stderr().is_terminal() }
    }

    /// Replaces what the line of the terminal shows. Nothing is left of it at the end.
    fn show(&self, elements_left: u64) {
        if self.is_shown {
            let done = 100 - u128::from(elements_left) * 100 / u128::from(self.elements);
            let line = if elements_left > 0 { format!("{done:3} %") } else { " ".repeat(5) };
            let _ = write!(io::stderr(), "\r{line}\r");
        }
    }
}
