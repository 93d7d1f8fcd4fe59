//! What containers put around packets: just enough of each, for files that are whole.

use super::{Kind, Packet};
use std::collections::BTreeMap;

/// The stretch of a container that holds one packet, or a part of one, or a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub start: usize,
    pub end: usize,
}

pub fn units(kind: Kind, whole: &[u8], packets: &[Packet]) -> Vec<Unit> {
    let each = |unit: fn(&[u8], usize, usize) -> Unit| {
        packets.iter().filter_map(|packet| Some(unit(whole, packet.offset?, packet.size))).collect()
    };
    match kind {
        Kind::Mp4 => each(|_, at, size| Unit { start: at, end: at + size }),
        // A chunk: its name and size before, a byte behind to make it even.
        Kind::Avi => each(|_, at, size| Unit { start: at - 8, end: at + size + size % 2 }),
        // A tag: a header of 11 bytes before, its size once more behind.
        Kind::Flv => each(|whole, at, _| Unit { start: at, end: at + 15 + number(whole, at + 1, 3) }),
        Kind::Matroska => blocks(whole),
        Kind::Ts => transport_units(whole),
        Kind::Ps => program_units(whole),
    }
}

/// A big-endian number.
fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    bytes[at..at + width].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// The outermost boxes: kind, start, end.
fn boxes(whole: &[u8]) -> Vec<([u8; 4], Unit)> {
    let (mut start, mut boxes) = (0, Vec::new());
    while start + 8 <= whole.len() {
        let size = match number(whole, start, 4) {
            0 => whole.len() - start,
            1 => number(whole, start + 8, 8),
            size => size,
        };
        let end = start + size;
        boxes.push(([whole[start + 4], whole[start + 5], whole[start + 6], whole[start + 7]], Unit { start, end }));
        start = end;
    }
    boxes
}

/// How far a `sidx` box says that its stretches reach.
fn indexed_end(whole: &[u8], sidx: Unit) -> usize {
    let width = if whole[sidx.start + 8] == 0 { 4 } else { 8 };
    let skipped = number(whole, sidx.start + 20 + width, width);
    let table = sidx.start + 20 + 2 * width;
    let sizes = (0..number(whole, table + 2, 2)).map(|nth| number(whole, table + 4 + 12 * nth, 4) & 0x7fff_ffff);
    sidx.end + skipped + sizes.sum::<usize>()
}

/// Behind the outermost `mdat` of a fragment, or of what comes before the first one, and no index leads further.
pub fn is_end_of_fragment(whole: &[u8], end: usize) -> bool {
    let boxes = boxes(whole);
    let kept = |name| boxes.iter().filter(move |(kind, unit)| kind == name && unit.end <= end).map(|(_, unit)| *unit);
    let fragmented = boxes.iter().any(|(kind, _)| kind == b"moof");
    fragmented && kept(b"mdat").any(|mdat| mdat.end == end) && kept(b"sidx").all(|sidx| indexed_end(whole, sidx) <= end)
}

/// Behind the last box that has to do with samples, where others follow.
pub fn is_end_of_samples(whole: &[u8], end: usize) -> bool {
    let boxes = boxes(whole);
    let behind = |(kind, unit): &([u8; 4], Unit)| unit.start < end || !matches!(kind, b"moov" | b"moof" | b"mdat");
    boxes.iter().any(|(kind, unit)| kind == b"mdat" && unit.end == end) && boxes.iter().all(behind)
}

const SEGMENT: usize = 0x1853_8067;
const CLUSTER: usize = 0x1f43_b675;
const SIMPLE_BLOCK: usize = 0xa3;
const BLOCK_GROUP: usize = 0xa0;

/// An element's id, where its contents begin, and its size unless it is left open.
fn element(whole: &[u8], at: usize) -> (usize, usize, Option<usize>) {
    let width = |at: usize| whole[at].leading_zeros() as usize + 1;
    let (name, size) = (width(at), width(at + width(at)));
    let stated = number(whole, at + name, size) & ((1 << (7 * size)) - 1);
    let open = stated == (1 << (7 * size)) - 1;
    (number(whole, at, name), at + name + size, (!open).then_some(stated))
}

/// The elements of clusters that hold blocks.
fn blocks(whole: &[u8]) -> Vec<Unit> {
    let (mut at, mut blocks) = (0, Vec::new());
    while at < whole.len() {
        let (id, contents, size) = element(whole, at);
        let end = contents + size.unwrap_or(0);
        if matches!(id, SIMPLE_BLOCK | BLOCK_GROUP) {
            blocks.push(Unit { start: at, end });
        }
        at = if matches!(id, SEGMENT | CLUSTER) { contents } else { end };
    }
    blocks
}

pub fn is_end_of_live_block(whole: &[u8], end: usize) -> bool {
    let (_, head, size) = element(whole, 0);
    let (segment, _, open) = element(whole, head + size.unwrap_or(0));
    segment == SEGMENT && open.is_none() && blocks(whole).iter().any(|block| block.end == end)
}

/// A transport packet: its PID, whether it has a payload, and whether a unit begins there.
fn transport_packets(whole: &[u8]) -> impl Iterator<Item = (usize, usize, bool, bool)> {
    whole.chunks_exact(188).enumerate().map(|(nth, packet)| {
        assert_eq!(packet[0], 0x47, "packet {nth}");
        (nth * 188, number(packet, 1, 2) & 0x1fff, packet[3] & 0x10 != 0, packet[1] & 0x40 != 0)
    })
}

/// PES packets and sections: from the transport packet in which they begin to the last one that holds some of it.
fn transport_units(whole: &[u8]) -> Vec<Unit> {
    let (mut units, mut open) = (Vec::new(), BTreeMap::new());
    for (start, pid, payload, begins) in transport_packets(whole) {
        let end = start + 188;
        match open.get_mut(&pid) {
            _ if !payload => {}
            _ if begins => units.extend(open.insert(pid, Unit { start, end })),
            Some(unit) => unit.end = end,
            None => {}
        }
    }
    units.extend(open.into_values());
    units
}

pub fn is_between_units(whole: &[u8], end: usize) -> bool {
    let under_way = |unit: &Unit| unit.start < end && end < unit.end;
    end.is_multiple_of(188) && !transport_units(whole).iter().any(under_way)
}

/// Packs' headers and PES packets. All state how long they are.
fn program_units(whole: &[u8]) -> Vec<Unit> {
    let (mut start, mut units) = (0, Vec::new());
    while start + 4 <= whole.len() && whole[start + 3] != 0xb9 {
        assert_eq!(whole[start..start + 3], [0, 0, 1], "at {start}");
        let size = match whole[start + 3] {
            0xba if whole[start + 4] >> 6 == 1 => 14 + usize::from(whole[start + 13] & 7),
            0xba => 12,
            _ => 6 + number(whole, start + 4, 2),
        };
        units.push(Unit { start, end: start + size });
        start += size;
    }
    units
}

/// Behind all that a pack holds but padding, which may as well be left out, as may the end code.
pub fn is_end_of_pack(whole: &[u8], end: usize) -> bool {
    let units = program_units(whole);
    let code = |unit: &Unit| whole[unit.start + 3];
    let next = units.iter().filter(|unit| unit.start >= end).map(code).find(|code| *code != 0xbe);
    let last = units.iter().rfind(|unit| unit.end <= end).map(code);
    next.is_none_or(|code| code == 0xba) && !matches!(last, Some(0xba | 0xbb))
}
