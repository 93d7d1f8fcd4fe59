//! H.264: what h264_mp4toannexb makes of a sample. An IDR picture that brings no parameter sets along gets the stored
//! ones put in front; which ones, and when, changed with FFmpeg 6.1 and again on the way to 7.1.

use super::bytes::Bytes;
use super::{Out, Sets, StartCode, bad_length, fits};
use crate::walk::bytes::length;
use crate::walk::codec::avcc;
use crate::walk::codec::h264::{IDR_SLICE, PPS, SEI, SLICE, SPS};
use crate::walk::{Declined, Rules, Stop};

const BUFFERING_PERIOD: u8 = 0;

/// What differs between FFmpeg's majors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// FFmpeg 5: the sets of the configuration, in front of the IDR slice.
    Stored,
    /// FFmpeg 8 and 9: the last sets seen, in front of a buffering period already.
    Latest,
    /// FFmpeg 7: as `Latest`, but 7.0 did nothing for a buffering period.
    LatestUnsure,
}

#[derive(Clone, Debug)]
pub struct Filter<'a> {
    /// How many bytes a length has.
    width: usize,
    manner: Manner,
    sps: Sets<'a>,
    pps: Sets<'a>,
    new_idr: bool,
    sps_seen: bool,
    pps_seen: bool,
}

impl<'a> Filter<'a> {
    pub fn new(configuration: &'a [u8], rules: &Rules) -> Result<Self, Declined> {
        let manner = match rules.avformat_major {
            ..=59 => Manner::Stored,
            // 6.0 is as 5 and 6.1 nearly as 7.
            60 => return Err(Declined::structure("H.264 in a way that FFmpeg 6.0 and 6.1 do differently")),
            61 => Manner::LatestUnsure,
            _ => Manner::Latest,
        };
        let (width, sps, pps) = parse(configuration)?;
        Ok(Filter { width, manner, sps, pps, new_idr: true, sps_seen: false, pps_seen: false })
    }

