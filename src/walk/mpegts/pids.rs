//! What is known of each PID: what it carries, whether packets of it are missing, and how far its last PES packet has
//! come.

use super::packets::{self, Extras, SIZE, Steps};
use super::sections::Collector;
use super::{cut, pes};
use crate::walk::Declined;

const PIDS: usize = 0x2000;
/// The payload of a packet that has nothing but a header before it.
pub const PAYLOAD: u64 = 184;
/// The place of all PIDs that nothing is known of.
const UNKNOWN: u16 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Programs,
    Program,
    Services,
    Events,
}

#[derive(Clone, Debug)]
pub enum Role {
    /// No table names it: it may turn out to be a stream.
    Unknown,
    /// libavformat knows it and makes no packets of it that are counted here.
    Ignored,
    Table(Table, Collector),
    /// PES packets; `guessed`: what is in them shows only there; `in_units`: H.264 or HEVC, of which libavformat must find
    /// the parameters, and gives up where what it takes for a first picture has no unit in it
    Stream {
        guessed: bool,
        in_units: bool,
    },
}

#[derive(Clone, Debug)]
pub struct Pid {
    pub role: Role,
    /// The header of a packet that just goes on with the PES packet; 0 for none.
    next: u32,
    counter: Option<u8>,
    /// No PES packet has begun yet.
    fresh: bool,
    /// A PES packet has begun, and is not known to have ended.
    begun: bool,
    /// Bytes that are still to come, where the PES packet says how long it is; else more than will ever come.
    left: u64,
    bounded: bool,
    /// The last packet that was not plain had no stuffing, and what was still to come then: less is by plain packets,
    /// which have none.
    odd_filled: bool,
    odd_left: u64,
    /// How many PES packets without a length have ended, and how many of them with a filled packet.
    ended: u64,
    ended_filled: u64,
}

impl Pid {
    fn new(role: Role) -> Self {
        Pid {
            role,
            next: 0,
            counter: None,
            fresh: true,
            begun: false,
            left: u64::MAX,
            bounded: false,
            odd_filled: false,
            odd_left: u64::MAX,
            ended: 0,
            ended_filled: 0,
        }
    }

    /// Whether packets are missing before this one.
    #[inline]
    pub fn check_counter(&mut self, header: u32, extras: Extras) -> Result<(), Declined> {
        let counter = u8::try_from(header & 0xf).unwrap_or(0);
        let step = u8::from(header & packets::PAYLOAD != 0);
        // Plain packets leave no other trace.
        let plain = if self.next == 0 { None } else { u8::try_from(self.next.wrapping_sub(1) & 0xf).ok() };
        let before = plain.or(self.counter);
        self.counter = Some(counter);
        if extras.discontinuity {
            self.next = 0;
        }
        let in_step = before.is_none_or(|before| before.wrapping_add(step) & 0xf == counter);
        let matters = self.begun || matches!(self.role, Role::Table(..));
        if in_step || extras.discontinuity || !matters {
            return Ok(());
        }
        Err(Declined::damaged("packets are missing"))
    }

    /// A packet without a payload: also from its count the next one goes on.
    pub fn pass_over(&mut self, header: u32) {
        if self.next != 0 {
            self.next = following(header);
        }
    }

    /// A packet of a stream that is not the plain next one. Whether its payload belongs to a PES packet.
    #[inline]
    pub fn take(&mut self, header: u32, payload: &[u8], stuffed: bool) -> Result<bool, Declined> {
        let size = u64::try_from(payload.len()).unwrap_or(u64::MAX);
        if header & packets::UNIT_START != 0 {
            self.begin(payload, size)?;
        } else if self.begun {
            self.left = self.left.checked_sub(size).ok_or_else(too_long)?;
        }
        self.odd_filled = !stuffed;
        self.odd_left = self.left;
        self.next = if self.begun { following(header) } else { 0 };
        Ok(self.begun)
    }

    /// A packet of a table, of which nothing is open.
    pub fn took_table(&mut self, header: u32) {
        let whole = matches!(&self.role, Role::Table(_, collector) if !collector.is_open());
        self.next = if whole { following(header) } else { 0 };
    }

    /// Whether the last packet had no stuffing.
    fn is_filled(&self) -> bool {
        self.odd_filled || self.left != self.odd_left
    }

