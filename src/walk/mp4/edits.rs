//! Edit lists, as libavformat applies them: which packets come, in which order, and which of them are dropped after
//! decoding. An edit begins at the key frame before its start and ends behind the first one or two after its end.

use super::super::{Declined, Pace, Stop};
use super::boxes::Atom;
use super::timeline::{Moment, Timeline};
use super::{Cursor, length};
use crate::error;

/// One entry of `elst`.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// In units of the movie.
    pub duration: i64,
    /// Where in the track it begins; -1 for nothing at all.
    pub start: i64,
}

/// Reads an `elst`.
pub fn read(atom: &Atom) -> Result<Vec<Edit>, Declined> {
    let damaged = || atom.damaged("an edit list that does not fit its box");
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8().ok_or_else(damaged)?;
    cursor.u24().ok_or_else(damaged)?;
    let count = cursor.u32().ok_or_else(damaged)?;
    let width = if version == 1 { 20 } else { 12 };
    if u64::from(count).saturating_mul(width) != length(cursor.rest()) || count > 1 << 20 {
        return Err(damaged());
    }
    let mut edits = Vec::new();
    edits.try_reserve(usize::try_from(count).unwrap_or(usize::MAX)).map_err(|_| damaged())?;
    for _ in 0..count {
        let edit = if version == 1 {
            cursor.i64().zip(cursor.i64())
        } else {
            cursor.u32().map(i64::from).zip(cursor.i32().map(i64::from))
        };
        cursor.u32().ok_or_else(damaged)?;
        let (duration, start) = edit.ok_or_else(damaged)?;
        if !(0..=1 << 50).contains(&duration) || !(-1..=1 << 50).contains(&start) {
            return Err(atom.structure("an edit of unusual length"));
        }
        edits.push(Edit { duration, start });
    }
    Ok(edits)
}

/// What the edits of a track depend on beside its packets.
#[derive(Clone, Copy, Debug)]
pub struct Scale<'e> {
    pub edits: &'e [Edit],
    pub movie: u32,
    pub track: u32,
    pub is_audio: bool,
    pub is_vorbis: bool,
    pub shift: i64,
    pub avformat_major: u32,
}

/// A duration in other units, rounded to the nearest, halves away from zero.
pub fn rescale(duration: i64, to: u32, from: u32) -> Option<i64> {
    let from = i128::from(from);
    let product = i128::from(duration).checked_mul(i128::from(to))?;
    i64::try_from(product.checked_add(from.checked_div(2)?)?.checked_div(from)?).ok()
}

/// The packets that one edit gives.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub first: u64,
    pub end: u64,
    /// What is added to the packets' own times; where nothing is shown, they all have the one time.
    pub times: Times,
    /// Shown from here on, in time as it is shown.
    pub start: i64,
    pub stop: i64,
    /// The packet that is shown in part: its first samples are skipped.
    pub partial: Option<u64>,
    /// How much of the sound is skipped at the beginning, in units of the track.
    pub skipped: i64,
}

#[derive(Clone, Copy, Debug)]
pub enum Times {
    Moved(i64),
    Fixed(i64),
}

impl Segment {
    pub fn time(&self, time: i64) -> i64 {
        match self.times {
            Times::Moved(by) => time.wrapping_add(by),
            Times::Fixed(at) => at,
        }
    }

    pub fn drops(&self, index: u64, shown: i64) -> bool {
        (shown < self.start || shown >= self.stop) && self.partial != Some(index)
    }
}

/// All edits of a track.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub segments: Vec<Segment>,
    pub packets: u64,
    pub discarded: u64,
    /// How long nothing is shown at first.
    pub empty: i64,
    /// How long all edits last.
    pub lasts: i64,
}

/// How many packets and edits may be gone through: more than honest files need, in relation to what is there.
pub fn affordable(edits: usize, packets: u64, end: u64) -> bool {
    let repeated = u64::try_from(edits).unwrap_or(u64::MAX).saturating_sub(4).saturating_mul(packets);
    repeated <= end
}

