//! MPEG program streams: packs and packets with lengths, and perhaps an end code.

use super::bytes::{be, begins, byte, zeros};
use super::{Step, Tail, Verdict, Walk};

const START: [u8; 3] = [0, 0, 1];
const END: u8 = 0xb9;
const PACK: u8 = 0xba;

#[derive(Default)]
pub(super) struct MpegPs {
    packs: bool,
    /// The end code was the last thing that stood there.
    ended: bool,
    /// A bit each for the stream ids from 0xc0 to 0xef, and for private stream 1.
    streams: u64,
}

impl MpegPs {
    /// The next place at which a start code of this level may begin.
    fn search(bytes: &[u8]) -> Step {
        let found = bytes.windows(4).skip(1).position(|window| window.starts_with(&START) && byte(window, 3) >= END);
        let distance = found.map_or(bytes.len().saturating_sub(3), |place| place.saturating_add(1));
        Step::Advance(u64::try_from(distance).unwrap_or(1))
    }

    fn pack(&mut self, bytes: &[u8]) -> Step {
        self.packs = true;
        match byte(bytes, 4) >> 6 {
            // MPEG-2, with up to seven bytes of stuffing.
            1 if bytes.len() < 14 => Step::Need(14),
            1 => Step::Advance(u64::from(byte(bytes, 13) & 7).saturating_add(14)),
            _ => Step::Advance(12),
        }
    }

    fn packet(&mut self, code: u8, bytes: &[u8]) -> Step {
        let length = be(bytes, 4, 2).unwrap_or(0);
        let number = match code {
            0xbd => Some(63),
            0xc0..=0xef => u32::from(code).checked_sub(0xc0),
            _ => None,
        };
        self.streams |= number.and_then(|bit| 1_u64.checked_shl(bit)).unwrap_or(0);
        // A length of 0 leaves the end open.
        if length == 0 { Self::search(bytes) } else { Step::Advance(length.saturating_add(6)) }
    }
}

impl Walk for MpegPs {
    fn step(&mut self, _at: u64, bytes: &[u8]) -> Step {
        // The end code, with its four bytes, is the shortest.
        if bytes.len() < 4 {
            return Step::Need(4);
        }
        let code = byte(bytes, 3);
        if !begins(bytes, 0, &START) || code < END {
            return Self::search(bytes);
        }
        self.ended = code == END && self.packs;
        match code {
            END => Step::Advance(4),
            _ if bytes.len() < 6 => Step::Need(6),
            PACK => self.pack(bytes),
            _ => self.packet(code, bytes),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        let header_cut = tail.rest.len() >= 3 && begins(tail.rest, 0, &START);
        if self.packs && header_cut {
            return tail.cut();
        }
        if self.ended && zeros(tail.rest) { Verdict::Complete } else { Verdict::Unknown }
    }

    fn tracks(&self) -> u64 {
        u64::from(self.streams.count_ones())
    }
}
