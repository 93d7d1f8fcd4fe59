//! What a muxer writes to: the host's sink behind the limit on output.

use super::{Control, Sink, to_u64};
use crate::error::{Error, LimitKind, Result};

/// One operation's view of a sink. The sink may hold bytes of operations before this one; those are not seen.
pub struct Outlet<'a> {
    sink: &'a mut dyn Sink,
    control: &'a Control,
    /// Where this operation's first byte lies in the sink.
    base: u64,
    /// How many of the next bytes the sink has already.
    skip: u64,
}

impl<'a> Outlet<'a> {
    pub fn new(sink: &'a mut dyn Sink, control: &'a Control) -> Self {
        let base = sink.position();
        Outlet { sink, control, base, skip: 0 }
    }

    /// The operation begins again, another way: the `written` bytes that it has put out are not put out a second time.
    pub fn again(sink: &'a mut dyn Sink, control: &'a Control, written: u64) -> Self {
        let base = sink.position().saturating_sub(written);
        Outlet { sink, control, base, skip: written }
    }

    /// The same, lent to a part of the operation.
    pub fn reborrow(&mut self) -> Outlet<'_> {
        Outlet { sink: self.sink, control: self.control, base: self.base, skip: self.skip }
    }

    pub fn control(&self) -> &'a Control {
        self.control
    }

    /// How far the output has come.
    pub fn position(&self) -> u64 {
        self.sink.position().saturating_sub(self.base).saturating_sub(self.skip)
    }

    /// How much the sink has that the output has not come to.
    pub fn ahead(&self) -> u64 {
        self.skip
    }

    /// How many bytes may still come.
    pub fn left(&self) -> u64 {
        self.control.limits.max_output_bytes.saturating_sub(self.position())
    }

    pub fn takes_pieces(&self) -> bool {
        self.sink.takes_pieces()
    }

    /// Nothing of `data` is written if all of it would be too much.
    pub fn write(&mut self, data: &[u8]) -> Result<()> {
        self.check_room(data.len())?;
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(data.len());
        self.skip = self.skip.saturating_sub(to_u64(skipped));
        match data.get(skipped..) {
            None | Some([]) => Ok(()),
            Some(rest) => self.sink.write(rest, self.control),
        }
    }

    /// As `write`, for pieces that are `size` bytes in all. Only for an output that was not begun again.
    pub fn gather(&mut self, pieces: &mut [&[u8]], size: usize) -> Result<()> {
        self.check_room(size)?;
        self.sink.gather(pieces, self.control)
    }

    fn check_room(&self, more: usize) -> Result<()> {
        let (limit, position) = (self.control.limits.max_output_bytes, self.position());
        if position.saturating_add(to_u64(more)) > limit {
            let message = format!("the output would be longer than {limit} bytes");
            return Err(Error::limit(LimitKind::Output, message).at_offset(position));
        }
        Ok(())
    }

    /// `offset` counts from this operation's first byte.
    pub fn seek(&mut self, offset: u64) -> Result<()> {
        self.skip = 0;
        self.sink.seek(self.base.saturating_add(offset), self.control)
    }

    pub fn can_seek(&self) -> bool {
        self.sink.can_seek()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Buffer;
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn what_the_sink_has_already_is_not_written_again() {
        for step in [1, 2, 3, 7, 10] {
            let (mut buffer, control) = (Buffer::default(), Control::unbounded());
            buffer.write(b"before", &control).unwrap();
            Outlet::new(&mut buffer, &control).write(b"0123").unwrap();
            let mut outlet = Outlet::again(&mut buffer, &control, 4);
            for (nth, piece) in b"0123456789".chunks(step).enumerate() {
                assert_eq!(outlet.position(), to_u64(nth * step));
                outlet.write(piece).unwrap();
            }
            assert_eq!((outlet.position(), outlet.ahead()), (10, 0));
            assert_eq!(buffer.take(), b"before0123456789");
            assert_eq!(control.progress().bytes_written, 16);
        }
    }

    #[test]
    fn the_limit_counts_what_was_written_the_other_way_once() {
        for (limit, ends) in [(9, false), (10, true)] {
            let limits = Limits { max_output_bytes: limit, ..Limits::default() };
            let (mut buffer, control) = (Buffer::default(), Control::new(limits, None, None, None));
            Outlet::new(&mut buffer, &control).write(b"0123").unwrap();
            let mut outlet = Outlet::again(&mut buffer, &control, 4);
            let result = [&b"012"[..], b"34567", b"89"].iter().try_for_each(|piece| outlet.write(piece));
            assert_eq!(result.is_ok(), ends);
            assert_eq!(buffer.take(), if ends { &b"0123456789"[..] } else { b"01234567" });
        }
    }
}
