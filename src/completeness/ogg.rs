//! Ogg: pages; the last page of each logical stream says that it is the last.

use super::bytes::{be, begins, byte, length};
use super::{Step, Tail, Verdict, Walk};

/// A page's header without its segment table.
const HEADER: usize = 27;
const LAST: u8 = 4;
/// Streams that are followed; more are not judged.
const MAX_STREAMS: usize = 256;

#[derive(Default)]
pub(super) struct Ogg {
    /// The streams' serial numbers, and whether each has ended.
    streams: Vec<(u64, bool)>,
    too_many: bool,
    pages: bool,
}

impl Ogg {
    /// The next place at which a page may begin.
    fn search(bytes: &[u8]) -> Step {
        if bytes.len() < 5 {
            return Step::Need(5);
        }
        let found = bytes.windows(4).skip(1).position(|window| window == b"OggS");
        let distance = found.map_or(bytes.len().saturating_sub(3), |place| place.saturating_add(1));
        Step::Advance(u64::try_from(distance).unwrap_or(1))
    }

    fn page(&mut self, bytes: &[u8]) {
        self.pages = true;
        let serial = be(bytes, 14, 4).unwrap_or(0);
        let last = byte(bytes, 5) & LAST != 0;
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.0 == serial) {
            stream.1 = last;
        } else if self.streams.len() < MAX_STREAMS {
            self.streams.push((serial, last));
        } else {
            self.too_many = true;
        }
    }
}

impl Walk for Ogg {
    fn step(&mut self, _at: u64, bytes: &[u8]) -> Step {
        if bytes.len() < HEADER {
            return Step::Need(HEADER);
        }
        if !begins(bytes, 0, b"OggS") || byte(bytes, 4) != 0 {
            return Self::search(bytes);
        }
        let whole = usize::from(byte(bytes, 26)).saturating_add(HEADER);
        let Some(table) = bytes.get(HEADER..whole) else { return Step::Need(whole) };
        self.page(bytes);
        let data = table.iter().fold(0_u64, |sum, size| sum.saturating_add(u64::from(*size)));
        Step::Advance(data.saturating_add(length(table)).saturating_add(27))
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if !self.pages {
            return if begins(tail.rest, 0, b"OggS") { tail.cut() } else { Verdict::Unknown };
        }
        if self.too_many {
            return Verdict::Unknown;
        }
        let ended = self.streams.iter().all(|stream| stream.1);
        if ended && !begins(tail.rest, 0, b"OggS") { Verdict::Complete } else { tail.cut() }
    }

    fn tracks(&self) -> u64 {
        u64::try_from(self.streams.len()).unwrap_or(u64::MAX)
    }
}
