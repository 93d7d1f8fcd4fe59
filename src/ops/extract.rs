//! The video stream as a bare bit stream.

pub(super) mod captions;
mod form;
mod halves;
mod lookahead;
pub(super) mod natural;
#[cfg(test)]
pub(super) mod tests;
mod walk;

pub use form::Framing;

use super::open;
use super::outcome::{Found, Note};
use super::packets::{self, Chosen, Step};
use super::road::Road;
use super::{Run, Select};
use crate::av::{self, Format, Input, Muxer, MuxerFormat, Packet};
use crate::error::{Error, LimitKind, Result, Stage, Status};
use crate::io::{Inlet, Outlet, Place, Sink, Source, to_u64};
use std::mem::MaybeUninit;

/// An output from this size on is written past the processor's cache: it would not stay there in any case.
const LARGE: usize = 16 << 20;

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub select: Select,
    pub framing: Framing,
    /// How many threads may copy into the host's memory; 0 is 1.
    pub threads: u32,
}

impl Options {
    /// Annex B and nothing else.
    pub fn annex_b() -> Self {
        Options { framing: Framing::AnnexB, ..Options::default() }
    }
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
    /// The form that the bytes have.
    pub framing: Framing,
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
    let is_annex_b = matches!(options.framing, Framing::Auto | Framing::AnnexB);
    let road = Road::new(&run, options.select != Select::BestVideo && is_annex_b);
    let control = open::control(run, source.unblock().into_iter().chain(sink.unblock()))?;
    let mut found = Found::default();
    let start = sink.position();
    let walked = road.walk(source, &control, &mut found, |walk, found| {
        walk::extract(walk, &walk::Job { rules: road.rules(), control: &control, options }, sink, report, found)
    });
    let note = match walked {
        Ok(Some(())) => Ok(found.note()),
        Ok(None) => {
            // A walk that declines on the way has given what libavformat gives, as far as it came.
            let written = sink.position().saturating_sub(start);
            road.ffmpeg(&mut found).and_then(|named| {
                by_libavformat(source, Outlet::again(sink, &control, written), named, options, report, &mut found)
            })
        }
        Err(error) => Err(error),
    };
    report.bytes_written = control.progress().bytes_written;
    found.calls = control.calls();
    report.found = found;
    note
}

/// How long the output is, without making it.
pub fn run_to_size(source: &mut dyn Source, with: Run, options: &Options, report: &mut Report) -> Result<(Note, u64)> {
    let mut place = Place::new(&mut []);
    let note = run(source, &mut place, with, options, report)?;
    Ok((note, place.position()))
}

/// Into the host's memory. Where that is too small it holds as much as fits, and the error says how much there is.
pub fn run_into(
    source: &mut dyn Source,
    room: &mut [MaybeUninit<u8>],
    with: Run,
    options: &Options,
    report: &mut Report,
) -> Result<Note> {
    let capacity = room.len();
    let mut place = Place::new(room);
    if source.as_slice().is_some_and(|bytes| bytes.len().min(capacity) >= LARGE) {
        place.is_large();
    }
    let note = run(source, &mut place, with, options, report)?;
    let size = place.position();
    if size > to_u64(capacity) {
        let message = format!("the output is {size} bytes long, and the buffer has room for {capacity}");
        let error = Error::limit(LimitKind::Output, message).at_offset(to_u64(capacity)).at_stage(Stage::Write);
        return Err(error.hint("memux_extract_size() says how large the buffer must be"));
    }
    Ok(note)
}

