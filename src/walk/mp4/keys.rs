//! Which packets libavformat marks as key frames: by the container's word, or by looking into them.

use super::tags::{Coding, Kind};
use crate::walk::Declined;
use crate::walk::codec::{av1, h264, vpx};

#[derive(Clone, Debug)]
pub enum Judge {
    /// Each of them.
    Always,
    /// Those that the container names.
    Container,
    H264(h264::LengthPrefixed),
    Av1,
    Vpx(vpx::Keys),
    /// Found out before.
    Known(KnownKeys),
}

/// Which of a stream's packets are key frames, in their order: a bit for each.
#[derive(Clone, Debug, Default)]
pub struct KnownKeys {
    bits: Vec<u64>,
    /// How many were noted, or given.
    count: usize,
}

impl KnownKeys {
    /// `None` where there is no memory for it.
    #[inline]
    pub fn note(&mut self, key: bool) -> Option<()> {
        let bit = self.count & 63;
        if bit == 0 {
            self.bits.try_reserve(1).ok()?;
            self.bits.push(0);
        }
        *self.bits.last_mut()? |= u64::from(key).wrapping_shl(u32::try_from(bit).unwrap_or(0));
        self.count = self.count.wrapping_add(1);
        Some(())
    }

    /// From the first one on.
    pub fn again(mut self) -> Self {
        self.count = 0;
        self
    }

    #[inline]
    fn next(&mut self) -> bool {
        let word = self.bits.get(self.count.wrapping_shr(6)).copied().unwrap_or(0);
        let bit = u32::try_from(self.count & 63).unwrap_or(0);
        self.count = self.count.wrapping_add(1);
        word.wrapping_shr(bit) & 1 != 0
    }
}

impl Judge {
    pub fn new(coding: Coding, kind: Kind, configuration: &[u8]) -> Result<Self, Declined> {
        Ok(match (kind, coding) {
            (Kind::Data, _) => Judge::Always,
            (Kind::Video, Coding::H264) => Judge::H264(h264::LengthPrefixed::new(configuration)?),
            (Kind::Video, Coding::Intra) => Judge::Always,
            (_, Coding::Av1) => Judge::Av1,
            (_, Coding::Vp8) => Judge::Vpx(vpx::Keys::vp8()),
            (_, Coding::Vp9) => Judge::Vpx(vpx::Keys::vp9()),
            (_, Coding::Reframed) => return Err(Declined::structure("packets that libavformat divides anew")),
            (Kind::Audio, _) => Judge::Always,
            _ => Judge::Container,
        })
    }

    /// Whether it looks into the samples.
    pub fn looks(&self) -> bool {
        matches!(self, Judge::H264(_) | Judge::Av1 | Judge::Vpx(_))
    }

    /// How long its pictures last, as the codec says it.
    pub fn rate(&self) -> h264::Rate {
        match self {
            Judge::H264(keys) => keys.rate(),
            // Its parser knows of a rate too, which is not looked at here; nor is it where keys were found out before.
            Judge::Av1 | Judge::Known(_) => h264::Rate::Unclear,
            Judge::Always | Judge::Container | Judge::Vpx(_) => h264::Rate::Untold,
        }
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
                if av1::is_key(sample) == Some(named) {
                    Ok(named)
                } else {
                    Err(unclear())
                }
            }
            Judge::Vpx(keys) => Ok(keys.is_key(sample)),
            Judge::Known(keys) => Ok(keys.next()),
        }
    }
}
