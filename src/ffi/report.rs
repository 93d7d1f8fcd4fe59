//! How an operation's report goes out: filled whatever comes of the operation, a panic included.

use super::guard;
use super::ptr::{self, Versioned};
use crate::error::{Result, Status};
use crate::io::Calls;
use crate::ops::Note;

/// What an operation has asked of the host's callbacks, at the end of every report. Memory, buffers and feeds of the library
/// are no callbacks. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_io_counters {
    /// Calls of read callbacks.
    pub reads: u64,
    /// Calls of write and gather callbacks.
    pub writes: u64,
    /// Calls of seek callbacks, also those that ask for the size.
    pub seeks: u64,
    /// Calls that were made once more, because the one before said "again", was interrupted, or failed in a way that may
    /// pass.
    pub retries: u64,
    /// How long all calls together took, in microseconds.
    pub callback_us: u64,
    /// How long the longest took, in microseconds.
    pub longest_callback_us: u64,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(std::mem::size_of::<memux_io_counters>() == 48);

pub fn counters(calls: &Calls) -> memux_io_counters {
    memux_io_counters {
        reads: calls.reads,
        writes: calls.writes,
        seeks: calls.seeks,
        retries: calls.retries,
        callback_us: microseconds(calls.time),
        longest_callback_us: microseconds(calls.longest),
    }
}

fn microseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Lets `work` do an operation and fill its report, and hands that to the host.
///
/// # Safety
/// `report` is NULL, or the address of a struct as large as its `struct_size` says, which is the library's until the
/// call ends.
pub unsafe fn reported<R: Default, C: Versioned>(
    report: *mut C,
    to_c: fn(&R) -> C,
    work: impl FnOnce(&mut R) -> Result<Note>,
) -> Result<Status> {
    // SAFETY: passed on.
    let mut place = unsafe { ptr::place(report) }?;
    let mut found = R::default();
    let result = guard::caught(|| {
        place.known()?;
        work(&mut found)
    });
    place.write(&to_c(&found));
    result.map(status_of)
}

pub fn status_of(note: Note) -> Status {
    match note {
        Note::Done => Status::Ok,
        Note::Truncated => Status::Truncated,
    }
}
