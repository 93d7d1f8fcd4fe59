//! The packets of all streams, block by block, where libavformat has nothing to reckon: pictures that are shown in the order
//! in which they are decoded, and sound and texts that last as long as is told.

use super::codecs::Rule;
use super::samples::{Beside, Samples};
use super::tracks::Track;
use super::{Declined, Demux, Segment};
use crate::walk::packets::{Known, Packet};
use crate::walk::{Data, Sample};

pub struct Packets<'a> {
    /// They come before everything else.
    covers: std::vec::IntoIter<Packet<'a>>,
    lanes: Vec<Lane<'a>>,
}

/// The packets of one stream, with the next one looked up.
struct Lane<'a> {
    stream: usize,
    samples: Samples<'a>,
    kind: Kind,
    time_base: (u32, u32),
    known: Known,
    next: Option<(Sample<'a>, Beside)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Picture,
    Opus,
    /// As long as the container tells.
    Sound,
    Text,
}

impl<'a> Segment<'a> {
    /// All packets, with what libavformat fills in by what is `known`.
    pub fn packets(&self, known: Known) -> Result<Packets<'a>, Declined> {
        let mut packets = Packets { covers: Vec::new().into_iter(), lanes: Vec::new() };
        let mut covers = Vec::new();
        for (stream, about) in self.streams().iter().enumerate() {
            let mut samples = self.samples(stream);
            if let Samples::Picture(picture) = &mut samples {
                covers.extend(picture.take().map(|data| cover(stream, data)));
                continue;
            }
            // A file that is attached has none.
            let Some(track) = self.header.tracks.iter().find(|track| track.stream == Some(stream)) else { continue };
            let mut lane = Lane { stream, samples, kind: kind(track)?, time_base: about.time_base, known, next: None };
            lane.look_ahead()?;
            packets.lanes.push(lane);
        }
        packets.covers = covers.into_iter();
        Ok(packets)
    }
}

fn cover(stream: usize, data: &[u8]) -> Packet<'_> {
    Packet { stream, data, position: None, pts: None, dts: None, duration: 0, key: true, discard: false, skip: None }
}

fn kind(track: &Track) -> Result<Kind, Declined> {
    match (track.treatment.rule, track.treatment.parsed) {
        (Rule::Vp8 | Rule::Vp9, _) if track.is_video => Ok(Kind::Picture),
        (Rule::Opus, _) if track.is_48k => Ok(Kind::Opus),
        (Rule::Key, false) if track.is_subtitle => Ok(Kind::Text),
        (Rule::Key, false) if !track.is_video => Ok(Kind::Sound),
        _ => Err(Declined::structure("a codec of which libavformat reckons when it is decoded, or how long it lasts")),
    }
}

impl<'a> Lane<'a> {
    fn look_ahead(&mut self) -> Result<(), Declined> {
        self.next = self.samples.next().transpose()?.map(|sample| (sample, self.samples.beside()));
        Ok(())
    }

    fn take(&mut self) -> Result<Packet<'a>, Declined> {
        let lost = || Declined::damaged("a frame that is not there");
        let (sample, beside) = self.next.take().ok_or_else(lost)?;
        self.look_ahead()?;
        let Data::Whole(data) = sample.data else {
            return Err(Declined::structure("frames that do not lie in one piece"));
        };
        if beside.has_addition {
            return Err(Declined::structure("bytes that are added to a frame"));
        }
        Ok(Packet {
            stream: self.stream,
            data,
            position: Some(sample.offset),
            pts: sample.pts,
            // Nothing is shown out of order.
            dts: sample.pts,
            duration: self.duration(&sample, &beside)?,
            key: sample.key,
            discard: sample.discard,
            skip: self.skip(beside.padding)?,
        })
    }

    fn duration(&self, sample: &Sample, beside: &Beside) -> Result<i64, Declined> {
        let untold = || Declined::structure("a packet whose duration libavformat finds elsewhere");
        let (num, den) = (u64::from(self.time_base.0), u64::from(self.time_base.1));
        let duration = match self.kind {
            Kind::Opus => {
                let samples = beside.samples.and_then(|samples| samples.checked_mul(den));
                let lasts = samples.and_then(|samples| samples.checked_div(num.saturating_mul(48_000)));
                lasts.and_then(|lasts| i64::try_from(lasts).ok()).ok_or_else(untold)?
            }
            Kind::Sound if sample.duration == 0 => return Err(untold()),
            // In units longer than a thousandth, one of them.
            Kind::Picture if sample.duration == 0 && num.saturating_mul(1000) > den => return Err(untold()),
            Kind::Picture | Kind::Sound | Kind::Text => sample.duration,
        };
        if duration == 0 && self.known == Known::Streams { Err(untold()) } else { Ok(duration) }
    }

    /// As AV_PKT_DATA_SKIP_SAMPLES has it, in samples: how much at the beginning and at the end.
    fn skip(&self, padding: i64) -> Result<Option<[u8; 10]>, Declined> {
        if padding == 0 {
            return Ok(None);
        }
        let odd = || Declined::structure("sound that is skipped in an unusual way");
        let samples = i128::from(padding.unsigned_abs()).checked_mul(48_000);
        let samples = samples.and_then(|samples| samples.checked_add(500_000_000)?.checked_div(1_000_000_000));
        let samples = samples.and_then(|samples| i32::try_from(samples).ok()).filter(|samples| *samples > 0);
        let [a, b, c, d] = samples.filter(|_| self.kind == Kind::Opus).ok_or_else(odd)?.to_le_bytes();
        Ok(Some(if padding > 0 { [0, 0, 0, 0, a, b, c, d, 0, 0] } else { [a, b, c, d, 0, 0, 0, 0, 0, 0] }))
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(cover) = self.covers.next() {
            return Some(Ok(cover));
        }
        let first = |lane: &&mut Lane| lane.next.as_ref().map_or(u64::MAX, |(sample, _)| sample.offset);
        let lane = self.lanes.iter_mut().filter(|lane| lane.next.is_some()).min_by_key(first)?;
        let packet = lane.take();
        if packet.is_err() {
            self.lanes.clear();
        }
        Some(packet)
    }
}