    #[inline(always)]
    fn begin(&mut self, payload: &[u8], size: u64) -> Result<(), Declined> {
        if self.bounded && self.left > 0 {
            return Err(Declined::damaged("a PES packet that is shorter than it says"));
        }
        if self.begun && !self.bounded {
            self.ended = self.ended.saturating_add(1);
            self.ended_filled = self.ended_filled.saturating_add(u64::from(self.is_filled()));
        }
        self.begun = pes::begins(payload);
        if self.begun && self.fresh {
            // What is refused here on the quick way is looked at once more on the long one.
            self.check_first(payload)?;
            self.fresh = false;
        }
        let stated = if self.begun { pes::size(payload)? } else { None };
        self.bounded = stated.is_some();
        // What is behind the end in the first packet is padding.
        self.left = stated.map_or(u64::MAX, |stated| stated.saturating_sub(size));
        Ok(())
    }

    #[cold]
    fn check_first(&self, payload: &[u8]) -> Result<(), Declined> {
        if !matches!(self.role, Role::Stream { in_units: true, .. }) {
            return Ok(());
        }
        let header = pes::start(payload)?.header;
        let data = payload.get(header..).unwrap_or_default();
        let zeros = data.iter().take_while(|byte| **byte == 0).count();
        if zeros >= 2 && data.get(zeros) == Some(&1) {
            return Ok(());
        }
        Err(Declined::damaged("a stream that does not begin with a start code"))
    }

    /// For another pass over the packets.
    fn restart(&mut self) {
        let mut role = std::mem::replace(&mut self.role, Role::Unknown);
        if let Role::Table(_, collector) = &mut role {
            collector.restart();
        }
        *self = Pid::new(role);
    }

    /// Whether the input breaks off here: `None` where more than this must be known.
    fn is_whole(&self) -> Option<bool> {
        match &self.role {
            Role::Table(Table::Events, _) => return Some(true),
            Role::Table(_, collector) => return Some(!collector.is_open()),
            _ if !self.begun => return Some(true),
            _ if self.bounded => return Some(self.left == 0),
            _ if !self.is_filled() => return Some(true),
            _ => {}
        }
        // Ends with a filled packet: seldom by chance, but where those before it did so too.
        if self.ended_filled.saturating_mul(4) > self.ended { None } else { Some(false) }
    }
}

fn too_long() -> Declined {
    Declined::damaged("a PES packet that is longer than it says")
}

/// The header of the next packet of the same PID, if nothing but payload is in it.
#[inline(always)]
fn following(header: u32) -> u32 {
    let counter = header.wrapping_add(1) & 0xf;
    (header & 0xff1f_ff00) & !packets::UNIT_START | packets::PAYLOAD | counter
}

/// A payload of a stream.
pub struct Piece<'a> {
    pub place: u16,
    pub bytes: &'a [u8],
    /// A PES packet begins with it.
    pub starts: bool,
}

#[derive(Clone, Debug)]
pub struct Pids {
    /// Where the state of each PID is.
    places: Box<[u16; PIDS]>,
    states: Vec<Pid>,
}

impl Pids {
    pub fn new() -> Result<Self, Declined> {
        Ok(Pids { places: Box::new([UNKNOWN; PIDS]), states: vec![Pid::new(Role::Unknown)] })
    }

    /// The quick way: a packet with nothing but payload, that goes on with a PES packet. Gives the PID's place.
    #[inline(always)]
    pub fn go_on(&mut self, header: u32) -> Option<u16> {
        let place = self.place(packets::pid(header));
        let state = self.states.get_mut(usize::from(place))?;
        if state.next != header || state.left < PAYLOAD || header == 0 {
            return None;
        }
        state.left = state.left.wrapping_sub(PAYLOAD);
        state.next = following(header);
        Some(place)
    }

    /// The quick way for many: goes by packets as `go_on` takes them of one PID, `most` bytes at most, as long as `passes`
    /// holds of them. Gives how many bytes they had.
    #[inline(always)]
    pub fn pass(&mut self, place: u16, steps: &mut Steps, most: u64, passes: impl Fn(&[u8; 184]) -> bool) -> u64 {
        let Some(state) = self.states.get_mut(usize::from(place)).filter(|state| state.next != 0) else { return 0 };
        // As it lies in memory, and turned so that the counter is in front and wraps by itself.
        let mut wanted = state.next.swap_bytes().rotate_left(4);
        let most = state.left.min(most);
        let mut left = most;
        while let Some((header, payload)) = steps.first()
            && u32::from_le_bytes(*header).rotate_left(4) == wanted
            && let Some(less) = left.checked_sub(PAYLOAD)
            && passes(payload)
        {
            steps.pass();
            left = less;
            wanted = wanted.wrapping_add(0x1000_0000);
        }
        state.next = wanted.rotate_right(4).swap_bytes();
        let passed = most.wrapping_sub(left);
        state.left = state.left.wrapping_sub(passed);
        passed
    }

