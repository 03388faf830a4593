//! Every function of rows × tier × instruction set × shape, with a copy of the same bytes beside
//! it.
//!
//! ```sh
//! cargo bench -p activations-benches --bench rows                       # everything: some minutes
//! cargo bench -p activations-benches --bench rows -- '64x64.*softmax'   # a part
//! ```
//!
//! A name reads `rows x columns/function tier level`, or has a shape `[outer, n, inner]` for the
//! middle axis. Inputs are N(0, 4²), out of place.
#![allow(clippy::cast_precision_loss, missing_docs)]

use activations::{
    Causal, Isa, RowActivation, RowLayout, Softmax, SoftmaxOptions,
    table::{ROW_OPERATIONS, ROW_REDUCTIONS, RowReduction},
};
use activations_testing::normal;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, time::Duration};

const SHAPES: [(usize, usize); 16] = [
    (4096, 2),
    (4096, 3),
    (4096, 4),
    (4096, 5),
    (4096, 8),
    (4096, 12),
    (4096, 16),
    (4096, 20),
    (4096, 32),
    (64, 64),
    (32, 128),
    (256, 1000),
    (64, 4096),
    (8, 32_000),
    (4, 128_256),
    (1, 1 << 20),
];
const AXES: [[usize; 3]; 2] = [[32, 64, 256], [1, 1000, 4096]];

fn rows(criterion: &mut Criterion) {
    for (rows, cols) in SHAPES {
        let src = normal(rows * cols);
        let mut dst = vec![0.0; src.len()];
        let layout = RowLayout { cols, stride: cols };
        let mut group = criterion.benchmark_group(format!("{rows}x{cols}"));
        group.throughput(Throughput::Elements(src.len() as u64));
        group.bench_function("copy", |bencher| {
            bencher.iter(|| black_box(&mut dst).copy_from_slice(black_box(&src)));
        });
        for isa in Isa::available() {
            for operation in ROW_OPERATIONS {
                group.bench_function(
                    format!("{} {} {isa}", operation.name, operation.tier),
                    |bencher| {
                        bencher.iter(|| {
                            (operation.rows_into)(
                                isa,
                                SoftmaxOptions::default(),
                                black_box(&src),
                                black_box(&mut dst),
                                layout,
                                layout,
                            );
                        });
                    },
                );
            }
            for RowReduction { name, rows_into, .. } in ROW_REDUCTIONS {
                group.bench_function(format!("{name} default {isa}"), |bencher| {
                    let dst = &mut dst[..rows];
                    bencher.iter(|| {
                        let options = SoftmaxOptions::default();
                        rows_into(isa, options, black_box(&src), black_box(dst), layout);
                    });
                });
            }
        }
    }
}

/// Gradients, of an output of each function.
fn gradients(criterion: &mut Criterion) {
    for (rows, cols) in SHAPES.into_iter().step_by(3) {
        let (src, dy) = (normal(rows * cols), normal(rows * cols));
        let (mut y, mut dx) = (src.clone(), vec![0.0; src.len()]);
        let shape = [rows, cols, 1];
        let mut group = criterion.benchmark_group(format!("gradients {rows}x{cols}"));
        group.throughput(Throughput::Elements(src.len() as u64));
        for isa in Isa::available() {
            let options = SoftmaxOptions::default();
            for operation in ROW_OPERATIONS {
                (operation.axis_into)(isa, options, &src, &mut y, shape);
                let name = format!("{} {} {isa}", operation.name, operation.tier);
                group.bench_function(name, |bencher| {
                    bencher.iter(|| {
                        let (y, dx) = (black_box(&y), black_box(&mut dx));
                        (operation.axis_backward)(isa, options, y, &dy, dx, shape);
                    });
                });
            }
            for RowReduction { name, axis_backward, .. } in ROW_REDUCTIONS {
                group.bench_function(format!("{name} default {isa}"), |bencher| {
                    bencher.iter(|| {
                        let (x, dx) = (black_box(&src), black_box(&mut dx));
                        axis_backward(isa, options, x, &dy[..rows], dx, shape);
                    });
                });
            }
        }
    }
}

/// Softmax with one option at a time.
fn options(criterion: &mut Criterion) {
    for (rows, cols) in [(64, 64), (8, 1000), (1, 4096)] {
        let src = normal(rows * cols);
        let mut dst = vec![0.0; src.len()];
        let keep: Vec<bool> = src.iter().map(|&x| x > -4.0).collect();
        let softmax = Softmax::new();
        let mut group = criterion.benchmark_group(format!("options {rows}x{cols}"));
        group.throughput(Throughput::Elements(src.len() as u64));
        for (name, softmax) in [
            ("none", softmax),
            ("scale", softmax.scale(0.125)),
            ("soft cap", softmax.soft_cap(30.0)),
            ("mask of one row", softmax.mask(&src[..cols])),
            ("mask", softmax.mask(&src)),
            ("keep of one row", softmax.keep(&keep[..cols])),
            ("keep", softmax.keep(&keep)),
            ("causal", softmax.causal(Causal::default())),
            ("sink", softmax.sink(0.0)),
        ] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| softmax.rows_into(black_box(&src), black_box(&mut dst), cols));
            });
        }
    }
}

fn axes(criterion: &mut Criterion) {
    for shape in AXES {
        let src = normal(shape.iter().product());
        let mut dst = vec![0.0; src.len()];
        let mut group = criterion.benchmark_group(format!("{shape:?}"));
        group.throughput(Throughput::Elements(src.len() as u64));
        group.bench_function("copy", |bencher| {
            bencher.iter(|| black_box(&mut dst).copy_from_slice(black_box(&src)));
        });
        for isa in Isa::available() {
            for operation in ROW_OPERATIONS {
                group.bench_function(
                    format!("{} {} {isa}", operation.name, operation.tier),
                    |bencher| {
                        bencher.iter(|| {
                            (operation.axis_into)(
                                isa,
                                SoftmaxOptions::default(),
                                black_box(&src),
                                black_box(&mut dst),
                                shape,
                            );
                        });
                    },
                );
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .without_plots();
    targets = rows, gradients, axes, options
}
criterion_main!(benches);
