//! All that libavformat, and an opened decoder, say of a container, copied into plain values.

mod names;
mod opened;
mod side_data;

use super::enums;
use super::ffmpeg as ff;
use super::input::Input;
use crate::description::{Audio, Chapter, Container, Description, Kind, Program, Rational, Stream, Tag, Video};
use crate::error::{Result, copied};
use libc::c_int;
use names::text;
pub use names::{SKIP_SAMPLES, side_data as side_data_name};
use std::ptr::{self, NonNull};

/// Whether decoders are opened for what only they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    Container,
    Decoders,
}

impl Input<'_, '_> {
    pub fn describe(&mut self, depth: Depth) -> Result<Description> {
        let container = self.describe_container();
        let indices = 0..self.stream_count();
        let streams = indices.filter_map(|index| self.describe_stream(index, depth).transpose());
        let streams = streams.collect::<Result<_>>()?;
        Ok(Description { container, streams, chapters: self.chapters(), programs: self.programs() })
    }

    fn describe_container(&mut self) -> Container {
        let size = self.inlet().size();
        // SAFETY: the context is open; its format is static, and its names end in zeros.
        unsafe {
            let context = self.as_ref();
            let format = context.iformat.as_ref();
            Container {
                name: format.and_then(|format| text(format.name)).unwrap_or_default(),
                long_name: format.and_then(|format| text(format.long_name)),
                start: stamp(context.start_time),
                duration: stamp(context.duration),
                bit_rate: positive(context.bit_rate),
                size,
                probe_score: self.format().score(),
                tags: tags(context.metadata),
            }
        }
    }

    fn describe_stream(&mut self, index: usize, depth: Depth) -> Result<Option<Stream>> {
        let (Some(raw), Some(parameters)) = (self.raw_stream(index), self.parameters(index)) else { return Ok(None) };
        let opened = match depth {
            Depth::Container => None,
            Depth::Decoders => opened::Opened::of(raw, parameters)?,
        };
        // SAFETY: both belong to an open container, of which nothing changes meanwhile.
        let stream = unsafe {
            let (stream, known) = (raw.as_ref(), parameters.as_ref());
            let codec = enums::codec_id(known);
            let media = enums::codec_type(known);
            let (codec_name, codec_long_name) = names::codec(codec);
            let configuration = bytes(known.extradata, known.extradata_size)?;
            Stream {
                index: stream.index,
                id: self.shows_ids().then_some(stream.id),
                kind: kind(media),
                codec: codec_name,
                codec_long_name,
                profile: (known.profile != ff::FF_PROFILE_UNKNOWN).then_some(known.profile),
                profile_name: names::profile(codec, known.profile),
                level: (known.level != ff::FF_LEVEL_UNKNOWN).then_some(known.level),
                codec_tag: known.codec_tag,
                codec_tag_text: names::fourcc(known.codec_tag),
                configuration,
                time_base: rational(stream.time_base),
                start: stamp(stream.start_time),
                duration: stamp(stream.duration),
                base_frame_rate: rational(stream.r_frame_rate),
                frame_rate: rational(stream.avg_frame_rate),
                bit_rate: positive(known.bit_rate),
                max_bit_rate: opened.as_ref().and_then(opened::Opened::max_bit_rate),
                bits_per_raw_sample: opened.as_ref().and_then(opened::Opened::bits_per_raw_sample),
                frames: Some(stream.nb_frames).filter(|frames| *frames != 0),
                disposition: stream.disposition,
                tags: tags(stream.metadata),
                side_data: side_data::of(raw, parameters)?,
                picture: bytes(stream.attached_pic.data, stream.attached_pic.size)?,
                video: (kind(media) == Kind::Video).then(|| self.describe_video(raw, known, opened.as_ref())),
                audio: (kind(media) == Kind::Audio).then(|| describe_audio(known, codec)),
                canvas: (kind(media) == Kind::Subtitle).then(|| (nonzero(known.width), nonzero(known.height))),
                decoder_facts: opened.as_ref().map(opened::Opened::options).unwrap_or_default(),
            }
        };
        Ok(Some(stream))
    }

    fn describe_video(
        &self,
        raw: NonNull<ff::AVStream>,
        known: &ff::AVCodecParameters,
        opened: Option<&opened::Opened>,
    ) -> Video {
        // SAFETY: a stream of this open container; there is no frame yet.
        let aspect = unsafe { ff::av_guess_sample_aspect_ratio(self.as_raw(), raw.as_ptr(), ptr::null_mut()) };
        let aspect = rational(aspect);
        let (sample_aspect_ratio, display_aspect_ratio) = match aspect.num {
            0 => Default::default(),
            _ => (aspect, display_aspect(known.width, known.height, aspect)),
        };
        Video {
            width: known.width,
            height: known.height,
            decoded: opened.map(opened::Opened::picture),
            delay: known.video_delay,
            sample_aspect_ratio,
            display_aspect_ratio,
            pixel_format: names::pixel_format(known.format),
            color_range: names::color_range(known),
            color_space: names::color_space(known),
            color_transfer: names::color_transfer(known),
            color_primaries: names::color_primaries(known),
            chroma_location: names::chroma_location(known),
            field_order: names::field_order(known),
        }
    }

