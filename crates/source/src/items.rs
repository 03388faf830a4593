//! What a file defines and names.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, GenericArgument, Item, ItemImpl, Lit, Meta, PathArguments, Type,
    TypePath, Visibility,
};

/// A public struct or function.
pub struct Public {
    /// Whether it is a function.
    pub is_function: bool,
    /// The lines of its documentation, each after a line feed.
    pub documentation: String,
}

/// The public structs and functions of a file.
pub fn public(text: &str) -> Vec<Public> {
    let public = |item| {
        let (is_function, visibility, attributes) = match item {
            Item::Struct(item) => (false, item.vis, item.attrs),
            Item::Fn(item) => (true, item.vis, item.attrs),
            _ => return None,
        };
        let is_public = matches!(visibility, Visibility::Public(_));
        is_public.then(|| Public { is_function, documentation: documentation(&attributes) })
    };
    items(text).into_iter().filter_map(public).collect()
}

/// The types that a file gives methods of their own at a level: `Op` of `impl At<Op>`.
pub fn types_with_methods_at_a_level(text: &str) -> Vec<String> {
    let mut types = Vec::new();
    for item in items(text) {
        let Item::Impl(ItemImpl { trait_: None, self_ty, .. }) = item else { continue };
        let Type::Path(TypePath { path, .. }) = *self_ty else { continue };
        let at = path.segments.last().expect("a name");
        let PathArguments::AngleBracketed(arguments) = &at.arguments else { continue };
        if let Some(GenericArgument::Type(Type::Path(of))) = arguments.args.first()
            && at.ident == "At"
        {
            types.push(of.path.segments.last().expect("a name").ident.to_string());
        }
    }
    types
}

/// Whether one of the names is in the code of a file.
pub fn mentions(text: &str, names: &[&str]) -> bool {
    fn search(tokens: TokenStream, names: &[&str]) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(name) => names.iter().any(|wanted| name == wanted),
            TokenTree::Group(group) => search(group.stream(), names),
            _ => false,
        })
    }
    search(text.parse().expect("tokens"), names)
}

fn items(text: &str) -> Vec<Item> {
    syn::parse_file(text).expect("a file of Rust").items
}

fn documentation(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(meta) = &attribute.meta
            && let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value
        {
            text = text + "\n" + &line.value();
        }
    }
    text
}
