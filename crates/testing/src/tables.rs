//! The tables of the documents, made from the tables of the source and from `tests/witnesses.txt`.

mod accuracy;

use activations::{
    Tier,
    table::{GATED_UNITS, OPERATIONS, OTHER_OPERATIONS, ROW_OPERATIONS, ROW_REDUCTIONS},
};

/// The files that have tables between two comments, or formulas in sections.
pub const FILES: [&str; 3] = ["README.md", "src/lib.rs", "docs/guide.md"];

/// A function as the documents name it.
pub struct Named {
    /// The name, which is also that of its section in the guide.
    pub name: &'static str,
    /// The name of its type.
    pub type_name: &'static str,
    /// The function, in a line.
    pub formula: &'static str,
}

/// Every function that the documents list, in their order.
pub fn functions() -> impl Iterator<Item = Named> {
    let of_numbers =
        OPERATIONS.iter().map(|op| Named::new(op.name, op.type_name, Some(op.formula)));
    let others = OTHER_OPERATIONS.iter().map(|op| Named::new(op.name, op.type_name, op.formula));
    let of_rows = ROW_OPERATIONS.iter().filter(|op| op.tier == Tier::Default);
    let of_rows = of_rows.map(|op| Named::new(op.name, op.type_name, Some(op.formula)));
    let reductions =
        ROW_REDUCTIONS.iter().map(|op| Named::new(op.name, op.type_name, Some(op.formula)));
    of_numbers.chain(others).chain(of_rows).chain(reductions).flatten()
}

impl Named {
    fn new(
        name: &'static str,
        type_name: &'static str,
        formula: Option<&'static str>,
    ) -> Option<Self> {
        formula.map(|formula| Self { name, type_name, formula })
    }
}

/// Returns the text of a file with its tables and formulas as they should be.
///
/// # Errors
///
/// If the file or a source of its tables lacks something, which the error names.
pub fn updated(text: &str) -> Result<String, String> {
    let text = with_tables(text)?;
    if text.starts_with("# Guide") { with_formulas(&text) } else { Ok(text) }
}

/// Each table stands between two lines, `<!-- table: NAME -->` and `<!-- end -->`, which may be
/// lines of documentation.
fn with_tables(text: &str) -> Result<String, String> {
    let (mut updated, mut lines) = (String::new(), text.lines());
    while let Some(line) = lines.next() {
        updated.extend([line, "\n"]);
        let Some((prefix, name)) = line.split_once("<!-- table: ") else { continue };
        let name = name.trim_end_matches(" -->");
        let table = table(name).ok_or_else(|| format!("no table is called {name}"))??;
        let end = lines.find(|line| line.ends_with("<!-- end -->"));
        let end = end.ok_or_else(|| format!("the table {name} has no end"))?;
        table.lines().for_each(|line| updated.extend([prefix, line, "\n"]));
        updated.extend([end, "\n"]);
    }
    Ok(updated)
}

fn table(name: &str) -> Option<Result<String, String>> {
    match name {
        "functions" => Some(Ok(formulas())),
        "accuracy" => Some(accuracy::of_numbers()),
        "accuracy of rows" => Some(accuracy::of_rows()),
        "gated units" => Some(Ok(gated_units())),
        _ => None,
    }
}

fn formulas() -> String {
    let of_rows = |name| ROW_OPERATIONS.iter().any(|operation| operation.name == name);
    let line = |Named { name, type_name, formula }| {
        let of_rows = if of_rows(name) { ", of rows" } else { "" };
        format!("| [`{type_name}`] | {formula}{of_rows} |\n")
    };
    let lines: Vec<_> = functions().map(line).collect();
    format!("| operation | formula |\n|---|---|\n{}", lines.concat())
}

fn gated_units() -> String {
    let lines = GATED_UNITS.iter().map(|unit| [unit.type_name, unit.name, unit.formula]);
    let of_operations = ["Gated(operation)", "gated(operation)", "operation(gate) · up"];
    let lines = lines.chain([of_operations]);
    let lines: Vec<_> = lines
        .map(|[type_name, name, formula]| format!("| `{type_name}` | `{name}` | {formula} |\n"))
        .collect();
    format!("| unit | text | result |\n|---|---|---|\n{}", lines.concat())
}

/// Each function has a section of its name, and a line with its formula there.
fn with_formulas(text: &str) -> Result<String, String> {
    const LINE: &str = "\n| formula | ";
    let mut text = text.to_owned();
    for Named { name, formula, .. } in functions() {
        let lacking = |what: &str| format!("{what} of {name}");
        let section = text.find(&format!("\n### {name}\n")).ok_or(lacking("no section"))?;
        let line = text[section..].find(LINE).ok_or(lacking("no formula in the section"))?;
        let start = section + line + LINE.len();
        let end = start + text[start..].find(" |\n").ok_or(lacking("no end of the formula"))?;
        text.replace_range(start..end, formula);
    }
    Ok(text)
}

/// The name of each function, and a call of it on the arrays `x` and `y` at the level `isa`.
pub fn calls() -> impl Iterator<Item = [String; 2]> {
    let call = |name: &str, call: String| [name.to_owned(), format!("activations::{call}")];
    let of_numbers = OPERATIONS.iter().map(move |op| {
        call(
            op.name,
            format!("Activation::apply(&activations::{}::default(), &mut x)", op.type_name),
        )
    });
    let of_rows = ROW_OPERATIONS.iter().filter(|op| op.tier == Tier::Default).map(move |op| {
        let of = op.type_name;
        call(op.name, format!("RowActivation::rows(&activations::{of}::new(), &mut x, 10)"))
    });
    let reductions = ROW_REDUCTIONS.iter().map(move |op| {
        call(op.name, format!("{}::new().rows_into(&x, &mut y[..50], 10)", op.type_name))
    });
    let others = OTHER_OPERATIONS.iter().flat_map(move |op| {
        op.calls.iter().map(move |of| {
            let name = format!("{}_{}", op.name, of.name);
            let n = 60 * of.inputs;
            let run = format!("table::{name}(isa, &x[..{n}], &mut y[..{}])", (of.results)(60));
            call(&name, run)
        })
    });
    of_numbers.chain(of_rows).chain(reductions).chain(others)
}
