//! The header of a PES packet: what a stream is cut into before it is cut into transport packets.

use crate::walk::Declined;
use crate::walk::bytes::Cursor;

/// A PES packet's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'p> {
    /// Bytes before the stream's own.
    pub header: usize,
    /// All its bytes; `None` where it does not say.
    pub size: Option<u64>,
    pub scrambled: bool,
    /// Which times there are, and the bytes that they are the first of.
    flags: u8,
    fields: &'p [u8],
}

impl Start<'_> {
    pub fn pts(&self) -> Option<i64> {
        if self.flags & 0x80 == 0 { None } else { self.fields.first_chunk().map(stamp) }
    }

    /// It is to be shown long before or after it is to be decoded: one of both times lies behind a wrap, or is wrong.
    pub fn is_far(&self) -> bool {
        let dts =
            self.fields.get(5..).filter(|_| self.flags & 0x40 != 0).and_then(|rest| rest.first_chunk()).map(stamp);
        self.pts().zip(dts).is_some_and(|(pts, dts)| pts.abs_diff(dts) > FAR)
    }
}

/// Half a minute.
pub const FAR: u64 = 30 * 90_000;

/// Whether a payload looks like a PES packet to libavformat, or is too short to tell.
#[inline(always)]
pub fn begins(payload: &[u8]) -> bool {
    let prefix = [0, 0, 1];
    payload.iter().zip(prefix).all(|(byte, wanted)| *byte == wanted)
}

/// Its size where it states one, by as much of it as is needed for that.
#[inline(always)]
pub fn size(payload: &[u8]) -> Result<Option<u64>, Declined> {
    let mut cursor = Cursor::new(payload);
    let (Some(_), Some(length)) = (cursor.u32(), cursor.u16()) else {
        return Err(Declined::structure("a PES header in pieces"));
    };
    Ok((length > 0).then(|| u64::from(length).saturating_add(6)))
}

/// The whole header, which must lie in one payload.
#[inline(always)]
pub fn start(payload: &[u8]) -> Result<Start<'_>, Declined> {
    let in_pieces = || Declined::structure("a PES header in pieces");
    let size = size(payload)?;
    let [_, _, _, id, _, _, marks, flags, length, rest @ ..] = payload else { return Err(in_pieces()) };
    // Padding, and what has no header of this form.
    if matches!(id, 0xbc | 0xbe | 0xbf | 0xf0 | 0xf1 | 0xf2 | 0xf8 | 0xff) {
        return Err(Declined::structure("a PES packet that holds no stream"));
    }
    let fields = rest.get(..usize::from(*length)).ok_or_else(in_pieces)?;
    let header = usize::from(*length).saturating_add(9);
    if size.is_some_and(|size| u64::try_from(header).is_ok_and(|header| size <= header)) {
        return Err(Declined::damaged("a PES packet that is shorter than its header"));
    }
    Ok(Start { header, size, scrambled: marks & 0xc0 == 0x80 && marks & 0x30 != 0, flags: *flags, fields })
}

/// 33 bits, with marker bits between.
fn stamp(field: &[u8; 5]) -> i64 {
    let [first, second, third, fourth, fifth] = field.map(i64::from);
    ((first & 0x0e) << 29) | (second << 22) | ((third & 0xfe) << 14) | (fourth << 7) | (fifth >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_its_size_and_its_time() {
        let header = [0, 0, 1, 0xe0, 0, 20, 0x80, 0x80, 5, 0x21, 0, 5, 0xbf, 0x21, 9, 9];
        let start = start(&header).unwrap();
        assert_eq!((start.header, start.size, start.pts(), start.scrambled), (14, Some(26), Some(90000), false));
    }

    #[test]
    fn a_time_behind_a_wrap_is_far_from_the_other() {
        let header = |dts| {
            [[0, 0, 1, 0xe0, 0, 30, 0x80, 0xc0, 10].as_slice(), &[0x31, 0, 5, 0xbf, 0x21], dts, &[9; 20]].concat()
        };
        assert!(!start(&header(&[0x11, 0, 5, 0xbf, 0x21])).unwrap().is_far());
        assert!(start(&header(&[0x1f, 0xff, 0xff, 0xff, 0xff])).unwrap().is_far());
    }

    #[test]
    fn a_header_in_pieces_or_longer_than_its_packet_is_declined() {
        assert!(start(&[0, 0, 1, 0xe0, 0, 0, 0x80, 0, 5, 1]).is_err());
        assert!(start(&[0, 0, 1, 0xe0, 0, 3, 0x80, 0, 0]).is_err());
        assert!(start(&[0, 0, 1, 0xbe, 0, 9, 0x80, 0, 0]).is_err());
        assert!(size(&[0, 0, 1, 0xe0, 0]).is_err());
    }
}
