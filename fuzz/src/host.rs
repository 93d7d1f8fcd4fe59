//! A C host that has the whole file in memory.

use crate::input::{Input, Limit};
use memux::ffi::*;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::{null_mut, slice_from_raw_parts};

/// What a call said, as far as it is the same whichever road was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Counted {
    pub frames: u64,
    pub header_frames: u64,
    pub packets: u64,
    pub presented: u64,
    pub obtained_by: i32,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Extracted {
    pub packets: u64,
    pub bytes_written: u64,
    pub codec: i32,
}

/// What is said of the input by either.
#[derive(Debug)]
pub struct Found {
    pub status: memux_status,
    pub stream: i32,
    pub completeness: i32,
    pub truncated_at: u64,
    pub corrupt_packets: u64,
}

impl Found {
    /// An operation that fails says as much of the input's end as it has learned: that may be nothing, but nothing wrong.
    pub fn agrees(&self, other: &Self) -> bool {
        let ends = [
            (self.completeness, self.truncated_at, self.corrupt_packets),
            (other.completeness, other.truncated_at, other.corrupt_packets),
        ];
        let known = ends.iter().all(|(completeness, ..)| *completeness != MEMUX_COMPLETENESS_UNKNOWN);
        let same_end = match self.status {
            MEMUX_OK | MEMUX_TRUNCATED => ends[0] == ends[1],
            _ => !known || ends[0].0 == ends[1].0,
        };
        self.status == other.status && self.stream == other.stream && same_end
    }
}

/// A call's answer, and which road it took.
pub struct Said<R> {
    pub answer: R,
    pub found: Found,
    /// The walk was insisted on and left the file to FFmpeg.
    pub declined: bool,
    /// The error's text, for whoever looks into a difference.
    pub message: String,
}

fn said<R>(answer: R, found: Found, message: String, engine: i32, reason: i32) -> Said<R> {
    let status = found.status;
    assert_ne!(status, MEMUX_ERROR_INTERNAL, "a defect");
    assert_ne!(status, MEMUX_ERROR_INVALID_ARGUMENT, "the fuzzer asks for nonsense");
    let declined = engine == MEMUX_ENGINE_WALK && status == MEMUX_ERROR_UNSUPPORTED && reason != MEMUX_REASON_NONE;
    Said { answer, found, declined, message }
}

/// Takes the text out of an error and frees it.
fn message(error: *mut memux_error) -> String {
    // SAFETY: NULL or an error that the library has just given.
    unsafe {
        let text = CStr::from_ptr(memux_error_message(error)).to_string_lossy().into_owned();
        memux_error_free(error);
        text
    }
}

fn with_source<R>(input: &Input, operation: impl FnOnce(*mut memux_source) -> R) -> R {
    let mut source = null_mut();
    let (data, size) = (input.file.as_ptr().cast(), input.file.len());
    // SAFETY: the file outlives the source, and nothing is released.
    let status = unsafe { memux_source_from_memory(data, size, None, null_mut(), &raw mut source, null_mut()) };
    assert_eq!(status, MEMUX_OK);
    let result = operation(source);
    // SAFETY: the source that was just made; no operation is left that has it.
    unsafe { memux_source_free(source) };
    result
}

fn with_options<R>(input: &Input, engine: i32, operation: impl FnOnce(&memux_run_options) -> R) -> R {
    // SAFETY: structs of C, for which zeros are good, with their own sizes.
    let (mut limits, mut run) =
        unsafe { (std::mem::zeroed::<memux_limits>(), std::mem::zeroed::<memux_run_options>()) };
    // SAFETY: as above.
    unsafe {
        memux_limits_init(&raw mut limits, size_of::<memux_limits>());
        memux_run_options_init(&raw mut run, size_of::<memux_run_options>());
    }
    match input.limit {
        Limit::Default => {}
        Limit::Streams(most) => limits.max_streams = most,
        Limit::Packet(most) => limits.max_packet_bytes = most,
        Limit::Output(most) => limits.max_output_bytes = most,
    }
    run.limits = &raw const limits;
    run.engine = engine;
    if let Some(format) = input.format {
        run.format = format.as_ptr();
    }
    operation(&run)
}

