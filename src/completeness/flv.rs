//! FLV: tags one after another, each with its size before and behind it.
//!
//! A whole file ends behind a tag's second size. Writers that finish properly leave an "end of
//! sequence" tag for the video, and the file's size in the metadata. That number survives edits that
//! make it wrong: it is a promise, unless the video says that it has come to its end.

use super::bytes::{after, be, begins, byte, index, length, zeros};
use super::{Step, Tail, Verdict, Walk};

const AUDIO: u8 = 8;
const VIDEO: u8 = 9;
const SCRIPT: u8 = 18;
/// A tag's header, and the size that follows its data.
const HEADER: u64 = 11;
const TRAILER: u64 = 4;
/// The bytes of a metadata number: the length of its name, the name, its type, the number.
const NUMBER: usize = 2 + 8 + 1 + 8;
/// As many of them as may be there without the number being whole.
const PART: u64 = 18;

#[derive(Default)]
pub(super) struct Flv {
    started: bool,
    /// Bytes of a metadata tag that are still to be searched, and where what follows them begins.
    script: Option<(u64, u64)>,
    file_size: Option<u64>,
    /// The last video tag said that no more will come.
    video_ended: bool,
    streams: u8,
    lost: bool,
}

impl Flv {
    fn header(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < 9 {
            return Step::Need(9);
        }
        if !begins(bytes, 0, b"FLV") {
            self.lost = true;
            return Step::Done;
        }
        self.started = true;
        Step::Advance(be(bytes, 5, 4).unwrap_or(9).max(9).saturating_add(TRAILER))
    }

    fn tag(&mut self, at: u64, bytes: &[u8]) -> Step {
        // Two bytes of the data say what a video tag is.
        if bytes.len() < 13 {
            return Step::Need(13);
        }
        // An encrypted tag has 0x20 set.
        let kind = byte(bytes, 0) & 0xdf;
        let size = be(bytes, 1, 3).unwrap_or(0);
        if !matches!(kind, AUDIO | VIDEO | SCRIPT) {
            self.lost = true;
            return Step::Done;
        }
        let whole = size.saturating_add(HEADER).saturating_add(TRAILER);
        if kind == SCRIPT {
            self.script = Some((size, at.saturating_add(whole)));
            return Step::Advance(HEADER);
        }
        if kind == VIDEO && size >= 2 {
            let (first, second) = (byte(bytes, 11), byte(bytes, 12));
            let extended = first & 0x80 != 0;
            self.video_ended = if extended { first & 0x0f == 2 } else { first & 0x0f == 7 && second == 2 };
        }
        self.streams |= if kind == VIDEO { 1 } else { 2 };
        Step::Advance(whole)
    }

    /// Looks for the numbers of `onMetaData` without caring how they are nested.
    fn metadata(&mut self, left: u64, next: u64, at: u64, bytes: &[u8]) -> Step {
        let shown = bytes.get(..index(left).min(bytes.len())).unwrap_or(bytes);
        if length(shown) < left && shown.len() < NUMBER {
            return Step::Need(NUMBER.min(index(left)));
        }
        for place in 0..shown.len() {
            if byte(shown, place) == 0 {
                let here = shown.get(place..).unwrap_or(&[]);
                self.file_size = self.file_size.max(number(here, b"\0\x08filesize\0").filter(|size| *size > 0));
            }
        }
        let shown = length(shown);
        if shown >= left {
            self.script = None;
            return Step::Advance(next.saturating_sub(at));
        }
        // A number at the end may not be whole yet: its bytes are shown again.
        let searched = shown.saturating_sub(PART);
        self.script = Some((left.saturating_sub(searched), next));
        Step::Advance(searched)
    }
}

/// A whole, positive number behind `name`.
fn number(bytes: &[u8], name: &[u8]) -> Option<u64> {
    if !bytes.starts_with(name) {
        return None;
    }
    whole(f64::from_bits(be(after(bytes, length(name)), 0, 8)?))
}

/// The number as an integer, if it is one: by its bits, since a cast would hide what is none.
fn whole(number: f64) -> Option<u64> {
    if !(1.0..9.0e15).contains(&number) || number.fract() != 0.0 {
        return None;
    }
    let bits = number.to_bits();
    let exponent = u32::try_from(bits >> 52).ok()?.checked_sub(1023)?;
    let fraction = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    if exponent <= 52 {
        fraction.checked_shr(52_u32.checked_sub(exponent)?)
    } else {
        fraction.checked_shl(exponent.checked_sub(52)?)
    }
}

impl Walk for Flv {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step {
        match self.script {
            _ if !self.started => self.header(bytes),
            Some((left, next)) => self.metadata(left, next, at, bytes),
            None => self.tag(at, bytes),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if self.lost || !self.started {
            return if self.lost || tail.end == 0 { Verdict::Unknown } else { tail.cut() };
        }
        if self.script.is_some() || !zeros(tail.rest) {
            return tail.cut();
        }
        if !tail.rest.is_empty() {
            return Verdict::Unknown;
        }
        match (self.file_size, self.video_ended) {
            (Some(size), false) if size > tail.end => tail.cut(),
            (Some(size), true) if size > tail.end => Verdict::Unknown,
            (Some(size), false) if size == tail.end => Verdict::Complete,
            (_, true) => Verdict::Complete,
            (_, false) => Verdict::Unknown,
        }
    }

    fn tracks(&self) -> u64 {
        u64::from(self.streams.count_ones())
    }
}
