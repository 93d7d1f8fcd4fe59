//! What an open container says of its streams, and which of them are wanted.

use super::super::enums;
use super::super::ffmpeg as ff;
use super::Input;
use crate::completeness::Container;
use libc::c_int;
use std::ptr::{self, NonNull};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    Video,
    Other,
}

/// The codecs that are told apart here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Hevc,
    Other,
}

/// What is known of one stream.
pub struct Stream {
    pub media: MediaType,
    /// An attached picture or a set of thumbnails: video to FFmpeg, not to a person.
    pub is_cover: bool,
    pub codec: Codec,
    /// How many frames the container's header tells of.
    pub header_frames: Option<u64>,
    #[cfg(any(test, fuzzing))]
    pub time_base: (i32, i32),
}

impl Input<'_, '_> {
    pub(in crate::av) fn raw_stream(&self, index: usize) -> Option<NonNull<ff::AVStream>> {
        if index >= self.stream_count() {
            return None;
        }
        // SAFETY: the context is open, and has that many streams.
        NonNull::new(unsafe { *self.context.as_ref().streams.add(index) })
    }

    pub(in crate::av) fn parameters(&self, index: usize) -> Option<NonNull<ff::AVCodecParameters>> {
        // SAFETY: a stream of an open container.
        self.raw_stream(index).and_then(|stream| NonNull::new(unsafe { stream.as_ref() }.codecpar))
    }

    pub fn stream(&self, index: usize) -> Option<Stream> {
        let (stream, parameters) = (self.raw_stream(index)?, self.parameters(index)?);
        // SAFETY: both belong to an open container.
        unsafe {
            let media = enums::codec_type(parameters.as_ref());
            let codec = enums::codec_id(parameters.as_ref());
            let stream = stream.as_ref();
            let cover = ff::AV_DISPOSITION_ATTACHED_PIC | ff::AV_DISPOSITION_TIMED_THUMBNAILS;
            Some(Stream {
                media: if media == ff::AVMediaType::AVMEDIA_TYPE_VIDEO as c_int {
                    MediaType::Video
                } else {
                    MediaType::Other
                },
                is_cover: stream.disposition & cover != 0,
                codec: match codec {
                    id if id == ff::AVCodecID::AV_CODEC_ID_H264 as c_int => Codec::H264,
                    id if id == ff::AVCodecID::AV_CODEC_ID_HEVC as c_int => Codec::Hevc,
                    _ => Codec::Other,
                },
                header_frames: u64::try_from(stream.nb_frames).ok().filter(|frames| *frames > 0),
                #[cfg(any(test, fuzzing))]
                time_base: (stream.time_base.num, stream.time_base.den),
            })
        }
    }

    /// FFmpeg's own choice among the video streams.
    pub fn best_video(&self) -> Option<usize> {
        let video = ff::AVMediaType::AVMEDIA_TYPE_VIDEO;
        // SAFETY: the context is open; no decoder is asked for.
        let best = unsafe { ff::av_find_best_stream(self.context.as_ptr(), video, -1, -1, ptr::null_mut(), 0) };
        usize::try_from(best).ok()
    }

    /// The demuxer may leave out every other stream.
    pub fn keep_only(&mut self, index: usize) {
        for other in (0..self.stream_count()).filter(|other| *other != index) {
            if let Some(mut stream) = self.raw_stream(other) {
                // SAFETY: a stream of an open container.
                unsafe { stream.as_mut() }.discard = ff::AVDiscard::AVDISCARD_ALL;
            }
        }
    }

    /// The demuxer may leave out every stream that is not among these.
    pub fn keep(&mut self, wanted: &[usize]) {
        for index in 0..self.stream_count() {
            if let Some(mut stream) = self.raw_stream(index) {
                let discard = match wanted.contains(&index) {
                    true => ff::AVDiscard::AVDISCARD_DEFAULT,
                    false => ff::AVDiscard::AVDISCARD_ALL,
                };
                // SAFETY: a stream of an open container.
                unsafe { stream.as_mut() }.discard = discard;
            }
        }
    }

    /// Nobody wants time stamps or key flags: spares the filling in of those that the container does not have.
    pub fn needs_no_stamps(&mut self) {
        // SAFETY: the context is open; the flags are looked at with each packet.
        unsafe { self.context.as_mut() }.flags |= ff::AVFMT_FLAG_NOFILLIN;
    }

    /// The same of this stream, the only one: spares the parser, where all that it does is to look for those in packets that
    /// are whole already. In other codecs there is no parser, or it cuts them; in other containers it cuts these too.
    pub fn needs_no_parser(&mut self, index: usize) {
        let is_h264 = self.stream(index).is_some_and(|stream| stream.codec == Codec::H264);
        if is_h264 && matches!(self.inlet().container(), Container::Mp4 | Container::Matroska) {
            self.plain = true;
            // SAFETY: as above.
            unsafe { self.context.as_mut() }.flags |= ff::AVFMT_FLAG_NOPARSE;
        }
    }

    /// MPEG-TS: what this stream holds and those before it is known by the tables, for good: H.264 or HEVC, behind streams of
    /// which libavformat will not guess again when it has seen their packets.
    pub fn is_named_by_tables(&mut self, index: usize) -> bool {
        let guessed = [
            ff::AVCodecID::AV_CODEC_ID_NONE,
            ff::AVCodecID::AV_CODEC_ID_BIN_DATA,
            ff::AVCodecID::AV_CODEC_ID_MP3,
            ff::AVCodecID::AV_CODEC_ID_AAC,
        ];
        let is_guessed = |stream: usize| {
            self.parameters(stream).is_none_or(|parameters| {
                // SAFETY: of a stream of an open container.
                let codec = enums::codec_id(unsafe { parameters.as_ref() });
                guessed.iter().any(|guessed| *guessed as c_int == codec)
            })
        };
        let is_known = self.stream(index).is_some_and(|stream| stream.codec != Codec::Other);
        is_known && !(0..index).any(is_guessed) && self.inlet().container() == Container::MpegTs
    }

    /// More streams may show while packets are read.
    pub fn may_gain_streams(&self) -> bool {
        // SAFETY: the context is open.
        unsafe { self.context.as_ref() }.ctx_flags & ff::AVFMTCTX_NOHEADER != 0
    }

    /// Its times may jump: it is a stream that somebody has tuned in to.
    pub fn may_jump(&self) -> bool {
        // SAFETY: the context is open; its format is static.
        unsafe { self.as_ref().iformat.as_ref() }.is_some_and(|format| format.flags & ff::AVFMT_TS_DISCONT != 0)
    }
}
