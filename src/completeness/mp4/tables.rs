//! Which boxes have fields and tables of interest, and reading a table as its bytes come by.

use super::super::Step;
use super::super::bytes::{be, begins, byte, index, length};

/// How many bytes a hidden table shows of itself: its type, flags, size and count.
pub(super) const HIDDEN: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `stco`, `co64`: where chunks begin.
    Offsets,
    /// `stsc`: runs of chunks with equally many samples.
    Runs,
    /// `trun`: samples, each with its duration first.
    Samples,
    /// `sidx`: stretches of the file.
    References,
    /// `cmov`: a compressed header.
    Compressed,
    /// No table of its own: bytes in which libavformat may find boxes.
    Hidden,
}

pub(super) struct Table {
    pub(super) kind: Kind,
    /// Bytes of one entry.
    pub(super) width: usize,
    /// Bytes that are still to come.
    left: u64,
    /// Where the box ends.
    end: u64,
}

impl Table {
    /// The table of a box whose contents begin with `body` and are `room` bytes long, and where in them it begins.
    pub(super) fn of(kind: &[u8; 4], body: &[u8], room: u64) -> Option<(u64, Self)> {
        let count = be(body, 4, 4).unwrap_or(0);
        let (kind, start, width, count) = match kind {
            b"stco" => (Kind::Offsets, 8, 4, count),
            b"co64" => (Kind::Offsets, 8, 8, count),
            b"stsc" => (Kind::Runs, 8, 12, count),
            b"trun" => {
                let layout = RunLayout::of(body);
                if !layout.durations {
                    return None;
                }
                (Kind::Samples, layout.start, layout.width, count)
            }
            b"sidx" => {
                let start: u64 = if byte(body, 0) == 0 { 24 } else { 32 };
                let count = be(body, index(start).saturating_sub(2), 2).unwrap_or(0);
                (Kind::References, start, 12, count)
            }
            b"cmov" => {
                let known = begins(body, 4, b"dcomzlib") && begins(body, 16, b"cmvd");
                return known
                    .then(|| (24, Self { kind: Kind::Compressed, width: 1, left: room.saturating_sub(24), end: 0 }));
            }
            b"stsd" | b"wave" => (Kind::Hidden, 0, 1, room),
            _ => return None,
        };
        let fitting = room.saturating_sub(start).checked_div(width).unwrap_or(0);
        let left = count.min(fitting).saturating_mul(width);
        Some((start, Self { kind, width: index(width), left, end: 0 }))
    }

    pub(super) fn ending(self, end: u64) -> Self {
        Self { end, ..self }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The entries that are wholly there.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let there = bytes.len().min(index(self.left));
        let smallest = if self.kind == Kind::Hidden { HIDDEN.min(index(self.left)) } else { self.width };
        let whole = there.saturating_sub(there.checked_rem(self.width).unwrap_or(0));
        if whole < smallest || whole == 0 {
            return None;
        }
        let entries = bytes.get(..whole)?;
        self.left = self.left.saturating_sub(length(entries));
        Some(entries)
    }

    /// The step past `read` bytes, `kept` of which are to be shown again.
    pub(super) fn after(&mut self, at: u64, read: u64, kept: usize) -> Step {
        let kept = u64::try_from(kept).unwrap_or(0).min(read);
        self.left = self.left.saturating_add(kept);
        if self.is_empty() {
            return Step::Advance(self.end.saturating_sub(at).max(read));
        }
        Step::Advance(read.saturating_sub(kept))
    }
}

/// Bytes of fixed fields that are to be seen after the header; `None` for boxes of no interest.
pub(super) fn fixed_fields(kind: &[u8; 4]) -> Option<u64> {
    Some(match kind {
        b"stsd" | b"wave" => 0,
        b"elst" => 4,
        b"stco" | b"co64" | b"stsc" | b"ctts" | b"stss" | b"stps" => 8,
        b"hdlr" | b"mehd" | b"tfdt" | b"stsz" | b"stz2" => 12,
        b"stts" | b"sbgp" | b"trun" => 16,
        b"dref" => 20,
        b"mvhd" | b"mdhd" | b"tkhd" | b"trex" | b"cmov" => 24,
        b"tfhd" | b"sidx" => 32,
        _ => return None,
    })
}

/// Where a `trun` has its entries, and what is in them.
pub(super) struct RunLayout {
    pub(super) start: u64,
    pub(super) width: u64,
    pub(super) durations: bool,
}

impl RunLayout {
    pub(super) fn of(body: &[u8]) -> Self {
        let flags = be(body, 1, 3).unwrap_or(0);
        let fields = |mask: u64| u64::from((flags & mask).count_ones()).saturating_mul(4);
        Self { start: fields(0x005).saturating_add(8), width: fields(0xf00), durations: flags & 0x100 != 0 }
    }
}
