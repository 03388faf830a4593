//! Gradients of functions of rows, from the results.
//!
//! The sums are made in f64, in the order of `sum.rs`. The gradients that follow from them are
//! rounded to f32 last.

use super::{
    activation::{RowActivation, RowGradient},
    builder::Optional,
    layout::Rows,
    log_softmax::LogSoftmax,
    log_sum_exp::LogSumExp,
    numerics::sum::{LANES, over_lanes},
    options::{EmptyRow, Options},
    softmax::Softmax,
};
use crate::{
    check::shape,
    isa::{Isa, Job, Native, Simd, on},
    map::Map,
    ops::Exp,
    tier::Fast,
    vector::{F32s, F64s, Mask},
};
use core::marker::PhantomData;

/// How a gradient follows from y, dy and a sum over the row.
trait Function: Copy {
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S>;
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S>;
    /// Whether the entry was excluded or negligible.
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S>;
}

/// dx = y (dy - sum of y dy)
impl Function for Softmax<'_> {
    #[inline(always)]
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        // Exact: the product of two f32 is an f64.
        y.widen() * dy.zero_where(y.le(0.0)).widen()
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S> {
        y.widen() * (dy.widen() - sum)
    }
    #[inline(always)]
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S> {
        y.le(0.0)
    }
}

/// dx = dy - e^y · sum of dy
impl Function for LogSoftmax<'_> {
    #[inline(always)]
    fn summand<S: Simd>(y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        dy.zero_where(y.lt(f32::MIN)).widen()
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S> {
        dy.widen() - Exp.eval([y]).widen() * sum
    }
    #[inline(always)]
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S> {
        y.lt(f32::MIN)
    }
}

macro_rules! row_gradients { ($($Op:ty: $Function:ty;)*) => {$(
    impl RowGradient for $Op {
        fn rows_backward(&self, y: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
            let rows = Rows { cols, stride: cols };
            let count = rows.count("dx", dx.len());
            assert!(y.len() == dx.len(), "y has {} elements, dx has {}", y.len(), dx.len());
            assert!(dy.len() == dx.len(), "dy has {} elements, dx has {}", dy.len(), dx.len());
            backward::<$Function>(Isa::active(), factor(self.options()), y, dy, dx, [count, cols, 1]);
        }
        fn axis_backward(&self, y: &[f32], dy: &[f32], dx: &mut [f32], axes: [usize; 3]) {
            shape("y", y.len(), axes);
            shape("dy", dy.len(), axes);
            shape("dx", dx.len(), axes);
            backward::<$Function>(Isa::active(), factor(self.options()), y, dy, dx, axes);
        }
    }
)*}; }

row_gradients! {
    Softmax<'_>: Softmax<'_>;
    Fast<Softmax<'_>>: Softmax<'_>;
    LogSoftmax<'_>: LogSoftmax<'_>;
    Fast<LogSoftmax<'_>>: LogSoftmax<'_>;
}

/// The derivative of a logit by its entry. At the temperature 0 small changes change nothing.
fn factor(options: Options<'_>) -> f32 {
    if options.scale.is_infinite() { 0.0 } else { options.scale }
}

