//! Extraction by the walk: slices of the host's memory, handed on as they are.

use super::lookahead::{self, Samples};
use super::{Codec, Framing, Options, Report, halves, no_annex_b, no_packet};
use crate::error::Stage;
use crate::io::{Control, Gather, Outlet, Sink, to_u64};
use crate::ops::outcome::Found;
use crate::ops::{Select, road};
use crate::walk::annexb::{Filter, Out, StartCode};
use crate::walk::{self, Declined, Demux, Reason, Rules, Stop, Walk};

/// How many samples go by before it is asked whether to go on. A host that wants to hear of them hears of each.
const PACE: usize = 256;

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
    each(demux, stream, job, |_, samples| {
        let result = put(&mut filter, samples, gather);
        let count = result.as_ref().err().map_or(samples.count(), |(nth, _)| *nth);
        *packets = packets.saturating_add(to_u64(count));
        result
    })
}

/// The number of the sample that it ends at comes with why it does.
pub fn put<'a>(
    filter: &mut Filter<'a>,
    samples: Samples<'_, 'a>,
    out: &mut impl Out<'a>,
) -> std::result::Result<(), (usize, Stop)> {
    match samples {
        Samples::Whole(samples) => filter.samples(samples, out),
        Samples::Other(_, data) => filter.sample(data, out).map_err(|stop| (0, stop)),
    }
}

impl<'a> Out<'a> for Gather<'a, '_> {
    #[inline]
    fn put(&mut self, slice: &'a [u8]) -> std::result::Result<(), Stop> {
        Gather::put(self, slice).map_err(Stop::from)
    }

    #[inline(always)]
    fn put_unit(&mut self, start: StartCode, unit: &'a [u8]) -> std::result::Result<(), Stop> {
        // Of a length that is known when this is compiled.
        let kept = match start {
            StartCode::Long => Gather::put_two(self, &[0, 0, 0, 1], unit),
            StartCode::Short => Gather::put_two(self, &[0, 0, 1], unit),
        };
        if kept { Ok(()) } else { put_both(self, start, unit) }
    }
}

#[inline(never)]
fn put_both<'a>(gather: &mut Gather<'a, '_>, start: StartCode, unit: &'a [u8]) -> std::result::Result<(), Stop> {
    gather.put(start.bytes())?;
    gather.put(unit).map_err(Stop::from)
}

/// Hands every sample to `take`, with the number of the first of those that come together, and tells the host every so
/// often how far that has come.
fn each<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    job: &Job,
    mut take: impl FnMut(u64, Samples<'_, 'a>) -> std::result::Result<(), (usize, Stop)>,
) -> std::result::Result<(), Stop> {
    job.control.enter(Stage::Write);
    let pace = if job.control.is_watched() { 1 } else { PACE };
    let (mut nth, mut next) = (0u64, 0u64);
    lookahead::each(demux.payloads(stream), pace, |samples| {
        if nth >= next {
            next = nth.saturating_add(to_u64(pace));
            job.control.has_walked(samples.offset(0), nth)?;
        }
        take(nth, samples).map_err(|(at, stop)| match stop {
            Stop::Declined(declined) => Stop::Declined(declined.at(samples.offset(at))),
            ended => {
                job.control.ends_at(samples.offset(at), nth.saturating_add(to_u64(at)));
                ended
            }
        })?;
        nth = nth.saturating_add(to_u64(samples.count()));
        Ok(true)
    })
}

/// A sample's beginning, and all that is known there.
pub struct Mark<'m, 'a> {
    pub filter: &'m Filter<'a>,
    pub samples: u64,
    pub size: u64,
}

/// How long the output is. `mark` is shown every few samples' beginning, and the end.
pub fn measure<'a>(
    demux: &impl Demux<'a>,
    stream: usize,
    filter: &Filter<'a>,
    job: &Job,
    mut mark: impl FnMut(Mark<'_, 'a>),
) -> std::result::Result<u64, Stop> {
    let (mut filter, mut measured, mut all) = (filter.clone(), Measured(0), 0u64);
    each(demux, stream, job, |nth, samples| {
        mark(Mark { filter: &filter, samples: nth, size: measured.0 });
        all = nth.saturating_add(to_u64(samples.count()));
        put(&mut filter, samples, &mut measured)
    })?;
    mark(Mark { filter: &filter, samples: all, size: measured.0 });
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
