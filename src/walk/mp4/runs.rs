//! `trun`: samples one behind the other, in a fragment.

use super::super::Declined;
use super::boxes::Atom;
use super::tables::MAX_SAMPLE;
use super::{Cursor, length};
use crate::mem::{Vectors, Work, widely};

/// What a sample is where its run does not say it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults {
    pub description: u32,
    pub duration: u32,
    pub size: u32,
    pub flags: u32,
}

/// A sample that is no key frame, or depends on others.
const NO_KEY: u32 = 0x0101_0000;

/// One run, as it lies in the input.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    pub track: usize,
    entries: &'a [u8],
    pub count: u32,
    fields: u32,
    first_flags: Option<u32>,
    defaults: Defaults,
    /// Where its first sample lies.
    pub offset: u64,
    /// When that is decoded.
    pub time: i64,
    /// Samples that are decoded no later than this overlap what came before: they are dropped after decoding.
    pub overlapped: Option<i64>,
    /// All of it.
    pub bytes: u64,
}

/// What a run adds up to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    pub bytes: u64,
    pub duration: u64,
    pub last_duration: u32,
    /// The largest sample.
    pub most: u32,
    /// The lowest composition offset, 0 at most.
    pub earliest: i32,
    pub discarded: u64,
}

/// One sample of a run.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub offset: u64,
    pub size: u64,
    pub time: i64,
    pub composition: i32,
    pub key: bool,
    pub discard: bool,
}

impl<'a> Run<'a> {
    /// Reads a `trun`; where and when it begins is not in it alone.
    pub fn read(atom: &Atom<'a>, track: usize, defaults: Defaults, base: u64) -> Result<Self, Declined> {
        let damaged = || atom.damaged("a run of samples that does not fit its box");
        let mut cursor = Cursor::new(atom.body);
        let fields = cursor.u32().ok_or_else(damaged)? & 0x00ff_ffff;
        let count = cursor.u32().ok_or_else(damaged)?;
        let moved = if fields & 1 != 0 { cursor.i32().ok_or_else(damaged)? } else { 0 };
        let first_flags = if fields & 4 != 0 { Some(cursor.u32().ok_or_else(damaged)?) } else { None };
        let width = u64::from((fields & 0xf00).count_ones()).saturating_mul(4);
        let entries = cursor.take(width.saturating_mul(u64::from(count))).ok_or_else(damaged)?;
        let offset = base.checked_add_signed(i64::from(moved)).ok_or_else(damaged)?;
        Ok(Run { track, entries, count, fields, first_flags, defaults, offset, time: 0, overlapped: None, bytes: 0 })
    }

    /// Samples for which no bytes of the run stand.
    pub fn unbacked(&self) -> u64 {
        if self.fields & 0xf00 == 0 { u64::from(self.count) } else { 0 }
    }

    /// Adds up the run. An empty sample or a huge one is none that libavformat takes.
    pub fn sum(&self) -> Result<Sums, Declined> {
        let bad = || Declined::damaged("a sample of such a size").at(self.offset);
        let (mut sums, least) = widely(self);
        if self.overlapped.is_some_and(|before| before >= self.time) {
            // Time does not go back in a run.
            let dropped = self.items(false).take_while(|item| item.discard).count();
            sums.discarded = u64::try_from(dropped).unwrap_or(u64::MAX);
        }
        if self.count > 0 && (least == 0 || u64::from(sums.most) > MAX_SAMPLE) {
            return Err(bad());
        }
        Ok(sums)
    }

    /// The sums, and the smallest sample.
    #[inline(always)]
    fn add_up<const FIELDS: u32>(&self) -> (Sums, u32) {
        let place = |field: u32| usize::try_from((FIELDS & field.wrapping_sub(1)).count_ones()).unwrap_or(0) << 2;
        let entries = self.entries.chunks_exact(place(0x1000));
        let number = |entry: &[u8], field: u32, usual: u32| {
            if FIELDS & field == 0 { usual } else { word(entry, place(field)) }
        };
        let (mut sums, mut least) = (Sums::default(), u32::MAX);
        sums.last_duration = entries.clone().last().map_or(0, |entry| number(entry, 0x100, self.defaults.duration));
        for entry in entries {
            let size = number(entry, 0x200, self.defaults.size);
            let duration = number(entry, 0x100, self.defaults.duration);
            sums.bytes = sums.bytes.wrapping_add(u64::from(size));
            sums.duration = sums.duration.wrapping_add(u64::from(duration));
            (least, sums.most) = (least.min(size), sums.most.max(size));
            sums.earliest = sums.earliest.min(number(entry, 0x800, 0).cast_signed());
        }
        (sums, least)
    }

