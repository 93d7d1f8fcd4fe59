//! H.264: an IDR picture, one with a recovery point, or an intra picture in a stream that refers to one picture at most.

use super::bits::Bits;
use super::{LONGEST, each_unit};
use crate::walk::Declined;
use crate::walk::mpegts::pieces::Pieces;

const SLICE: u8 = 1;
const IDR: u8 = 5;
const SEI: u8 = 6;
const SPS: u8 = 7;
const PPS: u8 = 8;
/// Bytes that hold a slice's first three numbers.
const SLICE_HEAD: usize = 32;
const RECOVERY_POINT: u32 = 6;
const MOST_RECOVERY_FRAMES: u32 = 1 << 16;

/// The parameter sets so far.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    sequences: Vec<Sequence>,
    pictures: Vec<Picture>,
}

#[derive(Clone, Debug)]
struct Sequence {
    id: u32,
    bytes: Vec<u8>,
    references: u32,
}

#[derive(Clone, Debug)]
struct Picture {
    id: u32,
    sequence: u32,
    /// Refers to one picture at most, by both sets.
    refers_little: bool,
}

impl Sets {
    pub fn is_key(&mut self, packet: Pieces) -> Result<bool, Declined> {
        let mut recovers = false;
        let key = each_unit(
            packet,
            |first| match first & 0x1f {
                SLICE | IDR => SLICE_HEAD,
                SEI | SPS | PPS => LONGEST,
                _ => 1,
            },
            |unit| {
                let Some(first) = unit.first() else { return Ok(None) };
                if unit.len() >= LONGEST {
                    return Err(Declined::structure("a parameter set or message of more than 64 KiB"));
                }
                match first & 0x1f {
                    IDR => return Ok(Some(true)),
                    SLICE => return self.slice(unit, recovers).map(Some),
                    SEI => recovers |= recovery_point(unit),
                    SPS => self.sequence(unit),
                    PPS => self.picture(unit),
                    _ => {}
                }
                Ok(None)
            },
        )?;
        Ok(key.unwrap_or(false))
    }

    fn slice(&self, unit: &[u8], recovers: bool) -> Result<bool, Declined> {
        let mut bits = Bits::new(unit.get(1..).unwrap_or(&[]));
        let (first, kind, set) = (bits.unsigned(), bits.unsigned(), bits.unsigned());
        let (Some(_), Some(kind @ 0..=9), Some(set)) = (first, kind, set) else {
            return Err(Declined::damaged("a slice header that makes no sense"));
        };
        // 2 and 7 are intra slices.
        let intra = kind.checked_rem(5) == Some(2);
        let set = self.pictures.iter().find(|picture| picture.id == set);
        Ok(recovers || intra && set.is_some_and(|picture| picture.refers_little))
    }

    /// A sequence that changes takes the picture parameter sets that rest on it along.
    fn sequence(&mut self, unit: &[u8]) {
        let Some((id, references)) = sequence(unit) else { return };
        if self.sequences.iter().any(|known| known.id == id && known.bytes == unit) {
            return;
        }
        self.sequences.retain(|known| known.id != id);
        self.pictures.retain(|picture| picture.sequence != id);
        self.sequences.push(Sequence { id, bytes: unit.to_vec(), references });
    }

    fn picture(&mut self, unit: &[u8]) {
        let Some((id, sequence, references)) = picture(unit) else { return };
        let Some(known) = self.sequences.iter().find(|known| known.id == sequence) else { return };
        let refers_little = known.references <= 1 && references <= 1;
        self.pictures.retain(|picture| picture.id != id);
        self.pictures.push(Picture { id, sequence, refers_little });
    }
}

