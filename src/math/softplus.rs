//! max(x, 0) + log(1 + e^-|βx|) / β, the core of softplus and log-sigmoid.
//!
//! Far from 0, log(1 + E) = E (1 + E Q(E)), E = e^-|βx|. The factor 1 / β is part of the exponent
//! and of the constants, so it adds no rounding. Near 0, the sum is (x + x^2 R(x^2)) / 2 + log 2,
//! for β = 1. There x enters the inner sum exactly, and its steps outweigh what the other term can
//! lose: both sums are monotonic. An x that enters through e^-|x| would not do, for that has
//! coarser steps.
//!
//! Constants: `scripts/softplus.py`.

use super::{
    base2::{Base2, POWERS, REST, reduce_unfused},
    exp::{MAGIC, Powers, Unfused, unfused},
    hex::hex,
};
use crate::{isa::Simd, vector::F32s};

/// Results may be subnormal: where they are, powers are times 2^32, and are multiplied by `UNIT`
/// in the last sum, which rounds once.
const LIFT: i32 = 32;
const UNIT: f32 = hex("0x1p-32");
/// Without FMA, where 1 / β is no part of the power.
const UNFUSED_LIFT: f32 = hex("0x1p64");
const UNFUSED_UNIT: f64 = 1.0 / UNFUSED_LIFT as f64;
const LIFTED: Powers = POWERS.times_power(LIFT);

/// Coefficients of R, highest power first, for |βx| < `NEAR`, and of Q beyond.
const R: [f32; 4] =
    [hex("-0x1.6bbb78p-16"), hex("0x1.680746p-12"), hex("-0x1.553f5ep-8"), hex("0x1.ffffdap-4")];
const Q: [f32; 6] = [
    hex("0x1.b52c6ep-5"),
    hex("-0x1.0c76f8p-3"),
    hex("0x1.89afc4p-3"),
    hex("-0x1.fe2906p-3"),
    hex("0x1.554888p-2"),
    hex("-0x1.ffffc4p-2"),
];
const NEAR: f64 = 1.0;

/// The same for the fast tier.
const FAST_R: [f32; 3] = [hex("0x1.4b8cfp-12"), hex("-0x1.54912cp-8"), hex("0x1.fffea4p-4")];
const FAST_Q: [f32; 6] = [
    hex("0x1.695932p-5"),
    hex("-0x1.ef300ap-4"),
    hex("0x1.812dcep-3"),
    hex("-0x1.fc989ep-3"),
    hex("0x1.55389cp-2"),
    hex("-0x1.ffff5cp-2"),
];
const FAST_NEAR: f64 = 0.8;
/// K 2^(i/8), where 2^f / K is below 1, and rounds finer, and that power.
const FAST_POWERS: Powers = Powers::new(
    [
        0x3f878b79, 0x3f93d00b, 0x3fa130dc, 0x3fafc7a6, 0x3fbfb077, 0x3fd109e7, 0x3fe3f553,
        0x3ff8971d,
    ],
    0,
);
const FAST_LIFTED: Powers = FAST_POWERS.times_power(LIFT);
const FAST_POWER: [f32; 4] =
    [hex("0x1.ad5fcp-5"), hex("0x1.d0a776p-3"), hex("0x1.4f2318p-1"), hex("0x1.e38028p-1")];

/// What depends on β, of the default tier with N = 4, and of the fast one with N = 3. A negative β
/// is that of -softplus(-x).
#[derive(Clone, Copy)]
pub(crate) struct Core<const N: usize> {
    base: Base2,
    /// `MAGIC`, less the part of log2 β that is a multiple of 1/8.
    magic: f32,
    /// The polynomial of 2^f, times the remaining part of 1 / β.
    power: [f32; 4],
    q: [f32; 6],
    r: [f32; N],
    /// log 2 / β, and twice what is missing of it.
    middle: [f32; 2],
    /// The square of where x is no longer near.
    near: f32,
    /// Below this magnitude no power is subnormal, nor its square.
    usual: f32,
    /// From here on the logarithm is 0.
    far: f32,
    /// Without FMA: |β|, and `UNFUSED_UNIT` / |β|.
    beta: f32,
    unit: f64,
}

