//! A host of memux: the calls that it makes, and the sinks that it has.

use memux::ffi::*;
use std::ffi::{c_int, c_void};
use std::mem::size_of;
use std::ptr::null_mut;

pub fn count(data: &[u8], engine: i32) -> u64 {
    count_of(source(data), engine)
}

/// The same bytes through a read callback, and a seek callback if the host has one.
pub fn count_with_callbacks(data: &[u8], seeks: bool) -> u64 {
    let mut reading = Reading { data, position: 0 };
    count_of(callbacks(&mut reading, seeks), MEMUX_ENGINE_AUTO)
}

/// Frees the source.
fn count_of(source: *mut memux_source, engine: i32) -> u64 {
    // SAFETY: structs of their full size, set up by their _init functions; the source is freed after its last use.
    unsafe {
        let run = run(engine);
        let mut options = std::mem::zeroed::<memux_count_options>();
        memux_count_options_init(&raw mut options, size_of::<memux_count_options>());
        options.run = &raw const run;
        let mut report = std::mem::zeroed::<memux_count_report>();
        memux_count_report_init(&raw mut report, size_of::<memux_count_report>());
        let status = memux_count(source, &raw const options, &raw mut report, null_mut());
        assert_eq!(status, 0, "memux_count");
        assert!(engine == MEMUX_ENGINE_AUTO || report.engine == engine);
        memux_source_free(source);
        report.frames
    }
}

/// Goes through all packets of all streams; gives how many bytes they have.
pub fn packets(data: &[u8], engine: i32) -> u64 {
    let (source, run, mut sum) = (source(data), run(engine), 0);
    // SAFETY: as in `count`; the source is kept by the input.
    unsafe {
        let mut options = std::mem::zeroed::<memux_input_options>();
        memux_input_options_init(&raw mut options, size_of::<memux_input_options>());
        options.run = &raw const run;
        let mut input = null_mut();
        assert_eq!(memux_input_open(source, &raw const options, &raw mut input, null_mut()), 0, "memux_input_open");
        memux_source_free(source);
        let mut packet = std::mem::zeroed::<memux_packet>();
        memux_packet_init(&raw mut packet, size_of::<memux_packet>());
        let end = loop {
            match memux_input_next(input, &raw mut packet, null_mut()) {
                MEMUX_OK => sum += packet.size as u64,
                end => break end,
            }
        };
        assert_eq!(end, MEMUX_END, "memux_input_next");
        memux_input_free(input);
    }
    sum
}

/// The shortest call there is.
pub fn count_frames(data: &[u8]) -> u64 {
    let mut frames = 0;
    // SAFETY: the bytes are there, and a place for the number.
    let status = unsafe { memux_count_frames(data.as_ptr().cast(), data.len(), &raw mut frames, null_mut()) };
    assert_eq!(status, 0, "memux_count_frames");
    frames
}

fn source(data: &[u8]) -> *mut memux_source {
    let mut source = null_mut();
    // SAFETY: the bytes outlive the source, which is freed before the caller returns.
    let status = unsafe {
        memux_source_from_memory(data.as_ptr().cast(), data.len(), None, null_mut(), &raw mut source, null_mut())
    };
    assert_eq!(status, 0, "memux_source_from_memory");
    source
}

/// What a host's read callback reads from.
struct Reading<'d> {
    data: &'d [u8],
    position: usize,
}

unsafe extern "C" fn read(opaque: *mut c_void, buf: *mut u8, size: c_int) -> c_int {
    // SAFETY: what was handed over with this callback, used by nobody else meanwhile; `buf` has room for `size` bytes.
    unsafe {
        let reading = &mut *opaque.cast::<Reading>();
        let rest = &reading.data[reading.position.min(reading.data.len())..];
        let count = rest.len().min(usize::try_from(size).unwrap());
        std::ptr::copy_nonoverlapping(rest.as_ptr(), buf, count);
        reading.position += count;
        c_int::try_from(count).unwrap()
    }
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: as in `read`.
    let reading = unsafe { &mut *opaque.cast::<Reading>() };
    if whence != libc::SEEK_SET {
        return -1;
    }
    reading.position = usize::try_from(offset).unwrap();
    offset
}

