//! Extraction by the walk: slices of the host's memory, handed on as they are.

use super::lookahead::{self, Reach};
use super::{Codec, Framing, Options, Report, halves, no_annex_b, no_packet};
use crate::error::Stage;
use crate::io::{Control, Gather, Outlet, Sink, to_u64};
use crate::ops::outcome::Found;
use crate::ops::{Select, road};
use crate::walk::annexb::{Filter, Out, StartCode};
use crate::walk::{self, Data, Declined, Demux, Reason, Rules, Stop, Walk};

/// How many samples go by before it is asked whether to go on. A host that wants to hear of them hears of each.
const PACE: u64 = 256;

/// What an extraction is given for its whole length.
#[derive(Clone, Copy)]
pub struct Job<'j> {
    pub rules: &'j Rules,
    pub control: &'j Control,
    pub options: &'j Options,
}

pub fn extract(
    walk: &Walk,
    job: &Job,
    sink: &mut dyn Sink,
    report: &mut Report,
    found: &mut Found,
) -> std::result::Result<(), Stop> {
    job.control.enter(Stage::Open);
    let other = || Stop::from(Declined::new(Reason::Job, "another form than Annex B is made by FFmpeg"));
    if let (Framing::Auto, Select::Index(index)) = (job.options.framing, job.options.select) {
        let streams = walk.streams();
        let named = usize::try_from(index).ok().and_then(|index| streams.get(index));
        if named.is_some_and(|stream| stream.is_cover) {
            return Err(other());
        }
    }
    let stream = road::find(job.options.select, walk)?;
    let codec = walk.streams().get(stream).map(|stream| stream.codec);
    if job.options.framing == Framing::Auto && codec == Some(walk::Codec::Other) {
        return Err(other());
    }
    found.stream = i32::try_from(stream).ok();
    match walk {
        Walk::Mp4(movie) => from(movie, stream, job, sink, report),
        Walk::Matroska(segment) => from(segment, stream, job, sink, report),
        Walk::MpegTs(multiplex) => {
            multiplex.tells_size(stream)?;
            from(multiplex, stream, job, sink, report)
        }
    }
}

/// Stream number `stream` of whatever container.
pub fn from<'a>(
    demux: &(impl Demux<'a> + Sync),
    stream: usize,
    job: &Job,
    sink: &mut dyn Sink,
    report: &mut Report,
) -> std::result::Result<(), Stop> {
    job.control.enter(Stage::Packets);
    let Some((_, first)) = demux.payloads(stream).next().transpose()? else {
        return Err(no_packet(i32::try_from(stream).unwrap_or(-1)).into());
    };
    let declared = demux.streams().get(stream).ok_or_else(|| no_annex_b(stream))?;
    report.codec = match declared.codec {
        walk::Codec::H264 => Codec::H264,
        walk::Codec::Hevc => Codec::Hevc,
        walk::Codec::Other => return Err(no_annex_b(stream).into()),
    };
    report.framing = Framing::AnnexB;
    if !declared.has_dimensions {
        return Err(Declined::structure("a muxer takes no video without a width and a height").into());
    }
    let filter = Filter::new(declared, &first, job.rules)?;
    if job.options.threads > 1 && sink.room().is_some() {
        if let Some(packets) = halves::extract(demux, stream, &filter, job, sink)? {
            report.packets = packets;
            return Ok(());
        }
    } else if sink.wants_size() {
        let size = measure(demux, stream, &filter, job, |_| {})?;
        // More than the limit is never written.
        sink.expect(size.min(job.control.limits.max_output_bytes))?;
    }
    let mut gather = Gather::new(Outlet::new(sink, job.control))?;
    let result = all(demux, stream, filter, job, &mut gather, &mut report.packets);
    let result = result.and_then(|()| {
        if gather.position() == 0 {
            return Err(Declined::damaged("nothing but empty samples").into());
        }
        job.control.has_walked(0, report.packets)?;
        gather.flush().map_err(Stop::from)
    });
    job.control.enter(Stage::Packets);
    result
}

fn all<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    mut filter: Filter<'a>,
    job: &Job,
    gather: &mut Gather<'a, '_>,
    packets: &mut u64,
) -> std::result::Result<(), Stop> {
    let reach = if gather.copies() { Reach::Body } else { Reach::Head };
    each(demux, stream, job, reach, |data| {
        filter.sample(data, gather)?;
        *packets = packets.saturating_add(1);
        Ok(())
    })
}

impl<'a> Out<'a> for Gather<'a, '_> {
    #[inline]
    fn put(&mut self, slice: &'a [u8]) -> std::result::Result<(), Stop> {
        Gather::put(self, slice).map_err(Stop::from)
    }

    #[inline]
    fn put_unit(&mut self, start: StartCode, unit: &'a [u8]) -> std::result::Result<(), Stop> {
        let mut put = |start: &'static [u8]| {
            if Gather::put_two(self, start, unit) {
                return Ok(());
            }
            Out::put(self, start)?;
            Out::put(self, unit)
        };
        // Of a length that is known when this is compiled.
        match start {
            StartCode::Long => put(&[0, 0, 0, 1]),
            StartCode::Short => put(&[0, 0, 1]),
        }
    }
}

/// Hands every sample to `take`, and tells the host every so often how far that has come.
fn each<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    job: &Job,
    reach: Reach,
    mut take: impl FnMut(&Data<'a>) -> std::result::Result<(), Stop>,
) -> std::result::Result<(), Stop> {
    job.control.enter(Stage::Write);
    let pace = if job.control.is_watched() { 1 } else { PACE };
    let mut next = 0;
    lookahead::each(demux.payloads(stream), 0, reach, |nth, offset, data| {
        if nth >= next {
            next = nth.saturating_add(pace);
            job.control.has_walked(offset, nth)?;
        }
        take(data).map_err(|stop| match stop {
            Stop::Declined(declined) => Stop::Declined(declined.at(offset)),
            ended => {
                job.control.ends_at(offset, nth);
                ended
            }
        })?;
        Ok(true)
    })
}

/// A sample's beginning, and all that is known there.
pub struct Mark<'m, 'a> {
    pub filter: &'m Filter<'a>,
    pub samples: u64,
    pub size: u64,
}

/// How long the output is. `mark` is shown every sample's beginning, and the end.
pub fn measure<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    filter: &Filter<'a>,
    job: &Job,
    mut mark: impl FnMut(Mark<'_, 'a>),
) -> std::result::Result<u64, Stop> {
    let (mut filter, mut measured, mut samples) = (filter.clone(), Measured(0), 0u64);
    each(demux, stream, job, Reach::Head, |data| {
        mark(Mark { filter: &filter, samples, size: measured.0 });
        samples = samples.saturating_add(1);
        filter.sample(data, &mut measured)
    })?;
    mark(Mark { filter: &filter, samples, size: measured.0 });
    Ok(measured.0)
}

struct Measured(u64);

impl<'a> Out<'a> for Measured {
    #[inline]
    fn put(&mut self, slice: &'a [u8]) -> std::result::Result<(), Stop> {
        self.0 = self.0.saturating_add(to_u64(slice.len()));
        Ok(())
    }

    #[inline]
    fn put_unit(&mut self, start: StartCode, unit: &'a [u8]) -> std::result::Result<(), Stop> {
        self.0 = self.0.saturating_add(to_u64(start.bytes().len())).saturating_add(to_u64(unit.len()));
        Ok(())
    }
}
