//! What the table needs of a unit.

use super::blocks::Passes;

/// A unit of the table.
pub(crate) trait Unit: Copy + Default {
    /// The name in texts.
    const NAME: &'static str;
    /// The unit as the documents show it. Where it is an activation and a product, that is the name
    /// of the activation and `(gate) · up`.
    const FORMULA: &'static str;

    /// Shows each parameter by its name, in the order of the fields.
    fn each_parameter(&mut self, _visit: &mut dyn FnMut(&'static str, &mut f32)) {}
    /// Returns what is wrong with the parameters as a whole, for those that are chosen at run time.
    fn mistake(self) -> Option<&'static str> {
        None
    }

    /// The passes of the default tier.
    fn passes(self) -> impl Passes;
    /// The passes of the fast tier.
    fn fast_passes(self) -> impl Passes;
}
