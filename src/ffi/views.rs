//! The structs in which hosts are shown what a container holds. Their pointers lead into what stands beside them here.

use super::constants::{MEMUX_NO_TIME, MEMUX_UNKNOWN};
use crate::description::{Description, Mastering, Rational, SideData, Stream, Tag, tag};
use crate::error::{Error, Result};
use crate::ops::probe;
use std::ffi::{CString, c_char};
use std::mem::{offset_of, size_of};
use std::ptr::null;

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

/// The structs of one description, and what their pointers lead to.
pub struct Views {
    pub container: memux_container_info,
    pub streams: Vec<memux_stream_info>,
    pub chapters: Vec<memux_chapter_info>,
    pub programs: Vec<memux_program_info>,
    _store: Store,
}

// SAFETY: the pointers lead to what `store` and the description beside it own, which nobody changes.
unsafe impl Send for Views {}
// SAFETY: as above.
unsafe impl Sync for Views {}

/// What was made for the views. The places of their contents do not change when these grow.
#[derive(Default)]
struct Store {
    texts: Vec<CString>,
    tags: Vec<Vec<memux_tag>>,
    side_data: Vec<Vec<memux_side_data>>,
    mastering: Vec<Vec<memux_mastering_display>>,
}

impl Views {
    /// `description` must stay where its parts are as long as the views.
    pub fn of(description: &Description) -> Result<Self> {
        let mut store = Store::default();
        let streams = description.streams.iter().map(|stream| store.stream(stream));
        let streams = streams.collect::<Result<Vec<_>>>()?;
        let chapters = description.chapters.iter().map(|chapter| {
            Ok(memux_chapter_info {
                struct_size: size_of::<memux_chapter_info>(),
                title: store.text(tag(&chapter.tags, "title"))?,
                tags: store.tags(&chapter.tags)?,
                tag_count: chapter.tags.len(),
                id: chapter.id,
                start: chapter.start,
                end: chapter.end,
                time_base_num: chapter.time_base.num,
                time_base_den: chapter.time_base.den,
            })
        });
        let chapters = chapters.collect::<Result<Vec<_>>>()?;
        let programs = description.programs.iter().map(|program| {
            Ok(memux_program_info {
                struct_size: size_of::<memux_program_info>(),
                streams: program.streams.as_ptr(),
                stream_count: program.streams.len(),
                tags: store.tags(&program.tags)?,
                tag_count: program.tags.len(),
                id: program.id,
                number: program.number,
                pmt_pid: program.pmt_pid,
                pcr_pid: program.pcr_pid,
            })
        });
        let programs = programs.collect::<Result<Vec<_>>>()?;
        let known = &description.container;
        let container = memux_container_info {
            struct_size: size_of::<memux_container_info>(),
            name: store.text(Some(&known.name))?,
            long_name: store.text(known.long_name.as_deref())?,
            mime_type: store.text(probe::mime_type(description))?,
            tags: store.tags(&known.tags)?,
            tag_count: known.tags.len(),
            start_us: known.start.unwrap_or(MEMUX_NO_TIME),
            duration_us: known.duration.unwrap_or(MEMUX_NO_TIME),
            bit_rate: known.bit_rate.unwrap_or(0),
            size: known.size.unwrap_or(MEMUX_UNKNOWN),
            stream_count: streams.len(),
            chapter_count: chapters.len(),
            program_count: programs.len(),
            probe_score: known.probe_score,
            reserved: 0,
        };
        Ok(Views { container, streams, chapters, programs, _store: store })
    }
}

impl Store {
    fn text(&mut self, text: Option<&str>) -> Result<*const c_char> {
        let Some(text) = text else { return Ok(null()) };
        let text = CString::new(text).map_err(|_| Error::internal("a text of FFmpeg's holds a zero"))?;
        let address = text.as_ptr();
        self.texts.push(text);
        Ok(address)
    }

    fn tags(&mut self, tags: &[Tag]) -> Result<*const memux_tag> {
        let all = tags
            .iter()
            .map(|tag| Ok(memux_tag { key: self.text(Some(&tag.key))?, value: self.text(Some(&tag.value))? }));
        let all = all.collect::<Result<Vec<_>>>()?;
        Ok(keep(&mut self.tags, all))
    }

    fn side_data(&mut self, data: &[SideData]) -> Result<*const memux_side_data> {
        let all = data.iter().map(|data| {
            Ok(memux_side_data {
                struct_size: size_of::<memux_side_data>(),
                name: self.text(Some(&data.name))?,
                data: bytes(&data.bytes),
                size: data.bytes.len(),
                kind: data.kind,
                reserved: 0,
            })
        });
        let all = all.collect::<Result<Vec<_>>>()?;
        Ok(keep(&mut self.side_data, all))
    }

