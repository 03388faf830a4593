//! Arrays that are read a block at a time, from a NumPy file or a pipe.

use activations_testing::npy::Header;
use anyhow::{Context, Result, ensure};
use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

pub(crate) const ELEMENT_BYTES: usize = size_of::<f32>();
/// An array from a pipe is kept in memory up to this size, and in a temporary file beyond it.
const IN_MEMORY_BYTES: usize = 16 << 20;

/// An array of f32, open at its first element. All of it has been found to be there.
pub(crate) struct Source {
    /// The name in messages.
    name: String,
    description: Description,
    data: Box<dyn Read>,
    elements_left: u64,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let (description, file) = open(path).with_context(|| name.clone())?;
        Ok(Self::new(name, description, Box::new(file)))
    }

    pub(crate) fn stdin() -> Result<Self> {
        let name = "standard input".to_owned();
        let (description, copy) = copy_stdin().with_context(|| name.clone())?;
        Ok(Self::new(name, description, Box::new(copy)))
    }

    fn new(name: String, description: Description, data: Box<dyn Read>) -> Self {
        let elements_left = description.elements;
        Self { name, description, data, elements_left }
    }

    pub(crate) fn header(&self) -> &Header {
        &self.description.header
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
        self.data.read_exact(bytes.as_flattened_mut()).with_context(|| self.name.clone())?;
        self.elements_left -= count as u64;
        let bytes = bytes.into_iter();
        Ok(match self.description.byte_order {
            ByteOrder::Little => bytes.map(f32::from_le_bytes).collect(),
            ByteOrder::Big => bytes.map(f32::from_be_bytes).collect(),
        })
    }
}

/// Opens a file at the first element.
fn open(path: &Path) -> Result<(Description, File)> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    ensure!(metadata.is_file(), "not a regular file");
    let description = Description::read(&mut file)?;
    let expected = description.bytes();
    let found = metadata.len().saturating_sub(file.stream_position()?);
    ensure!(found >= expected, "truncated: {found} of {expected} bytes of data");
    ensure!(found == expected, "{} bytes follow the array", found - expected);
    Ok((description, file))
}

/// Reads standard input to its end. The length of a pipe is known only there, and nothing may be
/// written before it is known to be that of the array.
fn copy_stdin() -> Result<(Description, impl Read)> {
    let mut stdin = io::stdin().lock();
    let description = Description::read(&mut stdin)?;
    let expected = description.bytes();
    let mut copy = tempfile::spooled_tempfile(IN_MEMORY_BYTES);
    // One byte beyond the array tells that the pipe goes on.
    let found = io::copy(&mut stdin.take(expected + 1), &mut copy)?;
    ensure!(found >= expected, "truncated: {found} of {expected} bytes of data");
    ensure!(found == expected, "more bytes follow the array");
    copy.rewind()?;
    Ok((description, copy))
}

/// What a header says, as far as `apply` can read it.
struct Description {
    header: Header,
    byte_order: ByteOrder,
    elements: u64,
}

impl Description {
    fn read(file: &mut impl Read) -> Result<Self> {
        let header = Header::read(file)?;
        let descriptor = &header.descriptor;
        let byte_order = ByteOrder::of(descriptor).with_context(|| {
            format!("holds elements of type {descriptor}, not f32 ('<f4' or '>f4')")
        })?;
        let elements = elements(&header).context("its shape has more elements than any file")?;
        Ok(Self { header, byte_order, elements })
    }

    /// The length of the array.
    fn bytes(&self) -> u64 {
        self.elements * ELEMENT_BYTES as u64
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

enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };

    /// The byte order of f32 elements, or `None` for elements of another type.
    fn of(descriptor: &str) -> Option<Self> {
        match descriptor.trim_matches(['\'', '"']) {
            "<f4" => Some(Self::Little),
            ">f4" => Some(Self::Big),
            // As NumPy reads them.
            "=f4" | "|f4" | "f4" => Some(Self::NATIVE),
            _ => None,
        }
    }
}
