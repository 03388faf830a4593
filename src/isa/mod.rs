//! Instruction sets: a file for each, the detection of those that this machine has, and the call of
//! a job on one of them. No other folder names the crates behind them.

#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod avx2;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod avx512;
mod baseline;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod moved_bits;
#[cfg(all(feature = "std", target_arch = "aarch64"))]
mod neon;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod quarters;
mod side_by_side;
mod simd;
#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod trees;

use baseline::Baseline;
use core::{error::Error, fmt, str::FromStr};
pub(crate) use side_by_side::{four, two};
pub(crate) use simd::{Native, Simd, Table64, UNIT};

/// An instruction-set level that the kernels are compiled for. The levels are in ascending order of
/// speed.
///
/// Every call runs at [`Isa::active`]: the best level that this machine has, found at the first
/// call. The levels with fused multiply-add (`avx512`, `avx2`, `neon`) all give the same bits.
/// `baseline` has its own bits, the same on every machine.
///
/// ```
/// use activations::Isa;
///
/// println!("running on {}", Isa::active());
/// assert!(Isa::available().any(|isa| isa == Isa::active()));
/// assert_eq!("avx2".parse(), Ok(Isa::Avx2));
/// ```
///
/// # The environment variable
///
/// `ACTIVATIONS_MAX_ISA=avx2` (or `baseline`, `neon`, `avx512`) keeps [`Isa::active`] at or below
/// that level, to find out whether a level causes a problem. The variable is read once. If the
/// machine lacks the level, the best one below it is active. Case and blanks around the name do not
/// matter. A value that names no level has no effect, and [`Isa::limit`] returns an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// The instructions of every machine of the compiler's target: SSE2 on x86-64, NEON on 64-bit
    /// Arm, simd128 on WebAssembly where the build enables it, else scalar code.
    Baseline,
    /// NEON on 64-bit Arm.
    Neon,
    /// AVX2 and FMA (x86-64-v3).
    Avx2,
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4).
    Avx512,
}

impl Isa {
    const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Baseline];

    /// Returns the level that calls run at. It stays the same for the life of the process.
    #[inline]
    #[must_use]
    pub fn active() -> Self {
        #[cfg(feature = "std")]
        return active::get();
        #[cfg(not(feature = "std"))]
        return Self::Baseline;
    }

    /// Returns the level that `ACTIVATIONS_MAX_ISA` names, above which [`active`](Self::active)
    /// does not go. Returns `None` if the variable is not set, or without the feature `std`.
    ///
    /// # Errors
    ///
    /// If the variable names no level. It has no effect then.
    pub fn limit() -> Result<Option<Self>, ParseIsaError> {
        #[cfg(feature = "std")]
        if let Some(name) = std::env::var_os("ACTIVATIONS_MAX_ISA") {
            return name.to_str().ok_or(ParseIsaError)?.parse().map(Some);
        }
        Ok(None)
    }

    /// Returns the levels that this machine can run, best first. The last is always `baseline`.
    /// Without the feature `std` it is the only one.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_available())
    }

    fn is_available(self) -> bool {
        match self {
            #[cfg(all(feature = "std", target_arch = "x86_64", not(miri)))]
            Self::Avx512 => pulp::x86::V4::is_available(),
            #[cfg(all(feature = "std", target_arch = "x86_64", not(miri)))]
            Self::Avx2 => pulp::x86::V3::is_available(),
            #[cfg(all(feature = "std", target_arch = "aarch64", not(miri)))]
            Self::Neon => pulp::aarch64::Neon::is_available(),
            isa => isa == Self::Baseline,
        }
    }

    /// Whether `largest_of_each` and `sum_of_each` of the set take less time than a loop.
    pub(crate) const fn has_trees(self) -> bool {
        matches!(self, Self::Avx512 | Self::Avx2)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// The choice of the level, made once. Threads that race make the same choice, so a relaxed byte is
/// enough.
#[cfg(feature = "std")]
mod active {
    use super::Isa;
    use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

    const UNKNOWN: u8 = u8::MAX;
    static ISA: AtomicU8 = AtomicU8::new(UNKNOWN);

    #[inline]
    pub(super) fn get() -> Isa {
        // No look-up in a table: these are the numbers of the variants.
        match ISA.load(Relaxed) {
            0 => Isa::Baseline,
            1 => Isa::Neon,
            2 => Isa::Avx2,
            3 => Isa::Avx512,
            _ => choose(),
        }
    }

    #[cold]
    fn choose() -> Isa {
        let limit = Isa::limit().unwrap_or(None);
        let isa = Isa::available()
            .find(|&isa| limit.is_none_or(|limit| isa <= limit))
            .unwrap_or(Isa::Baseline);
        ISA.store(isa as u8, Relaxed);
        isa
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of parsing a text that names no [`Isa`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIsaError;

impl fmt::Display for ParseIsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown instruction set: expected avx512, avx2, neon or baseline")
    }
}

impl Error for ParseIsaError {}

impl FromStr for Isa {
    type Err = ParseIsaError;

    fn from_str(name: &str) -> Result<Self, ParseIsaError> {
        let is_named = |isa: &Self| name.trim().eq_ignore_ascii_case(isa.name());
        Self::ALL.into_iter().find(is_named).ok_or(ParseIsaError)
    }
}

/// A loop with its arguments, which is compiled for every instruction set.
pub(crate) trait Job: Sized {
    fn run<S: Native>(self, s: S);

    /// Not inlined, so that it is compiled once for each job, as it is on the other sets. Where
    /// there is one call, [`at_baseline`] instead saves the way through memory.
    #[inline(never)]
    fn on_baseline(self) {
        at_baseline(self);
    }
}

/// Runs `job` at `isa`, or at the baseline where the machine lacks it.
///
/// It is inlined so that the job is passed in registers. Through memory, a call would take 5 ns
/// more.
#[inline(always)]
pub(crate) fn on(isa: Isa, job: impl Job) {
    match isa {
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Isa::Avx512 => {
            if let Some(s) = pulp::x86::V4::try_new() {
                return s.vectorize(Entry(s, job));
            }
        }
        #[cfg(all(feature = "std", target_arch = "x86_64"))]
        Isa::Avx2 => {
            if let Some(s) = pulp::x86::V3::try_new() {
                return s.vectorize(Entry(s, job));
            }
        }
        #[cfg(all(feature = "std", target_arch = "aarch64"))]
        Isa::Neon => {
            if let Some(s) = pulp::aarch64::Neon::try_new() {
                return s.vectorize(Entry(s, job));
            }
        }
        _ => {}
    }
    job.on_baseline();
}

/// Runs the job at the baseline, inlined into the caller.
#[inline(always)]
pub(crate) fn at_baseline(job: impl Job) {
    job.run(Baseline);
}

/// A job with the token that proves that it may run. `vectorize` calls it where the instructions
/// are enabled.
#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
struct Entry<S, J>(S, J);

#[cfg(all(feature = "std", any(target_arch = "x86_64", target_arch = "aarch64")))]
impl<S: Native, J: Job> pulp::NullaryFnOnce for Entry<S, J> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.1.run(self.0);
    }
}
