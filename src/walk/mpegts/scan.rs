//! Start codes (two zero bytes or more, and a one), found at the speed of memory and across the borders of payloads.

/// Whether two zero bytes stand side by side: nearly never, but at start codes.
#[inline(always)]
pub fn has_zero_pair(payload: &[u8; 184]) -> bool {
    let bulk = payload.first_chunk::<177>().is_some_and(holds_pair);
    bulk || payload.last_chunk::<9>().is_some_and(|last| pair_of(last).is_some())
}

/// The same for a size that fills whole vectors, and one more: made for the compiler to turn into vector instructions.
#[inline(always)]
fn holds_pair<const N: usize>(bytes: &[u8; N]) -> bool {
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    pairs.fold(u8::MAX, |least, (first, second)| least.min(first | second)) == 0
}

/// Leaves out the first bytes, where no pair begins.
#[inline(always)]
fn pass_over<'b, const N: usize>(bytes: &mut &'b [u8]) -> bool {
    let free = bytes.first_chunk::<N>().is_some_and(|part| !holds_pair(part));
    if free {
        *bytes = bytes.get(N.wrapping_sub(1)..).unwrap_or(&[]);
    }
    free
}

/// The first of nine bytes that is zero and has a zero behind it.
#[inline(always)]
fn pair_of(nine: &[u8; 9]) -> Option<usize> {
    let (first, second) = (nine.first_chunk()?, nine.last_chunk()?);
    first_zero(u64::from_le_bytes(*first) | u64::from_le_bytes(*second))
}

/// Bytes that are looked at one after another.
const NEAR: usize = 16;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Which of eight bytes is the first that is zero.
#[inline(always)]
fn first_zero(bytes: u64) -> Option<usize> {
    // The lowest bit that is set marks it.
    let zeros = bytes.wrapping_sub(LOW) & !bytes & HIGH;
    if zeros == 0 { None } else { usize::try_from(zeros.trailing_zeros() >> 3).ok() }
}

/// Where the first two zero bytes are that stand side by side.
#[inline(always)]
fn zero_pair(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let at = |rest: &[u8]| bytes.len().wrapping_sub(rest.len());
    // Where there is one start code, others are often near: then there is no use in looking far at once.
    let near = rest.len().wrapping_sub(NEAR);
    while let Some(nine) = rest.first_chunk::<9>() {
        if let Some(nth) = pair_of(nine) {
            return Some(at(rest).wrapping_add(nth));
        }
        rest = rest.get(8..)?;
        if rest.len() <= near {
            while pass_over::<129>(&mut rest) || pass_over::<33>(&mut rest) {}
        }
    }
    rest.windows(2).position(|pair| pair == [0, 0]).map(|nth| at(rest).wrapping_add(nth))
}

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
