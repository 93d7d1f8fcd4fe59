//! When samples are decoded and shown, before edit lists: what `stts` and `ctts` say.

use super::super::Declined;
use super::sync::Keys;
use super::tables::{Tables, pair};

/// Larger shifts make libavformat drop the whole table.
const MAX_SHIFT: i32 = 1 << 28;

/// Uncompressed sound is read in packets of so many samples.
pub const BLOCK: u64 = 1024;

/// A packet in time.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When it is decoded.
    pub time: i64,
    /// From there to the next one, if there is a next one.
    pub duration: Option<i64>,
    /// How much later than that it is shown, without the track's shift.
    pub offset: i64,
}

/// A track's packets in time, before edit lists.
pub trait Timeline<'a> {
    type Moments: Iterator<Item = Moment>;

    fn len(&self) -> u64;

    /// From packet `first` on.
    fn moments(&self, first: u64) -> Self::Moments;

    fn keys(&self) -> Keys<'a>;

    /// Whether packets are shown later than decoded.
    fn has_offsets(&self) -> bool;

    /// What holds of all packets, where that is known without a look at each.
    fn bounds(&self) -> Option<Bounds>;

    /// The first packet that is decoded no earlier than `time`.
    fn first_at(&self, time: i64) -> u64;
}

/// The least and the largest offset, and the longest duration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    pub earliest: i64,
    pub latest: i64,
    pub longest: i64,
}

/// One packet for each sample.
#[derive(Clone, Copy, Debug)]
pub struct Singles<'a> {
    tables: Tables<'a>,
    offsets: Offsets,
}

/// What is found of `ctts`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Offsets {
    /// How much earlier than shown everything is decoded, so that nothing is shown before it is decoded.
    pub shift: i64,
    /// One entry for each sample.
    one_each: bool,
    /// How many samples it tells of; 0 where it has not been looked at.
    samples: u64,
    earliest: i64,
    latest: i64,
}

impl<'a> Singles<'a> {
    pub fn new(tables: &Tables<'a>) -> Self {
        Singles { tables: *tables, offsets: Offsets::default() }
    }

    /// Holds `ctts` against the number of samples.
    pub fn offsets(&self) -> Result<Offsets, Declined> {
        let offsets = self.tables.offsets;
        let (mut earliest, mut latest, mut one_each) = (0i32, 0i32, true);
        let (mut samples, mut bits, mut has_empty) = (0u64, 0u32, false);
        // One pass without a branch: there may be as many entries as samples.
        for entry in offsets {
            let (count, offset) = pair(entry);
            one_each &= count == 1;
            has_empty |= count == 0;
            bits |= count;
            samples = samples.wrapping_add(u64::from(count));
            let offset = offset.cast_signed();
            (earliest, latest) = (earliest.min(offset), latest.max(offset));
        }
        let near = earliest >= MAX_SHIFT.wrapping_neg() && latest <= MAX_SHIFT;
        let are_usual = !has_empty && bits <= i32::MAX.unsigned_abs() && samples <= i32::MAX.unsigned_abs().into();
        if !offsets.is_empty() && (!near || !are_usual || samples < self.tables.count) {
            return Err(Declined::structure("a table of composition times that is not as usual"));
        }
        // libavformat does not look at the last two.
        let mut negative = earliest;
        if earliest < 0 {
            let looked_at = offsets.len().saturating_sub(2);
            negative = offsets.iter().take(looked_at).map(offset).fold(0, i32::min);
        }
        let shift = i64::from(negative).wrapping_neg();
        Ok(Offsets { shift, one_each, samples, earliest: i64::from(earliest), latest: i64::from(latest) })
    }

    /// With what was found.
    pub fn with(&self, offsets: Offsets) -> Self {
        Singles { offsets, ..*self }
    }
}

#[inline(always)]
fn offset(entry: &[u8; 8]) -> i32 {
    pair(entry).1.cast_signed()
}

