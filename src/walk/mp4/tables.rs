//! The tables of a track that is not in fragments, where they lie, and what must hold of them before they are used.

use super::super::Declined;
use super::boxes::Atom;
use super::sync::Keys;
use super::{Cursor, length};

/// libavformat stops at larger ones.
pub const MAX_SAMPLE: u64 = 0x3fff_ffff;

/// How large samples are is not looked at more closely below this.
const SMALL: u64 = 1 << 20;

/// `stsz`, `stz2`: how long samples are.
#[derive(Clone, Copy, Debug)]
pub enum Sizes<'a> {
    Same(u32),
    Each(&'a [[u8; 4]]),
    Short(&'a [[u8; 2]]),
    Bytes(&'a [u8]),
    /// Two in a byte.
    Halves(&'a [u8]),
}

impl Sizes<'_> {
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<u64> {
        match self {
            Sizes::Same(size) => Some(u64::from(*size)),
            Sizes::Each(sizes) => sizes.get(index).map(|size| u64::from(u32::from_be_bytes(*size))),
            Sizes::Short(sizes) => sizes.get(index).map(|size| u64::from(u16::from_be_bytes(*size))),
            Sizes::Bytes(sizes) => sizes.get(index).map(|size| u64::from(*size)),
            Sizes::Halves(sizes) => sizes.get(index.wrapping_shr(1)).map(|pair| {
                let half = if index & 1 == 0 { pair.wrapping_shr(4) } else { pair & 15 };
                u64::from(half)
            }),
        }
    }

    /// A bound for all of the first `count`, less than twice the largest, and whether one of them is empty.
    fn bounds(&self, count: usize) -> (u64, bool) {
        match self {
            Sizes::Same(size) => (u64::from(*size), *size == 0),
            // All bits of all of them, in the order in which they lie: a loop that the compiler makes wide.
            Sizes::Each(sizes) => {
                let (mut bits, mut empty) = (0u32, false);
                for size in sizes.iter().take(count) {
                    let size = u32::from_ne_bytes(*size);
                    bits |= size;
                    empty |= size == 0;
                }
                (u64::from(u32::from_be(bits)), empty)
            }
            _ => (0..count)
                .filter_map(|index| self.get(index))
                .fold((0, false), |(bits, empty), size| (bits | size, empty || size == 0)),
        }
    }

    /// The largest of the first `count`.
    pub fn largest(&self, count: usize) -> u64 {
        (0..count).filter_map(|index| self.get(index)).max().unwrap_or(0)
    }

    /// How many bytes `count` samples from `first` on have.
    pub fn sum(&self, first: usize, count: usize) -> Option<u64> {
        let end = first.checked_add(count)?;
        match self {
            Sizes::Same(size) => u64::from(*size).checked_mul(u64::try_from(count).ok()?),
            Sizes::Each(sizes) => {
                let sizes = sizes.get(first..end)?;
                Some(sizes.iter().fold(0u64, |sum, size| sum.wrapping_add(u64::from(u32::from_be_bytes(*size)))))
            }
            _ => (first..end).try_fold(0u64, |sum, index| sum.checked_add(self.get(index)?)),
        }
    }
}

/// Chunks that are looked at together.
const STRETCH: usize = 256;

/// `stco`, `co64`: where chunks of samples begin.
#[derive(Clone, Copy, Debug)]
pub enum Chunks<'a> {
    Near(&'a [[u8; 4]]),
    Far(&'a [[u8; 8]]),
}

impl Chunks<'_> {
    pub fn len(&self) -> usize {
        match self {
            Chunks::Near(chunks) => chunks.len(),
            Chunks::Far(chunks) => chunks.len(),
        }
    }

    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<u64> {
        match self {
            Chunks::Near(chunks) => chunks.get(index).map(|chunk| u64::from(u32::from_be_bytes(*chunk))),
            Chunks::Far(chunks) => chunks.get(index).map(|chunk| u64::from_be_bytes(*chunk)),
        }
    }

    /// The first chunk that begins beyond `safe`, if there is one.
    fn first_beyond(&self, safe: u64) -> Option<usize> {
        match self {
            Chunks::Near(chunks) => {
                let safe = u32::try_from(safe).unwrap_or(u32::MAX);
                first_of(chunks, |chunk| u32::from_be_bytes(*chunk) > safe)
            }
            Chunks::Far(chunks) => first_of(chunks, |chunk| u64::from_be_bytes(*chunk) > safe),
        }
    }
}

/// Stretch by stretch, each in a loop without a branch; in the one that has it, one by one.
fn first_of<T>(chunks: &[T], is_beyond: impl Fn(&T) -> bool) -> Option<usize> {
    let any = |chunks: &[T]| chunks.iter().fold(false, |any, chunk| any | is_beyond(chunk));
    let stretch = chunks.chunks(STRETCH).position(any)?.saturating_mul(STRETCH);
    let within = chunks.get(stretch..)?.iter().position(is_beyond)?;
    stretch.checked_add(within)
}

/// One entry of `stsc`: from a chunk on, so many samples in each.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Counted from 0.
    pub first: u64,
    pub samples: u64,
}

/// `stsc`.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'a> {
    entries: &'a [[u8; 12]],
}

