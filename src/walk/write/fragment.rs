//! `moof` and the header of its `mdat`, for samples that stay where they lie; and the index of all fragments, `mfra`.

use super::super::Declined;
use super::boxes::{all, put_at, u32, u64, within};
use super::interleave::Taken;

/// What a sample depends on: on no other, or on others.
const KEY: u32 = 0x0200_0000;
const NO_KEY: u32 = 0x0101_0000;

/// What a run tells of each sample, beside its size.
const HAS_DATA_OFFSET: u32 = 1;
const HAS_FIRST_FLAGS: u32 = 4;
const HAS_DURATIONS: u32 = 0x100;
const HAS_SIZES: u32 = 0x200;
const HAS_FLAGS: u32 = 0x400;
const HAS_COMPOSITION: u32 = 0x800;

/// So many samples, or bytes, end a fragment whatever they are: its tables stay small, and its offsets fit.
const MOST_SAMPLES: u32 = 1 << 20;
const MOST_BYTES: u64 = 1 << 29;

/// The samples of one fragment, stream by stream.
#[derive(Default)]
pub struct Fragment<'a> {
    runs: Vec<Run<'a>>,
    /// Which fragment it is.
    number: u32,
    samples: u32,
    bytes: u64,
}

struct Entry {
    size: u32,
    duration: u32,
    composition: i32,
    key: bool,
}

#[derive(Default)]
struct Run<'a> {
    /// When the stream begins.
    begin: i64,
    dts: i64,
    entries: Vec<Entry>,
    size: u64,
    /// The samples' bytes: those that lie side by side in one.
    slices: Vec<Slice<'a>>,
}

/// Samples that lie side by side in the input.
#[derive(Clone, Copy)]
struct Slice<'a> {
    offset: u64,
    size: u64,
    first: &'a [u8],
}

fn no_room<E>(_: E) -> Declined {
    Declined::new(super::super::Reason::Limit, "no memory for a fragment")
}

impl<'a> Fragment<'a> {
    /// `begins`: when each stream's first sample is decoded.
    pub fn new(begins: impl Iterator<Item = i64>) -> Self {
        Fragment { runs: begins.map(|begin| Run { begin, ..Run::default() }).collect(), ..Fragment::default() }
    }

    /// Since when samples of the stream wait.
    pub fn since(&self, lane: usize) -> Option<i64> {
        self.runs.get(lane).filter(|run| !run.entries.is_empty()).map(|run| run.dts)
    }

    /// Whether every stream has samples in it.
    pub fn has_all(&self) -> bool {
        self.runs.iter().all(|run| !run.entries.is_empty())
    }

    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// Whether nothing more is to come into it.
    pub fn is_full(&self) -> bool {
        self.samples >= MOST_SAMPLES || self.bytes >= MOST_BYTES
    }

    #[inline]
    pub fn add(&mut self, taken: &Taken<'a>) -> Result<(), Declined> {
        let Some(run) = self.runs.get_mut(taken.lane) else { return Ok(()) };
        if run.entries.is_empty() {
            run.dts = taken.dts;
        }
        let size = u32::try_from(taken.data.len()).unwrap_or(u32::MAX);
        let long = u64::from(size);
        run.size = run.size.saturating_add(long);
        (self.samples, self.bytes) = (self.samples.wrapping_add(1), self.bytes.saturating_add(long));
        run.entries.try_reserve(1).map_err(no_room)?;
        run.entries.push(Entry { size, duration: taken.duration, composition: taken.composition, key: taken.key });
        match run.slices.last_mut() {
            Some(last) if last.offset.wrapping_add(last.size) == taken.offset => {
                last.size = last.size.saturating_add(long);
            }
            _ => {
                run.slices.try_reserve(1).map_err(no_room)?;
                run.slices.push(Slice { offset: taken.offset, size: long, first: taken.data });
            }
        }
        Ok(())
    }

    /// The samples' bytes, in the order in which the fragment has them. `input`: all of it.
    pub fn slices(&self, input: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.runs
            .iter()
            .flat_map(|run| &run.slices)
            .map(move |slice| super::super::bytes::slice(input, slice.offset, slice.size).unwrap_or(slice.first))
    }

