//! HEVC's NAL units, and which pictures its parser calls key frames.

pub const VPS: u8 = 32;
pub const SPS: u8 = 33;
pub const PPS: u8 = 34;
pub const PREFIX_SEI: u8 = 39;
pub const SUFFIX_SEI: u8 = 40;
/// Pictures that decoding can begin at, those of types to come included.
pub const RANDOM_ACCESS: std::ops::RangeInclusive<u8> = 16..=23;

/// A unit's type, by its first byte.
#[inline]
pub fn kind(first: u8) -> u8 {
    first >> 1 & 0x3f
}

/// Whether a picture is a key frame, by the header of a slice of its base layer; `None` for any other unit.
pub fn is_key([first, second]: [u8; 2]) -> Option<bool> {
    let base_layer = first & 0x81 == 0 && second >> 3 == 0 && second & 7 > 0;
    let kind = kind(first);
    (base_layer && matches!(kind, 0..=9 | 16..=21)).then_some(RANDOM_ACCESS.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_the_base_layer_tells_by_its_type() {
        assert_eq!([is_key([0x26, 1]), is_key([0x2a, 1]), is_key([0x02, 1])], [Some(true), Some(true), Some(false)]);
        assert_eq!([is_key([0x42, 1]), is_key([0x27, 1]), is_key([0x26, 9]), is_key([0x26, 0])], [None; 4]);
    }
}
