//! What is promised of each operation, as data.

use crate::{isa::Isa, tier::Tier};
use core::mem::MaybeUninit;

/// Limits in ULP over all inputs: the maxima found by visiting every one, rounded up.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// On the levels with FMA.
    pub fused: f64,
    pub baseline: f64,
}

impl Bound {
    /// No result is rounded.
    pub const EXACT: Self = Self { fused: 0.0, baseline: 0.0 };
    /// Every result is correctly rounded.
    pub const ROUNDED: Self = Self { fused: 0.5, baseline: 0.5 };

    #[must_use]
    pub fn at(self, isa: Isa) -> f64 {
        if isa == Isa::Baseline { self.baseline } else { self.fused }
    }
}

/// The bounds of an operation's kernels.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub default: Bound,
    pub fast: Bound,
    /// With dy = 1, where the derivative is a normal number.
    pub backward: Bound,
}

/// Where a derivative crosses 0. No relative error has a bound there, so errors are in units in the
/// last place of `unit` where the derivative is smaller than that.
#[derive(Clone, Copy, Debug)]
pub struct Crossing {
    pub from: f64,
    pub to: f64,
    pub unit: f64,
}

impl Crossing {
    /// Returns the number whose last place is the unit of errors of the derivative at x.
    #[must_use]
    pub fn measure(crossing: Option<Self>, x: f64, derivative: f64) -> f64 {
        match crossing {
            Some(Self { from, to, unit }) if from <= x && x <= to => derivative.abs().max(unit),
            _ => derivative,
        }
    }
}

/// An argument that another library has, which changes no result from a number on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted {
    pub(crate) name: &'static str,
    /// The least value that changes nothing.
    pub(crate) least: f32,
    /// What is wrong with others.
    pub(crate) mistake: &'static str,
}

/// The promises of an operation, stated beside its kernels and enforced by the tests.
pub(crate) trait Contract: Copy {
    const NAME: &'static str;
    const BOUNDS: Bounds;
    /// Whether it is made of several functions, each with its own error: bounds of up to 2 ULP.
    const COMPOSED: bool = false;
    const RANGE: [f32; 2];
    const ODD: bool = false;
    const MONOTONE: bool = true;
    /// The promise of the fast tier.
    const FAST_MONOTONE: bool = Self::MONOTONE;
    /// Pairs of input and output that hold bit for bit.
    const SPECIALS: &'static [[f32; 2]];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]];
    const CROSSING: Option<Crossing> = None;

    /// The function as the tables of the documents show it.
    const FORMULA: &'static str;
    /// Its name in `torch.nn.functional` or, if there is none, in `torch`.
    const TORCH: &'static str = Self::NAME;
    /// Where the function is not yet its limits, and something beside it.
    const DOMAIN: [i16; 2] = [-20, 20];
    /// Where its shape shows.
    const SHAPE: [f32; 2] = [-8.0, 8.0];

    /// Names in ONNX or PyTorch that differ from `NAME` in more than case and underscores.
    const ALIASES: &'static [&'static str] = &[];
    /// Whether parameters may be infinite. None may be NaN.
    const INFINITE_PARAMETERS: bool = false;

    /// What may be given after the parameters, or by its name.
    const ACCEPTED: Option<Accepted> = None;

    /// Shows each parameter by its name, in the order of the fields.
    fn each_parameter(&mut self, _visit: &mut dyn FnMut(&'static str, &mut f32)) {}
    /// Returns what is wrong with the parameters as a whole, for those that are chosen at run time.
    fn mistake(self) -> Option<&'static str> {
        None
    }

    /// The function in f64, right to far below an ULP of f32: no term cancels.
    fn exact(self, x: f64) -> f64;
    fn derivative(self, x: f64) -> f64;
}

/// The promises of a gradient from the output.
pub(crate) trait FromOutput: Contract {
    /// With dy = 1, where the derivative is a normal number.
    const OUTPUT_BOUND: Bound;
    /// Pairs of output and derivative.
    const OUTPUT_SPECIALS: &'static [[f32; 2]];

    /// The derivative as a function of the output.
    fn derivative_from_output(self, y: f64) -> f64;
    /// Returns why the output does not tell the gradient with these parameters.
    fn mistake_from_output(self) -> Option<&'static str> {
        None
    }
}

/// One line of the operation table, with the parameters of `Default`.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub name: &'static str,
    /// The number that stands for the operation in other languages. It never changes.
    pub id: u16,
    /// The name of its type.
    pub type_name: &'static str,
    pub formula: &'static str,
    pub torch: &'static str,
    pub domain: [i16; 2],
    pub shape: [f32; 2],
    /// One for each tier that the operation has, the default tier first.
    pub kernels: &'static [Kernel],
    pub backward: Backward,
    /// The gradient from the output, where that tells it.
    pub backward_from_output: Option<Backward>,
    pub composed: bool,
    pub range: [f32; 2],
    pub odd: bool,
    pub specials: &'static [[f32; 2]],
    pub exact: fn(f64) -> f64,
}

/// A forward kernel.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    pub tier: Tier,
    pub bound: Bound,
    /// Whether results never decrease.
    pub monotone: bool,
    pub apply: fn(Isa, &mut [f32]),
    pub apply_into: fn(Isa, &[f32], &mut [f32]),
    pub apply_uninit: fn(Isa, &[f32], &mut [MaybeUninit<f32>]),
}

/// A gradient kernel, whose function and derivative are of x, or of the output y.
#[derive(Clone, Copy, Debug)]
pub struct Backward {
    /// `backward` or `from_output`.
    pub kernel: &'static str,
    pub bound: Bound,
    pub specials: &'static [[f32; 2]],
    pub derivative: fn(f64) -> f64,
    pub crossing: Option<Crossing>,
    /// From x or y, and dy, to dx.
    pub backward: fn(Isa, &[f32], &[f32], &mut [f32]),
    /// From x or y, and what is in the last slice.
    pub in_place: fn(Isa, &[f32], &mut [f32]),
}
