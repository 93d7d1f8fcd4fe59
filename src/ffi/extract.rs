//! `memux_extract`: one stream by itself, and its two companions for hosts that have the memory.

use super::callbacks::{Opaque, memux_write_fn};
use super::constants::{
    MEMUX_FRAMING_ADTS, MEMUX_FRAMING_ANNEXB, MEMUX_FRAMING_AUTO, MEMUX_FRAMING_IVF, MEMUX_FRAMING_LENGTH_PREFIXED,
    MEMUX_FRAMING_OBU, MEMUX_FRAMING_RAW, MEMUX_UNKNOWN,
};
use super::count::select;
use super::error::memux_error;
use super::guard;
use super::handle;
use super::ptr::{self, Versioned, number, unknown};
use super::report::{counters, memux_io_counters, reported, status_of};
use super::run_options::{self, memux_run_options};
use super::sink::memux_sink;
use super::source::{Block, memux_source};
use super::status::memux_status;
use super::writer;
use crate::error::{Error, Result};
use crate::fault::{Place, point};
use crate::io::Memory;
use crate::ops::Run;
use crate::ops::extract::{Framing, Options, Report, run, run_into, run_to_size};
use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of, size_of};

/// What to extract. A struct of zeros with its struct_size takes the first video stream. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_extract_options {
    /// Set by memux_extract_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults.
    pub run: *const memux_run_options,
    /// One of MEMUX_SELECT_*.
    pub select: i32,
    /// With MEMUX_SELECT_INDEX the number of the stream, else not looked at.
    pub stream_index: i32,
    /// How many threads memux_extract_into() may copy with, its caller's included; 0 and 1: that one alone. More than 2
    /// are not used, and the second one only for an output of some megabytes that is walked. The other functions work
    /// on the calling thread, whatever it says.
    pub threads: i32,
    /// The form of the output: one of MEMUX_FRAMING_*.
    pub framing: i32,
}

/// What was extracted. It is filled whenever struct_size is right, on failure too, so that a host whose work was
/// cancelled knows what reached its sink. MEMUX_UNKNOWN where a number is not known. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_extract_report {
    /// Set by memux_extract_report_init().
    pub struct_size: usize,
    /// Packets written; where it failed, also those on their way to the sink.
    pub packets: u64,
    /// Bytes that the sink took.
    pub bytes_written: u64,
    /// Packets of the stream that FFmpeg marked as corrupt.
    pub corrupt_packets: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source; with the walk, which reads nothing out, how far it went.
    pub bytes_read: u64,
    /// Bytes held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*.
    pub completeness: i32,
    /// The number of the stream that was taken, -1 where none was found.
    pub stream_index: i32,
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// What the bytes are: one of MEMUX_CODEC_*.
    pub codec: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// The form that the bytes have: one of MEMUX_FRAMING_*. MEMUX_FRAMING_AUTO: that of files of the codec, by the muxer
    /// that FFmpeg has for them.
    pub framing: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_extract_options {
    const NAME: &'static str = "memux_extract_options";
    const FIRST_SIZE: usize = offset_of!(Self, framing) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_extract_report {
    const NAME: &'static str = "memux_extract_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_extract_options>() == 32 && offset_of!(memux_extract_options, select) == 16);
    assert!(size_of::<memux_extract_report>() == 128 && offset_of!(memux_extract_report, completeness) == 56);
};

/// Writes the first video stream of an input in memory, H.264 or HEVC, as an Annex B byte stream: a file of these
/// bytes is what FFmpeg's h264 (hevc) muxer writes, and players open it. This is memux_extract() with
/// MEMUX_FRAMING_ANNEXB.
///
/// `data` are `size` bytes, which are read in place. `write` gets the output with `opaque`, front to back. A cover
/// picture is no video.
///
/// Ownership: nothing changes hands; the library has done with `data` and `opaque` when the call returns. On failure
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free(); else it is NULL. What was
/// written before a failure stays written.
/// Threads: any number at once, on the same memory too. `write` is called on the calling thread.
/// Statuses: those of memux_extract() but for MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_TIMEOUT,
/// MEMUX_ERROR_SOURCE and MEMUX_ERROR_NEEDS_SEEK.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract_video(
    data: *const c_void,
    size: usize,
    write: memux_write_fn,
    opaque: *mut c_void,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (block, opaque) = unsafe { (Block::new(data.cast(), size, "data")?, Opaque::new(opaque)) };
        let mut writer = writer::build_bare(write, opaque)?;
        let mut memory = Memory::new(block.as_slice());
        let options = Options::annex_b();
        run(&mut memory, &mut writer, Run::default(), &options, &mut Report::default()).map(status_of)
    })
}

