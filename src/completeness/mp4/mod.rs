//! MP4 and QuickTime: boxes, from the outermost down to the tables that say where samples lie.
//!
//! The end is known from the sizes of the outermost boxes, from the chunk offsets of `moov`, from
//! `sidx`, and for fragmented files from what stands at the end (`mfra`) or how long they should
//! play (`mehd`). Boxes are entered wherever libavformat would enter them, since a table
//! in an odd place costs as much memory as one in its proper place.

mod boxes;
mod contents;
mod fragments;
mod inflate;
mod tables;
mod track;

use super::bytes::{be, begins, zeros};
use super::{Claim, Order, Step, Tail, Verdict, Walk};
use boxes::{Header, Parsed};
use fragments::{Fragments, Reach};
use tables::Table;
use track::{Budget, Track};

#[cfg(test)]
pub(super) use inflate::inflate;

/// libavformat itself gives up below ten.
const MAX_DEPTH: usize = 16;

#[derive(Clone, Copy)]
struct Open {
    kind: [u8; 4],
    end: u64,
}

pub(super) struct Mp4 {
    open: Vec<Open>,
    table: Option<Table>,
    compressed: Vec<u8>,
    /// How long the compressed header says it will be.
    expanded: usize,
    inside_compressed: bool,
    budget: Budget,
    track: Track,
    fragments: Fragments,
    tracks: u64,
    order: Option<Order>,
    /// The header is being read, or was.
    moov: bool,
    /// A whole header has been read.
    moov_whole: bool,
    /// Inside a header that libavformat reads only if it finds no other: its claims count, nothing else.
    shadow: bool,
    mvex: bool,
    moof: bool,
    /// A fragment stands before any header.
    moof_first: bool,
    unnumbered_track: bool,
    /// Still pictures describe their items here; such a file may do without `moov`.
    meta: bool,
    mdat: bool,
    samples_in_moov: bool,
    /// How far the boxes and tables seen so far reach.
    promised: Option<u64>,
    last: [u8; 4],
    /// A box of size 0: it goes on to the end of the file, wherever that is.
    to_the_end: bool,
    /// What stands here is no box.
    lost: Option<u64>,
}

impl Mp4 {
    pub(super) fn new(size: Option<u64>) -> Self {
        Self {
            open: Vec::new(),
            table: None,
            compressed: Vec::new(),
            expanded: 0,
            inside_compressed: false,
            budget: Budget::new(size),
            track: Track::default(),
            fragments: Fragments::default(),
            tracks: 0,
            order: None,
            moov: false,
            moov_whole: false,
            shadow: false,
            mvex: false,
            moof: false,
            moof_first: false,
            unnumbered_track: false,
            meta: false,
            mdat: false,
            samples_in_moov: false,
            promised: None,
            last: [0; 4],
            to_the_end: false,
            lost: None,
        }
    }

    fn promise(&mut self, end: u64) {
        self.promised = self.promised.max(Some(end));
    }

    fn parent_end(&self) -> Option<u64> {
        self.open.last().map(|open| open.end)
    }

    fn read_box(&mut self, at: u64, bytes: &[u8]) -> Step {
        let inside = self.parent_end();
        if let Some(end) = inside
            && end.saturating_sub(at) < 8
        {
            return Step::Advance(end.saturating_sub(at));
        }
        match (Header::parse(at, bytes, inside.unwrap_or(u64::MAX)), inside) {
            (Parsed::Short(need), _) => Step::Need(need),
            (Parsed::Header(header), None) => self.outermost(at, bytes, &header),
            (Parsed::Header(header), Some(_)) => self.inner(at, bytes, &header),
            // libavformat leaves the box that holds such a one.
            (Parsed::Bad, Some(end)) => Step::Advance(end.saturating_sub(at)),
            (Parsed::Bad, None) => {
                self.lost = Some(at);
                Step::Done
            }
        }
    }

