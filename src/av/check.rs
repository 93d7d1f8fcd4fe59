//! What FFmpeg's return codes mean to a host.

use super::ffmpeg as ff;
use crate::error::{Error, Result, Status};
use crate::io::Control;
use libc::c_int;
use std::ffi::CStr;

/// The code's text, as FFmpeg words it.
pub fn describe(code: c_int) -> String {
    let mut text = [0 as libc::c_char; 128];
    // SAFETY: the buffer is as long as is said, and FFmpeg ends it with a zero within that length.
    let known = unsafe { ff::av_strerror(code, text.as_mut_ptr(), text.len()) };
    // SAFETY: av_strerror leaves a zero-ended text also where it does not know the code.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    if known < 0 { format!("FFmpeg error {code}") } else { text.to_string_lossy().into_owned() }
}

/// `code` as it is, or what went wrong. A failure that the host's own callback caused has the first word.
pub fn check(code: c_int, doing: &str, control: &Control) -> Result<c_int> {
    control.outcome()?;
    if code >= 0 {
        return Ok(code);
    }
    Err(failure(code, doing).at_stage(control.stage()))
}

/// The same for what a demuxer returns. It says ENOMEM also of damaged sizes, gigabytes that it does not even ask the
/// system for: there is memory as long as there is some for a large buffer.
pub fn check_demuxer(code: c_int, doing: &str, control: &Control) -> Result<c_int> {
    if code == ff::AVERROR(libc::ENOMEM) && !is_out_of_memory() {
        control.outcome()?;
        let error = Error::new(Status::Corrupt, format!("{doing}: it claims sizes that cannot be"));
        return Err(error.ffmpeg(code).at_stage(control.stage()));
    }
    check(code, doing, control)
}

fn is_out_of_memory() -> bool {
    const LARGE: usize = 16 << 20;
    // SAFETY: allocates, or gives null; and null may be freed.
    unsafe {
        let buffer = ff::av_malloc(LARGE);
        ff::av_free(buffer);
        buffer.is_null()
    }
}

/// What went wrong, where the input or the memory is to blame.
pub fn failure(code: c_int, doing: &str) -> Error {
    let status = match code {
        _ if code == ff::AVERROR(libc::ENOMEM) => return Error::no_memory().ffmpeg(code),
        ff::AVERROR_STREAM_NOT_FOUND => Status::NoStream,
        ff::AVERROR_DECODER_NOT_FOUND => Status::NoDecoder,
        // A muxer may need a bit stream filter to do its part of an encoder's work.
        ff::AVERROR_ENCODER_NOT_FOUND | ff::AVERROR_MUXER_NOT_FOUND | ff::AVERROR_BSF_NOT_FOUND => Status::NoEncoder,
        ff::AVERROR_BUG | ff::AVERROR_BUG2 => Status::Internal,
        _ => Status::Corrupt,
    };
    Error::new(status, format!("{doing}: {}", describe(code))).ffmpeg(code)
}
