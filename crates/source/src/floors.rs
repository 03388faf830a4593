//! Which imports of the library go up a floor, form a circle, or fetch a name from a parent that
//! only imports it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use syn::{
    ItemMacro, ItemMod, ItemUse, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

/// The files and folders of `src`, from the roof to the ground. Each imports from its own floor and
/// from those below.
const FLOORS: &[&[&str]] = &[
    &["lib"],
    &["any", "second_element", "table"],
    &["rows"],
    &["ops"],
    &["map", "math"],
    &["at", "contract", "tier", "vector"],
    &["activation", "check", "isa"],
    &["shape_error"],
];

/// The names of modules from the root on.
type Module = Vec<String>;

/// An import of one name.
struct Import {
    line: usize,
    /// Whether it stands in a module within the file.
    is_inner: bool,
    /// From the root of the library on, with the name.
    path: Module,
    /// The name that it has in the file.
    name: String,
}

struct File {
    /// As a message shows it.
    shown: String,
    module: Module,
    imports: Vec<Import>,
    /// The macros that it exports at the root.
    macros: Vec<String>,
}

/// Returns what is wrong with the imports of these files, given by their paths in `src`.
pub fn complaints<'a>(files: impl Iterator<Item = (&'a Path, &'a str)>) -> Vec<String> {
    let texts: Vec<_> = files.map(|(path, text)| (path, module(path), text)).collect();
    let modules: BTreeSet<_> = texts.iter().map(|(_, module, _)| module.clone()).collect();
    let files = texts.into_iter().map(|(path, module, text)| {
        let mut reader = Reader { modules: &modules, inner: module.clone(), file: File::new(path) };
        reader.visit_file(&syn::parse_file(text).expect("a file of Rust"));
        (module, reader.file)
    });
    let library = Library(files.collect());
    let mut complaints = Vec::new();
    // The first import from one entry of a folder to another, for each folder.
    let mut edges: BTreeMap<Module, Edges> = BTreeMap::new();
    for file in library.0.values() {
        for import in &file.imports {
            let place = format!("{}:{}", file.shown, import.line);
            let target = library.home(&import.path);
            let (from, to) = (floor(&file.module), floor(&target));
            if from.is_none() || to.is_none() {
                complaints.push(format!("{place}: a file that is on no floor"));
            }
            if to < from {
                complaints.push(format!("{place}: {} is on a higher floor", target.join("::")));
            }
            if let Some(parent) = library.shop(file, import) {
                complaints.push(format!("{place}: {parent} merely imports {}", import.name));
            }
            let common = file.module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (file.module.get(common), target.get(common)) {
                let folder = edges.entry(target[..common].to_vec()).or_default();
                folder.entry([from.clone(), to.clone()]).or_insert(place);
            }
        }
    }
    complaints.extend(edges.values().flat_map(circles));
    complaints
}

/// The place of an import for each pair of entries of one folder.
type Edges = BTreeMap<[String; 2], String>;

/// Imports whose target imports, by way of others, the file that they stand in.
fn circles(edges: &Edges) -> Vec<String> {
    let reaches = |start: &String, end: &String| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![start]);
        while let Some(entry) = todo.pop() {
            if seen.insert(entry) {
                todo.extend(edges.keys().filter(|[from, _]| from == entry).map(|[_, to]| to));
            }
        }
        seen.contains(end)
    };
    let closing = edges.iter().filter(|([from, to], _)| reaches(to, from));
    closing.map(|([from, to], place)| format!("{place}: {from} and {to} form a circle")).collect()
}

fn module(path: &Path) -> Module {
    let mut names: Module =
        path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

/// Counted from the roof.
fn floor(module: &[String]) -> Option<usize> {
    let entry = module.first().map_or("lib", |entry| entry);
    FLOORS.iter().position(|floor| floor.contains(&entry))
}

impl File {
    fn new(path: &Path) -> Self {
        let shown = format!("src/{}", path.display());
        Self { shown, module: module(path), imports: Vec::new(), macros: Vec::new() }
    }

    /// The import that gives a name to the file itself.
    fn imported(&self, name: &str) -> Option<&Import> {
        self.imports.iter().find(|import| !import.is_inner && import.name == name)
    }
}

struct Library(BTreeMap<Module, File>);

impl Library {
    /// The file that a path leads into, and the rest of the path.
    fn file<'a>(&self, path: &'a [String]) -> (&File, &'a [String]) {
        let within = |&len: &usize| self.0.contains_key(&path[..len]);
        let len = (0..=path.len()).rev().find(within).expect("lib.rs");
        (&self.0[&path[..len]], &path[len..])
    }

    /// The module of the file that defines what the path names, as far as imports tell.
    fn home(&self, path: &[String]) -> Module {
        let (file, rest) = self.file(path);
        if let ([name], true) = (rest, file.module.is_empty()) {
            let exports = |file: &&File| file.macros.contains(name);
            if let Some(file) = self.0.values().find(exports) {
                return file.module.clone();
            }
        }
        match rest.first().and_then(|name| file.imported(name)) {
            Some(import) if import.path != path => self.home(&import.path),
            _ => file.module.clone(),
        }
    }

    /// The parent that an import fetches a name from which the parent has from elsewhere. `lib.rs`
    /// is on the highest floor, so that it need not be named here.
    fn shop(&self, of: &File, import: &Import) -> Option<&str> {
        let (file, rest) = self.file(&import.path);
        let is_parent = !file.module.is_empty()
            && file.module.len() < of.module.len()
            && of.module.starts_with(&file.module);
        let name = rest.first()?;
        (is_parent && (name == "*" || file.imported(name).is_some())).then_some(&file.shown)
    }
}

