//! Whether libavcodec learns from a transport stream how large its pictures are: no muxer takes video without. What it
//! would learn from, parameter sets, may be lost or damaged; here they are read to their end, strictly.

mod h264;
mod hevc;

use super::super::{Declined, Sample};
use super::keys::each_unit;
use super::kinds::Cut;
use crate::walk::Data;
use crate::walk::bytes::length;
use crate::walk::codec::h264::LONGEST;

/// So far libavformat looks in any case: a good deal less than what it looks at.
const SAMPLES: usize = 40;
const BYTES: u64 = 1 << 20;

/// The sets of one codec.
trait Sets {
    /// How many bytes of a unit are wanted, by its first one.
    fn wanted(first: u8) -> usize;
    /// Takes a unit; whether it is a slice whose sets are all there. `None` for a set that is not sound.
    fn take(&mut self, unit: &[u8]) -> Option<bool>;
}

/// Goes through the first samples until there is one with all its sets.
pub fn look<'a>(cut: Cut, samples: impl Iterator<Item = Result<Sample<'a>, Declined>>) -> Result<(), Declined> {
    match cut {
        Cut::H264 => find(h264::Sets::default(), samples),
        Cut::Hevc => find(hevc::Sets::default(), samples),
        Cut::Mpeg2 => Ok(()),
    }
}

fn find<'a, S: Sets>(mut sets: S, samples: impl Iterator<Item = Result<Sample<'a>, Declined>>) -> Result<(), Declined> {
    let mut seen = 0u64;
    for sample in samples.take(SAMPLES) {
        let Data::Scattered(pieces) = sample?.data else { continue };
        seen = pieces.clone().fold(seen, |seen, piece| seen.saturating_add(length(piece)));
        let found = each_unit(pieces, S::wanted, |unit| match sets.take(unit) {
            Some(true) => Ok(Some(())),
            Some(false) => Ok(None),
            None => Err(Declined::damaged("a parameter set that libavcodec may refuse")),
        })?;
        if found.is_some() {
            return Ok(());
        }
        if seen > BYTES {
            break;
        }
    }
    Err(Declined::structure("no picture near the beginning whose size is told"))
}
