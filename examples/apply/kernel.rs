//! The kernel that the arguments name.

use activations::{
    Activation, Fast, Isa, LeakyRelu, Options,
    contract::{OPERATIONS, ROW_OPERATIONS, RowOperation},
};
use anyhow::{Context, Result, bail, ensure};

const TIERS: [&str; 2] = ["default", "fast"];

type Apply = Box<dyn Fn(&mut [f32])>;

pub(crate) enum Kernel {
    OnElements(Apply),
    OnVectors { operation: &'static RowOperation, axis: isize },
}

impl Kernel {
    pub(crate) fn new(function: &str, tier: &str, slope: Option<f32>, axis: Option<isize>) -> Result<Self> {
        let is_of_rows = ROW_OPERATIONS.iter().any(|operation| operation.name == function);
        let on_elements = OPERATIONS.iter().find(|operation| operation.name == function);
        if !is_of_rows && on_elements.is_none() {
            let mut known: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
            known.extend(ROW_OPERATIONS.iter().map(|operation| operation.name));
            known.dedup();
            bail!("unknown function '{function}': expected one of {}", known.join(", "));
        }
        ensure!(TIERS.contains(&tier), "unknown tier '{tier}': expected one of {}", TIERS.join(", "));
        ensure!(slope.is_none() || function == "leaky_relu", "--slope is for leaky_relu, not for {function}");
        ensure!(axis.is_none() || is_of_rows, "--axis is for softmax and log_softmax, not for {function}");
        let Some(operation) = on_elements else {
            let of_tier = |operation: &&RowOperation| operation.name == function && operation.tier == tier;
            let operation =
                ROW_OPERATIONS.iter().find(of_tier).context("functions of rows have both tiers")?;
            return Ok(Self::OnVectors { operation, axis: axis.unwrap_or(-1) });
        };
        Ok(Self::OnElements(match slope {
            Some(slope) if tier == "fast" => Box::new(move |x| Fast(LeakyRelu { slope }).apply(x)),
            Some(slope) => Box::new(move |x| LeakyRelu { slope }.apply(x)),
            None => {
                let of_tier = operation.tiers.iter().find(|of| of.name == tier);
                let apply = of_tier.context("operations have both tiers")?.apply;
                Box::new(move |x| apply(Isa::active(), x))
            }
        }))
    }

    /// The kernel for arrays of a shape.
    pub(crate) fn over(self, shape: &[usize]) -> Result<Blocks> {
        let (operation, axis) = match self {
            Self::OnElements(apply) => return Ok(Blocks { elements: 1, apply }),
            Self::OnVectors { operation, axis } => (operation, axis),
        };
        let rank = shape.len();
        let index = if axis < 0 { rank.checked_add_signed(axis) } else { axis.try_into().ok() };
        let Some(index) = index.filter(|&index| index < rank) else {
            bail!("axis {axis} of an array that has {rank} axes");
        };
        let inner: usize = shape[index + 1..].iter().product();
        let n = shape[index];
        let plane = n * inner;
        let apply = move |x: &mut [f32]| {
            (operation.axis)(Isa::active(), Options::default(), x, [x.len() / plane, n, inner]);
        };
        Ok(Blocks { elements: plane, apply: Box::new(apply) })
    }
}

/// What can be done to an array a block at a time.
pub(crate) struct Blocks {
    /// Blocks are multiples of so many elements.
    pub(crate) elements: usize,
    pub(crate) apply: Apply,
}
