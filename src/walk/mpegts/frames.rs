//! One stream's pictures, found in a single pass over all packets.

use super::names::Names;
use super::packets::{self, Layout, Steps};
use super::pids::{PAYLOAD, Piece, plain};
use super::pieces::{self, Place};
use super::split::{Mark, Splitter};
use super::stamps::{Stamp, Stamps};
use super::{offset, pes};
use crate::mem::{self, Vectors};
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

    /// Leaves out what tells one picture from another.
    pub fn for_number_only(mut self) -> Self {
        self.stream.book.places = false;
        self
    }

    /// How far the pass has come.
    pub fn offset(&self) -> u64 {
        offset(self.at)
    }

    /// Goes through so many packets; false at the end.
    pub fn advance(&mut self, packets: usize, found: &mut impl FnMut(Frame)) -> Result<bool, Declined> {
        mem::widely(Advance(self, packets, found))
    }

    #[inline(always)]
    fn go_through<V: Vectors>(&mut self, packets: usize, found: &mut impl FnMut(Frame)) -> Result<bool, Declined> {
        let until = self.layout.further(self.at, packets);
        while self.at < until {
            let Some(packet) = self.layout.packet(self.at) else {
                return self.finish(found).map(|()| false);
            };
            let mut steps = self.layout.steps(self.at, until);
            let place = self.names.pids.place(packets::pid(packets::header(packet)));
            if place == self.place {
                self.pass_own::<V>(&mut steps);
            } else {
                self.names.pids.pass(place, &mut steps, u64::MAX, |_| true);
            }
            self.at = steps.at;
            // What ends the run.
            let Some(packet) = self.layout.packet(self.at).filter(|_| self.at < until) else { continue };
            Layout::announce(packet);
            let header = packets::header(packet);
            let place = self.names.pids.place(packets::pid(header));
            if let Some(piece) = self.names.pids.step(place, packet, header) {
                if place == self.place {
                    self.stream.take(&piece, self.at, found).map_err(|declined| declined.at(offset(self.at)))?;
                }
            } else {
                self.odd(packet, header, found).map_err(|declined| declined.at(offset(self.at)))?;
            }
            self.at = self.at.wrapping_add(self.layout.stride);
        }
        Ok(true)
    }

    /// The straight path: goes by this stream's packets with nothing but payload, in which there is nothing to be found.
    #[inline(always)]
    fn pass_own<V: Vectors>(&mut self, steps: &mut Steps) {
        let nothing = |payload: &[u8; 184]| !V::may_hold_start_code(payload);
        let latest = |at: usize| at.wrapping_sub(self.layout.stride);
        let ends_with_zero = |at| self.layout.packet(latest(at)).and_then(plain).is_some_and(|[.., last]| *last == 0);
        let free = self.stream.free();
        // A start code that is cut behind its first zero shows in the second payload, which begins with a zero and a one.
        let size = self.names.pids.pass(self.place, steps, free, nothing);
        let zero = size > 0 && ends_with_zero(steps.at);
        if size > 0 {
            self.stream.passed(size.wrapping_sub(PAYLOAD), PAYLOAD, latest(steps.at), zero);
        }
        // A PES packet ends with a stuffed one, as a rule. Its bytes begin at any place: there that would not show.
        let size =
            if zero { 0 } else { self.names.pids.pass_stuffed(self.place, steps, free.wrapping_sub(size), nothing) };
        if size > 0 {
            self.stream.passed(0, size, latest(steps.at), ends_with_zero(steps.at));
        }
    }

    /// A packet that has no quick way.
    #[inline(never)]
    fn odd(
        &mut self,
        packet: &[u8; packets::SIZE],
        header: u32,
        found: &mut impl FnMut(Frame),
    ) -> Result<(), Declined> {
        match self.names.odd(packet, header)? {
            Some(piece) if piece.place == self.place => self.stream.take(&piece, self.at, found),
            None if self.is_lost(packet, header) => Err(Declined::damaged("a unit that is no PES packet")),
            _ => Ok(()),
        }
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

struct Advance<'r, 'a, F>(&'r mut Reader<'a>, usize, &'r mut F);

impl<F: FnMut(Frame)> mem::Work for Advance<'_, '_, F> {
    type Done = Result<bool, Declined>;

    #[inline(always)]
    fn work<V: Vectors>(self) -> Self::Done {
        self.0.go_through::<V>(self.1, self.2)
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
    /// How many bytes in plain packets may go by without a look at where they belong.
    fn free(&self) -> u64 {
        match (self.parted && self.splitter.is_idle(), self.bounded) {
            (true, true) => u64::MAX,
            (true, false) => self.room(),
            (false, _) => 0,
        }
    }

    /// How many bytes more still belong to the part.
    fn room(&self) -> u64 {
        LONGEST_PART.saturating_sub(self.book.end.wrapping_sub(self.part))
    }

    /// So many bytes have gone by without a look at them, and then those of the packet at `latest`, with a zero at their
    /// end or not.
    #[inline(always)]
    fn passed(&mut self, before: u64, size: u64, latest: usize, zero: bool) {
        self.book.stamps.go_on();
        self.book.piece(before, latest);
        self.book.piece(size, latest);
        self.splitter.passed(zero);
    }

    #[inline(always)]
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
        self.stamp.offset = offset(packet);
        if self.book.places {
            (self.stamp.pts, self.stamp.is_far) = (start.pts(), start.is_far());
        }
        self.bounded = start.size.is_some();
        self.parted = false;
        self.feed(piece.bytes.get(start.header..).unwrap_or(&[]), at, found)
    }

    #[inline(always)]
    fn feed(&mut self, data: &[u8], at: usize, found: &mut impl FnMut(Frame)) -> Result<(), Declined> {
        let size = length(data);
        if size == 0 {
            return Ok(());
        }
        if !self.bounded && self.parted && size > self.room() {
            self.parted = false;
            self.stamp.pts = None;
        }
        if !std::mem::replace(&mut self.parted, true) {
            self.book.give(&self.stamp, at);
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
    /// Pictures' places and times are wanted, not only their number.
    places: bool,
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
            places: true,
        }
    }

    /// The parser gets a packet, the first bytes of which are in the transport packet `at`.
    #[inline(always)]
    fn give(&mut self, stamp: &Stamp, at: usize) {
        if !std::mem::replace(&mut self.begun, true) {
            self.end = stamp.offset;
            self.begin = stamp.offset;
            self.begin_place = Place { packet: at, skip: 0 };
        }
        if self.places {
            self.stamps.give(self.end, *stamp);
        }
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
            Mark::Picture { .. } if !self.places => return Ok(()),
            Mark::Picture { at } => {
                self.stamps.picture(at);
                return Ok(());
            }
        };
        self.emit(at, found)?;
        if !self.places {
            self.begin = at;
            return Ok(());
        }
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
