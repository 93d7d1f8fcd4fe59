//! The bits of a NAL unit without its emulation prevention, and Exp-Golomb numbers.

#[derive(Clone, Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Zeros before the next byte.
    zeros: u32,
    held: u64,
    /// How many bits of `held` are not taken yet.
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Bits { bytes, zeros: 0, held: 0, count: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        let (mut byte, mut rest) = self.bytes.split_first()?;
        if self.zeros >= 2 && *byte == 3 {
            (byte, rest) = rest.split_first()?;
            self.zeros = 0;
        }
        self.zeros = if *byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        self.bytes = rest;
        Some(*byte)
    }

    /// Up to 32 bits.
    pub fn take(&mut self, count: u32) -> Option<u32> {
        while self.count < count {
            self.held = self.held.wrapping_shl(8) | u64::from(self.byte()?);
            self.count = self.count.wrapping_add(8);
        }
        self.count = self.count.wrapping_sub(count);
        let mask = 1u64.wrapping_shl(count).wrapping_sub(1);
        u32::try_from(self.held.wrapping_shr(self.count) & mask).ok()
    }

    pub fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    pub fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0u32;
        while !self.flag()? {
            zeros = zeros.saturating_add(1);
            if zeros > 31 {
                return None;
            }
        }
        let rest = self.take(zeros)?;
        1u32.wrapping_shl(zeros).wrapping_sub(1).checked_add(rest)
    }

    /// An unsigned number, if it is smaller than this.
    pub fn below(&mut self, limit: u32) -> Option<u32> {
        self.unsigned().filter(|number| *number < limit)
    }

    pub fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.unsigned()?);
        let size = code.saturating_add(1) >> 1;
        Some(if code & 1 == 1 { size } else { size.saturating_neg() })
    }

    /// How many bits are left before the one that ends the unit: behind that, there are only zeros.
    pub fn left(&self) -> Option<u32> {
        let mut rest = self.clone();
        let (mut bits, mut end) = (0u32, None);
        while let Some(bit) = rest.flag() {
            end = if bit { Some(bits) } else { end };
            bits = bits.saturating_add(1);
        }
        end
    }

    pub fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.flag().map(drop))
    }

    /// What H.264 and HEVC say first of how pictures are to look: their pixels' shape, overscan, colours.
    pub fn appearance(&mut self) -> Option<()> {
        if self.flag()? && self.take(8)? == 255 {
            self.skip(32)?;
        }
        if self.flag()? {
            self.skip(1)?;
        }
        if self.flag()? {
            self.skip(4)?;
            if self.flag()? {
                self.skip(24)?;
            }
        }
        Some(())
    }

    /// Whether the unit ends here, by the bit that says so.
    pub fn ends(&self) -> bool {
        self.left() == Some(0)
    }

    /// The bytes that follow, where a byte begins.
    pub fn bytes(&mut self) -> impl Iterator<Item = u8> {
        std::iter::from_fn(|| self.take(8).and_then(|byte| u8::try_from(byte).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_past_escapes() {
        let mut bits = Bits::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let read: Vec<_> = std::iter::from_fn(|| bits.unsigned()).collect();
        assert_eq!(read, [0, 1, 2, 3, 4]);
        let mut bits = Bits::new(&[0, 0, 3, 1]);
        assert_eq!((bits.take(24), bits.flag()), (Some(1), None));
        let mut bits = Bits::new(&[0b0100_1100, 0b1000_0101]);
        assert_eq!((bits.signed(), bits.signed(), bits.signed()), (Some(1), Some(-1), Some(2)));
        let mut bits = Bits::new(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(bits.unsigned(), Some(u32::MAX - 1));
    }

    #[test]
    fn the_last_one_ends_the_unit() {
        let mut bits = Bits::new(&[0b1010_0110, 0b1000_0000, 0]);
        assert_eq!(bits.left(), Some(8));
        bits.take(7);
        assert_eq!(bits.left(), Some(1));
        bits.take(2);
        assert_eq!(bits.left(), None);
    }
}
