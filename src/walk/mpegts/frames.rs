//! One stream's pictures, found in a single pass over all packets.

use super::names::Names;
use super::packets::{self, Layout};
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
/// Where the counter is in the four bytes of a header, read from the last to the first.
const COUNTER: u32 = 0x0f00_0000;
const ONE_MORE: u32 = 0x0100_0000;
/// And the mark of an adaptation field.
const STUFFED: u32 = 0x2000_0000;
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
        let mut left = packets;
        loop {
            left = mem::widely(PassPlain(self, left));
            if left == 0 {
                return Ok(true);
            }
            let Some(packet) = self.layout.packet(self.at) else {
                return self.finish(found).map(|()| false);
            };
            let header = packets::header(packet);
            let step = match (self.names.pids.go_on(header), plain(packet)) {
                (Some(place), Some(payload)) if place == self.place => self.stream.feed(payload, self.at, found),
                (Some(_), _) => Ok(()),
                (None, _) => match self.names.piece(packet, header) {
                    Ok(Some(piece)) if piece.place == self.place => self.stream.take(&piece, self.at, found),
                    Ok(None) if self.is_lost(packet, header) => Err(Declined::damaged("a unit that is no PES packet")),
                    other => other.map(drop),
                },
            };
            step.map_err(|declined| declined.at(offset(self.at)))?;
            self.at = self.at.wrapping_add(self.layout.stride);
            left = left.saturating_sub(1);
        }
    }

    /// The straight path: goes by packets with nothing but payload, in which there is nothing to be found. Gives how many
    /// of `most` are left.
    #[inline(always)]
    fn pass_plain<V: Vectors>(&mut self, most: usize) -> usize {
        let (next, stated) = self.names.pids.lend(self.place);
        // As it lies in memory.
        let mut wanted = next.swap_bytes();
        let free = if next == 0 { 0 } else { self.stream.free().min(stated) };
        let (mut own, mut latest, mut passed) = (free, (0usize, 0u64), 0usize);
        let (mut zero, mut stuffed) = (false, None);
        for packet in self.layout.steps(self.at).take(most) {
            Layout::announce(packet);
            let Some((header, payload)) = packet.split_first_chunk::<4>() else { break };
            let differs = u32::from_le_bytes(*header) ^ wanted;
            if differs & !STUFFED == 0 {
                let Some(payload) = payload.first_chunk::<184>() else { break };
                let mut size = PAYLOAD;
                if differs != 0 {
                    // The end of a PES packet, as a rule: an adaptation field with nothing in it but stuffing.
                    let [length, flags, ..] = *payload;
                    if length >= 183 || flags & 0x1f != 0 {
                        break;
                    }
                    size = 183u64.wrapping_sub(u64::from(length));
                }
                if own < size || V::may_hold_start_code(payload) {
                    break;
                }
                own = own.wrapping_sub(size);
                if differs != 0 {
                    stuffed = Some((size != 182, own));
                }
                wanted = (wanted & !COUNTER) | (wanted.wrapping_add(ONE_MORE) & COUNTER);
                latest = (passed, size);
                let [.., last] = payload;
                if *last == 0 {
                    zero = true;
                    passed = passed.wrapping_add(1);
                    break;
                }
            } else {
                let header = u32::from_be_bytes(*header);
                let Some(packet) = packet.first_chunk() else { break };
                if self.names.pids.go_on(header).is_none() && !self.names.pids.passes(packet, header, self.place) {
                    break;
                }
            }
            passed = passed.wrapping_add(1);
        }
        let size = free.wrapping_sub(own);
        let stuffed = stuffed.map(|(stuffed, own)| (stuffed, stated.wrapping_sub(free.wrapping_sub(own))));
        self.names.pids.put_back(self.place, (wanted.swap_bytes(), stated.wrapping_sub(size)), stuffed);
        let place = |nth: usize| nth.wrapping_mul(self.layout.stride).wrapping_add(self.at);
        let ((latest, latest_size), at) = (latest, place(passed));
        if size > 0 {
            self.stream.passed(size.wrapping_sub(latest_size), latest_size, place(latest), zero);
        }
        self.at = at;
        most.wrapping_sub(passed)
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

struct PassPlain<'r, 'a>(&'r mut Reader<'a>, usize);

impl mem::Work for PassPlain<'_, '_> {
    type Done = usize;

    #[inline(always)]
    fn work<V: Vectors>(self) -> usize {
        self.0.pass_plain::<V>(self.1)
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

    /// So many bytes in plain packets have gone by, and the last packet, at `latest`, with so many.
    fn passed(&mut self, before: u64, size: u64, latest: usize, zero: bool) {
        self.book.stamps.go_on();
        self.book.piece(before, latest);
        self.book.piece(size, latest);
        self.splitter.passed(zero);
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
        if !self.bounded && self.parted && size > self.room() {
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
    fn give(&mut self, stamp: Stamp, at: usize) {
        if !std::mem::replace(&mut self.begun, true) {
            self.end = stamp.offset;
            self.begin = stamp.offset;
            self.begin_place = Place { packet: at, skip: 0 };
        }
        if self.places {
            self.stamps.give(self.end, stamp);
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
