//! `memux_digest`: digests of streams, to prove that a copy is one.

use super::constants::MEMUX_UNKNOWN;
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::ptr::{self, Versioned};
use super::report::{counters, memux_io_counters, reported};
use super::run_options::{self, memux_run_options};
use super::source::memux_source;
use super::status::memux_status;
use crate::error::{Error, Result, copied};
use crate::fault::{Place, point};
use crate::ops::Run;
use crate::ops::digest::{Digests, Options, Report, run};
use std::ffi::{CString, c_char};
use std::mem::{offset_of, size_of};

/// What is digested, and by what. A struct of zeros with its struct_size takes all streams, by SHA-256. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_digest_options {
    /// Set by memux_digest_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults.
    pub run: *const memux_run_options,
    /// FFmpeg's name of the hash ("md5", "sha256", "crc32" ...). NULL: SHA-256.
    pub algorithm: *const c_char,
    /// Numbers of the input's streams. NULL: all there are.
    pub streams: *const i32,
    /// How many.
    pub stream_count: usize,
}

/// The digest of one stream's packets. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_stream_digest {
    /// The size of this struct in the library.
    pub struct_size: usize,
    /// Hexadecimal digits in lower case.
    pub value: *const c_char,
    /// The stream's number in the input.
    pub stream_index: i32,
    /// What it holds, as a letter: v, a, s, d or t (video, audio, subtitles, data, attachment).
    pub letter: i32,
}

/// What was digested. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_digest_report {
    /// Set by memux_digest_report_init().
    pub struct_size: usize,
    /// Packets digested.
    pub packets: u64,
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

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_digest_options {
    const NAME: &'static str = "memux_digest_options";
    const FIRST_SIZE: usize = offset_of!(Self, stream_count) + size_of::<usize>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_digest_report {
    const NAME: &'static str = "memux_digest_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_digest_options>() == 40);
    assert!(size_of::<memux_stream_digest>() == 24);
    assert!(size_of::<memux_digest_report>() == 112 && offset_of!(memux_digest_report, completeness) == 48);
};

/// The digests of an input. They never change, so any number of threads may read them at once. Since 0.1.0.
pub struct memux_digests {
    streams: Vec<memux_stream_digest>,
    whole: CString,
    algorithm: CString,
    /// What the streams' pointers lead to.
    _values: Vec<CString>,
}

// SAFETY: the pointers lead to what is owned beside them, which nobody changes.
unsafe impl Send for memux_digests {}
// SAFETY: as above.
unsafe impl Sync for memux_digests {}

impl Handle for memux_digests {
    type Owner = Box<Self>;
}

impl memux_digests {
    fn new(found: Digests) -> Result<Self> {
        let text = |text: String| CString::new(text).map_err(|_| Error::internal("a digest holds a zero"));
        let (mut streams, mut values) = (Vec::new(), Vec::new());
        for stream in found.streams {
            let value = text(stream.value)?;
            streams.push(memux_stream_digest {
                struct_size: size_of::<memux_stream_digest>(),
                value: value.as_ptr(),
                stream_index: stream.index,
                letter: i32::try_from(u32::from(stream.kind)).unwrap_or(0),
            });
            values.push(value);
        }
        Ok(memux_digests { streams, whole: text(found.whole)?, algorithm: text(found.algorithm)?, _values: values })
    }
}

/// Digests the packets of an input's streams, each stream by itself and all together: the same as FFmpeg's muxers
/// streamhash and hash. What is in the packets counts and not the container around them, so a remux that has lost nothing
/// has its input's digests.
///
/// `options` may be NULL: all streams, SHA-256. `report` may be NULL; else it is filled whenever its struct_size is right,
/// on failure too.
///
/// Ownership: on success `*digests` is the host's, to be freed with memux_digests_free(); on failure it is NULL, and
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader one at a time.
/// Statuses: MEMUX_OK; MEMUX_TRUNCATED (of what is there: the input was cut off or damaged);
/// MEMUX_ERROR_INVALID_ARGUMENT (also a hash that FFmpeg has not), MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY,
/// MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE,
/// MEMUX_ERROR_NEEDS_SEEK, MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM,
/// MEMUX_ERROR_NO_ENCODER (this FFmpeg lacks the muxers), MEMUX_ERROR_LIBRARY_MISMATCH, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digest(
    source: *mut memux_source,
    options: *const memux_digest_options,
    digests: *mut *mut memux_digests,
    report: *mut memux_digest_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |digested: &mut Report| {
            point(Place::Export);
            // SAFETY: this function's contract.
            let (digests, source, (run_options, options)) =
                unsafe { (ptr::handle_out(digests, "digests")?, handle::share(source, "source")?, read(options)?) };
            let (found, note) = source.with(|source| run(source, run_options, &options, digested))?;
            handle::give(digests, memux_digests::new(found)?)?;
            Ok(note)
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// How many streams were digested. 0 for NULL.
///
/// Ownership: nothing changes hands.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `digests` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digests_count(digests: *const memux_digests) -> usize {
    // SAFETY: this function's contract.
    guard::value(0, || unsafe { handle::borrow(digests) }.map_or(0, |digests| digests.streams.len()))
}

/// The digest of number `index`, counted from 0 to memux_digests_count(). NULL where there is none, and for NULL.
///
/// Ownership: what is pointed to belongs to `digests` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `digests` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digests_stream(
    digests: *const memux_digests,
    index: usize,
) -> *const memux_stream_digest {
    guard::value(std::ptr::null(), || {
        // SAFETY: this function's contract.
        let digest = unsafe { handle::borrow(digests) }.and_then(|digests| digests.streams.get(index));
        digest.map_or(std::ptr::null(), std::ptr::from_ref)
    })
}

/// The digest of all packets of all streams, in the order in which they are interleaved: hexadecimal digits in lower case.
/// An empty text for NULL.
///
/// Ownership: the text belongs to `digests` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `digests` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digests_whole(digests: *const memux_digests) -> *const c_char {
    // SAFETY: this function's contract.
    guard::value(c"".as_ptr(), || unsafe { handle::borrow(digests) }.map_or(c"".as_ptr(), |found| found.whole.as_ptr()))
}

/// The hash, by the name that FFmpeg writes ("SHA256", "MD5" ...). An empty text for NULL.
///
/// Ownership: the text belongs to `digests` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `digests` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digests_algorithm(digests: *const memux_digests) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(digests) }.map_or(c"".as_ptr(), |found| found.algorithm.as_ptr())
    })
}

/// Frees digests. NULL is nothing.
///
/// Ownership: `digests` is gone, and all that its functions gave.
/// Threads: any, while no other uses it.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `digests` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_digests_free(digests: *mut memux_digests) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(digests) };
    })
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_digest_options) -> Result<(Run, Options)> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Default::default()) };
    let options = options.known()?;
    // SAFETY: passed on.
    let (run, algorithm, streams) = unsafe {
        (
            run_options::read(options.run)?,
            ptr::text(options.algorithm, "memux_digest_options.algorithm")?,
            ptr::array(options.streams, options.stream_count, "memux_digest_options.streams")?,
        )
    };
    let streams = if options.streams.is_null() { None } else { Some(copied(streams)?) };
    Ok((run, Options { algorithm, streams }))
}

fn to_c(report: &Report) -> memux_digest_report {
    memux_digest_report {
        struct_size: size_of::<memux_digest_report>(),
        packets: report.packets,
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
