//! Times: every peer once a round on the same buffers, in an order that turns with the rounds.

use crate::{
    ffi::clear_upper_halves,
    peers::{Peer, Prepared},
};
use aligned_vec::{AVec, ConstAlign};
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, Normal};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const LARGEST: usize = 16 << 20;
/// Memory pages: no peer meets a better or worse alignment than another.
const ALIGNMENT: usize = 4096;
const SEED: u64 = 1;

/// The input and output of all measurements.
pub struct Buffers {
    src: AVec<f32, ConstAlign<ALIGNMENT>>,
    dst: AVec<f32, ConstAlign<ALIGNMENT>>,
}

impl Buffers {
    pub fn new() -> Self {
        let normal = Normal::new(0.0, 4.0).expect("a positive deviation");
        let samples = normal.sample_iter(StdRng::seed_from_u64(SEED)).take(LARGEST);
        Self {
            src: AVec::from_iter(ALIGNMENT, samples),
            dst: AVec::from_iter(ALIGNMENT, std::iter::repeat_n(0.0, LARGEST)),
        }
    }
}

/// How a size is measured.
#[derive(Clone, Copy)]
pub struct Plan {
    pub name: &'static str,
    pub elements: usize,
    /// Elements of one call: the calls of a pass go through all elements.
    pub per_call: usize,
    rounds: usize,
    /// How long a peer works at a time, or one pass if that takes longer.
    slice: Duration,
}

impl Plan {
    /// The sizes of the speed tables.
    pub fn sizes(rounds: usize) -> [Self; 3] {
        [
            ("4096 elements (L1)", 4096, rounds),
            ("131 072 elements (L2)", 131_072, rounds.div_ceil(2)),
            ("16 Mi elements (memory)", LARGEST, rounds.div_ceil(10).max(3)),
        ]
        .map(|(name, elements, rounds)| Self {
            name,
            elements,
            per_call: elements,
            rounds,
            slice: SLICE,
        })
    }

    /// Calls on 1 and 16 elements.
    pub fn calls(rounds: usize) -> [Self; 2] {
        [("1", 1), ("16", 16)].map(|(name, per_call)| Self {
            name,
            elements: 4096,
            per_call,
            rounds,
            slice: SLICE,
        })
    }

    pub fn is_in_l1(self) -> bool {
        self.elements == 4096
    }

    pub fn is_in_memory(self) -> bool {
        self.elements == LARGEST
    }
}

const SLICE: Duration = Duration::from_micros(100);

/// What the rounds of a peer took.
pub struct Timing {
    /// Nanoseconds per call in each round.
    rounds: Vec<f64>,
    per_call: usize,
}

impl Timing {
    #[allow(clippy::cast_precision_loss, reason = "sizes are small")]
    pub fn per_element(&self) -> f64 {
        self.per_call() / self.per_call as f64
    }

    pub fn per_call(&self) -> f64 {
        median(self.rounds.clone())
    }

    /// The median over the rounds of this time divided by the other's.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(time, other)| time / other).collect())
    }
}

/// The timings of all peers; `tick` is called once a round.
pub fn interleaved(
    peers: &[Peer],
    buffers: &mut Buffers,
    plan: Plan,
    tick: impl Fn(),
) -> Vec<Timing> {
    let (src, dst) = (&buffers.src[..plan.elements], &mut buffers.dst[..plan.elements]);
    let mut runners: Vec<_> = peers.iter().map(|peer| Runner::new(peer, src, dst, plan)).collect();
    for round in 0..plan.rounds {
        for turn in 0..runners.len() {
            let index = (turn + round) % runners.len();
            runners[index].measure(src, dst);
        }
        tick();
    }
    runners
        .into_iter()
        .map(|runner| Timing { rounds: runner.rounds, per_call: plan.per_call })
        .collect()
}

/// A peer with what it needs for its turns.
struct Runner<'a> {
    peer: &'a Peer,
    prepared: Option<Prepared>,
    per_call: usize,
    passes: u32,
    rounds: Vec<f64>,
}

impl<'a> Runner<'a> {
    fn new(peer: &'a Peer, src: &[f32], dst: &mut [f32], plan: Plan) -> Self {
        let prepared = peer.prepared(src, plan.per_call);
        let mut runner =
            Self { peer, prepared, per_call: plan.per_call, passes: 1, rounds: Vec::new() };
        // The shortest of three passes: the first meets cold caches, and any may be interrupted.
        let pass = (0..3).map(|_| runner.time(src, dst)).fold(f64::INFINITY, f64::min);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let passes = (plan.slice.as_secs_f64() / pass) as u32;
        runner.passes = passes.max(1);
        runner
    }

    fn measure(&mut self, src: &[f32], dst: &mut [f32]) {
        if self.passes > 1 {
            // Not timed: brings the data and the code back into the caches.
            self.pass(src, dst);
        }
        #[allow(clippy::cast_precision_loss, reason = "sizes are small")]
        let calls = f64::from(self.passes) * (src.len() / self.per_call) as f64;
        let seconds = self.time(src, dst);
        self.rounds.push(seconds * 1e9 / calls);
    }

    fn time(&self, src: &[f32], dst: &mut [f32]) -> f64 {
        clear_upper_halves();
        let start = Instant::now();
        for _ in 0..self.passes {
            self.pass(src, dst);
        }
        start.elapsed().as_secs_f64()
    }

    fn pass(&self, src: &[f32], dst: &mut [f32]) {
        match &self.prepared {
            Some(prepared) => prepared(),
            None => self.peer.calls(black_box(src), black_box(dst), self.per_call),
        }
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}
