//! The implementations that are compared, a file for each kind.

mod c;
#[cfg(feature = "frameworks")]
mod frameworks;
mod ours;
mod portable;
mod rten;
mod scalar;

use crate::function::Function;
use anyhow::Result;

pub use ours::Tier;
pub const COPY: &str = "copy";
pub const RTEN: &str = "rten-vecmath";

/// An implementation of one function.
pub struct Peer {
    pub name: String,
    /// What its time includes or how it was built, where that differs from the others.
    pub note: String,
    /// Whether calls on few elements are timed too.
    pub short_calls: bool,
    calls: Box<Calls>,
    prepare: Option<Box<Prepare>>,
}

/// Applies the function to every run of so many elements, a call for each.
type Calls = dyn Fn(&[f32], &mut [f32], usize);
/// Work on an input of its own making.
pub type Prepared = Box<dyn Fn()>;
type Prepare = dyn Fn(&[f32], usize) -> Prepared;

impl Peer {
    /// `apply` writes the images of a slice to another. The loop over short slices is compiled with
    /// it, so that a call costs what it costs a user.
    fn new(name: &str, note: &str, apply: impl Fn(&[f32], &mut [f32]) + 'static) -> Self {
        let calls = move |src: &[f32], dst: &mut [f32], len| {
            for (src, dst) in src.chunks_exact(len).zip(dst.chunks_exact_mut(len)) {
                apply(src, dst);
            }
        };
        Self {
            name: name.to_owned(),
            note: note.to_owned(),
            short_calls: true,
            calls: Box::new(calls),
            prepare: None,
        }
    }

    /// For each element the image that a scalar function gives it.
    pub fn scalar(name: &str, note: &str, f: impl Fn(f32) -> f32 + 'static) -> Self {
        Self::new(name, note, move |src, dst| {
            for (&x, y) in src.iter().zip(dst) {
                *y = f(x);
            }
        })
    }

    /// Calls on consecutive slices of `len` elements each.
    pub fn calls(&self, src: &[f32], dst: &mut [f32], len: usize) {
        (self.calls)(src, dst, len);
    }

    /// One call on everything.
    pub fn apply(&self, src: &[f32], dst: &mut [f32]) {
        self.calls(src, dst, src.len());
    }

    /// What to time instead of [`Self::calls`], for an interface with inputs of its own.
    pub fn prepared(&self, src: &[f32], len: usize) -> Option<Prepared> {
        self.prepare.as_ref().map(|prepare| prepare(src, len))
    }

    /// Whether other times are divided by this one's.
    pub fn is_reference(&self) -> bool {
        self.name == COPY || self.name == Tier::Default.name()
    }
}

/// Every implementation of a function, the copy and the crate's own first.
pub fn all(function: Function) -> Result<Vec<Peer>> {
    let mut peers = vec![Peer::new(COPY, "", |src, dst| dst.copy_from_slice(src))];
    peers.extend(ours::peers(function));
    peers.push(rten::peer(function));
    #[cfg(feature = "frameworks")]
    peers.extend(frameworks::peers(function)?);
    peers.extend(portable::peers(function));
    peers.extend(scalar::peers(function));
    peers.extend(c::peers(function));
    Ok(peers)
}

/// A line for every peer that this build is without.
pub fn absent() -> impl Iterator<Item = &'static str> {
    let frameworks = "candle and tract not compared (the feature frameworks is off)";
    let sleef = "the sleef crate not compared: it needs a nightly compiler (cargo +nightly run --features nightly ...)";
    let c = include_str!(concat!(env!("OUT_DIR"), "/absent.txt")).lines();
    let frameworks = (!cfg!(feature = "frameworks")).then_some(frameworks);
    let sleef = (!cfg!(feature = "nightly")).then_some(sleef);
    c.chain(frameworks).chain(sleef)
}
