//! The function types that a host implements, and what travels with them.

use super::guard::on_host;
use super::ptr::{array, number};
use super::run_options::{memux_progress, memux_trace_event};
use crate::error::{Error, Result, copied};
use crate::io::codes::{self, Meaning};
use crate::io::{RetryPolicy, Unblock};
use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;
use std::time::Duration;

/// A piece of memory: `size` bytes from `data` on. It has the layout of POSIX's `struct iovec` (pointer, then
/// length), and not that of Windows' WSABUF. It carries no struct_size and will never change. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_slice {
    /// The first byte. May be NULL when `size` is 0.
    pub data: *const u8,
    /// How many bytes.
    pub size: usize,
}

/// Reads the next bytes of the input, as the `read_packet` of FFmpeg's avio_alloc_context does.
///
/// `buf` has room for `buf_size` bytes, 1 ... 2^30, and is the library's: it is gone when the callback returns. Fewer
/// bytes than asked for are fine. Called on the thread that is inside the operation, never twice at once. It must not
/// throw or longjmp.
///
/// Returns: the number of bytes put into `buf`; 0 or MEMUX_IO_EOF at the end of the input; MEMUX_IO_AGAIN,
/// AVERROR(EAGAIN) or AVERROR(EWOULDBLOCK) to be called again after a pause (see max_attempts); -EINTR to be called
/// again at once; MEMUX_IO_EXIT to end the operation with MEMUX_ERROR_CANCELLED; any other negative value to end it
/// with MEMUX_ERROR_SOURCE, where memux_error_host_code() gives that value. More than `buf_size` is
/// MEMUX_ERROR_SOURCE too.
/// Since 0.1.0.
pub type memux_read_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, buf: *mut u8, buf_size: c_int) -> c_int>;

/// Takes bytes of the output, as the `write_packet` of FFmpeg's avio_alloc_context does.
///
/// `buf` holds `buf_size` bytes, 1 ... 2^30, which are only valid until the callback returns. Called on the thread
/// that is inside the operation, never twice at once. It must not throw or longjmp.
///
/// Returns: how many bytes were taken, 1 ... buf_size; when that is fewer, the library calls again with the rest. 0
/// is a failure (MEMUX_ERROR_SINK), and so is more than was given. Negative values mean what they mean for
/// memux_read_fn, with MEMUX_ERROR_SINK in place of MEMUX_ERROR_SOURCE. **A short fwrite() is a failure, not a short
/// count**: the next one may well succeed, with bytes lost in between. A callback that writes to a FILE returns a
/// negative value when fwrite() took less than it was given, or when ferror() says so.
///
/// MEMUX_WRITE_CONST: see the top of this header. Since 0.1.0.
pub type memux_write_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, buf: *const u8, buf_size: c_int) -> c_int>;

/// Takes bytes of the output that lie in several pieces, in order, like writev(2).
///
/// `slices` holds `count` pieces, at least one of them not empty. Slices of memory that the host itself handed over
/// as a source (a slice whose address lies in it is one) live as long as that memory; all others, and the array itself,
/// are only valid until the callback returns. `count` is 1024 at most. Threads as for memux_write_fn.
///
/// Returns: how many bytes were taken in all, 1 ... total; the callback may stop inside a slice, and the library goes
/// on from there. 0 and negative values as for memux_write_fn. Since 0.1.0.
pub type memux_writev_fn =
    Option<unsafe extern "C" fn(opaque: *mut c_void, slices: *const memux_slice, count: usize) -> i64>;

/// Moves the input (or the output), as the `seek` of FFmpeg's avio_alloc_context does.
///
/// `whence` is MEMUX_WHENCE_SET (`offset` counts from the first byte) in all calls but two: when memux_reader.size is
/// 0, the reader is asked once for its size, first with MEMUX_WHENCE_SIZE, then, if that was refused, with
/// MEMUX_WHENCE_END and offset 0. A writer is only ever asked for MEMUX_WHENCE_SET. **Do not hand `whence` on to the
/// C library unlooked at: Microsoft's fseek() ends the process when it is given MEMUX_WHENCE_SIZE.** Threads as for
/// memux_read_fn.
///
/// Returns: for SIZE the size; else the new offset (for SET 0 will do too, as fseek() answers; any other number means
/// that it landed elsewhere, and is a failure); negative if it cannot. A refused SIZE or END is no error: the
/// size is then unknown. For SET, negative values mean what they mean for memux_read_fn. Since 0.1.0.
pub type memux_seek_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, offset: i64, whence: c_int) -> i64>;

/// Makes a read or write callback return that hangs (by shutdown(2) on its socket, say).
///
/// Called at most once per operation, when its token is set or its time is up, **on another thread**: the one that
/// calls memux_cancel_set(), or a watchdog thread of the library; and, when the token was set before the operation
/// began, the operation's own, before its first callback. Both the end of the operation and the release callback wait
/// until it has returned. It must return soon and call nothing of memux. Since 0.1.0.
pub type memux_unblock_fn = Option<unsafe extern "C" fn(opaque: *mut c_void)>;

