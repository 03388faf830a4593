//! Softmax and log-softmax of rows: every implementation on the same matrices, in interleaved
//! rounds.

use crate::{ffi, measure::median, table::table as new_table};
use activations::{Fast, LogSoftmax, RowActivation, Softmax};
use activations_testing::ulp::ulps;
use comfy_table::{CellAlignment::Right, Table};
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, Normal};
use std::{fmt, hint::black_box, time::Instant};

const SHAPES: [(usize, usize); 14] = [
    (4096, 2),
    (4096, 4),
    (4096, 8),
    (4096, 16),
    (4096, 32),
    (4096, 7),
    (4096, 20),
    (64, 64),
    (32, 128),
    (256, 1000),
    (64, 4096),
    (8, 32_000),
    (4, 128_256),
    (1, 1 << 20),
];
/// Seconds of work between two looks at the clock, at least.
const SLICE: f64 = 1e-4;

#[derive(Clone, Copy, PartialEq)]
pub enum Function {
    Softmax,
    LogSoftmax,
}

impl Function {
    pub const ALL: [Self; 2] = [Self::Softmax, Self::LogSoftmax];

    pub fn matches(self, filter: &str) -> bool {
        self.to_string().contains(&filter.to_lowercase())
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
        })
    }
}

struct Peer {
    name: &'static str,
    apply: Box<Apply>,
}

/// From a matrix of so many columns to another.
type Apply = dyn Fn(&[f32], &mut [f32], usize);

/// The copy first, then the default tier.
fn peers(function: Function) -> Vec<Peer> {
    fn peer(name: &'static str, apply: impl Fn(&[f32], &mut [f32], usize) + 'static) -> Peer {
        Peer { name, apply: Box::new(apply) }
    }
    let log = function == Function::LogSoftmax;
    let rten = move |src: &[f32], dst: &mut [f32], cols| {
        for (src, dst) in src.chunks_exact(cols).zip(dst.chunks_exact_mut(cols)) {
            ffi::rten_row(log, src, dst);
        }
    };
    let mut peers = vec![peer("copy", |src, dst, _| dst.copy_from_slice(src))];
    if log {
        peers.push(peer("ours", |src, dst, cols| LogSoftmax::new().rows_into(src, dst, cols)));
        peers.push(peer("ours, fast", |src, dst, cols| {
            Fast(LogSoftmax::new()).rows_into(src, dst, cols)
        }));
    } else {
        peers.push(peer("ours", |src, dst, cols| Softmax::new().rows_into(src, dst, cols)));
        peers.push(peer("ours, fast", |src, dst, cols| {
            Fast(Softmax::new()).rows_into(src, dst, cols)
        }));
        #[cfg(eigen)]
        peers.push(peer("Eigen", ffi::eigen_softmax));
    }
    peers.push(peer("rten-vecmath", rten));
    peers
}

/// For each shape and implementation nanoseconds per element, the ratio to the default tier, and
/// the largest error where the exact result is a normal number.
pub fn table(function: Function, rounds: usize, tick: impl Fn()) -> Table {
    let peers = peers(function);
    let names = peers.iter().map(|peer| format!("{}: ns, × ours, max ULP", peer.name));
    let header: Vec<String> = std::iter::once("shape".to_owned()).chain(names).collect();
    let mut table = new_table(&header.iter().map(String::as_str).collect::<Vec<_>>());
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(Right));
    for (rows, cols) in SHAPES {
        let normal = Normal::new(0.0, 4.0).expect("a positive deviation");
        let src: Vec<f32> =
            normal.sample_iter(StdRng::seed_from_u64(1)).take(rows * cols).collect();
        let rounds = rounds.min(40_000_000 / src.len()).max(3);
        let times = times(&peers, &src, cols, rounds, &tick);
        let mut line = vec![format!("{rows} × {cols}")];
        for (peer, times_of_peer) in peers.iter().zip(&times) {
            let per_element = median(times_of_peer.clone());
            let ratios =
                times_of_peer.iter().zip(&times[1]).map(|(time, ours)| time / ours).collect();
            let error = if peer.name == "copy" {
                String::new()
            } else {
                format!(" {:.2}", error(function, peer, &src, cols))
            };
            line.push(format!("{per_element:.3} {:.2}{error}", median(ratios)));
        }
        table.add_row(line);
    }
    table
}

/// Nanoseconds per element of each peer in each round.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]
fn times(
    peers: &[Peer],
    src: &[f32],
    cols: usize,
    rounds: usize,
    tick: impl Fn(),
) -> Vec<Vec<f64>> {
    let mut dst = vec![0.0; src.len()];
    let mut time = |peer: &Peer, passes: usize| {
        ffi::clear_upper_halves();
        let start = Instant::now();
        for _ in 0..passes {
            (peer.apply)(black_box(src), black_box(&mut dst), cols);
        }
        start.elapsed().as_secs_f64()
    };
    let passes: Vec<usize> = peers
        .iter()
        .map(|peer| {
            let pass = (0..3).map(|_| time(peer, 1)).fold(f64::INFINITY, f64::min);
            ((SLICE / pass) as usize).max(1)
        })
        .collect();
    let mut times = vec![Vec::with_capacity(rounds); peers.len()];
    for round in 0..rounds {
        for turn in 0..peers.len() {
            let index = (turn + round) % peers.len();
            time(&peers[index], 1);
            let seconds = time(&peers[index], passes[index]);
            times[index].push(seconds * 1e9 / (passes[index] * src.len()) as f64);
        }
        tick();
    }
    times
}

fn error(function: Function, peer: &Peer, src: &[f32], cols: usize) -> f64 {
    let mut dst = vec![0.0; src.len()];
    (peer.apply)(src, &mut dst, cols);
    let mut worst = 0.0_f64;
    for (x, y) in src.chunks_exact(cols).zip(dst.chunks_exact(cols)) {
        let maximum = f64::from(x.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let others: f64 =
            x.iter().map(|&x| f64::from(x) - maximum).filter(|&d| d < 0.0).map(f64::exp).sum();
        let maxima = x.iter().map(|&x| if f64::from(x) < maximum { 0.0 } else { 1.0 }).sum::<f64>();
        let others = others + (maxima - 1.0);
        for (&x, &y) in x.iter().zip(y) {
            let d = f64::from(x) - maximum;
            let exact = match function {
                Function::Softmax => d.exp() / (1.0 + others),
                Function::LogSoftmax => d - others.ln_1p(),
            };
            if exact.abs() >= f64::from(f32::MIN_POSITIVE) {
                worst = worst.max(ulps(y, exact));
            }
        }
    }
    worst
}
