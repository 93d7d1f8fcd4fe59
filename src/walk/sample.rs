//! What a walk gives: streams, and their samples.

use super::mpegts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    Video,
    Other,
}

/// The codecs that are told apart here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Hevc,
    Other,
}

/// One stream, with what its samples cannot be used without.
#[derive(Clone, Debug)]
pub struct Stream<'a> {
    pub media: Media,
    pub codec: Codec,
    /// An attached picture: video to FFmpeg, not to a person.
    pub is_cover: bool,
    /// Time stamps count in units of this many seconds, numerator and denominator.
    pub time_base: (u32, u32),
    /// The codec's own header (avcC, hvcC, CodecPrivate); empty where the samples bring it along.
    pub configuration: &'a [u8],
    /// How many frames the container's header tells of, as AVStream.nb_frames; `None` for nothing.
    pub header_frames: Option<u64>,
    /// A width and a height are told, where the container is what tells them: no muxer takes video without.
    pub has_dimensions: bool,
}

/// One packet as av_read_frame gives it.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// Where it begins in the input, as AVPacket.pos where that says anything.
    pub offset: u64,
    pub pts: Option<i64>,
    pub dts: Option<i64>,
    /// 0 where it is not known.
    pub duration: i64,
    pub key: bool,
    /// An edit list drops it after decoding.
    pub discard: bool,
    pub data: Data<'a>,
}

/// A sample's bytes, as they lie in the input.
#[derive(Clone, Debug)]
pub enum Data<'a> {
    Whole(&'a [u8]),
    /// The container took the first bytes, which all samples share, off each sample.
    Prefixed(&'a [u8], &'a [u8]),
    /// In the payloads of packets.
    Scattered(mpegts::Pieces<'a>),
}

impl<'a> Data<'a> {
    /// The bytes, piece by piece.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (whole, scattered) = match self {
            Data::Whole(bytes) => ([*bytes, &[]], None),
            Data::Prefixed(prefix, bytes) => ([*prefix, *bytes], None),
            Data::Scattered(pieces) => ([&[][..], &[]], Some(pieces.clone())),
        };
        whole.into_iter().filter(|piece| !piece.is_empty()).chain(scattered.into_iter().flatten())
    }
}

/// How many packets a stream has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub packets: u64,
    /// Those of them that an edit list drops.
    pub discarded: u64,
}
