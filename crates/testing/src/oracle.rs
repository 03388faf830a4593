//! The exact results of a row, in f64, with no term that cancels.

/// Reference values of the functions of a row.
pub struct Exact {
    /// The softmax of each entry.
    pub softmax: Vec<f64>,
    /// The log-softmax of each entry.
    pub log_softmax: Vec<f64>,
    /// The log-sum-exp of the row.
    pub log_sum_exp: f64,
}

/// Returns the reference values of a row whose maximum is finite. Differences of f32 numbers are
/// exact in f64, or so large that the result is 0.
pub fn exact(row: &[f32]) -> Exact {
    let maximum = row.iter().fold(f64::NEG_INFINITY, |m, &x| m.max(f64::from(x)));
    let differences: Vec<f64> = row.iter().map(|&x| f64::from(x) - maximum).collect();
    let maxima = differences.iter().filter(|&&d| d == 0.0).count() as f64;
    let others: f64 = compensated(differences.iter().filter(|&&d| d < 0.0).map(|&d| libm::exp(d)));
    let log = libm::log1p(others + (maxima - 1.0));
    Exact {
        softmax: differences.iter().map(|&d| libm::exp(d) / (maxima + others)).collect(),
        log_softmax: differences.iter().map(|&d| d - log).collect(),
        log_sum_exp: maximum + log,
    }
}

fn compensated(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut rest) = (0.0_f64, 0.0);
    for term in terms {
        let next = sum + term;
        rest += if sum >= term { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + rest
}
