//! Sequence and picture parameter sets: how many pictures a picture may refer to. A set that libavcodec may refuse, or
//! take in a way of its own, leaves a doubt, which counts only where a picture is a key frame by its sets.

use super::super::bits::Bits;
use super::{PPS, Rate, SPS};
use crate::walk::Declined;

/// Longer ones libavcodec does not compare as a whole.
const MOST_COMPARED: usize = 4000;
/// Profiles whose sets tell more of chroma, depth and scaling.
const HIGH: [u32; 11] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 144];
/// Macroblocks side by side or one below the other: more than in any picture, few enough for libavcodec.
const MOST_MACROBLOCKS: u32 = 512;

#[derive(Clone, Debug, Default)]
pub struct Sets {
    sequences: Vec<Sequence>,
    pictures: Vec<Picture>,
    doubt: bool,
}

#[derive(Clone, Debug)]
struct Sequence {
    id: u32,
    bytes: Vec<u8>,
    about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct About {
    references: u32,
    /// As much chroma as luma.
    full_chroma: bool,
    rate: Rate,
}

#[derive(Clone, Debug)]
struct Picture {
    id: u32,
    sequence: u32,
    /// Refers to one picture at most, by both sets.
    refers_little: bool,
    /// Its sequence has been replaced since.
    stale: bool,
}

impl Sets {
    /// Remembers a parameter set. Says whether it is understood.
    pub fn note(&mut self, unit: &[u8]) -> bool {
        let noted = match unit.first().map_or(0, |first| first & 0x1f) {
            SPS => self.sequence(unit),
            PPS => self.picture(unit),
            _ => Some(()),
        };
        noted.is_some() || self.doubt()
    }

    /// From here on it is not certain which sets there are. Gives false.
    pub fn doubt(&mut self) -> bool {
        self.doubt = true;
        false
    }

    /// Whether intra pictures by this picture parameter set are key frames. Without it they are none.
    pub fn refers_little(&self, id: u32) -> Result<bool, Declined> {
        let set = self.pictures.iter().find(|picture| picture.id == id);
        let little = set.is_some_and(|picture| picture.refers_little);
        if self.doubt || (little && set.is_some_and(|picture| picture.stale)) {
            return Err(Declined::structure("an intra picture whose parameter sets are not certain"));
        }
        Ok(little)
    }

    /// Whether there is such a picture parameter set, for certain.
    pub fn knows(&self, id: u32) -> bool {
        !self.doubt && self.pictures.iter().any(|picture| picture.id == id)
    }

    /// What all sequences that have come by say alike.
    pub fn rate(&self) -> Rate {
        let mut rates = self.sequences.iter().map(|sequence| sequence.about.rate);
        let first = rates.next().filter(|_| !self.doubt).unwrap_or(Rate::Unclear);
        if rates.all(|rate| rate == first) { first } else { Rate::Unclear }
    }

    fn sequence(&mut self, unit: &[u8]) -> Option<()> {
        if self.sequences.iter().any(|known| known.bytes == unit) {
            return Some(());
        }
        let (id, about) = sequence(unit).filter(|_| unit.len() <= MOST_COMPARED)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(unit.len()).ok()?;
        bytes.extend_from_slice(unit);
        self.pictures.iter_mut().filter(|picture| picture.sequence == id).for_each(|picture| picture.stale = true);
        put(&mut self.sequences, Sequence { id, bytes, about }, |known| known.id == id)
    }

