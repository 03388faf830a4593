//! Operations that are chosen at run time.

mod exact;

use crate::{
    activation::{Activation, Gradient},
    check::shape as check,
    contract::Contract as _,
    ops::each_operation,
    rows::{LogSoftmax, RowActivation, RowGradient, Softmax},
    tier::{Exact, Fast},
};
use core::{error::Error, fmt, str::FromStr};
pub use exact::{ExactKind, NoExactKernel};

/// Whether by a kernel of its own or by the default one makes no difference here.
macro_rules! exact {
    ($kernel:ident, $operation:expr) => {
        $operation
    };
}

macro_rules! kind { ($($Op:ident: fast tier $fast:ident $(, exact tier $exact:ident)?;)*) => {
    $(use crate::ops::$Op;)*

    /// An operation and its parameters as one type, for engines and tools that choose at run time.
    ///
    /// Its text is its name and what its parameters are, in the order of the fields:
    /// `leaky_relu(0.01)`, `softmax`. Parameters may be named, in any order, and those that are
    /// left out have their usual values.
    ///
    /// ```
    /// use activations::{Fast, Kind, LeakyRelu};
    ///
    /// let kind: Kind = "leaky_relu(slope = 0.5)".parse()?;
    /// assert_eq!(kind, Kind::LeakyRelu(LeakyRelu { slope: 0.5 }));
    /// assert_eq!(kind.to_string(), "leaky_relu(0.5)");
    ///
    /// let mut x = [-1.0, 1.0];
    /// kind.axis(&mut x, [1, 2, 1]);
    /// assert_eq!(x, [-0.5, 1.0]);
    /// Fast(kind).axis(&mut x, [1, 2, 1]);
    /// Kind::Softmax.axis(&mut x, [2, 1, 1]); // two rows of one
    /// assert_eq!(x, [1.0, 1.0]);
    /// # Ok::<(), activations::ParseKindError>(())
    /// ```
    ///
    /// Its methods take the shape `[outer, n, inner]` of a tensor, as [`RowActivation::axis`] does;
    /// for an operation on elements any shape of the right product will do. [`Kind::exact`] gives
    /// it in the tier [`Exact`]. One `match` leads to the kernels of the operation itself, and to
    /// its bits. Not here: what needs more than numbers, such as [`PRelu`](crate::PRelu) with its
    /// slopes and the masks of softmax, and [`LogSumExp`](crate::LogSumExp), whose results have
    /// another shape.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum Kind {
        $(#[doc = concat!("[`", stringify!($Op), "`](crate::", stringify!($Op), ")")] $Op($Op),)*
        /// [`Softmax`]
        Softmax,
        /// [`LogSoftmax`]
        LogSoftmax,
    }

    impl Kind {
        /// Every kind, with the usual parameters.
        pub fn all() -> impl Iterator<Item = Self> {
            [$(Self::$Op(<$Op>::default()),)* Self::Softmax, Self::LogSoftmax].into_iter()
        }

        /// What its text begins with: `leaky_relu`.
        #[must_use]
        pub const fn name(&self) -> &'static str {
            match self {
                $(Self::$Op(_) => <$Op>::NAME,)*
                Self::Softmax => "softmax",
                Self::LogSoftmax => "log_softmax",
            }
        }

        fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
            match self {
                $(Self::$Op(operation) => operation.each_parameter(visit),)*
                Self::Softmax | Self::LogSoftmax => {}
            }
        }

        /// Opens the operation in the exact tier, where it has one.
        fn open_exact(&self, call: impl FnOnce(&dyn Activation)) -> Result<(), NoExactKernel> {
            match *self {
                $($(Self::$Op(operation) => call(exact!($exact, &Exact(operation))),)?)*
                kind => return Err(NoExactKernel(kind)),
            }
            Ok(())
        }

        #[track_caller]
        fn open(&self, is_fast: bool, call: impl FnOnce(Opened<'_>)) {
            match *self {
                $(
                    Self::$Op(operation) if is_fast => call(Opened::OnElements(&Fast(operation))),
                    Self::$Op(operation) => call(Opened::OnElements(&operation)),
                )*
                Self::Softmax if is_fast => call(Opened::OnRows(&Fast(Softmax::new()))),
                Self::Softmax => call(Opened::OnRows(&Softmax::new())),
                Self::LogSoftmax if is_fast => call(Opened::OnRows(&Fast(LogSoftmax::new()))),
                Self::LogSoftmax => call(Opened::OnRows(&LogSoftmax::new())),
            }
        }

        /// The gradient along the middle axis of `[outer, n, inner]`, from the input `x` and the
        /// output `y` of the forward call: [`Gradient::backward`], which reads `x`, or
        /// [`RowGradient::axis_backward`], which reads `y`.
        ///
        /// # Panics
        ///
        /// If a length is not the product of the shape; nothing is written then.
        #[track_caller]
        pub fn axis_backward(&self, x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32], shape: [usize; 3]) {
            for (name, len) in [("x", x.len()), ("y", y.len()), ("dy", dy.len()), ("dx", dx.len())] {
                check(name, len, shape);
            }
            match *self {
                $(Self::$Op(operation) => operation.backward(x, dy, dx),)*
                Self::Softmax => Softmax::new().axis_backward(y, dy, dx, shape),
                Self::LogSoftmax => LogSoftmax::new().axis_backward(y, dy, dx, shape),
            }
        }
    }
}; }

