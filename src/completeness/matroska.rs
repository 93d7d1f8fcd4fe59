//! Matroska and WebM: EBML elements, whose sizes are promises, and which live files leave open.
//!
//! A file written to its end has a Segment of known size. One written to a pipe has a Segment
//! (and often Clusters) of unknown size: there only an element that is cut inside, a Cluster in which nothing
//! has come yet, or Cues after the last Cluster, tells anything.

use super::bytes::{be, zeros};
use super::{Order, Step, Tail, Verdict, Walk};

const EBML: u64 = 0x1a45_dfa3;
const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1f43_b675;
const CUES: u64 = 0x1c53_bb6b;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK_ENTRY: u64 = 0xae;
const SIMPLE_BLOCK: u64 = 0xa3;
const BLOCK_GROUP: u64 = 0xa0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Segment,
    Cluster,
    Tracks,
}

pub(super) struct Matroska {
    level: Level,
    /// Where the Segment ends, if it says so.
    segment: Option<u64>,
    segment_seen: bool,
    tracks_end: u64,
    tracks: u64,
    order: Option<Order>,
    promised: Option<u64>,
    clusters: bool,
    /// A Cluster of unknown size has begun, and no block of it has come: nobody begins one before there is a block.
    bare_cluster: bool,
    /// Cues stand behind the last Cluster: the writer got to its end.
    concluded: bool,
    lost: bool,
}

impl Default for Matroska {
    fn default() -> Self {
        Self {
            level: Level::Top,
            segment: None,
            segment_seen: false,
            tracks_end: 0,
            tracks: 0,
            order: None,
            promised: None,
            clusters: false,
            bare_cluster: false,
            concluded: false,
            lost: false,
        }
    }
}

struct Element {
    id: u64,
    header: u64,
    /// `None` if unknown.
    size: Option<u64>,
}

enum Parsed {
    Element(Element),
    Short(usize),
    Bad,
}

/// An EBML element's header.
fn element(bytes: &[u8]) -> Parsed {
    let Some(first) = bytes.first() else { return Parsed::Short(1) };
    let id_length = usize::try_from(first.leading_zeros()).unwrap_or(8).saturating_add(1);
    if id_length > 4 {
        return Parsed::Bad;
    }
    let Some(mark) = bytes.get(id_length) else { return Parsed::Short(id_length.saturating_add(1)) };
    let size_length = usize::try_from(mark.leading_zeros()).unwrap_or(8).saturating_add(1);
    if size_length > 8 {
        return Parsed::Bad;
    }
    let header = id_length.saturating_add(size_length);
    let (Some(id), Some(size)) = (be(bytes, 0, id_length), be(bytes, id_length, size_length)) else {
        return Parsed::Short(header);
    };
    let bits = u32::try_from(size_length).unwrap_or(8).saturating_mul(7);
    let largest = 1_u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
    let size = Some(size & largest).filter(|size| *size != largest);
    Parsed::Element(Element { id, header: u64::try_from(header).unwrap_or(12), size })
}

impl Matroska {
    fn promise(&mut self, end: u64) {
        self.promised = self.promised.max(Some(end));
    }

    fn leave(&mut self, at: u64) {
        if self.level == Level::Tracks && at >= self.tracks_end {
            self.level = Level::Segment;
        }
        if self.level != Level::Top && self.segment.is_some_and(|end| at >= end) {
            self.level = Level::Top;
        }
    }

    fn give_up(&mut self) -> Step {
        self.lost = true;
        Step::Done
    }

    fn take(&mut self, at: u64, element: &Element) -> Step {
        // Elements of four-byte ids stand in the Segment or outside: they end a Cluster of unknown size.
        let outer = element.id > 0x0fff_ffff;
        if self.level == Level::Cluster && outer {
            self.level = Level::Segment;
            self.bare_cluster = false;
        }
        if self.level == Level::Segment && matches!(element.id, EBML | SEGMENT) {
            self.level = Level::Top;
        }
        let end = element.size.map(|size| at.saturating_add(element.header).saturating_add(size));
        match (self.level, element.id) {
            (Level::Top, SEGMENT) => {
                self.segment_seen = true;
                self.segment = end;
                self.concluded = false;
                self.level = Level::Segment;
            }
            (Level::Segment, CLUSTER) => {
                self.clusters = true;
                self.concluded = false;
                self.order.get_or_insert(Order::NeedsSeek);
                self.bare_cluster = end.is_none();
                if end.is_none() {
                    self.level = Level::Cluster;
                }
            }
            (Level::Segment, TRACKS) => {
                self.order.get_or_insert(Order::Streamable);
                if let Some(end) = end {
                    self.level = Level::Tracks;
                    self.tracks_end = end;
                    self.promise(end);
                    return Step::Advance(element.header);
                }
            }
            (Level::Cluster, SIMPLE_BLOCK | BLOCK_GROUP) => self.bare_cluster = false,
            (Level::Segment, CUES) => self.concluded = self.clusters,
            (Level::Tracks, TRACK_ENTRY) => self.tracks = self.tracks.saturating_add(1),
            (Level::Top, EBML) | (Level::Cluster | Level::Segment | Level::Tracks, _) => {}
            (Level::Top, _) => return self.give_up(),
        }
        if let Some(end) = end {
            self.promise(end);
        }
        let enters = matches!(element.id, SEGMENT) || element.size.is_none();
        if element.size.is_none() && !matches!(element.id, SEGMENT | CLUSTER) {
            return self.give_up();
        }
        Step::Advance(element.header.saturating_add(if enters { 0 } else { element.size.unwrap_or(0) }))
    }
}

impl Walk for Matroska {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step {
        self.leave(at);
        match element(bytes) {
            Parsed::Element(element) => self.take(at, &element),
            Parsed::Short(need) => Step::Need(need),
            Parsed::Bad => self.give_up(),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if !self.segment_seen {
            return if self.lost { Verdict::Unknown } else { tail.cut() };
        }
        // What follows a whole Segment is of no account.
        if self.segment.is_some_and(|end| end <= tail.at) {
            return Verdict::Complete;
        }
        if self.lost || self.segment.is_some() {
            return Verdict::Unknown;
        }
        match (tail.rest.is_empty(), self.concluded) {
            (false, _) if zeros(tail.rest) => Verdict::Unknown,
            (false, _) => tail.cut(),
            (true, true) => Verdict::Complete,
            (true, false) if self.bare_cluster => tail.cut(),
            (true, false) => Verdict::Unknown,
        }
    }

    fn order(&self) -> Order {
        self.order.unwrap_or(Order::Undecided)
    }

    fn header_read(&self) -> bool {
        self.order.is_some()
    }

    fn tracks(&self) -> u64 {
        self.tracks
    }

    fn promised_end(&self) -> Option<u64> {
        self.promised
    }
}