impl Runs<'_> {
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Run> {
        let (first, samples, _) = triple(self.entries.get(index)?);
        Some(Run { first: u64::from(first).wrapping_sub(1), samples: u64::from(samples) })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// All tables of a track.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    pub sizes: Sizes<'a>,
    pub count: u64,
    pub chunks: Chunks<'a>,
    pub runs: Runs<'a>,
    pub keys: Keys<'a>,
    /// `stts`: runs of samples with one duration.
    pub times: &'a [[u8; 8]],
    /// `ctts`: runs of samples shown so much later than decoded; none at all where there is no such table.
    pub offsets: &'a [[u8; 8]],
}

impl Default for Tables<'_> {
    fn default() -> Self {
        Tables {
            sizes: Sizes::Same(0),
            count: 0,
            chunks: Chunks::Near(&[]),
            runs: Runs { entries: &[] },
            keys: Keys::All,
            times: &[],
            offsets: &[],
        }
    }
}

/// The entries of a table: a version, flags, a count, and so many entries.
fn entries<'a, const N: usize>(atom: &Atom<'a>) -> Result<&'a [[u8; N]], Declined> {
    let damaged = || atom.damaged("a table with more entries than it has room for");
    let mut cursor = Cursor::new(atom.body);
    cursor.u32().ok_or_else(damaged)?;
    let count = cursor.u32().ok_or_else(damaged)?;
    let bytes = u64::from(count).checked_mul(u64::try_from(N).unwrap_or(u64::MAX)).ok_or_else(damaged)?;
    let (table, _) = cursor.take(bytes).ok_or_else(damaged)?.as_chunks::<N>();
    Ok(table)
}

impl<'a> Tables<'a> {
    /// Takes one of the tables.
    pub fn add(&mut self, atom: &Atom<'a>) -> Result<(), Declined> {
        match &atom.kind {
            b"stts" => self.times = entries(atom)?,
            b"ctts" => self.offsets = entries(atom)?,
            b"stsc" => self.runs = Runs { entries: entries(atom)? },
            b"stco" => self.chunks = Chunks::Near(entries(atom)?),
            b"co64" => self.chunks = Chunks::Far(entries(atom)?),
            b"stss" => self.add_keys(entries(atom)?, atom)?,
            _ => self.add_sizes(atom)?,
        }
        Ok(())
    }

    fn add_keys(&mut self, keys: &'a [[u8; 4]], atom: &Atom) -> Result<(), Declined> {
        let Some(first) = keys.first() else {
            self.keys = Keys::First;
            return Ok(());
        };
        // Some count from 0.
        let origin = u32::from(*first != [0; 4]);
        if !keys.is_sorted_by(|one, next| one < next) {
            return Err(atom.damaged("key frames out of order"));
        }
        self.keys = Keys::Listed(keys, origin);
        Ok(())
    }

