//! Every kernel of the table at every level, and what sweeps saw of them.

use activations::{
    Isa, each_operation,
    table::{self, Backward, OPERATIONS, Operation},
};
use activations_testing::{
    digest::digests,
    isas,
    nearest::nearest,
    record::arithmetic,
    sweep::{Apply, BLOCK, Exact, Inputs, Kernel, Report, sweep},
};
use std::collections::BTreeSet;

/// A kernel at a level.
pub(crate) struct Named {
    pub(crate) operation: &'static Operation,
    /// The tier, `backward` or `from_output`.
    pub(crate) kernel: &'static str,
    pub(crate) isa: Isa,
    pub(crate) bound: f64,
}

/// Every kernel of an operation at every level of this machine, those of a level side by side.
pub(crate) fn kernels(operation: &'static Operation) -> impl Iterator<Item = Named> {
    let forward = operation.kernels.iter().map(|kernel| (kernel.tier.name(), kernel.bound));
    let gradients = gradients(operation).map(|backward| (backward.kernel, backward.bound));
    forward.chain(gradients).flat_map(move |(kernel, bound)| {
        isas().map(move |isa| Named { operation, kernel, isa, bound: bound.at(isa) })
    })
}

fn gradients(operation: &'static Operation) -> impl Iterator<Item = &'static Backward> {
    [&operation.backward].into_iter().chain(&operation.backward_from_output)
}

/// The tiers of an operation that are compiled on their own, after the default one.
fn own_tiers(name: &str) -> &'static [&'static str] {
    macro_rules! tiers { ($(
        $id:literal $file:ident $Op:ident:
            fast $fast:ident, exact $exact:ident, from_output $from_output:ident;
    )*) => {
        match name {
            $(stringify!($file) => tiers!($fast $exact),)*
            _ => panic!("{name} is not in the table"),
        }
    };
        (own own) => { &["fast", "exact"] };
        (own $exact:ident) => { &["fast"] };
        ($fast:ident own) => { &["exact"] };
        ($fast:ident $exact:ident) => { &[] };
    }
    each_operation!(tiers)
}

impl Named {
    /// Operation, kernel and arithmetic: the levels with FMA have the same bits, and the exact tier
    /// has them everywhere.
    pub(crate) fn key(&self) -> String {
        let arithmetic = if self.kernel == "exact" { "any" } else { arithmetic(self.isa) };
        format!("{} {} {arithmetic}", self.operation.name, self.kernel)
    }

    /// What is promised of all inputs, without a space.
    pub(crate) fn promise(&self) -> String {
        let Operation { range: [low, high], odd, .. } = *self.operation;
        let Some(kernel) = self.forward() else { return format!("{:?}", self.bound) };
        let odd = if odd { ",odd" } else { "" };
        let monotone = if kernel.monotone { ",monotone" } else { "" };
        format!("{:?},{low:?}..{high:?}{odd}{monotone}", self.bound)
    }

    /// Whether the errors at x and -x are the same.
    pub(crate) fn is_symmetric(&self) -> bool {
        let Some(Backward { derivative, .. }) = self.gradient() else {
            return self.operation.odd;
        };
        [0.5, 1.0, 3.0].iter().all(|&x| derivative(x) == derivative(-x))
    }

    fn gradient(&self) -> Option<&'static Backward> {
        gradients(self.operation).find(|backward| backward.kernel == self.kernel)
    }

    fn forward(&self) -> Option<&'static table::Kernel> {
        self.operation.kernels.iter().find(|kernel| kernel.tier.name() == self.kernel)
    }

    /// Whether the function is monotonic, so that steps back are counted in every tier.
    pub(crate) fn has_an_order(&self) -> bool {
        !self.is_gradient() && self.operation.kernels[0].monotone
    }

    pub(crate) fn is_gradient(&self) -> bool {
        self.gradient().is_some()
    }

    /// Whether this tier is the default one by another name.
    fn is_default(&self) -> bool {
        self.kernel != "default"
            && !self.is_gradient()
            && !own_tiers(self.operation.name).contains(&self.kernel)
    }

    fn apply<'a>(&self, ones: &'a [f32]) -> Apply<'a> {
        let Self { isa, .. } = *self;
        if let Some(&Backward { backward, .. }) = self.gradient() {
            return Box::new(move |x, y| backward(isa, x, &ones[..x.len()], y));
        }
        let apply_into = self.forward().expect("a kernel of the operation").apply_into;
        Box::new(move |x, y| apply_into(isa, x, y))
    }
}

/// A kernel and what a sweep saw of it.
pub(crate) struct Row {
    pub(crate) named: Named,
    pub(crate) report: Report,
}

