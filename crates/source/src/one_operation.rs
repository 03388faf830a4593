//! Which functions are no more than the instruction that they stand for.

use syn::{
    Expr, FnArg, ImplItemFn, ReturnType, Stmt, Type,
    visit::{self, Visit},
};

/// Whether a function of registers is one expression with two calls at most, and may be inlined.
///
/// It is hardly more than the instruction that it stands for, which the compiler inlines by itself
/// from `opt-level = 1` on, but for "z". If it always had to, before it simplifies anything, that
/// would be a fifth of the compilation of the library.
pub(crate) fn is_one_operation(item: &ImplItemFn) -> bool {
    let is_register = |argument: &FnArg| match argument {
        FnArg::Receiver(_) => true,
        FnArg::Typed(argument) => !matches!(*argument.ty, Type::Reference(_) | Type::ImplTrait(_)),
    };
    let returns_register = match &item.sig.output {
        ReturnType::Type(_, result) => {
            !matches!(&**result, Type::Path(path) if path.path.is_ident("bool"))
        }
        ReturnType::Default => false,
    };
    let mut calls = Calls::default();
    calls.visit_block(&item.block);
    item.attrs.iter().any(|attribute| attribute.path().is_ident("inline"))
        && item.sig.inputs.iter().all(is_register)
        && returns_register
        && matches!(&item.block.stmts[..], [Stmt::Expr(_, None)])
        && calls.0 <= 2
}

/// Counts calls, and what contains statements as many.
#[derive(Default)]
struct Calls(usize);

impl<'a> Visit<'a> for Calls {
    fn visit_expr(&mut self, expression: &'a Expr) {
        self.0 += match expression {
            Expr::Call(_) | Expr::MethodCall(_) => 1,
            Expr::Closure(_) | Expr::If(_) | Expr::Macro(_) | Expr::Match(_) => 3,
            _ => 0,
        };
        visit::visit_expr(self, expression);
    }
}
