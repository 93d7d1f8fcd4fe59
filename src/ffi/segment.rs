//! `memux_segment`: the same streams in segments, each handed over whole.

use super::callbacks::Opaque;
use super::constants::{MEMUX_CUT_BY_DURATION, MEMUX_CUT_BY_HOST, MEMUX_CUT_BY_KEYFRAME, MEMUX_UNKNOWN};
use super::error::memux_error;
use super::guard::{self, on_host};
use super::handle;
use super::packet::{memux_packet, show};
use super::playlist::memux_segments;
use super::ptr::{self, Versioned, null, number, unknown};
use super::remux::{self, memux_remux_options};
use super::report::{counters, memux_io_counters, reported};
use super::run_options::{self, memux_run_options};
use super::source::memux_source;
use super::status::memux_status;
use crate::av::Packet;
use crate::description::Stream;
use crate::error::{Error, Result, Stage, Status};
use crate::fault::{Place, point};
use crate::io::codes;
use crate::ops::Run;
use crate::ops::input::Shown;
use crate::ops::segment::{Cut, Options, Report, Segment, Taker, run};
use std::ffi::{c_int, c_void};
use std::mem::{offset_of, size_of};

/// A segment, whole. It stands until the callback that is given it returns. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_segment_view {
    /// The size of this struct in the library.
    pub struct_size: usize,
    /// Its bytes.
    pub data: *const u8,
    /// How many.
    pub size: usize,
    /// Where it lies among all bytes of all segments.
    pub offset: u64,
    /// Of media segments, counted from 0; 0 for what comes before them.
    pub sequence: u64,
    /// When it begins, in microseconds by the times of the output: its first picture, or sound where there is none.
    pub start_us: i64,
    /// How long it lasts, in microseconds.
    pub duration_us: i64,
    /// A bit for each stream of the output of which it has packets; streams beyond 64 share the last.
    pub stream_mask: u64,
    /// 1: it is no media but what they need to be read, and comes before all of them (with "mp4" only).
    pub is_init: i32,
    /// 1: it begins with a key frame of the stream by which segments are marked off.
    pub starts_with_keyframe: i32,
}

/// Takes a segment. 0: go on; a negative value ends the operation as one of a write callback does. Since 0.1.0.
pub type memux_segment_fn =
    Option<unsafe extern "C" fn(opaque: *mut c_void, segment: *const memux_segment_view) -> c_int>;

/// With MEMUX_CUT_BY_HOST: whether a segment is to begin with this packet, which stands until the callback returns. 0: no,
/// 1: yes; a negative value ends the operation. Since 0.1.0.
pub type memux_cut_fn = Option<unsafe extern "C" fn(opaque: *mut c_void, packet: *const memux_packet) -> c_int>;

/// How segments are made. `segment` and `remux` must be set; else zeros are the defaults. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_segment_options {
    /// Set by memux_segment_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults. max_spool_bytes is how long a segment may be.
    pub run: *const memux_run_options,
    /// What goes into them: `format` is "mp4" or "mpegts"; `layout` and `fragment_us` are not looked at; `run` must be NULL.
    pub remux: *const memux_remux_options,
    /// Gets each segment.
    pub segment: memux_segment_fn,
    /// With MEMUX_CUT_BY_HOST it must be there; else it is not called.
    pub cut: memux_cut_fn,
    /// Handed to both.
    pub opaque: *mut c_void,
    /// With MEMUX_CUT_BY_DURATION: how long a segment is to be at least, in microseconds; 0: six seconds.
    pub duration_us: i64,
    /// How segments are marked off: one of MEMUX_CUT_BY_*.
    pub cut_by: i32,
    /// 0.
    pub reserved: i32,
}

/// What was made in segments. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_segment_report {
    /// Set by memux_segment_report_init().
    pub struct_size: usize,
    /// Media segments that were handed over.
    pub segments: u64,
    /// Packets in them.
    pub packets: u64,
    /// Streams of the output.
    pub streams: u64,
    /// Bytes of all segments.
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
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// 0.
    pub reserved: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers, nullable pointers and functions only.
unsafe impl Versioned for memux_segment_options {
    const NAME: &'static str = "memux_segment_options";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_segment_report {
    const NAME: &'static str = "memux_segment_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_segment_view>() == 72 && offset_of!(memux_segment_view, is_init) == 64);
    assert!(size_of::<memux_segment_options>() == 64 && offset_of!(memux_segment_options, cut_by) == 56);
    assert!(size_of::<memux_segment_report>() == 136 && offset_of!(memux_segment_report, completeness) == 72);
};

