use super::{PRelu, layout::Layout, sums::sum};
use crate::{at::At, check::same_length};

/// [`PRelu`] whose slopes have any shape that broadcasts to that of the tensor, as
/// [`PRelu::broadcast`] makes it.
///
/// Each result and each gradient is that of [`PRelu`]. The sums for the slopes are in the order
/// that it documents, where `inner` is the product of the last dimensions that the slopes lack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BroadcastPRelu<'a> {
    slopes: &'a [f32],
    layout: Layout,
}

impl<'a> PRelu<'a> {
    /// Returns the operation on tensors of the shape `shape`, with slopes of the shape `of_slopes`:
    /// aligned at the last dimension, each size is that of the tensor or 1, and missing dimensions
    /// are 1. That is the unidirectional broadcasting of ONNX.
    ///
    /// ```
    /// use activations::PRelu;
    ///
    /// // One slope for each place of the first and the last dimension, for all of the second.
    /// let prelu = PRelu { slopes: &[0.5, 0.25, 2.0, 4.0] }.broadcast(&[2, 3, 2], &[2, 1, 2]);
    /// let mut x = [-1.0; 12];
    /// prelu.apply(&mut x);
    /// assert_eq!(x[..6], [-0.5, -0.25, -0.5, -0.25, -0.5, -0.25]);
    /// assert_eq!(x[6..], [-2.0, -4.0, -2.0, -4.0, -2.0, -4.0]);
    ///
    /// let mut d_slopes = [0.0; 4];
    /// prelu.slopes_backward(&[-1.0; 12], &[1.0; 12], &mut d_slopes);
    /// assert_eq!(d_slopes, [-3.0; 4]);
    /// ```
    ///
    /// Neighbouring dimensions that the slopes have, or that they lack, are joined. Dimensions that
    /// are then left outside of `[outer, channels, inner]` are a loop of calls.
    ///
    /// # Panics
    ///
    /// If the slopes do not broadcast, or are not as many as their shape has. Also if the shape
    /// changes more than nine times between dimensions that the slopes have and those that they
    /// lack; up to ten dimensions are always fine.
    #[must_use]
    #[track_caller]
    pub fn broadcast(self, shape: &[usize], of_slopes: &[usize]) -> BroadcastPRelu<'a> {
        let layout = Layout::new(shape, of_slopes);
        let count = of_slopes.iter().fold(1_usize, |count, &size| count.saturating_mul(size));
        let slopes = self.slopes;
        assert!(
            slopes.len() == count,
            "slopes has {} elements, its shape is {of_slopes:?}",
            slopes.len()
        );
        BroadcastPRelu { slopes, layout }
    }
}

impl BroadcastPRelu<'_> {
    /// As [`PRelu::apply`].
    ///
    /// # Panics
    ///
    /// If the length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn apply(&self, x: &mut [f32]) {
        At::active(*self).apply(x);
    }

    /// As [`PRelu::apply_into`].
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        At::active(*self).apply_into(src, dst);
    }

    /// As [`PRelu::backward`].
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        At::active(*self).backward(x, dy, dx);
    }

    /// As [`PRelu::backward_in_place`].
    ///
    /// # Panics
    ///
    /// If a length is not the product of the shape; nothing is written then.
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
        At::active(*self).backward_in_place(x, dy);
    }

    /// As [`PRelu::slopes_backward`]: `d_slopes` has the shape of the slopes.
    ///
    /// # Panics
    ///
    /// If a length is not the product of its shape; nothing is written then.
    #[track_caller]
    pub fn slopes_backward(&self, x: &[f32], dy: &[f32], d_slopes: &mut [f32]) {
        At::active(*self).slopes_backward(x, dy, d_slopes);
    }

    #[track_caller]
    fn check(&self, tensors: &[(&str, usize)]) {
        let elements = self.layout.len;
        for &(name, len) in tensors {
            assert!(len == elements, "{name} has {len} elements, its shape has {elements}");
        }
    }
}

/// The methods of [`BroadcastPRelu`], at this level.
impl At<BroadcastPRelu<'_>> {
    /// [`BroadcastPRelu::apply`]
    #[track_caller]
    pub fn apply(&self, x: &mut [f32]) {
        self.operation.check(&[("x", x.len())]);
        self.each_part(|prelu, at, len, part| prelu.apply(&mut x[at..][..len], part));
    }

    /// [`BroadcastPRelu::apply_into`]
    #[track_caller]
    pub fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        self.operation.check(&[("src", src.len()), ("dst", dst.len())]);
        self.each_part(|prelu, at, len, part| {
            prelu.apply_into(&src[at..][..len], &mut dst[at..][..len], part);
        });
    }

    /// [`BroadcastPRelu::backward`]
    #[track_caller]
    pub fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.operation.check(&[("x", x.len()), ("dy", dy.len()), ("dx", dx.len())]);
        self.each_part(|prelu, at, len, part| {
            prelu.backward(&x[at..][..len], &dy[at..][..len], &mut dx[at..][..len], part);
        });
    }

    /// [`BroadcastPRelu::backward_in_place`]
    #[track_caller]
    pub fn backward_in_place(&self, x: &[f32], dy: &mut [f32]) {
        self.operation.check(&[("x", x.len()), ("dy", dy.len())]);
        self.each_part(|prelu, at, len, part| {
            prelu.backward_in_place(&x[at..][..len], &mut dy[at..][..len], part);
        });
    }

    /// [`BroadcastPRelu::slopes_backward`]
    #[track_caller]
    pub fn slopes_backward(&self, x: &[f32], dy: &[f32], d_slopes: &mut [f32]) {
        let BroadcastPRelu { slopes, layout } = self.operation;
        self.operation.check(&[("x", x.len()), ("dy", dy.len())]);
        same_length("slopes", slopes.len(), "d_slopes", d_slopes.len());
        if x.is_empty() {
            d_slopes.fill(0.0);
            return;
        }
        let parts = d_slopes.chunks_exact_mut(layout.part[1]);
        for (at, d_slopes) in layout.own.positions().zip(parts) {
            sum(self.isa(), &x[at..], &dy[at..], d_slopes, layout.part, layout.shared);
        }
    }

    /// Calls `call` with the operation on a part, its position and length, and its shape.
    fn each_part(&self, mut call: impl FnMut(At<PRelu<'_>>, usize, usize, [usize; 3])) {
        let BroadcastPRelu { slopes, layout } = self.operation;
        if layout.len == 0 {
            return;
        }
        let len = layout.part.iter().product();
        let slopes = slopes.chunks_exact(layout.part[1]);
        for (own, slopes) in layout.own.positions().zip(slopes) {
            for shared in layout.shared.positions() {
                call(self.with(PRelu { slopes }), own + shared, len, layout.part);
            }
        }
    }
}
