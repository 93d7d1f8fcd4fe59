//! One output while its packets come. It begins with the first of them that is written: what
//! turns out to have none is no output.

use crate::av::{Muxer, Packet};
use crate::description::Tag;
use crate::error::{Error, LimitKind, Result, Status};

pub struct Writing<'o, 'a> {
    pub muxer: Muxer<'o, 'a>,
    /// Which stream of the output each of the input's is.
    pub targets: Vec<Option<usize>>,
    /// Microseconds that are taken from all times.
    pub shift: i64,
    /// The muxer's own options.
    pub header: Vec<Tag>,
    /// A stream that FFmpeg does not know to fit, and what to say if the muxer refuses.
    pub strange: Option<(i32, String)>,
    pub fragments: Option<Fragments>,
    /// Packets from which decoding cannot begin are written too.
    pub takes_all: bool,
    pub begun: bool,
    /// Packets so far.
    pub packets: u64,
}

/// The muxer of fragments holds packets back: all until each stream has had one, and those since the last key frame.
pub struct Fragments {
    /// How many bytes it may hold.
    most: u64,
    given: u64,
}

impl Fragments {
    pub fn new(most: u64) -> Self {
        Fragments { most, given: 0 }
    }

    /// One more packet; `written`: bytes that have come of those before.
    fn give(&mut self, packet: &Packet, written: u64) -> Result<()> {
        self.given = self.given.saturating_add(packet.size());
        if self.given.saturating_sub(written) <= self.most {
            return Ok(());
        }
        let message = format!("the muxer holds more than {} bytes until it can write a fragment", self.most);
        Err(Error::limit(LimitKind::Spool, message).hint(
            "set fragment_us, leave out streams without packets, raise max_spool_bytes, or choose another layout",
        ))
    }
}

impl Writing<'_, '_> {
    /// Its stream in the output.
    pub fn target(&self, packet: &Packet) -> Option<usize> {
        packet.stream().and_then(|stream| self.targets.get(stream).copied().flatten())
    }

    /// Whether the packet is of one of its streams.
    pub fn wants(&self, packet: &Packet) -> bool {
        self.target(packet).is_some()
    }

    pub fn take(&mut self, packet: &mut Packet) -> Result<()> {
        let Some(target) = self.target(packet) else { return Ok(()) };
        if !self.muxer.begins(packet, target) && !self.takes_all {
            return Ok(());
        }
        if !self.begun {
            self.begin()?;
            self.begun = true;
        }
        if let Some(fragments) = &mut self.fragments {
            fragments.give(packet, self.muxer.written())?;
        }
        self.muxer.write(packet, target, self.shift)?;
        self.packets = self.packets.saturating_add(1);
        Ok(())
    }

    /// The header, which is refused where the muxer cannot hold the streams.
    pub fn begin(&mut self) -> Result<()> {
        self.muxer.write_header(&self.header).map_err(|error| match &self.strange {
            Some((stream, message)) if error.status == Status::Codec => {
                Error { message: message.clone().into(), ..error }.of_stream(*stream)
            }
            _ => error,
        })
    }

    /// A stream without which the muxer of fragments makes an index that cannot be read, and says nothing.
    fn undescribed(&self) -> Option<Error> {
        let target = self.fragments.as_ref().and_then(|_| self.muxer.undescribed())?;
        let stream = self.targets.iter().position(|place| *place == Some(target))?;
        let message = "the stream is declared, the input holds no packet of it, and fragments cannot do without";
        let error = Error::new(Status::NoStream, message).of_stream(i32::try_from(stream).unwrap_or(-1));
        Some(error.hint("leave the stream out, or choose another layout"))
    }

    /// `result`: how reading went. What was made until a failure is handed over all the same, but for a header that the
    /// muxer gave up.
    pub fn end(mut self, result: Result<()>) -> Result<()> {
        match result {
            Ok(()) if self.begun => match self.undescribed() {
                Some(stream) => Err(stream),
                None => self.muxer.finish(),
            },
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
