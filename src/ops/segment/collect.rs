//! What a muxer writes, collected until it is a segment.

use crate::error::{Error, LimitKind, Result};
use crate::io::{Control, Sink, to_u64};
use std::cell::RefCell;
use std::rc::Rc;

/// The muxer writes to one, and its bytes are taken out of another that shares them.
#[derive(Clone)]
pub struct Collector {
    bytes: Rc<RefCell<Vec<u8>>>,
    position: u64,
    most: u64,
}

impl Collector {
    pub fn new(most: u64) -> Self {
        Collector { bytes: Rc::default(), position: 0, most }
    }

    pub fn take(&self) -> Vec<u8> {
        self.bytes.take()
    }
}

impl Sink for Collector {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        control.check()?;
        let mut bytes = self.bytes.borrow_mut();
        if to_u64(bytes.len()).saturating_add(to_u64(data.len())) > self.most {
            let message = format!("a segment is longer than {} bytes", self.most);
            return Err(Error::limit(LimitKind::Spool, message).hint("raise max_spool_bytes, or make segments shorter"));
        }
        bytes.try_reserve(data.len()).map_err(|_| Error::no_memory())?;
        bytes.extend_from_slice(data);
        self.position = self.position.saturating_add(to_u64(data.len()));
        control.has_written(to_u64(data.len()));
        Ok(())
    }

    fn seek(&mut self, _: u64, _: &Control) -> Result<()> {
        Err(Error::internal("segments are not gone back in"))
    }

    fn can_seek(&self) -> bool {
        false
    }

    fn position(&self) -> u64 {
        self.position
    }
}
