//! What a decoder or an encoder works with, freed with all that it holds.

use super::ffmpeg as ff;
use crate::error::{Error, Result};
use std::ptr::NonNull;

pub struct CodecContext(NonNull<ff::AVCodecContext>);

impl CodecContext {
    /// `codec` is FFmpeg's own, and not null.
    pub fn new(codec: *const ff::AVCodec) -> Result<Self> {
        // SAFETY: a static codec; allocates, or gives null.
        NonNull::new(unsafe { ff::avcodec_alloc_context3(codec) }).map(CodecContext).ok_or_else(Error::no_memory)
    }

    pub fn as_ptr(&self) -> *mut ff::AVCodecContext {
        self.0.as_ptr()
    }

    pub fn get(&self) -> &ff::AVCodecContext {
        // SAFETY: lives as long as self.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for CodecContext {
    fn drop(&mut self) {
        let mut context = self.0.as_ptr();
        // SAFETY: ours.
        unsafe { ff::avcodec_free_context(&raw mut context) }
    }
}
