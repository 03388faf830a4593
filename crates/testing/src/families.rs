//! Rows of many kinds, the same on every machine.

/// The number of families of rows.
pub const FAMILIES: usize = 12;

/// Pseudo-random numbers: Knuth's linear congruential generator (MMIX), upper bits.
pub struct Numbers(u64);

impl Numbers {
    /// Returns the generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }

    /// Returns a nearly normal number of variance 1, by sums that every machine rounds alike.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// `count` rows of a family; each has a finite maximum.
pub fn matrix(family: usize, seed: u64, cols: usize, count: usize) -> Vec<f32> {
    const OFFSETS: [f64; 10] = [0.0, 1e3, -1e4, 65_535.0, -65_537.0, 1e5, -1e6, 239.0, -250.0, 1e8];
    let mut numbers = Numbers::new(seed);
    let offset = OFFSETS[(numbers.uniform() * OFFSETS.len() as f64) as usize];
    let size = [0.1, 1.0, 4.0, 10.0, 50.0][(numbers.uniform() * 5.0) as usize];
    let mut x = Vec::with_capacity(cols * count);
    for row in 0..count {
        for i in 0..cols {
            let number = match family {
                0 => numbers.normal() * 4.0,
                1 => numbers.normal() * size,
                2 => numbers.normal() * size + offset,
                // Log-probabilities: the logarithm of the sum cancels the maximum.
                3 => numbers.normal() - (cols as f64).sqrt() * 0.5,
                4 => offset - i as f64 * 110.0 / cols as f64,
                5 if i == row % cols => offset + size,
                6 if i == row % cols => offset + 85.0 + numbers.uniform() * 20.0,
                6 => offset + numbers.normal(),
                7 if i % 2 == 0 => offset - size,
                5 | 7 => offset,
                8 if i != row % cols && numbers.uniform() < 0.4 => f64::NEG_INFINITY,
                8 => numbers.normal() * 10.0,
                9 if numbers.uniform() < 0.3 => -1e30,
                9 => numbers.normal() + offset,
                10 if numbers.uniform() < 0.5 => f64::from(f32::MAX),
                10 => f64::from(f32::MIN),
                _ => offset - numbers.uniform() * 130.0,
            };
            x.push(number as f32);
        }
    }
    x
}
