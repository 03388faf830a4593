//! The axes of charts.

use plotters::coord::{
    ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter},
    types::RangedCoordf64,
};
use std::ops::Range;

/// A linear axis with marks and their labels.
pub struct Scale {
    axis: RangedCoordf64,
    /// Those that plotters would choose, if none.
    marks: Option<Vec<f64>>,
    label: Box<dyn Fn(f64) -> String>,
}

impl Scale {
    /// An axis whose marks plotters chooses.
    pub fn new(range: Range<f64>) -> Self {
        Self { axis: range.into(), marks: None, label: Box::new(number) }
    }

    /// An axis with these marks.
    pub fn with_marks(
        range: Range<f64>,
        marks: Vec<f64>,
        label: impl Fn(f64) -> String + 'static,
    ) -> Self {
        Self { axis: range.into(), marks: Some(marks), label: Box::new(label) }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.axis.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.marks.clone().unwrap_or_else(|| self.axis.key_points(hint))
    }

    fn range(&self) -> Range<f64> {
        self.axis.range()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(value: &f64) -> String {
        number(*value)
    }

    fn format_ext(&self, value: &f64) -> String {
        (self.label)(*value)
    }
}

/// A number as it is written, without what binary fractions leave in its last digits.
pub fn number(x: f64) -> String {
    let rounded = (x * 1e6).round() / 1e6;
    // No minus before a zero.
    (rounded + 0.0).to_string().replace('-', "−")
}

/// `base` to the power of `exponent`.
pub fn power(base: u32, exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = exponent.unsigned_abs().to_string();
    let raised = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]);
    format!("{base}{sign}{}", raised.collect::<String>())
}