    /// The outermost level: what follows what.
    fn outermost(&mut self, at: u64, bytes: &[u8], header: &Header) -> Step {
        if zeros(bytes.get(..8).unwrap_or(bytes)) {
            // Padding: what has been seen so far decides.
            return Step::Done;
        }
        if !header.kind.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0xa9)) {
            self.lost = Some(at);
            return Step::Done;
        }
        if self.fragments.index_leads_into(at, header.end) {
            return Step::Refuse(Claim::TooManySamples { at });
        }
        self.last = header.kind;
        if be(bytes, 0, 4) == Some(0) {
            self.to_the_end = true;
        } else {
            self.promise(header.end);
        }
        let contents = header.end.saturating_sub(at).saturating_sub(header.contents);
        match &header.kind {
            b"moov" if !self.moov => {
                self.moov = true;
                self.order.get_or_insert(Order::Streamable);
                return self.enter(header);
            }
            b"moof" => {
                self.order.get_or_insert(Order::Streamable);
                self.moof_first |= !self.moov_whole;
                return self.begin_moof(at, header);
            }
            b"mdat" if contents > 0 => {
                self.mdat = true;
                self.order.get_or_insert(Order::NeedsSeek);
            }
            b"meta" => self.meta = true,
            b"sidx" => return self.leaf(at, bytes, header),
            b"free" | b"hoov" if contents >= 8 && !self.moov_whole => {
                if bytes.len() < 16 {
                    return Step::Need(16);
                }
                if begins(bytes, 12, b"mvhd") || begins(bytes, 12, b"cmov") {
                    self.shadow = true;
                    return self.enter(header);
                }
            }
            _ => {}
        }
        if self.to_the_end {
            return Step::Done;
        }
        self.skip(at, header)
    }

    /// Inside `moov` or `moof`.
    fn inner(&mut self, at: u64, bytes: &[u8], header: &Header) -> Step {
        match &header.kind {
            b"trak" => {
                self.track = Track::default();
                if !self.shadow {
                    self.tracks = self.tracks.saturating_add(1);
                }
                self.enter(header)
            }
            b"mvex" => {
                self.mvex = self.mvex || !self.shadow;
                self.enter(header)
            }
            b"traf" => {
                self.fragments.begin_traf();
                self.enter(header)
            }
            b"moof" => self.begin_moof(at, header),
            b"mdia" | b"minf" | b"dinf" | b"stbl" | b"edts" | b"udta" | b"tref" | b"sinf" | b"schi" | b"ilst"
            | b"moov" => self.enter(header),
            b"meta" => self.enter_meta(at, bytes, header),
            _ => self.leaf(at, bytes, header),
        }
    }

    fn begin_moof(&mut self, at: u64, header: &Header) -> Step {
        self.moof = true;
        if self.unnumbered_track {
            return Step::Refuse(Claim::UnnumberedTrack { at });
        }
        self.fragments.begin_moof();
        self.enter(header)
    }

    /// `meta` begins with a version and flags in MP4 and without in QuickTime.
    fn enter_meta(&mut self, at: u64, bytes: &[u8], header: &Header) -> Step {
        let contents = usize::try_from(header.contents).unwrap_or(usize::MAX);
        let need = contents.saturating_add(12);
        if header.end.saturating_sub(at) < 28 {
            return self.skip(at, header);
        }
        if bytes.len() < need {
            return Step::Need(need);
        }
        let plain = begins(bytes, contents.saturating_add(4), b"hdlr");
        let skipped = if plain { 0 } else { 4 };
        self.enter(&Header { contents: header.contents.saturating_add(skipped), ..*header })
    }

    fn enter(&mut self, header: &Header) -> Step {
        if self.open.len() >= MAX_DEPTH {
            return Step::Done;
        }
        self.open.push(Open { kind: header.kind, end: header.end });
        Step::Advance(header.contents)
    }

    fn skip(&mut self, at: u64, header: &Header) -> Step {
        Step::Advance(header.end.saturating_sub(at).max(header.contents))
    }

    /// Leaves the boxes that end at `at`.
    fn close(&mut self, at: u64) -> Result<(), Claim> {
        while let Some(open) = self.open.last().copied() {
            if at < open.end {
                break;
            }
            self.open.pop();
            match &open.kind {
                b"trak" => self.close_track(at)?,
                b"moov" if self.open.is_empty() => self.moov_whole = true,
                b"free" | b"hoov" => self.shadow = false,
                _ => {}
            }
        }
        Ok(())
    }

    fn close_track(&mut self, at: u64) -> Result<(), Claim> {
        let track = std::mem::take(&mut self.track);
        self.unnumbered_track |= !track.is_numbered();
        if self.unnumbered_track && self.moof {
            return Err(Claim::UnnumberedTrack { at });
        }
        self.budget.charge(track.unbacked_samples(), at)?;
        self.budget.charge_chunks(track.unbacked_packets(), at)?;
        if !self.shadow && !track.external {
            self.samples_in_moov = self.samples_in_moov || track.has_samples();
            if let Some(offset) = track.last_chunk() {
                self.promise(offset.saturating_add(1));
            }
        }
        Ok(())
    }

    fn ending(&self, tail: &Tail<'_>) -> Verdict {
        let fragmented = self.is_fragmented();
        let headless = !self.moov_whole;
        if headless && (self.meta || fragmented) && self.last != *b"moof" {
            return Verdict::Unknown;
        }
        if headless || (self.last == *b"moof" && self.fragments.moof_has_samples()) {
            return tail.cut();
        }
        if self.samples_in_moov && !self.mdat && !fragmented && !self.meta {
            return tail.cut();
        }
        if self.to_the_end && !tail.vouched {
            return Verdict::Unknown;
        }
        if !fragmented {
            return Verdict::Complete;
        }
        match self.fragments.reach() {
            _ if self.last == *b"mfra" => Verdict::Complete,
            Reach::Whole => Verdict::Complete,
            Reach::Short => tail.cut(),
            Reach::Unknown => Verdict::Unknown,
        }
    }
}

