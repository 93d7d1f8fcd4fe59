//! 3GPP timed text, which has no file of its own, as SubRip.

use super::{Report, no_packet, number};
use crate::av::{Depth, Input, Muxer, MuxerFormat, Packet, ToSubrip};
use crate::error::{Error, Result, Status};
use crate::io::Outlet;
use crate::ops::outcome::Found;
use crate::ops::packets;

/// FFmpeg's name for the codec.
pub const CODEC: &str = "mov_text";

/// The output while its packets come.
pub struct Writing<'o, 'a> {
    converter: ToSubrip<'a>,
    muxer: Muxer<'o, 'a>,
    target: usize,
    index: usize,
    /// Where the input begins: as in every output, times count from there.
    begins: i64,
    came: bool,
    pub packets: u64,
}

impl<'o, 'a> Writing<'o, 'a> {
    /// For stream `index` of an input of which all is known.
    pub fn begin(input: &Input, index: usize, begins: i64, outlet: &'o mut Outlet<'a>) -> Result<Self> {
        let converter = ToSubrip::new(input, index, outlet.control())?;
        let mut muxer = Muxer::new(MuxerFormat::find("srt")?, outlet, true)?;
        let target = muxer.add_subrip(&converter)?;
        muxer.write_header(&[])?;
        Ok(Writing { converter, muxer, target, index, begins, came: false, packets: 0 })
    }

    pub fn wants(&self, packet: &Packet) -> bool {
        packet.stream() == Some(self.index)
    }

    pub fn take(&mut self, packet: &mut Packet) -> Result<()> {
        if !self.wants(packet) {
            return Ok(());
        }
        self.came = true;
        if self.converter.change(packet)? {
            self.muxer.write(packet, self.target, self.begins)?;
            self.packets = self.packets.saturating_add(1);
        }
        Ok(())
    }

    /// `result`: how reading went.
    pub fn end(mut self, result: Result<()>) -> Result<()> {
        let stream = number(self.index);
        match result {
            Ok(()) if self.packets > 0 => self.muxer.finish(),
            Ok(()) if self.came => {
                let message = "the stream shows nothing from its beginning to its end";
                Err(Error::new(Status::NoStream, message).of_stream(stream))
            }
            Ok(()) => Err(no_packet(stream)),
            Err(error) => {
                // The host is owed what was made before the failure, which stays the reason.
                drop(self.muxer.flush());
                Err(error)
            }
        }
    }
}

/// Writes stream `index`.
pub fn write(
    input: &mut Input,
    index: usize,
    outlet: &mut Outlet,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    input.find_stream_info()?;
    input.keep(&[index]);
    let begins = input.describe(Depth::Container)?.container.start.unwrap_or(0);
    let mut writing = Writing::begin(input, index, begins, outlet)?;
    let result = packets::each(input, found, &mut |packet: &mut Packet| writing.take(packet));
    report.packets = writing.packets;
    writing.end(result)
}
