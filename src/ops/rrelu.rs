use super::leaky_relu::{BySlope, LeakyRelu};
use crate::{
    at::At,
    check::same_length,
    contract::{Bounds, Contract},
    isa::{Job, Native, Simd, on},
    map::{Backward, Map, binary},
    math::threefry::{GROUP, LANES, RandomStream, uniform},
    vector::F32s,
};

/// The randomised rectified linear unit: x where x > 0, else slope · x, where each element of a
/// training step draws its slope.
///
/// As an [`Activation`](crate::Activation) it is the function of a trained network: [`LeakyRelu`]
/// with the mean of the two bounds as its slope. Results are correctly rounded in every tier. The
/// gradient is `dy` where x > 0, else the mean times `dy`.
///
/// | x | rrelu(x) | rrelu'(x) |
/// |---|---|---|
/// | ±0 | mean · ±0 | mean |
/// | +∞ | +∞ | 1 |
/// | −∞ | mean · −∞ | mean |
/// | NaN | NaN | mean |
///
/// A mean of 0 is [`Relu`](crate::Relu), so that −∞ gives 0, and so is a drawn slope of 0. Bounds
/// in the other order are the same interval. Slopes are not finite if a bound is not, or if the
/// bounds are further apart than the largest f32.
///
/// ```
/// use activations::{Activation, RandomStream, RRelu};
///
/// let mut x = [-1.0, 2.0_f32];
/// RRelu { lower: 0.25, upper: 0.75 }.apply(&mut x);
/// assert_eq!(x, [-0.5, 2.0]);
///
/// let (mut x, mut slopes, mut dx) = ([-1.0, 2.0], [0.0; 2], [0.0; 2]);
/// let stream = RandomStream { seed: 7, offset: 0 };
/// RRelu { lower: 0.25, upper: 0.75 }.train(&mut x, &mut slopes, stream);
/// assert!(x[0] == -slopes[0] && (0.25..=0.75).contains(&slopes[0]));
/// assert!(x[1] == 2.0 && slopes[1] == 1.0);
/// RRelu::backward_from_slopes(&slopes, &[10.0, 10.0], &mut dx);
/// assert_eq!(dx, [10.0 * slopes[0], 10.0]);
/// ```
///
/// Definition: `torch.nn.RReLU`; Xu, Wang, Chen, Li, "Empirical evaluation of rectified activations
/// in convolutional network" (2015).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RRelu {
    /// The least slope.
    pub lower: f32,
    /// The largest slope.
    pub upper: f32,
}

impl Default for RRelu {
    /// Slopes from 1/8 to 1/3.
    fn default() -> Self {
        Self { lower: 1.0 / 8.0, upper: 1.0 / 3.0 }
    }
}

impl RRelu {
    /// Replaces every element by its image in training, and writes its slope to `slopes`: 1 where
    /// x > 0, else lower + (upper − lower) · u, in f32.
    ///
    /// u is a multiple of 2^-23 from 0 on and below 1, a function of the seed and the index of the
    /// element (see [`RandomStream`]): 23 bits of a word of Threefry-2x32-20. Every instruction set
    /// gives the same bits. No slope is out of bounds; rounding may give `upper` itself.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn train(&self, x: &mut [f32], slopes: &mut [f32], stream: RandomStream) {
        At::active(*self).train(x, slopes, stream);
    }

    /// As [`train`](Self::train), from one slice to another.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn train_into(&self, src: &[f32], dst: &mut [f32], slopes: &mut [f32], stream: RandomStream) {
        At::active(*self).train_into(src, dst, slopes, stream);
    }

    /// The gradient of a training step: `dx[i] = slopes[i] * dy[i]`, and 0 where the slope is 0.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn backward_from_slopes(slopes: &[f32], dy: &[f32], dx: &mut [f32]) {
        At::active(Self::default()).backward_from_slopes(slopes, dy, dx);
    }

    /// As [`backward_from_slopes`](Self::backward_from_slopes), with `dx` in the place of `dy`.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn backward_from_slopes_in_place(slopes: &[f32], dy: &mut [f32]) {
        At::active(Self::default()).backward_from_slopes_in_place(slopes, dy);
    }

    #[inline(always)]
    fn mean(self) -> LeakyRelu {
        LeakyRelu { slope: f64::midpoint(self.lower.into(), self.upper.into()) as f32 }
    }

    /// Returns the images of x with the random numbers u, and the slopes.
    #[inline(always)]
    fn draw<S: Simd>(self, x: F32s<S>, u: F32s<S>) -> [F32s<S>; 2] {
        // Not by `mul_add`, which would round once on some levels and twice on others.
        let drawn = u * (self.upper - self.lower) + self.lower;
        let slope = x.same(0.0).lt(x).select(1.0, drawn);
        [BySlope.eval([x, slope]), slope]
    }
}

