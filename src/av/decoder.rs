//! Packets to frames, as far as counting them needs.

use super::check::{check, failure};
use super::codec_context::CodecContext;
use super::enums;
use super::ffmpeg as ff;
use super::input::Input;
use super::packet::Packet;
use crate::error::{Error, Result, Status};
use crate::io::Control;
use std::ptr::{self, NonNull};

pub struct Decoder<'a> {
    context: CodecContext,
    frame: NonNull<ff::AVFrame>,
    stream: i32,
    /// A frame has come out.
    works: bool,
    /// It has said that it lacks something that no input can give it.
    unable: bool,
    control: &'a Control,
}

impl<'a> Decoder<'a> {
    /// A decoder for stream `index`.
    pub fn open(input: &Input, index: usize, control: &'a Control) -> Result<Self> {
        let stream = i32::try_from(index).unwrap_or(-1);
        let parameters = input.parameters(index).ok_or_else(|| Error::internal("a stream has no parameters"))?;
        // SAFETY: parameters of an open container.
        let codec = unsafe { ff::avcodec_find_decoder(enums::codec_id(parameters.as_ref())) };
        if codec.is_null() {
            return Err(Error::new(Status::NoDecoder, "this FFmpeg has no decoder for the stream").of_stream(stream));
        }
        let context = CodecContext::new(codec)?;
        // SAFETY: allocates, or gives null.
        let frame = NonNull::new(unsafe { ff::av_frame_alloc() }).ok_or_else(Error::no_memory)?;
        let decoder = Decoder { context, frame, stream, works: false, unable: false, control };
        let context = &decoder.context;
        // SAFETY: all live.
        let code = unsafe { ff::avcodec_parameters_to_context(context.as_ptr(), parameters.as_ptr()) };
        check(code, "the decoder cannot be set up", control)?;
        // SAFETY: all live.
        let code = unsafe { ff::avcodec_open2(context.as_ptr(), codec, ptr::null_mut()) };
        check(code, "the decoder cannot be opened", control)?;
        Ok(decoder)
    }

    /// Decodes `packet`, or with none what is still held back, and says how many frames came out. A packet that cannot
    /// be decoded gives none. The end of a stream that gave none at all is a failure where the decoder is one for hardware
    /// that is not there, as FFmpeg's own for AV1 may be.
    pub fn decode(&mut self, packet: Option<&mut Packet>) -> Result<u64> {
        let at_end = packet.is_none();
        let packet = packet.map_or(ptr::null_mut(), Packet::as_ptr);
        let mut frames = 0u64;
        loop {
            // SAFETY: both live; null ends the stream.
            let code = unsafe { ff::avcodec_send_packet(self.context.as_ptr(), packet) };
            if code == ff::AVERROR(libc::ENOMEM) {
                return Err(failure(code, "a packet cannot be decoded"));
            }
            self.unable |= code == ff::AVERROR(libc::ENOSYS);
            let came = self.receive()?;
            self.works |= came > 0;
            frames = frames.saturating_add(came);
            // Full: now that frames were taken out, the packet fits.
            if code != ff::AVERROR(libc::EAGAIN) || came == 0 {
                break;
            }
        }
        if at_end && self.unable && !self.works {
            let message = "this FFmpeg's decoder for the stream needs hardware that is not there";
            let error = Error::new(Status::NoDecoder, message).ffmpeg(ff::AVERROR(libc::ENOSYS));
            return Err(error.of_stream(self.stream));
        }
        Ok(frames)
    }

    /// Takes out all frames that are ready.
    fn receive(&mut self) -> Result<u64> {
        let mut frames = 0u64;
        loop {
            self.control.check()?;
            // SAFETY: both live.
            let code = unsafe { ff::avcodec_receive_frame(self.context.as_ptr(), self.frame.as_ptr()) };
            match code {
                0.. => frames = frames.saturating_add(1),
                _ if code == ff::AVERROR(libc::ENOMEM) => return Err(failure(code, "a frame cannot be decoded")),
                _ if code == ff::AVERROR(libc::EAGAIN) || code == ff::AVERROR_EOF => return Ok(frames),
                // Damaged data: the decoder goes on with what follows.
                _ => self.unable |= code == ff::AVERROR(libc::ENOSYS),
            }
        }
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        let mut frame = self.frame.as_ptr();
        // SAFETY: ours.
        unsafe { ff::av_frame_free(&raw mut frame) }
    }
}
