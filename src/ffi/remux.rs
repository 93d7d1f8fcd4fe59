//! `memux_remux`: the same streams in another container.

use super::constants::{
    MEMUX_LAYOUT_AUTO, MEMUX_LAYOUT_FASTSTART, MEMUX_LAYOUT_FRAGMENTED, MEMUX_LAYOUT_PROGRESSIVE, MEMUX_TAG_AUTO,
    MEMUX_TAG_IN_BAND, MEMUX_TAG_OUT_OF_BAND, MEMUX_UNKNOWN,
};
use super::error::memux_error;
use super::guard;
use super::handle;
use super::ptr::{self, Versioned, null, number, reserved, unknown};
use super::report::{counters, memux_io_counters, reported};
use super::run_options::{self, memux_run_options};
use super::sink::memux_sink;
use super::source::memux_source;
use super::status::memux_status;
use super::views::memux_tag;
use crate::description::Tag;
use crate::error::{Error, Result, copied};
use crate::fault::{Place, point};
use crate::ops::Run;
use crate::ops::remux::{Layout, Options, Report, TagPolicy, run};
use std::ffi::c_char;
use std::mem::{offset_of, size_of};

/// What goes into another container, and how. `format` must be set; else zeros are the defaults. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_remux_options {
    /// Set by memux_remux_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults.
    pub run: *const memux_run_options,
    /// FFmpeg's short name for the output's container ("mp4", "matroska", "mpegts" ...).
    pub format: *const c_char,
    /// Numbers of the input's streams, in the output's order. NULL: all video, audio and subtitles that fit into it.
    pub streams: *const i32,
    /// How many.
    pub stream_count: usize,
    /// Tags that are set over what the input has; an empty value takes a tag away.
    pub tags: *const memux_tag,
    /// How many.
    pub tag_count: usize,
    /// How long a fragment may be, in microseconds; 0: from key frame to key frame.
    pub fragment_us: i64,
    /// One of MEMUX_LAYOUT_*.
    pub layout: i32,
    /// The codes for H.264 and HEVC in the MP4 family: one of MEMUX_TAG_*.
    pub tag_policy: i32,
    /// 1: the input's tags are left out, 0: they are kept.
    pub drop_tags: i32,
    /// 1: the input's chapters are left out, 0: they are kept.
    pub drop_chapters: i32,
    /// 1: nothing is written that depends on FFmpeg's version or the time of day.
    pub bit_exact: i32,
    /// 0.
    pub reserved: i32,
    /// Options of the muxer's own, by FFmpeg's names for them and their values, over what `layout` sets; a value that
    /// begins with "+" adds flags. May be NULL.
    pub muxer_options: *const memux_tag,
    /// How many.
    pub muxer_option_count: usize,
}

