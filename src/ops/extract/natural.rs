//! A stream in any form but Annex B: by FFmpeg's muxers, as a container of one stream.

use super::captions;
use super::form::{self, Framing};
use super::{Report, no_packet, number};
use crate::av::{Depth, Input, MuxerFormat};
use crate::error::{Error, Result, Stage};
use crate::io::{Outlet, Spool};
use crate::ops::outcome::Found;
use crate::ops::remux::{Job, Layout, Options, Plan, Report as Written};

/// What a stream is written as.
pub enum Form {
    /// A cover: its picture's bytes.
    Picture(Vec<u8>),
    /// The subtitles of MP4.
    Subrip,
    /// By the muxer of this name.
    Muxed(&'static str),
}

/// What stream `index` is written as where `framing` is asked for, and the name of that form.
pub fn form(input: &mut Input, index: usize, framing: Framing) -> Result<(Form, Framing)> {
    let description = input.describe(Depth::Container)?;
    let stream = description.streams.into_iter().nth(index).ok_or_else(|| Error::internal("a stream has gone"))?;
    if !stream.picture.is_empty() {
        return Ok((Form::Picture(stream.picture), Framing::Raw));
    }
    let codec = stream.codec.as_deref().unwrap_or("an unknown codec");
    if codec == captions::CODEC && framing == Framing::Auto {
        return Ok((Form::Subrip, framing));
    }
    let is_length_prefixed = stream.configuration.first() == Some(&1);
    let found = form::muxer(codec, framing, is_length_prefixed).map_err(|error| error.of_stream(number(index)))?;
    Ok((Form::Muxed(found.0), found.1))
}

/// How a muxer is asked for one stream by itself. The same input gives the same bytes: an Ogg stream's number would be
/// made up anew each time.
pub fn options(muxer: &str, index: usize) -> Options {
    let streams = Some(vec![number(index)]);
    Options { format: muxer.to_owned(), streams, bit_exact: true, ..Options::default() }
}

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
    found.stream = Some(number(index));
    let (form, framing) = form(input, index, framing)?;
    report.framing = framing;
    let muxer = match form {
        Form::Picture(bytes) => {
            report.packets = 1;
            control.enter(Stage::Write);
            return outlet.write(&bytes);
        }
        Form::Subrip => return captions::write(input, index, outlet, report, found),
        Form::Muxed(muxer) => muxer,
    };
    input.find_stream_info()?;
    let format = MuxerFormat::find(muxer)?;
    let options = options(muxer, index);
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
    if written.packets == 0 { Err(no_packet(number(index))) } else { Ok(()) }
}
