//! The operations as users call them, made from the lines of the operation table.

/// Calls `$function` with the name and the value of each operation, and `$argument`s.
#[macro_export]
macro_rules! each_operation {
    ($($call:tt)*) => {{
        use $crate::call_each;
        activations::each_operation!(call_each, ($($call)*));
    }};
}

/// The same for those that have an exact tier.
#[macro_export]
macro_rules! each_operation_with_an_exact_tier {
    ($($call:tt)*) => {{
        use $crate::call_each_exact;
        activations::each_operation!(call_each_exact, ($($call)*));
    }};
}

/// The same for those whose output gives the gradient.
#[macro_export]
macro_rules! each_operation_from_output {
    ($($call:tt)*) => {{
        use $crate::call_each_from_output;
        activations::each_operation!(call_each_from_output, ($($call)*));
    }};
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

#[doc(hidden)]
#[macro_export]
macro_rules! call_each {
    ($call:tt $($id:literal $file:ident $Op:ident: $($column:ident $value:ident),*;)*) => {
        $($crate::call_one!(own $file $Op $call);)*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! call_each_exact {
    ($call:tt $(
        $id:literal $file:ident $Op:ident:
            fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
    )*) => {
        $($crate::call_one!($exact $file $Op $call);)*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! call_each_from_output {
    ($call:tt $(
        $id:literal $file:ident $Op:ident:
            fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
    )*) => {
        $($crate::call_one!($from_output $file $Op $call);)*
    };
}

/// One call, unless its column says that the operation has not what is called.
#[doc(hidden)]
#[macro_export]
macro_rules! call_one {
    (none $file:ident $Op:ident $call:tt) => {};
    (no $file:ident $Op:ident $call:tt) => {};
    ($column:ident $file:ident $Op:ident ($function:ident $(, $argument:expr)*)) => {
        $function(stringify!($file), activations::$Op::default() $(, $argument)*)
    };
}
