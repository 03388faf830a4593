//! Checks of arguments: each panics at the caller's line, before anything is written.

#[inline]
#[track_caller]
pub(crate) fn same_length(name: &str, len: usize, dst_name: &str, dst_len: usize) {
    if len != dst_len {
        lengths_differ(name, len, dst_name, dst_len);
    }
}

/// A function of its own: else each call would write the parts of the message first.
#[cold]
#[inline(never)]
#[track_caller]
fn lengths_differ(name: &str, len: usize, dst_name: &str, dst_len: usize) -> ! {
    panic!("{name} has {len} elements, {dst_name} has {dst_len}");
}

#[track_caller]
pub(crate) fn shape(name: &str, len: usize, [outer, n, inner]: [usize; 3]) {
    let product = if [outer, n, inner].contains(&0) {
        Some(0)
    } else {
        outer.checked_mul(n).and_then(|product| product.checked_mul(inner))
    };
    assert!(
        product == Some(len),
        "{name} has {len} elements, its shape is [{outer}, {n}, {inner}]"
    );
}
