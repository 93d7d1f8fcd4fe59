//! Why a walk leaves a file to libavformat.

use crate::error::Error;

/// The kinds of reasons, with the values that C sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Reason {
    /// Nothing was declined.
    #[default]
    None = 0,
    /// The host asked for this engine.
    Asked = 1,
    /// The source is no single block of memory.
    Source = 2,
    /// The host wants a trace of the calls that only libavformat makes.
    Trace = 3,
    /// What is asked for needs FFmpeg: decoded frames, its choice of the best stream.
    Job = 4,
    /// A container that is not walked.
    Container = 5,
    /// A part of the container that the walk does not know, where it matters.
    Structure = 6,
    Encrypted = 7,
    /// Cut off, or contradicting itself.
    Damaged = 8,
    /// A limit would be met: libavformat's road says which.
    Limit = 9,
}

/// A file, or a part of one, that the walk does not answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declined {
    pub reason: Reason,
    /// For people who ask why.
    pub what: &'static str,
    /// Where in the input, if it is a place.
    pub offset: Option<u64>,
}

impl Declined {
    pub fn new(reason: Reason, what: &'static str) -> Self {
        Declined { reason, what, offset: None }
    }

    pub fn structure(what: &'static str) -> Self {
        Declined::new(Reason::Structure, what)
    }

    pub fn damaged(what: &'static str) -> Self {
        Declined::new(Reason::Damaged, what)
    }

    pub fn at(self, offset: u64) -> Self {
        Declined { offset: self.offset.or(Some(offset)), ..self }
    }
}

/// Why a walk ended before its end.
#[derive(Debug)]
pub enum Stop {
    Declined(Declined),
    /// Cancelled, out of time, a sink that failed: no other road would do better.
    Ended(Error),
}

impl From<Declined> for Stop {
    fn from(declined: Declined) -> Self {
        Stop::Declined(declined)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Ended(error)
    }
}
