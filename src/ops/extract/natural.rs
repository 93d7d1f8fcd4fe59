//! A stream in any form but Annex B: by FFmpeg's muxers, as a container of one stream.

use super::captions;
use super::form::{self, Framing};
use super::{Report, no_packet, number};
use crate::av::{Depth, Input, MuxerFormat};
use crate::error::{Error, Result, Stage};
use crate::io::{Outlet, Spool};
use crate::ops::outcome::Found;
use crate::ops::remux::{Job, Layout, Options, Plan, Report as Written};

/// Writes stream `index`.
pub fn write(
    input: &mut Input,
    index: usize,
    framing: Framing,
    outlet: &mut Outlet,
    report: &mut Report,
    found: &mut Found,
) -> Result<()> {
    let control = input.control();
    let number = number(index);
    found.stream = Some(number);
    let description = input.describe(Depth::Container)?;
    let stream = description.streams.get(index).ok_or_else(|| Error::internal("a stream has gone"))?;
    if !stream.picture.is_empty() {
        report.packets = 1;
        report.framing = Framing::Raw;
        control.enter(Stage::Write);
        return outlet.write(&stream.picture);
    }
    let codec = stream.codec.as_deref().unwrap_or("an unknown codec");
    if codec == captions::CODEC && framing == Framing::Auto {
        return captions::write(input, index, outlet, report, found);
    }
    let is_length_prefixed = stream.configuration.first() == Some(&1);
    let (muxer, framing) = form::muxer(codec, framing, is_length_prefixed).map_err(|error| error.of_stream(number))?;
    report.framing = framing;
    input.find_stream_info()?;
    let format = MuxerFormat::find(muxer)?;
    // The same input gives the same bytes: an Ogg stream's number would be made up anew each time.
    let options =
        Options { format: muxer.to_owned(), streams: Some(vec![number]), bit_exact: true, ..Options::default() };
    let plan = Plan::make(format, Layout::Auto, outlet.can_seek(), input.inlet().size(), &control.limits)?;
    let job = Job { format, named: None, options: &options, plan: &plan };
    let mut written = Written::default();
    let result = if plan.spools {
        let mut spool = Spool::new(control.limits.max_spool_bytes);
        let made = job.mux_opened(input, &mut Outlet::new(&mut spool, control), &mut written, found);
        made.and_then(|()| outlet.write(spool.bytes()))
    } else {
        job.mux_opened(input, outlet, &mut written, found)
    };
    report.packets = written.packets;
    result?;
    if written.packets == 0 { Err(no_packet(number)) } else { Ok(()) }
}
