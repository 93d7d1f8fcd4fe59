//! Subtitles that are text, decoded and written down as SubRip: what `ffmpeg -c:s srt` does.

use super::check::{check, failure};
use super::codec_context::CodecContext;
use super::enums;
use super::ffmpeg as ff;
use super::input::Input;
use super::muxer::{MICROSECONDS, rescale};
use super::packet::Packet;
use crate::error::{Error, Result, Status};
use crate::io::Control;
use libc::c_int;
use std::mem::MaybeUninit;
use std::ptr;

/// How long one may be as text: what the ffmpeg command allows.
const MOST: usize = 1 << 20;

const MILLISECONDS: ff::AVRational = ff::AVRational { num: 1, den: 1000 };

pub struct ToSubrip<'a> {
    decoder: CodecContext,
    encoder: CodecContext,
    room: Vec<u8>,
    control: &'a Control,
}

impl<'a> ToSubrip<'a> {
    /// For packets of stream `index`.
    pub fn new(input: &Input, index: usize, control: &'a Control) -> Result<Self> {
        let stream = i32::try_from(index).unwrap_or(-1);
        let source = input.raw_stream(index).ok_or_else(|| Error::internal("a stream has gone"))?;
        let parameters = input.parameters(index).ok_or_else(|| Error::internal("a stream has no parameters"))?;
        // SAFETY: parameters of an open container; codecs are static.
        let (from, to) = unsafe {
            let from = ff::avcodec_find_decoder(enums::codec_id(parameters.as_ref()));
            (from, ff::avcodec_find_encoder(ff::AVCodecID::AV_CODEC_ID_SUBRIP as c_int))
        };
        if from.is_null() {
            return Err(Error::new(Status::NoDecoder, "this FFmpeg has no decoder for the stream").of_stream(stream));
        }
        if to.is_null() {
            return Err(Error::new(Status::NoEncoder, "this FFmpeg has no encoder for SubRip").of_stream(stream));
        }
        let (decoder, encoder) = (CodecContext::new(from)?, CodecContext::new(to)?);
        // SAFETY: all live. The encoder's header is its own copy, freed with it.
        unsafe {
            let code = ff::avcodec_parameters_to_context(decoder.as_ptr(), parameters.as_ptr());
            check(code, "the decoder cannot be set up", control)?;
            (*decoder.as_ptr()).pkt_timebase = source.as_ref().time_base;
            check(ff::avcodec_open2(decoder.as_ptr(), from, ptr::null_mut()), "the decoder cannot be opened", control)?;
            (*encoder.as_ptr()).time_base = MICROSECONDS;
            let (header, size) = (decoder.get().subtitle_header, decoder.get().subtitle_header_size);
            if let (false, Ok(length)) = (header.is_null(), usize::try_from(size)) {
                // Ended by a zero that is not counted, as its reader expects.
                let copy = ff::av_mallocz(length.saturating_add(1)).cast::<u8>();
                if copy.is_null() {
                    return Err(Error::no_memory());
                }
                copy.copy_from_nonoverlapping(header, length);
                ((*encoder.as_ptr()).subtitle_header, (*encoder.as_ptr()).subtitle_header_size) = (copy, size);
            }
            check(ff::avcodec_open2(encoder.as_ptr(), to, ptr::null_mut()), "the encoder cannot be opened", control)?;
        }
        let mut room = Vec::new();
        room.try_reserve_exact(MOST).map_err(|_| Error::no_memory())?;
        room.resize(MOST, 0);
        Ok(ToSubrip { decoder, encoder, room, control })
    }

    /// The encoder, whose parameters are those of what comes out. Its times are microseconds.
    pub(super) fn encoder(&self) -> &CodecContext {
        &self.encoder
    }

    /// Changes `packet`; false where nothing is shown of it, or it cannot be decoded.
    pub fn change(&mut self, packet: &mut Packet) -> Result<bool> {
        let mut shown = MaybeUninit::<ff::AVSubtitle>::zeroed();
        let mut any = 0;
        // SAFETY: all live; a subtitle of zeros is none, and FFmpeg fills it.
        let code = unsafe {
            ff::avcodec_decode_subtitle2(self.decoder.as_ptr(), shown.as_mut_ptr(), &raw mut any, packet.as_ptr())
        };
        if code == ff::AVERROR(libc::ENOMEM) {
            return Err(failure(code, "a subtitle cannot be decoded"));
        }
        self.control.outcome()?;
        if code < 0 || any == 0 {
            return Ok(false);
        }
        let mut shown = Shown(shown);
        // SAFETY: filled by FFmpeg.
        let subtitle = unsafe { shown.0.assume_init_mut() };
        if subtitle.num_rects == 0 {
            return Ok(false);
        }
        let begins = rescale(i64::from(subtitle.start_display_time), MILLISECONDS, MICROSECONDS);
        subtitle.pts = subtitle.pts.saturating_add(begins);
        subtitle.end_display_time = subtitle.end_display_time.saturating_sub(subtitle.start_display_time);
        subtitle.start_display_time = 0;
        let lasts = rescale(i64::from(subtitle.end_display_time), MILLISECONDS, MICROSECONDS);
        let room = c_int::try_from(self.room.len()).unwrap_or(c_int::MAX);
        // SAFETY: all live; the encoder writes no more than there is room for.
        let size =
            unsafe { ff::avcodec_encode_subtitle(self.encoder.as_ptr(), self.room.as_mut_ptr(), room, subtitle) };
        check(size, "a subtitle cannot be written as text", self.control)?;
        let text = usize::try_from(size).ok().and_then(|size| self.room.get(..size)).unwrap_or_default();
        packet.replace(text, subtitle.pts, lasts)?;
        Ok(true)
    }
}

/// A decoded subtitle, and what it holds.
struct Shown(MaybeUninit<ff::AVSubtitle>);

impl Drop for Shown {
    fn drop(&mut self) {
        // SAFETY: filled by FFmpeg, or zeros.
        unsafe { ff::avsubtitle_free(self.0.as_mut_ptr()) }
    }
}
