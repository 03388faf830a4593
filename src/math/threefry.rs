//! A counter-based generator of random numbers: each number is a function of a seed and of its own
//! index, so the order of the calls does not matter.
//!
//! The generator is Threefry-2x32 with 20 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random
//! numbers: as easy as 1, 2, 3" (2011). A counter gives two words. The words of sixteen counters
//! are a group of 32: the first words, then the second.

use crate::{
    isa::Simd,
    vector::{F32s, U32s},
};

/// The random numbers of a call: each is a function of the seed and of the index of its element
/// alone.
///
/// Elements draw the same numbers however a tensor is divided between calls and threads, if each
/// part says where it begins. A new seed for each step and each layer gives new numbers.
///
/// ```
/// use activations::{RandomStream, RRelu};
///
/// let (mut whole, mut parts, mut slopes) = ([-1.0; 100], [-1.0; 100], [0.0; 100]);
/// RRelu::default().train(&mut whole, &mut slopes, RandomStream { seed: 7, offset: 0 });
/// let (a, b) = parts.split_at_mut(30);
/// RRelu::default().train(a, &mut slopes[..30], RandomStream { seed: 7, offset: 0 });
/// RRelu::default().train(b, &mut slopes[30..], RandomStream { seed: 7, offset: 30 });
/// assert_eq!(whole, parts);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RandomStream {
    /// The key of the generator.
    pub seed: u64,
    /// The index, in the whole tensor, of the first element of the call.
    pub offset: u64,
}

/// The number of lanes of each of the two registers of a group.
pub(crate) const LANES: usize = 16;
pub(crate) const GROUP: usize = 2 * LANES;

/// The integers 0 to 15, as the bits of f32 lanes.
const LANE: [f32; LANES] = {
    let mut lanes = [0.0; LANES];
    let mut i = 0;
    while i < LANES {
        lanes[i] = f32::from_bits(i as u32);
        i += 1;
    }
    lanes
};

/// Returns the random numbers of the elements from `32 * group` on: multiples of 2^-23 from 0 to
/// 1 − 2^-23.
#[inline(always)]
pub(crate) fn uniform<S: Simd>(s: S, seed: u64, group: u64) -> [F32s<S>; 2] {
    let lane = F32s::load(s, &LANE).bits();
    let counter = group * LANES as u64;
    let [a, b] = threefry(words(seed), [lane + words(counter)[0], lane.same(words(counter)[1])]);
    [fraction(a), fraction(b)]
}

/// Returns the two words of `x`, the low one first.
#[inline(always)]
const fn words(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

/// Returns the number whose bits after the binary point are the upper 23 bits of `word`.
#[inline(always)]
fn fraction<S: Simd>(word: U32s<S>) -> F32s<S> {
    const ONE: u32 = 1_f32.to_bits();
    ((word >> 9) ^ ONE).float() - 1.0
}

const PARITY: u32 = 0x1bd1_1bda;

#[inline(always)]
fn threefry<S: Simd>(key: [u32; 2], counter: [U32s<S>; 2]) -> [U32s<S>; 2] {
    let keys = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
    let x = with_key(counter, keys, 0);
    let x = with_key(four_rounds(x, [13, 15, 26, 6]), keys, 1);
    let x = with_key(four_rounds(x, [17, 29, 16, 24]), keys, 2);
    let x = with_key(four_rounds(x, [13, 15, 26, 6]), keys, 3);
    let x = with_key(four_rounds(x, [17, 29, 16, 24]), keys, 4);
    with_key(four_rounds(x, [13, 15, 26, 6]), keys, 5)
}

/// Four rounds. There is no loop, so that each count is a constant.
#[inline(always)]
fn four_rounds<S: Simd>(x: [U32s<S>; 2], counts: [u32; 4]) -> [U32s<S>; 2] {
    let x = round(x, counts[0]);
    let x = round(x, counts[1]);
    let x = round(x, counts[2]);
    round(x, counts[3])
}

#[inline(always)]
fn round<S: Simd>([a, b]: [U32s<S>; 2], count: u32) -> [U32s<S>; 2] {
    let a = a + b;
    [a, rotated(b, count) ^ a]
}

#[inline(always)]
fn with_key<S: Simd>([a, b]: [U32s<S>; 2], keys: [u32; 3], turn: usize) -> [U32s<S>; 2] {
    [a + keys[turn % 3], b + keys[(turn + 1) % 3].wrapping_add(turn as u32)]
}

#[inline(always)]
fn rotated<S: Simd>(x: U32s<S>, count: u32) -> U32s<S> {
    (x << count) ^ (x >> (32 - count))
}

#[cfg(test)]
mod tests {
    use super::{LANES, U32s, threefry, uniform, words};
    use crate::{
        isa::{Isa, Job, Native, on},
        vector::F32s,
    };

    /// A job that computes the two words of a counter.
    struct Words<'a> {
        key: [u32; 2],
        counter: [u32; 2],
        out: &'a mut [u32; 2],
    }

    impl Job for Words<'_> {
        #[inline(always)]
        fn run<S: Native>(self, s: S) {
            let zero = F32s::splat(s, 0.0).bits();
            let [a, b] = threefry(self.key, [zero + self.counter[0], zero + self.counter[1]]);
            *self.out = [first(a), first(b)];
        }
    }

    #[inline(always)]
    fn first<S: Native>(a: U32s<S>) -> u32 {
        let mut lanes = [0.0; LANES];
        a.float().store(&mut lanes[..S::LANES]);
        lanes[0].to_bits()
    }

    /// The known answers are those of the authors' library.
    #[test]
    fn gives_the_published_words() {
        let known = [
            ([0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
            ([u32::MAX; 2], [u32::MAX; 2], [0x1cb9_96fc, 0xbb00_2be7]),
            ([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3], [0xc492_3a9c, 0x483d_f7a0]),
        ];
        for isa in Isa::available() {
            for (key, counter, expected) in known {
                let mut out = [0; 2];
                on(isa, Words { key, counter, out: &mut out });
                assert_eq!(out, expected, "{isa}");
            }
        }
    }

    struct Uniform<'a> {
        seed: u64,
        group: u64,
        out: &'a mut [[f32; LANES]; 2],
    }

    impl Job for Uniform<'_> {
        #[inline(always)]
        fn run<S: Native>(self, s: S) {
            let [a, b] = uniform(s.sixteen(), self.seed, self.group);
            a.store(&mut self.out[0]);
            b.store(&mut self.out[1]);
        }
    }

    #[test]
    fn a_group_has_the_first_words_of_sixteen_counters_and_then_their_second() {
        let (seed, group) = (0x0370_7344_1319_8a2e, 0x0123_4567_89ab_cdef);
        let fraction = |word: u32| (f64::from(word >> 9) / 8_388_608.0) as f32;
        for isa in Isa::available() {
            let mut out = [[7.0; LANES]; 2];
            on(isa, Uniform { seed, group, out: &mut out });
            for (lane, (&a, &b)) in out[0].iter().zip(&out[1]).enumerate() {
                let mut expected = [0; 2];
                let counter = words(group * 16 + lane as u64);
                on(isa, Words { key: words(seed), counter, out: &mut expected });
                assert_eq!([a, b], expected.map(fraction), "{isa}");
            }
        }
    }
}
