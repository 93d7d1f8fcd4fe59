//! One stream's pictures, found in a single pass over all packets.

use super::names::{Names, Piece};
use super::packets::{self, Layout};
use super::pids::{PAYLOAD, plain};
use super::pieces::Place;
use super::split::{Mark, Splitter};
use super::stamps::{Stamp, Stamps};
use super::{offset, pes};
use crate::walk::bytes::length;
use crate::walk::{Declined, Reason};

/// libavformat hands a PES packet without a length on in parts of no more than this.
const LONGEST_PART: u64 = 204_800;
/// Pieces in which a start code may lie that shows only in the latest.
const RECENT: usize = 16;

/// A picture's packet.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub begin: Place,
    pub size: u64,
    /// What libavformat says of its place and time, if anything.
    pub stamp: Option<Stamp>,
}

/// A pass over the packets.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    layout: Layout<'a>,
    at: usize,
    names: Names,
    place: u16,
    stream: Elementary,
    ended: bool,
}

impl<'a> Reader<'a> {
    pub fn new(layout: Layout<'a>, names: &Names, pid: u16, splitter: Splitter, longest: u64) -> Self {
        let names = names.clone();
        let place = names.pids.place(pid);
        let book = Book::new(longest);
        let stream = Elementary { splitter, book, part: 0, bounded: false, stamp: Stamp::default() };
        Reader { layout, at: layout.start, names, place, stream, ended: false }
    }

    /// How far the pass has come.
    pub fn offset(&self) -> u64 {
        offset(self.at)
    }

    /// Goes through so many packets; false at the end.
    pub fn advance(&mut self, packets: usize, found: &mut impl FnMut(Frame)) -> Result<bool, Declined> {
        for _ in 0..packets {
            let Some(packet) = self.layout.packet(self.at) else {
                return self.finish(found).map(|()| false);
            };
            self.layout.announce(self.at);
            let header = packets::header(packet);
            let step = match (self.names.pids.go_on(header), plain(packet)) {
                (Some(place), Some(payload)) if place == self.place => self.stream.go_on(payload, self.at, found),
                (Some(_), _) => Ok(()),
                (None, _) => match self.names.odd(packet, header) {
                    Ok(Some(piece)) if piece.place == self.place => {
                        self.stream.take(&piece, self.at, &self.layout, found)
                    }
                    other => other.map(drop),
                },
            };
            step.map_err(|declined| declined.at(offset(self.at)))?;
            self.at = self.at.saturating_add(self.layout.stride);
        }
        Ok(true)
    }

    fn finish(&mut self, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        if !std::mem::replace(&mut self.ended, true) {
            self.names.pids.check_end(self.layout.bytes())?;
            self.stream.book.emit(self.stream.book.end, found)?;
        }
        Ok(())
    }
}

/// The elementary stream, as its payloads come.
#[derive(Clone, Debug)]
struct Elementary {
    splitter: Splitter,
    book: Book,
    /// Bytes in the part that libavformat hands on as one packet; 0 before the first.
    part: u64,
    bounded: bool,
    stamp: Stamp,
}

impl Elementary {
    /// A packet with nothing but payload.
    #[inline(always)]
    fn go_on(&mut self, payload: &[u8; 184], at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let fits = self.bounded || self.part.wrapping_add(PAYLOAD) <= LONGEST_PART;
        if fits && self.part > 0 && self.splitter.skim(payload) {
            self.book.stamps.go_on();
            self.book.piece(PAYLOAD, at);
            self.part = self.part.wrapping_add(PAYLOAD);
            return Ok(());
        }
        self.feed(payload, at, found)
    }