/// Puts the streams of an input into segments: MP4 fragments with what they need to be read before them, or pieces of a
/// transport stream, each of which begins with its tables. Each goes to options->segment as soon as it is whole, so the
/// first comes out before a live input ends. Put one behind another they are one file.
///
/// Segments begin with key frames of the first video stream; where there is no video, with packets of the first stream.
/// `segments` may be NULL; else it gets what playlists are made of. `report` may be NULL; else it is filled whenever its
/// struct_size is right, on failure too.
///
/// Ownership: on success `*segments` is the host's, to be freed with memux_segments_free(); on failure it is NULL, and
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free(). No segment is handed over after a
/// failure.
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time. The callbacks
/// come on the calling thread.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (done, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (also a format that does not come in segments),
/// MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT (also a segment longer than max_spool_bytes),
/// MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK (a callback has refused: its value is
/// the host code), MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT,
/// MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC, MEMUX_ERROR_NO_ENCODER, MEMUX_ERROR_LIBRARY_MISMATCH,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_segment(
    source: *mut memux_source,
    options: *const memux_segment_options,
    segments: *mut *mut memux_segments,
    report: *mut memux_segment_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |made: &mut Report| {
            point(Place::Export);
            let place = std::ptr::NonNull::new(segments).map(|_| {
                // SAFETY: this function's contract.
                unsafe { ptr::handle_out(segments, "segments") }
            });
            let place = place.transpose()?;
            // SAFETY: this function's contract.
            let (source, (run_options, options, mut host)) =
                unsafe { (handle::share(source, "source")?, read(options)?) };
            let note = source.with(|source| run(source, &mut host, run_options, &options, made))?;
            if let Some(place) = place {
                let (segments, streams) = (made.segments.clone(), made.described.clone());
                handle::give(place, memux_segments { segments, streams, is_mp4: made.is_mp4 })?;
            }
            Ok(note)
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// The host's callbacks, callable from safe code: whoever made one promised that they may be called.
struct Host {
    opaque: Opaque,
    segment: unsafe extern "C" fn(*mut c_void, *const memux_segment_view) -> c_int,
    cut: memux_cut_fn,
}

impl Taker for Host {
    fn take(&mut self, segment: &Segment, bytes: &[u8]) -> Result<()> {
        let view = memux_segment_view {
            struct_size: size_of::<memux_segment_view>(),
            data: bytes.as_ptr(),
            size: bytes.len(),
            offset: segment.offset,
            sequence: segment.sequence,
            start_us: segment.start,
            duration_us: segment.duration,
            stream_mask: segment.streams,
            is_init: i32::from(segment.is_init),
            starts_with_keyframe: i32::from(segment.starts_with_key),
        };
        // SAFETY: the host's own function with its own pointer; the view stands meanwhile.
        let answer = on_host(|| unsafe { (self.segment)(self.opaque.get(), &raw const view) });
        if answer < 0 { Err(refusal(answer, segment.offset)) } else { Ok(()) }
    }

    fn cuts(&mut self, packet: &Packet, stream: &Stream) -> Result<bool> {
        let Some(cut) = self.cut else { return Ok(false) };
        let mut side_data = Vec::new();
        let view = show(&Shown::Read(packet), Some(stream.time_base), &mut side_data);
        // SAFETY: as above.
        match on_host(|| unsafe { cut(self.opaque.get(), &raw const view) }) {
            answer if answer < 0 => Err(refusal(answer, 0)),
            answer => Ok(answer != 0),
        }
    }
}

fn refusal(answer: c_int, offset: u64) -> Error {
    let code = i64::from(answer);
    let error = match codes::meaning(code) {
        codes::Meaning::Exit => Error::new(Status::Cancelled, "the callback asked to stop"),
        _ => Error::new(Status::Sink, format!("the callback for segments failed with {code}")),
    };
    error.host(code).at_offset(offset).at_stage(Stage::Write)
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_segment_options) -> Result<(Run, Options, Host)> {
    // SAFETY: passed on.
    let options = unsafe { ptr::read(options) }?.ok_or_else(|| null("options"))?.known()?;
    ptr::reserved(options.reserved, "memux_segment_options.reserved")?;
    let cut = match options.cut_by {
        MEMUX_CUT_BY_DURATION => Cut::Duration,
        MEMUX_CUT_BY_KEYFRAME => Cut::Keyframe,
        MEMUX_CUT_BY_HOST => Cut::Host,
        other => return Err(unknown(other, "memux_segment_options.cut_by")),
    };
    let segment = options.segment.ok_or_else(|| null("memux_segment_options.segment"))?;
    if cut == Cut::Host && options.cut.is_none() {
        return Err(null("memux_segment_options.cut"));
    }
    if options.remux.is_null() {
        return Err(null("memux_segment_options.remux"));
    }
    let duration: Option<u64> = number(options.duration_us, "memux_segment_options.duration_us")?;
    // SAFETY: passed on.
    let (run, remux, opaque) =
        unsafe { (run_options::read(options.run)?, remux::read_shared(options.remux)?, Opaque::new(options.opaque)) };
    let duration = duration.map(|time| i64::try_from(time).unwrap_or(i64::MAX));
    Ok((run, Options { remux, cut, duration }, Host { opaque, segment, cut: options.cut }))
}

fn to_c(report: &Report) -> memux_segment_report {
    memux_segment_report {
        struct_size: size_of::<memux_segment_report>(),
        segments: crate::io::to_u64(report.segments.iter().filter(|segment| !segment.is_init).count()),
        packets: report.packets,
        streams: report.streams,
        bytes_written: report.bytes_written,
        corrupt_packets: report.found.corrupt_packets,
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
