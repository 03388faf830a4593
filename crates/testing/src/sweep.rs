//! Runs kernels over many inputs and reports what became of each promise.

use crate::{
    digest::{Digest, combined},
    nearest::{Function, round},
    ulp::{finite, per_ulp},
};
use activations::table::Crossing;
use std::{
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// Inputs evaluated together: one digest each.
pub const BLOCK: usize = 1 << 16;

/// Which of the 2^32 bit patterns are visited: `first`, `first + stride`, ….
#[derive(Clone, Copy)]
pub struct Inputs {
    /// The first bit pattern.
    pub first: u32,
    /// The distance from one bit pattern to the next.
    pub stride: u32,
}

impl Inputs {
    /// All 2^32 bit patterns.
    pub const ALL: Self = Self { first: 0, stride: 1 };

    /// The number of blocks that are visited.
    pub fn blocks(self) -> usize {
        (1_usize << 16) / self.stride as usize
    }

    /// The inputs of a block that have these numbers in it. Beyond the last input it comes again.
    pub(crate) fn fill(self, block: usize, numbers: Range<usize>, x: &mut Vec<f32>) {
        let Self { first, stride } = self;
        let bits = |number: usize| {
            let i = block as u64 * BLOCK as u64 + number as u64;
            u64::from(first) + i * u64::from(stride)
        };
        let start = bits(numbers.start);
        x.clear();
        match u32::try_from(bits(numbers.end - 1)) {
            Ok(_) => x.extend(
                (0..numbers.len() as u32).map(|i| f32::from_bits(start as u32 + i * stride)),
            ),
            Err(_) => x.extend(
                numbers.map(|number| f32::from_bits(bits(number).min(u32::MAX.into()) as u32)),
            ),
        }
    }
}

/// Gives the numbers below `count` to threads on all cores, each when one asks for it.
pub(crate) fn on_all_cores(count: usize, work: impl Fn(&mut dyn Iterator<Item = usize>) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut numbers = std::iter::repeat_with(|| next.fetch_add(1, Relaxed));
        work(&mut numbers.by_ref().take_while(|&number| number < count));
    };
    if cfg!(target_family = "wasm") {
        work();
    } else {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    }
}

/// A function in f64, and rounded to f32 by more than that, where the least errors matter.
#[derive(Clone, Copy)]
pub struct Exact {
    /// The function in f64.
    pub value: fn(f64) -> f64,
    /// Where it is a derivative that crosses 0.
    pub crossing: Option<Crossing>,
    /// The correctly rounded function, where f64 is not enough to round by.
    pub nearest: Option<Function>,
}

/// A kernel as a function of a slice and its destination.
pub type Apply<'a> = Box<dyn Fn(&[f32], &mut [f32]) + Sync + 'a>;

/// A kernel and what is promised of it.
pub struct Kernel<'a> {
    /// The kernel.
    pub apply: Apply<'a>,
    /// The least and the largest result.
    pub range: [f32; 2],
    /// Whether the results of x and -x differ in their sign alone.
    pub odd: bool,
    /// Whether results never decrease.
    pub monotone: bool,
}

/// The input of the largest error.
#[derive(Clone, Copy, Default)]
pub struct Witness {
    /// The input.
    pub x: f32,
    /// The result of the kernel.
    pub got: f32,
    /// The reference value.
    pub exact: f64,
}

/// What was seen of one kernel.
#[derive(Clone, Copy, Default)]
pub struct Report {
    /// The largest error in ULP.
    pub ulp: f64,
    /// The input of the largest error.
    pub witness: Witness,
    /// The number of results that are not the nearest f32.
    pub misrounded: u64,
    /// The number of results that are less than the one before, of a smaller input.
    pub steps_back: u64,
    /// The number of results that are NaN where the input is not, or no quiet NaN where it is.
    pub wrong_nans: u64,
    /// The number of results outside the range.
    pub out_of_range: u64,
    /// The number of inputs at which the kernel is not odd.
    pub not_odd: u64,
    /// A digest of all results.
    pub digest: u64,
}

/// Every kernel over all `inputs`, on all cores. `tick` is called after every block.
pub fn sweep(
    inputs: Inputs,
    exact: Exact,
    kernels: &[Kernel],
    tick: impl Fn() + Sync,
) -> Vec<Report> {
    let total = Mutex::new(vec![Report::default(); kernels.len()]);
    let digests = Mutex::new(vec![vec![0; inputs.blocks()]; kernels.len()]);
    on_all_cores(inputs.blocks(), |indices| {
        let mut block = Block::default();
        for index in indices {
            // With the first of the next one, so that every pair of neighbours is seen.
            inputs.fill(index, 0..BLOCK + 1, &mut block.x);
            block.y.resize(block.x.len(), 0.0);
            block.compute(exact);
            for (i, kernel) in kernels.iter().enumerate() {
                (kernel.apply)(&block.x, &mut block.y);
                let report = block.examine(kernel);
                digests.lock().unwrap()[i][index] = report.digest;
                total.lock().unwrap()[i].add(&report);
            }
            tick();
        }
    });
    let mut reports = total.into_inner().unwrap();
    for (report, digests) in reports.iter_mut().zip(digests.into_inner().unwrap()) {
        report.digest = combined(digests);
    }
    reports
}

