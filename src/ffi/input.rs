//! `memux_input`: a container that stays open, packets one by one.

use super::constants::{MEMUX_NO_TIME, MEMUX_SEEK_EXACT, MEMUX_SEEK_KEYFRAME, MEMUX_UNKNOWN};
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::hold::Hold;
use super::info::memux_info;
use super::lent::Lent;
use super::packet::{memux_packet, show};
use super::probe::level;
use super::ptr::{self, Versioned, null, reserved, unknown};
use super::report::{counters, memux_io_counters};
use super::run_options::{self, memux_run_options};
use super::source::memux_source;
use super::status::memux_status;
use super::views::memux_side_data;
use crate::av::Format;
use crate::error::{Result, Status};
use crate::fault::{Place, point};
use crate::io::{Control, Seekability, Source};
use crate::ops::input::{Aim, Options, Reader, Report, no_stream, said_of_both, should_open_front_to_back};
use crate::ops::{self, Run};
use self_cell::{MutBorrow, self_cell};
use std::mem::{offset_of, size_of};

/// How a container is opened. A struct of zeros with its struct_size finds out all first. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_input_options {
    /// Set by memux_input_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults. Progress and trace callbacks are made until the input is freed; the timeout is for each
    /// call; the engine is not looked at.
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
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*. Known when its end has been met.
    pub completeness: i32,
    /// 0.
    pub reserved: i32,
    /// What was asked of the host's callbacks.
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
    assert!(size_of::<memux_input_report>() == 104 && offset_of!(memux_input_report, completeness) == 48);
};

/// An open container. It keeps its source until it is freed; a source of a reader serves nothing else meanwhile. Used by
/// one thread at a time; a call from inside one of its callbacks gets MEMUX_ERROR_BUSY. Since 0.1.0.
pub struct memux_input {
    open: Lent<Open>,
}

impl Handle for memux_input {
    type Owner = Box<Self>;
}

/// What an open container stands on.
struct Ground {
    source: MutBorrow<Hold>,
    control: Control,
    /// The source can be gone back in.
    seeks: bool,
}

self_cell!(
    struct Opened {
        owner: Ground,
        #[not_covariant]
        dependent: Reader,
    }
);

struct Open {
    opened: Opened,
    side_data: Vec<memux_side_data>,
}

/// Opens a container, to read its packets one by one.
///
/// `options` may be NULL. The source may be freed at once: the input keeps its share of it.
///
/// Ownership: on success `*input` is the host's, to be freed with memux_input_free(); NULL on failure, and `*error`, if
/// `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any. A source of memory may be opened any number of times at once, a source of a reader once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
/// MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_LIBRARY_MISMATCH,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above; callbacks of `options` may be called until the input is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_open(
    source: *mut memux_source,
    options: *const memux_input_options,
    input: *mut *mut memux_input,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (input, (run, options), source) =
            unsafe { (ptr::handle_out(input, "input")?, read(options)?, Hold::on(source)?) };
        let (named, control) = ops::input::prepare(run, source.unblock())?;
        let seeks = source.seekability() != Seekability::None;
        let ground = Ground { source: MutBorrow::new(source), control, seeks };
        let opened = open(ground, named, &options)?;
        handle::give(input, memux_input { open: Lent::new(Open { opened, side_data: Vec::new() }) })?;
        Ok(Status::Ok)
    })
}

/// Some files, encrypted ones in fragments among them, libavformat can only open front to back.
fn open(ground: Ground, named: Option<Format>, options: &Options) -> Result<Opened> {
    let seeks = ground.seeks;
    let try_it = |ground: Ground, freely: bool| {
        let opened = Opened::try_new_or_recover(ground, |ground| {
            Reader::open(ground.source.borrow_mut(), named, options, &ground.control, freely)
        });
        opened.map_err(Box::new)
    };
    let (ground, error) = match try_it(ground, seeks) {
        Ok(opened) => return Ok(opened),
        Err(failed) => *failed,
    };
    if !seeks || !should_open_front_to_back(&error) {
        return Err(error);
    }
    ground.control.resume()?;
    let ground = Ground { source: MutBorrow::new(ground.source.into_inner()), ..ground };
    try_it(ground, false).map_err(|failed| said_of_both(error, failed.1))
}

/// The next packet, of whichever selected stream it is.
///
/// `*packet` is filled; what it points to stands until the next call with this input.
///
/// Ownership: the packet's bytes belong to `input`; memux_packet_retain() makes a copy. On failure `*error`, if `error`
/// is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_END (there is no more) and MEMUX_TRUNCATED (there is no more, and the input was cut off or
/// damaged), both without a packet; failures are for good, each further call gives the same: MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
/// MEMUX_ERROR_CORRUPT, MEMUX_ERROR_INTERNAL; and MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED,
/// MEMUX_ERROR_BUSY.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_next(
    input: *mut memux_input,
    packet: *mut memux_packet,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let mut place = unsafe { ptr::place(packet) }?;
        place.known()?;
        if place.is_null() {
            return Err(null("packet"));
        }
        // SAFETY: this function's contract.
        unsafe { with(input) }?.with("input", |open| {
            let Open { opened, side_data } = open;
            opened.with_dependent_mut(|_, reader| {
                if reader.next()?.is_none() {
                    return Ok(if reader.is_truncated() { Status::Truncated } else { Status::End });
                }
                let current = reader.current();
                place.write(&show(current, reader.time_base(current), side_data));
                Ok(Status::Ok)
            })
        })
    })
}

