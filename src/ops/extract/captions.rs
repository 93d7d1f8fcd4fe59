//! 3GPP timed text, which has no file of its own, as SubRip.

use super::{Framing, Report, no_packet, number};
use crate::av::{Depth, Input, Muxer, MuxerFormat, Packet, ToSubrip};
use crate::error::{Error, Result, Status};
use crate::io::Outlet;
use crate::ops::outcome::Found;
use crate::ops::packets;

/// FFmpeg's name for the codec.
pub const CODEC: &str = "mov_text";

/// Writes stream `index`. As in every output, times count from where the input begins.
pub fn write(
    input: &mut Input,
    index: usize,
    outlet: &mut Outlet,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    report.framing = Framing::Auto;
    input.find_stream_info()?;
    let begins = input.describe(Depth::Container)?.container.start.unwrap_or(0);
    input.keep(&[index]);
    let mut converter = ToSubrip::new(input, index, input.control())?;
    let mut muxer = Muxer::new(MuxerFormat::find("srt")?, outlet, true)?;
    let target = muxer.add_subrip(&converter)?;
    muxer.write_header(&[])?;
    let mut came = false;
    let result = packets::each(input, found, &mut |packet: &mut Packet| {
        if packet.stream() != Some(index) {
            return Ok(());
        }
        came = true;
        if converter.change(packet)? {
            muxer.write(packet, target, begins)?;
            report.packets = report.packets.saturating_add(1);
        }
        Ok(())
    });
    match result {
        Ok(()) if report.packets > 0 => muxer.finish(),
        Ok(()) if came => Err(Error::new(Status::NoStream, "the stream shows nothing from its beginning to its end")
            .of_stream(number(index))),
        Ok(()) => Err(no_packet(number(index))),
        Err(error) => {
            // The host is owed what was made before the failure, which stays the reason.
            drop(muxer.flush());
            Err(error)
        }
    }
}
