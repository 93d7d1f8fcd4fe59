//! A source for as long as something stays open on it: kept alive, and lent to nobody else if it is a reader's.

use super::handle;
use super::reader;
use super::source::{Bytes, memux_source};
use crate::error::{Error, Result};
use crate::io::{Control, FeedEnd, Memory, Reader, Seekability, Slices, Source, Unblock};
use std::sync::Arc;

pub struct Hold {
    /// First: it looks into what the source keeps.
    bytes: Held,
    source: Arc<memux_source>,
}

enum Held {
    Memory(Memory<'static>),
    Slices(Slices<'static>),
    /// None once it has been given back.
    Reader(Option<Reader<reader::Callbacks>>),
    Feed(Option<Reader<FeedEnd>>),
}

impl Hold {
    /// # Safety
    /// NULL, or a source that is not freed before this returns.
    pub unsafe fn on(source: *const memux_source) -> Result<Self> {
        // SAFETY: passed on.
        let source = unsafe { handle::share(source, "source") }?;
        let bytes = match &source.bytes {
            // SAFETY: the memory is there as long as the source, which is kept beside it and dropped after it.
            Bytes::Memory(block) => Held::Memory(Memory::new(unsafe { lasting(block.as_slice()) })),
            Bytes::Slices(blocks) => {
                // SAFETY: as above.
                Held::Slices(Slices::new(blocks.iter().map(|block| unsafe { lasting(block.as_slice()) })))
            }
            Bytes::Reader(reader) => Held::Reader(Some(reader.take("source")?)),
            Bytes::Feed(reader) => Held::Feed(Some(reader.take("source")?)),
        };
        Ok(Hold { bytes, source })
    }

    fn get(&self) -> Option<&dyn Source> {
        match &self.bytes {
            Held::Memory(memory) => Some(memory),
            Held::Slices(slices) => Some(slices),
            Held::Reader(reader) => reader.as_ref().map(|reader| reader as &dyn Source),
            Held::Feed(reader) => reader.as_ref().map(|reader| reader as &dyn Source),
        }
    }

    fn get_mut(&mut self) -> Result<&mut dyn Source> {
        match &mut self.bytes {
            Held::Memory(memory) => Ok(memory),
            Held::Slices(slices) => Ok(slices),
            Held::Reader(Some(reader)) => Ok(reader),
            Held::Feed(Some(reader)) => Ok(reader),
            Held::Reader(None) | Held::Feed(None) => Err(Error::internal("a reader that was given back is read")),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        match (&mut self.bytes, &self.source.bytes) {
            (Held::Reader(held), Bytes::Reader(place)) => {
                if let Some(reader) = held.take() {
                    place.put_back(reader);
                }
            }
            (Held::Feed(held), Bytes::Feed(place)) => {
                if let Some(mut reader) = held.take() {
                    reader.end();
                    place.put_back(reader);
                }
            }
            _ => {}
        }
    }
}

/// # Safety
/// The bytes stay as long as the result is used.
unsafe fn lasting(bytes: &[u8]) -> &'static [u8] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) }
}

impl Source for Hold {
    fn begin(&mut self, control: &Control) -> Result<()> {
        self.get_mut()?.begin(control)
    }

    fn read(&mut self, buf: &mut [u8], control: &Control) -> Result<usize> {
        self.get_mut()?.read(buf, control)
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        self.get_mut()?.seek(offset, control)
    }

    fn size(&mut self, control: &Control) -> Result<Option<u64>> {
        self.get_mut()?.size(control)
    }

    fn position(&self) -> u64 {
        self.get().map_or(0, Source::position)
    }

    fn seekability(&self) -> Seekability {
        self.get().map_or(Seekability::None, Source::seekability)
    }

    fn buffer_size(&self) -> Option<usize> {
        self.get().and_then(Source::buffer_size)
    }

    fn as_slice(&self) -> Option<&[u8]> {
        self.get().and_then(Source::as_slice)
    }

    fn unblock(&self) -> Option<Unblock> {
        self.get().and_then(Source::unblock)
    }
}