    /// A set without its sequence is not taken.
    fn picture(&mut self, unit: &[u8]) -> Option<()> {
        let mut bits = Bits::new(unit.get(1..)?);
        let (id, sequence) = (bits.below(256)?, bits.below(31)?);
        let Some(known) = self.sequences.iter().find(|known| known.id == sequence) else { return Some(()) };
        let references = picture(bits, known.about.full_chroma)?;
        let refers_little = known.about.references <= 1 && references <= 1;
        put(&mut self.pictures, Picture { id, sequence, refers_little, stale: false }, |known| known.id == id)
    }
}

fn put<T>(sets: &mut Vec<T>, set: T, is_same: impl Fn(&T) -> bool) -> Option<()> {
    match sets.iter_mut().find(|known| is_same(known)) {
        Some(known) => *known = set,
        None => {
            sets.try_reserve(1).ok()?;
            sets.push(set);
        }
    }
    Some(())
}

/// A whole sequence parameter set, within the bounds that libavcodec keeps to.
fn sequence(unit: &[u8]) -> Option<(u32, About)> {
    let mut bits = Bits::new(unit.get(1..)?);
    let profile = bits.take(8)?;
    bits.take(16)?;
    let id = bits.below(31)?;
    let mut chroma = 1;
    if HIGH.contains(&profile) {
        chroma = bits.below(4)?;
        // Planes on their own are not decoded.
        if chroma == 3 && bits.flag()? {
            return None;
        }
        let depth = bits.unsigned().filter(|depth| matches!(depth, 0 | 1 | 2 | 4 | 6))?;
        bits.unsigned().filter(|other| *other == depth)?;
        bits.flag()?;
        scaling_lists(&mut bits, if chroma == 3 { 12 } else { 8 })?;
    }
    bits.below(13)?;
    picture_order(&mut bits)?;
    let references = bits.below(17)?;
    bits.flag()?;
    let (width, height) = (bits.below(MOST_MACROBLOCKS)?, bits.below(MOST_MACROBLOCKS)?);
    // Frames only; if not, whether fields mix within one. Then one more flag.
    let only_frames = bits.flag()?;
    bits.take(if only_frames { 1 } else { 2 })?;
    if bits.flag()? {
        cropping(&mut bits, width)?;
        cropping(&mut bits, height)?;
    }
    let mut rate = Rate::Untold;
    if bits.flag()? {
        rate = usability(&mut bits)?;
    }
    if !only_frames && rate != Rate::Untold {
        // Fields last half as long.
        rate = Rate::Unclear;
    }
    bits.left()?;
    Some((id, About { references, full_chroma: chroma == 3, rate }))
}

fn picture_order(bits: &mut Bits) -> Option<()> {
    match bits.unsigned()? {
        0 => drop(bits.below(13)?),
        1 => {
            bits.flag()?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.below(256)? {
                bits.signed()?;
            }
        }
        2 => {}
        _ => return None,
    }
    Some(())
}

/// Both sides, in units of two samples or less; a macroblock has 16 samples.
fn cropping(bits: &mut Bits, last_macroblock: u32) -> Option<()> {
    let most = last_macroblock.saturating_add(1).saturating_mul(8);
    let first = bits.below(most)?;
    bits.below(most.saturating_sub(first)).map(drop)
}

/// Whether there are any is told first.
pub fn scaling_lists(bits: &mut Bits, lists: u32) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    for list in 0..lists {
        if !bits.flag()? {
            continue;
        }
        let (mut last, mut next) = (8i64, 8i64);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                let delta = bits.signed().filter(|delta| (-128..128).contains(delta))?;
                next = last.saturating_add(delta) & 0xff;
            }
            last = if next == 0 { last } else { next };
        }
    }
    Some(())
}

/// Video usability information: how long pictures last.
fn usability(bits: &mut Bits) -> Option<Rate> {
    const EXTENDED_ASPECT: u32 = 255;
    if bits.flag()? {
        match bits.take(8)? {
            EXTENDED_ASPECT => drop(bits.take(32)?),
            0..=16 => {}
            _ => return None,
        }
    }
    if bits.flag()? {
        bits.flag()?;
    }
    if bits.flag()? {
        bits.take(4)?;
        if bits.flag()? {
            bits.take(24)?;
        }
    }
    if bits.flag()? {
        bits.below(31)?;
        bits.below(31)?;
    }
    let mut rate = Rate::Untold;
    if bits.flag()? {
        let (units, scale) = (bits.take(32)?, bits.take(32)?);
        if units > 0 && scale > 0 {
            rate = Rate::Told { units, scale };
        }
        bits.flag()?;
    }
    let mut is_timed = false;
    for _ in 0..2 {
        if bits.flag()? {
            is_timed = true;
            reference_decoder(bits)?;
        }
    }
    let has_structures = bits.take(if is_timed { 2 } else { 1 })? & 1 == 1;
    if has_structures && rate != Rate::Untold {
        // Messages say how often a picture is shown.
        rate = Rate::Unclear;
    }
    if bits.flag()? {
        bits.flag()?;
        for limit in [31, 31, 31, 31, 17, 31] {
            bits.below(limit)?;
        }
    }
    Some(rate)
}

/// Parameters of the hypothetical reference decoder.
fn reference_decoder(bits: &mut Bits) -> Option<()> {
    let count = bits.below(31)?;
    bits.take(8)?;
    for _ in 0..=count {
        bits.unsigned()?;
        bits.unsigned()?;
        bits.flag()?;
    }
    bits.take(20).map(drop)
}

/// The rest of a picture parameter set behind its ids: how many pictures a slice refers to.
fn picture(mut bits: Bits, full_chroma: bool) -> Option<u32> {
    bits.take(2)?;
    // Slice groups are not decoded by libavcodec.
    bits.below(1)?;
    let references = bits.below(32)?.saturating_add(1);
    bits.below(32)?;
    bits.take(3)?;
    bits.signed().filter(|quantizer| (-62..=25).contains(quantizer))?;
    bits.signed().filter(|quantizer| (-26..=25).contains(quantizer))?;
    chroma_offset(&mut bits)?;
    bits.take(3)?;
    if bits.left()? > 0 {
        let large = if !bits.flag()? {
            0
        } else if full_chroma {
            6
        } else {
            2
        };
        scaling_lists(&mut bits, 6u32.saturating_add(large))?;
        chroma_offset(&mut bits)?;
        bits.left()?;
    }
    Some(references)
}

fn chroma_offset(bits: &mut Bits) -> Option<()> {
    bits.signed().filter(|offset| (-12..=12).contains(offset)).map(drop)
}
