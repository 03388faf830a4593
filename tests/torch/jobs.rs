//! What is computed on both sides: operations with their inputs, special values among them.

use activations::{
    AnyActivation, PRelu, Tier,
    table::{OPERATIONS, ROW_OPERATIONS, ROW_REDUCTIONS},
};
use activations_testing::families::{FAMILIES, Numbers, matrix};
use std::{array::from_fn, fmt};

/// Beside every kind with its usual parameters.
const PARAMETERS: &[&str] = &[
    "leaky_relu(0.25)",
    "leaky_relu(0)",
    "leaky_relu(-0.5)",
    "leaky_relu(3)",
    "rrelu(-0.5, 0.25)",
    "hard_tanh(-2, 3)",
    "hard_tanh(0, 0.5)",
    "clip(-2, 3)",
    "threshold(0.5, -1)",
    "threshold(-2, 20)",
    "elu(0.3)",
    "elu(2.5)",
    "celu(0.3)",
    "scaled_elu(0.5, 2)",
    "celu(2.5)",
];

/// One operation on one tensor.
pub(crate) struct Job {
    /// The text of an [`AnyActivation`], or `prelu`.
    pub(crate) text: String,
    pub(crate) shape: [usize; 3],
    pub(crate) x: Vec<f32>,
    pub(crate) dy: Vec<f32>,
    /// Of prelu's channels, else none.
    pub(crate) slopes: Vec<f32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Part {
    #[default]
    Forward,
    Fast,
    Gradient,
    Slopes,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forward => "default",
            Self::Fast => "fast",
            Self::Gradient => "gradient",
            Self::Slopes => "gradient of slopes",
        })
    }
}

impl Job {
    pub(crate) fn name(&self) -> &str {
        self.text.split('(').next().unwrap()
    }

    pub(crate) fn parameters(&self) -> Vec<f32> {
        parameters(&self.text)
    }

    /// Whether it has the parameters that the contract speaks of.
    pub(crate) fn is_usual(&self) -> bool {
        AnyActivation::all().any(|activation| activation.to_string() == self.text)
    }

    pub(crate) fn is_of_rows(&self) -> bool {
        is_of_rows(&self.text)
    }

    /// The call of PyTorch: its name there, and the arguments after the tensors.
    pub(crate) fn torch(&self) -> String {
        let name = self.name();
        let of_rows = ROW_OPERATIONS.iter().map(|operation| (operation.name, operation.torch));
        let reductions = ROW_REDUCTIONS.iter().map(|reduction| (reduction.name, reduction.torch));
        if let Some((_, torch)) = of_rows.chain(reductions).find(|(of_rows, _)| *of_rows == name) {
            return format!("{torch}(dim=1)");
        }
        let operation = OPERATIONS.iter().find(|operation| operation.name == name);
        let torch = operation.map_or(name, |operation| operation.torch);
        self.text.replacen(name, torch, 1)
    }

    /// What this crate makes of it.
    pub(crate) fn results(&self) -> Vec<(Part, Vec<f32>)> {
        let Self { x, dy, slopes, shape, .. } = self;
        let (mut y, mut fast, mut dx) =
            (vec![7.0; dy.len()], vec![7.0; dy.len()], vec![7.0; x.len()]);
        if self.name() == "prelu" {
            let mut d_slopes = vec![7.0; slopes.len()];
            PRelu { slopes }.apply_into(x, &mut y, *shape);
            PRelu { slopes }.backward(x, dy, &mut dx, *shape);
            PRelu { slopes }.slopes_backward(x, dy, &mut d_slopes, *shape);
            vec![(Part::Forward, y), (Part::Gradient, dx), (Part::Slopes, d_slopes)]
        } else {
            let activation: AnyActivation = self.text.parse().unwrap();
            activation.axis_into(x, &mut y, *shape);
            activation.axis_backward(x, &y, dy, &mut dx, *shape);
            if activation.is_reduction() {
                return vec![(Part::Forward, y), (Part::Gradient, dx)];
            }
            activation.with_tier(Tier::Fast).unwrap().axis_into(x, &mut fast, *shape);
            vec![(Part::Forward, y), (Part::Fast, fast), (Part::Gradient, dx)]
        }
    }

    /// The gradient of the output that element i of x belongs to.
    pub(crate) fn dy_of(&self, i: usize) -> f32 {
        self.dy[if self.dy.len() == self.x.len() { i } else { self.row(i) }]
    }

    /// Whose slope an element of x has.
    pub(crate) fn channel(&self, i: usize) -> usize {
        i / self.shape[2] % self.shape[1]
    }

    /// Which vector along the middle axis an element of x is in.
    pub(crate) fn row(&self, i: usize) -> usize {
        let [_, n, inner] = self.shape;
        i / (n * inner) * inner + i % inner
    }
}

pub(crate) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    let usual = AnyActivation::all().map(|activation| activation.to_string());
    for text in usual.chain(PARAMETERS.iter().map(ToString::to_string)) {
        if is_of_rows(&text) {
            rows(&text, &mut jobs);
        } else {
            jobs.push(elements(text));
        }
    }
    for shape in [[3, 5, 7], [4, 33, 1], [1, 1, 1000], [2, 3, 100]] {
        jobs.extend([false, true].map(|with_special| prelu(shape, with_special)));
    }
    jobs
}

