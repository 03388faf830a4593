//! Element i of a result depends on element i of the input alone, and no byte outside the slices is
//! touched.

use activations_testing::{Call, calls, forward, same};
use std::mem::MaybeUninit;

/// Past 16 steps of the widest level, so that every number of steps and every tail occurs.
const LONGEST: usize = if cfg!(miri) { 67 } else { 1025 };
/// In elements: all places within a cache line.
const OFFSETS: usize = if cfg!(miri) { 2 } else { 16 };
/// No step of any level is longer.
const MARGIN: usize = 64;
/// A signalling NaN that no kernel gives.
const CANARY: u32 = 0x7fa5_5a5a;

/// Stretches of ordinary numbers, longer than any step, between stretches with values for which
/// kernels may take another path.
fn inputs() -> Vec<f32> {
    let ordinary = |i: usize| u16::try_from(i * 7919 % 1013).map_or(0.0, f32::from) / 25.0 - 20.0;
    let other = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        86.5,
        -86.5,
        89.0,
        -88.0,
        -103.5,
        -105.0,
        0.0,
        -0.0,
        1e-45,
        -1e-39,
        1e30,
        f32::from_bits(0x7f80_0001),
    ];
    let input = |i: usize| match i {
        _ if i / 130 % 2 == 1 && i.is_multiple_of(3) => other[i / 3 % other.len()],
        _ => ordinary(i),
    };
    (0..OFFSETS + LONGEST).map(input).collect()
}

fn output_gradients() -> Vec<f32> {
    let values = [1.0, -2.5, 0.0, 3e-39, -0.0, 1e20, f32::INFINITY, -1.25, f32::NAN, 0.3, -1e38];
    (0..OFFSETS + LONGEST).map(|i| values[i % values.len()]).collect()
}

/// What each element gives in an array of its own.
fn alone(call: &Call, x: &[f32], dy: &[f32]) -> Vec<f32> {
    x.iter().zip(dy).map(|(&x, &dy)| call.alone(x, dy)).collect()
}

#[track_caller]
fn assert_same(call: &Call, x: &[f32], got: &[f32], alone: &[f32]) {
    let differs = |i: &usize| !same(got[*i], alone[*i]);
    if let Some(i) = (0..x.len()).find(differs) {
        let (x, got, alone, len) = (x[i], got[i], alone[i], got.len());
        panic!("{call}: {x:e} gives {got:e} as element {i} of {len}, {alone:e} alone");
    }
}

fn assert_canaries(call: &Call, around: &[f32]) {
    assert!(around.iter().all(|x| x.to_bits() == CANARY), "{call}: wrote outside the slice");
}

#[test]
fn an_element_gives_the_same_at_every_length_offset_and_place_and_nothing_around_is_written() {
    let (x, dy) = (inputs(), output_gradients());
    let canary = f32::from_bits(CANARY);
    let mut buffer = vec![canary; MARGIN + OFFSETS + LONGEST + MARGIN];
    for call in calls() {
        let alone = alone(&call, &x, &dy);
        for from in 0..OFFSETS {
            // Input and output meet in all combinations of aligned and not.
            let start = MARGIN + (5 * from + 3) % OFFSETS;
            for len in 0..=LONGEST {
                let (x, dy) = (&x[from..][..len], &dy[from..][..len]);
                let out = &mut buffer[start..][..len];
                call.run(x, dy, out);
                assert_same(&call, x, out, &alone[from..][..len]);
                out.fill(canary);
                assert_canaries(&call, &buffer[start - MARGIN..start]);
                assert_canaries(&call, &buffer[start + len..][..MARGIN]);
            }
        }
    }
}

#[cfg(not(any(target_family = "wasm", miri)))]
mod guarded {
    use super::{LONGEST, alone, assert_same, inputs, output_gradients};
    use activations_testing::calls;
    use region::{Allocation, Protection};
    use std::slice;

    /// Numbers between two pages that must not be touched.
    struct Guarded {
        pages: Allocation,
        page: usize,
    }

