//! What `memux_input_open` is told, and what an open container says of itself.

use super::constants::MEMUX_UNKNOWN;
use super::probe::level;
use super::ptr::{self, Versioned, reserved};
use super::report::{counters, memux_io_counters};
use super::run_options::{self, memux_run_options};
use crate::error::Result;
use crate::ops::Run;
use crate::ops::input::{Options, Report};
use std::mem::{offset_of, size_of};

/// How a container is opened. A struct of zeros with its struct_size finds out all first. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_input_options {
    /// Set by memux_input_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults. Progress and trace callbacks are made until the input is freed; the timeout is for each
    /// call. With MEMUX_ENGINE_WALK, what FFmpeg alone can do is MEMUX_ERROR_UNSUPPORTED: going to a time, and choosing a
    /// stream again that was passed over.
    pub run: *const memux_run_options,
    /// MEMUX_PROBE_FULL: streams are read for a while, so that no time stamp is left out that FFmpeg can fill in.
    /// MEMUX_PROBE_HEADER: packets come at once.
    pub level: i32,
    /// 0.
    pub reserved: i32,
}

/// What an open container has shown of itself. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_input_report {
    /// Set by memux_input_report_init().
    pub struct_size: usize,
    /// Packets given so far.
    pub packets: u64,
    /// Packets that FFmpeg marked as corrupt.
    pub corrupt_packets: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source; with the walk, which reads nothing out, how far it went.
    pub bytes_read: u64,
    /// Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// What gives the packets: one of MEMUX_ENGINE_*. Once it is FFmpeg it stays FFmpeg.
    pub engine: i32,
    /// Why it is FFmpeg and not the walk: one of MEMUX_REASON_*; MEMUX_REASON_JOB for a seek.
    pub engine_reason: i32,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*. Known when its end has been met.
    pub completeness: i32,
    /// 0.
    pub reserved: i32,
    /// The calls of the host's functions so far.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_input_options {
    const NAME: &'static str = "memux_input_options";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_input_report {
    const NAME: &'static str = "memux_input_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_input_options>() == 24 && offset_of!(memux_input_options, level) == 16);
    assert!(size_of::<memux_input_report>() == 112 && offset_of!(memux_input_report, engine) == 48);
};

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
pub(super) unsafe fn read(options: *const memux_input_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    reserved(options.reserved, "memux_input_options.reserved")?;
    let level = level(options.level, "memux_input_options.level")?;
    // SAFETY: passed on.
    let run = unsafe { run_options::read(options.run) }?;
    Ok((run, Options { level }))
}

pub(super) fn to_c(report: &Report) -> memux_input_report {
    memux_input_report {
        struct_size: size_of::<memux_input_report>(),
        packets: report.packets,
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        engine: report.found.engine as i32,
        engine_reason: report.found.reason as i32,
        completeness: report.found.completeness as i32,
        reserved: 0,
        io: counters(&report.found.calls),
    }
}
