//! The kernel that the arguments name.

use crate::arguments::Arguments;
use activations::{
    AnyActivation, AnyGated, GateLayout, GatedActivation, NoExactTier, ParseActivationError, Tier,
    axis_shape,
};
use activations_testing::npy::Header;
use anyhow::{Result, anyhow, bail, ensure};
use std::fmt;

/// From the elements of a block to those of the output.
type Apply = Box<dyn Fn(Vec<f32>) -> Vec<f32>>;

pub(crate) struct Kernel {
    function: Function,
    /// `None` for functions of one number.
    axis: Option<isize>,
}

#[derive(Clone, Copy)]
enum Function {
    Activation(AnyActivation),
    Gated(AnyGated, GateLayout),
}

impl Kernel {
    pub(crate) fn new(arguments: &Arguments) -> Result<Self> {
        let Arguments { tier, axis, layout, .. } = arguments;
        let mut function = Function::parse(&arguments.function)?;
        if let Some(name) = tier {
            ensure!(function.tier() == Tier::Default, "--tier {name} beside {function}");
            let tier: Tier = name.parse().map_err(|error| anyhow!("'{name}': {error}"))?;
            function = function.with_tier(tier)?;
        }
        match (&mut function, layout) {
            (Function::Gated(_, layout), Some(name)) => *layout = parse_layout(name)?,
            (_, Some(_)) => bail!("--layout is for gated units, not for {function}"),
            _ => {}
        }
        let mut is_elementwise = false;
        if let Function::Activation(activation) = function {
            ensure!(
                !activation.is_reduction(),
                "{activation} gives one result a row; the output has the shape of the input"
            );
            is_elementwise = activation.is_elementwise();
        }
        ensure!(
            axis.is_none() || !is_elementwise,
            "--axis is for softmax, log_softmax and gated units, not for {function}"
        );
        Ok(Self { function, axis: (!is_elementwise).then_some(axis.unwrap_or(-1)) })
    }

    /// The kernel for an array with such a header.
    pub(crate) fn over(self, header: &Header) -> Result<Blocks> {
        let Self { function, axis } = self;
        let Some(axis) = axis else {
            return Ok(Blocks { elements: 1, header: header.clone(), apply: function.over(1, 1) });
        };
        ensure!(
            !header.shape.is_empty(),
            "{function} works along an axis, and an array of shape () has none"
        );
        let [outer, n, inner] = axis_shape(&header.shape, axis)?;
        // In Fortran order, the axes before this one are those that vary faster.
        let inner = if header.fortran_order { outer } else { inner };
        let mut header = header.clone();
        if let Function::Gated(..) = function {
            ensure!(
                n.is_multiple_of(2),
                "{function} takes half of an axis as gates, and the length {n} is odd"
            );
            let axis = axis.rem_euclid(header.shape.len() as isize);
            header.shape[axis as usize] = n / 2;
        }
        // The product of an empty array's other sides may be too large.
        let elements = n.saturating_mul(inner);
        Ok(Blocks { elements, header, apply: function.over(n, inner) })
    }
}

impl Function {
    fn parse(text: &str) -> Result<Self> {
        let error = match text.parse::<AnyActivation>() {
            Ok(activation) => return Ok(Self::Activation(activation)),
            Err(error) => error,
        };
        let unit: Result<AnyGated, ParseActivationError> = text.parse();
        match unit {
            Ok(unit) => Ok(Self::Gated(unit, GateLayout::GateUp)),
            Err(of_units) if !of_units.is_unknown_name() => bail!("'{text}': {of_units}"),
            Err(of_units) if error.is_unknown_name() && error != of_units => {
                bail!("'{text}': {error}; {of_units}")
            }
            Err(_) => bail!("'{text}': {error}"),
        }
    }

    const fn tier(&self) -> Tier {
        match self {
            Self::Activation(activation) => activation.tier(),
            Self::Gated(unit, _) => unit.tier(),
        }
    }

    fn with_tier(self, tier: Tier) -> Result<Self, NoExactTier> {
        Ok(match self {
            Self::Activation(activation) => Self::Activation(activation.with_tier(tier)?),
            Self::Gated(unit, layout) => Self::Gated(unit.with_tier(tier)?, layout),
        })
    }

    /// What it makes of blocks whose shape is `[.., n, inner]`.
    fn over(self, n: usize, inner: usize) -> Apply {
        match self {
            Self::Activation(activation) => Box::new(move |mut x| {
                let shape = [x.len() / (n * inner), n, inner];
                activation.axis(&mut x, shape);
                x
            }),
            Self::Gated(unit, layout) => {
                // Pairs of vectors are short rows of a gate and what it multiplies.
                let (cols, layout) = match layout {
                    GateLayout::Interleaved if inner > 1 => (inner, GateLayout::GateUp),
                    layout => ((n / 2).saturating_mul(inner), layout),
                };
                Box::new(move |x| {
                    let mut y = vec![0.0; x.len() / 2];
                    unit.rows_into(&x, &mut y, cols, layout);
                    y
                })
            }
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activation(activation) => activation.fmt(f),
            Self::Gated(unit, _) => unit.fmt(f),
        }
    }
}

fn parse_layout(name: &str) -> Result<GateLayout> {
    Ok(match name {
        "gate_up" => GateLayout::GateUp,
        "up_gate" => GateLayout::UpGate,
        "pairs" => GateLayout::Interleaved,
        _ => bail!("'{name}': unknown layout: expected gate_up, up_gate or pairs"),
    })
}

/// What can be done to an array a block at a time.
pub(crate) struct Blocks {
    /// Blocks are multiples of so many elements.
    pub(crate) elements: usize,
    /// That of the output, as far as it follows from that of the input.
    pub(crate) header: Header,
    pub(crate) apply: Apply,
}
