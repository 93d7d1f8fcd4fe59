//! Which packets libavformat marks as key frames: by the container's word, or by looking into them.

use super::super::Declined;
use super::h264;
use super::tags::{Coding, Kind};

#[derive(Clone, Debug)]
pub enum Judge {
    /// Each of them.
    Always,
    /// Those that the container names.
    Container,
    H264(h264::Keys),
    Av1,
    Vp8,
    Vp9,
}

impl Judge {
    pub fn new(coding: Coding, kind: Kind, configuration: &[u8]) -> Result<Self, Declined> {
        Ok(match (kind, coding) {
            (Kind::Data, _) => Judge::Always,
            (Kind::Video, Coding::H264) => Judge::H264(h264::Keys::new(configuration)?),
            (Kind::Video, Coding::Intra) => Judge::Always,
            (_, Coding::Av1) => Judge::Av1,
            (_, Coding::Vp8) => Judge::Vp8,
            (_, Coding::Vp9) => Judge::Vp9,
            (_, Coding::Reframed) => return Err(Declined::structure("packets that libavformat divides anew")),
            (Kind::Audio, _) => Judge::Always,
            _ => Judge::Container,
        })
    }

    /// `named`: the container's word.
    pub fn is_key(&mut self, named: bool, sample: &[u8]) -> Result<bool, Declined> {
        let unclear = || Declined::structure("a sample that the container and the codec speak differently of");
        match self {
            Judge::Always => Ok(true),
            Judge::Container => Ok(named),
            Judge::H264(keys) => keys.is_key(sample),
            // Where its parser fails, the container's word counts.
            Judge::Av1 => {
                if av1(sample) == Some(named) {
                    Ok(named)
                } else {
                    Err(unclear())
                }
            }
            Judge::Vp8 => vp8(sample).ok_or_else(unclear),
            Judge::Vp9 => vp9(sample).ok_or_else(unclear),
        }
    }
}

fn vp8(sample: &[u8]) -> Option<bool> {
    let first = sample.first().filter(|first| sample.len() >= 3 && *first & 0x0e <= 6)?;
    Some(first & 1 == 0)
}

fn vp9(sample: &[u8]) -> Option<bool> {
    let first = *sample.first()?;
    let bit = |at: u32| first.wrapping_shr(7u32.wrapping_sub(at)) & 1;
    let mut at = 4;
    if bit(2) == 1 && bit(3) == 1 {
        if bit(4) == 1 {
            return None;
        }
        at = 5;
    }
    let shown_again = bit(at) == 1;
    Some(!shown_again && bit(at.wrapping_add(1)) == 0)
}

/// The last frame that is shown says it. `None` where that is not to be seen.
fn av1(sample: &[u8]) -> Option<bool> {
    let mut rest = sample;
    let mut key = None;
    while let Some((header, after)) = rest.split_first() {
        rest = after;
        if header & 4 != 0 {
            let (extension, after) = rest.split_first()?;
            rest = after;
            if extension & 0x18 != 0 {
                return None;
            }
        }
        let unit = if header & 2 != 0 {
            let (size, after) = leb128(rest)?;
            let (unit, after) = after.split_at_checked(size)?;
            rest = after;
            unit
        } else {
            std::mem::take(&mut rest)
        };
        if matches!(header.wrapping_shr(3) & 15, 3 | 6) {
            let first = *unit.first()?;
            let (again, kind, shown) = (first & 0x80 != 0, first.wrapping_shr(5) & 3, first & 0x10 != 0);
            if again || shown {
                key = Some(kind == 0 && !again);
            }
        }
    }
    key
}

fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut rest = bytes;
    let mut value = 0usize;
    for shift in [0u32, 7, 14, 21] {
        let (byte, after) = rest.split_first()?;
        rest = after;
        value |= usize::from(byte & 0x7f).wrapping_shl(shift);
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    None
}
