//! One packet, used again for each.

use super::ffmpeg as ff;
use crate::error::{Error, Result};
use std::ptr::NonNull;

/// All that tests compare of a packet.
#[cfg(any(test, fuzzing))]
#[derive(Clone, PartialEq, Eq)]
pub struct View {
    pub stream: Option<usize>,
    pub offset: Option<u64>,
    pub pts: Option<i64>,
    pub dts: Option<i64>,
    pub duration: i64,
    pub key: bool,
    pub discard: bool,
    pub data: Vec<u8>,
}

pub struct Packet {
    raw: NonNull<ff::AVPacket>,
}

impl Packet {
    pub fn new() -> Result<Self> {
        // SAFETY: allocates, or gives null.
        let raw = NonNull::new(unsafe { ff::av_packet_alloc() }).ok_or_else(Error::no_memory)?;
        Ok(Packet { raw })
    }

    pub(super) fn as_ptr(&mut self) -> *mut ff::AVPacket {
        self.raw.as_ptr()
    }

    pub fn stream(&self) -> Option<usize> {
        // SAFETY: the packet lives as long as self.
        usize::try_from(unsafe { self.raw.as_ref() }.stream_index).ok()
    }

    pub fn size(&self) -> u64 {
        // SAFETY: the packet lives as long as self.
        u64::try_from(unsafe { self.raw.as_ref() }.size).unwrap_or(0)
    }

    /// Where in the input it was found.
    pub fn offset(&self) -> Option<u64> {
        // SAFETY: the packet lives as long as self.
        u64::try_from(unsafe { self.raw.as_ref() }.pos).ok()
    }

    fn has_flag(&self, flag: libc::c_int) -> bool {
        // SAFETY: the packet lives as long as self.
        unsafe { self.raw.as_ref() }.flags & flag != 0
    }

    pub fn is_corrupt(&self) -> bool {
        self.has_flag(ff::AV_PKT_FLAG_CORRUPT)
    }

    /// Needed to decode others, never shown: an edit list cuts it away.
    pub fn is_discarded(&self) -> bool {
        self.has_flag(ff::AV_PKT_FLAG_DISCARD)
    }

    #[cfg(any(test, fuzzing))]
    pub fn view(&self) -> View {
        // SAFETY: the packet lives as long as self.
        let raw = unsafe { self.raw.as_ref() };
        let stamp = |stamp| (stamp != ff::AV_NOPTS_VALUE).then_some(stamp);
        let data = match usize::try_from(raw.size) {
            Ok(size) if size > 0 && !raw.data.is_null() => {
                // SAFETY: a packet's data are as many bytes as it says.
                unsafe { std::slice::from_raw_parts(raw.data, size) }.to_vec()
            }
            _ => Vec::new(),
        };
        View {
            stream: self.stream(),
            offset: self.offset(),
            pts: stamp(raw.pts),
            dts: stamp(raw.dts),
            duration: raw.duration,
            key: self.has_flag(ff::AV_PKT_FLAG_KEY),
            discard: self.is_discarded(),
            data,
        }
    }

    /// Gives back what it holds.
    pub fn clear(&mut self) {
        // SAFETY: the packet lives as long as self.
        unsafe { ff::av_packet_unref(self.as_ptr()) }
    }
}

impl Drop for Packet {
    fn drop(&mut self) {
        let mut raw = self.raw.as_ptr();
        // SAFETY: allocated by av_packet_alloc and not used afterwards.
        unsafe { ff::av_packet_free(&raw mut raw) }
    }
}