    impl Guarded {
        fn new() -> Self {
            let page = region::page::size();
            let inside = (LONGEST * size_of::<f32>()).next_multiple_of(page);
            let mut pages = region::alloc(page + inside + page, Protection::NONE).expect("pages");
            // SAFETY: these pages lie inside the allocation, which nothing else refers to.
            unsafe {
                let first = pages.as_mut_ptr::<u8>().add(page);
                region::protect(first, inside, Protection::READ_WRITE)
                    .expect("access to the pages inside");
            }
            Self { pages, page }
        }

        /// All that may be touched: it begins and ends where a forbidden page meets it.
        fn inside(&mut self) -> &mut [f32] {
            let bytes = self.pages.len() - 2 * self.page;
            // SAFETY: these bytes are readable, writable, zero at first and aligned to a page, and
            // stay borrowed.
            unsafe {
                let first = self.pages.as_mut_ptr::<u8>().add(self.page);
                slice::from_raw_parts_mut(first.cast(), bytes / size_of::<f32>())
            }
        }

        fn last(&mut self, n: usize) -> &mut [f32] {
            let inside = self.inside();
            let start = inside.len() - n;
            &mut inside[start..]
        }

        fn first(&mut self, n: usize) -> &mut [f32] {
            &mut self.inside()[..n]
        }
    }

    fn check(place: impl Fn(&mut Guarded, usize) -> &mut [f32]) {
        let (x, dy) = (inputs(), output_gradients());
        let (mut x_pages, mut dy_pages, mut out_pages) =
            (Guarded::new(), Guarded::new(), Guarded::new());
        for call in calls() {
            let alone = alone(&call, &x, &dy);
            for len in 0..=LONGEST {
                let (guarded_x, guarded_dy) = (place(&mut x_pages, len), place(&mut dy_pages, len));
                guarded_x.copy_from_slice(&x[..len]);
                guarded_dy.copy_from_slice(&dy[..len]);
                let out = place(&mut out_pages, len);
                call.run(guarded_x, guarded_dy, out);
                assert_same(&call, &x[..len], out, &alone[..len]);
            }
        }
    }

    #[test]
    fn nothing_beyond_the_end_is_read_or_written() {
        check(Guarded::last);
    }

    #[test]
    fn nothing_before_the_start_is_read_or_written() {
        check(Guarded::first);
    }

    /// Otherwise the two tests above could not fail.
    #[test]
    fn the_pages_around_are_closed() {
        let mut guarded = Guarded::new();
        let bytes = guarded.inside().as_ptr_range();
        for outside in [bytes.start.wrapping_sub(1), bytes.end] {
            assert_eq!(region::query(outside).expect("a page").protection(), Protection::NONE);
        }
    }
}

/// In a destination of numbers, so that what is written where can be seen.
#[test]
fn an_uninitialised_destination_gets_what_others_get_and_nothing_around_it() {
    let x = inputs();
    for (call, kernel) in forward() {
        for len in (0..=2 * MARGIN + 3).chain([LONGEST]) {
            let x = &x[OFFSETS / 2..][..len];
            let mut expected = vec![0.0; len];
            (kernel.apply_into)(call.isa, x, &mut expected);
            let canary = MaybeUninit::new(f32::from_bits(CANARY));
            let mut dst = vec![canary; MARGIN + len + MARGIN];
            (kernel.apply_uninit)(call.isa, x, &mut dst[MARGIN..][..len]);
            // SAFETY: all elements were initialised above.
            let dst: Vec<f32> = dst.iter().map(|y| unsafe { y.assume_init() }).collect();
            let (before, rest) = dst.split_at(MARGIN);
            let (y, after) = rest.split_at(len);
            assert!(y.iter().zip(&expected).all(|(&a, &b)| same(a, b)), "{call}: {len} elements");
            let is_untouched = before.iter().chain(after).all(|y| y.to_bits() == CANARY);
            assert!(is_untouched, "{call}: {len} elements, and others");
        }
    }
}
