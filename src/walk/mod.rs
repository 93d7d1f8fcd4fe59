//! Containers walked where they lie, in the host's memory: no libavformat, no copy. A walk knows a file completely or
//! not at all. Whatever it has not seen before, it declines, and libavformat reads the file instead; so what it does
//! answer must be what the loop over av_read_frame gives.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod annexb;
mod bytes;
mod codec;
mod declined;
mod majors;
mod matroska;
pub mod mp4;
mod mpegts;
mod packets;
mod sample;
pub mod write;

pub use declined::{Declined, Reason, Stop};
pub use packets::{Known, Packet, Packets};
pub use sample::{Codec, Counted, Data, Media, Sample, Stream};

use crate::completeness::Container;
use crate::error;

/// What the answers depend on beside the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The major version of the libavformat compiled against: where majors differ, the walk answers as that one does.
    pub avformat_major: u32,
    pub max_streams: u64,
    pub max_packet_bytes: u64,
    pub max_probe_bytes: u64,
}

/// Called now and then, at least every few thousand samples or few megabytes, with the offset that the walk has come to
/// and the packets so far. An error ends the walk.
pub type Pace<'p> = &'p mut dyn FnMut(u64, u64) -> error::Result<()>;

/// A container that is known completely, but for what can only be seen by going through all its samples: that is
/// declined on the way.
pub trait Demux<'a> {
    /// Samples in the order in which av_read_frame gives those of one stream. Ends with the first `Err`.
    type Samples: Iterator<Item = Result<Sample<'a>, Declined>>;

    /// In the order, and with the numbers, that libavformat has for them.
    fn streams(&self) -> &[Stream<'a>];

    /// Whether the container itself says that it ends where the input ends. An input that breaks off is declined.
    fn is_complete(&self) -> bool;

    /// How many packets a stream has: all that `samples` gives, without giving them.
    fn count(&self, stream: usize, pace: Pace) -> Result<Counted, Stop>;

    fn samples(&self, stream: usize) -> Self::Samples;

    /// What `samples` gives without time stamps and flags, which may cost more than the rest: where each sample begins,
    /// and its bytes. Where only those would be declined, it goes on.
    fn payloads(&self, stream: usize) -> impl Payloads<'a> {
        self.samples(stream).map(|sample| sample.map(|sample| (sample.offset, sample.data)))
    }
}

/// Where a sample begins, and its bytes.
pub type Payload<'a> = Result<(u64, Data<'a>), Declined>;

/// Goes through the bytes of a stream's samples.
pub trait Payloads<'a>: Iterator<Item = Payload<'a>> {
    /// Many at once, without a question asked about each: where each of the next samples begins and its bytes, as long
    /// as they lie in one piece and there is room. Gives how many; at 0 it is `next` that knows how it goes on.
    #[inline]
    fn fill(&mut self, _room: &mut [(u64, &'a [u8])]) -> usize {
        0
    }
}

impl<'a, I: Iterator, F: FnMut(I::Item) -> Payload<'a>> Payloads<'a> for std::iter::Map<I, F> {}
impl<'a, I: Iterator<Item = Payload<'a>>> Payloads<'a> for std::iter::Take<I> {}

/// One of the containers.
pub enum Walk<'a> {
    Mp4(mp4::Movie<'a>),
    Matroska(matroska::Segment<'a>),
    MpegTs(mpegts::Multiplex<'a>),
}

impl<'a> Walk<'a> {
    /// `named`: the container that the host names; else the first bytes must leave no doubt.
    pub fn open(bytes: &'a [u8], named: Option<Container>, rules: &Rules) -> Result<Self, Declined> {
        let container = named.or_else(|| Self::container(bytes)).unwrap_or(Container::Other);
        if !majors::is_walked(container, rules.avformat_major) {
            return Err(Declined::new(Reason::Container, "a container that only libavformat reads"));
        }
        match container {
            Container::Mp4 => mp4::Movie::open(bytes, rules).map(Walk::Mp4),
            Container::Matroska => matroska::Segment::open(bytes, rules).map(Walk::Matroska),
            Container::MpegTs => mpegts::Multiplex::open(bytes, rules).map(Walk::MpegTs),
            _ => Err(Declined::new(Reason::Container, "a container that only libavformat reads")),
        }
    }

    fn container(bytes: &[u8]) -> Option<Container> {
        if mp4::begins(bytes) {
            Some(Container::Mp4)
        } else if matroska::begins(bytes) {
            Some(Container::Matroska)
        } else if mpegts::begins(bytes) {
            Some(Container::MpegTs)
        } else {
            None
        }
    }

    pub fn streams(&self) -> &[Stream<'a>] {
        match self {
            Walk::Mp4(movie) => movie.streams(),
            Walk::Matroska(segment) => segment.streams(),
            Walk::MpegTs(multiplex) => multiplex.streams(),
        }
    }

    /// Streams that are not listed may show behind those that are.
    pub fn may_gain_streams(&self) -> bool {
        matches!(self, Walk::MpegTs(_))
    }

    /// Goes through what was not looked at yet, where an operation ends before it has come to the samples.
    /// `stream`: the one that was asked for, if there is one.
    pub fn look_on(&self, stream: Option<usize>) -> Result<(), Declined> {
        match (self, stream) {
            (Walk::Mp4(_), _) => Ok(()),
            (Walk::Matroska(segment), _) => segment.look_on(),
            (Walk::MpegTs(multiplex), stream) => match multiplex.count(stream.unwrap_or(0), &mut |_, _| Ok(())) {
                Err(Stop::Declined(declined)) => Err(declined),
                Ok(_) | Err(Stop::Ended(_)) => Ok(()),
            },
        }
    }

    pub fn is_complete(&self) -> bool {
        match self {
            Walk::Mp4(movie) => movie.is_complete(),
            Walk::Matroska(segment) => segment.is_complete(),
            Walk::MpegTs(multiplex) => multiplex.is_complete(),
        }
    }

    pub fn count(&self, stream: usize, pace: Pace) -> Result<Counted, Stop> {
        match self {
            Walk::Mp4(movie) => movie.count(stream, pace),
            Walk::Matroska(segment) => segment.count(stream, pace),
            Walk::MpegTs(multiplex) => multiplex.count(stream, pace),
        }
    }
}