struct Reader<'a> {
    modules: &'a BTreeSet<Module>,
    /// The module that is visited, within the file.
    inner: Module,
    file: File,
}

impl Reader<'_> {
    fn read(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.read(&path.tree, &with(path.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.read(tree, before)),
            UseTree::Name(name) => self.add(tree, with(name.ident.to_string()), &name.ident),
            UseTree::Rename(name) => self.add(tree, with(name.ident.to_string()), &name.rename),
            UseTree::Glob(_) => self.add(tree, with("*".to_owned()), &"*"),
        }
    }

    fn add(&mut self, tree: &UseTree, mut path: Module, name: &dyn ToString) {
        // `path::{self}` gives the module itself.
        let mut name = name.to_string();
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
            name = path.last().cloned().unwrap_or_default();
        }
        let mut from = self.inner.clone();
        match path.first().map(String::as_str) {
            Some("crate") => from.clear(),
            Some("self" | "super") => {}
            Some(child) if self.modules.contains(&[&from[..], &[child.to_owned()]].concat()) => {
                path.insert(0, "self".to_owned());
            }
            // Another crate.
            _ => return,
        }
        let mut rest = path.into_iter().peekable();
        while let Some(step) = rest.next_if(|s| ["crate", "self", "super"].contains(&s.as_str())) {
            if step == "super" {
                from.pop();
            }
        }
        from.extend(rest);
        let (line, is_inner) = (tree.span().start().line, self.inner != self.file.module);
        self.file.imports.push(Import { line, is_inner, path: from, name });
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.read(&item.tree, &[]);
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.inner.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.inner.pop();
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
            self.file.macros.extend(item.ident.iter().map(ToString::to_string));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::complaints;
    use std::path::Path;

    #[track_caller]
    fn assert_complaints(files: &[(&str, &str)], expected: &[&str]) {
        let files = files.iter().map(|(path, text)| (Path::new(path), *text));
        let files = files.chain([(Path::new("lib.rs"), "pub use ops::Exp; mod ops;")]);
        assert_eq!(complaints(files), expected);
    }

    const OPS: (&str, &str) = ("ops/mod.rs", "pub use exp::Exp; mod exp; use crate::isa::Isa;");
    const ISA: (&str, &str) = ("isa.rs", "use core::fmt;");

    #[test]
    fn an_import_from_a_higher_floor_is_found() {
        let exp = ("ops/exp.rs", "\nuse crate::{isa::Isa, rows::Softmax};");
        let rows = ("rows/mod.rs", "");
        assert_complaints(&[OPS, ISA, exp, rows], &["src/ops/exp.rs:2: rows is on a higher floor"]);
        let ops = ("ops/mod.rs", "pub use exp::Exp; mod exp;");
        let isa = ("isa.rs", "use crate::Exp;");
        let exp = ("ops/exp.rs", "");
        assert_complaints(&[ops, isa, exp], &["src/isa.rs:1: ops::exp is on a higher floor"]);
        let macros = ("ops/exp.rs", "#[macro_export] macro_rules! each { () => {} }");
        let isa = ("isa.rs", "use crate::each;");
        assert_complaints(&[ops, isa, macros], &["src/isa.rs:1: ops::exp is on a higher floor"]);
        let other = ("other.rs", "use crate::isa::Isa;");
        assert_complaints(&[ISA, other], &["src/other.rs:1: a file that is on no floor"]);
    }

    #[test]
    fn a_circle_is_found() {
        let exp = ("ops/exp.rs", "use super::tanh::Tanh;");
        let tanh = ("ops/tanh.rs", "use core::fmt;\nmod inner { use super::super::exp::Exp; }");
        let (first, second) = (
            "src/ops/exp.rs:1: exp and tanh form a circle",
            "src/ops/tanh.rs:2: tanh and exp form a circle",
        );
        assert_complaints(&[OPS, ISA, exp, tanh], &[first, second]);
    }

    #[test]
    fn a_name_that_the_parent_merely_imports_is_found() {
        let (exp, line) = ("ops/exp.rs", "src/ops/exp.rs:1: src/ops/mod.rs merely imports");
        assert_complaints(&[OPS, ISA, (exp, "use super::Isa;")], &[&format!("{line} Isa")]);
        assert_complaints(&[OPS, ISA, (exp, "use crate::ops::*;")], &[&format!("{line} *")]);
        // What the parent defines, or what a module within a file finds around it.
        assert_complaints(&[OPS, ISA, (exp, "use super::Other;")], &[]);
        let inner = "use crate::isa::Isa; mod inner { use super::Isa; }";
        assert_complaints(&[OPS, ISA, (exp, inner)], &[]);
    }
}
