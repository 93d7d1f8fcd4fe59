//! Where samples lie: what `stco`, `stsc` and `stsz` say together.

use super::tables::{Sizes, Tables};
use super::timeline::BLOCK;

/// Goes through the packets of a track in the order of the tables.
#[derive(Clone, Debug)]
pub struct Places<'a> {
    tables: Tables<'a>,
    sizes: Sizes<'a>,
    /// How many samples a packet has at most.
    block: u64,
    run: usize,
    /// How many samples each of its chunks has, and the first chunk that is not one of its.
    samples: u64,
    run_end: usize,
    chunk: usize,
    /// Samples of the chunk that are still to come.
    left: u64,
    sample: usize,
    offset: u64,
}

impl<'a> Places<'a> {
    /// From packet `first` on. `frame_bytes`: of uncompressed sound, packets of which hold many samples.
    pub fn new(tables: &Tables<'a>, frame_bytes: Option<u32>, first: u64) -> Self {
        let sizes = frame_bytes.map_or(tables.sizes, Sizes::Same);
        let block = if frame_bytes.is_some() { BLOCK } else { 1 };
        let mut places = Places {
            tables: *tables,
            sizes,
            block,
            run: 0,
            samples: 0,
            run_end: 0,
            chunk: 0,
            left: 0,
            sample: 0,
            offset: 0,
        };
        places.enter_run(0);
        places.begin_chunk();
        places.pass(first);
        places
    }

    /// Whole chunks at once.
    fn pass(&mut self, packets: u64) {
        let mut ahead = packets;
        while let Some(run) = self.tables.runs.get(self.run) {
            let end = self.tables.runs.get(self.run.saturating_add(1)).map(|next| next.first);
            let end = end.and_then(|end| usize::try_from(end).ok()).unwrap_or(self.tables.chunks.len());
            let each = run.samples.div_ceil(self.block).max(1);
            let chunks = u64::try_from(end.saturating_sub(self.chunk)).unwrap_or(u64::MAX);
            let passed = ahead.checked_div(each).unwrap_or(0).min(chunks);
            self.chunk = self.chunk.saturating_add(usize::try_from(passed).unwrap_or(usize::MAX));
            let samples = passed.saturating_mul(run.samples);
            self.sample = self.sample.saturating_add(usize::try_from(samples).unwrap_or(usize::MAX));
            ahead = ahead.saturating_sub(passed.saturating_mul(each));
            self.begin_chunk();
            if self.chunk < end || self.chunk >= self.tables.chunks.len() {
                break;
            }
        }
        for _ in 0..ahead {
            if self.next().is_none() {
                break;
            }
        }
    }

    /// Stands before the first sample of the chunk.
    #[inline]
    fn begin_chunk(&mut self) {
        if self.chunk >= self.run_end {
            self.enter_run(self.run.saturating_add(1));
        }
        match self.tables.chunks.get(self.chunk) {
            Some(offset) => (self.offset, self.left) = (offset, self.samples),
            None => self.left = 0,
        }
    }

    #[inline]
    fn enter_run(&mut self, run: usize) {
        self.run = run;
        self.samples = self.tables.runs.get(run).map_or(0, |run| run.samples);
        let end = self.tables.runs.get(run.saturating_add(1)).and_then(|next| usize::try_from(next.first).ok());
        self.run_end = end.unwrap_or(usize::MAX);
    }
}

impl Iterator for Places<'_> {
    type Item = (u64, u64);

    /// Offset and size.
    #[inline(always)]
    fn next(&mut self) -> Option<(u64, u64)> {
        if self.left == 0 {
            self.chunk = self.chunk.checked_add(1)?;
            self.begin_chunk();
        }
        let samples = self.left.min(self.block);
        if samples == 0 {
            return None;
        }
        let mut size = self.sizes.get(self.sample)?;
        if samples > 1 {
            size = size.saturating_mul(samples);
        }
        let offset = self.offset;
        self.left = self.left.wrapping_sub(samples);
        self.sample = self.sample.wrapping_add(usize::try_from(samples).unwrap_or(usize::MAX));
        self.offset = offset.wrapping_add(size);
        Some((offset, size))
    }
}
