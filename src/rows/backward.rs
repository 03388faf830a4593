//! Gradients of functions of rows, from the results.
//!
//! The sums are made in f64, in the order of `sum.rs`, and what follows from them is rounded to f32 last.

use super::{
    LogSoftmax, LogSumExp, RowActivation, Rows, Softmax,
    layout::shape,
    sum::{LANES, over_lanes},
};
use crate::{
    activation::Fast,
    isa::{Isa, Job, Native, Simd, on},
    ops::Exp,
    run::Map,
    vector::{F32s, F64s},
};

/// A [`RowActivation`] with its gradient.
///
/// ```
/// use activations::{RowActivation, RowGradient, Softmax};
///
/// let mut y = [0.0, 0.0];
/// Softmax.rows(&mut y, 2);
/// let mut dx = [0.0; 2];
/// Softmax.rows_backward(&y, &[1.0, 0.0], &mut dx, 2);
/// assert_eq!(dx, [0.25, -0.25]);
/// ```
pub trait RowGradient<T = f32>: RowActivation<T> {
    /// The gradient of each row of `cols` elements, from the output `y` of the forward call.
    ///
    /// Softmax's is rounded once from an f64; that of log-softmax is off by at most 2 ULP of the larger of `dy` and what is
    /// subtracted from it. An entry that had no part in its row (a softmax of 0, a log-softmax of −∞) has the gradient 0,
    /// whatever its `dy`.
    ///
    /// # Panics
    ///
    /// If the lengths differ or are no multiple of `cols`; nothing is written then.
    #[track_caller]
    fn rows_backward(&self, y: &[T], dy: &[T], dx: &mut [T], cols: usize);

    /// The gradient along the middle axis of `[outer, n, inner]`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    fn axis_backward(&self, y: &[T], dy: &[T], dx: &mut [T], shape: [usize; 3]);
}

/// How a gradient follows from y, dy and a sum over the row.
trait Function: Copy {
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S>;
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F32s<S>;
}

/// dx = y (dy - the sum of y dy)
impl Function for Softmax {
    #[inline(always)]
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        // Exact: the product of two f32 is an f64.
        y.widen() * dy.zero_where(y.le(0.0)).widen()
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F32s<S> {
        let none = y.le(0.0);
        (y.widen() * (dy.zero_where(none).widen() - sum)).narrow().zero_where(none)
    }
}

/// dx = dy - e^y times the sum of dy
impl Function for LogSoftmax {
    #[inline(always)]
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        dy.zero_where(y.lt(f32::MIN)).widen()
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F32s<S> {
        (dy.widen() - Exp.eval([y]).widen() * sum).narrow().zero_where(y.lt(f32::MIN))
    }
}

macro_rules! row_gradients { ($($Op:ty: $Function:ty;)*) => {$(
    impl RowGradient for $Op {
        fn rows_backward(&self, y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
            let rows = Rows { cols, stride: cols };
            let count = rows.count("dx", dx.len());
            assert!(y.len() == dx.len(), "y has {} elements, dx has {}", y.len(), dx.len());
            assert!(dy.len() == dx.len(), "dy has {} elements, dx has {}", dy.len(), dx.len());
            backward::<$Function>(Isa::active(), y, dy, dx, [count, cols, 1]);
        }
        fn axis_backward(&self, y: &[f32], dy: &[f32], dx: &mut [f32], axes: [usize; 3]) {
            shape("y", y.len(), axes);
            shape("dy", dy.len(), axes);
            shape("dx", dx.len(), axes);
            backward::<$Function>(Isa::active(), y, dy, dx, axes);
        }
    }
)*}; }

row_gradients! {
    Softmax: Softmax;
    Fast<Softmax>: Softmax;
    LogSoftmax: LogSoftmax;
    Fast<LogSoftmax>: LogSoftmax;
}

