//! What is in the input?

mod codec_string;
mod json;
mod mime;
mod prefix;

pub use codec_string::codec_string;
pub use json::to_json;
pub use mime::mime_type;

use super::open;
use super::outcome::{Found, Note};
use super::road::Road;
use super::{Engine, Run};
use crate::av::{self, Depth};
use crate::description::Description;
use crate::error::{Result, Stage};
use crate::io::{Control, Inlet, Source};

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// All that FFmpeg's own tools show: some packets are read, and decoders opened, for what the header leaves out.
    #[default]
    Full = 0,
    /// What the header says; nothing behind it is read where the container has one.
    Header = 1,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub level: Level,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// How many more bytes of the input are needed at least, where it ended before the answer; else 0.
    pub needed: Option<u64>,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(source: &mut dyn Source, run: Run, options: &Options, report: &mut Report) -> Result<(Description, Note)> {
    *report = Report::default();
    let road = Road::new(&run, false);
    let control = open::control(run, source.unblock())?;
    let mut found = Found::default();
    // Nothing is walked here; a host that insists on it is told so, others learn why.
    let asked = road.walk(source, &control, &mut found, |_, _| Ok(()));
    let result = asked.and_then(|_| road.ffmpeg(&mut found)).and_then(|named| {
        if options.level == Level::Header {
            return look(source, named, options, false, &control, &mut found);
        }
        open::front_to_back_if_need_be(source, |source, freely| {
            look(source, named, options, freely, &control, &mut found)
        })
    });
    found.calls = control.calls();
    report.found = found;
    report.needed = match (&result, source.as_slice()) {
        (Ok(_), _) => Some(0),
        (Err(_), Some(bytes)) => prefix::lacking(bytes),
        (Err(_), None) => None,
    };
    result
}

/// `freely`: the demuxer may look at the end of the input, for durations and what else is there.
fn look(
    source: &mut dyn Source,
    named: Option<av::Format>,
    options: &Options,
    freely: bool,
    control: &Control,
    found: &mut Found,
) -> Result<(Description, Note)> {
    *found = Found { engine: Engine::Ffmpeg, reason: found.reason, ..Found::default() };
    let mut description = Description::default();
    let judged = options.level == Level::Full;
    let note = open::with_inlet_judged(source, control, found, judged, |inlet, _| {
        inlet.seek_freely(freely);
        inlet.want_all(options.level == Level::Full);
        description = describe(inlet, named, options, control)?;
        Ok(())
    })?;
    Ok((description, note))
}

fn describe(inlet: &mut Inlet, named: Option<av::Format>, options: &Options, control: &Control) -> Result<Description> {
    let full = options.level == Level::Full;
    let (mut input, _) = open::open(inlet, named, full, |_| false)?;
    control.enter(Stage::Probe);
    input.describe(if full { Depth::Decoders } else { Depth::Container })
}