    fn chapters(&self) -> Vec<Chapter> {
        // SAFETY: the context is open, and its list is as long as it says.
        unsafe {
            let context = self.as_ref();
            let chapters = list(context.chapters, context.nb_chapters);
            let chapters = chapters.filter_map(|chapter| chapter.as_ref()).map(|chapter| Chapter {
                id: chapter.id,
                time_base: rational(chapter.time_base),
                start: chapter.start,
                end: chapter.end,
                tags: tags(chapter.metadata),
            });
            chapters.collect()
        }
    }

    fn programs(&self) -> Vec<Program> {
        // SAFETY: as above, for the list within each program too.
        unsafe {
            let context = self.as_ref();
            let programs = list(context.programs, context.nb_programs);
            let programs = programs.filter_map(|program| program.as_ref()).map(|program| Program {
                id: program.id,
                number: program.program_num,
                pmt_pid: program.pmt_pid,
                pcr_pid: program.pcr_pid,
                streams: list(program.stream_index, program.nb_stream_indexes)
                    .filter_map(|index| i32::try_from(index).ok())
                    .collect(),
                tags: tags(program.metadata),
            });
            programs.collect()
        }
    }

    /// Whether the container's numbers for its streams mean something to people.
    fn shows_ids(&self) -> bool {
        // SAFETY: the context is open; its format is static.
        unsafe { self.as_ref().iformat.as_ref() }.is_some_and(|format| format.flags & ff::AVFMT_SHOW_IDS != 0)
    }
}

fn describe_audio(known: &ff::AVCodecParameters, codec: c_int) -> Audio {
    Audio {
        sample_format: names::sample_format(known.format),
        sample_rate: known.sample_rate,
        channels: known.ch_layout.nb_channels,
        channel_layout: names::channel_layout(known),
        // SAFETY: takes a number.
        bits_per_sample: unsafe { ff::av_get_bits_per_sample(codec) },
    }
}

fn display_aspect(width: i32, height: i32, sample: Rational) -> Rational {
    let (mut num, mut den) = (0, 0);
    let product = |side: i32, factor: i32| i64::from(side).wrapping_mul(i64::from(factor));
    let (across, down) = (product(width, sample.num), product(height, sample.den));
    // SAFETY: two numbers of ours to write to.
    unsafe { ff::av_reduce(&raw mut num, &raw mut den, across, down, 1024 * 1024) };
    Rational { num, den }
}

fn kind(media: c_int) -> Kind {
    match media {
        media if media == ff::AVMediaType::AVMEDIA_TYPE_VIDEO as c_int => Kind::Video,
        media if media == ff::AVMediaType::AVMEDIA_TYPE_AUDIO as c_int => Kind::Audio,
        media if media == ff::AVMediaType::AVMEDIA_TYPE_SUBTITLE as c_int => Kind::Subtitle,
        media if media == ff::AVMediaType::AVMEDIA_TYPE_DATA as c_int => Kind::Data,
        media if media == ff::AVMediaType::AVMEDIA_TYPE_ATTACHMENT as c_int => Kind::Attachment,
        _ => Kind::Unknown,
    }
}

fn rational(value: ff::AVRational) -> Rational {
    Rational { num: value.num, den: value.den }
}

fn stamp(value: i64) -> Option<i64> {
    (value != ff::AV_NOPTS_VALUE).then_some(value)
}

fn positive(value: i64) -> Option<i64> {
    (value > 0).then_some(value)
}

fn nonzero(value: i32) -> Option<i32> {
    (value != 0).then_some(value)
}

/// # Safety
/// `first` is null, or the address of as many values as `count` says, which stay there while the list is gone through.
unsafe fn list<T: Copy>(first: *const T, count: u32) -> impl Iterator<Item = T> {
    let count = if first.is_null() { 0 } else { usize::try_from(count).unwrap_or(0) };
    // SAFETY: the caller's promise.
    (0..count).map(move |index| unsafe { first.add(index).read() })
}

/// # Safety
/// As for `list`.
unsafe fn bytes(first: *const u8, size: c_int) -> Result<Vec<u8>> {
    match usize::try_from(size) {
        // SAFETY: the caller's promise.
        Ok(size) if size > 0 && !first.is_null() => copied(unsafe { std::slice::from_raw_parts(first, size) }),
        _ => Ok(Vec::new()),
    }
}

/// # Safety
/// `dictionary` is null or a dictionary of FFmpeg's that does not change meanwhile.
unsafe fn tags(dictionary: *const ff::AVDictionary) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut entry = ptr::null();
    loop {
        // SAFETY: the caller's promise; an empty key and this flag give all entries, one after the other.
        unsafe {
            entry = ff::av_dict_get(dictionary, c"".as_ptr(), entry, ff::AV_DICT_IGNORE_SUFFIX);
            let Some(found) = entry.as_ref() else { return tags };
            tags.push(Tag { key: text(found.key).unwrap_or_default(), value: text(found.value).unwrap_or_default() });
        }
    }
}
