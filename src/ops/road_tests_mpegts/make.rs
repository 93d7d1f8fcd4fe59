//! Transport streams, made packet by packet.

use crate::av::View;

pub const VIDEO: u16 = 0x100;
pub const AUDIO: u16 = 0x101;
pub const PMT: u16 = 0x1000;

/// A stream as a PMT names it: its type, its PID, its descriptors.
pub type Named<'n> = (u8, u16, &'n [u8]);

#[derive(Clone, Default)]
pub struct Maker {
    pub bytes: Vec<u8>,
    pub counters: std::collections::HashMap<u16, u8>,
    /// Bytes before and behind each packet.
    pub around: (usize, usize),
}

/// How a PES packet is written.
#[derive(Clone, Copy)]
pub struct Pes {
    pub pts: Option<u64>,
    pub dts: Option<u64>,
    pub bounded: bool,
    /// The most bytes of payload in one packet.
    pub most: usize,
}

pub const PLAIN: Pes = Pes { pts: None, dts: None, bounded: false, most: 184 };

fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| (crc << 1) ^ if crc >> 31 == 0 { 0 } else { 0x04c1_1db7 })
    })
}

pub fn section(table: u8, number: u16, version: u8, body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u16 + 9).to_be_bytes();
    let mut section = vec![table, 0xb0 | size[0], size[1]];
    section.extend(number.to_be_bytes());
    section.extend([0xc1 | version << 1, 0, 0]);
    section.extend(body);
    section.extend(crc(&section).to_be_bytes());
    section
}

pub fn pat(version: u8, programs: &[(u16, u16)]) -> Vec<u8> {
    let body: Vec<u8> = programs
        .iter()
        .flat_map(|(number, pid)| [number.to_be_bytes(), (0xe000 | pid).to_be_bytes()].concat())
        .collect();
    section(0, 1, version, &body)
}

pub fn pmt(program: u16, version: u8, clock: u16, streams: &[Named]) -> Vec<u8> {
    let mut body = [(0xe000 | clock).to_be_bytes(), 0xf000u16.to_be_bytes()].concat();
    for (kind, pid, descriptors) in streams {
        body.push(*kind);
        body.extend((0xe000 | pid).to_be_bytes());
        body.extend((0xf000 | descriptors.len() as u16).to_be_bytes());
        body.extend(*descriptors);
    }
    section(2, program, version, &body)
}

impl Maker {
    /// With a PAT of one program, and its PMT.
    pub fn of(streams: &[Named]) -> Self {
        let mut maker = Maker::default();
        maker.tables(&pat(0, &[(1, PMT)]), &pmt(1, 0, VIDEO, streams));
        maker
    }

    pub fn tables(&mut self, pat: &[u8], pmt: &[u8]) {
        self.section(0, pat);
        self.section(PMT, pmt);
    }

    pub fn section(&mut self, pid: u16, section: &[u8]) {
        let unit = [&[0], section].concat();
        for (nth, part) in unit.chunks(184).enumerate() {
            let filled: Vec<u8> = part.iter().copied().chain(std::iter::repeat(0xff)).take(184).collect();
            self.packet(pid, nth == 0, &filled);
        }
    }

    /// One packet; what its payload leaves is filled by an adaptation field.
    pub fn packet(&mut self, pid: u16, starts: bool, payload: &[u8]) {
        self.adapted(pid, starts, &[], payload);
    }

    /// With these bytes at the front of the adaptation field.
    pub fn adapted(&mut self, pid: u16, starts: bool, field: &[u8], payload: &[u8]) {
        let counter = self.counters.entry(pid).or_default();
        let room = 184 - payload.len();
        assert!(room >= field.len() + usize::from(!field.is_empty()));
        let [high, low] = (pid | if starts { 0x4000 } else { 0 }).to_be_bytes();
        self.bytes.extend(std::iter::repeat_n(0x11, self.around.0));
        self.bytes.extend([0x47, high, low, *counter | if room > 0 { 0x30 } else { 0x10 }]);
        *counter = (*counter + 1) & 15;
        if room > 0 {
            self.bytes.push(room as u8 - 1);
            let filling = if field.is_empty() && room > 1 { &[0][..] } else { field };
            self.bytes.extend(filling);
            self.bytes.extend(std::iter::repeat_n(0xff, room - 1 - filling.len()));
        }
        self.bytes.extend(payload);
        self.bytes.extend(std::iter::repeat_n(0x22, self.around.1));
    }

    /// Leaves a packet of this PID out.
    pub fn lose(&mut self, pid: u16) {
        let counter = self.counters.entry(pid).or_default();
        *counter = (*counter + 1) & 15;
    }

    pub fn pes(&mut self, pid: u16, id: u8, how: Pes, data: &[u8]) {
        let unit = pes(id, how, data);
        for (nth, part) in unit.chunks(how.most).enumerate() {
            self.packet(pid, nth == 0, part);
        }
    }
}

fn stamp(mark: u8, stamp: u64) -> [u8; 5] {
    let bits = |shift: u32| (stamp >> shift) as u8;
    [mark << 4 | (bits(29) & 0x0e) | 1, bits(22), bits(14) & 0xfe | 1, bits(7), bits(0) << 1 | 1]
}

pub fn pes(id: u8, how: Pes, data: &[u8]) -> Vec<u8> {
    let stamps = match (how.pts, how.dts) {
        (Some(pts), Some(dts)) => [stamp(3, pts), stamp(1, dts)].concat(),
        (Some(pts), None) => stamp(2, pts).to_vec(),
        _ => Vec::new(),
    };
    let flags = [0, 0x80, 0xc0][usize::from(how.pts.is_some()) + usize::from(how.dts.is_some())];
    let size = if how.bounded { (data.len() + stamps.len() + 3) as u16 } else { 0 }.to_be_bytes();
    let head = [0, 0, 1, id, size[0], size[1], 0x80, flags, stamps.len() as u8];
    [&head[..], &stamps, data].concat()
}

/// The pictures of a clip's first stream, as libavformat cuts them.
pub fn pictures(bytes: &[u8]) -> Vec<Vec<u8>> {
    let views: Vec<View> = super::super::road_tests::packets(bytes).unwrap();
    views.into_iter().filter(|view| view.stream == Some(0)).map(|view| view.data).collect()
}

/// An H.264 or HEVC picture without the units that `leave_out` names by their first byte.
pub fn without(picture: &[u8], leave_out: impl Fn(u8) -> bool) -> Vec<u8> {
    let codes = (0..picture.len().saturating_sub(3)).filter(|at| picture[*at..].starts_with(&[0, 0, 1]));
    let mut codes: Vec<_> = codes.collect();
    codes.push(picture.len());
    let units = codes.windows(2).map(|pair| &picture[pair[0]..pair[1]]);
    units.filter(|unit| !leave_out(unit[3])).flatten().copied().collect()
}
