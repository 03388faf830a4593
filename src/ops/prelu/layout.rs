//! The dimensions of a tensor and of its slopes, joined to as few as there can be.

/// The number of groups of dimensions outside of `[outer, channels, inner]`, of either kind.
const GROUPS: usize = 4;

/// A tensor as parts of the shape `[outer, channels, inner]`, whose elements lie together.
///
/// Neighbouring dimensions that the slopes have are one group, and so are those that they lack. The
/// two kinds take turns, and the innermost three groups are a part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) part: [usize; 3],
    /// The parts that have slopes of their own.
    pub(super) own: Steps,
    /// The parts that have the same slopes.
    pub(super) shared: Steps,
    /// The number of elements of the tensor.
    pub(super) len: usize,
}

/// Positions in memory: groups of dimensions with a size and a stride, innermost first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Steps([[usize; 2]; GROUPS]);

impl Steps {
    pub(super) const ONE: Self = Self([[1, 0]; GROUPS]);

    /// Returns each position, in the order of memory.
    #[inline(always)]
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        let count = self.0.iter().map(|[size, _]| size).product();
        (0..count).map(
            #[inline(always)]
            |mut index| {
                let mut position = 0;
                for [size, stride] in self.0 {
                    position += index % size * stride;
                    index /= size;
                }
                position
            },
        )
    }
}

impl Layout {
    /// Panics if the slopes do not broadcast.
    #[track_caller]
    pub(super) fn new(shape: &[usize], of_slopes: &[usize]) -> Self {
        let mut layout = Self { part: [1; 3], own: Steps::ONE, shared: Steps::ONE, len: 1 };
        if of_slopes.len() > shape.len() {
            refuse(shape, of_slopes);
        }
        // Even groups are those that slopes lack.
        let mut group = 0;
        let of_slopes_or_1 = of_slopes.iter().rev().chain(core::iter::repeat(&1));
        for (&size, &own) in shape.iter().rev().zip(of_slopes_or_1) {
            if own != size && own != 1 {
                refuse(shape, of_slopes);
            }
            if size == 1 {
                continue;
            }
            group += usize::from((own == size) != (group % 2 == 1));
            let joined = if group < 3 {
                &mut layout.part[2 - group]
            } else {
                let steps = if group % 2 == 1 { &mut layout.own } else { &mut layout.shared };
                let Some([joined, stride]) = steps.0.get_mut((group - 3) / 2) else {
                    panic!("the shape {shape:?} has too many groups of dimensions")
                };
                if *joined == 1 {
                    *stride = layout.len;
                }
                joined
            };
            // No slice is as long as the largest number.
            *joined = joined.saturating_mul(size);
            layout.len = layout.len.saturating_mul(size);
        }
        layout
    }
}

#[cold]
#[track_caller]
fn refuse(shape: &[usize], of_slopes: &[usize]) -> ! {
    panic!("slopes of the shape {of_slopes:?} do not broadcast to {shape:?}")
}
