//! MPEG program streams: packs and packets with lengths, and perhaps an end code.
//!
//! Between packets a cut shows only in the picture that it leaves unfinished, for which the video is read
//! as well, and in a pack in which nothing has come yet.

use super::bytes::{be, begins, byte, index, length, zeros};
use super::picture::Picture;
use super::{Step, Tail, Verdict, Walk};

const START: [u8; 3] = [0, 0, 1];
const END: u8 = 0xb9;
const PACK: u8 = 0xba;
const SYSTEM: u8 = 0xbb;

#[derive(Default)]
pub(super) struct MpegPs {
    packs: bool,
    /// The last thing was the header of a pack, or of the system: packets belong behind it.
    bare_pack: bool,
    /// The end code was the last thing that stood there.
    ended: bool,
    /// A bit each for the stream ids from 0xc0 to 0xef, and for private stream 1.
    streams: u64,
    /// The video that is looked at, by its id, and bytes of its packet that are still to come.
    video: Option<u8>,
    payload: u64,
    picture: Picture,
}

/// The longest packet header of MPEG-1, with all its stuffing.
const OLD_HEADER: usize = 34;

/// Where the data of a packet begin.
fn data_start(bytes: &[u8]) -> u64 {
    if byte(bytes, 6) >> 6 == 2 {
        return u64::from(byte(bytes, 8)).saturating_add(9);
    }
    let stuffing = bytes.iter().skip(6).take(16).take_while(|byte| **byte == 0xff).count();
    let mut at = stuffing.saturating_add(6);
    if byte(bytes, at) >> 6 == 1 {
        at = at.saturating_add(2);
    }
    let times = match byte(bytes, at) >> 4 {
        2 => 5,
        3 => 10,
        _ => 1,
    };
    u64::try_from(at).unwrap_or(0).saturating_add(times)
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
        let size = be(bytes, 4, 2).unwrap_or(0);
        let number = match code {
            0xbd => Some(63),
            0xc0..=0xef => u32::from(code).checked_sub(0xc0),
            _ => None,
        };
        self.streams |= number.and_then(|bit| 1_u64.checked_shl(bit)).unwrap_or(0);
        // A length of 0 leaves the end open.
        if size == 0 {
            return Self::search(bytes);
        }
        let whole = size.saturating_add(6);
        if !(0xe0..=0xef).contains(&code) || *self.video.get_or_insert(code) != code {
            return Step::Advance(whole);
        }
        let wanted = OLD_HEADER.min(index(whole));
        if bytes.len() < wanted {
            return Step::Need(wanted);
        }
        let header = data_start(bytes).min(whole);
        self.payload = whole.saturating_sub(header);
        Step::Advance(header)
    }

    fn look(&mut self, bytes: &[u8]) -> Step {
        let shown = bytes.get(..index(self.payload)).unwrap_or(bytes);
        self.picture.look(shown, Picture::mpeg2_anywhere);
        self.payload = self.payload.saturating_sub(length(shown));
        Step::Advance(length(shown))
    }
}

impl Walk for MpegPs {
    fn step(&mut self, _at: u64, bytes: &[u8]) -> Step {
        if self.payload > 0 {
            return self.look(bytes);
        }
        // The end code, with its four bytes, is the shortest.
        if bytes.len() < 4 {
            return Step::Need(4);
        }
        let code = byte(bytes, 3);
        if !begins(bytes, 0, &START) || code < END {
            return Self::search(bytes);
        }
        self.ended = code == END && self.packs;
        self.bare_pack = matches!(code, PACK | SYSTEM);
        match code {
            END => Step::Advance(4),
            _ if bytes.len() < 6 => Step::Need(6),
            PACK => self.pack(bytes),
            _ => self.packet(code, bytes),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        let header_cut = tail.rest.len() >= 3 && begins(tail.rest, 0, &START);
        let unfinished = self.picture.is_unfinished() && !self.ended;
        if self.payload > 0 || self.bare_pack || (self.packs && (header_cut || unfinished)) {
            return tail.cut();
        }
        if self.ended && zeros(tail.rest) { Verdict::Complete } else { Verdict::Unknown }
    }

    fn tracks(&self) -> u64 {
        u64::from(self.streams.count_ones())
    }
}
