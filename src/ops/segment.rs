//! The same streams in segments, each handed over whole: what HLS and DASH are made of.

mod collect;
mod playlist;
#[cfg(test)]
mod tests;

pub use playlist::{Names, Set, dash, hls};

use super::Run;
use super::open;
use super::outcome::{Engine, Found, Note};
use super::packets;
use super::remux::{self, Job, Layout, Plan, Writing};
use super::road::Road;
use crate::av::{Depth, Format, MuxerFormat, Packet};
use crate::description::{Description, Kind, Stream, Tag, microseconds};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Inlet, Outlet, Source, to_u64};
use collect::Collector;

/// How long a segment is to be where nobody says it, in microseconds.
const USUAL: i64 = 6_000_000;

/// How segments are marked off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Cut {
    /// As soon as they are as long as they are to be, at the next key frame.
    #[default]
    Duration = 0,
    /// At each key frame.
    Keyframe = 1,
    /// Where the host says so.
    Host = 2,
}

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Streams, tags, codes. Its format is "mp4" or "mpegts".
    pub remux: remux::Options,
    pub cut: Cut,
    /// With `Cut::Duration`, in microseconds; none: six seconds.
    pub duration: Option<i64>,
}

/// One segment. Times are in microseconds, of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// What media segments need to be read: it comes first, and only where there is such a thing.
    pub is_init: bool,
    /// Of media segments, from 0.
    pub sequence: u64,
    pub start: i64,
    pub duration: i64,
    /// It begins with a key frame of the stream by which segments are marked off.
    pub starts_with_key: bool,
    /// Where it lies among all bytes of all segments.
    pub offset: u64,
    pub size: u64,
    /// A bit for each of the output's streams of which it has packets; those beyond 64 share the last.
    pub streams: u64,
}

/// What the host does with segments, and says about them.
pub trait Taker {
    /// Takes a segment, whole.
    fn take(&mut self, segment: &Segment, bytes: &[u8]) -> Result<()>;

    /// With `Cut::Host`: whether a segment is to begin with this packet, which is one of the stream that people look at, or
    /// of the first there is.
    fn cuts(&mut self, packet: &Packet, stream: &Stream) -> Result<bool>;
}

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub packets: u64,
    pub streams: u64,
    pub bytes_written: u64,
    pub segments: Vec<Segment>,
    /// The streams of the output.
    pub described: Vec<Stream>,
    pub is_mp4: bool,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(
    source: &mut dyn Source,
    taker: &mut dyn Taker,
    run: Run,
    options: &Options,
    report: &mut Report,
) -> Result<Note> {
    *report = Report::default();
    let road = Road::new(&run, false);
    let control = open::control(run, source.unblock())?;
    let mut found = Found::default();
    // Nothing is walked here; a host that insists on it is told so, others learn why.
    let asked = road.walk(source, &control, &mut found, |_, _| Ok(()));
    let result = asked.and_then(|_| road.ffmpeg(&mut found)).and_then(|named| {
        let job = Segmenting::new(options, named)?;
        report.is_mp4 = job.format.is_mp4();
        found.engine = Engine::Ffmpeg;
        open::front_to_back_if_need_be(source, |source, freely| {
            open::with_inlet(source, &control, &mut found, |inlet, found| {
                inlet.seek_freely(freely);
                inlet.want_all(freely);
                job.segment(inlet, taker, report, found)
            })
        })
    });
    report.bytes_written = report.segments.iter().fold(0, |sum: u64, segment| sum.saturating_add(segment.size));
    found.calls = control.calls();
    report.found = found;
    result
}

struct Segmenting {
    format: MuxerFormat,
    named: Option<Format>,
    options: Options,
}

impl Segmenting {
    fn new(options: &Options, named: Option<Format>) -> Result<Self> {
        let format = MuxerFormat::find(&options.remux.format).map_err(|error| error.or_stage(Stage::Arguments))?;
        let mut options = options.clone();
        match format.name() {
            "mp4" => {
                options.remux.layout = Layout::Fragmented;
                // Fragments end where they are told to, and are what DASH calls segments.
                let flags = "frag_custom+dash+delay_moov+default_base_moof+skip_trailer";
                options.remux.muxer_options.push(Tag { key: "movflags".to_owned(), value: flags.to_owned() });
            }
            "mpegts" => {}
            name => {
                let message = format!("segments are of mp4 or mpegts, not of {name}");
                return Err(Error::new(Status::Unsupported, message).at_stage(Stage::Arguments));
            }
        }
        Ok(Segmenting { format, named, options })
    }

    fn segment(&self, inlet: &mut Inlet, taker: &mut dyn Taker, report: &mut Report, found: &mut Found) -> Result<()> {
        let control = inlet.control();
        let (mut input, _) = open::open(inlet, self.named, true, |_| false)?;
        let description = input.describe(Depth::Container)?;
        let plan = Plan::make(self.format, self.options.remux.layout, true, None, &control.limits)?;
        let job = Job { format: self.format, named: None, options: &self.options.remux, plan: &plan };
        let chosen = job.choose(&input, &description)?;
        input.keep(&chosen);
        report.streams = to_u64(chosen.len());
        report.described = chosen.iter().filter_map(|index| description.streams.get(*index)).cloned().collect();
        let collector = Collector::new(control.limits.max_spool_bytes);
        let mut sink = collector.clone();
        let mut outlet = Outlet::new(&mut sink, control);
        let writing = job.begin(&input, &description, &chosen, &mut outlet)?;
        let chief = chief(&description, &chosen);
        let mut cutting = Cutting {
            writing,
            collector,
            taker,
            report,
            description: &description,
            chief,
            options: &self.options,
            is_mp4: self.format.is_mp4(),
            current: None,
            reached: 0,
        };
        let result = packets::each(&mut input, found, &mut |packet: &mut Packet| cutting.take(packet));
        cutting.end(result)
    }
}

