//! MPEG-1 and MPEG-2 video: a packet ends at the first start code behind a picture's slices that is no slice's, or behind
//! the code that ends a sequence. Two fields make one packet.

use super::{Input, Mark, Scanner};
use crate::walk::Declined;

const PICTURE: u8 = 0x00;
const SEQUENCE: u8 = 0xb3;
const EXTENSION: u8 = 0xb5;
const SEQUENCE_END: u8 = 0xb7;

/// How far the search for a picture has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Begin,
    /// In the extension of the first field, or of a whole picture.
    FirstExtension(u8),
    FirstField,
    SecondExtension(u8),
    Slices,
}

#[derive(Clone, Debug, Default)]
pub struct Mpeg2 {
    stage: Stage,
    /// A start code was found: its last byte comes next.
    code: Option<u64>,
    /// The byte behind a picture's first slice code is not looked at.
    skip: bool,
}

impl Mpeg2 {
    pub fn begin_chunk(&mut self) {
        self.skip = false;
    }

    pub fn feed(
        &mut self,
        scanner: &mut Scanner,
        input: &mut Input,
        found: &mut impl FnMut(Mark) -> Result<(), Declined>,
    ) -> Result<bool, Declined> {
        loop {
            if let Some(at) = self.code {
                let Some(code) = input.byte() else { return Ok(true) };
                self.code = None;
                scanner.zeros = u32::from(code == 0);
                self.take(code, at, input, found)?;
            } else if std::mem::take(&mut self.skip) {
                if input.byte().is_none() {
                    self.skip = true;
                    return Ok(true);
                }
            } else if let Stage::FirstExtension(_) | Stage::SecondExtension(_) = self.stage {
                let Some(byte) = input.byte() else { return Ok(true) };
                self.stage = extension(self.stage, byte);
                scanner.zeros = 0;
            } else {
                let Some(_) = scanner.next(&mut input.rest) else { return Ok(false) };
                self.code = Some(input.at().saturating_sub(3));
            }
        }
    }

    fn take(
        &mut self,
        code: u8,
        at: u64,
        input: &Input,
        found: &mut impl FnMut(Mark) -> Result<(), Declined>,
    ) -> Result<(), Declined> {
        let slice = (0x01..=0xaf).contains(&code);
        if self.stage == Stage::Begin && slice {
            self.skip = true;
            self.stage = Stage::Slices;
        }
        if code == SEQUENCE_END {
            self.stage = Stage::Begin;
            return found(Mark::Begins { at: input.at(), more: !input.rest.is_empty() });
        }
        if self.stage == Stage::Slices && !slice {
            self.stage = Stage::Begin;
            found(Mark::Begins { at, more: true })?;
        }
        if self.stage == Stage::FirstField && code == SEQUENCE {
            self.stage = Stage::Begin;
        }
        self.stage = match self.stage {
            Stage::Begin if code == EXTENSION => Stage::FirstExtension(0),
            Stage::FirstField if code == EXTENSION => Stage::SecondExtension(0),
            stage => stage,
        };
        if self.stage == Stage::Begin && code == PICTURE {
            found(Mark::Picture { at })?;
        }
        Ok(())
    }
}

/// A byte of an extension, which may be that of a picture: its third byte tells fields from frames.
fn extension(stage: Stage, byte: u8) -> Stage {
    let (first, nth) = match stage {
        Stage::FirstExtension(nth) => (true, nth),
        Stage::SecondExtension(nth) => (false, nth),
        other => return other,
    };
    let next = |nth| if first { Stage::FirstExtension(nth) } else { Stage::SecondExtension(nth) };
    match nth {
        0 if byte & 0xf0 != 0x80 => {
            if first {
                Stage::Begin
            } else {
                Stage::FirstField
            }
        }
        0 | 1 => next(nth.saturating_add(1)),
        _ if byte & 3 == 3 => Stage::Begin,
        _ => {
            if first {
                Stage::FirstField
            } else {
                Stage::Begin
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::marks;
    use super::super::*;

    const SLICES: [u8; 10] = [0, 0, 1, 1, 9, 0, 0, 1, 2, 9];

    fn picture(structure: u8) -> Vec<u8> {
        [&[0, 0, 1, 0, 9, 9, 9, 9, 0, 0, 1, 0xb5, 0x8f, 0xff, structure, 9][..], &SLICES].concat()
    }

    #[test]
    fn a_packet_is_a_frame_or_two_fields() {
        let frame = [picture(3), picture(3)].concat();
        assert_eq!(
            marks(Cut::Mpeg2, &frame),
            [Mark::Picture { at: 0 }, Mark::Begins { at: 26, more: true }, Mark::Picture { at: 26 }]
        );
        let fields = [picture(1), picture(2), picture(1)].concat();
        assert_eq!(
            marks(Cut::Mpeg2, &fields),
            [Mark::Picture { at: 0 }, Mark::Begins { at: 52, more: true }, Mark::Picture { at: 52 }]
        );
    }

    #[test]
    fn the_byte_behind_the_first_slice_code_is_not_looked_at() {
        assert_eq!(marks(Cut::Mpeg2, &[0, 0, 1, 1, 0, 0, 1, 0xb3, 9]), []);
        assert_eq!(marks(Cut::Mpeg2, &[0, 0, 1, 1, 9, 0, 0, 1, 0xb3, 9]), [Mark::Begins { at: 5, more: true }]);
    }

    #[test]
    fn the_end_of_a_sequence_ends_a_packet() {
        let bytes = [&picture(3)[..], &[0, 0, 1, 0xb7], &picture(3)].concat();
        assert_eq!(
            marks(Cut::Mpeg2, &bytes),
            [Mark::Picture { at: 0 }, Mark::Begins { at: 30, more: true }, Mark::Picture { at: 30 }]
        );
    }
}
