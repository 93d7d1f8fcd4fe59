//! FLAC: STREAMINFO says how many samples there are, each frame how many it holds and, by its check
//! sum, where it ends.

use super::bytes::{be, begins, byte, length};
use super::{Step, Tail, Verdict, Walk};

/// The longest frame header.
const HEADER: usize = 16;

#[derive(Default)]
pub(super) struct Flac {
    started: bool,
    audio: bool,
    block_size: u64,
    total: u64,
    /// Samples up to the end of the frame that has begun.
    samples: u64,
    frames: bool,
    /// What the next frame's header must count.
    next: u64,
    /// Over the frame that has begun, its check sum included once it is whole: then 0.
    check: u16,
    whole: bool,
}

struct Frame {
    /// Its own number, or its first sample's.
    number: u64,
    variable: bool,
    samples: u64,
}

/// A frame header, if its own check sum is right.
fn frame(bytes: &[u8]) -> Option<Frame> {
    if byte(bytes, 0) != 0xff || byte(bytes, 1) & 0xfe != 0xf8 {
        return None;
    }
    let (sizes, rates) = (byte(bytes, 2) >> 4, byte(bytes, 2) & 15);
    let first = byte(bytes, 4);
    let more = match first.leading_ones() {
        0 => 0_usize,
        count @ 2..=7 => usize::try_from(count.saturating_sub(1)).ok()?,
        _ => return None,
    };
    let mask = 0x7f_u8.checked_shr(first.leading_ones()).unwrap_or(0);
    let mut number = u64::from(if more == 0 { first } else { first & mask });
    for nth in 0..more {
        number = (number << 6) | u64::from(byte(bytes, nth.saturating_add(5)) & 0x3f);
    }
    let mut at = more.saturating_add(5);
    let samples = match sizes {
        0 => return None,
        1 => 192,
        2..=5 => 144_u64.checked_shl(u32::from(sizes))?,
        6 => {
            at = at.saturating_add(1);
            be(bytes, at.saturating_sub(1), 1)?.saturating_add(1)
        }
        7 => {
            at = at.saturating_add(2);
            be(bytes, at.saturating_sub(2), 2)?.saturating_add(1)
        }
        _ => 1_u64.checked_shl(u32::from(sizes))?,
    };
    at = at.saturating_add(match rates {
        12 => 1,
        13 | 14 => 2,
        15 => return None,
        _ => 0,
    });
    let header = bytes.get(..at)?;
    let right = check8(header) == *bytes.get(at)?;
    right.then_some(Frame { number, variable: byte(bytes, 1) & 1 == 1, samples })
}

fn check8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |check, byte| {
        (0..8).fold(check ^ byte, |check, _| if check & 0x80 == 0 { check << 1 } else { (check << 1) ^ 0x07 })
    })
}

const CHECK16: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte: u16 = 0;
    let mut rest: &mut [u16] = &mut table;
    while let Some((entry, more)) = rest.split_first_mut() {
        let mut check = byte << 8;
        let mut bit = 0_u8;
        while bit < 8 {
            check = if check & 0x8000 == 0 { check << 1 } else { (check << 1) ^ 0x8005 };
            bit = bit.wrapping_add(1);
        }
        *entry = check;
        byte = byte.wrapping_add(1);
        rest = more;
    }
    table
};

fn check16(check: u16, byte: u8) -> u16 {
    let [high, low] = check.to_be_bytes();
    let entry = CHECK16.get(usize::from(high ^ byte)).copied().unwrap_or(0);
    (u16::from(low) << 8) ^ entry
}

impl Flac {
    fn metadata(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < 4 {
            return Step::Need(4);
        }
        if !self.started {
            if begins(bytes, 0, b"ID3") {
                if bytes.len() < 10 {
                    return Step::Need(10);
                }
                let size = (6..10).fold(0_u64, |size, nth| (size << 7) | u64::from(byte(bytes, nth) & 0x7f));
                return Step::Advance(size.saturating_add(10));
            }
            if !begins(bytes, 0, b"fLaC") {
                return Step::Done;
            }
            self.started = true;
            return Step::Advance(4);
        }
        let kind = byte(bytes, 0);
        if kind & 0x7f == 0 {
            if bytes.len() < 26 {
                return Step::Need(26);
            }
            self.block_size = be(bytes, 6, 2).unwrap_or(0);
            self.total = be(bytes, 17, 5).unwrap_or(0) & 0xf_ffff_ffff;
        }
        self.audio = kind & 0x80 != 0;
        Step::Advance(be(bytes, 1, 3).unwrap_or(0).saturating_add(4))
    }

    fn frames(&mut self, bytes: &[u8]) -> Step {
        for window in bytes.windows(HEADER) {
            let first = byte(window, 0);
            if first == 0xff
                && let Some(frame) = frame(window)
            {
                self.begin(&frame);
            } else if self.frames && self.check == 0 && begins(window, 0, b"TAG") {
                return self.conclude();
            }
            self.check = check16(self.check, first);
            if self.check == 0 && self.all_begun() {
                return self.conclude();
            }
        }
        let read = length(bytes).saturating_sub(15);
        if read == 0 { Step::Need(HEADER) } else { Step::Advance(read) }
    }

    fn conclude(&mut self) -> Step {
        self.whole = true;
        Step::Done
    }

    fn all_begun(&self) -> bool {
        self.frames && self.total > 0 && self.samples >= self.total
    }

    /// A header inside a frame is chance, unless it counts on from the one before.
    fn begin(&mut self, frame: &Frame) {
        if self.frames && frame.number != self.next {
            return;
        }
        if !self.frames {
            self.samples = if frame.variable { frame.number } else { frame.number.saturating_mul(self.block_size) };
        }
        self.frames = true;
        self.samples = self.samples.saturating_add(frame.samples);
        self.next = frame.number.saturating_add(if frame.variable { frame.samples } else { 1 });
        self.check = 0;
    }
}

impl Walk for Flac {
    fn step(&mut self, _at: u64, bytes: &[u8]) -> Step {
        if self.audio { self.frames(bytes) } else { self.metadata(bytes) }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if !self.started {
            return Verdict::Unknown;
        }
        if self.whole && self.all_begun() {
            return Verdict::Complete;
        }
        let check = tail.rest.iter().fold(self.check, |check, byte| check16(check, *byte));
        let ends_whole = self.frames && (self.whole || check == 0);
        match (ends_whole, self.total) {
            // An encoder that could not seek back leaves the total open.
            (true, 0) => Verdict::Unknown,
            (true, _) if self.all_begun() => Verdict::Complete,
            _ => tail.cut(),
        }
    }

    fn tracks(&self) -> u64 {
        u64::from(self.started)
    }
}
