//! Checks of arguments: each panics at the caller's line, before anything is written.

#[track_caller]
pub(crate) fn same_length(name: &str, len: usize, dst_name: &str, dst_len: usize) {
    assert!(len == dst_len, "{name} has {len} elements, {dst_name} has {dst_len}");
}

#[track_caller]
pub(crate) fn shape(name: &str, len: usize, [outer, n, inner]: [usize; 3]) {
    let product = outer.checked_mul(n).and_then(|product| product.checked_mul(inner));
    assert!(
        product == Some(len),
        "{name} has {len} elements, its shape is [{outer}, {n}, {inner}]"
    );
}
