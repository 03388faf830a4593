//! Every operation × kernel × instruction set × size, in place and out of place, with a copy of the
//! same bytes beside it.
//!
//! ```sh
//! cargo bench -p activations-benches                      # everything: some minutes
//! cargo bench -p activations-benches -- '4096/sigmoid'    # a part
//! ```
//!
//! A name reads `elements/operation kernel level form`. Sizes below 4096 are timed as calls on
//! consecutive slices of a buffer of 4096, so the time shown is that of 4096 / elements calls.
//! Inputs are N(0, 4²), fresh before every in-place pass: exp of exp of exp would be another
//! benchmark.
#![allow(clippy::cast_precision_loss, missing_docs)]

use activations::{Isa, table::OPERATIONS};
use activations_testing::{normal, other::others as others_at_every_level};
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const SIZES: [usize; 5] = [1, 16, 4096, 131_072, 16 << 20];

struct Buffers {
    elements: usize,
    src: Vec<f32>,
    dy: Vec<f32>,
    dst: Vec<f32>,
}

impl Buffers {
    fn new(elements: usize) -> Self {
        let len = elements.max(4096);
        Self { elements, src: normal(len), dy: vec![1.0; len], dst: vec![0.0; len] }
    }

    fn out_of_place(
        &mut self,
        group: &mut BenchmarkGroup<WallTime>,
        name: &str,
        f: impl Fn(&[f32], &mut [f32]),
    ) {
        let Self { elements, src, dst, .. } = self;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for (src, dst) in src.chunks_exact(*elements).zip(dst.chunks_exact_mut(*elements)) {
                    f(black_box(src), black_box(dst));
                }
            });
        });
    }

    fn in_place(
        &mut self,
        group: &mut BenchmarkGroup<WallTime>,
        name: &str,
        f: impl Fn(&mut [f32]),
    ) {
        let Self { elements, src, dst, .. } = self;
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|passes| {
                let mut time = Duration::ZERO;
                for _ in 0..passes {
                    dst.copy_from_slice(src);
                    let start = Instant::now();
                    for x in dst.chunks_exact_mut(*elements) {
                        f(black_box(x));
                    }
                    time += start.elapsed();
                }
                time
            });
        });
    }
}

fn operations(criterion: &mut Criterion) {
    for elements in SIZES {
        let mut buffers = Buffers::new(elements);
        let mut group = criterion.benchmark_group(elements.to_string());
        group.throughput(Throughput::Elements(buffers.src.len() as u64));
        buffers.out_of_place(&mut group, "copy", |src, dst| dst.copy_from_slice(src));
        for operation in OPERATIONS {
            for isa in Isa::available() {
                for kernel in operation.kernels {
                    let name = format!("{} {} {isa}", operation.name, kernel.tier);
                    buffers.out_of_place(&mut group, &format!("{name} into"), |src, dst| {
                        (kernel.apply_into)(isa, src, dst);
                    });
                    buffers.in_place(&mut group, &format!("{name} in place"), |x| {
                        (kernel.apply)(isa, x);
                    });
                }
                let name = format!("{} backward {isa}", operation.name);
                let dy = std::mem::take(&mut buffers.dy);
                buffers.out_of_place(&mut group, &name, |x, dx| {
                    (operation.backward.backward)(isa, x, &dy[..x.len()], dx);
                });
                buffers.dy = dy;
            }
        }
    }
}

/// The functions that take more than numbers, on 4080 elements: whole units of each of them.
fn others(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("4080");
    for other in others_at_every_level() {
        let src = other.inputs(4080, false);
        let mut dst = vec![0.0; other.results(&src)];
        group.throughput(Throughput::Elements(4080));
        let name = format!("{} {} {}", other.operation.name, other.call.name, other.isa);
        group.bench_function(name, |bencher| {
            bencher.iter(|| (other.call.run)(other.isa, black_box(&src), black_box(&mut dst)));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .without_plots();
    targets = operations, others
}
criterion_main!(benches);
