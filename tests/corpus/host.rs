//! A C host in Rust: memory, and callbacks over memory.

use memux::ffi::*;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::{null, null_mut};

/// How the bytes reach memux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// Walked, where the walk knows the file.
    Memory,
    /// The same bytes, by FFmpeg alone.
    ByFfmpeg,
    /// By the walk alone: what it leaves to FFmpeg is refused.
    Walked,
    Slices,
    Cheap,
    Expensive,
    NoSeek,
}

/// Those by which every file is answered.
pub const ROADS: [Road; 6] = [Road::Memory, Road::ByFfmpeg, Road::Slices, Road::Cheap, Road::Expensive, Road::NoSeek];

impl Road {
    fn engine(self) -> i32 {
        match self {
            Road::ByFfmpeg => MEMUX_ENGINE_FFMPEG,
            Road::Walked => MEMUX_ENGINE_WALK,
            _ => MEMUX_ENGINE_AUTO,
        }
    }
}

/// What a call said.
pub struct Said<R> {
    pub status: memux_status,
    pub message: String,
    pub report: R,
}

impl Said<memux_count_report> {
    /// All that does not depend on how it was found out.
    pub fn answer(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let report = &self.report;
        let counts = [report.frames, report.header_frames, report.packets, report.presented, report.corrupt_packets];
        (counts, report.obtained_by, report.completeness, report.truncated_at, report.stream_index)
    }
}

struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

unsafe extern "C" fn read(opaque: *mut c_void, buf: *mut u8, size: c_int) -> c_int {
    // SAFETY: the address of the `Bytes` of this source, and `size` bytes to write to.
    let (host, buf) =
        unsafe { (&mut *opaque.cast::<Bytes>(), std::slice::from_raw_parts_mut(buf, usize::try_from(size).unwrap())) };
    let rest = host.bytes.get(host.at..).unwrap_or_default();
    let count = rest.len().min(buf.len());
    buf[..count].copy_from_slice(&rest[..count]);
    host.at += count;
    c_int::try_from(count).unwrap()
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: the address of the `Bytes` of this source.
    let host = unsafe { &mut *opaque.cast::<Bytes>() };
    if whence == MEMUX_WHENCE_SIZE {
        return i64::try_from(host.bytes.len()).unwrap();
    }
    assert_eq!(whence, MEMUX_WHENCE_SET);
    host.at = usize::try_from(offset).unwrap();
    offset
}