/// Goes to a time, in microseconds from the container's own zero.
///
/// `mode` is one of MEMUX_SEEK_*. `*landed_us`, if `landed_us` is not NULL, is the time of the first packet that is shown
/// next: of the first selected video stream, if it has any soon, else of any. MEMUX_NO_TIME if the input ends there.
///
/// Ownership: nothing changes hands. The packet given before does not stand any more.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_NEEDS_SEEK (the reader cannot: packets go on from where they were; or the container
/// cannot be sought in: that is for good); otherwise those of memux_input_next().
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_seek(
    input: *mut memux_input,
    time_us: i64,
    mode: i32,
    landed_us: *mut i64,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        let aim = match mode {
            MEMUX_SEEK_KEYFRAME => Aim::Keyframe,
            MEMUX_SEEK_EXACT => Aim::Exact,
            other => return Err(unknown(other, "mode")),
        };
        // SAFETY: this function's contract.
        let landed = unsafe { with(input) }?
            .with("input", |open| open.opened.with_dependent_mut(|_, reader| reader.seek(time_us, aim)))?;
        // SAFETY: this function's contract.
        if let Some(place) = unsafe { landed_us.as_mut() } {
            *place = landed.unwrap_or(MEMUX_NO_TIME);
        }
        Ok(Status::Ok)
    })
}

/// From here on only packets of these streams come. `streams` are `count` numbers; with none no packet comes any more.
///
/// Ownership: nothing changes hands.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_STREAM (one of them is none, and nothing is changed),
/// MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_select(
    input: *mut memux_input,
    streams: *const i32,
    count: usize,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let streams = unsafe { ptr::array(streams, count, "streams") }?;
        let wanted = streams.iter().map(|stream| usize::try_from(*stream).map_err(|_| no_stream(*stream)));
        let wanted = wanted.collect::<Result<Vec<_>>>()?;
        // SAFETY: this function's contract.
        unsafe { with(input) }?
            .with("input", |open| open.opened.with_dependent_mut(|_, reader| reader.select(&wanted)))?;
        Ok(Status::Ok)
    })
}

/// What the container holds, as far as it is known by now: some containers show streams only on the way.
///
/// Ownership: on success `*info` is the host's, to be freed with memux_info_free(), and lives on its own; NULL on failure.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_info(
    input: *mut memux_input,
    info: *mut *mut memux_info,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (info, input) = unsafe { (ptr::handle_out(info, "info")?, with(input)?) };
        let description =
            input.with("input", |open| Ok(open.opened.with_dependent_mut(|_, reader| reader.description().clone())))?;
        handle::give(info, memux_info::new(description)?).map(|()| Status::Ok)
    })
}

/// What has been found out so far. `*report` is filled.
///
/// Ownership: nothing changes hands.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_get_report(
    input: *mut memux_input,
    report: *mut memux_input_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (mut place, input) = unsafe { (ptr::place(report)?, with(input)?) };
        place.known()?;
        if place.is_null() {
            return Err(null("report"));
        }
        let found = input.with("input", |open| Ok(open.opened.with_dependent_mut(|_, reader| reader.report())))?;
        place.write(&to_c(&found));
        Ok(Status::Ok)
    })
}

/// Closes a container and lets go of its source. NULL is nothing.
///
/// Ownership: `input` is gone, and the packet that it gave last.
/// Threads: any, while no other uses it; not from inside its own callbacks.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `input` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_free(input: *mut memux_input) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(input) };
    })
}

/// # Safety
/// NULL, or an input that is not freed before the result is.
unsafe fn with<'a>(input: *mut memux_input) -> Result<&'a Lent<Open>> {
    // SAFETY: passed on.
    unsafe { handle::borrow(input) }.map(|input| &input.open).ok_or_else(|| null("input"))
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_input_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    reserved(options.reserved, "memux_input_options.reserved")?;
    let level = level(options.level, "memux_input_options.level")?;
    // SAFETY: passed on.
    let run = unsafe { run_options::read(options.run) }?;
    Ok((run, Options { level }))
}

fn to_c(report: &Report) -> memux_input_report {
    memux_input_report {
        struct_size: size_of::<memux_input_report>(),
        packets: report.packets,
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        completeness: report.found.completeness as i32,
        reserved: 0,
        io: counters(&report.found.calls),
    }
}
