//! One PID of a transport stream: how far its last section or PES packet has come.

use super::super::bytes::{be, begins, byte, index};
use super::super::picture::Picture;
use super::PACKET;

/// The payload of a packet that has nothing else.
const PAYLOAD: u64 = 184;

/// A transport packet with a payload in the clear.
pub(super) struct Packet<'a> {
    starts_unit: bool,
    /// There are bytes that only fill up the packet: what ends with it fills it by no chance.
    stuffed: bool,
    scrambled: bool,
    payload: &'a [u8],
}

impl<'a> Packet<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let control = byte(bytes, 3);
        let flags = byte(bytes, 1);
        let damaged = flags & 0x80 != 0;
        if damaged || control & 0x10 == 0 {
            return None;
        }
        let adaptation = control & 0x20 != 0;
        let start = if adaptation { usize::from(byte(bytes, 4)).saturating_add(5) } else { 4 };
        let payload = bytes.get(start..).filter(|payload| !payload.is_empty())?;
        Some(Self {
            starts_unit: flags & 0x40 != 0,
            stuffed: adaptation && stuffed(bytes),
            scrambled: control & 0xc0 != 0,
            payload,
        })
    }
}

#[inline]
pub(super) fn number(packet: &[u8; PACKET]) -> usize {
    let [_, flags, low, ..] = *packet;
    usize::from(u16::from_be_bytes([flags & 0x1f, low]))
}

/// A header without its counter.
#[inline]
pub(super) fn kind(header: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*header) & !0xf
}

#[inline]
pub(super) fn kind_of(packet: &[u8; PACKET]) -> u32 {
    packet.first_chunk().map_or(0, kind)
}

/// Whether an adaptation field is longer than what it holds.
fn stuffed(bytes: &[u8]) -> bool {
    let length = usize::from(byte(bytes, 4));
    if length == 0 {
        return true;
    }
    let flags = byte(bytes, 5);
    if flags & 0x1f == 0 {
        return length > 1;
    }
    let mut held = 1_usize;
    for (flag, size) in [(0x10, 6), (0x08, 6), (0x04, 1)] {
        if flags & flag != 0 {
            held = held.saturating_add(size);
        }
    }
    for flag in [0x02, 0x01] {
        if flags & flag != 0 {
            let inner = usize::from(byte(bytes, held.saturating_add(5)));
            held = held.saturating_add(inner).saturating_add(1);
        }
    }
    length > held
}

/// What sections of PAT and PMT name.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) programs: Vec<u16>,
    pub(super) streams: Vec<(u16, u8)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Nothing is known of where it ends.
    Open,
    /// So many bytes are missing.
    Missing(u64),
    /// A PES packet without a length: it ends where the next one begins.
    Unbounded,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    Other,
    Mpeg2,
    H264,
    Hevc,
}

pub(super) struct Pid {
    sections: bool,
    program_map: bool,
    streams: u64,
    codec: Codec,
    unit: Unit,
    /// The last packet's counter.
    counter: Option<u8>,
    untidy: bool,
    /// The last packet had no stuffing.
    filled: bool,
    /// How many units without a length have ended, and how many of them with a filled packet.
    ended: u64,
    ended_filled: u64,
    picture: Picture,
}

impl Pid {
    pub(super) fn new(number: usize) -> Self {
        Self {
            // PAT and SDT; the others' numbers are in the PAT.
            sections: matches!(number, 0 | 0x11),
            program_map: false,
            streams: 0,
            codec: Codec::Other,
            unit: Unit::Open,
            counter: None,
            untidy: false,
            filled: false,
            ended: 0,
            ended_filled: 0,
            picture: Picture::default(),
        }
    }

    pub(super) fn is_program_map(&mut self) {
        self.sections = true;
        self.program_map = true;
    }

