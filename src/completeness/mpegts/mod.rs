//! MPEG transport streams: packets of 188 bytes (or 192, or 204 with what surrounds them).
//!
//! Nothing in a transport stream says how long it is, so that a clean end proves nothing. What can be
//! proven is a cut: inside a packet, inside a section of the tables, inside a PES packet that states its
//! length, and inside a picture, if its beginning promises more than is there.

mod pid;

use super::bytes::{after, begins, byte};
use super::{MAX_NEED, Step, Tail, Verdict, Walk};
use pid::{Packet, Pid};

const SYNC: u8 = 0x47;
const PACKET: usize = 188;
/// With a timestamp before, or check bytes behind, each packet.
const STRIDES: [usize; 3] = [PACKET, 192, 204];
/// Sync bytes in a row that make a transport stream.
const IN_A_ROW: usize = 5;
/// Bytes in which such a row is looked for: the row itself, and some junk before it.
const WINDOW: usize = 2048;
const PIDS: usize = 8192;
const NULL_PID: usize = 0x1fff;
/// PIDs that are followed: far more than any multiplex has.
const MAX_FOLLOWED: usize = 1024;

#[derive(Default)]
pub(super) struct MpegTs {
    /// From one packet to the next; unknown before the first, and after sync was lost.
    stride: Option<usize>,
    /// What surrounds the packets is due before the next one.
    between: bool,
    synced_once: bool,
    /// Not just plain packets that count on, with whole PES packets in them.
    untidy: bool,
    /// For each PID its place in `followed`, plus one.
    places: Vec<u16>,
    followed: Vec<Pid>,
}

/// The first place from which packets follow each other, and how far apart.
fn sync(bytes: &[u8]) -> Option<(usize, usize)> {
    (0..bytes.len()).find_map(|start| {
        let row = |stride: &&usize| {
            (0..IN_A_ROW).all(|nth| {
                let at = nth.saturating_mul(**stride).saturating_add(start);
                bytes.get(at) == Some(&SYNC)
            })
        };
        STRIDES.iter().find(row).map(|stride| (start, *stride))
    })
}

impl MpegTs {
    fn find_sync(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < WINDOW.min(MAX_NEED) {
            return Step::Need(WINDOW);
        }
        let shown = bytes.get(..WINDOW).unwrap_or(bytes);
        let Some((start, stride)) = sync(shown) else {
            // A row may begin where the window has no room for all of it.
            let tried = WINDOW.saturating_sub(IN_A_ROW.saturating_mul(204));
            self.untidy = true;
            return Step::Advance(u64::try_from(tried).unwrap_or(1));
        };
        // Junk before the first packet or between two, or bytes around each.
        self.untidy |= self.synced_once || start > 0 || stride != PACKET;
        self.stride = Some(stride);
        self.synced_once = true;
        self.between = false;
        if start == 0 { self.packets(bytes, stride) } else { Step::Advance(u64::try_from(start).unwrap_or(1)) }
    }

    fn packets(&mut self, bytes: &[u8], stride: usize) -> Step {
        let gap = stride.saturating_sub(PACKET);
        let mut rest = bytes;
        if self.between && gap > 0 {
            self.between = false;
            return Step::Advance(u64::try_from(gap).unwrap_or(1));
        }
        while let Some((packet, behind)) = rest.split_first_chunk::<PACKET>() {
            if byte(packet, 0) != SYNC {
                break;
            }
            let quiet = self.packet(packet);
            rest = behind;
            if gap > 0 {
                let Some(next) = rest.get(gap..) else {
                    self.between = true;
                    break;
                };
                rest = next;
            }
            if let Some(place) = quiet {
                rest = self.pass_alike(place, packet, rest, stride);
            }
        }
        self.untidy |= self.followed.iter().any(Pid::is_untidy);
        let used = bytes.len().saturating_sub(rest.len());
        if used > 0 {
            return Step::Advance(u64::try_from(used).unwrap_or(1));
        }
        if byte(rest, 0) == SYNC && rest.len() < PACKET {
            return Step::Need(PACKET);
        }
        self.stride = None;
        self.untidy = true;
        self.find_sync(bytes)
    }

    /// Gives the place of a PID, of whose next plain packets nothing is to be learned but that they are there.
    #[inline]
    fn packet(&mut self, bytes: &[u8; PACKET]) -> Option<usize> {
        if let Some(place) = self.known_place(pid::number(bytes))
            && let Some(pid) = self.followed.get_mut(place)
            && pid.go_on(bytes)
        {
            return Some(place).filter(|_| pid.is_quiet());
        }
        self.odd_packet(bytes);
        None
    }