impl LogSumExp {
    /// The gradient of each row of `cols` elements: `dy[i]` times the softmax of row i of `x`.
    ///
    /// ```
    /// use activations::LogSumExp;
    ///
    /// let mut dx = [0.0; 4];
    /// LogSumExp.rows_backward(&[1.0, 1.0, 0.0, 0.0], &[1.0, 3.0], &mut dx, 2);
    /// assert_eq!(dx, [0.5, 0.5, 1.5, 1.5]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths of `x` and `dx` differ or are no multiple of `cols`, or `dy` has not one element a row; nothing is
    /// written then.
    #[track_caller]
    pub fn rows_backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
        let count = Rows { cols, stride: cols }.count("dx", dx.len());
        assert!(x.len() == dx.len(), "x has {} elements, dx has {}", x.len(), dx.len());
        assert!(dy.len() == count, "dy has {} elements, dx has {count} rows", dy.len());
        Softmax.rows_into(x, dx, cols);
        if count > 0 {
            for (dx, &dy) in dx.chunks_exact_mut(cols).zip(dy) {
                for dx in dx {
                    *dx *= dy;
                }
            }
        }
    }
}

struct Backward<'a, F> {
    function: core::marker::PhantomData<F>,
    y: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
    n: usize,
    inner: usize,
}

#[inline(never)]
fn backward<F: Function>(isa: Isa, y: &[f32], dy: &[f32], dx: &mut [f32], [_, n, inner]: [usize; 3]) {
    if !dx.is_empty() {
        on(isa, Backward::<F> { function: core::marker::PhantomData, y, dy, dx, n, inner });
    }
}

impl<F: Function> Job for Backward<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { y, dy, dx, n, inner, .. } = self;
        let plane = n * inner;
        for (i, dx) in dx.chunks_exact_mut(plane).enumerate() {
            let (y, dy) = (&y[i * plane..][..plane], &dy[i * plane..][..plane]);
            if inner == 1 {
                row::<F, _>(s.sixteen(), y, dy, dx);
            } else {
                columns::<F, _>(s.sixteen(), y, dy, dx, inner);
            }
        }
    }
}

/// A row across the lanes.
#[inline(always)]
fn row<F: Function, S: Simd>(s: S, y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let mut total = F64s::splat(s, 0.0);
    for at in (0..y.len()).step_by(LANES) {
        total = total + F::summand(at_most_16(s, &y[at..]), at_most_16(s, &dy[at..]));
    }
    let sum = F64s::splat(s, total.sum());
    for at in (0..y.len()).step_by(LANES) {
        let gradient = F::gradient(at_most_16(s, &y[at..]), at_most_16(s, &dy[at..]), sum);
        store_at_most_16(gradient, &mut dx[at..]);
    }
}

/// Rows along an axis, one in each lane.
#[inline(always)]
fn columns<F: Function, S: Simd>(s: S, y: &[f32], dy: &[f32], dx: &mut [f32], inner: usize) {
    let n = y.len() / inner;
    for at in (0..inner).step_by(LANES) {
        let end = inner.min(at + LANES);
        let sum = over_lanes(
            s,
            n,
            #[inline(always)]
            |lane| {
                let mut total = F64s::splat(s, 0.0);
                for j in (lane..n).step_by(LANES) {
                    let [y, dy] =
                        [at_most_16(s, &y[j * inner..][at..end]), at_most_16(s, &dy[j * inner..][at..end])];
                    total = total + F::summand(y, dy);
                }
                total
            },
        );
        for j in 0..n {
            let [y, dy] = [at_most_16(s, &y[j * inner..][at..end]), at_most_16(s, &dy[j * inner..][at..end])];
            store_at_most_16(F::gradient(y, dy, sum), &mut dx[j * inner..][at..end]);
        }
    }
}

/// The first elements, and 0 after the last.
#[inline(always)]
fn at_most_16<S: Simd>(s: S, x: &[f32]) -> F32s<S> {
    if x.len() >= LANES { F32s::load(s, &x[..LANES]) } else { F32s::load_part(s, x, 0.0) }
}

#[inline(always)]
fn store_at_most_16<S: Simd>(a: F32s<S>, x: &mut [f32]) {
    if x.len() >= LANES {
        a.store(&mut x[..LANES]);
    } else {
        a.store_part(x);
    }
}
