//! The normalisers of a batch of rows, from the sums of their terms.

use super::{
    matrix::{Matrix, limit},
    references::{BATCH, References},
    sums::{NO_ROW, Rare, rare},
};
use crate::{
    isa::{Isa, Job, Native, Simd, on},
    rows::numerics::{
        function::Function,
        log_sum_exp::log_sum_exp_with_maxima,
        sum::{add_sink, without_maximum},
        terms::Reference,
    },
    vector::{F32s, F64s},
};

/// What is given of the rows of a batch beside their logits.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub(super) sinks: [f32; BATCH],
    /// The log-sum-exps that the terms do not determine.
    pub(super) log_sum_exps: [Option<f32>; BATCH],
}

impl Given {
    #[inline(always)]
    pub(super) fn nothing() -> Self {
        Self { sinks: [f32::NEG_INFINITY; BATCH], log_sum_exps: [None; BATCH] }
    }
}

/// Sets the sinks of rows without logits, or else the log-sum-exps that are requested and infinite.
#[inline(always)]
pub(super) fn set_given(
    matrix: &Matrix<'_>,
    first: usize,
    count: usize,
    maxima: &[f32; BATCH],
    given: &mut Given,
) {
    if let Some(sinks) = matrix.sinks {
        given.sinks[..count].copy_from_slice(&sinks[first..][..count]);
    } else if matrix.log_sum_exps.is_some() {
        for (i, &maximum) in maxima[..count].iter().enumerate() {
            let maximum = maximum * matrix.scale;
            if maximum.is_infinite() {
                given.log_sum_exps[i] = limit(matrix.input(first + i), maximum);
            }
        }
    }
}

/// Returns sums that need not be made with those of the other rows, for functions that do not keep
/// the terms. These are the sums of rows with an offset, or of `every` row. If the rows before were
/// `dominated`, each by its maximum, it is likely that these are, too: then their sums without the
/// maxima come first, and are all that is needed.
#[inline(always)]
pub(super) fn rare_of<F: Function, S: Simd>(
    rows: &Matrix<'_>,
    first: usize,
    count: usize,
    references: &References,
    dominated: bool,
    every: bool,
) -> Rare {
    if F::KEEPS_TERMS || !(dominated || every || references.have_offset(count)) {
        return Rare::NONE;
    }
    let [mut others, mut all] = [NO_ROW; 2];
    for i in 0..count {
        others[i] = dominated;
        all[i] = every || references.offset.0[i] != 0.0;
    }
    rare::<F>(S::ISA, rows.entries(first), &references.maximum.0, &others, &all)
}

/// Subtracts the term of one maximum from each sum of all terms, for functions that do not keep
/// the terms. Returns the sums, and the numbers of maxima that are not in them. Sets `dominated` to
/// whether most of the rows are.
#[inline(always)]
pub(super) fn others_of<F: Function, S: Simd>(
    s: S,
    rows: &Matrix<'_>,
    (first, count): (usize, usize),
    references: &References,
    mut sums: [f64; BATCH],
    known: &Rare,
    dominated: &mut bool,
) -> (F64s<S>, F64s<S>) {
    let mut counts = [1.0; BATCH];
    if !F::KEEPS_TERMS {
        *dominated = false;
        let reference = references.all(s);
        let largest = reference.term::<true>(reference.maximum);
        let (others, lost) = without_maximum(F64s::load(s, &sums), largest);
        let lost = lost.select(F32s::splat(s, 1.0), 0.0);
        if count == BATCH && lost.all_below(1.0) {
            return (others, F64s::splat(s, 1.0));
        }
        others.store(&mut sums);
        let mut is_lost = [0.0; BATCH];
        lost.store(&mut is_lost);
        let (mut wanted, mut number) = (NO_ROW, 0);
        for i in 0..count {
            wanted[i] = is_lost[i] == 1.0 && !known.dominated[i];
            number += usize::from(is_lost[i] == 1.0);
        }
        if number > 0 {
            let (entries, maxima) = (rows.entries(first), &references.maximum.0);
            let mut found = &Rare::NONE;
            let more;
            if wanted != NO_ROW {
                more = rare::<F>(S::ISA, entries, maxima, &wanted, &NO_ROW);
                found = &more;
            }
            for i in 0..count {
                if is_lost[i] == 1.0 {
                    let of = if wanted[i] { found } else { known };
                    (sums[i], counts[i]) = (of.others[i], of.counts[i]);
                }
            }
        }
        *dominated = 4 * number >= 3 * count;
    }
    if count == 1 {
        return (F64s::splat(s, sums[0]), F64s::splat(s, counts[0]));
    }
    (F64s::load(s, &sums), F64s::load(s, &counts))
}

/// Returns the normalisers of a batch, and writes the log-sum-exps that are requested.
#[inline(always)]
pub(super) fn summary<F: Function, S: Simd>(
    s: S,
    rows: &mut Matrix<'_>,
    first: usize,
    count: usize,
    references: &References,
    mut totals: (F64s<S>, F64s<S>),
    given: &Given,
) -> [F32s<S>; 2] {
    let reference = references.all(s);
    if !rows.has_no_logits() {
        totals = add_sink::<F, S>(&reference, totals, F32s::load(s, &given.sinks));
    }
    if let Some(log_sum_exps) = rows.log_sum_exps.as_deref_mut() {
        let mut sums = [0.0; BATCH];
        totals.0.store(&mut sums);
        let logs = logs_of(S::ISA, &references.maximum.0, &sums);
        for (i, y) in log_sum_exps[first..][..count].iter_mut().enumerate() {
            *y = given.log_sum_exps[i].unwrap_or(logs[i]);
        }
    }
    F::summary_of(rows.fast, &reference, totals.0, totals.1)
}

/// The log-sum-exps of a batch, for softmax. A function of its own: few calls want them.
#[inline(never)]
fn logs_of(isa: Isa, maxima: &[f32; BATCH], sums: &[f64; BATCH]) -> [f32; BATCH] {
    let mut logs = [0.0; BATCH];
    on(isa, LogSumExps { maxima, sums, dst: &mut logs });
    logs
}

struct LogSumExps<'a> {
    maxima: &'a [f32; BATCH],
    sums: &'a [f64; BATCH],
    dst: &'a mut [f32; BATCH],
}

impl Job for LogSumExps<'_> {
    #[inline(always)]
    fn run<S: Native>(self, s: S) {
        let s = s.sixteen();
        let reference = Reference::new(F32s::load(s, self.maxima), false);
        log_sum_exp_with_maxima(&reference, F64s::load(s, self.sums)).store(self.dst);
    }
}
