//! `memux_error`: why a call failed, in the host's hands.

use super::constants::{MEMUX_LIMIT_NONE, MEMUX_STAGE_NONE, MEMUX_UNKNOWN};
use super::guard;
use super::handle::{self, Handle, Owner};
use super::status::{MEMUX_ERROR_NO_MEMORY, MEMUX_OK, memux_status};
use crate::error::{Error, Result, Status};
use std::borrow::Cow;
use std::ffi::{CStr, c_char};

/// Why a call failed: one object per failure, independent of every handle and of the thread that made it. It never
/// changes, so any number of threads may read it at once. Free it with memux_error_free(). Since 0.1.0.
pub struct memux_error {
    status: memux_status,
    stage: i32,
    stream: i32,
    limit: i32,
    offset: u64,
    ffmpeg_code: i32,
    host_code: i64,
    message: Cow<'static, CStr>,
    hint: Cow<'static, CStr>,
}

impl Handle for memux_error {
    type Owner = Box<Self>;
}

/// For when there is no memory for another. Never freed.
static NO_MEMORY: memux_error = memux_error {
    status: MEMUX_ERROR_NO_MEMORY,
    stage: MEMUX_STAGE_NONE,
    stream: -1,
    limit: MEMUX_LIMIT_NONE,
    offset: MEMUX_UNKNOWN,
    ffmpeg_code: 0,
    host_code: 0,
    message: Cow::Borrowed(c"not enough memory"),
    hint: Cow::Borrowed(c""),
};

/// The object for a failure, and its status: where there is no memory for the object, that is the failure.
pub(super) fn store(error: Error) -> (*mut memux_error, memux_status) {
    match memux_error::new(error).and_then(|object| Ok((object.status, Box::hold(object)?))) {
        Ok((status, object)) => (object.into_raw(), status),
        Err(_) => ((&raw const NO_MEMORY).cast_mut(), NO_MEMORY.status),
    }
}

impl memux_error {
    fn new(error: Error) -> Result<Self> {
        if let (Status::NoMemory, Cow::Borrowed(_)) = (error.status, &error.message) {
            // Where memory has run out, none is asked for to say so.
            return Err(error);
        }
        Ok(memux_error {
            status: error.status as memux_status,
            stage: error.stage as i32,
            stream: error.stream.unwrap_or(-1),
            limit: error.limit as i32,
            offset: error.offset.unwrap_or(MEMUX_UNKNOWN),
            ffmpeg_code: error.ffmpeg_code,
            host_code: error.host_code,
            message: c_text(&error.message)?,
            hint: c_text(error.hint)?,
        })
    }
}

/// The text up to its first zero byte, as C reads it.
fn c_text(text: &str) -> Result<Cow<'static, CStr>> {
    if text.is_empty() {
        return Ok(Cow::Borrowed(c""));
    }
    let text = text.split('\0').next().unwrap_or_default();
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(text.len().saturating_add(1)).map_err(|_| Error::no_memory())?;
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    let text =
        std::ffi::CString::from_vec_with_nul(bytes).map_err(|_| Error::internal("a text with a zero byte inside"))?;
    Ok(Cow::Owned(text))
}

/// The status that the failed call returned.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: it returns one, MEMUX_OK for NULL; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_status(error: *const memux_error) -> memux_status {
    guard::value(MEMUX_OK, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(MEMUX_OK, |error| error.status)
    })
}

/// Where in the operation it failed: one of MEMUX_STAGE_*.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. MEMUX_STAGE_NONE for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_stage(error: *const memux_error) -> i32 {
    guard::value(MEMUX_STAGE_NONE, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(MEMUX_STAGE_NONE, |error| error.stage)
    })
}

/// The number of the stream that it failed with, -1 if none in particular.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. -1 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_stream(error: *const memux_error) -> i32 {
    guard::value(-1, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(-1, |error| error.stream)
    })
}

/// Which limit was met: one of MEMUX_LIMIT_*. Set with MEMUX_ERROR_LIMIT, and with MEMUX_ERROR_NEEDS_SEEK when more
/// memory (max_spool_bytes) would have helped.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. MEMUX_LIMIT_NONE for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_limit(error: *const memux_error) -> i32 {
    guard::value(MEMUX_LIMIT_NONE, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(MEMUX_LIMIT_NONE, |error| error.limit)
    })
}

/// At which byte it failed: of the input, or of the output when that is what failed. MEMUX_UNKNOWN if at none in
/// particular.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. MEMUX_UNKNOWN for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_offset(error: *const memux_error) -> u64 {
    guard::value(MEMUX_UNKNOWN, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(MEMUX_UNKNOWN, |error| error.offset)
    })
}

/// The AVERROR that FFmpeg gave, 0 if it gave none.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. 0 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_ffmpeg_code(error: *const memux_error) -> i32 {
    guard::value(0, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(0, |error| error.ffmpeg_code)
    })
}

/// What the host's own callback returned when it failed, unchanged; 0 if it was not a callback.
///
/// Ownership: nothing changes hands. `error` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. 0 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_host_code(error: *const memux_error) -> i64 {
    guard::value(0, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(0, |error| error.host_code)
    })
}

/// What happened, in one English sentence, in UTF-8. Never NULL; empty for NULL. The wording may change, the status
/// not.
///
/// Ownership: the string belongs to `error` and lives as long; do not free it.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_message(error: *const memux_error) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(c"".as_ptr(), |error| error.message.as_ptr())
    })
}

/// What the host can do about it, in UTF-8. Never NULL; empty where there is nothing to say, and for NULL.
///
/// Ownership: the string belongs to `error` and lives as long; do not free it.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_hint(error: *const memux_error) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(error) }.map_or(c"".as_ptr(), |error| error.hint.as_ptr())
    })
}

/// Frees an error object with its strings. NULL is nothing.
///
/// Ownership: `error` is gone afterwards.
/// Threads: any, while no other uses the object.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `error` is NULL or an object that is not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_error_free(error: *mut memux_error) {
    guard::value((), || {
        if !std::ptr::eq(error, &raw const NO_MEMORY) {
            // SAFETY: this function's contract; the one object that is static is not freed.
            unsafe { handle::free(error) };
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_memory_there_is_still_an_error_object_and_freeing_it_is_harmless() {
        let (object, status) = store(Error::no_memory());
        assert_eq!(status, MEMUX_ERROR_NO_MEMORY);
        assert!(std::ptr::eq(object, &raw const NO_MEMORY));
        for _ in 0..2 {
            // SAFETY: the static object, which outlives all.
            unsafe {
                assert_eq!(memux_error_status(object), MEMUX_ERROR_NO_MEMORY);
                memux_error_free(object);
            }
        }
    }

    #[test]
    fn all_that_is_known_of_a_failure_reaches_the_host() {
        let error =
            Error::limit(crate::error::LimitKind::Spool, "one\0two").at_offset(7).of_stream(3).ffmpeg(-5).host(-6);
        let (object, status) = store(error.at_stage(crate::error::Stage::Packets));
        // SAFETY: an object that lives until it is freed at the end.
        unsafe {
            assert_eq!((memux_error_status(object), memux_error_limit(object)), (status, 4));
            assert_eq!((memux_error_offset(object), memux_error_stream(object), memux_error_stage(object)), (7, 3, 4));
            assert_eq!((memux_error_ffmpeg_code(object), memux_error_host_code(object)), (-5, -6));
            assert_eq!(CStr::from_ptr(memux_error_message(object)), c"one");
            assert!(CStr::from_ptr(memux_error_hint(object)).to_bytes().starts_with(b"raise max_spool_bytes"));
            memux_error_free(object);
        }
    }
}
