//! The kernel that the arguments name.

use activations::{ExactKind, Fast, Kind, ParseKindError, table::ROW_OPERATIONS};
use anyhow::{Result, bail, ensure};

type Apply = Box<dyn Fn(&mut [f32])>;

pub(crate) struct Kernel {
    tier: Tier,
    axis: Option<isize>,
}

#[derive(Clone, Copy)]
enum Tier {
    Default(Kind),
    Fast(Kind),
    Exact(ExactKind),
}

impl Kernel {
    pub(crate) fn new(function: &str, tier: &str, axis: Option<isize>) -> Result<Self> {
        let kind: Kind = function
            .parse()
            .map_err(|error: ParseKindError| anyhow::anyhow!("'{function}': {error}"))?;
        let tier = match tier {
            "default" => Tier::Default(kind),
            "fast" => Tier::Fast(kind),
            "exact" => Tier::Exact(kind.exact()?),
            _ => bail!("unknown tier '{tier}': expected default, fast or exact"),
        };
        let is_of_rows = ROW_OPERATIONS.iter().any(|operation| operation.name == kind.name());
        ensure!(
            axis.is_none() || is_of_rows,
            "--axis is for softmax and log_softmax, not for {kind}"
        );
        Ok(Self { tier, axis: is_of_rows.then_some(axis.unwrap_or(-1)) })
    }

    /// The kernel for arrays of a shape.
    pub(crate) fn over(self, shape: &[usize]) -> Result<Blocks> {
        let Self { tier, axis } = self;
        let (n, inner) = match axis {
            None => (1, 1),
            Some(axis) => {
                let rank = shape.len();
                let index =
                    if axis < 0 { rank.checked_add_signed(axis) } else { axis.try_into().ok() };
                let Some(index) = index.filter(|&index| index < rank) else {
                    bail!("axis {axis} of an array that has {rank} axes");
                };
                (shape[index], shape[index + 1..].iter().product())
            }
        };
        let elements = n * inner;
        let apply = move |x: &mut [f32]| {
            let shape = [x.len() / elements, n, inner];
            match tier {
                Tier::Default(kind) => kind.axis(x, shape),
                Tier::Fast(kind) => Fast(kind).axis(x, shape),
                Tier::Exact(kind) => kind.axis(x, shape),
            }
        };
        Ok(Blocks { elements, apply: Box::new(apply) })
    }
}

/// What can be done to an array a block at a time.
pub(crate) struct Blocks {
    /// Blocks are multiples of so many elements.
    pub(crate) elements: usize,
    pub(crate) apply: Apply,
}
