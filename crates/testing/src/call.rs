//! Every kernel of the operation table as one kind of call, so that a test covers a new operation
//! by its table line.

use activations::{
    At, Isa,
    table::{Backward, Kernel, OPERATIONS, Operation},
};

/// The levels of this machine, no higher than the active one, so that `ACTIVATIONS_MAX_ISA` limits
/// the tests too.
pub fn isas() -> impl Iterator<Item = Isa> {
    Isa::available().filter(|&isa| isa <= Isa::active())
}

/// The operation at each of these levels.
pub fn at_levels<Op: Copy>(operation: Op) -> impl Iterator<Item = At<Op>> {
    isas().map(move |isa| At::new(isa, operation).expect("a level of this machine"))
}

/// A kernel, the level it runs at, and the way it is called.
#[derive(Clone, Copy)]
pub struct Call {
    /// The operation that the kernel belongs to.
    pub operation: &'static Operation,
    /// The level that the kernel runs at.
    pub isa: Isa,
    /// The kernel and the way it is called.
    pub form: Form,
}

/// A kernel and the way it is called.
#[derive(Clone, Copy)]
pub enum Form {
    /// A forward kernel that overwrites its input.
    InPlace(&'static Kernel),
    /// A forward kernel that writes to another slice.
    Into(&'static Kernel),
    /// A gradient from x or from y, written to another slice.
    Gradient(&'static Backward),
    /// A gradient that overwrites dy.
    GradientInPlace(&'static Backward),
}

/// Every call that this machine can make.
pub fn calls() -> impl Iterator<Item = Call> {
    isas().flat_map(|isa| {
        OPERATIONS.iter().flat_map(move |operation| {
            let forms = operation
                .kernels
                .iter()
                .flat_map(|kernel| [Form::InPlace(kernel), Form::Into(kernel)]);
            let gradients = [&operation.backward].into_iter();
            let gradients = gradients
                .chain(&operation.backward_from_output)
                .flat_map(|backward| [Form::Gradient(backward), Form::GradientInPlace(backward)]);
            forms.chain(gradients).map(move |form| Call { operation, isa, form })
        })
    })
}

/// The calls of forward kernels, each kernel in one form.
pub fn forward() -> impl Iterator<Item = (Call, &'static Kernel)> {
    calls().filter_map(|call| match call.form {
        Form::Into(kernel) => Some((call, kernel)),
        _ => None,
    })
}

/// The calls of gradients from x and from y, each in one form.
pub fn gradients() -> impl Iterator<Item = (Call, &'static Backward)> {
    calls().filter_map(|call| match call.form {
        Form::Gradient(backward) => Some((call, backward)),
        _ => None,
    })
}

impl Call {
    /// The images of `x`; only gradients read `dy`. A gradient from the output takes it as `x`.
    pub fn run(&self, x: &[f32], dy: &[f32], out: &mut [f32]) {
        match self.form {
            Form::InPlace(kernel) => {
                out.copy_from_slice(x);
                (kernel.apply)(self.isa, out);
            }
            Form::Into(kernel) => (kernel.apply_into)(self.isa, x, out),
            Form::Gradient(backward) => (backward.backward)(self.isa, x, dy, out),
            Form::GradientInPlace(backward) => {
                out.copy_from_slice(dy);
                (backward.in_place)(self.isa, x, out);
            }
        }
    }

    /// The image of `x` in an array of nothing else; in place, where there is the choice.
    pub fn alone(&self, x: f32, dy: f32) -> f32 {
        let mut out = [x];
        match self.form {
            Form::InPlace(kernel) | Form::Into(kernel) => (kernel.apply)(self.isa, &mut out),
            Form::Gradient(backward) | Form::GradientInPlace(backward) => {
                (backward.backward)(self.isa, &[x], &[dy], &mut out);
            }
        }
        out[0]
    }

    /// [`Self::run`] into a new vector, with gradients of 1.
    pub fn images(&self, x: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
        self.run(x, &vec![1.0; x.len()], &mut out);
        out
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (tier, form) = match self.form {
            Form::InPlace(kernel) => (kernel.tier.name(), "in place"),
            Form::Into(kernel) => (kernel.tier.name(), "out of place"),
            Form::Gradient(backward) => (backward.kernel, "out of place"),
            Form::GradientInPlace(backward) => (backward.kernel, "in place"),
        };
        write!(f, "{} {tier} {form} at {}", self.operation.name, self.isa)
    }
}
