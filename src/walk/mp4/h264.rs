//! Which samples libavformat marks as key frames: its H.264 parser looks into them and does not ask the container. An
//! IDR picture is one, and whatever has a recovery point; also an intra picture where pictures refer to no more than
//! one other.

use super::super::Declined;

/// Bytes at the front of a slice that its first fields fit in.
const SLICE_HEAD: usize = 24;

/// What the parser keeps from sample to sample.
#[derive(Clone, Debug)]
pub struct Keys {
    length_bytes: usize,
    /// All parameter sets so far let pictures refer to several others.
    many_references: bool,
}

enum Seen {
    Nothing,
    /// A recovery point follows.
    Recovery,
    /// The first slice: the type of all its slices is known.
    Slice {
        idr: bool,
        intra: bool,
    },
}

impl Keys {
    /// From `avcC`.
    pub fn new(configuration: &[u8]) -> Result<Self, Declined> {
        let odd = || Declined::structure("a decoder configuration that is not as usual");
        let length_bytes = configuration.get(4).map(|byte| usize::from(byte & 3).wrapping_add(1)).ok_or_else(odd)?;
        let mut keys = Keys { length_bytes, many_references: true };
        let mut rest = configuration.get(5..).ok_or_else(odd)?;
        if configuration.first() != Some(&1) || configuration.len() < 7 {
            return Err(odd());
        }
        for mask in [0x1f, 0xff] {
            let (count, after) = rest.split_first().ok_or_else(odd)?;
            rest = after;
            for _ in 0..count & mask {
                let (size, after) = rest.split_first_chunk::<2>().ok_or_else(odd)?;
                let (set, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*size))).ok_or_else(odd)?;
                keys.note_parameters(set);
                rest = after;
            }
        }
        Ok(keys)
    }

    fn note_parameters(&mut self, unit: &[u8]) {
        if unit.first().is_some_and(|byte| byte & 0x1f == 7) && references(unit).is_none_or(|count| count < 2) {
            self.many_references = false;
        }
    }

    /// Whether the packet made of `sample` is marked.
    pub fn is_key(&mut self, sample: &[u8]) -> Result<bool, Declined> {
        let mut rest = sample;
        let mut recovers = false;
        // The parser wants a byte behind the length.
        while rest.len() > self.length_bytes {
            let Some((length, after)) = rest.split_at_checked(self.length_bytes) else { break };
            let size = length.iter().fold(0usize, |size, byte| size.wrapping_shl(8) | usize::from(*byte));
            let Some((unit, after)) = after.split_at_checked(size).filter(|(unit, _)| !unit.is_empty()) else { break };
            if size > i32::MAX.unsigned_abs().try_into().unwrap_or(usize::MAX) {
                break;
            }
            rest = after;
            match self.look(unit)? {
                Seen::Nothing => {}
                Seen::Recovery => recovers = true,
                Seen::Slice { idr: true, .. } => return Ok(true),
                Seen::Slice { .. } if recovers => return Ok(true),
                Seen::Slice { intra: false, .. } => return Ok(false),
                Seen::Slice { .. } if self.many_references => return Ok(false),
                Seen::Slice { .. } => return Err(Declined::structure("an intra picture that may be a key frame")),
            }
        }
        Ok(false)
    }

    fn look(&mut self, unit: &[u8]) -> Result<Seen, Declined> {
        let odd = || Declined::structure("a slice that is not as usual");
        let kind = unit.first().map_or(0, |byte| byte & 0x1f);
        if kind == 5 {
            return Ok(Seen::Slice { idr: true, intra: true });
        }
        if kind == 1 {
            // A picture's first slice begins with its first macroblock: one bit, and its type is in the same byte.
            if let Some(byte) = unit.get(1).filter(|byte| **byte & 0x80 != 0) {
                let zeros = byte.wrapping_shl(1).leading_zeros();
                let slice = byte.wrapping_shl(1).wrapping_shr(7u32.saturating_sub(zeros.saturating_mul(2)));
                return if zeros < 4 && slice <= 10 {
                    Ok(Seen::Slice { idr: false, intra: matches!(slice, 3 | 8) })
                } else {
                    Err(odd())
                };
            }
            let mut bits = Bits::new(unit.get(1..).unwrap_or_default(), SLICE_HEAD);
            if has_start_code(bits.bytes) {
                return Err(odd());
            }
            bits.golomb().ok_or_else(odd)?;
            let slice = bits.golomb().filter(|slice| *slice < 10).ok_or_else(odd)?;
            return Ok(Seen::Slice { idr: false, intra: matches!(slice, 2 | 7) });
        }
        // A start code in a unit ends it, and another one begins.
        if has_start_code(unit) {
            return Err(Declined::structure("a start code where lengths are used"));
        }
        match kind {
            7 => self.note_parameters(unit),
            6 => return recovery(unit.get(1..).unwrap_or_default()),
            _ => {}
        }
        Ok(Seen::Nothing)
    }
}

