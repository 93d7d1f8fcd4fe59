//! HEVC's.

use super::LONGEST;
use crate::walk::codec::bits::Bits;

#[derive(Default)]
pub struct Sets {
    videos: Vec<u32>,
    sequences: Vec<u32>,
    pictures: Vec<u32>,
}

impl super::Sets for Sets {
    fn wanted(first: u8) -> usize {
        match first >> 1 & 0x3f {
            0..=9 | 16..=21 => 16,
            32..=34 => LONGEST,
            _ => 1,
        }
    }

    fn take(&mut self, unit: &[u8]) -> Option<bool> {
        let Some((head, rest)) = unit.split_first_chunk::<2>() else { return Some(false) };
        let mut bits = Bits::new(rest);
        // A first bit, another layer, or no temporal layer: libavcodec passes over it.
        if head[0] & 0x81 != 0 || head[1] & 0xf8 != 0 || head[1] & 7 == 0 {
            return None;
        }
        match head[0] >> 1 & 0x3f {
            32 => self.videos.push(video(&mut bits)?),
            33 => {
                let id = self.sequence(&mut bits)?;
                self.sequences.push(id);
            }
            34 => {
                let id = self.picture(&mut bits)?;
                self.pictures.push(id);
            }
            kind @ (0..=9 | 16..=21) => {
                bits.skip(if kind < 16 { 1 } else { 2 })?;
                let id = bits.unsigned()?;
                return Some(self.pictures.contains(&id));
            }
            _ => {}
        }
        Some(false)
    }
}

fn video(bits: &mut Bits) -> Option<u32> {
    let id = bits.take(4)?;
    bits.take(2).filter(|reserved| *reserved == 3)?;
    bits.skip(6)?;
    let sub_layers = bits.take(3).filter(|layers| *layers < 7)?;
    bits.skip(1)?;
    bits.take(16).filter(|reserved| *reserved == 0xffff)?;
    profile(bits, sub_layers)?;
    ordering(bits, sub_layers)?;
    let layers = bits.take(6)?;
    for _ in 0..bits.below(1024)? {
        bits.skip(layers.saturating_add(1))?;
    }
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.unsigned()?;
        }
        // Reference decoders have their parameters elsewhere in what encoders write.
        bits.below(1)?;
    }
    (bits.flag()? || bits.ends()).then_some(id)
}

fn profile(bits: &mut Bits, sub_layers: u32) -> Option<()> {
    bits.skip(96)?;
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if sub_layers > 0 {
        bits.skip(8u32.saturating_sub(sub_layers).saturating_mul(2))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 })?;
        bits.skip(if level { 8 } else { 0 })?;
    }
    Some(())
}

fn ordering(bits: &mut Bits, sub_layers: u32) -> Option<()> {
    let each = bits.flag()?;
    for _ in if each { 0 } else { sub_layers }..=sub_layers {
        let buffered = bits.below(16)?;
        bits.unsigned().filter(|reordered| *reordered <= buffered)?;
        bits.unsigned()?;
    }
    Some(())
}

impl Sets {
    fn sequence(&self, bits: &mut Bits) -> Option<u32> {
        bits.take(4).filter(|video| self.videos.contains(video))?;
        let sub_layers = bits.take(3).filter(|layers| *layers < 7)?;
        bits.skip(1)?;
        profile(bits, sub_layers)?;
        let id = bits.below(16)?;
        let chroma = bits.below(4)?;
        if chroma == 3 && bits.flag()? {
            return None;
        }
        let (width, height) = (bits.below(16385)?, bits.below(16385)?);
        if bits.flag()? {
            for most in [width, width, height, height] {
                bits.unsigned().filter(|crop| *crop < most >> 2)?;
            }
        }
        let depth = bits.unsigned().filter(|depth| matches!(depth, 0..=2 | 4))?;
        bits.unsigned().filter(|other| *other == depth)?;
        let order = bits.below(13)?.saturating_add(4);
        ordering(bits, sub_layers)?;
        blocks(bits, width, height)?;
        if bits.flag()? && bits.flag()? {
            scaling_lists(bits)?;
        }
        bits.skip(2)?;
        if bits.flag()? {
            bits.take(8).filter(|depths| (depths >> 4).max(depths & 15) <= depth.saturating_add(7))?;
            bits.below(3)?;
            bits.below(3)?;
            bits.skip(1)?;
        }
        let mut entries = 0;
        for nth in 0..bits.below(65)? {
            entries = references(bits, nth, entries)?;
        }
        if bits.flag()? {
            for _ in 0..bits.below(33)? {
                bits.skip(order.saturating_add(1))?;
            }
        }
        bits.skip(2)?;
        if bits.flag()? {
            usability(bits, sub_layers, width, height)?;
        }
        (bits.flag()? || bits.ends()).then_some(id)
    }

