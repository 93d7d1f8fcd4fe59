//! What the four letters of a sample description say about how libavformat treats its samples.

/// The kind of a track as libavformat finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Video,
    Audio,
    Subtitle,
    Data,
}

/// What libavformat does with a sample after it is read: its parsers decide about key frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    H264,
    Hevc,
    Av1,
    Vp8,
    Vp9,
    /// Each sample is a picture of its own, and a key frame.
    Intra,
    /// Handed on as it is.
    Plain,
    /// The same; how long a packet lasts is known when one was decoded.
    Aac,
    Vorbis,
    /// Uncompressed, with bytes per sample and channel.
    Pcm(u32),
    /// May be divided anew, or changed on the way.
    Reframed,
}

impl Coding {
    /// libavformat passes an empty sample of these over.
    pub fn is_parsed(self) -> bool {
        matches!(self, Coding::H264 | Coding::Av1 | Coding::Vp8 | Coding::Vp9)
    }

    /// Whether a packet's time stamps are left alone where they are the same as they should not be.
    pub fn is_reordered(self) -> bool {
        matches!(self, Coding::H264 | Coding::Hevc)
    }
}

/// Of a track whose handler is for video. `None`: not known here.
pub fn video(format: &[u8; 4], avformat_major: u32) -> Option<Coding> {
    Some(match format {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" | b"dva1" | b"dvav" => Coding::H264,
        b"hev1" | b"hvc1" | b"dvhe" => Coding::Hevc,
        b"av01" => Coding::Av1,
        b"vp08" => Coding::Vp8,
        b"vp09" => Coding::Vp9,
        b"jpeg" | b"mjpa" | b"mjpb" | b"png " | b"raw " | b"yuv2" | b"2vuy" | b"yuvs" | b"v210" | b"apch" | b"apcn"
        | b"apcs" | b"apco" | b"ap4h" | b"ap4x" | b"AVdn" | b"AVdh" | b"icod" => Coding::Intra,
        b"mp4v" | b"h263" | b"s263" | b"SVQ1" | b"SVQ3" | b"rle " | b"mp2v" | b"m2v1" | b"xd5b" | b"xdv2" | b"xdvc" => {
            Coding::Plain
        }
        // FFmpeg 5 does not know the codec.
        b"vvc1" | b"vvi1" if avformat_major == 59 => Coding::Plain,
        _ => return None,
    })
}

/// Of a track for sound. `bits` and `version` as its description has them.
pub fn audio(format: &[u8; 4], bits: u32) -> Coding {
    match format {
        b"mp4a" | b"alac" | b"fLaC" | b"Opus" | b"samr" | b"sawb" | b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" | b"mlpa" => {
            Coding::Plain
        }
        // FFmpeg 5 does not know it, later ones count the same.
        b"fpcm" => Coding::Plain,
        b"ulaw" | b"alaw" => Coding::Pcm(1),
        b"raw " | b"NONE" => Coding::Pcm(if bits == 16 { 2 } else { 1 }),
        b"sowt" | b"twos" | b"ipcm" | b"lpcm" => Coding::Pcm(match bits {
            8 => 1,
            24 => 3,
            32 => 4,
            _ => 2,
        }),
        b"in24" => Coding::Pcm(3),
        b"in32" | b"fl32" => Coding::Pcm(4),
        b"fl64" => Coding::Pcm(8),
        _ => Coding::Reframed,
    }
}

/// Of a track that is for neither. `None`: it may be one of the others.
pub fn other(format: &[u8; 4]) -> Option<(Kind, Coding)> {
    Some(match format {
        b"text" | b"tx3g" => (Kind::Subtitle, Coding::Plain),
        b"c608" => (Kind::Subtitle, Coding::Reframed),
        b"tmcd" | b"rtmd" | b"mebx" | b"fdsc" | b"gpmd" | b"mp4s" | b"rtp " | b"wvtt" | b"stpp" | b"mett" | b"metx"
        | b"urim" | b"camm" => (Kind::Data, Coding::Plain),
        _ => return None,
    })
}

/// A codec by the object type of MPEG-4 systems, in a description named `mp4v` or `mp4a`.
pub fn object_type(kind: Kind, number: u8) -> Option<Coding> {
    match (kind, number) {
        (Kind::Video, 0x20 | 0x60..=0x65) => Some(Coding::Plain),
        (Kind::Video, 0x6c..=0x6e) => Some(Coding::Intra),
        (Kind::Video, 0x21 | 0x23 | 0x6a | 0xa3 | 0xb1) => None,
        (Kind::Audio, 0x40 | 0x66..=0x68) => Some(Coding::Aac),
        (Kind::Audio, 0xa9 | 0xad | 0xc1) => Some(Coding::Plain),
        (Kind::Audio, 0xdd) => Some(Coding::Vorbis),
        (Kind::Audio, _) => Some(Coding::Reframed),
        (Kind::Subtitle | Kind::Data, 0xe0 | 0x08 | 0x01 | 0x02) => Some(Coding::Plain),
        _ => None,
    }
}