    /// Writes the fragment's headers behind what is in `out`, which lies at `at` of the output.
    pub fn head(&mut self, out: &mut Vec<u8>, at: u64, index: &mut Index) -> Result<(), Declined> {
        self.number = self.number.wrapping_add(1);
        let begin = out.len();
        let mut places = Vec::new();
        within(out, b"moof", |out| {
            within(out, b"mfhd", |out| all(out, &[0, self.number]));
            let mut nth = 0u8;
            for (lane, run) in self.runs.iter().enumerate().filter(|(_, run)| !run.entries.is_empty()) {
                nth = nth.saturating_add(1);
                let id = u32::try_from(lane).unwrap_or(u32::MAX).saturating_add(1);
                within(out, b"traf", |out| places.push((run.write(out, id), run.size)));
                index.note(lane, run.shown(), at.saturating_add(to_u64(begin)), nth);
            }
        });
        let all: u64 = self.runs.iter().fold(0, |all, run| all.saturating_add(run.size));
        match u32::try_from(all.saturating_add(8)) {
            Ok(size) => u32(out, size),
            Err(_) => u32(out, 1),
        }
        out.extend_from_slice(b"mdat");
        if all.saturating_add(8) > u64::from(u32::MAX) {
            u64(out, all.saturating_add(16));
        }
        let mut data = to_u64(out.len().saturating_sub(begin));
        for (place, size) in places {
            let offset = u32::try_from(data).ok().filter(|offset| *offset < 1 << 31);
            put_at(out, place, offset.ok_or_else(|| Declined::structure("a fragment of two gigabytes"))?);
            data = data.saturating_add(size);
        }
        Ok(())
    }

    /// The next one begins.
    pub fn clear(&mut self) {
        (self.samples, self.bytes) = (0, 0);
        for run in &mut self.runs {
            run.entries.clear();
            run.slices.clear();
            run.size = 0;
        }
    }
}

impl Run<'_> {
    /// When its first sample is shown, since the stream's beginning.
    fn shown(&self) -> u64 {
        let later = self.entries.first().map_or(0, |entry| i64::from(entry.composition));
        u64::try_from(self.since_begin().saturating_add(later)).unwrap_or(0)
    }

    fn since_begin(&self) -> i64 {
        self.dts.saturating_sub(self.begin)
    }

    /// Gives the place where it is to be put where its bytes begin.
    fn write(&self, out: &mut Vec<u8>, id: u32) -> usize {
        let Some(first) = self.entries.first() else { return 0 };
        let others = self.entries.get(1..).unwrap_or_default();
        let rest_key = others.first().is_some_and(|second| second.key) || (others.is_empty() && first.key);
        let (mut durations, mut sizes, mut composed, mut mixed) = (false, false, first.composition != 0, false);
        for entry in others {
            durations |= entry.duration != first.duration;
            sizes |= entry.size != first.size;
            composed |= entry.composition != 0;
            mixed |= entry.key != rest_key;
        }
        let has = |what: bool, flag: u32| if what { flag } else { 0 };
        let first_alone = !mixed && first.key != rest_key;
        let flags = HAS_DATA_OFFSET
            | has(first_alone, HAS_FIRST_FLAGS)
            | has(durations, HAS_DURATIONS)
            | has(sizes, HAS_SIZES)
            | has(mixed, HAS_FLAGS)
            | has(composed, HAS_COMPOSITION);
        let flags_of = |key: bool| if key { KEY } else { NO_KEY };
        within(out, b"tfhd", |out| {
            // Offsets count from the fragment; a duration, a size, flags for all.
            all(out, &[0x2_0038, id, first.duration, first.size, flags_of(rest_key)]);
        });
        within(out, b"tfdt", |out| {
            u32(out, 0x0100_0000);
            u64(out, u64::try_from(self.since_begin()).unwrap_or(0));
        });
        let mut place = 0;
        within(out, b"trun", |out| {
            all(out, &[flags, u32::try_from(self.entries.len()).unwrap_or(u32::MAX)]);
            place = out.len();
            u32(out, 0);
            if first_alone {
                u32(out, flags_of(first.key));
            }
            out.reserve(self.entries.len().saturating_mul(16));
            for entry in &self.entries {
                if durations {
                    u32(out, entry.duration);
                }
                if sizes {
                    u32(out, entry.size);
                }
                if mixed {
                    u32(out, flags_of(entry.key));
                }
                if composed {
                    out.extend_from_slice(&entry.composition.to_be_bytes());
                }
            }
        });
        place
    }
}

