//! What one `trak` claims: how many samples, with how many bytes behind them, and how far they reach.
//!
//! libavformat makes an index entry of 24 bytes and more for each sample. Most tables take
//! at least half a byte of file for each; the exceptions are counted here and held against a budget.

use super::super::Claim;
use super::super::bytes::{be, byte, tag};

/// Entries for which no bytes need to be there: small enough to be harmless, large enough for a cut file.
const FREE: u64 = 1 << 16;
/// The same for packets of sound that are indexed by chunk.
const FREE_CHUNKED: u64 = 1 << 18;
/// What is free when nothing is known of the input's size.
const FREE_UNSIZED: u64 = 1 << 24;
/// libavformat walks the samples once for each entry of an edit list; a few are usual.
const FREE_EDITS: u64 = 4;

/// Entries claimed without bytes behind them, over the whole input.
pub(super) struct Budget {
    size: Option<u64>,
    samples: u64,
    chunked: u64,
}

impl Budget {
    pub(super) fn new(size: Option<u64>) -> Self {
        Self { size, samples: 0, chunked: 0 }
    }

    /// No sample is smaller than a byte, so an input has no more of them than bytes.
    fn limit(&self, free: u64, at: u64) -> u64 {
        self.size.unwrap_or(FREE_UNSIZED.saturating_add(at)).saturating_add(free)
    }

    pub(super) fn charge(&mut self, samples: u64, at: u64) -> Result<(), Claim> {
        self.samples = self.samples.saturating_add(samples);
        if self.samples > self.limit(FREE, at) { Err(Claim::TooManySamples { at }) } else { Ok(()) }
    }

    pub(super) fn charge_chunks(&mut self, packets: u64, at: u64) -> Result<(), Claim> {
        self.chunked = self.chunked.saturating_add(packets);
        if self.chunked > self.limit(FREE_CHUNKED, at) { Err(Claim::TooManySamples { at }) } else { Ok(()) }
    }
}

#[derive(Default)]
pub(super) struct Track {
    /// Its data lie in another file, or may do so.
    pub(super) external: bool,
    /// Its number, as `tkhd` says it.
    number: Option<u64>,
    sound: bool,
    other_than_sound: bool,
    samples: u64,
    /// Samples that one number in `stsz` stands for.
    constant: u64,
    edits: u64,
    /// `stts` is one run of duration 1, as of uncompressed sound.
    unit_durations: bool,
    chunks: u64,
    last_chunk: Option<u64>,
    /// The open run of `stsc`: its first chunk and the packets in each chunk.
    run: Option<(u64, u64)>,
    closed_runs: u64,
    most_in_chunk: u64,
    disordered: bool,
}

impl Track {
    /// Takes a box's fixed fields; gives how many samples it claims without bytes behind them. Tables whose entries
    /// libavformat reads one by one end with the input at the latest, whatever their count says.
    pub(super) fn note(&mut self, kind: &[u8; 4], body: &[u8], room: u64) -> u64 {
        let count = be(body, 4, 4).unwrap_or(0);
        match kind {
            b"hdlr" => {
                self.sound |= tag(body, 8) == *b"soun";
                self.other_than_sound |= matches!(&tag(body, 8), b"vide" | b"subp" | b"clcp");
                0
            }
            b"dref" => {
                let here = count == 1 && byte(body, 19) & 1 == 1;
                self.external |= !here;
                0
            }
            b"elst" => {
                self.edits = self.edits.max(room.saturating_sub(8).checked_div(12).unwrap_or(0));
                0
            }
            b"stsz" | b"stz2" => self.note_sizes(kind, body, room),
            b"stts" => {
                self.unit_durations = count == 1 && be(body, 12, 4) == Some(1);
                0
            }
            _ => 0,
        }
    }

