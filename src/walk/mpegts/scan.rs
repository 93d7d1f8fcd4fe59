//! Start codes (two zero bytes or more, and a one), found at the speed of memory and across the borders of payloads.

/// Whether two zero bytes stand side by side: nearly never, but at start codes. Made for the compiler to turn into
/// vector instructions.
#[inline(always)]
pub fn has_zero_pair(payload: &[u8; 184]) -> bool {
    let least = |first: &[u8], second: &[u8]| {
        first.iter().zip(second).fold(u8::MAX, |least, (first, second)| least.min(first | second))
    };
    let part = |from: usize, to: usize| payload.get(from..to).unwrap_or(&[]);
    // The second stretch repeats some bytes, so that both are whole vectors.
    let bulk = least(part(0, 176), part(1, 177));
    let tail = least(part(167, 183), part(168, 184));
    bulk.min(tail) == 0
}

/// Where the first two zero bytes are that stand side by side.
fn zero_pair(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut rest = bytes;
    let mut at = 0usize;
    while let Some([first @ .., last]) = rest.first_chunk::<9>() {
        let mut second = first.to_owned();
        second.rotate_left(1);
        if let Some(end) = second.last_mut() {
            *end = *last;
        }
        let pairs = u64::from_le_bytes(*first) | u64::from_le_bytes(second);
        // The lowest bit that is set marks the first byte that is zero.
        let zeros = pairs.wrapping_sub(LOW) & !pairs & HIGH;
        if zeros != 0 {
            return usize::try_from(zeros.trailing_zeros() >> 3).ok().map(|nth| at.wrapping_add(nth));
        }
        rest = rest.get(8..)?;
        at = at.wrapping_add(8);
    }
    rest.windows(2).position(|pair| pair == [0, 0]).map(|nth| at.wrapping_add(nth))
}

/// How many zero bytes have just gone by.
#[derive(Clone, Copy, Debug)]
pub struct Scanner {
    pub zeros: u32,
}

impl Scanner {
    /// libavcodec's parsers begin as if zeros had been before.
    pub fn new() -> Self {
        Scanner { zeros: 3 }
    }

    /// Whether this byte ends a start code, and if so, whether more than two zeros are before it.
    #[inline(always)]
    pub fn push(&mut self, byte: u8) -> Option<bool> {
        let zeros = self.zeros;
        self.zeros = if byte == 0 { zeros.saturating_add(1) } else { 0 };
        (byte == 1 && zeros >= 2).then_some(zeros > 2)
    }

    /// Goes on to behind the next start code, or to the end.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Option<bool> {
        loop {
            while self.zeros > 0 {
                let (byte, rest) = bytes.split_first()?;
                *bytes = rest;
                if let Some(long) = self.push(*byte) {
                    return Some(long);
                }
            }
            let Some(pair) = zero_pair(bytes) else {
                self.zeros = u32::from(bytes.last() == Some(&0));
                *bytes = &[];
                return None;
            };
            *bytes = bytes.get(pair.saturating_add(2)..).unwrap_or(&[]);
            self.zeros = 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_zeros_are_found_wherever_they_are() {
        assert!(!has_zero_pair(&[7; 184]));
        for at in 0..183 {
            let mut payload = [7; 184];
            payload[at] = 0;
            assert!(!has_zero_pair(&payload), "{at}");
            assert_eq!(zero_pair(&payload), None, "{at}");
            payload[at + 1] = 0;
            assert!(has_zero_pair(&payload), "{at}");
            assert_eq!(zero_pair(&payload), Some(at), "{at}");
            payload[182] = 0;
            payload[183] = 0;
            assert_eq!(zero_pair(&payload[..183]).unwrap_or(182), at.min(182), "{at}");
        }
    }

    #[test]
    fn a_start_code_is_found_whole_or_in_pieces() {
        let bytes = [9, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0, 1, 6, 0, 0, 2, 0, 0, 3, 1, 0, 0, 1];
        let found = |size: usize| {
            let mut scanner = Scanner::new();
            let mut codes = Vec::new();
            for (nth, piece) in bytes.chunks(size).enumerate() {
                let mut rest = piece;
                while let Some(long) = scanner.next(&mut rest) {
                    codes.push((nth * size + piece.len() - rest.len(), long));
                }
            }
            codes
        };
        for size in 1..=bytes.len() {
            assert_eq!(found(size), [(4, false), (12, true), (23, false)], "in pieces of {size}");
        }
    }
}
