//! A container that stays open: its packets one by one, and going to a time.

use super::Run;
use super::open;
pub use super::open::{said_of_both, should_open_front_to_back};
use super::outcome::{Completeness, Engine, Found};
use super::packets::next_packet;
use super::probe::Level;
use crate::av::{Depth, Format, Input, Packet};
use crate::description::{Description, microseconds};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Inlet, Source, Unblock};
use std::collections::VecDeque;

#[cfg(test)]
mod tests;

/// How many packets a seek may read to learn where it has landed, and how many bytes of them it keeps.
const MOST_AHEAD: usize = 256;
const MOST_AHEAD_BYTES: u64 = 64 << 20;

/// How far before the time an exact seek looks next, in microseconds; then twice as far.
const FIRST_STEP_BACK: i64 = 1_000_000;

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// With `Level::Header` time stamps that the container leaves out may stay out.
    pub level: Level,
}

/// Where a seek goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Where libavformat goes: by the index to the last place before the time from which decoding can begin, else to
    /// where the time is.
    Keyframe,
    /// To one from which the time can be decoded, wherever that is; what lies before the time is marked as not to be shown.
    Exact,
}

/// What a seek found where it landed.
#[derive(Clone, Copy, Debug, Default)]
struct Landing {
    /// The time of the first packet of the stream that people look at, else of any.
    first: Option<i64>,
    /// The time from which that stream can be decoded.
    decodes: Option<i64>,
}

/// What has been found out so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub packets: u64,
    pub found: Found,
}

/// A number that was chosen and is none.
pub fn no_stream(number: i32) -> Error {
    let error = Error::new(Status::NoStream, format!("there is no stream {number}"));
    error.of_stream(number).at_stage(Stage::Arguments)
}

/// What must stand before a container can be opened: FFmpeg, the format that the host names, the reins.
pub fn prepare(run: Run, unblock: Option<Unblock>) -> Result<(Option<Format>, Control)> {
    let named = open::needs_ffmpeg(run.format.as_deref(), &mut Found::default())?;
    Ok((named, open::control(run, unblock)?))
}

/// An open container on a source that it holds on to.
pub struct Reader<'a> {
    input: Input<'a, 'a>,
    description: Description,
    found: Found,
    packets: u64,
    /// The packet that was given last.
    current: Packet,
    /// Read by a seek, and still to be given.
    ahead: VecDeque<Packet>,
    /// Which streams are wanted; all, if nothing was said.
    wanted: Option<Vec<usize>>,
    /// Packets that end before this time, in microseconds, are not to be shown.
    shown_from: Option<i64>,
    at_end: bool,
    /// What ended it for good.
    failed: Option<Error>,
}

impl<'a> Reader<'a> {
    /// The source must stand at its beginning, or be able to go there. `freely`: the demuxer may look anywhere in it.
    pub fn open(
        source: &'a mut dyn Source,
        named: Option<Format>,
        options: &Options,
        control: &'a Control,
        freely: bool,
    ) -> Result<Self> {
        let opened = Self::open_front(source, named, options, control, freely);
        let reader = opened.map_err(|error| error.or_stage(control.stage()));
        control.rest();
        reader
    }

    fn open_front(
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
        Ok(Reader {
            input,
            description,
            found: Found { engine: Engine::Ffmpeg, ..Found::default() },
            packets: 0,
            current: Packet::new()?,
            ahead: VecDeque::new(),
            wanted: None,
            shown_from: None,
            at_end: false,
            failed: None,
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
        found.calls = self.input.control().calls();
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

    /// The next packet, which stays until the next call; none at the end. A failure is for good.
    pub fn next(&mut self) -> Result<Option<&Packet>> {
        self.on(|reader| {
            let found = match reader.ahead.pop_front() {
                Some(packet) => {
                    reader.current = packet;
                    true
                }
                None => {
                    let mut packet = std::mem::replace(&mut reader.current, Packet::new()?);
                    let found = reader.read(&mut packet)?;
                    reader.current = packet;
                    found
                }
            };
            if found {
                reader.packets = reader.packets.saturating_add(1);
                reader.mark_unshown();
            }
            Ok(found)
        })
        .map(|found| found.then_some(&self.current))
    }

    /// Whether the input has turned out to be cut or damaged.
    pub fn is_truncated(&self) -> bool {
        self.found.completeness == Completeness::Truncated
    }

    /// Goes to a time in microseconds. Gives the time of the first packet of the stream that is shown, or of any if none
    /// of it comes soon; none where the input ends there.
    pub fn seek(&mut self, time: i64, aim: Aim) -> Result<Option<i64>> {
        if self.failed.is_none() && self.input.inlet().must_not_seek() {
            let position = self.input.position().unwrap_or(0);
            return Err(crate::io::needs_seek(position).at_stage(Stage::Packets));
        }
        self.on(|reader| {
            if reader.wanted.as_ref().is_some_and(Vec::is_empty) {
                reader.seek_for_others(time, aim)?;
                return Ok(None);
            }
            let (mut target, mut back) = (time, FIRST_STEP_BACK);
            loop {
                reader.input.seek(target)?;
                reader.ahead.clear();
                reader.at_end = false;
                reader.shown_from = (aim == Aim::Exact).then_some(time);
                let landing = reader.look_ahead(aim)?;
                // Where there is no index libavformat lands wherever a packet is near the time.
                let start = reader.description.container.start.unwrap_or(0);
                if aim == Aim::Keyframe || target <= start || landing.decodes.is_some_and(|decodes| decodes <= time) {
                    return Ok(landing.first);
                }
                let known_end = reader.description.container.duration.map(|lasts| start.saturating_add(lasts));
                let reached = target.min(landing.first.or(known_end).unwrap_or(target));
                target = reached.saturating_sub(back).max(start);
                back = back.saturating_mul(2);
            }
        })
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
        let base = self.time_base(&self.current);
        let lasts = base.map_or(0, |base| microseconds(self.current.duration().max(1), base));
        if time.is_some_and(|time| time.saturating_add(lasts) <= from) {
            self.current.discard();
        }
    }

    /// In units of how many seconds a packet's times are.
    pub fn time_base(&self, packet: &Packet) -> Option<crate::description::Rational> {
        self.description.streams.get(packet.stream()?).map(|stream| stream.time_base)
    }

    fn time_of(&self, packet: &Packet) -> Option<i64> {
        let stamp = packet.pts().or(packet.dts())?;
        Some(microseconds(stamp, self.time_base(packet)?))
    }

    /// One call of the host's: it has a time of its own to finish in, and what ends it ends all.
    fn on<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let control = self.input.control();
        let result = control.resume().and_then(|()| work(self)).map_err(|error| error.or_stage(control.stage()));
        control.rest();
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}