/// Where fragments lie, stream by stream.
pub struct Index(Vec<Vec<(u64, u64, u8)>>);

impl Index {
    pub fn new(lanes: usize) -> Self {
        Index((0..lanes).map(|_| Vec::new()).collect())
    }

    fn note(&mut self, lane: usize, shown: u64, offset: u64, nth: u8) {
        if let Some(entries) = self.0.get_mut(lane) {
            entries.push((shown, offset, nth));
        }
    }

    /// Writes `mfra`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let begin = out.len();
        within(out, b"mfra", |out| {
            for (lane, entries) in self.0.iter().enumerate() {
                within(out, b"tfra", |out| {
                    let id = u32::try_from(lane).unwrap_or(u32::MAX).saturating_add(1);
                    // Numbers of 64 bits; those of runs and samples in one byte each.
                    all(out, &[0x0100_0000, id, 0, u32::try_from(entries.len()).unwrap_or(u32::MAX)]);
                    for (shown, offset, nth) in entries {
                        u64(out, *shown);
                        u64(out, *offset);
                        out.extend_from_slice(&[*nth, 1, 1]);
                    }
                });
            }
            let size = u32::try_from(out.len().saturating_sub(begin)).unwrap_or(u32::MAX).saturating_add(16);
            within(out, b"mfro", |out| all(out, &[0, size]));
        });
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(nth: i64, key: bool, data: &[u8]) -> Taken<'_> {
        Taken { lane: 0, offset: 7, data, dts: nth, composition: 0, duration: 1, key }
    }

    #[test]
    fn a_fragment_ends_before_its_tables_are_large() {
        let mut fragment = Fragment::new([0].into_iter());
        for nth in 0..i64::from(MOST_SAMPLES) {
            assert!(!fragment.is_full());
            fragment.add(&taken(nth, true, b"1")).unwrap();
        }
        assert!(fragment.is_full());
        fragment.clear();
        assert!(!fragment.is_full() && fragment.is_empty());
    }

    /// The first sample's flags stand alone where all others are alike, and at each sample where they are not.
    #[test]
    fn flags_are_told_as_shortly_as_they_can_be() {
        for (keys, flags, size) in [
            (&[true, true][..], 1, 20),
            (&[true, false, false], 1 | HAS_FIRST_FLAGS, 24),
            (&[true, false, true], 1 | HAS_FLAGS, 20 + 12),
            (&[true], 1, 20),
        ] {
            let mut fragment = Fragment::new([0].into_iter());
            for (nth, key) in keys.iter().enumerate() {
                fragment.add(&taken(nth.try_into().unwrap(), *key, b"1")).unwrap();
            }
            let mut out = Vec::new();
            fragment.head(&mut out, 0, &mut Index::new(1)).unwrap();
            let at = out.windows(4).position(|name| name == b"trun").unwrap();
            assert_eq!(out[at - 4..at], u32::to_be_bytes(size), "{keys:?}");
            assert_eq!(out[at + 4..at + 8], u32::to_be_bytes(flags), "{keys:?}");
            let offset = u32::from_be_bytes(out[at + 12..at + 16].try_into().unwrap());
            assert_eq!(usize::try_from(offset).unwrap(), out.len(), "the samples begin behind all headers");
        }
    }

    #[test]
    fn samples_that_lie_side_by_side_are_one_slice() {
        let input = b"0123456789";
        let mut fragment = Fragment::new([0].into_iter());
        for (nth, at) in [0usize, 2, 5, 7].into_iter().enumerate() {
            let taken = Taken { offset: at as u64, ..taken(nth.try_into().unwrap(), true, &input[at..at + 2]) };
            fragment.add(&taken).unwrap();
        }
        assert_eq!(fragment.slices(input).collect::<Vec<_>>(), [&b"0123"[..], b"5678"]);
    }
}
