//! One stream's packets, one by one.

use super::blocks::{Block, Cluster, Clusters, Step};
use super::codecs::Rule;
use super::count::{check_size, frames, header, split};
use super::frames::{Frames, Whole};
use super::lacing::Laces;
use super::number::{exact, whole};
use super::tracks::{Encoding, Track};
use crate::walk::{Data, Declined, Reason, Sample};
use std::borrow::Cow;

/// What the samples of a stream are made of.
pub enum Samples<'a> {
    /// A picture that is attached: one packet.
    Picture(Option<&'a [u8]>),
    /// A file that is attached, or what was declined already.
    Nothing(Option<Declined>),
    Track(Box<TrackSamples<'a>>),
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Samples::Picture(picture) => picture.take().map(|bytes| Ok(picture_sample(bytes))),
            Samples::Nothing(declined) => declined.take().map(Err),
            Samples::Track(track) => {
                let sample = track.next().transpose();
                if matches!(sample, Some(Err(_))) {
                    *self = Samples::Nothing(None);
                }
                sample
            }
        }
    }
}

impl Samples<'_> {
    /// What belongs to the sample given last.
    pub fn beside(&self) -> Beside {
        match self {
            Samples::Track(track) => track.beside,
            Samples::Picture(_) | Samples::Nothing(_) => Beside::default(),
        }
    }

    /// Spares the look into each sample that tells key frames.
    pub fn without_keys(mut self) -> Self {
        if let Samples::Track(track) = &mut self {
            track.without_keys = true;
        }
        self
    }
}

fn picture_sample(bytes: &[u8]) -> Sample<'_> {
    // libavformat tells no place for it.
    Sample { offset: 0, pts: None, dts: None, duration: 0, key: true, discard: false, data: Data::Whole(bytes) }
}

pub struct TrackSamples<'a> {
    bytes: &'a [u8],
    /// The numbers of all tracks, and whether they are streams.
    tracks: Vec<(u64, bool)>,
    track: Track<'a>,
    /// Which of the tracks it is.
    index: usize,
    timestamp_scale: u64,
    max_packet_bytes: u64,
    clusters: Clusters,
    cluster: Option<Cluster>,
    cluster_time: u64,
    /// The frames of a block that are still to be given.
    laces: Option<Pending<'a>>,
    /// How far the stream's packets reach.
    reach: u64,
    frames: Frames,
    whole: Whole,
    /// Nobody asks which samples are key frames.
    without_keys: bool,
    beside: Beside,
}

struct Pending<'a> {
    laces: Laces<'a>,
    next: usize,
    at: usize,
    rest: &'a [u8],
    /// `None` where libavformat would have to reckon it from the frames before.
    time: Option<u64>,
    /// Of all frames together.
    duration: u64,
    is_key: bool,
    padding: i64,
}

/// What belongs to the sample given last, beside what every container tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// How much of the sound is not to be heard, in nanoseconds.
    pub padding: i64,
    /// How many samples it holds, at 48 kHz, where the codec's parser finds that.
    pub samples: Option<u64>,
    /// Bytes were added to its block.
    pub has_addition: bool,
}

impl<'a> TrackSamples<'a> {
    pub fn new(
        bytes: &'a [u8],
        tracks: &[Track<'a>],
        index: usize,
        timestamp_scale: u64,
        max_packet_bytes: u64,
        clusters: Clusters,
    ) -> Result<Self, Declined> {
        let track = tracks.get(index).ok_or(Declined::structure("no such track"))?.clone();
        let rule = track.treatment.rule;
        if matches!(rule, Rule::Counted | Rule::Unknown) {
            return Err(Declined::structure("a codec whose packets libavformat makes in its own way"));
        }
        if track.encoding == Encoding::Compressed {
            return Err(Declined::structure("compressed frames"));
        }
        Ok(TrackSamples {
            bytes,
            tracks: tracks.iter().map(|track| (track.number, track.stream.is_some())).collect(),
            index,
            timestamp_scale,
            max_packet_bytes,
            clusters,
            cluster: None,
            cluster_time: 0,
            laces: None,
            reach: 0,
            frames: Frames::new(rule, track.configuration),
            whole: Whole::new(rule, track.configuration)?,
            without_keys: false,
            beside: Beside::default(),
            track,
        })
    }

    fn next(&mut self) -> Result<Option<Sample<'a>>, Declined> {
        loop {
            if let Some(mut pending) = self.laces.take() {
                let sample = self.lace(&mut pending)?;
                if pending.next < pending.laces.sizes().len() {
                    self.laces = Some(pending);
                }
                match sample {
                    Some(sample) => return Ok(Some(sample)),
                    None => continue,
                }
            }
            let Some(cluster) = &mut self.cluster else {
                self.cluster_time = 0;
                self.cluster = self.clusters.next(self.bytes)?;
                if self.cluster.is_none() {
                    return Ok(None);
                }
                continue;
            };
            match cluster.step(self.bytes)? {
                Step::Block(block) => self.laces = self.block(&block)?,
                Step::Time(time) => self.cluster_time = time,
                Step::Other => {}
                Step::End => {
                    self.clusters.behind(cluster);
                    self.cluster = None;
                }
            }
        }
    }

