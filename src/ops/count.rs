//! How many frames?

use super::open;
use super::outcome::{Found, Note};
use super::packets::{self, Chosen, Step};
use super::road::{self, Road};
use super::{Run, Select};
use crate::av::{Decoder, Format, Input, Packet};
use crate::error::{Result, Stage};
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
            road.ffmpeg(&mut found).and_then(|named| {
                open::with_inlet(source, &control, &mut found, |inlet, found| {
                    count(inlet, named, options, report, found)
                })
            })
        }
        Err(error) => Err(error),
    };
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

fn count(
    inlet: &mut Inlet,
    named: Option<Format>,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let thorough = options.mode == Mode::Decoded || options.select == Select::BestVideo;
    let (mut input, format) = open::open(inlet, named, thorough)?;
    let mut chosen = Chosen::new(&mut input, options.select, open::declares_all(format))?;
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
        chosen.without_stamps(&mut input, open::declares_all(format));
    }
    let result = count_packets(&mut input, &mut chosen, options, report, found);
    found.stream = chosen.number();
    result?;
    chosen.index().map(drop).ok_or_else(|| chosen.not_found())
}

fn count_packets(
    input: &mut Input<'_, '_>,
    chosen: &mut Chosen,
    options: &Options,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let (mut packets, mut discarded, mut decoded) = (0u64, 0u64, 0u64);
    let control = input.control();
    let mut decoder = None;
    let mut each = |input: &Input, packet: &mut Packet, index: usize| {
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
