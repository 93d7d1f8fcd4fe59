//! Start codes (two zero bytes or more, and a one), found at the speed of memory and across the borders of payloads.

use crate::mem::{first_zero, zero_pair};

const LOW: u64 = 0x0101_0101_0101_0101;

/// Calls `found` with each place of `wanted`.
pub fn each_place(bytes: &[u8], wanted: u8, mut found: impl FnMut(usize)) {
    let all = u64::from(wanted).wrapping_mul(LOW);
    let mut at = 0usize;
    for eight in bytes.chunks(8) {
        // What fills up the last bytes is not what is wanted.
        let mut filled = [!wanted; 8];
        let part = if let Ok(part) = <&[u8; 8]>::try_from(eight) {
            *part
        } else {
            filled.iter_mut().zip(eight).for_each(|(to, from)| *to = *from);
            filled
        };
        let differs = u64::from_le_bytes(part) ^ all;
        if first_zero(differs).is_some() {
            let places = eight.iter().enumerate().filter(|(_, byte)| **byte == wanted);
            places.for_each(|(nth, _)| found(at.wrapping_add(nth)));
        }
        at = at.wrapping_add(8);
    }
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
    fn every_place_of_a_byte_is_found() {
        for size in 0..40 {
            let bytes: Vec<u8> = (0..size).map(|at| if at % 3 == 1 { 7 } else { !7 }).collect();
            let mut places = Vec::new();
            each_place(&bytes, 7, |at| places.push(at));
            assert_eq!(places, (0..size).filter(|at| at % 3 == 1).collect::<Vec<_>>());
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
