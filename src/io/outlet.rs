//! What a muxer writes to: the host's sink behind the limit on output.

use super::{Control, Sink, to_u64};
use crate::error::{Error, LimitKind, Result};

/// One operation's view of a sink. The sink may hold bytes of operations before this one; those are not seen.
pub struct Outlet<'a> {
    sink: &'a mut dyn Sink,
    control: &'a Control,
    /// Where this operation's first byte lies in the sink.
    base: u64,
}

impl<'a> Outlet<'a> {
    pub fn new(sink: &'a mut dyn Sink, control: &'a Control) -> Self {
        let base = sink.position();
        Outlet { sink, control, base }
    }

    pub fn control(&self) -> &'a Control {
        self.control
    }

    /// Nothing of `data` is written if all of it would be too much.
    pub fn write(&mut self, data: &[u8]) -> Result<()> {
        let limit = self.control.limits.max_output_bytes;
        let position = self.sink.position().saturating_sub(self.base);
        if position.saturating_add(to_u64(data.len())) > limit {
            let message = format!("the output would be longer than {limit} bytes");
            return Err(Error::limit(LimitKind::Output, message).at_offset(position));
        }
        self.sink.write(data, self.control)
    }

    /// `offset` counts from this operation's first byte.
    pub fn seek(&mut self, offset: u64) -> Result<()> {
        self.sink.seek(self.base.saturating_add(offset), self.control)
    }

    pub fn can_seek(&self) -> bool {
        self.sink.can_seek()
    }
}
