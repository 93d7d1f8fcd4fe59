//! A bit stream filter, between an input's packets and a muxer that does not put it in by itself.

use super::check::check;
use super::ffmpeg as ff;
use super::packet::Packet;
use crate::error::{Error, Result, Status};
use crate::io::Control;
use std::ffi::CStr;
use std::ptr::NonNull;

pub struct Filter(NonNull<ff::AVBSFContext>);

impl Filter {
    /// For packets of a stream of ours, whose parameters become those of what comes out.
    ///
    /// # Safety
    /// `stream` is one of a container that is not begun yet.
    pub unsafe fn on(stream: NonNull<ff::AVStream>, name: &CStr, control: &Control) -> Result<Self> {
        // SAFETY: a zero-ended name; the filters are static.
        let kind = unsafe { ff::av_bsf_get_by_name(name.as_ptr()) };
        if kind.is_null() {
            let message = format!("this FFmpeg has no bit stream filter {}", name.to_string_lossy());
            return Err(Error::new(Status::NoEncoder, message));
        }
        let mut context = std::ptr::null_mut();
        // SAFETY: allocates into `context`, or leaves it null.
        let code = unsafe { ff::av_bsf_alloc(kind, &raw mut context) };
        let Some(context) = NonNull::new(context) else {
            check(code, "a bit stream filter cannot be set up", control)?;
            return Err(Error::no_memory());
        };
        let filter = Filter(context);
        // SAFETY: all live; parameters are copied, those of the stream changed before anybody has looked at them.
        unsafe {
            let (known, raw) = (stream.as_ref(), &mut *context.as_ptr());
            check(ff::avcodec_parameters_copy(raw.par_in, known.codecpar), "a filter cannot be set up", control)?;
            raw.time_base_in = known.time_base;
            check(ff::av_bsf_init(context.as_ptr()), "a filter cannot be set up", control)?;
            let tag = (*known.codecpar).codec_tag;
            check(ff::avcodec_parameters_copy(known.codecpar, raw.par_out), "a filter cannot be set up", control)?;
            (*known.codecpar).codec_tag = tag;
        }
        Ok(filter)
    }

    /// Changes `packet`; false where nothing comes of it.
    pub fn change(&mut self, packet: &mut Packet, control: &Control) -> Result<bool> {
        // SAFETY: all live; the filter takes what the packet holds, and gives it another.
        let code = unsafe {
            let code = ff::av_bsf_send_packet(self.0.as_ptr(), packet.as_ptr());
            if code < 0 { code } else { ff::av_bsf_receive_packet(self.0.as_ptr(), packet.as_ptr()) }
        };
        if code == ff::AVERROR(libc::EAGAIN) {
            return Ok(false);
        }
        check(code, "a packet cannot be filtered", control).map(|_| true)
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        let mut context = self.0.as_ptr();
        // SAFETY: ours.
        unsafe { ff::av_bsf_free(&raw mut context) }
    }
}
