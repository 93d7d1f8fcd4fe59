//! `memux_probe`: what is in the input?

use super::constants::{MEMUX_PROBE_FULL, MEMUX_PROBE_HEADER, MEMUX_UNKNOWN};
use super::error::memux_error;
use super::guard;
use super::handle;
use super::info::memux_info;
use super::ptr::{self, Versioned, reserved, unknown};
use super::report::{counters, memux_io_counters, reported};
use super::run_options::{self, memux_run_options};
use super::source::memux_source;
use super::status::memux_status;
use crate::error::Result;
use crate::fault::{Place, point};
use crate::ops::Run;
use crate::ops::probe::{Level, Options, Report, run};
use std::mem::{offset_of, size_of};

/// How a probe looks. A struct of zeros with its struct_size finds out all. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_probe_options {
    /// Set by memux_probe_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults.
    pub run: *const memux_run_options,
    /// One of MEMUX_PROBE_*.
    pub level: i32,
    /// 0.
    pub reserved: i32,
}

/// How a probe went. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_probe_report {
    /// Set by memux_probe_report_init().
    pub struct_size: usize,
    /// How many more bytes of the input are needed, at least, before the call can answer: for a host that has only the
    /// beginning yet. 0 where it has answered, MEMUX_UNKNOWN where that cannot be told.
    pub bytes_needed: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*. MEMUX_PROBE_HEADER does not look for that.
    pub completeness: i32,
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// 0.
    pub reserved: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_probe_options {
    const NAME: &'static str = "memux_probe_options";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_probe_report {
    const NAME: &'static str = "memux_probe_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_probe_options>() == 24 && offset_of!(memux_probe_options, level) == 16);
    assert!(size_of::<memux_probe_report>() == 104 && offset_of!(memux_probe_report, completeness) == 40);
};

/// Finds out what is in an input: its container, its streams, its chapters.
///
/// `options` may be NULL: all is found out, as ffprobe does, for which some packets are read and decoders opened.
/// MEMUX_PROBE_HEADER reads no more than the container's header, where it has one. `report` may be NULL; else it is
/// filled whenever its struct_size is right, on failure too.
///
/// Ownership: on success `*info` is the host's, to be freed with memux_info_free(); on failure it is NULL, and
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (answered, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
/// MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT,
/// MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_LIBRARY_MISMATCH,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_probe(
    source: *mut memux_source,
    options: *const memux_probe_options,
    info: *mut *mut memux_info,
    report: *mut memux_probe_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |probed: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (info, source, (run_options, options)) =
                unsafe { (ptr::handle_out(info, "info")?, handle::share(source, "source")?, read(options)?) };
            let (description, note) = source.with(|source| run(source, run_options, &options, probed))?;
            handle::give(info, memux_info::new(description)?)?;
            Ok(note)
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_probe_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    reserved(options.reserved, "memux_probe_options.reserved")?;
    let level = level(options.level, "memux_probe_options.level")?;
    // SAFETY: passed on.
    let run = unsafe { run_options::read(options.run) }?;
    Ok((run, Options { level }))
}

/// How much is looked at, as the member `name` says.
pub(super) fn level(value: i32, name: &str) -> Result<Level> {
    match value {
        MEMUX_PROBE_FULL => Ok(Level::Full),
        MEMUX_PROBE_HEADER => Ok(Level::Header),
        other => Err(unknown(other, name)),
    }
}

fn to_c(report: &Report) -> memux_probe_report {
    memux_probe_report {
        struct_size: size_of::<memux_probe_report>(),
        bytes_needed: report.needed.unwrap_or(MEMUX_UNKNOWN),
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        completeness: report.found.completeness as i32,
        engine: report.found.engine as i32,
        engine_reason: report.found.reason as i32,
        reserved: 0,
        io: counters(&report.found.calls),
    }
}
