//! A container that stays open: its packets one by one, and going to a time. Two roads lead there too: the walk gives what
//! lies in the host's memory, and libavformat takes over wherever the walk does not answer. The host sees one.

mod reading;
mod shown;
#[cfg(test)]
mod tests;
mod walking;

pub use super::open::{said_of_both, should_open_front_to_back};
pub use shown::Shown;

use super::Run;
use super::open;
use super::outcome::{Completeness, Found};
use super::probe::Level;
use super::road::Road;
use crate::description::{Description, Rational};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Memory, Source, Unblock};
use crate::walk::{Declined, Reason};
use reading::Reading;
use walking::{Past, Step, Walking};

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

/// What must stand before a container can be opened: what the host says of the road, and the reins.
pub fn prepare(run: Run, unblock: Option<Unblock>) -> Result<(Road, Control)> {
    let road = Road::new(&run, true);
    Ok((road, open::control(run, unblock)?))
}

/// The road that is taken.
enum Way<'a> {
    /// With the source, for when it ends.
    Walking(Box<Walking<'a>>, &'a mut dyn Source),
    Reading(Box<Reading<'a>>),
    /// One has failed on the way to the other.
    Lost(Report),
}

/// An open container on a source that it holds on to.
pub struct Reader<'a> {
    way: Way<'a>,
    road: &'a Road,
    control: &'a Control,
    options: Options,
    /// The source, where it is one block of memory.
    block: Option<&'a [u8]>,
    /// Of what is walked, once it was asked for.
    description: Option<Description>,
    /// Why it is not walked.
    reason: Reason,
    /// What ended it for good.
    failed: Option<Error>,
}

impl<'a> Reader<'a> {
    /// The source must stand at its beginning, or be able to go there; `block` is all of it, if it is one block of memory.
    /// `freely`: the demuxer may look anywhere in it.
    pub fn open(
        source: &'a mut dyn Source,
        block: Option<&'a [u8]>,
        road: &'a Road,
        options: &Options,
        control: &'a Control,
        freely: bool,
    ) -> Result<Self> {
        control.enter(Stage::Open);
        let (way, reason) = match Walking::open(block, road, options) {
            Ok(walking) => {
                control.set_total(block.map(|block| crate::io::to_u64(block.len())));
                (Ok(Way::Walking(Box::new(walking), source)), Reason::None)
            }
            Err(declined) => {
                let read = road.declines(declined, &mut Found::default()).and_then(|()| {
                    let named = road.ffmpeg(&mut Found::default())?;
                    Reading::open(source, named, options, control, freely)
                });
                (read.map(|reading| Way::Reading(Box::new(reading))), declined.reason)
            }
        };
        let way = way.map_err(|error| error.or_stage(control.stage()));
        control.rest();
        Ok(Reader { way: way?, road, control, options: *options, block, description: None, reason, failed: None })
    }

    /// What is known of the container by now. What is walked has libavformat open it for that, the first time.
    pub fn description(&mut self) -> Result<&Description> {
        if matches!(self.way, Way::Walking(..)) && self.description.is_none() {
            let (control, block) = (self.control, self.block.unwrap_or_default());
            let described = control.resume().and_then(|()| {
                let named = self.road.ffmpeg(&mut Found::default())?;
                let mut memory = Memory::new(block);
                Ok(Reading::open(&mut memory, named, &self.options, control, true)?.description().clone())
            });
            control.rest();
            let described = described.map_err(|error| error.or_stage(control.stage()));
            // Where there is no FFmpeg to ask, packets go on.
            if let Err(error) = &described
                && error.status != Status::LibraryMismatch
            {
                self.failed = Some(error.clone());
            }
            self.description = Some(described?);
        }
        match (&self.way, &self.description) {
            (Way::Reading(reading), _) => Ok(reading.description()),
            (_, Some(description)) => Ok(description),
            (_, None) => {
                Err(self.failed.clone().unwrap_or_else(|| Error::internal("a container without a description")))
            }
        }
    }

    pub fn report(&mut self) -> Report {
        let mut report = match &mut self.way {
            Way::Walking(walking, _) => Report { packets: walking.past.packets, found: walking.found },
            Way::Reading(reading) => reading.report(),
            Way::Lost(report) => *report,
        };
        report.found.bytes_read = self.control.progress().bytes_read;
        report.found.calls = self.control.calls();
        report.found.reason = self.reason;
        report
    }

    /// Only these streams from here on.
    pub fn select(&mut self, wanted: &[usize]) -> Result<()> {
        match &mut self.way {
            Way::Walking(walking, _) => walking.select(wanted, self.road),
            Way::Reading(reading) => reading.select(wanted),
            Way::Lost(_) => self.failed.clone().map_or(Ok(()), Err),
        }
    }