impl<'a> Timeline<'a> for Singles<'a> {
    type Moments = SingleMoments<'a>;

    fn len(&self) -> u64 {
        self.tables.count
    }

    fn moments(&self, first: u64) -> SingleMoments<'a> {
        let mut moments = SingleMoments {
            times: self.tables.times.iter(),
            left: 0,
            duration: 0,
            offsets: self.tables.offsets.iter(),
            offsets_left: 0,
            offset: 0,
            time: self.offsets.shift.wrapping_neg(),
            samples_left: self.tables.count.saturating_sub(first),
        };
        moments.pass_times(first);
        match usize::try_from(first) {
            Ok(first) if self.offsets.one_each => {
                moments.offsets = self.tables.offsets.get(first..).unwrap_or_default().iter();
            }
            _ if first > self.offsets.samples >> 1 && first <= self.offsets.samples => {
                moments.pass_offsets_from_behind(self.tables.offsets, self.offsets.samples, first);
            }
            _ => moments.pass_offsets(first),
        }
        moments
    }

    fn keys(&self) -> Keys<'a> {
        self.tables.keys
    }

    fn has_offsets(&self) -> bool {
        !self.tables.offsets.is_empty()
    }

    fn bounds(&self) -> Option<Bounds> {
        let longest = self.tables.times.iter().map(|entry| pair(entry).1).max().unwrap_or(0);
        let Offsets { earliest, latest, .. } = self.offsets;
        Some(Bounds { earliest, latest, longest: i64::from(longest) })
    }

    fn first_at(&self, time: i64) -> u64 {
        let mut at = self.offsets.shift.wrapping_neg();
        let mut index = 0u64;
        let last = self.tables.times.len().saturating_sub(1);
        for (nth, entry) in self.tables.times.iter().enumerate() {
            let (count, each) = pair(entry);
            let (count, each) = (if nth == last { i64::MAX } else { i64::from(count) }, i64::from(each));
            let missing = time.saturating_sub(at).max(0);
            let steps = missing.saturating_add(each.saturating_sub(1)).checked_div(each);
            let steps = steps.unwrap_or(if missing > 0 { i64::MAX } else { 0 }).min(count);
            index = index.saturating_add_signed(steps);
            if steps < count {
                break;
            }
            at = at.saturating_add(count.saturating_mul(each));
        }
        index.min(self.tables.count)
    }
}

#[derive(Clone, Debug)]
pub struct SingleMoments<'a> {
    times: std::slice::Iter<'a, [u8; 8]>,
    /// Samples that have the same duration still.
    left: u64,
    duration: i64,
    offsets: std::slice::Iter<'a, [u8; 8]>,
    offsets_left: u64,
    offset: i64,
    time: i64,
    samples_left: u64,
}

impl<'a> SingleMoments<'a> {
    /// Goes over `count` samples at once.
    fn pass_times(&mut self, count: u64) {
        let mut ahead = count;
        while ahead > 0 {
            if self.left == 0 {
                self.next_duration();
            }
            let passed = ahead.min(self.left);
            let time = i64::try_from(passed).unwrap_or(i64::MAX).saturating_mul(self.duration);
            self.time = self.time.saturating_add(time);
            self.left = self.left.saturating_sub(passed);
            ahead = ahead.saturating_sub(passed);
        }
    }

    fn pass_offsets(&mut self, count: u64) {
        let mut ahead = count;
        while ahead > 0 {
            if self.offsets_left == 0 && !self.next_offset() {
                return;
            }
            let passed = ahead.min(self.offsets_left);
            self.offsets_left = self.offsets_left.saturating_sub(passed);
            ahead = ahead.saturating_sub(passed);
        }
    }

    /// The same, where the end of all `samples` is nearer.
    fn pass_offsets_from_behind(&mut self, offsets: &'a [[u8; 8]], samples: u64, first: u64) {
        let (mut at, mut rest) = (samples, offsets);
        while let Some((entry, before)) = rest.split_last().filter(|_| at > first) {
            at = at.saturating_sub(u64::from(pair(entry).0));
            rest = before;
        }
        self.offsets = offsets.get(rest.len()..).unwrap_or_default().iter();
        self.offsets_left = 0;
        self.pass_offsets(first.saturating_sub(at));
    }

    /// The last duration goes on for ever.
    #[inline(always)]
    fn next_duration(&mut self) {
        match self.times.next() {
            Some(entry) => {
                let (count, duration) = pair(entry);
                self.left = u64::from(count);
                self.duration = i64::from(duration);
            }
            None => self.left = u64::MAX,
        }
    }

    #[inline(always)]
    fn next_offset(&mut self) -> bool {
        let Some(entry) = self.offsets.next() else { return false };
        let (count, offset) = pair(entry);
        self.offsets_left = u64::from(count);
        self.offset = i64::from(offset.cast_signed());
        true
    }
}