impl At<RRelu> {
    /// As [`RRelu::train`], at this level.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn train(&self, x: &mut [f32], slopes: &mut [f32], stream: RandomStream) {
        same_length("x", x.len(), "slopes", slopes.len());
        on(self.isa(), Train { op: self.operation, stream, src: None, dst: x, slopes });
    }

    /// As [`RRelu::train_into`], at this level.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn train_into(
        &self,
        src: &[f32],
        dst: &mut [f32],
        slopes: &mut [f32],
        stream: RandomStream,
    ) {
        same_length("src", src.len(), "dst", dst.len());
        same_length("slopes", slopes.len(), "dst", dst.len());
        on(self.isa(), Train { op: self.operation, stream, src: Some(src), dst, slopes });
    }

    /// As [`RRelu::backward_from_slopes`], at this level.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn backward_from_slopes(&self, slopes: &[f32], dy: &[f32], dx: &mut [f32]) {
        same_length("slopes", slopes.len(), "dx", dx.len());
        same_length("dy", dy.len(), "dx", dx.len());
        binary(self.isa(), BackwardFromSlopes, slopes, Some(dy), dx);
    }

    /// As [`RRelu::backward_from_slopes_in_place`], at this level.
    ///
    /// # Panics
    ///
    /// If the lengths differ; nothing is written then.
    #[track_caller]
    pub fn backward_from_slopes_in_place(&self, slopes: &[f32], dy: &mut [f32]) {
        same_length("slopes", slopes.len(), "dy", dy.len());
        binary(self.isa(), BackwardFromSlopes, slopes, None, dy);
    }
}

struct Train<'a> {
    op: RRelu,
    stream: RandomStream,
    /// `None` if the step is in place.
    src: Option<&'a [f32]>,
    dst: &'a mut [f32],
    slopes: &'a mut [f32],
}

impl Job for Train<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let Self { op, stream: RandomStream { seed, offset }, src, dst, slopes } = self;
        let s = s.sixteen();
        let mut at = 0;
        while at < dst.len() {
            let index = offset.wrapping_add(at as u64);
            let u = uniform(s, seed, index / GROUP as u64);
            let begin = (index % GROUP as u64) as usize;
            let len = (GROUP - begin).min(dst.len() - at);
            let (y, slopes) = (&mut dst[at..][..len], &mut slopes[at..][..len]);
            let src = src.map(
                #[inline(always)]
                |src| &src[at..][..len],
            );
            if len == GROUP {
                group(s, op, u, src, y, slopes);
            } else {
                let [mut padded, mut drawn] = [[0.0; GROUP]; 2];
                padded[begin..][..len].copy_from_slice(src.unwrap_or(y));
                group(s, op, u, None, &mut padded, &mut drawn);
                y.copy_from_slice(&padded[begin..][..len]);
                slopes.copy_from_slice(&drawn[begin..][..len]);
            }
            at += len;
        }
    }
}

/// Computes the elements that draw the random numbers of one group.
#[inline(always)]
fn group<S: Simd>(
    s: S,
    op: RRelu,
    u: [F32s<S>; 2],
    src: Option<&[f32]>,
    dst: &mut [f32],
    slopes: &mut [f32],
) {
    for (i, u) in u.into_iter().enumerate() {
        let lanes = i * LANES..(i + 1) * LANES;
        let x = F32s::load(s, &src.unwrap_or(dst)[lanes.clone()]);
        let [y, slope] = op.draw(x, u);
        y.store(&mut dst[lanes.clone()]);
        slope.store(&mut slopes[lanes]);
    }
}

#[derive(Clone, Copy)]
struct BackwardFromSlopes;

impl Map<2> for BackwardFromSlopes {
    #[inline(always)]
    fn eval<S: Simd>(self, [slope, dy]: [F32s<S>; 2]) -> F32s<S> {
        (dy * slope).zero_where(slope.abs().le(0.0))
    }
}

impl Map<1> for RRelu {
    const WRITES_UNINIT: bool = true;

    #[inline(always)]
    fn eval<S: Simd>(self, x: [F32s<S>; 1]) -> F32s<S> {
        self.mean().eval(x)
    }
}

impl Map<2> for Backward<RRelu> {
    #[inline(always)]
    fn eval<S: Simd>(self, inputs: [F32s<S>; 2]) -> F32s<S> {
        Backward(self.0.mean()).eval(inputs)
    }
}

impl Contract for RRelu {
    const NAME: &'static str = "rrelu";
    const FORMULA: &'static str =
        "x where x > 0, else slope · x; training draws the slope of each element";
    const BOUNDS: Bounds = LeakyRelu::BOUNDS;
    const RANGE: [f32; 2] = LeakyRelu::RANGE;
    const SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.0],
        [-0.0, -0.0],
        [f32::INFINITY, f32::INFINITY],
        [f32::NEG_INFINITY, f32::NEG_INFINITY],
        [1e-45, 1e-45],
        [-1e-45, -0.0],
        [-1.0, -0.22916667],
    ];
    const DERIVATIVE_SPECIALS: &'static [[f32; 2]] = &[
        [0.0, 0.22916667],
        [-0.0, 0.22916667],
        [f32::INFINITY, 1.0],
        [f32::NEG_INFINITY, 0.22916667],
        [f32::NAN, 0.22916667],
    ];

    fn each_parameter(&mut self, visit: &mut dyn FnMut(&'static str, &mut f32)) {
        visit("lower", &mut self.lower);
        visit("upper", &mut self.upper);
    }
    fn mistake(self) -> Option<&'static str> {
        (self.lower > self.upper).then_some("lower must be at most upper")
    }
    fn exact(self, x: f64) -> f64 {
        self.mean().exact(x)
    }
    fn derivative(self, x: f64) -> f64 {
        self.mean().derivative(x)
    }
}