const SPECIAL: [f32; 24] = [
    0.0,
    -0.0,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    -f32::NAN,
    f32::from_bits(0x7f80_0001),
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    1e-40,
    -1e-40,
    1e-45,
    -1e-45,
    1.0,
    -1.0,
    6.0,
    -17.0,
    20.0,
    -90.0,
    90.0,
    -104.0,
    1e20,
];

/// Every special x with every special dy, then numbers of all magnitudes and of the usual ones,
/// with a dy of 1 and others in turn.
fn elements(text: String) -> Job {
    let bounds = parameters(&text).into_iter().flat_map(|p| [p.next_down(), p, p.next_up(), -p]);
    let special: Vec<f32> = SPECIAL.into_iter().chain(bounds).collect();
    let mut pairs: Vec<[f32; 2]> =
        special.iter().flat_map(|&x| SPECIAL.map(|dy| [x, dy])).collect();
    let mut numbers = Numbers::new(5);
    for i in 0..8192 {
        let spread = f32::from_bits((i as u32).wrapping_mul(0x9e37_79b1));
        let even = -110.0 + 210.0 * numbers.uniform() as f32;
        let normal = 2.0 * numbers.normal() as f32;
        let dy = if i % 2 == 0 { 1.0 } else { numbers.normal() as f32 };
        pairs.extend([spread, even, normal].map(|x| [x, dy]));
    }
    // Whole registers: what is left after them goes through other kernels of PyTorch, with other
    // edge values.
    let len = pairs.len() / 64 * 64 + 64;
    pairs.resize(len, [0.5, 1.0]);
    let [x, dy] = from_fn(|side| pairs.iter().map(|pair| pair[side]).collect());
    Job { text, shape: [1, len, 1], x, dy, slopes: Vec::new() }
}

fn is_of_rows(text: &str) -> bool {
    let mut names = ROW_OPERATIONS.iter().map(|operation| operation.name);
    let mut reductions = ROW_REDUCTIONS.iter().map(|reduction| reduction.name);
    names.any(|name| name == text) || reductions.any(|name| name == text)
}

fn parameters(text: &str) -> Vec<f32> {
    let list = text.split_once('(').map_or("", |(_, list)| list.trim_end_matches(')'));
    list.split(',').filter_map(|parameter| parameter.trim().parse().ok()).collect()
}

fn rows(text: &str, jobs: &mut Vec<Job>) {
    let mut push =
        |[outer, n, inner]: [usize; 3], x: Vec<f32>, dy: &mut dyn FnMut(usize) -> f32| {
            let results = if text == "log_sum_exp" { outer * inner } else { x.len() };
            let dy = (0..results).map(dy).collect();
            jobs.push(Job {
                text: text.to_owned(),
                shape: [outer, n, inner],
                x,
                dy,
                slopes: Vec::new(),
            });
        };
    let mut numbers = Numbers::new(9);
    for (count, n, inner) in
        [(3, 1, 1), (40, 2, 1), (33, 5, 1), (16, 16, 1), (5, 100, 1), (2, 1000, 1), (3, 17, 5)]
    {
        for family in 0..FAMILIES {
            let x = matrix(family, 3, n, count * inner);
            push([count, n, inner], x, &mut |_| numbers.normal() as f32);
        }
    }
    // Every pair of special values among ordinary ones, and rows of nothing else.
    let mut special = Vec::new();
    for a in SPECIAL {
        for b in SPECIAL {
            special.extend([0.5, a, -1.5, 2.0, b, 0.25, 0.0, -3.0]);
        }
        special.extend([a; 8]);
    }
    let count = special.len() / 8;
    push([count, 8, 1], special, &mut |i| [0.5, -1.25, 2.0][i % 3]);
    // Entries that have no part in their row, and all others, beside special gradients.
    let masked = [0.5, f32::NEG_INFINITY, 1.0, -200.0];
    let x = masked.into_iter().cycle().take(4 * 4 * SPECIAL.len()).collect();
    let special = |i: usize| {
        if i / 4 % 4 == i % 4 { SPECIAL[i / 16] } else { [0.75, 0.5, -0.25, 2.0][i % 4] }
    };
    push([4 * SPECIAL.len(), 4, 1], x, &mut |i| special(i));
}

/// Special values in some channels, or in none.
fn prelu(shape: [usize; 3], with_special: bool) -> Job {
    let Job { x, dy, .. } = elements("leaky_relu(0.25)".to_owned());
    let len = shape.iter().product();
    let is_usual = |x: f32| x.abs() > 1e-10 && x.abs() < 1e10;
    let pairs =
        x.into_iter().zip(dy).filter(|&(x, dy)| with_special || is_usual(x) && is_usual(dy));
    let (x, dy) = pairs.step_by(if with_special { 5 } else { 3 }).take(len).unzip();
    let slopes = [0.25, 0.0, -0.5, 3.0, 1.0].into_iter().cycle().take(shape[1]).collect();
    Job { text: "prelu".to_owned(), shape, x, dy, slopes }
}
