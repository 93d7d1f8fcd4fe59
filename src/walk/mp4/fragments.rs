//! `moof`: fragments, in the order in which libavformat meets them when it reads front to back.

use super::super::{Declined, Reason};
use super::Cursor;
use super::boxes::{Atom, Atoms, pass_over_known};
use super::layout::Track;
use super::runs::{Defaults, Run, believable};

/// `trex`: what the samples of a track are in all fragments.
#[derive(Clone, Copy, Debug)]
pub struct Extends {
    pub track: u32,
    pub defaults: Defaults,
}

/// Reads a `trex`.
pub fn read_extends(atom: &Atom) -> Result<Extends, Declined> {
    let mut cursor = Cursor::new(atom.body);
    let read = (|| {
        cursor.u32()?;
        let track = cursor.u32()?;
        let (description, duration, size, flags) = (cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?);
        Some(Extends { track, defaults: Defaults { description, duration, size, flags } })
    })();
    read.ok_or_else(|| atom.damaged("defaults of fragments cut off"))
}

/// `mehd`: how long all fragments play, in units of the movie; 0 says nothing.
pub fn read_announced(atom: &Atom) -> Option<u64> {
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8()?;
    cursor.u24()?;
    let announced = if version == 0 { cursor.u32().map(u64::from) } else { cursor.u64() };
    announced.filter(|announced| *announced > 0)
}

/// One track, while its fragments are gone through.
#[derive(Clone, Copy, Debug)]
struct Progress {
    id: u32,
    /// The description whose samples are read; `None` for all.
    description: Option<u32>,
    /// What is taken off all times, for the start of an edit list.
    time_offset: i64,
    /// Where the samples so far end.
    end: i64,
    /// When the last of them is decoded.
    last: Option<i64>,
    /// How much earlier than shown samples are decoded, as known so far.
    shift: i64,
    counted: Counted,
    played: Played,
    /// The last fragment that it is in.
    fragment: u64,
    /// Where in the media at hand its last run begins.
    reached: u64,
}

/// What the fragments of a track come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    pub packets: u64,
    pub discarded: u64,
    /// The largest sample.
    pub most: u64,
    pub shift: i64,
}

/// How far the fragments of a track play, to be held against what the header announces.
#[derive(Clone, Copy, Debug, Default)]
struct Played {
    end: u64,
    last_duration: u64,
}

/// Goes through the fragments.
#[derive(Clone, Debug)]
pub struct Fragments<'a> {
    bytes: &'a [u8],
    avformat_major: u32,
    extends: Vec<Extends>,
    tracks: Vec<Progress>,
    /// Runs whose media are still to come.
    pub pending: Vec<Run<'a>>,
    unbacked: u64,
    /// Runs whose times only an index may tell.
    untimed: u64,
    /// Where runs without an offset go on.
    implicit: u64,
    /// Fragments so far.
    number: u64,
}

