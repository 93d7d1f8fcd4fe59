//! An open container as libavformat reads it.

use super::super::open;
use super::super::outcome::{Engine, Found};
use super::super::packets::next_packet;
use super::super::probe::Level;
use super::{Aim, Options, Report, no_stream};
use crate::av::{Depth, Format, Input, Packet};
use crate::description::{Description, Rational, microseconds};
use crate::error::{Error, Result, Stage};
use crate::io::{Control, Inlet, Source};
use std::collections::VecDeque;

/// How many packets a seek may read to learn where it has landed, and how many bytes of them it keeps.
const MOST_AHEAD: usize = 256;
const MOST_AHEAD_BYTES: u64 = 64 << 20;

/// How far before the time an exact seek looks next, in microseconds; then twice as far.
const FIRST_STEP_BACK: i64 = 1_000_000;

/// What a seek found where it landed.
#[derive(Clone, Copy, Debug, Default)]
struct Landing {
    /// The time of the first packet of the stream that people look at, else of any.
    first: Option<i64>,
    /// The time from which that stream can be decoded.
    decodes: Option<i64>,
}

/// An open container on a source that it holds on to.
pub struct Reading<'a> {
    input: Input<'a, 'a>,
    description: Description,
    found: Found,
    packets: u64,
    /// The packet that was given last.
    current: Packet,
    /// An empty one, for while that is read.
    spare: Option<Packet>,
    /// Read by a seek, and still to be given.
    ahead: VecDeque<Packet>,
    /// Which streams are wanted; all, if nothing was said.
    wanted: Option<Vec<usize>>,
    /// Packets that end before this time, in microseconds, are not to be shown.
    shown_from: Option<i64>,
    at_end: bool,
}

impl<'a> Reading<'a> {
    /// The source must stand at its beginning, or be able to go there. `freely`: the demuxer may look anywhere in it.
    pub fn open(
        source: &'a mut dyn Source,
        named: Option<Format>,
        options: &Options,
        control: &'a Control,
        freely: bool,
    ) -> Result<Self> {
        control.enter(Stage::Open);
        let mut inlet = Box::new(Inlet::new(source, control)?);
        inlet.seek_freely(freely);
        let mut input = open::open_owning(inlet, named, options.level == Level::Full)?;
        let description = input.describe(Depth::Container)?;
        Ok(Reading {
            input,
            description,
            found: Found { engine: Engine::Ffmpeg, ..Found::default() },
            packets: 0,
            current: Packet::new()?,
            spare: None,
            ahead: VecDeque::new(),
            wanted: None,
            shown_from: None,
            at_end: false,
        })
    }

    /// What was known when it was opened, and what has shown since.
    pub fn description(&self) -> &Description {
        &self.description
    }

    pub fn report(&mut self) -> Report {
        let mut found = self.found;
        found.bytes_read = self.input.control().progress().bytes_read;
        found.spooled_bytes = self.input.inlet().spooled_bytes();
        Report { packets: self.packets, found }
    }

    /// Only these streams from here on.
    pub fn select(&mut self, wanted: &[usize]) -> Result<()> {
        let known = self.input.stream_count();
        if let Some(unknown) = wanted.iter().find(|index| **index >= known) {
            let number = i32::try_from(*unknown).unwrap_or(i32::MAX);
            return Err(no_stream(number));
        }
        self.input.keep(wanted);
        self.wanted = Some(wanted.to_vec());
        self.ahead.retain(|packet| packet.stream().is_some_and(|stream| wanted.contains(&stream)));
        Ok(())
    }

    /// The packet that came last.
    pub fn current(&self) -> &Packet {
        &self.current
    }

    /// The next packet, which stays until the next call. False at the end.
    pub fn next(&mut self) -> Result<bool> {
        let found = match self.ahead.pop_front() {
            Some(packet) => {
                self.current = packet;
                true
            }
            None => {
                let spare = self.spare.take().map_or_else(Packet::new, Ok)?;
                let mut packet = std::mem::replace(&mut self.current, spare);
                let found = self.read(&mut packet)?;
                self.spare = Some(std::mem::replace(&mut self.current, packet));
                found
            }
        };
        if found {
            self.packets = self.packets.saturating_add(1);
            self.mark_unshown();
        }
        Ok(found)
    }

    /// Packets that the host has from elsewhere.
    pub fn have_given(&mut self, packets: u64) {
        self.packets = packets;
    }

    /// Where it cannot be gone to a time, and nothing is lost by that.
    pub fn must_not_seek(&mut self) -> Option<Error> {
        if !self.input.inlet().must_not_seek() {
            return None;
        }
        let position = self.input.position().unwrap_or(0);
        Some(crate::io::needs_seek(position).at_stage(Stage::Packets))
    }

