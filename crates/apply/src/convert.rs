//! From input to output, a block at a time: the size of an array is not limited by memory.

use crate::{
    destination::Destination,
    kernel::Blocks,
    source::{ELEMENT_BYTES, Source},
};
use anyhow::Result;
use std::io::{self, IsTerminal, Write};

/// Elements read, computed and written together: 1 MiB of them stays in the cache meanwhile.
const BLOCK: usize = 1 << 18;
/// Below this size an array is done before a reader would have seen its progress.
const LARGE_BYTES: u64 = 64 << 20;

/// Writes the image of `source` under `kernel` to `destination`.
pub(crate) fn convert(
    mut source: Source,
    mut destination: Destination,
    kernel: Blocks,
) -> Result<()> {
    let Blocks { elements, apply, .. } = kernel;
    let block_elements = if elements < BLOCK { BLOCK - BLOCK % elements.max(1) } else { elements };
    let progress = Progress::of(source.elements_left());
    while source.elements_left() > 0 {
        destination.write(&apply(source.read(block_elements)?))?;
        progress.show(source.elements_left());
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