pub fn count(input: &Input, engine: i32, mode: i32) -> Said<Counted> {
    with_source(input, |source| {
        with_options(input, engine, |run| {
            // SAFETY: structs of C, filled as the header says; all pointers are good for the call.
            unsafe {
                let mut options: memux_count_options = std::mem::zeroed();
                memux_count_options_init(&raw mut options, size_of::<memux_count_options>());
                options.run = &raw const *run;
                (options.mode, options.select, options.stream_index) = (mode, input.select, input.stream);
                let mut report: memux_count_report = std::mem::zeroed();
                memux_count_report_init(&raw mut report, size_of::<memux_count_report>());
                let mut error = null_mut();
                let status = memux_count(source, &raw const options, &raw mut report, &raw mut error);
                let found = Found {
                    status,
                    stream: report.stream_index,
                    completeness: report.completeness,
                    truncated_at: report.truncated_at,
                    corrupt_packets: report.corrupt_packets,
                };
                let counted = Counted {
                    frames: report.frames,
                    header_frames: report.header_frames,
                    packets: report.packets,
                    presented: report.presented,
                    obtained_by: report.obtained_by,
                };
                said(counted, found, message(error), engine, report.engine_reason)
            }
        })
    })
}

/// One of the extracting functions, as far as they are alike.
type Extraction<'a> = dyn FnMut(
        *mut memux_source,
        *const memux_extract_options,
        *mut memux_extract_report,
        *mut *mut memux_error,
    ) -> memux_status
    + 'a;

fn extraction(input: &Input, engine: i32, operation: &mut Extraction) -> Said<Extracted> {
    with_source(input, |source| {
        with_options(input, engine, |run| {
            // SAFETY: structs of C, filled as the header says.
            let (options, mut report) = unsafe {
                let mut options: memux_extract_options = std::mem::zeroed();
                memux_extract_options_init(&raw mut options, size_of::<memux_extract_options>());
                options.framing = MEMUX_FRAMING_ANNEXB;
                options.run = &raw const *run;
                (options.select, options.stream_index) = (input.select, input.stream);
                let mut report: memux_extract_report = std::mem::zeroed();
                memux_extract_report_init(&raw mut report, size_of::<memux_extract_report>());
                (options, report)
            };
            let mut error = null_mut();
            let status = operation(source, &raw const options, &raw mut report, &raw mut error);
            let found = Found {
                status,
                stream: report.stream_index,
                completeness: report.completeness,
                truncated_at: report.truncated_at,
                corrupt_packets: report.corrupt_packets,
            };
            let extracted =
                Extracted { packets: report.packets, bytes_written: report.bytes_written, codec: report.codec };
            said(extracted, found, message(error), engine, report.engine_reason)
        })
    })
}

/// Into memory of the library's.
pub fn extract(input: &Input, engine: i32) -> (Said<Extracted>, Vec<u8>) {
    let mut output = Vec::new();
    // SAFETY: all pointers are good for the calls; the buffer's bytes are copied before it is freed.
    let said = extraction(input, engine, &mut |source, options, report, error| unsafe {
        let (mut sink, mut buffer) = (null_mut(), null_mut());
        assert_eq!(memux_sink_to_buffer(&raw mut sink, null_mut()), MEMUX_OK);
        let status = memux_extract(source, sink, options, report, error);
        assert_eq!(memux_sink_take_buffer(sink, &raw mut buffer, null_mut()), MEMUX_OK);
        let size = memux_buffer_size(buffer);
        if size > 0 {
            output.extend_from_slice(&*slice_from_raw_parts(memux_buffer_data(buffer), size));
        }
        memux_buffer_free(buffer);
        memux_sink_free(sink);
        status
    });
    (said, output)
}

/// Only how large it would be, or why not.
pub fn extract_size(input: &Input, engine: i32) -> (Said<Extracted>, u64) {
    let mut size = 0;
    // SAFETY: all pointers are good for the call.
    let said = extraction(input, engine, &mut |source, options, report, error| unsafe {
        memux_extract_size(source, options, &raw mut size, report, error)
    });
    (said, size)
}

/// To a host that takes everything and keeps nothing. How many bytes it was given.
pub fn extract_away(input: &Input, engine: i32) -> (Said<Extracted>, u64) {
    let mut taken: u64 = 0;
    let opaque = (&raw mut taken).cast();
    // SAFETY: all pointers are good for the calls; `taken` outlives the sink.
    let said = extraction(input, engine, &mut |source, options, report, error| unsafe {
        let mut writer: memux_writer = std::mem::zeroed();
        memux_writer_init(&raw mut writer, size_of::<memux_writer>());
        writer.opaque = opaque;
        writer.write = Some(take);
        let mut sink = null_mut();
        assert_eq!(memux_sink_to_writer(&raw const writer, &raw mut sink, null_mut()), MEMUX_OK);
        let status = memux_extract(source, sink, options, report, error);
        memux_sink_free(sink);
        status
    });
    (said, taken)
}

unsafe extern "C" fn take(opaque: *mut c_void, _: *const u8, size: c_int) -> c_int {
    // SAFETY: the address of the number that this writer was made with; nobody else looks at it meanwhile.
    let taken = unsafe { &mut *opaque.cast::<u64>() };
    *taken += u64::from(size.unsigned_abs());
    size
}
