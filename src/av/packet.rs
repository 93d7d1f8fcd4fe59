//! One packet, used again for each.

use super::enums;
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

    /// In units of the stream's time base.
    pub fn pts(&self) -> Option<i64> {
        self.stamp(|raw| raw.pts)
    }

    /// As `pts`.
    pub fn dts(&self) -> Option<i64> {
        self.stamp(|raw| raw.dts)
    }

    fn stamp(&self, which: fn(&ff::AVPacket) -> i64) -> Option<i64> {
        // SAFETY: the packet lives as long as self.
        Some(which(unsafe { self.raw.as_ref() })).filter(|stamp| *stamp != ff::AV_NOPTS_VALUE)
    }

    /// 0 where it is not known.
    pub fn duration(&self) -> i64 {
        // SAFETY: the packet lives as long as self.
        unsafe { self.raw.as_ref() }.duration
    }

    pub fn is_key(&self) -> bool {
        self.has_flag(ff::AV_PKT_FLAG_KEY)
    }

    /// Marks it as one that is decoded and never shown.
    pub fn discard(&mut self) {
        // SAFETY: the packet lives as long as self.
        unsafe { self.raw.as_mut() }.flags |= ff::AV_PKT_FLAG_DISCARD;
    }

    pub fn data(&self) -> &[u8] {
        // SAFETY: the packet lives as long as self, and so do its data.
        unsafe {
            let raw = self.raw.as_ref();
            match usize::try_from(raw.size) {
                Ok(size) if size > 0 && !raw.data.is_null() => std::slice::from_raw_parts(raw.data, size),
                _ => &[],
            }
        }
    }

    /// How many zero bytes may be read behind the data. FFmpeg promises that so many may be read; where a parser has cut
    /// a packet out of a larger one they are the next packet's.
    pub fn padding(&self) -> usize {
        let (data, size) = (self.data(), usize::try_from(ff::AV_INPUT_BUFFER_PADDING_SIZE).unwrap_or(0));
        if data.is_empty() {
            return 0;
        }
        // SAFETY: as said above.
        let behind = unsafe { std::slice::from_raw_parts(data.as_ptr().add(data.len()), size) };
        behind.iter().take_while(|byte| **byte == 0).count()
    }

    /// FFmpeg's number for each piece of side data, and its bytes.
    pub fn side_data(&self) -> impl Iterator<Item = (i32, &[u8])> {
        // SAFETY: the packet lives as long as self, and so does what is at its side.
        unsafe {
            let raw = self.raw.as_ref();
            let count = if raw.side_data.is_null() { 0 } else { usize::try_from(raw.side_data_elems).unwrap_or(0) };
            (0..count).map(move |nth| {
                let part = raw.side_data.add(nth);
                let kind = enums::number(&raw const (*part).type_);
                let data = match (*part).size {
                    0 => &[][..],
                    size => std::slice::from_raw_parts((*part).data, size),
                };
                (kind, data)
            })
        }
    }

    #[cfg(any(test, fuzzing))]
    pub fn view(&self) -> View {
        View {
            stream: self.stream(),
            offset: self.offset(),
            pts: self.pts(),
            dts: self.dts(),
            duration: self.duration(),
            key: self.is_key(),
            discard: self.is_discarded(),
            data: self.data().to_vec(),
        }
    }

    /// Holds what `other` holds too, in place of what it held. Nothing is copied but what is said of the data.
    pub fn share(&mut self, other: &Packet) -> Result<()> {
        self.clear();
        // SAFETY: ours and empty, and one that lives.
        let code = unsafe { ff::av_packet_ref(self.as_ptr(), other.raw.as_ptr()) };
        if code < 0 { Err(Error::no_memory()) } else { Ok(()) }
    }

    /// Holds a copy of `data` from now on, shown at `pts` for `duration`, in place of what it held.
    pub(super) fn replace(&mut self, data: &[u8], pts: i64, duration: i64) -> Result<()> {
        let size = libc::c_int::try_from(data.len()).map_err(|_| Error::no_memory())?;
        let stream = self.stream();
        self.clear();
        // SAFETY: ours and empty; FFmpeg gives room for so much, or fails.
        unsafe {
            if ff::av_new_packet(self.as_ptr(), size) < 0 {
                return Err(Error::no_memory());
            }
            let raw = self.raw.as_mut();
            raw.data.copy_from_nonoverlapping(data.as_ptr(), data.len());
            raw.stream_index = stream.and_then(|stream| libc::c_int::try_from(stream).ok()).unwrap_or(-1);
            (raw.pts, raw.dts, raw.duration) = (pts, pts, duration);
            raw.flags |= ff::AV_PKT_FLAG_KEY;
        }
        Ok(())
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