impl Report {
    fn add(&mut self, other: &Self) {
        if other.ulp > self.ulp {
            (self.ulp, self.witness) = (other.ulp, other.witness);
        }
        self.misrounded += other.misrounded;
        self.steps_back += other.steps_back;
        self.wrong_nans += other.wrong_nans;
        self.out_of_range += other.out_of_range;
        self.not_odd += other.not_odd;
    }
}

/// Inputs with their exact results.
#[derive(Default)]
struct Block {
    x: Vec<f32>,
    exact: Vec<f64>,
    rounded: Vec<f32>,
    per_ulp: Vec<f64>,
    y: Vec<f32>,
    negated: Vec<f32>,
    /// Results that were examined, and what was seen.
    seen: Vec<(Vec<f32>, Report)>,
}

impl Block {
    fn compute(&mut self, exact: Exact) {
        self.exact.clear();
        self.exact.extend(self.x.iter().map(|&x| finite((exact.value)(f64::from(x)))));
        self.rounded.clear();
        let pairs = self.x.iter().zip(&self.exact);
        self.rounded.extend(pairs.map(|(&x, &y)| round(x, y, exact.nearest)));
        self.per_ulp.clear();
        let pairs = self.x.iter().zip(&self.exact);
        self.per_ulp
            .extend(pairs.map(|(&x, &y)| per_ulp(Crossing::measure(exact.crossing, x.into(), y))));
        self.seen.clear();
    }

    /// Levels and tiers often give the same bits: those are examined once.
    fn examine(&mut self, kernel: &Kernel) -> Report {
        let same = |y: &[f32]| y.iter().zip(&self.y).all(|(a, b)| a.to_bits() == b.to_bits());
        if let Some((_, report)) = self.seen.iter().find(|(y, _)| same(y)) {
            return *report;
        }
        let mut report = self.errors(kernel);
        report.digest = digest(&self.y[..BLOCK]);
        if kernel.monotone {
            report.steps_back = self.steps_back();
        }
        if kernel.odd {
            report.not_odd = self.not_odd(kernel);
        }
        self.seen.push((self.y.clone(), report));
        report
    }

    fn errors(&self, kernel: &Kernel) -> Report {
        const LANES: usize = 8;
        let mut worst = [0.0_f64; LANES];
        let (mut misrounded, mut out_of_range, mut wrong_nans) =
            ([0_u32; LANES], [0_u32; LANES], [0_u32; LANES]);
        for start in (0..BLOCK).step_by(LANES) {
            let x: &[f32; LANES] = self.x[start..][..LANES].try_into().unwrap();
            let y: &[f32; LANES] = self.y[start..][..LANES].try_into().unwrap();
            let rounded: &[f32; LANES] = self.rounded[start..][..LANES].try_into().unwrap();
            for i in 0..LANES {
                let error = self.error(start + i);
                worst[i] = if error > worst[i] { error } else { worst[i] };
                misrounded[i] += u32::from(y[i] != rounded[i]) & u32::from(!x[i].is_nan());
                out_of_range[i] +=
                    u32::from(y[i] < kernel.range[0]) | u32::from(y[i] > kernel.range[1]);
                let loud = u32::from(y[i].is_nan()) & u32::from(y[i].to_bits() & 0x0040_0000 == 0);
                wrong_nans[i] += u32::from(y[i].is_nan() != x[i].is_nan()) | loud;
            }
        }
        let total = |counts: [u32; LANES]| counts.into_iter().map(u64::from).sum();
        let ulp = worst.into_iter().fold(0.0, f64::max);
        Report {
            ulp,
            witness: self.witness(ulp),
            misrounded: total(misrounded),
            out_of_range: total(out_of_range),
            wrong_nans: total(wrong_nans),
            ..Report::default()
        }
    }

    #[inline]
    fn error(&self, i: usize) -> f64 {
        (finite(f64::from(self.y[i])) - self.exact[i]).abs() * self.per_ulp[i]
    }

    fn steps_back(&self) -> u64 {
        let steps = self.y.iter().zip(&self.y[1..]).zip(&self.x);
        let back = steps.map(|((y, next), x)| {
            // Bit patterns of negative numbers descend.
            u32::from(if x.is_sign_negative() { y < next } else { y > next })
        });
        back.sum::<u32>().into()
    }

    fn not_odd(&mut self, kernel: &Kernel) -> u64 {
        let negated: Vec<_> = self.x.iter().map(|x| -x).collect();
        self.negated.resize(negated.len(), 0.0);
        (kernel.apply)(&negated, &mut self.negated);
        let pairs = self.y.iter().zip(&self.negated);
        pairs
            .map(|(y, z)| u32::from(!y.is_nan() && y.to_bits() != (-z).to_bits()))
            .sum::<u32>()
            .into()
    }

    fn witness(&self, ulp: f64) -> Witness {
        let i = (0..BLOCK).find(|&i| self.error(i) == ulp).unwrap_or_default();
        Witness { x: self.x[i], got: self.y[i], exact: self.exact[i] }
    }
}

fn digest(y: &[f32]) -> u64 {
    let mut digest = Digest::default();
    digest.add(y);
    digest.finish()
}
