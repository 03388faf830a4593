//! C and C++ libraries, those that build.rs found.

use super::Peer;
use crate::{ffi::Shim, function::Function};

pub fn peers(function: Function) -> impl Iterator<Item = Peer> {
    Shim::of(function).map(|shim| Peer {
        short_calls: false,
        ..Peer::new(shim.name, shim.note, move |src, dst| shim.call(src, dst))
    })
}
