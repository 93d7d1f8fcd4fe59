//! The host's own memory as a sink: it takes what fits, and counts what does not.

use super::{Control, Sink, TraceKind, to_i64, to_u64};
use crate::error::{Error, Result};
use crate::mem;
use std::mem::MaybeUninit;

/// From this size on a piece is worth writing past the cache.
const STREAMED: usize = 4 << 10;

/// Nothing is written before the first byte or after the last. What comes after that is counted, so that a host with
/// too little room learns how much it needs; with no room at all, this is a sink that measures.
pub struct Place<'b> {
    room: &'b mut [MaybeUninit<u8>],
    /// Past the end of `room` where that was too small.
    position: u64,
    /// Large pieces go past the cache.
    streams: bool,
}

impl<'b> Place<'b> {
    pub fn new(room: &'b mut [MaybeUninit<u8>]) -> Self {
        Place { room, position: 0, streams: false }
    }

    /// So much will come that the cache cannot hold it, and nobody reads it from there.
    pub fn is_large(&mut self) {
        self.streams = true;
    }

    /// Takes what fits of one piece, and gives how much that was.
    #[inline]
    pub fn put(&mut self, data: &[u8]) -> usize {
        let large = self.streams && data.len() >= STREAMED;
        let rest = usize::try_from(self.position).ok().and_then(|at| self.room.get_mut(at..)).unwrap_or_default();
        let count = if large { mem::stream(rest, data) } else { mem::copy(rest, data) };
        self.position = self.position.saturating_add(to_u64(data.len()));
        count
    }
}

impl Sink for Place<'_> {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        // Without room it measures, and nothing is written that there could be a word of.
        if self.room.is_empty() {
            return self.gather(&mut [data], control);
        }
        let mut result = Ok(());
        let offset = i64::try_from(self.position).unwrap_or(i64::MAX);
        control.traced(TraceKind::Write, offset, data.len(), || {
            result = self.gather(&mut [data], control);
            to_i64(data.len())
        });
        result
    }

    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        control.check()?;
        let count = pieces.iter().fold(0u64, |count, piece| count.saturating_add(to_u64(self.put(piece))));
        control.has_written(count);
        Ok(())
    }

    fn room(&mut self) -> Option<&mut [MaybeUninit<u8>]> {
        usize::try_from(self.position).ok().and_then(|at| self.room.get_mut(at..))
    }

    fn has_filled(&mut self, count: u64, control: &Control) {
        self.position = self.position.saturating_add(count);
        control.has_written(count);
    }

    fn seek(&mut self, _: u64, _: &Control) -> Result<()> {
        Err(Error::internal("a seek in the host's memory"))
    }

    fn can_seek(&self) -> bool {
        false
    }

    fn position(&self) -> u64 {
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_writes_nothing() {
        for large in [false, true] {
            for size in [0, 1, 5, 9, 10, 11, 20] {
                let mut memory = [0xEEu8; 24];
                let control = Control::unbounded();
                let mut place = Place::new(mem::room(&mut memory[2..2 + size]));
                if large {
                    place.is_large();
                }
                place.write(b"01", &control).unwrap();
                place.gather(&mut [b"234", b"", b"56789"], &control).unwrap();
                assert_eq!(
                    (place.position(), place.room().map_or(0, |room| room.len())),
                    (10, size.saturating_sub(10))
                );
                let kept = size.min(10);
                assert_eq!(control.progress().bytes_written, kept as u64);
                let mut expected = [0xEE; 24];
                expected[2..2 + kept].copy_from_slice(&b"0123456789"[..kept]);
                assert_eq!(memory, expected, "{size}");
            }
        }
    }
}