    pub(super) fn set_stream_type(&mut self, stream_type: u8) {
        // Also a table's; or with headers of its own in each packet, which libavformat counts in.
        self.untidy |= self.sections || matches!(stream_type, 0x12 | 0x13 | 0x15);
        self.codec = match stream_type {
            0x01 | 0x02 => Codec::Mpeg2,
            0x1b => Codec::H264,
            0x24 => Codec::Hevc,
            _ => Codec::Other,
        };
    }

    pub(super) fn streams(&self) -> u64 {
        self.streams
    }

    /// A packet with nothing but payload that goes on with a PES packet, the quick way; false if it is another.
    #[inline]
    pub(super) fn go_on(&mut self, packet: &[u8; PACKET]) -> bool {
        let [_, flags, _, control, payload @ ..] = packet;
        // Damaged, or the beginning of a unit; scrambled, or with an adaptation field.
        if flags & 0xc0 != 0 || control & 0xf0 != 0x10 || self.sections {
            return false;
        }
        self.counts(control & 0xf, 1);
        self.goes_on(PAYLOAD);
        if self.codec != Codec::Other {
            self.look(payload);
        }
        self.filled = true;
        true
    }

    /// Nothing is to be learned from the bytes of this unit any more.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        match self.codec {
            Codec::Other => true,
            Codec::Mpeg2 => false,
            Codec::H264 | Codec::Hevc => !self.picture.has_more(),
        }
    }

    /// So many more packets as the last one, in which there is nothing to look at; `counter` is that of the last of them,
    /// and they are `in_order` if each counts one more than the one before.
    pub(super) fn pass(&mut self, count: u64, counter: u8, in_order: bool) {
        self.counter = Some(counter);
        self.untidy |= !in_order;
        self.goes_on(count.saturating_mul(PAYLOAD));
    }

    /// So many bytes more of the unit.
    #[inline]
    fn goes_on(&mut self, size: u64) {
        if let Unit::Missing(missing) = &mut self.unit {
            self.untidy |= *missing < size;
            *missing = missing.saturating_sub(size);
        }
    }

    /// The next packet has this counter, which should be `by` more than the last.
    #[inline]
    fn counts(&mut self, counter: u8, by: u8) {
        self.untidy |= self.counter.is_some_and(|last| last.wrapping_add(by) & 0xf != counter);
        self.counter = Some(counter);
    }

    /// A packet that does not go the quick way: what its header says, whatever is in it.
    pub(super) fn meets(&mut self, packet: &[u8; PACKET]) {
        let [_, flags, _, control, ..] = packet;
        // Damaged, scrambled, or with nothing in it.
        self.untidy |= flags & 0x80 != 0 || control & 0xc0 != 0 || control & 0x30 == 0;
        self.counts(control & 0xf, u8::from(control & 0x10 != 0));
    }

    /// Packets are missing, damaged or doubled, or a PES packet has another length than it states: libavformat may call
    /// a packet of this stream corrupt. It may also be that it does not.
    pub(super) fn is_untidy(&self) -> bool {
        self.untidy
    }

    pub(super) fn take(&mut self, packet: &Packet<'_>) -> Tables {
        let payload = packet.payload;
        let mut tables = Tables::default();
        if packet.scrambled {
            self.unit = Unit::Open;
        } else if self.sections {
            self.take_sections(packet, &mut tables);
        } else if packet.starts_unit {
            self.begin_pes(payload);
        } else {
            self.goes_on(u64::try_from(payload.len()).unwrap_or(0));
            self.look(payload);
        }
        self.filled = !packet.stuffed;
        tables
    }

    fn begin_pes(&mut self, payload: &[u8]) {
        if self.unit == Unit::Unbounded {
            self.ended = self.ended.saturating_add(1);
            self.ended_filled = self.ended_filled.saturating_add(u64::from(self.filled));
        }
        // Or the beginning itself is in pieces.
        self.untidy |= matches!(self.unit, Unit::Missing(1..)) || payload.len() < 9;
        self.unit = match be(payload, 4, 2) {
            Some(length) if begins(payload, 0, &[0, 0, 1]) => {
                let size = u64::try_from(payload.len()).unwrap_or(0);
                self.untidy |= length != 0 && size > length.saturating_add(6);
                if length == 0 { Unit::Unbounded } else { Unit::Missing(length.saturating_add(6).saturating_sub(size)) }
            }
            _ => Unit::Open,
        };
        let header = usize::from(byte(payload, 8)).saturating_add(9);
        self.picture.begin();
        self.look(payload.get(header..).unwrap_or(&[]));
    }

    fn look(&mut self, payload: &[u8]) {
        match self.codec {
            Codec::Mpeg2 => self.picture.look(payload, Picture::mpeg2),
            Codec::H264 if self.picture.has_more() => self.picture.look(payload, Picture::h264),
            Codec::Hevc if self.picture.has_more() => self.picture.look(payload, Picture::hevc),
            _ => {}
        }
    }

    fn take_sections(&mut self, packet: &Packet<'_>, tables: &mut Tables) {
        let payload = packet.payload;
        if !packet.starts_unit {
            if let Unit::Missing(missing) = &mut self.unit {
                *missing = missing.saturating_sub(u64::try_from(payload.len()).unwrap_or(0));
            }
            return;
        }
        let pointer = usize::from(byte(payload, 0)).saturating_add(1);
        let mut rest = payload.get(pointer..).unwrap_or(&[]);
        self.unit = Unit::Open;
        // Stuffing has the table id 0xff.
        while let (Some(length), true) = (be(rest, 1, 2), byte(rest, 0) != 0xff) {
            let size = index((length & 0xfff).saturating_add(3));
            let Some((section, behind)) = rest.split_at_checked(size) else {
                let missing = size.saturating_sub(rest.len());
                self.unit = Unit::Missing(u64::try_from(missing).unwrap_or(0));
                return;
            };
            self.read_section(section, tables);
            rest = behind;
        }
    }

    fn read_section(&mut self, section: &[u8], tables: &mut Tables) {
        let without_check = section.get(..section.len().saturating_sub(4)).unwrap_or(&[]);
        if byte(section, 5) & 1 == 0 {
            // What it says is to hold later, and whether that comes to be is not known.
            return;
        }
        match byte(section, 0) {
            0 if !self.program_map => {
                for entry in without_check.get(8..).unwrap_or(&[]).chunks_exact(4) {
                    // Program 0 is the network's own table.
                    if be(entry, 0, 2) != Some(0) {
                        tables.programs.extend(be(entry, 2, 2).and_then(|pid| u16::try_from(pid & 0x1fff).ok()));
                    }
                }
            }
            2 if self.program_map => {
                self.streams = 0;
                let described = index(be(section, 10, 2).unwrap_or(0) & 0xfff);
                let mut rest = without_check.get(described.saturating_add(12)..).unwrap_or(&[]);
                while let (Some(pid), Some(length)) = (be(rest, 1, 2), be(rest, 3, 2)) {
                    self.streams = self.streams.saturating_add(1);
                    tables.streams.extend(u16::try_from(pid & 0x1fff).ok().map(|pid| (pid, byte(rest, 0))));
                    rest = rest.get(index(length & 0xfff).saturating_add(5)..).unwrap_or(&[]);
                }
            }
            _ => {}
        }
    }

    /// A stated length has not been reached, or a picture has begun and not come to what it must hold.
    pub(super) fn is_broken_off(&self) -> bool {
        match self.unit {
            Unit::Missing(missing) => missing > 0,
            Unit::Unbounded => self.filled && self.picture.is_unfinished(),
            Unit::Open => false,
        }
    }

    /// Ends with a filled packet. One whole unit of 184 does so by chance and is then called cut: the lesser evil, since
    /// of the cut ones nearly all would pass for whole. Not where the units before it did so too.
    pub(super) fn seems_broken_off(&self) -> bool {
        let usual = self.ended_filled.saturating_mul(4) > self.ended;
        self.unit == Unit::Unbounded && self.filled && !usual
    }
}