each_operation!(kind);

enum Opened<'a> {
    OnElements(&'a dyn Activation),
    OnRows(&'a dyn RowActivation),
}

macro_rules! tiers { ($($Tier:ty: |$of:ident| $kind:expr, is_fast $is_fast:literal;)*) => {$(
    impl $Tier {
        /// Replaces the vectors along the middle axis of `[outer, n, inner]` by their images.
        ///
        /// # Panics
        ///
        /// If the length is not the product of the shape; nothing is written then.
        #[track_caller]
        pub fn axis(&self, x: &mut [f32], shape: [usize; 3]) {
            check("x", x.len(), shape);
            let $of = self;
            $kind.open($is_fast, |operation| match operation {
                Opened::OnElements(operation) => operation.apply(x),
                Opened::OnRows(operation) => operation.axis(x, shape),
            });
        }

        /// Writes the images of the vectors of `src` to `dst`.
        ///
        /// # Panics
        ///
        /// If a length is not the product of the shape; nothing is written then.
        #[track_caller]
        pub fn axis_into(&self, src: &[f32], dst: &mut [f32], shape: [usize; 3]) {
            check("src", src.len(), shape);
            check("dst", dst.len(), shape);
            let $of = self;
            $kind.open($is_fast, |operation| match operation {
                Opened::OnElements(operation) => operation.apply_into(src, dst),
                Opened::OnRows(operation) => operation.axis_into(src, dst, shape),
            });
        }
    }
)*}; }

tiers! {
    Kind: |kind| kind, is_fast false;
    Fast<Kind>: |fast| fast.0, is_fast true;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_call(f, *self, |f, _, value| write!(f, "{value}"))
    }
}

/// Writes the name and, between parentheses, what `write` does for each parameter.
fn write_call(
    f: &mut fmt::Formatter<'_>,
    mut kind: Kind,
    write: impl Fn(&mut fmt::Formatter<'_>, &'static str, f32) -> fmt::Result,
) -> fmt::Result {
    let mut result = f.write_str(kind.name());
    let mut before = "(";
    kind.each_parameter(&mut |name, value| {
        result = result.and_then(|()| f.write_str(before)).and_then(|()| write(f, name, *value));
        before = ", ";
    });
    result?;
    if before == "(" { Ok(()) } else { f.write_str(")") }
}

/// The error of parsing a [`Kind`] from a text that is none; it says what was expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParseKindError(Mistake);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    Name,
    Parentheses,
    Number,
    /// One that this kind has not.
    Parameter(Kind),
}

impl FromStr for Kind {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, ParseKindError> {
        let (name, parameters) = match text.split_once('(') {
            None => (text, ""),
            Some((name, rest)) => (
                name,
                rest.trim_end().strip_suffix(')').ok_or(ParseKindError(Mistake::Parentheses))?,
            ),
        };
        let is_named = |kind: &Self| kind.name() == name.trim();
        let mut kind = Self::all().find(is_named).ok_or(ParseKindError(Mistake::Name))?;
        if !parameters.trim().is_empty() {
            for (i, text) in parameters.split(',').enumerate() {
                kind.set(i, text).map_err(ParseKindError)?;
            }
        }
        Ok(kind)
    }
}

impl Kind {
    /// Sets the parameter that a text like `slope = 0.1` names, or parameter `position` if it names
    /// none.
    fn set(&mut self, position: usize, text: &str) -> Result<(), Mistake> {
        let (name, number) = match text.split_once('=') {
            Some((name, number)) => (Some(name.trim()), number),
            None => (None, text),
        };
        let value = number.trim().parse().map_err(|_| Mistake::Number)?;
        let (mut i, mut is_set) = (0, false);
        self.each_parameter(&mut |of, parameter| {
            if name.map_or(i == position, |name| name == of) {
                (*parameter, is_set) = (value, true);
            }
            i += 1;
        });
        if is_set { Ok(()) } else { Err(Mistake::Parameter(*self)) }
    }
}

impl fmt::Display for ParseKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Mistake::Name => {
                f.write_str("unknown operation: expected one of ")?;
                Kind::all().enumerate().try_for_each(|(i, kind)| {
                    f.write_str(if i == 0 { "" } else { ", " })
                        .and_then(|()| f.write_str(kind.name()))
                })
            }
            Mistake::Parentheses => {
                f.write_str("parameters stand between parentheses: leaky_relu(0.01)")
            }
            Mistake::Number => f.write_str("a parameter is no number"),
            Mistake::Parameter(kind) => {
                f.write_str("no such parameter: expected ")?;
                write_call(f, kind, |f, name, _| f.write_str(name))
            }
        }
    }
}

impl Error for ParseKindError {}