    /// The same for the next packet alone, which has an adaptation field with nothing in it but stuffing.
    #[inline(always)]
    pub fn pass_stuffed(
        &mut self,
        place: u16,
        steps: &mut Steps,
        most: u64,
        passes: impl Fn(&[u8; 184]) -> bool,
    ) -> u64 {
        let Some(state) = self.states.get_mut(usize::from(place)).filter(|state| state.next != 0) else { return 0 };
        let Some((header, payload)) = steps.first() else { return 0 };
        let [length, flags, ..] = *payload;
        if u32::from_be_bytes(*header) != state.next | packets::ADAPTATION || length >= 183 || flags & 0x1f != 0 {
            return 0;
        }
        let size = 183u64.wrapping_sub(u64::from(length));
        if state.left.min(most) < size || !passes(payload) {
            return 0;
        }
        steps.pass();
        state.next = following(state.next);
        state.left = state.left.wrapping_sub(size);
        (state.odd_filled, state.odd_left) = (length == 1, state.left);
        size
    }

    /// The second quick way: the next packet of a stream with an adaptation field, or with the beginning of a PES packet,
    /// and nothing out of order. Gives what is to be fed; `None` where one must look closer.
    #[inline(always)]
    pub fn step<'p>(&mut self, place: u16, packet: &'p [u8; SIZE], header: u32) -> Option<Piece<'p>> {
        let state = self.states.get_mut(usize::from(place))?;
        let other = (header ^ state.next) & !(packets::UNIT_START | packets::ADAPTATION);
        if other != 0 || state.next == 0 {
            return None;
        }
        match &state.role {
            // What begins in a stream that is guessed at is looked at.
            Role::Stream { guessed, .. } if !guessed || header & packets::UNIT_START == 0 => {}
            Role::Table(_, collector) => {
                let again = header & packets::ADAPTATION == 0 && collector.repeats(plain(packet)?);
                state.next = if again { following(header) } else { state.next };
                return again.then_some(Piece { place, bytes: &[], starts: false });
            }
            _ => return None,
        }
        let (payload, extras) = packets::parts(packet, header);
        let size = u64::try_from(payload.len()).ok().filter(|size| *size > 0)?;
        let starts = header & packets::UNIT_START != 0;
        if starts {
            state.begin(payload, size).ok().filter(|()| state.begun)?;
        } else {
            state.left = state.left.checked_sub(size)?;
        }
        state.odd_filled = !extras.stuffed;
        state.odd_left = state.left;
        state.next = following(header);
        Some(Piece { place, bytes: payload, starts })
    }

    #[inline(always)]
    pub fn place(&self, pid: u16) -> u16 {
        self.places.get(usize::from(pid)).copied().unwrap_or(UNKNOWN)
    }

    pub fn get(&mut self, pid: u16) -> Option<&mut Pid> {
        let place = self.place(pid);
        if place == UNKNOWN { None } else { self.states.get_mut(usize::from(place)) }
    }

    pub fn set(&mut self, pid: u16, role: Role) {
        if let Some(state) = self.get(pid) {
            *state = Pid::new(role);
            return;
        }
        if let (Some(place), Ok(new)) = (self.places.get_mut(usize::from(pid)), u16::try_from(self.states.len())) {
            *place = new;
            self.states.push(Pid::new(role));
        }
    }

    pub fn restart(&mut self) {
        for state in &mut self.states {
            state.restart();
        }
    }

    /// Declines an input that breaks off at its end, by the rule that also judges what libavformat reads.
    pub fn check_end(&self, bytes: &[u8]) -> Result<(), Declined> {
        let mut doubt = false;
        for state in &self.states {
            match state.is_whole() {
                Some(true) => {}
                Some(false) => return Err(Declined::damaged("the end is cut").at(crate::walk::bytes::length(bytes))),
                None => doubt = true,
            }
        }
        if doubt { cut::check(bytes) } else { Ok(()) }
    }
}

/// The bytes of a packet with nothing but payload in it.
#[inline(always)]
pub fn plain(packet: &[u8; SIZE]) -> Option<&[u8; 184]> {
    packet.last_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_packet_goes_on_with_nothing() {
        let mut pids = Pids::new().unwrap();
        pids.set(0, Role::Table(Table::Programs, Default::default()));
        assert_eq!(pids.go_on(0), None);
    }
}
