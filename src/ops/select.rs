//! Which stream an operation works on.

use crate::av::{Input, MediaType};
use crate::error::{Error, Result, Status};

/// How the host names a stream. A cover picture is never taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Select {
    /// The first video stream.
    #[default]
    FirstVideo,
    /// By its index in the container, whatever it holds.
    Index(i32),
    /// The one that FFmpeg finds best.
    BestVideo,
}

impl Select {
    /// The stream, if the streams known so far hold it. A container may declare more while it is read.
    pub fn find(self, input: &Input) -> Option<usize> {
        let suits = |index: &usize| {
            input.stream(*index).is_some_and(|stream| match self {
                Select::Index(_) => !stream.is_cover,
                Select::FirstVideo | Select::BestVideo => stream.media == MediaType::Video && !stream.is_cover,
            })
        };
        match self {
            Select::FirstVideo => (0..input.stream_count()).find(suits),
            Select::Index(index) => usize::try_from(index).ok().filter(suits),
            Select::BestVideo => input.best_video().filter(suits),
        }
    }

    pub fn not_found(self) -> Error {
        match self {
            Select::Index(index) => {
                Error::new(Status::NoStream, format!("no stream {index} that could be taken (a cover picture is none)"))
                    .of_stream(index)
            }
            Select::FirstVideo | Select::BestVideo => {
                Error::new(Status::NoStream, "no video stream (a cover picture is none)")
            }
        }
    }

    /// Refused before the input is touched.
    pub fn check(self) -> Result<()> {
        match self {
            Select::Index(index) if index < 0 => Err(Error::invalid("stream_index is negative")),
            _ => Ok(()),
        }
    }
}
