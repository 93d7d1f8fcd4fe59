//! Bits and Exp-Golomb numbers out of a NAL unit's bytes.

/// Reads from the front; the bytes that keep start codes out of the unit are taken away before.
#[derive(Clone)]
pub struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    pub fn new(unit: &[u8]) -> Self {
        let mut bytes = Vec::new();
        let mut zeros = 0usize;
        for byte in unit {
            let escape = zeros >= 2 && *byte == 3;
            zeros = if *byte == 0 { zeros.saturating_add(1) } else { 0 };
            if !escape {
                bytes.push(*byte);
            }
        }
        Bits { bytes, at: 0 }
    }

    pub fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at >> 3)?;
        let shift = u32::try_from(self.at & 7).ok()?;
        self.at = self.at.saturating_add(1);
        Some(byte.wrapping_shl(shift) & 0x80 != 0)
    }

    pub fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0u32, |value, _| Some((value << 1) | u32::from(self.bit()?)))
    }

    pub fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0u32;
        while !self.bit()? {
            zeros = zeros.saturating_add(1);
        }
        if zeros > 31 {
            return None;
        }
        let rest = self.bits(zeros)?;
        1u32.checked_shl(zeros)?.checked_add(rest)?.checked_sub(1)
    }

    pub fn skip(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.bit().map(drop))
    }

    /// A number that is less than `limit`.
    pub fn below(&mut self, limit: u32) -> Option<u32> {
        self.unsigned().filter(|number| *number < limit)
    }

    /// What both codecs say first of how pictures are to look: their pixels' shape, overscan, colours.
    pub fn appearance(&mut self) -> Option<()> {
        if self.bit()? && self.bits(8)? == 255 {
            self.skip(32)?;
        }
        if self.bit()? {
            self.skip(1)?;
        }
        if self.bit()? {
            self.skip(4)?;
            if self.bit()? {
                self.skip(24)?;
            }
        }
        Some(())
    }

    /// Whether the unit ends here, by the bit that says so.
    pub fn ends(&mut self) -> bool {
        self.bit() == Some(true) && std::iter::from_fn(|| self.bit()).all(|bit| !bit)
    }

    pub fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.unsigned()?);
        let size = code.saturating_add(1) >> 1;
        Some(if code & 1 == 1 { size } else { size.saturating_neg() })
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
        assert_eq!((bits.bits(24), bits.bit()), (Some(1), None));
        let mut bits = Bits::new(&[0b0100_1100, 0b1000_0101]);
        assert_eq!((bits.signed(), bits.signed(), bits.signed()), (Some(1), Some(-1), Some(2)));
    }
}