/// Gets back what the host handed over; free() fits. Called exactly once for each hand-over, on whichever thread lets
/// go last. Since 0.1.0.
pub type memux_release_fn = Option<unsafe extern "C" fn(opaque: *mut c_void)>;

/// Hears how far an operation has come, on the operation's own thread: after each read and each packet, or, where the
/// input is walked (MEMUX_ENGINE_WALK), every so often and at the end.
///
/// `progress` is only valid until the callback returns. Returns: 0 to go on, anything else to end the operation with
/// MEMUX_ERROR_CANCELLED; memux_error_host_code() gives the value. Since 0.1.0.
pub type memux_progress_fn =
    Option<unsafe extern "C" fn(opaque: *mut c_void, progress: *const memux_progress) -> c_int>;

/// Hears of each call to a source or a sink, when it has returned, on the operation's own thread. `event` is only
/// valid until the callback returns. Since 0.1.0.
pub type memux_trace_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, event: *const memux_trace_event)>;

/// Hears FFmpeg's own messages, see memux_log_set().
///
/// `level` is FFmpeg's (AV_LOG_ERROR is 16, AV_LOG_WARNING 24, AV_LOG_INFO 32); `message` is one line or a part of
/// one, only valid until the callback returns. Called on every thread that FFmpeg speaks on, several at once.
/// Since 0.1.0.
pub type memux_log_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, level: i32, message: *const c_char)>;

/// The host's own pointer, which the library only hands back.
#[derive(Clone, Copy)]
pub struct Opaque(*mut c_void);

// SAFETY: the library never looks behind it. The header says on which threads each callback comes, and that only
// `unblock`, `release` and the log callback come on others: a host that gives one has made its pointer fit for that.
unsafe impl Send for Opaque {}
// SAFETY: as above.
unsafe impl Sync for Opaque {}

impl Opaque {
    /// # Safety
    /// The callbacks that go with it may be called with it, as the header says, until the release callback was.
    pub unsafe fn new(opaque: *mut c_void) -> Self {
        Opaque(opaque)
    }

    pub fn get(self) -> *mut c_void {
        self.0
    }
}

/// Calls the host's release when it is dropped, so that no path forgets it.
pub struct Release {
    call: memux_release_fn,
    opaque: Opaque,
}

impl Release {
    pub fn new(call: memux_release_fn, opaque: Opaque) -> Self {
        Release { call, opaque }
    }

    /// Nothing of the host's was handed over.
    pub fn none() -> Self {
        // SAFETY: nobody is called with it.
        Release { call: None, opaque: unsafe { Opaque::new(std::ptr::null_mut()) } }
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        if let Some(release) = self.call.take() {
            // SAFETY: the host's own function with its own pointer, this once.
            on_host(|| unsafe { release(self.opaque.get()) });
        }
    }
}

/// The host's unblock as an operation keeps it: called by other threads.
pub fn unblock(call: memux_unblock_fn, opaque: Opaque) -> Option<Unblock> {
    let call = call?;
    // SAFETY: the host's own function with its own pointer, which it has made fit for any thread; the operation's hook
    // is disarmed before the source or sink, and with it the pointer, can go.
    Some(Arc::new(move || on_host(|| unsafe { call(opaque.get()) })))
}

/// How often and how soon a callback is called again; `owner` is the struct that says so.
pub fn retry_policy(owner: &str, max_attempts: i32, delay_ms: i32, max_delay_ms: i32) -> Result<RetryPolicy> {
    let usual = RetryPolicy::default();
    let max_attempts = number(max_attempts, &format!("{owner}.max_attempts"))?.unwrap_or(usual.max_attempts);
    let delay = number(delay_ms, &format!("{owner}.retry_delay_ms"))?.map_or(usual.delay, Duration::from_millis);
    let longest = number(max_delay_ms, &format!("{owner}.max_retry_delay_ms"))?.map(Duration::from_millis);
    let max_delay = longest.unwrap_or(usual.max_delay.max(delay));
    Ok(RetryPolicy { max_attempts, delay: delay.min(max_delay), max_delay, ..usual })
}

/// The policy with what else the struct says: for how long, and after which of the host's own codes.
///
/// # Safety
/// As many codes as said from the address on, if it is not NULL.
pub unsafe fn passing(owner: &str, policy: RetryPolicy, more: (i32, *const i32, usize)) -> Result<RetryPolicy> {
    let (within_ms, codes, count) = more;
    let within = number(within_ms, &format!("{owner}.retry_within_ms"))?.map(Duration::from_millis);
    // SAFETY: passed on.
    let transient = unsafe { array(codes, count, &format!("{owner}.transient_codes")) }?;
    if transient.iter().any(|code| *code >= 0) {
        return Err(Error::invalid(format!("{owner}.transient_codes holds one that is not negative")));
    }
    if transient.iter().any(|code| matches!(codes::meaning(i64::from(*code)), Meaning::End | Meaning::Exit)) {
        return Err(Error::invalid(format!("{owner}.transient_codes holds MEMUX_IO_EOF or MEMUX_IO_EXIT")));
    }
    Ok(RetryPolicy { within, transient: copied(transient)?, ..policy })
}