    /// Goes to a time in microseconds. Gives the time of the first packet of the stream that is shown, or of any if none
    /// of it comes soon; none where the input ends there.
    pub fn seek(&mut self, time: i64, aim: Aim) -> Result<Option<i64>> {
        if self.wanted.as_ref().is_some_and(Vec::is_empty) {
            self.seek_for_others(time, aim)?;
            return Ok(None);
        }
        let (mut target, mut back) = (time, FIRST_STEP_BACK);
        loop {
            self.input.seek(target)?;
            self.ahead.clear();
            self.at_end = false;
            self.shown_from = (aim == Aim::Exact).then_some(time);
            let landing = self.look_ahead(aim)?;
            // Where there is no index libavformat lands wherever a packet is near the time.
            let start = self.description.container.start.unwrap_or(0);
            if aim == Aim::Keyframe || target <= start || landing.decodes.is_some_and(|decodes| decodes <= time) {
                return Ok(landing.first);
            }
            let known_end = self.description.container.duration.map(|lasts| start.saturating_add(lasts));
            let reached = target.min(landing.first.or(known_end).unwrap_or(target));
            target = reached.saturating_sub(back).max(start);
            back = back.saturating_mul(2);
        }
    }

    /// No stream is wanted for now: libavformat finds its way by the packets of those that it may give.
    fn seek_for_others(&mut self, time: i64, aim: Aim) -> Result<()> {
        let all: Vec<_> = (0..self.input.stream_count()).collect();
        self.input.keep(&all);
        let result = self.input.seek(time);
        self.input.keep(&[]);
        self.ahead.clear();
        self.at_end = false;
        self.shown_from = (aim == Aim::Exact).then_some(time);
        result
    }

    /// Reads ahead until the stream that people look at shows, or, to be exact, can be decoded; or for a while.
    fn look_ahead(&mut self, aim: Aim) -> Result<Landing> {
        let chief = self.chief();
        let (mut landing, mut any, mut bytes) = (Landing::default(), None, 0u64);
        while self.ahead.len() < MOST_AHEAD && bytes < MOST_AHEAD_BYTES {
            let mut packet = Packet::new()?;
            if !self.read(&mut packet)? {
                break;
            }
            let (is_chief, is_key) = (packet.stream() == chief, packet.is_key());
            let time = self.time_of(&packet);
            bytes = bytes.saturating_add(packet.size());
            self.ahead.push_back(packet);
            any = any.or(time);
            if is_chief && time.is_some() {
                landing.first = landing.first.or(time);
                landing.decodes = time.filter(|_| is_key);
                if aim == Aim::Keyframe || is_key {
                    break;
                }
            }
        }
        landing.first = landing.first.or(any);
        Ok(landing)
    }

    /// The first video that is wanted and is no cover, or else the first stream that is wanted.
    fn chief(&self) -> Option<usize> {
        let is_wanted = |index: &usize| self.wanted.as_ref().is_none_or(|wanted| wanted.contains(index));
        let count = self.input.stream_count();
        let is_shown = |index: &usize| {
            let stream = self.input.stream(*index);
            stream.is_some_and(|stream| stream.media == crate::av::MediaType::Video && !stream.is_cover)
        };
        let mut wanted = (0..count).filter(is_wanted);
        wanted.clone().find(is_shown).or_else(|| wanted.next())
    }

    fn read(&mut self, packet: &mut Packet) -> Result<bool> {
        while !self.at_end {
            if !next_packet(&mut self.input, packet, &mut self.found)? {
                self.at_end = true;
                let verdict = self.input.inlet().judge()?;
                self.found.judged(verdict);
                break;
            }
            if self.description.streams.len() < self.input.stream_count() {
                self.description.streams = self.input.describe(Depth::Container)?.streams;
            }
            let stream = packet.stream();
            if self.wanted.as_ref().is_some_and(|wanted| stream.is_none_or(|stream| !wanted.contains(&stream))) {
                continue;
            }
            if packet.is_corrupt() {
                self.found.corrupt_packets = self.found.corrupt_packets.saturating_add(1);
                self.found.damaged(packet.offset());
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn mark_unshown(&mut self) {
        let Some(from) = self.shown_from else { return };
        // A cover has no time.
        let stream = self.current.stream().and_then(|stream| self.input.stream(stream));
        if stream.is_some_and(|stream| stream.is_cover) {
            return;
        }
        let time = self.time_of(&self.current);
        let base = self.base_of(&self.current);
        let lasts = base.map_or(0, |base| microseconds(self.current.duration().max(1), base));
        if time.is_some_and(|time| time.saturating_add(lasts) <= from) {
            self.current.discard();
        }
    }

    /// In units of how many seconds the times of a stream's packets are.
    pub fn time_base(&self, stream: usize) -> Option<Rational> {
        self.description.streams.get(stream).map(|stream| stream.time_base)
    }

    fn base_of(&self, packet: &Packet) -> Option<Rational> {
        self.time_base(packet.stream()?)
    }

    fn time_of(&self, packet: &Packet) -> Option<i64> {
        let stamp = packet.pts().or(packet.dts())?;
        Some(microseconds(stamp, self.base_of(packet)?))
    }
}