    /// The frames of a block, if it is one of this stream.
    fn block(&mut self, block: &Block<'a>) -> Result<Option<Pending<'a>>, Declined> {
        if block.body.is_empty() {
            return Ok(None);
        }
        let (number, kind, body) = header(block)?;
        let at = u64::try_from(block.at).unwrap_or(u64::MAX);
        let found = self.tracks.iter().position(|(known, _)| *known == number);
        let found = found.ok_or(Declined::damaged("a block of no track").at(at))?;
        if !self.tracks.get(found).is_some_and(|(_, is_stream)| *is_stream) {
            return Ok(None);
        }
        let laces = frames(kind, body, block)?;
        if found != self.index {
            return Ok(None);
        }
        let odd = Declined::structure("a time stamp or duration out of all bounds").at(at);
        let flags = block.body.get(block.body.len().saturating_sub(body.len()).saturating_sub(3)..);
        let (&[high, low, flags], _) = flags.and_then(|flags| flags.split_first_chunk::<3>()).ok_or(odd)?;
        let mut is_key = match block.group {
            Some(group) => !group.is_referring,
            None => flags & 0x80 != 0,
        };
        let time = self.time(i16::from_be_bytes([high, low])).ok_or(odd)?;
        // As libavformat compares them: without a sign.
        if self.track.is_subtitle && time < self.reach {
            is_key = false;
        }
        let count = u64::try_from(laces.sizes().len()).unwrap_or(1);
        let told = block.group.map_or(0, |group| group.duration);
        let by_default = self.track.default_duration.checked_mul(count).ok_or(odd)?;
        let by_default = by_default.checked_div(self.timestamp_scale).ok_or(odd)?;
        let duration = if told == 0 { by_default } else { told };
        if duration > 1 << 50 {
            return Err(odd);
        }
        self.reach = self.reach.max(time.wrapping_add(duration));
        let rest = laces.frames;
        let padding = block.group.map_or(0, |group| group.padding);
        self.beside.has_addition = block.group.is_some_and(|group| group.has_addition);
        Ok(Some(Pending { laces, next: 0, at: block.at, rest, time: Some(time), duration, is_key, padding }))
    }

    /// The time stamp of a block, in the units of the stream, two's complement where it is below 0.
    fn time(&self, in_cluster: i16) -> Option<u64> {
        if in_cluster < 0 && self.cluster_time < u64::from(in_cluster.unsigned_abs()) {
            // libavformat gives the block no time stamp.
            return None;
        }
        let base = whole(exact(self.cluster_time)? / self.track.scale).filter(|base| *base < 1 << 52)?;
        let time = i64::try_from(base).ok()?.checked_add(i64::from(in_cluster))?;
        let time = time.checked_sub(i64::try_from(self.track.delay).ok()?)?;
        Some(u64::from_ne_bytes(time.to_ne_bytes()))
    }

    /// The next frame of a block; `None` for one that libavformat drops because nothing is in it.
    fn lace(&mut self, pending: &mut Pending<'a>) -> Result<Option<Sample<'a>>, Declined> {
        let at = u64::try_from(pending.at).unwrap_or(u64::MAX);
        let sizes = pending.laces.sizes();
        let nth = pending.next;
        let size = sizes.get(nth).copied().unwrap_or(0);
        let part = |nth: usize| {
            let (nth, count) = (u64::try_from(nth).ok()?, u64::try_from(sizes.len()).ok()?);
            pending.duration.checked_mul(nth)?.checked_div(count)
        };
        let next = nth.saturating_add(1);
        let duration = part(next).zip(part(nth)).and_then(|(end, start)| end.checked_sub(start));
        let duration = duration.ok_or(Declined::structure("durations out of all bounds").at(at))?;
        let time = pending.time;
        let (frame, rest) = split(pending.rest, size)?;
        pending.rest = rest;
        pending.next = next;
        pending.time = time.filter(|_| duration > 0).map(|time| time.wrapping_add(duration));
        let prefix = match self.track.encoding {
            Encoding::Stripped(prefix) => prefix,
            Encoding::Plain | Encoding::Compressed => &[],
        };
        check_size(frame, prefix.len()).map_err(|declined| declined.at(at))?;
        if frame.is_empty() && prefix.is_empty() {
            return Ok(None);
        }
        let size = u64::try_from(frame.len().saturating_add(prefix.len())).unwrap_or(u64::MAX);
        if size > self.max_packet_bytes {
            return Err(Declined::new(Reason::Limit, "a packet larger than is allowed").at(at));
        }
        let time = time.ok_or(Declined::structure("laces without durations").at(at))?;
        let all = whole_frame(prefix, frame)?;
        self.whole.check(&all).map_err(|declined| declined.at(at))?;
        let key = !self.without_keys
            && self.frames.is_key(&all, pending.is_key && nth == 0).map_err(|declined| declined.at(at))?;
        // Of sound that it looks into, libavformat finds the duration there.
        self.beside.padding = pending.padding;
        self.beside.samples = self.whole.samples(&all);
        let is_sound = self.track.treatment.parsed && !self.track.is_video;
        let duration = if is_sound { 0 } else { i64::try_from(duration).unwrap_or(0) };
        let data = if prefix.is_empty() { Data::Whole(frame) } else { Data::Prefixed(prefix, frame) };
        let pts = Some(i64::from_ne_bytes(time.to_ne_bytes()));
        Ok(Some(Sample { offset: at, pts, dts: None, duration, key, discard: false, data }))
    }
}

/// A frame as libavformat's parser sees it.
fn whole_frame<'a>(prefix: &[u8], frame: &'a [u8]) -> Result<Cow<'a, [u8]>, Declined> {
    if prefix.is_empty() {
        return Ok(Cow::Borrowed(frame));
    }
    let mut all = Vec::new();
    let size = prefix.len().saturating_add(frame.len());
    all.try_reserve_exact(size).map_err(|_| Declined::new(Reason::Limit, "no memory for a frame"))?;
    all.extend_from_slice(prefix);
    all.extend_from_slice(frame);
    Ok(Cow::Owned(all))
}
