//! `memux_count`: how many frames?

use super::constants::{
    MEMUX_COUNT_DECODED, MEMUX_COUNT_HEADER, MEMUX_COUNT_PACKETS, MEMUX_COUNT_PRESENTED, MEMUX_SELECT_BEST_VIDEO,
    MEMUX_SELECT_INDEX, MEMUX_SELECT_VIDEO, MEMUX_UNKNOWN,
};
use super::error::memux_error;
use super::guard;
use super::handle;
use super::ptr::{self, Versioned, reserved, unknown};
use super::report::{counters, memux_io_counters, reported, status_of};
use super::run_options::{self, memux_run_options};
use super::source::{Block, memux_source};
use super::status::memux_status;
use crate::error::{Error, Result};
use crate::fault::{Place, point};
use crate::io::Memory;
use crate::ops::count::{Mode, Options, Report, run};
use crate::ops::{Run, Select};
use std::ffi::c_void;
use std::mem::{offset_of, size_of};

/// What to count. A struct of zeros with its struct_size counts the packets of the first video stream. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_count_options {
    /// Set by memux_count_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults.
    pub run: *const memux_run_options,
    /// One of MEMUX_COUNT_*.
    pub mode: i32,
    /// One of MEMUX_SELECT_*.
    pub select: i32,
    /// With MEMUX_SELECT_INDEX the number of the stream, else not looked at.
    pub stream_index: i32,
    /// 0.
    pub reserved: i32,
}

/// What was counted. It is filled whenever struct_size is right, on failure too: then with what was learned until
/// then. MEMUX_UNKNOWN where a number is not known. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_count_report {
    /// Set by memux_count_report_init().
    pub struct_size: usize,
    /// The answer. MEMUX_UNKNOWN on failure.
    pub frames: u64,
    /// What the container's header says.
    pub header_frames: u64,
    /// Packets of the stream.
    pub packets: u64,
    /// Packets without those that an edit list takes away.
    pub presented: u64,
    /// Frames that came out of the decoder.
    pub decoded: u64,
    /// Packets of the stream that FFmpeg marked as corrupt; they are counted in `packets` too.
    pub corrupt_packets: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source; with the walk, which reads nothing out, how far it went.
    pub bytes_read: u64,
    /// Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// What was asked for: one of MEMUX_COUNT_*.
    pub mode: i32,
    /// How `frames` was found: MEMUX_COUNT_PACKETS where a header was asked for and says nothing.
    pub obtained_by: i32,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*.
    pub completeness: i32,
    /// The number of the stream that was counted, -1 where none was found.
    pub stream_index: i32,
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_count_options {
    const NAME: &'static str = "memux_count_options";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_count_report {
    const NAME: &'static str = "memux_count_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_count_options>() == 32 && offset_of!(memux_count_options, mode) == 16);
    assert!(size_of::<memux_count_report>() == 152 && offset_of!(memux_count_report, mode) == 80);
};

/// Counts the frames of the first video stream of an input in memory: its packets, as a loop over av_read_frame does.
/// This is memux_count() with its defaults.
///
/// `data` are `size` bytes, which are read in place. `*frames` is written only when the status is not negative. A
/// cover picture is no video.
///
/// Ownership: nothing changes hands; the library has done with `data` when the call returns. On failure `*error`, if
/// `error` is not NULL, is the host's, to be freed with memux_error_free(); else it is NULL.
/// Threads: any number at once, on the same memory too.
/// Statuses: those of memux_count() but for MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_CANCELLED,
/// MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK and MEMUX_ERROR_NO_DECODER.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_count_frames(
    data: *const c_void,
    size: usize,
    frames: *mut u64,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (block, mut frames) = unsafe { (Block::new(data.cast(), size, "data")?, ptr::out(frames, "frames")?) };
        let mut report = Report::default();
        let note = run(&mut Memory::new(block.as_slice()), Run::default(), &Options::default(), &mut report)?;
        frames.put(report.frames.ok_or_else(|| Error::internal("counted without a count"))?);
        Ok(status_of(note))
    })
}

/// Counts the frames of a stream. Memory is walked where the walk knows what is in it (MEMUX_ENGINE_WALK); else FFmpeg
/// reads it, and is loaded if nobody has needed it before. The count is the same, and the report says which it was.
///
/// `options` may be NULL: the packets of the first video stream. `report` may be NULL; else it is filled whenever its
/// struct_size is right, on failure too.
///
/// Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
/// memux_error_free(); else it is NULL.
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (counted, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
/// MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT,
/// MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_NO_DECODER (only with
/// MEMUX_COUNT_DECODED), MEMUX_ERROR_LIBRARY_MISMATCH (it takes FFmpeg, which is not there), MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_count(
    source: *mut memux_source,
    options: *const memux_count_options,
    report: *mut memux_count_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |counted: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (source, (run_options, options)) = unsafe { (handle::share(source, "source")?, read(options)?) };
            source.with(|source| run(source, run_options, &options, counted))
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_count_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    reserved(options.reserved, "memux_count_options.reserved")?;
    let mode = match options.mode {
        MEMUX_COUNT_PACKETS => Mode::Packets,
        MEMUX_COUNT_HEADER => Mode::Header,
        MEMUX_COUNT_PRESENTED => Mode::Presented,
        MEMUX_COUNT_DECODED => Mode::Decoded,
        other => return Err(unknown(other, "memux_count_options.mode")),
    };
    let select = select(options.select, options.stream_index, "memux_count_options.select")?;
    // SAFETY: passed on.
    let run = unsafe { run_options::read(options.run) }?;
    Ok((run, Options { mode, select }))
}

/// Which stream; `name` is the member that says so.
pub(super) fn select(select: i32, index: i32, name: &str) -> Result<Select> {
    match select {
        MEMUX_SELECT_VIDEO => Ok(Select::FirstVideo),
        MEMUX_SELECT_INDEX => Ok(Select::Index(index)),
        MEMUX_SELECT_BEST_VIDEO => Ok(Select::BestVideo),
        other => Err(unknown(other, name)),
    }
}

fn to_c(report: &Report) -> memux_count_report {
    let known = |number: Option<u64>| number.unwrap_or(MEMUX_UNKNOWN);
    memux_count_report {
        struct_size: size_of::<memux_count_report>(),
        frames: known(report.frames),
        header_frames: known(report.header_frames),
        packets: known(report.packets),
        presented: known(report.presented),
        decoded: known(report.decoded),
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: known(report.found.truncated_at),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        mode: report.mode as i32,
        obtained_by: report.obtained_by as i32,
        completeness: report.found.completeness as i32,
        stream_index: report.found.stream.unwrap_or(-1),
        engine: report.found.engine as i32,
        engine_reason: report.found.reason as i32,
        io: counters(&report.found.calls),
    }
}