impl<'a> Fragments<'a> {
    /// `tracks`: with their streams' numbers.
    pub fn new<'t>(
        bytes: &'a [u8],
        avformat_major: u32,
        extends: &[Extends],
        tracks: impl Iterator<Item = Option<&'t Track<'a>>>,
    ) -> Self
    where
        'a: 't,
    {
        let tracks = tracks.map(|track| {
            let only_first = track.is_none_or(|track| track.description.only_first);
            Progress {
                id: track.map_or(0, |track| track.id),
                description: only_first.then_some(1),
                time_offset: track.map_or(0, Track::time_offset),
                end: track.map_or(0, |track| track.extent.time),
                last: None,
                shift: 0,
                counted: Counted::default(),
                played: Played::default(),
                fragment: 0,
                reached: 0,
            }
        });
        Fragments {
            bytes,
            avformat_major,
            extends: extends.to_vec(),
            tracks: tracks.collect(),
            pending: Vec::new(),
            unbacked: 0,
            untimed: 0,
            implicit: 0,
            number: 0,
        }
    }

    /// The packets that came before the fragments.
    pub fn precede(&mut self, track: usize, last: Option<i64>, shift: i64) {
        if let Some(progress) = self.tracks.get_mut(track) {
            (progress.last, progress.shift) = (last, shift);
        }
    }

    pub fn counted(&self, track: usize) -> Counted {
        self.tracks
            .get(track)
            .map_or(Counted::default(), |progress| Counted { shift: progress.shift, ..progress.counted })
    }

    pub fn shift(&self, track: usize) -> i64 {
        self.tracks.get(track).map_or(0, |progress| progress.shift)
    }

    /// Some times are to be found in an index alone.
    pub fn is_untimed(&self) -> bool {
        self.untimed > 0
    }

    /// Reads a `moof`: its runs are pending then.
    pub fn read(&mut self, moof: &Atom<'a>) -> Result<(), Declined> {
        // libavformat takes the header for a short one.
        let start = moof.content.saturating_sub(8);
        self.implicit = start;
        self.number = self.number.saturating_add(1);
        for atom in Atoms::inside(self.bytes, moof, 0) {
            let atom = atom?;
            match &atom.kind {
                b"traf" => {
                    let before = self.untimed;
                    let track = self.read_track(&atom, start)?;
                    let number = self.number;
                    if let Some(progress) = track.and_then(|track| self.tracks.get_mut(track)) {
                        if progress.fragment == number && self.untimed != before {
                            return Err(atom.structure("a track that is in a fragment twice"));
                        }
                        progress.fragment = number;
                    }
                }
                _ => pass_over_known(&atom, self.avformat_major)?,
            }
        }
        Ok(())
    }

    /// Gives the track's number.
    fn read_track(&mut self, traf: &Atom<'a>, start: u64) -> Result<Option<usize>, Declined> {
        let mut header: Option<(usize, Defaults, u64)> = None;
        // When the next run begins, if that is known.
        let mut next: Option<i64> = None;
        let mut began = false;
        for atom in Atoms::inside(self.bytes, traf, 0) {
            let atom = atom?;
            match (&atom.kind, header) {
                (b"tfhd", None) => header = Some(self.read_header(&atom, start)?),
                (b"tfdt", Some((track, defaults, _))) if next.is_none() && !began => {
                    next = self.read_time(&atom, track, defaults)?;
                }
                (b"trun", Some((track, defaults, base))) => {
                    began = true;
                    next = self.read_run(&atom, track, defaults, base, next)?;
                }
                (b"sdtp" | b"sgpd" | b"sbgp", _) => {
                    if atom.body.len() < 8 || matches!(atom.body.get(4..8), Some(b"rap " | b"sync")) {
                        return Err(atom.structure("key frames by group in a fragment"));
                    }
                }
                _ => pass_over_known(&atom, self.avformat_major)?,
            }
        }
        Ok(header.map(|(track, ..)| track))
    }

    fn read_header(&self, atom: &Atom, start: u64) -> Result<(usize, Defaults, u64), Declined> {
        let damaged = || atom.damaged("a track fragment's header that is none");
        let mut cursor = Cursor::new(atom.body);
        let flags = cursor.u32().ok_or_else(damaged)?;
        let id = cursor.u32().ok_or_else(damaged)?;
        let track = self.tracks.iter().position(|track| track.id == id && id > 0);
        let track = track.ok_or_else(|| atom.structure("a fragment of no track"))?;
        let extends = self.extends.iter().find(|extends| extends.track == id);
        let mut defaults = extends.ok_or_else(|| atom.structure("a fragment of a track that has none"))?.defaults;
        let mut field = |mask: u32| (flags & mask != 0).then(|| cursor.u32().ok_or_else(damaged)).transpose();
        let base = match field(0x01)?.zip(field(0x01)?) {
            Some((high, low)) => u64::from(high).wrapping_shl(32) | u64::from(low),
            None if flags & 0x02_0000 != 0 => start,
            None => self.implicit,
        };
        defaults.description = field(0x02)?.unwrap_or(defaults.description);
        defaults.duration = field(0x08)?.unwrap_or(defaults.duration);
        defaults.size = field(0x10)?.unwrap_or(defaults.size);
        defaults.flags = field(0x20)?.unwrap_or(defaults.flags);
        if base > 1 << 62 || (self.avformat_major > 59 && defaults.description > 1) {
            return Err(atom.structure("a track fragment that is not as usual"));
        }
        Ok((track, defaults, base))
    }

    fn read_time(&mut self, atom: &Atom, track: usize, defaults: Defaults) -> Result<Option<i64>, Declined> {
        let damaged = || atom.damaged("the time of a fragment that is none");
        let mut cursor = Cursor::new(atom.body);
        let version = cursor.u8().ok_or_else(damaged)?;
        cursor.u24().ok_or_else(damaged)?;
        let time = if version == 0 { cursor.u32().map(u64::from) } else { cursor.u64() };
        let time = time.filter(|time| *time < 1 << 60).ok_or_else(damaged)?;
        let progress = self.tracks.get_mut(track).ok_or_else(damaged)?;
        progress.played.end = time;
        if progress.description.is_some_and(|only| only != defaults.description) {
            return Ok(None);
        }
        let time = i64::try_from(time).map_err(|_| damaged())?;
        progress.end = time;
        Ok(Some(time))
    }

    /// Gives when the next run of the fragment begins.
    fn read_run(
        &mut self,
        atom: &Atom<'a>,
        track: usize,
        defaults: Defaults,
        base: u64,
        begin: Option<i64>,
    ) -> Result<Option<i64>, Declined> {
        let damaged = || atom.damaged("fragments without an end");
        let mut run = Run::read(atom, track, defaults, base)?;
        self.unbacked = self.unbacked.saturating_add(run.unbacked());
        if !believable(self.unbacked, self.bytes) {
            return Err(atom.damaged("more samples than bytes"));
        }
        let progress = self.tracks.get_mut(track).ok_or_else(damaged)?;
        if progress.description.is_some_and(|only| only != defaults.description) {
            return Err(atom.structure("samples of another description"));
        }
        if run.count == 0 {
            return Ok(begin);
        }
        self.untimed = self.untimed.saturating_add(u64::from(begin.is_none()));
        run.time = begin.unwrap_or(progress.end).saturating_sub(progress.time_offset);
        run.overlapped = progress.last;
        let sums = run.sum()?;
        run.bytes = sums.bytes;
        let duration = i64::try_from(sums.duration).ok().filter(|duration| *duration < 1 << 60).ok_or_else(damaged)?;
        let end = run.time.checked_add(duration).filter(|end| end.unsigned_abs() < 1 << 61).ok_or_else(damaged)?;
        progress.last = Some(end.saturating_sub(i64::from(sums.last_duration)));
        progress.end = end.saturating_add(progress.time_offset);
        // The lowest number has no opposite.
        progress.shift = progress.shift.max(i64::from(sums.earliest.max(i32::MIN.saturating_add(1))).saturating_neg());
        progress.counted.packets = progress.counted.packets.saturating_add(u64::from(run.count));
        progress.counted.discarded = progress.counted.discarded.saturating_add(sums.discarded);
        progress.counted.most = progress.counted.most.max(u64::from(sums.most));
        progress.played.end = progress.played.end.saturating_add(sums.duration);
        progress.played.last_duration = u64::from(sums.last_duration);
        self.implicit = run.offset.checked_add(sums.bytes).ok_or_else(damaged)?;
        let end = progress.end;
        self.pending.try_reserve(1).map_err(|_| damaged())?;
        self.pending.push(run);
        Ok(Some(end))
    }

    /// The media of what is pending: all of it lies in there, in order, and nothing twice. `others`: what else does.
    pub fn check_media(&mut self, media: &Atom, others: &mut Vec<(u64, u64)>) -> Result<(), Declined> {
        others.extend(self.pending.iter().map(|run| (run.offset, run.offset.saturating_add(run.bytes))));
        self.tracks.iter_mut().for_each(|track| track.reached = 0);
        for run in &self.pending {
            let track = self.tracks.get_mut(run.track).ok_or_else(|| media.damaged("a fragment of no track"))?;
            if run.offset < track.reached {
                return Err(media.structure("fragments out of order"));
            }
            track.reached = run.offset;
        }
        others.sort_unstable();
        let mut at = media.content;
        for (start, end) in others {
            if *start < at {
                return Err(media.structure("samples that overlap, or lie before their media"));
            }
            at = *end;
        }
        if at > media.end() {
            return Err(media.damaged("samples that lie past the end of their media"));
        }
        Ok(())
    }

    /// Whether the fragments play as long as was announced; an edit list may shift the two by some frames.
    pub fn reach(
        &self,
        announced: Option<u64>,
        movie: u32,
        timescales: impl Iterator<Item = u32>,
    ) -> Result<bool, Declined> {
        let Some(announced) = announced else { return Ok(false) };
        let mut sure = true;
        for (progress, timescale) in self.tracks.iter().zip(timescales).filter(|(track, _)| track.id > 0) {
            let due = announced.checked_mul(u64::from(timescale)).and_then(|due| due.checked_div(u64::from(movie)));
            let Some(due) = due else { return Ok(false) };
            let missing = due.saturating_sub(progress.played.end);
            if missing <= progress.played.last_duration && progress.played.end > 0 {
                return Ok(true);
            }
            sure &= missing > u64::from(timescale).div_ceil(2);
        }
        if sure { Err(Declined::new(Reason::Damaged, "fragments are missing at the end")) } else { Ok(false) }
    }
}

