//! RIFF files, AVI and WAV: chunks that state their sizes, the outermost of which spans the file.
//!
//! A writer that could not seek back leaves sizes of 0 or all ones. An AVI of several RIFFs says in
//! its super index where the later ones lie.

use super::bytes::{begins, le, tag, zeros};
use super::{Step, Tail, Verdict, Walk};

/// By so much writers get the outermost size wrong: by the header's eight bytes, and by a pad byte.
const SLOP: u64 = 9;
/// Flag of the AVI header: an index stands at the end.
const HAS_INDEX: u64 = 0x10;
const MAX_DEPTH: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Avi,
    Wav,
}

pub(super) struct Riff {
    form: Form,
    started: bool,
    /// Ends of the lists that are open, the file's own first.
    open: Vec<u64>,
    /// What the outermost chunks state, where they do.
    outer_end: Option<u64>,
    /// Ends of chunks inside, and of what the super index lists.
    promised: Option<u64>,
    /// The super index is being read: bytes left, and where it ends.
    index: Option<(u64, u64)>,
    tracks: u64,
    announces_index: bool,
    has_index: bool,
    /// The samples' chunk has been met.
    media: bool,
    /// The samples' chunk goes on to the end of the file.
    open_ended: bool,
    /// From `ds64`: the size of `data` that did not fit.
    large_data: Option<u64>,
    large_file: Option<u64>,
    junk: bool,
}

impl Riff {
    pub(super) fn avi() -> Self {
        Self::new(Form::Avi)
    }

    pub(super) fn wav() -> Self {
        Self::new(Form::Wav)
    }

    fn new(form: Form) -> Self {
        Self {
            form,
            started: false,
            open: Vec::new(),
            outer_end: None,
            promised: None,
            index: None,
            tracks: 0,
            announces_index: false,
            has_index: false,
            media: false,
            open_ended: false,
            large_data: None,
            large_file: None,
            junk: false,
        }
    }

    fn promise(&mut self, end: u64) {
        self.promised = self.promised.max(Some(end));
    }

    fn stop(&mut self) -> Step {
        self.junk = true;
        Step::Done
    }

    /// A stated size; `None` where the writer left it open.
    fn stated(size: u64) -> Option<u64> {
        Some(size).filter(|size| *size != 0 && *size != 0xffff_ffff)
    }

    fn outermost(&mut self, at: u64, bytes: &[u8], size: u64) -> Step {
        if bytes.len() < 12 {
            return Step::Need(12);
        }
        if !matches!(&tag(bytes, 0), b"RIFF" | b"RF64" | b"BW64") {
            return self.stop();
        }
        self.started = true;
        let end = Self::stated(size).map(|size| at.saturating_add(8).saturating_add(size));
        self.outer_end = if self.open_ended { None } else { end };
        self.open.push(end.unwrap_or(u64::MAX));
        Step::Advance(12)
    }

