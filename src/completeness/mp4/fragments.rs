//! What fragments say of themselves: whether a `moof` has samples to come, how far `sidx` reaches,
//! and whether the fragments have played as long as `mehd` announced.

use std::collections::BTreeSet;

use super::super::bytes::{be, byte};
use super::tables::RunLayout;
use super::track::beyond;

/// Tracks beyond these are not timed.
const MAX_TRACKS: usize = 64;

/// How far the fragments have come of what `mehd` announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Whole,
    Short,
    Unknown,
}

#[derive(Default)]
struct Timing {
    id: u64,
    timescale: u64,
    default_duration: u64,
    /// Where the last sample ends, in the track's time.
    end: u64,
    last_duration: u64,
}

#[derive(Default)]
pub(super) struct Fragments {
    any: bool,
    moof_has_samples: bool,
    movie_timescale: u64,
    announced: Option<u64>,
    tracks: Vec<Timing>,
    /// The track that is being described, by its id.
    current: u64,
    default_duration: u64,
    index_end: u64,
    /// Where `sidx` says that stretches begin, as far as they are still to come.
    starts: BTreeSet<u64>,
    /// One of them has been met.
    index_followed: bool,
}

impl Fragments {
    pub(super) fn begin_moof(&mut self) {
        self.any = true;
        self.moof_has_samples = false;
    }

    pub(super) fn begin_traf(&mut self) {
        self.current = 0;
        self.default_duration = 0;
    }

    pub(super) fn moof_has_samples(&self) -> bool {
        self.moof_has_samples
    }

    /// Durations matter only if there is something to compare them with.
    pub(super) fn wants_durations(&self) -> bool {
        self.announced.is_some()
    }

    /// The timing of track `id`; `None` when there are too many.
    fn timing(&mut self, id: u64) -> Option<&mut Timing> {
        let known = self.tracks.iter().position(|track| track.id == id);
        if known.is_none() {
            if self.tracks.len() >= MAX_TRACKS {
                return None;
            }
            self.tracks.push(Timing { id, ..Timing::default() });
        }
        match known {
            Some(place) => self.tracks.get_mut(place),
            None => self.tracks.last_mut(),
        }
    }

    /// `tkhd`
    pub(super) fn begin_track(&mut self, body: &[u8]) {
        self.current = versioned(body, 12, 20, 4, 4);
    }

    /// `mdhd`
    pub(super) fn set_timescale(&mut self, body: &[u8]) {
        let timescale = versioned(body, 12, 20, 4, 4);
        let id = self.current;
        if let Some(timing) = self.timing(id) {
            timing.timescale = timescale;
        }
    }

    pub(super) fn note(&mut self, kind: &[u8; 4], body: &[u8]) {
        match kind {
            b"mvhd" => self.movie_timescale = versioned(body, 12, 20, 4, 4),
            b"mehd" => self.announced = Some(versioned(body, 4, 4, 4, 8)).filter(|duration| *duration > 0),
            b"trex" => {
                let duration = be(body, 12, 4).unwrap_or(0);
                if let Some(timing) = self.timing(be(body, 4, 4).unwrap_or(0)) {
                    timing.default_duration = duration;
                }
            }
            b"tfhd" => self.begin_fragment(body),
            b"tfdt" => {
                let start = versioned(body, 4, 4, 4, 8);
                let id = self.current;
                if let Some(timing) = self.timing(id) {
                    timing.end = start;
                }
            }
            _ => {}
        }
    }

    fn begin_fragment(&mut self, body: &[u8]) {
        let flags = be(body, 1, 3).unwrap_or(0);
        self.current = be(body, 4, 4).unwrap_or(0);
        let id = self.current;
        let usual = self.timing(id).map_or(0, |timing| timing.default_duration);
        let before = if flags & 1 == 0 { 8_usize } else { 16 };
        let before = if flags & 2 == 0 { before } else { before.saturating_add(4) };
        self.default_duration = if flags & 8 == 0 { usual } else { be(body, before, 4).unwrap_or(usual) };
    }

    /// `trun`: gives how many samples it claims beyond its own size.
    pub(super) fn begin_run(&mut self, body: &[u8], room: u64) -> u64 {
        let count = be(body, 4, 4).unwrap_or(0);
        let layout = RunLayout::of(body);
        self.moof_has_samples |= count > 0;
        if !layout.durations {
            let each = self.default_duration;
            self.play(count.saturating_mul(each), each);
        }
        beyond(count, room, layout.start, layout.width)
    }

    pub(super) fn add_sample(&mut self, entry: &[u8]) {
        let duration = be(entry, 0, 4).unwrap_or(0);
        self.play(duration, duration);
    }

    fn play(&mut self, time: u64, last: u64) {
        let id = self.current;
        if let Some(timing) = self.timing(id) {
            timing.end = timing.end.saturating_add(time);
            timing.last_duration = last;
        }
    }

    /// `sidx`, whose box ends at `end`: gives where the stretches begin that it lists.
    pub(super) fn begin_index(&mut self, body: &[u8], end: u64) -> Option<u64> {
        let skipped = if byte(body, 0) == 0 { be(body, 16, 4)? } else { be(body, 20, 8)? };
        self.index_end = end.saturating_add(skipped);
        Some(self.index_end)
    }

    /// One entry of `sidx`: gives where its stretch ends.
    pub(super) fn add_reference(&mut self, entry: &[u8]) -> Option<u64> {
        let size = be(entry, 0, 4)? & 0x7fff_ffff;
        self.starts.insert(self.index_end);
        self.index_end = self.index_end.saturating_add(size);
        Some(self.index_end)
    }

    /// Whether `sidx` leads into the middle of the outermost box that lies from `at` to `end`. libavformat goes from one
    /// stretch to the next without looking at the boxes around them, so that any number of samples might hide there.
    pub(super) fn index_leads_into(&mut self, at: u64, end: u64) -> bool {
        self.starts = self.starts.split_off(&at);
        self.index_followed |= self.starts.remove(&at);
        self.index_followed && self.starts.first().is_some_and(|start| *start < end)
    }

    /// Compares what was announced with the track that came furthest. An edit list may shift the two by
    /// some frames, so that only a clear gap counts.
    pub(super) fn reach(&self) -> Reach {
        let Some(announced) = self.announced else { return Reach::Unknown };
        let mut reach = Reach::Short;
        for track in self.tracks.iter().filter(|track| track.timescale > 0) {
            let Some(due) =
                announced.checked_mul(track.timescale).and_then(|due| due.checked_div(self.movie_timescale))
            else {
                return Reach::Unknown;
            };
            let missing = due.saturating_sub(track.end);
            if missing <= track.last_duration && track.end > 0 {
                return Reach::Whole;
            }
            if missing <= track.timescale.div_ceil(2) {
                reach = Reach::Unknown;
            }
        }
        reach
    }
}

/// A field that lies at `at` in version 0 of a box and at `later` in version 1, of `len` and `long` bytes.
fn versioned(body: &[u8], at: usize, later: usize, len: usize, long: usize) -> u64 {
    let field = if byte(body, 0) == 0 { be(body, at, len) } else { be(body, later, long) };
    field.unwrap_or(0)
}
