//! What libavformat does to the frames of each codec before it hands them out as packets: it leaves them alone, or runs
//! a parser over them, which may set their flags, drop them or cut them up anew.

use crate::walk::Codec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Key frames are those that the container calls so.
    Container,
    /// Every frame is a key frame.
    Key,
    /// The frame itself says whether it is one.
    Vp8,
    Vp9,
    Theora,
    H264,
    /// Frames that the parser leaves whole only if they are what they should be.
    Ac3,
    Mp2,
    Opus,
    /// A packet for each frame, with flags or bytes that only libavformat knows.
    Counted,
    /// Only libavformat knows what packets there will be.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Treatment {
    pub codec: Codec,
    pub rule: Rule,
    /// A parser looks at the frames. It passes no empty ones, and knows how long sound lasts.
    pub parsed: bool,
}

const fn other(rule: Rule, parsed: bool) -> Treatment {
    Treatment { codec: Codec::Other, rule, parsed }
}

/// By the beginning of the codec id; the first that fits counts.
const BY_ID: &[(&str, Treatment)] = &[
    ("V_MPEG4/ISO/AVC", Treatment { codec: Codec::H264, rule: Rule::H264, parsed: true }),
    ("V_MPEGH/ISO/HEVC", Treatment { codec: Codec::Hevc, rule: Rule::Container, parsed: false }),
    ("V_VP8", other(Rule::Vp8, true)),
    ("V_VP9", other(Rule::Vp9, true)),
    ("V_AV1", other(Rule::Counted, true)),
    ("V_THEORA", other(Rule::Theora, true)),
    ("V_MJPEG", other(Rule::Key, true)),
    ("V_UNCOMPRESSED", other(Rule::Key, false)),
    ("V_FFV1", other(Rule::Container, false)),
    ("V_SNOW", other(Rule::Container, false)),
    ("V_MPEG4/MS/V3", other(Rule::Container, false)),
    ("V_MPEG4/ISO/ASP", other(Rule::Counted, true)),
    ("V_MPEG4/ISO/AP", other(Rule::Counted, true)),
    ("V_MPEG4/ISO/SP", other(Rule::Counted, true)),
    ("V_MPEG1", other(Rule::Counted, true)),
    ("V_MPEG2", other(Rule::Counted, true)),
    ("V_REAL/RV", other(Rule::Counted, true)),
    // An empty frame would become a packet.
    ("V_PRORES", other(Rule::Unknown, true)),
    ("V_DIRAC", other(Rule::Unknown, true)),
    ("V_AVS", other(Rule::Unknown, true)),
    ("A_AAC", other(Rule::Key, false)),
    ("A_ALAC", other(Rule::Key, false)),
    ("A_PCM/INT/BIG", other(Rule::Key, false)),
    ("A_PCM/INT/LIT", other(Rule::Key, false)),
    ("A_PCM/FLOAT/IEEE", other(Rule::Key, false)),
    ("A_VORBIS", other(Rule::Key, true)),
    ("A_FLAC", other(Rule::Key, true)),
    ("A_DTS", other(Rule::Key, true)),
    ("A_OPUS", other(Rule::Opus, true)),
    ("A_AC3", other(Rule::Ac3, true)),
    ("A_MPEG/L2", other(Rule::Mp2, true)),
    ("A_MPEG/L1", other(Rule::Mp2, true)),
    // Cut up anew, merged or rebuilt.
    ("A_MPEG/L3", other(Rule::Unknown, true)),
    ("A_EAC3", other(Rule::Unknown, true)),
    ("A_MLP", other(Rule::Unknown, true)),
    ("A_TRUEHD", other(Rule::Unknown, true)),
    ("A_WAVPACK4", other(Rule::Unknown, true)),
    ("A_TTA1", other(Rule::Counted, false)),
    ("A_QUICKTIME", other(Rule::Unknown, true)),
    ("D_WEBVTT/", other(Rule::Unknown, false)),
    ("S_TEXT/UTF8", other(Rule::Key, false)),
    ("S_TEXT/ASCII", other(Rule::Key, false)),
    ("S_TEXT/ASS", other(Rule::Key, false)),
    ("S_TEXT/SSA", other(Rule::Key, false)),
    ("S_ASS", other(Rule::Key, false)),
    ("S_SSA", other(Rule::Key, false)),
    ("S_VOBSUB", other(Rule::Key, false)),
    ("S_DVBSUB", other(Rule::Key, false)),
    ("S_HDMV/PGS", other(Rule::Key, false)),
    ("S_HDMV/TEXTST", other(Rule::Key, false)),
];

/// What is done to a codec that libavformat does not know: nothing. Newer majors know more than 5.1.
pub fn by_id(id: &[u8], avformat_major: u32) -> Treatment {
    let found = BY_ID.iter().find(|(prefix, _)| id.starts_with(prefix.as_bytes()));
    found.map_or(other(if avformat_major == 59 { Rule::Container } else { Rule::Unknown }, false), |(_, treatment)| {
        *treatment
    })
}

/// The codec that Windows names by four characters, if it is a common one.
pub fn by_four_characters(name: &[u8]) -> Option<Treatment> {
    match name {
        b"H264" | b"h264" | b"X264" | b"x264" | b"avc1" => {
            Some(Treatment { codec: Codec::H264, rule: Rule::Counted, parsed: true })
        }
        b"XVID" | b"DIVX" | b"DX50" | b"FMP4" => Some(other(Rule::Counted, true)),
        // The time stamps of these are of the order of decoding, which is that of showing.
        b"DIV3" | b"MP42" | b"MP43" | b"WMV3" | b"FFV1" => Some(other(Rule::Container, false)),
        b"HFYU" => Some(other(Rule::Key, false)),
        b"MJPG" => Some(other(Rule::Key, true)),
        _ => None,
    }
}
