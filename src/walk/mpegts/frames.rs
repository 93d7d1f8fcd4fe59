//! One stream's pictures, found in a single pass over all packets.

use super::names::Names;
use super::packets::{self, Layout};
use super::pids::{PAYLOAD, Piece, plain};
use super::pieces::{self, Place};
use super::split::{Mark, Splitter};
use super::stamps::{Stamp, Stamps};
use super::{offset, pes};
use crate::walk::bytes::length;
use crate::walk::{Declined, Reason};

/// libavformat hands a PES packet without a length on in parts of no more than this.
const LONGEST_PART: u64 = 204_800;
/// Pieces before the latest in which a start code may lie that shows only there.
const MOST_BACK: usize = 16;

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
    stream: Elementary<'a>,
    ended: bool,
}

impl<'a> Reader<'a> {
    pub fn new(layout: Layout<'a>, names: &Names, pid: u16, splitter: Splitter, longest: u64) -> Self {
        let names = names.clone();
        let place = names.pids.place(pid);
        let book = Book::new(layout, pid, longest);
        let stream = Elementary { splitter, book, part: 0, parted: false, bounded: false, stamp: Stamp::default() };
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
                (None, _) => match self.names.piece(packet, header) {
                    Ok(Some(piece)) if piece.place == self.place => self.stream.take(&piece, self.at, found),
                    Ok(None) if self.is_lost(packet, header) => Err(Declined::damaged("a unit that is no PES packet")),
                    other => other.map(drop),
                },
            };
            step.map_err(|declined| declined.at(offset(self.at)))?;
            self.at = self.at.wrapping_add(self.layout.stride);
        }
        Ok(true)
    }

    /// A unit of this stream begins and is none of a stream's.
    fn is_lost(&self, packet: &[u8; packets::SIZE], header: u32) -> bool {
        header & packets::UNIT_START != 0
            && self.names.pids.place(packets::pid(header)) == self.place
            && !packets::parts(packet, header).0.is_empty()
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
struct Elementary<'a> {
    splitter: Splitter,
    book: Book<'a>,
    /// Where the part begins that libavformat hands on as one packet, and whether it has bytes yet.
    part: u64,
    parted: bool,
    bounded: bool,
    stamp: Stamp,
}

impl Elementary<'_> {
    /// A packet with nothing but payload.
    #[inline(always)]
    fn go_on(&mut self, payload: &[u8; 184], at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        if self.parted && (self.bounded || self.has_room(PAYLOAD)) && self.splitter.skim(payload) {
            self.book.stamps.go_on();
            self.book.piece(PAYLOAD, at);
            return Ok(());
        }
        self.feed(payload, at, found)
    }

    /// Whether so many bytes more still belong to the part.
    #[inline(always)]
    fn has_room(&self, size: u64) -> bool {
        self.book.end.wrapping_sub(self.part).saturating_add(size) <= LONGEST_PART
    }

    fn take(&mut self, piece: &Piece, at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
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
        let packet = at.saturating_add(packets::SIZE).checked_sub(self.book.layout.stride);
        let packet = packet.ok_or_else(|| Declined::structure("a PES packet before all tables"))?;
        self.stamp = Stamp { offset: offset(packet), pts: start.pts, is_far: start.is_far };
        self.bounded = start.size.is_some();
        self.parted = false;
        self.feed(piece.bytes.get(start.header..).unwrap_or(&[]), at, found)
    }

    #[inline(never)]
    fn feed(&mut self, data: &[u8], at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let size = length(data);
        if size == 0 {
            return Ok(());
        }
        if !self.bounded && self.parted && !self.has_room(size) {
            self.parted = false;
            self.stamp.pts = None;
        }
        if !std::mem::replace(&mut self.parted, true) {
            self.book.give(self.stamp, at);
            self.splitter.begin_chunk();
            self.part = self.book.end;
        }
        let begin = self.book.end;
        self.book.stamps.go_on();
        self.book.piece(size, at);
        self.splitter.feed(data, begin, &mut |mark| self.book.mark(mark, found))
    }
}

/// Where the stream's bytes came from, and what of them makes up the current picture's packet.
#[derive(Clone, Debug)]
struct Book<'a> {
    layout: Layout<'a>,
    pid: u16,
    stamps: Stamps,
    /// Places in the stream count from the first PES packet's place in the input on, as libavcodec has it.
    begun: bool,
    end: u64,
    /// Where the current picture's packet begins.
    begin: u64,
    begin_place: Place,
    /// Where the latest piece begins in the stream, and its packet.
    latest: u64,
    packet: usize,
    longest: u64,
}

impl<'a> Book<'a> {
    fn new(layout: Layout<'a>, pid: u16, longest: u64) -> Self {
        Book {
            layout,
            pid,
            stamps: Stamps::default(),
            begun: false,
            end: 0,
            begin: 0,
            begin_place: Place::default(),
            latest: 0,
            packet: 0,
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
        self.latest = self.end;
        self.packet = at;
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
        let piece = if at >= self.latest { Some((self.latest, self.packet)) } else { self.piece_before(at) };
        let (begin, packet) = piece.ok_or_else(|| Declined::structure("a start code in too many pieces"))?;
        self.begin_place = Place { packet, skip: at.saturating_sub(begin) };
        Ok(())
    }

    /// Goes back to the piece that holds the byte at `at`.
    fn piece_before(&self, at: u64) -> Option<(u64, usize)> {
        let (mut begin, mut packet) = (self.latest, self.packet);
        for _ in 0..MOST_BACK {
            let data = loop {
                packet = packet.checked_sub(self.layout.stride)?;
                if let Some(data) = pieces::data(&self.layout, packet, self.pid) {
                    break data;
                }
            };
            begin = begin.checked_sub(length(data))?;
            if begin <= at {
                return Some((begin, packet));
            }
        }
        None
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
