//! Which pictures libavcodec's parsers call key frames.

use super::kinds::Cut;
use super::pieces::Pieces;
use super::scan::Scanner;
use crate::walk::Declined;
use crate::walk::codec::{h264, hevc};

#[derive(Clone, Debug)]
pub enum Keys {
    H264(h264::Parser),
    Hevc,
    /// The type of the last picture.
    Mpeg2(u8),
}

impl Keys {
    pub fn new(cut: Cut) -> Self {
        match cut {
            Cut::H264 => Keys::H264(Default::default()),
            Cut::Hevc => Keys::Hevc,
            Cut::Mpeg2 => Keys::Mpeg2(0),
        }
    }

    /// Whether the next packet is a key frame.
    pub fn next(&mut self, packet: Pieces) -> Result<bool, Declined> {
        match self {
            Keys::H264(parser) => h264(packet, parser),
            Keys::Hevc => hevc(packet),
            Keys::Mpeg2(last) => mpeg2(packet, last),
        }
    }
}

/// Calls `visit` for the first bytes of the unit behind each start code, as many as `wanted` says for the unit's first
/// byte, until it gives a result.
pub fn each_unit<T>(
    packet: Pieces,
    wanted: impl Fn(u8) -> usize,
    mut visit: impl FnMut(&[u8]) -> Result<Option<T>, Declined>,
) -> Result<Option<T>, Declined> {
    let mut scanner = Scanner { zeros: 0 };
    let mut unit = Vec::new();
    // How many bytes of the unit are still to come; `None` outside of any.
    let mut most: Option<usize> = None;
    for piece in packet {
        let mut rest = piece;
        loop {
            let Some(left) = most else {
                if scanner.next(&mut rest).is_none() {
                    break;
                }
                most = Some(usize::MAX);
                continue;
            };
            let Some((byte, behind)) = rest.split_first() else { break };
            rest = behind;
            let left = if unit.is_empty() { wanted(*byte) } else { left };
            if scanner.push(*byte).is_some() {
                // The zeros of the start code belong to no unit.
                let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
                let result = visit(unit.get(..end).unwrap_or(&[]))?;
                unit.clear();
                most = Some(usize::MAX);
                if result.is_some() {
                    return Ok(result);
                }
                continue;
            }
            if left > 0 {
                unit.push(*byte);
            }
            most = Some(left.saturating_sub(1)).filter(|left| *left > 0);
            if most.is_none() {
                let result = visit(&unit)?;
                unit.clear();
                if result.is_some() {
                    return Ok(result);
                }
            }
        }
    }
    if unit.is_empty() { Ok(None) } else { visit(&unit) }
}

fn h264(packet: Pieces, parser: &mut h264::Parser) -> Result<bool, Declined> {
    let mut recovers = false;
    let key = each_unit(packet, h264::wanted, |unit| {
        if unit.len() >= h264::LONGEST {
            return Err(Declined::structure("a parameter set or message of more than 64 KiB"));
        }
        parser.look(unit, &mut recovers)
    })?;
    Ok(key.unwrap_or(false))
}

/// The first slice says it.
fn hevc(packet: Pieces) -> Result<bool, Declined> {
    let key = each_unit(packet, |_| 2, |unit| Ok(unit.first_chunk().and_then(|header| hevc::is_key(*header))))?;
    Ok(key.unwrap_or(false))
}

/// The type that the last picture header before the slices tells, or one before. It is the second byte behind the code,
/// whatever else that byte belongs to.
fn mpeg2(packet: Pieces, last: &mut u8) -> Result<bool, Declined> {
    let mut scanner = Scanner { zeros: 0 };
    let (mut code, mut picture) = (false, 0u8);
    for mut rest in packet {
        while !rest.is_empty() {
            if !code && picture == 0 {
                code = scanner.next(&mut rest).is_some();
                continue;
            }
            let Some((byte, behind)) = rest.split_first() else { break };
            rest = behind;
            if std::mem::take(&mut code) {
                match byte {
                    0x01..=0xaf => return Ok(*last == 1),
                    0 => picture = 2,
                    _ => {}
                }
                // The code itself is no part of the next one.
                scanner.zeros = 0;
                continue;
            }
            picture = picture.saturating_sub(1);
            if picture == 0 {
                *last = (byte >> 3) & 7;
            }
            code = scanner.push(*byte).is_some();
        }
    }
    Ok(*last == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::mpegts::packets::{Layout, SYNC};
    use crate::walk::mpegts::pieces::Place;

    /// Whether this packet is a key frame of MPEG-2 video, in two pieces.
    fn key(data: &[u8], first: usize) -> bool {
        let mut bytes = Vec::new();
        for _ in 0..20 {
            bytes.extend([SYNC, 1, 0, 0x10]);
            bytes.extend([0xff; 184]);
        }
        bytes[188 - first..188].copy_from_slice(&data[..first]);
        bytes[192..192 + data.len() - first].copy_from_slice(&data[first..]);
        let begin = Place { packet: 0, skip: 184 - first as u64 };
        let pieces = Pieces::new(Layout::find(&bytes).unwrap(), 0x100, begin, data.len() as u64);
        Keys::new(Cut::Mpeg2).next(pieces).unwrap()
    }

    #[test]
    fn an_mpeg2_picture_is_a_key_frame_by_its_header_before_the_slices() {
        for first in 1..8 {
            assert!(key(&[0, 0, 1, 0, 9, 0x08, 0, 0, 1, 1, 9], first));
            assert!(!key(&[0, 0, 1, 0, 9, 0x10, 0, 0, 1, 1, 9], first));
            assert!(!key(&[0, 0, 1, 1, 9, 9, 0, 0, 1, 0, 9, 0x08], first));
            // Neither the code nor what follows it hides the other.
            assert!(!key(&[0, 0, 1, 0, 0, 1, 0, 0, 9, 0x08, 9, 9], first));
            assert!(key(&[0, 0, 1, 0, 0, 0, 1, 0, 9, 0x08, 9, 9], first));
        }
    }
}
