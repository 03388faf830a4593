//! The progress of minutes of work.

#[cfg(not(target_family = "wasm"))]
use activations_testing::sweep::Inputs;

/// A bar on a terminal, where there can be one.
pub(crate) struct Progress(#[cfg(not(target_family = "wasm"))] indicatif::ProgressBar);

#[cfg(not(target_family = "wasm"))]
impl Progress {
    pub(crate) fn new(sweeps: usize) -> Self {
        let bar = indicatif::ProgressBar::new((sweeps * Inputs::ALL.blocks()) as u64);
        bar.set_style(
            indicatif::ProgressStyle::with_template("{wide_bar} {percent} % {eta}").unwrap(),
        );
        Self(bar)
    }
    pub(crate) fn tick(&self) {
        self.0.inc(1);
    }
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

#[cfg(target_family = "wasm")]
impl Progress {
    pub(crate) fn new(_: usize) -> Self {
        Self()
    }
    pub(crate) fn tick(&self) {}
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        print();
    }
}