/// Makes a source of `bytes`, calls `operation` with it, and frees it.
pub fn with_source<R>(bytes: &[u8], road: Road, operation: impl FnOnce(*mut memux_source) -> R) -> R {
    let mut host = Bytes { bytes, at: 0 };
    let slices: Vec<_> =
        bytes.chunks(4096).map(|block| memux_slice { data: block.as_ptr(), size: block.len() }).collect();
    let mut source = null_mut();
    // SAFETY: bytes, host and slices outlive the source.
    unsafe {
        let status = match road {
            Road::Memory | Road::ByFfmpeg | Road::Walked => memux_source_from_memory(
                bytes.as_ptr().cast(),
                bytes.len(),
                None,
                null_mut(),
                &raw mut source,
                null_mut(),
            ),
            Road::Slices => {
                let release = None;
                memux_source_from_slices(
                    slices.as_ptr(),
                    slices.len(),
                    release,
                    null_mut(),
                    &raw mut source,
                    null_mut(),
                )
            }
            Road::Cheap | Road::Expensive | Road::NoSeek => {
                let mut reader: memux_reader = std::mem::zeroed();
                memux_reader_init(&raw mut reader, size_of::<memux_reader>());
                reader.opaque = (&raw mut host).cast();
                reader.read = Some(read);
                reader.seekability = match road {
                    Road::Cheap => MEMUX_SEEKABILITY_CHEAP,
                    Road::Expensive => MEMUX_SEEKABILITY_EXPENSIVE,
                    _ => MEMUX_SEEKABILITY_NONE,
                };
                if road != Road::NoSeek {
                    reader.seek = Some(seek);
                }
                memux_source_from_reader(&raw const reader, &raw mut source, null_mut())
            }
        };
        assert_eq!(status, MEMUX_OK);
        let result = operation(source);
        memux_source_free(source);
        result
    }
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

pub fn run_options(road: Road) -> memux_run_options {
    // SAFETY: a zeroed struct of C, filled as the header says.
    unsafe {
        let mut run: memux_run_options = std::mem::zeroed();
        memux_run_options_init(&raw mut run, size_of::<memux_run_options>());
        run.engine = road.engine();
        run
    }
}

pub fn count(bytes: &[u8], road: Road, stream: Option<i32>, mode: i32) -> Said<memux_count_report> {
    with_source(bytes, road, |source| {
        // SAFETY: zeroed structs of C, filled as the header says; all pointers are good for the call.
        unsafe {
            let mut options: memux_count_options = std::mem::zeroed();
            memux_count_options_init(&raw mut options, size_of::<memux_count_options>());
            let run = run_options(road);
            options.run = &raw const run;
            options.mode = mode;
            if let Some(stream) = stream {
                (options.select, options.stream_index) = (MEMUX_SELECT_INDEX, stream);
            }
            let mut report: memux_count_report = std::mem::zeroed();
            memux_count_report_init(&raw mut report, size_of::<memux_count_report>());
            let mut error = null_mut();
            let status = memux_count(source, &raw const options, &raw mut report, &raw mut error);
            Said { status, message: message(error), report }
        }
    })
}

/// An answer to a probe; empty where there is none.
#[derive(Default)]
pub struct Probed {
    pub json: String,
    /// The container's number for each stream, and its codec in RFC 6381's words.
    pub codecs: Vec<(i32, Option<String>)>,
}

pub fn probe(bytes: &[u8], road: Road, level: i32) -> (Said<memux_probe_report>, Probed) {
    with_source(bytes, road, |source| {
        // SAFETY: as above.
        unsafe {
            let mut options: memux_probe_options = std::mem::zeroed();
            memux_probe_options_init(&raw mut options, size_of::<memux_probe_options>());
            let run = run_options(road);
            (options.run, options.level) = (&raw const run, level);
            let mut report: memux_probe_report = std::mem::zeroed();
            memux_probe_report_init(&raw mut report, size_of::<memux_probe_report>());
            let (mut info, mut json, mut error) = (null_mut(), null_mut(), null_mut());
            let status = memux_probe(source, &raw const options, &raw mut info, &raw mut report, &raw mut error);
            let mut probed = Probed::default();
            if status >= 0 {
                assert_eq!(memux_info_json(info, &raw mut json, null_mut()), MEMUX_OK);
                let bytes = std::slice::from_raw_parts(memux_buffer_data(json), memux_buffer_size(json));
                probed.json = std::str::from_utf8(bytes).unwrap().to_owned();
                let streams = (0..).map(|index| memux_info_stream(info, index)).take_while(|stream| !stream.is_null());
                probed.codecs.extend(streams.map(|stream| {
                    let codec = (*stream).codec_string;
                    let codec = (!codec.is_null()).then(|| CStr::from_ptr(codec).to_str().unwrap().to_owned());
                    ((*stream).id, codec)
                }));
            }
            memux_buffer_free(json);
            memux_info_free(info);
            (Said { status, message: message(error), report }, probed)
        }
    })
}

/// A packet as it was shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Packet {
    pub stream: i32,
    pub pts: Option<i64>,
    pub dts: Option<i64>,
    pub duration: i64,
    pub position: Option<u64>,
    pub key: bool,
    pub discard: bool,
    pub size: usize,
    pub side_data: Vec<String>,
}

