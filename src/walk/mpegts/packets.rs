//! The packets of a transport stream: 188 bytes each, in steps of 188, 192 (a time stamp before each) or 204 (check
//! bytes behind each).

use super::scan::each_place;
use crate::mem;
use crate::walk::Declined;

pub const SIZE: usize = 188;
pub const SYNC: u8 = 0x47;
pub const NULL_PID: u16 = 0x1fff;

/// What of a header tells of a payload that goes on, and of nothing else.
pub const UNIT_START: u32 = 0x0040_0000;
pub const DAMAGED: u32 = 0x0080_0000;
pub const SCRAMBLED: u32 = 0xc0;
pub const ADAPTATION: u32 = 0x20;
pub const PAYLOAD: u32 = 0x10;

/// The bytes in which libavformat finds out how far packets are apart.
const HEAD: usize = 8192;
/// What it looks at to tell a transport stream from other formats.
const PROBED: usize = 2048;

/// How far apart packets may be.
const STRIDES: [usize; 3] = [SIZE, 192, 204];

/// How far ahead memory is asked for.
const AHEAD: usize = 4096;

/// Where the packets lie.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    bytes: &'a [u8],
    pub start: usize,
    pub stride: usize,
}

impl<'a> Layout<'a> {
    /// All of the input must be packets, none of them cut.
    pub fn find(bytes: &'a [u8]) -> Result<Self, Declined> {
        let stride = stride(bytes);
        let start = match bytes.first() {
            Some(&SYNC) => 0,
            _ if stride == 192 && stamped(bytes) => 4,
            _ => return Err(Declined::structure("the first bytes are no packet").at(0)),
        };
        let layout = Layout { bytes, start, stride };
        let gap = stride.saturating_sub(SIZE);
        let behind_last = bytes.len().saturating_sub(start).saturating_add(gap).checked_rem(stride);
        if bytes.len() < SIZE.saturating_add(start) || behind_last.is_none_or(|rest| rest != 0 && rest != gap) {
            return Err(Declined::damaged("the last packet is cut").at(crate::walk::bytes::length(bytes)));
        }
        Ok(layout)
    }

    #[inline(always)]
    pub fn packet(&self, at: usize) -> Option<&'a [u8; SIZE]> {
        self.bytes.get(at..)?.first_chunk()
    }

    /// Goes on from `at` to before `until`, over packets each of which has behind it what lies between it and the next.
    #[inline(always)]
    pub fn steps(&self, at: usize, until: usize) -> Steps<'a> {
        let rest = self.bytes.get(at..until.min(self.bytes.len())).unwrap_or(&[]);
        Steps { rest, stride: self.stride, at }
    }

    /// Where the packet is that comes so many after the one at `at`.
    #[inline(always)]
    pub fn further(&self, at: usize, packets: usize) -> usize {
        packets.wrapping_mul(self.stride).wrapping_add(at)
    }

    /// This packet is read: those a little further on will be soon.
    #[inline(always)]
    pub fn announce(packet: &[u8]) {
        mem::prefetch_packet(packet, AHEAD);
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A way over packets.
pub struct Steps<'a> {
    rest: &'a [u8],
    stride: usize,
    /// Where it has come to.
    pub at: usize,
}

impl<'a> Steps<'a> {
    /// The next packet's header and what follows it.
    #[inline(always)]
    pub fn first(&self) -> Option<(&'a [u8; 4], &'a [u8; 184])> {
        let packet = self.rest.get(..self.stride)?;
        let (header, payload) = packet.split_first_chunk()?;
        Some((header, payload.first_chunk()?))
    }

    #[inline(always)]
    pub fn pass(&mut self) {
        Layout::announce(self.rest);
        self.rest = self.rest.get(self.stride..).unwrap_or(&[]);
        self.at = self.at.wrapping_add(self.stride);
    }
}

/// A time stamp, in which libavformat takes nothing for the first packet.
fn stamped(bytes: &[u8]) -> bool {
    let Some((stamp, packets)) = bytes.split_first_chunk::<4>() else { return false };
    let special = stamp.first() == Some(&0x80) && bytes.get(12) == Some(&SYNC);
    !stamp.contains(&SYNC) && packets.first() == Some(&SYNC) && !special && stride(packets) == 192
}