impl Walk for Mp4 {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step {
        let step = match self.table.take() {
            Some(table) => self.read_table(table, at, bytes),
            None => self.read_box(at, bytes),
        };
        // At once, since there may be no further step.
        if let Step::Advance(distance) = step
            && let Err(claim) = self.close(at.saturating_add(distance))
        {
            return Step::Refuse(claim);
        }
        step
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if let Some(at) = self.lost {
            let hopeless = !self.moov_whole && !self.is_fragmented() && !self.meta && at > 0;
            // Whatever this is, a demuxer finds no fragment behind it.
            return if hopeless || self.is_fragmented() { Verdict::Truncated { at } } else { Verdict::Unknown };
        }
        if !self.open.is_empty() && tail.at < self.parent_end().unwrap_or(0) {
            // Only a header that goes on to the end of the file can stand here.
            return Verdict::Unknown;
        }
        match tail.rest {
            [] => self.ending(tail),
            rest if !zeros(rest) => tail.cut(),
            // Up to three zeros are as good a cut size field as padding.
            rest if rest.len() < 4 && self.ending(tail) == Verdict::Complete => Verdict::Unknown,
            _ => self.ending(tail),
        }
    }

    fn order(&self) -> Order {
        // Where the boxes cannot be followed, a demuxer that may seek finds more.
        if self.lost.is_some() && !self.is_fragmented() {
            return Order::NeedsSeek;
        }
        self.order.unwrap_or(Order::Undecided)
    }

    /// What follows the header is looked at too: a damaged one shows there.
    fn header_read(&self) -> bool {
        (self.moov_whole && self.mdat) || self.is_fragmented() || self.order() == Order::NeedsSeek
    }

    /// By what the header says, so that it does not matter how much of the rest has been seen.
    fn is_fragmented(&self) -> bool {
        self.mvex || self.moof_first
    }

    fn tracks(&self) -> u64 {
        self.tracks
    }

    fn promised_end(&self) -> Option<u64> {
        self.promised
    }
}