/// Applies the edits. Calls `pace` on the way.
pub fn plan<'a>(timeline: &impl Timeline<'a>, scale: Scale, pace: Pace) -> Result<Plan, Stop> {
    let odd = || Declined::structure("an edit list of unusual numbers");
    let mut plan = Plan::default();
    plan.segments.try_reserve(scale.edits.len()).map_err(|_| odd())?;
    let mut due = scale.shift.wrapping_neg();
    let mut shown_any = false;
    for edit in scale.edits {
        let duration = rescale(edit.duration, scale.track, scale.movie);
        let duration = duration.filter(|duration| *duration < 1 << 60).ok_or_else(odd)?;
        let begin = due;
        due = due.checked_add(duration).filter(|due| *due < 1 << 61).ok_or_else(odd)?;
        plan.lasts = plan.lasts.saturating_add(duration);
        if !shown_any && edit.start == -1 {
            plan.empty = plan.empty.saturating_add(duration);
            continue;
        }
        // Later versions take it for something else.
        if duration == 0 && scale.avformat_major != 59 {
            return Err(odd().into());
        }
        let first_edit = !shown_any;
        shown_any = true;
        let window = Window { start: edit.start, duration, begin, first_edit };
        let (segment, discarded) = window.segment(timeline, scale, &mut |packets| pace(0, packets))?;
        pace(0, plan.packets)?;
        plan.packets = plan.packets.saturating_add(segment.end.saturating_sub(segment.first));
        plan.discarded = plan.discarded.saturating_add(discarded);
        plan.segments.push(segment);
    }
    Ok(plan)
}

/// One edit, in units of the track.
struct Window {
    start: i64,
    duration: i64,
    /// When the first packet of it is due.
    begin: i64,
    first_edit: bool,
}

