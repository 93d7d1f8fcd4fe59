//! `memux_reader`: the host's own read callback as a source.

use super::callbacks::{
    Opaque, memux_read_fn, memux_release_fn, memux_seek_fn, memux_unblock_fn, passing, retry_policy, unblock,
};
use super::constants::{
    MEMUX_SEEKABILITY_AUTO, MEMUX_SEEKABILITY_CHEAP, MEMUX_SEEKABILITY_EXPENSIVE, MEMUX_SEEKABILITY_NONE,
};
use super::guard::on_host;
use super::ptr::{Versioned, null, number, reserved, unknown};
use crate::error::{Error, Result};
use crate::io::{HostReader, MAX_TRANSFER, Reader, Seekability, Unblock};
use std::ffi::{c_int, c_void};
use std::mem::{offset_of, size_of};

/// How the library reads the host's input. The callbacks that a host passes to avio_alloc_context fit as they are.
/// Handed over with memux_source_from_reader(), which copies the struct. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_reader {
    /// Set by memux_reader_init().
    pub struct_size: usize,
    /// Handed to every callback of this struct.
    pub opaque: *mut c_void,
    /// Must be there.
    pub read: memux_read_fn,
    /// NULL: the input cannot be sought in.
    pub seek: memux_seek_fn,
    /// Frees a read or seek that hangs. May be NULL.
    pub unblock: memux_unblock_fn,
    /// Gets `opaque` back. May be NULL.
    pub release: memux_release_fn,
    /// The size of the input in bytes; 0: `seek` is asked.
    pub size: i64,
    /// One of MEMUX_SEEKABILITY_*. EXPENSIVE and CHEAP need `seek`.
    pub seekability: i32,
    /// How many bytes to ask `read` for at a time, at most 2^30; 0: the library's choice.
    pub buffer_size: i32,
    /// How often in a row a callback is called while it says "again", the first call included: 1 is no retry, 0 the
    /// default, which is 10.
    pub max_attempts: i32,
    /// The pause before the first retry, in milliseconds; it doubles each time. 0: the default, 10.
    pub retry_delay_ms: i32,
    /// No pause is longer, in milliseconds. 0: the default, 1000, or retry_delay_ms if that is more.
    pub max_retry_delay_ms: i32,
    /// 1: before `read` is called again after one of `transient_codes`, `seek` is called with the place where it stood, for
    /// a connection that was lost and is opened anew. Needs `seek`.
    pub resume: i32,
    /// Codes of the host's own, negative, that stand for failures which may pass: the callback is called again as if it had
    /// said "again". Neither MEMUX_IO_EOF nor MEMUX_IO_EXIT. May be NULL. The list is copied.
    pub transient_codes: *const i32,
    /// How many.
    pub transient_code_count: usize,
    /// No callback is called again so many milliseconds after it first said "again"; 0: max_attempts alone counts.
    pub retry_within_ms: i32,
    /// 0.
    pub reserved: i32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_reader {
    const NAME: &'static str = "memux_reader";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_reader>() == 104);
    assert!(offset_of!(memux_reader, size) == 48 && offset_of!(memux_reader, seekability) == 56);
};

/// The host's callbacks, callable from safe code: whoever made one promised that they may be called.
pub struct Callbacks {
    opaque: Opaque,
    read: unsafe extern "C" fn(*mut c_void, *mut u8, c_int) -> c_int,
    seek: memux_seek_fn,
    unblock: memux_unblock_fn,
}

/// A source out of the host's struct. `opaque` is the struct's own, whose maker vouched for the callbacks.
///
/// # Safety
/// The struct's list of codes is as long as it says.
pub unsafe fn build(reader: &memux_reader, opaque: Opaque) -> Result<Reader<Callbacks>> {
    let read = reader.read.ok_or_else(|| null("memux_reader.read"))?;
    reserved(reader.reserved, "memux_reader.reserved")?;
    let seekability = seekability(reader)?;
    let size = number(reader.size, "memux_reader.size")?;
    let buffer_size = number(reader.buffer_size, "memux_reader.buffer_size")?;
    if buffer_size.is_some_and(|size| size > MAX_TRANSFER) {
        return Err(Error::invalid("memux_reader.buffer_size is above 2^30"));
    }
    let policy = retry_policy("memux_reader", reader.max_attempts, reader.retry_delay_ms, reader.max_retry_delay_ms)?;
    let more = (reader.retry_within_ms, reader.transient_codes, reader.transient_code_count);
    // SAFETY: passed on.
    let policy = unsafe { passing("memux_reader", policy, more) }?;
    let resumes = match reader.resume {
        0 | 1 => reader.resume == 1,
        other => return Err(unknown(other, "memux_reader.resume")),
    };
    if resumes && seekability == Seekability::None {
        return Err(Error::invalid("memux_reader.resume needs a reader that can seek"));
    }
    let callbacks = Callbacks { opaque, read, seek: reader.seek, unblock: reader.unblock };
    let made = Reader::new(callbacks, seekability, size, buffer_size, policy);
    Ok(if resumes { made.resuming() } else { made })
}

fn seekability(reader: &memux_reader) -> Result<Seekability> {
    let seekability = match reader.seekability {
        MEMUX_SEEKABILITY_AUTO if reader.seek.is_none() => Seekability::None,
        MEMUX_SEEKABILITY_AUTO | MEMUX_SEEKABILITY_CHEAP => Seekability::Cheap,
        MEMUX_SEEKABILITY_NONE => Seekability::None,
        MEMUX_SEEKABILITY_EXPENSIVE => Seekability::Expensive,
        other => return Err(unknown(other, "memux_reader.seekability")),
    };
    if seekability != Seekability::None && reader.seek.is_none() {
        return Err(Error::invalid("memux_reader.seekability promises what takes a seek callback, and there is none"));
    }
    Ok(seekability)
}

impl HostReader for Callbacks {
    fn read(&mut self, buf: &mut [u8]) -> i32 {
        let size = c_int::try_from(buf.len().min(MAX_TRANSFER)).unwrap_or(0);
        // SAFETY: the host's own function with its own pointer; the buffer has room for `size` bytes.
        on_host(|| unsafe { (self.read)(self.opaque.get(), buf.as_mut_ptr(), size) })
    }

    fn seek(&mut self, offset: i64, whence: i32) -> i64 {
        // Without a callback nobody seeks; asked nevertheless, it is refused.
        let Some(seek) = self.seek else { return -1 };
        // SAFETY: the host's own function with its own pointer.
        on_host(|| unsafe { seek(self.opaque.get(), offset, whence) })
    }

    fn unblock(&self) -> Option<Unblock> {
        unblock(self.unblock, self.opaque)
    }
}
