//! Operations of other crates.

use super::gradients;
use activations::{Activation, Gradient, GradientFromOutput};

/// The exponential of base 2 from another crate, with what a trait demands of it alone.
struct Exp2;

impl Activation for Exp2 {
    fn apply(&self, x: &mut [f32]) {
        for x in x {
            *x = x.exp2();
        }
    }
    fn apply_into(&self, src: &[f32], dst: &mut [f32]) {
        dst.copy_from_slice(src);
        self.apply(dst);
    }
}

impl Gradient for Exp2 {
    fn backward(&self, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        self.apply_into(x, dx);
        let y = dx.to_vec();
        self.backward_from_output(&y, dy, dx);
    }
}

impl GradientFromOutput for Exp2 {
    fn backward_from_output(&self, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        assert!(y.len() == dx.len() && dy.len() == dx.len());
        (0..y.len()).for_each(|i| dx[i] = y[i] * std::f32::consts::LN_2 * dy[i]);
    }
}

#[test]
fn operations_of_other_crates_have_their_gradients_in_place() {
    for len in [0_u16, 1, 255, 256, 257, 1000] {
        let x: Vec<_> = (0..len).map(|i| f32::from(i) * 0.01 - 3.0).collect();
        let len = x.len();
        let dy = gradients(len);
        let (mut y, mut dx) = (x.clone(), vec![7.0; len]);
        Exp2.apply(&mut y);
        let [mut in_place, mut from_output] = [dy.clone(), dy.clone()];
        Exp2.backward(&x, &dy, &mut dx);
        Exp2.backward_in_place(&x, &mut in_place);
        assert_eq!(in_place, dx);
        Exp2.backward_from_output(&y, &dy, &mut dx);
        Exp2.backward_from_output_in_place(&y, &mut from_output);
        assert_eq!(from_output, dx);
    }
}
