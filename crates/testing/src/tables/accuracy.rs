//! The tables of the largest errors.

use crate::record::Record;
use activations::{
    AnyActivation, Tier,
    table::{Bound, OPERATIONS, OTHER_OPERATIONS, Operation, ROW_OPERATIONS, ROW_REDUCTIONS},
};

/// A line for kernels that have the same errors.
struct Line {
    names: Vec<&'static str>,
    /// The parameters that the names have in common.
    parameters: String,
    tiers: Vec<&'static str>,
    /// The columns after these.
    cells: String,
}

/// The table of the functions of one number.
pub(super) fn of_numbers() -> Result<String, String> {
    let witnesses = Record::witnesses();
    let (mut lines, mut gradients): (Vec<Line>, Vec<Line>) = Default::default();
    for operation in OPERATIONS {
        let (name, parameters) = (operation.name, parameters(operation));
        let mut of_operation = Vec::new();
        for kernel in operation.kernels.iter().filter(|kernel| !is_rounded(kernel.bound)) {
            let tier = kernel.tier.name();
            let (cells, steps) = errors(&witnesses, name, tier, kernel.bound)?;
            let cells = format!("{cells} | {steps} |");
            let line = Line {
                names: vec![name],
                parameters: parameters.clone(),
                tiers: vec![tier],
                cells,
            };
            merge(&mut of_operation, line, |line| (line.names.clone(), String::new()));
        }
        for line in of_operation {
            let key = |line: &Line| (line.tiers.clone(), line.parameters.clone());
            merge(&mut lines, line, key);
        }
        if !is_rounded(operation.backward.bound) {
            let (cells, _) = errors(&witnesses, name, "backward", operation.backward.bound)?;
            let cells = format!("{cells} | |");
            let line = Line { names: vec![name], parameters, tiers: vec!["gradient"], cells };
            merge(&mut gradients, line, |line| (line.tiers.clone(), line.parameters.clone()));
        }
    }
    let (exact, rounded) = (exact().join(", "), rounded());
    let mut table = vec![
        "| function | tier | AVX-512, AVX2, NEON | at x | baseline | at x | steps back |"
            .to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    table.extend(lines.iter().map(|line| line.text("")));
    table.push(format!("| {exact} | exact | correctly rounded | | the same bits | | 0 |"));
    table.extend(gradients.iter().map(|line| line.text("′")));
    table.push(format!("| {rounded} | all | correctly rounded | | correctly rounded | | 0 |"));
    Ok(table.join("\n"))
}

/// The table of the functions of rows.
pub(super) fn of_rows() -> Result<String, String> {
    let witnesses = Record::witnesses();
    let functions = ROW_OPERATIONS.iter().map(|op| (op.name, op.tier, op.bound));
    let reductions = ROW_REDUCTIONS.iter().map(|op| (op.name, Tier::Default, op.bound));
    let mut lines: Vec<Line> = Vec::new();
    for (name, tier, bound) in functions.chain(reductions) {
        let mut cells = Vec::new();
        for (arithmetic, bound) in [("fused", bound.fused), ("baseline", bound.baseline)] {
            let found = witness(&witnesses, name, tier.name(), arithmetic)?;
            let (ulps, row) = found.split_once(' ').ok_or("a witness is an error and a row")?;
            cells.push(format!(" {ulps} | {bound} | {row} |"));
        }
        let cells = cells.concat();
        let line =
            Line { names: vec![name], parameters: String::new(), tiers: vec![tier.name()], cells };
        merge(&mut lines, line, |line| (line.names.clone(), String::new()));
    }
    let mut table = vec![
        "| function | tier | AVX-512, AVX2, NEON | bound | in a row of | baseline | bound \
         | in a row of |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    table.extend(lines.iter().map(|line| line.text("")));
    Ok(table.join("\n"))
}

impl Line {
    fn text(&self, mark: &str) -> String {
        let names: Vec<_> = self.names.iter().map(|name| format!("{name}{mark}")).collect();
        let Self { parameters, tiers, cells, .. } = self;
        format!("| {}{parameters} | {} |{cells}", names.join(", "), tiers.join(", "))
    }
}

/// Joins a line with one of the same cells and the same `key`.
fn merge<Key: PartialEq>(lines: &mut Vec<Line>, line: Line, key: impl Fn(&Line) -> Key) {
    let alike = |other: &&mut Line| other.cells == line.cells && key(other) == key(&line);
    let Some(other) = lines.iter_mut().find(alike) else { return lines.push(line) };
    for (all, more) in [(&mut other.names, line.names), (&mut other.tiers, line.tiers)] {
        let new: Vec<_> = more.into_iter().filter(|more| !all.contains(more)).collect();
        all.extend(new);
    }
}

fn is_rounded(bound: Bound) -> bool {
    bound.fused.max(bound.baseline) <= Bound::ROUNDED.fused
}

/// As ` (alpha = 1)`.
fn parameters(operation: &Operation) -> String {
    let activation: AnyActivation = operation.name.parse().expect("a name of the table");
    let all: Vec<_> =
        activation.parameters().map(|(name, value)| format!("{name} = {value}")).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

/// The bounds with their witnesses, and the number of steps back.
fn errors(
    witnesses: &Record,
    name: &str,
    kernel: &str,
    bound: Bound,
) -> Result<(String, String), String> {
    // What is correctly rounded has no witness.
    let witness_of = |arithmetic, bound| {
        if bound <= Bound::ROUNDED.fused {
            Ok(String::new())
        } else {
            witness(witnesses, name, kernel, arithmetic)
        }
    };
    let fused = witness_of("fused", bound.fused);
    let baseline = witness_of("baseline", bound.baseline);
    let (fused, baseline) = (fused?, baseline?);
    let cut = |text: &str| {
        let (x, steps) = text.split_once(' ').unwrap_or((text, ""));
        (x.replace('-', "−"), steps.to_owned())
    };
    let ((x, steps), (x_baseline, steps_baseline)) = (cut(&fused), cut(&baseline));
    let Bound { fused, baseline } = bound;
    let steps = match (steps.as_str(), steps_baseline.as_str()) {
        (same, other) if same == other || other.is_empty() => steps,
        ("", _) => steps_baseline,
        _ => format!("{steps}, {steps_baseline}"),
    };
    Ok((format!(" {fused:.3} | {x} | {baseline:.3} | {x_baseline}"), steps))
}

fn witness(
    witnesses: &Record,
    name: &str,
    kernel: &str,
    arithmetic: &str,
) -> Result<String, String> {
    let key = format!("{name} {kernel} {arithmetic}");
    let found = witnesses.get(&key).map(str::to_owned);
    found.ok_or_else(|| format!("tests/witnesses.txt has no line that begins with {key}"))
}

/// The functions whose exact tier differs from the default tier.
fn exact() -> Vec<&'static str> {
    let has_exact = |op: &&Operation| {
        !is_rounded(op.kernels[0].bound)
            && op.kernels.iter().any(|kernel| kernel.tier == Tier::Exact)
    };
    OPERATIONS.iter().filter(has_exact).map(|operation| operation.name).collect()
}

/// The functions and gradients that are correctly rounded in every tier.
fn rounded() -> String {
    let of = |is_rounded: fn(&Operation) -> bool| {
        let of_numbers = OPERATIONS.iter().filter(|op| is_rounded(op)).map(|op| op.name);
        let others = OTHER_OPERATIONS.iter().filter(|op| op.rounded).map(|op| op.name);
        let mut names: Vec<_> = of_numbers.collect();
        for name in others {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let functions = of(|op| is_rounded(op.kernels[0].bound));
    let gradients = of(|op| is_rounded(op.backward.bound));
    if functions == gradients {
        return format!("{}, their gradients", functions.join(", "));
    }
    let gradients: Vec<_> = gradients.iter().map(|name| format!("{name}′")).collect();
    format!("{}, {}", functions.join(", "), gradients.join(", "))
}
