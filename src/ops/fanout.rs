//! Several outputs in one pass over the input: each with a sink and an end of its own.

mod part;
#[cfg(test)]
mod tests;

use super::Run;
use super::extract;
use super::extract::Framing;
use super::open;
use super::outcome::{Engine, Found, Note};
use super::packets;
use super::remux;
use super::remux::Layout;
use super::road::Road;
use crate::av::{Depth, Format, Packet};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Inlet, Outlet, Sink, Source, Spool};
use part::{Part, Prepared};

/// What an output holds.
#[derive(Clone, Debug)]
pub enum What {
    /// Streams in a container.
    Remux(remux::Options),
    /// One stream by itself.
    Extract(extract::Options),
}

pub struct Output<'s> {
    pub sink: &'s mut dyn Sink,
    pub what: What,
    /// Where it fails, the others go on.
    pub is_optional: bool,
    pub made: Made,
}

/// What has become of an output.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Why it is not whole.
    pub error: Option<Error>,
    pub packets: u64,
    pub streams: u64,
    /// What reached its sink.
    pub bytes_written: u64,
    pub layout: Layout,
    pub framing: Framing,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// What reached all sinks together.
    pub bytes_written: u64,
    /// How many outputs are not whole.
    pub failed: u64,
    pub found: Found,
}

/// The report, and what each output has come to, are filled on failure too.
pub fn run(source: &mut dyn Source, outputs: &mut [Output], run: Run, report: &mut Report) -> Result<Note> {
    *report = Report::default();
    outputs.iter_mut().for_each(|output| output.made = Made::default());
    let result = make(source, outputs, run, report);
    if let Err(error) = &result {
        // Those that are not to blame are not whole either.
        for output in outputs.iter_mut().filter(|output| output.made.error.is_none()) {
            output.made.error = Some(error.clone());
        }
    }
    report.failed = crate::io::to_u64(outputs.iter().filter(|output| output.made.error.is_some()).count());
    result
}

fn make(source: &mut dyn Source, outputs: &mut [Output], run: Run, report: &mut Report) -> Result<Note> {
    let road = Road::new(&run, false);
    let of_sinks = outputs.iter().filter_map(|output| output.sink.unblock());
    let unblocks: Vec<_> = source.unblock().into_iter().chain(of_sinks).collect();
    let control = open::control(run, unblocks)?;
    let mut found = Found::default();
    // Nothing is walked here; a host that insists on it is told so, others learn why.
    let asked = road.walk(source, &control, &mut found, |_, _| Ok(()));
    let result = asked.and_then(|_| road.ffmpeg(&mut found)).and_then(|named| {
        if outputs.is_empty() {
            return Err(Error::invalid("there are no outputs"));
        }
        for output in outputs.iter() {
            part::check(output)?;
        }
        let size = source.size(&control)?;
        found.engine = Engine::Ffmpeg;
        let branches: Vec<Control> = outputs.iter().map(|_| control.branch()).collect();
        let result = open::front_to_back_if_need_be(source, |source, freely| {
            open::with_inlet(source, &control, &mut found, |inlet, found| {
                inlet.seek_freely(freely);
                inlet.want_all(freely);
                all(inlet, named, outputs, &branches, size, found)
            })
        });
        let written = total(&branches);
        control.has_written(written.saturating_sub(control.progress().bytes_written));
        for (output, branch) in outputs.iter_mut().zip(&branches) {
            output.made.bytes_written = branch.progress().bytes_written;
            control.join(branch);
        }
        result
    });
    report.bytes_written = control.progress().bytes_written;
    found.calls = control.calls();
    report.found = found;
    result
}

/// What reached all sinks.
fn total(branches: &[Control]) -> u64 {
    branches.iter().fold(0, |sum, branch| sum.saturating_add(branch.progress().bytes_written))
}