/// `sidx`: where stretches of the file begin, and the end of the last.
pub fn read_index(atom: &Atom, ids: &[u32], starts: &mut Vec<u64>) -> Result<(), Declined> {
    let damaged = || atom.damaged("an index of fragments that is none");
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8().filter(|version| *version < 2).ok_or_else(damaged)?;
    cursor.u24().ok_or_else(damaged)?;
    let id = cursor.u32().ok_or_else(damaged)?;
    let timescale = cursor.u32().filter(|scale| *scale > 0 && *scale <= i32::MAX.unsigned_abs()).ok_or_else(damaged)?;
    let (time, skipped) = if version == 0 {
        cursor.u32().map(u64::from).zip(cursor.u32().map(u64::from)).ok_or_else(damaged)?
    } else {
        cursor.u64().zip(cursor.u64()).ok_or_else(damaged)?
    };
    cursor.u16().ok_or_else(damaged)?;
    let count = cursor.u16().filter(|count| *count > 0).ok_or_else(damaged)?;
    if !ids.contains(&id) || time > 1 << 60 || skipped > 1 << 60 || timescale == 0 {
        return Err(atom.structure("an index of fragments that is not as usual"));
    }
    let mut at = atom.end().saturating_add(skipped);
    for _ in 0..count {
        let size = cursor.u32().filter(|size| *size < 1 << 31).ok_or_else(damaged)?;
        cursor.u64().ok_or_else(damaged)?;
        starts.try_reserve(1).map_err(|_| damaged())?;
        starts.push(at);
        at = at.saturating_add(u64::from(size));
    }
    starts.push(at);
    Ok(())
}
