//! How many frames?

use super::open;
use super::outcome::{Found, Note};
use super::packets::{self, Chosen, Step};
use super::road::{self, Road};
use super::{Run, Select};
use crate::av::{Decoder, Format, Input, Packet};
use crate::error::{Result, Stage, Status};
use crate::io::{Control, Inlet, Source};
use crate::walk::{Stop, Walk};

/// Four answers exist for one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Mode {
    /// What a loop over av_read_frame gives.
    #[default]
    Packets = 0,
    /// What the container's header says; where it says nothing, the packets.
    Header = 1,
    /// Packets without those that an edit list discards.
    Presented = 2,
    /// Frames that come out of the decoder.
    Decoded = 3,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub mode: Mode,
    pub select: Select,
}

/// `None` where a number is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub frames: Option<u64>,
    pub header_frames: Option<u64>,
    pub packets: Option<u64>,
    pub presented: Option<u64>,
    pub decoded: Option<u64>,
    /// What was asked.
    pub mode: Mode,
    /// How `frames` was found.
    pub obtained_by: Mode,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(source: &mut dyn Source, run: Run, options: &Options, report: &mut Report) -> Result<Note> {
    *report = Report { mode: options.mode, obtained_by: options.mode, ..Report::default() };
    options.select.check()?;
    let road = Road::new(&run, options.mode != Mode::Decoded && options.select != Select::BestVideo);
    let control = open::control(run, source.unblock())?;
    let mut found = Found::default();
    let walked =
        road.walk(source, &control, &mut found, |walk, found| count_walk(walk, &control, options, report, found));
    let note = match walked {
        Ok(Some(())) => Ok(found.note()),
        Ok(None) => {
            *report = Report { mode: options.mode, obtained_by: options.mode, ..Report::default() };
            road.ffmpeg(&mut found)
                .and_then(|named| by_libavformat(source, &control, named, options, report, &mut found))
        }
        Err(error) => Err(error),
    };
    found.calls = control.calls();
    report.found = found;
    if note.is_ok() {
        report.frames = match report.obtained_by {
            Mode::Packets => report.packets,
            Mode::Header => report.header_frames,
            Mode::Presented => report.presented,
            Mode::Decoded => report.decoded,
        };
    }
    note
}

fn count_walk(
    walk: &Walk,
    control: &Control,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> std::result::Result<(), Stop> {
    control.enter(Stage::Open);
    let stream = road::find(options.select, walk)?;
    found.stream = i32::try_from(stream).ok();
    report.header_frames = walk.streams().get(stream).and_then(|stream| stream.header_frames);
    if options.mode == Mode::Header {
        if report.header_frames.is_some() {
            return Ok(());
        }
        report.obtained_by = Mode::Packets;
    }
    control.enter(Stage::Packets);
    let counted = walk.count(stream, &mut |offset, packets| control.has_walked(offset, packets))?;
    control.has_walked(0, counted.packets)?;
    report.packets = Some(counted.packets);
    report.presented = Some(counted.packets.saturating_sub(counted.discarded));
    Ok(())
}

/// How a transport stream is read whose tables name the stream that is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Without a look at the streams beforehand, and without those that are not wanted. Where the input is whole, in order
    /// and as long as it says, the answer is the same. Where it is not, it is not known: how much of a damaged beginning is
    /// passed over, and that packets of other streams are damaged, is learned by `Thorough` alone.
    Lean,
    Thorough,
}

fn by_libavformat(
    source: &mut dyn Source,
    control: &Control,
    named: Option<Format>,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> Result<Note> {
    let (fresh, fresh_found) = (*report, *found);
    let mut tidy = true;
    let note = open::with_inlet(source, control, found, |inlet, found| {
        count(inlet, named, options, Pace::Lean, &mut tidy, report, found)
    });
    // What the host's callbacks, its token or a limit have ended stays ended.
    let is_over = note.as_ref().is_err_and(|error| !matches!(error.status, Status::Corrupt | Status::NoStream));
    if tidy || is_over {
        return note;
    }
    control.start_over();
    (*report, *found) = (fresh, fresh_found);
    open::with_inlet(source, control, found, |inlet, found| {
        count(inlet, named, options, Pace::Thorough, &mut tidy, report, found)
    })
}

/// `tidy` becomes false where what was found at a lean pace does not count.
fn count(
    inlet: &mut Inlet,
    named: Option<Format>,
    options: &Options,
    pace: Pace,
    tidy: &mut bool,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let thorough = options.mode == Mode::Decoded || options.select == Select::BestVideo;
    let may_be_lean = pace == Pace::Lean && inlet.can_start_again();
    let mut is_lean = false;
    let (mut input, known) = open::open(inlet, named, thorough, |input| {
        let index = options.select.find(input).filter(|_| may_be_lean);
        is_lean = index.is_some_and(|index| input.is_named_by_tables(index));
        *tidy = !is_lean;
        is_lean
    })?;
    let mut chosen = Chosen::new(&mut input, options.select, known)?;
    report.header_frames = chosen.index().and_then(|index| input.stream(index)).and_then(|stream| stream.header_frames);
    if input.inlet().is_fragmented() {
        // The header of a fragmented file speaks of what lies outside the fragments.
        report.header_frames = None;
    }
    if options.mode == Mode::Header {
        if report.header_frames.is_some() {
            found.stream = chosen.number();
            return Ok(());
        }
        report.obtained_by = Mode::Packets;
    }
    if options.mode != Mode::Decoded {
        chosen.without_stamps(&mut input, known);
    }
    let result = count_packets(&mut input, &mut chosen, options, is_lean, report, found);
    *tidy = !is_lean || input.inlet().is_tidy();
    found.stream = chosen.number();
    result?;
    chosen.index().map(drop).ok_or_else(|| chosen.not_found())
}

fn count_packets(
    input: &mut Input<'_, '_>,
    chosen: &mut Chosen,
    options: &Options,
    is_lean: bool,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let (mut packets, mut discarded, mut decoded) = (0u64, 0u64, 0u64);
    let control = input.control();
    let mut decoder = None;
    let mut each = |input: &mut Input, packet: &mut Packet, index: usize| {
        if is_lean && input.inlet().is_untidy() {
            return Ok(Step::Enough);
        }
        packets = packets.saturating_add(1);
        discarded = discarded.saturating_add(u64::from(packet.is_discarded()));
        report.packets = Some(packets);
        report.presented = Some(packets.saturating_sub(discarded));
        if options.mode == Mode::Decoded {
            let decoder = match &mut decoder {
                Some(decoder) => decoder,
                none => none.insert(Decoder::open(input, index, control)?),
            };
            decoded = decoded.saturating_add(decoder.decode(Some(packet))?);
        }
        Ok(Step::On)
    };
    packets::each_packet(input, chosen, found, &mut each)?;
    report.packets = Some(packets);
    report.presented = Some(packets.saturating_sub(discarded));
    if options.mode == Mode::Decoded {
        let held_back = decoder.as_mut().map_or(Ok(0), |decoder| decoder.decode(None))?;
        report.decoded = Some(decoded.saturating_add(held_back));
    }
    Ok(())
}
