//! What an elementary stream shows of its last picture: whether it has come to all that it must hold.

use crate::mem::zero_pair;

/// Pictures that must have been alike before one that holds less is called unfinished.
const ALIKE: u64 = 8;
const SEQUENCE: u8 = 0xb3;
const EXTENSION: u8 = 0xb5;
const SEQUENCE_EXTENSION: u8 = 1;
const MAX_HEIGHT: u32 = 2800;
/// Bytes before the last one that no start code begins in.
const NOTHING_BEGUN: u32 = 0xffff_ff00;

/// What has been seen of the current picture.
#[derive(Default)]
pub(super) struct Picture {
    /// The last bytes, in which a start code may have begun.
    recent: u32,
    /// The unit begins with the mark that opens an access unit.
    opened: bool,
    anything: bool,
    /// Slices so far; in MPEG-2 the lowest row that one has begun.
    slices: u8,
    /// How many each picture before this had, if all had the same.
    usual: Option<u8>,
    uneven: bool,
    pictures: u64,
    /// So many bytes are to be read until there is all that matters of an MPEG-2 header.
    header: u8,
    height: u32,
    /// Rows that every picture has, by the MPEG-2 headers.
    rows: u8,
}

impl Picture {
    pub(super) fn begin(&mut self) {
        if self.slices > 0 {
            self.pictures = self.pictures.saturating_add(1);
            self.uneven |= self.usual.is_some_and(|usual| usual != self.slices);
            self.usual = Some(self.slices);
        }
        self.slices = 0;
        self.recent = u32::MAX;
        self.opened = false;
        self.anything = false;
        self.header = 0;
    }

    /// Where each picture is one slice, or their number varies, there is nothing to learn from further ones.
    pub(super) fn has_more(&self) -> bool {
        self.slices == 0 || (!self.uneven && (self.pictures < ALIKE || self.usual > Some(1)))
    }

    /// Calls `found` for the byte after each start code. Leaps from one pair of zeros to the next: there is nothing between.
    pub(super) fn look(&mut self, payload: &[u8], found: fn(&mut Self, u8)) {
        let mut rest = payload;
        loop {
            if self.is_quiet() {
                let Some(pair) = zero_pair(rest) else {
                    if let Some(last) = rest.last() {
                        self.recent = NOTHING_BEGUN | u32::from(*last);
                    }
                    return;
                };
                if pair > 0 {
                    self.recent = u32::MAX;
                    rest = rest.get(pair..).unwrap_or(&[]);
                }
            }
            let Some((byte, behind)) = rest.split_first() else { return };
            self.take(*byte, found);
            rest = behind;
        }
    }

    /// No start code has begun or just ended, and no header is being read.
    fn is_quiet(&self) -> bool {
        self.header == 0 && self.recent & 0xff != 0 && self.recent & 0x00ff_ffff != 1
    }

    fn take(&mut self, byte: u8, found: fn(&mut Self, u8)) {
        if self.recent & 0x00ff_ffff == 1 {
            found(self, byte);
            self.anything = true;
        }
        self.recent = (self.recent << 8) | u32::from(byte);
        if self.header > 0 {
            self.header = self.header.saturating_sub(1);
            if self.header == 0 {
                self.read_header();
            }
        }
    }

    /// The last bytes are a header's code and the three that follow. Only MPEG-2 has the second one; in MPEG-1 a slice may
    /// go on for several rows. An interlaced picture may be a field, of half the height.
    fn read_header(&mut self) {
        let [code, first, second, _] = self.recent.to_be_bytes();
        if code == SEQUENCE {
            self.height = self.recent & 0xfff;
        } else if first >> 4 == SEQUENCE_EXTENSION {
            let progressive = second & 0x08 != 0;
            let rows = self.height.div_ceil(if progressive { 16 } else { 32 });
            // The codes of slices do not tell more rows apart.
            self.rows = u8::try_from(rows).ok().filter(|_| self.height <= MAX_HEIGHT).unwrap_or(0);
        }
    }

    pub(super) fn h264(&mut self, first: u8) {
        let kind = first & 0x1f;
        self.opened |= kind == 9 && !self.anything;
        self.slices = self.slices.saturating_add(u8::from(matches!(kind, 1..=5)));
    }

    pub(super) fn hevc(&mut self, first: u8) {
        let kind = (first >> 1) & 0x3f;
        self.opened |= kind == 35 && !self.anything;
        self.slices = self.slices.saturating_add(u8::from(kind < 32));
    }

    pub(super) fn mpeg2(&mut self, code: u8) {
        match code {
            // A second picture in one unit: the rows are not comparable.
            0 => self.uneven |= self.slices > 0,
            0x01..=0xaf => self.slices = self.slices.max(code),
            SEQUENCE | EXTENSION => self.header = 4,
            _ => {}
        }
    }

    /// The same where pictures follow each other without regard to packets.
    pub(super) fn mpeg2_anywhere(&mut self, code: u8) {
        if code == 0 {
            self.begin();
        }
        self.mpeg2(code);
    }

    pub(super) fn is_unfinished(&self) -> bool {
        let nothing_coded = self.opened && self.slices == 0;
        let fewer = !self.uneven && self.pictures >= ALIKE && self.usual.is_some_and(|usual| self.slices < usual);
        nothing_coded || fewer || self.slices < self.rows
    }
}

#[cfg(test)]
#[allow(clippy::as_conversions, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// Byte by byte, as the rule has it.
    fn plainly(picture: &mut Picture, bytes: &[u8], found: fn(&mut Picture, u8)) {
        bytes.iter().for_each(|byte| picture.take(*byte, found));
    }

    #[test]
    fn leaping_over_what_holds_no_start_code_finds_what_a_look_at_each_byte_finds() {
        let mut random = 1u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            random >> 16
        };
        for _ in 0..300 {
            let bytes: Vec<u8> = (0..next() % 400)
                .map(|_| match next() % 9 {
                    0..=3 => 0,
                    4..=5 => 1,
                    6 => [0xb3, 0xb5, 9, 0x65, 0x41][next() as usize % 5],
                    _ => next() as u8,
                })
                .collect();
            for found in [Picture::mpeg2, Picture::h264, Picture::hevc, Picture::mpeg2_anywhere] {
                let (mut leaping, mut plain) = (Picture::default(), Picture::default());
                for (nth, piece) in bytes.chunks(next() as usize % 90 + 1).enumerate() {
                    if nth % 3 == 0 {
                        leaping.begin();
                        plain.begin();
                    }
                    leaping.look(piece, found);
                    plainly(&mut plain, piece, found);
                    let of = |picture: &Picture| {
                        (
                            (picture.opened, picture.anything, picture.slices, picture.usual, picture.uneven),
                            (picture.pictures, picture.header, picture.height, picture.rows),
                            picture.recent & 0x00ff_ffff == 1,
                            picture.recent & 0xff,
                        )
                    };
                    assert_eq!(of(&leaping), of(&plain), "{bytes:?}");
                }
            }
        }
    }
}
