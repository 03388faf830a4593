//! The operations as users call them. `properties.rs` demands that they be all those of the table.

/// An array of what `$function` returns for the name and the value of each operation, and
/// `$argument`s.
#[macro_export]
macro_rules! each_operation {
    ($function:ident $(, $argument:expr)*) => {
        $crate::each_operation!(@exact_tier_and [
            $function("elu", activations::Elu::default() $(, $argument)*),
            $function("selu", activations::Selu $(, $argument)*),
            $function("celu", activations::Celu::default() $(, $argument)*),
        ] $function $(, $argument)*)
    };
    (@exact_tier_and [$($other:expr,)*] $function:ident $(, $argument:expr)*) => {
        [
            $function("exp", activations::Exp $(, $argument)*),
            $function("sigmoid", activations::Sigmoid $(, $argument)*),
            $function("tanh", activations::Tanh $(, $argument)*),
            $function("relu", activations::Relu $(, $argument)*),
            $function("leaky_relu", activations::LeakyRelu::default() $(, $argument)*),
            $function("rrelu", activations::RRelu::default() $(, $argument)*),
            $function("relu6", activations::Relu6 $(, $argument)*),
            $function("hard_tanh", activations::HardTanh::default() $(, $argument)*),
            $function("threshold", activations::Threshold::default() $(, $argument)*),
            $($other,)*
        ]
    };
}

/// The same for those that have an exact tier.
#[macro_export]
macro_rules! each_operation_with_an_exact_tier {
    ($function:ident $(, $argument:expr)*) => {
        $crate::each_operation!(@exact_tier_and [] $function $(, $argument)*)
    };
}

/// The same for the plain functions.
#[macro_export]
macro_rules! each_function {
    ($function:ident $(, $argument:expr)*) => {
        [
            $function("exp", activations::exp $(, $argument)*),
            $function("sigmoid", activations::sigmoid $(, $argument)*),
            $function("tanh", activations::tanh $(, $argument)*),
            $function("relu", activations::relu $(, $argument)*),
        ]
    };
}

/// The same for those whose output gives the gradient.
#[macro_export]
macro_rules! each_operation_from_output {
    ($function:ident $(, $argument:expr)*) => {
        [
            $function("exp", activations::Exp $(, $argument)*),
            $function("relu", activations::Relu $(, $argument)*),
            $function("relu6", activations::Relu6 $(, $argument)*),
            $function("hard_tanh", activations::HardTanh::default() $(, $argument)*),
        ]
    };
}