    fn add_sizes(&mut self, atom: &Atom<'a>) -> Result<(), Declined> {
        let damaged = || atom.damaged("a table of sizes that does not fit its box");
        let mut cursor = Cursor::new(atom.body);
        cursor.u32().ok_or_else(damaged)?;
        let compact = &atom.kind == b"stz2";
        let size = cursor.u32().ok_or_else(damaged)?;
        let count = cursor.u32().ok_or_else(damaged)?;
        self.count = u64::from(count);
        let mut table = |bits: u64| {
            let bytes = self.count.saturating_mul(bits).div_ceil(8);
            cursor.take(bytes).ok_or_else(damaged)
        };
        self.sizes = match (compact, size & if compact { 0xff } else { u32::MAX }) {
            (false, 0) => Sizes::Each(table(32)?.as_chunks().0),
            (false, size) => Sizes::Same(size),
            (true, 4) => Sizes::Halves(table(4)?),
            (true, 8) => Sizes::Bytes(table(8)?),
            (true, 16) => Sizes::Short(table(16)?.as_chunks().0),
            (true, 32) => Sizes::Each(table(32)?.as_chunks().0),
            _ => return Err(atom.structure("sizes of so many bits")),
        };
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.chunks.len() == 0 && self.count == 0
    }

    /// Holds the tables against each other, and all samples against the end of the input at `end`. `frame_bytes`: the
    /// size of each sample, where the tables do not say it. Gives what is learned on the way.
    pub fn check(&self, end: u64, frame_bytes: Option<u64>) -> Result<Extent, Declined> {
        let runs = self.check_runs()?;
        if runs.samples != self.count {
            return Err(Declined::damaged("tables that differ about the number of samples"));
        }
        let (duration, time) = self.check_times()?;
        let count = usize::try_from(self.count).map_err(|_| Declined::damaged("too many samples"))?;
        let sizes = frame_bytes.and_then(|bytes| u32::try_from(bytes).ok()).map_or(self.sizes, Sizes::Same);
        let (bound, has_empty) = sizes.bounds(count);
        let most = if bound > SMALL { sizes.largest(count) } else { bound };
        if most > MAX_SAMPLE {
            return Err(Declined::damaged("a sample of such a size"));
        }
        self.check_reach(&sizes, most.saturating_mul(u64::from(runs.largest)), end)?;
        Ok(Extent { has_empty, most, duration, time, description: runs.description })
    }

    /// How many samples `stsc` tells of.
    fn check_runs(&self) -> Result<RunSums, Declined> {
        let damaged = || Declined::damaged("chunks of samples out of order");
        let chunks = u32::try_from(self.chunks.len()).map_err(|_| damaged())?;
        let mut sums = RunSums { samples: 0, largest: 0, description: 0 };
        let (mut last_first, mut last_samples, mut is_ordered) = (0u32, 0u32, true);
        let (mut descriptions, mut most) = (0u32, 0u32);
        // One pass without a branch: there may be as many entries as samples.
        for entry in self.runs.entries {
            let (first, samples, description) = triple(entry);
            is_ordered &= (first > last_first) & (samples > 0) & (description > 0);
            let between = u64::from(first.wrapping_sub(last_first));
            sums.samples = sums.samples.wrapping_add(between.wrapping_mul(u64::from(last_samples)));
            most |= samples;
            descriptions |= description;
            (last_first, last_samples) = (first, samples);
        }
        // Bounds, and exact where they are 1.
        (sums.largest, sums.description) = (most, descriptions);
        let begins = self.runs.entries.first().is_some_and(|entry| triple(entry).0 == 1);
        if !begins || !is_ordered || last_first > chunks || sums.description > 1 << 30 {
            return Err(damaged());
        }
        let rest = u64::from(chunks.wrapping_sub(last_first).wrapping_add(1));
        sums.samples = sums.samples.checked_add(rest.wrapping_mul(u64::from(last_samples))).ok_or_else(damaged)?;
        Ok(sums)
    }

