//! Which functions and closures of a file are compiled for an instruction set, but not sure to be
//! inlined.

use crate::one_operation::is_one_operation;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::{
    Attribute, ExprClosure, ImplItemFn, ImplItemMacro, ItemFn, ItemImpl, ItemMacro, ItemTrait,
    Signature, TraitItemFn,
    visit::{self, Visit},
};

/// The names of the functions without `#[inline(always)]` that are generic over an instruction set,
/// or belong to something that is, and of those whose closures lack it; with `all`, of every
/// function that lacks it.
pub fn missing(text: &str, all: bool) -> Vec<String> {
    let mut file = Functions { generic: all, all, ..Functions::default() };
    file.visit_file(&syn::parse_file(text).expect("a file of Rust"));
    let Functions { mut missing, macros, called, .. } = file;
    for (name, tokens) in macros {
        if called.contains(&name) || mentions(&tokens) {
            check_tokens(&name, tokens, &mut missing);
        }
    }
    missing
}

#[derive(Default)]
struct Functions {
    /// Whether every function counts.
    all: bool,
    /// Whether what is visited is generic over an instruction set.
    generic: bool,
    /// Whether it is the operations of one instruction set.
    of_one_set: bool,
    function: String,
    missing: Vec<String>,
    /// The macros that the file defines.
    macros: Vec<(String, TokenStream)>,
    /// The macros that make functions of something generic.
    called: BTreeSet<String>,
}

impl Functions {
    /// Visits a part that is generic if it says so itself, or if what it belongs to is.
    fn within(&mut self, generic: bool, visit: impl FnOnce(&mut Self)) {
        let around = self.generic;
        self.generic |= generic;
        visit(self);
        self.generic = around;
    }

    fn function(
        &mut self,
        attributes: &[Attribute],
        signature: &Signature,
        visit: impl FnOnce(&mut Self),
    ) {
        let around = std::mem::replace(&mut self.function, signature.ident.to_string());
        self.within(is_over_instruction_set(|search| search.visit_signature(signature)), |this| {
            if this.generic && !attributes.iter().any(is_inline_always) {
                this.missing.push(this.function.clone());
            }
            visit(this);
        });
        self.function = around;
    }
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let generic = is_over_instruction_set(|search| {
            search.visit_generics(&item.generics);
            if let Some((path, _)) = &item.trait_ {
                search.visit_path(path);
            }
        });
        let is_simd = item.trait_.as_ref().is_some_and(|(.., path, _)| path.is_ident("Simd"));
        self.of_one_set = is_simd && item.generics.params.is_empty();
        self.within(generic, |this| visit::visit_item_impl(this, item));
        self.of_one_set = false;
    }

    fn visit_item_trait(&mut self, item: &'a ItemTrait) {
        let generic = is_over_instruction_set(|search| {
            search.visit_ident(&item.ident);
            search.visit_generics(&item.generics);
        });
        self.within(generic, |this| visit::visit_item_trait(this, item));
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        // What is inside a function is not generic because that is, unless it is a closure.
        let around = std::mem::replace(&mut self.generic, self.all);
        self.function(&item.attrs, &item.sig, |this| visit::visit_item_fn(this, item));
        self.generic = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if self.of_one_set && is_one_operation(item) {
            return;
        }
        self.function(&item.attrs, &item.sig, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        if item.default.is_some() {
            self.function(&item.attrs, &item.sig, |this| visit::visit_trait_item_fn(this, item));
        }
    }

    fn visit_expr_closure(&mut self, closure: &'a ExprClosure) {
        if self.generic && !closure.attrs.iter().any(is_inline_always) {
            self.missing.push(format!("a closure in {}", self.function));
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_impl_item_macro(&mut self, item: &'a ImplItemMacro) {
        if self.generic {
            self.called.extend(item.mac.path.get_ident().map(Ident::to_string));
        }
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        if let Some(name) = &item.ident {
            self.macros.push((name.to_string(), item.mac.tokens.clone()));
        }
    }
}

fn is_inline_always(attribute: &Attribute) -> bool {
    attribute.path().is_ident("inline")
        && attribute.parse_args::<Ident>().is_ok_and(|word| word == "always")
}

fn is_instruction_set(name: &Ident) -> bool {
    name == "Simd" || name == "Native"
}

/// Finds the traits of instruction sets.
#[derive(Default)]
struct Search(bool);

impl<'a> Visit<'a> for Search {
    fn visit_ident(&mut self, ident: &'a Ident) {
        self.0 |= is_instruction_set(ident);
    }
}

fn is_over_instruction_set(visit: impl FnOnce(&mut Search)) -> bool {
    let mut search = Search::default();
    visit(&mut search);
    search.0
}

fn mentions(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(name) => is_instruction_set(&name),
        TokenTree::Group(group) => mentions(&group.stream()),
        _ => false,
    })
}