impl Packet {
    /// # Safety
    /// A packet that stands.
    unsafe fn of(shown: &memux_packet) -> Self {
        // SAFETY: passed on.
        let side_data = (0..shown.side_data_count)
            .map(|nth| unsafe { CStr::from_ptr((*shown.side_data.add(nth)).name).to_str().unwrap().to_owned() });
        let time = |time: i64| (time != MEMUX_NO_TIME).then_some(time);
        // SAFETY: passed on: that many bytes can be read.
        let behind = (0..shown.padding).map(|nth| unsafe { *shown.data.add(shown.size + nth) });
        assert!(shown.data.is_null() || behind.clone().all(|byte| byte == 0), "what is behind the packet is not zero");
        Packet {
            stream: shown.stream_index,
            pts: time(shown.pts),
            dts: time(shown.dts),
            duration: shown.duration,
            position: (shown.position != MEMUX_UNKNOWN).then_some(shown.position),
            key: shown.flags & MEMUX_PACKET_KEY != 0,
            discard: shown.flags & MEMUX_PACKET_DISCARD != 0,
            size: shown.size,
            side_data: side_data.collect(),
        }
    }
}

/// All packets of the selected streams, or of all.
pub fn packets(bytes: &[u8], road: Road, select: Option<&[i32]>) -> (Said<memux_input_report>, Vec<Packet>) {
    with_source(bytes, road, |source| {
        // SAFETY: as above.
        unsafe {
            let mut options: memux_input_options = std::mem::zeroed();
            memux_input_options_init(&raw mut options, size_of::<memux_input_options>());
            let run = run_options(road);
            options.run = &raw const run;
            let (mut input, mut error, mut found) = (null_mut(), null_mut(), Vec::new());
            let mut report: memux_input_report = std::mem::zeroed();
            memux_input_report_init(&raw mut report, size_of::<memux_input_report>());
            let mut status = memux_input_open(source, &raw const options, &raw mut input, &raw mut error);
            if let Some(select) = select.filter(|_| status == MEMUX_OK) {
                status = memux_input_select(input, select.as_ptr(), select.len(), &raw mut error);
            }
            while status == MEMUX_OK {
                let mut packet: memux_packet = std::mem::zeroed();
                memux_packet_init(&raw mut packet, size_of::<memux_packet>());
                status = memux_input_next(input, &raw mut packet, &raw mut error);
                if status == MEMUX_OK {
                    found.push(Packet::of(&packet));
                }
            }
            if !input.is_null() {
                assert_eq!(memux_input_get_report(input, &raw mut report, null_mut()), MEMUX_OK);
            }
            memux_input_free(input);
            (Said { status, message: message(error), report }, found)
        }
    })
}

/// Into a library buffer, which can be sought in, or through a write callback, which cannot.
pub struct Remux<'o> {
    pub format: &'o CStr,
    pub layout: i32,
    pub streams: Option<&'o [i32]>,
    pub append_only: bool,
}

unsafe extern "C" fn append(opaque: *mut c_void, data: *const u8, size: c_int) -> c_int {
    // SAFETY: the vector of this sink, and `size` bytes to read.
    let (output, data) =
        unsafe { (&mut *opaque.cast::<Vec<u8>>(), std::slice::from_raw_parts(data, usize::try_from(size).unwrap())) };
    output.extend_from_slice(data);
    size
}

pub fn remux(bytes: &[u8], road: Road, how: &Remux) -> (Said<memux_remux_report>, Vec<u8>) {
    with_source(bytes, road, |source| {
        let mut output = Vec::new();
        // SAFETY: as above.
        unsafe {
            let mut options: memux_remux_options = std::mem::zeroed();
            memux_remux_options_init(&raw mut options, size_of::<memux_remux_options>());
            let run = run_options(road);
            options.run = &raw const run;
            (options.format, options.layout, options.bit_exact) = (how.format.as_ptr(), how.layout, 1);
            if let Some(streams) = how.streams {
                (options.streams, options.stream_count) = (streams.as_ptr(), streams.len());
            }
            let mut report: memux_remux_report = std::mem::zeroed();
            memux_remux_report_init(&raw mut report, size_of::<memux_remux_report>());
            let (mut sink, mut error) = (null_mut(), null_mut());
            if how.append_only {
                let mut writer: memux_writer = std::mem::zeroed();
                memux_writer_init(&raw mut writer, size_of::<memux_writer>());
                writer.opaque = (&raw mut output).cast();
                writer.write = Some(append);
                assert_eq!(memux_sink_to_writer(&raw const writer, &raw mut sink, null_mut()), MEMUX_OK);
            } else {
                assert_eq!(memux_sink_to_buffer(&raw mut sink, null_mut()), MEMUX_OK);
            }
            let status = memux_remux(source, sink, &raw const options, &raw mut report, &raw mut error);
            if !how.append_only {
                let mut buffer = null_mut();
                assert_eq!(memux_sink_take_buffer(sink, &raw mut buffer, null_mut()), MEMUX_OK);
                let size = memux_buffer_size(buffer);
                output.extend_from_slice(std::slice::from_raw_parts(memux_buffer_data(buffer), size));
                memux_buffer_free(buffer);
            }
            memux_sink_free(sink);
            (Said { status, message: message(error), report }, output)
        }
    })
}

