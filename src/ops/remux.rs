//! The same streams in another container.

mod faststart;
mod layout;
#[cfg(test)]
mod tests;
mod walk;
#[cfg(test)]
mod walk_tests;
mod writing;

pub use layout::{Layout, Plan};

use super::open;
use super::outcome::{Engine, Found, Note};
use super::packets;
use super::road::Road;
use super::{Run, Select};
use crate::av::{Depth, Format, Input, Muxer, MuxerFormat, Packet};
use crate::description::{Description, Kind, Tag, microseconds};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Inlet, Outlet, Sink, Source, Spool};
use writing::Fragments;
pub use writing::Writing;

/// Which of the two codes for H.264 and HEVC the MP4 family gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum TagPolicy {
    /// The input's own where it has the same meaning, else the muxer's.
    #[default]
    Auto = 0,
    /// avc1, hvc1: parameter sets stand outside the samples, as Apple's players want it.
    OutOfBand = 1,
    /// avc3, hev1: they may stand in the samples too.
    InBand = 2,
}

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The muxer's short name.
    pub format: String,
    pub layout: Layout,
    /// Numbers of the input's streams, in the output's order; none: all video, audio and subtitles that fit.
    pub streams: Option<Vec<i32>>,
    pub drops_tags: bool,
    /// Set over what the input has; an empty value takes a tag away.
    pub tags: Vec<Tag>,
    pub drops_chapters: bool,
    pub tag_policy: TagPolicy,
    /// Nothing that depends on FFmpeg's version or on the time of day.
    pub bit_exact: bool,
    /// How long a fragment may be, in microseconds; none: from key frame to key frame.
    pub fragment: Option<i64>,
    /// Options of the muxer's own, by FFmpeg's names.
    pub muxer_options: Vec<Tag>,
    /// Where no streams are named: all there are, and not those alone that people look at and listen to.
    pub takes_everything: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    pub packets: u64,
    pub streams: u64,
    /// What reached the sink, on failure too.
    pub bytes_written: u64,
    /// What was chosen.
    pub layout: Layout,
    pub found: Found,
}

/// The report is filled as far as the operation came, on failure too.
pub fn run(
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    run: Run,
    options: &Options,
    report: &mut Report,
) -> Result<Note> {
    *report = Report::default();
    let road = Road::new(&run, walk::is_known(options, source, sink, &run.limits));
    let control = open::control(run, source.unblock().into_iter().chain(sink.unblock()))?;
    let mut found = Found::default();
    let walked = road.walk(source, &control, &mut found, |walk, _| walk::remux(walk, &control, options, sink, report));
    if let Some(ended) = walked.map(|walked| walked.map(|()| found.note())).transpose() {
        report.bytes_written = control.progress().bytes_written;
        report.found = found;
        return ended;
    }
    let result = road.ffmpeg(&mut found).and_then(|named| {
        let format = MuxerFormat::find(&options.format).map_err(|error| error.or_stage(Stage::Arguments))?;
        let size = source.size(&control)?;
        let plan = Plan::make(format, options.layout, sink.can_seek(), size, &control.limits)?;
        report.layout = plan.layout;
        found.engine = Engine::Ffmpeg;
        let job = Job { format, named, options, plan: &plan };
        match plan.spools {
            false => {
                let mut outlet = Outlet::new(sink, &control);
                open::front_to_back_if_need_be(source, |source, freely| {
                    open::with_inlet(source, &control, &mut found, |inlet, found| {
                        job.mux(inlet, freely, &mut outlet, report, found)
                    })
                })
            }
            true => {
                let mut spool = Spool::new(control.limits.max_spool_bytes);
                let note = open::front_to_back_if_need_be(source, |source, freely| {
                    open::with_inlet(source, &control, &mut found, |inlet, found| {
                        job.mux(inlet, freely, &mut Outlet::new(&mut spool, &control), report, found)
                    })
                })?;
                job.hand_over(&spool, &mut Outlet::new(sink, &control)).map(|()| note)
            }
        }
    });
    report.bytes_written = control.progress().bytes_written;
    found.calls = control.calls();
    report.found = found;
    result
}

