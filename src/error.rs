//! Why a call failed. One type for every layer, so that what the host's callback said reaches the host unchanged.

#![forbid(unsafe_code)]

use std::borrow::Cow;

/// The outcome of a call, with the value that C sees. The values never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    Ok = 0,
    End = 1,
    Truncated = 2,
    InvalidArgument = -1001,
    Unsupported = -1002,
    Busy = -1003,
    NoMemory = -1004,
    Limit = -1005,
    Cancelled = -1006,
    Timeout = -1007,
    Source = -1008,
    Sink = -1009,
    NeedsSeek = -1010,
    Format = -1011,
    Refused = -1012,
    Corrupt = -1013,
    NoStream = -1014,
    Codec = -1015,
    NoDecoder = -1016,
    NoEncoder = -1017,
    LibraryMismatch = -1018,
    Internal = -1019,
}

/// Where in an operation something happened. Errors and trace events share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Stage {
    #[default]
    None = 0,
    Arguments = 1,
    Open = 2,
    Probe = 3,
    Packets = 4,
    Header = 5,
    Write = 6,
    Trailer = 7,
}

/// Which limit was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum LimitKind {
    #[default]
    None = 0,
    Streams = 1,
    Packet = 2,
    Probe = 3,
    Spool = 4,
    Output = 5,
}

/// Everything that is known about one failure.
#[derive(Clone, Debug)]
pub struct Error {
    pub status: Status,
    pub stage: Stage,
    /// The limit that was met, with `Status::Limit` and a spool that was too small.
    pub limit: LimitKind,
    /// The stream concerned.
    pub stream: Option<i32>,
    /// The byte of the input (or of the output, when the sink failed) at which it happened.
    pub offset: Option<u64>,
    /// FFmpeg's AVERROR, 0 if FFmpeg said nothing.
    pub ffmpeg_code: i32,
    /// What the host's callback returned, 0 if it was not the host.
    pub host_code: i64,
    pub message: Cow<'static, str>,
    /// What the host can do about it; may be empty.
    pub hint: &'static str,
}

/// What every layer returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(status: Status, message: impl Into<Cow<'static, str>>) -> Self {
        Error {
            status,
            stage: Stage::None,
            limit: LimitKind::None,
            stream: None,
            offset: None,
            ffmpeg_code: 0,
            host_code: 0,
            message: message.into(),
            hint: "",
        }
    }

    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Status::InvalidArgument, message).at_stage(Stage::Arguments)
    }

    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Error::new(Status::Internal, message).hint("this is a defect of memux: please report it")
    }

    /// A static text, since there may be no memory for another.
    pub fn no_memory() -> Self {
        Error::new(Status::NoMemory, "not enough memory")
    }

    pub fn limit(kind: LimitKind, message: impl Into<Cow<'static, str>>) -> Self {
        let hint = match kind {
            LimitKind::None => "",
            LimitKind::Streams => "raise max_streams in memux_limits",
            LimitKind::Packet => "raise max_packet_bytes in memux_limits",
            LimitKind::Probe => "raise max_probe_bytes in memux_limits, or name the format",
            LimitKind::Spool => "raise max_spool_bytes in memux_limits, or give the reader a seek callback",
            LimitKind::Output => "raise max_output_bytes in memux_limits",
        };
        Error { limit: kind, ..Error::new(Status::Limit, message) }.hint(hint)
    }

    pub fn at_stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Sets the stage if nothing closer to the cause has set one.
    pub fn or_stage(mut self, stage: Stage) -> Self {
        if self.stage == Stage::None {
            self.stage = stage;
        }
        self
    }

    pub fn at_offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    pub fn of_stream(mut self, stream: i32) -> Self {
        self.stream = Some(stream);
        self
    }

    pub fn ffmpeg(mut self, code: i32) -> Self {
        self.ffmpeg_code = code;
        self
    }

    pub fn host(mut self, code: i64) -> Self {
        self.host_code = code;
        self
    }

    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }
}

/// A copy; where memory is short that is an error, and not the end of the process.
pub fn copied<T: Copy>(all: &[T]) -> Result<Vec<T>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(all.len()).map_err(|_| Error::no_memory())?;
    copy.extend_from_slice(all);
    Ok(copy)
}
