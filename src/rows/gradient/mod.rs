//! Gradients of functions of rows, from the results.
//!
//! The sums are made in f64, in the order of `sum.rs`. The gradients that follow from them are
//! rounded to f32 last.

mod columns;

use super::{
    layout::RowLayout, log_softmax::LogSoftmax, numerics::sum::LANES, options::SoftmaxOptions,
    softmax::Softmax,
};
use crate::{
    check::{equal_lengths, product},
    isa::{Isa, Job, Native, Simd, on},
    map::eval_any,
    ops::Exp,
    shape_error::ShapeError,
    vector::{F32s, F64s, Mask},
};
use core::marker::PhantomData;

/// How a gradient follows from y, dy and a sum over the row.
pub(super) trait Function: Copy {
    /// Whether the summand of an excluded entry is 0 by itself, while dy is finite.
    const EXCLUDES_ITSELF: bool;
    /// Adds a summand to `total`, or 0 if the entry is excluded and `EXCLUDED`.
    fn add<const EXCLUDED: bool, S: Simd>(total: F64s<S>, y: F32s<S>, dy: F32s<S>) -> F64s<S>;
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S>;
    /// Whether the entry was excluded or negligible.
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S>;
}

/// dx = y (dy - sum of y dy)
impl Function for Softmax<'_> {
    const EXCLUDES_ITSELF: bool = true;

    #[inline(always)]
    fn add<const EXCLUDED: bool, S: Simd>(total: F64s<S>, y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        let dy = if EXCLUDED { dy.zero_where(Self::is_excluded(y)) } else { dy };
        // The product of two f32 is an f64, so that the bits do not depend on FMA.
        y.widen().mul_add(dy.widen(), total)
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S> {
        y.widen() * (dy.widen() - sum)
    }
    #[inline(always)]
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S> {
        // A y below 0 is no softmax, but has a gradient by the formula all the same.
        y.abs().le(0.0)
    }
}

/// dx = dy - e^y · sum of dy
impl Function for LogSoftmax<'_> {
    const EXCLUDES_ITSELF: bool = false;

    #[inline(always)]
    fn add<const EXCLUDED: bool, S: Simd>(total: F64s<S>, y: F32s<S>, dy: F32s<S>) -> F64s<S> {
        total + dy.zero_where(Self::is_excluded(y)).widen()
    }
    #[inline(always)]
    fn gradient<S: Simd>(y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F64s<S> {
        dy.widen() - eval_any(Exp, [y]).widen() * sum
    }
    #[inline(always)]
    fn is_excluded<S: Simd>(y: F32s<S>) -> Mask<S> {
        y.lt(f32::MIN)
    }
}

pub(super) fn rows_backward<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    y: &[f32],
    dy: Option<&[f32]>,
    dx: &mut [f32],
    cols: usize,
) -> Result<(), ShapeError> {
    let name = if dy.is_some() { "dx" } else { "dy" };
    let count = RowLayout::contiguous(cols).count(name, dx.len())?;
    equal_lengths("y", y.len(), name, dx.len())?;
    equal_lengths("dy", dy.map_or(dx.len(), <[f32]>::len), name, dx.len())?;
    backward::<F>(isa, factor(options), y, dy, dx, [count, cols, 1]);
    Ok(())
}

pub(super) fn axis_backward<F: Function>(
    isa: Isa,
    options: &SoftmaxOptions<'_>,
    y: &[f32],
    dy: Option<&[f32]>,
    dx: &mut [f32],
    shape: [usize; 3],
) -> Result<(), ShapeError> {
    product("y", y.len(), shape)?;
    product("dy", dy.map_or(dx.len(), <[f32]>::len), shape)?;
    product("dx", dx.len(), shape)?;
    backward::<F>(isa, factor(options), y, dy, dx, shape);
    Ok(())
}

/// Returns the derivative of a logit by its entry. It is 0 where only the largest entry counts.
pub(super) fn factor(options: &SoftmaxOptions<'_>) -> f64 {
    match options.temperature {
        0.0 => 0.0,
        temperature => f64::from(options.scale) / f64::from(temperature),
    }
}

struct Backward<'a, F> {
    function: PhantomData<F>,
    factor: f64,
    y: &'a [f32],
    /// Empty if it is in `dx`, as in the functions below.
    dy: &'a [f32],
    dx: &'a mut [f32],
    n: usize,
    inner: usize,
}

