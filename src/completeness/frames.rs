//! Streams of bare audio frames: MP3, AAC in ADTS, AMR. Each frame's header says how long it is.
//!
//! A frame that runs past the end is cut. Only an MP3 may say how many frames there are
//! (in the tag that Xing invented), so that a clean end elsewhere proves nothing.

use super::bytes::{be, begins, byte, le, tag, zeros};
use super::{Step, Tail, Verdict, Walk};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mp3,
    Adts,
    Amr,
    AmrWide,
}

pub(super) struct Frames {
    kind: Kind,
    started: bool,
    frames: u64,
    /// What the MP3's own tag promises: frames after it, and the byte at which they end.
    promised_frames: Option<u64>,
    promised_end: Option<u64>,
    /// A tag stands behind the frames.
    tagged: bool,
    lost: bool,
}

/// Enough of an MP3 frame to hold Xing's tag with its two numbers, or Fraunhofer's.
const XING: usize = 56;
/// Bytes of a frame after type `n`, narrow and wide band: types that do not exist have none.
const AMR_SIZES: [u64; 16] = [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1];
const AMR_WIDE_SIZES: [u64; 16] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1];
const MPEG1_KBITS: [[u64; 15]; 3] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const MPEG2_KBITS: [[u64; 15]; 2] = [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// An MPEG audio frame: its size, and where in it a tag would stand.
fn mpeg_audio(bytes: &[u8]) -> Option<(u64, usize)> {
    let header = be(bytes, 0, 4)?;
    let field = |shift: u32, mask: u64| header.checked_shr(shift).unwrap_or(0) & mask;
    let (version, layer) = (field(19, 3), field(17, 3));
    if field(21, 0x7ff) != 0x7ff || version == 1 || layer == 0 {
        return None;
    }
    let layer = usize::try_from(3_u64.checked_sub(layer)?).ok()?;
    let mpeg1 = version == 3;
    let table = if mpeg1 { MPEG1_KBITS.get(layer)? } else { MPEG2_KBITS.get(layer.min(1))? };
    let bits = table.get(usize::try_from(field(12, 15)).ok()?).filter(|kbits| **kbits > 0)?.checked_mul(1000)?;
    let halvings = match version {
        3 => 0,
        2 => 1,
        _ => 2,
    };
    let rate = [44_100_u64, 48_000, 32_000].get(usize::try_from(field(10, 3)).ok()?)?.checked_shr(halvings)?;
    let padding = field(9, 1);
    let size = match layer {
        0 => bits.checked_mul(12)?.checked_div(rate)?.saturating_add(padding).saturating_mul(4),
        2 if !mpeg1 => bits.checked_mul(72)?.checked_div(rate)?.saturating_add(padding),
        _ => bits.checked_mul(144)?.checked_div(rate)?.saturating_add(padding),
    };
    let mono = field(6, 3) == 3;
    let side = match (mpeg1, mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    Some((size, usize::saturating_add(side, 4)))
}

fn adts(bytes: &[u8]) -> Option<u64> {
    let header = be(bytes, 0, 7)?;
    let synced = header >> 44 == 0xfff && (header >> 41) & 3 == 0;
    Some((header >> 13) & 0x1fff).filter(|size| synced && *size >= 7)
}

impl Frames {
    pub(super) fn mp3() -> Self {
        Self::new(Kind::Mp3)
    }

    pub(super) fn aac() -> Self {
        Self::new(Kind::Adts)
    }

    pub(super) fn amr() -> Self {
        Self::new(Kind::Amr)
    }

    fn new(kind: Kind) -> Self {
        Self { kind, started: false, frames: 0, promised_frames: None, promised_end: None, tagged: false, lost: false }
    }

    fn stop(&mut self) -> Step {
        self.lost = true;
        Step::Done
    }

    fn amr_magic(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < 9 {
            return Step::Need(9);
        }
        self.started = true;
        if begins(bytes, 0, b"#!AMR-WB\n") {
            self.kind = Kind::AmrWide;
            return Step::Advance(9);
        }
        if begins(bytes, 0, b"#!AMR\n") { Step::Advance(6) } else { self.stop() }
    }

    fn amr_frame(&mut self, bytes: &[u8]) -> Step {
        let head = byte(bytes, 0);
        let sizes = if self.kind == Kind::AmrWide { AMR_WIDE_SIZES } else { AMR_SIZES };
        let size = sizes.get(usize::from(head >> 3) & 15).copied().unwrap_or(0);
        // Padding bits are zero.
        if head & 0x83 != 0 || size == 0 { self.stop() } else { Step::Advance(size) }
    }

    /// Tags before, between and behind frames.
    fn other_tag(&mut self, bytes: &[u8]) -> Option<Step> {
        let step = if begins(bytes, 0, b"ID3") {
            let size = (0..4)
                .fold(0_u64, |size, nth: usize| (size << 7) | u64::from(byte(bytes, nth.saturating_add(6)) & 0x7f));
            let footer = if byte(bytes, 5) & 0x10 == 0 { 10 } else { 20 };
            Step::Advance(size.saturating_add(footer))
        } else if begins(bytes, 0, b"TAG") {
            Step::Advance(128)
        } else if begins(bytes, 0, b"APETAGEX") {
            if bytes.len() < 32 {
                return Some(Step::Need(32));
            }
            // The size counts the items and the footer, and not this header.
            let headed = byte(bytes, 23) & 0x20 != 0;
            Step::Advance(if headed { le(bytes, 12, 4).unwrap_or(0).saturating_add(32) } else { 32 })
        } else {
            return None;
        };
        self.tagged = self.frames > 0;
        Some(step)
    }

    fn frame(&mut self, at: u64, bytes: &[u8]) -> Step {
        if bytes.len() < 10 {
            return Step::Need(10);
        }
        if let Some(step) = self.other_tag(bytes) {
            return step;
        }
        // Some writers do not count the padding behind a tag.
        let padding = bytes.iter().take_while(|byte| **byte == 0).count();
        if padding > 0 && self.frames == 0 {
            return Step::Advance(u64::try_from(padding).unwrap_or(1));
        }
        self.tagged = false;
        let size = match self.kind {
            Kind::Adts => adts(bytes),
            _ if self.frames > 0 => mpeg_audio(bytes).map(|(size, _)| size),
            _ => {
                if bytes.len() < XING {
                    return Step::Need(XING);
                }
                mpeg_audio(bytes).inspect(|(_, place)| self.read_xing(at, bytes, *place)).map(|(size, _)| size)
            }
        };
        let Some(size) = size.filter(|size| *size > 0) else { return self.stop() };
        self.started = true;
        self.frames = self.frames.saturating_add(1);
        Step::Advance(size)
    }

    fn read_xing(&mut self, at: u64, bytes: &[u8], place: usize) {
        let (frames, size) = match &tag(bytes, place) {
            b"Xing" | b"Info" => {
                let flags = be(bytes, place.saturating_add(4), 4).unwrap_or(0);
                if flags & 3 != 3 {
                    return;
                }
                (be(bytes, place.saturating_add(8), 4), be(bytes, place.saturating_add(12), 4))
            }
            _ if begins(bytes, 36, b"VBRI") => (be(bytes, 50, 4), be(bytes, 46, 4)),
            _ => return,
        };
        self.promised_frames = frames.filter(|frames| *frames > 0);
        self.promised_end = size.filter(|size| *size > 0).map(|size| at.saturating_add(size));
    }
}

/// Whether these few bytes begin a frame or a tag, rather than being junk.
fn begins_more(rest: &[u8]) -> bool {
    let tag = |name: &&[u8]| name.iter().zip(rest).all(|(due, found)| due == found);
    !rest.is_empty() && [&[0xff][..], b"TAG", b"APETAGEX", b"ID3"].iter().any(tag)
}

impl Walk for Frames {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step {
        match self.kind {
            Kind::Amr | Kind::AmrWide if !self.started => self.amr_magic(bytes),
            Kind::Amr | Kind::AmrWide => self.amr_frame(bytes),
            Kind::Mp3 | Kind::Adts => self.frame(at, bytes),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        // The frame with the promise is not among those promised.
        let fewer = self.promised_frames.map(|frames| frames > self.frames.saturating_sub(1));
        if let (Some(fewer), Some(end)) = (fewer, self.promised_end) {
            // Two numbers that agree: either alone is wrong in files that were edited.
            if !fewer {
                return if begins_more(tail.rest) { tail.cut() } else { Verdict::Complete };
            }
            if fewer && end > tail.end {
                return tail.cut();
            }
        }
        if self.lost || !self.started || self.tagged || zeros(tail.rest) {
            return Verdict::Unknown;
        }
        if byte(tail.rest, 0) == 0xff { tail.cut() } else { Verdict::Unknown }
    }

    fn tracks(&self) -> u64 {
        u64::from(self.started)
    }
}
