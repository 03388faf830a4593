//! Every call of the library fits a thread whose whole stack is what is promised for calls.
//!
//! It holds for an optimised library, which that of this profile is. CI also runs this program
//! under valgrind, because it calls everything there is.
#![cfg(not(target_family = "wasm"))]

#[path = "stack/rows.rs"]
mod rows;

use activations::{AnyActivation, At, PRelu, Tier, table::OPERATIONS};
use activations_testing::{
    at_levels, calls,
    families::{FAMILIES, matrix},
    isas,
    other::others,
};
use std::thread;

/// What is promised. The thread itself and this test take a part of it.
const STACK: usize = 64 << 10;
/// The length of the longest input.
const LEN: usize = 20_000;

/// The inputs and outputs of all calls. They are made once, outside of the thread.
struct Buffers {
    /// Numbers of each family, special values among them in the last two.
    inputs: Vec<Vec<f32>>,
    dy: Vec<f32>,
    y: Vec<f32>,
    dx: Vec<f32>,
    mask: Vec<f32>,
    keep: Vec<bool>,
    /// How many calls have been given an input.
    turn: usize,
}

impl Buffers {
    fn new() -> Self {
        let mut inputs: Vec<_> =
            (0..FAMILIES).map(|family| matrix(family, family as u64, 1000, LEN / 1000)).collect();
        let special = [f32::INFINITY, f32::NAN, f32::NEG_INFINITY, f32::MAX];
        inputs.push((0..LEN).map(|i| if i % 97 == 3 { special[i % 4] } else { 1.5 }).collect());
        inputs.push(vec![f32::NEG_INFINITY; LEN]);
        let dy = matrix(0, 77, LEN, 1);
        let mask = dy.iter().map(|&x| if x > 4.0 { f32::NEG_INFINITY } else { x }).collect();
        let keep = dy.iter().map(|&x| x > -2.0).collect();
        Self { inputs, dy, y: vec![0.0; LEN], dx: vec![0.0; LEN], mask, keep, turn: 0 }
    }

    /// The index of the input of the next call: each family in turn.
    fn next(&mut self) -> usize {
        self.turn += 1;
        self.turn % self.inputs.len()
    }
}

/// Runs `task` on a thread with little stack. A thread that needs more ends the whole process.
fn on_little_stack(task: impl FnOnce(&mut Buffers) + Send) {
    let mut buffers = Buffers::new();
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, || task(&mut buffers)).expect("a thread");
        thread.join().expect("no panic");
    });
}

#[test]
fn functions_of_one_number_need_little_stack() {
    on_little_stack(|buffers| {
        for n in (0..70).chain([1000]) {
            for call in calls() {
                let x = buffers.next();
                call.run(&buffers.inputs[x][..n], &buffers.dy[..n], &mut buffers.y[..n]);
            }
            for (operation, isa) in
                OPERATIONS.iter().flat_map(|op| isas().map(move |isa| (op, isa)))
            {
                if let Some(backward) = operation.backward_from_output {
                    let y = buffers.next();
                    let Buffers { inputs, dy, dx, .. } = buffers;
                    (backward.backward)(isa, &inputs[y][..n], &dy[..n], &mut dx[..n]);
                    (backward.in_place)(isa, &inputs[y][..n], &mut dx[..n]);
                }
            }
        }
    });
}

#[test]
fn functions_of_more_than_numbers_need_little_stack() {
    on_little_stack(|buffers| {
        for other in others() {
            for units in [0, 1, 7, 20, 300] {
                let x = buffers.next();
                let x = &buffers.inputs[x][..units * other.call.unit * other.call.inputs];
                (other.call.run)(other.isa, x, &mut buffers.y[..other.results(x)]);
            }
        }
    });
}

/// The table has few channels, and these shapes have methods of their own.
#[test]
fn slopes_of_many_channels_need_little_stack() {
    const SHAPES: [[usize; 3]; 7] =
        [[9, 1, 40], [3, 600, 1], [2, 700, 3], [3, 35, 15], [2, 300, 16], [400, 2, 2], [2, 7, 100]];
    on_little_stack(|buffers| {
        for shape in SHAPES {
            let [len, channels] = [shape.iter().product(), shape[1]];
            for isa in isas() {
                let x = buffers.next();
                let (x, dy) = (&buffers.inputs[x][..len], &buffers.dy[..len]);
                let slopes = &buffers.mask[..channels];
                let prelu = At::new(isa, PRelu { slopes }).expect("a level of this machine");
                prelu.apply(&mut buffers.y[..len], shape);
                prelu.apply_into(x, &mut buffers.y[..len], shape);
                prelu.backward(x, dy, &mut buffers.dx[..len], shape);
                prelu.slopes_backward(x, dy, &mut buffers.dx[..channels], shape);
            }
        }
    });
}

#[test]
fn operations_that_are_chosen_at_run_time_need_little_stack() {
    let shapes = [[3, 20, 1], [40, 5, 1], [2, 70, 17], [1, 1100, 17]];
    on_little_stack(|buffers| {
        for any in AnyActivation::all() {
            for any in Tier::ALL.into_iter().filter_map(|tier| any.with_tier(tier).ok()) {
                assert_eq!(any.to_string().parse(), Ok(any));
                for shape @ [outer, n, inner] in shapes {
                    for at in at_levels(any) {
                        let len = outer * n * inner;
                        let reduced = if any.is_reduction() { outer * inner } else { len };
                        let x = buffers.next();
                        let x = &buffers.inputs[x][..len];
                        let (y, dx) = (&mut buffers.y[..len], &mut buffers.dx[..len]);
                        let dy = &buffers.dy[..reduced];
                        at.axis_into(x, &mut y[..reduced], shape);
                        at.axis_backward(x, y, dy, dx, shape);
                        if inner == 1 {
                            at.rows_into(x, &mut y[..reduced], n);
                            at.rows_backward(x, y, dy, dx, n);
                        }
                        if any.is_elementwise() {
                            at.apply(y);
                            at.apply_into(x, y);
                            at.backward(x, dy, dx);
                        }
                        if any.is_elementwise() && any.has_gradient_from_output() {
                            at.backward_from_output(x, dy, dx);
                        }
                        if !any.is_reduction() {
                            at.rows(y, n);
                            at.axis(y, shape);
                        }
                    }
                }
            }
        }
    });
}