    fn take(
        &mut self,
        piece: &Piece,
        at: usize,
        layout: &Layout,
        found: &mut impl FnMut(Frame),
    ) -> Result<(), Declined> {
        if !piece.starts {
            return self.feed(piece.bytes, at, found);
        }
        let start = pes::start(piece.bytes)?;
        if start.scrambled {
            return Err(Declined::new(Reason::Encrypted, "a scrambled PES packet"));
        }
        if start.size.is_some_and(|size| size < length(piece.bytes)) {
            return Err(Declined::damaged("a PES packet that is longer than it says"));
        }
        // What libavformat takes for the packet's place: before the time stamp, or before the check bytes.
        let packet = at.saturating_add(packets::SIZE).checked_sub(layout.stride);
        let packet = packet.ok_or_else(|| Declined::structure("a PES packet before all tables"))?;
        self.stamp = Stamp { offset: offset(packet), pts: start.pts };
        self.bounded = start.size.is_some();
        self.part = 0;
        self.feed(piece.bytes.get(start.header..).unwrap_or(&[]), at, found)
    }

    #[inline(never)]
    fn feed(&mut self, data: &[u8], at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let size = length(data);
        if size == 0 {
            return Ok(());
        }
        if !self.bounded && self.part > 0 && self.part.saturating_add(size) > LONGEST_PART {
            self.part = 0;
            self.stamp.pts = None;
        }
        if self.part == 0 {
            self.book.give(self.stamp, at);
            self.splitter.begin_chunk();
        }
        self.part = self.part.saturating_add(size);
        let begin = self.book.end;
        self.book.stamps.go_on();
        self.book.piece(size, at);
        self.splitter.feed(data, begin, &mut |mark| self.book.mark(mark, found))
    }
}

/// Where the stream's bytes came from, and what of them makes up the current picture's packet.
#[derive(Clone, Debug)]
struct Book {
    stamps: Stamps,
    /// Places in the stream count from the first PES packet's place in the input on, as libavcodec has it.
    begun: bool,
    end: u64,
    /// Where the current picture's packet begins.
    begin: u64,
    begin_place: Place,
    /// The latest pieces: where each begins in the stream, and its packet.
    recent: [(u64, usize); RECENT],
    nth: usize,
    longest: u64,
}

impl Book {
    fn new(longest: u64) -> Self {
        Book {
            stamps: Stamps::default(),
            begun: false,
            end: 0,
            begin: 0,
            begin_place: Place::default(),
            recent: [(u64::MAX, 0); RECENT],
            nth: 0,
            longest,
        }
    }

    /// The parser gets a packet, the first bytes of which are in the transport packet `at`.
    fn give(&mut self, stamp: Stamp, at: usize) {
        if !std::mem::replace(&mut self.begun, true) {
            self.end = stamp.offset;
            self.begin = stamp.offset;
            self.begin_place = Place { packet: at, skip: 0 };
        }
        self.stamps.give(self.end, stamp);
    }

    #[inline(always)]
    fn piece(&mut self, size: u64, at: usize) {
        self.nth = self.nth.wrapping_add(1);
        if let Some(recent) = self.recent.get_mut(self.nth & RECENT.wrapping_sub(1)) {
            *recent = (self.end, at);
        }
        self.end = self.end.wrapping_add(size);
    }

    fn mark(&mut self, mark: Mark, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let (at, more) = match mark {
            Mark::Begins { at, more } => (at, more),
            Mark::Picture { at } => {
                self.stamps.picture(at);
                return Ok(());
            }
        };
        self.emit(at, found)?;
        self.stamps.begin(at, more);
        self.begin = at;
        // The latest piece that does not begin behind it: nearly always the latest of all.
        let mut pieces = (0..RECENT).filter_map(|back| {
            self.recent.get(self.nth.wrapping_sub(back) & RECENT.wrapping_sub(1))
        });
        let piece = pieces.find(|(begin, _)| *begin <= at);
        let (begin, packet) = piece.ok_or_else(|| Declined::structure("a start code in too many pieces"))?;
        self.begin_place = Place { packet: *packet, skip: at.saturating_sub(*begin) };
        Ok(())
    }

    fn emit(&mut self, end: u64, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let size = end.saturating_sub(self.begin);
        if size > self.longest {
            return Err(Declined::new(Reason::Limit, "a packet that is larger than is allowed"));
        }
        if size > 0 {
            found(Frame { begin: self.begin_place, size, stamp: self.stamps.found() });
        }
        Ok(())
    }
}
