//! The video stream as a bare bit stream.

use super::open;
use super::outcome::{Engine, Found, Note};
use super::packets::{self, Chosen, Step};
use super::{Run, Select};
use crate::av::{self, Format, Input, Output, Packet};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Inlet, Outlet, Sink, Source};

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub select: Select,
}

/// What the stream holds. Known as soon as the stream is, so that a host can tell what it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Codec {
    #[default]
    Unknown = 0,
    H264 = 1,
    Hevc = 2,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub codec: Codec,
    pub packets: u64,
    /// What reached the sink, on failure too.
    pub bytes_written: u64,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    run: Run,
    options: &Options,
    report: &mut Report,
) -> Result<Note> {
    *report = Report::default();
    options.select.check()?;
    let named = open::named_format(&run)?;
    let control = open::control(run, source.unblock().into_iter().chain(sink.unblock()))?;
    let mut found = Found { engine: Engine::Ffmpeg, ..Found::default() };
    let note = open::with_inlet(source, &control, &mut found, |inlet, found| {
        extract(inlet, Outlet::new(sink, &control), named, options, report, found)
    });
    report.bytes_written = control.progress().bytes_written;
    report.found = found;
    note
}

fn extract(
    inlet: &mut Inlet,
    mut outlet: Outlet,
    named: Option<Format>,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let control = inlet.control();
    let (mut input, format) = open::open(inlet, named, options.select == Select::BestVideo)?;
    let mut chosen = Chosen::new(&mut input, options.select, open::declares_all(format))?;
    found.stream = chosen.number();
    let mut idle = Some(&mut outlet);
    let mut begin = |input: &Input, index: usize| {
        let outlet = idle.take().ok_or_else(|| Error::internal("an output is begun twice"))?;
        begin(input, index, outlet, report)
    };
    // Begun at the first packet: a stream that has none is no stream, whatever its codec.
    let mut output = None;
    let mut packets = 0u64;
    let mut each = |input: &Input, packet: &mut Packet, index: usize| {
        let output = match &mut output {
            Some(output) => output,
            none => none.insert(begin(input, index)?),
        };
        match output.write(packet) {
            Ok(()) => packets = packets.saturating_add(1),
            // Not the sink's doing but the packet's: what came before it is good.
            Err(error) if error.status == Status::Corrupt => return Ok(Step::Damaged),
            Err(error) => return Err(error),
        }
        Ok(Step::On)
    };
    let result = packets::each_packet(&mut input, &mut chosen, found, &mut each);
    report.packets = packets;
    let result = match (result, output) {
        (Ok(()), Some(output)) => output.finish(),
        (Err(error), Some(mut output)) => {
            // The host is owed what was made before the failure; that failure stays the reason.
            drop(output.flush());
            Err(error)
        }
        (result, None) => result.and(Err(nothing(&chosen))),
    };
    result?;
    control.enter(Stage::Packets);
    if control.progress().bytes_written > 0 {
        return Ok(());
    }
    Err(Error::new(Status::Corrupt, "the stream's first packet is damaged").at_stage(Stage::Packets))
}

/// An empty output is never a success.
fn nothing(chosen: &Chosen) -> Error {
    match chosen.number() {
        Some(stream) => {
            Error::new(Status::NoStream, "the stream is declared and the input holds no packet of it").of_stream(stream)
        }
        None => chosen.not_found(),
    }
}

fn begin<'o, 'a>(
    input: &Input,
    index: usize,
    outlet: &'o mut Outlet<'a>,
    report: &mut Report,
) -> Result<Output<'o, 'a>> {
    let codec = input.stream(index).map_or(av::Codec::Other, |stream| stream.codec);
    let (codec, muxer) = match codec {
        av::Codec::H264 => (Codec::H264, c"h264"),
        av::Codec::Hevc => (Codec::Hevc, c"hevc"),
        av::Codec::Other => {
            let error =
                Error::new(Status::Codec, "the stream is neither H.264 nor HEVC, which alone have an Annex B form");
            return Err(error.of_stream(i32::try_from(index).unwrap_or(-1)));
        }
    };
    report.codec = codec;
    let mut output = Output::copy_of(input, index, muxer, outlet)?;
    output.write_header()?;
    Ok(output)
}
