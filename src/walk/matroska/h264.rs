//! Which H.264 access units libavformat calls key frames: those that its parser does, by the first slice. That is an IDR
//! slice, one behind a recovery point, or an intra slice where there is hardly more than one reference frame.

use crate::walk::Declined;
use std::borrow::Cow;

/// What the parameter sets tell, as far as it matters.
#[derive(Default)]
pub struct Parser {
    /// Bytes in which a NAL unit's size is told; 0 where there is no header that says so.
    size_length: usize,
    /// By SPS: whether it allows more than one reference frame.
    sequences: Vec<(u32, bool)>,
    /// By PPS: whether more than one reference frame is in use, by it or its SPS.
    pictures: Vec<(u32, bool)>,
}

/// A NAL unit's bytes without those that only keep start codes out of it: as many as a header can need.
struct Payload {
    bytes: [u8; 320],
    length: usize,
    bit: usize,
}

impl Parser {
    /// From avcC. One that is not understood gives a parser that declines.
    pub fn new(configuration: &[u8]) -> Self {
        let mut parser = Parser::default();
        if parser.configure(configuration).is_none() {
            parser.size_length = 0;
        }
        parser
    }

    fn configure(&mut self, configuration: &[u8]) -> Option<()> {
        let (&[1, _, _, _, lengths, sequences], mut rest) = configuration.split_first_chunk::<6>()? else {
            return None;
        };
        for _ in 0..sequences & 0x1f {
            self.sequence(parameter_set(&mut rest, 7)?)?;
        }
        let (pictures, after) = rest.split_first()?;
        rest = after;
        for _ in 0..*pictures {
            self.picture(parameter_set(&mut rest, 8)?)?;
        }
        self.size_length = usize::from(lengths & 3).checked_add(1)?;
        Some(())
    }

    /// Whether libavformat calls this access unit a key frame.
    pub fn is_key(&mut self, unit: &[u8]) -> Result<bool, Declined> {
        if self.size_length == 0 {
            return Err(Declined::structure("H.264 without an avcC that is understood"));
        }
        let mut rest = unit;
        let mut recovers = false;
        loop {
            let Some(nal) = next(&mut rest, self.size_length)? else {
                // No slice, or a size that leads out of the unit.
                return Ok(false);
            };
            let kind = nal.first().map_or(0, |first| first & 0x1f);
            // Of a slice, libavformat looks at the beginning.
            let looked_at = if matches!(kind, 1 | 5) { nal.get(..60).unwrap_or(nal) } else { nal };
            if has_start_code(looked_at) {
                return Err(Declined::structure("a start code inside a NAL unit"));
            }
            match kind {
                5 => return Ok(true),
                1 => return self.slice(nal, recovers),
                6 => recovers |= recovery_point(nal).ok_or(Declined::structure("an SEI that is not understood"))?,
                7 => self.sequence(nal).ok_or(Declined::structure("an SPS that is not understood"))?,
                8 => self.picture(nal).ok_or(Declined::structure("a PPS that is not understood"))?,
                _ => {}
            }
        }
    }

    fn slice(&self, nal: &[u8], recovers: bool) -> Result<bool, Declined> {
        if recovers {
            return Ok(true);
        }
        let mut payload = Payload::new(nal);
        let odd = Declined::structure("a slice header that is not understood");
        let _first_macroblock = payload.golomb().ok_or(odd)?;
        let kind = payload.golomb().filter(|kind| *kind < 10).ok_or(odd)?;
        let picture = payload.golomb().ok_or(odd)?;
        if !matches!(kind, 2 | 7) {
            return Ok(false);
        }
        // Without its PPS libavformat does not get as far.
        let many = self.pictures.iter().find(|(id, _)| *id == picture).is_none_or(|(_, many)| *many);
        Ok(!many)
    }

    fn sequence(&mut self, nal: &[u8]) -> Option<()> {
        let (id, many) = sequence(&mut Payload::new(nal))?;
        set(&mut self.sequences, id, many)
    }

    fn picture(&mut self, nal: &[u8]) -> Option<()> {
        let mut payload = Payload::new(nal);
        let id = payload.golomb().filter(|id| *id < 256)?;
        let sequence = payload.golomb()?;
        let (_, many) = *self.sequences.iter().find(|(id, _)| *id == sequence)?;
        payload.bits(2)?;
        let groups = payload.golomb()?;
        let references = payload.golomb().filter(|count| groups == 0 && *count < 32)?;
        set(&mut self.pictures, id, many || references > 0)
    }
}

fn set(sets: &mut Vec<(u32, bool)>, id: u32, many: bool) -> Option<()> {
    match sets.iter_mut().find(|(known, _)| *known == id) {
        Some(known) => known.1 = many,
        None => {
            sets.try_reserve(1).ok()?;
            sets.push((id, many));
        }
    }
    Some(())
}

