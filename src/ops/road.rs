//! Two roads lead to every answer: a walk over the host's memory, and libavformat. Which one is taken is decided here.

use super::outcome::{Engine, Found};
use super::{Run, Select};
use crate::av::{self, Format};
use crate::completeness::Container;
use crate::error::{Error, Result, Status};
use crate::fault::{self, Place};
use crate::io::{Control, Source, to_u64};
use crate::limits::Limits;
use crate::walk::{Declined, Media, Reason, Rules, Stop, Walk};

/// What the host's options say about the road, kept while the operation runs.
pub struct Road {
    engine: Engine,
    /// The container's name, where the host knows it.
    format: Option<String>,
    /// Why the walk is out of the question whatever the input is.
    against: Option<Reason>,
    rules: Rules,
}

impl Road {
    /// `job`: what is asked for can be answered without FFmpeg.
    pub fn new(run: &Run, job: bool) -> Self {
        let traces = run.observer.as_ref().is_some_and(|observer| observer.wants_trace());
        let against = match run.engine {
            Engine::Ffmpeg => Some(Reason::Asked),
            // The calls that a trace tells of are made on the other road.
            _ if traces => Some(Reason::Trace),
            _ if !job => Some(Reason::Job),
            _ => None,
        };
        Road { engine: run.engine, format: run.format.clone(), against, rules: rules(&run.limits) }
    }

    /// The other road: FFmpeg is needed from here on. Gives the format that the host names; the source is not touched yet.
    pub fn ffmpeg(&self, found: &mut Found) -> Result<Option<Format>> {
        super::open::needs_ffmpeg(self.format.as_deref(), found)
    }

    /// Does `work` on a walk of the source and gives its result; `None` where libavformat is to do it all.
    pub fn walk<T>(
        &self,
        source: &dyn Source,
        control: &Control,
        found: &mut Found,
        work: impl FnOnce(&Walk, &mut Found) -> std::result::Result<T, Stop>,
    ) -> Result<Option<T>> {
        let size = source.as_slice().map(|bytes| to_u64(bytes.len()));
        let result = self.open(source).map_err(Stop::from).and_then(|walk| {
            control.set_total(size);
            let result = work(&walk, found);
            if let Err(Stop::Ended(error)) = &result {
                if matches!(error.status, Status::NoStream | Status::Codec) {
                    walk.look_on(found.stream.and_then(|stream| usize::try_from(stream).ok()))?;
                }
                // Whatever ended it: the input is known.
                found.walked(walk.is_complete());
            }
            let result = result?;
            control.has_walked(size.unwrap_or(0), control.progress().packets)?;
            Ok((result, walk.is_complete()))
        });
        match result {
            Ok((result, complete)) => {
                found.walked(complete);
                found.bytes_read = control.progress().bytes_read;
                Ok(Some(result))
            }
            Err(Stop::Ended(error)) => {
                found.engine = Engine::Walk;
                found.bytes_read = control.progress().bytes_read;
                Err(error.or_stage(control.stage()))
            }
            Err(Stop::Declined(declined)) => {
                control.start_over();
                self.declines(declined, found)?;
                Ok(None)
            }
        }
    }

    /// The walk leaves it to libavformat, where the host allows that.
    pub fn declines(&self, declined: Declined, found: &mut Found) -> Result<()> {
        *found = Found { reason: declined.reason, ..Found::default() };
        if self.engine == Engine::Walk {
            return Err(insisted(declined));
        }
        found.engine = Engine::Ffmpeg;
        Ok(())
    }

    /// The host wants the walk and nothing else.
    pub fn insists(&self) -> bool {
        self.engine == Engine::Walk
    }

    /// What the walk's answers depend on.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    fn open<'a>(&self, source: &'a dyn Source) -> std::result::Result<Walk<'a>, Declined> {
        self.open_block(source.as_slice())
    }

    /// `bytes`: the source, where it is a single block of memory.
    pub fn open_block<'a>(&self, bytes: Option<&'a [u8]>) -> std::result::Result<Walk<'a>, Declined> {
        if let Some(reason) = self.against {
            return Err(Declined::new(reason, "what is asked for is done by FFmpeg"));
        }
        let bytes = bytes.ok_or_else(|| Declined::new(Reason::Source, "the source is no single block of memory"))?;
        fault::point(Place::Walk);
        Walk::open(bytes, self.format.as_deref().map(Container::from_ffmpeg_name), &self.rules)
    }
}

fn rules(limits: &Limits) -> Rules {
    Rules {
        avformat_major: av::version::avformat_compiled() >> 16,
        max_streams: limits.max_streams,
        max_packet_bytes: limits.max_packet_bytes,
        max_probe_bytes: limits.max_probe_bytes,
    }
}

/// The host wants the walk and nothing else.
fn insisted(declined: Declined) -> Error {
    let error = Error::new(Status::Unsupported, format!("MEMUX_ENGINE_WALK cannot do this: {}", declined.what))
        .hint("leave the choice to the library with MEMUX_ENGINE_AUTO");
    match declined.offset {
        Some(offset) => error.at_offset(offset),
        None => error,
    }
}

/// The number of the stream in a walk.
pub fn find(select: Select, walk: &Walk) -> std::result::Result<usize, Stop> {
    let streams = walk.streams();
    let found = match select {
        Select::Index(index) => {
            usize::try_from(index).ok().filter(|index| streams.get(*index).is_some_and(|stream| !stream.is_cover))
        }
        Select::FirstVideo | Select::BestVideo => {
            streams.iter().position(|stream| stream.media == Media::Video && !stream.is_cover)
        }
    };
    match found {
        Some(found) => Ok(found),
        None if walk.may_gain_streams() => Err(Declined::structure("a stream that may show further on").into()),
        None if streams.is_empty() => Err(super::open::no_stream_at_all().into()),
        None => Err(select.not_found().into()),
    }
}