/// How far apart the packets are, as libavformat weighs it: by how often the sync byte stands at the same place.
fn stride(bytes: &[u8]) -> usize {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    // Every packet's sync byte at the front of all, and not too many beside them: no other step can come near.
    let packets = head.len().saturating_sub(3).div_ceil(SIZE);
    let in_step = head.iter().step_by(SIZE).take(packets).all(|byte| *byte == SYNC);
    if head.len() == HEAD && in_step && occurrences(head) <= packets.saturating_mul(10) {
        return SIZE;
    }
    let [score, stamped, checked] = regularity(head, STRIDES, false);
    let middle = score.max(stamped).min(score.min(stamped).max(checked));
    let margin = if head.len() < HEAD { middle.saturating_add(5) } else { middle };
    if score > margin {
        SIZE
    } else if stamped > margin {
        192
    } else if checked > margin {
        204
    } else {
        SIZE
    }
}

fn occurrences(bytes: &[u8]) -> usize {
    let of = |part: &[u8]| part.iter().fold(0u8, |sum, byte| sum.wrapping_add(u8::from(*byte == SYNC)));
    bytes.chunks(128).fold(0, |sum, part| sum.saturating_add(usize::from(of(part))))
}

/// For each stride, the most sync bytes that stand at one place of it, less a tenth of what there is far too many of.
/// `strict`: only those that begin a likely header stand there. (libavformat also takes a sync byte for likely in null
/// packets, but asks the first packet of all whether it is one.)
fn regularity<const N: usize>(bytes: &[u8], strides: [usize; N], strict: bool) -> [i64; N] {
    let mut places = strides.map(|stride| (stride, [0i64; 204], 0i64));
    let mut all = 0i64;
    let shown = bytes.get(..bytes.len().saturating_sub(3)).unwrap_or(&[]);
    each_place(shown, SYNC, |at| {
        let header = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>).map_or(0, |header| u32::from_be_bytes(*header));
        all = all.saturating_add(1);
        if strict && header & (ADAPTATION | PAYLOAD) == 0 {
            return;
        }
        for (stride, places, best) in &mut places {
            if let Some(place) = at.checked_rem(*stride).and_then(|place| places.get_mut(place)) {
                *place = place.saturating_add(1);
                *best = (*place).max(*best);
            }
        }
    });
    places.map(|(_, _, best)| {
        let spread = all.saturating_sub(best.saturating_mul(10)).max(0).checked_div(10).unwrap_or(0);
        best.saturating_sub(spread)
    })
}

/// Whether libavformat's look at the first bytes can come to nothing but a transport stream.
pub fn begins(bytes: &[u8]) -> bool {
    let Some(head) = bytes.get(..PROBED) else { return false };
    let first = match head.first() {
        Some(&SYNC) => 0,
        _ => 4,
    };
    let in_step = |stride: usize| {
        let sync = |nth: usize| head.get(nth.saturating_mul(stride).saturating_add(first)) == Some(&SYNC);
        (0..10).all(sync)
    };
    let Some(stride) = STRIDES.into_iter().find(|stride| in_step(*stride)) else { return false };
    let shown = head.get(..stride.saturating_mul(10)).unwrap_or(head);
    // Of a box, that would be the name.
    let is_named = head.get(4..8).is_some_and(|name| name.iter().all(u8::is_ascii_lowercase));
    if is_named || holds_pack(head) {
        return false;
    }
    let likely = |packet: &[u8]| {
        let header = packet.get(first..).and_then(<[u8]>::first_chunk).map_or(0, |header| u32::from_be_bytes(*header));
        header & (ADAPTATION | PAYLOAD) != 0
    };
    // Ten likely headers, and not too many sync bytes beside them.
    if shown.chunks(stride).all(likely) && occurrences(shown) <= 100 {
        return true;
    }
    let [score] = regularity(shown, [stride], true);
    score >= 8
}

/// What a program stream begins its packs with, and announces itself by.
fn holds_pack(head: &[u8]) -> bool {
    let mut rest = head;
    while let Some(pair) = mem::zero_pair(rest) {
        if let Some([0, 0, 1, 0xba | 0xbb, ..]) = rest.get(pair..) {
            return true;
        }
        rest = rest.get(pair.saturating_add(1)..).unwrap_or(&[]);
    }
    false
}

