//! Many rows. The logits of short ones are made of a stream of entries.

use super::{Case, FAMILIES, check_forms, families, operations};

#[test]
fn many_rows_have_the_bits_of_each() {
    for cols in [1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 24, 31, 33, 48, 63, 64, 65, 128, 300] {
        for seed in 0..6 {
            let count = if cols < 100 { 100 + 50 * seed } else { 40 };
            let x = families::matrix((cols + seed) % FAMILIES, seed as u64, cols, count);
            let case = Case::new((100 * cols + seed) as u64, cols, count);
            for (operation, isa) in operations() {
                check_forms(operation, isa, &case, &x, cols, seed % 2);
            }
        }
    }
}