/// The id of a sequence parameter set and how many pictures may be referred to.
fn sequence(unit: &[u8]) -> Option<(u32, u32)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let profile = bits.bits(8)?;
    bits.bits(16)?;
    let id = bits.unsigned().filter(|id| *id < 32)?;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 144) {
        let chroma = bits.unsigned()?;
        if chroma == 3 {
            bits.bit()?;
        }
        bits.unsigned()?;
        bits.unsigned()?;
        bits.bit()?;
        if bits.bit()? {
            scaling_lists(&mut bits, if chroma == 3 { 12 } else { 8 })?;
        }
    }
    bits.unsigned()?;
    match bits.unsigned()? {
        0 => drop(bits.unsigned()?),
        1 => {
            bits.bit()?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.unsigned().filter(|cycle| *cycle < 256)? {
                bits.signed()?;
            }
        }
        _ => {}
    }
    Some((id, bits.unsigned()?))
}

pub fn scaling_lists(bits: &mut Bits, lists: u32) -> Option<()> {
    for list in 0..lists {
        if !bits.bit()? {
            continue;
        }
        let (mut last, mut next) = (8i64, 8i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = last.saturating_add(bits.signed()?) & 0xff;
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

/// The ids of a picture parameter set and of its sequence's, and how many pictures a slice refers to.
fn picture(unit: &[u8]) -> Option<(u32, u32, u32)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let id = bits.unsigned().filter(|id| *id < 256)?;
    let sequence = bits.unsigned()?;
    bits.bits(2)?;
    // Slice groups are not decoded by libavcodec.
    bits.unsigned().filter(|groups| *groups == 0)?;
    Some((id, sequence, bits.unsigned()?.saturating_add(1)))
}

/// Whether one of the messages announces a recovery point.
fn recovery_point(unit: &[u8]) -> bool {
    let mut bits = Bits::new(unit.get(1..).unwrap_or(&[]));
    let number = |bits: &mut Bits| {
        let mut number = 0u32;
        loop {
            let byte = bits.bits(8)?;
            number = number.saturating_add(byte);
            if byte < 255 {
                return Some(number);
            }
        }
    };
    loop {
        let (Some(kind), Some(size)) = (number(&mut bits), number(&mut bits)) else { return false };
        if kind == RECOVERY_POINT {
            return bits.unsigned().is_some_and(|frames| frames < MOST_RECOVERY_FRAMES);
        }
        for _ in 0..size {
            if bits.bits(8).is_none() {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_point_is_found_among_other_messages() {
        assert!(recovery_point(&[6, 5, 2, 9, 9, 6, 1, 0xc4, 0x80]));
        assert!(!recovery_point(&[6, 5, 2, 6, 1, 0x80]));
        assert!(!recovery_point(&[6, 5, 200, 6, 1, 0xc4, 0x80]));
    }

    #[test]
    fn parameter_sets_say_how_many_pictures_are_referred_to() {
        // Baseline, id 0, frame numbers and picture order of 4 bits, three references.
        let sps = [0x67, 66, 0xc0, 30, 0b1111_0010, 0b0111_1000];
        assert_eq!(sequence(&sps), Some((0, 3)));
        // Both ids 0, no entropy coding mode, one slice group, two references.
        assert_eq!(picture(&[0x68, 0b1100_1010, 0b1000_0000]), Some((0, 0, 2)));
    }

    #[test]
    fn a_new_sequence_takes_its_picture_sets_along() {
        let mut sets = Sets::default();
        let one = [0x67, 66, 0xc0, 30, 0b1111_0101, 0b1000_0000];
        let slice = [0x41, 0b1011_1000];
        sets.sequence(&one);
        sets.picture(&[0x68, 0b1100_1100]);
        assert!(sets.slice(&slice, false).unwrap());
        sets.sequence(&one);
        assert!(sets.slice(&slice, false).unwrap());
        sets.sequence(&[0x67, 66, 0xc0, 31, 0b1111_0101, 0b1000_0000]);
        assert!(!sets.slice(&slice, false).unwrap());
        assert!(sets.slice(&slice, true).unwrap());
    }
}