    fn picture(&self, bits: &mut Bits) -> Option<u32> {
        let id = bits.below(64)?;
        bits.unsigned().filter(|sequence| self.sequences.contains(sequence))?;
        bits.skip(7)?;
        bits.below(15)?;
        bits.below(15)?;
        bits.signed()?;
        bits.skip(2)?;
        if bits.flag()? {
            bits.below(4)?;
        }
        for _ in 0..2 {
            bits.signed().filter(|offset| (-12..=12).contains(offset))?;
        }
        bits.skip(4)?;
        let (tiles, _) = (bits.flag()?, bits.flag()?);
        if tiles {
            let counts = [bits.below(20)?, bits.below(22)?];
            if !bits.flag()? {
                for _ in 0..counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count)) {
                    bits.unsigned()?;
                }
            }
            bits.skip(1)?;
        }
        bits.skip(1)?;
        if bits.flag()? {
            bits.skip(1)?;
            if !bits.flag()? {
                for _ in 0..2 {
                    bits.signed().filter(|offset| (-6..=6).contains(offset))?;
                }
            }
        }
        if bits.flag()? {
            scaling_lists(bits)?;
        }
        bits.skip(1)?;
        bits.below(5)?;
        bits.skip(1)?;
        (bits.flag()? || bits.ends()).then_some(id)
    }
}

/// The sizes of coding and transform blocks.
fn blocks(bits: &mut Bits, width: u32, height: u32) -> Option<()> {
    let coding = bits.below(4)?.saturating_add(3);
    let tree = coding.saturating_add(bits.below(4)?);
    let transform = bits.below(4)?.saturating_add(2);
    let largest = transform.saturating_add(bits.below(4)?);
    let whole = |size: u32| size > 0 && size.trailing_zeros() >= coding;
    let fits = (4..=6).contains(&tree) && transform < coding && largest <= tree.min(5);
    if !fits || !whole(width) || !whole(height) {
        return None;
    }
    for _ in 0..2 {
        bits.unsigned().filter(|depth| *depth <= tree.saturating_sub(transform))?;
    }
    Some(())
}

fn scaling_lists(bits: &mut Bits) -> Option<()> {
    for size in 0u32..4 {
        for nth in 0..if size == 3 { 2u32 } else { 6 } {
            if !bits.flag()? {
                bits.unsigned().filter(|back| *back <= nth)?;
                continue;
            }
            if size > 1 {
                bits.signed()?;
            }
            for _ in 0..if size == 0 { 16 } else { 64 } {
                bits.signed()?;
            }
        }
    }
    Some(())
}

/// A set of pictures that may be referred to; gives its number of entries. `before`: that of the one before.
fn references(bits: &mut Bits, nth: u32, before: u32) -> Option<u32> {
    let mut entries = 0u32;
    if nth > 0 && bits.flag()? {
        bits.skip(1)?;
        bits.unsigned()?;
        for _ in 0..=before {
            entries = entries.saturating_add(u32::from(bits.flag()? || bits.flag()?));
        }
        return Some(entries);
    }
    for count in [bits.below(17)?, bits.below(17)?] {
        entries = entries.saturating_add(count);
    }
    for _ in 0..entries {
        bits.unsigned()?;
        bits.skip(1)?;
    }
    Some(entries).filter(|entries| *entries <= 16)
}

fn usability(bits: &mut Bits, sub_layers: u32, width: u32, height: u32) -> Option<()> {
    bits.appearance()?;
    if bits.flag()? {
        bits.below(6)?;
        bits.below(6)?;
    }
    bits.skip(3)?;
    if bits.flag()? {
        for most in [width, width, height, height] {
            bits.unsigned().filter(|crop| *crop < most >> 2)?;
        }
    }
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            bits.unsigned()?;
        }
        if bits.flag()? {
            reference_decoder(bits, sub_layers)?;
        }
    }
    if bits.flag()? {
        bits.skip(3)?;
        for _ in 0..5 {
            bits.unsigned()?;
        }
    }
    Some(())
}

fn reference_decoder(bits: &mut Bits, sub_layers: u32) -> Option<()> {
    let kinds = [bits.flag()?, bits.flag()?];
    let mut by_part = false;
    if kinds.contains(&true) {
        by_part = bits.flag()?;
        bits.skip(if by_part { 19 } else { 0 })?;
        bits.skip(8)?;
        bits.skip(if by_part { 4 } else { 0 })?;
        bits.skip(15)?;
    }
    for _ in 0..=sub_layers {
        let mut low_delay = false;
        if bits.flag()? || bits.flag()? {
            bits.unsigned()?;
        } else {
            low_delay = bits.flag()?;
        }
        let count = if low_delay { 0 } else { bits.below(32)? };
        for _ in kinds.iter().filter(|there| **there) {
            for _ in 0..=count {
                for _ in 0..if by_part { 4 } else { 2 } {
                    bits.unsigned()?;
                }
                bits.skip(1)?;
            }
        }
    }
    Some(())
}
