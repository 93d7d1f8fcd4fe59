//! All packets of a container, one by one: in the order, and with all that av_read_frame gives beside the bytes.

use super::{Declined, Reason, Walk, matroska, mp4};

/// How much libavformat has found out before it gives the first packet: it fills in what the container leaves out by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// What the header says.
    Header,
    /// And what avformat_find_stream_info finds by reading on.
    Streams,
}

/// One packet.
#[derive(Clone, Debug)]
pub struct Packet<'a> {
    pub stream: usize,
    pub data: &'a [u8],
    /// AVPacket.pos.
    pub position: Option<u64>,
    pub pts: Option<i64>,
    pub dts: Option<i64>,
    /// 0 where libavformat does not know it.
    pub duration: i64,
    pub key: bool,
    /// An edit list drops it after decoding.
    pub discard: bool,
    /// What stands at its side: how much of the sound is skipped, in the form that AV_PKT_DATA_SKIP_SAMPLES has.
    pub skip: Option<[u8; 10]>,
}

/// Goes through a container. Ends with the first `Err`.
pub enum Packets<'a> {
    Mp4(mp4::Packets<'a>),
    Matroska(matroska::Packets<'a>),
}

impl<'a> Packets<'a> {
    pub fn of(walk: &Walk<'a>, known: Known, avformat_major: u32) -> Result<Self, Declined> {
        if avformat_major != 59 {
            return Err(Declined::new(Reason::Container, "packets as this FFmpeg gives them"));
        }
        match walk {
            Walk::Mp4(movie) => movie.packets(known).map(Packets::Mp4),
            Walk::Matroska(segment) => segment.packets(known).map(Packets::Matroska),
            Walk::MpegTs(_) => Err(Declined::new(Reason::Container, "packets that do not lie in one piece")),
        }
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Packets::Mp4(packets) => packets.next(),
            Packets::Matroska(packets) => packets.next(),
        }
    }
}