fn has_start_code(unit: &[u8]) -> bool {
    unit.windows(3).any(|three| matches!(three, [0, 0, 1 | 2]))
}

/// Supplemental information: whether it has a recovery point.
fn recovery(unit: &[u8]) -> Result<Seen, Declined> {
    let mut bits = Bits::new(unit, usize::MAX);
    let mut sure = true;
    let all = bits.left();
    let left = |bits: &Bits| all.saturating_sub(bits.taken);
    while left(&bits) > 16 && bits.clone().take(16) != Some(0) {
        let Some((kind, size)) = bits.varying().zip(bits.varying()) else { return Ok(Seen::Nothing) };
        if size > left(&bits).wrapping_shr(3) {
            return Ok(Seen::Nothing);
        }
        let mut message = bits.clone();
        match kind {
            6 => {
                let frames = message.golomb();
                return match frames {
                    Some(frames) if sure && frames < 1 << 16 && size > 0 => Ok(Seen::Recovery),
                    _ => Err(Declined::structure("a recovery point that is not as usual")),
                };
            }
            0 => sure &= message.golomb().is_some_and(|id| id < 32),
            1 => sure &= size <= 32,
            5 => sure &= size >= 16,
            _ => sure = false,
        }
        for _ in 0..size {
            bits.take(8);
        }
    }
    Ok(Seen::Nothing)
}

/// How many other pictures a picture may refer to, by a sequence parameter set.
fn references(unit: &[u8]) -> Option<u32> {
    let mut bits = Bits::new(unit.get(1..)?, usize::MAX);
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.golomb()?;
    if matches!(profile, 44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 138 | 139 | 144 | 244) {
        let chroma = bits.golomb()?;
        if chroma == 3 {
            bits.take(1)?;
        }
        bits.golomb()?;
        bits.golomb()?;
        bits.take(1)?;
        // Scaling matrices.
        if bits.take(1)? == 1 {
            return None;
        }
    }
    bits.golomb()?;
    match bits.golomb()? {
        0 => {
            bits.golomb()?;
        }
        1 => {
            bits.take(1)?;
            bits.golomb()?;
            bits.golomb()?;
            for _ in 0..bits.golomb().filter(|cycle| *cycle < 256)? {
                bits.golomb()?;
            }
        }
        _ => {}
    }
    bits.golomb()
}

/// The bits of a unit without its emulation prevention.
#[derive(Clone)]
struct Bits<'a> {
    bytes: &'a [u8],
    /// Zeros before the next byte.
    zeros: u32,
    held: u64,
    count: u32,
    taken: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8], most: usize) -> Self {
        let bytes = bytes.get(..most.min(bytes.len())).unwrap_or_default();
        Bits { bytes, zeros: 0, held: 0, count: 0, taken: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        let (mut byte, mut rest) = self.bytes.split_first()?;
        if self.zeros >= 2 && *byte == 3 {
            (byte, rest) = rest.split_first()?;
            self.zeros = 0;
        }
        self.zeros = if *byte == 0 { self.zeros.saturating_add(1) } else { 0 };
        self.bytes = rest;
        Some(*byte)
    }

    /// Bits to the end.
    fn left(&self) -> u32 {
        let mut rest = self.clone();
        let mut bits = self.count;
        while rest.byte().is_some() {
            bits = bits.saturating_add(8);
        }
        bits
    }

    /// Up to 32 bits.
    fn take(&mut self, count: u32) -> Option<u32> {
        while self.count < count {
            self.held = self.held.wrapping_shl(8) | u64::from(self.byte()?);
            self.count = self.count.wrapping_add(8);
        }
        self.count = self.count.wrapping_sub(count);
        self.taken = self.taken.saturating_add(count);
        let mask = 1u64.wrapping_shl(count).wrapping_sub(1);
        u32::try_from(self.held.wrapping_shr(self.count) & mask).ok()
    }

    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0u32;
        while self.take(1)? == 0 {
            zeros = zeros.wrapping_add(1);
            if zeros > 24 {
                return None;
            }
        }
        let rest = self.take(zeros)?;
        Some(1u32.wrapping_shl(zeros).wrapping_sub(1).wrapping_add(rest))
    }

    /// A number in bytes that go on as long as they are 255.
    fn varying(&mut self) -> Option<u32> {
        let mut sum = 0u32;
        loop {
            let byte = self.take(8)?;
            sum = sum.saturating_add(byte);
            if byte != 255 {
                return Some(sum);
            }
        }
    }
}
