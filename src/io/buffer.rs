//! A sink that keeps the bytes, for a host that wants them in one piece.

use super::{Control, Sink, TraceKind, to_i64, to_u64};
use crate::error::{Error, Result};

/// Grows as it is written. Memory that is not there is an error, not the end of the process.
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    position: usize,
}

impl Buffer {
    /// What was written so far; the sink is empty afterwards.
    pub fn take(&mut self) -> Vec<u8> {
        self.position = 0;
        std::mem::take(&mut self.bytes)
    }

    fn put(&mut self, data: &[u8]) -> Result<()> {
        self.position = Self::put_at(&mut self.bytes, self.position, data)?;
        Ok(())
    }

    /// Writes over what is there, and on behind it. Gives where it ends.
    pub(super) fn put_at(bytes: &mut Vec<u8>, position: usize, data: &[u8]) -> Result<usize> {
        let end = position.checked_add(data.len()).ok_or_else(Error::no_memory)?;
        if end > bytes.len() {
            let more = end.saturating_sub(bytes.len());
            bytes.try_reserve(more).map_err(|_| Error::no_memory())?;
            if position == bytes.len() {
                bytes.extend_from_slice(data);
                return Ok(end);
            }
            // A seek may have gone past the end: what lies between is zero, as in a file.
            bytes.resize(end, 0);
        }
        if let Some(place) = bytes.get_mut(position..end) {
            place.copy_from_slice(data);
        }
        Ok(end)
    }
}

impl Sink for Buffer {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        control.check()?;
        let offset = to_i64(self.position);
        let mut outcome = Ok(());
        control.traced(TraceKind::Write, offset, data.len(), || {
            outcome = self.put(data);
            if outcome.is_ok() { to_i64(data.len()) } else { i64::from(-libc::ENOMEM) }
        });
        outcome?;
        control.has_written(to_u64(data.len()));
        Ok(())
    }

    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        control.check()?;
        pieces.iter().try_for_each(|piece| {
            self.put(piece)?;
            control.has_written(to_u64(piece.len()));
            Ok(())
        })
    }

    fn wants_size(&self) -> bool {
        true
    }

    fn expect(&mut self, size: u64) -> Result<()> {
        let end = usize::try_from(size).ok().and_then(|size| self.position.checked_add(size));
        let more = end.ok_or_else(Error::no_memory)?.saturating_sub(self.bytes.len());
        self.bytes.try_reserve_exact(more).map_err(|_| Error::no_memory())
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        self.position = usize::try_from(offset).map_err(|_| Error::no_memory())?;
        control.traced(TraceKind::Seek, to_i64(self.position), 0, || to_i64(self.position));
        Ok(())
    }

    fn can_seek(&self) -> bool {
        true
    }

    fn position(&self) -> u64 {
        to_u64(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_appends_and_taking_empties() {
        let (mut buffer, control) = (Buffer::default(), Control::unbounded());
        buffer.write(b"ab", &control).unwrap();
        buffer.write(b"cd", &control).unwrap();
        assert_eq!(buffer.take(), b"abcd");
        buffer.write(b"e", &control).unwrap();
        assert_eq!(buffer.take(), b"e");
    }

    #[test]
    fn what_is_expected_is_allocated_once_and_exactly() {
        let (mut buffer, control) = (Buffer::default(), Control::unbounded());
        buffer.write(b"ab", &control).unwrap();
        buffer.expect(1000).unwrap();
        let place = buffer.bytes.as_ptr();
        for _ in 0..100 {
            buffer.gather(&mut [b"0123", b"", b"456789"], &control).unwrap();
        }
        assert_eq!((buffer.bytes.len(), buffer.bytes.capacity(), buffer.bytes.as_ptr()), (1002, 1002, place));
        assert_eq!(control.progress().bytes_written, 1002);
    }

    #[test]
    fn a_seek_back_overwrites_and_a_seek_past_the_end_fills_with_zeros() {
        let (mut buffer, control) = (Buffer::default(), Control::unbounded());
        buffer.write(b"abcd", &control).unwrap();
        buffer.seek(1, &control).unwrap();
        buffer.write(b"XY", &control).unwrap();
        buffer.seek(6, &control).unwrap();
        buffer.write(b"z", &control).unwrap();
        assert_eq!(buffer.take(), b"aXYd\0\0z");
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        let (mut buffer, control) = (Buffer::default(), Control::unbounded());
        buffer.seek(1 << 60, &control).unwrap();
        assert_eq!(buffer.write(b"x", &control).unwrap_err().status, crate::error::Status::NoMemory);
    }
}
