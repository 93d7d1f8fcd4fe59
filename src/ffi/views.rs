//! The structs in which hosts are shown what a container holds.

use std::ffi::c_char;
use std::mem::{offset_of, size_of};

/// A key and its value, both in UTF-8. Filled by the library. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_tag {
    /// Never NULL.
    pub key: *const c_char,
    /// Never NULL.
    pub value: *const c_char,
}

/// A container. Filled by the library, `struct_size` included. Texts are NULL where they are not known. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_container_info {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// FFmpeg's short names for the format, separated by commas.
    pub name: *const c_char,
    /// FFmpeg's long name for it.
    pub long_name: *const c_char,
    /// The MIME type without parameters.
    pub mime_type: *const c_char,
    /// `tag_count` of them.
    pub tags: *const memux_tag,
    /// How many tags there are.
    pub tag_count: usize,
    /// The time of the first frame, in microseconds; MEMUX_NO_TIME where it is not known.
    pub start_us: i64,
    /// In microseconds; MEMUX_NO_TIME where it is not known.
    pub duration_us: i64,
    /// Bits per second; 0 where it is not known.
    pub bit_rate: i64,
    /// Bytes of the input; MEMUX_UNKNOWN where that is not known.
    pub size: u64,
    /// How many streams memux_info_stream() knows.
    pub stream_count: usize,
    /// How many chapters memux_info_chapter() knows.
    pub chapter_count: usize,
    /// How many programs memux_info_program() knows.
    pub program_count: usize,
    /// How sure FFmpeg is of the format, of 100; 0 where the host named it.
    pub probe_score: i32,
    /// 0.
    pub reserved: i32,
}

/// Something about a stream that has a form of its own. Filled by the library, `struct_size` included. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_side_data {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// FFmpeg's name for what it is ("Display Matrix" ...). Never NULL.
    pub name: *const c_char,
    /// The bytes, as FFmpeg has them.
    pub data: *const u8,
    /// How many bytes.
    pub size: usize,
    /// FFmpeg's AV_PKT_DATA_ number for what it is.
    pub kind: i32,
    /// 0.
    pub reserved: i32,
}

/// The display that a film was mastered on. Filled by the library, `struct_size` included. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_mastering_display {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// x and y of red, green and blue, in CIE 1931; all 0 where they are not known.
    pub primaries: [[f64; 2]; 3],
    /// x and y of the white point.
    pub white_point: [f64; 2],
    /// In candela per square metre; both 0 where they are not known.
    pub min_luminance: f64,
    /// In candela per square metre.
    pub max_luminance: f64,
}