    fn chunk(&mut self, at: u64, bytes: &[u8], parent: u64) -> Step {
        let kind = tag(bytes, 0);
        let stated = le(bytes, 4, 4).unwrap_or(0);
        let size =
            if kind == *b"data" { self.large_data.filter(|_| stated == 0xffff_ffff).unwrap_or(stated) } else { stated };
        let end = at.saturating_add(8).saturating_add(size);
        match &kind {
            b"RIFF" if parent == u64::MAX => {
                // The one before was left open.
                self.open.clear();
                return self.outermost(at, bytes, stated);
            }
            b"LIST" => return self.list(at, bytes, stated, parent),
            b"strh" => self.tracks = self.tracks.saturating_add(1),
            b"avih" => {
                if bytes.len() < 24 {
                    return Step::Need(24);
                }
                self.announces_index = le(bytes, 20, 4).unwrap_or(0) & HAS_INDEX != 0;
            }
            b"indx" if size >= 24 => {
                if bytes.len() < 32 {
                    return Step::Need(32);
                }
                // Index type 0: an index of indexes.
                if bytes.get(11) == Some(&0) {
                    let entries = le(bytes, 12, 4).unwrap_or(0).saturating_mul(16).min(size.saturating_sub(24));
                    self.promise(end);
                    if entries >= 16 {
                        self.index = Some((entries, padded(end, parent)));
                        return Step::Advance(32);
                    }
                }
            }
            b"idx1" => self.has_index = true,
            b"ds64" => {
                if bytes.len() < 24 {
                    return Step::Need(24);
                }
                self.large_file = le(bytes, 8, 8).map(|size| size.saturating_add(8));
                self.large_data = le(bytes, 16, 8);
            }
            b"data" if self.form == Form::Wav => {
                self.media = true;
                self.tracks = 1;
                if Self::stated(size).is_none() {
                    self.open_ended = true;
                    return Step::Done;
                }
            }
            _ if !kind.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0xa9)) => return self.stop(),
            _ => {}
        }
        self.promise(end);
        Step::Advance(padded(end, parent).saturating_sub(at))
    }

    fn list(&mut self, at: u64, bytes: &[u8], size: u64, parent: u64) -> Step {
        if bytes.len() < 12 {
            return Step::Need(12);
        }
        let end = at.saturating_add(8).saturating_add(size);
        let movi = begins(bytes, 8, b"movi");
        self.media |= movi;
        let unstated = movi && Self::stated(size).is_none();
        if unstated {
            self.open_ended = true;
        } else {
            self.promise(end);
        }
        let descend = unstated || begins(bytes, 8, b"hdrl") || begins(bytes, 8, b"strl") || begins(bytes, 8, b"rec ");
        if descend && self.open.len() < MAX_DEPTH {
            self.open.push(if unstated { parent } else { end.min(parent) });
            return Step::Advance(12);
        }
        Step::Advance(padded(end, parent).saturating_sub(at).max(8))
    }

    fn super_index(&mut self, left: u64, end: u64, at: u64, bytes: &[u8]) -> Step {
        let (Some(place), Some(size)) = (le(bytes, 0, 8), le(bytes, 8, 4)) else {
            return Step::Need(16);
        };
        if bytes.len() < 16 {
            return Step::Need(16);
        }
        if place > 0 {
            self.promise(place.saturating_add(size));
        }
        let left = left.saturating_sub(16);
        self.index = (left >= 16).then_some((left, end));
        Step::Advance(if self.index.is_some() { 16 } else { end.saturating_sub(at).max(16) })
    }
}

/// Chunks begin at even places; the last one of a list may go without its pad byte.
fn padded(end: u64, parent: u64) -> u64 {
    if end >= parent { end } else { end.saturating_add(end & 1) }
}

impl Walk for Riff {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step {
        if let Some((left, end)) = self.index {
            return self.super_index(left, end, at, bytes);
        }
        while self.open.last().is_some_and(|end| at >= *end) {
            self.open.pop();
        }
        let parent = self.open.last().copied();
        if let Some(end) = parent
            && end.saturating_sub(at) < 8
        {
            return Step::Advance(end.saturating_sub(at));
        }
        if self.started && parent.is_none() && bytes.first() == Some(&0) && bytes.len() == 1 {
            // Perhaps the pad byte behind the last chunk.
            return Step::Need(2);
        }
        let Some(size) = le(bytes, 4, 4) else { return Step::Need(8) };
        match parent {
            None => self.outermost(at, bytes, size),
            Some(end) => self.chunk(at, bytes, end),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if !self.started {
            return if self.junk || tail.end == 0 { Verdict::Unknown } else { tail.cut() };
        }
        let outer = self.large_file.or(self.outer_end);
        let whole = outer.is_some_and(|end| end <= tail.end.saturating_add(SLOP));
        if outer.is_some() && !whole {
            return tail.cut();
        }
        if !self.media {
            return if self.junk { Verdict::Unknown } else { tail.cut() };
        }
        if self.open_ended || !whole {
            let unindexed = self.announces_index && !self.has_index && !self.junk;
            let header_cut = !tail.rest.is_empty() && !zeros(tail.rest) && self.form == Form::Avi;
            return if unindexed || header_cut { tail.cut() } else { Verdict::Unknown };
        }
        Verdict::Complete
    }

    fn tracks(&self) -> u64 {
        self.tracks
    }

    fn promised_end(&self) -> Option<u64> {
        self.promised
    }
}
