//! The kernel that the arguments name.

use activations::{AnyActivation, ParseActivationError, Tier, axis_shape};
use activations_testing::npy::Header;
use anyhow::{Result, anyhow, ensure};

type Apply = Box<dyn Fn(&mut [f32])>;

pub(crate) struct Kernel {
    activation: AnyActivation,
    axis: Option<isize>,
}

impl Kernel {
    pub(crate) fn new(function: &str, tier: Option<&str>, axis: Option<isize>) -> Result<Self> {
        let mut activation: AnyActivation = function
            .parse()
            .map_err(|error: ParseActivationError| anyhow!("'{function}': {error}"))?;
        if let Some(name) = tier {
            ensure!(activation.tier() == Tier::Default, "--tier {name} beside {activation}");
            let tier: Tier = name.parse().map_err(|error| anyhow!("'{name}': {error}"))?;
            activation = activation.with_tier(tier)?;
        }
        ensure!(
            !activation.is_reduction(),
            "{activation} gives one result a row; the output has the shape of the input"
        );
        let is_of_rows = !activation.is_elementwise();
        ensure!(
            axis.is_none() || is_of_rows,
            "--axis is for softmax and log_softmax, not for {activation}"
        );
        Ok(Self { activation, axis: is_of_rows.then_some(axis.unwrap_or(-1)) })
    }

    /// The kernel for an array with such a header.
    pub(crate) fn over(self, header: &Header) -> Result<Blocks> {
        let Self { activation, axis } = self;
        let Some(axis) = axis else {
            return Ok(Blocks { elements: 1, apply: Box::new(move |x| activation.apply(x)) });
        };
        ensure!(
            !header.shape.is_empty(),
            "{activation} works along an axis, and an array of shape () has none"
        );
        let [outer, n, inner] = axis_shape(&header.shape, axis)?;
        // In Fortran order, the axes before this one are those that vary faster.
        let inner = if header.fortran_order { outer } else { inner };
        // The product of an empty array's other sides may be too large.
        let elements = n.saturating_mul(inner);
        let apply = move |x: &mut [f32]| activation.axis(x, [x.len() / elements, n, inner]);
        Ok(Blocks { elements, apply: Box::new(apply) })
    }
}

/// What can be done to an array a block at a time.
pub(crate) struct Blocks {
    /// Blocks are multiples of so many elements.
    pub(crate) elements: usize,
    pub(crate) apply: Apply,
}
