//! The functions of more than numbers (slopes, a stream of random numbers, a state), by the lines
//! of their table: what holds for every function.

use activations_testing::{
    other::{Other, others},
    record::{Digest, Record, arithmetic},
    same,
};

/// On both sides of every length at which the library changes its method, in whole units.
fn lengths(other: &Other) -> impl Iterator<Item = usize> {
    let unit = other.call.unit;
    let longest = if cfg!(miri) { 3 } else { 1100 / unit };
    (0..=longest).filter(move |&units| units < 70 || units % 7 == 3).map(move |units| units * unit)
}

#[test]
fn fixed_inputs_have_the_bits_of_the_recorded_digests() {
    let mut record = Record::digests();
    for other in others() {
        let mut digest = Digest::default();
        for n in [60, 840, 7_440] {
            for with_special in [false, true] {
                digest.add(&other.images(&other.inputs(n, with_special)));
            }
        }
        let Other { operation, call, isa } = other;
        let key = format!("others {} {} {}", operation.name, call.name, arithmetic(isa));
        record.check(&key, &format!("{:016x}", digest.value()), &isa.to_string());
    }
    record.finish();
}

#[test]
fn a_unit_gives_what_it_gives_alone_where_it_depends_on_nothing_else() {
    for other in others().filter(|other| other.call.is_local) {
        let unit = other.call.unit;
        let all = other.inputs(1100, true);
        let n = all.len() / other.call.inputs;
        let alone: Vec<f32> = (0..n / unit)
            .flat_map(|i| other.images(&other.part(&all, &(i * unit..(i + 1) * unit))))
            .collect();
        for len in lengths(&other) {
            for start in [0, unit, 3 * unit].into_iter().filter(|start| start + len <= n) {
                let range = start..start + len;
                let got = other.images(&other.part(&all, &range));
                let is_same = got.iter().zip(&alone[range]).all(|(&a, &b)| same(a, b));
                assert!(is_same, "{other}: {len} from {start} on");
            }
        }
    }
}

#[test]
fn every_result_is_written_and_nothing_around_it() {
    const MARGIN: usize = 64;
    let canary = f32::from_bits(0x7fa5_5a5a);
    for other in others() {
        for n in lengths(&other) {
            let src = other.inputs(n, true);
            let expected = other.images(&src);
            for start in [MARGIN, MARGIN + 3] {
                let mut buffer = vec![canary; start + expected.len() + MARGIN];
                let (before, rest) = buffer.split_at_mut(start);
                let (dst, after) = rest.split_at_mut(expected.len());
                (other.call.run)(other.isa, &src, dst);
                let is_canary = |x: &f32| x.to_bits() == canary.to_bits();
                assert!(!dst.iter().any(is_canary), "{other}: a result of {n} is not written");
                assert!(before.iter().chain(&*after).all(is_canary), "{other}: beside {n}");
                assert!(dst.iter().zip(&expected).all(|(&a, &b)| same(a, b)), "{other}: {n}");
            }
        }
    }
}

#[test]
fn nothing_gives_the_results_of_nothing() {
    for other in others() {
        let nothing = other.images(&[]);
        let is_empty = |y: &f32| *y == 0.0 || *y == f32::NEG_INFINITY;
        assert!(nothing.iter().all(is_empty), "{other}: {nothing:?}");
    }
}