/// What was put into another container. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_remux_report {
    /// Set by memux_remux_report_init().
    pub struct_size: usize,
    /// Packets written.
    pub packets: u64,
    /// Streams of the output.
    pub streams: u64,
    /// Bytes that the sink took: more than the output is long where the muxer went back to write over some.
    pub bytes_written: u64,
    /// Packets that FFmpeg marked as corrupt.
    pub corrupt_packets: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*.
    pub completeness: i32,
    /// What was chosen: one of MEMUX_LAYOUT_*.
    pub layout: i32,
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_remux_options {
    const NAME: &'static str = "memux_remux_options";
    const FIRST_SIZE: usize = offset_of!(Self, muxer_option_count) + size_of::<usize>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_remux_report {
    const NAME: &'static str = "memux_remux_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_remux_options>() == 104 && offset_of!(memux_remux_options, layout) == 64);
    assert!(size_of::<memux_remux_report>() == 128 && offset_of!(memux_remux_report, completeness) == 64);
};

/// Puts the streams of an input into another container, without changing them.
///
/// `options` names the container. Containers that are written with going back need a sink that can seek, or are made in
/// memory first, up to max_spool_bytes; for the MP4 family `layout` says how. An order that cannot be followed fails
/// before the first byte. `report` may be NULL; else it is filled whenever its struct_size is right, on failure too.
///
/// Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
/// memux_error_free(); else it is NULL. What was written until then stays written.
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader and a sink one at a time.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (done, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (also a layout that the container has not),
/// MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT,
/// MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK, MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED (also a muxer
/// that would write files), MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC (a stream does not fit into the
/// container), MEMUX_ERROR_NO_ENCODER (this FFmpeg has no such muxer), MEMUX_ERROR_LIBRARY_MISMATCH,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_remux(
    source: *mut memux_source,
    sink: *mut memux_sink,
    options: *const memux_remux_options,
    report: *mut memux_remux_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |written: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (source, sink, (run_options, options)) =
                unsafe { (handle::share(source, "source")?, handle::share(sink, "sink")?, read(options)?) };
            source.with(|source| sink.with(|sink| run(source, sink, run_options, &options, written)))
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// The options of one of several outputs, which have the run's in common.
///
/// # Safety
/// As for `read`.
pub(super) unsafe fn read_shared(options: *const memux_remux_options) -> Result<Options> {
    // SAFETY: passed on.
    let given = unsafe { ptr::read(options) }?.ok_or_else(|| ptr::null("options"))?;
    if !given.value.run.is_null() {
        return Err(Error::invalid("memux_remux_options.run must be NULL where it is one of several outputs"));
    }
    // SAFETY: passed on.
    unsafe { read(options) }.map(|(_, options)| options)
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_remux_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let options = unsafe { ptr::read(options) }?.ok_or_else(|| null("options"))?.known()?;
    reserved(options.reserved, "memux_remux_options.reserved")?;
    let layout = match options.layout {
        MEMUX_LAYOUT_AUTO => Layout::Auto,
        MEMUX_LAYOUT_PROGRESSIVE => Layout::Progressive,
        MEMUX_LAYOUT_FASTSTART => Layout::Faststart,
        MEMUX_LAYOUT_FRAGMENTED => Layout::Fragmented,
        other => return Err(unknown(other, "memux_remux_options.layout")),
    };
    let tag_policy = match options.tag_policy {
        MEMUX_TAG_AUTO => TagPolicy::Auto,
        MEMUX_TAG_OUT_OF_BAND => TagPolicy::OutOfBand,
        MEMUX_TAG_IN_BAND => TagPolicy::InBand,
        other => return Err(unknown(other, "memux_remux_options.tag_policy")),
    };
    let flag = |value: i32, name: &str| match value {
        0 | 1 => Ok(value == 1),
        other => Err(unknown(other, &format!("memux_remux_options.{name}"))),
    };
    // SAFETY: passed on.
    let (run, format, tags, muxer_options) = unsafe {
        (
            run_options::read(options.run)?,
            ptr::text(options.format, "memux_remux_options.format")?,
            tags(options.tags, options.tag_count, "memux_remux_options.tags")?,
            tags(options.muxer_options, options.muxer_option_count, "memux_remux_options.muxer_options")?,
        )
    };
    // SAFETY: passed on.
    let streams = unsafe { ptr::array(options.streams, options.stream_count, "memux_remux_options.streams") }?;
    let streams = if options.streams.is_null() { None } else { Some(copied(streams)?) };
    let options = Options {
        format: format.ok_or_else(|| null("memux_remux_options.format"))?,
        layout,
        streams,
        drops_tags: flag(options.drop_tags, "drop_tags")?,
        tags,
        drops_chapters: flag(options.drop_chapters, "drop_chapters")?,
        tag_policy,
        bit_exact: flag(options.bit_exact, "bit_exact")?,
        fragment: number(options.fragment_us, "memux_remux_options.fragment_us")?
            .map(|time: u64| {
                i64::try_from(time).map_err(|_| Error::invalid("memux_remux_options.fragment_us is too long"))
            })
            .transpose()?,
        muxer_options,
        takes_everything: false,
    };
    Ok((run, options))
}

/// # Safety
/// `count` tags from `first` on, each with two texts.
unsafe fn tags(first: *const memux_tag, count: usize, name: &str) -> Result<Vec<Tag>> {
    // SAFETY: passed on.
    let tags = unsafe { ptr::array(first, count, name) }?.iter().map(|tag| {
        // SAFETY: passed on.
        let (key, value) = unsafe { (ptr::text(tag.key, "memux_tag.key")?, ptr::text(tag.value, "memux_tag.value")?) };
        let key =
            key.filter(|key| !key.is_empty()).ok_or_else(|| Error::invalid("a memux_tag.key is NULL or empty"))?;
        Ok(Tag { key, value: value.unwrap_or_default() })
    });
    tags.collect()
}

fn to_c(report: &Report) -> memux_remux_report {
    memux_remux_report {
        struct_size: size_of::<memux_remux_report>(),
        packets: report.packets,
        streams: report.streams,
        bytes_written: report.bytes_written,
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        completeness: report.found.completeness as i32,
        layout: report.layout as i32,
        engine: report.found.engine as i32,
        engine_reason: report.found.reason as i32,
        io: counters(&report.found.calls),
    }
}
