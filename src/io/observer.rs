//! What a host may watch while an operation runs.

use crate::error::Stage;

/// Which callback was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum TraceKind {
    Read = 1,
    Seek = 2,
    Size = 3,
    Write = 4,
    Writev = 5,
}

/// One call to a source or a sink.
#[derive(Clone, Copy, Debug)]
pub struct TraceEvent {
    pub kind: TraceKind,
    pub stage: Stage,
    /// Where the source or sink stood before the call; for a seek, where it was asked to go.
    pub offset: i64,
    pub requested: i64,
    pub returned: i64,
    pub elapsed_us: i64,
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    pub bytes_read: u64,
    /// `None` where the input's size is not known.
    pub bytes_total: Option<u64>,
    pub bytes_written: u64,
    pub packets: u64,
}

/// The host's eyes.
pub trait Observer {
    fn wants_trace(&self) -> bool;
    fn trace(&mut self, event: &TraceEvent);
    /// Nonzero cancels.
    fn progress(&mut self, progress: &Progress) -> i32;
}