/// One output to be made.
pub struct Job<'j> {
    pub format: MuxerFormat,
    pub named: Option<Format>,
    pub options: &'j Options,
    pub plan: &'j Plan,
}

impl Job<'_> {
    fn mux(
        &self,
        inlet: &mut Inlet,
        freely: bool,
        outlet: &mut Outlet,
        report: &mut Report,
        found: &mut Found,
    ) -> Result<()> {
        inlet.seek_freely(freely);
        // What can be sought in is all there: nothing is kept back by reading on.
        inlet.want_all(freely);
        let (mut input, _) = open::open(inlet, self.named, true, |_| false)?;
        self.mux_opened(&mut input, outlet, report, found)
    }

    /// From a container of which all is known.
    pub fn mux_opened(
        &self,
        input: &mut Input,
        outlet: &mut Outlet,
        report: &mut Report,
        found: &mut Found,
    ) -> Result<()> {
        let description = input.describe(Depth::Container)?;
        let chosen = self.choose(input, &description)?;
        input.keep(&chosen);
        let mut writing = self.begin(input, &description, &chosen, outlet)?;
        report.streams = crate::io::to_u64(chosen.len());
        let result = packets::each(input, found, &mut |packet: &mut Packet| writing.take(packet));
        report.packets = writing.packets;
        writing.end(result)
    }

    /// An output of the chosen streams, to which their packets go.
    pub fn begin<'o, 'a>(
        &self,
        input: &Input,
        description: &Description,
        chosen: &[usize],
        outlet: &'o mut Outlet<'a>,
    ) -> Result<Writing<'o, 'a>> {
        let mut muxer = Muxer::new(self.format, outlet, self.options.bit_exact)?;
        if input.may_jump() {
            muxer.smooth_jumps();
        }
        let mut targets = vec![None; description.streams.len()];
        for index in chosen {
            let stream = description.streams.get(*index).ok_or_else(|| Error::internal("a stream has gone"))?;
            let tags = if self.options.drops_tags { &[][..] } else { &stream.tags };
            let target = muxer.add(input, *index, self.tag(stream.codec.as_deref()), tags)?;
            if let Some(place) = targets.get_mut(*index) {
                *place = Some(target);
            }
        }
        let shift = beginning(input, description, chosen);
        muxer.set_tags(&self.tags(description))?;
        if !self.options.drops_chapters {
            muxer.add_chapters(&description.chapters, shift)?;
        }
        let has_video = chosen.iter().filter_map(|index| description.streams.get(*index)).any(is_shown);
        let strange = chosen.iter().find(|index| !self.format.takes(input, **index)).map(|index| {
            let codec = description.streams.get(*index).and_then(|stream| stream.codec.as_deref());
            let message =
                format!("a stream of {} does not fit into {}", codec.unwrap_or("an unknown codec"), self.format.name());
            (i32::try_from(*index).unwrap_or(-1), message)
        });
        let mut fragments = None;
        if self.format.is_mp4() && self.plan.layout == Layout::Fragmented {
            muxer.strip_adts()?;
            fragments = Some(Fragments::new(input.control().limits.max_spool_bytes));
        }
        let header = self.header(has_video);
        let (takes_all, begun, packets) = (false, false, 0);
        Ok(Writing { muxer, targets, shift, header, strange, fragments, takes_all, begun, packets })
    }

    /// The muxer's options: those of the layout, and the host's, which count for more; flags are added to flags.
    fn header(&self, has_video: bool) -> Vec<Tag> {
        let own = self.plan.muxer_options(self.options.fragment, has_video);
        let mut all: Vec<_> = own.into_iter().map(|(key, value)| Tag { key: key.to_owned(), value }).collect();
        for asked in &self.options.muxer_options {
            match all.iter_mut().find(|known| known.key == asked.key) {
                Some(known) if asked.value.starts_with('+') => known.value.push_str(&asked.value),
                Some(known) => known.value.clone_from(&asked.value),
                None => all.push(asked.clone()),
            }
        }
        all
    }

    /// The streams that go into the output.
    pub fn choose(&self, input: &Input, description: &Description) -> Result<Vec<usize>> {
        let Some(asked) = &self.options.streams else {
            if self.options.takes_everything && !description.streams.is_empty() {
                return Ok((0..description.streams.len()).collect());
            }
            let suits = |index: &usize| match description.streams.get(*index) {
                // What is left out without a word must be of little weight.
                Some(stream) if stream.kind == Kind::Subtitle => self.format.takes(input, *index),
                Some(stream) if !stream.picture.is_empty() => {
                    self.format.is_matroska()
                        || self.format.surely_takes(input, *index)
                        || (self.format.name() == "ipod" && is_cover(stream))
                }
                stream => stream.is_some_and(|stream| matches!(stream.kind, Kind::Video | Kind::Audio)),
            };
            let chosen: Vec<_> = (0..description.streams.len()).filter(suits).collect();
            return match chosen.is_empty() {
                false => Ok(chosen),
                true => Err(Error::new(Status::NoStream, "the input holds no video, audio or subtitles that fit")),
            };
        };
        if asked.is_empty() {
            let error = Error::new(Status::NoStream, "a list of no streams was given, and an output needs one");
            return Err(error.at_stage(Stage::Arguments));
        }
        let mut chosen = Vec::new();
        for number in asked {
            let index = usize::try_from(*number).ok().filter(|index| *index < description.streams.len());
            let index = index.ok_or_else(|| Select::Index(*number).not_found())?;
            if chosen.contains(&index) {
                return Err(Error::invalid(format!("stream {number} is named twice")));
            }
            chosen.push(index);
        }
        Ok(chosen)
    }

    fn tag(&self, codec: Option<&str>) -> Option<u32> {
        let name = match (self.options.tag_policy, codec?) {
            _ if !self.format.is_mp4() => return None,
            (TagPolicy::OutOfBand, "h264") => b"avc1",
            (TagPolicy::OutOfBand, "hevc") => b"hvc1",
            (TagPolicy::InBand, "h264") => b"avc3",
            (TagPolicy::InBand, "hevc") => b"hev1",
            _ => return None,
        };
        Some(u32::from_le_bytes(*name))
    }

    /// The output's own tags: the input's, but for those that are about its making, and what the host sets. One without a
    /// value takes those before it away.
    fn tags(&self, description: &Description) -> Vec<Tag> {
        const OF_THE_FILE: [&str; 4] = ["creation_time", "company_name", "product_name", "product_version"];
        let own = description.container.tags.iter().cloned();
        let taken = OF_THE_FILE.iter().map(|key| Tag { key: (*key).to_owned(), value: String::new() });
        let kept = own.chain(taken).filter(|_| !self.options.drops_tags);
        kept.chain(self.options.tags.iter().cloned()).collect()
    }

    /// What was made in memory goes to the sink.
    pub fn hand_over(&self, spool: &Spool, outlet: &mut Outlet) -> Result<()> {
        outlet.control().enter(Stage::Write);
        let result = match self.plan.layout {
            Layout::Faststart => faststart::write(spool.bytes(), outlet),
            _ => outlet.write(spool.bytes()),
        };
        result.map_err(|error| error.or_stage(Stage::Write))
    }
}

/// The output begins at 0: how much is taken from all times, in microseconds. Where streams begin at any time, those
/// that are left out do not count.
fn beginning(input: &Input, description: &Description, chosen: &[usize]) -> i64 {
    let whole = description.container.start.unwrap_or(0);
    if !input.may_jump() {
        return whole;
    }
    let starts = chosen.iter().filter_map(|index| {
        let stream = description.streams.get(*index)?;
        Some(microseconds(stream.start?, stream.time_base))
    });
    starts.min().map_or(whole, |start| start.max(whole))
}

/// Of the kinds that Apple's files have. FFmpeg writes them there, but its list of the codecs that fit leaves them out.
fn is_cover(stream: &crate::description::Stream) -> bool {
    matches!(stream.codec.as_deref(), Some("png" | "mjpeg" | "bmp"))
}

fn is_shown(stream: &crate::description::Stream) -> bool {
    stream.kind == Kind::Video && stream.picture.is_empty()
}