fn all(
    inlet: &mut Inlet,
    named: Option<Format>,
    outputs: &mut [Output],
    branches: &[Control],
    size: Option<u64>,
    found: &mut Found,
) -> Result<()> {
    let control = inlet.control();
    let (mut input, _) = open::open(inlet, named, true, |_| false)?;
    let description = input.describe(Depth::Container)?;
    // All are settled before the first byte of any.
    let mut prepared = Vec::new();
    for output in outputs.iter_mut() {
        let made = Prepared::new(output, &mut input, &description, size, control);
        prepared.push(made.map(Some).or_else(|error| output.lose(error).map(|()| None))?);
    }
    let mut wanted: Vec<_> = prepared.iter().flatten().flat_map(Prepared::streams).collect();
    wanted.sort_unstable();
    wanted.dedup();
    input.keep(&wanted);

    let mut spools: Vec<_> = branches.iter().map(|branch| Spool::new(branch.limits.max_spool_bytes)).collect();
    let mut result = Ok(());
    {
        let sinks = outputs.iter_mut().zip(&mut spools).zip(branches).zip(&prepared);
        let mut places: Vec<_> = sinks
            .map(|(((output, spool), branch), prepared)| {
                let Output { sink, is_optional, made, .. } = output;
                let spools = prepared.as_ref().is_some_and(Prepared::spools);
                let outlet = if spools { Outlet::new(spool, branch) } else { Outlet::new(&mut **sink, branch) };
                (outlet, *is_optional, made)
            })
            .collect();
        let mut lanes = Vec::new();
        for ((outlet, is_optional, made), prepared) in places.iter_mut().zip(&prepared) {
            let shared = Packet::new()?;
            let mut lane = Lane { part: None, shared, is_optional: *is_optional, made, damaged: None };
            if let Some(prepared) = prepared {
                match prepared.begin(&input, &description, outlet) {
                    Ok(part) => lane.part = Some(part),
                    Err(error) => result = result.and(lane.lose(error)),
                }
            }
            lanes.push(lane);
        }
        for lane in &mut lanes {
            result = result.and_then(|()| lane.start());
        }
        if result.is_ok() {
            result = packets::each(&mut input, found, &mut |packet: &mut Packet| {
                for lane in &mut lanes {
                    lane.take(packet)?;
                }
                control.has_written(total(branches).saturating_sub(control.progress().bytes_written));
                match lanes.iter().all(|lane| lane.made.error.is_some()) {
                    true => Err(first_failure(&lanes)),
                    false => Ok(()),
                }
            });
        }
        for lane in lanes {
            if let Some(offset) = lane.damaged {
                found.damaged(offset);
            }
            result = lane.end(result);
        }
    }
    for ((output, spool), (branch, prepared)) in outputs.iter_mut().zip(&spools).zip(branches.iter().zip(&prepared)) {
        let Some(prepared) = prepared.as_ref().filter(|prepared| prepared.spools()) else { continue };
        if result.is_ok() && output.made.error.is_none() {
            let handed = prepared.hand_over(spool, &mut Outlet::new(output.sink, branch));
            result = handed.or_else(|error| output.lose(error));
        }
    }
    result?;
    match outputs.iter().all(|output| output.made.error.is_some()) {
        true => Err(outputs.iter().find_map(|output| output.made.error.clone()).unwrap_or_else(Error::no_memory)),
        false => Ok(()),
    }
}

impl Output<'_> {
    fn lose(&mut self, error: Error) -> Result<()> {
        lose(&mut self.made, self.is_optional, error)
    }
}

/// An output has failed: that ends all, unless it is optional and nobody has ended the operation.
fn lose(made: &mut Made, is_optional: bool, error: Error) -> Result<()> {
    let ends_all = !is_optional || matches!(error.status, Status::Cancelled | Status::Timeout | Status::Internal);
    made.error = Some(error.clone());
    if ends_all { Err(error) } else { Ok(()) }
}

fn first_failure(lanes: &[Lane]) -> Error {
    lanes.iter().find_map(|lane| lane.made.error.clone()).unwrap_or_else(|| Error::internal("no output is left"))
}

/// One output while packets come.
struct Lane<'l, 'o, 'a> {
    /// None once it has ended.
    part: Option<Part<'o, 'a>>,
    /// Its own hold on the packet that goes to several.
    shared: Packet,
    is_optional: bool,
    made: &'l mut Made,
    /// Where the input was damaged, if that ended it.
    damaged: Option<Option<u64>>,
}

impl Lane<'_, '_, '_> {
    fn start(&mut self) -> Result<()> {
        let Some(part) = &mut self.part else { return Ok(()) };
        let Err(error) = part.start() else { return Ok(()) };
        self.part = None;
        self.lose(error)
    }

    fn take(&mut self, packet: &Packet) -> Result<()> {
        let Some(part) = self.part.as_mut().filter(|part| part.wants(packet)) else { return Ok(()) };
        let taken = self.shared.share(packet).and_then(|()| part.take(&mut self.shared));
        self.made.packets = part.packets();
        let Err(error) = taken else { return Ok(()) };
        // As in an extraction: not the sink's doing but the packet's, and what came before it is good.
        let is_whole = part.is_annex_b() && error.status == Status::Corrupt;
        let result = if is_whole { Ok(()) } else { Err(error) };
        self.damaged = is_whole.then(|| packet.offset());
        let ended = self.part.take().map_or(Ok(()), |part| part.end(result));
        ended.or_else(|error| self.lose(error))
    }

    fn lose(&mut self, error: Error) -> Result<()> {
        lose(self.made, self.is_optional, error.or_stage(Stage::Write))
    }

    /// `result`: how the operation went so far. Gives how it goes on.
    fn end(mut self, result: Result<()>) -> Result<()> {
        let Some(part) = self.part.take() else { return result };
        self.made.packets = part.packets();
        let ended = part.end(result.clone());
        match (result, ended) {
            (Ok(()), Err(error)) => self.lose(error),
            (result, _) => result,
        }
    }
}