fn parameter_set<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    let nal = next(rest, 2).ok().flatten()?;
    nal.first().filter(|first| *first & 0x1f == kind && !has_start_code(nal))?;
    Some(nal)
}

/// The next NAL unit; `None` at the end, or where there is none.
fn next<'a>(rest: &mut &'a [u8], size_length: usize) -> Result<Option<&'a [u8]>, Declined> {
    let Some((size, after)) = rest.split_at_checked(size_length).filter(|(_, after)| !after.is_empty()) else {
        return Ok(None);
    };
    let size = size.iter().fold(0_usize, |size, byte| (size << 8) | usize::from(*byte));
    let Some((nal, after)) = after.split_at_checked(size).filter(|(nal, _)| !nal.is_empty()) else {
        return Ok(None);
    };
    *rest = after;
    Ok(Some(nal))
}

/// Whether what can only stand between NAL units stands in one.
fn has_start_code(nal: &[u8]) -> bool {
    nal.windows(3).any(|three| matches!(three, [0, 0, 0..=2]))
}

/// Whether an SEI holds a recovery point.
fn recovery_point(nal: &[u8]) -> Option<bool> {
    let nal = unescaped(nal)?;
    let mut rest = nal.get(1..)?;
    let mut found = false;
    while rest.len() > 2 && rest.get(..2) != Some(&[0, 0]) {
        let kind = sum(&mut rest)?;
        let size = sum(&mut rest)?;
        let (message, after) = rest.split_at_checked(size)?;
        match kind {
            6 => {
                let mut payload = Payload::plain(message);
                payload.golomb().filter(|frames| *frames < 1 << 16)?;
                found = true;
            }
            // After picture timing too long, or user data without a name, libavformat reads no further.
            1 if size > 40 => return None,
            5 if size < 16 => return None,
            _ => {}
        }
        rest = after;
    }
    Some(found)
}

/// A NAL unit without the bytes that keep start codes out of it.
fn unescaped(nal: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !nal.windows(3).any(|three| three == [0, 0, 3]) {
        return Some(Cow::Borrowed(nal));
    }
    let mut plain = Vec::new();
    plain.try_reserve_exact(nal.len()).ok()?;
    plain.extend(plain_bytes(nal));
    Some(Cow::Owned(plain))
}

fn plain_bytes(escaped: &[u8]) -> impl Iterator<Item = u8> {
    let mut zeros = 0_u32;
    escaped.iter().copied().filter(move |byte| {
        let escapes = zeros >= 2 && *byte == 3;
        zeros = if *byte == 0 { zeros.saturating_add(1) } else { 0 };
        !escapes
    })
}

fn sum(rest: &mut &[u8]) -> Option<usize> {
    let mut sum = 0_usize;
    loop {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        sum = sum.checked_add(usize::from(*byte))?;
        if *byte != 255 {
            return Some(sum);
        }
    }
}

/// An SPS's id, and whether it allows more than one reference frame.
fn sequence(sps: &mut Payload) -> Option<(u32, bool)> {
    let profile = sps.bits(8)?;
    sps.bits(16)?;
    let id = sps.golomb().filter(|id| *id < 32)?;
    if matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 144) {
        let chroma = sps.golomb().filter(|chroma| *chroma <= 3)?;
        if chroma == 3 && sps.bits(1)? == 1 {
            return None;
        }
        let depth = sps.golomb().filter(|depth| matches!(depth, 0 | 1 | 2 | 4 | 6))?;
        sps.golomb().filter(|other| *other == depth)?;
        sps.bits(1)?;
        if sps.bits(1)? == 1 {
            for nth in 0..if chroma == 3 { 12 } else { 8 } {
                scaling_list(sps, if nth < 6 { 16 } else { 64 })?;
            }
        }
    }
    sps.golomb().filter(|bits| *bits <= 12)?;
    match sps.golomb()? {
        0 => drop(sps.golomb().filter(|bits| *bits <= 12)?),
        1 => {
            sps.bits(1)?;
            sps.golomb()?;
            sps.golomb()?;
            for _ in 0..sps.golomb().filter(|cycle| *cycle < 256)? {
                sps.golomb()?;
            }
        }
        2 => {}
        _ => return None,
    }
    let references = sps.golomb().filter(|count| *count <= 16)?;
    Some((id, references > 1))
}

