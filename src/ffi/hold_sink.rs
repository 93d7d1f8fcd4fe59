//! A sink for as long as an operation writes to it, kept alive and lent to nobody else: for operations that have several.

use super::handle;
use super::sink::{Target, memux_sink};
use super::writer;
use crate::error::{Error, Result};
use crate::io::{Buffer, Control, Sink, Tee, Unblock, Writer};
use std::mem::MaybeUninit;
use std::sync::Arc;

pub struct SinkHold {
    /// None once it has been given back.
    held: Option<Held>,
    sink: Arc<memux_sink>,
}

enum Held {
    Writer(Writer<writer::Callbacks>),
    Buffer(Buffer),
    Several(Box<Tee<SinkHold>>),
}

impl SinkHold {
    /// `name`: what is said of it if it is NULL or in use.
    ///
    /// # Safety
    /// NULL, or a sink that is not freed before this returns.
    pub unsafe fn on(sink: *const memux_sink, name: &str) -> Result<Self> {
        // SAFETY: passed on.
        Self::of(unsafe { handle::share(sink, name) }?, name)
    }

    pub fn of(sink: Arc<memux_sink>, name: &str) -> Result<Self> {
        let held = match &sink.target {
            Target::Writer(writer) => Held::Writer(writer.take(name)?),
            Target::Buffer(buffer) => Held::Buffer(buffer.take(name)?),
            Target::Several(members) => {
                let last = members.outcomes.take(name)?;
                match members.hold() {
                    Ok(tee) => Held::Several(Box::new(tee)),
                    Err(error) => {
                        members.outcomes.put_back(last);
                        return Err(error);
                    }
                }
            }
        };
        Ok(SinkHold { held: Some(held), sink })
    }

    fn get(&self) -> Option<&dyn Sink> {
        self.held.as_ref().map(|held| match held {
            Held::Writer(writer) => writer as &dyn Sink,
            Held::Buffer(buffer) => buffer,
            Held::Several(tee) => &**tee,
        })
    }

    fn get_mut(&mut self) -> Result<&mut dyn Sink> {
        match &mut self.held {
            Some(Held::Writer(writer)) => Ok(writer),
            Some(Held::Buffer(buffer)) => Ok(buffer),
            Some(Held::Several(tee)) => Ok(&mut **tee),
            None => Err(Error::internal("a sink that was given back is written to")),
        }
    }
}

impl Drop for SinkHold {
    fn drop(&mut self) {
        match (self.held.take(), &self.sink.target) {
            (Some(Held::Writer(writer)), Target::Writer(place)) => place.put_back(writer),
            (Some(Held::Buffer(buffer)), Target::Buffer(place)) => place.put_back(buffer),
            (Some(Held::Several(tee)), Target::Several(place)) => {
                let outcomes = tee.outcomes();
                // First its members are free again.
                drop(tee);
                place.outcomes.put_back(outcomes);
            }
            _ => {}
        }
    }
}

impl Sink for SinkHold {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        self.get_mut()?.write(data, control)
    }

    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        self.get_mut()?.gather(pieces, control)
    }

    fn takes_pieces(&self) -> bool {
        self.get().is_some_and(Sink::takes_pieces)
    }

    fn wants_size(&self) -> bool {
        self.get().is_some_and(Sink::wants_size)
    }

    fn expect(&mut self, size: u64) -> Result<()> {
        self.get_mut()?.expect(size)
    }

    fn room(&mut self) -> Option<&mut [MaybeUninit<u8>]> {
        self.get_mut().ok()?.room()
    }

    fn has_filled(&mut self, count: u64, control: &Control) {
        if let Ok(sink) = self.get_mut() {
            sink.has_filled(count, control);
        }
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        self.get_mut()?.seek(offset, control)
    }

    fn can_seek(&self) -> bool {
        self.get().is_some_and(Sink::can_seek)
    }

    fn position(&self) -> u64 {
        self.get().map_or(0, Sink::position)
    }

    fn unblock(&self) -> Option<Unblock> {
        self.get().and_then(Sink::unblock)
    }
}
