//! Where the parts of a container begin, and where what they hold does, at all depths. Read apart from the library.

use std::collections::BTreeSet;

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Of MP4 and QuickTime.
pub fn boxes(bytes: &[u8]) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    boxes_within(bytes, 0, bytes.len(), &mut places);
    places
}

fn boxes_within(bytes: &[u8], mut at: usize, to: usize, places: &mut BTreeSet<usize>) {
    while at + 8 <= to {
        let (size, head) = match number(&bytes[at..at + 4]) {
            1 => (number(&bytes[at + 8..at + 16]), 16),
            size => (size, 8),
        };
        // What is no box: the end of a list of descriptions in QuickTime.
        if size < head || at + size > to {
            return;
        }
        let inner = at + head;
        places.extend([at, inner]);
        // How far into the box others begin.
        let before = match &bytes[at + 4..at + 8] {
            b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" | b"edts" | b"dinf" | b"mvex" | b"moof" | b"traf"
            | b"udta" | b"mfra" | b"ilst" | b"wave" | b"gmhd" => Some(0),
            b"stsd" | b"dref" => Some(8),
            b"meta" => Some(if &bytes[inner + 4..inner + 8] == b"hdlr" { 0 } else { 4 }),
            b"avc1" | b"hvc1" | b"hev1" | b"mp4v" => Some(78),
            b"mp4a" => Some(if number(&bytes[inner + 8..inner + 10]) == 1 { 44 } else { 28 }),
            _ => None,
        };
        if let Some(before) = before.filter(|before| inner + before < at + size) {
            places.insert(inner + before);
            boxes_within(bytes, inner + before, at + size, places);
        }
        at += size;
    }
}

/// Elements that hold elements: the Segment, and then what is in it, each with what it holds behind it.
const MASTERS: &[usize] = &[
    0x1a45_dfa3,
    0x1853_8067,
    0x114d_9b74,
    0x4dbb,
    0x1549_a966,
    0x1654_ae6b,
    0xae,
    0xe0,
    0xe1,
    0x55b0,
    0x6d80,
    0x1f43_b675,
    0xa0,
    0x1c53_bb6b,
    0xbb,
    0xb7,
    0x1254_c367,
    0x7373,
    0x63c0,
    0x67c8,
];

/// Of Matroska and WebM.
pub fn elements(bytes: &[u8]) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    elements_within(bytes, 0, bytes.len(), &mut places);
    places
}

fn elements_within(bytes: &[u8], mut at: usize, to: usize, places: &mut BTreeSet<usize>) {
    let width = |at: usize| bytes[at].leading_zeros() as usize + 1;
    while at < to {
        let size_at = at + width(at);
        let inner = size_at + width(size_at);
        let ones = (1 << (7 * (inner - size_at))) - 1;
        // One of unknown size takes all that follows for its own, which is as good here.
        let end = match number(&bytes[size_at..inner]) & ones {
            size if size == ones => to,
            size => inner + size,
        };
        places.extend([at, size_at, inner]);
        if MASTERS.contains(&number(&bytes[at..size_at])) {
            elements_within(bytes, inner, end, places);
        }
        at = end;
    }
}

/// Of MPEG-TS, with what stands before and behind each packet.
pub fn packets(bytes: &[u8]) -> BTreeSet<usize> {
    let is = |first: usize, apart: usize| bytes[first..].iter().step_by(apart).all(|byte| *byte == 0x47);
    let (apart, inside): (_, &[usize]) = match () {
        () if is(0, 188) => (188, &[0]),
        () if is(4, 192) => (192, &[0, 4]),
        () if is(0, 204) => (204, &[0, 188]),
        () => panic!("no packets"),
    };
    (0..bytes.len()).step_by(apart).flat_map(|at| inside.iter().map(move |inside| at + inside)).collect()
}