fn by_libavformat(
    source: &mut dyn Source,
    outlet: Outlet,
    named: Option<Format>,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> Result<Note> {
    *report = Report::default();
    let control = outlet.control();
    open::with_inlet(source, control, found, |inlet, found| extract(inlet, outlet, named, options, report, found))
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
    let (mut input, known) = open::open(inlet, named, options.select == Select::BestVideo, |_| false)?;
    if let Some(index) = unlike_annex_b(&input, options) {
        let result = natural::write(&mut input, index, options.framing, &mut outlet, report, found);
        // The host is owed what was made before the failure.
        return result.map_err(|error| error.or_stage(control.stage()));
    }
    let mut chosen = Chosen::new(&mut input, options.select, known)?;
    chosen.without_stamps(&mut input, known);
    found.stream = chosen.number();
    let mut idle = Some(&mut outlet);
    let mut begin = |input: &Input, index: usize| {
        let outlet = idle.take().ok_or_else(|| Error::internal("an output is begun twice"))?;
        begin(input, index, outlet, report)
    };
    // Begun at the first packet: a stream that has none is no stream, whatever its codec.
    let mut output = None;
    let mut packets = 0u64;
    let mut each = |input: &mut Input, packet: &mut Packet, index: usize| {
        let output = match &mut output {
            Some(output) => output,
            none => none.insert(begin(input, index)?),
        };
        match output.write(packet, 0, 0) {
            Ok(()) => packets = packets.saturating_add(1),
            // Not the sink's doing but the packet's: what came before it is good.
            Err(error) if error.status == Status::Corrupt => return Ok(Step::Damaged),
            // Only with the first packet does the muxer look for the filter that it may need.
            Err(error) if error.status == Status::NoEncoder => return Err(error.of_stream(number(index))),
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
        (result, None) => result.and(Err(chosen.number().map_or_else(|| chosen.not_found(), no_packet))),
    };
    result?;
    control.enter(Stage::Packets);
    if outlet.ahead() > 0 {
        return Err(Error::internal("the walk gave more than libavformat does"));
    }
    if outlet.position() > 0 {
        return Ok(());
    }
    Err(Error::new(Status::Corrupt, "the stream's first packet is damaged").at_stage(Stage::Packets))
}

/// An empty output is never a success.
fn no_packet(stream: i32) -> Error {
    Error::new(Status::NoStream, "the stream is declared and the input holds no packet of it").of_stream(stream)
}

/// The stream, if it is known by now and is to have another form than Annex B.
fn unlike_annex_b(input: &Input, options: &Options) -> Option<usize> {
    let index = by_number_or(options.select, input)?;
    let stream = input.stream(index)?;
    let is_annex_b = stream.codec != av::Codec::Other && !stream.is_cover;
    match options.framing {
        Framing::AnnexB => None,
        Framing::Auto if is_annex_b => None,
        _ => Some(index),
    }
}

/// Here a cover picture may be taken, by its number.
fn by_number_or(select: Select, input: &Input) -> Option<usize> {
    match select {
        Select::Index(index) => usize::try_from(index).ok().filter(|index| *index < input.stream_count()),
        select => select.find(input),
    }
}

/// The stream that an extraction is of, where all is known of them.
pub fn chosen(input: &Input, options: &Options) -> Result<usize> {
    let index = by_number_or(options.select, input).ok_or_else(|| options.select.not_found())?;
    let stream = input.stream(index).ok_or_else(|| options.select.not_found())?;
    match options.framing {
        Framing::AnnexB if stream.is_cover => Err(options.select.not_found()),
        Framing::AnnexB if stream.codec == av::Codec::Other => Err(no_annex_b(index)),
        _ => Ok(index),
    }
}

fn no_annex_b(stream: usize) -> Error {
    let error = Error::new(Status::Codec, "the stream is neither H.264 nor HEVC, which alone have an Annex B form");
    error.of_stream(number(stream)).hint("memux_extract() with MEMUX_FRAMING_AUTO takes any codec")
}

fn begin<'o, 'a>(
    input: &Input,
    index: usize,
    outlet: &'o mut Outlet<'a>,
    report: &mut Report,
) -> Result<Muxer<'o, 'a>> {
    let codec = input.stream(index).map_or(av::Codec::Other, |stream| stream.codec);
    let (codec, muxer) = match codec {
        av::Codec::H264 => (Codec::H264, "h264"),
        av::Codec::Hevc => (Codec::Hevc, "hevc"),
        av::Codec::Other => return Err(no_annex_b(index)),
    };
    report.codec = codec;
    report.framing = Framing::AnnexB;
    let format = MuxerFormat::find(muxer).map_err(|error| error.of_stream(number(index)))?;
    let mut output = Muxer::new(format, outlet, false)?;
    output.hand_on_whole_pieces();
    // The tag is the input container's word for the codec, and means nothing in this one.
    output.add(input, index, Some(0), &[])?;
    output.write_header(&[])?;
    Ok(output)
}

/// The index as errors have it.
fn number(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(-1)
}
