//! A digest of results in order, and the digests of many kernels over many inputs.

use crate::sweep::{Apply, BLOCK, Inputs, on_all_cores};
use std::sync::Mutex;

/// Inputs that kernels are given at once: they and the results of a group stay in the caches.
const PART: usize = 1 << 11;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

#[inline(always)]
fn mix(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(29)
}

/// Of several digests in order.
pub fn combined(digests: impl IntoIterator<Item = u64>) -> u64 {
    digests.into_iter().fold(SEED, mix)
}

/// The digest of the results so far. Which NaN a result is does not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digest([u64; 8]);

impl Default for Digest {
    fn default() -> Self {
        Self([SEED; 8])
    }
}

impl Digest {
    /// Takes more results, a multiple of eight.
    pub fn add(&mut self, y: &[f32]) {
        struct Mix<'a>(&'a mut [u64; 8], &'a [[f32; 8]]);
        impl pulp::NullaryFnOnce for Mix<'_> {
            type Output = ();
            #[inline(always)]
            fn call(self) {
                // A copy, which stays in registers.
                let mut lanes = *self.0;
                for y in self.1 {
                    for (lane, y) in lanes.iter_mut().zip(y) {
                        let bits = if y.is_nan() { 0x7fc0_0000 } else { y.to_bits() };
                        *lane = mix(*lane, bits.into());
                    }
                }
                *self.0 = lanes;
            }
        }
        let (y, rest) = y.as_chunks();
        assert!(rest.is_empty(), "not a multiple of eight results");
        // Compiled for the vector units of this machine: AVX-512 multiplies all lanes at once.
        pulp::Arch::new().dispatch(Mix(&mut self.0, y));
    }

    /// One number of all.
    pub fn finish(self) -> u64 {
        combined(self.0)
    }
}

/// The results of a kernel for the current part, and its block's digest before and after them.
#[derive(Clone, Default)]
struct Results {
    y: Vec<f32>,
    before: Digest,
    after: Digest,
}

impl Results {
    /// Levels and tiers often give the same bits: those are digested once.
    fn digest(&mut self, earlier: &[Self]) {
        self.before = self.after;
        let same = earlier.iter().find(|other| other.before == self.before && other.has(&self.y));
        match same {
            Some(other) => self.after = other.after,
            None => self.after.add(&self.y),
        }
    }

    fn has(&self, y: &[f32]) -> bool {
        let (ours, theirs) = (self.y.as_chunks::<64>().0, y.as_chunks::<64>().0);
        ours.iter().zip(theirs).all(|(ours, theirs)| {
            // Without an early end, so that it is vectorised.
            let differences = ours.iter().zip(theirs).map(|(a, b)| a.to_bits() ^ b.to_bits());
            differences.fold(0, |all, difference| all | difference) == 0
        })
    }
}

/// The digest of each kernel's results for all `inputs`, on all cores, without any exact value.
/// `tick` is called after every block.
pub fn digests(inputs: Inputs, kernels: &[Apply], tick: impl Fn() + Sync) -> Vec<u64> {
    let blocks = Mutex::new(vec![vec![0; inputs.blocks()]; kernels.len()]);
    on_all_cores(inputs.blocks(), |indices| {
        let mut x = Vec::new();
        let mut results = vec![Results { y: vec![0.0; PART], ..Results::default() }; kernels.len()];
        for index in indices {
            for results in &mut results {
                results.after = Digest::default();
            }
            for start in (0..BLOCK).step_by(PART) {
                inputs.fill(index, start..start + PART, &mut x);
                for (i, kernel) in kernels.iter().enumerate() {
                    let (earlier, rest) = results.split_at_mut(i);
                    kernel(&x, &mut rest[0].y);
                    rest[0].digest(earlier);
                }
            }
            let mut blocks = blocks.lock().unwrap();
            for (blocks, results) in blocks.iter_mut().zip(&results) {
                blocks[index] = results.after.finish();
            }
            tick();
        }
    });
    blocks.into_inner().unwrap().into_iter().map(combined).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests in `tests/digests.txt` are of this definition.
    fn plain(y: &[f32]) -> u64 {
        let mut lanes = [0xcbf2_9ce4_8422_2325; 8];
        for (i, y) in y.iter().enumerate() {
            let bits = if y.is_nan() { 0x7fc0_0000 } else { y.to_bits() };
            let lane: &mut u64 = &mut lanes[i % 8];
            *lane = (*lane ^ u64::from(bits)).wrapping_mul(1_099_511_628_211).rotate_left(29);
        }
        lanes.into_iter().fold(0xcbf2_9ce4_8422_2325_u64, |all, lane| {
            (all ^ lane).wrapping_mul(1_099_511_628_211).rotate_left(29)
        })
    }

    fn bits(first: u32, n: u32) -> Vec<f32> {
        (0..n).map(|i| f32::from_bits(first.wrapping_add(i.wrapping_mul(0x9e37_79b9)))).collect()
    }

    #[test]
    fn a_digest_is_that_of_its_definition() {
        let y = bits(7, 4096);
        assert!(y.iter().any(|y| y.is_nan()));
        let mut digest = Digest::default();
        digest.add(&y[..1024]);
        digest.add(&y[1024..]);
        assert_eq!(digest.finish(), plain(&y));
    }

    #[test]
    fn any_bit_of_a_result_changes_the_digest_and_any_nan_is_the_same() {
        let digest = |y: &[f32]| {
            let mut digest = Digest::default();
            digest.add(y);
            digest.finish()
        };
        let y = vec![1.5_f32; 64];
        for (i, bit) in [(0, 0), (9, 22), (63, 31)] {
            let mut other = y.clone();
            other[i] = f32::from_bits(other[i].to_bits() ^ 1 << bit);
            assert_ne!(digest(&other), digest(&y), "bit {bit} of result {i}");
        }
        let nans = [f32::NAN, -f32::NAN, f32::from_bits(0x7f80_0001), f32::from_bits(0xffff_ffff)];
        let nans = nans.map(|nan| digest(&[nan; 8]));
        assert_eq!(nans, [nans[0]; 4]);
    }

    #[test]
    fn kernels_that_are_the_same_in_parts_have_the_digests_of_their_own_results() {
        let inputs = Inputs { first: 3, stride: 20_011 };
        let late = |x: f32| if x.to_bits().is_multiple_of(50_000) { 2.0 } else { x.abs() };
        let functions: [fn(f32) -> f32; 4] = [f32::abs, |x| -x, late, f32::abs];
        let apply = |function: fn(f32) -> f32| -> Apply {
            Box::new(move |x, y| x.iter().zip(y).for_each(|(&x, y)| *y = function(x)))
        };
        let digests = digests(inputs, &functions.map(apply), || ());
        for (function, digest) in functions.into_iter().zip(digests) {
            let blocks = (0..inputs.blocks()).map(|block| {
                let bits = (0..BLOCK).map(|i| 3 + (block * BLOCK + i) as u32 * 20_011);
                plain(&bits.map(|bits| function(f32::from_bits(bits))).collect::<Vec<_>>())
            });
            assert_eq!(digest, combined(blocks));
        }
    }
}
