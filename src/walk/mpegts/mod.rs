//! MPEG transport streams. What is walked is what libavformat makes of them: its PES packets, cut into pictures as
//! libavcodec's parsers cut them.

mod cut;
mod frames;
mod keys;
mod kinds;
mod names;
mod packets;
mod pes;
mod pids;
mod pieces;
mod scan;
mod sections;
mod sets;
mod split;
mod stamps;
mod tables;

pub use packets::begins;
pub use pieces::Pieces;

use super::{Counted, Data, Declined, Demux, Pace, Reason, Rules, Sample, Stop, Stream};
use frames::{Frame, Reader};
use keys::Keys;
use kinds::Cut;
use names::Names;
use packets::Layout;
use split::Splitter;
use std::collections::VecDeque;

/// Packets between two looks at the clock.
const PACKETS_AT_ONCE: usize = 4096;
/// Among so many each stream begins.
const PACKETS_WITH_BEGINNINGS: usize = 8192;
/// The mark of a packet in which a PES packet begins.
const BEGINS: u32 = 0x40_0000;
/// Packets that are gone through when a sample is wanted.
const PACKETS_FOR_SAMPLES: usize = 64;
/// Time stamps count in 90 kHz and wrap at 33 bits: libavformat adds to those that lie further back than this.
const MINUTE: i64 = 60 * 90_000;
const WRAP: i64 = 1 << 33;

/// A place in the input as all the world has it.
fn offset(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

/// A transport stream whose streams are known.
pub struct Multiplex<'a> {
    layout: Layout<'a>,
    names: Names,
    streams: Vec<Stream<'a>>,
    longest: u64,
}

impl<'a> Multiplex<'a> {
    pub fn open(bytes: &'a [u8], rules: &Rules) -> Result<Self, Declined> {
        let layout = Layout::find(bytes)?;
        let names = Names::find(&layout, rules)?;
        let streams = names.listed.iter().map(|listed| Stream {
            media: listed.media(),
            codec: listed.codec(),
            is_cover: false,
            time_base: (1, 90_000),
            configuration: &[],
            header_frames: None,
            has_dimensions: true,
        });
        let streams = streams.collect();
        Ok(Multiplex { layout, names, streams, longest: rules.max_packet_bytes })
    }

    /// The PID of a stream and how it is cut. Audio and data are cut by libavcodec alone.
    fn countable(&self, stream: usize) -> Result<(u16, Cut), Declined> {
        let listed = self.names.listed.get(stream);
        let (pid, kind) = (listed.and_then(|listed| listed.pid), listed.and_then(|listed| listed.kind));
        if kind.is_some_and(|kind| kind.scrambled) {
            return Err(Declined::new(Reason::Encrypted, "scrambled samples"));
        }
        let cut = kind.and_then(|kind| kind.cut);
        pid.zip(cut).ok_or_else(|| Declined::new(Reason::Job, "a stream that only FFmpeg cuts into packets"))
    }

    /// Whether a stream begins at quite another time than the others: libavformat looks for wraps by whichever it meets
    /// first.
    fn is_apart(&self, own: u16) -> bool {
        if self.names.listed.iter().any(|listed| listed.kind.is_some_and(|kind| kind.sections)) {
            // Sections get their times from the program's clock.
            return true;
        }
        let mut begun: Vec<(u16, i64)> = Vec::new();
        let places = (self.layout.start..).step_by(self.layout.stride);
        for packet in places.map_while(|at| self.layout.packet(at)).take(PACKETS_WITH_BEGINNINGS) {
            let header = packets::header(packet);
            let pid = packets::pid(header);
            let known = header & BEGINS == 0 || begun.iter().any(|(known, _)| *known == pid);
            let start = (!known).then(|| pes::start(packets::parts(packet, header).0).ok()).flatten();
            if let Some((start, pts)) = start.and_then(|start| Some((start, start.pts()?))) {
                if start.is_far() {
                    return true;
                }
                begun.push((pid, pts));
            }
            if begun.len() >= self.names.listed.len() {
                break;
            }
        }
        let first = begun.iter().find(|(pid, _)| *pid == own).map(|(_, pts)| *pts);
        first.is_some_and(|first| begun.iter().any(|(_, pts)| pts.abs_diff(first) > pes::FAR))
    }

    /// Declines a stream of whose pictures libavformat may not learn the size.
    pub fn tells_size(&self, stream: usize) -> Result<(), Declined> {
        let (_, cut) = self.countable(stream)?;
        sets::look(cut, self.samples(stream))
    }

