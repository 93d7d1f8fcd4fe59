//! What a decoder knows of a stream as soon as it is opened, before it has seen a packet.

use super::super::codec_context::CodecContext;
use super::super::enums;
use super::super::ffmpeg as ff;
use super::names::text;
use crate::description::{Decoded, Tag};
use crate::error::{Error, Result};
use libc::c_int;
use std::ptr::{self, NonNull};

pub struct Opened(CodecContext);

impl Opened {
    /// None where this FFmpeg has no decoder for the stream, or cannot open it.
    pub fn of(stream: NonNull<ff::AVStream>, parameters: NonNull<ff::AVCodecParameters>) -> Result<Option<Self>> {
        // SAFETY: parameters of an open container.
        let codec = unsafe { ff::avcodec_find_decoder(enums::codec_id(parameters.as_ref())) };
        if codec.is_null() {
            return Ok(None);
        }
        let context = CodecContext::new(codec)?;
        // SAFETY: all live.
        let code = unsafe {
            let mut code = ff::avcodec_parameters_to_context(context.as_ptr(), parameters.as_ptr());
            if code >= 0 {
                (*context.as_ptr()).pkt_timebase = stream.as_ref().time_base;
                code = ff::avcodec_open2(context.as_ptr(), codec, ptr::null_mut());
            }
            code
        };
        match code {
            0.. => Ok(Some(Opened(context))),
            _ if code == ff::AVERROR(libc::ENOMEM) => Err(Error::no_memory()),
            _ => Ok(None),
        }
    }

    pub fn max_bit_rate(&self) -> Option<i64> {
        Some(self.0.get().rc_max_rate).filter(|rate| *rate > 0)
    }

    pub fn bits_per_raw_sample(&self) -> Option<i32> {
        Some(self.0.get().bits_per_raw_sample).filter(|bits| *bits > 0)
    }

    pub fn picture(&self) -> Decoded {
        let context = self.0.get();
        let has = |property: c_int| i64::from(context.properties) & i64::from(property) != 0;
        Decoded {
            coded_width: context.coded_width,
            coded_height: context.coded_height,
            closed_captions: has(ff::FF_CODEC_PROPERTY_CLOSED_CAPTIONS),
            film_grain: has(ff::FF_CODEC_PROPERTY_FILM_GRAIN),
            refs: context.refs,
        }
    }

    /// What the decoder of this codec says beyond what all have in common.
    pub fn options(&self) -> Vec<Tag> {
        let context = self.0.get();
        // SAFETY: the codec is static.
        let has_options = unsafe { context.codec.as_ref() }.is_some_and(|codec| !codec.priv_class.is_null());
        if !has_options || context.priv_data.is_null() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut option = ptr::null();
        loop {
            // SAFETY: a codec with options has them described where its private data begin; the list is static.
            option = unsafe { ff::av_opt_next(context.priv_data, option) };
            // SAFETY: as above.
            let Some(known) = (unsafe { option.as_ref() }) else { return found };
            if known.flags & ff::AV_OPT_FLAG_EXPORT == 0 {
                continue;
            }
            let mut value = ptr::null_mut();
            // SAFETY: an option of these data; the text that FFmpeg gives is ours to free.
            unsafe {
                if ff::av_opt_get(context.priv_data, known.name, 0, &raw mut value) >= 0 {
                    let (key, value) = (text(known.name), text(value.cast()));
                    found.extend(key.zip(value).map(|(key, value)| Tag { key, value }));
                }
                ff::av_free(value.cast());
            }
        }
    }
}
