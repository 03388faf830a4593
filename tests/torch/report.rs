//! The table of results, and the check of the differences.

use crate::{
    case::Case,
    differences::{DIFFERENCES, Difference, Version},
    jobs::{Job, Part},
};
use activations_testing::ulp::ulps;
use comfy_table::{CellAlignment::Right, Table, presets::ASCII_MARKDOWN};
use std::{collections::BTreeMap, fmt};

pub(crate) struct Report {
    /// Of PyTorch.
    version: Version,
    /// In the order in which they came.
    rows: Vec<Row>,
    /// How often each line of the list was met, for each of its operations.
    met: BTreeMap<(&'static str, &'static str), usize>,
    unlisted: Vec<String>,
}

/// How many results that differ are shown of a row of the table.
const SHOWN: usize = 8;

#[derive(Default)]
struct Row {
    operation: String,
    part: Part,
    cases: usize,
    equal: usize,
    same_bits: usize,
    listed: usize,
    unlisted: usize,
    /// The largest errors in ULP of this crate and of PyTorch in float32, among equal results that
    /// have one.
    errors: Option<[f64; 2]>,
}

impl Report {
    pub(crate) fn beside(version: Version) -> Self {
        Self { version, rows: Vec::new(), met: BTreeMap::new(), unlisted: Vec::new() }
    }

    pub(crate) fn add<'a>(&mut self, job: &Job, part: Part, cases: impl Iterator<Item = Case<'a>>) {
        let is_this = |row: &Row| row.operation == job.text && row.part == part;
        let index = self.rows.iter().position(is_this).unwrap_or_else(|| {
            let operation = job.text.clone();
            self.rows.push(Row { operation, part, ..Row::default() });
            self.rows.len() - 1
        });
        let row = &mut self.rows[index];
        for case in cases {
            row.cases += 1;
            if case.is_equal() {
                row.equal += 1;
                row.same_bits +=
                    usize::from(case.ours.is_nan() || case.ours.to_bits() == case.torch.to_bits());
                if case.is_measured() {
                    let before = row.errors.unwrap_or_default();
                    let errors = [case.ours, case.torch].map(|y| ulps(y, case.exact));
                    row.errors = Some([0, 1].map(|i| errors[i].max(before[i])));
                }
            } else if let Some(met) = listed(self.version, &case) {
                row.listed += 1;
                *self.met.entry(met).or_default() += 1;
            } else {
                row.unlisted += 1;
                if row.unlisted <= SHOWN {
                    self.unlisted.push(format!("{} {case}", job.text));
                }
            }
        }
    }

    /// Asserts that all differences are listed, and that all listed differences occur.
    pub(crate) fn check(&self) {
        let count: usize = self.rows.iter().map(|row| row.unlisted).sum();
        assert!(count == 0, "{count} results differ, such as\n{}", self.unlisted.join("\n"));
        let mut gone = Vec::new();
        for difference in list(self.version) {
            for name in difference.operations {
                if !self.met.contains_key(&(*name, difference.reason)) {
                    gone.push(format!("{name} does not differ any more: {}", difference.reason));
                }
            }
        }
        assert!(gone.is_empty(), "{}", gone.join("\n"));
    }
}

fn list(version: Version) -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().filter(move |difference| difference.occurs.versions.contains(&version))
}

/// The operation and the reason.
fn listed(version: Version, case: &Case<'_>) -> Option<(&'static str, &'static str)> {
    list(version).find_map(|difference| {
        let name = difference.operations.iter().find(|&&name| name == case.job.name())?;
        let is_right = !difference.occurs.in_float32_only || case.is_as_in_float64();
        (is_right && (difference.holds)(case)).then_some((*name, difference.reason))
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN);
        table.set_header([
            "operation",
            "kernel",
            "cases",
            "equal",
            "same bits",
            "listed",
            "ULP",
            "PyTorch's",
        ]);
        for row in &self.rows {
            let counts =
                [row.cases, row.equal, row.same_bits, row.listed].map(|count| count.to_string());
            let errors = [0, 1]
                .map(|i| row.errors.map_or(String::new(), |errors| format!("{:.3}", errors[i])));
            table.add_row(
                [row.operation.clone(), row.part.to_string()]
                    .into_iter()
                    .chain(counts)
                    .chain(errors),
            );
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(Right);
        }
        writeln!(f, "{table}\n")?;
        for ((name, reason), count) in &self.met {
            writeln!(f, "{count:6} {name}: {reason}")?;
        }
        Ok(())
    }
}
