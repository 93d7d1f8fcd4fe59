//! HEVC: what hevc_mp4toannexb makes of a sample. The first unit of a random access picture gets the stored parameter
//! sets put in front.

use super::bytes::Bytes;
use super::{Out, Sets, StartCode, bad_length, fits};
use crate::walk::bytes::Cursor;
use crate::walk::codec::hevc::{self, PPS, PREFIX_SEI, RANDOM_ACCESS, SPS, SUFFIX_SEI, VPS};
use crate::walk::{Declined, Rules, Stop};

/// Parameter sets and SEI.
const STORED: [u8; 5] = [VPS, SPS, PPS, PREFIX_SEI, SUFFIX_SEI];

/// Shorter ones are taken for Annex B.
const SMALLEST: usize = 23;

#[derive(Clone, Debug)]
pub struct Filter<'a> {
    /// How many bytes a length has.
    width: usize,
    sets: Sets<'a>,
    /// Newer filters look whether a picture brings its own sets.
    newer: bool,
}

impl<'a> Filter<'a> {
    /// `None`: the filter takes the stream for Annex B.
    pub fn new(configuration: &'a [u8], rules: &Rules) -> Result<Option<Self>, Declined> {
        if configuration.len() < SMALLEST {
            return Ok(None);
        }
        let newer = rules.avformat_major > 59;
        let (width, sets) = parse(configuration, newer)?;
        Ok(Some(Filter { width, sets, newer }))
    }

    #[inline]
    pub fn sample<B: Bytes<'a>>(&mut self, bytes: B, out: &mut impl Out<'a>) -> Result<(), Stop> {
        let units = self.scan(bytes)?;
        fits(bytes.length(), units, self.sets.size)?;
        let (mut at, mut seen) = (0, false);
        while let Some((start, end)) = bytes.unit(at, self.width) {
            at = end;
            if !seen && RANDOM_ACCESS.contains(&kind(bytes, start)) {
                seen = true;
                self.sets.put(out)?;
            }
            bytes.put(StartCode::Long, start, end, out)?;
        }
        Ok(())
    }

    /// Goes over the sample's lengths, and gives how many units there are, if it can be cut into units. Whether sets in
    /// a sample keep the stored ones out is not the same in all newer versions.
    #[inline]
    fn scan<B: Bytes<'a>>(&self, bytes: B) -> Result<usize, Declined> {
        let (mut at, mut count) = (0, 0usize);
        while at < bytes.length() {
            let (start, end) = bytes.unit(at, self.width).ok_or_else(bad_length)?;
            (at, count) = (end, count.saturating_add(1));
            if end.saturating_sub(start) < 2 {
                return Err(Declined::damaged("a unit without a header"));
            }
            if self.newer && matches!(kind(bytes, start), SPS | PPS) {
                let what = "parameter sets in a sample, which versions of FFmpeg treat differently";
                return Err(Declined::structure(what));
            }
        }
        Ok(count)
    }
}

#[inline]
fn kind<'a>(bytes: impl Bytes<'a>, start: usize) -> u8 {
    hevc::kind(bytes.byte(start).unwrap_or(0))
}

/// An HEVCDecoderConfigurationRecord: how wide lengths are, and the sets.
fn parse(configuration: &[u8], newer: bool) -> Result<(usize, Sets<'_>), Declined> {
    let short = || Declined::damaged("the HEVC configuration ends too early");
    let mut cursor = Cursor::new(configuration);
    cursor.take(21).ok_or_else(short)?;
    let width = usize::from(cursor.u8().ok_or_else(short)? & 3).saturating_add(1);
    let mut sets = Sets::default();
    for _ in 0..cursor.u8().ok_or_else(short)? {
        if !STORED.contains(&(cursor.u8().ok_or_else(short)? & 0x3f)) {
            return Err(Declined::damaged("the HEVC configuration holds a unit that is no parameter set"));
        }
        for _ in 0..cursor.u16().ok_or_else(short)? {
            let size = cursor.u16().ok_or_else(short)?;
            if size == 0 && newer {
                return Err(Declined::damaged("the HEVC configuration holds an empty unit"));
            }
            let unit = cursor.take(u64::from(size)).ok_or_else(short)?;
            sets.push(unit).map_err(|_| Declined::structure("too many parameter sets"))?;
        }
    }
    Ok((width, sets))
}
