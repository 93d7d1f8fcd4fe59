//! A description as structs for C: made once, with all that their pointers lead to.

use super::constants::{MEMUX_NO_TIME, MEMUX_UNKNOWN};
use super::views::{
    memux_chapter_info, memux_container_info, memux_mastering_display, memux_program_info, memux_side_data,
    memux_stream_info, memux_tag,
};
use crate::description::{Description, Mastering, Rational, SideData, Stream, Tag, tag};
use crate::error::{Error, Result};
use crate::ops::probe;
use std::ffi::{CString, c_char};
use std::mem::size_of;
use std::ptr::null;

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