/// A source that asks `reading`, which must outlive it.
fn callbacks(reading: &mut Reading, seeks: bool) -> *mut memux_source {
    let mut source = null_mut();
    // SAFETY: zeros are a valid struct, which is then set up.
    unsafe {
        let mut reader = std::mem::zeroed::<memux_reader>();
        memux_reader_init(&raw mut reader, size_of::<memux_reader>());
        reader.size = reading.data.len() as i64;
        reader.opaque = std::ptr::from_mut(reading).cast();
        reader.read = Some(read);
        if seeks {
            reader.seek = Some(seek);
            reader.seekability = MEMUX_SEEKABILITY_CHEAP;
        }
        assert_eq!(
            memux_source_from_reader(&raw const reader, &raw mut source, null_mut()),
            0,
            "memux_source_from_reader"
        );
    }
    source
}

fn run(engine: i32) -> memux_run_options {
    // SAFETY: zeros are a valid struct, which is then set up.
    unsafe {
        let mut run = std::mem::zeroed::<memux_run_options>();
        memux_run_options_init(&raw mut run, size_of::<memux_run_options>());
        run.engine = engine;
        run
    }
}

/// Where a host's callbacks put what they get.
pub struct Target<'b> {
    /// Copied to, front to back; empty: nothing is copied.
    pub buffer: &'b mut [u8],
    pub written: usize,
    /// The pieces as they came, where they are wanted.
    pub pieces: Option<Vec<(*const u8, usize)>>,
}

impl Target<'_> {
    fn take(&mut self, data: *const u8, size: usize) {
        if let Some(pieces) = &mut self.pieces {
            pieces.push((data, size));
        }
        if !self.buffer.is_empty() {
            let place = &mut self.buffer[self.written..self.written + size];
            // SAFETY: the callback was given so many bytes.
            place.copy_from_slice(unsafe { std::slice::from_raw_parts(data, size) });
        }
        self.written += size;
    }
}

pub unsafe extern "C" fn write(opaque: *mut c_void, data: *const u8, size: c_int) -> c_int {
    // SAFETY: the target that was handed over with this callback, used by nobody else meanwhile.
    unsafe { &mut *opaque.cast::<Target>() }.take(data, usize::try_from(size).unwrap());
    size
}

pub unsafe extern "C" fn writev(opaque: *mut c_void, slices: *const memux_slice, count: usize) -> i64 {
    // SAFETY: as in `write`; there are `count` slices.
    let (target, slices) = unsafe { (&mut *opaque.cast::<Target>(), std::slice::from_raw_parts(slices, count)) };
    let before = target.written;
    for slice in slices {
        target.take(slice.data, slice.size);
    }
    i64::try_from(target.written - before).unwrap()
}

/// Extracts into the target by `write`, or by `writev`; gives the bytes written.
pub fn extract(data: &[u8], engine: i32, gather: bool, target: &mut Target) -> u64 {
    extract_of(source(data), engine, gather, target)
}

/// The same from a host's read and seek callbacks, by `write`.
pub fn extract_with_callbacks(data: &[u8], target: &mut Target) -> u64 {
    let mut reading = Reading { data, position: 0 };
    extract_of(callbacks(&mut reading, true), MEMUX_ENGINE_AUTO, false, target)
}

/// Frees the source.
fn extract_of(source: *mut memux_source, engine: i32, gather: bool, target: &mut Target) -> u64 {
    target.written = 0;
    // SAFETY: as in `count`; the target outlives the sink.
    unsafe {
        let run = run(engine);
        let options = options(&run, 1);
        let mut report = std::mem::zeroed::<memux_extract_report>();
        memux_extract_report_init(&raw mut report, size_of::<memux_extract_report>());
        let mut writer = std::mem::zeroed::<memux_writer>();
        memux_writer_init(&raw mut writer, size_of::<memux_writer>());
        writer.opaque = std::ptr::from_mut(target).cast();
        if gather {
            writer.writev = Some(writev);
        } else {
            writer.write = Some(write);
        }
        let mut sink = null_mut();
        assert_eq!(memux_sink_to_writer(&raw const writer, &raw mut sink, null_mut()), 0, "memux_sink_to_writer");
        let status = memux_extract(source, sink, &raw const options, &raw mut report, null_mut());
        assert_eq!(status, 0, "memux_extract");
        assert!(engine == MEMUX_ENGINE_AUTO || report.engine == engine);
        memux_sink_free(sink);
        memux_source_free(source);
        report.bytes_written
    }
}