impl LogSumExp<'_> {
    /// The gradient of each row of `cols` elements: `dy[i]` times the scale times the softmax of
    /// row i of `x`. An entry that does not count has 0. A soft cap's own derivative is not in it.
    ///
    /// ```
    /// use activations::LogSumExp;
    ///
    /// let mut dx = [0.0; 4];
    /// LogSumExp::new().rows_backward(&[1.0, 1.0, 0.0, 0.0], &[1.0, 3.0], &mut dx, 2);
    /// assert_eq!(dx, [0.5, 0.5, 1.5, 1.5]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the lengths of `x` and `dx` differ or are no multiple of `cols`, a mask does not fit, or
    /// `dy` has not one element a row; nothing is written then.
    #[track_caller]
    pub fn rows_backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32], cols: usize) {
        let count = Rows { cols, stride: cols }.count("dx", dx.len());
        assert!(x.len() == dx.len(), "x has {} elements, dx has {}", x.len(), dx.len());
        assert!(dy.len() == count, "dy has {} elements, dx has {count} rows", dy.len());
        self.axis_backward(x, dy, dx, [count, cols, 1]);
    }

    /// The gradient along the middle axis of `[outer, n, inner]`, as
    /// [`rows_backward`](Self::rows_backward): `dy` is `[outer, inner]`.
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape, or a mask does not fit; nothing is written
    /// then.
    #[track_caller]
    pub fn axis_backward(
        &self,
        x: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        axes @ [outer, n, inner]: [usize; 3],
    ) {
        shape("x", x.len(), axes);
        shape("dx", dx.len(), axes);
        shape("dy", dy.len(), [outer, 1, inner]);
        let scale = self.options.scale;
        Softmax::with(self.options).empty_rows(EmptyRow::Zeros).axis_into(x, dx, axes);
        if dx.is_empty() {
            return;
        }
        for (dx, dy) in dx.chunks_exact_mut(n * inner).zip(dy.chunks_exact(inner)) {
            for dx in dx.chunks_exact_mut(inner) {
                for (dx, &dy) in dx.iter_mut().zip(dy) {
                    *dx *= dy * scale;
                }
            }
        }
    }
}

struct Backward<'a, F> {
    function: PhantomData<F>,
    factor: f32,
    y: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
    n: usize,
    inner: usize,
}

#[inline(never)]
fn backward<F: Function>(
    isa: Isa,
    factor: f32,
    y: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    [_, n, inner]: [usize; 3],
) {
    if !dx.is_empty() {
        on(isa, Backward::<F> { function: PhantomData, factor, y, dy, dx, n, inner });
    }
}

impl<F: Function> Job for Backward<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { factor, y, dy, dx, n, inner, .. } = self;
        let plane = n * inner;
        for (i, dx) in dx.chunks_exact_mut(plane).enumerate() {
            let (y, dy) = (&y[i * plane..][..plane], &dy[i * plane..][..plane]);
            if inner == 1 {
                row::<F, _>(s.sixteen(), factor, y, dy, dx);
            } else {
                columns::<F, _>(s.sixteen(), factor, y, dy, dx, inner);
            }
        }
    }
}

#[inline(always)]
fn scaled<F: Function, S: Simd>(factor: f32, y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F32s<S> {
    (F::gradient(y, dy, sum) * f64::from(factor)).narrow().zero_where(F::is_excluded(y))
}

/// A row across the lanes.
#[inline(always)]
fn row<F: Function, S: Simd>(s: S, factor: f32, y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let mut total = F64s::splat(s, 0.0);
    for at in (0..y.len()).step_by(LANES) {
        total = total + F::summand(at_most_16(s, &y[at..]), at_most_16(s, &dy[at..]));
    }
    let sum = F64s::splat(s, total.sum());
    for at in (0..y.len()).step_by(LANES) {
        let [y, dy] = [at_most_16(s, &y[at..]), at_most_16(s, &dy[at..])];
        store_at_most_16(scaled::<F, S>(factor, y, dy, sum), &mut dx[at..]);
    }
}

/// Rows along an axis, one in each lane.
#[inline(always)]
fn columns<F: Function, S: Simd>(
    s: S,
    factor: f32,
    y: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    inner: usize,
) {
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
                    let [y, dy] = [
                        at_most_16(s, &y[j * inner..][at..end]),
                        at_most_16(s, &dy[j * inner..][at..end]),
                    ];
                    total = total + F::summand(y, dy);
                }
                total
            },
        );
        for j in 0..n {
            let [y, dy] =
                [at_most_16(s, &y[j * inner..][at..end]), at_most_16(s, &dy[j * inner..][at..end])];
            store_at_most_16(scaled::<F, S>(factor, y, dy, sum), &mut dx[j * inner..][at..end]);
        }
    }
}

/// Loads the first sixteen elements, or fewer and 0 after the last.
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
