//! HEVC: a packet ends before what only stands before a picture's slices, or before the next picture's first slice.

use super::{Input, Mark, Scanner};
use crate::walk::Declined;

#[derive(Clone, Debug, Default)]
pub struct Hevc {
    /// The start code whose header is being read: where it began, and the bytes so far.
    header: Option<(u64, u32, u32)>,
    /// The first slice of the current picture has come.
    started: bool,
}

impl Hevc {
    pub fn feed(
        &mut self,
        scanner: &mut Scanner,
        input: &mut Input,
        found: &mut impl FnMut(Mark) -> Result<(), Declined>,
    ) -> Result<bool, Declined> {
        loop {
            let Some((code, bytes, count)) = self.header.take() else {
                let Some(_) = scanner.next(&mut input.rest) else { return Ok(false) };
                self.header = Some((input.at().saturating_sub(3), 0, 0));
                continue;
            };
            let Some(byte) = input.byte() else {
                self.header = Some((code, bytes, count));
                return Ok(true);
            };
            // These bytes may be part of another start code.
            let another = scanner.push(byte).is_some();
            let bytes = (bytes << 8) | u32::from(byte);
            let count = count.saturating_add(1);
            if count == 3 && self.begins(bytes) {
                found(Mark::Begins { at: code, more: true })?;
            }
            self.header = if another {
                Some((input.at().saturating_sub(3), 0, 0))
            } else {
                (count < 3).then_some((code, bytes, count))
            };
        }
    }

    /// By the two bytes of a NAL unit's header and the first behind it.
    fn begins(&mut self, bytes: u32) -> bool {
        let first_slice = bytes & 0x80 != 0;
        match (bytes >> 17) & 0x3f {
            32..=37 | 39 | 41..=44 | 48..=55 => std::mem::take(&mut self.started),
            0..=9 | 16..=21 if first_slice => std::mem::replace(&mut self.started, true),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::begins;
    use super::super::*;

    const FIRST: [u8; 6] = [0, 0, 1, 0x26, 1, 0xaf];
    const MORE: [u8; 6] = [0, 0, 1, 0x26, 1, 0x2f];

    #[test]
    fn a_first_slice_begins_a_packet_and_a_further_one_does_not() {
        assert_eq!(begins(Cut::Hevc, &[FIRST, MORE, FIRST].concat()), [12]);
        assert_eq!(begins(Cut::Hevc, &[&FIRST[..], &[0], &FIRST].concat()), [7]);
    }

    #[test]
    fn what_stands_before_slices_begins_a_packet() {
        for kind in [32, 33, 34, 35, 39, 41, 48] {
            let unit = [0, 0, 1, kind << 1, 1, 0x50];
            assert_eq!(begins(Cut::Hevc, &[FIRST, unit, unit, FIRST, FIRST].concat()), [6, 24], "{kind}");
        }
        let suffix = [0, 0, 1, 40 << 1, 1, 0x50];
        assert!(begins(Cut::Hevc, &[FIRST, suffix, MORE].concat()).is_empty());
    }
}
