//! The tests that stand in the files of the library, of what is not public.
//!
//! The modules are compiled here without the operations. A test build of the whole library would
//! compile every kernel once more, which takes longer than all other tests take to run.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "what uses the rest is not here")]

#[path = "../src/isa/mod.rs"]
mod isa;
#[path = "../src/math/mod.rs"]
mod math;
#[path = "../src/vector/mod.rs"]
mod vector;
