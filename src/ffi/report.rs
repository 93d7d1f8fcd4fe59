//! How an operation's report goes out: filled whatever comes of the operation, a panic included.

use super::guard;
use super::ptr::{self, Versioned};
use crate::error::{Result, Status};
use crate::ops::Note;

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
