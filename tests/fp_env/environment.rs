//! The floating-point environment, changed for the length of a call.

use std::arch::asm;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Environment {
    /// Subnormal inputs of an instruction count as zeros, and so do its subnormal results.
    Flushing,
    Upward,
    Downward,
    TowardZero,
}

impl Environment {
    pub(crate) const DIRECTIONS: [Self; 3] = [Self::Upward, Self::Downward, Self::TowardZero];

    /// Runs `work`, which must not panic, in this environment.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn run<F: FnMut()>(self, mut work: F) {
        extern "sysv64" fn call<F: FnMut()>(work: &mut F) {
            work();
        }
        // What Rust assumes: to nearest, nothing flushed, every exception masked.
        let default: u32 = 0x1f80;
        let changed = default
            | match self {
                Self::Flushing => 1 << 15 | 1 << 6,
                Self::Downward => 1 << 13,
                Self::Upward => 2 << 13,
                Self::TowardZero => 3 << 13,
            };
        // SAFETY: MXCSR is again at its default where the block ends; the function is called with
        // what it expects, and unwinds not. In the block the compiler's assumption is broken on
        // purpose: whether the kernels bear it is the question.
        unsafe {
            asm!(
                "ldmxcsr [{changed}]",
                "call {call}",
                "ldmxcsr [r12]", // which the call keeps
                changed = in(reg) &raw const changed,
                call = in(reg) call::<F> as extern "sysv64" fn(&mut F),
                inout("r12") &raw const default => _,
                in("rdi") &raw mut work,
                clobber_abi("sysv64"),
            );
        }
    }

    /// Runs `work`, which must not panic, in this environment.
    #[cfg(target_arch = "aarch64")]
    pub(crate) fn run<F: FnMut()>(self, mut work: F) {
        extern "C" fn call<F: FnMut()>(work: &mut F) {
            work();
        }
        let changed: u64 = match self {
            Self::Flushing => 1 << 24,
            Self::Upward => 1 << 22,
            Self::Downward => 2 << 22,
            Self::TowardZero => 3 << 22,
        };
        // SAFETY: FPCR is again 0, which Rust assumes, where the block ends; the function is called
        // with what it expects, and unwinds not. In the block the compiler's assumption is broken
        // on purpose: whether the kernels bear it is the question.
        unsafe {
            asm!(
                "msr fpcr, {changed}",
                "blr {call}",
                "msr fpcr, xzr",
                changed = in(reg) changed,
                call = in(reg) call::<F> as extern "C" fn(&mut F),
                in("x0") &raw mut work,
                clobber_abi("C"),
            );
        }
    }
}