/// Writes one stream by itself, in the form that files of its codec have: H.264 and HEVC as an Annex B byte stream, AAC
/// as ADTS, AV1 as OBUs, VP9 as IVF, Opus and Vorbis as Ogg, PCM as WAV, subtitles as SRT, ASS or WebVTT, a cover picture
/// as it is. The bytes are those of `ffmpeg -c copy -fflags +bitexact` with the same muxer, or of `-c:s srt` for the
/// subtitles of MP4 (mov_text), which have no files of their own. `framing` asks for another form.
///
/// It appends to what the sink holds. H.264 and HEVC in memory are walked where the walk knows what is in it
/// (MEMUX_ENGINE_WALK); else FFmpeg reads it, and is loaded if nobody has needed it before. The bytes are the same, and
/// the report says which it was. Forms that are written with going back are made in memory first, up to max_spool_bytes,
/// if the sink cannot seek.
///
/// `options` may be NULL: the first video stream. `report` may be NULL; else it is filled whenever its struct_size is
/// right, on failure too.
///
/// Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
/// memux_error_free(); else it is NULL. What was written before a failure stays written.
/// Threads: any. A sink serves one call at a time, and so does a source of a reader; a source of memory serves any
/// number.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (written, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT,
/// MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_SINK, MEMUX_ERROR_NEEDS_SEEK,
/// MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_CODEC (the codec
/// does not come in that form), MEMUX_ERROR_NO_ENCODER (the FFmpeg at hand lacks the muxer),
/// MEMUX_ERROR_LIBRARY_MISMATCH (it takes FFmpeg, which is not there), MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract(
    source: *mut memux_source,
    sink: *mut memux_sink,
    options: *const memux_extract_options,
    report: *mut memux_extract_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |extracted: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (source, sink, (run_options, options)) =
                unsafe { (handle::share(source, "source")?, handle::share(sink, "sink")?, read(options)?) };
            source.with(|source| sink.with(|sink| run(source, sink, run_options, &options, extracted)))
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// Finds out how many bytes memux_extract() would write, and makes none of them. A source of memory that is walked is
/// asked for its lengths only, which is a small part of the work of extracting; with FFmpeg it is all of it.
///
/// `options` may be NULL: the first video stream. `report` may be NULL; else it is filled whenever its struct_size is
/// right, on failure too; its bytes_written is 0. The limit max_output_bytes holds here too.
///
/// Ownership: nothing changes hands. `*size` is written on success only. On failure `*error`, if `error` is not NULL,
/// is the host's, to be freed with memux_error_free(); else it is NULL.
/// Threads: any. A source of a reader serves one call at a time, a source of memory any number.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (the size of what can be had: the input was cut off or damaged);
/// the failures of memux_extract() but for MEMUX_ERROR_SINK.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract_size(
    source: *mut memux_source,
    options: *const memux_extract_options,
    size: *mut u64,
    report: *mut memux_extract_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |extracted: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (source, mut size, (run_options, options)) =
                unsafe { (handle::share(source, "source")?, ptr::out(size, "size")?, read(options)?) };
            let (note, bytes) = source.with(|source| run_to_size(source, run_options, &options, extracted))?;
            size.put(bytes);
            Ok(note)
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// Writes a video stream into memory of the host: what memux_extract() would write, from `buffer` on. How many bytes
/// that are says the report; memux_extract_size() says it beforehand.
///
/// `buffer` has room for `capacity` bytes; it may be NULL when `capacity` is 0. Nothing in it is read. Where the output
/// is longer than `capacity`, the call fails with MEMUX_ERROR_LIMIT and MEMUX_LIMIT_OUTPUT, the message names the
/// size that is needed, and the buffer holds the output's first `capacity` bytes. `options` may be NULL: the first
/// video stream, and one thread. `report` may be NULL; else it is filled whenever its struct_size is right, on failure
/// too: its bytes_written is how many bytes of `buffer` hold the output's beginning. Those behind them are as they were,
/// unless the call failed with other bytes on their way: with two threads any byte may then have been written to.
///
/// Ownership: nothing changes hands. On failure `*error`, if `error` is not NULL, is the host's, to be freed with
/// memux_error_free(); else it is NULL.
/// Threads: any. A source of a reader serves one call at a time, a source of memory any number. With
/// memux_extract_options.threads of 2 a second thread copies a part and ends before the call returns; no callback comes
/// on it.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (written, but the input was cut off or damaged: see the report);
/// MEMUX_ERROR_LIMIT (also for a buffer that is too small); the other failures of memux_extract() but for
/// MEMUX_ERROR_SINK.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_extract_into(
    source: *mut memux_source,
    buffer: *mut c_void,
    capacity: usize,
    options: *const memux_extract_options,
    report: *mut memux_extract_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |extracted: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (source, room, (run_options, options)) =
                unsafe { (handle::share(source, "source")?, room(buffer, capacity)?, read(options)?) };
            source.with(|source| run_into(source, room, run_options, &options, extracted))
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// The host's memory as a place to write to.
///
/// # Safety
/// NULL, or `capacity` bytes that are the library's alone until the call ends.
unsafe fn room<'a>(buffer: *mut c_void, capacity: usize) -> Result<&'a mut [MaybeUninit<u8>]> {
    if capacity == 0 {
        return Ok(&mut []);
    }
    if buffer.is_null() {
        return Err(ptr::null("buffer"));
    }
    if isize::try_from(capacity).is_err() {
        return Err(Error::invalid("capacity is larger than memory"));
    }
    // SAFETY: not NULL, no larger than can be; the host's promise is the rest.
    Ok(unsafe { std::slice::from_raw_parts_mut(buffer.cast(), capacity) })
}

