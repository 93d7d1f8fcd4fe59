//! A track's packets, one by one.

use super::super::bytes::slice;
use super::super::{Data, Declined, Sample};
use super::edits::{Plan, Segment, Times};
use super::keys::{Judge, KnownKeys};
use super::layout::{Layout, Track};
use super::places::Places;
use super::sync::{KeyWalk, Keys};
use super::tags::{Coding, Kind};
use super::timeline::{BlockMoments, Moment, Offsets, SingleMoments, Timeline};
use crate::mem::prefetch;
use crate::walk::codec::h264::Rate;

/// How many samples ahead memory is asked for.
const AHEAD: usize = 32;

#[derive(Clone, Debug)]
enum Moments<'a> {
    None,
    Singles(SingleMoments<'a>),
    Blocks(BlockMoments<'a>),
}

impl Iterator for Moments<'_> {
    type Item = Moment;

    #[inline]
    fn next(&mut self) -> Option<Moment> {
        match self {
            Moments::None => None,
            Moments::Singles(moments) => moments.next(),
            Moments::Blocks(moments) => moments.next(),
        }
    }
}

/// The packets of a track that is not in fragments.
#[derive(Clone, Debug)]
pub struct TrackSamples<'a> {
    bytes: &'a [u8],
    track: Track<'a>,
    offsets: Offsets,
    has_offsets: bool,
    segments: std::vec::IntoIter<Segment>,
    segment: Segment,
    index: u64,
    moments: Moments<'a>,
    places: Places<'a>,
    /// Places that were looked up already, in a ring.
    ahead: [(u64, u64); AHEAD],
    /// What is taken off all times, so that the first picture is shown at 0.
    earlier: i64,
    keys: Keys<'a>,
    key_walk: KeyWalk<'a>,
    judge: Judge,
    /// The samples' bytes are looked into.
    looks: bool,
    order: Order,
    /// When the sample given last is decoded, by the tables.
    time: i64,
}

impl<'a> TrackSamples<'a> {
    pub fn new(bytes: &'a [u8], track: &Track<'a>) -> Result<Self, Declined> {
        let len = track.len();
        let offsets = track.offsets()?;
        let (has_offsets, keys) = match &track.layout {
            Layout::Singles(singles) => (singles.has_offsets(), singles.keys()),
            Layout::Empty | Layout::Blocks(..) => (false, Keys::All),
        };
        let plan = track.plan()?;
        let earlier = match plan {
            Some(plan) if track.kind == Kind::Video => first_shown(track, plan, offsets).max(0),
            _ => 0,
        };
        let all = Segment {
            first: 0,
            end: len,
            times: Times::Moved(0),
            start: i64::MIN,
            stop: i64::MAX,
            partial: None,
            skipped: 0,
        };
        let judge = Judge::new(track.coding, track.kind, track.description.configuration)?;
        Ok(TrackSamples {
            bytes,
            offsets,
            has_offsets,
            segments: plan.map_or_else(|| vec![all], |plan| plan.segments.clone()).into_iter(),
            segment: Segment { end: 0, ..all },
            index: 0,
            moments: Moments::None,
            places: track.places(0),
            ahead: [(0, 0); AHEAD],
            earlier,
            keys,
            key_walk: keys.from(0),
            looks: judge.looks(),
            judge,
            order: Order::default(),
            time: 0,
            track: track.clone(),
        })
    }

    /// Goes to the next segment that has packets.
    fn next_segment(&mut self) -> Option<()> {
        let segment = self.segments.find(|segment| segment.end > segment.first)?;
        self.index = segment.first;
        self.key_walk = self.keys.from(segment.first);
        self.moments = moments(&self.track.layout, self.offsets, segment.first);
        self.places = self.track.places(segment.first);
        for index in 0..AHEAD {
            self.look_ahead(index);
        }
        self.segment = segment;
        Some(())
    }

    /// Looks up the next place, and puts it where one was just taken.
    #[inline]
    fn look_ahead(&mut self, slot: usize) -> (u64, u64) {
        // Past the last sample there is nothing to be taken.
        let place = self.places.next().unwrap_or_default();
        if self.looks {
            prefetch(self.bytes, usize::try_from(place.0).unwrap_or(usize::MAX));
        }
        self.ahead.get_mut(slot).map(|slot| std::mem::replace(slot, place)).unwrap_or_default()
    }

    /// Before the first: nothing is found out again.
    pub fn know_keys(&mut self, keys: KnownKeys) {
        (self.judge, self.looks) = (Judge::Known(keys), false);
    }

    /// When the sample given last is decoded, whatever libavformat makes of that.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// How long pictures last, by the samples up to here.
    pub fn rate(&self) -> Rate {
        self.judge.rate()
    }

    /// What goes on with the packets that follow these.
    pub fn into_state(self) -> (Judge, Order) {
        (self.judge, self.order)
    }

