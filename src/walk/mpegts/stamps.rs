//! Which PES packet's place and time a picture gets: libavcodec's parsers keep the last four packets that they were
//! given, and take what belongs to the one in which the picture begins, once.

/// What a PES packet says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Its first transport packet.
    pub offset: u64,
    pub pts: Option<i64>,
    /// Far from the time of decoding.
    pub is_far: bool,
}

/// One packet that the parser was given. Places count bytes of the elementary stream, from the first packet's place in
/// the input on, as libavcodec has it.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    begin: u64,
    end: u64,
    stamp: Stamp,
    taken: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Stamps {
    given: [Given; 4],
    latest: usize,
    begun: bool,
    /// Where the packet before the current one began, and where the current one does.
    last: u64,
    current: u64,
    /// Where the parser was last called.
    called: u64,
    pending: bool,
    found: Option<Stamp>,
}

impl Stamps {
    /// The parser is given a packet whose bytes begin at `begin`.
    pub fn give(&mut self, begin: u64, stamp: Stamp) {
        if !self.begun {
            self.begun = true;
            self.current = begin;
            self.pending = true;
        }
        if let Some(given) = self.given.get_mut(self.latest) {
            given.end = begin;
        }
        self.latest = self.latest.wrapping_add(1) & 3;
        if let Some(given) = self.given.get_mut(self.latest) {
            *given = Given { begin, end: u64::MAX, stamp, taken: false };
        }
        self.called = begin;
        self.resolve();
    }

    /// A picture's packet begins. `more`: the parser goes on in the same packet.
    pub fn begin(&mut self, at: u64, more: bool) {
        self.last = self.current;
        self.current = at;
        self.called = self.called.max(at);
        self.pending = true;
        if more {
            self.resolve();
        }
    }

    /// More bytes of the same packet.
    #[inline(always)]
    pub fn go_on(&mut self) {
        if self.pending {
            self.resolve();
        }
    }

    fn resolve(&mut self) {
        if std::mem::take(&mut self.pending) {
            self.found = None;
            self.fetch(self.called, false, false);
        }
    }

    /// MPEG-2: a picture's own start code.
    pub fn picture(&mut self, at: u64) {
        let behind = at > self.called;
        if !behind {
            self.found = None;
        }
        self.fetch(at, true, behind);
    }

    /// `timed`: only what has a time counts.
    fn fetch(&mut self, at: u64, take: bool, timed: bool) {
        let first = self.last == 0 && self.current == 0;
        for given in &mut self.given {
            let begun = !given.taken && at >= given.begin && (self.last < given.begin || first);
            if !begun || given.end == 0 {
                continue;
            }
            if !timed || given.stamp.pts.is_some() {
                self.found = Some(given.stamp);
            }
            given.taken |= take;
            if at < given.end {
                break;
            }
        }
    }

    /// What the current picture has got.
    pub fn found(&self) -> Option<Stamp> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(offset: u64) -> Stamp {
        Stamp { offset, pts: Some(offset as i64), is_far: false }
    }

    #[test]
    fn the_first_picture_that_begins_in_a_packet_gets_its_stamp() {
        let mut stamps = Stamps::default();
        stamps.give(564, stamp(564));
        assert_eq!(stamps.found(), Some(stamp(564)));
        stamps.begin(700, true);
        assert_eq!(stamps.found(), None);
        stamps.give(1000, stamp(2000));
        stamps.begin(1000, true);
        assert_eq!(stamps.found(), Some(stamp(2000)));
    }

    #[test]
    fn a_start_code_that_begins_before_the_packet_counts_for_it() {
        let mut stamps = Stamps::default();
        stamps.give(564, stamp(564));
        stamps.give(1000, stamp(2000));
        stamps.begin(998, true);
        assert_eq!(stamps.found(), Some(stamp(2000)));
        stamps.begin(1100, true);
        assert_eq!(stamps.found(), Some(stamp(2000)));
        stamps.begin(1200, true);
        assert_eq!(stamps.found(), None);
    }

    #[test]
    fn an_mpeg2_picture_takes_the_stamp_of_its_own_start_code_once() {
        let mut stamps = Stamps::default();
        stamps.give(564, Stamp { offset: 564, pts: None, is_far: false });
        stamps.give(600, stamp(2000));
        stamps.picture(610);
        assert_eq!(stamps.found(), Some(stamp(2000)));
        stamps.begin(650, true);
        assert_eq!(stamps.found(), None);
    }
}