impl Core<4> {
    #[inline(always)]
    pub(crate) const fn new(beta: f32) -> Self {
        Self::with(beta, [REST[0], REST[1], REST[2]], [REST[3], 1.0], Q, R, NEAR)
    }
}

impl Core<3> {
    #[inline(always)]
    pub(crate) const fn fast(beta: f32) -> Self {
        let [p3, p2, p1, p0] = FAST_POWER;
        Self::with(beta, [p3, p2, p1], [p0, 0.0], FAST_Q, FAST_R, FAST_NEAR)
    }
}

impl<const N: usize> Core<N> {
    /// The constant coefficient of the power is the sum of two, of which the second is left out.
    #[inline(always)]
    const fn with(
        beta: f32,
        power: [f32; 3],
        [constant, out]: [f32; 2],
        q: [f32; 6],
        r: [f32; N],
        near: f64,
    ) -> Self {
        let base = Base2::new(beta.abs());
        let sign = if beta < 0.0 { -1.0 } else { 1.0 };
        let beta = beta.abs() as f64;
        let inverse = Inverse::of(beta);
        let middle = sign * core::f64::consts::LN_2 / beta;
        let [p3, p2, p1] = power;
        let [constant, out] = [constant as f64, out as f64];
        Self {
            base,
            magic: (MAGIC as f64 - inverse.eighths as f64 / 8.0) as f32,
            power: [
                (p3 as f64 * inverse.rest) as f32,
                (p2 as f64 * inverse.rest) as f32,
                (p1 as f64 * inverse.rest) as f32,
                ((constant + out) * inverse.rest - out) as f32,
            ],
            q: powers_times(beta, beta, q),
            r: powers_times(2.0 * sign * beta, beta * beta, r),
            middle: [middle as f32, ((middle - middle as f32 as f64) * 2.0) as f32],
            near: (near * near / (beta * beta)) as f32,
            usual: (40.0 / beta) as f32,
            far: (core::f64::consts::LN_2 * (156.0 - inverse.eighths as f64 / 8.0) / beta) as f32,
            beta: beta as f32,
            unit: UNFUSED_UNIT / beta,
        }
    }

    #[inline(always)]
    pub(crate) fn is_usual<S: Simd>(&self, x: F32s<S>) -> bool {
        x.all_below(self.usual)
    }

    /// The default tier; with `NEGATED`, for a negative β. The form that is `FAR` serves for all x.
    #[inline(always)]
    pub(crate) fn eval<const FAR: bool, const NEGATED: bool, S: Simd>(
        &self,
        x: F32s<S>,
    ) -> F32s<S> {
        let (z, f) = self.base.reduce(self.magnitude::<FAR, S>(x), self.magic);
        let scale = if FAR { LIFTED.at(z) } else { POWERS.at(z) };
        // The power is added last: one rounding of full weight.
        let small = scale * f.poly(self.power);
        let y = scale + self.rest_of_log::<FAR, false, S>(scale + small, small);
        self.with_near(x, sum::<FAR, NEGATED, S>(x, y))
    }

    #[inline(always)]
    pub(crate) fn eval_fast<const FAR: bool, const NEGATED: bool, S: Simd>(
        &self,
        x: F32s<S>,
    ) -> F32s<S> {
        let (z, f) = self.base.reduce(self.magnitude::<FAR, S>(x), self.magic);
        let scale = if FAR { FAST_LIFTED.at(z) } else { FAST_POWERS.at(z) };
        let e = scale * f.poly(self.power);
        self.with_near(x, sum::<FAR, NEGATED, S>(x, self.rest_of_log::<FAR, true, S>(e, e)))
    }

