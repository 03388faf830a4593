//! Functions of rows in every form, with and without options.

use super::{Buffers, on_little_stack};
use activations::{
    At, Causal, EmptyRow, InfiniteLogits, Isa, RowLayout, Softmax, SoftmaxOptions,
    table::{ROW_OPERATIONS, ROW_REDUCTIONS},
};
use activations_testing::isas;

/// The number of sets of options that [`options`] knows.
const SETS: usize = 9;

/// Set `set` of options, of the masks that fit a matrix.
fn options<'a>(set: usize, mask: &'a [f32], keep: &'a [bool]) -> SoftmaxOptions<'a> {
    let plain = SoftmaxOptions::new();
    let causal = Causal::new().offset(3).window(50).queries(7);
    match set {
        0 => plain,
        1 => plain.scale(-0.5),
        2 => plain.scale(0.5),
        3 => plain.temperature(0.0).sink(1.0),
        4 => plain.soft_cap(30.0).sink(-1.0),
        5 => plain.mask(mask).empty_rows(EmptyRow::Zeros),
        6 => plain.keep(keep).empty_rows(EmptyRow::Uniform),
        7 => plain.temperature(1e-38).infinite_logits(InfiniteLogits::Shared),
        _ => plain
            .scale(2.0)
            .temperature(0.7)
            .soft_cap(9.0)
            .soft_cap_after_mask()
            .mask(mask)
            .keep(keep)
            .causal(causal)
            .first_row(0)
            .sink(0.0),
    }
}

/// Calls `task` with the buffers, a level, options and a shape `[outer, n, inner]`.
fn each(
    buffers: &mut Buffers,
    shapes: impl Iterator<Item = [usize; 3]>,
    task: impl Fn(&mut Buffers, Isa, SoftmaxOptions<'_>, [usize; 3]),
) {
    let (mask, keep) = (buffers.mask.clone(), buffers.keep.clone());
    for shape @ [outer, n, inner] in shapes {
        for set in 0..SETS {
            // One plane for all, a plane for each, or one row for all.
            let len = [n * inner, outer * n * inner, n][(set + n) % 3];
            let options = options(set, &mask[..len], &keep[..len]);
            isas().for_each(|isa| task(buffers, isa, options, shape));
        }
    }
}

#[test]
fn rows_need_little_stack() {
    let shapes = [1, 2, 3, 4, 7, 16, 31, 32, 64, 256, 257].map(|cols| [35, cols, 1]);
    let shapes = shapes.into_iter().chain([[2, 9000, 1], [1, 1024, 1], [17, 1025, 1]]);
    on_little_stack(|buffers| {
        each(buffers, shapes, |buffers, isa, options, [count, cols, _]| {
            let x = buffers.next();
            let Buffers { inputs, dy, y, dx, .. } = buffers;
            let len = count * cols;
            let x = &inputs[x][..len];
            let dense = RowLayout { cols, stride: cols };
            let strided = RowLayout { cols, stride: cols + 3 };
            for operation in ROW_OPERATIONS {
                (operation.rows_into)(isa, options, x, &mut y[..len], dense, dense);
                let shape = [count, cols, 1];
                (operation.axis_backward)(
                    isa,
                    options,
                    &y[..len],
                    &dy[..len],
                    &mut dx[..len],
                    shape,
                );
                let y = &mut y[..len + 3 * count];
                (operation.rows_into)(isa, options, x, y, dense, strided);
                (operation.rows)(isa, options, y, strided);
                (operation.rows)(isa, options, &mut y[..len], dense);
            }
            for operation in ROW_REDUCTIONS {
                (operation.rows_into)(isa, options, x, &mut y[..count], dense);
            }
            let softmax = At::new(isa, Softmax { options }).expect("a level of this machine");
            y[..len].copy_from_slice(x);
            softmax.strided_with_log_sum_exps(&mut y[..len], &mut dx[..count], dense);
        });
    });
}

#[test]
fn rows_along_an_axis_need_little_stack() {
    let lengths = [1, 3, 31, 64, 65, 100, 512, 513, 1023, 1024, 1025, 1100];
    let inner = [1, 2, 15, 17, 48, 64, 83];
    let shapes = lengths.into_iter().flat_map(|n| inner.map(|inner| [1 + n % 2, n, inner]));
    let shapes = shapes.filter(|shape| shape.iter().product::<usize>() <= super::LEN);
    on_little_stack(|buffers| {
        each(buffers, shapes, |buffers, isa, options, shape| {
            let x = buffers.next();
            let Buffers { inputs, dy, y, dx, .. } = buffers;
            let [outer, n, inner] = shape;
            let len = outer * n * inner;
            let (x, y, dx) = (&inputs[x][..len], &mut y[..len], &mut dx[..len]);
            for operation in ROW_OPERATIONS {
                (operation.axis_into)(isa, options, x, y, shape);
                (operation.axis_backward)(isa, options, y, &dy[..len], dx, shape);
                y.copy_from_slice(x);
                (operation.axis)(isa, options, y, shape);
            }
            for operation in ROW_REDUCTIONS {
                let sums = outer * inner;
                (operation.axis_into)(isa, options, x, &mut y[..sums], shape);
                (operation.axis_backward)(isa, options, x, &dy[..sums], dx, shape);
            }
        });
    });
}
