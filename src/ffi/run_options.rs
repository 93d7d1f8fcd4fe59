//! `memux_run_options`: what all operations have in common; and what they tell the host while they run.

use super::callbacks::{Opaque, memux_progress_fn, memux_trace_fn};
use super::cancel::memux_cancel;
use super::constants::{MEMUX_ENGINE_AUTO, MEMUX_ENGINE_FFMPEG, MEMUX_ENGINE_WALK, MEMUX_UNKNOWN};
use super::guard::on_host;
use super::handle;
use super::limits::{self, memux_limits};
use super::ptr::{self, Versioned, number, reserved, unknown};
use crate::error::Result;
use crate::io::{Observer, Progress, TraceEvent};
use crate::ops::{Engine, Run};
use std::ffi::{c_char, c_void};
use std::mem::{offset_of, size_of};
use std::sync::Arc;
use std::time::Duration;

/// How far an operation has come. Filled by the library, `struct_size` included. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_progress {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// Bytes read so far; more than bytes_total where the container is read in parts twice.
    pub bytes_read: u64,
    /// The size of the input; MEMUX_UNKNOWN where that is not known.
    pub bytes_total: u64,
    /// Bytes written so far.
    pub bytes_written: u64,
    /// Packets read so far, of all streams; with the walk, of the one that is asked for.
    pub packets: u64,
}

/// One call to a source or a sink: of a host's callback, or the same on memory. Filled by the library. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_trace_event {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// Which call: one of MEMUX_TRACE_*.
    pub kind: i32,
    /// Where in the operation: one of MEMUX_STAGE_*.
    pub stage: i32,
    /// Where the source or sink stood before the call; for a seek, where it was to go.
    pub offset: i64,
    /// How many bytes were asked for or given; 0 for a seek.
    pub requested: i64,
    /// What the call returned.
    pub returned: i64,
    /// How long the call took, in microseconds.
    pub elapsed_us: i64,
}

/// What all operations have in common. A struct of zeros with its struct_size is the defaults, and so is NULL. It is
/// read when the operation begins, with all that it points to, and is not looked at afterwards. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_run_options {
    /// Set by memux_run_options_init().
    pub struct_size: usize,
    /// Ends the operation when it is set. May be NULL.
    pub cancel: *const memux_cancel,
    /// May be NULL: the defaults.
    pub limits: *const memux_limits,
    /// May be NULL.
    pub progress: memux_progress_fn,
    /// Handed to `progress`.
    pub progress_opaque: *mut c_void,
    /// May be NULL. With it, an operation takes the road that makes the calls which it tells of, also where a shorter
    /// one leads to the same result.
    pub trace: memux_trace_fn,
    /// Handed to `trace`.
    pub trace_opaque: *mut c_void,
    /// The container's FFmpeg short name ("mp4", "matroska", "mpegts" ...) in UTF-8, for an input that cannot be told
    /// from its first bytes. NULL: found out.
    pub format: *const c_char,
    /// How long the operation may take, in microseconds from its beginning; 0: as long as it likes. Looked at between
    /// callbacks and packets; a callback that hangs is ended only where its reader or writer has an `unblock`.
    pub timeout_us: i64,
    /// One of MEMUX_ENGINE_*.
    pub engine: i32,
    /// 0.
    pub reserved: i32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_run_options {
    const NAME: &'static str = "memux_run_options";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_progress>() == 40);
    assert!(size_of::<memux_trace_event>() == 48 && offset_of!(memux_trace_event, offset) == 16);
    assert!(size_of::<memux_run_options>() == 80 && offset_of!(memux_run_options, engine) == 72);
};

/// What an operation is to know of the host's options; NULL is the defaults.
///
/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to; its
/// callbacks may be called with their pointers as the header says, until the operation ends.
pub unsafe fn read(options: *const memux_run_options) -> Result<Run> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Run::default()) };
    let options = options.known()?;
    reserved(options.reserved, "memux_run_options.reserved")?;
    let engine = match options.engine {
        MEMUX_ENGINE_AUTO => Engine::Auto,
        MEMUX_ENGINE_FFMPEG => Engine::Ffmpeg,
        MEMUX_ENGINE_WALK => Engine::Walk,
        other => return Err(unknown(other, "memux_run_options.engine")),
    };
    // SAFETY: the caller's promise, for each of the pointers in the struct.
    let (cancel, limits, format, observer) = unsafe {
        (
            handle::borrow(options.cancel).map(|cancel| Arc::clone(&cancel.token)),
            limits::read(options.limits)?,
            ptr::text(options.format, "memux_run_options.format")?,
            observer(&options),
        )
    };
    let timeout = number(options.timeout_us, "memux_run_options.timeout_us")?.map(Duration::from_micros);
    Ok(Run { cancel, limits, observer, format, timeout, engine })
}

/// # Safety
/// The struct's callbacks may be called with their pointers until the operation ends.
unsafe fn observer(options: &memux_run_options) -> Option<Box<dyn Observer>> {
    if options.progress.is_none() && options.trace.is_none() {
        return None;
    }
    // SAFETY: the caller's promise.
    let (progress_opaque, trace_opaque) =
        unsafe { (Opaque::new(options.progress_opaque), Opaque::new(options.trace_opaque)) };
    Some(Box::new(Eyes { progress: options.progress, progress_opaque, trace: options.trace, trace_opaque }))
}

/// The host's two callbacks as the layers below know them.
struct Eyes {
    progress: memux_progress_fn,
    progress_opaque: Opaque,
    trace: memux_trace_fn,
    trace_opaque: Opaque,
}

impl Observer for Eyes {
    fn wants_trace(&self) -> bool {
        self.trace.is_some()
    }

    fn trace(&mut self, event: &TraceEvent) {
        let Some(trace) = self.trace else { return };
        let event = memux_trace_event {
            struct_size: size_of::<memux_trace_event>(),
            kind: event.kind as i32,
            stage: event.stage as i32,
            offset: event.offset,
            requested: event.requested,
            returned: event.returned,
            elapsed_us: event.elapsed_us,
        };
        // SAFETY: the host's own function with its own pointer, on the operation's thread; the event outlives the call.
        on_host(|| unsafe { trace(self.trace_opaque.get(), &raw const event) });
    }

    fn progress(&mut self, progress: &Progress) -> i32 {
        let Some(tell) = self.progress else { return 0 };
        let progress = memux_progress {
            struct_size: size_of::<memux_progress>(),
            bytes_read: progress.bytes_read,
            bytes_total: progress.bytes_total.unwrap_or(MEMUX_UNKNOWN),
            bytes_written: progress.bytes_written,
            packets: progress.packets,
        };
        // SAFETY: as in `trace`.
        on_host(|| unsafe { tell(self.progress_opaque.get(), &raw const progress) })
    }
}