/// A stream. Filled by the library, `struct_size` included. Texts are NULL and numbers 0 where they are not known or
/// do not apply, if nothing else is said. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_stream_info {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// The codec's short name in FFmpeg ("h264", "aac" ...).
    pub codec: *const c_char,
    /// Its long name.
    pub codec_long_name: *const c_char,
    /// Its name in MIME types and manifests, after RFC 6381 ("avc1.64001f", "mp4a.40.2" ...).
    pub codec_string: *const c_char,
    /// The profile's name.
    pub profile: *const c_char,
    /// FFmpeg's name of the pixel format, or of the sample format.
    pub format: *const c_char,
    /// FFmpeg's name of the channel layout ("stereo", "5.1" ...).
    pub channel_layout: *const c_char,
    /// The language as the container names it ("eng" ...).
    pub language: *const c_char,
    /// "tv" or "pc".
    pub color_range: *const c_char,
    /// FFmpeg's name of the matrix ("bt709" ...).
    pub color_space: *const c_char,
    /// FFmpeg's name of the transfer curve ("smpte2084" ...).
    pub color_transfer: *const c_char,
    /// FFmpeg's name of the primaries ("bt2020" ...).
    pub color_primaries: *const c_char,
    /// Where chroma is sampled ("left" ...).
    pub chroma_location: *const c_char,
    /// "progressive", or the order of the fields ("tt", "bb", "tb", "bt").
    pub field_order: *const c_char,
    /// `tag_count` of them.
    pub tags: *const memux_tag,
    /// How many tags there are.
    pub tag_count: usize,
    /// `side_data_count` of them.
    pub side_data: *const memux_side_data,
    /// How many there are.
    pub side_data_count: usize,
    /// The display that it was mastered on.
    pub mastering_display: *const memux_mastering_display,
    /// What a decoder must know beforehand, in the container's form (avcC, AudioSpecificConfig ...).
    pub configuration: *const u8,
    /// How many bytes.
    pub configuration_size: usize,
    /// An attached picture, as it stands in the container.
    pub picture: *const u8,
    /// How many bytes; 0: the stream is no attached picture.
    pub picture_size: usize,
    /// In units of the time base; MEMUX_NO_TIME where it is not known.
    pub start: i64,
    /// In units of the time base; MEMUX_NO_TIME where it is not known.
    pub duration: i64,
    /// Bits per second.
    pub bit_rate: i64,
    /// How many frames, by the header.
    pub frames: i64,
    /// The number of the stream, counted from 0.
    pub index: i32,
    /// What it holds: one of MEMUX_STREAM_*.
    pub kind: i32,
    /// The container's own number for it (a PID, a track's number); -1 where it has none.
    pub id: i32,
    /// Bits of MEMUX_DISPOSITION_*.
    pub disposition: i32,
    /// The container's code for the codec, its first letter lowest.
    pub codec_tag: u32,
    /// FFmpeg's number for the profile, -99 where it is not known.
    pub profile_number: i32,
    /// The codec's level as it counts them, -99 where it is not known.
    pub level: i32,
    /// One unit of time stamps, in seconds: the number above the line.
    pub time_base_num: i32,
    /// And below.
    pub time_base_den: i32,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Pixels, with those that are cut off before showing. Known by MEMUX_PROBE_FULL alone.
    pub coded_width: i32,
    /// As coded_width.
    pub coded_height: i32,
    /// Degrees by which the picture is to be turned before showing, counterclockwise.
    pub rotation: i32,
    /// The shape of a pixel, width to height.
    pub sample_aspect_num: i32,
    /// And below the line.
    pub sample_aspect_den: i32,
    /// The shape of the picture.
    pub display_aspect_num: i32,
    /// And below the line.
    pub display_aspect_den: i32,
    /// Frames per second, on average.
    pub frame_rate_num: i32,
    /// And below the line.
    pub frame_rate_den: i32,
    /// The least rate in which all time stamps can be said, as FFmpeg guesses it.
    pub base_frame_rate_num: i32,
    /// And below the line.
    pub base_frame_rate_den: i32,
    /// How many frames may wait for one that is shown before them.
    pub reorder_delay: i32,
    /// Samples per second.
    pub sample_rate: i32,
    /// Channels of audio.
    pub channels: i32,
    /// Of an audio sample as it is stored, where that is fixed.
    pub bits_per_sample: i32,
    /// The brightest pixel, in candela per square metre.
    pub max_content_light: u32,
    /// The brightest average of a frame.
    pub max_average_light: u32,
}

/// A chapter. Filled by the library, `struct_size` included. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_chapter_info {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// NULL where it has none.
    pub title: *const c_char,
    /// `tag_count` of them.
    pub tags: *const memux_tag,
    /// How many tags there are.
    pub tag_count: usize,
    /// The container's number for it.
    pub id: i64,
    /// In units of the time base.
    pub start: i64,
    /// In units of the time base.
    pub end: i64,
    /// One unit of its times, in seconds: the number above the line.
    pub time_base_num: i32,
    /// And below.
    pub time_base_den: i32,
}

/// A program: streams that belong together. Filled by the library, `struct_size` included. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_program_info {
    /// The size that the library knows this struct by; members beyond it are not there.
    pub struct_size: usize,
    /// Numbers of its streams, `stream_count` of them.
    pub streams: *const i32,
    /// How many streams.
    pub stream_count: usize,
    /// `tag_count` of them.
    pub tags: *const memux_tag,
    /// How many tags there are.
    pub tag_count: usize,
    /// FFmpeg's number for it.
    pub id: i32,
    /// The number that the container gives it.
    pub number: i32,
    /// The PID of its table in MPEG-TS.
    pub pmt_pid: i32,
    /// The PID of its clock in MPEG-TS.
    pub pcr_pid: i32,
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_tag>() == 16 && size_of::<memux_side_data>() == 40);
    assert!(size_of::<memux_container_info>() == 112 && offset_of!(memux_container_info, probe_score) == 104);
    assert!(size_of::<memux_stream_info>() == 328 && offset_of!(memux_stream_info, index) == 216);
    assert!(size_of::<memux_chapter_info>() == 64 && offset_of!(memux_chapter_info, time_base_num) == 56);
    assert!(size_of::<memux_program_info>() == 56 && offset_of!(memux_program_info, id) == 40);
    assert!(size_of::<memux_mastering_display>() == 88);
};