    fn reader(&self, pid: u16, cut: Cut) -> Reader<'a> {
        Reader::new(self.layout, &self.names, pid, Splitter::new(cut), self.longest)
    }
}

impl<'a> Demux<'a> for Multiplex<'a> {
    type Samples = Samples<'a>;

    fn streams(&self) -> &[Stream<'a>] {
        &self.streams
    }

    /// Nothing in a transport stream says where it ends.
    fn is_complete(&self) -> bool {
        false
    }

    fn count(&self, stream: usize, pace: Pace) -> Result<Counted, Stop> {
        let (pid, cut) = self.countable(stream)?;
        let mut reader = self.reader(pid, cut).for_number_only();
        let mut packets = 0u64;
        while reader.advance(PACKETS_AT_ONCE, &mut |_| packets = packets.saturating_add(1))? {
            pace(reader.offset(), packets)?;
        }
        if packets == 0 {
            // Whether the input was cut is then told by all that is around.
            cut::nothing_came(self.layout.bytes(), self.longest)?;
        }
        Ok(Counted { packets, discarded: 0 })
    }

    fn samples(&self, stream: usize) -> Samples<'a> {
        let (reader, refused) = match self.countable(stream) {
            Ok((pid, cut)) => (Some((self.reader(pid, cut), pid, Keys::new(cut))), None),
            Err(declined) => (None, Some(declined)),
        };
        let is_apart = reader.as_ref().is_some_and(|(_, pid, _)| self.is_apart(*pid));
        let first_pts = is_apart.then_some(i64::MAX);
        Samples {
            layout: self.layout,
            reader,
            refused,
            ready: VecDeque::new(),
            first_pts,
            came: false,
            longest: self.longest,
        }
    }
}

/// The pictures of one stream, one by one.
pub struct Samples<'a> {
    layout: Layout<'a>,
    reader: Option<(Reader<'a>, u16, Keys)>,
    refused: Option<Declined>,
    ready: VecDeque<Frame>,
    first_pts: Option<i64>,
    /// One has come.
    came: bool,
    longest: u64,
}

impl<'a> Samples<'a> {
    fn sample(&mut self, frame: Frame) -> Option<Result<Sample<'a>, Declined>> {
        let (_, pid, keys) = self.reader.as_mut()?;
        let pieces = Pieces::new(self.layout, *pid, frame.begin, frame.size);
        let key = match keys.next(pieces.clone()) {
            Ok(key) => key,
            Err(declined) => return Some(Err(declined)),
        };
        let pts = frame.stamp.and_then(|stamp| stamp.pts);
        let is_far = frame.stamp.is_some_and(|stamp| stamp.is_far);
        // libavformat looks for wraps by the first time of decoding: so far from it nothing is certain.
        self.first_pts = self.first_pts.or(if is_far { pts.and(Some(i64::MAX)) } else { pts });
        Some(Ok(Sample {
            offset: frame.stamp.map_or(offset(frame.begin.packet), |stamp| stamp.offset),
            pts: pts.filter(|pts| !is_far && self.stands(*pts)),
            dts: None,
            duration: 0,
            key,
            discard: false,
            data: Data::Scattered(pieces),
        }))
    }

    /// A time stamp as it stands: no wrap can have come between it and the first.
    fn stands(&self, pts: i64) -> bool {
        self.first_pts.is_some_and(|first| {
            first < WRAP.saturating_sub(MINUTE.saturating_mul(2)) && pts >= first.saturating_sub(MINUTE >> 1)
        })
    }

    fn end(&mut self, declined: Option<Declined>) -> Option<Result<Sample<'a>, Declined>> {
        self.reader = None;
        declined.map(Err)
    }
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                self.came = true;
                let sample = self.sample(frame);
                if matches!(sample, Some(Err(_))) {
                    self.reader = None;
                    self.ready.clear();
                }
                return sample;
            }
            if let Some(declined) = self.refused.take() {
                return self.end(Some(declined));
            }
            let (reader, ..) = self.reader.as_mut()?;
            match reader.advance(PACKETS_FOR_SAMPLES, &mut |frame| self.ready.push_back(frame)) {
                Ok(true) => {}
                Ok(false) if self.ready.is_empty() => {
                    let checked = if self.came { Ok(()) } else { cut::nothing_came(self.layout.bytes(), self.longest) };
                    return self.end(checked.err());
                }
                Ok(false) => {}
                Err(declined) => self.refused = Some(declined),
            }
        }
    }
}
