//! A track whose boxes are read: how its samples make packets.

use super::super::{Declined, Pace, Stop};
use super::edits::{self, Edit, Plan, Scale};
use super::entry::Description;
use super::length;
use super::places::Places;
use super::sync::Keys;
use super::tables::{Extent, MAX_SAMPLE, Sizes, Tables, believable};
use super::tags::{Coding, Kind};
use super::timeline::{BLOCK, Blocks, Offsets, Singles, Timeline};
use std::sync::OnceLock;

/// One track, checked.
#[derive(Clone, Debug)]
pub struct Track<'a> {
    pub id: u32,
    pub timescale: u32,
    pub kind: Kind,
    pub coding: Coding,
    pub description: Description<'a>,
    pub tables: Tables<'a>,
    pub extent: Extent,
    pub edits: Vec<Edit>,
    pub movie_timescale: u32,
    /// How long the track lasts, as its header says it.
    pub announced: i64,
    /// Tracks that it names as its chapters.
    pub chapters: Option<Vec<u32>>,
    pub layout: Layout<'a>,
    pub avformat_major: u32,
    /// The edits, once they were applied.
    pub planned: OnceLock<Option<Plan>>,
}

/// How the samples of the tables make packets.
#[derive(Clone, Copy, Debug)]
pub enum Layout<'a> {
    Empty,
    Singles(Singles<'a>),
    /// With the bytes of one sample.
    Blocks(Blocks<'a>, u32),
}

impl<'a> Track<'a> {
    pub fn lay_out(&mut self, bytes: &'a [u8]) -> Result<(), Declined> {
        let tables = &self.tables;
        let block = self.kind == Kind::Audio && matches!(tables.times, [[_, _, _, _, 0, 0, 0, 1]]);
        let constant = match tables.sizes {
            Sizes::Same(size) => size,
            _ => 0,
        };
        let named = match tables.keys {
            Keys::All => true,
            // libavformat then looks into them, or finds key frames in its own way.
            Keys::First => self.coding == Coding::H264,
            Keys::Listed(..) => self.kind != Kind::Audio,
        };
        if !named {
            return Err(Declined::structure("key frames that are not named"));
        }
        let frame = self.description.frame_bytes;
        if block {
            let frame = if frame > 0 { frame } else { constant };
            let usual = frame > 0 && self.description.samples_per_frame < 2 && tables.offsets.is_empty();
            if !usual || (self.coding == Coding::Reframed && self.description.frame_bytes == 0) {
                return Err(Declined::structure("sound that is read in chunks in an unusual way"));
            }
            let each = u64::from(frame).saturating_mul(BLOCK);
            self.extent = tables.check(length(bytes), Some(u64::from(frame)))?;
            if each > MAX_SAMPLE {
                return Err(Declined::damaged("a packet of such a size"));
            }
            self.extent.most = each;
            self.layout = Layout::Blocks(Blocks::new(tables), frame);
        } else {
            if frame > 0 && constant > 0 && frame != constant {
                return Err(Declined::structure("sizes that differ"));
            }
            self.extent = tables.check(length(bytes), None)?;
            self.layout = Layout::Singles(Singles::new(tables));
        }
        let several = self.extent.description > 1;
        if several && self.description.only_first {
            return Err(Declined::structure("samples of several descriptions"));
        }
        if !believable(tables.count, bytes) {
            return Err(Declined::damaged("more samples than bytes"));
        }
        if !edits::affordable(self.edits.len(), tables.count, length(bytes)) {
            return Err(Declined::structure("so many edits of so many samples"));
        }
        Ok(())
    }

    /// Whether a packet is larger than allowed.
    pub fn exceeds(&self, most: u64) -> bool {
        let exact = || match &self.layout {
            Layout::Singles(_) => {
                usize::try_from(self.tables.count).map_or(u64::MAX, |count| self.tables.sizes.largest(count))
            }
            Layout::Empty | Layout::Blocks(..) => self.extent.most,
        };
        self.extent.most > most && exact() > most
    }

    /// How long libavformat takes the track to be: as it says itself, unless the table of durations or the edit list ends
    /// sooner.
    pub fn duration(&self) -> Result<i64, Declined> {
        let tables = if self.extent.time > 0 { self.announced.min(self.extent.time) } else { self.announced };
        Ok(self.plan()?.map_or(tables, |plan| tables.min(plan.lasts)))
    }

    /// How much of the sound is skipped at the beginning.
    pub fn skipped(&self) -> Result<i64, Declined> {
        let skipped = self.plan()?.and_then(|plan| plan.segments.first()).map_or(0, |segment| segment.skipped);
        Ok(if self.kind == Kind::Audio { skipped } else { 0 })
    }

    /// The packets before edit lists.
    pub fn len(&self) -> u64 {
        match &self.layout {
            Layout::Empty => 0,
            Layout::Singles(singles) => singles.len(),
            Layout::Blocks(blocks, _) => blocks.len(),
        }
    }

    /// Where all of its chunks lie, in a file that is read front to back: they must lie in that order, and be taken in it.
    pub fn ranges(&self, ranges: &mut Vec<(u64, u64)>) -> Result<(), Declined> {
        let astray = || Declined::structure("samples out of order before fragments");
        let taken_in_order = self.plan()?.is_none_or(|plan| {
            plan.segments.iter().zip(plan.segments.iter().skip(1)).all(|(one, next)| one.end <= next.first)
        });
        if !taken_in_order {
            return Err(astray());
        }
        let mut reached = 0;
        for (offset, size) in self.places(0) {
            if offset < reached {
                return Err(astray());
            }
            reached = offset.saturating_add(size);
            match ranges.last_mut() {
                Some((_, end)) if *end == offset => *end = reached,
                _ => ranges.push((offset, reached)),
            }
        }
        Ok(())
    }

    /// Where its packets lie, from one on.
    pub fn places(&self, first: u64) -> Places<'a> {
        let frame = match &self.layout {
            Layout::Blocks(_, frame) => Some(*frame),
            Layout::Empty | Layout::Singles(_) => None,
        };
        Places::new(&self.tables, frame, first)
    }

    /// What fragments' times are too late by: where the edit list begins, without what is empty before.
    pub fn time_offset(&self) -> i64 {
        let (empty, rest) = match self.edits.split_first() {
            Some((first, rest)) if first.start == -1 => (first.duration, rest),
            _ => (0, self.edits.as_slice()),
        };
        let start = rest.first().map_or(0, |edit| edit.start.max(0));
        let empty = edits::rescale(empty, self.timescale, self.movie_timescale).unwrap_or(0);
        start.saturating_sub(empty)
    }

    /// How much earlier than shown packets are decoded, and what else `ctts` says of all of them.
    pub fn offsets(&self) -> Result<Offsets, Declined> {
        match &self.layout {
            Layout::Singles(singles) => singles.offsets(),
            Layout::Empty | Layout::Blocks(..) => Ok(Offsets::default()),
        }
    }

    /// The edits, applied; `None` where there are none and everything comes as it is.
    pub fn plan(&self) -> Result<Option<&Plan>, Declined> {
        if let Some(plan) = self.planned.get() {
            return Ok(plan.as_ref());
        }
        match self.plan_at(&mut |_, _| Ok(())) {
            Ok(plan) => Ok(self.planned.get_or_init(|| plan).as_ref()),
            Err(Stop::Declined(declined)) => Err(declined),
            // Nobody ends it.
            Err(Stop::Ended(_)) => Err(Declined::structure("an edit list that was not applied")),
        }
    }

    /// The same, with `pace` called on the way.
    pub fn plan_at(&self, pace: Pace) -> Result<Option<Plan>, Stop> {
        if self.edits.is_empty() {
            return Ok(None);
        }
        let scale = |shift| Scale {
            edits: &self.edits,
            movie: self.movie_timescale,
            track: self.timescale,
            is_audio: self.kind == Kind::Audio,
            is_vorbis: self.coding == Coding::Vorbis,
            shift,
            avformat_major: self.avformat_major,
        };
        match &self.layout {
            Layout::Empty => Ok(None),
            Layout::Singles(singles) => {
                let offsets = singles.offsets()?;
                edits::plan(&singles.with(offsets), scale(offsets.shift), pace).map(Some)
            }
            Layout::Blocks(blocks, _) => edits::plan(blocks, scale(0), pace).map(Some),
        }
    }
}
