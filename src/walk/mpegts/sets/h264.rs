//! H.264's.

use super::LONGEST;
use crate::walk::codec::bits::Bits;
use crate::walk::codec::h264::scaling_lists;

#[derive(Default)]
pub struct Sets {
    /// Their numbers, and chroma formats.
    sequences: Vec<(u32, u32)>,
    pictures: Vec<u32>,
}

impl super::Sets for Sets {
    fn wanted(first: u8) -> usize {
        match first & 0x1f {
            1 | 5 => 32,
            7 | 8 => LONGEST,
            _ => 1,
        }
    }

    fn take(&mut self, unit: &[u8]) -> Option<bool> {
        let (first, rest) = unit.split_first()?;
        let mut bits = Bits::new(rest);
        if first & 0x80 != 0 {
            // libavcodec passes over it.
            return None;
        }
        match first & 0x1f {
            7 => {
                let found = sequence(&mut bits)?;
                self.sequences.retain(|(id, _)| *id != found.0);
                self.sequences.push(found);
            }
            8 => {
                let id = self.picture(&mut bits)?;
                self.pictures.push(id);
            }
            1 | 5 => {
                bits.unsigned()?;
                bits.unsigned()?;
                let id = bits.unsigned()?;
                return Some(self.pictures.contains(&id));
            }
            _ => {}
        }
        Some(false)
    }
}

impl Sets {
    fn picture(&self, bits: &mut Bits) -> Option<u32> {
        let id = bits.below(256)?;
        let sequence = bits.below(32)?;
        let (_, chroma) = self.sequences.iter().find(|(id, _)| *id == sequence)?;
        bits.skip(2)?;
        // Slice groups are not implemented in libavcodec.
        bits.below(1)?;
        bits.below(32)?;
        bits.below(32)?;
        bits.skip(3)?;
        bits.signed()?;
        bits.signed()?;
        small(bits)?;
        bits.skip(3)?;
        if !bits.clone().ends() {
            let large = bits.flag()?;
            let more = if *chroma == 3 { 6 } else { 2 };
            scaling_lists(bits, if large { 6u32.saturating_add(more) } else { 6 })?;
            small(bits)?;
        }
        bits.ends().then_some(id)
    }
}

/// An offset of chroma's quantizer.
fn small(bits: &mut Bits) -> Option<()> {
    bits.signed().filter(|offset| (-12..=12).contains(offset)).map(drop)
}

fn sequence(bits: &mut Bits) -> Option<(u32, u32)> {
    let profile = bits.take(8)?;
    bits.skip(16)?;
    let id = bits.below(32)?;
    let mut chroma = 1;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 144) {
        chroma = bits.below(4)?;
        if chroma == 3 && bits.flag()? {
            return None;
        }
        let luma = bits.below(7)?;
        bits.unsigned().filter(|depth| *depth == luma)?;
        bits.skip(1)?;
        scaling_lists(bits, if chroma == 3 { 12 } else { 8 })?;
    }
    bits.below(13)?;
    match bits.unsigned()? {
        0 => drop(bits.below(13)?),
        1 => {
            bits.skip(1)?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.below(256)? {
                bits.signed()?;
            }
        }
        2 => {}
        _ => return None,
    }
    bits.below(17)?;
    bits.skip(1)?;
    let (width, height) = (bits.below(1024)?, bits.below(1024)?);
    let whole = bits.flag()?;
    if !whole {
        bits.skip(1)?;
    }
    if !bits.flag()? && !whole {
        return None;
    }
    if bits.flag()? {
        for most in [width, width, height, height] {
            // Not even half of the picture.
            bits.unsigned().filter(|crop| *crop <= most.saturating_mul(2))?;
        }
    }
    if bits.flag()? {
        usability(bits)?;
    }
    bits.ends().then_some((id, chroma))
}

fn usability(bits: &mut Bits) -> Option<()> {
    bits.appearance()?;
    if bits.flag()? {
        bits.below(6)?;
        bits.below(6)?;
    }
    if bits.flag()? {
        bits.skip(65)?;
    }
    let nal = bits.flag()?;
    if nal {
        reference_decoder(bits)?;
    }
    let vcl = bits.flag()?;
    if vcl {
        reference_decoder(bits)?;
    }
    if nal || vcl {
        bits.skip(1)?;
    }
    bits.skip(1)?;
    if bits.flag()? {
        bits.skip(1)?;
        for _ in 0..6 {
            bits.below(33)?;
        }
    }
    Some(())
}

fn reference_decoder(bits: &mut Bits) -> Option<()> {
    let count = bits.below(32)?;
    bits.skip(8)?;
    for _ in 0..=count {
        bits.unsigned()?;
        bits.unsigned()?;
        bits.skip(1)?;
    }
    bits.skip(20)
}