    /// Goes by packets that are as `like` but for their counter; gives what follows.
    fn pass_alike<'b>(&mut self, place: usize, like: &[u8; PACKET], bytes: &'b [u8], stride: usize) -> &'b [u8] {
        let (kind, mut counter, mut in_order) = (pid::kind_of(like), byte(like, 3) & 0xf, true);
        let mut alike = |packet: &[u8]| {
            let Some(header) = packet.first_chunk().filter(|header| pid::kind(header) == kind) else { return false };
            let next = byte(header, 3) & 0xf;
            in_order &= next == counter.wrapping_add(1) & 0xf;
            counter = next;
            true
        };
        let count = bytes.chunks_exact(stride).take_while(|packet| alike(packet)).count();
        if let Some(pid) = self.followed.get_mut(place).filter(|_| count > 0) {
            pid.pass(u64::try_from(count).unwrap_or(u64::MAX), counter, in_order);
        }
        bytes.get(count.saturating_mul(stride)..).unwrap_or(&[])
    }

    #[inline(never)]
    fn odd_packet(&mut self, bytes: &[u8; PACKET]) {
        let number = pid::number(bytes);
        if number == NULL_PID {
            return;
        }
        let place = self.place(number);
        self.untidy |= place.is_none();
        let Some(pid) = place.and_then(|place| self.followed.get_mut(place)) else { return };
        pid.meets(bytes);
        let Some(packet) = Packet::parse(bytes) else { return };
        let tables = pid.take(&packet);
        for number in tables.programs {
            if let Some(place) = self.place(usize::from(number))
                && let Some(pid) = self.followed.get_mut(place)
            {
                pid.is_program_map();
            }
        }
        for (number, stream_type) in tables.streams {
            if let Some(place) = self.place(usize::from(number))
                && let Some(pid) = self.followed.get_mut(place)
            {
                pid.set_stream_type(stream_type);
            }
        }
    }

    #[inline]
    fn known_place(&self, number: usize) -> Option<usize> {
        let place = self.places.get(number).filter(|_| number != NULL_PID)?;
        usize::from(*place).checked_sub(1)
    }

    /// Where the state of a PID lies; `None` when there are too many.
    fn place(&mut self, number: usize) -> Option<usize> {
        if self.places.is_empty() {
            self.places.resize(PIDS, 0);
        }
        let place = self.places.get_mut(number)?;
        if *place == 0 {
            if self.followed.len() >= MAX_FOLLOWED {
                return None;
            }
            self.followed.push(Pid::new(number));
            *place = u16::try_from(self.followed.len()).ok()?;
        }
        usize::from(*place).checked_sub(1)
    }

    /// The finding for a stream so short that it fits the first window.
    fn finish_short(tail: &Tail<'_>) -> Verdict {
        let alone = || tail.rest.chunks(PACKET).all(|packet| byte(packet, 0) == SYNC).then_some((0, PACKET));
        let Some((start, stride)) = sync(tail.rest).or_else(alone).filter(|_| !tail.rest.is_empty()) else {
            return Verdict::Unknown;
        };
        let mut walk = Self { stride: Some(stride), synced_once: true, ..Self::default() };
        let mut rest = tail.rest.get(start..).unwrap_or(&[]);
        while let Step::Advance(distance) = walk.step(tail.at, rest) {
            rest = after(rest, distance);
        }
        walk.finish(&Tail { rest, ..*tail })
    }
}

impl Walk for MpegTs {
    fn step(&mut self, _at: u64, bytes: &[u8]) -> Step {
        match self.stride {
            Some(stride) => self.packets(bytes, stride),
            None => self.find_sync(bytes),
        }
    }

    fn finish(&self, tail: &Tail<'_>) -> Verdict {
        if !self.synced_once {
            return Self::finish_short(tail);
        }
        let partial = self.stride.is_some() && begins(tail.rest, 0, &[SYNC]);
        let broken = self.followed.iter().any(Pid::is_broken_off);
        let filled = self.followed.iter().any(Pid::seems_broken_off);
        if partial || broken || filled { tail.cut() } else { Verdict::Unknown }
    }

    fn is_untidy(&self) -> bool {
        self.untidy
    }

    fn ends_tidily(&self) -> bool {
        self.synced_once && self.stride.is_some() && !self.untidy
    }

    fn tracks(&self) -> u64 {
        self.followed.iter().map(Pid::streams).fold(0, u64::saturating_add)
    }
}
