//! Hexadecimal floating-point constants, in the notation of C and of the scripts that make them.

/// Returns the number: `hex("-0x1.8p-3")` is -0.1875. A text that is no such number, or no f32, is
/// a compile-time error in a constant.
pub(crate) const fn hex(text: &str) -> f32 {
    let exact = hex_f64(text);
    let x = exact as f32;
    assert!(x as f64 == exact, "the constant is no f32");
    x
}

/// Like [`hex`] in f64, for exponents of normal numbers.
#[expect(clippy::cast_precision_loss, reason = "the digits are no more than an f64 has")]
pub(crate) const fn hex_f64(text: &str) -> f64 {
    let text = text.as_bytes();
    let negative = text[0] == b'-';
    let mut i = negative as usize;
    assert!(text[i] == b'0' && text[i + 1] == b'x', "a hexadecimal constant begins with 0x");
    i += 2;
    let (mut mantissa, mut exponent, mut fraction) = (0_u64, 0_i32, false);
    while text[i] != b'p' {
        if text[i] == b'.' {
            fraction = true;
        } else {
            assert!(mantissa < 1 << 49, "more digits than an f64 has");
            mantissa = mantissa * 16 + digit(text[i]);
            exponent -= if fraction { 4 } else { 0 };
        }
        i += 1;
    }
    i += 1;
    let down = text[i] == b'-';
    i += down as usize;
    let mut power = 0;
    while i < text.len() {
        power = power * 10 + digit(text[i]) as i32;
        i += 1;
    }
    exponent += if down { -power } else { power };
    let x = mantissa as f64 * f64::from_bits(((1023 + exponent) as u64) << 52);
    if negative { -x } else { x }
}

const fn digit(character: u8) -> u64 {
    match character {
        b'0'..=b'9' => (character - b'0') as u64,
        b'a'..=b'f' => (character - b'a') as u64 + 10,
        _ => panic!("not a digit"),
    }
}

#[cfg(test)]
mod tests {
    use super::{hex, hex_f64};

    #[test]
    fn reads_what_c_writes() {
        assert_eq!(hex("0x1p0"), 1.0);
        assert_eq!(hex("-0x1.8p-3"), -0.1875);
        assert_eq!(hex("0x1.715476p0"), std::f32::consts::LOG2_E);
        assert_eq!(hex("0x1.fffffep127"), f32::MAX);
        assert_eq!(hex("0x1p-149"), f32::from_bits(1));
        assert_eq!(hex_f64("0x1.71547652b82fep0"), std::f64::consts::LOG2_E);
        assert_eq!(hex_f64("-0x1.fffffffffffffp-1"), -1.0_f64.next_down());
    }

    #[test]
    #[should_panic(expected = "no f32")]
    fn refuses_what_would_be_rounded() {
        let _ = hex("0x1.0000001p0");
    }
}