    /// How many samples `stts` tells of and how long they last; libavformat has nothing to correct in it.
    pub fn sum_times(&self) -> Result<(u64, i64), Declined> {
        let odd = || Declined::structure("a table of durations that is not as usual");
        let (mut samples, mut duration, mut most) = (0u64, 0u64, 0u32);
        for entry in self.times {
            let (count, each) = pair(entry);
            most = most.max(each);
            samples = samples.saturating_add(u64::from(count));
            duration = duration.saturating_add(u64::from(count).saturating_mul(u64::from(each)));
        }
        if most > i32::MAX.unsigned_abs() || duration > 1 << 60 || samples > i32::MAX.unsigned_abs().into() {
            return Err(odd());
        }
        Ok((samples, i64::try_from(duration).map_err(|_| odd())?))
    }

    /// The same where there are samples: a run of none is one that libavformat never leaves.
    fn check_times(&self) -> Result<(u64, i64), Declined> {
        let has_empty = self.times.iter().fold(false, |any, entry| any | (pair(entry).0 == 0));
        if self.times.is_empty() || has_empty {
            return Err(Declined::structure("a table of durations that is not as usual"));
        }
        self.sum_times()
    }

    /// A `bound` that no chunk is larger than suffices for nearly all; the others are added up, from the last one back.
    fn check_reach(&self, sizes: &Sizes, bound: u64, end: u64) -> Result<(), Declined> {
        let beyond = |at: u64| Declined::damaged("a sample that lies past the end of the input").at(at);
        let safe = end.checked_sub(bound);
        let near = |chunk: usize| self.chunks.get(chunk).is_some_and(|at| safe.is_none_or(|safe| at > safe));
        let first = match safe {
            Some(safe) => self.chunks.first_beyond(safe),
            None => Some(0),
        };
        let Some(first) = first else { return Ok(()) };
        let (mut after, mut run) = (self.count, self.runs.len().saturating_sub(1));
        for chunk in (first..self.chunks.len()).rev() {
            let at = self.chunks.get(chunk).unwrap_or(u64::MAX);
            let this = self.runs.get(run).ok_or_else(|| beyond(at))?;
            after = after.checked_sub(this.samples).ok_or_else(|| beyond(at))?;
            if near(chunk) {
                let range = usize::try_from(after).ok().zip(usize::try_from(this.samples).ok());
                let bytes = range.and_then(|(first, count)| sizes.sum(first, count)).ok_or_else(|| beyond(at))?;
                if at.checked_add(bytes).is_none_or(|reach| reach > end) {
                    return Err(beyond(end));
                }
            }
            if usize::try_from(this.first) == Ok(chunk) {
                run = run.saturating_sub(1);
            }
        }
        Ok(())
    }
}

/// What `stsc` sums up to.
struct RunSums {
    samples: u64,
    /// No chunk has more samples.
    largest: u32,
    /// No description beyond this is used; more than 1 where any but the first is.
    description: u32,
}

#[inline(always)]
fn triple(entry: &[u8; 12]) -> (u32, u32, u32) {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *entry;
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]), u32::from_be_bytes([i, j, k, l]))
}

/// What the check has learned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// A sample is empty.
    pub has_empty: bool,
    /// The largest sample, or a number that is at most `SMALL` and no less than it.
    pub most: u64,
    /// How many samples have durations: what libavformat reports as the number of frames.
    pub duration: u64,
    /// How long they last.
    pub time: i64,
    /// More than 1 where other descriptions than the first are used.
    pub description: u32,
}

/// The two numbers of an entry.
#[inline(always)]
pub fn pair(entry: &[u8; 8]) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = *entry;
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

/// How many bytes an input must have for so many samples to be believed.
pub fn believable(samples: u64, body: &[u8]) -> bool {
    samples <= length(body)
}
