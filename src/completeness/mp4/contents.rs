//! What lies in the boxes that hold no boxes: fixed fields, tables, and a compressed header.

use super::super::bytes::{after, be, length};
use super::super::{Claim, Step, Walk};
use super::boxes::Header;
use super::tables::{self, Kind, Table};
use super::{Mp4, Open, inflate, track};

/// Bytes of a box after its header that are read before its tables, at most.
const MAX_HEAD: u64 = 64;

/// A compressed header, and what it expands to, at most.
const MAX_COMPRESSED: u64 = 16 << 20;
const MAX_EXPANDED: u64 = 64 << 20;

impl Mp4 {
    /// A box without boxes in it: its fixed fields now, its table (if it matters) later.
    pub(super) fn leaf(&mut self, at: u64, bytes: &[u8], header: &Header) -> Step {
        let whole = header.end.saturating_sub(at);
        let Some(fields) = tables::fixed_fields(&header.kind) else {
            return self.skip(at, header);
        };
        let wanted = header.contents.saturating_add(fields.min(MAX_HEAD)).min(whole);
        if length(bytes) < wanted {
            return usize::try_from(wanted).map_or(Step::Done, Step::Need);
        }
        let from = usize::try_from(header.contents).unwrap_or(usize::MAX);
        let to = usize::try_from(wanted).unwrap_or(usize::MAX);
        let body = bytes.get(from..to).unwrap_or(&[]);
        let room = whole.saturating_sub(header.contents);
        if let Err(claim) = self.read_fields(at, header, body, room) {
            return Step::Refuse(claim);
        }
        match Table::of(&header.kind, body, room) {
            Some((start, table))
                if !table.is_empty() && (table.kind != Kind::Samples || self.fragments.wants_durations()) =>
            {
                self.table = Some(table.ending(header.end));
                Step::Advance(header.contents.saturating_add(start))
            }
            _ => self.skip(at, header),
        }
    }

    fn read_fields(&mut self, at: u64, header: &Header, body: &[u8], room: u64) -> Result<(), Claim> {
        match &header.kind {
            b"mvhd" | b"mehd" | b"trex" | b"tfhd" | b"tfdt" => self.fragments.note(&header.kind, body),
            b"cmov" => self.begin_compressed(body, room, at)?,
            b"tkhd" => {
                self.track.set_number(body);
                self.fragments.begin_track(body);
            }
            b"mdhd" => self.fragments.set_timescale(body),
            b"sidx" => {
                if let Some(anchor) = self.fragments.begin_index(body, header.end) {
                    self.promise(anchor);
                }
            }
            b"trun" => {
                let unbacked = self.fragments.begin_run(body, room);
                self.budget.charge(unbacked, at)?;
            }
            _ => {
                let unbacked = self.track.note(&header.kind, body, room);
                self.budget.charge(unbacked, at)?;
            }
        }
        Ok(())
    }

    /// Reads on in a table: as many entries as are there.
    pub(super) fn read_table(&mut self, mut table: Table, at: u64, bytes: &[u8]) -> Step {
        if table.kind == Kind::Hidden {
            return self.search_table(table, at, bytes);
        }
        let Some(entries) = table.take(bytes) else {
            let width = table.width;
            self.table = Some(table);
            return Step::Need(width);
        };
        let read = length(entries);
        // One piece, where entries are bytes.
        let width = if table.width > 1 { table.width } else { entries.len().max(1) };
        for entry in entries.chunks(width) {
            match table.kind {
                Kind::Offsets => self.track.add_chunk(entry),
                Kind::Runs => self.track.add_run(entry),
                Kind::Samples => self.fragments.add_sample(entry),
                Kind::References => {
                    if let Some(end) = self.fragments.add_reference(entry) {
                        self.promise(end);
                    }
                }
                Kind::Compressed => self.compressed.extend_from_slice(entry),
                Kind::Hidden => {}
            }
        }
        if table.kind == Kind::Compressed
            && let Err(claim) = self.check_compressed(table.is_empty(), at)
        {
            return Step::Refuse(claim);
        }
        let step = table.after(at, read, 0);
        if !table.is_empty() {
            self.table = Some(table);
        }
        step
    }

    /// Reads a compressed header once all of it is there.
    fn check_compressed(&mut self, whole: bool, at: u64) -> Result<(), Claim> {
        if length(&self.compressed) > MAX_COMPRESSED {
            return Err(Claim::HugeHeader { at });
        }
        if !whole {
            return Ok(());
        }
        let stream = std::mem::take(&mut self.compressed);
        // One that libavformat cannot read does no harm.
        let Some(plain) = inflate::inflate(&stream, self.expanded) else { return Ok(()) };
        let outside = std::mem::replace(&mut self.open, vec![Open { kind: *b"moov", end: length(&plain) }]);
        self.inside_compressed = true;
        let mut place = 0;
        while let Some(rest) = Some(after(&plain, place)).filter(|rest| !rest.is_empty()) {
            match self.step(place, rest) {
                Step::Advance(distance) if distance > 0 => place = place.saturating_add(distance),
                Step::Refuse(_) => return Err(Claim::TooManySamples { at }),
                _ => break,
            }
        }
        self.table = None;
        self.inside_compressed = false;
        self.open = outside;
        Ok(())
    }

    /// A header in a compressed header would have no end.
    fn begin_compressed(&mut self, body: &[u8], room: u64, at: u64) -> Result<(), Claim> {
        let expanded = be(body, 20, 4).unwrap_or(0);
        let possible = room.saturating_mul(inflate::MOST_PER_BYTE).min(MAX_EXPANDED);
        if self.inside_compressed || expanded > possible {
            return Err(Claim::HugeHeader { at });
        }
        self.expanded = usize::try_from(expanded).unwrap_or(0);
        self.compressed.clear();
        Ok(())
    }

    /// Looks for tables among bytes whose structure is not known.
    fn search_table(&mut self, mut table: Table, at: u64, bytes: &[u8]) -> Step {
        let Some(shown) = table.take(bytes) else {
            self.table = Some(table);
            return Step::Need(tables::HIDDEN);
        };
        for window in shown.windows(tables::HIDDEN) {
            if let Err(claim) = self.budget.charge(track::hidden(window), at) {
                return Step::Refuse(claim);
            }
        }
        // The last windows are not whole yet: they are shown again.
        let kept = if table.is_empty() { 0 } else { tables::HIDDEN.saturating_sub(1) };
        let step = table.after(at, length(shown), kept);
        if !table.is_empty() {
            self.table = Some(table);
        }
        step
    }
}
