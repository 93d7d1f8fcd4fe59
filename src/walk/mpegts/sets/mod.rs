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

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
mod tests {
    use super::super::Multiplex;
    use crate::walk::{Declined, Rules};

    fn tells(file: &[u8]) -> Result<(), Declined> {
        let rules =
            Rules { avformat_major: 59, max_streams: 10, max_packet_bytes: 1 << 30, max_probe_bytes: 5_000_000 };
        Multiplex::open(file, &rules)?.tells_size(0)
    }

    fn clip(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/clips/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn what_encoders_write_tells_the_size() {
        for name in ["h264.ts", "hevc.ts"] {
            assert_eq!(tells(&clip(name)), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_damaged_or_lost_parameter_set_does_not() {
        let sets = [("h264.ts", [0, 0, 0, 1, 0x67]), ("hevc.ts", [0, 0, 0, 1, 0x42]), ("hevc.ts", [0, 0, 0, 1, 0x44])];
        for (name, start) in sets {
            let mut file = clip(name);
            let places: Vec<_> = file.windows(5).enumerate().filter(|(_, bytes)| *bytes == start).collect();
            let places: Vec<_> = places.into_iter().map(|(at, _)| at).collect();
            assert!(!places.is_empty(), "{name}");
            for at in &places {
                file[at + 7..at + 13].fill(0);
            }
            assert!(tells(&file).is_err(), "{name}: {start:x?} damaged");
            let mut file = clip(name);
            for at in &places {
                // A delimiter.
                file[at + 4] = if name == "h264.ts" { 0x09 } else { 0x46 };
            }
            assert!(tells(&file).is_err(), "{name}: {start:x?} lost");
        }
    }
}