    /// The same where no sample says anything.
    fn all_usual(&self) -> (Sums, u32) {
        let Defaults { size, duration, .. } = self.defaults;
        let all = |each: u32| u64::from(each).wrapping_mul(u64::from(self.count));
        let last_duration = if self.count > 0 { duration } else { 0 };
        let sums = Sums { bytes: all(size), duration: all(duration), last_duration, most: size, ..Sums::default() };
        (sums, size)
    }

    fn width(&self) -> usize {
        usize::try_from((self.fields & 0xf00).count_ones()).unwrap_or(0).wrapping_mul(4)
    }

    /// Where a field is in an entry.
    fn place(&self, field: u32) -> usize {
        let before = self.fields & 0xf00 & field.wrapping_sub(1);
        usize::try_from(before.count_ones()).unwrap_or(0).wrapping_mul(4)
    }

    /// The samples, one by one. In sound, each is a key frame.
    pub fn items(&self, is_audio: bool) -> Items<'a> {
        let place = |field: u32| (self.fields & field != 0).then(|| self.place(field));
        Items {
            run: *self,
            nth: 0,
            offset: self.offset,
            time: self.time,
            is_audio,
            width: self.width(),
            places: [place(0x100), place(0x200), place(0x400), place(0x800)],
        }
    }
}

/// Adds up the entries; gives the smallest sample too.
impl Work for &Run<'_> {
    type Done = (Sums, u32);

    #[inline(always)]
    fn work<V: Vectors>(self) -> (Sums, u32) {
        // Each set of fields has a loop of its own.
        match self.fields & 0xf00 {
            0x100 => self.add_up::<0x100>(),
            0x200 => self.add_up::<0x200>(),
            0x300 => self.add_up::<0x300>(),
            0x400 => self.add_up::<0x400>(),
            0x500 => self.add_up::<0x500>(),
            0x600 => self.add_up::<0x600>(),
            0x700 => self.add_up::<0x700>(),
            0x800 => self.add_up::<0x800>(),
            0x900 => self.add_up::<0x900>(),
            0xa00 => self.add_up::<0xa00>(),
            0xb00 => self.add_up::<0xb00>(),
            0xc00 => self.add_up::<0xc00>(),
            0xd00 => self.add_up::<0xd00>(),
            0xe00 => self.add_up::<0xe00>(),
            0xf00 => self.add_up::<0xf00>(),
            _ => self.all_usual(),
        }
    }
}

#[inline(always)]
fn word(entry: &[u8], at: usize) -> u32 {
    entry.get(at..).and_then(|rest| rest.first_chunk::<4>()).map_or(0, |word| u32::from_be_bytes(*word))
}

#[derive(Clone, Debug)]
pub struct Items<'a> {
    run: Run<'a>,
    nth: u32,
    offset: u64,
    time: i64,
    is_audio: bool,
    width: usize,
    /// Of duration, size, flags and composition in an entry.
    places: [Option<usize>; 4],
}

impl Iterator for Items<'_> {
    type Item = Item;

    #[inline]
    fn next(&mut self) -> Option<Item> {
        let run = &self.run;
        if self.nth >= run.count {
            return None;
        }
        let at = usize::try_from(self.nth).ok()?.checked_mul(self.width)?;
        let entry = run.entries.get(at..).unwrap_or_default();
        let number = |at: Option<usize>, usual: u32| at.map_or(usual, |at| word(entry, at));
        let [durations, sizes, flags, compositions] = self.places;
        let usual_flags = run.first_flags.filter(|_| self.nth == 0).unwrap_or(run.defaults.flags);
        let size = u64::from(number(sizes, run.defaults.size));
        let duration = number(durations, run.defaults.duration);
        let item = Item {
            offset: self.offset,
            size,
            time: self.time,
            composition: number(compositions, 0).cast_signed(),
            key: self.is_audio || number(flags, usual_flags) & NO_KEY == 0,
            discard: run.overlapped.is_some_and(|before| before >= self.time),
        };
        self.nth = self.nth.wrapping_add(1);
        self.offset = self.offset.wrapping_add(size);
        self.time = self.time.wrapping_add(i64::from(duration));
        Some(item)
    }
}

/// How many samples are believed: no sample is smaller than a byte.
pub fn believable(unbacked: u64, bytes: &[u8]) -> bool {
    unbacked <= length(bytes)
}
