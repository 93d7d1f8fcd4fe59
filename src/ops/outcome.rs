//! What an operation found out about its input, beside its result.

use crate::completeness::Verdict;
use crate::io::Calls;
use crate::walk::Reason;

/// How a successful operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    Done,
    /// The result is there; the input was cut or damaged.
    Truncated,
}

/// Whether the input was whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Completeness {
    #[default]
    Unknown = 0,
    Complete = 1,
    Truncated = 2,
}

/// Which road an operation took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Engine {
    /// Not taken yet.
    #[default]
    Auto = 0,
    Ffmpeg = 1,
    Walk = 2,
}

/// What both reports say about the input; an operation that fails says as much as it learned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    pub completeness: Completeness,
    pub truncated_at: Option<u64>,
    pub corrupt_packets: u64,
    pub bytes_read: u64,
    pub spooled_bytes: u64,
    pub calls: Calls,
    /// The stream that the operation worked on.
    pub stream: Option<i32>,
    pub engine: Engine,
    /// Why it was not the walk.
    pub reason: Reason,
}

impl Found {
    /// Damage that the demuxer met at `offset`; the first one counts.
    pub fn damaged(&mut self, offset: Option<u64>) {
        self.completeness = Completeness::Truncated;
        if self.truncated_at.is_none() {
            self.truncated_at = offset;
        }
    }

    /// What the container's own promises say: they know best where the input broke off. Damage that the demuxer met is
    /// not taken back.
    pub fn judged(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Truncated { at } => {
                self.completeness = Completeness::Truncated;
                self.truncated_at = Some(at);
            }
            Verdict::Complete if self.completeness == Completeness::Unknown => {
                self.completeness = Completeness::Complete;
            }
            Verdict::Complete | Verdict::Unknown => {}
        }
    }

    /// A walk came to its end: it declines whatever is cut or damaged.
    pub fn walked(&mut self, complete: bool) {
        self.engine = Engine::Walk;
        self.completeness = if complete { Completeness::Complete } else { Completeness::Unknown };
    }

    pub fn note(&self) -> Note {
        match self.completeness {
            Completeness::Truncated => Note::Truncated,
            Completeness::Complete | Completeness::Unknown => Note::Done,
        }
    }
}