    /// The packet that came last.
    pub fn current(&self) -> Option<Shown<'_>> {
        match &self.way {
            Way::Walking(walking, _) => walking.current.as_ref().map(Shown::Walked),
            Way::Reading(reading) => Some(Shown::Read(reading.current())),
            Way::Lost(_) => None,
        }
    }

    /// The next packet becomes the current one, and stays until the next call. False at the end. A failure is for good.
    pub fn next(&mut self) -> Result<bool> {
        self.on(|reader| {
            loop {
                let declined = match &mut reader.way {
                    Way::Walking(walking, _) => match walking.next(reader.control)? {
                        Step::Packet => return Ok(true),
                        Step::End => return Ok(false),
                        Step::Declined(declined) => declined,
                    },
                    Way::Reading(reading) => return reading.next(),
                    Way::Lost(_) => return Err(lost()),
                };
                reader.hand_over(declined)?;
            }
        })
    }

    /// Whether the input has turned out to be cut or damaged.
    pub fn is_truncated(&mut self) -> bool {
        self.report().found.completeness == Completeness::Truncated
    }

    /// Goes to a time in microseconds. Gives the time of the first packet of the stream that is shown, or of any if none
    /// of it comes soon; none where the input ends there.
    pub fn seek(&mut self, time: i64, aim: Aim) -> Result<Option<i64>> {
        if self.failed.is_none() {
            let refused = match &mut self.way {
                Way::Reading(reading) => reading.must_not_seek(),
                Way::Walking(..) if self.road.insists() => Some(
                    Error::new(Status::Unsupported, "FFmpeg alone goes to a time")
                        .hint("leave the choice to the library with MEMUX_ENGINE_AUTO"),
                ),
                Way::Walking(..) | Way::Lost(_) => None,
            };
            if let Some(refused) = refused {
                return Err(refused);
            }
        }
        self.on(|reader| {
            if let Way::Walking(walking, _) = &mut reader.way {
                if walking.is_listed() {
                    // Where libavformat goes, and what it finds there, has nothing to do with what was read before.
                    walking.past.skip();
                    walking.current = None;
                }
                reader.hand_over(Declined::new(Reason::Job, "going to a time"))?;
            }
            match &mut reader.way {
                Way::Reading(reading) => reading.seek(time, aim),
                Way::Walking(..) | Way::Lost(_) => Err(lost()),
            }
        })
    }

    /// In units of how many seconds the times of a stream's packets are.
    pub fn time_base(&self, stream: usize) -> Option<Rational> {
        match &self.way {
            Way::Walking(walking, _) => walking.time_base(stream),
            Way::Reading(reading) => reading.time_base(stream),
            Way::Lost(_) => None,
        }
    }

    /// libavformat does all over again what the host has done, and goes on from there.
    fn hand_over(&mut self, declined: Declined) -> Result<()> {
        let way = std::mem::replace(&mut self.way, Way::Lost(Report::default()));
        let Way::Walking(walking, source) = way else { return Err(lost()) };
        let Walking { past, current, mut found, .. } = *walking;
        self.way = Way::Lost(Report { packets: past.packets, found });
        self.road.declines(declined, &mut found)?;
        self.way = Way::Lost(Report { packets: past.packets, found });
        self.reason = declined.reason;
        self.control.start_over();
        let named = self.road.ffmpeg(&mut found)?;
        let mut reading = Reading::open(source, named, &self.options, self.control, true)?;
        again(&mut reading, &past)?;
        let given = current.as_ref().map(Shown::Walked);
        if given.is_some_and(|given| !are_same(&given, &Shown::Read(reading.current()))) {
            return Err(Error::internal("libavformat gives another packet than the walk"));
        }
        self.way = Way::Reading(Box::new(reading));
        Ok(())
    }

    /// One call of the host's: it has a time of its own to finish in, and what ends it ends all.
    fn on<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let control = self.control;
        let result = control.resume().and_then(|()| work(self)).map_err(|error| error.or_stage(control.stage()));
        control.rest();
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}

fn again(reading: &mut Reading, past: &Past) -> Result<()> {
    let mut chosen = past.chosen.iter().peekable();
    reading.have_given(past.skipped);
    for packets in past.skipped..=past.packets {
        if let Some((_, wanted)) = chosen.next_if(|(after, _)| *after == packets) {
            reading.select(wanted)?;
        }
        if packets < past.packets && !reading.next()? {
            return Err(Error::internal("libavformat gives fewer packets than the walk"));
        }
    }
    Ok(())
}

fn are_same(one: &Shown, other: &Shown) -> bool {
    let facts = |packet: &Shown| (packet.stream(), packet.data().len(), packet.pts(), packet.dts(), packet.position());
    facts(one) == facts(other)
}

fn lost() -> Error {
    Error::internal("a container that was lost between two roads")
}
