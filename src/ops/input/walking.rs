//! An open container as it is walked: its packets are pieces of the host's memory. What only libavformat does is done by
//! libavformat, which is led to the same place by doing all over again what the host has done.

use super::super::outcome::Found;
use super::super::probe::Level;
use super::super::road::Road;
use super::{Options, no_stream};
use crate::description::Rational;
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, to_u64};
use crate::walk::{Declined, Known, Packet, Packets, Walk};

/// Packets that are not wanted are passed over so many at a time.
const STRETCH: u64 = 4096;

/// What a host has done.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Packets that it was given.
    pub packets: u64,
    /// Streams that it chose, and after how many packets.
    pub chosen: Vec<(u64, Vec<usize>)>,
    /// So many of the packets make no difference to what comes.
    pub skipped: u64,
}

impl Past {
    /// Nothing of it makes a difference but the streams chosen last.
    pub fn skip(&mut self) {
        self.skipped = self.packets;
        let last = self.chosen.pop();
        self.chosen = last.map(|(_, chosen)| (self.packets, chosen)).into_iter().collect();
    }
}

/// What came of walking on.
pub enum Step {
    Packet,
    End,
    /// The rest is libavformat's.
    Declined(Declined),
}

pub struct Walking<'a> {
    packets: Packets<'a>,
    time_bases: Vec<Rational>,
    is_complete: bool,
    size: u64,
    pub found: Found,
    /// The packet that was given last.
    pub current: Option<Packet<'a>>,
    /// Which streams are wanted; all, if nothing was said.
    wanted: Option<Vec<usize>>,
    pub past: Past,
    /// Packets of all streams that were passed.
    passed: u64,
    /// A stream is wanted again that was passed over: what libavformat keeps of such a one is not known.
    is_widened: bool,
}

impl<'a> Walking<'a> {
    pub fn open(block: Option<&'a [u8]>, road: &Road, options: &Options) -> std::result::Result<Self, Declined> {
        let known = match options.level {
            Level::Full => Known::Streams,
            Level::Header => Known::Header,
        };
        let walk = road.open_block(block)?;
        let packets = Packets::of(&walk, known, road.rules().avformat_major)?;
        let mut found = Found::default();
        found.walked(false);
        Ok(Walking {
            packets,
            time_bases: time_bases(&walk)?,
            is_complete: walk.is_complete(),
            size: to_u64(block.unwrap_or_default().len()),
            found,
            current: None,
            wanted: None,
            past: Past::default(),
            passed: 0,
            is_widened: false,
        })
    }

    /// The next packet that is wanted becomes the current one.
    pub fn next(&mut self, control: &Control) -> Result<Step> {
        control.enter(Stage::Packets);
        if self.is_widened {
            return Ok(Step::Declined(Declined::structure("a stream that is wanted again")));
        }
        loop {
            let packet = match self.packets.next() {
                Some(Ok(packet)) => packet,
                Some(Err(declined)) => return Ok(Step::Declined(declined)),
                None => {
                    self.found.walked(self.is_complete);
                    control.has_walked(self.size, self.passed)?;
                    return Ok(Step::End);
                }
            };
            self.passed = self.passed.saturating_add(1);
            let is_wanted = self.wanted.as_ref().is_none_or(|wanted| wanted.contains(&packet.stream));
            if is_wanted || self.passed.is_multiple_of(STRETCH) {
                let end = packet.position.map_or(0, |at| at.saturating_add(to_u64(packet.data.len())));
                control.has_walked(end, self.passed)?;
            }
            if is_wanted {
                self.past.packets = self.past.packets.saturating_add(1);
                self.current = Some(packet);
                return Ok(Step::Packet);
            }
        }
    }

    /// Only these streams from here on.
    pub fn select(&mut self, wanted: &[usize], road: &Road) -> Result<()> {
        if let Some(unknown) = wanted.iter().find(|index| **index >= self.time_bases.len()) {
            return Err(no_stream(i32::try_from(*unknown).unwrap_or(i32::MAX)));
        }
        let lacks = |before: &Vec<usize>| wanted.iter().any(|index| !before.contains(index));
        let is_widened = self.past.packets > 0 && self.wanted.as_ref().is_some_and(lacks);
        if is_widened && road.insists() {
            return Err(Error::new(Status::Unsupported, "a stream that was passed over comes again by FFmpeg alone")
                .hint("leave the choice to the library with MEMUX_ENGINE_AUTO"));
        }
        self.is_widened |= is_widened;
        self.past.chosen.retain(|(packets, _)| *packets != self.past.packets);
        self.past.chosen.push((self.past.packets, wanted.to_vec()));
        self.wanted = Some(wanted.to_vec());
        Ok(())
    }

    /// The container lists all its samples, so that libavformat knows where they are without having read them.
    pub fn is_listed(&self) -> bool {
        matches!(self.packets, Packets::Mp4(_))
    }

    pub fn time_base(&self, stream: usize) -> Option<Rational> {
        self.time_bases.get(stream).copied()
    }
}

fn time_bases(walk: &Walk) -> std::result::Result<Vec<Rational>, Declined> {
    let odd = || Declined::structure("units of time without end");
    let number = |number: u32| i32::try_from(number).map_err(|_| odd());
    let bases = walk.streams().iter().map(|stream| {
        let (num, den) = stream.time_base;
        Ok(Rational { num: number(num)?, den: number(den)? })
    });
    bases.collect()
}