impl Window {
    fn segment<'a>(
        &self,
        timeline: &impl Timeline<'a>,
        scale: Scale,
        pace: &mut dyn FnMut(u64) -> error::Result<()>,
    ) -> Result<(Segment, u64), Stop> {
        let keys = timeline.keys();
        let first = self.first_packet(timeline, scale)?;
        let stop = self.start.saturating_add(self.duration);
        let mut segment = Segment {
            first,
            end: first,
            times: Times::Fixed(self.begin),
            start: self.start,
            stop,
            partial: None,
            skipped: 0,
        };
        let mut discarded = 0u64;
        let mut shown_any = false;
        let mut ends = if timeline.has_offsets() && !scale.is_audio { 2u32 } else { 1 };
        let mut middle = self.middle(timeline, scale);
        let mut moments = timeline.moments(first);
        while let Some(Moment { time, duration, offset }) = moments.next() {
            let index = segment.end;
            let duration = duration.unwrap_or(self.duration);
            let shown = time.wrapping_add(scale.shift).wrapping_add(offset);
            if shown < self.start || shown >= stop {
                let skips = scale.is_audio && !scale.is_vorbis && self.first_edit;
                if skips && shown < self.start && shown.wrapping_add(duration) > self.start {
                    if shown_any {
                        return Err(Declined::structure("an edit that begins twice").into());
                    }
                    shown_any = true;
                    segment.partial = Some(index);
                    let skipped = self.start.wrapping_sub(shown);
                    segment.skipped = segment.skipped.saturating_add(skipped);
                    segment.times = Times::Moved(self.begin.wrapping_sub(skipped).wrapping_sub(time));
                } else {
                    if skips && !shown_any {
                        segment.skipped = segment.skipped.saturating_add(duration);
                    }
                    discarded = discarded.wrapping_add(1);
                }
            } else if !shown_any {
                shown_any = true;
                segment.times = Times::Moved(self.begin.wrapping_sub(time));
            }
            segment.end = index.wrapping_add(1);
            if segment.end & 0xffff == 0 {
                pace(segment.end.wrapping_sub(first))?;
            }
            if let Some((_, end)) = middle.filter(|(from, _)| shown_any && index >= *from) {
                // Nothing of it is left out, and nothing ends there.
                middle = None;
                if end > segment.end {
                    segment.end = end;
                    moments = timeline.moments(end);
                    continue;
                }
            }
            if shown.wrapping_add(duration) >= stop && (scale.is_audio || keys.contains(index)) {
                ends = ends.wrapping_sub(1);
                if ends == 0 {
                    break;
                }
            }
        }
        Ok((segment, discarded))
    }

    /// Packets that are all shown, and behind none of which the edit can end.
    fn middle<'a>(&self, timeline: &impl Timeline<'a>, scale: Scale) -> Option<(u64, u64)> {
        let bounds = timeline.bounds()?;
        let begin = self.start.saturating_sub(scale.shift).saturating_sub(bounds.earliest);
        let end = self.start.saturating_add(self.duration).saturating_sub(scale.shift);
        let end = end.saturating_sub(bounds.latest).saturating_sub(bounds.longest);
        let (first, end) = (timeline.first_at(begin), timeline.first_at(end));
        // The last packet lasts as long as the edit.
        let end = end.min(timeline.len().saturating_sub(1));
        (first < end).then_some((first, end))
    }

    /// Where decoding must begin: a key frame that is shown no later than the edit begins.
    fn first_packet<'a>(&self, timeline: &impl Timeline<'a>, scale: Scale) -> Result<u64, Declined> {
        let mut wanted = self.start;
        if scale.is_audio {
            // Decoders need something to begin with.
            wanted = wanted.saturating_sub(i64::from(scale.track)).max(scale.shift.wrapping_neg());
        }
        let wanted = wanted.wrapping_sub(scale.shift);
        let keys = timeline.keys();
        let Some(last) = last_not_after(timeline, wanted)? else { return Ok(0) };
        let Some(mut index) = keys.at_or_before(last) else {
            return if timeline.has_offsets() { Ok(0) } else { first_of_its_time(timeline, last, |_| true) };
        };
        index = first_of_its_time(timeline, index, |index| keys.contains(index))?;
        if !timeline.has_offsets() {
            return Ok(index);
        }
        for _ in 0..MAX_STEPS_BACK {
            let Some(moment) = timeline.moments(index).next() else { break };
            if moment.time.wrapping_add(moment.offset) <= wanted {
                return Ok(index);
            }
            let Some(before) = index.checked_sub(1).and_then(|before| keys.at_or_before(before)) else {
                return Ok(0);
            };
            index = before;
        }
        Err(Declined::structure("an edit that begins far behind a key frame"))
    }
}

/// Each costs a look through the tables.
const MAX_STEPS_BACK: u32 = 64;

/// The last packet whose time is not after `wanted`. Where several have that very time, it is not said which one
/// libavformat's search meets.
fn last_not_after<'a>(timeline: &impl Timeline<'a>, wanted: i64) -> Result<Option<u64>, Declined> {
    let mut last = None;
    let mut equal = 0u32;
    for (index, moment) in (0u64..).zip(timeline.moments(0)) {
        if moment.time > wanted {
            break;
        }
        equal = if moment.time == wanted { equal.saturating_add(1) } else { 0 };
        last = Some(index);
    }
    if equal > 1 {
        return Err(Declined::structure("an edit that begins where several samples share a time"));
    }
    Ok(last)
}

/// Goes back over packets of the same time, to the first that `counts`.
fn first_of_its_time<'a>(
    timeline: &impl Timeline<'a>,
    index: u64,
    counts: impl Fn(u64) -> bool,
) -> Result<u64, Declined> {
    let time = |index| timeline.moments(index).next().map(|moment: Moment| moment.time);
    let here = time(index);
    let mut found = index;
    let mut at = index;
    for _ in 0..MAX_STEPS_BACK {
        let Some(before) = at.checked_sub(1).filter(|before| time(*before) == here) else { return Ok(found) };
        if counts(before) {
            found = before;
        }
        at = before;
    }
    Err(Declined::structure("samples that share a time"))
}