    fn read(&mut self) -> Result<Sample<'a>, Declined> {
        let lost = || Declined::damaged("a sample that is not there");
        let moment = self.moments.next().ok_or_else(lost)?;
        let nth = self.index.wrapping_sub(self.segment.first);
        let slot = usize::try_from(nth).map_or(0, |nth| nth & AHEAD.wrapping_sub(1));
        let (offset, size) = self.look_ahead(slot);
        let data = slice(self.bytes, offset, size).ok_or_else(lost)?;
        let shown = moment.time.wrapping_add(self.offsets.shift).wrapping_add(moment.offset);
        let dts = self.segment.time(moment.time).wrapping_sub(self.earlier);
        let pts = if self.has_offsets { dts.wrapping_add(self.offsets.shift).wrapping_add(moment.offset) } else { dts };
        let duration = match (self.has_offsets || is_timed_anew(self.track.coding), self.segment.times, moment.duration)
        {
            (false, Times::Moved(_), Some(duration)) if self.index.wrapping_add(1) < self.segment.end => duration,
            _ => 0,
        };
        let key = self.key_walk.is_key(self.index);
        let sample = Sample {
            offset,
            pts: Some(pts),
            dts: self.order.dts(&self.track, pts, dts),
            duration,
            key: self.judge.is_key(key, data)?,
            discard: self.segment.drops(self.index, shown),
            data: Data::Whole(data),
        };
        self.index = self.index.wrapping_add(1);
        self.time = dts;
        Ok(sample)
    }
}

impl<'a> Iterator for TrackSamples<'a> {
    type Item = Result<Sample<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.segment.end {
            self.next_segment()?;
        }
        let sample = self.read();
        if sample.is_err() {
            self.segment.end = 0;
            self.segments = Vec::new().into_iter();
        }
        Some(sample)
    }
}

/// When the last packet is decoded.
pub fn last_time(track: &Track) -> Result<Option<i64>, Declined> {
    let offsets = track.offsets()?;
    let Some(plan) = track.plan()? else {
        let last = track.len().checked_sub(1);
        return Ok(last.and_then(|last| moments(&track.layout, offsets, last).next()).map(|moment| moment.time));
    };
    let earlier = if track.kind == Kind::Video { first_shown(track, plan, offsets).max(0) } else { 0 };
    let Some(segment) = plan.segments.iter().rfind(|segment| segment.end > segment.first) else { return Ok(None) };
    let last = moments(&track.layout, offsets, segment.end.saturating_sub(1)).next();
    Ok(last.map(|moment| segment.time(moment.time).saturating_sub(earlier)))
}

/// Its parsers find out about durations anew.
fn is_timed_anew(coding: Coding) -> bool {
    matches!(coding, Coding::Vp8 | Coding::Vp9 | Coding::Reframed)
}

fn moments<'a>(layout: &Layout<'a>, offsets: Offsets, first: u64) -> Moments<'a> {
    match layout {
        Layout::Empty => Moments::None,
        Layout::Singles(singles) => Moments::Singles(singles.with(offsets).moments(first)),
        Layout::Blocks(blocks, _) => Moments::Blocks(blocks.moments(first)),
    }
}

/// The earliest time at which something is shown, as libavformat works it out: a negative one gives way to the next.
fn first_shown(track: &Track, plan: &Plan, offsets: Offsets) -> i64 {
    let mut earliest = -1i64;
    for segment in &plan.segments {
        let Times::Moved(by) = segment.times else { continue };
        for (index, moment) in (segment.first..segment.end).zip(moments(&track.layout, offsets, segment.first)) {
            let shown = moment.time.wrapping_add(offsets.shift).wrapping_add(moment.offset);
            if shown < segment.start || shown >= segment.stop || segment.partial == Some(index) {
                continue;
            }
            let shown = shown.wrapping_add(by);
            earliest = if earliest < 0 { shown } else { earliest.min(shown) };
        }
    }
    earliest.wrapping_sub(plan.empty)
}

/// What libavformat makes of decoding times that are the same as, or later than, the times to show.
#[derive(Clone, Debug, Default)]
pub struct Order {
    last: Option<i64>,
    ordered: u32,
    misordered: u32,
}

impl Order {
    pub fn dts(&mut self, track: &Track, pts: i64, dts: i64) -> Option<i64> {
        if !track.coding.is_reordered() && pts < dts {
            return Some(pts);
        }
        if track.coding != Coding::H264 || track.kind != Kind::Video {
            return Some(dts);
        }
        let same = pts == dts;
        if let Some(last) = self.last.filter(|_| same) {
            if last <= dts {
                self.ordered = self.ordered.wrapping_add(1);
            } else {
                self.misordered = self.misordered.wrapping_add(1);
            }
            if self.ordered.wrapping_add(self.misordered) > 250 {
                self.ordered = self.ordered.wrapping_shr(1);
                self.misordered = self.misordered.wrapping_shr(1);
            }
        }
        self.last = Some(dts);
        let doubtful = self.ordered < self.misordered.wrapping_mul(8);
        (!same || !doubtful).then_some(dts)
    }
}
