//! Gradients of gates.

use super::{Gate, POWERS, REST, exact::derivative};
use crate::{
    isa::Simd,
    math::{exp::Reduced, factor::Factor, hex::hex, scaled_exp::scaled_exp},
    vector::F32s,
};

/// Coefficients of (f'(t) - 1/2 - t/2) / t^3 in t^2 for beta = 1 and |t| <= 1, highest power first.
const NEAR: [f32; 5] = [
    hex("-0x1.32803ep-16"),
    hex("0x1.ae601ap-13"),
    hex("-0x1.b8f726p-10"),
    hex("0x1.9990dap-7"),
    hex("-0x1.55553ep-4"),
];

impl Gate {
    /// Returns dy f'(x) for usual x.
    #[inline(always)]
    pub(crate) fn usual_gradient<S: Simd>(self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        if S::FUSED { self.slope(x) * dy } else { self.unfused_gradient(x, dy) }
    }

    /// Returns dy f'(x) for all x.
    #[inline(always)]
    pub(crate) fn any_gradient<S: Simd>(self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        if self.near == 0.0 {
            return x.each_pair_of_lanes(
                dy,
                #[inline(always)]
                |x, dy| match derivative(self.beta.into(), x.into()) {
                    0.0 => 0.0,
                    derivative => (f64::from(dy) * derivative) as f32,
                },
            );
        }
        if !S::FUSED {
            return self.unfused_gradient(x, dy);
        }
        self.far_gradient(
            x,
            dy,
            #[inline(always)]
            |x| self.slope(x),
        )
    }

    /// Returns dy f'(x) for all x, given f' of usual x. Others have the derivative 1, or
    /// e^t (1 + t) with t = beta x.
    #[inline(always)]
    pub(crate) fn far_gradient<S: Simd>(
        self,
        x: F32s<S>,
        dy: F32s<S>,
        slope: impl Fn(F32s<S>) -> F32s<S>,
    ) -> F32s<S> {
        let a = x.abs();
        // e^-u (1 - u), where u is rounded: the error enters times e^-u.
        let size = self.beta.abs();
        let limited = a.at_most(300.0 / size);
        let u = limited * size;
        let error = limited.mul_add(size, -0.0 - u);
        let k = limited.neg_mul_add(size, 1.0);
        let low = limited.neg_mul_add(size, -0.0 - k) + 1.0;
        let finite = dy.clamp(f32::MIN, f32::MAX);
        let tail = scaled_exp::<true, false, S>(
            -0.0 - u,
            Factor::new(1.0),
            #[inline(always)]
            |e| {
                let v = e * k;
                let lost = v.neg_mul_add(error, e.mul_add(low, e.mul_add(k, -0.0 - v)));
                v.mul_add(dy, lost * finite)
            },
        );
        let tail = x.same(0.0).lt(x * self.beta).select(dy, tail);
        if a.all_from(self.near) {
            return tail;
        }
        a.lt(self.near).select(slope(x.clamp(-self.near, self.near)) * dy, tail)
    }

    /// Returns f'(x) for usual x, with FMA: with t = beta x, a = |t| and e = e^-a, that is
    /// h = e (1 + e - a) / (1 + e)^2 where t < 0, and 1 - h elsewhere. Near 0, where k = 1 + e - a
    /// and 1 + e would be rounded at more than their weight, it is 1/2 and an odd polynomial of t.
    #[inline(always)]
    fn slope<S: Simd>(self, x: F32s<S>) -> F32s<S> {
        let (gate, _) = self.positive();
        let a = x.abs();
        let Reduced { z, r } = gate.reduce(a);
        let p = r.poly(REST);
        let scale = POWERS.at(z);
        let e = scale.mul_add(p, scale);
        let first = a.neg_mul_add(gate.beta, 1.0);
        let k = first + e;
        let low = e - (k - first);
        // (1 + p) / (1 + e)^2 = 1 + q
        let more = e + 2.0;
        let q = e.neg_mul_add(more, p) / e.mul_add(more, 1.0);
        let v = scale * k;
        let h = v + v.mul_add(q, scale.mul_add(low, scale.mul_add(k, -0.0 - v)));
        let t = x.mul_add(self.beta, 0.0);
        let s = t.tiny_product(t);
        let near = (t * s).mul_add(s.poly(NEAR), x.mul_add(0.5 * self.beta, 0.5));
        s.lt(1.0).select(near, t.lt(0.0).select(h, 1.0 - h))
    }

    #[inline(always)]
    fn unfused_gradient<S: Simd>(self, x: F32s<S>, dy: F32s<S>) -> F32s<S> {
        let (gate, sign) = self.positive();
        let a = x.abs().at_most(210.0 / gate.beta);
        let e = gate.unfused_exp::<true, S>(a);
        let d = e + 1.0;
        let h = e * (d - a.widen() * f64::from(gate.beta)) / (d * d);
        let negative = (x.bits() ^ sign).float().lt(0.0);
        let [limit, factor] =
            [negative.select(x.same(0.0), 1.0), negative.select(x.same(1.0), -1.0)];
        ((limit.widen() + factor.widen() * h) * dy.widen()).narrow()
    }
}