    fn note_sizes(&mut self, kind: &[u8; 4], body: &[u8], room: u64) -> u64 {
        let count = be(body, 8, 4).unwrap_or(0);
        self.samples = self.samples.max(count);
        if kind == b"stz2" {
            let bits = u64::from(byte(body, 7)).max(1);
            let fitting = room.saturating_sub(12).saturating_mul(8).checked_div(bits).unwrap_or(0);
            return count.saturating_sub(fitting);
        }
        if be(body, 4, 4) != Some(0) {
            self.constant = self.constant.max(count);
            return 0;
        }
        beyond(count, room, 12, 4)
    }

    pub(super) fn set_number(&mut self, body: &[u8]) {
        let start = if byte(body, 0) == 1 { 20 } else { 12 };
        self.number = be(body, start, 4);
    }

    /// libavformat holds the number in an int, and takes a negative one for none.
    pub(super) fn is_numbered(&self) -> bool {
        self.number.is_some_and(|number| number < 1 << 31)
    }

    pub(super) fn add_chunk(&mut self, entry: &[u8]) {
        self.chunks = self.chunks.saturating_add(1);
        self.last_chunk = self.last_chunk.max(be(entry, 0, entry.len()));
    }

    pub(super) fn add_run(&mut self, entry: &[u8]) {
        let first = be(entry, 0, 4).unwrap_or(0);
        // libavformat puts up to 1024 samples in a packet, hardly less where frames group them.
        let packets = be(entry, 4, 4).unwrap_or(0).div_ceil(1024).saturating_mul(2).max(1);
        self.most_in_chunk = self.most_in_chunk.max(packets);
        if let Some((start, packets)) = self.run {
            self.disordered |= first <= start;
            self.closed_runs = self.closed_runs.saturating_add(first.saturating_sub(start).saturating_mul(packets));
        }
        self.run = Some((first, packets));
    }

    pub(super) fn has_samples(&self) -> bool {
        self.samples > 0 && self.chunks > 0
    }

    /// Where the chunk that lies furthest begins.
    pub(super) fn last_chunk(&self) -> Option<u64> {
        self.last_chunk.filter(|_| self.has_samples())
    }

    /// Uncompressed sound is never expanded sample by sample.
    fn indexed_by_chunk(&self) -> bool {
        self.sound && !self.other_than_sound && self.unit_durations
    }

    /// Index entries that stand for samples of which the tables hold no trace each.
    pub(super) fn unbacked_samples(&self) -> u64 {
        if self.indexed_by_chunk() { 0 } else { self.constant.saturating_add(self.repeated(self.samples)) }
    }

    /// The same for the packets of uncompressed sound.
    pub(super) fn unbacked_packets(&self) -> u64 {
        if !self.indexed_by_chunk() {
            return 0;
        }
        let open = self
            .run
            .map_or(0, |(start, packets)| self.chunks.saturating_add(1).saturating_sub(start).saturating_mul(packets));
        let packets = if self.disordered {
            self.chunks.saturating_mul(self.most_in_chunk)
        } else {
            self.closed_runs.saturating_add(open)
        };
        packets.saturating_add(self.repeated(packets))
    }

    /// Entries that a long edit list adds.
    fn repeated(&self, entries: u64) -> u64 {
        self.edits.saturating_sub(FREE_EDITS).saturating_mul(entries)
    }
}

/// How many of `count` entries of `width` bytes do not fit a box with `room` bytes, `start` of them taken.
pub(super) fn beyond(count: u64, room: u64, start: u64, width: u64) -> u64 {
    count.saturating_sub(room.saturating_sub(start).checked_div(width).unwrap_or(0))
}

/// The samples claimed by a constant-size table that begins at this window's first byte.
pub(super) fn hidden(window: &[u8]) -> u64 {
    match &tag(window, 0) {
        b"stsz" if be(window, 8, 4) != Some(0) => be(window, 12, 4).unwrap_or(0),
        b"trun" => be(window, 8, 4).unwrap_or(0),
        _ => 0,
    }
}
