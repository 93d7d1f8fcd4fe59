//! One output while its packets come. It begins with the first of them that is written: what
//! turns out to have none is no output.

use super::Report;
use crate::av::{Muxer, Packet};
use crate::error::{Error, Result, Status};

pub struct Writing<'o, 'a> {
    pub muxer: Muxer<'o, 'a>,
    /// Which stream of the output each of the input's is.
    pub targets: Vec<Option<usize>>,
    /// Microseconds that are taken from all times.
    pub shift: i64,
    /// The muxer's own options.
    pub header: Vec<(&'static str, String)>,
    /// A stream that FFmpeg does not know to fit, and what to say if the muxer refuses.
    pub strange: Option<(i32, String)>,
    pub begun: bool,
}

impl Writing<'_, '_> {
    pub fn take(&mut self, packet: &mut Packet, report: &mut Report) -> Result<()> {
        let target = packet.stream().and_then(|stream| self.targets.get(stream).copied().flatten());
        let Some(target) = target else { return Ok(()) };
        if !self.muxer.begins(packet, target) {
            return Ok(());
        }
        if !self.begun {
            self.begin()?;
            self.begun = true;
        }
        self.muxer.write(packet, target, self.shift)?;
        report.packets = report.packets.saturating_add(1);
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        self.muxer.write_header(&self.header).map_err(|error| match &self.strange {
            Some((stream, message)) if error.status == Status::Codec => {
                Error { message: message.clone().into(), ..error }.of_stream(*stream)
            }
            _ => error,
        })
    }

    /// `result`: how reading went. What was made until a failure is handed over all the same, but for a header that the
    /// muxer gave up.
    pub fn end(mut self, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) if self.begun => self.muxer.finish(),
            Ok(()) => {
                let message = "the input holds no packet of the streams that were chosen from which decoding can begin";
                Err(Error::new(Status::NoStream, message))
            }
            Err(error) => {
                if self.begun {
                    // The first failure stays the reason.
                    drop(self.muxer.flush());
                }
                Err(error)
            }
        }
    }
}