impl Iterator for SingleMoments<'_> {
    type Item = Moment;

    #[inline(always)]
    fn next(&mut self) -> Option<Moment> {
        self.samples_left = self.samples_left.checked_sub(1)?;
        if self.left == 0 {
            self.next_duration();
        }
        if self.offsets_left == 0 {
            self.next_offset();
        }
        self.left = self.left.wrapping_sub(1);
        self.offsets_left = self.offsets_left.saturating_sub(1);
        let time = self.time;
        self.time = time.wrapping_add(self.duration);
        Some(Moment { time, duration: (self.samples_left > 0).then_some(self.duration), offset: self.offset })
    }
}

/// Uncompressed sound: packets of some samples of a chunk.
#[derive(Clone, Copy, Debug)]
pub struct Blocks<'a> {
    tables: Tables<'a>,
    len: u64,
}

impl<'a> Blocks<'a> {
    pub fn new(tables: &Tables<'a>) -> Self {
        let mut blocks = Blocks { tables: *tables, len: 0 };
        let chunks = u64::try_from(tables.chunks.len()).unwrap_or(u64::MAX);
        for index in 0..tables.runs.len() {
            let Some(run) = tables.runs.get(index) else { break };
            let end = tables.runs.get(index.saturating_add(1)).map_or(chunks, |next| next.first);
            let packets = run.samples.div_ceil(BLOCK).saturating_mul(end.saturating_sub(run.first));
            blocks.len = blocks.len.saturating_add(packets);
        }
        blocks
    }
}

impl<'a> Timeline<'a> for Blocks<'a> {
    type Moments = BlockMoments<'a>;

    fn len(&self) -> u64 {
        self.len
    }

    fn moments(&self, first: u64) -> BlockMoments<'a> {
        let (mut chunk, mut ahead, mut time, mut index) = (0u64, first, 0u64, 0usize);
        let chunks = u64::try_from(self.tables.chunks.len()).unwrap_or(u64::MAX);
        // Whole runs of chunks, then whole chunks.
        while let Some(run) = self.tables.runs.get(index) {
            let end = self.tables.runs.get(index.saturating_add(1)).map_or(chunks, |next| next.first);
            let each = run.samples.div_ceil(BLOCK).max(1);
            let passed = ahead.checked_div(each).unwrap_or(0).min(end.saturating_sub(chunk));
            chunk = chunk.saturating_add(passed);
            time = time.saturating_add(passed.saturating_mul(run.samples));
            ahead = ahead.saturating_sub(passed.saturating_mul(each));
            if chunk < end {
                break;
            }
            index = index.saturating_add(1);
        }
        let run = self.tables.runs.get(index);
        let passed = ahead.saturating_mul(BLOCK);
        BlockMoments {
            tables: self.tables,
            run: index,
            chunk,
            left: run.map_or(0, |run| run.samples.saturating_sub(passed)),
            time: time.saturating_add(passed),
            packets_left: self.len.saturating_sub(first),
        }
    }

    fn keys(&self) -> Keys<'a> {
        Keys::All
    }

    fn has_offsets(&self) -> bool {
        false
    }

    fn bounds(&self) -> Option<Bounds> {
        None
    }

    fn first_at(&self, _time: i64) -> u64 {
        0
    }
}

#[derive(Clone, Debug)]
pub struct BlockMoments<'a> {
    tables: Tables<'a>,
    run: usize,
    chunk: u64,
    /// Samples of the chunk that are still to come.
    left: u64,
    time: u64,
    packets_left: u64,
}

impl BlockMoments<'_> {
    /// The samples in the next packet.
    fn block(&mut self) -> Option<u64> {
        if self.left == 0 {
            self.chunk = self.chunk.checked_add(1)?;
            let next = self.run.checked_add(1)?;
            if self.tables.runs.get(next).is_some_and(|next| next.first == self.chunk) {
                self.run = next;
            }
            self.left = self.tables.runs.get(self.run)?.samples;
        }
        let block = self.left.min(BLOCK);
        self.left = self.left.saturating_sub(block);
        Some(block)
    }
}

impl Iterator for BlockMoments<'_> {
    type Item = Moment;

    fn next(&mut self) -> Option<Moment> {
        self.packets_left = self.packets_left.checked_sub(1)?;
        let time = i64::try_from(self.time).ok()?;
        let block = self.block()?;
        self.time = self.time.saturating_add(block);
        let duration = (self.packets_left > 0).then(|| i64::try_from(block).unwrap_or(i64::MAX));
        Some(Moment { time, duration, offset: 0 })
    }
}