    #[inline(always)]
    pub fn sample<B: Bytes<'a>>(&mut self, bytes: B, out: &mut impl Out<'a>) -> Result<(), Stop> {
        if let Some((start, end)) = bytes.unit(0, self.width).filter(|(_, end)| *end == bytes.length())
            && end.saturating_sub(start) > 1
            && bytes.byte(start).is_some_and(|header| header & 0x1f == SLICE)
        {
            // As most samples are: one slice of a picture that others come before.
            fits(bytes.length(), 1, self.sps.size.saturating_add(self.pps.size))?;
            if !self.new_idr || self.manner != Manner::Stored {
                (self.new_idr, self.sps_seen, self.pps_seen) = (true, false, false);
            }
            return bytes.put(StartCode::Long, start, end, out);
        }
        self.units(bytes, out)
    }

    /// A sample of any kind.
    #[inline(never)]
    fn units<B: Bytes<'a>>(&mut self, bytes: B, out: &mut impl Out<'a>) -> Result<(), Stop> {
        // The filter looks for a length before it looks whether there is one.
        if bytes.length() == 0 {
            return Err(Declined::damaged("an empty sample").into());
        }
        let units = self.scan(bytes)?;
        if self.manner != Manner::Stored {
            self.remember(bytes)?;
        }
        fits(bytes.length(), units, self.sps.size.saturating_add(self.pps.size))?;
        let (mut at, mut first) = (0, true);
        while let Some((start, end)) = bytes.unit(at, self.width) {
            at = end;
            if start == end {
                continue;
            }
            let kind = bytes.byte(start).unwrap_or(0) & 0x1f;
            self.in_front(kind, || bytes.byte(start.saturating_add(1)), &mut first, out)?;
            let code = if first || kind == SPS || kind == PPS { StartCode::Long } else { StartCode::Short };
            bytes.put(code, start, end, out)?;
            first = false;
            if kind == SLICE && (!self.new_idr || self.manner != Manner::Stored) {
                (self.new_idr, self.sps_seen, self.pps_seen) = (true, false, false);
            }
        }
        Ok(())
    }

    /// Puts the parameter sets that a unit of this kind needs and that did not come.
    #[inline]
    fn in_front(
        &mut self,
        kind: u8,
        second: impl Fn() -> Option<u8>,
        first: &mut bool,
        out: &mut impl Out<'a>,
    ) -> Result<(), Stop> {
        let (mut sps, mut pps) = (false, false);
        match kind {
            SPS => (self.sps_seen, self.new_idr) = (true, true),
            PPS => {
                (self.pps_seen, self.new_idr) = (true, true);
                sps = !self.sps_seen && self.sps.size > 0;
                self.sps_seen |= sps;
            }
            // The first slice of a picture, as far as one bit tells.
            IDR_SLICE => {
                self.new_idr |= second().unwrap_or(0) & 0x80 != 0;
                if self.new_idr && !self.pps_seen {
                    (sps, pps) = (!self.sps_seen, true);
                    self.new_idr = self.sps_seen;
                }
            }
            SEI if self.manner != Manner::Stored && !self.sps_seen && !self.pps_seen => {
                if second() == Some(BUFFERING_PERIOD) {
                    (sps, pps) = (true, true);
                    (self.sps_seen, self.pps_seen) = (self.sps.size > 0, self.pps.size > 0);
                }
            }
            _ => return Ok(()),
        }
        if sps {
            *first &= self.sps.size == 0;
            self.sps.put(out)?;
        }
        if pps {
            *first &= self.pps.size == 0;
            self.pps.put(out)?;
        }
        Ok(())
    }

    /// Goes over the sample's lengths, and gives how many units there are. What cannot be cut into units, is not the
    /// same everywhere or hangs on what lies behind the sample, is declined.
    #[inline]
    fn scan<B: Bytes<'a>>(&self, bytes: B) -> Result<usize, Declined> {
        let (mut at, mut count) = (0, 0usize);
        while at < bytes.length() {
            let (start, end) = bytes.unit(at, self.width).ok_or_else(bad_length)?;
            (at, count) = (end, count.saturating_add(1));
            let alone = start.saturating_add(1) == end;
            if !alone && self.manner != Manner::LatestUnsure {
                continue;
            }
            let kind = bytes.byte(start).filter(|_| start < end).map(|header| header & 0x1f);
            let (idr, sei) = (kind == Some(IDR_SLICE), kind == Some(SEI));
            if alone && (idr || sei && self.manner != Manner::Stored) {
                return Err(Declined::damaged("a unit that ends behind its header"));
            }
            let unsure = sei && self.manner == Manner::LatestUnsure;
            if unsure && bytes.byte(start.saturating_add(1)) == Some(BUFFERING_PERIOD) {
                return Err(Declined::structure("a buffering period, which FFmpeg 7.0 and 7.1 treat differently"));
            }
        }
        Ok(count)
    }

    /// Sets that come in a sample replace the stored ones, and do so for the whole sample.
    fn remember<B: Bytes<'a>>(&mut self, bytes: B) -> Result<(), Stop> {
        let (mut at, mut sps, mut pps) = (0, false, false);
        while let Some((start, end)) = bytes.unit(at, self.width) {
            at = end;
            let (sets, seen) = match bytes.byte(start).filter(|_| start < end).map(|header| header & 0x1f) {
                Some(SPS) => (&mut self.sps, &mut sps),
                Some(PPS) => (&mut self.pps, &mut pps),
                _ => continue,
            };
            if !std::mem::replace(seen, true) {
                sets.clear();
            }
            let unit = bytes.whole(start, end);
            sets.push(unit.ok_or_else(|| Declined::structure("a parameter set in two pieces"))?)?;
        }
        Ok(())
    }
}

/// An AVCDecoderConfigurationRecord: how wide lengths are, and the sets.
fn parse(configuration: &[u8]) -> Result<(usize, Sets<'_>, Sets<'_>), Declined> {
    let short = || Declined::damaged("the H.264 configuration ends too early").at(length(configuration));
    let (mut sps, mut pps) = (Sets::default(), Sets::default());
    let width = avcc::read(configuration, |list, unit| {
        let sets = if list == avcc::List::Sequence { &mut sps } else { &mut pps };
        sets.push(unit).map_err(|_| Declined::structure("no memory for parameter sets"))
    })?;
    Ok((width.ok_or_else(short)?, sps, pps))
}