#[inline(never)]
fn backward<F: Function>(
    isa: Isa,
    factor: f64,
    y: &[f32],
    dy: Option<&[f32]>,
    dx: &mut [f32],
    [_, n, inner]: [usize; 3],
) {
    if dx.is_empty() {
        return;
    }
    let dy = dy.unwrap_or_default();
    let job = Backward::<F> { function: PhantomData, factor, y, dy, dx, n, inner };
    if columns::are_few(n, inner) {
        on(isa, Interleaved(job));
    } else {
        on(isa, job);
    }
}

impl<F: Function> Job for Backward<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { factor, y, dy, dx, n, inner, .. } = self;
        let plane = n * inner;
        for (i, dx) in dx.chunks_exact_mut(plane).enumerate() {
            let y = &y[i * plane..][..plane];
            let dy = if dy.is_empty() { dy } else { &dy[i * plane..][..plane] };
            if inner == 1 {
                row::<F, _>(s.sixteen(), factor, y, dy, dx);
            } else {
                columns::side_by_side::<F, _>(s.sixteen(), factor, y, dy, dx, inner);
            }
        }
    }
}

/// A job of its own, so that neither is compiled in the midst of the other.
struct Interleaved<'a, F>(Backward<'a, F>);

impl<F: Function> Job for Interleaved<'_, F> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Backward { factor, y, dy, dx, n, inner, .. } = self.0;
        let plane = n * inner;
        for (i, dx) in dx.chunks_exact_mut(plane).enumerate() {
            let y = &y[i * plane..][..plane];
            let dy = if dy.is_empty() { dy } else { &dy[i * plane..][..plane] };
            columns::interleaved::<F, _>(s.sixteen(), factor, y, dy, dx, inner);
        }
    }
}

#[inline(always)]
fn scaled<F: Function, S: Simd>(factor: f64, y: F32s<S>, dy: F32s<S>, sum: F64s<S>) -> F32s<S> {
    let mut dx = F::gradient(y, dy, sum);
    if factor != 1.0 {
        dx = dx * factor;
    }
    dx.narrow().zero_where(F::is_excluded(y))
}

/// Returns the gradients of the results.
#[inline(always)]
fn given<'a>(dy: &'a [f32], dx: &'a [f32]) -> &'a [f32] {
    if dy.is_empty() { dx } else { dy }
}

/// A row across the lanes.
#[inline(always)]
fn row<F: Function, S: Simd>(s: S, factor: f64, y: &[f32], dy: &[f32], dx: &mut [f32]) {
    let sum = F64s::splat(s, sum::<F, S>(s, y, given(dy, dx)));
    let (steps, rest) = dx.as_chunks_mut::<LANES>();
    let (y, y_rest) = (&y.as_chunks::<LANES>().0[..steps.len()], y.as_chunks::<LANES>().1);
    let (dy, dy_rest) = dy.as_chunks::<LANES>();
    let in_place = dy.is_empty() && dy_rest.is_empty();
    let dy = if in_place { dy } else { &dy[..steps.len()] };
    for (i, dx) in steps.iter_mut().enumerate() {
        let dy = if in_place { &*dx } else { &dy[i] };
        let [y, dy] = [F32s::load(s, &y[i]), F32s::load(s, dy)];
        scaled::<F, S>(factor, y, dy, sum).store(dx);
    }
    if !rest.is_empty() {
        let dy = if in_place { &*rest } else { dy_rest };
        let [y, dy] = [F32s::load_part(s, y_rest, 0.0), F32s::load_part(s, dy, 0.0)];
        scaled::<F, S>(factor, y, dy, sum).store_part(rest);
    }
}

#[inline(always)]
fn sum<F: Function, S: Simd>(s: S, y: &[f32], dy: &[f32]) -> f64 {
    if F::EXCLUDES_ITSELF {
        let sum = sum_of::<false, F, S>(s, y, dy);
        if sum.is_finite() {
            return sum;
        }
    }
    sum_of::<true, F, S>(s, y, dy)
}

#[inline(always)]
fn sum_of<const EXCLUDED: bool, F: Function, S: Simd>(s: S, y: &[f32], dy: &[f32]) -> f64 {
    let ((y, y_rest), (dy, dy_rest)) = (y.as_chunks::<LANES>(), dy.as_chunks::<LANES>());
    let mut total = F64s::splat(s, 0.0);
    for (y, dy) in y.iter().zip(dy) {
        total = F::add::<EXCLUDED, S>(total, F32s::load(s, y), F32s::load(s, dy));
    }
    if !y_rest.is_empty() {
        let [y, dy] = [F32s::load_part(s, y_rest, 0.0), F32s::load_part(s, dy_rest, 0.0)];
        total = F::add::<EXCLUDED, S>(total, y, dy);
    }
    total.sum()
}