fn scaling_list(sps: &mut Payload, size: u32) -> Option<()> {
    if sps.bits(1)? == 0 {
        return Some(());
    }
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            let coded = i64::from(sps.golomb()?);
            let half = coded.checked_add(1)? >> 1;
            let delta = if coded & 1 == 1 { half } else { half.checked_neg()? };
            next = last.checked_add(delta)?.checked_add(256)? & 255;
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

impl Payload {
    /// Of a NAL unit, behind its header.
    fn new(nal: &[u8]) -> Self {
        Payload::fill(plain_bytes(nal.get(1..).unwrap_or_default()))
    }

    fn plain(bytes: &[u8]) -> Self {
        Payload::fill(bytes.iter().copied())
    }

    fn fill(from: impl Iterator<Item = u8>) -> Self {
        let mut payload = Payload { bytes: [0; 320], length: 0, bit: 0 };
        for (place, byte) in payload.bytes.iter_mut().zip(from) {
            *place = byte;
            payload.length = payload.length.saturating_add(1);
        }
        payload
    }

    fn bits(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..count {
            let byte = self.bytes.get(..self.length)?.get(self.bit >> 3)?;
            let shift = 7_u32.checked_sub(u32::try_from(self.bit & 7).ok()?)?;
            value = (value << 1) | u32::from(byte.checked_shr(shift)? & 1);
            self.bit = self.bit.checked_add(1)?;
        }
        Some(value)
    }

    /// An unsigned Exp-Golomb number.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0_u32;
        while self.bits(1)? == 0 {
            zeros = zeros.checked_add(1).filter(|zeros| *zeros < 32)?;
        }
        let offset = 1_u32.checked_shl(zeros)?.checked_sub(1)?;
        self.bits(zeros)?.checked_add(offset)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Baseline, POC type 2, so many reference frames.
    fn sps(references: u8) -> Vec<u8> {
        // id 0, log2 4, POC type 2, then the references.
        let bits = match references {
            1 => 0b1101_1010,
            _ => 0b1101_1011,
        };
        vec![0x67, 66, 0, 30, bits, 0x80]
    }

    /// id 0, SPS 0, one slice group, one reference in each list.
    const PPS: &[u8] = &[0x68, 0b1100_1111, 0x80];

    fn configuration(sps: &[u8]) -> Vec<u8> {
        let length = u8::try_from(sps.len()).unwrap();
        [&[1, 66, 0, 30, 0xff, 0xe1, 0, length], sps, &[1, 0, 3], PPS].concat()
    }

    fn unit(nals: &[&[u8]]) -> Vec<u8> {
        nals.iter().flat_map(|nal| [&u32::try_from(nal.len()).unwrap().to_be_bytes()[..], nal].concat()).collect()
    }

    const IDR: &[u8] = &[0x65, 0x88, 0x80, 0];
    /// Macroblock 0, slice type 7: intra only; and 5: predicted.
    const INTRA: &[u8] = &[0x41, 0b1000_1000, 0b1000_0000, 1];
    const PREDICTED: &[u8] = &[0x41, 0b1001_1011, 0, 1];

    #[test]
    fn idr_and_recovery_make_key_frames() {
        let mut parser = Parser::new(&configuration(&sps(2)));
        let mut is_key = |nals: &[&[u8]]| parser.is_key(&unit(nals)).unwrap();
        assert!(is_key(&[&[9, 0xf0], IDR]));
        assert!(!is_key(&[PREDICTED]));
        assert!(!is_key(&[INTRA]));
        assert!(is_key(&[&[6, 6, 1, 0xc4, 0x80], INTRA]), "a recovery point");
        assert!(is_key(&[&[6, 4, 4, 0, 0, 3, 0, 9, 6, 1, 0xc4, 0x80], INTRA]), "behind a message with an escape");
        assert!(!is_key(&[&[6, 4, 1, 0xc4, 0x80], INTRA]), "another message");
    }

    #[test]
    fn with_one_reference_frame_an_intra_slice_is_a_key_frame() {
        let mut parser = Parser::new(&configuration(&sps(1)));
        assert_eq!(parser.is_key(&unit(&[INTRA])), Ok(true));
        assert_eq!(parser.is_key(&unit(&[PREDICTED])), Ok(false));
        assert_eq!(parser.is_key(&unit(&[&sps(2), PPS, INTRA])), Ok(false), "parameter sets on the way");
    }

    #[test]
    fn what_is_not_understood_is_declined() {
        assert!(Parser::new(b"\0\0\0\x01").is_key(&unit(&[IDR])).is_err(), "no avcC");
        let mut parser = Parser::new(&configuration(&sps(1)));
        assert!(parser.is_key(&unit(&[&[6, 0, 0, 1, 4], INTRA])).is_err(), "a start code");
        assert_eq!(parser.is_key(&[0, 0, 9, 9, 1]), Ok(false), "no slice");
    }
}