/// Compares kernels of one operation with their exact values.
pub(crate) fn swept_rows(
    kernels: Vec<Named>,
    inputs: Inputs,
    tick: &(dyn Fn() + Sync),
) -> Vec<Row> {
    let ones = vec![1.0; BLOCK + 1];
    let (mut gradients, forward): (Vec<_>, Vec<_>) =
        kernels.into_iter().partition(Named::is_gradient);
    let from_output = gradients.extract_if(.., |named| named.kernel == "from_output").collect();
    let groups = [forward, gradients, from_output];
    let mut rows = Vec::new();
    for kernels in groups.into_iter().filter(|kernels| !kernels.is_empty()) {
        let Operation { name, range, odd, exact, .. } = *kernels[0].operation;
        let gradient = kernels[0].gradient();
        let promised = |named: &Named| {
            let apply = named.apply(&ones);
            if gradient.is_none() {
                return Kernel { apply, range, odd, monotone: named.has_an_order() };
            }
            let range = [f32::NEG_INFINITY, f32::INFINITY];
            Kernel { apply, range, odd: false, monotone: false }
        };
        let exact = match gradient {
            Some(&Backward { derivative, crossing, .. }) => {
                Exact { value: derivative, crossing, nearest: None }
            }
            None => Exact { value: exact, crossing: None, nearest: nearest(name) },
        };
        let promised: Vec<_> = kernels.iter().map(promised).collect();
        let reports = sweep(inputs, exact, &promised, tick);
        rows.extend(kernels.into_iter().zip(reports).map(|(named, report)| Row { named, report }));
    }
    rows
}

/// How many sweeps `swept_rows` makes of these kernels.
pub(crate) fn sweeps(kernels: &[Named]) -> usize {
    let group = |named: &Named| named.gradient().map(|backward| backward.kernel);
    kernels.iter().map(group).collect::<BTreeSet<_>>().len()
}

/// The digests of all kernels of an operation. A tier that is the default one is not run again.
pub(crate) fn digest_rows(
    operation: &'static Operation,
    inputs: Inputs,
    tick: &(dyn Fn() + Sync),
) -> Vec<Row> {
    let ones = vec![1.0; BLOCK];
    let (same, own): (Vec<_>, Vec<_>) = kernels(operation).partition(Named::is_default);
    let apply: Vec<_> = own.iter().map(|named| named.apply(&ones)).collect();
    let digests = digests(inputs, &apply, tick);
    let row = |(named, digest)| Row { named, report: Report { digest, ..Report::default() } };
    let mut rows: Vec<_> = own.into_iter().zip(digests).map(row).collect();
    for named in same {
        let mut others = rows.iter().map(|row| (&row.named, row.report.digest));
        let digest = others.find(|(other, _)| other.kernel == "default" && other.isa == named.isa);
        let digest = digest.expect("the default tier").1;
        rows.push(row((named, digest)));
    }
    rows
}

/// The kernels of all operations that `ACTIVATIONS_TEST_KERNELS` asks for: a line of it, or a part
/// between commas, has words of [`Named::key`] or a level.
pub(crate) fn wanted() -> impl Fn(&Named) -> bool {
    let text = std::env::var("ACTIVATIONS_TEST_KERNELS").unwrap_or_default();
    let wanted: Vec<Vec<String>> = text
        .split([',', '\n'])
        .map(|part| part.split_whitespace().map(String::from).collect())
        .filter(|words: &Vec<_>| !words.is_empty())
        .collect();
    let has = |named: &Named, words: &[String]| {
        let own = format!("{} {}", named.key(), named.isa);
        words.iter().all(|word| own.split(' ').any(|own| own == word))
    };
    for words in &wanted {
        let all = OPERATIONS.iter().flat_map(kernels);
        assert!(all.into_iter().any(|named| has(&named, words)), "no kernel is {words:?}");
    }
    move |named| wanted.is_empty() || wanted.iter().any(|words| has(named, words))
}

impl Row {
    pub(crate) const HEADER: &str = "operation   kernel    level     max ULP  at input          got             exact                   \
                          misrounded  steps back  digest";

    pub(crate) fn check(&self) {
        let report = &self.report;
        // Near half an ULP the count of misrounded results decides, not the error in f64.
        let is_exact = self.named.kernel == "exact";
        let bound = if is_exact { self.named.bound + 1e-6 } else { self.named.bound };
        assert!(report.ulp <= bound, "{self}\nabove the bound of {} ULP", self.named.bound);
        assert!(!is_exact || report.misrounded == 0, "{self}\nmisrounded");
        assert_eq!(report.out_of_range, 0, "{self}\nresults out of range");
        assert_eq!(report.not_odd, 0, "{self}\nresults that are not odd");
        if self.named.forward().is_some_and(|kernel| kernel.monotone) {
            assert_eq!(report.steps_back, 0, "{self}\nthis tier steps back");
        }
        // Where the gradient does not depend on x (ReLU), a NaN in x is not seen.
        if !self.named.is_gradient() {
            assert_eq!(report.wrong_nans, 0, "{self}\nNaN lost or made");
        }
    }
}

impl Row {
    /// How much the bound exceeds the largest error.
    pub(crate) fn slack(&self) -> f64 {
        self.named.bound - self.report.ulp
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Report { ulp, witness, misrounded, steps_back, digest, .. } = self.report;
        let Named { operation: Operation { name, .. }, kernel, isa, .. } = self.named;
        write!(
            f,
            "{name:<11} {kernel:<9} {isa:<9} {ulp:<8.4} {:#010x} {:<+15e}",
            witness.x.to_bits(),
            witness.got
        )?;
        write!(f, " {:<+23e} {misrounded:<11} {steps_back:<11} {digest:016x}", witness.exact)
    }
}
