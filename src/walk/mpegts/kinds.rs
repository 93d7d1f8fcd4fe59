//! What a stream holds, by its type in the PMT and the descriptors beside it.

use crate::walk::bytes::Cursor;
use crate::walk::{Codec, Declined, Media};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub media: Media,
    pub codec: Codec,
    /// How its packets are cut into pictures, if that is done here.
    pub cut: Option<Cut>,
    /// Sections, not PES packets.
    pub sections: bool,
    /// libavformat looks into the stream itself for what it holds.
    pub guessed: bool,
    /// Samples are scrambled inside their packets.
    pub scrambled: bool,
}

/// The elementary streams that are cut into pictures here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    H264,
    Hevc,
    Mpeg2,
}

const OTHER: Kind =
    Kind { media: Media::Other, codec: Codec::Other, cut: None, sections: false, guessed: false, scrambled: false };
/// The programme guide, which libavformat hands on as a stream of packets.
pub const EVENTS: Kind = Kind { sections: true, ..OTHER };
const GUESSED: Kind = Kind { guessed: true, ..OTHER };
const VIDEO: Kind = Kind { media: Media::Video, ..OTHER };
const H264: Kind = Kind { codec: Codec::H264, cut: Some(Cut::H264), ..VIDEO };
const HEVC: Kind = Kind { codec: Codec::Hevc, cut: Some(Cut::Hevc), ..VIDEO };
const MPEG2: Kind = Kind { cut: Some(Cut::Mpeg2), ..VIDEO };

/// A descriptor that may say what a stream holds.
const REGISTRATION: u8 = 0x05;
/// Objects of MPEG-4 systems, of which streams may be made.
const OBJECTS: u8 = 0x1d;

fn descriptors(bytes: &[u8]) -> impl Iterator<Item = Result<(u8, &[u8]), Declined>> {
    let mut cursor = Cursor::new(bytes);
    std::iter::from_fn(move || {
        let tag = cursor.u8()?;
        let body = cursor.u8().and_then(|size| cursor.take(u64::from(size)));
        if body.is_none() {
            cursor = Cursor::new(&[]);
        }
        Some(body.map(|body| (tag, body)).ok_or_else(|| Declined::damaged("a descriptor that is cut")))
    })
}

/// What a program's own descriptors register.
pub fn registration(bytes: &[u8]) -> Result<Option<[u8; 4]>, Declined> {
    let mut registered = None;
    for descriptor in descriptors(bytes) {
        match descriptor? {
            (OBJECTS, _) => return Err(Declined::structure("MPEG-4 systems in a transport stream")),
            (REGISTRATION, body) => registered = body.first_chunk().copied().or(registered),
            _ => {}
        }
    }
    Ok(registered)
}

/// `registered`: the program's own registration, which gives some types another meaning.
pub fn kind(stream_type: u8, registered: Option<[u8; 4]>, described: &[u8]) -> Result<Kind, Declined> {
    let blu_ray = registered.is_some_and(|registered| matches!(&registered, b"HDMV" | b"HDPR"));
    let known = match stream_type {
        0x01 | 0x02 => MPEG2,
        0x1b | 0x20 => H264,
        0x24 => HEVC,
        0x10 | 0x21 | 0x42 | 0xd1 | 0xd2 | 0xd4 | 0xea => VIDEO,
        0x03 | 0x1c => OTHER,
        // Audio, but for what it turns out to be.
        0x04 | 0x0f => GUESSED,
        0x80 | 0x82 | 0x84..=0x86 | 0xa1 | 0xa2 | 0x90 | 0x92 if blu_ray => OTHER,
        0x81 | 0x8a => OTHER,
        0xdb => Kind { scrambled: true, ..H264 },
        0xcf | 0xc1 | 0xc2 => Kind { scrambled: true, ..OTHER },
        0x86 if registered.as_ref() == Some(b"CUEI") => Kind { sections: true, ..OTHER },
        0x00 | 0x11..=0x13 => return Err(Declined::structure("a stream type that is not walked")),
        0x83 if blu_ray => return Err(Declined::structure("two streams on one PID")),
        _ => GUESSED,
    };
    let mut kind = known;
    for descriptor in descriptors(described) {
        let (tag, body) = descriptor?;
        if !kind.guessed {
            continue;
        }
        kind = match (tag, body) {
            (0x6a | 0x7a | 0x7b | 0x56 | 0x59, _) if stream_type == 6 => OTHER,
            (REGISTRATION, [b'H', b'E', b'V', b'C', ..]) => HEVC,
            (REGISTRATION, [b'V', b'C', b'-', b'1', ..] | [b'd', b'r', b'a', b'c', ..]) => VIDEO,
            _ => continue,
        };
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_what_its_type_says_or_its_descriptors() {
        assert_eq!(kind(0x1b, None, &[]).unwrap(), H264);
        assert_eq!(kind(0x06, None, &[5, 4, b'H', b'E', b'V', b'C']).unwrap(), HEVC);
        assert_eq!(kind(0x06, None, &[0x0a, 1, 0, 0x6a, 1, 0]).unwrap(), OTHER);
        assert_eq!(kind(0x06, None, &[]).unwrap(), GUESSED);
        assert_eq!(kind(0x86, Some(*b"CUEI"), &[]).unwrap(), Kind { sections: true, ..OTHER });
        assert_eq!(kind(0x86, Some(*b"HDMV"), &[]).unwrap(), OTHER);
    }

    #[test]
    fn what_makes_other_streams_than_it_names_is_declined() {
        assert!(kind(0x83, Some(*b"HDMV"), &[]).is_err());
        assert!(kind(0x13, None, &[]).is_err());
        assert!(registration(&[OBJECTS, 1, 0]).is_err());
        assert!(kind(0x1b, None, &[5, 9, 0]).is_err());
        assert_eq!(registration(&[5, 4, b'C', b'U', b'E', b'I']).unwrap(), Some(*b"CUEI"));
    }
}