#[inline(always)]
pub fn header(packet: &[u8; SIZE]) -> u32 {
    let [first, second, third, fourth, ..] = *packet;
    u32::from_be_bytes([first, second, third, fourth])
}

#[inline(always)]
pub fn pid(header: u32) -> u16 {
    u16::try_from(header.wrapping_shr(8) & 0x1fff).unwrap_or(NULL_PID)
}

/// What a packet brings besides its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extras {
    /// The host is told that packets before this one are missing, or that the count begins anew.
    pub discontinuity: bool,
    /// There are bytes that only fill up the packet.
    pub stuffed: bool,
}

/// The payload, empty where there is none, and what stands before it.
#[inline]
pub fn parts(packet: &[u8; SIZE], header: u32) -> (&[u8], Extras) {
    let none = Extras { discontinuity: false, stuffed: false };
    let rest = packet.get(4..).unwrap_or(&[]);
    if header & ADAPTATION == 0 {
        return (if header & PAYLOAD == 0 { &[] } else { rest }, none);
    }
    let Some((length, rest)) = rest.split_first() else { return (&[], none) };
    let (field, payload) = rest.split_at_checked(usize::from(*length)).unwrap_or((rest, &[]));
    let flags = field.first().copied().unwrap_or(0);
    let extras = Extras {
        discontinuity: flags & 0x80 != 0,
        // Without any of the parts that a field may have, it is a byte long, or longer than it needs to be.
        stuffed: if flags & 0x1f == 0 { *length != 1 } else { stuffed(usize::from(*length), rest) },
    };
    (if header & PAYLOAD == 0 { &[] } else { payload }, extras)
}

/// Whether an adaptation field is longer than what it holds.
fn stuffed(length: usize, field: &[u8]) -> bool {
    let byte = |at: usize| field.get(at).copied().unwrap_or(0);
    if length == 0 {
        return true;
    }
    let flags = byte(0);
    let mut held = 1usize;
    for (flag, size) in [(0x10, 6), (0x08, 6), (0x04, 1)] {
        held = held.saturating_add(if flags & flag == 0 { 0 } else { size });
    }
    for flag in [0x02, 0x01] {
        if flags & flag != 0 {
            held = held.saturating_add(usize::from(byte(held))).saturating_add(1);
        }
    }
    length > held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(before: usize, behind: usize, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend(std::iter::repeat_n(9, before));
            bytes.extend([SYNC, 0x01, 0x00, 0x10]);
            bytes.extend([9; 184]);
            bytes.extend(std::iter::repeat_n(9, behind));
        }
        bytes
    }

    #[test]
    fn packets_are_found_in_each_of_the_three_steps() {
        for (before, behind, start, stride) in [(0, 0, 0, 188), (4, 0, 4, 192), (0, 4, 0, 192), (0, 16, 0, 204)] {
            let bytes = packets(before, behind, 50);
            let layout = Layout::find(&bytes).unwrap();
            assert_eq!((layout.start, layout.stride), (start, stride));
            assert!(begins(&bytes));
        }
    }

    #[test]
    fn what_is_cut_or_has_something_before_it_is_declined() {
        let bytes = packets(0, 0, 50);
        assert!(Layout::find(&bytes[..bytes.len() - 1]).is_err());
        assert!(Layout::find(&[&[0; 7][..], &bytes].concat()).is_err());
        assert!(!begins(&[&[0; 7][..], &bytes].concat()));
        assert!(!begins(&bytes[..1880]));
        assert!(Layout::find(&[]).is_err());
    }

    #[test]
    fn a_payload_begins_behind_the_adaptation_field() {
        let mut packet = [7; SIZE];
        packet[..6].copy_from_slice(&[SYNC, 0x41, 0x00, 0x30, 2, 0x80]);
        let (payload, extras) = parts(&packet, header(&packet));
        assert_eq!(payload.len(), 181);
        assert_eq!(extras, Extras { discontinuity: true, stuffed: true });
        packet[4] = 1;
        assert!(!parts(&packet, header(&packet)).1.stuffed);
        packet[3] = 0x20;
        assert!(parts(&packet, header(&packet)).0.is_empty());
    }
}