/// The stream by which segments are marked off: the first of pictures, else the first there is.
fn chief(description: &Description, chosen: &[usize]) -> usize {
    let shows = |index: &&usize| {
        description.streams.get(**index).is_some_and(|stream| stream.kind == Kind::Video && stream.picture.is_empty())
    };
    chosen.iter().find(shows).or(chosen.first()).copied().unwrap_or(0)
}

/// Segments while packets come.
struct Cutting<'c, 'o, 'a> {
    writing: Writing<'o, 'a>,
    collector: Collector,
    taker: &'c mut dyn Taker,
    report: &'c mut Report,
    description: &'c Description,
    chief: usize,
    options: &'c Options,
    is_mp4: bool,
    /// The one that grows; none before the first packet.
    current: Option<Segment>,
    /// How far its stream has been shown.
    reached: i64,
}

impl Cutting<'_, '_, '_> {
    fn take(&mut self, packet: &mut Packet) -> Result<()> {
        let Some(target) = self.writing.target(packet) else { return Ok(()) };
        let bit = 1u64 << target.min(63);
        if packet.stream() == Some(self.chief) {
            self.look(packet)?;
        }
        let before = self.writing.packets;
        self.writing.take(packet)?;
        if self.writing.packets > before {
            self.report.packets = self.writing.packets;
            self.current.get_or_insert_with(Segment::default).streams |= bit;
        }
        Ok(())
    }

    /// A packet of the stream that segments go by, before it is written.
    fn look(&mut self, packet: &Packet) -> Result<()> {
        let Some(stream) = self.description.streams.get(self.chief) else { return Ok(()) };
        let stamp = packet.pts().or(packet.dts()).unwrap_or(0);
        let start = microseconds(stamp, stream.time_base).saturating_sub(self.writing.shift);
        let begun = self.current.is_some_and(|segment| segment.streams & self.chief_bit() != 0);
        if !begun {
            let current = self.current.get_or_insert_with(Segment::default);
            (current.start, current.starts_with_key) = (start, packet.is_key());
            self.reached = start;
        } else if self.is_cut(packet, stream, start)? {
            let sequence = self.close(start)?;
            let starts_with_key = packet.is_key();
            self.current = Some(Segment { sequence, start, starts_with_key, ..Segment::default() });
        }
        let end = stamp.saturating_add(packet.duration());
        self.reached = self.reached.max(microseconds(end, stream.time_base).saturating_sub(self.writing.shift));
        Ok(())
    }

    fn chief_bit(&self) -> u64 {
        let target = self.writing.targets.get(self.chief).copied().flatten().unwrap_or(63);
        1u64 << target.min(63)
    }

    fn is_cut(&mut self, packet: &Packet, stream: &Stream, start: i64) -> Result<bool> {
        match self.options.cut {
            Cut::Host => self.taker.cuts(packet, stream),
            _ if !packet.is_key() => Ok(false),
            Cut::Keyframe => Ok(true),
            Cut::Duration => {
                // Counted from the beginning, so that what one is too long the next is shorter.
                let each = self.options.duration.unwrap_or(USUAL);
                let first = self.report.segments.iter().find(|segment| !segment.is_init).or(self.current.as_ref());
                let (first, sequence) = (first.map_or(0, |segment| segment.start), self.sequence());
                let due = each.saturating_mul(i64::try_from(sequence).unwrap_or(i64::MAX).saturating_add(1));
                Ok(start.saturating_sub(first) >= due)
            }
        }
    }

    fn sequence(&self) -> u64 {
        self.current.map_or(0, |segment| segment.sequence)
    }

    /// Ends the segment that grows, where the next begins; gives the next one's number.
    fn close(&mut self, end: i64) -> Result<u64> {
        let Some(mut segment) = self.current.take() else { return Ok(0) };
        self.writing.muxer.end_fragment()?;
        let is_first = segment.sequence == 0;
        if self.is_mp4 && is_first {
            // What the first fragments show goes into the header, and they themselves come with the next word.
            self.hand_over(Segment { is_init: true, streams: segment.streams, ..Segment::default() })?;
            self.writing.muxer.end_fragment()?;
        }
        segment.duration = end.saturating_sub(segment.start).max(0);
        self.hand_over(segment)?;
        if !self.is_mp4 {
            self.writing.muxer.repeat_tables()?;
        }
        Ok(segment.sequence.saturating_add(1))
    }

    fn hand_over(&mut self, mut segment: Segment) -> Result<()> {
        let bytes = self.collector.take();
        segment.offset = self.report.segments.last().map_or(0, |last| last.offset.saturating_add(last.size));
        segment.size = to_u64(bytes.len());
        self.taker.take(&segment, &bytes)?;
        self.report.segments.push(segment);
        Ok(())
    }

    /// `result`: how reading went. After a failure no segment is handed over that is not whole.
    fn end(mut self, result: Result<()>) -> Result<()> {
        let result = result.and_then(|()| match self.current {
            Some(_) if self.writing.begun => self.close(self.reached).map(drop),
            _ => Ok(()),
        });
        // What the muxer ends with is nobody's: the last segment is whole without.
        self.writing.end(result)
    }
}
