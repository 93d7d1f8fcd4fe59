//! The samples of several streams in the order of an interleaved file: as they are decoded, at the same time the stream
//! with the lower number first.

use super::super::mp4::KnownKeys;
use super::super::{Data, Declined, Reason, Sample};

/// One stream, with one sample looked ahead: how long a sample lasts is known by the next one.
pub struct Lane<'a, I> {
    samples: I,
    next: Option<Timed<'a>>,
    /// By how much times are multiplied, for units that are fine enough.
    factor: i64,
    timescale: u32,
    is_video: bool,
    /// How long the last one lasts, where that is told.
    last_duration: Option<u32>,
    /// A sample has come from which decoding can begin.
    begun: bool,
    before: u32,
    /// Which of the samples were key frames, if that is to be kept.
    keys: Option<KnownKeys>,
}

/// A sample, in the output's units of time.
#[derive(Clone, Copy)]
struct Timed<'a> {
    offset: u64,
    data: &'a [u8],
    dts: i64,
    composition: i32,
    key: bool,
}

/// The next sample of all.
pub struct Taken<'a> {
    pub lane: usize,
    /// Where it lies in the input.
    pub offset: u64,
    pub data: &'a [u8],
    pub dts: i64,
    /// How much later than decoded it is shown.
    pub composition: i32,
    pub duration: u32,
    pub key: bool,
}

impl<'a, I: Iterator<Item = Result<Sample<'a>, Declined>>> Lane<'a, I> {
    /// `timescale`: of the samples. `keeps_keys`: which of them are key frames is to be known afterwards.
    pub fn new(
        samples: I,
        timescale: u32,
        is_video: bool,
        last_duration: Option<u32>,
        keeps_keys: bool,
    ) -> Result<Self, Declined> {
        let timed = if is_video { fine_enough(timescale) } else { timescale };
        let factor = timed.checked_div(timescale).unwrap_or(1);
        let mut lane = Lane {
            samples,
            next: None,
            factor: i64::from(factor),
            timescale: timed,
            is_video,
            last_duration,
            begun: false,
            before: 0,
            keys: keeps_keys.then(KnownKeys::default),
        };
        lane.next = lane.read(i64::MIN)?;
        Ok(lane)
    }

    /// Units of time in a second.
    pub fn timescale(&self) -> u32 {
        self.timescale
    }

    pub fn is_video(&self) -> bool {
        self.is_video
    }

    pub fn into_keys(self) -> Option<KnownKeys> {
        self.keys
    }

    /// When the next sample is decoded, and how much later it is shown.
    pub fn first(&self) -> Option<(i64, i32)> {
        self.next.as_ref().map(|next| (next.dts, next.composition))
    }

    /// `before`: when the one before is decoded.
    #[inline]
    fn read(&mut self, before: i64) -> Result<Option<Timed<'a>>, Declined> {
        loop {
            let Some(sample) = self.samples.next() else { return Ok(None) };
            let sample = sample?;
            self.begun |= sample.key;
            if let Some(keys) = &mut self.keys {
                keys.note(sample.key).ok_or_else(|| Declined::new(Reason::Limit, "no memory for key frames"))?;
            }
            if self.begun {
                return self.timed(&sample, before).map(Some).map_err(|declined| declined.at(sample.offset));
            }
        }
    }

    #[inline]
    fn timed(&self, sample: &Sample<'a>, before: i64) -> Result<Timed<'a>, Declined> {
        let Data::Whole(data) = sample.data else { return Err(Declined::structure("a sample in pieces")) };
        let (Some(pts), Some(dts)) = (sample.pts, sample.dts) else {
            return Err(Declined::structure("a sample without its times"));
        };
        let odd = || Declined::structure("times that are not as usual");
        let (pts, dts) = (pts.checked_mul(self.factor), dts.checked_mul(self.factor));
        let (pts, dts) = pts.zip(dts).filter(|(_, dts)| dts.unsigned_abs() < 1 << 46).ok_or_else(odd)?;
        if dts <= before {
            return Err(Declined::structure("times that do not go on"));
        }
        if sample.discard && (self.is_video || pts >= 0) {
            return Err(Declined::structure("edits that an edit list of the output cannot tell"));
        }
        if data.is_empty() || u32::try_from(data.len()).is_err() {
            return Err(Declined::structure("a sample of an unusual size"));
        }
        let composition = pts.checked_sub(dts).and_then(|later| i32::try_from(later).ok());
        let composition = composition.filter(|later| *later >= 0 && (self.is_video || *later == 0)).ok_or_else(odd)?;
        Ok(Timed { offset: sample.offset, data, dts, composition, key: sample.key })
    }

    #[inline]
    fn take(&mut self, lane: usize) -> Result<Option<Taken<'a>>, Declined> {
        let Some(timed) = self.next else { return Ok(None) };
        self.next = self.read(timed.dts)?;
        self.before = match &self.next {
            Some(next) => u32::try_from(next.dts.saturating_sub(timed.dts))
                .map_err(|_| Declined::structure("a sample that lasts so long").at(timed.offset))?,
            None => self.last_duration.unwrap_or(self.before),
        };
        let Timed { offset, data, dts, composition, key } = timed;
        Ok(Some(Taken { lane, offset, data, dts, composition, duration: self.before, key }))
    }
}

/// Pictures are timed in at least so fine units by libavformat.
fn fine_enough(timescale: u32) -> u32 {
    let mut timed = timescale.max(1);
    while timed < 10_000 {
        timed = timed.saturating_mul(2);
    }
    timed
}

/// All of them.
pub struct Interleaved<'a, I> {
    pub lanes: Vec<Lane<'a, I>>,
}

impl<'a, I: Iterator<Item = Result<Sample<'a>, Declined>>> Interleaved<'a, I> {
    /// The next sample, or `None` at the end of all.
    #[inline]
    pub fn take(&mut self) -> Result<Option<Taken<'a>>, Declined> {
        let mut first: Option<(usize, i64, u32)> = None;
        for (nth, lane) in self.lanes.iter().enumerate() {
            let Some(next) = &lane.next else { continue };
            let is_earlier = first.is_none_or(|(_, dts, scale)| earlier((next.dts, lane.timescale), (dts, scale)));
            if is_earlier {
                first = Some((nth, next.dts, lane.timescale));
            }
        }
        let Some((nth, ..)) = first else { return Ok(None) };
        self.lanes.get_mut(nth).map_or(Ok(None), |lane| lane.take(nth))
    }
}

/// Whether one time comes before another, each with the units in a second.
#[inline]
fn earlier(one: (i64, u32), other: (i64, u32)) -> bool {
    let across = |(time, _): (i64, u32), (_, scale): (i64, u32)| i128::from(time).wrapping_mul(i128::from(scale));
    across(one, other) < across(other, one)
}