    fn mastering(&mut self, mastering: Option<Mastering>) -> *const memux_mastering_display {
        let Some(mastering) = mastering else { return null() };
        let point = |(x, y)| [real(x), real(y)];
        let [red, green, blue, white_point] = mastering.primaries.unwrap_or_default().map(point);
        let (least, most) = mastering.luminance.unwrap_or_default();
        let display = memux_mastering_display {
            struct_size: size_of::<memux_mastering_display>(),
            primaries: [red, green, blue],
            white_point,
            min_luminance: real(least),
            max_luminance: real(most),
        };
        keep(&mut self.mastering, vec![display])
    }

    fn stream(&mut self, stream: &Stream) -> Result<memux_stream_info> {
        let video = stream.video.clone().unwrap_or_default();
        let audio = stream.audio.clone().unwrap_or_default();
        let decoded = video.decoded.unwrap_or_default();
        let format = video.pixel_format.as_deref().or(audio.sample_format.as_deref());
        let find = |what: fn(&SideData) -> bool| stream.side_data.iter().find(|data| what(data));
        let light = find(|data| data.light.is_some()).and_then(|data| data.light).unwrap_or_default();
        let codec_string = probe::codec_string(stream);
        let (width, height) = match stream.canvas {
            Some((width, height)) => (width.unwrap_or(0), height.unwrap_or(0)),
            None => (video.width, video.height),
        };
        Ok(memux_stream_info {
            struct_size: size_of::<memux_stream_info>(),
            codec: self.text(stream.codec.as_deref())?,
            codec_long_name: self.text(stream.codec_long_name.as_deref())?,
            codec_string: self.text(codec_string.as_deref())?,
            profile: self.text(stream.profile_name.as_deref())?,
            format: self.text(format)?,
            channel_layout: self.text(audio.channel_layout.as_deref())?,
            language: self.text(tag(&stream.tags, "language"))?,
            color_range: self.text(video.color_range.as_deref())?,
            color_space: self.text(video.color_space.as_deref())?,
            color_transfer: self.text(video.color_transfer.as_deref())?,
            color_primaries: self.text(video.color_primaries.as_deref())?,
            chroma_location: self.text(video.chroma_location.as_deref())?,
            field_order: self.text(video.field_order)?,
            tags: self.tags(&stream.tags)?,
            tag_count: stream.tags.len(),
            side_data: self.side_data(&stream.side_data)?,
            side_data_count: stream.side_data.len(),
            mastering_display: self.mastering(find(|data| data.mastering.is_some()).and_then(|data| data.mastering)),
            configuration: bytes(&stream.configuration),
            configuration_size: stream.configuration.len(),
            picture: bytes(&stream.picture),
            picture_size: stream.picture.len(),
            start: stream.start.unwrap_or(MEMUX_NO_TIME),
            duration: stream.duration.unwrap_or(MEMUX_NO_TIME),
            bit_rate: stream.bit_rate.unwrap_or(0),
            frames: stream.frames.unwrap_or(0),
            index: stream.index,
            kind: stream.kind as i32,
            id: stream.id.unwrap_or(-1),
            disposition: stream.disposition,
            codec_tag: stream.codec_tag,
            profile_number: stream.profile.unwrap_or(-99),
            level: stream.level.unwrap_or(-99),
            time_base_num: stream.time_base.num,
            time_base_den: stream.time_base.den,
            width,
            height,
            coded_width: decoded.coded_width,
            coded_height: decoded.coded_height,
            rotation: find(|data| data.rotation.is_some()).and_then(|data| data.rotation).unwrap_or(0),
            sample_aspect_num: video.sample_aspect_ratio.num,
            sample_aspect_den: video.sample_aspect_ratio.den,
            display_aspect_num: video.display_aspect_ratio.num,
            display_aspect_den: video.display_aspect_ratio.den,
            frame_rate_num: stream.frame_rate.num,
            frame_rate_den: stream.frame_rate.den,
            base_frame_rate_num: stream.base_frame_rate.num,
            base_frame_rate_den: stream.base_frame_rate.den,
            reorder_delay: video.delay,
            sample_rate: audio.sample_rate,
            channels: audio.channels,
            bits_per_sample: audio.bits_per_sample,
            max_content_light: light.0,
            max_average_light: light.1,
        })
    }
}

fn keep<T>(all: &mut Vec<Vec<T>>, one: Vec<T>) -> *const T {
    let address = if one.is_empty() { null() } else { one.as_ptr() };
    all.push(one);
    address
}

fn bytes(bytes: &[u8]) -> *const u8 {
    if bytes.is_empty() { null() } else { bytes.as_ptr() }
}

/// 0 where it is not known.
fn real(value: Rational) -> f64 {
    if value.den == 0 { 0.0 } else { value.seconds(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_that_is_shown_is_kept() {
        let tags = vec![Tag { key: "language".into(), value: "deu".into() }];
        let stream = Stream { codec: Some("aac".into()), tags, ..Stream::default() };
        let description = Description { streams: vec![stream], ..Description::default() };
        let views = Views::of(&description).unwrap();
        // SAFETY: the views are alive, and so is what they point to.
        let language = unsafe { std::ffi::CStr::from_ptr(views.streams[0].language) };
        assert_eq!(language.to_str(), Ok("deu"));
        assert!(!views.container.name.is_null() && views.container.mime_type.is_null());
    }
}