/// What a macro expands to is not parsed: its tokens must show an attribute before each `fn` and
/// each closure.
fn check_tokens(name: &str, tokens: TokenStream, missing: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if word == "fn" && !is_attributed(&tokens[..i]) => {
                missing.push(format!("a function of {name}!"));
            }
            TokenTree::Punct(mark) if mark.as_char() == '|' && begins_argument(&tokens[..i]) => {
                missing.push(format!("a closure of {name}!"));
            }
            TokenTree::Group(group) => check_tokens(name, group.stream(), missing),
            _ => {}
        }
    }
}

fn begins_argument(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(mark)) => mark.as_char() == ',',
        Some(TokenTree::Ident(word)) => word == "move",
        _ => false,
    }
}

/// Whether `#[inline(always)]` stands among the attributes and the visibility that `before` ends
/// with.
fn is_attributed(before: &[TokenTree]) -> bool {
    match before {
        [rest @ .., TokenTree::Punct(_), TokenTree::Group(group)]
            if group.delimiter() == Delimiter::Bracket =>
        {
            group.stream().to_string().replace(' ', "") == "inline(always)" || is_attributed(rest)
        }
        [rest @ .., TokenTree::Group(_)] => is_attributed(rest),
        [rest @ .., TokenTree::Ident(word)] if word == "pub" || word == "const" => {
            is_attributed(rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[track_caller]
    fn assert_missing(text: &str, expected: &[&str]) {
        assert_eq!(missing(text, false), expected, "{text}");
    }

    #[test]
    fn a_missing_attribute_is_found() {
        assert_missing("fn f<S: Simd>(x: S) {}", &["f"]);
        assert_missing("#[inline] fn f<S>(x: S) where S: isa::Native {}", &["f"]);
        assert_missing("fn f(x: impl Simd) {}", &["f"]);
        assert_missing("impl<S: Simd> Add for F32s<S> { fn add(self) {} }", &["add"]);
        assert_missing("impl Simd for V3 { const LANES: usize = 8; fn load(self) {} }", &["load"]);
        assert_missing(
            "impl Map<1> for Exp { fn eval<S: Simd>(self) {} fn other(self) {} }",
            &["eval"],
        );
        assert_missing("trait Simd { fn a(self); fn b(self) {} }", &["b"]);
        assert_missing("impl Simd for V3 { fn neg(self, a: A) -> A { f(a) } }", &["neg"]);
        assert_missing(
            "impl Simd for V3 { #[inline] fn f(self, a: A) -> A { g(h(i(a))) } }",
            &["f"],
        );
        assert_missing("impl Simd for V3 { #[inline] fn f(self, a: A) -> bool { g(a) } }", &["f"]);
        assert_missing(
            "impl Simd for V3 { #[inline] fn f(self, a: &[f32]) -> A { g(a) } }",
            &["f"],
        );
        assert_missing("impl<S> Simd for W<S> { #[inline] fn f(self, a: A) -> A { a } }", &["f"]);
        assert_missing("mod inner { fn f<S: Simd>() {} }", &["f"]);
        assert_missing("#[inline(always)] fn f<S: Simd>() { from_fn(|i| i) }", &["a closure in f"]);
        assert_missing(
            "macro_rules! m { () => { impl<S: Simd> A for S { pub(crate) fn f() {} } } }",
            &["a function of m!"],
        );
        assert_missing(
            "macro_rules! m { () => { fn f() {} } } impl<S: Simd> A for S { m!(); }",
            &["a function of m!"],
        );
        assert_missing(
            "macro_rules! m { () => { #[inline(always)] fn f<S: Simd>() { from_fn(|i| i) } } }",
            &["a closure of m!"],
        );
        assert_eq!(missing("fn f() {}", true), ["f"]);
    }

    #[test]
    fn what_needs_no_attribute_or_has_it_is_not_found() {
        assert_missing("fn f(job: impl Job) { job.run(|i| i) }", &[]);
        assert_missing("macro_rules! m { () => { fn f(a: bool) { a || g(|i| i) } } }", &[]);
        assert_missing(
            "#[inline(always)] fn f<S: Simd>() { from_fn(#[inline(always)] |i| i) }",
            &[],
        );
        assert_missing("impl Simd for V3 { #[inline(always)] #[must_use] fn load(self) {} }", &[]);
        assert_missing("impl Simd for V3 { #[inline] fn f(self, a: A) -> A { self.0.f(a) } }", &[]);
        assert_missing(
            "macro_rules! m { () => { #[inline(always)] #[cold] pub(crate) fn f<S: Simd>() { g(#[inline(always)] |i| i || i) } } }",
            &[],
        );
    }
}