/// The options of one of several outputs, which have the run's in common.
///
/// # Safety
/// As for `read`.
pub(super) unsafe fn read_shared(options: *const memux_extract_options) -> Result<Options> {
    // SAFETY: passed on.
    let given = unsafe { ptr::read(options) }?.ok_or_else(|| ptr::null("options"))?;
    if !given.value.run.is_null() {
        return Err(Error::invalid("memux_extract_options.run must be NULL where it is one of several outputs"));
    }
    // SAFETY: passed on.
    unsafe { read(options) }.map(|(_, options)| options)
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_extract_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    let select = select(options.select, options.stream_index, "memux_extract_options.select")?;
    // SAFETY: passed on.
    let run = unsafe { run_options::read(options.run) }?;
    let threads = number(options.threads, "memux_extract_options.threads")?.unwrap_or(1);
    let framing = match options.framing {
        MEMUX_FRAMING_AUTO => Framing::Auto,
        MEMUX_FRAMING_ANNEXB => Framing::AnnexB,
        MEMUX_FRAMING_LENGTH_PREFIXED => Framing::LengthPrefixed,
        MEMUX_FRAMING_ADTS => Framing::Adts,
        MEMUX_FRAMING_OBU => Framing::Obu,
        MEMUX_FRAMING_IVF => Framing::Ivf,
        MEMUX_FRAMING_RAW => Framing::Raw,
        other => return Err(unknown(other, "memux_extract_options.framing")),
    };
    Ok((run, Options { select, framing, threads }))
}

fn to_c(report: &Report) -> memux_extract_report {
    memux_extract_report {
        struct_size: size_of::<memux_extract_report>(),
        packets: report.packets,
        bytes_written: report.bytes_written,
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        completeness: report.found.completeness as i32,
        stream_index: report.found.stream.unwrap_or(-1),
        engine: report.found.engine as i32,
        codec: report.codec as i32,
        engine_reason: report.found.reason as i32,
        framing: report.framing as i32,
        io: counters(&report.found.calls),
    }
}
