"""f32 and f64 numbers, and how the Rust sources write them."""

import struct

from mpmath import mp, mpf

mp.prec = 200


def f32(x: mpf, digits: int = 24) -> mpf:
    """The nearest number of so many binary digits, for x in the range of normal f32."""
    exponent = mp.frexp(x)[1] - digits
    return mp.ldexp(mp.nint(mp.ldexp(x, -exponent)), exponent)


def ulp(x: mpf) -> mpf:
    """The unit in the last place of x in f32."""
    return mp.ldexp(1, max(mp.frexp(x)[1], -125) - 24)


def f32_neighbours(x: mpf) -> tuple[mpf, mpf]:
    """The nearest f32 numbers below and above."""
    exponent = mp.frexp(x)[1] - 24
    below = mp.floor(mp.ldexp(x, -exponent))
    return mp.ldexp(below, exponent), mp.ldexp(below + 1, exponent)


def hex_float(x: mpf) -> str:
    """0x1.8p-3, as C writes it."""
    mantissa, exponent = float(x).hex().split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}p{int(exponent)}"


def bits(x: mpf) -> str:
    """0x3f800000, the bit pattern."""
    return "0x" + struct.pack(">f" if x == f32(x) else ">d", float(x)).hex()


def from_bits(pattern: str) -> mpf:
    """Of an f32, or of an f64 where there are so many digits."""
    packed = bytes.fromhex(pattern)
    return mpf(struct.unpack(">f" if len(packed) == 4 else ">d", packed)[0])
