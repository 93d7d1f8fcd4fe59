//! Numbers between integers and floats, without a conversion that could go wrong unseen.

/// Above this, floats do not hold every integer.
pub const MOST_EXACT: u64 = 1 << 53;

/// The integer part of a float that is not negative and that has one.
pub fn whole(value: f64) -> Option<u64> {
    if !(0.0..9_007_199_254_740_992.0).contains(&value) {
        return None;
    }
    let bits = value.to_bits();
    let exponent = u32::try_from((bits >> 52) & 0x7ff).ok()?;
    if exponent < 1023 {
        return Some(0);
    }
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    mantissa.checked_shr(1075_u32.checked_sub(exponent)?)
}

/// An integer as a float, where that loses nothing.
pub fn exact(value: u64) -> Option<f64> {
    let high = u32::try_from(value >> 32).ok().filter(|_| value < MOST_EXACT)?;
    let low = u32::try_from(value & 0xffff_ffff).ok()?;
    Some(f64::from(high) * 4_294_967_296.0 + f64::from(low))
}

pub fn gcd(mut a: u32, mut b: u32) -> u32 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_become_the_integers_that_they_hold() {
        assert_eq!([0.0, 0.99, 1.0, 41_666_666.67].map(whole), [Some(0), Some(0), Some(1), Some(41_666_666)]);
        assert_eq!([f64::NAN, -1.0, f64::INFINITY, 1e300].map(whole), [None; 4]);
        for value in [0, 1, 7, 1 << 32, (1 << 53) - 1] {
            assert_eq!(exact(value).and_then(whole), Some(value));
        }
        assert_eq!(exact(1 << 53), None);
    }

    #[test]
    fn common_factors_are_found() {
        assert_eq!([gcd(1_000_000, 1_000_000_000), gcd(20_833, 1_000_000_000), gcd(5, 0)], [1_000_000, 1, 5]);
    }
}