/// Puts the streams into a fragmented MP4, by `write` or by `writev`; gives the packets written.
pub fn remux(data: &[u8], engine: i32, gather: bool, target: &mut Target) -> u64 {
    target.written = 0;
    let source = source(data);
    // SAFETY: as in `extract`.
    unsafe {
        let run = run(engine);
        let mut options = std::mem::zeroed::<memux_remux_options>();
        memux_remux_options_init(&raw mut options, size_of::<memux_remux_options>());
        (options.run, options.format, options.layout) = (&raw const run, c"mp4".as_ptr(), MEMUX_LAYOUT_FRAGMENTED);
        let mut report = std::mem::zeroed::<memux_remux_report>();
        memux_remux_report_init(&raw mut report, size_of::<memux_remux_report>());
        let mut writer = std::mem::zeroed::<memux_writer>();
        memux_writer_init(&raw mut writer, size_of::<memux_writer>());
        writer.opaque = std::ptr::from_mut(target).cast();
        if gather {
            writer.writev = Some(writev);
        } else {
            writer.write = Some(write);
        }
        let mut sink = null_mut();
        assert_eq!(memux_sink_to_writer(&raw const writer, &raw mut sink, null_mut()), 0, "memux_sink_to_writer");
        assert_eq!(memux_remux(source, sink, &raw const options, &raw mut report, null_mut()), 0, "memux_remux");
        assert!(engine == MEMUX_ENGINE_AUTO || report.engine == engine);
        memux_sink_free(sink);
        memux_source_free(source);
        report.packets
    }
}

/// The options of an extraction, on top of `run`, which must stay where it is.
fn options(run: &memux_run_options, threads: i32) -> memux_extract_options {
    // SAFETY: zeros are a valid struct, which is then set up.
    unsafe {
        let mut options = std::mem::zeroed::<memux_extract_options>();
        memux_extract_options_init(&raw mut options, size_of::<memux_extract_options>());
        options.run = run;
        options.threads = threads;
        options
    }
}

/// Extracts into memory of the host's own; gives the bytes written.
pub fn extract_into(data: &[u8], engine: i32, threads: i32, buffer: &mut [u8]) -> u64 {
    let (source, run) = (source(data), run(engine));
    let options = options(&run, threads);
    // SAFETY: as in `extract`; the buffer is as large as is said.
    unsafe {
        let mut report = std::mem::zeroed::<memux_extract_report>();
        memux_extract_report_init(&raw mut report, size_of::<memux_extract_report>());
        let (place, capacity) = (buffer.as_mut_ptr().cast(), buffer.len());
        let status = memux_extract_into(source, place, capacity, &raw const options, &raw mut report, null_mut());
        assert_eq!(status, 0, "memux_extract_into");
        memux_source_free(source);
        report.bytes_written
    }
}

/// How many bytes an extraction would write.
pub fn extract_size(data: &[u8], engine: i32) -> u64 {
    let (source, run, mut size) = (source(data), run(engine), 0);
    let options = options(&run, 1);
    // SAFETY: as in `extract`.
    unsafe {
        let status = memux_extract_size(source, &raw const options, &raw mut size, null_mut(), null_mut());
        assert_eq!(status, 0, "memux_extract_size");
        memux_source_free(source);
    }
    size
}

/// Copies the pieces one after another: what no copying sink can be faster than.
pub fn copy(pieces: &[(*const u8, usize)], buffer: &mut [u8]) -> u64 {
    let mut at = 0;
    for (data, size) in pieces {
        // SAFETY: slices of the input, which outlives this call, and of static start codes.
        buffer[at..at + size].copy_from_slice(unsafe { std::slice::from_raw_parts(*data, *size) });
        at += size;
    }
    at as u64
}
