//! NumPy files that are read a block at a time.

use activations_testing::npy::Header;
use anyhow::{Context, Result, ensure};
use std::{
    fs::File,
    io::{Read, Seek},
    path::{Path, PathBuf},
};

pub(crate) const ELEMENT_BYTES: usize = size_of::<f32>();

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

    pub(crate) fn elements_left(&self) -> u64 {
        self.elements_left
    }

    /// The whole array, flat.
    pub(crate) fn read_all(mut self) -> Result<Vec<f32>> {
        self.read(usize::MAX)
    }

    /// The next `limit` elements, or as many as are left.
    pub(crate) fn read(&mut self, limit: usize) -> Result<Vec<f32>> {
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
