//! FFmpeg's own messages, for a host that asks for them.

use super::callbacks::{Opaque, memux_log_fn};
use super::error::memux_error;
use super::guard;
use super::status::memux_status;
use crate::av;
use crate::error::Status;
use std::ffi::{CStr, c_void};
use std::sync::Arc;

/// Sends FFmpeg's own messages to the host: those of the whole process, memux's and others', since FFmpeg knows one
/// callback only (av_log_set_callback). memux itself says nothing there, nor is there a word where the input is walked.
/// Without this call memux leaves FFmpeg's logging as it is. The call loads FFmpeg if nobody has needed it before.
///
/// Messages up to `level` are sent (AV_LOG_ERROR is 16, AV_LOG_WARNING 24, AV_LOG_INFO 32; smaller is graver). `log`
/// NULL puts FFmpeg's default back, which prints to stderr at the level that av_log_set_level() set.
///
/// Ownership: `opaque` stays the host's; it and `log` must stay usable until another one is set and the messages
/// under way have been delivered.
/// Threads: any, but one at a time. `log` is called on whichever thread FFmpeg speaks, several at once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_LIBRARY_MISMATCH (there is no FFmpeg, and no message of its), MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `log` may be called with `opaque` on any thread until another is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_log_set(
    level: i32,
    log: memux_log_fn,
    opaque: *mut c_void,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        av::version::check()?;
        // SAFETY: this function's contract.
        let opaque = unsafe { Opaque::new(opaque) };
        let logger = log.map(|log| -> av::log::Logger {
            Arc::new(move |level, message: &CStr| {
                guard::on_host(|| {
                    // SAFETY: this function's contract, for as long as this logger is set; the message outlives the call.
                    unsafe { log(opaque.get(), level, message.as_ptr()) }
                });
            })
        });
        av::log::set(level, logger);
        Ok(Status::Ok)
    })
}