    /// The kernel without FMA, for all x. Its last steps are in f64.
    #[inline(always)]
    pub(crate) fn eval_unfused<const NEGATED: bool, S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        let Unfused { k, p } = reduce_unfused(x.abs().at_most(self.far), self.beta);
        let scale = unfused::power::<S>(UNFUSED_LIFT, k).widen() * self.unit;
        let e = (p.widen() + 1.0) * scale;
        let narrow = e.narrow();
        let y = e + (narrow * (narrow * narrow.poly(self.q))).widen();
        let y = if NEGATED { x.at_most(-0.0).widen() - y } else { x.at_least(0.0).widen() + y };
        self.with_near(x, y.narrow())
    }

    #[inline(always)]
    fn magnitude<const FAR: bool, S: Simd>(&self, x: F32s<S>) -> F32s<S> {
        if FAR { x.abs().at_most(self.far) } else { x.abs() }
    }

    /// Returns `e^2 Q(e) + small`, all but the argument of Q lifted if it is `FAR`. The sums of Q
    /// are shorter chains than Horner's, or else the kernel waits for them. The last one has but
    /// one factor that was rounded, unless it is `FAST`.
    #[inline(always)]
    fn rest_of_log<const FAR: bool, const FAST: bool, S: Simd>(
        &self,
        e: F32s<S>,
        small: F32s<S>,
    ) -> F32s<S> {
        let [q5, q4, q3, q2, q1, q0] = self.q;
        let lifted = e;
        let e = if FAR { e * UNIT } else { e };
        let square = e * e;
        let q = if FAST {
            let high = e.mul_add(q5, q4).mul_add(square, e.mul_add(q3, q2));
            high.mul_add(square, e.mul_add(q1, q0))
        } else {
            let high = square.mul_add(q5, e.mul_add(q4, q3));
            high.mul_add(square, e.mul_add(q2, q1)).mul_add(e, q0)
        };
        (lifted * e).mul_add(q, small)
    }

    /// Returns y, but where x is near 0 the other form.
    #[inline(always)]
    fn with_near<S: Simd>(&self, x: F32s<S>, y: F32s<S>) -> F32s<S> {
        let square = x * x;
        let [middle, rest] = self.middle;
        let near = (square.mul_add(square.poly(self.r), rest) + x).mul_add(0.5, middle);
        square.lt(self.near).select(near, y)
    }
}

#[inline(always)]
fn sum<const FAR: bool, const NEGATED: bool, S: Simd>(x: F32s<S>, y: F32s<S>) -> F32s<S> {
    match (FAR, NEGATED) {
        (false, false) => x.at_least(0.0) + y,
        (false, true) => x.at_most(-0.0) - y,
        (true, false) => y.mul_add(UNIT, x.at_least(0.0)),
        (true, true) => y.neg_mul_add(UNIT, x.at_most(-0.0)),
    }
}

/// Returns the coefficients times powers of `ratio`, of which the last has the factor `first`.
#[inline(always)]
const fn powers_times<const N: usize>(first: f64, ratio: f64, mut c: [f32; N]) -> [f32; N] {
    let (mut i, mut power) = (N, first);
    while i > 0 {
        i -= 1;
        c[i] = (c[i] as f64 * power) as f32;
        power *= ratio;
    }
    c
}

/// 1 / β = 2^(-eighths / 8) rest, with a rest from 2^(-1/16) to 2^(1/16).
struct Inverse {
    eighths: i32,
    rest: f64,
}

impl Inverse {
    /// There is no loop, so that the compiler finds all of it to be the same for every element.
    #[inline(always)]
    const fn of(beta: f64) -> Self {
        const BIAS: i32 = 1023;
        const EIGHTH_ROOTS: [f64; 9] = [
            1.0,
            1.090_507_732_665_257_7,
            1.189_207_115_002_721,
            1.296_839_554_651_009_6,
            core::f64::consts::SQRT_2,
            1.542_210_825_407_940_7,
            1.681_792_830_507_429,
            1.834_008_086_409_342_4,
            2.0,
        ];
        /// 2^(1/16)
        const EDGE: f64 = 1.044_273_782_427_413_8;
        let exponent = (beta.to_bits() >> 52) as i32 - BIAS;
        let mantissa = f64::from_bits(beta.to_bits() & (u64::MAX >> 12) | (BIAS as u64) << 52);
        let above = mantissa / EDGE;
        let i = (above > EIGHTH_ROOTS[0]) as usize
            + (above > EIGHTH_ROOTS[1]) as usize
            + (above > EIGHTH_ROOTS[2]) as usize
            + (above > EIGHTH_ROOTS[3]) as usize
            + (above > EIGHTH_ROOTS[4]) as usize
            + (above > EIGHTH_ROOTS[5]) as usize
            + (above > EIGHTH_ROOTS[6]) as usize
            + (above > EIGHTH_ROOTS[7]) as usize;
        Self { eighths: 8 * exponent + i as i32, rest: EIGHTH_ROOTS[i] / mantissa }
    }
}
