//! H.264: a packet ends before what only stands before a picture's slices, or before a slice that begins no further on
//! in the picture than the slice before it.

use super::{Input, Mark, Scanner};
use crate::mem::zero_pair;
use crate::walk::Declined;

#[derive(Clone, Copy, Debug, Default)]
enum Step {
    #[default]
    Search,
    /// The byte behind a start code, which began at `code`.
    Kind { code: u64 },
    /// The number of a slice's first macroblock: so many bytes of it have come.
    First { code: u64, bits: u64, bytes: u32 },
}

#[derive(Clone, Debug, Default)]
pub struct H264 {
    step: Step,
    /// A slice of the current picture has come.
    started: bool,
    last_first: u64,
}

impl H264 {
    pub fn feed(
        &mut self,
        scanner: &mut Scanner,
        input: &mut Input,
        found: &mut impl FnMut(Mark) -> Result<(), Declined>,
    ) -> Result<bool, Declined> {
        if matches!(self.step, Step::Search)
            && self.started
            && scanner.zeros == 0
            && let Some(rest) = delimited_slice(input.rest)
            && zero_pair(rest).is_none()
        {
            found(Mark::Begins { at: input.at(), more: true })?;
            self.last_first = 0;
            scanner.zeros = u32::from(rest.last() == Some(&0));
            return Ok(false);
        }
        loop {
            self.step = match self.step {
                Step::Search => {
                    let Some(long) = scanner.next(&mut input.rest) else { return Ok(false) };
                    Step::Kind { code: input.at().saturating_sub(if long { 4 } else { 3 }) }
                }
                Step::Kind { code } => {
                    let Some(byte) = input.byte() else { return Ok(true) };
                    match byte & 0x1f {
                        1 | 2 | 5 => Step::First { code, bits: 0, bytes: 0 },
                        // SEI, parameter sets, delimiter.
                        6..=9 if self.started => {
                            self.started = false;
                            found(Mark::Begins { at: code, more: true })?;
                            Step::Search
                        }
                        _ => Step::Search,
                    }
                }
                Step::First { code, bits, bytes } => {
                    let Some(byte) = input.byte() else { return Ok(true) };
                    let (bits, bytes) = ((bits << 8) | u64::from(byte), bytes.saturating_add(1));
                    match exp_golomb(bits, bytes) {
                        Some(first) => {
                            if self.started && first <= self.last_first {
                                found(Mark::Begins { at: code, more: true })?;
                            }
                            self.started = true;
                            self.last_first = first;
                            Step::Search
                        }
                        None if bytes >= 6 => return Err(Declined::damaged("a slice that begins nowhere")),
                        None => Step::First { code, bits, bytes },
                    }
                }
            };
        }
    }
}

/// What most pictures begin with: a delimiter, and a slice with the first macroblock. Gives what follows.
fn delimited_slice(bytes: &[u8]) -> Option<&[u8]> {
    let [0, 0, 0, 1, delimiter, _, 0, 0, rest @ ..] = bytes else { return None };
    let [1, slice, first, rest @ ..] = rest.strip_prefix(&[0]).unwrap_or(rest) else { return None };
    let whole = delimiter & 0x1f == 9 && matches!(slice & 0x1f, 1 | 2 | 5) && first & 0x80 != 0;
    whole.then_some(rest)
}

/// The number at the front of so many bytes, if there are more bits than it needs.
fn exp_golomb(bits: u64, bytes: u32) -> Option<u64> {
    let have = bytes.saturating_mul(8);
    let zeros = have.saturating_sub(64u32.saturating_sub(bits.leading_zeros()));
    let size = zeros.saturating_mul(2).saturating_add(1);
    if size >= have {
        return None;
    }
    bits.wrapping_shr(have.saturating_sub(size)).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::testing::begins;
    use super::super::*;

    const SLICE: [u8; 6] = [0, 0, 1, 0x65, 0x88, 0x84];

    #[test]
    fn a_delimiter_a_set_or_an_sei_behind_a_slice_begins_a_packet() {
        for kind in 6..=9 {
            let next = [0, 0, 0, 1, kind, 0x10];
            assert_eq!(begins(Cut::H264, &[&SLICE[..], &next, &next, &SLICE].concat()), [6], "{kind}");
        }
        assert!(begins(Cut::H264, &[&SLICE[..], &[0, 0, 1, 12, 9, 0, 0, 1, 10]].concat()).is_empty());
    }

    #[test]
    fn a_slice_begins_a_packet_unless_it_lies_further_on() {
        let further = [0, 0, 1, 0x41, 0x5a, 0x84];
        assert_eq!(begins(Cut::H264, &[&SLICE[..], &SLICE].concat()), [6]);
        assert_eq!(begins(Cut::H264, &[&SLICE[..], &further, &further].concat()), [12]);
    }

    #[test]
    fn of_the_zeros_before_a_start_code_one_at_most_belongs_to_it() {
        assert_eq!(begins(Cut::H264, &[&SLICE[..], &[0, 0, 0], &SLICE].concat()), [8]);
    }

    #[test]
    fn a_picture_as_most_are_is_found_as_any_other() {
        // The straight way is taken where a piece begins with the picture, and not where its first byte is cut off.
        let marks = |cut: usize, picture: &[u8]| {
            let (mut splitter, mut marks, mut at) = (Splitter::new(Cut::H264), Vec::new(), 0);
            let (first, rest) = picture.split_at(cut);
            for piece in [&SLICE[..], &[5], first, rest, &[1, 0x41, 0x9a, 5], first, rest, &[0, 1, 0x41, 0x9a]] {
                let mut found = |mark| {
                    marks.push(mark);
                    Ok(())
                };
                splitter.feed(piece, at, &mut found).unwrap();
                at += piece.len() as u64;
            }
            marks
        };
        for (kind, first) in [(0x41, 0x9a), (0x65, 0x88), (0x41, 0x5a), (0x46, 0x9a), (0x43, 0x9a)] {
            for zeros in [&[0, 0][..], &[0, 0, 0]] {
                for end in [&[3, 0][..], &[3], &[0, 0], &[0, 0, 1, 9]] {
                    let picture = [&[0, 0, 0, 1, 9, 0xf0], zeros, &[1, kind, first], end].concat();
                    assert_eq!(marks(0, &picture), marks(1, &picture), "{picture:x?}");
                    assert!(marks(0, &picture).contains(&Mark::Begins { at: 7, more: true }));
                }
            }
        }
    }

    #[test]
    fn numbers_need_more_bits_than_they_are_long() {
        assert_eq!(super::exp_golomb(0x88, 1), Some(0));
        assert_eq!(super::exp_golomb(0x01, 1), None);
        assert_eq!(super::exp_golomb(0x0101, 2), Some(0x7f));
        assert_eq!(super::exp_golomb(0, 5), None);
    }
}