/// Opens a container, goes to a time in microseconds, and gives the packet that comes then, if any.
pub fn sought(bytes: &[u8], road: Road, time: i64) -> (Said<i64>, Option<Packet>) {
    with_source(bytes, road, |source| {
        // SAFETY: as above.
        unsafe {
            let (mut input, mut error, mut landed, mut found) = (null_mut(), null_mut(), MEMUX_NO_TIME, None);
            let mut status = memux_input_open(source, null(), &raw mut input, &raw mut error);
            if status == MEMUX_OK {
                status = memux_input_seek(input, time, MEMUX_SEEK_KEYFRAME, &raw mut landed, &raw mut error);
            }
            if status == MEMUX_OK {
                let mut packet: memux_packet = std::mem::zeroed();
                memux_packet_init(&raw mut packet, size_of::<memux_packet>());
                status = memux_input_next(input, &raw mut packet, &raw mut error);
                found = (status == MEMUX_OK).then(|| Packet::of(&packet));
            }
            memux_input_free(input);
            (Said { status, message: message(error), report: landed }, found)
        }
    })
}

pub fn extract(bytes: &[u8], road: Road, stream: Option<i32>) -> (Said<memux_extract_report>, Vec<u8>) {
    extract_as(bytes, road, stream, MEMUX_FRAMING_AUTO)
}

pub fn extract_as(
    bytes: &[u8],
    road: Road,
    stream: Option<i32>,
    framing: i32,
) -> (Said<memux_extract_report>, Vec<u8>) {
    with_source(bytes, road, |source| {
        // SAFETY: as above.
        unsafe {
            let mut options: memux_extract_options = std::mem::zeroed();
            memux_extract_options_init(&raw mut options, size_of::<memux_extract_options>());
            let run = run_options(road);
            options.run = &raw const run;
            options.framing = framing;
            if let Some(stream) = stream {
                (options.select, options.stream_index) = (MEMUX_SELECT_INDEX, stream);
            }
            let mut report: memux_extract_report = std::mem::zeroed();
            memux_extract_report_init(&raw mut report, size_of::<memux_extract_report>());
            let (mut sink, mut buffer, mut error) = (null_mut(), null_mut(), null_mut());
            assert_eq!(memux_sink_to_buffer(&raw mut sink, null_mut()), MEMUX_OK);
            let status = memux_extract(source, sink, &raw const options, &raw mut report, &raw mut error);
            assert_eq!(memux_sink_take_buffer(sink, &raw mut buffer, null_mut()), MEMUX_OK);
            let size = memux_buffer_size(buffer);
            let output = match size {
                0 => Vec::new(),
                _ => std::slice::from_raw_parts(memux_buffer_data(buffer), size).to_vec(),
            };
            memux_buffer_free(buffer);
            memux_sink_free(sink);
            (Said { status, message: message(error), report }, output)
        }
    })
}

/// FFmpeg's libavformat major that is loaded.
pub fn avformat_major() -> u32 {
    // SAFETY: a zeroed struct of C; no error object is asked for.
    unsafe {
        let mut info: memux_build_info = std::mem::zeroed();
        memux_build_info_init(&raw mut info, size_of::<memux_build_info>());
        assert_eq!(memux_get_build_info(&raw mut info, null_mut()), MEMUX_OK);
        assert!(!std::ptr::eq(info.version, null()));
        info.avformat_loaded >> 16
    }
}
